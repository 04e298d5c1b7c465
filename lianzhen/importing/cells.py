"""What one cell of a sheet means. Pure: text in, a value out, or ValueError with a Chinese sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from lianzhen import phones
from lianzhen.wording import no_such

Parser = Callable[[str, str], Any]

#: Signs that no eye sees and no name contains.
_UNSEEN = re.compile("[\u200b\u200c\u200d\ufeff\u00ad]")
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), 0xFF0E)}
_EXCEL_EPOCH = date(1899, 12, 30)
#: Serial numbers of 1954 to 2064: below, a number is no date; above, neither.
_SERIALS = range(20_000, 60_000)
_DAY = re.compile(r"((?:19|20)[0-9]{2})\s*[年./-]\s*([0-9]{1,2})\s*(?:[月./-]\s*(?:([0-9]{1,2})\s*日?)?)?")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])")
_MASKED = re.compile(r"1[0-9]{2}\*{4}[0-9]{4}")
_YES = {"是", "有", "√", "✓", "y", "yes", "1", "对", "党员", "中共党员", "true"}
_NO = {"否", "无", "×", "x", "n", "no", "0", "不是", "群众", "false", "非党员"}


class MaskedPhone(str):
    """138****1402 as an export shows it: it can be compared, never stored."""


def tidy(text: str) -> str:
    """Without spaces around, signs unseen and full-width digits and letters."""
    return _UNSEEN.sub("", text).translate(_FULL_WIDTH).replace("\u3000", " ").replace("\xa0", " ").strip()


def together(text: str) -> str:
    """李 明 → 李明: a name without the spaces that make it as long as its neighbours."""
    return re.sub(r"\s+", "", tidy(text))


def words(most: int) -> Parser:
    """Any text up to a length, line breaks as spaces."""

    def parse(text: str, title: str) -> str:
        return _short(re.sub(r"\s+", " ", tidy(text)), title, most)

    return parse


def name(most: int) -> Parser:
    """A name: no spaces inside."""

    def parse(text: str, title: str) -> str:
        return _short(together(text), title, most)

    return parse


def _short(text: str, title: str, most: int) -> str:
    if len(text) > most:
        raise ValueError(f"{title}不能超过{most}字，现在是{len(text)}字。")
    return text


def whole(least: int, most: int) -> Parser:
    def parse(text: str, title: str) -> int:
        plain = _number_text(text)
        if not re.fullmatch(r"-?[0-9]+(\.0+)?", plain):
            raise ValueError(f"{title}应为整数，现在是“{tidy(text)}”。")
        value = int(plain.split(".")[0])
        if not least <= value <= most:
            raise ValueError(f"{title}应在{least}到{most}之间。")
        return value

    return parse


def decimal(most: int = 10_000_000) -> Parser:
    """A number not below zero with at most two decimals."""

    def parse(text: str, title: str) -> Decimal:
        try:
            value = Decimal(_number_text(text))
        except InvalidOperation:
            raise ValueError(f"{title}应为数字，现在是“{tidy(text)}”。") from None
        if not value.is_finite() or not 0 <= value < most:
            raise ValueError(f"{title}应为不小于0的数字。")
        return value.quantize(Decimal("0.01"))

    return parse


def _number_text(text: str) -> str:
    return re.sub(r"(?:人|户|亩|个|名|年|,|，|\s)", "", tidy(text))


def numbered(before: str, after: str, most: int) -> Parser:
    """第2网格, 2网格, 网格2, 02, 第二组 → 2."""
    pattern = re.compile(rf"(?:第|{before})?\s*([0-9]{{1,3}}|[一二三四五六七八九十]{{1,3}})\s*(?:号)?(?:{after})?")

    def parse(text: str, title: str) -> int:
        found = pattern.fullmatch(together(text).removesuffix(".0"))
        value = _count(found.group(1)) if found else 0
        if not 1 <= value <= most:
            raise ValueError(f"{title}应为1到{most}的号，例如“2”，现在是“{tidy(text)}”。")
        return value

    return parse


def _count(text: str) -> int:
    if text.isdigit():
        return int(text)
    ones = "一二三四五六七八九"
    tens, ten, rest = text.rpartition("十")
    value = (ones.find(tens) + 1 if tens else 1) * 10 if ten else 0
    return value + (ones.find(rest) + 1 if rest else 0)


def day(text: str, title: str) -> date:
    """2018-10-18, 2018/10/18, 20181018, 2018.5, 2018年5月 (its first day) and the serial number of a sheet."""
    plain = tidy(text).removesuffix(" 00:00:00")
    if plain.isdigit() and int(plain) in _SERIALS:
        return _EXCEL_EPOCH + timedelta(days=int(plain))
    found = _COMPACT.fullmatch(plain) or _DAY.fullmatch(plain)
    if not found:
        raise ValueError(f"请按2018-10-18的格式填写{title}，现在是“{plain}”。")
    year, month, on = found.groups()
    try:
        return date(int(year), int(month), int(on or 1))
    except ValueError:
        raise ValueError(f"没有{plain}这一天，请核对{title}。") from None


def phone(text: str, title: str) -> str:
    """National digits; a masked number comes back as `MaskedPhone`."""
    plain = together(text)
    if _MASKED.fullmatch(plain):
        return MaskedPhone(plain)
    return phones.normalise(plain)


def yes_no(text: str, title: str) -> bool:
    plain = together(text).lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise ValueError(f"{title}请填“是”或“否”，现在是“{plain}”。")


def choice(known: Mapping[str, Any]) -> Parser:
    """One of the words of `known`."""

    def parse(text: str, title: str) -> Any:
        plain = together(text)
        if plain in known:
            return known[plain]
        raise ValueError(f"{title}：{no_such(plain, known)}可填：{'、'.join(known)}。")

    return parse


def code(length: int) -> Parser:
    """So many digits, kept as text; a number that the sheet rounded is refused."""

    def parse(text: str, title: str) -> str:
        plain = together(text).removesuffix(".0")
        if re.fullmatch(r"[0-9.]+[eE]\+?[0-9]+", plain):
            raise ValueError(f"{title}被表格写成了{plain}，请把这一格设为文本，重新填写{length}位数字。")
        if not (plain.isascii() and plain.isdigit() and len(plain) == length):
            count = f"，现在是{len(plain)}位" if plain.isdigit() else f"，现在是“{plain}”"
            raise ValueError(f"{title}应为{length}位数字{count}。")
        return plain

    return parse


def shown(value: Any) -> str:
    """A value as the check page and the trail write it."""
    if value is None or value == "":
        return ""
    if value is True or value is False:
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return unicodedata.normalize("NFC", str(value))
