"""Entering a duty day: what counts, what merges, what is refused, who is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum

from appraisal import facts
from appraisal.actions.duty import log_duty, undo
from appraisal.actions.duty_contents import MOST_PHOTOS, add_content, withdraw_photo
from appraisal.models import DutyAttendance, DutyLog, WorkRules
from appraisal.tests.duty_scenes import LONG_AGO, NOW, THU, TODAY, TUE, WED, entered, picture
from appraisal.tests.test_facts import on_leave
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.tests.answers import told
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry


def sources(log) -> dict[str, str]:
    return {row.person.name: row.source for row in log.attendances.all()}


# --- Works --------------------------------------------------------------------------------------
def test_a_day_is_entered(duty):
    logged = entered(duty, session="morning", topics=["households", "visitors"], text=" 走访三户 ")
    assert logged.sentence == "已登记11月26日驻村。本周1/2天。"
    assert not logged.merged
    row = logged.log.attendances.get()
    assert (row.person, row.session, row.source, row.created_by) == (
        duty.people[Role.LEADER],
        "morning",
        "self",
        duty.users[Role.LEADER],
    )
    note = logged.log.notes.get()
    assert (note.topics, note.text) == (["visitors", "households"], "走访三户")
    assert logged.log.state == "registered"
    actions = set(AuditEntry.objects.filter(action="duty.log").values_list("model", flat=True))
    assert actions == {"appraisal.dutylog", "appraisal.dutyattendance", "appraisal.dutynote"}


def test_the_same_entry_twice_is_one(duty):
    first = entered(duty, text="走访")
    again = entered(duty, text="走访")
    assert again.log == first.log
    assert again.sentence == "11月26日驻村已经登记过，没有重复登记。本周1/2天。"
    assert (DutyLog.objects.count(), DutyAttendance.objects.count(), first.log.notes.count()) == (1, 1, 1)


def test_two_members_meet_in_one_entry(duty):
    entered(duty, topics=["visitors"])
    logged = entered(duty, Role.MEMBER, by=Role.MEMBER, topics=["meeting"])
    assert logged.merged
    assert logged.sentence == "今天已由甲联村工作组组长登记，已合并为一条。本周1/2天。"
    assert DutyLog.objects.count() == 1
    assert [note.topics for note in logged.log.notes.all()] == [["visitors"], ["meeting"]]
    assert facts.duty_of([duty.team], Week.of(TODAY), TODAY)[duty.team.pk].done == 1


def test_one_may_change_ones_own_session_by_entering_again(duty):
    entered(duty)
    entered(duty, session="afternoon")
    assert DutyAttendance.objects.get().session == "afternoon"


def test_colleagues_and_the_cadre_come_along(duty, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        logged = entered(duty, Role.LEADER, Role.MEMBER, Role.CADRE)
    assert set(sources(logged.log).values()) == {"self", "colleague"}
    sentence = "甲联村工作组组长为您登记了11月26日在示例一村驻村。如与事实不符，请点“不是我”。"
    assert told(duty.users[Role.MEMBER]) == told(duty.users[Role.CADRE]) == [sentence]
    assert told(duty.users[Role.LEADER]) == []


def test_a_cadre_enters_the_team(duty):
    logged = entered(duty, Role.LEADER, Role.CADRE, by=Role.CADRE)
    assert sources(logged.log) == {"甲联村工作组组长": "colleague", "甲村干部": "self"}
    assert logged.sentence.endswith("本周1/2天。")
    alone = entered(duty, Role.CADRE, by=Role.CADRE, day=WED, late_reason="昨天忙")
    assert alone.sentence.endswith("本周1/2天。")


def test_the_office_keys_from_paper(duty):
    logged = entered(duty, Role.MEMBER, by=Role.OFFICE, day=LONG_AGO)
    assert sources(logged.log) == {"甲联村工作组组员": "office"}
    assert (logged.log.state, logged.log.late_reason) == ("registered", "按纸质登记表代录")
    assert logged.log.attendances.get().get_source_display() == "联村办代录"
    assert logged.sentence == "已登记11月18日驻村。该周1/2天。"


def test_a_substitute_stands_in(duty):
    leave = on_leave(duty, duty.people[Role.MEMBER], starts_on=THU, ends_on=THU, substitute=duty.people[Role.DISTRICT])
    logged = log_duty(
        team=duty.team, day=THU, people=[duty.people[Role.DISTRICT].pk], by=duty.users[Role.LEADER], today=TODAY
    )
    assert logged.log.attendances.get().as_substitute == leave
    assert logged.sentence.endswith("本周1/2天。")


# --- Late ---------------------------------------------------------------------------------------
def test_a_late_entry_needs_its_reason(duty):
    with pytest.raises(ValidationError) as refusal:
        entered(duty, day=TUE)
    assert refusal.value.message_dict == {"late_reason": ["2026年11月24日的驻村属于补登，请写明补登原因。"]}
    assert not DutyLog.objects.exists()


@pytest.mark.parametrize(("days", "state"), [(1, "registered"), (7, "registered"), (8, "pending"), (40, "pending")])
def test_days_within_which_a_late_entry_counts_at_once(duty, days, state):
    logged = entered(duty, day=TODAY - timedelta(days=days), late_reason="当天没有信号")
    assert logged.log.state == state


def test_the_days_are_those_of_the_rules(duty):
    with acting(by=None, action="test", label="测试"):
        WorkRules(starts_on=date(2026, 11, 23), makeup_days=1).save()
    assert entered(duty, day=TUE, late_reason="没有信号").log.state == "pending"


def test_beyond_the_days_the_liaison_group_is_asked(duty, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        logged = entered(duty, day=LONG_AGO, late_reason="手机丢失")
    assert logged.sentence == "已申请补登11月18日驻村，片区联络组同意后计入。"
    assert told(duty.users[Role.DISTRICT]) == ["示例一村联村工作组申请补登11月18日驻村，请办理。"]
    assert facts.duty_of([duty.team], Week.of(LONG_AGO), TODAY)[duty.team.pk].done == 0


def test_nobody_joins_a_counted_day_after_the_days_of_the_rules(duty):
    entered(duty, Role.LEADER, by=Role.OFFICE, day=LONG_AGO)
    with pytest.raises(ValidationError, match="补充人员已超过补登期限"):
        entered(duty, Role.MEMBER, by=Role.MEMBER, day=LONG_AGO, late_reason="忘了")
    assert DutyAttendance.objects.count() == 1


def test_the_office_brings_a_waiting_day_to_count(duty):
    entered(duty, day=LONG_AGO, late_reason="手机丢失")
    logged = entered(duty, Role.MEMBER, by=Role.OFFICE, day=LONG_AGO)
    assert (logged.log.state, logged.log.decided_by) == ("registered", duty.users[Role.OFFICE])


# --- From the phone -----------------------------------------------------------------------------
def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, NOW.time().replace(hour=hour), tzinfo=NOW.tzinfo)


def test_what_waited_on_a_phone_is_not_late(duty):
    logged = entered(duty, day=TUE, device_at=at(TUE))
    assert (logged.log.state, logged.log.late_reason) == ("registered", "")
    row = logged.log.attendances.get()
    assert (row.device_at, row.created_at) == (at(TUE), NOW)


def test_what_waited_longer_than_the_days_of_the_rules_is_looked_at(duty):
    logged = entered(duty, day=LONG_AGO, device_at=at(LONG_AGO))
    assert (logged.log.state, logged.log.late_reason) == ("pending", "在手机上按时登记，上传时已超过补登期限")


def test_an_entry_of_another_day_is_late_on_a_phone_too(duty):
    with pytest.raises(ValidationError, match="请写明补登原因"):
        entered(duty, day=TUE, device_at=at(WED))


@pytest.mark.parametrize(
    "clock",
    [
        {"device_at": NOW + timedelta(hours=25)},
        {"device_at": NOW, "device_now": NOW + timedelta(hours=25)},
        {"device_at": NOW - timedelta(days=2), "device_now": NOW - timedelta(hours=25)},
    ],
)
def test_a_phone_a_day_off_is_asked(duty, clock):
    with pytest.raises(ValidationError) as refusal:
        entered(duty, **clock)
    assert refusal.value.message_dict == {"day": ["手机日期似乎不对，请确认驻村日期"]}


def test_a_phone_some_hours_off_is_believed(duty):
    entered(duty, device_at=NOW + timedelta(hours=5), device_now=NOW + timedelta(hours=5))
    assert DutyLog.objects.count() == 1


# --- Refused ------------------------------------------------------------------------------------
def test_tomorrow_is_refused(duty):
    with pytest.raises(ValidationError, match="驻村日期不能晚于今天（2026年11月26日）"):
        entered(duty, day=TODAY + timedelta(days=1))


def test_days_without_the_team_are_refused(duty):
    with pytest.raises(ValidationError, match="2024年1月1日成立"):
        entered(duty, day=START - timedelta(days=1), late_reason="补")
    with acting(by=None, action="test", label="测试"):
        duty.team.ends_on = TUE
        duty.team.save()
    with pytest.raises(ValidationError, match="止于2026年11月24日"):
        entered(duty)


def test_strangers_and_nobody_are_refused(duty):
    with pytest.raises(ValidationError, match="请选择驻村人员"):
        log_duty(team=duty.team, day=THU, people=[], by=duty.users[Role.LEADER], today=TODAY)
    for person in (duty.resident, duty.people[Role.DISTRICT]):
        with pytest.raises(ValidationError, match=f"{person}在2026年11月26日不在示例一村联村工作组任职"):
            log_duty(team=duty.team, day=THU, people=[person], by=duty.users[Role.LEADER], today=TODAY)
    with pytest.raises(ValidationError, match="所选人员在"):
        log_duty(team=duty.team, day=THU, people=[987654], by=duty.users[Role.LEADER], today=TODAY)
    assert not DutyLog.objects.exists()


def test_unknown_words_are_refused(duty):
    with pytest.raises(ValidationError, match="做了什么"):
        entered(duty, topics=["sleeping"])
    with pytest.raises(ValidationError):
        entered(duty, session="night")
    with pytest.raises(ValidationError):
        entered(duty, text="很" * 301)
    assert not DutyLog.objects.exists()


# --- Taking back --------------------------------------------------------------------------------
def test_undo_takes_ones_own_entries_back(duty):
    log = entered(duty, text="走访", photos=[picture()]).log
    undo(log=log, by=duty.users[Role.LEADER], today=TODAY)
    log.refresh_from_db()
    assert (log.state, log.attendances.get().state) == ("withdrawn", "withdrawn")
    assert not log.notes.filter(withdrawn_at=None).exists()
    assert not log.photos.filter(withdrawn_at=None).exists()
    assert log.photos.get().withdrawn_by == duty.users[Role.LEADER]


def test_undo_leaves_what_others_entered(duty):
    entered(duty)
    log = entered(duty, Role.MEMBER, by=Role.MEMBER).log
    undo(log=log, by=duty.users[Role.LEADER], today=TODAY)
    log.refresh_from_db()
    assert log.state == "registered"
    assert {row.person.name: row.state for row in log.attendances.all()} == {
        "甲联村工作组组长": "withdrawn",
        "甲联村工作组组员": "present",
    }


def test_what_was_taken_back_can_be_entered_again(duty):
    log = entered(duty).log
    undo(log=log, by=duty.users[Role.LEADER], today=TODAY)
    again = entered(duty, Role.MEMBER, by=Role.MEMBER)
    assert (again.log.pk, again.log.state, again.log.created_by) == (log.pk, "registered", duty.users[Role.MEMBER])
    assert again.sentence == "已登记11月26日驻村。本周1/2天。"


def test_undo_is_for_the_same_day_and_the_same_hand(duty):
    log = entered(duty, Role.LEADER, Role.MEMBER).log
    with pytest.raises(ValidationError, match="只能撤销本人当天登记的驻村"):
        undo(log=log, by=duty.users[Role.MEMBER], today=TODAY)
    tomorrow = time_machine.travel(NOW + timedelta(days=1), tick=False)
    with tomorrow, pytest.raises(ValidationError, match="只能撤销本人当天登记的驻村"):
        undo(log=log, by=duty.users[Role.LEADER], today=TODAY + timedelta(days=1))


# --- Contents -----------------------------------------------------------------------------------
def test_content_is_written_anew_by_its_own_author(duty):
    log = entered(duty, topics=["visitors"], text="接待两人").log
    entered(duty, Role.MEMBER, by=Role.MEMBER, text="开会")
    add_content(log=log, by=duty.users[Role.LEADER], topics=["meeting"], text="接待三人", session="morning")
    assert [(note.created_by.name, note.topics, note.text) for note in log.notes.all()] == [
        ("甲联村工作组组长", ["meeting"], "接待三人"),
        ("甲联村工作组组员", [], "开会"),
    ]
    assert {row.person.name: row.session for row in log.attendances.all()} == {
        "甲联村工作组组长": "morning",
        "甲联村工作组组员": "whole",
    }
    add_content(log=log, by=duty.users[Role.LEADER])
    assert log.notes.filter(withdrawn_at=None).count() == 1


def test_content_of_a_withdrawn_day_is_refused(duty):
    log = entered(duty).log
    undo(log=log, by=duty.users[Role.LEADER], today=TODAY)
    with pytest.raises(ValidationError, match="已撤销，不能补充内容"):
        add_content(log=log, by=duty.users[Role.LEADER], text="走访")


def test_photos_are_kept_and_taken_down(duty):
    log = entered(duty, photos=[picture(2000, 1000)]).log
    photo = log.photos.get()
    assert (photo.width, photo.height) == (1600, 800)
    assert default_storage.exists(photo.stored_as)
    withdraw_photo(photo=photo, by=duty.users[Role.LEADER])
    photo.refresh_from_db()
    assert photo.withdrawn_at == NOW


def test_a_photo_that_cannot_be_taken_undoes_the_whole_entry(duty):
    with pytest.raises(ValidationError) as refusal:
        entered(duty, photos=[SimpleUploadedFile("a.jpg", b"nothing")])
    assert list(refusal.value.message_dict) == ["photo"]
    assert not DutyLog.objects.exists()


def test_photos_of_a_day_are_few(duty):
    log = entered(duty, photos=[picture(10, 10) for _ in range(MOST_PHOTOS)]).log
    with pytest.raises(ValidationError, match="一天最多6张照片"):
        add_content(log=log, by=duty.users[Role.LEADER], photos=[picture(10, 10)])
    assert log.photos.count() == MOST_PHOTOS


# --- Cost ---------------------------------------------------------------------------------------
def test_statements_of_an_entry(duty, django_assert_max_num_queries):
    people = [duty.people[Role.LEADER], duty.people[Role.MEMBER], duty.people[Role.CADRE]]
    user = duty.users[Role.LEADER]
    with django_assert_max_num_queries(24):
        log_duty(team=duty.team, day=THU, people=people, by=user, today=TODAY, topics=["visitors"])
    # One more person costs one more row; the trail is written at once for all.
    assert DutyAttendance.objects.aggregate(n=Sum("version"))["n"] == 3
