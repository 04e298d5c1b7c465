"""年考核: begun by the office, handed in when all is checked and sealed, graded and decided by the committee.

Every act holds the year's row. Whoever hands in does not decide; whoever serves in a team gives it no grade, and
decides nothing, as long as somebody of the committee serves in none (`as_body`); having served on a day of the year
counts as well (`recusal`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal.as_body import expect, ground, noted
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.permissions_years import signs_grade, signs_year
from appraisal.quarter_grades import Proposal
from appraisal.year_facts import (
    YearFigures,
    day_of,
    figures_of,
    linkage_of,
    missing_of,
    months_of,
    proposals,
    quarter_grades_of,
    quota_of,
    scheme_of,
    start_problem,
    teams_on,
    terms_of,
    unreviewed_of,
    year_terms_of,
)
from appraisal.year_prefill import facts_for, proposed_texts
from appraisal.year_turns import deciders, leaders
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.verdicts import Verdict
from lianzhen.notices.actions import tell
from lianzhen.periods import Year
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import number, step_closed
from villages.models import LiaisonTeam, Posting
from villages.selfgov_turns import holding

State = AnnualAssessment.State


# --- 自评和核查 ---------------------------------------------------------------------------------------
def start_year(*, year: int, by: User | None, now: datetime) -> AnnualAssessment:
    """One summary for each team that runs on the day; their leaders are told."""
    today = timezone.localdate(now)
    with acting(by=by, action="year.start", label="开始年考核") as act:
        scheme = scheme_of(year)
        if said := start_problem(year, scheme, today):
            raise ValidationError(said)
        assert scheme is not None
        if AnnualAssessment.objects.filter(year=year).exists():
            raise ValidationError(f"{year}年考核已经开始。")
        teams = teams_on(day_of(year, today))
        if not teams:
            raise ValidationError(f"{year}年没有联村工作组，不用考核。")
        terms = year_terms_of(scheme).to_json()
        assessment = AnnualAssessment(year=year, scheme=scheme, terms=terms, opened_at=now, opened_by=by)
        _save(assessment)
        _place(assessment, teams, today)
        act.note(assessment, [("参加考核的工作组", "", number(len(teams)))])
    return assessment


def refresh_teams(*, assessment: AnnualAssessment, by: User, now: datetime) -> int:
    """Teams opened since are added, drafts get the names of today. Answers how many were added."""
    today = timezone.localdate(now)
    with acting(by=by, action="year.teams", label="更新参加考核的工作组") as act:
        assessment = lock_for_change(assessment)
        _expect(assessment, State.SUMMARY)
        added = _place(assessment, teams_on(day_of(assessment.year, today)), today)
        if added:
            act.note(assessment, [("新增工作组", "", number(added))])
    return added


def hand_in(*, assessment: AnnualAssessment, by: User, now: datetime, version: int | None = None) -> AnnualAssessment:
    """自评和核查 → 待党委评定: figures are frozen, a grade is proposed for each team that takes part. A grade given
    before the year was sent back stands where its figures are the same. `by` will not be the one who decides."""
    with acting(by=by, action="year.hand_in", label="提交年考核评定"):
        assessment = lock_for_change(assessment, version)
        _expect(assessment, State.SUMMARY)
        if said := hand_in_problem(assessment):
            raise ValidationError(said)
        _freeze(assessment)
        assessment.state, assessment.handed_at, assessment.handed_by = State.COMMITTEE, now, by
        _save(assessment)
        _tell(assessment, deciders(timezone.localdate(now)), f"{assessment}已提交，请评定等次。", by)
    return assessment


def hand_in_problem(assessment: AnnualAssessment) -> str:
    """Why the year cannot be handed in yet, "" when it can: what is frozen names the grades of all its quarters. Three
    queries."""
    states = AnnualSummary.objects.filter(assessment=assessment).values_list("state", flat=True)
    taking_part = [state for state in states if state != AnnualSummary.State.OUT]
    if not taking_part:
        return "没有参加考核的工作组，不能提交。"
    if waiting := sum(state != AnnualSummary.State.CHECKED for state in taking_part):
        return f"还有{number(waiting)}个组的总结没有核查，都核查后再提交。"
    return missing_of(assessment.year, months_of(assessment.year)) or unreviewed_of(assessment.year)


# --- 党委评定 -----------------------------------------------------------------------------------------
def send_back(
    *, assessment: AnnualAssessment, reason: str, by: User, now: datetime, version: int | None = None
) -> AnnualAssessment:
    """待党委评定 → 自评和核查."""
    with acting(by=by, action="year.back", label="退回年考核", reason=reason):
        assessment = lock_for_change(assessment, version)
        _expect(assessment, State.COMMITTEE)
        if not reason.strip():
            raise ValidationError({"reason": "请写明退回原因。"})
        handed_by = assessment.handed_by_id
        assessment.state, assessment.handed_at, assessment.handed_by = State.SUMMARY, None, None
        _save(assessment)
        _tell(assessment, {handed_by or 0}, f"{assessment}已退回：{reason.strip()}", by)
    return assessment


def save_grade(
    *, row: AnnualGrade, grade: str, reason: str = "", by: User, now: datetime, version: int | None = None
) -> AnnualGrade:
    """The grade of one team. One other than proposed needs a reason; one as proposed keeps none."""
    with acting(by=by, action="year.grade", label="评定年度等次") as act:
        assessment = lock_for_change(row.assessment)
        _expect(assessment, State.COMMITTEE)
        row = lock_for_change(row, version)
        verdict = expect(signs_grade(by, row.team_id, assessment.year))
        if row.summary.state == AnnualSummary.State.OUT:
            raise ValidationError(f"{row.summary.team_name}不参加{assessment}，不评定等次。")
        if grade not in terms_of(assessment).choices:
            raise ValidationError({"grade": "请从列出的等次中选择。"})
        reason = reason.strip()
        if grade != row.proposed and not reason:
            raise ValidationError({"reason": _why_other(row, grade)})
        row.grade, row.reason = grade, ground(reason, verdict, "reason") if grade != row.proposed else ""
        row.graded_at, row.graded_by = now, by
        if verdict.reason:
            act.note(row, noted(verdict))
        _save(row)
    return row


def accept_proposals(*, assessment: AnnualAssessment, by: User, now: datetime) -> int:
    """其余按建议等次: every team that has a proposal and no grade yet, one's own team left aside while another of the
    committee may grade it. Answers how many."""
    with acting(by=by, action="year.accept", label="按建议评定年度等次") as act:
        assessment = lock_for_change(assessment)
        _expect(assessment, State.COMMITTEE)
        rows = AnnualGrade.objects.standing().select_for_update(of=("self",)).filter(assessment=assessment, grade="")
        aside, as_body = own_rows(by, assessment.year)
        open_rows = rows.exclude(proposed="").exclude(team__in=aside)
        found = list(open_rows.select_related("summary", "assessment"))
        for row in found:
            row.grade, row.reason, row.graded_at, row.graded_by = row.proposed, "", now, by
            row.save()
            if verdict := as_body.get(row.team_id):
                act.note(row, noted(verdict))
    return len(found)


def own_rows(user: User, year: int) -> tuple[set[int], dict[int, Verdict]]:
    """Of the teams that the user serves in or served in on a day of the year, those whose grade he leaves to others of
    the committee, and those whose grade nobody else could register, with the sentence about it. A query for each
    team."""
    days = Year(year)
    served = (one.team for one in user.standing.served if one.touches(days.start, days.end))
    own = {team: signs_grade(user, team, year) for team in user.standing.teams() | set(served)}
    as_body = {team: verdict for team, verdict in own.items() if verdict}
    return own.keys() - as_body.keys(), as_body


def decide(
    *,
    assessment: AnnualAssessment,
    decided_on: date,
    basis: str,
    over_quota_reason: str = "",
    by: User,
    now: datetime,
    version: int | None = None,
) -> AnnualAssessment:
    """待党委评定 → 已评定: the grades stand and never change again."""
    with acting(by=by, action="year.decide", label="登记年考核评定", reason=basis) as act:
        assessment = lock_for_change(assessment, version)
        _expect(assessment, State.COMMITTEE)
        verdict = expect(signs_year(by, assessment))
        _check_decision(assessment, decided_on, basis, timezone.localdate(now))
        assessment.over_quota_reason = _over_quota(assessment, over_quota_reason.strip())
        assessment.state, assessment.decided_at, assessment.decided_by = State.DECIDED, now, by
        assessment.decided_on, assessment.basis = decided_on, ground(basis, verdict, "basis")
        if verdict.reason:
            act.note(assessment, noted(verdict))
        _save(assessment)
        told = holding(timezone.localdate(now), Role.OFFICE_LEAD) | {assessment.handed_by_id or 0}
        _tell(assessment, told, f"{assessment}已评定，请印发结果通报。", by)
    return assessment


# --- Shared -------------------------------------------------------------------------------------------
def _place(assessment: AnnualAssessment, teams: list[LiaisonTeam], today: date) -> int:
    """A summary for each team that has none, today's names for drafts. Answers how many were added."""
    have = {one.team_id: one for one in assessment.summaries.select_for_update()}
    led = dict(
        Posting.objects.on(day_of(assessment.year, today))
        .leaders()
        .filter(team__in=[team.pk for team in teams])
        .values_list("team_id", "person__name")
    )
    new = [team for team in teams if team.pk not in have]
    facts = facts_for(new, assessment.year, today)
    for position, team in enumerate(teams, start=1):
        summary = have.get(team.pk) or _drafted(assessment, team, facts[team.pk])
        names = {
            "position": position,
            "village_name": team.village.name,
            "district_name": team.village.group.district_name if team.village.group else "",
            "leader_name": led.get(team.pk, ""),
        }
        if summary.pk and summary.state != AnnualSummary.State.DRAFT:
            names = {"position": position}
        if summary.pk is None or any(getattr(summary, name) != value for name, value in names.items()):
            for name, value in names.items():
                setattr(summary, name, value)
            summary.save()
    _put_last(have, teams)
    text = f"请填写{assessment.year}年总结。"
    _tell(assessment, leaders([team.pk for team in new], today), text, None)
    return len(new)


