"""抽查: the office or the liaison group looks into a village office, or the county did. Nobody there is not yet an
absence: the team explains, somebody else than the one who wrote it down decides (domain.md §1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal import addressees, facts
from appraisal.actions.team_days import team_day
from appraisal.duty_terms import NONE, OFF, OFFICIAL
from appraisal.models import SpotCheck, WorkRules
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.periods import Week
from lianzhen.wording import full_date, list_date, long_date
from villages.models import LiaisonTeam, Person

Found, State = SpotCheck.Found, SpotCheck.State
#: Days (天) within which a look is still written down: nobody can explain a day of last month. What the county
#: found comes with its notice, weeks later; a sealed month takes neither.
OLDEST_DAYS = {SpotCheck.Source.TOWN: 7, SpotCheck.Source.COUNTY: 92}


def record_check(
    *,
    team: LiaisonTeam,
    day: date,
    at: time,
    found: str,
    by: User,
    today: date,
    source: str = SpotCheck.Source.TOWN,
    people: Iterable[Person] = (),
    note: str = "",
    now: time | None = None,
) -> SpotCheck:
    """Write down what was found. An empty office on a day when the team was expected asks it to explain.

    `source`: who looked, a code of `SpotCheck.Source`; `by` writes it down, for the county as well. `now`: the time
    of today, where `at` is typed by somebody who may be ahead of it.
    """
    with team_day(team=team, day=day, by=by, action="spot.record", label="登记抽查") as (act, team):
        _refuse_moment(day, at, source, today, now)
        seen = list(people)
        check = SpotCheck(team=team, day=day, at=at, source=source, found=found, note=note.strip(), created_by=by)
        check.state = State.SETTLED
        if found == Found.NOBODY:
            _refuse_idle_day(team, day, today)
            if seen:
                raise ValidationError({"people": "未见到人时不选在岗人员。"})
            check.state, check.explain_by = State.ASKED, _explain_by(today)
        check.full_clean()
        check.save()
        check.people.set(seen)
        if seen:
            act.note(check, [("在岗人员", None, "、".join(str(person) for person in seen))])
        if found == Found.NOBODY:
            when = f"{list_date(day, today.year)}{at:%H:%M}"
            text = f"{when}{looked(check)}{team.village}未见到人，请在{full_date(check.explain_by)}前说明。"
            told = addressees.of_team(team, today) | addressees.of_village(team, today)
            tell(told - {by.pk}, text, _page(check))
    return check


def explain_check(*, check: SpotCheck, explanation: str, by: User, today: date) -> SpotCheck:
    """The team's explanation. Late is better than never: taken until somebody has decided."""
    with team_day(team=check.team_id, day=check.day, by=by, action="spot.explain", label="说明抽查情况") as (_, team):
        check = _held(check)
        if check.state not in (State.ASKED, State.EXPLAINED):
            raise ValidationError(f"这次抽查{check.get_state_display()}，不需再说明。")
        if not explanation.strip():
            raise ValidationError({"explanation": "请说明当时的情况，例如去了哪里、办什么事。"})
        check.state, check.explanation = State.EXPLAINED, explanation.strip()
        check.explained_at, check.explained_by = timezone.now(), by
        check.full_clean()
        check.save()
        told = addressees.of_deciders(team, today) | addressees.of_office(today)
        text = f"{team}已说明{list_date(check.day, today.year)}{looked(check)}的情况，请认定。"
        tell(told - {by.pk, check.created_by_id}, text, _page(check))
    return check


def decide_check(*, check: SpotCheck, accepts: bool, note: str, by: User, today: date) -> SpotCheck:
    """说明成立, or 认定缺岗: once explained, or once the time to explain is over. Never by who wrote it down."""
    label = "抽查说明成立" if accepts else "认定缺岗"
    with team_day(team=check.team_id, day=check.day, by=by, action="spot.decide", label=label, reason=note) as (
        _,
        team,
    ):
        check = _held(check)
        if check.state not in (State.ASKED, State.EXPLAINED):
            raise ValidationError(f"这次抽查{check.get_state_display()}，不需再认定。")
        if check.created_by_id == by.pk:
            raise ValidationError("抽查由登记人以外的同志认定。")
        if check.state == State.ASKED and today <= check.explain_by:
            raise ValidationError(f"工作组可在{full_date(check.explain_by)}前说明，说明后或到期后再认定。")
        if not note.strip():
            raise ValidationError({"note": "请写明认定的理由。"})
        check.state = State.ACCEPTED if accepts else State.CONFIRMED
        check.decided_at, check.decided_by, check.decision_note = timezone.now(), by, note.strip()
        check.full_clean()
        check.save()
        told = addressees.of_team(team, today) | ({check.created_by_id} if check.created_by_id else set())
        text = f"{team}{list_date(check.day, today.year)}的{looked(check)}：{check.get_state_display()}。"
        tell(told - {by.pk}, text, _page(check))
    return check


def withdraw_check(*, check: SpotCheck, reason: str, by: User, today: date) -> SpotCheck:
    """Written down by mistake: taken back with the reason, while nobody has decided."""
    with team_day(
        team=check.team_id, day=check.day, by=by, action="spot.withdraw", label="撤销抽查", reason=reason
    ) as (_, team):
        check = _held(check)
        if check.state in (State.ACCEPTED, State.CONFIRMED, State.WITHDRAWN):
            raise ValidationError(f"这次抽查{check.get_state_display()}，不能再撤销。")
        if not reason.strip():
            raise ValidationError({"reason": "请写明撤销原因。"})
        check.state = State.WITHDRAWN
        check.full_clean()
        check.save()
        if check.found == Found.NOBODY:
            text = f"{list_date(check.day, today.year)}的{looked(check)}已撤销：{reason.strip()}"
            tell(addressees.of_team(team, today) - {by.pk}, text, _page(check))
    return check


def looked(check: SpotCheck) -> str:
    """What it is called in a sentence: 抽查, 县里抽查."""
    return "县里抽查" if check.is_by_county else "抽查"


# --- What is refused ----------------------------------------------------------------------------
def _refuse_moment(day: date, at: time, source: str, today: date, now: time | None) -> None:
    if day > today:
        raise ValidationError({"day": "抽查日期不能晚于今天。"})
    oldest = OLDEST_DAYS[SpotCheck.Source(source)]
    if (today - day).days > oldest:
        whose = "县里" if source == SpotCheck.Source.COUNTY else ""
        raise ValidationError({"day": f"只能登记最近{oldest}天{whose}的抽查，时间久了工作组无法说明。"})
    if day == today and now is not None and at > now:
        raise ValidationError({"at": "到村部时间不能晚于现在。"})


def _refuse_idle_day(team: LiaisonTeam, day: date, today: date) -> None:
    duty = facts.duty_of([team], Week.of(day), today)[team.pk]
    fact = next(fact for fact in duty.days if fact.day == day)
    if fact.mark in (NONE, OFF, OFFICIAL):
        why = f"（{fact.note}）" if fact.note else ""
        raise ValidationError({"day": f"{long_date(day)}{team}不应到{why}，未见到人不需登记。"})


def _explain_by(today: date) -> date:
    days = WorkRules.objects.in_force(today).explain_workdays
    return facts.calendar_around(today).add_workdays(today, days)


def _held(check: SpotCheck) -> SpotCheck:
    return SpotCheck.objects.select_for_update(of=("self",)).select_related("team__village").get(pk=check.pk)


def _page(check: SpotCheck) -> str:
    return reverse("spot_check", args=[check.pk])
