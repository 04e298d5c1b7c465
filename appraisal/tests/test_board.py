"""去向公示: who is in the village office, who is out, back when."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from appraisal.actions import leave as leaves
from appraisal.actions import outings as actions
from appraisal.board import AWAY, HERE, OUT, UNKNOWN, board_of
from appraisal.models import DutyAttendance, DutyLog, Outing
from appraisal.outing_times import offered_returns
from appraisal.tests.leave_scenes import MONDAY, TODAY, colleague, granted, staff
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import CadreTerm, LiaisonTeam, Person, Village
from villages.tests.counting import queries_of

BOARD, OUTING = "/duty/board/", "/duty/board/out/"


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield


def lines(cast, village=None):
    village = village or cast.own
    return {line.person.name: line for line in board_of([village], timezone.localtime())[village.pk]}


def at(hour, minute=0, days=0):
    return timezone.make_aware(datetime.combine(TODAY + timedelta(days=days), time(hour, minute)))


def out(cast, role=Role.MEMBER, **changes):
    values = {"village": cast.own, "where": "households", "back_expected": at(12), "now": timezone.now()}
    person = cast.people[role]
    return actions.go_out(**{"person": person, "by": cast.users[role], **values, **changes})


def log(cast, person, session="whole", state="present", day=TODAY):
    with acting(by=None, action="test", label="测试"):
        row = DutyLog.objects.filter(team=cast.team, day=day).first() or DutyLog(team=cast.team, day=day)
        row.save()
        DutyAttendance(log=row, person=person, session=session, state=state).save()


def page(client, **query):
    answer = client.get(BOARD, query)
    assert answer.status_code == 200
    return answer.content.decode()


# --- Lines ----------------------------------------------------------------------------------------
def test_the_board_has_the_team_and_the_subsidised_cadres(cast):
    with acting(by=None, action="test", label="测试"):
        CadreTerm(person=cast.resident, village=cast.own, position="women", starts_on=START, is_subsidised=False).save()
    assert list(lines(cast)) == ["甲联村工作组组长", "甲联村工作组组员", "甲村干部"]
    assert {line.state for line in lines(cast).values()} == {UNKNOWN}
    assert list(lines(cast, cast.selfgov)) == ["甲联村工作指导员"]


def test_whoever_is_in_todays_duty_log_is_here(cast):
    log(cast, cast.people[Role.LEADER])
    log(cast, cast.people[Role.CADRE], session="morning")
    log(cast, cast.people[Role.MEMBER], state="withdrawn")
    found = lines(cast)
    assert (found["甲联村工作组组长"].state, found["甲联村工作组组长"].text) == (HERE, "在岗")
    assert found["甲村干部"].text == "在岗（上午）"
    assert found["甲联村工作组组员"].state == UNKNOWN


def test_yesterdays_log_says_nothing_about_today(cast):
    log(cast, cast.people[Role.LEADER], day=TODAY - timedelta(days=1))
    assert lines(cast)["甲联村工作组组长"].state == UNKNOWN


def test_leave_is_shown_without_its_kind_and_official_travel_with_its_destination(cast):
    granted(cast, kind="sick", starts_on=TODAY, ends_on=TODAY)
    granted(cast, Role.CADRE, kind="training", proof="通知", destination="县委党校", starts_on=TODAY, ends_on=MONDAY)
    found = lines(cast)
    private, official = found["甲联村工作组组员"], found["甲村干部"]
    assert (private.state, private.text, private.where) == (AWAY, "请假", "")
    assert private.back == "11月19日回岗"
    assert (official.text, official.where, official.back) == ("公出：培训", "县委党校", "11月24日回岗")


def test_a_substitute_stands_on_the_board(cast):
    person = staff(cast, "癸示例", team=cast.other_team)
    granted(cast, starts_on=TODAY, ends_on=TODAY, substitute=person)
    assert lines(cast)["癸示例"].role == "替班（甲联村工作组组员）"
    log(cast, person)
    assert lines(cast)["癸示例"].state == HERE


def test_an_early_return_takes_the_leave_off_the_board(cast):
    leave = granted(cast, starts_on=TODAY, ends_on=MONDAY)
    assert lines(cast)["甲联村工作组组员"].state == AWAY
    leaves.return_to_post(leave=leave, returned_on=TODAY, by=cast.users[Role.MEMBER], today=TODAY)
    assert lines(cast)["甲联村工作组组员"].state == UNKNOWN


def test_going_out_coming_back_and_being_late(cast):
    log(cast, cast.people[Role.MEMBER])
    outing = out(cast, note="三组")
    line = lines(cast)["甲联村工作组组员"]
    assert (line.state, line.where, line.back, line.overdue) == (OUT, "入户走访：三组", "预计12:00返回", False)
    with time_machine.travel(at(13), tick=False):
        line = lines(cast)["甲联村工作组组员"]
        assert line.overdue
        assert line.back == "预计12:00返回，还没有登记返回"
        actions.come_back(outing=outing, by=cast.users[Role.MEMBER], now=timezone.now())
        assert lines(cast)["甲联村工作组组员"].state == HERE


def test_an_outing_nobody_closed_says_nothing_about_the_next_day(cast):
    first = out(cast)
    with time_machine.travel(at(9, days=1), tick=False):
        assert lines(cast)["甲联村工作组组员"].state == UNKNOWN
        second = out(cast, back_expected=at(11, days=1))
        assert lines(cast)["甲联村工作组组员"].state == OUT
    first.refresh_from_db()
    assert first.back_at == first.back_expected
    assert second.back_at is None


def test_nobody_is_out_twice(cast):
    out(cast)
    with pytest.raises(ValidationError, match="请先登记返回"):
        out(cast, where="town")
    assert Outing.objects.count() == 1


def test_one_comes_back_after_one_went(cast):
    with pytest.raises(ValidationError) as refusal:
        out(cast, back_expected=at(9))
    assert "预计返回时间应晚于现在（10:00）" in str(refusal.value)


def test_coming_back_twice_keeps_the_first_time(cast):
    outing = out(cast)
    first = actions.come_back(outing=outing, by=cast.users[Role.MEMBER], now=at(11)).back_at
    assert actions.come_back(outing=outing, by=cast.users[Role.LEADER], now=at(12)).back_at == first
    assert list(AuditEntry.objects.about(outing).values_list("label", flat=True)) == ["登记返回", "登记外出"]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_offered_times_are_still_to_come_today(now):
    offered = offered_returns(now)
    assert offered
    assert offered == sorted(set(offered))
    assert all(one > now.time() or one == time(23, 59) for one in offered)
    assert len(offered) <= 4


# --- Page -----------------------------------------------------------------------------------------
def test_a_worker_opens_his_own_village_at_once(cast, sign_in):
    text = page(sign_in(Role.LEADER))
    assert "示例一村去向公示" in text
    assert "我要外出" in text
    assert "登记打卡" not in text


def test_office_and_district_see_a_list_of_villages(cast, sign_in):
    log(cast, cast.people[Role.LEADER])
    out(cast)
    text = page(sign_in(Role.OFFICE))
    assert "示例一村" in text
    assert "示例二村" in text
    assert "甲联村工作组组长" in text
    assert "我要外出" not in page(sign_in(Role.OFFICE), village=cast.own.pk)
    with acting(by=None, action="test", label="测试"):
        Village(code="431321101904", name="示例四村", group=cast.group).save()
    text = page(sign_in(Role.DISTRICT))
    assert "示例四村" in text
    assert "示例二村" not in text


def test_list_is_exported(cast, sign_in):
    answer = sign_in(Role.OFFICE).post(BOARD)
    assert answer.status_code == 200
    b"".join(answer.streaming_content)


@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE, Role.DISTRICT])
def test_another_village_is_not_found(cast, sign_in, role):
    client = sign_in(role)
    assert client.get(BOARD, {"village": cast.other.pk}).status_code == 404
    assert client.post(f"{OUTING}?village={cast.other.pk}", {}).status_code in (403, 404)


@pytest.mark.parametrize("role", [Role.GRIDHEAD, Role.SYSADMIN])
def test_who_has_no_business_here_is_refused(cast, sign_in, role):
    assert sign_in(role).get(BOARD).status_code == 403
    assert sign_in(cast.outsider).get(BOARD).status_code == 403


def test_out_in_two_taps_and_back_in_one(cast, sign_in):
    client = sign_in(Role.MEMBER)
    assert 'name="back" value="11:30"' in page(client)
    sent = {"where": "field", "back": "11:30", "person": cast.people[Role.MEMBER].pk}
    answer = client.post(f"{OUTING}?village={cast.own.pk}", sent)
    assert answer.status_code == 303
    outing = Outing.objects.get()
    assert (outing.person, outing.back_expected) == (cast.people[Role.MEMBER], at(11, 30))
    text = page(client)
    assert "我回来了" in text
    assert "您已登记外出（下组、到现场），预计11:30返回" in text
    assert client.post(f"/duty/outings/{outing.pk}/back/").status_code == 303
    outing.refresh_from_db()
    assert outing.back_by == cast.users[Role.MEMBER]
    assert "我要外出" in page(client)


def test_while_one_is_out_no_colleague_is_sent_out_by_a_slip(cast, sign_in):
    out(cast)
    text = page(sign_in(Role.MEMBER))
    assert "替同事登记外出" in text
    assert "请选择</option>" in text
    answer = sign_in(Role.MEMBER).post(OUTING, {"where": "field", "back": "11:30", "person": ""})
    assert answer.status_code == 422
    assert "请选择外出的人" in answer.content.decode()
    assert Outing.objects.count() == 1


def test_a_typed_time_and_a_colleague(cast, sign_in):
    client = sign_in(Role.LEADER)
    sent = {"where": "town", "back": "", "back_time": "16:20", "person": cast.people[Role.CADRE].pk, "note": "送材料"}
    assert client.post(OUTING, sent).status_code == 303
    outing = Outing.objects.get()
    assert (outing.person, outing.left_by) == (cast.people[Role.CADRE], cast.users[Role.LEADER])
    assert outing.back_expected == at(16, 20)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"back": "11:30"}, "请选择去向"),
        ({"where": "field"}, "请选择或填写预计返回时间"),
        ({"where": "field", "back_time": "25:99"}, "请按14:05的格式填写返回时间"),
        ({"where": "field", "back_time": "08:00"}, "预计返回时间应晚于现在（10:00）"),
        ({"where": "nowhere", "back": "11:30"}, "请选择去向"),
    ],
)
def test_bad_input_keeps_what_was_typed(cast, sign_in, sent, sentence):
    values = {"person": cast.people[Role.MEMBER].pk, "note": "三组水渠", **sent}
    answer = sign_in(Role.MEMBER).post(OUTING, values)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert "三组水渠" in text
    assert not Outing.objects.exists()


def test_nobody_of_another_village_is_sent_out(cast, sign_in):
    sent = {"where": "field", "back": "11:30", "person": cast.other_resident.pk}
    answer = sign_in(Role.MEMBER).post(OUTING, sent)
    assert answer.status_code == 422
    assert not Outing.objects.exists()


@pytest.mark.parametrize("role", [Role.OFFICE, Role.DISTRICT, Role.WINDOW])
def test_only_workers_of_the_village_note_who_goes_and_comes(cast, sign_in, role):
    outing = out(cast)
    client = sign_in(role)
    assert client.post(f"/duty/outings/{outing.pk}/back/").status_code == 403
    assert client.post(OUTING).status_code == 403
    outing.refresh_from_db()
    assert outing.back_at is None


def test_wrong_methods_are_refused(cast, sign_in):
    outing = out(cast)
    client = sign_in(Role.MEMBER)
    assert client.get(f"/duty/outings/{outing.pk}/back/").status_code == 405
    assert client.put(BOARD).status_code == 405


def test_door_sheet_prints_names_and_destinations(cast, sign_in):
    out(cast)
    text = page(sign_in(Role.MEMBER), village=cast.own.pk, print=1)
    assert 'class="door"' in text
    assert "入户走访" in text
    assert "我要外出" not in text


def test_window_sees_the_board_without_private_reasons(cast, sign_in):
    granted(cast, kind="sick", reason="住院检查", starts_on=TODAY, ends_on=TODAY)
    text = page(sign_in(Role.WINDOW), village=cast.own.pk)
    assert "请假" in text
    assert "病假" not in text
    assert "住院检查" not in text


def test_as_many_queries_for_many_villages(cast, sign_in):
    client = sign_in(Role.OFFICE)
    granted(cast, starts_on=TODAY, ends_on=TODAY)
    few, one = queries_of(client, BOARD), queries_of(client, f"{BOARD}?village={cast.own.pk}")
    with acting(by=None, action="test", label="测试"):
        for n in range(10):
            village = Village(code=f"4313211011{n:02}", name=f"示例{n + 10}村", group=cast.group)
            village.save()
            LiaisonTeam(village=village, starts_on=START).save()
            cadre = Person(name=f"示例干部{n}", village=village)
            cadre.save()
            CadreTerm(person=cadre, village=village, position="clerk", starts_on=START).save()
        for n in range(10):
            person = colleague(cast, f"示例{n}", user=True)
            out(cast, person=person, by=person.user)
    assert queries_of(client, BOARD) == few <= 15
    assert queries_of(client, f"{BOARD}?village={cast.own.pk}") == one <= 15
