"""考核情况 of the report to the county: sealed months with their trend, the years decided, and the deductions and
bonuses of days that no sealed month of the report holds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from appraisal.county_terms import CategoryLine, CountyFacts, Entries, EntrySum, MonthLine, YearLine
from appraisal.papers.content import RIGHT, Block, Column, Paragraph, Span, Table, paragraph, row, span
from appraisal.report_period import months_words
from appraisal.rules.base import change_in_points, in_points, marks
from lianzhen.wording import number

#: How many categories are named among the problems.
MOST_CATEGORIES = 2
#: Millimetres of a table.
WHOLE = 156
FIRST = 48


def scores(facts: CountyFacts) -> list[Block]:
    blocks: list[Block] = []
    if facts.months:
        blocks += [_trend(facts.months), _months_table(facts.months), *_districts(facts.months)]
    blocks += [_year(one) for one in facts.years]
    if facts.categories:
        note = "扣分、加分为计入月得分的分数，按各条款和类别的上限，并按村与工作组的挂钩比例计算。"
        blocks.append(_categories_table(facts.categories, "各类得失分（已定稿的月份）", "计入", note))
    if facts.entries is not None:
        blocks += _entries(facts, facts.entries)
    return blocks


def worst_categories(facts: CountyFacts) -> list[CategoryLine]:
    """Where most was deducted: in the sealed months, or without any in the days."""
    found = facts.categories or (facts.entries.categories if facts.entries else ())
    return sorted((one for one in found if one.deducted), key=lambda one: -one.deducted)[:MOST_CATEGORIES]


# --- Sealed months ----------------------------------------------------------------------------------
def _trend(months: Sequence[MonthLine]) -> Paragraph:
    first, last = months[0], months[-1]
    if len(months) == 1 or first.mean is None or last.mean is None:
        return paragraph(
            f"{last.month.title}参加考核的联村工作组",
            span(f"{last.teams}个", last.url),
            "，平均",
            span(in_points(last.mean), last.url),
            "。",
        )
    change = last.mean - first.mean
    words = "持平" if not change else f"{'上升' if change > 0 else '下降'}（{change_in_points(change)}）"
    return paragraph(
        f"共有{len(months)}个月的考核已定稿。各组平均得分{first.month.title}为",
        span(in_points(first.mean), first.url),
        f"，{last.month.title}为",
        span(in_points(last.mean), last.url),
        f"，{words}。",
    )


def _months_table(months: Sequence[MonthLine]) -> Table:
    columns = (
        Column("月份", 32),
        Column("工作组\n（个）", 22, RIGHT),
        Column("平均分", 21, RIGHT),
        Column("最高分", 20, RIGHT),
        Column("最低分", 20, RIGHT),
        Column("扣分合计", 21, RIGHT),
        Column("加分合计", 20, RIGHT),
    )
    rows = tuple(
        row(
            span(one.month.title, one.url),
            span(str(one.teams), one.url),
            *(span(marks(value), one.url) for value in (one.mean, one.best, one.worst, one.deducted, one.bonus)),
        )
        for one in months
    )
    return Table(columns, rows, caption="月得分情况（分）")


def _districts(months: Sequence[MonthLine]) -> list[Block]:
    """The means of the districts: of one month in a sentence, of several in a table."""
    names = list(dict.fromkeys(one.name for month in months for one in month.districts))
    if len(names) < 2:
        return []
    if len(months) == 1:
        told: list[str | Span] = []
        for one in months[0].districts:
            told += ["，" if told else "", one.name, span(in_points(one.mean), one.url)]
        return [paragraph("各片区平均得分：", *told, "。")]
    width = (WHOLE - FIRST) // len(names)
    first = Column("月份", WHOLE - width * len(names))
    rows = []
    for month in months:
        by_name = {one.name: one for one in month.districts}
        cells = [span(marks(by_name[n].mean), by_name[n].url) if n in by_name else span("—") for n in names]
        rows.append(row(span(month.month.title, month.url), *cells))
    columns = (first, *(Column(name, width, RIGHT) for name in names))
    return [Table(columns, tuple(rows), caption="各片区平均得分（分）")]


def _year(one: YearLine) -> Paragraph:
    told: list[str | Span] = []
    for grade, count in one.grades:
        told += ["，" if told else "", grade, span(f"{number(count)}个", f"{one.url}?grade={quote(grade)}")]
    return paragraph(
        f"{one.year}年年考核，参加考核的联村工作组",
        span(f"{number(one.teams)}个", one.url),
        "，年度得分平均",
        span(in_points(one.mean), one.url),
        "，镇党委评定",
        *told,
        "。",
    )


def _categories_table(lines: Sequence[CategoryLine], caption: str, counted: str, note: str) -> Table:
    columns = (
        Column("类别", 44),
        Column("扣分（项）", 24, RIGHT),
        Column(f"{counted}扣分（分）", 32, RIGHT),
        Column("加分（项）", 24, RIGHT),
        Column(f"{counted}加分（分）", 32, RIGHT),
    )
    rows = tuple(
        row(
            one.name,
            span(number(one.deductions), one.url),
            span(marks(one.deducted), one.url),
            span(number(one.bonuses), one.bonus_url),
            span(marks(one.bonus), one.bonus_url),
        )
        for one in lines
    )
    return Table(columns, rows, caption=caption, note=note)


# --- Days beside them -------------------------------------------------------------------------------
def _entries(facts: CountyFacts, found: Entries) -> list[Block]:
    blocks: list[Block] = [
        paragraph(_why(facts), *_sums(found), "。", *_waiting(found)),
    ]
    if facts.before is not None and any(one.number for one in (found.deductions, facts.before.deductions)):
        blocks.append(_compared(found, facts.before))
    if len(found.categories) > 1:
        note = "扣分、加分为条款分值，计入月得分时按各条款和类别的上限计算。"
        blocks.append(_categories_table(found.categories, "各类扣分加分（按发生日期）", "", note))
    return blocks


def _why(facts: CountyFacts) -> str:
    """Which months have no score here, and what is told of their days instead."""
    reasons = [f"{months_words(facts.unsealed)}的考核没有定稿"] if facts.unsealed else []
    if cut := facts.period.cut_months:
        reasons.append(f"{months_words(cut)}只有一部分在这段时间内")
    once = "，已计入定稿月份的不重复" if facts.months else ""
    return f"月得分按整月计算，{'，'.join(reasons)}，以下按发生日期统计{once}。"


def _sums(found: Entries) -> list[str | Span]:
    return [
        *_sum("登记扣分", "没有扣分", found.deductions, found.urls.get("deductions", "")),
        "；",
        *_sum("同意加分", "没有加分", found.bonuses, found.urls.get("bonuses", "")),
    ]


def _sum(word: str, none: str, one: EntrySum, url: str) -> list[str | Span]:
    if not one.number:
        return [none]
    return [word, span(f"{number(one.number)}项", url), "，合计", span(in_points(one.points), url)]


def _waiting(found: Entries) -> list[str | Span]:
    told: list[str | Span] = []
    if waiting := found.deductions.waiting:
        told += ["扣分", span(f"{number(waiting)}项", found.urls.get("appealed", "")), "申诉中"]
    if waiting := found.bonuses.waiting:
        claimed = span(f"{number(waiting)}项", found.urls.get("claimed", ""))
        told += ["，" if told else "", "加分申报", claimed, "正在办理"]
    return ["另有", *told, "，未计入。"] if told else []


def _compared(found: Entries, before: Entries) -> Paragraph:
    """With as many days before."""
    days = "前一天" if len(before.period) == 1 else f"前{len(before.period)}天"
    more = found.deductions.points - before.deductions.points
    change = f"增加{in_points(more)}" if more > 0 else f"减少{in_points(-more)}"
    words = f"本期扣分比{days}{change}" if more else f"本期扣分与{days}持平"
    return paragraph(f"{days}（{before.period.short}）", *_sums(before), f"。{words}。")
