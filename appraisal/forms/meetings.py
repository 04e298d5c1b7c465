"""Forms of the weekly meeting: its day, who came, minutes, decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from appraisal.actions.meetings import Mark
from appraisal.models import MeetingAttendance, TownNeed
from lianzhen.pages.forms import DayField, PageForm, PinyinSelect
from lianzhen.town.models import Department
from villages.forms.fields import PersonField, choosable
from villages.forms.places import line
from villages.models import LiaisonTeam, Person
from villages.models.terms import runs_on


class ClockField(forms.TimeField):
    """A time of day: the browser's own picker, and 8:30 or 8：30 as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        label = kwargs.get("label", "时间")
        errors = {"invalid": f"请按8:30的格式填写{label}", "required": f"请填写{label}"}
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(input_formats=["%H:%M", "%H:%M:%S"], widget=widget, error_messages=errors, **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("：", ":") if isinstance(value, str) else value)


def text_area(label: str, length: int, rows: int = 4, **more: Any) -> forms.CharField:
    errors = {
        "required": f"请填写{label}",
        "max_length": f"{label}不能超过%(limit_value)d字，现在是%(show_value)d字。",
    }
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=length, widget=widget, error_messages=errors, **more)


class MeetingForm(PageForm):
    held_on = DayField(label="日期")
    held_at = ClockField(label="时间", required=False)
    place = line("地点", 50, required=False)
    chair = PersonField(label="主持人", required=False, empty_label="开会时再填")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = choosable(Person.objects.staff())


class CallForm(PageForm):
    person = PersonField(label="姓名")
    called_as = line("以何职务参会", 60, help_text="例如：水利站站长。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = choosable(Person.objects.staff())


class MinutesForm(PageForm):
    minutes = text_area("会议记录", 5000, 14, required=False)


class ReasonForm(PageForm):
    reason = text_area("原因", 200, 3)


# --- Who came -----------------------------------------------------------------------------------
def _note_of(row: MeetingAttendance) -> forms.CharField:
    """Its table has a heading for the column; who hears the page hears the name too."""
    label = f"{row.person}的说明"
    widget = forms.TextInput(attrs={"aria-label": label})
    return line(label, 200, required=False, initial=row.note, widget=widget)


@dataclass
class AttendanceRow:
    """One line of the attendance form, ready for the template."""

    attendance: MeetingAttendance
    state: Any
    note: Any
    was_name: str
    was: str


class AttendanceForm(PageForm):
    """One line for each who was called: four states to choose from and a note.

    `was_…` holds what the page had shown, so that two people can tick one meeting together. It is written anew
    from the row each time the page is shown; what was sent is read from `data`.
    """

    rest_came = forms.BooleanField(label="没有选择的，都记为到会", required=False)

    def __init__(self, *args: Any, attendances: Sequence[MeetingAttendance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attendances = attendances
        states = [choice for choice in MeetingAttendance.State.choices if choice[0] != "called"]
        for row in attendances:
            self.fields[f"state_{row.pk}"] = forms.ChoiceField(
                label=f"{row.person}到会情况",
                choices=states,
                required=False,
                initial=row.state if row.state != "called" else "",
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "请从到会、迟到、请假、缺席中选择"},
            )
            self.fields[f"note_{row.pk}"] = _note_of(row)

    @property
    def rows(self) -> list[AttendanceRow]:
        return [
            AttendanceRow(
                row, self[f"state_{row.pk}"], self[f"note_{row.pk}"], f"was_{row.pk}", _was(row.state, row.note)
            )
            for row in self.attendances
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for row in self.attendances:
            if cleaned.get(f"state_{row.pk}") == "excused" and not cleaned.get(f"note_{row.pk}"):
                self.add_error(f"note_{row.pk}", f"请写明{row.person}的请假事由。")
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        marks = [
            Mark(
                row.pk,
                cleaned.get(f"state_{row.pk}") or "called",
                cleaned.get(f"note_{row.pk}", ""),
                self._shown(row),
            )
            for row in self.attendances
        ]
        return {"marks": marks, "rest_came": cleaned["rest_came"]}

    def _shown(self, row: MeetingAttendance) -> tuple[str, str]:
        state, _, note = self.data.get(f"was_{row.pk}", _was(row.state, row.note)).partition(":")
        return state, note


def _was(state: str, note: str) -> str:
    return f"{state}:{note}"


# --- Decisions ------------------------------------------------------------------------------------
class OwnedForm(PageForm):
    """What, who sees to it, until when. Several owners may be named; one at least must be."""

    text = text_area("议定事项", 500, 3)
    team = forms.ModelChoiceField(
        label="责任工作组",
        queryset=LiaisonTeam.objects.none(),
        required=False,
        widget=PinyinSelect,
        empty_label="不选工作组",
        error_messages={"invalid_choice": "请从名单中选择工作组"},
    )
    department = forms.ModelChoiceField(
        label="责任站所（办）",
        queryset=Department.objects.none(),
        required=False,
        empty_label="不选站所（办）",
        error_messages={"invalid_choice": "请从名单中选择站所（办）"},
    )
    owner = PersonField(label="责任人", required=False, empty_label="不选责任人")
    due_on = DayField(label="期限")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        in_team, kept = runs_on(today), Q(ended_on=None) & ~Q(kind=Department.Kind.FORMER)
        if self.record is not None:
            in_team |= Q(pk=self.record.team_id)
            kept |= Q(pk=self.record.department_id)
        self.fields["team"].queryset = LiaisonTeam.objects.filter(in_team).select_related("village")
        self.fields["department"].queryset = Department.objects.filter(kept)
        self.fields["owner"].queryset = choosable(Person.objects.staff())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("team", "department", "owner")):
            raise ValidationError("请选择责任工作组、责任站所（办）或责任人，至少一项。")
        return cleaned


class DecisionForm(OwnedForm):
    need = forms.ModelChoiceField(
        label="来自村里的事项",
        queryset=TownNeed.objects.none(),
        required=False,
        empty_label="不是村里提出的",
        help_text="选定后，村里的这件事同时交办，期限相同。",
        error_messages={"invalid_choice": "请从名单中选择，已办结的事不再列出"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["need"].queryset = TownNeed.objects.open().select_related("village")
        self.fields["need"].label_from_instance = lambda need: f"{need.village}：{need.text[:40]}"


class ChangeDecisionForm(OwnedForm):
    """Once the meeting's record is closed its words stand (`fixed`), and a change of owner or date needs its
    reason."""

    def __init__(self, *args: Any, fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            self.fields["text"].disabled = True
            self.fields["reason"] = line("调整的原因", 200)


class ResultForm(PageForm):
    result = text_area("落实情况", 500, 4, help_text="写明做了什么、结果怎样。")
