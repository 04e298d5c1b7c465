"""The month of docs/worked-example.md, read from the document: scheme, entries, people.

The document is the only source. Whoever takes the same month through the pages begins here too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from appraisal.rules import RULE_TYPES, BadParameters, EntryValues, Rule
from appraisal.rules.scheme import AppliesTo, CategoryTerms, ClauseTerms, SchemeTerms
from appraisal.scoring import Line, LineState
from appraisal.subsidy_formulas import AbsenceRow, Absences, Formula, PerDutyDay, PerPerson, Recipient
from lianzhen.periods import Month, Span
from lianzhen.wording import MINUS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "worked-example.md"
MONTH = Month(2018, 11)
STATES = {
    "已生效": LineState.EFFECTIVE,
    "待定": LineState.PENDING,
    "申诉中": LineState.APPEALED,
    "撤销": LineState.WITHDRAWN,
    "申诉变更": LineState.CHANGED,
}


@dataclass(frozen=True)
class Section:
    """What stands under one heading: its tables (rows by column title) and its quoted sentences."""

    text: str
    tables: list[list[dict[str, str]]]
    quotes: list[str]


@cache
def sections() -> dict[str, Section]:
    parts = re.split(r"^## (.+)$", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {title: _section(text) for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def _section(text: str) -> Section:
    tables = [_table(block) for block in re.findall(r"(?:^\|.*\|$\n?)+", text, flags=re.MULTILINE)]
    return Section(text, tables, [line[2:] for line in text.splitlines() if line.startswith("> ")])


def _table(block: str) -> list[dict[str, str]]:
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in block.strip().splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


def only_table(title: str, number: int = 0) -> list[dict[str, str]]:
    return sections()[title].tables[number]


def number(text: str) -> Decimal:
    return Decimal(text.replace(MINUS, "-").replace(",", ""))


def settings() -> dict[str, Decimal]:
    return {row["设置"]: number(row["值"]) for title in ("方案", "补助") for row in only_table(title)}


def _pairs(text: str) -> dict[str, str]:
    """计数对象：走访；每单位扣分：0.5"""
    return dict(part.split("：", 1) for part in text.split("；"))


def rule_of(row: dict[str, str]) -> Rule:
    """The rule as a form would build it: by the labels of its parameters."""
    cls = next(one for one in RULE_TYPES if one.title == row["规则类型"])
    given = _pairs(row["规则设置"])
    data: dict[str, object] = {}
    for one in cls.PARAMETERS:
        if one.label not in given:
            continue
        raw = given.pop(one.label)
        if one.kind == "rows":
            data[one.name] = raw.replace(" / ", "\n")
        elif one.kind == "choice":
            data[one.name] = {label: code for code, label in one.choices}[raw]
        else:
            data[one.name] = raw == "是" if one.kind == "switch" else raw
    if given:
        raise BadParameters({name: f"没有“{name}”这一项" for name in given})
    return cls.from_json(data)


@cache
def scheme() -> SchemeTerms:
    given = settings()
    applies = {one.label: one for one in AppliesTo}
    return SchemeTerms(
        categories=tuple(CategoryTerms(row["类别"], row["类别"], number(row["满分"])) for row in only_table("类别")),
        clauses=tuple(
            ClauseTerms(row["条款"], row["类别"], row["规定"], rule_of(row), applies[row["计入"]])
            for row in only_table("条款")
        ),
        base=given["基础分"],
        total_floor=given["总分最低"],
        bonus_month_cap=given["每月加分上限"],
        bonus_quarter_cap=given["每季加分上限"],
    )


def values_of(row: dict[str, str]) -> EntryValues:
    """The answers, by the labels of the questions that the rule asks."""
    labels = {question.label: question.ask for question in scheme().by_number[row["条款"]].rule.asks()}
    data = {labels[label]: raw for label, raw in _pairs(row["填写"]).items()}
    return EntryValues.from_json({ask: "true" if raw == "属实" else raw for ask, raw in data.items()})


def lines() -> list[Line]:
    """Points by the rules, not by the document: what it says is compared elsewhere."""
    return [
        Line(
            key=row["编号"],
            clause=row["条款"],
            date=date.fromisoformat(row["日期"]),
            points=scheme().by_number[row["条款"]].rule.points(values_of(row)),
            state=STATES[row["状态"]],
            changed_points=number(row["申诉后"]) if row["申诉后"] else None,
        )
        for row in only_table("记录")
    ]


def formula() -> Formula:
    given = settings()
    return Formula(
        (
            PerPerson(amount=given["每人每月基数"]),
            PerDutyDay(rate=given["驻村每天"], most=given["每月最多计（天）"]),
        ),
        Absences(rows=(AbsenceRow("无故缺岗", given["无故缺岗每次"]),)),
    )


def recipients(score: Decimal) -> list[Recipient]:
    return [
        Recipient(
            key=row["姓名"],
            person=row["姓名"],
            name=row["姓名"],
            score=score,
            spans=(
                Span(
                    date.fromisoformat(row["任职自"]),
                    date.fromisoformat(row["任职至"]) if row["任职至"] else None,
                ),
            ),
            duty_days=int(row["驻村（天）"]),
            absences={"无故缺岗": int(row["缺岗（次）"])},
        )
        for row in only_table("补助", 1)
    ]
