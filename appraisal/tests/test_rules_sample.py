"""The shipped 示例 scheme: whole, printable, and what domain.md says it is."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from appraisal import rules
from appraisal.rules.sample import CLAUSES, SAMPLE
from appraisal.rules.scheme import AppliesTo, CategoryTerms, ClauseTerms, SchemeTerms

#: domain.md §1.1, the sample table: points per unit, cap.
TABLE = {
    "A1": ("2", "6"),
    "A2": ("0.5", "4"),
    "A3": ("1", "6"),
    "A4": ("1", "4"),
    "B1": ("1", "8"),
    "B2": ("0.5", "6"),
    "B3": ("1", "6"),
    "C1": ("0.5", "5"),
    "C2": ("0.5", "5"),
    "C3": ("0.5", "5"),
    "D1": ("0.5", "15"),
    "D2": ("1", "5"),
    "E1": ("1", "8"),
    "E2": ("0.5", "2"),
    "F1": ("1", "10"),
    "F2": ("15", "15"),
}


def test_nothing_to_put_right():
    assert SAMPLE.problems() == []


def test_the_six_areas_of_the_article():
    assert [(one.name, one.full) for one in SAMPLE.categories] == [
        ("基层党建", 20),
        ("综治维稳", 20),
        ("精准扶贫", 15),
        ("环境整建", 20),
        ("农业农村", 10),
        ("安全生产", 15),
        ("村级特色工作", 0),
    ]


def test_points_and_caps_of_the_table():
    found = {
        clause.number: (getattr(clause.rule, "each", clause.rule.month_cap), clause.rule.month_cap)
        for clause in CLAUSES
        if not clause.is_bonus
    }
    assert found == {number: (D(each), D(cap)) for number, (each, cap) in TABLE.items()}
    assert SAMPLE.bonus_month_cap == 10
    assert SAMPLE.bonus_quarter_cap == 20


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.number)
def test_every_clause_is_stored_and_printed(clause):
    assert rules.read_rule(clause.rule.code, clause.rule.to_json()) == clause.rule
    assert clause.text.endswith("。")
    assert clause.rule.sentence()
    assert not clause.text.startswith(clause.number)


# --- What keeps a version from being adopted ------------------------------------------------
def scheme(categories, clauses, **given):
    return SchemeTerms(tuple(categories), tuple(clauses), **given)


WHOLE = CategoryTerms("a", "基层党建", D(100))
CLAUSE = ClauseTerms("A1", "a", "示例条款。", rules.PerEvent(each=D(1)), AppliesTo.BOTH)


def test_a_sound_version():
    assert scheme([WHOLE], [CLAUSE]).problems() == []


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        (scheme([WHOLE], [CLAUSE], base=D(90)), "各类满分合计100.0分，应等于基础分90.0分"),
        (scheme([WHOLE], [CLAUSE], total_floor=D(101)), "总分最低分不能大于基础分"),
        (scheme([WHOLE], []), "基层党建还没有条款"),
        (
            scheme([WHOLE], [CLAUSE], bonus_month_cap=D(10), bonus_quarter_cap=D(5)),
            "每月加分上限不能大于每季加分上限",
        ),
        (
            scheme([CategoryTerms("a", "基层党建", D(100), D(101))], [CLAUSE]),
            "基层党建的保底分应在0.0到100.0分之间",
        ),
        (
            scheme([WHOLE, CategoryTerms("b", "特色", D(0))], [CLAUSE, ClauseTerms("B1", "b", "。", CLAUSE.rule)]),
            "特色没有可扣的分，不能放扣分条款B1",
        ),
        (
            scheme([WHOLE], [ClauseTerms("A1", "a", "。", rules.PerEvent(each=D(1), cap=D(101)))]),
            "条款A1每月上限101.0分，超过基层党建的满分",
        ),
    ],
)
def test_what_has_to_be_put_right(version, problem):
    assert problem in version.problems()


@pytest.mark.parametrize(
    ("categories", "clauses", "given"),
    [
        ([WHOLE, WHOLE], [], {}),
        ([WHOLE], [CLAUSE, CLAUSE], {}),
        ([], [CLAUSE], {}),
        ([WHOLE], [CLAUSE], {"decimals": 3}),
    ],
)
def test_what_cannot_be_a_version(categories, clauses, given):
    with pytest.raises(ValueError, match="。"):
        scheme(categories, clauses, **given)
