"""Forms of the settings: the town, its departments, its work calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from lianzhen.forms.accounts import reason_field
from lianzhen.pages.forms import DayField, PageForm, PhoneField
from lianzhen.periods import FIRST_YEAR, LAST_YEAR
from lianzhen.town.calendars import DaySpec, parse_notice
from lianzhen.town.models import CalendarSource, Department

#: The longest notice so far has 900 characters; a csv of a year about as many bytes again.
LONGEST_NOTICE = 20_000
LARGEST_FILE = 200 * 1024


# --- Town -----------------------------------------------------------------------------------
class TownForm(PageForm):
    name = forms.CharField(label="名称", max_length=30, error_messages={"required": "请填写名称"})
    code = forms.RegexField(
        r"^\s*[1-9][0-9]{8}\s*\Z",
        label="区划代码",
        help_text="9位数字，村的代码以它开头。",
        error_messages={"required": "请填写区划代码", "invalid": "区划代码应为9位数字。"},
    )
    county_name = forms.CharField(label="所属县", max_length=30, required=False)
    office_phone = PhoneField(label="联村办电话", required=False, help_text="显示在登录页和没有权限的页面上。")
    reason = forms.CharField(label="修改原因", max_length=200, required=False)


# --- Departments ----------------------------------------------------------------------------
class DepartmentForm(PageForm):
    name = forms.CharField(label="名称", max_length=30, error_messages={"required": "请填写名称"})
    kind = forms.ChoiceField(
        label="类别",
        choices=Department.Kind.choices,
        widget=forms.RadioSelect,
        help_text="原群工站只用来记干部从哪里来，不能再安排人员。",
        error_messages={"required": "请选择类别"},
    )


class EndDepartmentForm(PageForm):
    ended_on = DayField(label="撤销日期", initial=timezone.localdate, help_text="存在的最后一天。")
    reason = reason_field("撤销原因", "机构改革，并入党政综合办")


# --- Calendar -------------------------------------------------------------------------------
class SetDayForm(PageForm):
    day = DayField(label="日期")
    works = forms.ChoiceField(
        label="这一天",
        choices=[("0", "休"), ("1", "班")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择休还是班"},
    )
    name = forms.CharField(
        label="节日或说明", max_length=30, required=False, help_text="例如：国庆节、国庆节调休、防汛值守。"
    )
    reason = reason_field("原因", "按县政府办通知调整")

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(f"年份应在{FIRST_YEAR}到{LAST_YEAR}之间。")
        return day

    @property
    def values(self) -> dict[str, Any]:
        typed = super().values
        return {
            "day": typed["day"],
            "is_workday": typed["works"] == "1",
            "name": typed["name"],
            "reason": typed["reason"],
        }


class NoticeForm(forms.Form):
    """The arrangement of one year as people have it: pasted, or in a text file. Writes nothing."""

    text = forms.CharField(
        label="通知正文",
        max_length=LONGEST_NOTICE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="把国务院办公厅的通知整篇粘贴进来，或一行写一天，例如：2027-01-01 休 元旦。",
    )
    upload = forms.FileField(
        label="或选择文件",
        required=False,
        help_text="txt 或 csv 文件，每行写日期、休或班、名称。",
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        self.days: list[DaySpec] = []

    def clean_upload(self) -> str:
        upload = self.cleaned_data["upload"]
        if not upload:
            return ""
        if upload.size > LARGEST_FILE:
            raise forms.ValidationError("文件超过200KB，请只保留放假安排，或把正文粘贴到上面。")
        return _decoded(upload.read())

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.errors:
            return values
        text = values["upload"] or values["text"]
        if not text.strip():
            self.add_error("text", "请粘贴通知正文，或选择文件。")
            return values
        self.days, problems = _read(text, self.year)
        for problem in problems:
            self.add_error("upload" if values["upload"] else "text", problem)
        return {**values, "text": text}


def _read(text: str, year: int) -> tuple[list[DaySpec], list[str]]:
    days, problems = parse_notice(text, year)
    if not days and not problems:
        problems = ["读到的日子都与平常的一周相同，没有可以采用的。"]
    return days, problems


def _decoded(content: bytes) -> str:
    """Text as office programs save it: UTF-8 with or without its mark, or GB18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise forms.ValidationError("这不是文本文件。Word 或 Excel 文件请打开后把正文粘贴到上面。")


class AdoptForm(PageForm):
    """What stands on the page that asks before a year is taken over. `seen` is the fingerprint of the changes
    that were shown: if the calendar has moved meanwhile, they are shown again."""

    year = forms.IntegerField(widget=forms.HiddenInput, min_value=FIRST_YEAR, max_value=LAST_YEAR)
    source = forms.ChoiceField(
        widget=forms.HiddenInput, choices=[(s.value, s.label) for s in (CalendarSource.PACKAGE, CalendarSource.NOTICE)]
    )
    days = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_NOTICE)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parsed: list[DaySpec] = []

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors:
            self.parsed, problems = _read(values["days"], values["year"])
            for problem in problems:
                self.add_error(None, problem)
        return values
