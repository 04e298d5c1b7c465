"""年考核结果通报 and 年度考核表 as papers: the notice of what the committee decided, and the form that is signed.

Pure but for the addresses of its links. A place to sign stays empty; the date beside it is that of the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.papers.content import (
    CENTER,
    RIGHT,
    Block,
    Box,
    Column,
    Ending,
    Form,
    FormRow,
    Heading,
    Masthead,
    Paper,
    Paragraph,
    Table,
    box,
    label,
    paragraph,
    row,
    span,
)
from appraisal.ranking import Display
from appraisal.rules.base import in_points, marks
from appraisal.year_compare import District, by_district, of_grades
from lianzhen.periods import Quarter
from lianzhen.wording import UNKNOWN, bare, full_date, number

QUARTERS = ("一", "二", "三", "四")
#: What is written beside a place to sign until the step has been taken.
DAY_TO_COME = "　　　年　　月　　日"
#: The grid of the form in mm: what a box is called, then the twelve months.
LABEL, MONTH = 24, 11
#: Characters of a text that may go on over the page: ten lines of the form.
LONG = 300


# --- 结果通报 ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SelfGoverned:
    """A village that governs itself, graded on a sheet of its own."""

    village: str
    grade: str
    url: str = ""


@dataclass(frozen=True)
class Notice:
    """What the notice tells besides the teams: `grades` from the best, the rule in words, the quota in words, who
    takes no part and why, the villages that govern themselves and were graded, how many were not yet."""

    grades: Sequence[str]
    rule: str
    quota: str = ""
    out: Sequence[tuple[str, str]] = ()
    self_governed: Sequence[SelfGoverned] = ()
    not_graded: int = 0


def result_paper(
    assessment: AnnualAssessment,
    rows: Sequence[AnnualGrade],
    notice: Notice,
    display: Display,
    masthead: Masthead,
    ending: Ending,
) -> Paper:
    """Each team with its grade, by the town's setting with places or without. No person is named."""
    year = assessment.year
    placed = display is Display.PLACE
    ordered = sorted(rows, key=lambda one: (one.place or len(rows) + 1, one.position)) if placed else list(rows)
    parts: list[tuple[str, list[Block]]] = [
        ("总体情况", _overview(assessment, rows, notice)),
        ("考核结果", [_results(year, ordered, placed)]),
        ("各片区情况", [_districts(year, rows, notice.grades)]),
        ("村为主自治的村", _self_governed(notice.self_governed, notice.not_graded)),
    ]
    blocks: list[Block] = [_opening(assessment)]
    for name, own in parts:
        if own:
            blocks += [Heading(f"{QUARTERS[sum(isinstance(one, Heading) for one in blocks)]}、{name}"), *own]
    blocks.append(paragraph("对考核结果有异议的，可向联村工作办书面提出。"))
    return Paper(f"{year}年联村工作年考核结果通报", tuple(blocks), masthead, ending)


def _opening(assessment: AnnualAssessment) -> Paragraph:
    decided = f"{full_date(assessment.decided_on)}镇党委研究"
    return paragraph(f"{assessment.year}年联村工作年考核，经{decided}，依据{assessment.basis}，现将结果通报如下。")


def _overview(assessment: AnnualAssessment, rows: Sequence[AnnualGrade], notice: Notice) -> list[Block]:
    """参加考核的联村工作组39个，年度得分平均96.2分。评为优秀11个，合格27个。"""
    total = by_district(of_grades(rows))[-1]
    counted = total.counted(notice.grades)
    said = [
        paragraph(
            "参加考核的联村工作组",
            span(f"{number(total.teams)}个", reverse("year", args=[assessment.year])),
            f"，年度得分平均{in_points(total.mean)}。",
            f"评为{'，'.join(f'{grade}{number(count)}个' for grade, count in counted)}。" if counted else "",
        ),
        paragraph(f"{bare(notice.rule)}。"),
    ]
    if notice.quota:
        said.append(paragraph(f"{bare(notice.quota)}。"))
    if assessment.over_quota_reason:
        said.append(paragraph(f"超出比例的理由：{bare(assessment.over_quota_reason)}。"))
    if notice.out:
        told = "；".join(f"{team}（{bare(reason)}）" for team, reason in notice.out)
        said.append(paragraph(f"不参加考核的{number(len(notice.out))}个：{told}。"))
    return list(said)


