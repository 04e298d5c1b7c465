"""周通报 in words: the facts of a week as blocks of a paper, section by section (design §9.5, domain.md §1.4).

Pure. Every section holds its paragraphs first and its table after them, so that the paragraphs can be edited as
plain lines. Every figure leads to its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from appraisal.bulletin_terms import (
    Decided,
    DistrictDuty,
    Entries,
    Entry,
    Named,
    Reports,
    ScoreRow,
    WeekFacts,
)
from appraisal.papers.content import CENTER, RIGHT, Block, Column, Paragraph, Span, Table, paragraph, row, span
from appraisal.rules.base import ZERO, in_points, marks
from lianzhen.wording import bare

Blocks = tuple[Block, ...]

#: Sections of the weekly bulletin in the order of the paper, with their headings. The first has none.
SECTIONS = {
    "overview": "总体情况",
    "duty": "驻村办公",
    "reports": "周报报送",
    "deductions": "扣分情况",
    "bonuses": "加分情况和好的做法",
    "demands": "问题和要求",
    "heard": "上周议定事项落实",
    "ahead": "下周重点和放假调休",
    "scores": "得分情况",
}
#: More rows than this of what is listed one by one make a bulletin that nobody reads; the rest is counted.
LISTED = 30
#: Decisions take two lines each; more than these are a page of their own.
MOST_DECISIONS = 12


def blocks_of(facts: WeekFacts) -> dict[str, Blocks]:
    """Every section of the week, by the keys of `SECTIONS`."""
    makers: dict[str, Callable[[WeekFacts], Blocks]] = {
        "overview": _overview,
        "duty": _duty,
        "reports": _reports,
        "deductions": _deductions,
        "bonuses": _bonuses,
        "demands": _demands,
        "heard": _heard,
        "ahead": _ahead,
        "scores": _scores,
    }
    return {key: makers[key](facts) for key in SECTIONS}


# --- Sections -----------------------------------------------------------------------------------
def _overview(facts: WeekFacts) -> Blocks:
    duty, reports = facts.duty, facts.reports
    parts: list[str | Span] = [f"现将{facts.week.title}联村工作情况通报如下。"]
    teams = duty.sum("teams")
    if not teams:
        return (paragraph(*parts, "本周没有在任的联村工作组。"),)
    parts.append(span(f"全镇{teams}个联村工作组", duty.url))
    if duty.sum("need"):
        parts += [
            "应驻村",
            span(f"{duty.sum('need')}{duty.unit}", duty.url),
            "，实到",
            span(f"{duty.sum('done')}{duty.unit}", duty.url),
            "，",
            span(f"{duty.sum('met')}个组", _in_state(duty.url, "met")),
            "达标；",
        ]
    else:
        parts.append("本周不计应到驻村；")
    if reports.owed:
        parts += ["应报周报", span(f"{reports.owed}份", reports.url), "，已报", _here(reports)]
    else:
        parts.append("本周不需报送周报")
    parts += ["；", *_entries_in_short("扣分", facts.deductions), "，", *_entries_in_short("加分", facts.bonuses)]
    if facts.heard:
        done = sum(one.is_done for one in facts.heard)
        told = span(f"{len(facts.heard)}项", facts.heard_url)
        parts += ["；需跟进的议定事项", told, "，已落实", span(f"{done}项", facts.done_url)]
    return (paragraph(*parts, "。"),)


def _here(reports: Reports) -> Span:
    return span(f"{reports.here}份", reports.sent_url)


def _entries_in_short(word: str, found: Entries) -> list[str | Span]:
    if not found.rows:
        return [f"没有{word}"]
    return [word, span(f"{len(found.rows)}项", found.url), "（合计", span(in_points(found.total), found.url), "）"]


def _duty(facts: WeekFacts) -> Blocks:
    duty = facts.duty
    if not duty.sum("teams"):
        return (paragraph("本周没有在任的联村工作组。"),)
    told: list[str | Span] = [duty.note] if duty.note else []
    if not duty.sum("need"):
        return (paragraph(*told, "本周不计应到驻村。"),)
    if not duty.sum("missing"):
        told.append("各工作组驻村全部达标。")
    else:
        short = _in_state(duty.url, "short")
        told += ["共差", span(f"{duty.sum('missing')}{duty.unit}", short), "，涉及"]
        told += [span(f"{len(duty.behind)}个组", short), "："]
        told += [*_listed(duty.behind), "。"]
    unit = f"（{duty.unit}）"
    columns = (
        Column("片区", 30),
        Column("工作组（个）", 22, RIGHT),
        Column(f"应到{unit}", 22, RIGHT),
        Column(f"实到{unit}", 22, RIGHT),
        Column(f"公出{unit}", 20, RIGHT),
        Column(f"缺岗{unit}", 20, RIGHT),
        Column("达标（个）", 20, RIGHT),
    )
    rows = tuple(_duty_row(one.name, one, one.url) for one in duty.districts)
    names = ("teams", "need", "done", "excused", "missing", "met")
    sums = DistrictDuty("合计", **{name: duty.sum(name) for name in names})
    total = _duty_row("合计", sums, duty.url)
    return (paragraph(*told), Table(columns, rows, total=total if len(rows) > 1 else ()))


def _duty_row(name: str, one: DistrictDuty, url: str) -> tuple[Span, ...]:
    """Each figure with the teams that it counts."""
    return row(
        name,
        *(span(figure, url) for figure in (one.teams, one.need, one.done, one.excused)),
        span(one.missing, _in_state(url, "short")),
        span(one.met, _in_state(url, "met")),
    )


def _in_state(url: str, state: str) -> str:
    return f"{url}&state={state}" if url else ""


def _reports(facts: WeekFacts) -> Blocks:
    reports = facts.reports
    if not reports.owed:
        return (paragraph("本周不需报送周报。"),)
    told: list[str | Span] = [
        "应报送",
        span(f"{reports.owed}份", reports.url),
        "，已报送",
        _here(reports),
        "。",
    ]
    if reports.open_until:
        told.append(f"报送截止时间为{reports.open_until}。")
    if reports.late:
        told += ["逾期报送", span(f"{len(reports.late)}个组", reports.late_url), "：", *_listed(reports.late), "。"]
    if reports.missing:
        word = "还没有报送的" if reports.open_until else "逾期未报"
        told += [word, span(f"{len(reports.missing)}个组", reports.missing_url), "：", *_listed(reports.missing), "。"]
    elif not reports.late and not reports.open_until:
        told.append("各工作组都按时报送。")
    if reports.needs:
        told += [
            "反映需镇里解决的事",
            span(f"{reports.needs}件", reports.needs_url),
            "，已答复",
            span(f"{reports.answered}件", reports.answered_url),
            "。",
        ]
    return (paragraph(*told),)


def _deductions(facts: WeekFacts) -> Blocks:
    found = facts.deductions
    if found.rows:
        told: list[str | Span] = [
            "登记扣分",
            span(f"{len(found.rows)}项", found.url),
            "，涉及",
            span(f"{found.teams}个村", found.url),
            "，合计",
            span(in_points(found.total), found.url),
            "。",
        ]
    else:
        told = ["本周没有扣分。"]
    told += [*_waiting(found, "申诉中，未计入。"), *_late(found, "通知", "扣分"), *_given_back(found)]
    listed = (*found.rows, *found.late)
    if not listed:
        return (paragraph(*told),)
    columns = (Column("村", 28), Column("条款", 16), Column("事实", 84), Column("扣分（分）", 28, RIGHT))
    rows = tuple(
        row(
            span(one.name, one.url),
            span(one.clause, one.url),
            f"{f'{one.day}：' if one.day else ''}{one.fact}{f'（{one.rectify}）' if one.rectify else ''}",
            span(marks(one.points), one.url),
        )
        for one in listed[:LISTED]
    )
    note = "扣分为条款分值，计入月得分时按各条款和类别的上限计算。"
    return (paragraph(*told), Table(columns, rows, note=_and_more(len(listed), note)))


def _bonuses(facts: WeekFacts) -> Blocks:
    found = facts.bonuses
    after = [*_waiting(found, "加分申报正在办理，未计入。"), *_late(found, "同意", "加分")]
    if not found.rows:
        return (paragraph("本周没有加分。", *after), *_each(found.late, found.late_url))
    return bonus_lines(found, *after)


def bonus_lines(found: Entries, *after: str | Span) -> Blocks:
    """How many, then a line for each; what is not listed is counted. Of a week, and of a month."""
    total = span(in_points(found.total), found.url)
    told = paragraph("同意加分", span(f"{len(found.rows)}项", found.url), "，合计", total, "。", *after)
    return (told, *_each(found.rows, found.url), *_each(found.late, found.late_url))


def _each(rows: Sequence[Entry], url: str) -> list[Paragraph]:
    """天坪村：11月5日，湘莲基地完成改造，加1.0分。"""
    told = [
        paragraph(
            span(one.name, one.url),
            f"：{f'{one.day}，' if one.day else ''}{bare(one.fact)}，加",
            span(in_points(one.points), one.url),
            "。",
        )
        for one in rows[:LISTED]
    ]
    more = len(rows) - LISTED
    return [*told, *([paragraph(f"另有{more}项见平台的", span("加分清单", url), "。")] if more > 0 else [])]


def _late(found: Entries, done: str, word: str) -> list[str | Span]:
    """上期通报后通知以前各周的扣分1项，合计3.0分。"""
    if not found.late:
        return []
    total = span(in_points(sum((one.points for one in found.late), start=ZERO)), found.late_url)
    return [f"上期通报后{done}以前各周的{word}", span(f"{len(found.late)}项", found.late_url), "，合计", total, "。"]


def _waiting(found: Entries, words: str) -> list[str | Span]:
    return ["另有", span(f"{found.waiting}项", found.waiting_url), words] if found.waiting else []


def _given_back(found: Entries) -> list[str | Span]:
    """按更正单退回扣分1项，合计0.5分。"""
    if not found.given_back:
        return []
    total = span(in_points(sum(found.given_back, start=ZERO)), found.given_url)
    return ["按更正单退回扣分", span(f"{len(found.given_back)}项", found.given_url), "，合计", total, "。"]


def _demands(facts: WeekFacts) -> Blocks:
    blocks: list[Block] = []
    if facts.behind:
        told: list[str | Span] = []
        for place, one in enumerate(facts.behind[:LISTED]):
            told += ["；" if place else "", span(one.told, one.url), one.text]
        more = len(facts.behind) - LISTED
        ending = f"；另有{more}个组需要跟上。" if more > 0 else "。"
        blocks.append(paragraph("需要跟上的工作组：", *told, ending))
    meeting = facts.meeting
    if meeting.decisions:
        number = span(f"{len(meeting.decisions)}项", meeting.decisions_url or meeting.url)
        blocks.append(paragraph(span(meeting.title, meeting.url), "议定以下", number, "："))
        blocks += _decisions(meeting.decisions, meeting.decisions_url or meeting.url)
    if not blocks:
        blocks.append(paragraph("各工作组都已跟上，没有新的要求。"))
    return tuple(blocks)


def _heard(facts: WeekFacts) -> Blocks:
    if not facts.heard:
        return (paragraph("没有需要跟进的议定事项。"),)
    done = sum(one.is_done for one in facts.heard)
    told = paragraph(
        "上周例会和以前未办结的议定事项共",
        span(f"{len(facts.heard)}项", facts.heard_url),
        "，已落实",
        span(f"{done}项", facts.done_url),
        "。",
    )
    return (told, *_decisions(facts.heard, facts.heard_url))


def _decisions(found: Sequence[Decided], url: str) -> list[Paragraph]:
    """Each with its number; of very many those that are not done come first, and the rest is counted."""
    more = len(found) - MOST_DECISIONS
    shown = sorted(found, key=lambda one: one.is_done)[:MOST_DECISIONS] if more > 0 else found
    told = [_decision(place, one) for place, one in enumerate(shown, start=1)]
    return [*told, *([paragraph(f"另有{more}项见平台的", span("议定事项清单", url), "。")] if more > 0 else [])]


def _decision(place: int, one: Decided) -> Paragraph:
    """1. 清理主干道沟渠（示例一村联村工作组，12月3日前）：已落实。三处都已清完。"""
    after = f"：{one.state}" if one.state else ""
    result = f"，{_closed(one.result)}" if one.result else "。"
    whose = "，".join(part for part in (one.owners, one.due) if part)
    return paragraph(f"{place}. ", span(bare(one.text), one.url), f"（{whose}）{after}{result if after else '。'}")


def _ahead(facts: WeekFacts) -> Blocks:
    told: list[str | Span] = []
    if facts.due_next:
        told += ["下周到期的议定事项", span(f"{facts.due_next}项", facts.due_url), "，请责任单位按期落实。"]
    return (paragraph(*told, "".join(facts.calendar) or "下周没有放假和调休。"),)


def _scores(facts: WeekFacts) -> Blocks:
    scores = facts.scores
    if not scores.rows:
        return (paragraph(f"{scores.month.title}还没有可以公布的得分。"),)
    told = paragraph(
        span(f"{scores.month.title}得分", scores.url), "已定稿。" if scores.is_final else "为初算结果，以定稿为准。"
    )
    columns = (
        Column(scores.column, 14, CENTER),
        Column("片区", 20),
        Column("联村工作组", 32),
        Column("本周驻村（天）", 20, RIGHT),
        Column("周报", 19),
        Column("扣分（分）", 17, RIGHT),
        Column("加分（分）", 17, RIGHT),
        Column("得分（分）", 17, RIGHT),
    )
    rows = tuple(_score_row(one) for one in scores.rows)
    note = f"驻村和周报为本周，扣分、加分和得分为{scores.month.title}。得分截至{facts.as_of}；申诉中的事项未计入。"
    return (told, Table(columns, rows, note=note))


def _score_row(one: ScoreRow) -> tuple[Span, ...]:
    return row(
        one.place,
        one.district,
        span(one.name, one.url),
        span(one.duty, one.duty_url),
        span(one.report, one.report_url),
        span(marks(one.deducted), one.url),
        span(marks(one.bonus), one.url),
        span(marks(one.total), one.url),
    )


# --- Words ----------------------------------------------------------------------------------------
def _listed(rows: Sequence[Named]) -> list[str | Span]:
    """示例三村差1天、示例五村差2天, each with its link."""
    told: list[str | Span] = []
    for place, one in enumerate(rows[:LISTED]):
        told += ["、" if place else "", span(one.told, one.url), one.text]
    return [*told, f"等{len(rows)}个组"] if len(rows) > LISTED else told


def _and_more(rows: int, note: str) -> str:
    more = rows - LISTED
    return f"另有{more}项见平台的扣分清单。{note}" if more > 0 else note


def _closed(text: str) -> str:
    """A sentence with its full stop."""
    text = text.strip()
    return text if text.endswith(("。", "；", "？")) else f"{text}。"
