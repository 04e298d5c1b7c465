"""季讲评 as a task list of four steps (design §9.6): what is done, what can begin, what stands in the way.

Pure. Sentences are those of the page.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from appraisal.closing import DONE, NOT_YET, READY, Row, Step
from lianzhen.periods import Month, Quarter
from lianzhen.wording import money, number

TITLES = ("材料", "讲评", "党委审定", "兑现清单")


def missing_sentence(quarter: Quarter, sealed: Collection[Month]) -> str:
    """第四季度含10、11、12月，10月未定稿。 Empty when all three months are sealed."""
    open_months = [month for month in quarter.months if month not in sealed]
    if not open_months:
        return ""
    name = quarter.title.partition("年")[2]
    return f"{name}含{_months(quarter.months)}，{_months(open_months)}未定稿。"


def _months(months: Collection[Month]) -> str:
    return "、".join(str(month.number) for month in months) + "月"


@dataclass(frozen=True)
class Standing:
    """Where a quarter stands. `state` as `QuarterlyReview.State`, empty before it began; `done` of `teams` have
    been reviewed; `has_awards`: the version pays something; `total`: of the lists, where the reader may see it."""

    quarter: Quarter
    sealed: tuple[Month, ...]
    teams: int
    state: str = ""
    done: int = 0
    has_awards: bool = True
    total: Decimal | None = None

    @property
    def missing(self) -> str:
        return missing_sentence(self.quarter, self.sealed)


def steps(at: Standing) -> list[Step]:
    """The four steps, in order."""
    rows = [_material(at), _review(at), _committee(at), _payout(at)]
    return [Step(n, title, *row) for n, (title, row) in enumerate(zip(TITLES, rows, strict=True), start=1)]


def _material(at: Standing) -> Row:
    if at.missing:
        return (*NOT_YET, at.missing)
    return (*DONE, f"{number(at.teams)}个组的材料已备，每组一页", "quarter_materials", "查看材料")


def _review(at: Standing) -> Row:
    if not at.state:
        if at.missing:
            return (*NOT_YET, "三个月都定稿后开始")
        return (*READY, "开始后按方案提出建议等次", "quarter_start", "开始讲评")
    told = f"已讲评{number(at.done)}/{number(at.teams)}个组"
    if at.state == "review":
        return ("wait", "讲评中", told, "quarter_review", "投影讲评")
    return (*DONE, told, "quarter_review", "查看讲评")


def _committee(at: Standing) -> Row:
    if at.state in ("", "review"):
        return (*NOT_YET, "讲评完提交后开始")
    if at.state == "committee":
        return ("wait", "待审定", "由没有提交的党委委员审定", "quarter_approval", "审定")
    return (*DONE, "等次和金额已审定，不再变动", "quarter_approval", "查看审定表")


def _payout(at: Standing) -> Row:
    if at.state in ("", "review", "committee"):
        return (*NOT_YET, "党委审定后生成")
    if not at.has_awards:
        return (*NOT_YET, "考核方案没有规定兑现标准")
    told = "已登记兑现" if at.state == "paid" else "可以打印签领"
    if at.total is not None:
        told = f"{told}，合计{money(at.total)}"
    tone = DONE if at.state == "paid" else READY
    return (*tone, told, "quarter_payout", "查看清单")
