"""The yearly sheet of a self-governed village as a paper: the form to sign, and the notice of its result."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Q

from appraisal.models import SelfGovYear
from appraisal.papers.content import (
    RIGHT,
    Block,
    Column,
    Ending,
    Heading,
    Paper,
    Signatures,
    Table,
    paragraph,
    row,
    span,
)
from lianzhen.money_words import money_words
from lianzhen.periods import Year
from lianzhen.wording import bare, full_date, money, money_figure, term
from villages.actions.work_budgets import page_of
from villages.models import Posting, SelfGovernance, WorkBudget
from villages.models.terms import Term

COLUMNS = (Column("使用日期", 42), Column("用途", 74), Column("金额（元）", 40, RIGHT))


def sheet_paper(sheet: SelfGovYear) -> Paper:
    """自治村年度考核表: since when the village governs itself and who guided it, what each wrote, the budget and its
    use. Three queries."""
    said = [("村里自评：全年工作", sheet.work), ("存在问题", sheet.problems), ("下年打算", sheet.plans)]
    blocks: list[Block] = [Heading("一、基本情况", 1), *map(paragraph, standing_words(sheet))]
    for title, text in [*said, ("指导员意见", sheet.opinion), ("联村工作办核查", sheet.check_note)]:
        blocks += [_heading(blocks, title), *_paragraphs(text)]
        if title == "下年打算":
            blocks += [_heading(blocks, "工作经费和使用"), *_spending(sheet)]
    blocks += [_heading(blocks, "镇党委评定"), paragraph(grade_words(sheet) or "（待评定）")]
    blocks.append(Signatures(("村支部书记", "联村工作指导员", "联村工作办", "镇党委")))
    return Paper(title=f"{sheet.village}{sheet.year}年度村为主自治考核表", blocks=tuple(blocks))


def standing_words(sheet: SelfGovYear) -> list[str]:
    """Since when the village governs itself, until when, and who guided it from when to when in that year, as the
    register has it. What came after the year is of no account. Two queries."""
    days = Year(sheet.year)
    terms = SelfGovernance.objects.filter(_touching(days), village=sheet.village_id).order_by("starts_on")
    guides = Posting.objects.filter(_touching(days), village=sheet.village_id).select_related("person")
    told = [f"{_within(one, days)}实行村为主自治。" for one in terms]
    names = [f"{one.person}（{_within(one, days)}）" for one in guides.order_by("starts_on", "pk")]
    return [*told, f"联村工作指导员：{'、'.join(names) or '暂无'}。"]


def _touching(days: Year) -> Q:
    return Q(starts_on__lte=days.end) & (Q(ends_on=None) | Q(ends_on__gte=days.start))


def _within(one: Term, days: Year) -> str:
    """2026年4月1日起; 2026年4月1日—2026年7月31日 where it ended in the year."""
    if one.ends_on is None or one.ends_on > days.end:
        return f"{full_date(one.starts_on)}起"
    return term(one.starts_on, one.ends_on)


def notice_paper(sheet: SelfGovYear, unit: str, day: str) -> Paper:
    """结果通知 to the village."""
    blocks: list[Block] = [
        paragraph(f"{sheet.village}：", indent=False),
        paragraph(
            f"按照村为主自治一年一考核的规定，镇党委对{sheet.village}{sheet.year}年度村为主自治工作进行了考核。",
            grade_words(sheet),
        ),
        *_spending(sheet),
        paragraph("对考核结果有异议的，可向联村工作办书面提出。"),
    ]
    title = f"关于{sheet.village}{sheet.year}年度村为主自治考核结果的通知"
    return Paper(title=title, blocks=tuple(blocks), ending=Ending(unit=unit, day=day))


def grade_words(sheet: SelfGovYear) -> str:
    """2026年1月15日研究，评定为优秀。依据：…"""
    if not sheet.grade:
        return ""
    note = f"，{bare(sheet.grade_note)}" if sheet.grade_note else ""
    words = f"{full_date(sheet.decided_on)}研究，评定为{sheet.get_grade_display()}{note}。"
    return f"{words}依据：{sheet.basis}。"


def spending_of(budget: WorkBudget | None) -> list[list[str]]:
    """Day, purpose and amount (元) of each use that stands, to be frozen. One query."""
    if budget is None:
        return []
    uses = budget.uses.standing().order_by("spent_on", "pk")
    return [[use.spent_on.isoformat(), use.purpose, str(use.amount)] for use in uses]


def _spending(sheet: SelfGovYear) -> list[Block]:
    if sheet.state == SelfGovYear.State.DRAFT:
        return [paragraph("报送时按经费登记填入。")]
    if sheet.granted is None:
        return [paragraph(f"{sheet.year}年没有下达工作经费。")]
    budget = WorkBudget.objects.standing().filter(village=sheet.village_id, year=sheet.year).first()
    href = page_of(budget) if budget is not None else ""
    left = sheet.granted - sheet.used
    words = paragraph(
        f"{sheet.year}年下达工作经费",
        span(money(sheet.granted), href),
        f"（{money_words(sheet.granted)}），已用",
        span(money(sheet.used), href),
        f"（{money_words(sheet.used)}），余额{money(left)}。",
    )
    if not sheet.spending:
        return [words]
    rows = tuple(
        row(full_date(date.fromisoformat(day)), purpose, span(money_figure(Decimal(amount)), href))
        for day, purpose, amount in sheet.spending
    )
    total = row("合计", "", span(money_figure(sheet.used), href))
    return [words, Table(COLUMNS, rows, caption="经费使用情况", total=total)]


def _paragraphs(text: str) -> list[Block]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [paragraph(line) for line in lines] or [paragraph("（未填写）")]


def _heading(blocks: list[Block], text: str) -> Heading:
    place = sum(isinstance(block, Heading) for block in blocks)
    return Heading(f"{'一二三四五六七八'[place]}、{text}", 1)
