"""States of the working week in the leader's own team, so that every page is looked at with something on it: a day
disputed and one that waits for consent, a photo, a shift, a spot check, leave, somebody out, a meeting half held."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.trail import acting


def bring_about_week(accounts: dict[Role, Any], today: date) -> None:
    from villages.models import LiaisonTeam

    now = timezone.now()
    team = LiaisonTeam.objects.select_related("village__group").get(pk__in=accounts[Role.LEADER].standing.teams())
    _days(team, accounts, today)
    _shift(team, accounts[Role.LEADER], today)
    _check(team, accounts[Role.OFFICE], today)
    _away(team, accounts, today, now)
    _meeting(team, accounts, today, now)
    _report(team, accounts, today, now)


def _days(team: Any, accounts: dict[Role, Any], today: date) -> None:
    from appraisal import facts
    from appraisal.actions.duty import log_duty
    from appraisal.actions.duty_decisions import dispute
    from appraisal.tests.duty_scenes import picture

    leader = accounts[Role.LEADER]
    here = [one.person_id for one in facts.serving([team], today)[team.pk]]
    log = log_duty(
        team=team,
        day=today,
        people=here,
        topics=["visitors", "meeting"],
        text="接待来访三人，看了水渠。",
        by=leader,
        today=today,
        photos=[picture()],
    ).log
    other = log.attendances.exclude(person__user=leader).exclude(person__user=None).first()
    if other is not None:
        dispute(attendance=other, reason="当天我在县里开会。", by=other.person.user, today=today)
    late = {"late_reason": "一直没有信号。", "by": leader, "today": today}
    log_duty(team=team, day=today - timedelta(days=20), people=here[:1], **late)


def _shift(team: Any, by: Any, today: date) -> None:
    """Written as it stands after asking: whether a day may be moved depends on the weekday of the test."""
    from appraisal.models import DutyShift

    with acting(by=by, action="test.state", label="测试数据"):
        DutyShift(team=team, to_day=today + timedelta(days=8), reason="周二全镇开会。", created_by=by).save()


def _check(team: Any, by: Any, today: date) -> None:
    from appraisal.actions.spot_checks import record_check

    record_check(team=team, day=today, at=time(0, 1), found="nobody", note="门开着，桌上有去向牌。", by=by, today=today)


def _away(team: Any, accounts: dict[Role, Any], today: date, now: datetime) -> None:
    from appraisal.actions.leave import ask_leave
    from appraisal.actions.outings import go_out
    from villages.models import Person

    leader = accounts[Role.LEADER]
    person = Person.objects.get(user=leader)
    start = Week.of(today).start + timedelta(days=14)
    days = {"starts_on": start, "ends_on": start + timedelta(days=1)}
    ask_leave(person=person, kind="personal", reason="家事。", by=leader, today=today, **days)
    back = now + timedelta(hours=2)
    go_out(person=person, village=team.village, where="field", back_expected=back, by=leader, now=now, note="三组")


def _meeting(team: Any, accounts: dict[Role, Any], today: date, now: datetime) -> None:
    from appraisal.actions.decisions import decide
    from appraisal.actions.meetings import plan_meeting, write_minutes
    from appraisal.actions.suggestions import refresh_suggestions
    from appraisal.models import WeeklyMeeting

    office = accounts[Role.OFFICE]
    week = Week.of(today)
    meeting = WeeklyMeeting.objects.filter(week_start=week.start).first()
    if meeting is None:
        meeting = plan_meeting(week=week, held_on=week.start, now=now, by=office)
    if meeting.state == "planned":
        write_minutes(meeting=meeting, minutes="一、通报上周情况。\n二、布置本周工作。", by=office)
        decide(meeting=meeting, text="清理主干道沟渠", due_on=today, team=team, today=today, by=office)
    refresh_suggestions(today=today, now=now)


def _report(team: Any, accounts: dict[Role, Any], today: date, now: datetime) -> None:
    from appraisal.actions.town_needs import add_need

    text = "水渠垮塌，请镇里支持。"
    add_need(village=team.village, text=text, raised_on=today, by=accounts[Role.OFFICE], today=today)
