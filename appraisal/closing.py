"""月考核 as a task list of seven steps (design §9.4): what is done, what can begin, what stands in the way.

Pure. A check either blocks (必须处理) or only tells (提示). Sentences are those of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lianzhen.periods import Month, Week
from lianzhen.wording import date_range, full_date, list_date

#: States of the month in their order; codes as `AppraisalMonth.State`.
ORDER = ("open", "checking", "review", "publicity", "appeals", "final", "paid", "archived")
#: What each of the seven steps is called.
TITLES = ("检查数据", "预览得分", "审核", "公示", "处理申诉", "定稿", "补助清单")


@dataclass(frozen=True)
class Counts:
    """What is still open in the month: entries by state, and records of the working week that may change them.
    `weeks`: of the `reports`, how many in which week."""

    waiting: int = 0
    bonuses: int = 0
    drafts: int = 0
    appeals: int = 0
    running: int = 0
    suggestions: int = 0
    makeups: int = 0
    reports: int = 0
    weeks: tuple[tuple[Week, int], ...] = ()


@dataclass(frozen=True)
class Check:
    """One thing to look at. `must`: the month cannot go on before it is done."""

    key: str
    title: str
    count: int
    must: bool

    @property
    def tag(self) -> tuple[str, str]:
        if not self.count:
            return ("done", "没有")
        return ("bad", "必须处理") if self.must else ("warn", "提示")


def checks(counts: Counts) -> list[Check]:
    """Before the sign-off."""
    return [
        Check("waiting", "未复核的扣分", counts.waiting, must=True),
        Check("bonuses", "未办完的加分", counts.bonuses, must=True),
        Check("drafts", "扣分草稿和退回的扣分", counts.drafts, must=False),
        Check("suggestions", "未处理的建议扣分", counts.suggestions, must=False),
        Check("appeals", "正在办理的申诉", counts.appeals, must=False),
        Check("running", "还在申诉期内的扣分", counts.running, must=False),
        Check("makeups", "待同意的补登和调休", counts.makeups, must=False),
        Check("reports", "没有报送的周报（不影响得分）", counts.reports, must=False),
    ]


def lock_checks(counts: Counts) -> list[Check]:
    """Before 定稿: nobody's right to appeal is cut short."""
    return [
        Check("waiting", "未复核的扣分", counts.waiting, must=True),
        Check("bonuses", "未办完的加分", counts.bonuses, must=True),
        Check("appeals", "正在办理的申诉", counts.appeals, must=True),
        Check("running", "还在申诉期内的扣分", counts.running, must=True),
    ]


def blocking(found: Sequence[Check]) -> str:
    """未复核的扣分1条、未办完的加分2条; empty when nothing stands in the way."""
    return "、".join(f"{one.title}{one.count}条" for one in found if one.must and one.count)


def refusal(found: Sequence[Check]) -> str:
    said = blocking(found)
    return f"请先处理：{said}。" if said else ""


@dataclass(frozen=True)
class Standing:
    """Where a month stands. `is_over`: its last day has passed; `reviewed`: signed off, not yet made public."""

    month: Month
    state: str
    today: date
    checked: bool = False
    reviewed: bool = False
    publicity: tuple[date, date] | None = None
    publicity_days: int = 3

    def reached(self, state: str) -> bool:
        return ORDER.index(self.state) >= ORDER.index(state)

    @property
    def is_over(self) -> bool:
        return self.today > self.month.end

    @property
    def publicity_over(self) -> bool:
        return self.publicity is not None and self.today > self.publicity[1]


@dataclass(frozen=True)
class Step:
    """One row of the task list. `action` names the page where it is done; empty where nothing is to do now."""

    number: int
    title: str
    tone: str
    state: str
    sentence: str
    action: str = ""
    button: str = ""


def for_reader(found: Iterable[Step], may: Mapping[str, bool]) -> list[Step]:
    """The steps with the pages that the reader may open; what is somebody else's to do is told without a link."""
    return [one if may.get(one.action) else replace(one, action="", button="") for one in found]


def steps(standing: Standing, found: Sequence[Check], before_lock: Sequence[Check]) -> list[Step]:
    """The seven steps, in order."""
    rows = [
        _check_step(standing, found),
        _preview_step(standing, found),
        _review_step(standing),
        _publicity_step(standing),
        _appeals_step(standing, before_lock),
        _lock_step(standing, before_lock),
        _subsidy_step(standing),
    ]
    return [Step(number, title, *row) for number, (title, row) in enumerate(zip(TITLES, rows, strict=True), start=1)]


Row = tuple[str, ...]
DONE, READY, NOT_YET = ("done", "已完成"), ("wait", "可以开始"), ("off", "不能开始")


