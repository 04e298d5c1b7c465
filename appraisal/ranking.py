"""Places with ties as 1, 2, 2, 4; bands (等次); change to the month before.

Pure. Whether places, bands or neither are shown is a setting of the scheme's version (名次、等次、不排序).
Ties are those of published lists (8, 8, 10): standard competition ranking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

from appraisal.rules.base import ZERO, change_in_points
from appraisal.rules.judged import VetoEffect
from appraisal.rules.parameters import plain_number
from lianzhen import wording

Key = TypeVar("Key")


def place_words(number: int, *, tied: bool) -> str:
    """第3名, 并列第3名"""
    return f"{'并列' if tied else ''}第{number}名"


class Display(StrEnum):
    """What the column before the names shows."""

    PLACE = "place"
    GRADE = "grade"
    NONE = "none"

    @property
    def label(self) -> str:
        return {"place": "名次", "grade": "等次", "none": "不排序"}[self.value]

    @property
    def column(self) -> str:
        """Heading of the column; without ranking it only counts the rows (design §10.3)."""
        return {"place": "名次", "grade": "等次", "none": "序号"}[self.value]


@dataclass(frozen=True)
class Band:
    """A band from `at_least` (分, included) up to the next higher one. `tone` names its colour in the pages."""

    name: str
    at_least: Decimal
    tone: str


#: The threshold of the lowest band.
BOTTOMLESS = Decimal("-Infinity")
TONES = ("good", "fair", "watch")

#: domain.md §7 (thresholds, colours), design §10.3 (names). A setting of the version.
BANDS = (
    Band("好", Decimal(90), "good"),
    Band("较好", Decimal(75), "fair"),
    Band("一般", Decimal(60), "watch"),
    Band("需改进", BOTTOMLESS, "poor"),
)
#: The band of whoever a veto made 不合格, whatever the score.
UNQUALIFIED = Band("不合格", BOTTOMLESS, "poor")


def read_bands(rows: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
    """From the JSON of a version, `[{"name": "好", "from": "90"}, …]`; of nothing, the shipped example.

    The lowest band takes whatever lies below, so its own threshold only gives its place in the order.
    Colours go from the best to the poorest; with more than four bands those between share theirs.
    ValueError with a sentence.
    """
    if not rows:
        return BANDS
    read = [(str(row.get("name") or "").strip(), plain_number(row.get("from") or "0", "分数线")) for row in rows]
    ordered = sorted(read, key=lambda row: row[1] or ZERO, reverse=True)
    if len({name for name, _ in read}) < len(read) or not all(name for name, _ in read):
        raise ValueError("等次名称不能为空，也不能相同。")
    if len({at_least for _, at_least in read}) < len(read):
        raise ValueError("两个等次的分数线不能相同。")
    if len(read) < 2:
        raise ValueError("至少要有两个等次。")
    made = [Band(name, at_least or ZERO, TONES[min(n, 2)]) for n, (name, at_least) in enumerate(ordered)]
    return (*made[:-1], replace(made[-1], at_least=BOTTOMLESS, tone="poor"))


def store_bands(bands: Sequence[Band]) -> list[dict[str, str]]:
    """As `read_bands` reads them."""
    return [{"name": band.name, "from": "0" if band.at_least == BOTTOMLESS else f"{band.at_least:f}"} for band in bands]


def band_of(score: Decimal, bands: Sequence[Band] = BANDS, effects: Iterable[VetoEffect] = ()) -> Band:
    """The highest band reached; 不合格 where a veto says so."""
    if VetoEffect.UNQUALIFIED in tuple(effects):
        return UNQUALIFIED
    return max((band for band in bands if score >= band.at_least), key=lambda band: band.at_least)


class Place(NamedTuple, Generic[Key]):
    """A place among `size` ranked ones. `tied`: others have it too."""

    key: Key
    score: Decimal
    number: int
    tied: bool
    size: int

    @property
    def text(self) -> str:
        """第3名, 并列第3名"""
        return place_words(self.number, tied=self.tied)

    @property
    def full_text(self) -> str:
        """第3名（共39个组）"""
        return f"{self.text}（共{self.size}个组）"


def ranked(scores: Mapping[Key, Decimal]) -> dict[Key, Place[Key]]:
    """Key → place, best first; ties keep the order in which they were given (片区、村序)."""
    ordered = sorted(scores.items(), key=lambda item: item[1], reverse=True)
    better: dict[Decimal, int] = {}
    having: dict[Decimal, int] = {}
    for n, (_, score) in enumerate(ordered):
        better.setdefault(score, n)
        having[score] = having.get(score, 0) + 1
    return {key: Place(key, score, better[score] + 1, having[score] > 1, len(ordered)) for key, score in ordered}


class Change(NamedTuple):
    """Change to the month before. None where there was no score then."""

    points: Decimal | None
    places: int | None

    @property
    def points_text(self) -> str:
        """−1.0分, or 「—」"""
        return change_in_points(self.points)

    @property
    def places_text(self) -> str:
        """上升2名, 下降1名, 名次不变, or 「—」"""
        if self.places is None:
            return wording.UNKNOWN
        if not self.places:
            return "名次不变"
        return f"{'上升' if self.places > 0 else '下降'}{abs(self.places)}名"


def change(now: Place[Key], before: Place[Key] | None) -> Change:
    """Places gained are above zero."""
    if before is None:
        return Change(None, None)
    return Change(now.score - before.score, before.number - now.number)


class Standing(NamedTuple, Generic[Key]):
    """One row of the month's table: what its first column shows, and the facts behind it."""

    key: Key
    score: Decimal
    column: str
    place: Place[Key]
    band: Band
    change: Change
    effects: tuple[VetoEffect, ...]


def standings(
    scores: Mapping[Key, Decimal],
    *,
    display: Display,
    before: Mapping[Key, Decimal] | None = None,
    bands: Sequence[Band] = BANDS,
    effects: Mapping[Key, tuple[VetoEffect, ...]] | None = None,
) -> list[Standing[Key]]:
    """Rows in the order of the display: by place for 名次, otherwise as given (片区、村序)."""
    places = ranked(scores)
    last = ranked(before or {})
    rows = []
    for number, key in enumerate(places if display is Display.PLACE else scores, start=1):
        found = (effects or {}).get(key, ())
        band = band_of(scores[key], bands, found)
        if display is Display.GRADE:
            column = band.name
        else:
            column = str(places[key].number if display is Display.PLACE else number)
        rows.append(Standing(key, scores[key], column, places[key], band, change(places[key], last.get(key)), found))
    return rows


def spread(scores: Iterable[Decimal]) -> Decimal:
    """Between the best and the poorest (分); 0 of none."""
    values = list(scores)
    return max(values) - min(values) if values else ZERO
