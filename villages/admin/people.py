"""People and the posts held in a village."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lianzhen.town.models import Department
from lianzhen.trail.admin import ActionForm, PanelPhoneField, ReasonField, StateFilter, TermFilter
from lianzhen.wording import UNKNOWN
from villages.actions import cadres, people
from villages.admin.register import OFFICE, PERSON_HELP, PERSON_SEARCH, RegisterAdmin
from villages.models import CadreTerm, Person
from villages.permissions import appoint_cadres, keep_person


class LeftFilter(StateFilter):
    words = ("在册", "已离册")


class KindFilter(admin.SimpleListFilter):
    title = "人员类别"
    parameter_name = "kind"
    conditions = {
        "staff": Q(department__isnull=False),
        "resident": Q(village__isnull=False),
        "account": Q(user__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("staff", "镇干部"), ("resident", "村民"), ("account", "有账号")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        condition = self.conditions.get(self.value() or "")
        return queryset.filter(condition) if condition else queryset


class PersonForm(ActionForm):
    """Departments as on the staff page: those that staff can belong to, and those they came from."""

    phone = PanelPhoneField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        working = Department.objects.working_on(timezone.localdate())
        former = Department.objects.filter(kind=Department.Kind.FORMER)
        for name, offered in (("department", working), ("origin", former)):
            kept = Department.objects.filter(pk=getattr(self.record, f"{name}_id", None))
            self.fields[name].queryset = offered | kept


@admin.register(Person)
class PersonAdmin(RegisterAdmin):
    added_by = OFFICE
    changed_by = OFFICE
    may_change = keep_person
    form = PersonForm
    facts = people.FACTS
    shown = (
        "name",
        "gender",
        "phone_shown",
        "village",
        "villager_group",
        "department",
        "origin",
        "job_title",
        "is_party_member",
        "party_group",
        "account_shown",
        "note",
        "ended_on",
        "end_reason",
        "last_change",
    )
    staff_page = "person"
    staff_list = "person_list"
    list_display = ("name", "place", "villager_group", "job_title", "is_party_member", "phone_shown", "ended_on")
    list_filter = (LeftFilter, KindFilter, "village__group", "is_party_member")
    list_select_related = ("village", "villager_group", "department", "user")
    autocomplete_fields = ("village", "villager_group", "party_group")
    search_fields = ("name", "^pinyin", "^initials", "=phone_tail")
    search_help_text = PERSON_HELP
    ordering = ("pinyin", "id")

    @admin.display(description="村或站所", ordering="village__code")
    def place(self, person: Person) -> str:
        return str(person.village or person.department)

    @admin.display(description="账号")
    def account_shown(self, person: Person) -> str:
        return person.user.username if person.user else UNKNOWN

    def choice_label(self, obj: Person) -> str:
        """With what tells namesakes apart; never a whole number."""
        where = obj.department or f"{obj.village}{obj.villager_group or ''}"
        return f"{obj.name}（{where}{f' 尾号{obj.phone_tail}' if obj.phone_tail else ''}）"

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> Person:
        if record is None:
            return people.add_person(by=request.user, **values)
        return people.change_person(person=record, by=request.user, **values)


class CadreTermForm(ActionForm):
    reason = ReasonField(label="依据或更正原因", required=False)

    def clean_reason(self) -> str:
        """Correcting what was written needs a reason; appointing may name its ground."""
        reason = self.cleaned_data["reason"]
        if self.record is not None and not reason:
            raise forms.ValidationError("请填写更正原因")
        return reason


@admin.register(CadreTerm)
class CadreTermAdmin(RegisterAdmin):
    """Appointed and corrected here; replaced and ended on the village's page."""

    added_by = OFFICE
    changed_by = OFFICE
    may_change = appoint_cadres
    form = CadreTermForm
    facts = ("starts_on", "is_subsidised", "reason")
    first_facts = ("village", "person", "position", *facts)
    shown = ("village", "person", "position", "starts_on", "ends_on", "end_reason", "is_subsidised", "last_change")
    staff_page = "village"
    staff_key = "village_id"
    staff_list = "village_list"
    list_display = ("person", "village", "position", "is_subsidised", "starts_on", "ends_on")
    list_filter = (TermFilter, "position", "is_subsidised", "village__group")
    list_select_related = ("person", "village")
    date_hierarchy = "starts_on"
    autocomplete_fields = ("village", "person")
    search_fields = (*PERSON_SEARCH, "village__name", "^village__initials")
    search_help_text = f"{PERSON_HELP}、村名"
    ordering = ("village__code", "position", "-starts_on")

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> CadreTerm:
        if record is None:
            return cadres.appoint_cadre(by=request.user, **values)
        return cadres.correct_cadre(term=record, by=request.user, **values)
