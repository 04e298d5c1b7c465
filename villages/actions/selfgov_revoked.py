"""撤销决定: before its first day the committee takes back that a village governs itself, or that it no longer does.

Everything that the decision changed returns in one act. The application keeps both decisions, and the village may
apply again. Nothing of that time exists yet: a sheet, a month or a use of money needs a day of self-governance.
"""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.periods import Year
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date, money
from villages.actions import work_budgets
from villages.actions.records import refuse_ended_village
from villages.actions.selfgov_applications import closed_sentence, refuse_decider
from villages.actions.selfgov_notices import send, tell_decision
from villages.actions.team_returns import (
    ended_with,
    parts_of,
    resume_instructors,
    resume_team,
    withdraw_team,
)
from villages.actions.team_rules import ending_of
from villages.actions.teams import withdraw_posting
from villages.actions.terms import day_before, reopen
from villages.models import LiaisonTeam, Posting, SelfGovApplication, SelfGovernance, Village, WorkBudget

State = SelfGovApplication.State
#: How the reason begins for which a decision on self-governance ends a team.
BEGINS = "实行村为主自治"


def revoke(
    *,
    application: SelfGovApplication,
    decided_on: date,
    basis: str,
    reason: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> SelfGovApplication:
    """党委研究撤销 on `decided_on` (`basis`: its minutes). Raises `ValidationError` by field, and where the decision
    is in force or a later one rests on it."""
    with acting(by=by, action="selfgov.revoke", label="撤销决定", reason=reason):
        village = lock_for_change(application.village)
        application = lock_for_change(application, version)
        application.village = village
        today, why = timezone.localdate(now), reason.strip()
        refuse_late(application, today)
        refuse_decider(application, by)
        _refuse_day(application, decided_on, today)
        refuse_ended_village(village)
        if application.is_stop:
            _take_back_end(application, today, why, by)
        else:
            _take_back_beginning(application, why, by, now)
        _close_others(application, by, now)
        application.state, application.revoked_at, application.revoked_by = State.REVOKED, now, by
        application.revoked_on, application.revoke_basis, application.revoke_reason = decided_on, basis.strip(), why
        application.full_clean()
        application.save()
        what = "终止" if application.is_stop else "实行"
        words = f"撤销决定，不再自{full_date(application.starts_on)}起{what}：{why}"
        tell_decision(application, words, today, by)
    return application


def refuse_late(application: SelfGovApplication, today: date) -> None:
    """Raise where there is no decision to take back any more, or a later one rests on it. Two queries."""
    if application.state != State.AGREED:
        raise ValidationError(closed_sentence(application, State.AGREED))
    if application.starts_on <= today:
        since = full_date(application.starts_on)
        way = "请重新申请实行村为主自治" if application.is_stop else "请走“终止村为主自治”"
        raise ValidationError(f"决定已于{since}生效，不能撤销。需要改变的，{way}。")
    later = SelfGovernance.objects.filter(village=application.village, starts_on__gte=application.starts_on)
    later = later.exclude(pk=application.term_id) if application.is_stop else later.exclude(ends_on=None)
    if later.exists():
        raise ValidationError("这个决定以后，党委又作了新的决定。请先撤销后一个决定。")


def _refuse_day(application: SelfGovApplication, decided_on: date, today: date) -> None:
    if decided_on > today:
        raise ValidationError({"decided_on": "党委研究日期不能晚于今天。"})
    if decided_on < application.decided_on:
        first = full_date(application.decided_on)
        raise ValidationError({"decided_on": f"党委研究日期不能早于原决定的日期（{first}），请核对。"})


# --- What returns ---------------------------------------------------------------------------------
def _take_back_beginning(application: SelfGovApplication, why: str, by: User, now: datetime) -> None:
    term, village, today = lock_for_change(application.term), application.village, timezone.localdate(now)
    for posting in coming_instructors(term):
        withdraw_posting(posting=posting, today=today, reason=f"撤销决定：{why}", by=by)
    # Before the budgets and the team: neither is this term's any more.
    term.withdrawn_at, term.withdrawn_by, term.withdraw_reason = now, by, why
    term.full_clean()
    term.save()
    for budget in needless_budgets(village, term):
        work_budgets.withdraw_budget(budget=budget, reason=f"撤销决定：{why}", by=by, now=now)
    team = ended_team(term)
    if team is not None:
        resume_team(team=team, reason=f"撤销决定：{why}", by=by)


def _take_back_end(application: SelfGovApplication, today: date, why: str, by: User) -> None:
    term, village = lock_for_change(application.term), application.village
    ending = ending_of(village, term.ends_on)
    team = coming_team(application)
    if team is not None:
        withdraw_team(team=team, today=today, reason=f"撤销决定：{why}", by=by)
    resume_instructors(village=village, ending=ending, reason=f"撤销决定：{why}", by=by)
    reopen(term)


def _close_others(application: SelfGovApplication, by: User, now: datetime) -> None:
    """An application under way rests on the decision that is gone."""
    for other in village_waits(application):
        other = lock_for_change(other)
        other.state, other.withdrawn_at, other.withdrawn_by = State.WITHDRAWN, now, by
        other.full_clean()
        other.save()
        told = {pk for pk in (other.started_by_id, other.submitted_by_id) if pk}
        send(other, told, f"{other}已撤回：它所依据的决定已撤销。", by)


# --- Asked before, and shown on the page ------------------------------------------------------------
def coming_instructors(term: SelfGovernance) -> list[Posting]:
    """Those sent for a self-governance that has not begun. One query."""
    rows = Posting.objects.filter(village=term.village_id, starts_on__gte=term.starts_on)
    return list(rows.select_related("person").order_by("starts_on"))


def ended_team(term: SelfGovernance) -> LiaisonTeam | None:
    """The team that ends because of the term. One query."""
    rows = LiaisonTeam.objects.filter(village=term.village_id, ends_on=day_before(term.starts_on))
    return rows.filter(end_reason__startswith=BEGINS).select_related("village").first()


def coming_team(application: SelfGovApplication) -> LiaisonTeam | None:
    """The team that begins when self-governance ends. One query."""
    rows = LiaisonTeam.objects.filter(village=application.village, starts_on=application.starts_on)
    return rows.select_related("village").first()


def needless_budgets(village: Village, term: SelfGovernance) -> list[WorkBudget]:
    """Budgets, with nothing used of them, of years that without the term have no day of self-governance. A query for
    each such budget and one more."""
    found = []
    unused = village.work_budgets.standing().filter(year__gte=term.starts_on.year, used=0)
    for budget in unused.select_related("village"):
        days = Year(budget.year)
        others = SelfGovernance.objects.filter(village=village, starts_on__lte=days.end).exclude(pk=term.pk)
        if not others.exclude(ends_on__lt=days.start).exists():
            found.append(budget)
    return found


def village_waits(application: SelfGovApplication) -> list[SelfGovApplication]:
    """Applications of the village that are under way. One query."""
    rows = application.village.selfgov_applications.open().exclude(pk=application.pk)
    return list(rows.select_related("village"))


def effects_of_revoking(application: SelfGovApplication, today: date) -> list[str]:
    """What taking the decision back will do, each by its name, in sentences for the page."""
    told = _end_returns(application, today) if application.is_stop else _beginning_returns(application)
    told += [f"正在办理的{other}同时撤回。" for other in village_waits(application)]
    again = "" if application.is_stop else "，村里可以重新申请"
    return [*told, f"原决定和撤销都留在记录里{again}。"]


def _beginning_returns(application: SelfGovApplication) -> list[str]:
    term, village = application.term, application.village
    assert term is not None
    told = [f"{village}不再自{full_date(term.starts_on)}起实行村为主自治，照常按月考核、报送周报。"]
    team = ended_team(term)
    if team is not None:
        parts = parts_of(team)
        names = "、".join(f"{one.role_name}{one.person}" for one in parts if isinstance(one, Posting))
        days = "".join(f"，固定办公日（{one}）照常" for one in parts if not isinstance(one, Posting))
        staying = f"，{names}继续任职" if names else ""
        told.append(f"{team}不再止于{full_date(team.ends_on)}{staying}{days}；因其他原因离任的不恢复。")
    told += [
        f"联村工作指导员{one.person}自{full_date(one.starts_on)}起的任职还没有开始，同时撤回。"
        for one in coming_instructors(term)
    ]
    told += [f"{one}{money(one.amount)}还没有使用，同时收回。" for one in needless_budgets(village, term)]
    return told


def _end_returns(application: SelfGovApplication, today: date) -> list[str]:
    term, village = application.term, application.village
    assert term is not None
    told = [f"{village}继续实行村为主自治，不再止于{full_date(term.ends_on)}，由镇党委一年考核一次。"]
    guiding = ended_with(
        village.instructor_postings.select_related("person"), ending_of(village, day_before(application.starts_on))
    )
    told += [f"联村工作指导员{one.person}继续任职。" for one in guiding]
    team = coming_team(application)
    if team is not None:
        postings = team.postings.select_related("person")
        names = "、".join(f"{one.role_name}{one.person}" for one in postings)
        planned = f"，已安排的{names}同时撤回" if names else ""
        told.append(f"{team}不再于{full_date(team.starts_on)}成立{planned}。")
    told += [
        f"{one}现为{money(one.amount)}；决定终止以后核减过的，请联村工作办用“调整金额”恢复。"
        for one in village.work_budgets.standing().filter(year__gte=today.year).select_related("village")
    ]
    return told
