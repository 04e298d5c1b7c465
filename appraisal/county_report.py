"""汇报材料: what the town reports to the county of any run of days, as a paper. Pure.

Structure, work done, scores with their trend, good practice, problems. What nobody can count (plans, causes) is
typed and joins what was counted. The part about scores is `county_report_scores`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from appraisal.county_report_scores import scores, worst_categories
from appraisal.county_terms import CountyFacts, DutyTotal
from appraisal.papers.content import (
    RIGHT,
    Block,
    Column,
    Ending,
    Heading,
    Paper,
    Span,
    Table,
    paragraph,
    row,
    span,
)
from appraisal.report_period import ReportPeriod
from appraisal.rules.base import in_points
from lianzhen.wording import bare, full_date, list_date, number, percent

NUMERALS = "一二三四五六七八九十"
#: A table by month says nothing more of a time that is not longer than one.
LONGEST_MONTH = 31

STRUCTURE = (
    ("villages", "村、\n社区"),
    ("teams", "联村\n工作组"),
    ("people", "工作组\n人员"),
    ("selfgov", "自治村"),
    ("instructors", "指导员\n（人）"),
    ("grids", "网格"),
    ("heads", "网格长\n（人）"),
    ("organizations", "社会\n组织"),
)


def title_of(town: str, period: ReportPeriod) -> str:
    return f"{town}{period.words}联村工作情况汇报"


def county_paper(
    facts: CountyFacts, town: str, unit: str, day: date, *, title: str = "", problems: str = "", plans: str = ""
) -> Paper:
    """`unit` signs it on the `day`. `problems` and `plans` are typed, a paragraph a line."""
    parts: list[tuple[str, list[Block]]] = [
        ("基本情况", _structure(facts, day)),
        ("工作开展情况", _work(facts)),
        ("考核情况", scores(facts)),
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
        title=title or title_of(town, facts.period),
        blocks=tuple(blocks),
        ending=Ending(unit=unit, day=full_date(day)),
    )


def _linked(facts: CountyFacts) -> Callable[[int, str, str], Span]:
    def figure(value: int, unit: str, of: str) -> Span:
        return span(f"{number(value)}{unit}", facts.urls.get(of, ""))

    return figure


# --- 一 ---------------------------------------------------------------------------------------------
def _structure(facts: CountyFacts, day: date) -> list[Block]:
    count, total, last = _linked(facts), facts.total, facts.period.end
    vacant = total("grids") - total("heads")
    told = paragraph(
        f"截至{full_date(last)}，全镇有",
        count(total("villages"), "个村（社区）", "villages"),
        f"，分{len(facts.districts)}个片区。向",
        count(total("teams"), "个村（社区）", "teams"),
        "派驻联村工作组，工作组人员",
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
    rows = tuple(
        row(
            span(one.name, one.url),
            *(span(number(getattr(one, key)), one.urls.get(key, "")) for key, _ in STRUCTURE),
        )
        for one in facts.districts
    )
    sums = row("合计", *(span(number(total(key)), facts.urls.get(key, "")) for key, _ in STRUCTURE))
    table = Table(columns, rows, caption="联村工作组织情况", total=sums, note=_undated(facts) if last < day else "")
    return [told, table] if rows else [told]


def _undated(facts: CountyFacts) -> str:
    found = "、".join(f"{name}{number(count)}个" for name, count in facts.uncertain.items())
    last = full_date(facts.period.end)
    return f"{found}是{last}以后登记的，没有填设立日期，按以前就有计在内。" if found else ""


# --- 二 ---------------------------------------------------------------------------------------------
def _work(facts: CountyFacts) -> list[Block]:
    duty, work, count = facts.duty, facts.work, _linked(facts)
    told: list[str | Span] = ["各联村工作组登记驻村", span(f"{number(duty.done)}天", duty.url)]
    if duty.late:
        told += ["，其中补登", span(f"{number(duty.late)}天", duty.url)]
    told += ["，缺", span(f"{number(duty.missed)}{duty.unit}", duty.url)] if duty.missed else ["，没有缺岗"]
    by_month = len(duty.parts) > 1 and len(facts.period) > LONGEST_MONTH
    return [
        Heading("（一）驻村办公", 2),
        paragraph(*told, "。"),
        *([_duty_table(duty)] if by_month else []),
        Heading("（二）周报和村里提出的事", 2),
        paragraph(
            *_reports(facts),
            "需镇里解决的事",
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


def _reports(facts: CountyFacts) -> list[str | Span]:
    """A weekly report belongs to the Monday of its week: said where the days cut a week."""
    period, work, count = facts.period, facts.work, _linked(facts)
    if not period.has_monday:
        return ["周报按所属周的周一计入，这段时间没有周一，不计周报。"]
    told: list[str | Span] = ["报送周报", count(work.reports, "份", "reports")]
    if work.late_reports:
        told += ["，其中逾期", count(work.late_reports, "份", "late_reports")]
    plain = period.is_whole_months or period.is_whole_weeks
    return [*told, "。" if plain else "（按所属周的周一计入）。"]


def _duty_table(duty: DutyTotal) -> Table:
    columns = (
        Column("月份", 57),
        Column("登记（天）", 33, RIGHT),
        Column("补登（天）", 33, RIGHT),
        Column(f"缺（{duty.unit}）", 33, RIGHT),
    )
    rows = tuple(
        row(one.period.words, *(span(number(value), one.url) for value in (one.done, one.late, one.missed)))
        for one in duty.parts
    )
    sums = row("合计", *(span(number(value), duty.url) for value in (duty.done, duty.late, duty.missed)))
    return Table(columns, rows, caption="各月驻村情况", total=sums)


def _rate(part: int, whole: int) -> str:
    return f"（{percent(part, whole)}）" if whole else ""


# --- 四、五、六 ---------------------------------------------------------------------------------------
def _examples(facts: CountyFacts) -> list[Block]:
    return [
        paragraph(
            f"{place}. {one.village}：",
            span(bare(one.fact), one.url),
            f"（{list_date(one.day, facts.period.end.year)}，加{in_points(one.points)}）。",
        )
        for place, one in enumerate(facts.examples, start=1)
    ]


def _problems(facts: CountyFacts) -> list[Block]:
    return [paragraph(f"{place}. ", *told) for place, told in enumerate(_troubles(facts), start=1)]


def _troubles(facts: CountyFacts) -> Iterator[list[str | Span]]:
    """What the figures themselves show."""
    count, work, duty = _linked(facts), facts.work, facts.duty
    vacant = facts.total("grids") - facts.total("heads")
    if duty.missed:
        yield ["驻村办公还有缺岗，共缺", span(f"{number(duty.missed)}{duty.unit}", duty.url), "。"]
    if work.needs_open:
        yield ["村里提出的事还有", count(work.needs_open, "件", "needs_open"), "没有办结。"]
    if work.decisions_overdue:
        yield ["议定事项还有", count(work.decisions_overdue, "项", "overdue"), "超过期限没有落实。"]
    if vacant > 0:
        yield ["还有", count(vacant, "个网格", "vacant"), "没有网格长。"]
    if worst := worst_categories(facts):
        counted = "计入" if facts.categories else "共"
        told: list[str | Span] = []
        for one in worst:
            items, points = (
                span(f"{number(one.deductions)}项", one.url),
                span(counted + in_points(one.deducted), one.url),
            )
            told += ["、" if told else "", f"{one.name}（", items, "，", points, "）"]
        yield ["扣分较多的是", *told, "。"]


def _typed(text: str) -> list[Block]:
    return [paragraph(line.strip()) for line in text.splitlines() if line.strip()]
