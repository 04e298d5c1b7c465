"""Invented people: names drawn from a seeded generator, telephone numbers from one invented range."""

from __future__ import annotations

from random import Random

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
#: A few surnames that are read, sorted or laid out unlike the rest.
RARE = ("欧阳", "单", "解", "仇", "查", "区", "尉迟", "上官")
GIVEN = (
    "春夏秋冬晓明建国志强伟华丽芳秀英文斌海波小红玉兰桂香金凤德福长生永安正清光荣立新子涵雨欣俊杰思远佳怡"
    "桃梅松柏竹青山川云霞雪莲慧敏静娟勇军平辉良才友善勤俭学礼仁义信忠孝和顺祥瑞泰康宁昌盛兴旺耕读传家"
)
#: Names of real people in the founding article: never in any data of ours.
REAL_PEOPLE = frozenset({"李勇峰", "贺瑜", "贺曙辉", "贺铁坚", "彭中华", "谢志南", "乃继辉", "曾国藩", "秋瑾"})
#: 199-0000-… : eleven digits that read as a number, in a block set aside here for invention.
PHONE_BASE = 19_900_000_000


class Inventor:
    """Draws names and numbers; the same seed gives the same people in the same order."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._numbers = 0

    def name(self) -> str:
        while True:
            rare = self.random.random() < 0.02
            surname = self.random.choice(RARE) if rare else self.random.choice(SURNAMES)
            given = "".join(self.random.choice(GIVEN) for _ in range(self.random.choice((1, 2, 2, 2))))
            if surname + given not in REAL_PEOPLE:
                return surname + given

    def phone(self) -> str:
        self._numbers += 1
        return str(PHONE_BASE + self._numbers)
