"""月通报 and 月公示 in words: the scores of a month as blocks of a paper.

Pure. Both are made from the same scores (`score_facts.month_scores`), so that they cannot disagree; the notice
names teams alone, never persons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from appraisal.bulletin_blocks import Blocks, bonus_lines
from appraisal.bulletin_terms import MonthFacts, Named, ScoreRow, Scores
from appraisal.papers.content import (
    CENTER,
    PLAIN,
    RIGHT,
    TEL,
    Column,
    Masthead,
    Paper,
    Signatures,
    Span,
    Table,
    paragraph,
    row,
    span,
)
from appraisal.rules.base import ZERO, change_in_points, in_points, marks

SECTIONS = {
    "overview": "总体情况",
    "categories": "分类扣分情况",
    "bonuses": "加分情况",
    "compared": "与上月相比",
    "scores": "得分情况",
}
#: Said under every table of scores that appeals may still move.
UNSETTLED = "申诉中的事项未计入"


def blocks_of(facts: MonthFacts) -> dict[str, Blocks]:
    """Every section of the month, by the keys of `SECTIONS`."""
    makers: dict[str, Callable[[MonthFacts], Blocks]] = {
        "overview": _overview,
        "categories": _categories,
        "bonuses": _bonuses,
        "compared": _compared,
        "scores": _scores,
    }
    return {key: makers[key](facts) for key in SECTIONS}


def _overview(facts: MonthFacts) -> Blocks:
    scores = facts.scores
    opening = f"现将{facts.month.title}联村工作考核情况通报如下。"
    if not scores.rows:
        return (paragraph(opening, "本月没有参加月考核的联村工作组。"),)
    told: list[str | Span] = [opening, "参加考核的联村工作组", span(f"{len(scores.rows)}个", scores.url)]
    if facts.mean is not None:
        told += ["，平均得分", span(in_points(facts.mean), scores.url)]
        if facts.change is not None:
            told += ["，比上月", span(_moved(change_in_points(facts.change)), scores.url)]
    told.append("。")
    lost = sum((one.deducted for one in scores.rows), start=ZERO)
    lines = sum(one.lines for one in facts.categories)
    if lines:
        teams = sum(bool(one.deducted) for one in scores.rows)
        rows = facts.deductions_url
        told += ["计入得分的扣分", span(f"{lines}项", rows), "，涉及", span(f"{teams}个组", rows)]
        told += ["，共", span(in_points(lost), scores.url), "。"]
    else:
        told.append("全月没有扣分。")
    if facts.corrections:
        told += ["本月另计更正单", span(f"{facts.corrections}份", facts.corrections_url), "。"]
    means: list[str | Span] = []
    for one in facts.means:
        means += ["，" if means else "", one.name, span(one.text, scores.url)]
    return (paragraph(*told), *([paragraph("各片区平均得分：", *means, "。")] if len(facts.means) > 1 else []))


def _moved(change: str) -> str:
    if change.startswith("+"):
        return f"提高{change[1:]}"
    return "持平" if change.startswith("0.0") else f"下降{change[1:]}"


def _categories(facts: MonthFacts) -> Blocks:
    found = [one for one in facts.categories if one.lines or one.deducted]
    if not found:
        return (paragraph("各类工作全月没有扣分。"),)
    most = max(found, key=lambda one: one.deducted)
    told = paragraph(f"扣分最多的是{most.name}，共", span(in_points(most.deducted), most.url), "。")
    columns = (
        Column("类别", 32),
        Column("扣分（项）", 24, RIGHT),
        Column("涉及（个组）", 28, RIGHT),
        Column("计入扣分（分）", 32, RIGHT),
        Column("扣分最多的组", 40),
    )
    rows = tuple(
        row(
            one.name,
            *(span(text, one.url) for text in (str(one.lines), str(one.teams), marks(one.deducted))),
            one.worst,
        )
        for one in facts.categories
    )
    return (told, Table(columns, rows, note="计入扣分按各条款和类别的上限，并按村与工作组的挂钩比例计算。"))


def _bonuses(facts: MonthFacts) -> Blocks:
    return bonus_lines(facts.bonuses) if facts.bonuses.rows else (paragraph("全月没有加分。"),)


def _compared(facts: MonthFacts) -> Blocks:
    if facts.change is None:
        return (paragraph("上月没有月考核，不作比较。"),)
    told: list[str | Span] = []
    if facts.risen:
        told += ["得分提高最多的：", *_each(facts.risen), "。"]
    if facts.fallen:
        told += ["得分下降最多的：", *_each(facts.fallen), "。"]
    return (paragraph(*(told or ["各工作组得分与上月相同。"])),)


def _each(rows: Sequence[Named]) -> list[str | Span]:
    """示例三村（+1.0分）、示例五村（+0.5分）"""
    told: list[str | Span] = []
    for one in rows:
        told += ["、" if told else "", one.told, "（", span(one.text, one.url), "）"]
    return told


def _scores(facts: MonthFacts) -> Blocks:
    if not facts.scores.rows:
        return (paragraph("本月没有得分。"),)
    told = paragraph(f"{facts.month.title}得分{'已经定稿' if facts.scores.is_final else f'截至{facts.as_of}'}。")
    return (told, score_table(facts.scores, "较上月", note_of(facts.scores, facts.as_of)))


# --- The table that both papers print ---------------------------------------------------------------
def note_of(scores: Scores, as_of: str) -> str:
    """得分截至11月5日14:00；申诉中的事项未计入。 After the lock nothing is open any more."""
    return f"{scores.month.title}得分已定稿。" if scores.is_final else f"得分截至{as_of}；{UNSETTLED}。"


def score_table(scores: Scores, last: str, note: str) -> Table:
    """`last`: heading of a column with the change to last month; "" leaves it out."""
    columns = [
        Column(scores.column, 16, CENTER),
        Column("片区", 28),
        Column("联村工作组", 40 if last else 58),
        Column("扣分（分）", 18, RIGHT),
        Column("加分（分）", 18, RIGHT),
        Column("得分（分）", 18, RIGHT),
    ]
    if last:
        columns.append(Column(f"{last}（分）", 18, RIGHT))
    return Table(tuple(columns), tuple(_row(one, with_change=bool(last)) for one in scores.rows), note=note)


def _row(one: ScoreRow, *, with_change: bool) -> tuple[Span, ...]:
    cells = [
        one.place,
        one.district,
        span(one.name, one.url),
        span(marks(one.deducted), one.url),
        span(marks(one.bonus), one.url),
        span(marks(one.total), one.url),
    ]
    return row(*cells, *([span(one.change, one.url)] if with_change else []))


# --- 公示表 -----------------------------------------------------------------------------------------
def notice_paper(
    scores: Scores, *, town: str, dates: str, phone: str, as_of: str, unit: str = "", day: str = ""
) -> Paper:
    """公示表 of a month. `dates`: from when to when; `phone`: where objections are taken; teams alone are named."""
    title = f"{scores.month.title}联村工作考核得分公示"
    if not scores.rows:
        said = f"{scores.month.title}没有参加月考核的联村工作组。"
        return Paper(title, (paragraph(said),), Masthead(PLAIN))
    contact = ("，联系电话：", Span(phone, f"{TEL}{phone}")) if phone else ()
    told = paragraph(
        f"现将{scores.month.title}联村工作考核得分予以公示，公示时间：{dates}。",
        f"有异议的，请在公示期内向{town}联村工作办反映",
        *contact,
        "。",
    )
    nobody = not any(one.deducted or one.bonus for one in scores.rows)
    blocks = [
        told,
        *([paragraph("本月没有扣分和加分，各工作组得分相同。")] if nobody else []),
        score_table(scores, "", note_of(scores, as_of)),
        paragraph(unit or f"{town}联村工作办", indent=False, align=RIGHT),
        paragraph(day, indent=False, align=RIGHT),
        Signatures(("制表", "审核", "日期")),
    ]
    return Paper(title, tuple(blocks), Masthead(PLAIN))
