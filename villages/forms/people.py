"""Forms about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.pages.forms import DayField, PageForm, PhoneField, PinyinSelect
from lianzhen.town.models import Department
from villages.models import PartyGroup, Person, Village, VillagerGroup
from villages.permissions import KEEPERS, OFFICE


class PersonForm(PageForm):
    """Facts of a person. Village cadres and teams choose among their own villages only; departments of
    the town are the office's to set."""

    name = forms.CharField(label="姓名", max_length=30, error_messages={"required": "请填写姓名"})
    gender = forms.ChoiceField(
        label="性别", choices=[("", "未填"), *Person.Gender.choices], required=False, widget=forms.RadioSelect
    )
    phone = PhoneField(required=False)
    village = forms.ModelChoiceField(
        label="所在村",
        queryset=Village.objects.none(),
        required=False,
        widget=PinyinSelect,
        empty_label="不在村（镇干部）",
    )
    villager_group = forms.ModelChoiceField(
        label="村民小组", queryset=VillagerGroup.objects.none(), required=False, help_text="据此归入网格。"
    )
    is_party_member = forms.BooleanField(label="中共党员", required=False)
    party_group = forms.ModelChoiceField(label="党员小组", queryset=PartyGroup.objects.none(), required=False)
    department = forms.ModelChoiceField(label="站所（办）", queryset=Department.objects.none(), required=False)
    origin = forms.ModelChoiceField(label="原群工站", queryset=Department.objects.none(), required=False)
    job_title = forms.CharField(label="职务", max_length=40, required=False)
    note = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        villages = _villages_kept_by(user)
        self.fields["village"].queryset = villages
        # Four hundred options and more: read what their labels say, nothing else.
        groups = VillagerGroup.objects.current().filter(village__in=villages).select_related("village")
        self.fields["villager_group"].queryset = groups.only("number", "name", "village__name")
        self.fields["villager_group"].label_from_instance = lambda g: f"{g.village} {g}"
        party = PartyGroup.objects.current().filter(branch__village__in=villages).select_related("branch__village")
        self.fields["party_group"].queryset = party.only("name", "branch__village__name")
        self.fields["party_group"].label_from_instance = lambda g: f"{g.branch.village} {g}"
        if user.standing.has(*OFFICE):
            self.fields["department"].queryset = Department.objects.working_on(timezone.localdate())
            self.fields["origin"].queryset = Department.objects.filter(kind=Department.Kind.FORMER)
        else:
            del self.fields["department"], self.fields["origin"]
            self.fields["village"].required = True
            self.fields["village"].empty_label = None


def _villages_kept_by(user: User) -> Any:
    villages = Village.objects.current().visible_to(user)
    if user.standing.has(*OFFICE):
        return villages
    return villages.filter(pk__in=user.standing.villages(*KEEPERS))


class EndPersonForm(PageForm):
    ended_on = DayField(label="离册日期", initial=timezone.localdate)
    reason = forms.CharField(
        label="原因", max_length=200, help_text="例如：迁出本镇。", error_messages={"required": "请填写原因"}
    )


class ReasonForm(PageForm):
    """A serious act that needs only a reason."""

    reason = forms.CharField(label="原因", max_length=200, error_messages={"required": "请填写原因"})
