"""What an entry (扣分单、加分单) tells a rule: how many, how much was reached, which case, how many points.

Pure. A rule asks its questions (`Question`), the form puts them, the answers are kept with the entry
(`EntryValues.to_json`), so that the points of every line can be worked out again years later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from appraisal.rules.parameters import Figure, plain_number


class Ask(StrEnum):
    """Names of the fields of `EntryValues`."""

    QUANTITY = "quantity"
    TARGET = "target"
    ACTUAL = "actual"
    CHOICE = "choice"
    POINTS = "points"
    MET = "met"


class BadEntry(ValueError):
    """`errors`: the question (`Ask`) that is not answered rightly, with a sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("；".join(self.errors.values()))


@dataclass(frozen=True)
class EntryValues:
    """The answers. What the rule does not ask stays None."""

    quantity: Decimal | None = None
    target: Decimal | None = None
    actual: Decimal | None = None
    choice: str | None = None
    points: Decimal | None = None
    met: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """Only what was answered; figures as text."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: f"{value:f}" if isinstance(value, Decimal) else value
            for name, value in given.items()
            if value is not None
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> EntryValues:
        """From stored JSON or typed text. BadEntry with sentences; unknown names are a KeyError of ours."""
        values: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name, raw in data.items():
            if name not in FIGURES and name not in (Ask.CHOICE, Ask.MET):
                raise KeyError(name)
            if name in FIGURES:
                try:
                    values[name] = plain_number(raw, FIGURES[name])
                except ValueError as error:
                    errors[name] = str(error)
            elif name == Ask.CHOICE:
                values[name] = str(raw).strip() or None if raw is not None else None
            else:
                values[name] = None if raw is None else raw is True or str(raw).lower() in ("true", "on", "1")
        if errors:
            raise BadEntry(errors)
        return cls(**values)


#: What the answers that are figures are called where the rule has no better word.
FIGURES = {Ask.QUANTITY: "数量", Ask.TARGET: "应完成数", Ask.ACTUAL: "实际数", Ask.POINTS: "分值"}
NAMES = {**FIGURES, Ask.CHOICE: "情形", Ask.MET: "条件成立"}


@dataclass(frozen=True)
class Question:
    """One thing the rule asks of an entry.

    `figure` carries limits, step and unit of a number; `options` the names to choose from. The answer to
    MET is a tick beside `label`, and there is no entry without it.
    """

    ask: Ask
    label: str
    figure: Figure | None = None
    options: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        return self.figure.unit if self.figure else ""

    def problem(self, values: EntryValues) -> str:
        value = getattr(values, self.ask)
        if self.ask is Ask.MET:
            return "" if value else f"请核实是否“{self.label}”，属实才能登记"
        if self.ask is Ask.CHOICE:
            return "" if value in self.options else f"请选择{self.label}"
        if value is None:
            return f"请填写{self.label}"
        assert self.figure is not None
        if self.ask is Ask.QUANTITY and (value < 1 or value % 1):
            return f"{self.label}应为大于0的整数"
        return self.figure.problem(value)


def count(ask: Ask, label: str, unit: str, *, low: int = 1) -> Question:
    """A question for a whole number."""
    return Question(
        ask, label, Figure(name=ask, label=label, unit=unit, low=Decimal(low), high=Decimal(9999), step=Decimal(1))
    )
