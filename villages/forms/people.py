"""Forms about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.pages.forms import LONGEST_ID, DayField, PageForm, PhoneField, PinyinSelect
from lianzhen.town.models import Department
from villages.forms.fields import Named, OfVillageField
from villages.models import PartyGroup, Person, Village, VillagerGroup
from villages.permissions import KEEPERS, OFFICE

#: Names of groups that are offered at most as long as no village is chosen.
MOST_NAMES = 60


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
    villager_group = OfVillageField(
        label="村民小组", village="village", name_of=lambda group: f"第{group.number}组", help_text="据此归入网格。"
    )
    is_party_member = forms.BooleanField(label="中共党员", required=False)
    party_group = OfVillageField(label="党员小组", village="branch__village", name_of=str)
    department = forms.ModelChoiceField(label="站所（办）", queryset=Department.objects.none(), required=False)
    origin = forms.ModelChoiceField(label="原群工站", queryset=Department.objects.none(), required=False)
    job_title = forms.CharField(label="职务", max_length=40, required=False)
    note = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        villages = _villages_kept_by(user)
        self.fields["village"].queryset = villages.only("name", "initials")
        self.fields["villager_group"].queryset = VillagerGroup.objects.current().filter(village__in=villages)
        self.fields["party_group"].queryset = PartyGroup.objects.current().filter(branch__village__in=villages)
        if not user.standing.has(*OFFICE) and len(own := user.standing.villages(*KEEPERS)) == 1:
            self.initial.setdefault("village", *own)
        self._offer_parts_of_village()
        if user.standing.has(*OFFICE):
            self.fields["department"].queryset = Department.objects.working_on(timezone.localdate())
            self.fields["origin"].queryset = Department.objects.filter(kind=Department.Kind.FORMER)
        else:
            del self.fields["department"], self.fields["origin"]
            self.fields["village"].required = True
            self.fields["village"].empty_label = None

    def _offer_parts_of_village(self) -> None:
        village = _number(self["village"].value())
        for name, names in (("villager_group", _group_names), ("party_group", _party_group_names)):
            field = self.fields[name]
            known = () if village is not None else names(field.queryset)
            field.offer(village, known, self[name].value())

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for name in ("villager_group", "party_group"):
            if isinstance(values.get(name), Named):
                try:
                    values[name] = self.fields[name].found(values[name], values.get("village"))
                except ValidationError as problem:
                    self.add_error(name, problem)
        return values


def _number(value: Any) -> int | None:
    """The id of the village that the form holds: a row, or what an address or a form says."""
    text = str(value.pk if isinstance(value, Village) else value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None


def _group_names(groups: QuerySet[VillagerGroup]) -> list[str]:
    last = groups.aggregate(last=Max("number"))["last"] or 0
    return [f"第{number}组" for number in range(1, min(last, MOST_NAMES) + 1)]


def _party_group_names(groups: QuerySet[PartyGroup]) -> list[str]:
    """The usual ones."""
    counted = groups.order_by().values_list("name").annotate(n=Count("pk")).order_by("-n", "name")
    return sorted(name for name, _ in counted[:MOST_NAMES])


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
