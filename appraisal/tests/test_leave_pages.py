"""请假公出: list, page, asking, deciding, taking back, coming back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from appraisal.actions import leave as actions
from appraisal.models import DutyAttendance, DutyLog, Leave
from appraisal.tests.leave_scenes import FRIDAY, MONDAY, TODAY, TUESDAY, ask, colleague, granted, staff
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.models import Posting
from villages.tests.counting import queries_of

LIST = "/leave/"


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield


def url(leave, name="leave"):
    return reverse(name, args=[leave.pk])


def page(client, address, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


PRIVATE = {"kind": "personal", "starts_on": "2026-11-23", "ends_on": "2026-11-24", "reason": "家里盖房"}


# --- List -----------------------------------------------------------------------------------------
def test_list_begins_with_what_waits_for_the_reader_and_then_his_own(cast, sign_in):
    ask(cast, Role.CADRE)
    ask(cast, Role.LEADER)
    granted(cast, decided_by=cast.users[Role.LEADER])
    text = page(sign_in(Role.LEADER), LIST)
    places = [text.index(word) for word in ("待您批", "甲村干部</a>", "本人的", "甲联村工作组组长</a>", "其他同志的")]
    assert places == sorted(places)
    assert "共3条" in text
    assert "待您批" not in page(sign_in(Role.MEMBER), LIST)


def test_list_shows_only_the_villages_one_sees(cast, sign_in):
    other = staff(cast, "癸示例", user=True, team=cast.other_team)
    ask(cast, person=other)
    ask(cast)
    text = page(sign_in(Role.MEMBER), LIST)
    assert "甲联村工作组组员" in text
    assert "癸示例" not in text
    assert "癸示例" in page(sign_in(Role.OFFICE), LIST)


@pytest.mark.parametrize("role", [Role.WINDOW, Role.GRIDHEAD, Role.SYSADMIN])
def test_who_has_no_business_with_leave_is_refused(cast, sign_in, role):
    assert sign_in(role).get(LIST).status_code == 403


def test_outsider_is_refused(cast, sign_in):
    assert sign_in(cast.outsider).get(LIST).status_code == 403
    assert sign_in(cast.outsider).get("/leave/new/").status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "asked"}, {"甲村干部"}),
        ({"state": "approved"}, {"甲联村工作组组员", "甲联村工作组组长"}),
        ({"state": "overdue"}, {"甲联村工作组组长"}),
        ({"kind": "official"}, {"甲联村工作组组员"}),
        ({"kind": "private"}, {"甲村干部", "甲联村工作组组长"}),
        ({"kind": "sick"}, {"甲联村工作组组长"}),
        ({"since": "2026-11-24"}, {"甲村干部"}),
        ({"until": "2026-11-20"}, {"甲联村工作组组长"}),
        ({"since": "2026-11-10", "until": "2026-11-23"}, {"甲村干部", "甲联村工作组组员", "甲联村工作组组长"}),
        ({"q": "组员"}, {"甲联村工作组组员"}),
    ],
)
def test_list_is_narrowed(cast, sign_in, query, found):
    ask(cast, Role.CADRE, ends_on=TUESDAY)
    granted(cast, kind="meeting", proof="会议通知", destination="县里")
    early = date(2026, 11, 12)
    granted(cast, Role.LEADER, kind="sick", starts_on=early, ends_on=date(2026, 11, 13), is_oral=True)
    text = page(sign_in(Role.OFFICE), LIST, **query)
    names = {"甲村干部", "甲联村工作组组员", "甲联村工作组组长"}
    assert {name for name in names if f"{name}</a>" in text} == found


def test_list_narrows_to_a_team_and_a_district(cast, sign_in):
    ask(cast)
    ask(cast, person=staff(cast, "癸示例", user=True, team=cast.other_team))
    client = sign_in(Role.OFFICE)
    for query in ({"team": cast.other_team.pk}, {"group": cast.other_group.pk}):
        text = page(client, LIST, **query)
        assert "癸示例" in text
        assert "甲联村工作组组员</a>" not in text


def test_list_is_printed_and_exported(cast, sign_in):
    ask(cast)
    client = sign_in(Role.OFFICE)
    assert "甲联村工作组组员" in page(client, LIST, print=1)
    answer = client.post(LIST)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    b"".join(answer.streaming_content)


def test_list_and_page_need_as_many_queries_for_many_leaves(cast, sign_in):
    leave = ask(cast)
    client = sign_in(Role.OFFICE)
    few, one = queries_of(client, LIST), queries_of(client, url(leave))
    for n in range(12):
        person = colleague(cast, f"示例{n}", user=True)
        ask(cast, person=person, substitute=cast.people[Role.LEADER], starts_on=TUESDAY, ends_on=TUESDAY)
    assert queries_of(client, LIST) == few <= 15
    assert queries_of(client, url(leave)) == one <= 15


# --- Page and what is read there ------------------------------------------------------------------
def test_page_says_the_chain_in_words(cast, sign_in):
    leave = ask(cast, ends_on=TUESDAY)
    text = page(sign_in(Role.MEMBER), url(leave))
    assert "2天，由片区联络组批" in text
    assert "待片区联络组批" in text
    assert "11月23日—11月24日，共2天" in text


def test_page_of_another_village_is_not_found(cast, sign_in):
    leave = ask(cast, person=staff(cast, "癸示例", user=True, team=cast.other_team))
    for name in ("leave", "leave_decide", "leave_withdraw", "leave_return", "leave_substitute"):
        assert sign_in(Role.LEADER).get(url(leave, name)).status_code == 404


@pytest.mark.parametrize(
    ("role", "reads"),
    [
        (Role.MEMBER, True),
        (Role.LEADER, True),
        (Role.DISTRICT, True),
        (Role.OFFICE, True),
        (Role.AUDITOR, True),
        (Role.CADRE, False),
    ],
)
def test_the_reason_of_a_private_leave_is_not_everybodys(cast, sign_in, role, reads):
    leave = granted(cast, kind="sick", reason="住院检查")
    client = sign_in(role)
    assert ("住院检查" in page(client, url(leave))) is reads
    assert ("住院检查" in page(client, LIST)) is reads
    # Nor does it come round by the history of the village.
    assert "住院检查" not in page(client, f"/villages/{cast.own.pk}/history/")


def test_a_duty_day_logged_during_the_leave_is_shown_and_both_stay(cast, sign_in):
    leave = granted(cast, ends_on=TUESDAY)
    with acting(by=None, action="test", label="测试"):
        log = DutyLog(team=cast.team, day=TUESDAY)
        log.save()
        DutyAttendance(log=log, person=cast.people[Role.MEMBER]).save()
    text = page(sign_in(Role.MEMBER), url(leave))
    assert "11月24日登记过驻村，两项都保留" in text
    leave.refresh_from_db()
    assert leave.state == Leave.State.APPROVED
    assert DutyAttendance.objects.filter(state="present").count() == 1


def test_who_decides_is_warned_that_the_asker_stands_in_for_another(cast, sign_in):
    granted(cast, substitute=cast.people[Role.LEADER])
    leave = ask(cast, Role.LEADER)
    assert "这几天甲联村工作组组长是甲联村工作组组员（11月23日）的替班人" in page(sign_in(Role.DISTRICT), url(leave))


def test_overdue_return_is_said_plainly(cast, sign_in):
    leave = granted(cast, starts_on=date(2026, 11, 12), ends_on=date(2026, 11, 13), is_oral=True)
    text = page(sign_in(Role.LEADER), url(leave))
    assert "应于2026年11月16日回岗，还没有销假" in text
    assert "逾期补办" in text
    assert "应回岗未销假" in page(sign_in(Role.LEADER), LIST)


# --- Asking ---------------------------------------------------------------------------------------
def test_a_member_asks_on_the_phone_form(cast, sign_in):
    client = sign_in(Role.MEMBER)
    text = page(client, "/leave/new/")
    assert "data-days" in text
    assert 'name="proof"' not in text
    answer = client.post("/leave/new/", {**PRIVATE, "substitute": cast.people[Role.LEADER].pk})
    leave = Leave.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == url(leave)
    assert (leave.person, leave.substitute, leave.step) == (
        cast.people[Role.MEMBER],
        cast.people[Role.LEADER],
        "group",
    )
    assert "2天，由片区联络组批" in page(client, url(leave))


def test_a_leave_without_an_end_is_one_day(cast, sign_in):
    assert sign_in(Role.MEMBER).post("/leave/new/", {**PRIVATE, "ends_on": ""}).status_code == 303
    leave = Leave.objects.get()
    assert (leave.starts_on, leave.ends_on, leave.step) == (MONDAY, MONDAY, "leader")


def test_official_travel_shows_and_requires_its_ground_without_javascript(cast, sign_in):
    client = sign_in(Role.MEMBER)
    address = "/leave/new/?official=1"
    text = page(client, address)
    assert 'name="proof"' in text
    values = {**PRIVATE, "kind": "meeting", "destination": "县委党校"}
    answer = client.post(address, values)
    assert answer.status_code == 422
    assert "请填写依据" in answer.content.decode()
    assert "县委党校" in answer.content.decode()
    assert client.post(address, {**values, "proof": "县委办通知"}).status_code == 303
    # A kind of the other tab is no choice here.
    assert client.post("/leave/new/", {**PRIVATE, "kind": "meeting"}).status_code == 422


def test_bad_input_keeps_what_was_typed(cast, sign_in):
    answer = sign_in(Role.MEMBER).post("/leave/new/", {**PRIVATE, "ends_on": "2026-11-20"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "截止日期不能早于起始日期（2026年11月23日）" in text
    assert "家里盖房" in text
    assert not Leave.objects.exists()


def test_the_office_asks_for_somebody_and_nobody_else_does(cast, sign_in):
    client = sign_in(Role.OFFICE)
    person = cast.people[Role.CADRE]
    assert client.post("/leave/new/for/", {**PRIVATE, "person": person.pk}).status_code == 303
    leave = Leave.objects.get()
    assert (leave.person, leave.created_by) == (person, cast.users[Role.OFFICE])
    assert "代本人申请" in page(client, url(leave))
    assert sign_in(Role.LEADER).get("/leave/new/for/").status_code == 403
    assert sign_in(Role.OFFICE).get("/leave/new/").status_code == 403


def test_a_doubled_sending_asks_once(cast, sign_in):
    client = sign_in(Role.MEMBER)
    sent = {**PRIVATE, "once": "6a8f8a52-1111-4222-8333-444455556666"}
    first, second = client.post("/leave/new/", sent), client.post("/leave/new/", sent)
    assert first["Location"] == second["Location"]
    assert Leave.objects.count() == 1


# --- Deciding -------------------------------------------------------------------------------------
def test_the_leader_grants_from_the_page(cast, sign_in):
    leave = ask(cast)
    client = sign_in(Role.LEADER)
    assert reverse("leave_decide", args=[leave.pk]) in page(client, url(leave))
    answer = client.post(url(leave, "leave_decide"), {"decision": "approve", "version": leave.version})
    assert answer.status_code == 303
    leave.refresh_from_db()
    assert (leave.state, leave.decided_by) == ("approved", cast.users[Role.LEADER])
    assert "提交审批意见" not in page(client, url(leave))


def test_declining_without_a_reason_keeps_the_choice(cast, sign_in):
    leave = ask(cast)
    answer = sign_in(Role.LEADER).post(url(leave, "leave_decide"), {"decision": "decline", "version": leave.version})
    assert answer.status_code == 422
    assert "不批请写明原因" in answer.content.decode()
    leave.refresh_from_db()
    assert leave.state == "asked"


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.LEADER, 200),
        (Role.DISTRICT, 200),
        (Role.OFFICE_LEAD, 200),
        (Role.COMMITTEE, 200),
        (Role.OFFICE, 403),
        (Role.AUDITOR, 403),
        (Role.MEMBER, 403),
        (Role.CADRE, 403),
    ],
)
def test_who_may_decide_a_leaders_step(cast, sign_in, role, status):
    assert sign_in(role).get(url(ask(cast), "leave_decide")).status_code == status


def test_the_leader_does_not_decide_what_is_above_him(cast, sign_in):
    leave = ask(cast, ends_on=TUESDAY)
    answer = sign_in(Role.LEADER).post(url(leave, "leave_decide"), {"decision": "approve", "version": leave.version})
    assert answer.status_code == 403
    assert "由片区联络组批" in answer.content.decode()
    leave.refresh_from_db()
    assert leave.state == "asked"


@pytest.mark.parametrize("role", [Role.LEADER, Role.DISTRICT, Role.MEMBER])
def test_nobody_decides_his_own(cast, sign_in, role):
    leave = ask(cast, role)
    client = sign_in(role)
    answer = client.post(url(leave, "leave_decide"), {"decision": "approve", "version": leave.version})
    assert answer.status_code == 403
    assert "不能批自己的请假" in answer.content.decode()
    assert "提交审批意见" not in page(client, url(leave))
    leave.refresh_from_db()
    assert leave.state == "asked"


def test_the_head_of_the_office_does_not_decide_what_he_asked_for(cast, sign_in):
    leave = ask(cast, by=cast.users[Role.OFFICE_LEAD])
    answer = sign_in(Role.OFFICE_LEAD).get(url(leave, "leave_decide"))
    assert answer.status_code == 403
    assert "由您代为申请" in answer.content.decode()


def test_a_district_member_does_not_decide_for_the_team_he_serves_in(cast, sign_in):
    leave = ask(cast, ends_on=TUESDAY)
    assert sign_in(Role.DISTRICT).get(url(leave, "leave_decide")).status_code == 200
    with acting(by=None, action="test", label="测试"):
        Posting(team=cast.team, person=cast.people[Role.DISTRICT], starts_on=START).save()
    answer = sign_in(type(cast.outsider).objects.get(pk=cast.users[Role.DISTRICT].pk)).get(url(leave, "leave_decide"))
    assert answer.status_code == 403
    assert "涉及本人所在工作组，请由其他同志处理。" in answer.content.decode()


def test_a_form_opened_before_another_decision_shows_both(cast, sign_in):
    leave = ask(cast)
    opened = leave.version
    actions.approve(leave=leave, by=cast.users[Role.LEADER])
    answer = sign_in(Role.DISTRICT).post(
        url(leave, "leave_decide"), {"decision": "decline", "note": "示例", "version": opened}
    )
    assert answer.status_code == 409
    leave.refresh_from_db()
    assert leave.state == "approved"


# --- Withdrawing, coming back, another substitute -------------------------------------------------
def test_one_withdraws_comes_back_and_changes_the_substitute_oneself(cast, sign_in):
    client = sign_in(Role.MEMBER)
    leave = ask(cast)
    assert client.post(url(leave, "leave_withdraw"), {"version": leave.version}).status_code == 303
    leave = granted(cast, ends_on=FRIDAY)
    person = colleague(cast)
    sent = {"substitute": person.pk, "version": leave.version}
    assert client.post(url(leave, "leave_substitute"), sent).status_code == 303
    with time_machine.travel(f"{TUESDAY}T18:00:00+08:00", tick=False):
        client = sign_in(Role.MEMBER)
        assert "销假" in page(client, url(leave))
        leave.refresh_from_db()
        sent = {"returned_on": "2026-11-24", "version": leave.version}
        assert client.post(url(leave, "leave_return"), sent).status_code == 303
    leave.refresh_from_db()
    assert (leave.state, leave.substitute, leave.last_day) == ("returned", person, MONDAY)
    assert "2026年11月24日提前回岗" in page(client, url(leave))


def test_withdrawing_what_is_granted_needs_a_reason_on_the_page(cast, sign_in):
    leave = granted(cast)
    answer = sign_in(Role.MEMBER).post(url(leave, "leave_withdraw"), {"version": leave.version})
    assert answer.status_code == 422
    assert "请填写原因" in answer.content.decode()


def test_the_future_is_no_day_of_return(cast, sign_in):
    leave = granted(cast, starts_on=TODAY, ends_on=FRIDAY)
    sent = {"returned_on": str(TODAY + timedelta(days=1)), "version": leave.version}
    answer = sign_in(Role.MEMBER).post(url(leave, "leave_return"), sent)
    assert answer.status_code == 422
    assert "回岗日期不能晚于今天" in answer.content.decode()


@pytest.mark.parametrize("name", ["leave_withdraw", "leave_return", "leave_substitute"])
@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE, Role.DISTRICT, Role.COMMITTEE])
def test_others_leave_these_steps_to_the_person_and_the_office(cast, sign_in, name, role):
    assert sign_in(role).get(url(granted(cast), name)).status_code == 403


def test_who_is_away_is_not_offered_as_another_substitute(cast, sign_in):
    away, free = colleague(cast, "庚示例", user=True), colleague(cast, "辛示例")
    leave = granted(cast)
    ask(cast, person=away)
    text = page(sign_in(Role.MEMBER), url(leave, "leave_substitute"))
    assert "辛示例（示例一村联村工作组）" in text
    assert "庚示例" not in text
    assert free.pk


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_wrong_methods_are_refused(cast, sign_in, method):
    leave = ask(cast)
    client = sign_in(Role.MEMBER)
    for address in (LIST, "/leave/new/", url(leave), url(leave, "leave_withdraw")):
        assert getattr(client, method)(address).status_code == 405
    assert client.post(url(leave)).status_code == 405


def test_reading_writes_nothing(cast, sign_in, django_assert_max_num_queries):
    leave = granted(cast, starts_on=TODAY, ends_on=TODAY)
    client = sign_in(Role.MEMBER)
    version = leave.version
    for name in ("leave", "leave_withdraw", "leave_return", "leave_substitute"):
        with django_assert_max_num_queries(20, connection=connection):
            page(client, url(leave, name))
    leave.refresh_from_db()
    assert leave.version == version
