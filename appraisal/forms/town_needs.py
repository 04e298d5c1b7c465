"""Forms about what a village asks of the town."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from lianzhen.pages.forms import DayField, PageForm, PinyinSelect
from lianzhen.town.models import Department
from villages.forms.fields import PersonField, choosable
from villages.models import Person, Village


def _text(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=500,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": f"请填写{label}"},
    )


class NeedForm(PageForm):
    village = forms.ModelChoiceField(
        label="村",
        queryset=Village.objects.none(),
        widget=PinyinSelect,
        empty_label="请选择村",
        error_messages={"required": "请选择村", "invalid_choice": "请从名单中选择村"},
    )
    text = _text("事项", "一件一条，写清地点和要镇里做什么。")
    raised_on = DayField(label="提出日期", initial=timezone.localdate)

    def __init__(self, *args: Any, villages: QuerySet[Village], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages


class AssignForm(PageForm):
    department = forms.ModelChoiceField(
        label="承办站所（办）",
        queryset=Department.objects.none(),
        required=False,
        widget=PinyinSelect,
        empty_label="不指定",
        error_messages={"invalid_choice": "请从名单中选择站所（办）"},
    )
    owner = PersonField(label="承办人", required=False, empty_label="不指定")
    due_on = DayField(label="期限")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.working_on(timezone.localdate())
        self.fields["owner"].queryset = choosable(Person.objects.staff())


class CloseForm(PageForm):
    answer = _text("答复", "写清怎样解决的，村里会看到。")


class DeclineForm(PageForm):
    answer = _text("理由", "写清为什么暂时不能解决、什么条件下可以，村里会看到。")
