"""Which months a report to the county speaks of, and what is typed into it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from lianzhen.pages.forms import PageForm
from lianzhen.periods import Month
from villages.forms.places import line

MOST_MONTHS = 36


class MonthField(forms.CharField):
    """A month: the browser's own picker, or typed as 2018-10."""

    def __init__(self, label: str, **more: Any) -> None:
        errors = {"required": f"请填写{label}"}
        widget = forms.TextInput(attrs={"type": "month"})
        super().__init__(label=label, max_length=7, widget=widget, error_messages=errors, **more)

    def to_python(self, value: Any) -> Month | None:
        text = super().to_python(value)
        if not text:
            return None
        try:
            month = Month.parse(text)
        except ValueError:
            raise ValidationError(f"请按2018-10的格式填写{self.label}", code="month") from None
        if month.start > timezone.localdate():
            raise ValidationError(f"{self.label}不能晚于本月。", code="future")
        return month

    def prepare_value(self, value: Any) -> Any:
        return value.key if isinstance(value, Month) else value

    def run_validators(self, value: Any) -> None:
        """Checked above; the validators of a text would measure a month."""

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")


class _InOrder(forms.Form):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first > last:
            self.add_error("last", "截止月份不能早于起始月份。")
        elif (
            first
            and last
            and (last.start.year - first.start.year) * 12 + last.start.month - first.start.month >= (MOST_MONTHS)
        ):
            self.add_error("last", f"一份材料最多写{MOST_MONTHS}个月，请分开写。")
        return cleaned


class CountyPeriodForm(_InOrder):
    """Asked by GET: the address of a report can be passed on."""

    first = MonthField("起始月份")
    last = MonthField("截止月份")


class CountyIssueForm(PageForm, _InOrder):
    first = MonthField("起始月份")
    last = MonthField("截止月份")
    title = line("标题", 60)
    problems = forms.CharField(
        label="存在的问题",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="接在按数据写出的问题后面，每行一段。",
        error_messages={"max_length": "存在的问题不能超过%(limit_value)d字，现在是%(show_value)d字。"},
    )
    plans = forms.CharField(
        label="下一步打算",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="每行一段。",
        error_messages={"max_length": "下一步打算不能超过%(limit_value)d字，现在是%(show_value)d字。"},
    )
