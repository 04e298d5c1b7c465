"""What a row of 村 and of 人员 means."""

from datetime import date

import pytest

from lianzhen.accounts.roles import Role
from lianzhen.importing.tests.books import row_at, sentences, taken_in, uploaded, xlsx
from lianzhen.trail import acting
from villages.models import Person, Village


@pytest.fixture(autouse=True)
def _uploads_aside(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


def as_listed(columns, rows):
    """A workbook with the columns of a list on screen."""

    def cell(value):
        return value if isinstance(value, int | float | date) or value is None else str(value)

    kept = [c for c in columns if not c.screen_only]
    return xlsx([[c.title for c in kept], *[[cell(c.value(row)) for c in kept] for row in rows]])


# --- 村 -----------------------------------------------------------------------------------------------
def test_villages_are_added_and_changed(office, cast):
    rows = [
        ["双峰县荷叶镇村情表"],
        ["序号", "统计用区划代码", "村名", "片区", "总人口", "耕地面积（亩）", "村训"],
        [1, 431321101901, "示例一村", "第二片区", "２１９８", 1200.5, "勤俭持家"],
        [2, "431321101950", "示例新村", "第一片区联络组", 880, None, None],
        [3, "431321101951", "示例新社区", None, None, None, None],
        ["合计", None, None, None, 3078],
    ]
    batch = uploaded(office, "villages", xlsx(rows))
    assert {r.line: r.outcome for r in batch.rows.all()} == {3: "changed", 4: "new", 5: "new", 6: "skipped"}
    assert ["片区", "第一片区联络组", "第二片区联络组"] in row_at(batch, 3).changes
    taken_in(office, batch)
    cast.own.refresh_from_db()
    assert (cast.own.population, str(cast.own.arable_mu), cast.own.group) == (2198, "1200.50", cast.other_group)
    assert cast.own.households == 300  # not in the file: as it was
    assert Village.objects.get(code="431321101950").group == cast.group
    assert Village.objects.get(code="431321101951").kind == "community"


def test_an_empty_cell_clears_nothing(office, cast):
    batch = uploaded(office, "villages", xlsx([["村", "人口"], ["示例一村", None]]))
    assert row_at(batch, 2).outcome == "same"


def test_a_village_misspelt_is_not_taken_for_a_new_one(office):
    batch = uploaded(office, "villages", xlsx([["村", "人口"], ["示列一村", 5]]))
    assert sentences(batch, 2) == ['没有"示列一村"。是不是"示例一村"？要新增这个村，请填写12位统计代码。']
    office.post(f"/imports/{batch.pk}/check/", {"choose": f"{row_at(batch, 2).pk}|name|示例一村"})
    assert row_at(batch, 2).outcome == "changed"


@pytest.mark.parametrize(
    ("code", "name", "sentence"),
    [
        ("4.31321E+11", "示例一村", "统计代码被表格写成了4.31321E+11"),
        ("43132110190", "示例一村", "统计代码应为12位数字，现在是11位"),
        ("431321101902", "示例一村", "统计代码431321101902是示例二村的"),
    ],
)
def test_codes_that_cannot_be(office, code, name, sentence):
    batch = uploaded(office, "villages", xlsx([["统计代码", "村"], [code, name]]))
    assert sentences(batch, 2)[0].startswith(sentence)


def test_the_list_of_villages_goes_round(office, cast):
    from villages.views.villages import DISTRICT, FIGURES, NAME

    raw = as_listed((NAME, DISTRICT, *FIGURES), Village.objects.all())
    batch = uploaded(office, "villages", raw)
    assert [r.outcome for r in batch.rows.all()] == ["same"] * 3
    assert "与平台里的内容完全一致" in office.get(f"/imports/{batch.pk}/check/").content.decode()


# --- 人员 ----------------------------------------------------------------------------------------------
HEAD = ["姓名", "村", "手机", "小组", "是否党员", "党员小组", "性别"]


def people(office, *rows):
    return uploaded(office, "people", xlsx([HEAD, *rows]))


def test_people_with_all_that_is_known_of_them(office, cast):
    batch = people(office, ["陶 示例", "示例一", 19911110001, 1, "是", "第一党员小组", "女"])
    taken_in(office, batch)
    person = Person.objects.get(name="陶示例")
    assert (person.village, person.villager_group, person.party_group) == (
        cast.own,
        cast.villager_group,
        cast.party_group,
    )
    assert (person.phone, person.gender, person.is_party_member) == ("19911110001", "f", True)


def test_staff_belong_to_a_department(office, cast):
    batch = uploaded(office, "people", xlsx([["姓名", "单位"], ["陶示例", "联村工作办"], ["李示例", "联村工作"]]))
    assert sentences(batch, 3) == ['没有"联村工作"。是不是"联村工作办"？']
    taken_in(office, batch)
    assert Person.objects.get(name="陶示例").department == cast.department


@pytest.mark.parametrize("phone", ["199****1001", "19900001001", ""])
def test_a_masked_number_means_unchanged(office, cast, phone):
    batch = people(office, ["曾示例", "示例一村", phone, "第1组", "是", "", ""])
    assert row_at(batch, 2).outcome == "same"


def test_a_masked_number_of_nobody_cannot_be_stored(office):
    batch = people(office, ["陶示例", "示例一村", "199****1001", "", "", "", ""])
    assert "中间四位没有显示" in sentences(batch, 2)[0]


def test_another_number_is_asked_about(office, cast):
    batch = people(office, ["曾示例", "示例一村", "19911110002", "", "", "", ""])
    assert "同一个人换了号码" in sentences(batch, 2)[0]
    row = row_at(batch, 2)
    office.post(f"/imports/{batch.pk}/check/", {"choose": f"{row.pk}|_twin|same"})
    taken_in(office, batch)
    cast.resident.refresh_from_db()
    assert cast.resident.phone == "19911110002"


def test_somebody_else_of_the_same_name(office, cast):
    batch = people(office, ["曾示例", "示例一村", "19911110002", "", "", "", ""])
    office.post(f"/imports/{batch.pk}/check/", {"choose": f"{row_at(batch, 2).pk}|_twin|other"})
    taken_in(office, batch)
    assert Person.objects.filter(name="曾示例", village=cast.own).count() == 2


def test_two_of_one_name_need_a_number(office, cast):
    with acting(by=None, action="test", label="测试"):
        Person(name="曾示例", village=cast.own).save()
    batch = people(office, ["曾示例", "示例一村", "", "", "", "", ""])
    assert sentences(batch, 2) == ["示例一村有2个曾示例，请填写手机号，以便分清是哪一个。"]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        (3, "第9组", '没有"第9组"'),
        (5, "第二党员小组", '没有"第二党员小组"。是不是"第一党员小组"？'),
        (6, "难", '性别：没有"难"'),
    ],
)
def test_what_the_register_does_not_know(office, column, value, sentence):
    row = ["陶示例", "示例一村", "", "", "是", "", ""]
    row[column] = value
    assert sentences(people(office, row), 2)[0].startswith(sentence)


def test_what_an_action_refuses_waits_with_its_reason(office, cast):
    """The village of somebody who holds a post is only changed once the post is handed over."""
    held = cast.people[Role.CADRE]
    batch = people(
        office, [held.name, "示例二村", held.phone, "", "", "", ""], ["陶示例", "示例一村", "", "", "", "", ""]
    )
    taken_in(office, batch)
    assert "请先办理离任或更换" in sentences(batch, 2)[0]
    assert Person.objects.filter(name="陶示例").exists()


def test_the_list_of_people_goes_round(office, cast):
    from villages.views.people import COLUMNS

    raw = as_listed(COLUMNS, Person.objects.select_related("village", "department", "villager_group").order_by("pk"))
    batch = uploaded(office, "people", raw)
    wrong = [(r.line, r.raw, r.problems, r.changes) for r in batch.rows.all() if r.outcome != "same"]
    assert wrong == []
    assert batch.rows.count() == Person.objects.count()