def _drafted(assessment: AnnualAssessment, team: LiaisonTeam, facts: dict) -> AnnualSummary:
    texts = proposed_texts(facts)
    return AnnualSummary(assessment=assessment, team=team, village_id=team.village_id, facts=facts, **texts)


def _put_last(have: dict[int, AnnualSummary], teams: list[LiaisonTeam]) -> None:
    """Teams that ended keep their place after those that run."""
    gone = sorted((one for pk, one in have.items() if pk not in {team.pk for team in teams}), key=lambda s: s.position)
    for position, summary in enumerate(gone, start=len(teams) + 1):
        if summary.position != position:
            summary.position = position
            summary.save()


def _freeze(assessment: AnnualAssessment) -> None:
    terms, decimals = terms_of(assessment), assessment.scheme.decimals
    summaries = assessment.summaries.order_by("position")
    taking_part = {one.team_id for one in summaries if one.state != AnnualSummary.State.OUT}
    figures = {one.team_id: one for one in figures_of(assessment.year) if one.team_id in taking_part}
    proposed = proposals(list(figures.values()), terms, decimals)
    quarters, months = quarter_grades_of(assessment.year), months_of(assessment.year)
    rows = {one.team_id: one for one in AnnualGrade.objects.filter(assessment=assessment).select_for_update()}
    for summary in summaries:
        own = figures.get(summary.team_id)
        row = rows.get(summary.team_id)
        if row is None:
            if summary.team_id not in taking_part:
                continue
            row = AnnualGrade(
                assessment=assessment, summary=summary, team_id=summary.team_id, village_id=summary.village_id
            )
        row.summary, row.assessment = summary, assessment
        before = (row.score, row.proposed)
        row.position = summary.position
        row.quarters = [{"quarter": q.key, "grade": grade} for q, grade in quarters.get(summary.team_id, ())]
        _set_figures(row, own, proposed.get(summary.team_id), decimals)
        if own is not None:
            used = [months[month] for month, *_ in own.months]
            row.linkage = linkage_of(used, row.village_score, decimals)[:300]
        if (row.score, row.proposed) != before or summary.team_id not in taking_part:
            row.grade, row.reason, row.graded_at, row.graded_by = "", "", None, None
        row.save()


