"""Which days a report to the county speaks of, and what is typed into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.report_period import MOST_YEARS, ReportPeriod
from lianzhen.pages.forms import DayField, PageForm
from lianzhen.periods import Month
from villages.forms.places import line


class _PeriodForm(forms.Form):
    """`first` and `last` become one `period`."""

    def clean_last(self) -> date:
        last = self.cleaned_data["last"]
        if last > timezone.localdate():
            raise ValidationError("截止日期不能晚于今天。", code="future")
        return last

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("first"), cleaned.get("last")
        if first is None or last is None:
            return cleaned
        try:
            cleaned["period"] = ReportPeriod(first, last)
        except ValueError as problem:
            self.add_error("last", str(problem))
        else:
            if cleaned["period"].is_too_long:
                self.add_error("last", f"一份材料最多写{MOST_YEARS}年，请分开写。")
        return cleaned


class CountyPeriodForm(_PeriodForm):
    """Asked by GET: the address of a report can be passed on."""

    first = DayField(label="起始日期")
    last = DayField(label="截止日期")

    def __init__(self, data: Mapping[str, str] | None, period: ReportPeriod) -> None:
        """`period`: what stands in the fields before anything was asked."""
        super().__init__(data and _in_days(data), initial={"first": period.start, "last": period.end})


def _in_days(data: Mapping[str, str]) -> dict[str, str]:
    """An address of former times names months: they mean their days, of the running month those up to today."""
    asked = {name: data.get(name, "").strip() for name in ("first", "last")}
    for name, text in asked.items():
        try:
            month, today = Month.parse(text), timezone.localdate()
        except ValueError:
            continue
        last = min(month.end, today) if today in month else month.end
        asked[name] = (month.start if name == "first" else last).isoformat()
    return asked


class CountyIssueForm(PageForm, _PeriodForm):
    first = DayField(label="起始日期")
    last = DayField(label="截止日期")
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
