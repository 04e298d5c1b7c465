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

#: Letters of a name in red, in points: of a briefing, of an official paper.
NAME_POINTS, AGENCY_POINTS = 48, 40

#: Named, never shipped: faces that every office computer has come first, the licensed ones where installed.
FANG, KAI, HEI, SONG, TITLE_FACE = "仿宋", "楷体", "黑体", "宋体", "方正小标宋简体"

#: 版记: thick 0.35 mm, thin 0.25 mm; in eighths of a point.
THICK, THIN = 8, 6
#: The red of the masthead and its rule.
RED = "D7000F"

#: Characters in one line of the text area: of 三号, and of 二号 with a little air (upright and across).
CHARACTERS = 28
TITLE_CHARACTERS, TITLE_CHARACTERS_ACROSS = 20, 28


def twips(mm: float) -> int:
    """Millimetres as Word writes them."""
    return round(mm * TWIPS_PER_MM)


def width_of(text: str) -> float:
    """Characters of full width that a text takes: Latin letters and digits are half as wide."""
    return sum(0.5 if ord(sign) < 0x250 else 1 for sign in text)
