"""Forms that record the committee's decisions on 村为主自治."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from lianzhen.pages.forms import PageForm
from villages.forms.fields import PersonField, choosable
from villages.forms.places import PastDayField, line
from villages.models import Person, SelfGovernance


class BeginForm(PageForm):
    decided_on = PastDayField(label="党委研究日期")
    basis = line("依据", 200, help_text="例如：会议纪要文号。")
    starts_on = PastDayField(label="生效日期", help_text="从这一天起不派联村工作组。只补录已经生效的。")
    person = PersonField(label="联村工作指导员", help_text="从镇干部中选择，任期从生效日期起。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = choosable(Person.objects.staff())


class EndSelfGovernanceForm(PageForm):
    decided_on = PastDayField(label="党委研究日期")
    starts_on = PastDayField(label="联村工作组起始日期", help_text="只补录已经生效的。")
    reason = line("依据和原因", 150)

    def __init__(self, *args: Any, record: SelfGovernance, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        # Both dates are those of the new decision, not of the one that is being ended.
        self.initial.update(decided_on=timezone.localdate, starts_on=None)
