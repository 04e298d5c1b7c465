"""Pinyin beside names, for search by sound and an order that both databases share.

The result is lower-case ASCII without tones or spaces (ü is v, as on a keyboard). Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

#: Surnames read otherwise than their characters usually are. Applied at the head of a person's name,
#: and before 家 at the head of a place name (曾家湾). 覃 as in Hunan and Guangxi; 乐 and 盖 as is usual.
SURNAMES: dict[str, tuple[str, ...]] = {
    "曾": ("zeng",),
    "单": ("shan",),
    "解": ("xie",),
    "仇": ("qiu",),
    "查": ("zha",),
    "区": ("ou",),
    "朴": ("piao",),
    "华": ("hua",),
    "任": ("ren",),
    "盖": ("ge",),
    "翟": ("zhai",),
    "乐": ("yue",),
    "洗": ("xian",),
    "缪": ("miao",),
    "折": ("she",),
    "秘": ("bi",),
    "员": ("yun",),
    "召": ("shao",),
    "繁": ("po",),
    "种": ("chong",),
    "覃": ("qin",),
    "卜": ("bu",),
    "阚": ("kan",),
    "郇": ("xun",),
    "句": ("gou",),
    "藏": ("zang",),
    "薄": ("bo",),
    "都": ("du",),
    "粘": ("nian",),
    "尉迟": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "长孙": ("zhang", "sun"),
    "令狐": ("ling", "hu"),
    "澹台": ("tan", "tai"),
}

#: Words of the town and the county that the dictionary reads wrongly or might come to.
LOCAL_WORDS: dict[str, tuple[str, ...]] = {
    "荷叶": ("he", "ye"),
    "硖石": ("xia", "shi"),
    "贺家坳": ("he", "jia", "ao"),
    "石鸡寨": ("shi", "ji", "zhai"),
    "两头塘": ("liang", "tou", "tang"),
    "神冲": ("shen", "chong"),
    "攸永": ("you", "yong"),
    "朝阳": ("chao", "yang"),
    "曾国藩": ("zeng", "guo", "fan"),
    # 长 before a feature of the land is “long”; the dictionary takes it for “elder”.
    **{f"长{feature}": ("chang", reading) for feature, reading in (
        ("沙", "sha"), ("塘", "tang"), ("冲", "chong"), ("坪", "ping"), ("坡", "po"), ("岭", "ling"),
        ("湾", "wan"), ("田", "tian"), ("丰", "feng"), ("溪", "xi"), ("铺", "pu"), ("塅", "duan"),
    )},
}  # fmt: skip

_LONGEST_WORD = max(map(len, LOCAL_WORDS))
_LONGEST_SURNAME = max(map(len, SURNAMES))


def full_pinyin(name: str, *, person: bool = False) -> str:
    """天坪村 → tianpingcun; 曾某 as a person → zengmou.

    Latin letters lose their accents and capitals, digits stay, everything else (spaces, punctuation,
    characters too rare for the dictionary) is left out. Never raises.
    """
    return "".join(piece for piece, _ in _pieces(name, person=person))


def initials(name: str, *, person: bool = False) -> str:
    """天坪村 → tpc; 第2网格 → d2wg: one letter for every Chinese character, other runs whole."""
    return "".join(piece if whole else piece[:1] for piece, whole in _pieces(name, person=person))


def _pieces(name: str, *, person: bool) -> Iterator[tuple[str, bool]]:
    """Syllables of Chinese characters (False) and runs of letters and digits (True), in order."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    surname = _surname_at_head(plain, person=person)
    for syllable in SURNAMES.get(surname, ()):
        yield syllable, False
    for is_chinese, run in groupby(plain[len(surname) :], key=_is_chinese):
        text = "".join(run)
        if is_chinese:
            for syllable in _syllables(text):
                yield _ascii(syllable), False
        else:
            yield _ascii(text), True


def _surname_at_head(plain: str, *, person: bool) -> str:
    for length in range(_LONGEST_SURNAME, 0, -1):
        head = plain[:length]
        if head in SURNAMES and (person or plain[length : length + 1] == "家"):
            return head
    return ""


def _syllables(chinese: str) -> Iterator[str]:
    """One syllable for each character; local words first, the dictionary for what lies between."""
    waiting = ""
    at = 0
    while at < len(chinese):
        word = _local_word(chinese, at)
        if not word:
            waiting += chinese[at]
            at += 1
            continue
        if waiting:
            yield from lazy_pinyin(waiting)
            waiting = ""
        yield from LOCAL_WORDS[word]
        at += len(word)
    if waiting:
        yield from lazy_pinyin(waiting)


def _local_word(chinese: str, at: int) -> str:
    lengths = range(_LONGEST_WORD, 1, -1)
    return next((chinese[at : at + n] for n in lengths if chinese[at : at + n] in LOCAL_WORDS), "")


def _is_chinese(character: str) -> bool:
    return ord(character) in PINYIN_DICT


def _ascii(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text)
    return "".join(c for c in bare.lower() if c.isascii() and c.isalnum())
