"""年考核办法: how a version judges a year of the teams, and how many may be 优秀.

Pure. The year's score is the mean or the sum of the months' (frozen) scores; the grade is proposed by the same
rules as that of a quarter; the committee gives it. Names, thresholds and the quota are settings of the scheme's
version: the article names none (domain.md §1.1, design §8.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from appraisal.quarter_grades import (
    BASES,
    MEAN,
    ByScore,
    Grading,
    ScoreRow,
    choices_of,
    grading_from_json,
    grading_to_json,
)
from appraisal.rules.parameters import BadParameters, plain_number
from lianzhen.wording import number

REASON, REFUSE = "reason", "refuse"
OVER_QUOTA = ((REASON, "写明理由后可以评定"), (REFUSE, "不能评定，减少后再办理"))
GRADING_CHOICES = (("score", "按年度得分"), ("share", "按名次比例"))
#: How the score of a year is called where a grade is explained.
PERIOD = "年度"
#: A year that is no leap year: no town begins its assessment on 29 February.
_PLAIN_YEAR = 2001

SAMPLE_GRADING = ByScore(
    rows=(
        ScoreRow("优秀", Decimal(95)),
        ScoreRow("合格", Decimal(80)),
        ScoreRow("基本合格", Decimal(60)),
        ScoreRow("不合格", Decimal(0)),
    )
)


@dataclass(frozen=True)
class Quota:
    """How many teams got the grade that is limited. `teams`: those taking part; `percent` of them, rounded down."""

    grade: str
    teams: int
    percent: int
    given: int
    over_quota: str = REASON

    @property
    def allowed(self) -> int:
        return self.teams * self.percent // 100

    @property
    def exceeded(self) -> bool:
        return self.given > self.allowed

    @property
    def needs_reason(self) -> bool:
        return self.exceeded and self.over_quota == REASON

    @property
    def refuses(self) -> bool:
        return self.exceeded and self.over_quota == REFUSE

    @property
    def sentence(self) -> str:
        """“优秀”不超过30%，39个组最多11个，现有12个，超出1个"""
        told = (
            f"“{self.grade}”不超过{self.percent}%，{number(self.teams)}个组最多{number(self.allowed)}个，"
            f"现有{number(self.given)}个"
        )
        return f"{told}，超出{number(self.given - self.allowed)}个" if self.exceeded else told


@dataclass(frozen=True)
class YearTerms:
    """`opens`: month and day of the year from which its assessment may begin; `excellent`: the grade that the
    quota limits, the best where none is named; `quota` percent of the teams; `over_quota`: what then is asked."""

    opens: tuple[int, int] = (12, 1)
    basis: str = MEAN
    grading: Grading = SAMPLE_GRADING
    excellent: str = ""
    quota: int = 30
    over_quota: str = REASON

    @property
    def limited(self) -> str:
        """The name of the grade that the quota limits."""
        return self.excellent or self.grading.names[0]

    @property
    def choices(self) -> tuple[str, ...]:
        """The grades that may be given, from the best."""
        return choices_of(self.grading)

    def opens_on(self, year: int) -> date:
        return date(year, *self.opens)

    def quota_of(self, grades: Iterable[str], teams: int) -> Quota:
        """`grades`: those given so far, of the teams taking part."""
        return Quota(self.limited, teams, self.quota, sum(one == self.limited for one in grades), self.over_quota)

    def sentence(self) -> str:
        month, day = self.opens
        return (
            f"{month}月{day}日起开始；年度得分 = {dict(BASES)[self.basis]}；等次：{self.grading.sentence()}；"
            f"“{self.limited}”不超过参加考核工作组的{self.quota}%，超过的{dict(OVER_QUOTA)[self.over_quota]}"
        )

    def to_json(self) -> dict[str, Any]:
        month, day = self.opens
        return {
            "opens": f"{month:02}-{day:02}",
            "basis": self.basis,
            "grading": grading_to_json(self.grading),
            "excellent": self.excellent,
            "quota": str(self.quota),
            "over_quota": self.over_quota,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> YearTerms:
        """BadParameters with the keys `opens`, `basis`, `grading`, `excellent`, `quota`, `over_quota`; KeyError for
        a type of grading that does not exist."""
        errors: dict[str, str] = {}
        opens = _opens(data.get("opens", "12-01"), errors)
        basis, over_quota = data.get("basis", MEAN), data.get("over_quota", REASON)
        if basis not in dict(BASES):
            errors["basis"] = "请选择年度得分怎样计算"
        if over_quota not in dict(OVER_QUOTA):
            errors["over_quota"] = "请选择超过比例时怎样办"
        quota = _quota(data.get("quota", "30"), errors)
        grading = _grading(data.get("grading"), errors)
        excellent = str(data.get("excellent") or "").strip()
        if "grading" not in errors and excellent and excellent not in grading.names:
            errors["excellent"] = f"没有“{excellent}”这个等次，可以填{'、'.join(grading.names)}"
        if errors:
            raise BadParameters(errors)
        return cls(opens, basis, grading, excellent, quota, over_quota)


def _opens(raw: object, errors: dict[str, str]) -> tuple[int, int]:
    try:
        month, _, day = str(raw).partition("-")
        found = date(_PLAIN_YEAR, int(month), int(day))
    except ValueError:
        errors["opens"] = "请填写有这一天的开始日期，例如12月1日"
        return 12, 1
    return found.month, found.day


def _quota(raw: object, errors: dict[str, str]) -> int:
    try:
        found = plain_number(raw, "优秀比例")
    except ValueError as wrong:
        errors["quota"] = str(wrong)
        return 0
    if found is None or found % 1 or not 0 <= found <= 100:
        errors["quota"] = "优秀比例应为0到100之间的整数"
        return 0
    return int(found)


def _grading(raw: Mapping[str, Any] | None, errors: dict[str, str]) -> Grading:
    if raw:
        try:
            return grading_from_json(raw)
        except BadParameters as bad:
            errors["grading"] = str(bad)
    return SAMPLE_GRADING


#: Every figure is an example.
SAMPLE = YearTerms()
