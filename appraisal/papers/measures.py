"""Measures of a paper (GB/T 9704-2012; design §10.2). Pure.

225 mm / 22 lines = 28.99 pt, hence 28.95 pt exact (28 pt would leave room for part of a 23rd line). 156 mm / 28
characters = 15.79 pt, hence 16 pt letters drawn together by a quarter of a point: Word knows twentieths only, and
0.20 pt would be too little by a hair for the 28th character.
"""

from __future__ import annotations

#: Twentieths of a point, which Word measures in.
TWIPS_PER_MM = 1440 / 25.4
TWIPS_PER_POINT = 20

PAGE = (11906, 16838)  # A4, 210 × 297 mm
TOP, BOTTOM, LEFT, RIGHT = 2098, 1984, 1587, 1474  # 37, 35, 28, 26 mm
TEXT_MM = 156
TEXT_MM_ACROSS = 225

LINE = 579  # 28.95 pt: 22 lines in 225 mm
LETTER_SPACING = -5  # 28 characters in 156 mm at 16 pt

#: Sizes by their Chinese numbers, in half points as Word counts them.
TITLE, BODY, PAGE_NUMBER, TABLE, NOTE = 44, 32, 28, 24, 21  # 二号, 三号, 四号, 小四, 五号

#: From the lower edge of the text to the page number 7 mm, and the number's own height from there.
FOOTER = 1304  # 23 mm from the edge of the paper

#: Named, never shipped: faces that every office computer has come first, the licensed ones where installed.
FANG, KAI, HEI, SONG, TITLE_FACE = "仿宋", "楷体", "黑体", "宋体", "方正小标宋简体"

#: 版记: thick 0.35 mm, thin 0.25 mm; in eighths of a point.
THICK, THIN = 8, 6
#: The red of the masthead and its rule.
RED = "D7000F"

#: Characters of 二号 in one line of the text area, with a little air.
TITLE_CHARACTERS = 20


def twips(mm: float) -> int:
    """Millimetres as Word writes them."""
    return round(mm * TWIPS_PER_MM)


def width_of(text: str) -> float:
    """Characters of full width that a text takes: Latin letters and digits are half as wide."""
    return sum(0.5 if ord(sign) < 0x250 else 1 for sign in text)


#: A title is broken after these, never inside a word.
_BREAKS_AFTER = "，、。：；）》”年月日期度周份村镇组的和与及"
_BREAKS_BEFORE = "（《“关第联"
#: No line begins with one of these.
_NEVER_FIRST = "，、。：；）》”—"


def title_lines(title: str, most: int = TITLE_CHARACTERS) -> tuple[str, ...]:
    """A title in lines of nearly even length, the first the longer (倒梯形), broken between words."""
    if width_of(title) <= most:
        return (title,)
    lines = -(-int(width_of(title) + 0.5) // most)
    aim = width_of(title) / lines
    place = min(_breaks(title), key=lambda at: _distance(title, at, aim, most), default=None)
    if place is None or width_of(title[:place]) > most:
        place = len(title) // lines + 1
    return (title[:place], *title_lines(title[place:], most))


def _breaks(title: str) -> list[int]:
    inside = range(4, len(title) - 3)
    between = (at for at in inside if title[at - 1] in _BREAKS_AFTER or title[at] in _BREAKS_BEFORE)
    return [at for at in between if title[at] not in _NEVER_FIRST and not _in_a_date(title, at)]


def _in_a_date(title: str, at: int) -> bool:
    """10月|18日, 18日|（星期四）, 星期|四"""
    before, after = title[at - 1], title[at]
    if before == "日":
        return after == "（"
    return (before in "年月" and after.isdigit()) or (before == "期" and after in "一二三四五六日")


def _distance(title: str, at: int, aim: float, most: int) -> float:
    width = width_of(title[:at])
    if width > most:
        return 100 + width
    # A shorter first line looks worse than a longer one.
    return width - aim if width >= aim else 1.5 * (aim - width)
