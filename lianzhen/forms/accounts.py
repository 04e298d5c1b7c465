"""Forms about accounts and roles, for the system administrator."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from lianzhen.account_book import people_without_account
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import GRANTED
from lianzhen.pages.forms import DayField, PageForm, PhoneField
from villages.forms.fields import PersonField
from villages.models import Person

ROLE_CHOICES = [(role.value, role.label) for role in GRANTED]
SOLITARY_HINT = "系统管理员和审计员的账号单独使用，不与其他角色合用，也不属于台账里的人员。"


def reason_field(label: str = "原因", example: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        help_text=f"例如：{example}。" if example else "",
        error_messages={"required": f"请填写{label}"},
    )


def username_field(**more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})
    return forms.CharField(
        label="账号", max_length=30, widget=widget, error_messages={"required": "请填写账号"}, **more
    )


class NameOnlyField(PersonField):
    """Somebody of the register by name alone: the system administrator sees no more of it. Only namesakes
    are told apart, by where they belong, lest the wrong one be given an account."""

    namesakes: frozenset[str] = frozenset()

    def label_from_instance(self, person: Person) -> str:
        if person.name not in self.namesakes:
            return person.name
        return f"{person.name}（{person.department or person.village}）"


class AddAccountForm(PageForm):
    person = NameOnlyField(
        label="台账人员",
        required=False,
        empty_label="不在台账里",
        help_text="镇干部、村干部和网格长请从这里选，姓名和手机号按台账，不用再填。",
    )
    name = forms.CharField(label="姓名", max_length=30, required=False, help_text="不在台账里的人员才填。")
    phone = PhoneField(required=False, help_text="不在台账里的人员才填，可用来登录。")
    username = username_field(required=False, help_text="不填时用姓名的拼音。小写字母和数字。")
    role = forms.ChoiceField(
        label="同时授予角色",
        choices=[("", "不授予"), *ROLE_CHOICES],
        required=False,
        help_text=f"组长、组员、村干部、网格长等随任职产生，不用授予。{SOLITARY_HINT}",
    )
    reason = reason_field("开通依据", "联村办2026年第3号账号申请单")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_without_account(today)
        field = self.fields["person"]
        field.queryset = people.select_related("department", "village")
        counted = Counter(people.values_list("name", flat=True))
        field.namesakes = frozenset(name for name, count in counted.items() if count > 1)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if "person" in values and values["person"] is None and not values.get("name") and "name" not in self.errors:
            self.add_error("name", "请从台账里选择人员，或填写姓名。")
        return values


class AccountForm(PageForm):
    """An account's own facts. A number is never shown whole to the administrator, so it is replaced, not
    edited; where the account is somebody's of the register, name and number are corrected there."""

    username = username_field()
    name = forms.CharField(label="姓名", max_length=30, error_messages={"required": "请填写姓名"})
    new_phone = PhoneField(label="新手机号", required=False)
    no_phone = forms.BooleanField(label="不再用手机号登录", required=False)

    def __init__(self, *args: Any, record: User, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        if getattr(record, "person", None) is not None:
            del self.fields["name"], self.fields["new_phone"], self.fields["no_phone"]
            return
        now = f"现在是{record.masked_phone}，不改请留空。" if record.phone else "可用来登录。"
        self.fields["new_phone"].help_text = now
        if not record.phone:
            del self.fields["no_phone"]

    @property
    def values(self) -> dict[str, Any]:
        typed = super().values
        phone = "" if typed.get("no_phone") else typed.get("new_phone") or self.record.phone or ""
        return {
            "username": typed["username"],
            "name": typed.get("name", self.record.name),
            "phone": phone,
            "version": typed.get("version"),
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("new_phone") and values.get("no_phone"):
            self.add_error("no_phone", "填了新手机号，又选了不再用手机号登录，请只留一项。")
        return values


class GrantForm(PageForm):
    role = forms.ChoiceField(
        label="角色",
        choices=ROLE_CHOICES,
        widget=forms.RadioSelect(attrs={"class": "column"}),
        help_text=SOLITARY_HINT,
        error_messages={"required": "请选择角色"},
    )
    starts_on = DayField(label="起始日期", initial=timezone.localdate)
    reason = reason_field("授予依据", "镇党委2026年第5次会议决定")


class EndGrantForm(PageForm):
    last_day = DayField(label="最后一天", required=False, help_text="不填即刻收回。")
    reason = reason_field("收回原因", "调离联村工作办")

    def clean_last_day(self) -> date | None:
        last_day = self.cleaned_data["last_day"]
        if last_day is not None and last_day < timezone.localdate():
            raise forms.ValidationError("最后一天不能早于今天。")
        return last_day


class AccountReasonForm(PageForm):
    """A serious act that needs only a reason."""

    reason = reason_field()