def _results(year: int, rows: Sequence[AnnualGrade], placed: bool) -> Table:
    columns = (
        Column("名次" if placed else "序号", 13, CENTER),
        Column("片区", 24),
        Column("联村工作组", 33),
        *(Column(f"{name}季", 13, CENTER) for name in QUARTERS),
        Column("年度\n得分", 17, RIGHT),
        Column("等次", 17, CENTER),
    )
    lines = []
    for n, one in enumerate(rows, start=1):
        quarters = {each["quarter"]: each["grade"] for each in one.quarters}
        address = reverse("year_form", args=[year, one.summary_id])
        lines.append(
            row(
                (UNKNOWN if one.place is None else str(one.place)) if placed else str(n),
                one.summary.district_name,
                span(one.summary.village_name, address),
                *(quarters.get(Quarter(year, each).key, UNKNOWN) for each in (1, 2, 3, 4)),
                span(marks(one.score), address),
                one.grade,
            )
        )
    return Table(columns, tuple(lines), caption=f"{year}年联村工作年考核结果（分）")


def _districts(year: int, rows: Sequence[AnnualGrade], grades: Sequence[str]) -> Table:
    *districts, total = by_district(of_grades(rows))
    shown = [grade for grade in grades if any(one.count(grade) for one in districts)]
    width = max(12, min(20, 90 // max(1, len(shown))))
    columns = (
        Column("片区", 156 - 40 - width * len(shown)),
        Column("工作组", 18, RIGHT),
        Column("平均得分", 22, RIGHT),
        *(Column(grade, width, RIGHT) for grade in shown),
    )

    def line(one: District) -> tuple:
        return row(one.name, number(one.teams), marks(one.mean), *(number(one.count(grade)) for grade in shown))

    return Table(
        columns, tuple(line(one) for one in districts), caption=f"{year}年各片区考核情况（个、分）", total=line(total)
    )


def _self_governed(villages: Sequence[SelfGoverned], waiting: int) -> list[Block]:
    """All of them are counted, also those that the committee has not graded yet."""
    if not villages and not waiting:
        return []
    opening = f"实行村为主自治的{number(len(villages) + waiting)}个村一年考核一次，"
    if not villages:
        return [paragraph(f"{opening}评定后另行通报。")]
    told: list = []
    for one in villages:
        told += ["；" if told else "", span(f"{one.village}{one.grade}", one.url)]
    graded = f"已评定{number(len(villages))}个：" if waiting else "已评定："
    return [paragraph(f"{opening}{graded}", *told, "；其余评定后另行通报。" if waiting else "。")]


# --- 年度考核表 -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Figures:
    """What the months say of one team. `months`: number of the month → score of the team and of its village (分).
    `score` and what follows are empty until the year was handed to the committee."""

    months: dict[int, tuple[Decimal, Decimal | None]]
    quarters: Sequence[tuple[Quarter, str]] = ()
    score: Decimal | None = None
    village_score: Decimal | None = None
    place: str = ""
    linkage: str = ""


def figures_from(row: AnnualGrade) -> Figures:
    """As they were frozen."""
    months = {
        int(one["month"][-2:]): (Decimal(one["total"]), Decimal(one["village"]) if one.get("village") else None)
        for one in row.months
    }
    quarters = [(Quarter.parse(one["quarter"]), one["grade"]) for one in row.quarters]
    place = "" if row.place is None else row.place_text
    return Figures(months, quarters, row.score, row.village_score, place, row.linkage)


def form_title(summary: AnnualSummary, year: int) -> str:
    return f"{summary.team_name}{year}年度考核表"


def form_paper(
    summary: AnnualSummary,
    assessment: AnnualAssessment,
    members: Sequence[str],
    figures: Figures,
    display: Display,
    grade: str = "",
) -> Paper:
    """`grade` as the committee decided it; empty before."""
    rows = [
        FormRow((label("组员"), box("、".join(members) or UNKNOWN, across=12))),
        *_months(figures),
        *_year(figures, display),
        *_report(summary),
        _opinion(summary),
        _check(summary),
        _decision(assessment, grade),
    ]
    if summary.on_behalf:
        rows.append(FormRow((label("备注"), box("自评由联村办代录。", across=12))))
    title = form_title(summary, assessment.year)
    return Paper(title, (Form(title, (LABEL, *[MONTH] * 12), _head(summary), tuple(rows)),))


def _head(summary: AnnualSummary) -> FormRow:
    return FormRow(
        (
            label("村（社区）"),
            box(summary.village_name, across=3, align=CENTER),
            label("片区", 2),
            box(summary.district_name or UNKNOWN, across=3, align=CENTER),
            label("组长", 2),
            box(summary.leader_name or UNKNOWN, across=2, align=CENTER),
        )
    )


def _months(figures: Figures) -> list[FormRow]:
    of_team = [marks(figures.months[n][0]) if n in figures.months else UNKNOWN for n in range(1, 13)]
    of_village = [marks(figures.months[n][1]) if n in figures.months else UNKNOWN for n in range(1, 13)]
    return [
        FormRow((label("月份"), *(label(f"{n}月", small=True) for n in range(1, 13)))),
        FormRow((label("工作组得分", small=True), *_figures(of_team))),
        FormRow((label("村得分", small=True), *_figures(of_village))),
    ]


def _figures(values: Sequence[str]) -> list[Box]:
    return [box(value, align=CENTER, small=True) for value in values]


def _year(figures: Figures, display: Display) -> list[FormRow]:
    """Year's scores, grades of the quarters, how team and village hang together."""
    scores = [
        label("年度得分"),
        box(in_points(figures.score), across=3, align=CENTER),
        label("村年度得分", 3),
        box(in_points(figures.village_score), across=2 if display is Display.PLACE else 6, align=CENTER),
    ]
    if display is Display.PLACE:
        scores += [label("名次", 2), box(figures.place or UNKNOWN, across=2, align=CENTER)]
    said = "，".join(f"第{QUARTERS[quarter.number - 1]}季度{grade}" for quarter, grade in figures.quarters)
    rows = [FormRow(tuple(scores)), FormRow((label("各季等次"), box(said or UNKNOWN, across=12)))]
    if figures.linkage:
        rows.append(FormRow((label("与村挂钩"), box(figures.linkage, across=12))))
    return rows


def _report(summary: AnnualSummary) -> list[FormRow]:
    parts = (
        ("主要工作", summary.work),
        ("亮点", summary.highlights),
        ("问题", summary.problems),
        ("下年打算", summary.plans),
    )
    signed = (_signed("组长（签名）", summary.submitted_at),)
    return [_text(f"自评：\n{name}", text, *(signed if name == "下年打算" else ())) for name, text in parts]


def _text(name: str, text: str, *signed: Paragraph) -> FormRow:
    """A short text stays in one piece with the place to sign."""
    lines = [paragraph(line.strip()) for line in text.splitlines() if line.strip()]
    boxes = (label(name), box(*(lines or [paragraph("")]), *signed, across=12))
    return FormRow(boxes, cut=len(text) > LONG, tall=bool(signed))


def _opinion(summary: AnnualSummary) -> FormRow:
    suggested = f"\n建议等次：{summary.opinion_grade}。" if summary.opinion_grade else ""
    return _text("片区意见", f"{summary.opinion}{suggested}", _signed("片区联络组（签名）", summary.opinion_at))


def _check(summary: AnnualSummary) -> FormRow:
    return _text("联村办\n核查", summary.check_note, _signed("联村工作办（盖章）", summary.checked_at))


def _decision(assessment: AnnualAssessment, grade: str) -> FormRow:
    said = f"评定为{grade}。\n依据：{assessment.basis}。" if grade else ""
    return _text("党委评定\n等次", said, _signed("镇党委（盖章）", assessment.decided_on if grade else None))


def _signed(who: str, when: date | datetime | None) -> Paragraph:
    """Whoever signs does so by hand."""
    day = timezone.localdate(when) if isinstance(when, datetime) else when
    return paragraph(f"{who}：　　　　　　　{full_date(day) if day else DAY_TO_COME}　", indent=False, align=RIGHT)
