"""季讲评 and 兑现清单: read here; reviewed, decided and listed on the staff pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse

from appraisal.models import Payout, PayoutRow, QuarterlyReview, TeamReview
from appraisal.rules.base import in_points
from lianzhen.trail.admin import StateFilter
from lianzhen.wording import money
from villages.admin.register import RegisterAdmin


class DecidedFilter(StateFilter):
    words = ("已审定", "未审定")

    def holds(self) -> Q:
        return Q(state__in=QuarterlyReview.DECIDED)


class ReviewedFilter(StateFilter):
    words = ("已讲评", "待讲评")

    def holds(self) -> Q:
        return Q(reviewed_at__isnull=False)


@admin.register(QuarterlyReview)
class QuarterlyReviewAdmin(RegisterAdmin):
    shown = (
        "quarter_shown",
        "scheme",
        "state",
        "opened_at",
        "opened_by",
        "handed_at",
        "handed_by",
        "approved_at",
        "approved_by",
        "basis",
        "paid_at",
        "paid_by",
        "last_change",
    )
    staff_list = "quarter_list"
    staff_text = "在季讲评页面办理"
    list_display = ("quarter_shown", "state", "scheme", "handed_by", "approved_at", "approved_by")
    list_filter = (DecidedFilter, "state")
    list_select_related = ("scheme", "handed_by", "approved_by")
    date_hierarchy = "quarter"
    search_fields = ("scheme__title", "basis")
    search_help_text = "可输入考核方案名称或依据"
    ordering = ("-quarter",)

    def _staff_url(self, obj: Any | None) -> str:
        return super()._staff_url(obj) if obj is None else reverse("quarter", args=[obj.period.key])

    @admin.display(description="季度", ordering="quarter")
    def quarter_shown(self, row: QuarterlyReview) -> str:
        return row.period.title


@admin.register(TeamReview)
class TeamReviewAdmin(RegisterAdmin):
    shown = (
        "review",
        "village",
        "team",
        "district_name",
        "leader_name",
        "score_shown",
        "place_shown",
        "proposed",
        "proposed_why",
        "grade",
        "reason",
        "note",
        "reviewed_at",
        "reviewed_by",
        "last_change",
    )
    staff_list = "quarter_list"
    staff_text = "在季讲评页面办理"
    list_display = ("village_name", "review", "score_shown", "place_shown", "proposed", "grade", "reviewed_by")
    list_filter = (ReviewedFilter, "grade")
    list_select_related = ("review", "reviewed_by")
    search_fields = ("village_name", "note", "reason")
    search_help_text = "可输入村名、讲评意见或理由"
    ordering = ("-review__quarter", "position")

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None:
            return super()._staff_url(obj)
        return reverse("quarter_material", args=[obj.review.period.key, obj.team_id])

    @admin.display(description="季度得分", ordering="score")
    def score_shown(self, row: TeamReview) -> str:
        return in_points(row.score)

    @admin.display(description="名次", ordering="place")
    def place_shown(self, row: TeamReview) -> str:
        return row.place_text


@admin.register(Payout)
class PayoutAdmin(RegisterAdmin):
    shown = (
        "review",
        "title_shown",
        "state",
        "formula",
        "people",
        "total_shown",
        "reason",
        "created_at",
        "created_by",
        "approved_at",
        "approved_by",
        "decision_note",
        "last_change",
    )
    staff_list = "quarter_list"
    staff_text = "在季兑现清单页面办理"
    list_display = ("review", "title_shown", "state", "people", "total_shown", "created_by", "approved_by")
    list_filter = ("state",)
    list_select_related = ("review", "created_by", "approved_by")
    date_hierarchy = "created_at"
    search_fields = ("reason", "decision_note")
    search_help_text = "可输入补充原因或审定意见"
    ordering = ("-review__quarter", "number")

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None:
            return super()._staff_url(obj)
        return reverse("quarter_payout_of", args=[obj.review.period.key, obj.number])

    @admin.display(description="清单", ordering="number")
    def title_shown(self, row: Payout) -> str:
        return row.title

    @admin.display(description="合计", ordering="total")
    def total_shown(self, row: Payout) -> str:
        return money(row.total)


@admin.register(PayoutRow)
class PayoutRowAdmin(RegisterAdmin):
    shown = (
        "payout",
        "position",
        "team",
        "person",
        "team_name",
        "payee_name",
        "role_name",
        "score",
        "grade",
        "days_served",
        "days_of_quarter",
        "due",
        "before",
        "amount",
        "formula",
        "note",
    )
    staff_list = "quarter_list"
    staff_text = "在季兑现清单页面查看"
    list_display = ("payout", "team_name", "payee_name", "role_name", "grade", "days_served", "amount")
    list_filter = ("grade", "role_name")
    list_select_related = ("payout__review",)
    search_fields = ("payee_name", "team_name")
    search_help_text = "可输入姓名或村名"
    ordering = ("-payout__review__quarter", "payout__number", "position")

    def _staff_url(self, obj: Any | None) -> str:
        if obj is None:
            return super()._staff_url(obj)
        return reverse("quarter_payout_of", args=[obj.payout.review.period.key, obj.payout.number])
