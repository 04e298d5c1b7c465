"""Since when villages, villager groups and grids exist: what counts on a day, and what cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grids import actions as grids
from grids.models import Grid
from lianzhen.accounts.roles import Role
from lianzhen.importing.tests.books import sentences, taken_in, uploaded, xlsx
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.actions import places, self_governance, teams
from villages.models import Village, VillagerGroup
from villages.models.terms import absence, stood_in_village_on, stood_on

FIRST = date(2026, 1, 1)
CODE = "4313211077"
days = st.none() | st.integers(0, 9).map(lambda n: FIRST + timedelta(days=n))
#: Founded and ended, in either order of being known, never the wrong way round.
lives = st.tuples(days, days).map(lambda two: two if None in two else tuple(sorted(two)))

pytestmark = pytest.mark.django_db


def lived(life, day):
    founded, ended = life
    return (founded is None or founded <= day) and (ended is None or day < ended)


@given(st.lists(st.tuples(lives, lives, lives), max_size=4), st.integers(-1, 10))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_existed_on_a_day(cast, town, offset):
    """Random villages with a group and a grid each: the database's answer is that of a plain filter."""
    day, expected = FIRST + timedelta(days=offset), {Village: set(), VillagerGroup: set(), Grid: set()}
    with transaction.atomic():
        for number, (own, of_group, of_grid) in enumerate(town):
            village = Village(code=f"{CODE}{number:02}", name=f"示例{number}坪村")
            for kind, life in ((Village, own), (VillagerGroup, of_group), (Grid, of_grid)):
                row = village if kind is Village else kind(village=village, number=1)
                row.founded_on, row.ended_on = life
                with acting(by=None, action="test", label="测试"):
                    row.full_clean()
                    row.save()
                assert (not absence(row, day)) == lived(life, day)
                no_older = row is village or own[0] is None or own[0] <= day
                if lived(life, day) and no_older:
                    expected[type(row)].add(row.pk)
        for model, wanted in expected.items():
            stood = stood_on(day) if model is Village else stood_in_village_on(day)
            path = "code" if model is Village else "village__code"
            rows = model.objects.filter(stood, **{f"{path}__startswith": CODE})
            assert set(rows.values_list("pk", flat=True)) == wanted
        transaction.set_rollback(True)


def test_a_new_one_is_offered_today_and_an_old_one_keeps_what_it_has(cast, sign_in):
    client = sign_in(Role.OFFICE)
    today = f'value="{timezone.localdate().isoformat()}"'
    for name, args in (("village_add", []), ("grid_add", []), ("villager_group_add", [cast.own.pk])):
        page = client.get(reverse(name, args=args)).content.decode()
        field = page[page.index('name="founded_on"') - 200 :][:500]
        assert today in field
    for name, record in (("village_edit", cast.own), ("grid_edit", cast.grid)):
        page = client.get(reverse(name, args=[record.pk])).content.decode()
        assert today not in page[page.index('name="founded_on"') - 200 :][:500]


def test_the_day_is_set_told_and_on_the_trail(cast, sign_in):
    client = sign_in(Role.OFFICE)
    village = places.add_village(code="431321101977", name="示例新村", founded_on=date(2026, 5, 1), by=None)
    grid = grids.add_grid(village=village, by=None, founded_on=date(2026, 5, 6))
    assert "2026年5月1日" in client.get(reverse("village", args=[village.pk])).content.decode()
    assert "2026年5月6日" in client.get(reverse("grid", args=[grid.pk])).content.decode()
    grids.change_grid(grid=grid, by=None, founded_on=date(2026, 5, 7))
    change = AuditEntry.objects.about(grid).first().changes[0]
    assert (change["label"], change["before"], change["after"]) == ("设立日期", "2026年5月6日", "2026年5月7日")
    early = f"{reverse('grid_list')}?on=2026-05-06&state="
    assert f"/grids/{grid.pk}/" not in client.get(early + "current").content.decode()
    assert f"/grids/{grid.pk}/" in client.get(early.replace("-06", "-07") + "current").content.decode()
    assert "尚未设立" in client.get(f"{reverse('village_list')}?on=2026-04-30&state=all").content.decode()


def test_nothing_begins_before_its_place(cast):
    """Both ways: a term before the day, and the day after a term."""
    village = places.add_village(code="431321101977", name="示例新村", founded_on=date(2026, 5, 1), by=None)
    grid = grids.add_grid(village=cast.own, by=None, founded_on=date(2026, 5, 6))
    on = {"village": village, "decided_on": date(2026, 4, 1), "basis": "会议", "instructor": None}
    refused = [
        lambda: teams.open_team(village=village, starts_on=date(2026, 4, 30), by=None),
        lambda: self_governance.begin_self_governance(starts_on=date(2026, 4, 30), by=None, **on),
        lambda: grids.replace_head(
            grid=grid, person=cast.resident, starts_on=date(2026, 5, 5), reason="first", by=None, allow_second=True
        ),
        lambda: places.change_village(village=cast.own, founded_on=date(2026, 5, 1), by=None),
        lambda: grids.change_grid(grid=cast.grid, founded_on=date(2026, 5, 1), by=None),
        lambda: grids.correct_head(
            term=first_term(grid, cast), starts_on=date(2026, 5, 1), ends_on=None, why="x", by=None
        ),
        lambda: grids.end_grid(grid=grid, ended_on=date(2026, 5, 5), reason="x", by=None),
        lambda: grids.add_grid(village=cast.own, by=None, founded_on=timezone.localdate() + timedelta(days=1)),
    ]
    for act in refused:
        with pytest.raises(ValidationError, match="设立日期"), transaction.atomic():
            act()
    teams.open_team(village=village, starts_on=date(2026, 5, 1), by=None)
    places.change_village(village=cast.own, founded_on=cast.team.starts_on, by=None)
    grids.change_grid(grid=cast.grid, founded_on=cast.head.starts_on, by=None)


def first_term(grid, cast):
    """Head of the grid from its first day on."""
    how = {"reason": "first", "by": None, "allow_second": True}
    return grids.replace_head(grid=grid, person=cast.resident, starts_on=grid.founded_on, **how)


def test_a_sheet_may_bring_the_day(cast, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    office, head = sign_in(Role.OFFICE), ["村", "网格", "网格长", "手机", "任职时间", "设立日期"]
    rows = [
        ["示例二村", "第2网格", "李示例", "19911110001", "2026-05-06", "2026-05-06"],
        ["示例二村", "第3网格", "王示例", "19911110002", "2026-05-05", "2026-05-06"],
        ["示例二村", "第4网格", "", "", "", (timezone.localdate() + timedelta(days=1)).isoformat()],
        ["示例一村", "第1网格", "", "", "", (cast.head.starts_on + timedelta(days=1)).isoformat()],
    ]
    batch = uploaded(office, "grids", xlsx([head, *rows]))
    for place, told in ((3, "不能早于"), (4, "不能晚于今天"), (5, "设立日期不能晚于这一天")):
        assert told in sentences(batch, place)[0]
    taken_in(office, batch)
    assert Grid.objects.get(village=cast.other, number=2).founded_on == date(2026, 5, 6)
    assert Grid.objects.filter(founded_on__isnull=False).count() == 1
    places = [["统计代码", "村", "设立日期"], ["431321101977", "示例新村", "2026年5月1日"], ["", "示例一村", ""]]
    taken_in(office, uploaded(office, "villages", xlsx(places)))
    assert Village.objects.filter(founded_on__isnull=False).get().founded_on == date(2026, 5, 1)
