"""Many grids taken in together leave exactly what single actions leave: records, trail and what undo needs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from grids.importing import Grids
from grids.models import Grid, GridHeadTerm
from grids.tests.rosters import MOST_A_VILLAGE, roster
from lianzhen.accounts.roles import Role
from lianzhen.importing import actions, running
from lianzhen.importing.models import ImportBatch, ImportTouch
from lianzhen.importing.tests.books import sentences, taken_in, uploaded, xlsx
from lianzhen.notices.models import Notice
from lianzhen.trail import acting
from lianzhen.trail.gathering import Gathering
from lianzhen.trail.models import AuditEntry
from villages.models import Person, Village

HEAD = ["村", "网格", "网格长", "手机", "任职时间", "户数", "允许兼任"]


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


def rows_of_every_sort(cast: Any) -> list[list[Any]]:
    head = cast.head.person
    return [
        ["示例二村", 2, "王示例", "19911110002", "2018-05-01", 40, ""],  # grid and head are new
        ["示例二村", 3, "王示例", "19911110002", "2018-05-01", 41, "是"],  # a second grid for the same
        ["示例二村", 4, "王示例", "19911110002", "2018-05-01", 41, ""],  # not without saying so
        ["示例二村", 5, "", "", "", 12, ""],  # no head
        ["示例二村", 6, "单示例", "199****1002", "2019-01-01", 13, ""],  # somebody of the register
        ["示例二村", 7, "周示例", "", "2019-01-01", 14, ""],  # without a number
        ["示例二村", 8, "周示例", "", "2019-01-01", 15, ""],  # a namesake, or the same?
        ["示例一村", 1, "赵示例", "19911110008", "2026-03-01", 60, ""],  # replaced, facts changed
        ["示例二村", 1, "", "", "", 45, ""],  # facts only
        ["示例一村", 2, head.name, head.phone, "2024-05-01", 9, ""],  # the head of another grid
        ["示例一村", 100, "", "", "", 9, ""],
    ]


def left_behind(batch: ImportBatch) -> dict[str, Any]:
    """All that an import left, without numbers and moments."""
    entry = AuditEntry.objects.about(batch).get(action="import.run")
    told = AuditEntry.objects.filter(batch=entry.batch).order_by("pk")
    columns = ("by", "by_name", "address", "action", "label", "model", "object_label", "changes", "reason")
    grids = Grid.objects.values_list("code", "name", "households", "version", "updated_by").order_by("code")
    terms = GridHeadTerm.objects.order_by("grid__code", "starts_on").values_list(
        "grid__code", "person__name", "starts_on", "ends_on", "end_reason", "reason", "version", "updated_by"
    )
    people = Person.objects.order_by("name", "phone").values_list(
        "name", "phone", "phone_tail", "pinyin", "initials", "village__name", "version", "updated_by"
    )
    touches = batch.touches.values_list("model", "label", "version", "gone").order_by("pk")
    return {
        "trail": [tuple(line) for line in told.values_list(*columns)],
        "grids": list(grids),
        "terms": list(terms),
        "people": list(people),
        "touches": list(touches),
        "before": [_without_moments(t) for t in batch.touches.order_by("pk").values_list("before", flat=True)],
        "rows": list(batch.rows.values_list("line", "outcome", "did", "problems", "changes")),
        "state": batch.state,
    }


def _without_moments(before: dict[str, Any] | None) -> dict[str, Any] | None:
    return before and {key: value for key, value in before.items() if key != "updated_at"}


class Enough(Exception):
    """Raised to have everything taken back."""


def test_together_leaves_what_one_by_one_leaves(office, cast, monkeypatch):
    from django.db import transaction

    def taken(reads: tuple[str, ...]) -> dict[str, Any]:
        monkeypatch.setattr(Grids, "reads", reads)
        try:
            with transaction.atomic():
                batch = taken_in(office, uploaded(office, "grids", xlsx([HEAD, *rows_of_every_sort(cast)])))
                found = left_behind(batch)
                raise Enough
        except Enough:
            return found

    reads = Grids.reads
    assert reads
    single, together = taken(()), taken(reads)
    assert len(single["trail"]) > 20
    assert [row[1] for row in single["rows"]].count("problem") == 4
    for part, expected in single.items():
        assert together[part] == expected, part


def test_numbers_on_the_trail_are_those_of_the_records(office, cast):
    taken_in(office, uploaded(office, "grids", xlsx([HEAD, *rows_of_every_sort(cast)])))
    grid = Grid.objects.get(village=cast.other, number=2)
    entries = AuditEntry.objects.about(grid)
    assert [entry.action for entry in entries.order_by("pk")] == ["grid.add", "grid.head"]
    touch = ImportTouch.objects.get(model="grids.gridheadterm", object_id=grid.head_terms.get().pk)
    assert (touch.before, touch.version) == (None, 1)


def test_all_is_taken_back(office, cast):
    before = (Grid.objects.count(), Person.objects.count(), GridHeadTerm.objects.count())
    batch = taken_in(office, uploaded(office, "grids", xlsx([HEAD, *rows_of_every_sort(cast)])))
    assert Grid.objects.count() > before[0]
    assert office.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"}).status_code == 303
    assert (Grid.objects.count(), Person.objects.count(), GridHeadTerm.objects.count()) == before
    cast.head.refresh_from_db()
    cast.grid.refresh_from_db()
    assert (cast.head.ends_on, cast.grid.households) == (None, 50)


def test_many_rows_in_few_statements(office, cast, monkeypatch, django_assert_max_num_queries):
    """One by one it would be some twenty-five for each row."""
    names = [f"试{n}村" for n in range(5)]
    with acting(by=None, action="test", label="测试"):
        for n, name in enumerate(names):
            Village(code=f"43132110195{n}", name=name, group=cast.group).save()
    rows = len(names) * MOST_A_VILLAGE
    monkeypatch.setattr(actions, "AT_ONCE", rows)
    monkeypatch.setattr(running, "AT_ONCE", rows)
    with django_assert_max_num_queries(rows // 2):
        batch = uploaded(office, "grids", roster(names, rows), "名册.csv")
        taken_in(office, batch)
    assert (batch.counts()["done"], Grid.objects.filter(village__name__in=names).count()) == (rows, rows)


def test_somebody_who_writes_meanwhile_is_seen(office, cast, monkeypatch):
    """What another writes between the reading and the writing is not overwritten: the rows are judged anew."""
    from grids.actions import change_grid

    batch = uploaded(office, "grids", xlsx([HEAD, ["示例一村", 1, "", "", "", 77, ""]]))
    real, tries = running.prepare, []

    def slow(*args):
        prepared = real(*args)
        tries.append(prepared)
        if len(tries) == 1:
            change_grid(grid=cast.grid, by=cast.users[Role.OFFICE_LEAD], boundary="东至小河")
        return prepared

    monkeypatch.setattr(running, "prepare", slow)
    taken_in(office, batch)
    cast.grid.refresh_from_db()
    assert len(tries) == 2
    assert (cast.grid.boundary, cast.grid.households) == ("东至小河", 50)
    assert "又有改动" in sentences(batch, 2)[0]


def test_where_others_never_cease_to_write_the_rows_go_in_together_all_the_same(office, cast, monkeypatch):
    """Tried a few times; then prepared while the others wait, not row by row."""
    from grids.actions import change_grid

    batch = uploaded(office, "grids", xlsx([HEAD, *rows_of_every_sort(cast)]))
    real, tries = running.prepare, []

    def busy(*args):
        prepared = real(*args)
        tries.append(prepared)
        if len(tries) <= running.TRIES:
            change_grid(grid=cast.other_grid, by=cast.users[Role.OFFICE_LEAD], boundary=f"第{len(tries)}次")
        return prepared

    monkeypatch.setattr(running, "prepare", busy)
    monkeypatch.setattr(running, "_write_rows", None)
    batch = taken_in(office, batch)
    assert len(tries) == running.TRIES + 1
    assert Grid.objects.filter(village=cast.other, number=2).exists()
    cast.other_grid.refresh_from_db()
    assert cast.other_grid.boundary == f"第{running.TRIES}次"


def test_what_only_the_database_sees_is_told_of_its_row(office, cast, monkeypatch):
    """A rule that the memory did not know ends the writing of all; row by row, one waits and the rest go in."""
    real = Gathering.write

    def broken(self, act):
        real(self, act)
        raise IntegrityError

    monkeypatch.setattr(Gathering, "write", broken)
    batch = taken_in(office, uploaded(office, "grids", xlsx([HEAD, *rows_of_every_sort(cast)])))
    assert Grid.objects.filter(village=cast.other, number=2).count() == 1
    assert batch.counts()["problem"] == 4


def test_a_second_grid_of_a_number_is_refused_in_memory_as_in_the_table(office, cast):
    twice = [["示例二村", 2, "", "", "", 1, ""], ["示例二", "第2网格", "", "", "", 1, ""]]
    batch = uploaded(office, "grids", xlsx([HEAD, *twice]))
    assert sentences(batch, 3) == ["与第2行重复。"]


def test_leaders_and_cadres_hear_of_many_grids_in_one_sentence(office, cast, django_capture_on_commit_callbacks):
    rows = [["示例一村", n, f"王示例{n}", f"1991111{n:04d}", "2026-03-01", 1, ""] for n in (2, 3, 4)]
    batch = uploaded(office, "grids", xlsx([HEAD, *rows]))
    with django_capture_on_commit_callbacks(execute=True):
        taken_in(office, batch)
    leader = Notice.objects.filter(user=cast.users[Role.LEADER])
    assert [n.text for n in leader] == ["示例一村有3个网格的网格长已更新（导入），请核对。"]
    assert Notice.objects.filter(user=cast.users[Role.CADRE]).count() == 1
    assert not Notice.objects.filter(user=cast.users[Role.OFFICE]).exists()


def test_a_single_change_is_told_as_always(office, cast, django_capture_on_commit_callbacks):
    batch = uploaded(office, "grids", xlsx([HEAD, ["示例一村", 1, "曾示例", "199****1001", "2026-03-01", "", ""]]))
    with django_capture_on_commit_callbacks(execute=True):
        taken_in(office, batch)
    old = Notice.objects.get(user=cast.users[Role.GRIDHEAD])
    assert old.text == "您任示例一村第1网格长至2026年2月28日。"
    leader = Notice.objects.get(user=cast.users[Role.LEADER])
    assert leader.text == "示例一村第1网格长自2026年3月1日起由曾示例担任。"
