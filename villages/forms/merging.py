"""Forms of 撤并: which village takes over and when, and what becomes of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from lianzhen.pages.forms import PageForm, PinyinSelect
from villages.forms.places import PastDayField, line
from villages.merging import Carried
from villages.models import Village


class MergeIntoForm(forms.Form):
    """Asked first, in the address of the page."""

    into = forms.ModelChoiceField(
        label="并入的村",
        queryset=Village.objects.none(),
        widget=PinyinSelect,
        empty_label="请选择",
        error_messages={"required": "请选择并入的村", "invalid_choice": "请从现有的村中选择并入的村"},
    )
    ended_on = PastDayField(label="撤并日期", initial=timezone.localdate, help_text="从这一天起，原来的村不再存在。")

    def __init__(self, *args: Any, village: Village, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Village.objects.current().exclude(pk=village.pk)


class MergeForm(PageForm):
    """The confirmation: the ground, and a choice for each kind that has one."""

    reason = line("依据和原因", 150, help_text="例如：某年某月某日批复的文号、会议记录。")

    def __init__(self, *args: Any, kinds: Iterable[Carried] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = [kind for kind in kinds if kind.lines and kind.modes]
        for kind in self.kinds:
            self.fields[kind.key] = forms.ChoiceField(
                label=f"{kind.title}怎样办理",
                choices=kind.modes,
                initial=kind.modes[0][0],
                widget=forms.RadioSelect,
                error_messages={
                    "required": f"请选择{kind.title}怎样办理",
                    "invalid_choice": f"请从列出的选项中选择{kind.title}怎样办理",
                },
            )

    @property
    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        chosen = {kind.key: cleaned[kind.key] for kind in self.kinds}
        kept = {name: cleaned[name] for name in ("reason", "version") if name in cleaned}
        return {**kept, "chosen": chosen}
