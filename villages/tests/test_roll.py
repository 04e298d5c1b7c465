"""Many people taken in together leave exactly what single actions leave."""

from __future__ import annotations

import pytest
from django.db import transaction

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.importing.tests.books import taken_in, uploaded, xlsx
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.importing.people import People
from villages.models import Person

HEAD = ["姓名", "村", "手机", "小组", "是否党员", "党员小组", "性别", "职务", "备注"]


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


def rows_of_every_sort(cast):
    cadre, leader = cast.people[Role.CADRE], cast.people[Role.LEADER]
    return [
        ["陶示例", "示例一村", "19911110001", "1", "是", "第一党员小组", "女", "", "新来"],
        ["陶示例", "示例一村", "19911110001", "", "", "", "", "会计", ""],  # the same again: refused by the check
        ["陶示例", "联村工作办", "19911110003", "", "", "", "", "", ""],  # a namesake
        ["曾示例", "示例一村", "199****1001", "", "", "", "男", "会计", ""],
        ["单示例", "示例二村", "19900001002", "", "是", "", "", "", "党员"],
        [cadre.name, "示例二村", cadre.phone, "", "", "", "", "", ""],  # holds a post in the village he would leave
        [leader.name, "联村工作办", leader.phone, "", "", "", "女", "主任科员", ""],
        ["李示例", "示例一村", "", "", "否", "", "", "", ""],
    ]


def left_behind(batch):
    told = AuditEntry.objects.filter(batch=AuditEntry.objects.about(batch).get(action="import.run").batch)
    lines = told.order_by("pk").values_list("action", "label", "model", "object_label", "changes", "reason", "by")
    people = Person.objects.order_by("name", "phone")
    columns = [f.attname for f in Person._meta.concrete_fields if f.name not in ("id", "updated_at")]
    return {
        "trail": [tuple(line) for line in lines],
        "people": list(people.values_list(*columns)),
        "rows": list(batch.rows.values_list("line", "outcome", "did", "problems", "changes")),
        "touches": list(batch.touches.order_by("pk").values_list("model", "label", "version")),
    }


class Enough(Exception):
    """Raised to have everything taken back."""


def test_together_leaves_what_one_by_one_leaves(office, cast, monkeypatch):
    def taken(reads):
        monkeypatch.setattr(People, "reads", reads)
        try:
            with transaction.atomic():
                batch = uploaded(office, "people", xlsx([HEAD, *rows_of_every_sort(cast)]))
                found = left_behind(taken_in(office, batch))
                raise Enough
        except Enough:
            return found

    reads = People.reads
    assert reads
    single, together = taken(()), taken(reads)
    assert [row[1] for row in single["rows"]].count("problem") == 2
    for part, expected in single.items():
        assert together[part] == expected, part


def test_the_account_follows_and_nothing_else_of_it_is_written(office, cast):
    """What leaves no trail (the display) may have changed since the register was read."""
    leader = cast.people[Role.LEADER]
    row = [leader.name, "联村工作办", "19911110077", "", "", "", "", "", ""]
    batch = uploaded(office, "people", xlsx([HEAD, row]))
    office.post(f"/imports/{batch.pk}/check/", {"choose": f"{batch.rows.get().pk}|_twin|same"})
    User.objects.filter(pk=leader.user_id).update(large_text=True)
    taken_in(office, batch)
    user = User.objects.get(pk=leader.user_id)
    assert (user.phone, user.large_text) == ("19911110077", True)
    assert user.check_password("Ceshi-2026")


def test_a_number_of_another_account_is_refused(office, cast):
    with acting(by=None, action="test", label="测试"):
        other = User.objects.get(username="t_outsider")
        other.phone = "19911110078"
        other.save()
    leader = cast.people[Role.LEADER]
    batch = uploaded(office, "people", xlsx([HEAD, [leader.name, "联村工作办", other.phone, "", "", "", "", "", ""]]))
    office.post(f"/imports/{batch.pk}/check/", {"choose": f"{batch.rows.get().pk}|_twin|same"})
    taken_in(office, batch)
    assert "这个手机号已用于另一个账号" in batch.rows.get().problems[0]["text"]
    leader.refresh_from_db()
    assert leader.phone != other.phone
