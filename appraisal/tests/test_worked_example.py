"""docs/worked-example.md against the program: every table, every sentence, every line of arithmetic."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest

from appraisal.linkage import linked
from appraisal.ranking import band_of
from appraisal.rules import RULE_TYPES
from appraisal.rules.scheme import AppliesTo
from appraisal.scoring import LineState, score
from appraisal.subsidies import subsidy_sheet
from appraisal.tests import worked_example as example
from appraisal.tests.worked_example import DOCUMENT, MONTH, number, only_table, sections, settings

SUBJECTS = {"村得分": AppliesTo.VILLAGE, "工作组得分": AppliesTo.TEAM}
FIGURE = r"−?[0-9]+(?:\.[0-9]+)?"
#: 4.0 + 2.0 + 2.0 = 8.0; figures with units are sentences and are compared whole.
ARITHMETIC = re.compile(rf"(?<![0-9.分元]){FIGURE}(?: [+−×÷] {FIGURE})+ = {FIGURE}(?![0-9.分元])")


def score_of(subject):
    return score(example.scheme(), example.lines(), subject=subject, bonus_before=settings()["本季前几个月已计加分"])


def team_score():
    village, own = (score_of(subject).total for subject in SUBJECTS.values())
    return linked(village=village, own=own, weight=settings()["村得分所占比重"])


def worked_out(left):
    """Products first, then sums, from left to right."""
    first, *rest = left.split(" ")
    terms, sign = [number(first)], D(1)
    for operator, figure in zip(rest[::2], rest[1::2], strict=True):
        if operator == "×":
            terms[-1] *= number(figure)
        elif operator == "÷":
            terms[-1] /= number(figure)
        else:
            sign = D(1) if operator == "+" else D(-1)
            terms.append(sign * number(figure))
    return sum(terms)


def test_every_rule_type_and_every_state_occurs():
    used = {row["条款"] for row in only_table("记录")}
    assert {type(clause.rule) for clause in example.scheme().clauses if clause.number in used} == set(RULE_TYPES)
    assert {line.state for line in example.lines()} == set(LineState)
    assert used == {clause.number for clause in example.scheme().clauses}


def test_the_scheme_could_be_adopted():
    assert example.scheme().problems() == []


@pytest.mark.parametrize("row", only_table("条款"), ids=lambda row: row["条款"])
def test_catalogue(row):
    assert example.rule_of(row).sentence() == row["规定"]


@pytest.mark.parametrize("row", only_table("记录"), ids=lambda row: row["编号"])
def test_entries(row):
    rule = example.scheme().by_number[row["条款"]].rule
    values = example.values_of(row)
    assert rule.calculation(values) == row["计算"]
    assert rule.points(values) == number(row["分值"])


@pytest.mark.parametrize("title", SUBJECTS)
def test_lines(title):
    counted = [
        {"编号": one.line.key, "本行": f"{one.own:.1f}", "计": f"{one.counted:.1f}", "少计的原因": one.why_less}
        for one in score_of(SUBJECTS[title]).lines
    ]
    assert counted == only_table(f"{title}：逐行")


@pytest.mark.parametrize("title", SUBJECTS)
def test_categories(title):
    rows = only_table(f"{title}：各类")
    found = score_of(SUBJECTS[title])
    assert [one.category.name for one in found.categories] == [row["类别"] for row in rows]
    for one, row in zip(found.categories, rows, strict=True):
        shown = [one.category.full, one.deducted, one.lost, one.score, one.bonus, one.bonus_lost]
        assert shown == [number(row[column]) for column in ("满分", "扣分", "扣分不计", "得分", "加分", "加分不计")]


@pytest.mark.parametrize("title", SUBJECTS)
def test_total_and_what_stands_beside_it(title):
    found = score_of(SUBJECTS[title])
    effects = [effect.label for effect in found.effects]
    assert sections()[f"{title}：各类"].quotes == [found.equation, found.pending.sentence, *effects]


def test_pending_total():
    assert f"全部生效后村得分为{score_of(AppliesTo.VILLAGE).pending.total:.1f}分" in sections()["村得分：各类"].text


def test_linkage_and_band():
    found = team_score()
    assert sections()["挂钩"].quotes == [found.equation]
    assert f"等次为“{band_of(found.total).name}”" in sections()["挂钩"].text


def test_subsidies():
    sheet = subsidy_sheet(example.formula(), MONTH, example.recipients(team_score().total))
    section = sections()["补助"]
    assert [(one.recipient.name, one.days, one.amount) for one in sheet.rows] == [
        (row["姓名"], int(row["任职（天）"]), number(row["应发（元）"])) for row in section.tables[1]
    ]
    assert section.quotes == [sheet.formula.sentence(), f"合计{sheet.total}元（{sheet.words}）"]


def test_arithmetic():
    """Each line of arithmetic on the page is right by itself."""
    found = ARITHMETIC.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert len(found) > 40
    for line in found:
        left, right = line.split(" = ")
        assert worked_out(left) == number(right), line


def test_arithmetic_ends_in_the_figures_of_its_row():
    """The sums of a row are those of its columns, so that right arithmetic cannot stand beside another figure."""
    for title in SUBJECTS:
        for row in only_table(f"{title}：各类"):
            results = {number(line.split(" = ")[1]) for line in ARITHMETIC.findall(row["笔算"])}
            assert number(row["得分"]) in results or number(row["加分"]) in results
    for row in only_table("补助", 1):
        assert number(ARITHMETIC.findall(row["笔算"])[-1].split(" = ")[1]) == number(row["应发（元）"])
