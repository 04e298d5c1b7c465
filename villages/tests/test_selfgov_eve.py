"""Between the committee's decision on 村为主自治 and its first day: the team is arranged until its last day, and
whatever begins meanwhile ends with it; on the way back the same of the instructor."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.actions import self_governance, teams
from villages.models import LiaisonTeam, Person, Posting
from villages.tests.selfgov_scene import NOW, TODAY

FIRST = date(2027, 4, 1)
EVE = FIRST - timedelta(days=1)
WHY = "实行村为主自治"
SAYS = "工作组于2027年3月31日结束，任职到这一天为止。"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def staff(cast):
    with acting(by=None, action="test", label="测试"):
        people = [Person(name=name, department=cast.department) for name in ("丁指导", "戊接任", "己组员")]
        for person in people:
            person.save()
    return people


@pytest.fixture
def ending(cast, staff):
    """The cast's team, with fixed days, and four months to go."""
    teams.set_duty_days(team=cast.team, weekdays="24", starts_on=START, by=None)
    self_governance.begin_self_governance(
        village=cast.own, decided_on=TODAY, basis="第12号纪要", starts_on=FIRST, instructor=staff[0], by=None
    )
    cast.team.refresh_from_db()
    return cast.team


def rows(place):
    found = Posting.objects.filter(team=place) if isinstance(place, LiaisonTeam) else place.instructor_postings
    told = found.order_by("starts_on", "-is_leader", "pk").values_list(
        "person__name", "is_leader", "starts_on", "ends_on", "end_reason"
    )
    return list(told)


def test_the_office_arranges_the_team_until_its_last_day(cast, sign_in, ending, staff):
    leader, member = cast.people[Role.LEADER].name, cast.people[Role.MEMBER].name
    client = sign_in(Role.OFFICE)
    page = client.get(reverse("team", args=[ending.pk])).content.decode()
    assert "更换组长" in page
    assert "结束任职" in page
    assert reverse("team_end", args=[ending.pk]) not in page
    replace, join = (reverse(name, args=[ending.pk]) for name in ("team_leader", "team_posting_add"))
    assert SAYS in client.get(replace).content.decode()
    assert SAYS in client.get(join).content.decode()
    handed = {"person": staff[1].pk, "starts_on": "2027-01-10", "reason": "病休", "version": ending.version}
    assert client.post(replace, handed).status_code == 303
    assert client.post(join, {"person": staff[2].pk, "is_leader": "0", "starts_on": "2027-02-01"}).status_code == 303
    posting = Posting.objects.get(team=ending, person=cast.people[Role.MEMBER])
    leave = {"last_day": "2027-01-31", "reason": "调出", "version": posting.version}
    assert client.post(reverse("posting_end", args=[posting.pk]), leave).status_code == 303
    assert rows(ending) == [
        (leader, True, START, date(2027, 1, 9), "病休"),
        (member, False, START, date(2027, 1, 31), "调出"),
        ("戊接任", True, date(2027, 1, 10), EVE, WHY),
        ("己组员", False, date(2027, 2, 1), EVE, WHY),
    ]
    days = reverse("team_duty_days", args=[ending.pk])
    assert "工作组于2027年3月31日结束，固定办公日到这一天为止。" in client.get(days).content.decode()
    version = LiaisonTeam.objects.get(pk=ending.pk).version
    answer = client.post(days, {"weekdays": ["1", "5"], "starts_on": "2027-01-04", "version": version})
    assert answer.status_code == 303
    assert list(ending.duty_plans.order_by("starts_on").values_list("weekdays", "starts_on", "ends_on")) == [
        ("24", START, date(2027, 1, 3)),
        ("15", date(2027, 1, 4), EVE),
    ]
    # Who leads until the last day is replaced again, and nobody serves longer than the team.
    again = teams.replace_leader(team=ending, person=staff[2], starts_on=date(2027, 3, 1), reason="借调", by=None)
    assert (again.ends_on, again.end_reason) == (EVE, WHY)
    with pytest.raises(ValidationError, match="起始日期不能晚于这一天"):
        teams.post_to_team(team=ending, person=staff[0], is_leader=False, starts_on=FIRST, by=None)
    with pytest.raises(ValidationError, match="最后一天不能晚于这一天"):
        teams.end_posting(posting=again, last_day=FIRST, reason="退休", by=None)


