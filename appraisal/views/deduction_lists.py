"""扣分、加分 as lists: filtered, sorted, summed, printed, exported."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.entries import deadline_words
from appraisal.actions.entry_notices import place_of
from appraisal.entry_page import signed, state_of
from appraisal.filters_entries import BonusFilter, DeductionFilter
from appraisal.models import ScoreEntry
from appraisal.permissions_entries import claim_bonuses, record_deductions, see_entries
from appraisal.rules.base import change_in_points
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to, tag
from lianzhen.wording import number


def _rows(request: HttpRequest, kind: str) -> QuerySet[ScoreEntry]:
    rows = ScoreEntry.objects.visible_to(request.user).filter(kind=kind)
    return rows.select_related("village__group", "team__village", "clause__category", "recorded_by")


def columns(kind: str) -> tuple[Column, ...]:
    bonus = kind == ScoreEntry.Kind.BONUS
    page = "bonus" if bonus else "deduction"
    sign = 1 if bonus else -1
    today = timezone.localdate()
    made = [
        Column("day", "认定日期" if bonus else "日期", lambda e: e.occurred_on, sort=["occurred_on"], kind="date"),
        Column(
            "place",
            "工作组",
            place_of,
            sort=["village__pinyin"],
            show=lambda e: link_to(page, e.pk, place_of(e)),
            head=True,
        ),
        Column(
            "district",
            "片区",
            lambda e: e.village.group.district_name if e.village.group else "",
            sort=["village__group__position"],
            secondary=True,
        ),
        Column(
            "category",
            "类别",
            lambda e: e.clause.category.name,
            sort=["clause__category__position", "clause__position"],
            secondary=True,
        ),
        Column("clause", "条款", lambda e: e.clause_number, sort=["clause_number"]),
        Column("fact", "事实", lambda e: e.fact),
        Column(
            "points",
            "分值（分）",
            lambda e: (
                sign * e.effective_points if e.state in (*ScoreEntry.COUNTING, *ScoreEntry.PENDING) else 0 * e.points
            ),
            show=signed,
            sort=["points"],
            kind="number",
            total=True,
            sum_text=change_in_points,
        ),
        Column("state", "状态", lambda e: e.get_state_display(), show=lambda e: tag(*state_of(e)), sort=["state"]),
        Column(
            "recorder",
            "申报人" if bonus else "登记人",
            lambda e: e.recorded_by.name if e.recorded_by else "系统",
            sort=["recorded_by__pinyin"],
            secondary=True,
        ),
        Column("number", "编号", lambda e: e.number, kind="code", sort=["number"], secondary=True),
    ]
    if not bonus:
        made.insert(
            8,
            Column("until", "申诉截止", lambda e: deadline_words(e, today), sort=["appeal_until"], secondary=True),
        )
    return tuple(made)


@guarded(see_entries, methods=LIST_METHODS)
def deduction_list(request: HttpRequest) -> HttpResponse:
    records = bool(record_deductions(request.user))
    page = ListPage(
        request,
        _rows(request, ScoreEntry.Kind.DEDUCTION),
        columns(ScoreEntry.Kind.DEDUCTION),
        title="扣分",
        order=["-occurred_on", "-pk"],
        filterset=DeductionFilter,
        count=lambda n: f"共{number(n)}条",
        empty_text="还没有扣分。登记后，工作组会收到通知，可以在期限内申诉。",
        empty_action=("登记扣分", reverse("deduction_add")) if records else None,
        context={
            "table_css": "cards",
            "add_url": reverse("deduction_add"),
            "add_text": "登记扣分",
            "may_add": records,
            "extra_actions": [("督查批量登记", reverse("deduction_batch"))] if records else [],
        },
    )
    return page.respond()


@guarded(see_entries, methods=LIST_METHODS)
def bonus_list(request: HttpRequest) -> HttpResponse:
    claims = bool(claim_bonuses(request.user))
    page = ListPage(
        request,
        _rows(request, ScoreEntry.Kind.BONUS),
        columns(ScoreEntry.Kind.BONUS),
        title="加分",
        order=["-occurred_on", "-pk"],
        filterset=BonusFilter,
        count=lambda n: f"共{number(n)}条",
        empty_text="还没有加分申报。组长申报后，由片区出意见、联村工作办核实、主任同意。",
        empty_action=("申报加分", reverse("bonus_add")) if claims else None,
        context={"table_css": "cards", "add_url": reverse("bonus_add"), "add_text": "申报加分", "may_add": claims},
    )
    return page.respond()
