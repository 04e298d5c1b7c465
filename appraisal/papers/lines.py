"""A title, the name of an agency or of a unit in lines (GB/T 9704, 7.3.1: 回行时词意完整，排列对称，长短适宜). Pure.

There is no dictionary: the office's own words are known by name, figures and their units by their form. What no rule
knows is broken only where nothing better is to be had.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from appraisal.papers.content import OFFICIAL, Masthead, Paper
from appraisal.papers.measures import (
    AGENCY_POINTS,
    CHARACTERS,
    NAME_POINTS,
    TITLE_CHARACTERS,
    TITLE_CHARACTERS_ACROSS,
    width_of,
)

#: Letters of a title and of what is written out of Latin letters and digits: a face that stands in for the named one
#: draws them wider than half a character.
_NARROW = 0.66
#: Characters of 四号 in a line.
FOOT_CHARACTERS = 31
#: Points of a line, and sizes of a name in red that is too long for its own.
WIDTH_POINTS, SMALLER_POINTS = 440, (34, 28)
#: Characters of 三号 that a signature by hand takes.
ROOM_TO_SIGN = 5
#: Fewer characters than these alone on a line look like a mistake.
FEWEST = 4

#: Words that papers of this office are made of, never cut.
_WORDS = (
    "联村工作领导小组 联村工作组 联村工作 联络组 工作组 工作领导小组 领导小组 办公室 委员会 人民政府 党委"
    " 政府 党政 综合 服务中心 社会事务 村民 社区 片区 指导员 村为主自治 自治 季度 年度 半年 情况 通报 公示"
    " 通知 汇报 报告 简报 清单 补充 兑现 讲评 考核 评定 得分 结果 总结 工作 驻村 办公 周报 月份 关于 以及"
    " 进行 更正 方案 办法 规定 制度 意见 决定 实施 印发 开展 做好 加强 进一步 全面 推进 落实 重点 任务"
    " 责任 检查 督查 整改 问题 文明 星级 网格 乡村 振兴 农村 人居 环境 整治"
)
WORDS = tuple(sorted(set(_WORDS.split()), key=len, reverse=True))

_NUMERALS = "一二三四五六七八九十"
#: What belongs together, with the price of cutting it: figures with their units most.
_TOGETHER = (
    (800, re.compile(r"[A-Za-z0-9][A-Za-z0-9.,:/%−+-]*(?:年度|个月|月份|季度|小时|[\u4e00-\u9fff%])?")),
    (800, re.compile(rf"第?[{_NUMERALS}百零\d]+(?:季度|片区|阶段|年度|月份|[年月日周期号次批组村网])")),
    (800, re.compile(rf"星期[{_NUMERALS}日]")),
    (400, re.compile(r"《[^《》]*》")),
    (300, re.compile(r"\d+年\d+月(?:\d+日)?(?:（星期.）)?|\d+年第?.{1,3}(?:季度|周|期)|\d+月\d+日")),
    (250, re.compile(r"[\d年月日]+[—至][\d年月日]+|[\u4e00-\u9fff]{2}[镇乡县市](?:委员会|人民政府)")),
    (200, re.compile(r"（[^（）]*）|“[^“”]*”|〔\d+〕\d+号?")),
    (150, re.compile("|".join(WORDS))),
)
_NEVER_FIRST = "，、。：；？）》〉”’〕】…—·－-%．.,:;!?)]}"
_NEVER_LAST = "（《〈“‘〔【([{"
#: A line neither begins with the first nor ends with the second.
_HANGING, _LEADING = "的了地得之等们", "关和与及对向在从把被为第"
_AFTER = "，、。：；）》”的年月日期度周份村镇乡县市省组办委局所站"
_BEFORE = "（《“和与及暨"
_UNKNOWN, _MORE_LINES, _SHORT = 60, 40, 3000


def title_lines(paper: Paper) -> tuple[str, ...]:
    """The title of a paper, in the lines of its sheet."""
    return balanced(paper.title, TITLE_CHARACTERS_ACROSS if paper.across else TITLE_CHARACTERS)


@lru_cache(maxsize=256)
def balanced(text: str, most: float) -> tuple[str, ...]:
    """`text` in lines of at most `most` characters of full width; nothing of it is lost or added. The first is the
    longer of two, the middle the longest of three; none has fewer than four characters where that can be."""
    width = title_width(text)
    if width <= most:
        return (text,)
    fewest = -(-int(10 * width) // int(10 * most))
    found = [_cut(text, most, number) for number in range(fewest, fewest + 3)]
    _, places = min((each[0] + _MORE_LINES * more, each[1]) for more, each in enumerate(found) if each is not None)
    return tuple(text[a:b] for a, b in zip((0, *places), (*places, len(text)), strict=True))


def title_width(text: str) -> float:
    """Characters of full width, with air for digits that are wider than half of one."""
    return sum(_NARROW if ord(sign) < 0x250 else 1 for sign in text)


def _cut(text: str, most: float, lines: int) -> tuple[float, tuple[int, ...]] | None:
    """The cheapest places to break into so many lines, and their price; None where they do not fit."""
    prices = _prices(text)
    ends = [0.0]
    for sign in text:
        ends.append(ends[-1] + title_width(sign))
    aims = [share * ends[-1] / lines for share in _shares(lines)]
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for line in range(lines):
        last = line == lines - 1
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (paid, places) in best.items():
            for end in (len(text),) if last else range(start + 1, len(text)):
                wide = ends[end] - ends[start]
                if wide > most:
                    break
                price = paid + 100 * ((wide - aims[line]) / aims[line]) ** 2
                price += (0 if last else prices[end]) + (_SHORT if end - start < FEWEST else 0)
                if end not in following or price < following[end][0]:
                    following[end] = (price, places if last else (*places, end))
        best = following
    return best.get(len(text))


def _shares(lines: int) -> tuple[float, ...]:
    """Of the mean: 倒梯形 of two lines, 菱形 of three."""
    return {2: (1.04, 0.96), 3: (0.95, 1.1, 0.95)}.get(lines, (1.0,) * lines)


def _prices(text: str) -> list[float]:
    """What it costs to break before each character."""
    inside, at_word = [0.0] * (len(text) + 1), [False] * (len(text) + 1)
    for price, form in _TOGETHER:
        for found in form.finditer(text):
            for place in range(found.start() + 1, found.end()):
                inside[place] = max(inside[place], price)
            at_word[found.start()] = at_word[found.end()] = True
    prices = [0.0] * (len(text) + 1)
    for place in range(1, len(text)):
        before, after = text[place - 1], text[place]
        price = inside[place]
        if not price and not (at_word[place] or before in _AFTER or after in _BEFORE):
            price = _UNKNOWN
        if after in _HANGING or before in _LEADING:
            price += 100
        if after in _NEVER_FIRST or before in _NEVER_LAST or after.isspace():
            price += 1500
        prices[place] = price
    return prices


# --- Units and agencies -------------------------------------------------------------------------------
def unit_lines(unit: str, day: str) -> tuple[str, ...]:
    """编印单位 of a briefing; the last line has the day beside it, two characters away."""
    return balanced(unit, max(FEWEST, CHARACTERS - 2 - title_width(day)))


def printer_lines(printed_by: str, printed: str) -> tuple[str, ...]:
    """印发机关 of 版记, in the narrower lines of 四号; the last has the day beside it."""
    return balanced(printed_by, max(FEWEST, FOOT_CHARACTERS - 4 - title_width(printed)))


@dataclass(frozen=True)
class Signed:
    """落款: its lines, and how many characters the unit and the day stand from the right edge."""

    lines: tuple[str, ...]
    beside: tuple[float, ...]
    day_beside: float


def signed(unit: str, day: str) -> Signed:
    """The name centred above the day, the day four characters from the right edge; a name that is longer than the
    day moves it to the left and keeps two characters itself (加盖印章的公文)."""
    lines = balanced(unit, CHARACTERS - 4)
    widest = max(width_of(line) for line in lines)
    day_beside = max(4.0, 2 + (widest - width_of(day)) / 2)
    middle = day_beside + width_of(day) / 2
    return Signed(lines, tuple(max(0.0, middle - width_of(line) / 2) for line in lines), day_beside)


def agency_lines(head: Masthead) -> tuple[int, tuple[str, ...]]:
    """报名 or 发文机关标志: points of its letters, and its lines. Smaller letters first, then two lines."""
    sizes = (AGENCY_POINTS if head.style == OFFICIAL else NAME_POINTS, *SMALLER_POINTS)
    for points in sizes:
        if title_width(head.name) * points <= WIDTH_POINTS:
            return points, (head.name,)
    return sizes[-1], balanced(head.name, WIDTH_POINTS / sizes[-1])


def signers_across(labels: Sequence[str]) -> int:
    """How many sign side by side: each beside a name of its own, with room for three large characters."""
    widest = max((width_of(label) for label in labels), default=0) + 1 + ROOM_TO_SIGN
    return max(1, min(len(labels), int(CHARACTERS // widest)))
