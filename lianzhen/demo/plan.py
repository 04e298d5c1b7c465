"""What the demo town looks like: numbers and words, decided before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from lianzhen.periods import Week
from lianzhen.village_file import VillageRow, read_villages

VILLAGE_FILE = Path(__file__).parent / "heye_villages.csv"
REAL_UNITS = 39
DISTRICT_SIZE = 13
GRIDS_AT_LEAST = 207

DEPARTMENTS = (
    ("联村工作办", "office"),
    ("党政综合办", "office"),
    ("基层党建办", "office"),
    ("社会治安和应急管理办", "office"),
    ("自然资源和生态环境办", "office"),
    ("经济发展办", "office"),
    ("社会事务综合服务中心", "station"),
    ("农业综合服务中心", "station"),
    ("政务服务中心", "station"),
    ("退役军人服务站", "station"),
)
FORMER_STATIONS = ("荷叶", "大坪", "神冲", "攸永", "沙溪", "新耀")
CROPS = (
    ("湘莲", "吨", 300, 60),
    ("油菜", "吨", 400, 48),
    ("荷花鱼", "吨", 120, 30),
    ("黄金梨", "吨", 70, 85),
    ("油茶", "吨", 260, 12),
    ("金银花", "吨", 90, 9),
    ("生态水稻", "吨", 800, 420),
    ("黑山羊", "头", 0, 600),
    ("土鸡", "羽", 0, 12000),
)
MOTTOES = ("崇德向善 勤劳创新", "耕读传家 和睦邻里", "勤俭持家 诚信待人", "孝老爱亲 团结互助", "尚学重教 绿色兴村")
LANDMARKS = ("溪水", "村道", "山脊", "水渠", "老祠堂", "机耕道", "古樟树", "水库坝", "石拱桥", "茶园")
DUTY_DAYS = ("24", "13", "25", "14", "35")


#: Register of a quick demo, in calendar years, and its weeks of work before the running one: enough for two months
#: of figures.
YEARS = 3
WEEKS = 9
#: Beyond so many villages the last week alone is lived, through the same acts.
COUNTY, WEEKS_OF_A_COUNTY = 100, 1


@dataclass(frozen=True)
class Scale:
    """How large and how deep: villages, calendar years of the register (the running one is the last of them), the
    day it is built for, the seed, and the weeks of work before the running one; None for all of the history."""

    villages: int
    years: int
    today: date
    seed: int
    weeks: int | None = WEEKS

    @property
    def begin(self) -> date:
        """The first day of the history."""
        return date(self.today.year - self.years + 1, 1, 1)

    def lived(self) -> list[Week]:
        """The weeks of work, oldest first, the running one last: from the first Monday of the history at the
        earliest. Empty in the days before that Monday."""
        most = WEEKS_OF_A_COUNTY if self.villages > COUNTY else self.weeks
        weeks = [Week.of(self.today)]
        while weeks[0].previous().start >= self.begin and (most is None or len(weeks) <= most):
            weeks.insert(0, weeks[0].previous())
        return weeks if weeks[0].start >= self.begin else []

    def random(self, *parts: object) -> Random:
        """A generator of its own for each part, so that a change in one leaves the others as they were."""
        return Random("/".join(map(str, (self.seed, *parts))))  # invention, not secrecy

    def day(self, random: Random, first: date, last: date) -> date:
        return first + timedelta(days=random.randrange(max(1, (last - first).days)))


def village_rows(count: int) -> list[VillageRow]:
    """The real units first; beyond them 示例村 under codes that no place has."""
    rows, problems = read_villages(VILLAGE_FILE)
    if problems:
        raise ValueError("\n".join(problems))
    rows = rows[:count]
    for number in range(len(rows) + 1, count + 1):
        rows.append(VillageRow(number, f"4399{number:08d}", f"示例{number}村", False))
    return [
        VillageRow(row.line, row.code, row.name, row.is_community, f"第{_numeral(place // DISTRICT_SIZE + 1)}片区")
        for place, row in enumerate(rows)
    ]


def grid_numbers(count: int) -> list[int]:
    """Grids of each village: five or six, so that 39 villages have at least 207."""
    return [6 if place % 3 == 0 else 5 for place in range(count)]


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def dated_changes(random: Random, begin: date, today: date, typical_years: float) -> list[date]:
    """Days on which a post changed hands: about every `typical_years`, in order, the latest before today."""
    days, day = [], begin
    while True:
        day = day + timedelta(days=round(365 * typical_years * random.uniform(0.6, 1.5)))
        if day >= today - timedelta(days=20):
            return days
        days.append(day)
