"""Who may do what with the year's summaries and grades of the teams. Read it aloud to the town's head.

自评 ≠ 片区意见 ≠ 核查; whoever hands the year in does not decide it; nobody judges the team that he serves in, as long
as there is somebody else (`as_body`).
What a row's own state allows is the action's to say.
"""

from __future__ import annotations

from django.db.models import Model

from appraisal.as_body import signs
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.permissions import OFFICE, RECUSED, TEAM
from appraisal.year_turns import group_givers, office_checkers, office_givers, writers
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, only, refused

State, Year = AnnualSummary.State, AnnualAssessment.State


def see_years(user: User, record: Model | None = None) -> Verdict:
    """The town all, a liaison group its district's, a team its own."""
    return only(user, *TOWN_WIDE, Role.DISTRICT, *TEAM)


def see_year_row(user: User, record: AnnualSummary | AnnualGrade) -> Verdict:
    """Found through what the user sees; what a village's cadres see of their team are its months."""
    return see_years(user)


def keep_years(user: User, record: Model | None = None) -> Verdict:
    """Begin, bring up to date, hand in; put a team out or in again, unless one serves in it."""
    if not user.standing.has(*OFFICE):
        return only(user, *OFFICE)
    return refused(RECUSED) if isinstance(record, AnnualSummary) and _serves(user, record) else ALLOWED


def write_summary(user: User, summary: AnnualSummary) -> Verdict:
    """The team's leader; the office on his behalf."""
    if user.standing.has(*OFFICE) or summary.team_id in user.standing.teams(Role.LEADER):
        return ALLOWED
    return refused("自评由本组组长填写，也可以由联村工作办代录。")


def opine_summary(user: User, summary: AnnualSummary) -> Verdict:
    """The liaison group of the village's district; the office where it has nobody who could, the committee where
    neither has. At most four queries."""
    if _serves(user, summary):
        return refused(RECUSED)
    if user.pk in writers(summary):
        return refused("填写自评的人不能出片区意见，请由其他同志办理。")
    if summary.village.group_id is not None and summary.village.group_id in user.standing.groups(Role.DISTRICT):
        return ALLOWED
    elsewhere = refused("由这个村所在片区的联络组出意见。")
    if not user.standing.has(*OFFICE, Role.COMMITTEE) or group_givers(summary, user.standing.on):
        return elsewhere
    if user.standing.has(*OFFICE):
        return ALLOWED
    return elsewhere if office_givers(summary, user.standing.on) else ALLOWED


def check_summary(user: User, summary: AnnualSummary) -> Verdict:
    """The office; the committee where nobody of the office may. At most two queries."""
    if not user.standing.has(*OFFICE, Role.COMMITTEE):
        return only(user, *OFFICE)
    if _serves(user, summary):
        return refused(RECUSED)
    if user.pk in writers(summary) | {summary.opinion_by_id}:
        return refused("填写自评和出意见的人不能核查，请由其他同志办理。")
    if user.standing.has(*OFFICE) or not office_checkers(summary, user.standing.on):
        return ALLOWED
    return refused("年总结由联村办核查。")


def return_summary(user: User, summary: AnnualSummary) -> Verdict:
    """退回补充: whoever has the next step; what was checked is sent back by the office."""
    if summary.state == State.DISTRICT:
        return opine_summary(user, summary)
    if not user.standing.has(*OFFICE):
        return only(user, *OFFICE)
    return refused(RECUSED) if _serves(user, summary) else ALLOWED


def grade_years(user: User, record: Model | None = None) -> Verdict:
    """等次, and sending the year back: the committee."""
    return only(user, Role.COMMITTEE)


def grade_row(user: User, row: AnnualGrade) -> Verdict:
    """Nobody grades the team that he serves in, while another of the committee does not."""
    if not user.standing.has(Role.COMMITTEE):
        return only(user, Role.COMMITTEE)
    return signs(user, Role.COMMITTEE, team=row.team_id)


def decide_years(user: User, assessment: AnnualAssessment | None = None) -> Verdict:
    """登记党委评定: the committee. Without a year: whoever may be asked."""
    if not user.standing.has(Role.COMMITTEE):
        return only(user, Role.COMMITTEE)
    return signs_year(user, assessment) if assessment is not None else ALLOWED


def signs_year(user: User, assessment: AnnualAssessment) -> Verdict:
    """Whoever did not hand in and serves in no team; where all of the committee do, one registers what the body
    decided."""
    if assessment.handed_by_id == user.pk:
        return refused("提交评定的人不能登记评定，请由其他党委委员办理。")
    return signs(user, Role.COMMITTEE, barred=[assessment.handed_by_id])


def draft_year_notice(user: User, record: Model | None = None) -> Verdict:
    """The notice before it is issued: the town. Once issued all staff read it on the shelf."""
    return only(user, *TOWN_WIDE)


def issue_year_papers(user: User, record: Model | None = None) -> Verdict:
    """签发: the head of the office."""
    return only(user, Role.OFFICE_LEAD)


def next_step(user: User, summary: AnnualSummary) -> str:
    """The step that waits for this user: edit, opinion, check; "" for none. `summary.assessment` is at hand."""
    if summary.assessment.state != Year.SUMMARY:
        return ""
    steps = {
        State.DRAFT: ("edit", write_summary),
        State.DISTRICT: ("opinion", opine_summary),
        State.OFFICE: ("check", check_summary),
    }
    name, judge = steps.get(State(summary.state), ("", None))
    return name if judge is not None and judge(user, summary) else ""


def _serves(user: User, row: AnnualSummary | AnnualGrade) -> bool:
    return row.team_id in user.standing.teams(*TEAM)
