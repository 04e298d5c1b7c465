"""Forms about social organisations, their kinds, members and terms of office."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceIteratorValue
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.pages.forms import DayField, PageForm, PinyinSelect, RowsField
from villages.forms.fields import PersonField, choosable
from villages.forms.places import count, line
from villages.forms.residents import residents
from villages.forms.teams import offer
from villages.models import OrganizationKind, OrganizationMember, Person, SocialOrganization, Village
from villages.permissions import KEEPERS, OFFICE

USUAL_TERM_YEARS = 3


class OrganizationForm(PageForm):
    """Facts of an organisation; its village is chosen once, when it is registered."""

    village = forms.ModelChoiceField(
        label="村",
        queryset=Village.objects.none(),
        widget=PinyinSelect,
        empty_label="请选择村",
        error_messages={"required": "请选择村", "invalid_choice": "请从名单中选择村"},
    )
    kind = forms.ModelChoiceField(
        label="种类",
        queryset=OrganizationKind.objects.none(),
        empty_label="请选择种类",
        error_messages={"required": "请选择种类", "invalid_choice": "请从名单中选择种类"},
    )
    name = line("名称", 60, required=False, help_text="不填时用村名加种类，例如：示例村红白喜事理事会。")
    founded_on = DayField(label="成立日期", required=False)
    term_starts_on = DayField(label="本届起始日期", required=False)
    term_years = count("任期（年）", 10, 1, required=False, help_text="1到10年。换届日期由本届起始日期和任期算出。")
    duties = forms.CharField(
        label="职责",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "职责不能超过%(limit_value)d字，现在是%(show_value)d字。"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = Q(ended_on=None)
        if self.record is None:
            self.fields["village"].queryset = kept_villages(user)
        else:
            del self.fields["village"]
            current |= Q(pk=self.record.kind_id)
        self.fields["kind"].queryset = OrganizationKind.objects.filter(current)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for given, missing in (("term_starts_on", "term_years"), ("term_years", "term_starts_on")):
            if values.get(given) and not values.get(missing) and missing not in self.errors:
                self.add_error(missing, f"填了{self.fields[given].label}，请同时填写{self.fields[missing].label}。")
        return values


def kept_villages(user: User) -> QuerySet[Village]:
    """Villages whose register the user keeps."""
    villages = Village.objects.visible_to(user).current()
    if user.standing.has(*OFFICE):
        return villages
    return villages.filter(pk__in=user.standing.villages(*KEEPERS))


class ConfirmingForm(PageForm):
    """Asks about people who are not of the village: `question` is the sentence that the page shows, with a
    box to tick. It is a question, not a mistake, so that nothing is marked as wrong."""

    confirmed = forms.BooleanField(label="已核对，确认登记外村人员", required=False, widget=forms.HiddenInput)
    question = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed"] = self.fields.pop("confirmed")  # last, below what it is about
        if self.data.get("confirmed"):
            self._offer_box()

    def add_error(self, field: str | None, error: Any) -> None:
        if field != "confirmed":
            super().add_error(field, error)
            return
        self.question = "".join(ValidationError(error).messages)
        self._offer_box()

    def _offer_box(self) -> None:
        self.fields["confirmed"].widget = forms.CheckboxInput()


def candidates(organization: SocialOrganization, user: User, *, outside: bool) -> QuerySet[Person]:
    """Whom a form offers: the village's people, or everybody else that the user sees."""
    if not outside:
        return residents(organization.village)
    return choosable(Person.objects.visible_to(user)).exclude(village=organization.village_id)


class MemberForm(ConfirmingForm):
    person = PersonField(label="姓名")
    position = forms.ChoiceField(
        label="职务",
        choices=OrganizationMember.Position.choices,
        initial=OrganizationMember.Position.MEMBER,
        widget=forms.RadioSelect,
    )
    starts_on = DayField(label="起始日期", initial=timezone.localdate)

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people


class ManyPeopleField(RowsField):
    def label_from_instance(self, person: Person) -> str:
        return f"{person.name} 尾号{person.phone_tail}" if person.phone_tail else person.name


class MembersForm(PageForm):
    """Several of the village's people at once, as plain members."""

    people = ManyPeopleField(
        label="成员",
        queryset=Person.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请勾选成员",
            "invalid_choice": "请从名单中选择",
            "invalid_pk_value": "请从名单中选择",
        },
    )
    starts_on = DayField(label="起始日期", initial=timezone.localdate)

    def __init__(self, *args: Any, people: QuerySet[Person], members: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        field.queryset = people
        offered = [person for person in people if person.pk not in members]
        offered.sort(key=lambda person: person.villager_group.number if person.villager_group else 9999)
        field.choices = [
            (heading, [(ModelChoiceIteratorValue(p.pk, p), field.label_from_instance(p)) for p in group])
            for heading, group in groupby(offered, key=lambda p: str(p.villager_group or "未编组"))
        ]


class EndMembershipForm(PageForm):
    last_day = DayField(label="最后一天", initial=timezone.localdate, help_text="这一天仍算在任。")
    reason = line("原因", 200, help_text="例如：外出务工、身体原因。")


class ChairForm(ConfirmingForm):
    """更换会长; without a chair in office (`former`) 选任会长."""

    person = PersonField(label="新会长（主任）")
    starts_on = DayField(label="起始日期", initial=timezone.localdate)
    stays = forms.BooleanField(label="原会长（主任）留任成员", required=False)
    reason = line("原因", 200, help_text="例如：外出务工、身体原因。")

    def __init__(self, *args: Any, people: QuerySet[Person], former: OrganizationMember | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people
        if former is None:
            del self.fields["reason"], self.fields["stays"]
            self.fields["person"].label = "会长（主任）"
            return
        offer(self.fields["person"], people.exclude(pk=former.person_id))
        self.fields["stays"].label = f"{former.person}留任成员"


class MembershipsField(RowsField):
    def label_from_instance(self, membership: OrganizationMember) -> str:
        return f"{membership.person} {membership.get_position_display()}"


class TermForm(ConfirmingForm):
    """换届: the new term, who continues, and the chair."""

    starts_on = DayField(label="新一届起始日期", initial=timezone.localdate)
    years = count("任期（年）", 10, 1)
    chair = PersonField(label="新一届会长（主任）", required=False, help_text="不选时，现任会长（主任）须勾选留任。")
    continuing = MembershipsField(
        label="留任的成员",
        queryset=OrganizationMember.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "column"}),
        help_text="没有勾选的成员，任期止于新一届起始日期的前一天。",
    )

    def __init__(
        self, *args: Any, people: QuerySet[Person], members: QuerySet[OrganizationMember], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = people
        self.fields["continuing"].queryset = members
        self.initial["years"] = self.record.term_years or USUAL_TERM_YEARS
        self.initial["continuing"] = [membership.pk for membership in members]


class DissolveForm(PageForm):
    ended_on = DayField(label="撤销日期", help_text="成员的任期同时止于这一天。")
    reason = line("原因", 200)


class KindForm(PageForm):
    name = line("种类", 40, help_text="例如：老年协会。")
    short_name = line("简称", 10, help_text="在列表和网格里显示。")


class EndKindForm(PageForm):
    ended_on = DayField(label="停用日期")
    reason = line("原因", 200)