def _set_figures(row: AnnualGrade, own: YearFigures | None, proposal: Proposal | None, decimals: int) -> None:
    if own is None or proposal is None:
        row.months, row.score, row.village_score, row.linkage = [], None, None, ""
        row.place, row.tied, row.proposed, row.proposed_why = None, False, "", ""
        return
    row.months, row.score, row.village_score = own.months_json, proposal.score, own.village_score(decimals)
    row.place, row.tied = proposal.place.number, proposal.place.tied
    row.proposed, row.proposed_why = proposal.grade, proposal.why[:200]


def _why_other(row: AnnualGrade, grade: str) -> str:
    if not row.proposed:
        return "这个组没有月得分，没有建议等次，请写明评定的理由。"
    return f"建议等次是“{row.proposed}”，改为“{grade}”请写明理由。"


def _check_decision(assessment: AnnualAssessment, decided_on: date, basis: str, today: date) -> None:
    errors = {}
    opens = terms_of(assessment).opens_on(assessment.year)
    if decided_on > today:
        errors["decided_on"] = "党委评定日期不能晚于今天。"
    elif decided_on < opens:
        errors["decided_on"] = f"{assessment}{opens.month}月{opens.day}日开始，评定日期不能更早。"
    if not basis.strip():
        errors["basis"] = "请填写依据，例如党委会议纪要的文号。"
    if errors:
        raise ValidationError(errors)
    rows = AnnualGrade.objects.standing().filter(assessment=assessment, grade="")
    if open_rows := rows.count():
        raise ValidationError(f"还有{number(open_rows)}个组没有评定等次，都评定后再登记。")


def _over_quota(assessment: AnnualAssessment, reason: str) -> str:
    """The reason to keep: none where the quota is kept."""
    quota = quota_of(assessment, AnnualGrade.objects.standing().filter(assessment=assessment))
    if not quota.exceeded:
        return ""
    if quota.refuses:
        raise ValidationError(f"{quota.sentence}，请减少后再登记。")
    if not reason:
        raise ValidationError({"over_quota_reason": f"{quota.sentence}，请写明理由。"})
    return reason


def closed_sentence(assessment: AnnualAssessment, *due: str) -> str:
    """`due`: the states at which the step is taken."""
    return step_closed(assessment, State, assessment.state, *due, late="这一步不能办理")


def _expect(assessment: AnnualAssessment, state: str) -> None:
    if assessment.state != state:
        raise ValidationError(closed_sentence(assessment, state))


def _save(row: AnnualAssessment | AnnualGrade) -> None:
    row.full_clean()
    row.save()


def _tell(assessment: AnnualAssessment, users: Iterable[int], text: str, by: User | None) -> None:
    tell(set(users) - {by.pk if by else 0, 0}, text, reverse("year", args=[assessment.year]))
