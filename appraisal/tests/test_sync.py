"""Entries that waited on a phone: each exactly once, each judged for itself, none lost."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client

from appraisal.actions import sync as actions
from appraisal.forms.sync import MOST_BYTES, MOST_ITEMS
from appraisal.models import DutyAttendance, DutyLog, DutyNote, DutyPhoto, SyncItem
from appraisal.tests.duty_scenes import LONG_AGO, NOW, THU, TUE, WED, entered, picture
from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry

TOKEN, ITEMS = "/sync/token/", "/sync/items/"
MISSING = object()


@pytest.fixture
def sign(client, cast):
    def as_(role: Role) -> Client:
        client.force_login(cast.users[role], backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
        return client

    return as_


def item(cast: Any, role: Role = Role.LEADER, **more: Any) -> dict[str, Any]:
    """An entry as the phone makes it: today, by himself, at ten."""
    values = {
        "team": str(cast.team.pk),
        "day": THU.isoformat(),
        "people": [str(cast.people[role].pk)],
        "session": "whole",
        "topics": ["households"],
        "text": "走访三户",
        "late_reason": "",
    }
    changed = more.pop("values", {})
    if isinstance(changed, dict):
        values = {k: v for k, v in {**values, **changed}.items() if v is not MISSING}
    else:
        values = changed
    made = {
        "id": str(uuid4()),
        "kind": "duty",
        "user": cast.users[role].pk,
        "device_at": NOW.isoformat(),
        "values": values,
        **more,
    }
    return {k: v for k, v in made.items() if v is not MISSING}


def post(client: Client, *items: Any, now: datetime = NOW, **more: Any) -> Any:
    body = json.dumps({"items": list(items), "now": now.isoformat(), **more})
    return client.post(ITEMS, body, content_type="application/json")


def answers(client: Client, *items: Any, **more: Any) -> list[SimpleNamespace]:
    answer = post(client, *items, **more)
    assert answer.status_code == 200, answer.content.decode()
    return [SimpleNamespace(**each) for each in answer.json()["answers"]]


def counts() -> tuple[int, int, int]:
    return DutyLog.objects.count(), DutyAttendance.objects.count(), DutyNote.objects.count()


# --- Works --------------------------------------------------------------------------------------
def test_an_entry_comes_in(duty, sign):
    sent = item(duty)
    (told,) = answers(sign(Role.LEADER), sent)
    assert (told.id, told.answer, told.label) == (sent["id"], "received", "已接收")
    assert "已登记11月26日驻村" in told.message
    log = DutyLog.objects.get()
    assert told.url == f"/duty/{log.pk}/"
    row = log.attendances.get()
    assert (row.person, row.source, row.device_at, row.created_by) == (
        duty.people[Role.LEADER],
        "self",
        NOW,
        duty.users[Role.LEADER],
    )
    assert log.notes.get().text == "走访三户"
    assert AuditEntry.objects.filter(action="duty.log", by=duty.users[Role.LEADER]).exists()
    kept = SyncItem.objects.get()
    assert (str(kept.client_id), kept.user, kept.device_at) == (sent["id"], duty.users[Role.LEADER], NOW)
    assert kept.payload["text"] == "走访三户"


def test_the_day_of_a_colleague_is_joined(duty, sign):
    entered(duty, Role.MEMBER, by=Role.MEMBER)
    (told,) = answers(sign(Role.LEADER), item(duty))
    assert (told.answer, told.label) == ("merged", "已合并")
    assert told.message.startswith(f"今天已由{duty.users[Role.MEMBER]}登记，已合并为一条。")
    assert counts()[:2] == (1, 2)


def test_however_often_it_is_sent_it_is_one_and_told_word_for_word(duty, sign):
    client, sent = sign(Role.LEADER), item(duty, photo=data_url(picture()))
    first = answers(client, sent)
    entered(duty, Role.MEMBER, by=Role.MEMBER)  # meanwhile the count of the week and who stands there changed
    assert answers(client, sent) == first
    assert answers(client, sent, {**sent, "values": {}}) == first * 2
    assert (DutyAttendance.objects.count(), DutyPhoto.objects.count(), SyncItem.objects.count()) == (2, 1, 1)


def test_a_refusal_is_told_word_for_word_too(duty, sign):
    client, sent = sign(Role.LEADER), item(duty, values={"people": []})
    first = answers(client, sent)
    assert (first[0].answer, first[0].message) == ("attention", "请选择驻村人员")
    assert answers(client, sent) == first
    assert counts() == (0, 0, 0)


def test_an_entry_taken_down_in_time_is_not_late_however_late_it_comes(duty, sign):
    then = datetime.fromisoformat("2026-11-24T16:00:00+08:00")
    (told,) = answers(sign(Role.LEADER), item(duty, device_at=then.isoformat(), values={"day": TUE.isoformat()}))
    assert told.answer == "received"
    assert (DutyLog.objects.get().late_reason, DutyAttendance.objects.get().device_at) == ("", then)


def test_a_day_made_up_wants_its_reason(duty, sign):
    late = {"day": TUE.isoformat()}
    refused, taken = answers(
        sign(Role.LEADER), item(duty, values=late), item(duty, values={**late, "late_reason": "手机没电"})
    )
    assert (refused.answer, "补登" in refused.message) == ("attention", True)
    assert taken.answer == "received"
    assert DutyLog.objects.get().late_reason == "手机没电"


def test_a_day_long_ago_waits_for_consent(duty, sign):
    values = {"day": LONG_AGO.isoformat(), "late_reason": "一直没有信号"}
    (told,) = answers(sign(Role.LEADER), item(duty, values=values))
    assert told.answer == "received"
    assert "片区联络组同意后计入" in told.message
    assert DutyLog.objects.get().state == "pending"


# --- Photos -------------------------------------------------------------------------------------
def data_url(file: Any) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()


def test_a_photo_comes_with_its_entry_and_is_not_kept_twice(duty, sign):
    (told,) = answers(sign(Role.LEADER), item(duty, photo=data_url(picture(2000, 1500))))
    assert told.answer == "received"
    photo = DutyPhoto.objects.get()
    assert max(photo.width, photo.height) == 1600
    assert "base64" not in json.dumps(SyncItem.objects.get().payload)


@pytest.mark.parametrize(
    "photo", ["data:image/jpeg;base64,@@@", "data:image/jpeg;base64,", "data:text/html;base64,PGI+", 7, {"a": 1}]
)
def test_half_a_photo_is_told_and_nothing_entered(photo, duty, sign):
    (told,) = answers(sign(Role.LEADER), item(duty, photo=photo))
    assert (told.answer, "照片没有传完整" in told.message) == ("attention", True)
    assert counts() == (0, 0, 0)


def test_a_photo_that_is_none(duty, sign):
    coded = "data:image/jpeg;base64," + base64.b64encode(b"not a picture").decode()
    (told,) = answers(sign(Role.LEADER), item(duty, photo=coded))
    assert (told.answer, "JPG" in told.message) == ("attention", True)


# --- The clock ----------------------------------------------------------------------------------
def test_a_clock_a_day_off_is_asked_about(duty, sign):
    off = NOW + timedelta(hours=25)
    client, sent = sign(Role.LEADER), item(duty, device_at=off.isoformat(), values={"day": "2026-11-27"})
    (told,) = answers(client, sent, now=off)
    assert (told.answer, told.message, told.clock) == ("attention", "手机日期似乎不对，请确认驻村日期", True)
    assert counts() == (0, 0, 0)
    # Looked at, put right and sent anew: the clock, still off, is no longer asked.
    again = item(duty, device_at=off.isoformat(), confirmed=True)
    (told,) = answers(client, again, now=off)
    assert (told.answer, told.clock) == ("received", False)
    assert DutyAttendance.objects.get().device_at is None


def test_a_clock_less_than_a_day_off_is_not(duty, sign):
    off = NOW - timedelta(hours=23)
    (told,) = answers(
        sign(Role.LEADER), item(duty, device_at=off.isoformat(), values={"day": WED.isoformat()}), now=off
    )
    assert told.answer == "received"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1970-01-01T00:00:00Z"])
def test_a_clock_that_cannot_be(moment, duty, sign):
    (told,) = answers(sign(Role.LEADER), item(duty, device_at=moment))
    assert (told.answer, told.clock) == ("attention", True)


# --- One's trouble is not the others' ---------------------------------------------------------------
def test_one_that_is_refused_stops_no_other(duty, sign):
    good, bad, other = item(duty), item(duty, values={"session": "night"}), item(duty, values={"day": "2026-11-30"})
    told = answers(sign(Role.LEADER), bad, good, other)
    assert [each.answer for each in told] == ["attention", "received", "attention"]
    assert told[0].message == "请从选项中选择"
    assert "不能晚于今天" in told[2].message
    assert SyncItem.objects.count() == 3


def test_our_own_trouble_leaves_the_entry_on_the_phone(duty, sign, monkeypatch, caplog):
    real, broken = actions.log_duty, item(duty, values={"text": "碰到问题"})

    def log_duty(**values: Any) -> Any:
        if values["text"] == "碰到问题":
            raise RuntimeError("broken")
        return real(**values)

    monkeypatch.setattr(actions, "log_duty", log_duty)
    client = sign(Role.LEADER)
    told = answers(client, broken, item(duty))
    assert [each.answer for each in told] == ["wait", "received"]
    assert "仍存在本机" in told[0].message
    assert broken["id"] in caplog.text
    assert SyncItem.objects.count() == 1
    monkeypatch.undo()
    assert answers(client, broken)[0].answer == "merged"


# --- Whose it is --------------------------------------------------------------------------------
def test_what_another_account_made_stays_on_the_phone(duty, sign):
    """A shared phone: the leader is signed in, the member's entry waits for the member."""
    sent = item(duty, Role.MEMBER)
    (told,) = answers(sign(Role.LEADER), sent)
    assert (told.answer, told.message) == ("wait", actions.OTHER_ACCOUNT)
    assert (counts(), SyncItem.objects.count()) == ((0, 0, 0), 0)
    assert answers(sign(Role.MEMBER), sent)[0].answer == "received"
    # And his answer is not told to anybody else.
    (told,) = answers(sign(Role.LEADER), {**sent, "user": duty.users[Role.LEADER].pk})
    assert (told.answer, told.url) == ("wait", "")


