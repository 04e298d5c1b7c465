"""Forms about party branches and party groups."""

from __future__ import annotations

from typing import Any

from django import forms

from lianzhen.pages.forms import DayField, PageForm, RowsField
from villages.forms.fields import PersonField, choosable
from villages.forms.places import PastDayField, line
from villages.forms.residents import residents
from villages.models import PartyBranch, PartyGroup, Person, Village


class BranchForm(PageForm):
    name = line("名称", 60)
    founded_on = PastDayField(label="成立日期", required=False)


class PartyGroupForm(PageForm):
    branch = forms.ModelChoiceField(
        label="党支部", queryset=PartyBranch.objects.none(), error_messages={"required": "请选择党支部"}
    )
    name = line("名称", 40, help_text="例如：第一党员小组。")
    leader = PersonField(label="组长", required=False, help_text="从本村登记的党员中选择，组长同时编入本组。")
    leader_since = DayField(label="组长任职起", required=False)
    area = line("所辖范围", 100, required=False, help_text="例如：第1组至第4组。")

    def __init__(self, *args: Any, village: Village, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = PartyBranch.objects.current().filter(village=village)
        self.fields["branch"].queryset = branches
        kept = self.record.leader_id if self.record else None
        self.fields["leader"].queryset = residents(village, keep=kept).filter(is_party_member=True)
        self.fields["leader"].empty_label = "暂无组长"


class MembersForm(PageForm):
    """The party members of the village, those of this group ticked; the others say where they are now."""

    members = RowsField(
        label="本组党员", queryset=Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, record: PartyGroup, **kwargs: Any) -> None:
        rows = choosable(Person.objects.filter(village=record.branch.village, is_party_member=True))
        rows = rows.select_related("villager_group", "party_group")
        kwargs.setdefault("initial", {})["members"] = [p.pk for p in rows if p.party_group_id == record.pk]
        super().__init__(*args, record=record, **kwargs)
        self.fields["members"].queryset = rows
        self.fields["members"].label_from_instance = lambda person: self._label(person, record)

    @staticmethod
    def _label(person: Person, group: PartyGroup) -> str:
        where = f"（{person.villager_group}）" if person.villager_group else ""
        elsewhere = person.party_group is not None and person.party_group_id != group.pk
        return f"{person.name}{where}{f'，现{person.party_group}' if elsewhere else ''}"
