"""The form that reminds teams: all that are behind, ticked beforehand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from appraisal.behind import Behind
from lianzhen.pages.forms import PageForm, RowsField
from villages.models import LiaisonTeam


class RemindForm(PageForm):
    """`done`: keys reminded of today. A team that was reminded of everything is not ticked."""

    teams = RowsField(
        label="提醒哪些工作组",
        queryset=LiaisonTeam.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "column"}),
        error_messages={"required": "请勾选要提醒的工作组", "invalid_choice": "请从名单中选择工作组"},
    )

    def __init__(self, *args: Any, behind: Sequence[Behind], done: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        late = {one.team.pk: one for one in behind}
        left = {pk for pk, one in late.items() if any(item.full_key not in done for item in one.reminders)}
        field = self.fields["teams"]
        field.queryset = LiaisonTeam.objects.filter(pk__in=late)
        field.choices = [
            (pk, f"{one.team}：{one.words}{'' if pk in left else '（今天已提醒）'}") for pk, one in late.items()
        ]
        field.initial = sorted(left)
