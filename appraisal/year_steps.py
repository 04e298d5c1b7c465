"""年考核 as a task list of four stages (design §8.4): what is done, what can begin, what stands in the way.

Pure. Sentences are those of the page; codes of states as in `AnnualAssessment` and `AnnualSummary`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from appraisal.closing import DONE, NOT_YET, READY, Row, Step
from lianzhen.wording import number

TITLES = ("自评和意见", "核查", "党委评定", "结果通报")
BEFORE, SUMMARY, COMMITTEE, DECIDED, TOLD = "", "summary", "committee", "decided", "told"


@dataclass(frozen=True)
class Standing:
    """Where a year stands. `state` is empty before it began, `blocked` then says why it cannot begin; `counts`:
    state of the summaries → how many; `missing`: which months are not sealed; `unreviewed`: which quarters are not
    decided; `graded` teams have a grade."""

    year: int
    state: str = BEFORE
    blocked: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    missing: str = ""
    graded: int = 0
    unreviewed: str = ""

    def of(self, *states: str) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def taking_part(self) -> int:
        return self.of("draft", "district", "office", "checked")

    @property
    def sent(self) -> int:
        return self.of("district", "office", "checked")

    @property
    def judged(self) -> int:
        return self.of("office", "checked")

    @property
    def checked(self) -> int:
        return self.of("checked")

    @property
    def all_checked(self) -> bool:
        return 0 < self.taking_part == self.checked


def state_sentence(year: int, state: str) -> str:
    """2018年考核：未开始"""
    words = {
        BEFORE: "未开始",
        SUMMARY: "自评和核查",
        COMMITTEE: "待党委评定",
        DECIDED: "已评定，待印发结果通报",
        TOLD: "已公布",
    }
    return f"{year}年考核：{words[state]}"


def steps(at: Standing) -> list[Step]:
    """The four stages, in order."""
    rows = [_reports(at), _checks(at), _committee(at), _notice(at)]
    return [Step(n, title, *row) for n, (title, row) in enumerate(zip(TITLES, rows, strict=True), start=1)]


def _of(at: Standing, count: int) -> str:
    return f"{number(count)}/{number(at.taking_part)}"


def _reports(at: Standing) -> Row:
    if at.state == BEFORE:
        if at.blocked:
            return (*NOT_YET, at.blocked)
        return (*READY, "开始后由各组组长填写年总结", "year_start", "开始年考核")
    told = f"已报送{_of(at, at.sent)}，片区已出意见{_of(at, at.judged)}"
    if out := at.of("out"):
        told += f"，不参加{number(out)}个组"
    if at.state != SUMMARY or (at.taking_part and at.judged == at.taking_part):
        return (*DONE, told)
    return ("wait", "进行中", told)


def _checks(at: Standing) -> Row:
    if at.state == BEFORE:
        return (*NOT_YET, "报送后由联村工作办核查")
    told = f"已核查{_of(at, at.checked)}"
    if at.state != SUMMARY:
        return (*DONE, f"{told}，已提交党委")
    if not at.all_checked:
        return ("wait", "进行中", told) if at.judged else (*NOT_YET, told)
    if at.missing:
        return ("wait", "待定稿", f"{told}，{at.missing}")
    if at.unreviewed:
        return ("wait", "待审定", f"{told}，{at.unreviewed}")
    return (*READY, f"{told}，可以提交党委评定", "year_hand_in", "提交党委评定")


def _committee(at: Standing) -> Row:
    if at.state in (BEFORE, SUMMARY):
        return (*NOT_YET, "都核查并提交后开始")
    told = f"已评定{_of(at, at.graded)}个组"
    if at.state != COMMITTEE:
        return (*DONE, f"{told}，等次不再变动", "year_grades", "查看等次")
    if at.graded < at.taking_part:
        return ("wait", "待评定", told, "year_grades", "评定等次")
    return ("wait", "待登记", f"{told}，请登记党委评定", "year_decide", "登记党委评定")


def _notice(at: Standing) -> Row:
    if at.state == TOLD:
        return (*DONE, "结果通报已印发", "year_notice", "查看结果通报")
    if at.state == DECIDED:
        return (*READY, "由联村办主任印发", "year_notice", "预览结果通报")
    return (*NOT_YET, "党委评定后印发")
