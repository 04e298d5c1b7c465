"""The form of going out: what for, back when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from appraisal.models import Outing
from lianzhen.pages.forms import PageForm
from villages.forms.places import line
from villages.models import Person


class OutingForm(PageForm):
    """`back` is what the buttons send, `back_time` what was typed instead. `own` is the id of who fills it in."""

    where = forms.ChoiceField(
        label="去向",
        choices=Outing.Where.choices,
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        error_messages={"required": "请选择去向", "invalid_choice": "请选择去向"},
    )
    back = forms.TimeField(label="返回时间", required=False, error_messages={"invalid": "请选择返回时间"})
    back_time = forms.TimeField(
        label="其他返回时间",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "请按14:05的格式填写返回时间"},
    )
    note = line("说明", 100, required=False, help_text="例如：三组修水渠现场。")
    person = forms.ModelChoiceField(
        label="外出的人",
        queryset=Person.objects.none(),
        empty_label=None,
        error_messages={"required": "请选择外出的人", "invalid_choice": "请从名单中选择外出的人"},
    )

    def __init__(self, *args: Any, people: list[Person], own: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.filter(pk__in=[person.pk for person in people])
        #: Where it is a colleague who goes, nobody is chosen by a slip of the thumb.
        self.for_self = any(person.pk == own for person in people)
        self.fields["person"].initial = own if self.for_self else None
        blank = [] if self.for_self else [("", "请选择")]
        self.fields["person"].choices = blank + [(person.pk, person.name) for person in people]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not (values.get("back") or values.get("back_time") or self.errors):
            self.add_error("back_time", "请选择或填写预计返回时间")
        return values

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        back, typed = values.pop("back"), values.pop("back_time")
        at = datetime.combine(timezone.localdate(), back or typed)
        return {**values, "back_expected": timezone.make_aware(at)}