def test_after_its_last_day_the_team_stays_as_it_was(cast, sign_in, ending, staff, time_machine):
    time_machine.move_to(NOW.replace(year=2027, month=4, day=1), tick=False)
    client = sign_in(Role.OFFICE)
    joining = {"person": staff[2].pk, "is_leader": "0", "starts_on": "2027-02-01"}
    for name in ("team_leader", "team_posting_add", "team_duty_days"):
        answer = client.post(reverse(name, args=[ending.pk]), joining)
        assert answer.status_code == 403
        assert "止于2027年3月31日，不能再作安排" in answer.content.decode()
    assert "增加组员" not in client.get(reverse("team", args=[ending.pk])).content.decode()
    assert not Posting.objects.filter(person=staff[2]).exists()


def test_on_the_way_back_the_instructor_is_replaced_and_the_coming_team_staffed(cast, sign_in, staff):
    village, (one, other, third) = cast.selfgov, staff
    team = self_governance.end_self_governance(
        term=village.self_governance.get(), decided_on=TODAY, starts_on=FIRST, reason="第13号纪要", by=None
    )
    client = sign_in(Role.OFFICE)
    tab = client.get(reverse("village_tab", args=[village.pk, "team"])).content.decode()
    assert "自2027年4月1日起联村" in tab
    assert "结束任职" in tab
    appoint = reverse("instructor_appoint", args=[village.pk])
    assert "村为主自治于2027年3月31日结束，任职到这一天为止。" in client.get(appoint).content.decode()
    assert client.post(appoint, {"person": one.pk, "starts_on": "2027-01-01"}).status_code == 303
    old = cast.people[Role.INSTRUCTOR].name
    assert rows(village) == [
        (old, False, START, date(2026, 12, 31), "由丁指导接任"),
        ("丁指导", False, date(2027, 1, 1), EVE, "终止村为主自治"),
    ]
    shown = client.get(reverse("team_leader", args=[team.pk])).context["form"]
    assert shown["starts_on"].value() == FIRST
    led = {"person": other.pk, "starts_on": "2027-04-01", "version": team.version}
    assert client.post(reverse("team_leader", args=[team.pk]), led).status_code == 303
    joining = {"person": third.pk, "is_leader": "0", "starts_on": "2027-04-01"}
    assert client.post(reverse("team_posting_add", args=[team.pk]), joining).status_code == 303
    assert teams.set_duty_days(team=team, weekdays="24", starts_on=FIRST, by=None).ends_on is None
    assert rows(team) == [("戊接任", True, FIRST, None, ""), ("己组员", False, FIRST, None, "")]
    # Two instructors share no day, and a self-governance that is over takes no other.
    with pytest.raises(ValidationError, match="起始日期须晚于"):
        teams.appoint_instructor(village=village, person=other, starts_on=date(2026, 12, 1), today=TODAY, by=None)
    with pytest.raises(ValidationError, match="没有实行村为主自治"):
        teams.appoint_instructor(village=village, person=other, starts_on=EVE, today=FIRST, by=None)


def test_an_instructor_who_leaves_on_a_day_of_his_own_shares_none_with_the_next(cast, staff):
    posting = cast.selfgov.instructor_postings.get()
    teams.end_posting(posting=posting, last_day=date(2027, 1, 31), reason="退休", by=None)
    appoint = {"village": cast.selfgov, "person": staff[0], "today": TODAY, "by": None}
    with pytest.raises(ValidationError, match="新指导员的起始日期应在此之后"):
        teams.appoint_instructor(starts_on=date(2027, 1, 1), **appoint)
    assert teams.appoint_instructor(starts_on=date(2027, 2, 1), **appoint).ends_on is None


def test_what_was_planned_before_it_began_is_arranged_anew(cast, sign_in, ending, staff):
    """The instructor to come has no day yet: his posting is withdrawn and another one sent, from the village's page."""
    client = sign_in(Role.OFFICE)
    posting = cast.own.instructor_postings.get()
    tab = reverse("village_tab", args=[cast.own.pk, "team"])
    assert reverse("posting_withdraw", args=[posting.pk]) in client.get(tab).content.decode()
    assert client.post(reverse("posting_withdraw", args=[posting.pk]), {"reason": "病休"}).status_code == 303
    appoint = reverse("instructor_appoint", args=[cast.own.pk])
    assert appoint in client.get(tab).content.decode()
    assert client.get(appoint).context["form"]["starts_on"].value() == FIRST
    assert client.post(appoint, {"person": staff[1].pk, "starts_on": FIRST.isoformat()}).status_code == 303
    assert rows(cast.own) == [("戊接任", False, FIRST, None, "")]
