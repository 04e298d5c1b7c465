"""What a row of 网格与网格长 means."""

from datetime import date

import pytest

from grids.models import Grid, GridHeadTerm
from lianzhen.accounts.roles import Role
from lianzhen.importing.tests.books import row_at, sentences, taken_in, uploaded, xlsx
from lianzhen.notices.models import Notice
from villages.models import Person

HEAD = ["村", "网格", "网格长", "手机", "任职时间", "户数"]


@pytest.fixture(autouse=True)
def _uploads_aside(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


def roster(office, *rows, change=None):
    return uploaded(office, "grids", xlsx([["荷叶镇网格长花名册"], HEAD, *rows], change))


def test_a_roster_as_it_really_looks(office, cast):
    def merge(sheet):
        sheet.merge_cells("A3:A4")

    batch = roster(
        office,
        ["示例二村", "第2网格", "李 明", 19911110001, date(2018, 5, 1), 40],
        [None, "３", "王示例", "１９９11110002", "2018.5", "５０户"],
        ["示例二村", "第四网格", "王示例", "", 43221, None],
        ["合计", None, None, None, None, 90],
        change=merge,
    )
    assert [r.outcome for r in batch.rows.all()] == ["new", "new", "new", "skipped"]
    taken_in(office, batch)
    terms = GridHeadTerm.objects.filter(grid__village=cast.other).order_by("grid__number")
    assert [(t.grid.number, t.person.name, t.starts_on) for t in terms] == [
        (2, "李明", date(2018, 5, 1)),
        (3, "王示例", date(2018, 5, 1)),
    ]
    # One person heads two grids only when the roster says so: the second row waits with the reason.
    assert "允许兼任" in sentences(batch, 5)[0]
    assert not Grid.objects.filter(village=cast.other, number=4).exists()


def test_a_roster_that_heads_its_numbers_as_names(office, cast):
    """网格名称 over 第1网格, 第2网格 … and no other column of grids: no question asked, no other kind proposed."""
    head = ["序号", "村名", "网格名称", "网格长", "联系电话", "任职时间", "备注"]
    batch = uploaded(office, "grids", xlsx([head, [1, "示例二村", "第2网格", "李示例", "19911110001", "2018.5", ""]]))
    assert "像“" not in office.get(f"/imports/{batch.pk}/check/").content.decode()
    taken_in(office, batch)
    grid = Grid.objects.get(village=cast.other, number=2)
    assert (grid.name, grid.head_terms.get().person.name) == ("", "李示例")


def test_one_head_of_two_grids_when_the_roster_says_so(office, cast):
    rows = [["示例二村", n, "王示例", "19911110002", "2018-05-01", 9, "是"] for n in (2, 3)]
    taken_in(office, uploaded(office, "grids", xlsx([[*HEAD, "允许兼任"], *rows])))
    assert Person.objects.filter(name="王示例").count() == 1
    assert GridHeadTerm.objects.filter(person__name="王示例").count() == 2


def test_facts_of_a_grid_change_and_its_head_stays(office, cast):
    name = cast.head.person.name
    batch = roster(office, ["示例一村", "1", name, cast.head.person.phone, "2024-01-01", 55])
    assert row_at(batch, 3).changes == [["户数（户）", "50", "55"]]
    taken_in(office, batch)
    cast.grid.refresh_from_db()
    cast.head.refresh_from_db()
    assert (cast.grid.households, cast.head.ends_on) == (55, None)


def test_a_new_head_replaces_the_old_one(office, cast):
    batch = roster(office, ["示例一村", "第1网格", "曾示例", "199****1001", "2026年3月", None])
    assert ["网格长", cast.head.person.name, "曾示例（2026年3月1日起）"] in row_at(batch, 3).changes
    taken_in(office, batch)
    cast.head.refresh_from_db()
    assert cast.head.ends_on == date(2026, 2, 28)
    assert cast.grid.head_on(date(2026, 3, 1)).person == cast.resident


def test_taking_back_a_replacement_leaves_the_old_head_in_office(office, cast):
    batch = taken_in(office, roster(office, ["示例一村", "1", "赵示例", "19911110008", "2026-03-01", None]))
    office.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"})
    cast.head.refresh_from_db()
    assert cast.head.ends_on is None
    assert not Person.objects.filter(name="赵示例").exists()
    assert GridHeadTerm.objects.filter(grid=cast.grid).count() == 1


def test_the_number_of_a_head_is_corrected(office, cast):
    batch = roster(office, ["示例一村", "1", cast.head.person.name, "19911110077", "", None])
    taken_in(office, batch)
    cast.head.person.refresh_from_db()
    assert cast.head.person.phone == "19911110077"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["示列二村", "1", "", "", "", 1], '没有"示列二村"。是不是"示例二村"？'),
        (["示例二村", "东边", "", "", "", 1], "网格应为1到99的号"),
        (["示例二村", "2", "赵示例", "1.38E+10", "2018-05-01", 1], "号码被表格写成了1.38E+10"),
        (["示例二村", "2", "赵示例", "19911110008", "", 1], "新任网格长，请填写起任日期"),
        (["示例一村", "1", "赵示例", "19911110008", "2023-01-01", 1], "起任日期须晚于上一任"),
        (["示例二村", "2", "赵示例", "199****0008", "2018-05-01", 1], "199****0008中间四位没有显示"),
        (["示例一村", "2", "曾示例", "19911110008", "2018-05-01", 1], "示例一村已登记曾示例，号码是199****1001"),
    ],
)
def test_problems_are_told(office, cast, row, sentence):
    assert sentences(roster(office, row), 3)[0].startswith(sentence)


def test_nobody_is_told_of_rows_that_stay_out(office, cast):
    before = Notice.objects.count()
    batch = roster(office, ["示例二村", "2", "赵示例", "1387382", "2018-05-01", 1])
    office.post(f"/imports/{batch.pk}/check/", {"do": "import"})
    assert Notice.objects.count() == before


def test_the_list_of_grids_goes_round(office, cast):
    from django.utils import timezone

    from grids.views import rows as listed
    from villages.tests.test_importing import as_listed

    today = timezone.localdate()
    found = listed.GridRows(cast.users[Role.OFFICE], today)
    columns = (
        listed.VILLAGE,
        listed.GRID,
        listed.head_column(found),
        listed.PHONE,
        listed.SINCE,
        listed.HOUSEHOLDS,
        listed.RESIDENTS,
    )
    batch = uploaded(office, "grids", as_listed(columns, found.queryset()))
    wrong = [(r.raw, r.problems, r.changes) for r in batch.rows.all() if r.outcome != "same"]
    assert wrong == []
    assert batch.rows.count() == Grid.objects.count()


def test_checking_asks_as_much_for_many_rows_as_for_few(office, cast, django_assert_max_num_queries):
    from lianzhen.importing import actions

    for count in (2, 60):
        batch = roster(office, *[["示例二村", n + 10, "", "", "", 1] for n in range(count)])
        with django_assert_max_num_queries(20):
            actions.run_check(batch)
