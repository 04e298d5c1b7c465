"""Parameters of rules and formulas: named, checked, stored as JSON, with all that a form needs to ask for them.

Pure. A figure is a Decimal from the form to the stored text and back; a float never gets in. What a clerk
typed wrongly is answered with a Chinese sentence per field (`BadParameters.errors`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, Self

from lianzhen import wording

#: A number as people type it. No signs, no exponents: no rule has use for them.
_PLAIN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
#: Between the columns of a row: blanks and tabs (a block pasted from a sheet), or commas.
_BETWEEN = re.compile(r"[\s,，]+")

#: Steps of points (分): the least a scheme may define (design §12.3).
POINT = Decimal("0.1")
#: Steps of money (元).
CENT = Decimal("0.01")


class BadParameters(ValueError):
    """`errors`: the name of each parameter that is not right, with a sentence that says how it should be."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("；".join(self.errors.values()))


def plain_number(raw: object, label: str) -> Decimal | None:
    """A Decimal from a Decimal, an int or typed text; None when nothing is given. ValueError with a sentence."""
    if isinstance(raw, (bool, float)):
        raise TypeError(f"{label}: a figure is a Decimal or its text, never {type(raw).__name__}")
    if raw is None or isinstance(raw, Decimal):
        return raw
    text = unicodedata.normalize("NFKC", str(raw)).strip()
    if not text:
        return None
    if text[0] in "-−" and _PLAIN.fullmatch(text[1:]):
        raise ValueError(f"{label}不能小于0")
    if not _PLAIN.fullmatch(text):
        raise ValueError(f"{label}应为数字")
    return Decimal(text)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter. `name` is the field of the dataclass and the key in JSON; `label`, `unit` and `help` are
    for the form; `kind` tells a form which widget it wants."""

    kind: ClassVar[str]

    name: str
    label: str
    unit: str = ""
    help: str = ""
    required: bool = True

    def read(self, raw: object) -> Any:
        """The value from JSON or a form. ValueError with a sentence when it cannot be read."""
        raise NotImplementedError

    def store(self, value: Any) -> Any:
        """The value as JSON holds it."""
        return value

    def problem(self, value: Any) -> str:
        """What is wrong with the value, as a sentence; empty when nothing is."""
        return f"请填写{self.label}" if self.required and value in (None, "", ()) else ""


@dataclass(frozen=True, kw_only=True)
class Figure(Parameter):
    """A Decimal between `low` and `high` in whole `step`s."""

    kind: ClassVar[str] = "figure"

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(100000)
    step: Decimal = CENT

    def read(self, raw: object) -> Decimal | None:
        return plain_number(raw, self.label)

    def store(self, value: Decimal | None) -> str | None:
        return None if value is None else f"{value.quantize(self.step):f}"

    def problem(self, value: Decimal | None) -> str:
        if value is None:
            return super().problem(value)
        if not isinstance(value, Decimal):
            raise TypeError(f"{self.name}: a figure is a Decimal, not {type(value).__name__}")
        if not value.is_finite() or not self.low <= value <= self.high:
            return f"{self.label}应在{self.shown(self.low)}到{self.shown(self.high)}{self.unit}之间"
        if value % self.step:
            return f"{self.label}最小到{self.step:f}{self.unit}" if self.step < 1 else f"{self.label}应为整数"
        return ""

    def shown(self, value: Decimal) -> str:
        """As this kind of figure is written in a sentence, without its unit."""
        return wording.number(value)


@dataclass(frozen=True, kw_only=True)
class Points(Figure):
    """Points (分) in steps of 0.1."""

    kind: ClassVar[str] = "points"

    unit: str = "分"
    low: Decimal = POINT
    high: Decimal = Decimal(1000)
    step: Decimal = POINT

    def shown(self, value: Decimal) -> str:
        return f"{value:.1f}"


@dataclass(frozen=True, kw_only=True)
class Money(Figure):
    """An amount (元) in steps of 0.01."""

    kind: ClassVar[str] = "money"

    unit: str = "元"


@dataclass(frozen=True, kw_only=True)
class Whole(Figure):
    """A count."""

    kind: ClassVar[str] = "whole"

    low: Decimal = Decimal(1)
    high: Decimal = Decimal(9999)
    step: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Text(Parameter):
    kind: ClassVar[str] = "text"

    longest: int = 30

    def read(self, raw: object) -> str:
        return "" if raw is None else str(raw).strip()

    def problem(self, value: str) -> str:
        if len(value) > self.longest:
            return f"{self.label}不能超过{self.longest}字，现在是{len(value)}字"
        return super().problem(value)


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter):
    """One of `choices`: stored code and label."""

    kind: ClassVar[str] = "choice"

    choices: tuple[tuple[str, str], ...]

    def read(self, raw: object) -> str:
        return "" if raw is None else str(raw)

    def problem(self, value: str) -> str:
        return "" if value in dict(self.choices) else f"请选择{self.label}"


@dataclass(frozen=True, kw_only=True)
class Switch(Parameter):
    """On or off; off when nothing is said."""

    kind: ClassVar[str] = "switch"

    required: bool = False

    def read(self, raw: object) -> bool:
        return raw is True or str(raw).lower() in ("true", "on", "1")

    def problem(self, value: bool) -> str:
        return ""


@dataclass(frozen=True, kw_only=True)
class Rows(Parameter):
    """A small table. `row` is a NamedTuple with the names of `columns`; the first column names the row, so no
    two rows may have it alike. A form may give it as text, a line for each row."""

    kind: ClassVar[str] = "rows"
    most: ClassVar[int] = 20

    row: type[NamedTuple]
    columns: tuple[Parameter, ...]

    def read(self, raw: object) -> tuple[Any, ...]:
        if isinstance(raw, str):
            raw = [line for line in raw.splitlines() if line.strip()]
        if not isinstance(raw, (list, tuple)):
            raw = () if raw is None else (raw,)
        return tuple(self._read_row(number, given) for number, given in enumerate(raw, start=1))

    def store(self, value: tuple[Any, ...]) -> list[dict[str, Any]]:
        return [{column.name: column.store(getattr(row, column.name)) for column in self.columns} for row in value]

    def text(self, value: tuple[Any, ...]) -> str:
        """The rows as a form shows them for editing: a line each, columns between blanks."""
        return "\n".join(" ".join(str(cell or "—") for cell in row.values()) for row in self.store(value))

    def problem(self, value: tuple[Any, ...]) -> str:
        if missing := super().problem(value):
            return missing
        if len(value) > self.most:
            return f"{self.label}最多{self.most}行"
        for number, row in enumerate(value, start=1):
            for column in self.columns:
                if wrong := column.problem(getattr(row, column.name)):
                    return f"{self.label}第{number}行：{wrong}"
        if len({row[0] for row in value}) < len(value):
            return f"{self.label}里有两行的{self.columns[0].label}相同"
        return ""

    def _read_row(self, number: int, given: object) -> Any:
        if isinstance(given, str):
            cells = [None if cell == "—" else cell for cell in _BETWEEN.split(given.strip())]
            if len(cells) != len(self.columns):
                titles = "、".join(column.label for column in self.columns)
                raise ValueError(f"{self.label}第{number}行应有{len(self.columns)}列：{titles}")
            given = {column.name: cell for column, cell in zip(self.columns, cells, strict=True)}
        if not isinstance(given, Mapping):
            raise ValueError(f"{self.label}第{number}行不能识别")
        try:
            return self.row(*(column.read(given.get(column.name)) for column in self.columns))
        except ValueError as error:
            raise ValueError(f"{self.label}第{number}行：{error}") from None


class Parametric:
    """Base of frozen dataclasses whose fields are `PARAMETERS`. Nothing that breaks a rule can be made."""

    PARAMETERS: ClassVar[tuple[Parameter, ...]] = ()

    def __post_init__(self) -> None:
        found = {one.name: wrong for one in self.PARAMETERS if (wrong := one.problem(getattr(self, one.name)))}
        # Only parameters that are right one by one can be compared with each other.
        if errors := found or self._problems():
            raise BadParameters(errors)

    def _problems(self) -> dict[str, str]:
        """What is wrong between the parameters."""
        return {}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """From stored JSON or the values of a form. BadParameters with every sentence at once."""
        values: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for one in cls.PARAMETERS:
            try:
                if one.name in data:
                    values[one.name] = one.read(data[one.name])
                elif one.name in _without_default(cls):
                    raise ValueError(f"请填写{one.label}")
                else:
                    continue
                if wrong := one.problem(values[one.name]):
                    raise ValueError(wrong)
            except ValueError as error:
                errors[one.name] = str(error)
        names = {one.name for one in cls.PARAMETERS}
        errors |= {name: f"没有“{name}”这一项" for name in data if name not in names}
        if errors:
            raise BadParameters(errors)
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """All parameters, figures as text. `from_json` gives an equal object back."""
        return {one.name: one.store(getattr(self, one.name)) for one in self.PARAMETERS}


def _without_default(cls: type) -> set[str]:
    # The dataclass keeps a default as attribute of the class; a required field has none.
    return {name for name in cls.__dataclass_fields__ if not hasattr(cls, name)}  # type: ignore[attr-defined]
