"""The sheet 按纸质登记表录入: people down, days across, and what stands above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from appraisal.actions.duty import FROM_PAPER
from appraisal.duty_calendar import WEEKDAYS
from appraisal.facts import OnDuty
from appraisal.models import DutyAttendance
from lianzhen.pages.forms import PageForm, PinyinSelect
from lianzhen.pages.sheets import Line, Sheet, SheetColumn
from lianzhen.periods import Week
from villages.models import LiaisonTeam

Session = DutyAttendance.Session
#: What is written into a cell, and what it stands for.
WRITTEN = {"1": Session.WHOLE, "上": Session.MORNING, "下": Session.AFTERNOON}
KNOWN = {**WRITTEN, "全": Session.WHOLE, "驻": Session.WHOLE, "√": Session.WHOLE, "上午": Session.MORNING}
KNOWN |= {"下午": Session.AFTERNOON, "全天": Session.WHOLE}


class PaperForm(PageForm):
    """Why days that are past are entered only now."""

    late_reason = forms.CharField(label="录入说明", max_length=300, required=False, initial=FROM_PAPER)

    def clean_late_reason(self) -> str:
        return self.cleaned_data["late_reason"] or FROM_PAPER


class TeamSelect(PinyinSelect):
    """Teams by the name of their village, to be found by its pinyin initials too."""

    sounds: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if sound := self.sounds.get(str(value)):
            option["attrs"]["data-py"] = sound
        return option


class TeamWeekForm(forms.Form):
    """Which team's sheet lies on the table; kept in the address."""

    team = forms.ChoiceField(label="联村工作组", widget=TeamSelect)
    week = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, teams: Sequence[LiaisonTeam], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(team.pk), team.village.name) for team in teams]
        self.fields["team"].choices = [("", "请选择联村工作组"), *choices]
        self.fields["team"].widget.sounds = {str(team.pk): team.village.initials for team in teams}


def column_of(day: date) -> str:
    """The name of a day's column: d20181016."""
    return f"d{day:%Y%m%d}"


def day_of(column: str) -> date:
    return date.fromisoformat(column[1:])


def day_columns(days: Iterable[date], fixed: str = "") -> list[SheetColumn]:
    """A column for each day; `fixed` are the weekday digits of the team's fixed days."""
    return [
        SheetColumn(
            column_of(day),
            f"周{WEEKDAYS[day.weekday()]} {day.day}日{' 固定' if str(day.isoweekday()) in fixed else ''}",
            known=KNOWN,
            width=4,
        )
        for day in days
    ]


def paper_sheet(
    data: Any,
    team: LiaisonTeam,
    week: Week,
    people: Sequence[OnDuty],
    entered: Mapping[tuple[int, date], str],
    days: Sequence[date],
    fixed: str,
) -> Sheet:
    """`entered`: the session on record by person and day."""
    words = {session: text for text, session in WRITTEN.items()}
    lines = [
        Line(
            key=str(person.person_id),
            title=person.name,
            note=person.role_name,
            initial={
                column_of(day): words[entered[person.person_id, day]]
                for day in days
                if (person.person_id, day) in entered
            },
            about=person.person_id,
        )
        for person in people
    ]
    return Sheet(
        data,
        day_columns(days, fixed),
        caption=f"{team.village.name} {week.title}",
        lines=lines,
        lines_title="姓名",
    )
