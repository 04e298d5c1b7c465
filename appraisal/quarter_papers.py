"""季讲评通报 and 兑现清单 as papers: the same figures as the pages, in the town's own form.

Pure but for the addresses of its links. No person is named in the review; the list of money has no account
numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse

from appraisal.models import Payout, TeamReview
from appraisal.papers.content import (
    CENTER,
    RIGHT,
    Block,
    Column,
    Ending,
    Heading,
    Masthead,
    Paper,
    Paragraph,
    Signatures,
    Span,
    Table,
    paragraph,
    row,
    span,
)
from appraisal.payouts import QuarterTerms
from appraisal.quarter_facts import SheetRow
from appraisal.ranking import Display
from appraisal.rules.base import ZERO, in_points, marks, rounded
from lianzhen.money_words import money_words
from lianzhen.periods import Quarter
from lianzhen.wording import money_figure, number


# --- 季讲评 -----------------------------------------------------------------------------------------
def review_paper(
    quarter: Quarter,
    decision: str,
    teams: Sequence[TeamReview],
    terms: QuarterTerms,
    grades: Sequence[str],
    display: Display,
    masthead: Masthead,
    ending: Ending,
) -> Paper:
    """What the committee decided (`decision`: when and on what ground), by the town's setting with places or
    without."""
    ordered = sorted(teams, key=lambda one: (one.place, one.position)) if display is Display.PLACE else list(teams)
    blocks: list[Block] = [
        paragraph(f"{quarter.title}联村工作讲评{decision}，现将结果通报如下。"),
        Heading("一、总体情况"),
        _overview(quarter, teams, grades),
        paragraph(f"{terms.review_sentence()}。"),
        Heading("二、讲评结果"),
        _results(quarter, ordered, display),
    ]
    noted = [one for one in ordered if one.note]
    if noted:
        blocks.append(Heading("三、讲评意见"))
        blocks += [
            Paragraph((Span(f"{n}.{one.team_name}：", bold=True), Span(one.note))) for n, one in enumerate(noted, 1)
        ]
    return Paper(
        title=f"{quarter.title}联村工作讲评情况",
        blocks=tuple(blocks),
        masthead=masthead,
        ending=ending,
    )


def _overview(quarter: Quarter, teams: Sequence[TeamReview], grades: Sequence[str]) -> Paragraph:
    """2018年第四季度参加讲评的联村工作组39个，平均得分96.2分。等次为好的12个，较好的20个。"""
    counted = Counter(one.grade for one in teams)
    told = "，".join(f"{grade}的{counted[grade]}个" for grade in grades if counted[grade])
    mean = rounded(sum((one.score for one in teams), ZERO) / len(teams), 1) if teams else ZERO
    return paragraph(
        f"{quarter.title}参加讲评的联村工作组",
        span(f"{number(len(teams))}个", reverse("quarter_approval", args=[quarter.key])),
        f"，季度得分平均{in_points(mean)}。等次为{told}。",
    )


def _results(quarter: Quarter, teams: Sequence[TeamReview], display: Display) -> Table:
    placed = display is Display.PLACE
    columns = [
        Column("名次" if placed else "序号", 12, CENTER),
        Column("片区", 26),
        Column("联村工作组", 34),
        *[Column(f"{month.number}月", 15, RIGHT) for month in quarter.months],
        Column("季度得分", 23, RIGHT),
        Column("等次", 16, CENTER),
    ]
    rows = []
    for n, one in enumerate(teams, start=1):
        totals = {each["month"]: Decimal(each["total"]) for each in one.months}
        material = reverse("quarter_material", args=[quarter.key, one.team_id])
        rows.append(
            row(
                str(one.place if placed else n),
                one.district_name,
                span(one.village_name, material),
                *[
                    span(marks(totals[month.key]), reverse("score_page", args=[month.key, one.team_id]))
                    if month.key in totals
                    else "—"
                    for month in quarter.months
                ],
                span(marks(one.score), material),
                one.grade,
            )
        )
    return Table(tuple(columns), tuple(rows), caption=f"{quarter.title}联村工作讲评结果（分）")


# --- 兑现清单 ---------------------------------------------------------------------------------------
def payout_paper(quarter: Quarter, payout: Payout, rows: Sequence[SheetRow], unit: str, day: str) -> Paper:
    """On A4 lying, to be signed line by line."""
    address = (
        reverse("quarter_payout", args=[quarter.key])
        if payout.number == 1
        else reverse("quarter_payout_of", args=[quarter.key, payout.number])
    )
    columns = (
        Column("序号", 11, CENTER),
        Column("联村工作组", 26),
        Column("姓名或单位", 36),
        Column("职务", 24),
        Column("等次", 12, CENTER),
        Column("计算", 58),
        Column("应兑现（元）", 32, RIGHT),
        Column("签名", 26),
    )
    lines = tuple(
        row(
            str(one.number),
            one.village,
            one.name,
            one.role,
            one.grade,
            _calculation(one),
            span(money_figure(one.amount), address),
            "",
        )
        for one in rows
    )
    total = row("合计", "", "", "", "", "", span(money_figure(payout.total), address), "")
    blocks: list[Block] = [
        paragraph(f"兑现标准：{payout.formula}。"),
        *([paragraph(f"补充原因：{payout.reason}")] if payout.reason else []),
        *([paragraph(f"审定依据：{ground}")] if (ground := _ground(payout)) else []),
        Table(columns, lines, total=total),
        paragraph(f"合计（大写）：{money_words(payout.total)}"),
        Signatures(("制表", "审核", "审批")),
        paragraph(f"{unit}　{day}", indent=False, align=RIGHT),
    ]
    return Paper(title=f"{quarter.title}联村工作{payout.title}", blocks=tuple(blocks), across=True)


def _ground(payout: Payout) -> str:
    """What the committee decided on; of a further list what it said."""
    return payout.review.basis if payout.number == 1 else payout.decision_note


def _calculation(one: SheetRow) -> str:
    return f"{one.formula}（{one.note}）" if one.before else one.formula
