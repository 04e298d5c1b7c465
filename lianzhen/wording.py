"""How dates, numbers and telephone numbers are written for a reader (design, §12.3).

Pure. What is unknown (None) is written 「—」, so that it never looks like a zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
from typing import Any

from lianzhen.pinyin import full_pinyin

UNKNOWN = "—"
MINUS = "\N{MINUS SIGN}"
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")

#: Below this likeness a suggestion puzzles more than it helps.
LIKE_ENOUGH = 0.6


# --- Dates ----------------------------------------------------------------------------------
def full_date(day: date | None) -> str:
    """2018年10月18日"""
    return UNKNOWN if day is None else f"{day.year}年{day.month}月{day.day}日"


def long_date(day: date | None) -> str:
    """2018年10月18日（星期四）"""
    return UNKNOWN if day is None else f"{full_date(day)}（{WEEKDAYS[day.weekday()]}）"


def list_date(day: date | None, year: int) -> str:
    """10月18日 in a list about `year`; with its own year where that is another."""
    if day is None or day.year != year:
        return full_date(day)
    return f"{day.month}月{day.day}日"


def dense_date(day: date | None) -> str:
    """10-18, for narrow columns; a column that goes over several years has 2018-10-18, like what is exported."""
    return UNKNOWN if day is None else f"{day:%m-%d}"


def clock(moment: time | datetime | None) -> str:
    """14:05. A datetime must already be in local time."""
    return UNKNOWN if moment is None else f"{moment:%H:%M}"


def date_and_time(moment: datetime | None) -> str:
    """2018年10月18日 14:05. Must already be in local time."""
    return UNKNOWN if moment is None else f"{full_date(moment.date())} {clock(moment)}"


_KEPT_DAY = re.compile(r"(\d{4}-\d\d-\d\d)( \d\d:\d\d)?")


def kept_in_words(text: str) -> str:
    """A day or moment kept as 2018-10-18 or 2018-10-18 14:05, as it is written now; other texts as they are."""
    found = _KEPT_DAY.fullmatch(text)
    try:
        return f"{full_date(date.fromisoformat(found[1]))}{found[2] or ''}" if found else text
    except ValueError:  # a number that only looks like a day
        return text


def date_range(first: date, last: date, year: int | None = None) -> str:
    """10月15日—10月21日 in a text about `year`; otherwise the years are written."""
    if first.year != last.year:
        return f"{full_date(first)}—{full_date(last)}"
    begin = full_date(first) if first.year != year else list_date(first, year)
    return f"{begin}—{last.month}月{last.day}日"


def term(starts_on: date, ends_on: date | None, today: date | None = None) -> str:
    """2018年4月10日—2020年5月31日, or 2018年4月10日至今 while it runs; 2018年4月10日起 before it begins."""
    if ends_on is None:
        return f"{full_date(starts_on)}{'起' if today is not None and starts_on > today else '至今'}"
    return f"{full_date(starts_on)}—{full_date(ends_on)}"


# --- Numbers --------------------------------------------------------------------------------
def number(value: int | Decimal | None) -> str:
    """2,198; 1,200.5亩: decimals without the zeros that only the column's width put there."""
    if value is None:
        return UNKNOWN
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def points(value: Decimal | None) -> str:
    """96.5分"""
    return UNKNOWN if value is None else f"{_rounded(value, '0.1'):,}分".replace("-", MINUS)


def points_change(value: Decimal | None) -> str:
    """−1.0分, +1.0分; nothing changed is 0.0分."""
    if value is None:
        return UNKNOWN
    rounded = _rounded(value, "0.1")
    return f"+{rounded:,}分" if rounded > 0 else points(rounded)


def money(value: Decimal | None) -> str:
    """1,200.00元"""
    return UNKNOWN if value is None else f"{money_figure(value)}元"


def money_figure(value: Decimal | None) -> str:
    """1,200.00, under a heading that names the unit 元."""
    return UNKNOWN if value is None else f"{_rounded(value, '0.01'):,}".replace("-", MINUS)


def percent(part: int | Decimal, whole: int | Decimal) -> str:
    """87.5%; a share of nothing is unknown."""
    if not whole:
        return UNKNOWN
    return f"{_rounded(Decimal(part) * 100 / Decimal(whole), '0.1')}%".replace("-", MINUS)


def _rounded(value: Decimal, step: str) -> Decimal:
    if not isinstance(value, Decimal):
        raise TypeError("points and amounts are Decimal; a float has lost the half that is rounded up")
    rounded = value.quantize(Decimal(step), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)  # no negative zero


# --- Telephone numbers ----------------------------------------------------------------------
def mask_phone(digits: str) -> str:
    """138****1402. Anything shorter than a whole number, which this rule would lay open, becomes stars."""
    if len(digits) < 11:
        return "*" * len(digits)
    return f"{digits[:3]}****{digits[-4:]}"


# --- Sentences within sentences ----------------------------------------------------------------
def bare(text: str) -> str:
    """On one line, without the full stop that the sentence around it brings itself."""
    return " ".join(text.split()).rstrip("。；;.")


def short(text: str, longest: int) -> str:
    """The same, of at most so many characters."""
    said = bare(text)
    return said if len(said) <= longest else f"{said[: longest - 1]}…"


# --- Steps ----------------------------------------------------------------------------------
def step_closed(what: object, states: type[Any], now: str, *due: str, late: str = "这一步不用再办") -> str:
    """2018年10月考核现在是“进行中”，到“待审核”时再办这一步。 `states` are choices in the order in which a record
    goes through them, `due` those at which the step is taken; once it is past them, `late` is said."""
    order = [state.value for state in states]
    turn = min((order.index(state) for state in due), default=-1)
    said = f"到“{states(order[turn]).label}”时再办这一步" if turn > order.index(now) else late
    return f"{what}现在是“{states(now).label}”，{said}。"


# --- Suggestions ----------------------------------------------------------------------------

#: A mobile number as people type it, and the digits of an identity or bank card.
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)([ -]?)\d{4}([ -]?)(\d{4})(?!\d)")
_CARD = re.compile(r"(?<!\d)(\d{4})\d{7,11}(\d{3}[\dXx])(?!\d)")


def mask_numbers(text: str) -> str:
    """138****1402, 4313**********001X: mobile numbers, and the numbers of identity and bank cards, that somebody typed
    into a text which is to be announced (domain.md §0, finding 8)."""
    masked = _MOBILE.sub(r"\1\2****\3\4", text)
    return _CARD.sub(lambda found: f"{found[1]}{'*' * (len(found[0]) - 8)}{found[2]}", masked)


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, or None when none is like it.

    Likeness is that of the characters, and among equals that of the sound: 「天平村」 is 天坪村, not
    大坪村. A name that sounds exactly like a candidate is close however it is written.
    """
    sound = full_pinyin(name)
    best: tuple[float, float, str] | None = None
    for candidate in sorted(set(candidates)):
        likeness = SequenceMatcher(None, name, candidate).ratio()
        its_sound = full_pinyin(candidate)
        if likeness < LIKE_ENOUGH and (not sound or sound != its_sound):
            continue
        rank = (likeness, SequenceMatcher(None, sound, its_sound).ratio(), candidate)
        if best is None or rank[:2] > best[:2]:
            best = rank
    return best[2] if best else None


def no_such(name: str, candidates: Iterable[str]) -> str:
    """没有"示列四村"。是不是"示例四村"？ — without the question when nothing is like it."""
    like = closest(name, candidates)
    return f'没有"{name}"。' + (f'是不是"{like}"？' if like else "")
