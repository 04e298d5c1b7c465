"""提醒: once a day and item, to who serves today, on the trail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from appraisal.actions.reminders import Item, remind, remind_of
from appraisal.models import Reminder
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import Posting

TODAY = date(2026, 11, 26)
TEXT = "第48周周报27日17:00截止，内容已预填。"


@pytest.fixture
def send(cast, django_capture_on_commit_callbacks):
    def go(*teams, by=Role.OFFICE, key="report:2026-W48", today=TODAY):
        with django_capture_on_commit_callbacks(execute=True):
            return remind(
                key=key, teams=teams or [cast.team], text=TEXT, by=cast.users[by], today=today, url="/weekly/"
            )

    return go


def told(cast, role) -> list[str]:
    return [n.text for n in Notice.objects.filter(user=cast.users[role])]


def test_leader_and_members_are_told_with_the_link(cast, send):
    answer = send()
    assert (answer.told, answer.already, answer.unreachable, answer.people) == ((cast.team,), (), (), 2)
    assert told(cast, Role.LEADER) == told(cast, Role.MEMBER) == [TEXT]
    assert Notice.objects.filter(url="/weekly/").count() == 2
    assert told(cast, Role.CADRE) == told(cast, Role.DISTRICT) == []
    assert answer.sentence == "已提醒1个工作组（2人）。"


def test_who_left_yesterday_is_not_told(cast, send):
    with acting(by=None, action="test", label="测试"):
        posting = Posting.objects.get(team=cast.team, is_leader=False)
        posting.ends_on = TODAY - timedelta(days=1)
        posting.save()
    assert send().people == 1
    assert told(cast, Role.MEMBER) == []


def test_once_a_day_whoever_presses(cast, send):
    send()
    again = send(by=Role.DISTRICT)
    assert (again.told, again.already, again.people) == ((), (cast.team,), 0)
    assert "今天已经提醒过" in again.sentence
    assert told(cast, Role.LEADER) == [TEXT]
    assert send(today=TODAY + timedelta(days=1)).told == (cast.team,)
    assert send(key="duty:2026-W48").told == (cast.team,)
    assert Reminder.objects.count() == 3


def test_team_without_an_account_is_named_and_may_be_tried_again(cast, send):
    answer = send(cast.team, cast.other_team)
    assert answer.told == (cast.team,)
    assert answer.unreachable == (cast.other_team,)
    assert "示例二村联村工作组的组长和组员还没有账号，请用电话联系" in answer.sentence
    assert not Reminder.objects.filter(team=cast.other_team).exists()


def test_several_things_to_one_team_are_several_notices_and_one_team(cast, django_capture_on_commit_callbacks):
    items = [Item("duty:2026-W48", cast.team, "驻村还差1天。", "/duty/me/"), Item("report:2026-W48", cast.team, TEXT)]
    with django_capture_on_commit_callbacks(execute=True):
        answer = remind_of(items=items, by=cast.users[Role.OFFICE], today=TODAY)
    assert (answer.told, answer.people) == ((cast.team,), 2)
    assert sorted(told(cast, Role.LEADER)) == sorted([TEXT, "驻村还差1天。"])
    # Half of it is new: the team is told of that half alone.
    with django_capture_on_commit_callbacks(execute=True):
        answer = remind_of(
            items=[*items, Item("decision:7", cast.team, "议定事项已到期。")], by=cast.users[Role.OFFICE], today=TODAY
        )
    assert (answer.told, answer.already) == ((cast.team,), ())
    assert len(told(cast, Role.LEADER)) == 3


def test_every_reminder_is_on_the_trail(cast, send):
    send()
    entry = AuditEntry.objects.get(model="appraisal.reminder")
    assert (entry.action, entry.by) == ("reminder.send", cast.users[Role.OFFICE])


def test_nobody_to_remind(cast):
    answer = remind(key="x", teams=[], text="", by=cast.users[Role.OFFICE], today=TODAY)
    assert (answer.told, answer.people, answer.sentence) == ((), 0, "没有需要提醒的工作组。")
    assert not Reminder.objects.exists()
