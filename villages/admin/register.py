"""What the register's panels share."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q

from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.trail.admin import StateFilter, TownModelAdmin

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)
PERSON_SEARCH = ("person__name", "^person__pinyin", "^person__initials", "=person__phone_tail")
PERSON_HELP = "可输入姓名、拼音首字母、手机号后四位"


class RegisterAdmin(TownModelAdmin):
    """Seen by the whole town's roles; a panel that saves adds who adds and who changes."""

    seen_by = TOWN_WIDE
    handled_by = OFFICE


class MergedFilter(StateFilter):
    words = ("现有", "已撤并")


class DissolvedFilter(StateFilter):
    words = ("现有", "已撤销")


class WhoseFilter(admin.SimpleListFilter):
    """Rows with somebody in charge today, and rows without; the panel annotates `in_charge`."""

    title = "负责人"
    parameter_name = "charge"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("held", "有"), ("vacant", "暂无")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "held":
            return queryset.filter(~Q(in_charge=None))
        return queryset.filter(in_charge=None) if self.value() == "vacant" else queryset
