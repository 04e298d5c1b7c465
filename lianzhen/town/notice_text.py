"""Reads the yearly arrangement of holidays as people have it: the State Council's notice pasted whole,
lines such as 「1月4日 班 元旦」, or a csv of date, 休 or 班, name.

Every line is either understood, told of in a sentence with its number, or prose without days and skipped.
Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from lianzhen.town.workdays import DaySpec, is_plain_workday, made_up_for

LONGEST_NAME = 30
#: The longest holiday so far had nine days; more than a month is a slip of the pen.
LONGEST_RANGE = 31

_DATE = r"(?<![0-9])(?:([0-9]{4})\s*[年./-]\s*)?([0-9]{1,2})\s*[月./-]\s*([0-9]{1,2})(?![0-9])\s*日?"
_AFTER_DATE = r"(?:\s*\(([^)]*)\)|[\s,]*((?:星期|周)[一二三四五六日天]))?"
_DAYS = re.compile(
    rf"{_DATE}{_AFTER_DATE}(?:\s*(?:至|到|-|—+|–|~)\s*(?:{_DATE}|(?<![0-9])([0-9]{{1,2}})\s*日){_AFTER_DATE})?"
)
_WORK = r"调休上班|补班|上班|工作日|(?<![\u4e00-\u9fff])班(?![\u4e00-\u9fff])"
_REST = r"放假调休|放假|休息日?|法定节假日|节假日|(?<![\u4e00-\u9fff])休(?![\u4e00-\u9fff])"
_KIND = re.compile(rf"(?P<work>{_WORK})|(?P<rest>{_REST})")
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")
_HEADING = re.compile(r"([^\s,、。;:]+)\s*:\s*$")
_NUMBERING = re.compile(r"^\s*(?:[一二三四五六七八九十]+|[0-9]+)\s*、\s*|^\s*[0-9]+\.\s+")
_NOISE = re.compile(r"共[0-9]+天|与周末连休|(?<![0-9])0?0:00(?::00)?(?![0-9])|[。;、,:]")
_NOTICE_YEAR = re.compile(r"([0-9]{4})年部分节假日安排")
#: Standing sentences of the notice that speak of days off without naming one.
_PROSE = re.compile(r"通知|各地区|鼓励|^日期")


class _Unreadable(ValueError):
    """A line that cannot be taken as it stands; the message is for the person who pasted it."""


def parse_notice(text: str, year: int) -> tuple[list[DaySpec], list[str]]:
    """Days of the arrangement for `year`, in order, and a Chinese sentence for each line not understood.

    Dates without a year are of `year`; those in December of the year before belong to its New Year.
    A day stated with its weekday is checked against it, so that last year's notice is not taken for this.
    """
    found: dict[date, DaySpec] = {}
    problems: list[str] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        try:
            for spec in _Line(year, _tidy(line)).specs():
                known = found.setdefault(spec.day, spec)
                if known.is_workday != spec.is_workday:
                    raise _Unreadable(f"{_written(spec.day)}前面已写过，一处是休，一处是班。")
        except _Unreadable as reason:
            problems.append(f"第{number}行：{reason}")
    if not found and not problems:
        problems.append("没有读到日期。请一行写一天，例如：2027-01-01 休 元旦。")
    return sorted(spec for spec in found.values() if spec.says_something), problems


def _tidy(line: str) -> str:
    return _NUMBERING.sub("", unicodedata.normalize("NFKC", line).replace('"', "").strip())


@dataclass
class _Line:
    """One line being read from left to right: days wait for the 休 or 班 that follows them."""

    year: int
    text: str
    heading: str = ""
    waiting: list[date] = field(default_factory=list)

    def specs(self) -> list[DaySpec]:
        self._refuse_other_year()
        items = list(_DAYS.finditer(self.text))
        if not items:
            self._refuse_kind_without_day()
            return []
        if self._is_prose_with_date(items):
            return []
        self.heading = self._words_before_first_day(self.text[: items[0].start()])
        specs: list[DaySpec] = []
        ends = [item.start() for item in items[1:]] + [len(self.text)]
        for item, end in zip(items, ends, strict=True):
            self.waiting += self._days(item)
            specs += self._judged(self.text[item.end() : end])
        if self.waiting:
            raise _Unreadable("写了日期，没有写“休”还是“班”。")
        return specs

    # --- Lines without days -----------------------------------------------------------------
    def _refuse_other_year(self) -> None:
        named = _NOTICE_YEAR.search(self.text)
        if named and int(named.group(1)) != self.year:
            raise _Unreadable(f"这是{named.group(1)}年的通知，要采用的是{self.year}年。")

    def _refuse_kind_without_day(self) -> None:
        if _KIND.search(self.text) and not _PROSE.search(self.text):
            raise _Unreadable("没有读到日期，请按2027-01-01的格式填写。")

    def _is_prose_with_date(self, items: list[re.Match[str]]) -> bool:
        """The line with the date of issue, and the news agency's opening line."""
        if _KIND.search(_DAYS.sub(" ", self.text)):
            return False
        alone = items[0].group() == self.text and items[0].group(1) == str(self.year - 1)
        return alone or bool(_PROSE.search(self.text))

    # --- Days -------------------------------------------------------------------------------
    def _days(self, item: re.Match[str]) -> list[date]:
        y1, m1, d1, paren1, bare1, y2, m2, d2, day_only, paren2, bare2 = item.groups()
        first = self._date(int(y1 or self.year), int(m1), int(d1))
        _check_weekday(first, paren1 or bare1)
        last = first
        if day_only:
            last = self._date(first.year, first.month, int(day_only))
        elif m2:
            crosses = not y2 and int(m2) < first.month == 12
            last = self._date(int(y2 or first.year + crosses), int(m2), int(d2))
        _check_weekday(last, paren2 or bare2)
        if last < first:
            raise _Unreadable(f"止于{_written(last)}，早于起始的{_written(first)}。")
        length = (last - first).days + 1
        if length > LONGEST_RANGE:
            raise _Unreadable(f"{_written(first)}至{_written(last)}有{length}天，请核对。")
        return [first + timedelta(days=n) for n in range(length)]

    def _date(self, year: int, month: int, day: int) -> date:
        try:
            found = date(year, month, day)
        except ValueError:
            raise _Unreadable(f"没有{year}年{month}月{day}日这一天。") from None
        if found.year != self.year and (found.year, found.month) != (self.year - 1, 12):
            raise _Unreadable(f"{_written(found)}不在{self.year}年。")
        return found

    # --- What is said of them ---------------------------------------------------------------
    def _judged(self, rest: str) -> list[DaySpec]:
        """Days that the text after a date settles; none while the list of dates goes on."""
        kind = _KIND.search(rest)
        next_heading = self._heading_in(rest)
        if kind is None:
            return []
        name = self.heading or self._name_beside(rest[: kind.start()], rest[kind.end() :])
        if len(name) > LONGEST_NAME:
            raise _Unreadable(f"名称不能超过{LONGEST_NAME}字，现在是{len(name)}字。")
        works = kind.group("work") is not None
        specs = list(self._specs(works, name))
        self.waiting = []
        self.heading = next_heading or self.heading
        return specs

    def _specs(self, works: bool, name: str) -> Iterator[DaySpec]:
        for day in self.waiting:
            if works and is_plain_workday(day):
                raise _Unreadable(f"{_written(day)}是{_weekday(day)}，本来就上班，请核对。")
            yield DaySpec(day, works, made_up_for(name) if works else name)

    @staticmethod
    def _words_before_first_day(text: str) -> str:
        """「元旦」 of 「一、元旦：1月1日…」 and of 「元旦 1月1日 休」."""
        kind = _KIND.search(text)
        if kind:
            raise _Unreadable(f"请先写日期，再写“{kind.group()}”。")
        return _words(text)

    @staticmethod
    def _heading_in(text: str) -> str:
        """「春节」 where another holiday begins in the middle of a line: 「上班。二、春节：」."""
        colon = _HEADING.search(text)
        return colon.group(1) if colon else ""

    @staticmethod
    def _name_beside(before: str, after: str) -> str:
        words = _words(f"{before} {after}")
        if words and not re.search(r"[\u4e00-\u9fff]", words):
            raise _Unreadable(f"没有看懂“{words}”。")
        return words


def _words(text: str) -> str:
    return " ".join(_NOISE.sub(" ", text).split())


def _check_weekday(day: date, said: str | None) -> None:
    named = _WEEKDAY.search(said or "")
    if named and "一二三四五六日".index(named.group(1).replace("天", "日")) != day.weekday():
        raise _Unreadable(f"{_written(day)}是{_weekday(day)}，写的是{named.group()}，请核对年份。")


def _weekday(day: date) -> str:
    return f"星期{'一二三四五六日'[day.weekday()]}"


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
