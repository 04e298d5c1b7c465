"""Telephone numbers: read from what people write, stored as national digits, shown masked.

Stored: 11 digits of a mobile, or area code with its 0 and the number of a landline (`07381234567`).
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberType

from lianzhen.wording import mask_phone as mask

__all__ = ["as_printed", "mask", "normalise", "readable", "tail"]

_REGION = "CN"
_COUNTRY_CODE = 86
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SEPARATORS = re.compile(r"[\s()\-\u2010-\u2015\u2212.·]")
#: Two numbers in one place: a sign between them, or a whole number with more digits after a space.
_SEVERAL = re.compile(r"[/、,;|]|(?:1[3-9][0-9]{9}|0[0-9]{9,11})\s+[0-9]")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")


def normalise(text: str) -> str:
    """National digits of a mobile or landline number.

    Takes full-width digits, spaces, hyphens, brackets, +86 and the `.0` that a worksheet leaves behind.
    Raises ValueError with a Chinese sentence that says what is wrong.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise ValueError("请填写电话。")
    if _SCIENTIFIC.fullmatch(plain):
        raise ValueError(f"号码被表格写成了{plain}，请把这一格设为文本，重新填写11位数字。")
    if _SEVERAL.search(plain):
        raise ValueError("一处只填一个号码。")
    digits = _SEPARATORS.sub("", plain.removesuffix(".0"))
    strange = re.search(r"[^0-9+]", digits)
    if strange:
        raise ValueError(f"电话里只能有数字，现在有“{strange.group()}”。")
    return _national(digits)


def tail(digits: str) -> str:
    """The last four, by which people look a number up."""
    return digits[-4:]


def readable(digits: str) -> str:
    """A public number as it is printed: 0738-1234567. For offices; people's numbers are masked."""
    if not digits.startswith("0"):
        return digits
    parsed = phonenumbers.parse(digits, _REGION)
    area = phonenumbers.length_of_geographical_area_code(parsed) + 1  # the 0 is not counted
    return f"{digits[:area]}-{digits[area:]}"


def as_printed(text: str) -> str:
    """What an office typed as its number, `readable` where it is one whole number; 「转8012」 stays as typed."""
    try:
        return readable(normalise(text))
    except ValueError:
        return text


def _national(digits: str) -> str:
    try:
        parsed = phonenumbers.parse(digits, _REGION)
    except phonenumbers.NumberParseException:
        raise ValueError(_wrong_length(digits.lstrip("+"))) from None
    if parsed.country_code != _COUNTRY_CODE:
        raise ValueError("只能填写国内号码。")
    national = str(parsed.national_number)
    # The library knows the segments in use when it was released; a new one must not be turned away.
    if _MOBILE.fullmatch(national):
        return national
    # Without its 0 an area code cannot be told from the beginning of a mistyped mobile.
    named_as_landline = digits.startswith(("0", "+"))
    if named_as_landline and phonenumbers.number_type(parsed) == PhoneNumberType.FIXED_LINE:
        return f"0{national}"
    if digits.startswith("0"):
        raise ValueError("座机应为区号加7位或8位号码，例如0738-1234567。")
    raise ValueError(_wrong_length(national))


def _wrong_length(digits: str) -> str:
    if len(digits) == 11:
        return f"手机应以13至19开头，现在是{digits[:2]}。"
    sentence = f"手机应为11位数字，现在是{len(digits)}位。"
    if len(digits) in (7, 8) and not digits.startswith("1"):
        sentence += "座机请加上区号，例如0738-1234567。"
    return sentence
