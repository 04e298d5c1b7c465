"""Forms about villager groups."""

from __future__ import annotations

from typing import Any

from lianzhen.pages.forms import DayField, PageForm
from villages.forms.fields import PersonField
from villages.forms.places import count, founding_day, line
from villages.forms.residents import residents
from villages.models import Village


class VillagerGroupForm(PageForm):
    number = count("组号", 999, 1)
    name = line("组名", 30, required=False, help_text="不填时显示为“第几组”。")
    households = count("户数（户）", required=False)
    population = count("人口（人）", required=False)
    head = PersonField(label="组长", required=False, help_text="从本村在册人员中选择。")
    head_since = DayField(label="组长任职起", required=False)
    founded_on = founding_day()

    def __init__(self, *args: Any, village: Village, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.record.head_id if self.record else None
        self.fields["head"].queryset = residents(village, keep=kept)
        self.fields["head"].empty_label = "暂无组长"


class ManyGroupsForm(PageForm):
    first = count("首组号", 999, 1, initial=1)
    last = count("末组号", 999, 1)
