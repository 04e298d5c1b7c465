"""Accounts and granted roles in the admin panel: kept by the system administrator, seen by who checks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lianzhen.accounts import actions
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.trail.admin import ActionForm, PanelPhoneField, ReasonField, StateFilter, TermFilter, TownModelAdmin
from lianzhen.wording import UNKNOWN

WATCHERS = (Role.SYSADMIN, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR)


class AccountState(StateFilter):
    words = ("在用", "已停用")

    def holds(self) -> Q:
        return Q(ended_at=None)


class AccountForm(ActionForm):
    phone = PanelPhoneField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "phone" not in self.panel.typed_fields(self.request, self.record):
            del self.fields["phone"]


@admin.register(User)
class UserAdmin(TownModelAdmin):
    """Opening an account shows its first password once, and ending one asks for more than a form: both on
    the staff pages."""

    seen_by = WATCHERS
    changed_by = (Role.SYSADMIN,)
    form = AccountForm
    facts = ("username", "name", "phone")
    list_select_related = ("ended_by",)
    shown = (
        "username",
        "name",
        "phone_shown",
        "must_change_password",
        "created_at",
        "password_reset_at",
        "ended_at",
        "ended_by",
        "last_change",
    )
    staff_page = "account_record"
    staff_list = "account_list"
    staff_text = "在账号页面办理"
    list_display = ("name", "username", "phone_shown", "roles_shown", "created_at", "ended_at")
    list_filter = (AccountState, "grants__role")
    date_hierarchy = "created_at"
    search_fields = ("username", "name", "^pinyin", "^initials")
    search_help_text = "可输入姓名、拼音首字母、账号或手机号后四位"
    ordering = ("pinyin", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("grants")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        typed = search_term.strip()
        if len(typed) == 4 and typed.isdigit():
            return queryset.filter(phone__endswith=typed), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="授予的角色")
    def roles_shown(self, user: User) -> str:
        return "、".join(grant.get_role_display() for grant in user.grants.all() if grant.ends_on is None) or UNKNOWN

    def choice_label(self, obj: User) -> str:
        return f"{obj.name}（{obj.username}）"

    def typed_fields(self, request: HttpRequest, obj: Any | None) -> tuple[str, ...]:
        """Where the account is somebody's of the register, name and number are corrected there."""
        fields = super().typed_fields(request, obj)
        return fields[:1] if getattr(obj, "person", None) is not None else fields

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> User:
        facts = {"name": record.name, "phone": record.phone or "", **values}
        return actions.change_account(user=record, by=request.user, **facts)


class GrantState(TermFilter):
    """As the standing counts them: a grant taken back on its first day never held."""

    words = ("现有", "已结束或未开始")

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        holding = RoleGrant.objects.on(timezone.localdate())
        if self.value() == "current":
            return queryset.filter(pk__in=holding)
        return queryset.exclude(pk__in=holding) if self.value() == "ended" else queryset


class GrantForm(ActionForm):
    reason = ReasonField(label="授予依据", help_text="例如：镇党委2026年第5次会议决定。")
    role = forms.ChoiceField(label="角色", choices=[("", "---------"), *RoleGrant._meta.get_field("role").choices])


@admin.register(RoleGrant)
class RoleGrantAdmin(TownModelAdmin):
    """Grants are given here; taken back on the account's own page, where the effects are spelled out."""

    seen_by = WATCHERS
    added_by = (Role.SYSADMIN,)
    add_text = "授予角色"
    form = GrantForm
    first_facts = ("user", "role", "starts_on", "reason")
    shown = ("user", "role", "starts_on", "ends_on", "reason", "granted_by", "granted_at", "ended_by", "ended_at")
    staff_page = "account_record"
    staff_key = "user_id"
    staff_list = "account_list"
    staff_text = "在账号页面办理"
    list_display = ("user", "role", "starts_on", "ends_on", "reason", "granted_by")
    list_filter = (GrantState, "role")
    list_select_related = ("user", "granted_by", "ended_by")
    date_hierarchy = "starts_on"
    autocomplete_fields = ("user",)
    search_fields = ("user__username", "user__name", "^user__pinyin", "^user__initials", "reason")
    search_help_text = "可输入姓名、拼音首字母、账号或依据"
    ordering = ("-starts_on", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(user__in=User.objects.visible_to(request.user))

    def carry_out(self, request: HttpRequest, record: Any | None, values: dict[str, Any]) -> RoleGrant:
        return actions.grant_role(by=request.user, **values)