@pytest.mark.parametrize("made_by", [MISSING, None, "x", True, 10**30, 1.5, [1]])
def test_an_entry_without_an_account_is_nobodys(made_by, duty, sign):
    (told,) = answers(sign(Role.LEADER), item(duty, user=made_by))
    assert told.answer == "wait"
    assert counts() == (0, 0, 0)


@pytest.mark.parametrize("role", [Role.DISTRICT, Role.COMMITTEE, Role.INSTRUCTOR, Role.GRIDHEAD, Role.AUDITOR])
def test_whoever_enters_no_duty_is_told_so(role, duty, sign):
    sent = item(duty, Role.LEADER, user=duty.users[role].pk)
    (told,) = answers(sign(role), sent)
    assert (told.answer, told.message) == ("attention", actions.NOT_THIS_TEAM.rstrip("。"))
    assert counts() == (0, 0, 0)


def test_another_teams_day_is_not_entered(duty, sign):
    (told,) = answers(sign(Role.LEADER), item(duty, values={"team": str(duty.other_team.pk)}))
    assert told.answer == "attention"
    assert counts() == (0, 0, 0)


def test_a_stranger_in_the_entry(duty, sign):
    (told,) = answers(sign(Role.LEADER), item(duty, values={"people": [str(duty.other_resident.pk)]}))
    assert (told.answer, "不在" in told.message) == ("attention", True)


