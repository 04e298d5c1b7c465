"""Who may do what with the year's summaries and grades of the teams. Read it aloud to the town's head.

自评 ≠ 片区意见 ≠ 核查; whoever hands the year in does not decide it; nobody judges the team that he serves in, or
served in on a day of the year, as long as there is somebody else (`recusal`, `as_body`).
What a row's own state allows is the action's to say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import Model

from appraisal.as_body import gives_way, signs
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.permissions import OFFICE, RECUSED, TEAM
from appraisal.recusal import Part, part_in
from appraisal.year_turns import checkers, group_givers, office_checkers, office_givers, opinion_givers, writers
from lianzhen import periods
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
    return keeps_about(user, record) if isinstance(record, AnnualSummary) else ALLOWED


def keeps_about(user: User, summary: AnnualSummary) -> Verdict:
    """The office's steps about one team: nobody of the office about his own, nor about one of his days in the year
    while there is somebody else. At most one query; `summary.assessment` is at hand."""
    return gives_way(user, *OFFICE, team=summary.team_id, days=periods.Year(summary.assessment.year))


def write_summary(user: User, summary: AnnualSummary) -> Verdict:
    """The team's leader; the office on his behalf."""
    if user.standing.has(*OFFICE) or summary.team_id in user.standing.teams(Role.LEADER):
        return ALLOWED
    return refused("自评由本组组长填写，也可以由联村工作办代录。")


def opine_summary(user: User, summary: AnnualSummary) -> Verdict:
    """The liaison group of the village's district; the office where it has nobody who could, the committee where
    neither has. At most four queries; for whoever served in the team then as `opinion_about`."""
    if _part_in(user, summary):
        return opinion_about(user, summary)
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
    """The office; the committee where nobody of the office may. At most two queries; for whoever served in the team
    then as `check_about`."""
    if not user.standing.has(*OFFICE, Role.COMMITTEE):
        return only(user, *OFFICE)
    if _part_in(user, summary):
        return check_about(user, summary)
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
    return keeps_about(user, summary)


def grade_years(user: User, record: Model | None = None) -> Verdict:
    """等次, and sending the year back: the committee."""
    return only(user, Role.COMMITTEE)


def grade_row(user: User, row: AnnualGrade) -> Verdict:
    """Nobody grades the team that he serves in or served in then, while another of the committee did not."""
    if not user.standing.has(Role.COMMITTEE):
        return only(user, Role.COMMITTEE)
    return signs_grade(user, row.team_id, row.assessment.year)


def signs_grade(user: User, team: int, year: int) -> Verdict:
    """As `grade_row`, for one of the committee."""
    return signs(user, Role.COMMITTEE, team=team, days=periods.Year(year))


def decide_years(user: User, assessment: AnnualAssessment | None = None) -> Verdict:
    """登记党委评定: the committee. Without a year: whoever may be asked."""
    if not user.standing.has(Role.COMMITTEE):
        return only(user, Role.COMMITTEE)
    return signs_year(user, assessment) if assessment is not None else ALLOWED


def signs_year(user: User, assessment: AnnualAssessment) -> Verdict:
    """Whoever did not hand in, serves in no team and served in none in the year: the decision is about all teams.
    Where nobody of the committee is left, one registers what the body decided."""
    if assessment.handed_by_id == user.pk:
        return refused("提交评定的人不能登记评定，请由其他党委委员办理。")
    return signs(user, Role.COMMITTEE, days=periods.Year(assessment.year), barred=[assessment.handed_by_id])


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


def _part_in(user: User, summary: AnnualSummary) -> Part:
    return part_in(user.standing, summary.team_id, periods.Year(summary.assessment.year))


def opinion_about(user: User, summary: AnnualSummary) -> Verdict:
    """Recusal alone: whoever served in the team then is asked where nobody is left who did not. One query for him,
    more only at the very last."""
    return _left_over(user, summary, writers(summary), opinion_givers)


def check_about(user: User, summary: AnnualSummary) -> Verdict:
    """As `opinion_about`."""
    return _left_over(user, summary, writers(summary) | {summary.opinion_by_id or 0}, checkers)


def _left_over(
    user: User, summary: AnnualSummary, barred: set[int], turn: Callable[[AnnualSummary, date], set[int]]
) -> Verdict:
    team, year = summary.team_id, periods.Year(summary.assessment.year)
    verdict = gives_way(user, *OFFICE, Role.COMMITTEE, team=team, days=year, barred=barred)
    if verdict and _part_in(user, summary) and user.pk not in turn(summary, user.standing.on):
        return refused(RECUSED)
    return verdict
