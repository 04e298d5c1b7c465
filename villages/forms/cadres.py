"""Forms about posts in a village."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from lianzhen.pages.forms import DayField, PageForm
from villages.forms.fields import PersonField
from villages.forms.places import line
from villages.forms.residents import residents
from villages.models import CadreTerm, Village


class AppointCadreForm(PageForm):
    position = forms.ChoiceField(
        label="职务",
        choices=[("", "请选择"), *CadreTerm.Position.choices],
        error_messages={"required": "请选择职务"},
    )
    person = PersonField(help_text="从本村在册人员和镇干部中选择。名单里没有的，请先登记人员。")
    starts_on = DayField(label="起始日期", initial=timezone.localdate)
    is_subsidised = forms.BooleanField(label="村定补干部", required=False, initial=True)
    reason = line("依据", 200, required=False, help_text="例如：换届选举结果、任职文件。")

    def __init__(self, *args: Any, village: Village, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = residents(village, staff=True)


class EndCadreForm(PageForm):
    ends_on = DayField(label="最后任职日期")
    reason = line("离任原因", 200, help_text="例如：换届、工作调整、身体原因。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["ends_on"] = timezone.localdate


class ReplaceCadreForm(PageForm):
    person = PersonField(label="接任的人", help_text="从本村在册人员和镇干部中选择。")
    starts_on = DayField(label="接任日期")
    reason = line("更换原因", 200, help_text="例如：换届、工作调整、身体原因。")

    def __init__(self, *args: Any, record: CadreTerm, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial.update(person=None, starts_on=timezone.localdate)
        people = residents(record.village, staff=True)
        self.fields["person"].queryset = people.exclude(pk=record.person_id)


class CorrectCadreForm(PageForm):
    starts_on = DayField(label="起始日期")
    is_subsidised = forms.BooleanField(label="村定补干部", required=False)
    reason = line("更正原因", 200)