def _check_step(at: Standing, found: Sequence[Check]) -> Row:
    if at.reached("review"):
        return (*DONE, "检查已完成")
    if not at.is_over:
        return (*NOT_YET, f"{full_date(at.month.next().start)}起可以开始")
    if not at.reached("checking"):
        return (*READY, "开始后，各组仍可登记和申诉", "month_start", "开始检查")
    must = sum(one.count for one in found if one.must)
    told = " · ".join(f"{one.title}{one.count}" for one in found if one.count) or "没有需要处理的"
    return ("bad", f"需处理{must}项", told) if must else ("done", "已完成", told)


def _preview_step(at: Standing, found: Sequence[Check]) -> Row:
    if at.reached("review"):
        return (*DONE, "已提交审核", "month_preview", "查看预览")
    if not at.reached("checking"):
        return (*NOT_YET, "第1步开始后可以预览")
    if blocking(found):
        return ("warn", "可以预览", "处理完第1步后提交审核；没办完的也可顺延到下个月", "month_preview", "预览得分")
    return (*READY, "核对后提交审核", "month_preview", "预览得分")


def _review_step(at: Standing) -> Row:
    if at.reached("publicity") or at.reviewed:
        return (*DONE, "审核已通过")
    if not at.reached("review"):
        return (*NOT_YET, "完成第1、2步后开始")
    return (*READY, "由没有参加检查的同志审核", "month_review", "审核得分")


def _publicity_step(at: Standing) -> Row:
    if at.publicity is not None and at.reached("publicity"):
        dates = date_range(*at.publicity, at.month.year)
        if at.reached("appeals"):
            return (*DONE, f"{dates}公示", "month_notice", "公示表")
        if at.publicity_over:
            return (*DONE, f"{dates}公示，已到期", "month_notice", "公示表")
        return ("wait", "公示中", f"{dates}公示，到期后进入第5步", "month_notice", "公示表")
    if not at.reviewed:
        return (*NOT_YET, f"{at.publicity_days}个工作日，审核通过后开始")
    return (
        *READY,
        f"公示{at.publicity_days}个工作日，全体干部可见；开始后不再登记本月扣分和加分",
        "month_publish",
        "开始公示",
    )


def _appeals_step(at: Standing, before_lock: Sequence[Check]) -> Row:
    if at.reached("final"):
        return (*DONE, "申诉已办完")
    if not at.reached("publicity"):
        return (*NOT_YET, "公示结束后开始")
    if at.reached("appeals"):
        said = blocking(before_lock)
        return ("bad", "正在办理", said) if said else ("done", "已完成", "没有待办的申诉")
    assert at.publicity is not None
    if not at.publicity_over:
        return (*NOT_YET, f"{list_date(at.publicity[1], at.month.year)}公示结束后开始")
    return (*READY, "公示已到期", "month_unpublish", "结束公示")


def _lock_step(at: Standing, before_lock: Sequence[Check]) -> Row:
    if at.reached("final"):
        return (*DONE, "得分已定稿，如需更正请填写更正单")
    if not at.reached("appeals") or blocking(before_lock):
        return (*NOT_YET, "定稿后不能修改，只能填更正单")
    return (*READY, "定稿后不能修改，只能填更正单", "month_lock", "定稿")


def _subsidy_step(at: Standing) -> Row:
    if at.reached("archived"):
        return (*DONE, "已归档", "subsidy_list", "查看补助清单")
    if at.reached("paid"):
        return (*DONE, "补助已核对，可以归档", "month_archive", "归档")
    if at.reached("final"):
        return (*READY, "按方案的计发办法生成", "subsidy_list", "核对补助清单")
    return (*NOT_YET, "定稿后开始")


# --- At a glance ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Progress:
    """One step on a home page. `tone`: done, wait for the one that is on, off for those to come; `note`: what
    there is to know of it."""

    title: str
    tone: str
    note: str = ""


#: State → how many of the seven steps are done, and what the next one is at.
_AT = {
    "open": (0, ""),
    "checking": (0, "正在办理"),
    "review": (2, "待审核"),
    "publicity": (3, "公示中"),
    "appeals": (4, "正在办理"),
    "final": (6, "待核对"),
    "paid": (7, ""),
    "archived": (7, ""),
}


def progress(
    state: str, month: Month, today: date, *, reviewed: bool = False, publicity_until: date | None = None
) -> list[Progress]:
    """The seven steps as a home page shows them, with the one that is on."""
    done, note = _AT[state]
    if state == "review" and reviewed:
        done, note = 3, "可以开始"
    if state == "publicity" and publicity_until is not None:
        note = f"公示中，至{list_date(publicity_until, today.year)}"
    if state == "open" and today > month.end:
        note = "可以开始"
    return [
        Progress(title, "done" if n < done else "wait" if n == done and note else "off", note if n == done else "")
        for n, title in enumerate(TITLES)
    ]


def back_targets(state: str) -> list[str]:
    """States that a month may go back to, nearest first; none once it is sealed."""
    at = ORDER.index(state)
    return [] if at >= ORDER.index("final") else [one for one in reversed(ORDER[:at]) if one != "publicity"]