def test_the_office_enters_for_a_team(duty, sign):
    sent = item(duty, Role.LEADER, user=duty.users[Role.OFFICE].pk)
    answer = post(sign(Role.OFFICE), sent).json()
    assert answer["answers"][0]["answer"] == "received"
    assert answer["next"] == answer["answers"][0]["url"]
    assert DutyAttendance.objects.get().source == "office"


# --- The session --------------------------------------------------------------------------------
def test_without_a_session_the_queue_is_told_to_wait(duty, client):
    for answer in (client.get(TOKEN), post(client, item(duty))):
        assert answer.status_code == 401
        assert answer.json() == {"message": "登录已过期，内容仍存在本机，登录后自动上传。"}
        assert answer["Cache-Control"] == "no-store"
    assert counts() == (0, 0, 0)


def test_the_token_is_needed_and_says_whose_session_it_is(duty):
    client = Client(enforce_csrf_checks=True)
    client.force_login(duty.users[Role.LEADER], backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    assert post(client, item(duty)).status_code == 403
    given = client.get(TOKEN).json()
    assert given["user"] == duty.users[Role.LEADER].pk
    body = json.dumps({"items": [item(duty)], "now": NOW.isoformat()})
    sent = client.post(ITEMS, body, content_type="application/json", headers={"X-CSRFToken": given["token"]})
    assert sent.json()["answers"][0]["answer"] == "received"


def test_somebody_who_looks_on_is_told_on_the_next_page(duty, sign):
    answer = post(sign(Role.LEADER), item(duty), tell=True)
    assert answer.json()["next"] == "/"
    (line,) = [str(message) for message in get_messages(answer.wsgi_request)]
    log = DutyLog.objects.get()
    assert line.startswith("已登记11月26日驻村。")
    assert f'<a href="/duty/{log.pk}/undo/">撤销</a>' in line
    assert f'<a href="/duty/{log.pk}/edit/">补充内容</a>' in line
    quiet = post(sign(Role.MEMBER), item(duty, Role.MEMBER))
    assert len(list(get_messages(quiet.wsgi_request))) == 0


# --- Rubbish --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "null", "7", '"x"', "{}", '{"items": {}}', '{"items": []}', '{"items": [7]}', '{"items": [{}]}',
        '{"items": [{"id": 7}]}', '{"items": [{"id": "x"}]}', "[" * 100_000, '{"items": [null]}', b"\xff\xfe",
    ],
)  # fmt: skip
def test_rubbish_gets_a_sentence(body, duty, sign):
    answer = sign(Role.LEADER).post(ITEMS, body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (
        422,
        {"message": "上传的内容没有读懂，仍存在本机。请刷新页面后再上传。"},
    )


@pytest.mark.parametrize(
    "more",
    [
        {"values": 7}, {"values": []}, {"kind": "leave"}, {"kind": 7}, {"kind": MISSING},
        {"values": {"team": "x"}}, {"values": {"team": MISSING}}, {"values": {"team": 10**30}},
        {"values": {"people": "x"}}, {"values": {"people": ["-1", True, None, "９", 10**30]}},
        {"values": {"people": {"a": 1}}}, {"values": {"people": ["7"] * 100_0}}, {"values": {"day": "gestern"}},
        {"values": {"day": "0001-01-01"}}, {"values": {"day": MISSING}}, {"values": {"topics": ["nothing"]}},
        {"values": {"topics": "households"}}, {"values": {"text": "字" * 301}},
        {"values": {"text": {"a": "b"}, "team": None}},
        {"values": {"late_reason": "字" * 301}}, {"values": {"session": ["whole"]}},
    ],
)  # fmt: skip
def test_rubbish_in_an_entry_is_told_and_kept_within_bounds(more, duty, sign):
    (told,) = answers(sign(Role.LEADER), item(duty, **more))
    assert told.answer == "attention"
    assert told.message
    assert counts() == (0, 0, 0)
    assert len(json.dumps(SyncItem.objects.get().payload)) < 6000


def test_letters_that_no_database_takes(duty, sign):
    sent = item(duty, values={"text": "走访\x00三户\ud800", "\x00": "x"}, device_at="gestern")
    (told,) = answers(sign(Role.LEADER), sent)
    assert told.answer == "received"
    assert DutyNote.objects.get().text == "走访三户?"


def test_too_many_or_too_much_at_once(duty, sign):
    client = sign(Role.LEADER)
    assert post(client, *[item(duty) for _ in range(MOST_ITEMS + 1)]).status_code == 413
    heavy = post(client, item(duty, photo="x" * MOST_BYTES))
    assert (heavy.status_code, heavy.json()["message"]) == (413, "一次上传的内容太多，仍存在本机，请分次上传。")
    assert post(client, item(duty, photo="x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE)).status_code == 413
    assert SyncItem.objects.count() == 0


def test_wrong_methods(duty, sign):
    client = sign(Role.LEADER)
    assert [client.get(ITEMS).status_code, client.post(TOKEN).status_code, client.post("/sync/").status_code] == [
        405
    ] * 3


# --- The page -------------------------------------------------------------------------------------
def test_the_page_shows_what_came_in_from_this_account(duty, sign):
    empty = sign(Role.LEADER).get("/sync/").content.decode()
    assert "还没有从手机上传过" in empty
    answers(sign(Role.LEADER), item(duty))
    answers(sign(Role.LEADER), item(duty, values={"people": []}))
    shown = sign(Role.LEADER).get("/sync/").content.decode()
    assert "已登记11月26日驻村" in shown
    assert "请选择驻村人员" not in shown  # that one is still on the phone
    assert "已登记" not in sign(Role.MEMBER).get("/sync/").content.decode()


# --- What it costs --------------------------------------------------------------------------------
#: Statements for the whole of a sending (session, account, standing, earlier answers, teams), and for one entry
#: more: its envelope (2), its points to go back to (4), and what `log_duty` itself takes.
WHOLE, EACH = 9, 20


def test_statements_of_a_sending(duty, sign, django_assert_max_num_queries):
    client = sign(Role.LEADER)
    days = [THU, WED, TUE]
    reason = {"late_reason": "没有信号"}
    fifty = [
        item(duty, values={"day": (days[n % 3]).isoformat(), "text": f"第{n}条", **reason}) for n in range(MOST_ITEMS)
    ]
    with django_assert_max_num_queries(WHOLE + EACH * MOST_ITEMS):
        told = answers(client, *fifty)
    assert {each.answer for each in told} == {"received", "merged"}
    # Sent again, it is one look.
    with django_assert_max_num_queries(WHOLE):
        assert answers(client, *fifty) == told


def test_ids_are_given_back_as_they_came(duty, sign):
    sent = item(duty)
    (told,) = answers(sign(Role.LEADER), {**sent, "id": sent["id"].upper()})
    assert UUID(told.id) == UUID(sent["id"])
