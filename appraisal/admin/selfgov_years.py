"""自治村年度考核: read here; each step is taken on the staff pages, by somebody else each."""

from __future__ import annotations

from django.contrib import admin

from appraisal.models import SelfGovYear
from villages.admin.register import RegisterAdmin
from villages.admin.teams import VILLAGE_HELP, VILLAGE_SEARCH


@admin.register(SelfGovYear)
class SelfGovYearAdmin(RegisterAdmin):
    shown = (
        "village",
        "year",
        "state",
        "work",
        "problems",
        "plans",
        "granted",
        "used",
        "written_by",
        "submitted_by",
        "opinion",
        "opinion_by",
        "check_note",
        "checked_by",
        "grade",
        "grade_note",
        "decided_on",
        "basis",
        "decided_by",
        "last_change",
    )
    staff_page = "selfgov_year"
    staff_list = "selfgov_year_list"
    list_display = ("village", "year", "state", "grade", "decided_on", "basis")
    list_filter = ("state", "year", "grade", "village__group")
    list_select_related = ("village",)
    date_hierarchy = "started_at"
    search_fields = VILLAGE_SEARCH
    search_help_text = VILLAGE_HELP
    ordering = ("-year", "village__code")
