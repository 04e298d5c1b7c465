"""Sheets as sent and as recorded: bad lines beside good ones, nothing lost, nothing recorded twice."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from lianzhen.accounts.roles import Role
from lianzhen.importing import cells
from lianzhen.pages.sheets import MOST_CELLS, Line, Sheet, SheetColumn, known_by
from lianzhen.trail.models import AuditEntry
from villages.models import Person, VillagerGroup

COLUMNS = (
    SheetColumn("village", "村", known={"示例一村": 1, "示例四村": 4}, required=True),
    SheetColumn("count", "数量", parse=cells.whole(1, 99)),
)


def sent(*rows: tuple[str, ...], columns=COLUMNS, **more: str) -> dict[str, str]:
    data = {f"sheet-{n}-{c.name}": text for n, row in enumerate(rows, 1) for c, text in zip(columns, row, strict=False)}
    return {**data, **more}


def judged(*rows: tuple[str, ...], **more: Any) -> Sheet:
    sheet = Sheet(sent(*rows), COLUMNS, caption="表", **more)
    sheet.judge()
    return sheet


# --- Reading ------------------------------------------------------------------------------------
def test_values_texts_and_problems_of_each_cell():
    sheet = judged(("示例一村", "２"), ("示列四村", "3"), ("", ""), ("", "x"))
    assert [row.values for row in sheet.sound] == [{"village": 1, "count": 2}]
    assert [(row.number, row.errors) for row in sheet.bad] == [
        (2, {"village": '没有"示列四村"。是不是"示例四村"？'}),
        (4, {"village": "请填写村。", "count": "数量应为整数，现在是“x”。"}),
    ]
    assert sheet.problems[0] == ("id_sheet-2-village", '第2行 没有"示列四村"。是不是"示例四村"？')
    assert [row.texts["count"] for row in sheet.rows[:4]] == ["2", "3", "", "x"]


def test_an_empty_cell_is_none_and_an_empty_line_nothing():
    sheet = judged(("示例一村", ""), (" ", "\u3000"))
    assert [row.values for row in sheet.rows if row.counts] == [{"village": 1, "count": None}]


def test_lines_refused_together():
    def no_twins(rows):
        for row in rows[1:]:
            row.refuse("与第1行重复。", "village")

    sheet = judged(("示例一村", "1"), ("示例一村", "2"), check=no_twins)
    assert [row.number for row in sheet.sound] == [1]
    assert sheet.problems == [("id_sheet-2-village", "第2行 与第1行重复。")]


def test_spare_lines_below_what_is_typed():
    assert len(Sheet(None, COLUMNS, caption="表").rows) == 12
    sheet = Sheet(sent(*[("示例一村", "1")] * 20), COLUMNS, caption="表")
    assert len(sheet.rows) == 23
    assert [row.filled for row in sheet.rows].count(True) == 20


def test_no_more_inputs_than_a_page_holds():
    sheet = Sheet({"sheet-9999-village": "示例一村"}, COLUMNS, caption="表")
    assert len(sheet.rows) == MOST_CELLS // 2 == sheet.most


def test_signs_no_database_takes_and_lines_in_a_cell():
    sheet = judged(("示例\x00一村", "1\n"))
    assert sheet.sound[0].values == {"village": 1, "count": 1}


def test_what_is_shown_is_escaped():
    sheet = judged(('"><script>', "<b>"), lines=None)
    line = Line("7", "<i>甲</i>", note="<u>", initial={"village": "<s>"})
    for html in (sheet.body, Sheet(None, COLUMNS, caption="表", lines=[line]).body):
        assert not re.search("<(script|b|i|u|s)>", html)
    assert escape('"><script>') in sheet.body


def test_long_lists_of_words_stay_on_the_server():
    few = SheetColumn("village", "村", known={"甲.村": 1, "乙村": 2})
    many = SheetColumn("village", "村", known={str(n): n for n in range(500)})
    assert few.allowed == r"甲\.村|乙村"
    assert many.allowed == ""
    assert many.value("499") == 499


# --- Pasting without a script --------------------------------------------------------------------
def test_a_block_goes_into_the_blank_lines():
    block = "村\t数量\r\n示例一村\t１\t多\r\n示例四村\t2\r\n"
    sheet = Sheet(sent(("示例四村", "9"), **{"sheet-block": block}), COLUMNS, caption="表", size=2)
    assert sheet.asked_to_fill
    assert [list(row.texts.values()) for row in sheet.rows if row.filled] == [
        ["示例四村", "9"],
        ["示例一村", "1"],
        ["示例四村", "2"],
    ]
    assert sheet.notes == ["右边多出的1列没有填入。"]


def test_a_block_beside_the_titles_of_a_fixed_sheet():
    lines = [Line("1", "甲 组员"), Line("2", "乙组员"), Line("3", "丙组员")]
    data = {"sheet-block": "乙组员\t示例四村\t2\n甲组员\t示例一村\t1\n"}
    sheet = Sheet(data, COLUMNS, caption="表", lines=lines)
    assert [row.texts["count"] for row in sheet.rows] == ["1", "2", ""]
    in_order = Sheet({"sheet-block": "示例一村\n示例四村\na\nb\n"}, COLUMNS, caption="表", lines=lines)
    assert [row.texts["village"] for row in in_order.rows] == ["示例一村", "示例四村", "a"]
    assert in_order.notes == ["下面多出的1行没有填入。"]


def test_twins_are_told_apart_by_their_order_alone():
    lines = [Line("1", "王五"), Line("2", "王五")]
    sheet = Sheet({"sheet-block": "王五\t1\n王五\t2\n"}, COLUMNS, caption="表", lines=lines)
    assert [row.texts["count"] for row in sheet.rows] == ["1", "2"]
    assert [row.texts["village"] for row in sheet.rows] == ["王五", "王五"]


# --- Lines on record -----------------------------------------------------------------------------
def fixed(now: str, was: str, text: str) -> Sheet:
    columns = (SheetColumn("mark", "周一", parse=cells.choice({"1": True})),)
    data = {"sheet-7-mark": text, "sheet-7-was": f"{was}\r\n"}
    return Sheet(data, columns, caption="表", lines=[Line("7", "甲组员", {"mark": now})])


@pytest.mark.parametrize(
    ("now", "was", "text", "counts", "shown"),
    [
        ("", "", "", False, ""),
        ("", "", "1", True, "1"),
        ("1", "1", "", True, ""),
        # Somebody else recorded meanwhile …
        ("1", "", "", False, "1"),  # … what this page left alone
        ("1", "", "1", False, "1"),  # … the same
    ],
)
def test_only_changes_count(now, was, text, counts, shown):
    sheet = fixed(now, was, text)
    sheet.judge()
    assert [row.texts["mark"] for row in sheet.rows] == [shown]
    assert sheet.rows[0].counts is counts
    assert sheet.bad == []


def test_two_who_change_the_same_cell_are_told():
    sheet = fixed("2", "", "1")
    assert sheet.problems == [("id_sheet-7-mark", "甲组员 周一刚刚由别人改为“2”，请核对后再保存。")]
    assert "2\r\n" in sheet.body  # what the next sending is compared with


def test_rows_by_any_of_their_names(cast):
    known = known_by([cast.own, cast.other], "name", "code")
    assert known["示例一村"] == cast.own == known[cast.own.code]


# --- The page ------------------------------------------------------------------------------------
PEOPLE = ("village", "name", "phone", "note")
GOOD = ("示例一村", "张三三", "19900009001", "")
ALSO_GOOD = ("示例二村", "李四四", "", "临时")
BAD = ("示列一村", "王五五", "123", "")


@pytest.fixture
def office(cast, sign_in, settings) -> Client:
    settings.ROOT_URLCONF = "lianzhen.pages.tests.sheet_urls"
    return sign_in(Role.OFFICE)


def people(*rows: tuple[str, ...], **more: str) -> dict[str, str]:
    data = {f"sheet-{n}-{name}": text for n, row in enumerate(rows, 1) for name, text in zip(PEOPLE, row, strict=True)}
    return {"day": "2024-05-01", "once": str(uuid.uuid4()), **data, **more}


def names() -> list[str]:
    return sorted(Person.objects.filter(name__in=["张三三", "李四四", "王五五"]).values_list("name", flat=True))


def again(answer: Any, **changes: str) -> dict[str, str]:
    """What the browser sends when the page that came back is sent with some changes."""
    inputs = re.findall(r"<input [^>]*>", answer.content.decode())
    values = {}
    for tag in inputs:
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] not in ("csrfmiddlewaretoken", "q"):
            values[name[1]] = value[1] if value else ""
    return {**values, **changes}


def test_an_empty_page(office):
    page = office.get("/sheet/open/").content.decode()
    assert page.count('aria-label="第5行 村"') == 1
    assert "粘贴区" in page
    assert 'data-allowed="示例一村|示例二村|示例三社区"' in page


def test_all_lines_are_recorded_in_one_act(office):
    answer = office.post("/sheet/open/", people(GOOD, ("", "", "", ""), ALSO_GOOD))
    assert (answer.status_code, answer.url) == (303, "/people/")
    assert names() == ["张三三", "李四四"]
    assert AuditEntry.objects.filter(action="person.add").values("batch").distinct().count() == 1


def test_good_lines_are_recorded_and_all_stay_on_the_page(office):
    answer = office.post("/sheet/open/", people(GOOD, BAD, ALSO_GOOD))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "保存2条，1条需修改。" in page
    assert names() == ["张三三", "李四四"]
    for text in ("张三三", "李四四", "王五五", "示列一村"):
        assert f'value="{text}"' in page
    assert "有2处需要修改" in page
    assert "第2行 没有&quot;示列一村&quot;。是不是&quot;示例一村&quot;？" in page

    put_right = again(answer, **{"sheet-2-village": "示例一村", "sheet-2-phone": ""})
    assert office.post("/sheet/open/", put_right).status_code == 303
    assert names() == ["张三三", "李四四", "王五五"]
    # Going back to the first page and sending what is right now records nothing twice either.
    assert office.post("/sheet/open/", put_right).status_code == 303
    assert names() == ["张三三", "李四四", "王五五"]


def test_a_recorded_line_is_not_changed_by_going_back(office):
    first = people(GOOD, BAD)
    office.post("/sheet/open/", first)
    answer = office.post("/sheet/open/", {**first, "sheet-1-name": "李四四"})
    assert "这一行刚刚已保存过" in answer.content.decode()
    assert names() == ["张三三"]


def test_an_actions_refusal_stands_at_the_cell_and_harms_no_other(office):
    answer = office.post("/sheet/open/", people(("示例一村", "拒绝", "", ""), GOOD))
    assert "第1行 请填写真实姓名。" in answer.content.decode()
    assert names() == ["张三三"]
    assert not Person.objects.filter(name="拒绝").exists()


def test_a_doubled_sending_is_led_to_the_same_place(office):
    data = people(GOOD)
    assert [office.post("/sheet/open/", data).status_code for _ in range(2)] == [303, 303]
    assert names() == ["张三三"]


def test_a_bad_form_above_the_sheet_loses_nothing(office):
    answer = office.post("/sheet/open/", people(GOOD, BAD, day="哪天"))
    assert answer.status_code == 422
    assert names() == []
    assert 'value="王五五"' in answer.content.decode()


def test_nothing_to_record(office):
    answer = office.post("/sheet/open/", people(("", "", "", "")))
    assert answer.status_code == 422
    assert "请先填写再保存" in answer.content.decode()


def test_pasting_without_a_script_fills_and_records_nothing(office):
    block = "\t".join(GOOD) + "\r\n" + "\t".join(BAD) + "\r\n"
    answer = office.post("/sheet/open/", people(ALSO_GOOD, **{"sheet-block": block}))
    assert answer.status_code == 200
    assert names() == []
    assert "已填入粘贴的内容，还没有保存" in answer.content.decode()
    assert office.post("/sheet/open/", again(answer)).status_code == 422
    assert names() == ["张三三", "李四四"]


def test_rubbish_is_answered(office):
    rubbish = {"sheet-1-village": "\x00" * 50, "sheet-3-name": "甲" * 5000, "sheet-x-name": "1", "sheet-2": "乙"}
    answer = office.post("/sheet/open/", {**people(), **rubbish})
    assert answer.status_code == 422
    assert "姓名不能超过20字" in answer.content.decode()


def test_a_fixed_sheet_records_what_changed(cast, office):
    group = cast.villager_group
    page = office.get("/sheet/fixed/")
    name = f"sheet-{group.pk}"
    answer = office.post("/sheet/fixed/", again(page, **{f"{name}-households": "４５", f"{name}-population": "x"}))
    assert answer.status_code == 422
    assert "人口应为整数，现在是“x”。" in answer.content.decode()
    answer = office.post("/sheet/fixed/", again(answer, **{f"{name}-population": "170"}))
    assert answer.status_code == 303
    group.refresh_from_db()
    assert (group.households, group.population) == (45, 170)
    # The same page once more: everything it says is on record.
    assert office.post("/sheet/fixed/", again(page, **{f"{name}-households": "45"})).status_code == 303
    assert AuditEntry.objects.filter(action="villager_group.change").count() == 1


def test_a_fixed_sheet_goes_back_and_forth(cast, office):
    """Every change counts, the one that was made and unmade before too."""
    other, name = f"sheet-{cast.other_villager_group.pk}-households", f"sheet-{cast.villager_group.pk}-households"
    page = office.get("/sheet/fixed/")
    for wanted in ("45", "46", "45"):
        page = office.post("/sheet/fixed/", again(page, **{name: wanted, other: "x"}))
        assert page.status_code == 422
        assert VillagerGroup.objects.get(pk=cast.villager_group.pk).households == int(wanted)


def test_a_sheet_takes_a_fixed_number_of_queries_to_show(cast, office, django_assert_max_num_queries):
    office.get("/sheet/fixed/")
    with django_assert_max_num_queries(15):
        office.get("/sheet/fixed/")
