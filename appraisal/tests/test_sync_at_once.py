"""Two hundred phones at once: nothing is lost, nothing comes twice, on either engine.

The work starts together on real connections; on SQLite writers wait in line at the file, on PostgreSQL at the
team's row and at the key of the entry.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from appraisal.actions.sync import WAIT, Item, receive
from appraisal.models import DutyAttendance, DutyLog, DutyNote, SyncItem
from appraisal.tests.duty_scene import add_teams
from lianzhen.accounts.models import User
from lianzhen.tests.cast import Cast, make_user
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import LiaisonTeam, Person, Posting

PHONES, TEAMS = 200, 20
#: As many as a server of the office answers at a time; the others wait at its door.
WORKERS = 32
#: Seconds in which all must be answered, however slow the machine that tests; the number itself is printed.
LONGEST = 120


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(cast: Cast) -> list[User]:
    """Two hundred people in twenty teams, each with an account."""
    teams = add_teams(cast, TEAMS, entered=False)
    users = []
    with acting(by=None, action="test", label="测试"):
        for n in range(PHONES):
            user = make_user(f"示例{n}", f"t_phone{n}")
            person = Person(name=user.name, user=user, department=cast.department)
            person.save()
            Posting(person=person, team=teams[n % TEAMS], starts_on=teams[0].starts_on).save()
            users.append(user)
    return users


def test_two_hundred_phones_lose_and_double_nothing(crowd):
    """Each sends a day of its team that its colleagues enter too, one of its own, and the first once more, from
    two tabs that do not know of each other."""
    today = timezone.localdate()
    sendings = [sending for user in crowd for sending in _sendings(user, today)]
    began = time.perf_counter()
    told = _all_at_once(sendings, today)
    took = time.perf_counter() - began

    ids = {item.client_id for _, items in sendings for item in items}
    assert len(ids) == PHONES * 2
    assert set(told) == ids
    # Both tabs of a phone were told the same, word for word.
    assert {len(set(answers)) for answers in told.values()} == {1}
    answers = Counter(answers[0][0] for answers in told.values())
    assert set(answers) == {"received", "merged"}
    assert answers["received"] == TEAMS * 2  # the first of each team and day
    assert SyncItem.objects.count() == PHONES * 2
    assert DutyLog.objects.count() == TEAMS * 2
    assert DutyAttendance.objects.count() == PHONES * 2
    assert DutyNote.objects.count() == PHONES * 2
    by_day = Counter(DutyAttendance.objects.values_list("log__team", "log__day"))
    assert set(by_day.values()) == {PHONES // TEAMS}
    assert AuditEntry.objects.filter(action="duty.log", model="appraisal.dutyattendance").count() == PHONES * 2
    assert took < LONGEST
    print(f"\n{connection.vendor}: {len(sendings)} sendings of {PHONES} phones in {took:.1f} s")  # noqa: T201


def test_one_entry_sent_by_many_at_the_same_moment_is_one(crowd):
    today = timezone.localdate()
    user = crowd[0]
    (item, _), *_ = [items for _, items in _sendings(user, today)]
    told = _all_at_once([(user, [item])] * WORKERS, today)
    assert len(told) == 1
    assert len(set(told[item.client_id])) == 1
    assert (SyncItem.objects.count(), DutyAttendance.objects.count(), DutyNote.objects.count()) == (1, 1, 1)


def _sendings(user: User, today: Any) -> list[tuple[User, list[Item]]]:
    person = user.person
    team = LiaisonTeam.objects.get(postings__person=person)
    items = [_item(user, team.pk, person.pk, today - timedelta(days=n)) for n in range(2)]
    return [(user, items), (user, items[:1])]


def _item(user: User, team: int, person: int, day: Any) -> Item:
    values = {
        "team": team,
        "day": day,
        "people": [person],
        "session": "whole",
        "topics": ["households"],
        "text": f"{user}走访",
        "late_reason": "没有信号",
    }
    return Item(client_id=uuid4(), kind="duty", made_by=user.pk, values=values, payload={})


def _all_at_once(sendings: list[tuple[User, list[Item]]], today: Any) -> dict[UUID, list[tuple[str, ...]]]:
    """Every sending repeated until each of its entries has its answer, as a phone does it; what was told by id."""
    told: dict[UUID, list[tuple[str, ...]]] = {}
    start = Barrier(WORKERS)

    def send(number: int) -> list[tuple[UUID, tuple[str, ...]]]:
        user, items = sendings[number]
        if number < WORKERS:
            start.wait(60)
        try:
            for _ in range(20):
                try:
                    answers = receive(items=items, by=User.objects.get(pk=user.pk), today=today)
                except OperationalError:  # no connection to be had: the phone hears of an error and tries again
                    continue
                if all(each.answer != WAIT for each in answers):
                    return [(each.client_id, (each.answer, each.message, each.url)) for each in answers]
            raise AssertionError(f"{user} was never answered")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        for answers in pool.map(send, range(len(sendings))):
            for client_id, answer in answers:
                told.setdefault(client_id, []).append(answer)
    return told
