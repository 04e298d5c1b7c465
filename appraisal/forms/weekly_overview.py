"""Choosing whom to remind of the report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from lianzhen.pages.forms import PageForm, RowsField
from villages.models import LiaisonTeam


class RemindForm(PageForm):
    """`done`: ids of teams reminded of it today; they are listed, not ticked."""

    teams = RowsField(
        label="提醒哪些工作组",
        queryset=LiaisonTeam.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请勾选要提醒的工作组", "invalid_choice": "请从名单中选择工作组"},
    )

    def __init__(self, *args: Any, teams: Sequence[LiaisonTeam], done: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["teams"]
        field.queryset = LiaisonTeam.objects.filter(pk__in=[team.pk for team in teams]).select_related("village")
        field.choices = [(team.pk, f"{team}{'（今天已提醒）' if team.pk in done else ''}") for team in teams]
        field.initial = [team.pk for team in teams if team.pk not in done]
