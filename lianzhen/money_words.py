"""大写金额: 人民币壹仟贰佰元整, for sheets that are signed.

Pure. Follows 《支付结算办法》附一《正确填写票据和结算凭证的基本规定》: 整 after 元 and after 角, none after 分; one
零 for any run of zeros between digits; 零 between 元 and 分 when there is no 角.
"""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
CENT = Decimal("0.01")

#: 仟亿 is the highest place that has a word here.
LIMIT = Decimal("1e12")


def money_words(amount: Decimal) -> str:
    """The amount (元, whole 分) in words; 人民币负… below zero.

    TypeError for a float. ValueError for fractions of a 分 and from a 万亿 on.
    """
    if not isinstance(amount, Decimal):
        raise TypeError("an amount is a Decimal, never float")
    if not amount.is_finite() or abs(amount) >= LIMIT or amount % CENT:
        raise ValueError("大写金额应精确到分，并小于一万亿元。")
    cents = int(abs(amount) * 100)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    sign = "负" if amount < 0 else ""
    return f"人民币{sign}{_yuan(yuan, alone=not (jiao or fen))}{_fraction(jiao, fen, after_yuan=yuan > 0)}"


def _yuan(yuan: int, *, alone: bool) -> str:
    if not yuan:
        return "零元" if alone else ""
    words = ""
    gap = False
    for group in range(len(GROUPS) - 1, -1, -1):
        part = yuan // 10000**group % 10000
        if not part:
            gap = True
            continue
        # One 零 for whatever is missing between the higher group and this one's first digit.
        if words and (gap or part < 1000):
            words += DIGITS[0]
        words += _thousands(part) + GROUPS[group]
        gap = False
    return words + "元"


def _thousands(part: int) -> str:
    """1 to 9999, without a leading 零."""
    words = ""
    gap = False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += (DIGITS[0] if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return words


def _fraction(jiao: int, fen: int, *, after_yuan: bool) -> str:
    if not (jiao or fen):
        return "整"
    if not fen:
        return f"{DIGITS[jiao]}角整"
    if not jiao:
        return f"{DIGITS[0] if after_yuan else ''}{DIGITS[fen]}分"
    return f"{DIGITS[jiao]}角{DIGITS[fen]}分"
