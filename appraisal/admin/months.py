"""月考核, what its lock froze, and 更正单: read here; closed and signed on the staff pages, where each step is an
act with its reason."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q
from django.urls import reverse

from appraisal.models import AppraisalMonth, Correction, MonthlyScore, SubsidyRow
from appraisal.rules.base import change_in_points, in_points
from lianzhen.trail.admin import StateFilter
from lianzhen.wording import money_figure
from villages.admin.register import RegisterAdmin

VILLAGE_SEARCH = ("village_name", "^village__pinyin", "^village__initials", "leader_name")


class SealedFilter(StateFilter):
    words = ("已定稿", "未定稿")

    def holds(self) -> Q:
        return Q(state__in=AppraisalMonth.SEALED)


class AskedFilter(StateFilter):
    words = ("待签", "已签")

    def holds(self) -> Q:
        return Q(state=Correction.State.ASKED)


@admin.register(AppraisalMonth)
class AppraisalMonthAdmin(RegisterAdmin):
    shown = (
        "month_shown",
        "scheme",
        "state",
        "opened_at",
        "checked_at",
        "checked_by",
        "reviewed_at",
        "reviewed_by",
        "publicity_from",
        "publicity_until",
        "locked_at",
        "locked_by",
        "seal",
        "paid_at",
        "paid_by",
        "archived_at",
        "archived_by",
        "last_change",
    )
    staff_list = "month_list"
    staff_text = "在月考核页面办理"
    list_display = ("month_shown", "state", "scheme", "publicity_from", "publicity_until", "locked_at", "locked_by")
    list_filter = (SealedFilter, "state")
    list_select_related = ("scheme", "locked_by")
    date_hierarchy = "month"
    search_fields = ("scheme__title", "=seal")
    search_help_text = "可输入考核方案名称或定稿校验值"
    ordering = ("-month",)

    def _staff_url(self, obj: Any | None) -> str:
        return super()._staff_url(obj) if obj is None else reverse("month", args=[obj.period.key])

    @admin.display(description="月份", ordering="month")
    def month_shown(self, row: AppraisalMonth) -> str:
        return row.period.title


def _column(model: type[Model], field: str, text: Callable[[Any], str]) -> Any:
    """A column under the name of its field, with its value in words."""

    @admin.display(description=model._meta.get_field(field).verbose_name, ordering=field)
    def shown(self: Any, row: Any) -> str:
        return text(getattr(row, field))

    return shown


def _bare(amount: Decimal) -> str:
    """Without the unit that the column's title names."""
    return money_figure(amount)


@admin.register(MonthlyScore)
class MonthlyScoreAdmin(RegisterAdmin):
    """As the lock left them; the lines of each stand on its page of the platform."""

    shown = (
        "month",
        "village_name",
        "district_name",
        "leader_name",
        "village_total_shown",
        "team_own_shown",
        "team_total_shown",
        "deducted_shown",
        "bonus_shown",
        "place",
        "grade",
        "vetoes_shown",
    )
    staff_list = "score_now"
    staff_text = "在得分页面查看"
    list_display = (
        "village_name",
        "month",
        "district_name",
        "leader_name",
        "village_total_shown",
        "team_own_shown",
        "team_total_shown",
        "deducted_shown",
        "bonus_shown",
        "grade",
    )
    list_filter = ("month", "district_name", "grade")
    list_select_related = ("month",)
    date_hierarchy = "month__month"
    search_fields = VILLAGE_SEARCH
    search_help_text = "可输入村名、拼音首字母或组长姓名"
    ordering = ("-month__month", "position")

    village_total_shown = _column(MonthlyScore, "village_total", in_points)
    team_own_shown = _column(MonthlyScore, "team_own", in_points)
    team_total_shown = _column(MonthlyScore, "team_total", in_points)
    deducted_shown = _column(MonthlyScore, "deducted", in_points)
    bonus_shown = _column(MonthlyScore, "bonus", in_points)

    def get_queryset(self, request: Any) -> Any:
        """Without the whole explanation of each."""
        return super().get_queryset(request).defer("detail")

    def _staff_url(self, obj: Any | None) -> str:
        return (
            super()._staff_url(obj) if obj is None else reverse("score_page", args=[obj.month.period.key, obj.team_id])
        )

    @admin.display(description="一票否决")
    def vetoes_shown(self, row: MonthlyScore) -> str:
        return "、".join(row.vetoes)


@admin.register(SubsidyRow)
class SubsidyRowAdmin(RegisterAdmin):
    shown = (
        "month",
        "team_name",
        "person_name",
        "role_name",
        "score_shown",
        "days_served",
        "days_of_month",
        "absences",
        "formula",
        "gross_shown",
        "deducted_shown",
        "amount_shown",
        "note",
        "last_change",
    )
    staff_list = "month_list"
    staff_text = "在补助清单页面办理"
    list_display = (
        "person_name",
        "month",
        "team_name",
        "role_name",
        "score_shown",
        "days_served",
        "absences",
        "gross_shown",
        "deducted_shown",
        "amount_shown",
    )
    list_filter = ("month", "role_name")
    list_select_related = ("month",)
    date_hierarchy = "month__month"
    search_fields = ("person_name", "^person__pinyin", "^person__initials", "team_name")
    search_help_text = "可输入姓名、拼音首字母或工作组"
    ordering = ("-month__month", "position")

    score_shown = _column(SubsidyRow, "score", in_points)
    gross_shown = _column(SubsidyRow, "gross", _bare)
    deducted_shown = _column(SubsidyRow, "deducted", _bare)
    amount_shown = _column(SubsidyRow, "amount", _bare)

    def _staff_url(self, obj: Any | None) -> str:
        return super()._staff_url(obj) if obj is None else reverse("subsidy_list", args=[obj.month.period.key])


@admin.register(Correction)
class CorrectionAdmin(RegisterAdmin):
    shown = (
        "number",
        "score",
        "entry",
        "points_shown",
        "reason",
        "state",
        "created_at",
        "created_by",
        "decided_at",
        "decided_by",
        "decision_note",
        "into_month",
        "last_change",
    )
    staff_page = "correction"
    staff_list = "correction_list"
    staff_text = "在更正单页面办理"
    list_display = ("number", "score", "points_shown", "state", "created_by", "decided_by", "into_month")
    list_filter = (AskedFilter, "state")
    list_select_related = ("score__month", "created_by", "decided_by", "into_month")
    date_hierarchy = "created_at"
    search_fields = ("number", "reason", "score__village_name")
    search_help_text = "可输入编号、原因或村名"
    ordering = ("-created_at",)

    points_shown = _column(Correction, "points", change_in_points)
