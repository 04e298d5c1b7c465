"""Reading the parameters of rules from forms and JSON: whatever is wrong is said, field by field."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal import rules
from appraisal.rules import BadParameters, read_rule
from appraisal.rules.counting import VARIANTS, Variant
from appraisal.rules.entries import BadEntry, EntryValues
from appraisal.rules.parameters import plain_number
from appraisal.tests.strategies import any_rule, hundredths

VETO = {"condition": "新增村级债务", "effect": "no_award", "basis": "示例文〔2018〕1号"}
RATE = {"subject": "参保率", "target": "87", "step": "3", "each": "0.5"}
LADDER = {"subject": "满意度", "steps": "90 0\n80 1", "otherwise": "5"}

WRONG = [
    ("per_event", {}, {"each": "请填写每单位扣分"}),
    ("per_event", {"each": ""}, {"each": "请填写每单位扣分"}),
    ("per_event", {"each": "一分"}, {"each": "每单位扣分应为数字"}),
    ("per_event", {"each": "1e3"}, {"each": "每单位扣分应为数字"}),
    ("per_event", {"each": "-1"}, {"each": "每单位扣分不能小于0"}),
    ("per_event", {"each": "NaN"}, {"each": "每单位扣分应为数字"}),
    ("per_event", {"each": "0"}, {"each": "每单位扣分应在0.1到1000.0分之间"}),
    ("per_event", {"each": "0.25"}, {"each": "每单位扣分最小到0.1分"}),
    ("per_event", {"each": "1", "cap": "0.05"}, {"cap": "本项每月上限应在0.1到1000.0分之间"}),
    ("per_event", {"each": "1", "unit": ""}, {"unit": "请填写计数单位"}),
    ("per_event", {"each": "1", "unit": "很长的单位名"}, {"unit": "计数单位不能超过5字，现在是6字"}),
    ("per_event", {"each": "1", "colour": "red"}, {"colour": "没有“colour”这一项"}),
    (
        "per_event",
        {"each": "1", "variants": "迟到 0.5"},
        {"subject": "有其他情形时请填写计数对象，作为第一种情形的名称"},
    ),
    ("per_event", {"each": "1", "subject": "缺席", "variants": "缺席 0.5"}, {"variants": "其他情形不能与计数对象同名"}),
    ("per_event", {"each": "1", "variants": "迟到"}, {"variants": "其他情形第1行应有2列：名称、每单位扣分"}),
    ("per_event", {"each": "1", "variants": "迟到 x"}, {"variants": "其他情形第1行：每单位扣分应为数字"}),
    (
        "per_event",
        {"each": "1", "variants": "迟到 1\n早退 9999"},
        {"variants": "其他情形第2行：每单位扣分应在0.1到1000.0分之间"},
    ),
    ("per_event", {"each": "1", "variants": "迟到 1\n迟到 2"}, {"variants": "其他情形里有两行的名称相同"}),
    ("per_event", {"each": "1", "variants": 7}, {"variants": "其他情形第1行不能识别"}),
    ("uncapped", {"each": "1", "cap": "5"}, {"cap": "没有“cap”这一项"}),
    ("per_short", {"each": "1", "target": "2.5"}, {"target": "应完成数应为整数"}),
    ("rate", RATE | {"target": "101"}, {"target": "目标应在0.01到100%之间"}),
    ("rate", RATE | {"step": "0"}, {"step": "每低多少应在0.01到100个百分点之间"}),
    ("rate", RATE | {"partial": "half"}, {"partial": "请选择不足一档的"}),
    (
        "rate",
        {"subject": "", "target": "x"},
        {
            "subject": "请填写考核数据",
            "target": "目标应为数字",
            "step": "请填写每低多少",
            "each": "请填写每档扣分",
        },
    ),
    ("ladder", LADDER | {"steps": ""}, {"steps": "请填写各档"}),
    ("ladder", LADDER | {"steps": "90 3\n80 1"}, {"steps": "各档扣分应逐档增加或逐档减少，请检查次序"}),
    ("ladder", LADDER | {"steps": "90 5\n80 5"}, {"steps": "各档扣分都一样，请填写不同的扣分"}),
    ("ladder", LADDER | {"steps": "90 0\n90 1"}, {"steps": "各档里有两行的达到值相同"}),
    ("tier", {"awards": "一类 10"}, {"awards": "至少要有两类得分不同"}),
    ("all", {"condition": "", "full": "4"}, {"condition": "请填写条件"}),
    ("range", {"least": "1", "most": "1"}, {"most": "每次最多扣应大于每次最少扣"}),
    ("bonus", {"levels": "县级 2 1"}, {"levels": "“县级”的最少加分大于最多加分"}),
    ("bonus", {"levels": []}, {"levels": "请填写认定级别"}),
    ("veto", VETO | {"basis": "  "}, {"basis": "请填写依据文号"}),
    ("veto", {"condition": "新增村级债务", "effect": "no_award"}, {"basis": "请填写依据文号"}),
    ("veto", VETO | {"effect": "minus"}, {"effect": "请选择后果"}),
]


@pytest.mark.parametrize(("code", "given_", "errors"), WRONG)
def test_what_is_wrong_is_said(code, given_, errors):
    with pytest.raises(BadParameters) as caught:
        read_rule(code, given_)
    assert caught.value.errors == errors
    assert str(caught.value) == "；".join(errors.values())


def test_the_same_rules_bind_code():
    """What a form refuses, Python cannot make either."""
    with pytest.raises(BadParameters, match="依据文号"):
        rules.Veto(condition="新增村级债务", effect="no_award", basis="")
    with pytest.raises(BadParameters, match="每单位扣分最小到"):
        rules.PerEvent(each=D("0.25"))
    with pytest.raises(TypeError, match="Decimal"):
        rules.PerEvent(each=0.5)


def test_typed_rows_blocks_and_widths():
    """A block pasted from a sheet, commas of both widths, full-width digits, blank lines."""
    rows = VARIANTS.read("迟到\t０.5\n\n早退，1\n中途离会,1.5  \n")
    assert rows == (Variant("迟到", D("0.5")), Variant("早退", D(1)), Variant("中途离会", D("1.5")))
    assert VARIANTS.text(rows) == "迟到 0.5\n早退 1.0\n中途离会 1.5"
    assert VARIANTS.read(VARIANTS.text(rows)) == rows


@given(rule=any_rule)
def test_rows_survive_their_form(rule):
    """Every table shown in a textarea and sent back unchanged is the same rule."""
    data = rule.to_json()
    for one in rule.PARAMETERS:
        if one.kind == "rows":
            data[one.name] = one.text(getattr(rule, one.name))
    assert type(rule).from_json(data) == rule


@given(value=hundredths(0, 10**8))
def test_plain_numbers(value):
    assert plain_number(f"{value:f}", "数") == value
    assert plain_number(f" {value:f} ", "数") == value


@pytest.mark.parametrize("raw", [1.5, True, float("nan")])
def test_no_float_gets_in(raw):
    with pytest.raises(TypeError):
        plain_number(raw, "数")
    with pytest.raises(TypeError):
        EntryValues.from_json({"quantity": raw})


@given(text=st.text(max_size=20))
def test_any_text_is_a_number_or_a_sentence(text):
    said = ""
    found = None
    try:
        found = plain_number(text, "数量")
    except ValueError as error:
        said = str(error)
    assert said in ("", "数量应为数字", "数量不能小于0")
    assert found is None or (found.is_finite() and found >= 0)


def test_entries_from_typed_text():
    values = EntryValues.from_json({"quantity": " 3 ", "choice": " 迟到早退 ", "points": "", "met": "on"})
    assert values == EntryValues(quantity=D(3), choice="迟到早退", met=True)
    assert values.to_json() == {"quantity": "3", "choice": "迟到早退", "met": True}
    with pytest.raises(BadEntry) as caught:
        EntryValues.from_json({"quantity": "三", "actual": "x"})
    assert caught.value.errors == {"quantity": "数量应为数字", "actual": "实际数应为数字"}
    with pytest.raises(KeyError):
        EntryValues.from_json({"colour": "red"})
