"""汇报材料: what the town reports to the county of a run of months, as a paper. Pure.

Structure, work done, scores with their trend, good practice, problems. What nobody can count (plans, causes) is
typed and joins what was counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from appraisal.county_terms import CountyFacts, DutyTotal, MonthLine, YearLine
from appraisal.papers.content import (
    RIGHT,
    Block,
    Column,
    Ending,
    Heading,
    Paper,
    Paragraph,
    Span,
    Table,
    paragraph,
    row,
    span,
)
from appraisal.rules.base import change_in_points, in_points
from lianzhen.periods import Month
from lianzhen.wording import full_date, list_date, number, percent

NUMERALS = "一二三四五六七八九十"
#: How many categories are named among the problems.
MOST_CATEGORIES = 2

STRUCTURE = (
    ("villages", "村、\n社区"),
    ("teams", "联村\n工作组"),
    ("people", "组员\n（人）"),
    ("selfgov", "自治村"),
    ("instructors", "指导员\n（人）"),
    ("grids", "网格"),
    ("heads", "网格长\n（人）"),
    ("organizations", "社会\n组织"),
)


def period_words(facts: CountyFacts) -> str:
    """2018年1月至9月, 2018年11月至2019年2月, 2018年10月"""
    return _run_words(facts.first, facts.last)


def months_words(months: Sequence[Month]) -> str:
    """2018年1月至3月、2018年5月"""
    runs: list[list[Month]] = []
    for month in months:
        if runs and runs[-1][-1].next() == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return "、".join(_run_words(run[0], run[-1]) for run in runs)


def _run_words(first: Month, last: Month) -> str:
    return first.title if first == last else f"{first.title}至{last.title.removeprefix(f'{first.start.year}年')}"


def title_of(town: str, facts: CountyFacts) -> str:
    return f"{town}{period_words(facts)}联村工作情况汇报"


def county_paper(
    facts: CountyFacts, town: str, unit: str, day: date, *, title: str = "", problems: str = "", plans: str = ""
) -> Paper:
    """`unit` signs it on the `day`. `problems` and `plans` are typed, a paragraph a line."""
    parts: list[tuple[str, list[Block]]] = [
        ("基本情况", _structure(facts)),
        ("工作开展情况", _work(facts)),
        ("考核情况", _scores(facts)),
        ("好的做法", _examples(facts)),
        ("存在的问题", [*_problems(facts), *_typed(problems)]),
        ("下一步打算", _typed(plans)),
    ]
    blocks: list[Block] = []
    for name, own in parts:
        if own:
            place = sum(isinstance(one, Heading) and one.level == 1 for one in blocks)
            blocks += [Heading(f"{NUMERALS[place]}、{name}", 1), *own]
    return Paper(
        title=title or title_of(town, facts),
        blocks=tuple(blocks),
        ending=Ending(unit=unit, day=full_date(day)),
    )


def _linked(facts: CountyFacts) -> Callable[[int, str, str], Span]:
    def figure(value: int, unit: str, of: str) -> Span:
        return span(f"{number(value)}{unit}", facts.urls.get(of, ""))

    return figure


# --- 一 ---------------------------------------------------------------------------------------------
def _structure(facts: CountyFacts) -> list[Block]:
    count, total = _linked(facts), facts.total
    vacant = total("grids") - total("heads")
    told = paragraph(
        f"截至{full_date(facts.until)}，全镇有",
        count(total("villages"), "个村（社区）", "villages"),
        f"，分{len(facts.districts)}个片区。向",
        count(total("teams"), "个村（社区）", "teams"),
        "派驻联村工作组，组员",
        count(total("people"), "人", "people"),
        "；实行村为主自治的",
        count(total("selfgov"), "个", "selfgov"),
        "，联村工作指导员",
        count(total("instructors"), "人", "instructors"),
        "。划分网格",
        count(total("grids"), "个", "grids"),
        "，网格长",
        count(total("heads"), "人", "heads"),
        *(["，", count(vacant, "个网格暂无网格长", "vacant")] if vacant > 0 else []),
        "。有村民小组",
        count(total("groups"), "个", "groups"),
        "，红白喜事理事会等社会组织",
        count(total("organizations"), "个", "organizations"),
        "。",
    )
    columns = (Column("片区", 28), *(Column(name, 16, RIGHT) for _, name in STRUCTURE))

    def cell(value: int, key: str, group: int | None = None) -> Span:
        url = facts.urls.get(key, "")
        return span(number(value), f"{url}?group={group}" if url and group else url)

    rows = tuple(
        row(span(one.name, one.url), *(cell(getattr(one, key), key, one.group) for key, _ in STRUCTURE))
        for one in facts.districts
    )
    sums = row("合计", *(cell(total(key), key) for key, _ in STRUCTURE))
    return [told, Table(columns, rows, caption="联村工作组织情况", total=sums)] if rows else [told]


# --- 二 ---------------------------------------------------------------------------------------------
def _work(facts: CountyFacts) -> list[Block]:
    duty, work, count = facts.duty, facts.work, _linked(facts)
    by_month = duty.months[0].url if len(duty.months) == 1 else ""
    told: list[str | Span] = ["各联村工作组登记驻村", span(f"{number(duty.done)}天", duty.url)]
    if duty.late:
        told += ["，其中补登", span(f"{number(duty.late)}天", duty.late_url)]
    told += ["，缺", span(f"{number(duty.missed)}天", by_month)] if duty.missed else ["，没有缺岗"]
    return [
        Heading("（一）驻村办公", 2),
        paragraph(*told, "。"),
        *([_duty_table(duty)] if len(duty.months) > 1 else []),
        Heading("（二）周报和村里提出的事", 2),
        paragraph(
            "报送周报",
            count(work.reports, "份", "reports"),
            *(["，其中逾期", count(work.late_reports, "份", "late_reports")] if work.late_reports else []),
            "。需镇里解决的事",
            count(work.needs, "件", "needs"),
            "，已解决",
            count(work.needs_done, "件", "needs_done"),
            _rate(work.needs_done, work.needs),
            *(
                ["，已说明暂不能解决", count(work.needs_declined, "件", "needs_declined")]
                if work.needs_declined
                else []
            ),
            *(["，正在办理", count(work.needs_open, "件", "needs_open")] if work.needs_open else []),
            "。",
        ),
        Heading("（三）周例会和议定事项", 2),
        paragraph(
            "召开周例会",
            count(work.meetings, "次", "meetings"),
            "，议定事项",
            count(work.decisions, "项", "decisions"),
            "，已落实",
            count(work.decisions_done, "项", "decisions_done"),
            f"{_rate(work.decisions_done, work.decisions)}。",
        ),
    ]


def _duty_table(duty: DutyTotal) -> Table:
    columns = (
        Column("月份", 48),
        Column("登记（天）", 36, RIGHT),
        Column("补登（天）", 36, RIGHT),
        Column("缺（天）", 36, RIGHT),
    )
    rows = tuple(
        row(one.month.title, *(span(number(value), one.url) for value in (one.done, one.late, one.missed)))
        for one in duty.months
    )
    sums = row("合计", *(number(value) for value in (duty.done, duty.late, duty.missed)))
    return Table(columns, rows, caption="各月驻村情况", total=sums)


def _rate(part: int, whole: int) -> str:
    return f"（{percent(part, whole)}）" if whole else ""


# --- 三 ---------------------------------------------------------------------------------------------
def _scores(facts: CountyFacts) -> list[Block]:
    blocks: list[Block] = []
    if facts.months:
        blocks += [_trend(facts.months), _months_table(facts.months)]
    if facts.district_means:
        told = "，".join(f"{name}{_points(value)}" for name, value in facts.district_means)
        blocks.append(paragraph(f"各片区月均得分：{told}。"))
    blocks += [_year(one) for one in facts.years]
    if facts.categories:
        blocks.append(_categories_table(facts))
    if facts.unsealed:
        blocks.append(paragraph(f"{months_words(facts.unsealed)}的考核没有定稿，未计入。"))
    return blocks


def _points(value: Decimal | None) -> str:
    return "—" if value is None else in_points(value)


def _trend(months: Sequence[MonthLine]) -> Paragraph:
    first, last = months[0], months[-1]
    if len(months) == 1 or first.mean is None or last.mean is None:
        return paragraph(
            f"{last.month.title}参加考核的联村工作组{last.teams}个，平均", span(_points(last.mean), last.url), "。"
        )
    change = last.mean - first.mean
    words = "持平" if not change else f"{'上升' if change > 0 else '下降'}（{change_in_points(change)}）"
    return paragraph(
        f"共有{len(months)}个月的考核已定稿。各组平均得分{first.month.title}为",
        span(_points(first.mean), first.url),
        f"，{last.month.title}为",
        span(_points(last.mean), last.url),
        f"，{words}。",
    )


def _year(one: YearLine) -> Paragraph:
    graded = "，".join(f"{grade}{number(count)}个" for grade, count in one.grades)
    return paragraph(
        f"{one.year}年年考核，参加考核的联村工作组",
        span(f"{number(one.teams)}个", one.url),
        f"，年度得分平均{_points(one.mean)}，镇党委评定{graded}。",
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
            *(span(_bare(value), one.url) for value in (one.mean, one.best, one.worst, one.deducted, one.bonus)),
        )
        for one in months
    )
    return Table(columns, rows, caption="月得分情况（分）")


def _bare(value: Decimal | None) -> str:
    """For columns whose heading names the unit."""
    return _points(value).removesuffix("分")


def _categories_table(facts: CountyFacts) -> Table:
    columns = (Column("类别", 76), Column("扣分合计", 40, RIGHT), Column("加分合计", 40, RIGHT))
    rows = tuple(
        row(one.name, span(_bare(one.deducted), one.url), span(_bare(one.bonus), one.bonus_url))
        for one in facts.categories
    )
    return Table(columns, rows, caption="各类得失分（分）")


# --- 四、五、六 ---------------------------------------------------------------------------------------
def _examples(facts: CountyFacts) -> list[Block]:
    return [
        paragraph(
            f"{place}. {one.village}：",
            span(one.fact.rstrip("。"), one.url),
            f"（{list_date(one.day, facts.until.year)}，加{in_points(one.points)}）。",
        )
        for place, one in enumerate(facts.examples, start=1)
    ]


def _problems(facts: CountyFacts) -> list[Block]:
    return [paragraph(f"{place}. ", *told) for place, told in enumerate(_troubles(facts), start=1)]


def _troubles(facts: CountyFacts) -> Iterator[list[str | Span]]:
    """What the figures themselves show."""
    count, work = _linked(facts), facts.work
    vacant = facts.total("grids") - facts.total("heads")
    if facts.duty.missed:
        yield [f"驻村办公还有缺岗，共缺{number(facts.duty.missed)}天。"]
    if work.needs_open:
        yield ["村里提出的事还有", count(work.needs_open, "件", "needs_open"), "没有办结。"]
    if work.decisions_overdue:
        yield ["议定事项还有", count(work.decisions_overdue, "项", "overdue"), "超过期限没有落实。"]
    if vacant > 0:
        yield ["还有", count(vacant, "个网格", "vacant"), "没有网格长。"]
    worst = sorted((one for one in facts.categories if one.deducted), key=lambda one: -one.deducted)[:MOST_CATEGORIES]
    if worst:
        told: list[str | Span] = []
        for one in worst:
            told += ["、" if told else "", f"{one.name}（", span(in_points(one.deducted), one.url), "）"]
        yield ["扣分较多的是", *told, "。"]


def _typed(text: str) -> list[Block]:
    return [paragraph(line.strip()) for line in text.splitlines() if line.strip()]
