"""Parameters of rules as columns of a workbook: one for each name that an office knows (每单位扣分, 本项每月上限).

Pure. Rule types share a column where they ask for the same thing under the same name; which of them fills it is
the business of the row's own rule type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appraisal.rules import RULE_TYPES, BadParameters, Rule, rule_type
from appraisal.rules.parameters import Choice, Figure, Parameter, Rows, Switch
from lianzhen.importing import cells
from lianzhen.importing.kinds import Column, Problem

#: Before the name of a parameter, so that none is taken for a fact of the clause.
PREFIX = "p_"
#: What takes a figure away again: a blank cell leaves what stands.
UNSET = ("不设", "—", "-", "无")
#: Longest text of a cell: twenty rows of a table.
MOST = 800


@dataclass
class ParameterColumn:
    """`by_rule`: the parameter that the column holds, by code of the rule type."""

    key: str
    label: str
    by_rule: dict[str, Parameter] = field(default_factory=dict)

    @property
    def title(self) -> str:
        unit = next(iter(self.by_rule.values())).unit
        return f"{self.label}（{unit}）" if unit else self.label

    @property
    def hint(self) -> str:
        types = "、".join(rule_type(code).title for code in self.by_rule)
        one = next(iter(self.by_rule.values()))
        told = [one.help.replace("一行一", "用“；”隔开，每段一") if isinstance(one, Rows) else one.help, _choices(one)]
        return "；".join([*(part for part in told if part), f"用于：{types}"]) + "。"

    def as_column(self) -> Column:
        wide = any(isinstance(one, Rows) for one in self.by_rule.values())
        return Column(self.key, self.title, as_typed, width=28 if wide else 14, hint=self.hint)


def _choices(one: Parameter) -> str:
    return "可填" + "、".join(label for _, label in one.choices) if isinstance(one, Choice) else ""


def as_typed(text: str, title: str) -> str:
    """The text with its line breaks: what it means only the rule type tells."""
    plain = "\n".join(cells.tidy(line) for line in text.strip().splitlines())
    if len(plain) > MOST:
        raise ValueError(f"{title}不能超过{MOST}字，现在是{len(plain)}字。")
    return plain


def _gathered() -> tuple[ParameterColumn, ...]:
    found: dict[str, ParameterColumn] = {}
    taken: set[str] = set()
    for rule in RULE_TYPES:
        for one in rule.PARAMETERS:
            column = found.get(one.label)
            if column is None:
                key = PREFIX + (one.name if one.name not in taken else f"{one.name}_{rule.code}")
                taken.add(one.name)
                column = found[one.label] = ParameterColumn(key, one.label)
            column.by_rule[rule.code] = one
    return tuple(found.values())


PARAMETER_COLUMNS = _gathered()


# --- Out -------------------------------------------------------------------------------------------
def cell_of(one: Parameter, value: Any) -> str:
    """A parameter as its cell holds it; `given_of` reads the same value back."""
    if value in (None, "", ()):
        return ""
    if isinstance(one, Switch):
        return cells.shown(value)
    if isinstance(one, Choice):
        return dict(one.choices)[value]
    if isinstance(one, Rows):
        return one.text(value).replace("\n", "；")
    return one.shown(value) if isinstance(one, Figure) else str(value)


def cells_of(rule: Rule) -> dict[str, str]:
    """Column key → text, of one rule."""
    found = {}
    for column in PARAMETER_COLUMNS:
        if one := column.by_rule.get(rule.code):
            found[column.key] = cell_of(one, getattr(rule, one.name))
    return found


# --- In --------------------------------------------------------------------------------------------
def given_of(one: Parameter, text: str) -> Any:
    """What `Rule.from_json` takes. ValueError with a sentence."""
    plain = cells.together(text)
    if plain in UNSET and not one.required:
        return None
    if isinstance(one, Switch):
        return cells.yes_no(text, one.label)
    if isinstance(one, Choice):
        return cells.choice({label: code for code, label in one.choices})(text, one.label)
    if isinstance(one, Rows):
        return re.sub("[；;]", "\n", text)
    return plain.removesuffix(one.unit) if isinstance(one, Figure) and one.unit else text


def rule_of(code: str, row: Mapping[str, Any], stored: Mapping[str, Any]) -> tuple[Rule | None, list[Problem]]:
    """The rule of a row: what its cells say over what stands. Or every problem, each at its column."""
    kind, given, problems = rule_type(code), dict(stored), []
    keys = {column.by_rule[code].name: column.key for column in PARAMETER_COLUMNS if code in column.by_rule}
    for column in PARAMETER_COLUMNS:
        if column.key not in row:
            continue
        one, text = column.by_rule.get(code), row[column.key]
        if one is None:
            if cells.together(text) not in UNSET:
                said = f"“{kind.title}”没有“{column.label}”这一项，请清空这一格，或改规则类型。"
                problems.append(Problem(column.key, said))
            continue
        try:
            given[one.name] = given_of(one, text)
        except ValueError as reason:
            problems.append(Problem(column.key, str(reason)))
    if problems:
        return None, problems
    try:
        return kind.from_json(given), []
    except BadParameters as bad:
        return None, [Problem(keys.get(name, "rule"), f"{said}。") for name, said in bad.errors.items()]
