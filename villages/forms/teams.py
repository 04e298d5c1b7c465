"""Forms about teams, postings and fixed duty days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.forms.models import ModelChoiceIteratorValue
from django.utils import timezone

from lianzhen.pages.forms import DayField, PageForm, PinyinSelect
from villages.actions.teams import MIN_DUTY_DAYS
from villages.forms.fields import PersonField, choosable
from villages.forms.places import line
from villages.models import LiaisonGroup, LiaisonTeam, Person, Posting, Village
from villages.models.teams import WEEKDAYS


def offer(field: forms.ModelChoiceField, rows: Iterable[Model]) -> None:
    """Show these rows and accept any of the field's queryset. Whatever stopped being on offer since the page
    was opened is refused by the action, which says why; a form sent twice is led where the first one went."""
    field.choices = [
        *([("", field.empty_label)] if field.empty_label is not None else []),
        *[(ModelChoiceIteratorValue(row.pk, row), field.label_from_instance(row)) for row in rows],
    ]


def first_day(place: LiaisonTeam | LiaisonGroup) -> date:
    """What a form offers to begin with: today, or the first day of a team to come."""
    today = timezone.localdate()
    return max(today, place.starts_on) if isinstance(place, LiaisonTeam) else today


def basis_field() -> forms.CharField:
    return line("依据", 200, required=False, help_text="例如：党委会议纪要的文号。")


def staff() -> QuerySet[Person]:
    """Whom the town may post."""
    return choosable(Person.objects.staff())


class TeamForm(PageForm):
    village = forms.ModelChoiceField(
        label="村",
        queryset=Village.objects.none(),
        widget=PinyinSelect,
        empty_label="请选择村",
        help_text="只列出没有联村工作组、也没有实行村为主自治的村。",
        error_messages={"required": "请选择村", "invalid_choice": "请从名单中选择村"},
    )
    starts_on = DayField(label="成立日期", initial=timezone.localdate)
    reason = basis_field()

    def __init__(self, *args: Any, villages: QuerySet[Village], offered: QuerySet[Village], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages
        offer(self.fields["village"], offered)


class EndTeamForm(PageForm):
    last_day = DayField(label="最后一天", initial=timezone.localdate, help_text="这一天仍算在任。")
    reason = line("原因", 200, help_text="例如：实行村为主自治、村级合并。")


class LeaderForm(PageForm):
    """更换组长; without a leader in office (`former`) 任命组长. `place` is the team or the liaison group."""

    person = PersonField(label="新组长")
    starts_on = DayField(label="起始日期", initial=timezone.localdate)
    stays = forms.BooleanField(label="原组长留任", required=False)
    reason = line("原因", 200, help_text="例如：工作调整。")
    basis = basis_field()

    def __init__(self, *args: Any, place: LiaisonTeam | LiaisonGroup, former: Posting | None, **kwargs: Any) -> None:
        fresh = {"starts_on": first_day(place), "basis": "", "reason": ""}
        super().__init__(*args, record=place, initial=fresh, **kwargs)
        self.fields["person"].queryset = staff()
        if former is None:
            del self.fields["reason"], self.fields["stays"]
            self.fields["person"].label = "组长"
            return
        offer(self.fields["person"], staff().exclude(pk=former.person_id))
        role = "组员" if isinstance(place, LiaisonTeam) else "成员"
        self.fields["stays"].label = f"{former.person}留任{role}"


class PostingForm(PageForm):
    """Somebody joins a team or a liaison group."""

    person = PersonField(label="姓名")
    is_leader = forms.TypedChoiceField(
        label="职务", coerce=lambda typed: typed == "1", initial="0", widget=forms.RadioSelect
    )
    starts_on = DayField(label="起始日期", initial=timezone.localdate)
    basis = basis_field()

    def __init__(self, *args: Any, member_word: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = staff()
        self.fields["is_leader"].choices = [("0", member_word), ("1", "组长")]


class InstructorForm(PageForm):
    person = PersonField(label="指导员")
    starts_on = DayField(label="起始日期")
    basis = basis_field()

    def __init__(self, *args: Any, former: Posting | None, starts_on: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"starts_on": starts_on}, **kwargs)
        self.fields["person"].queryset = staff()
        if former is not None:
            offer(self.fields["person"], staff().exclude(pk=former.person_id))


class EndPostingForm(PageForm):
    last_day = DayField(label="最后一天", initial=timezone.localdate, help_text="这一天仍算在任。")
    reason = line("原因", 200, help_text="例如：工作调动、退休。")


class WithdrawPostingForm(PageForm):
    reason = line("原因", 200, help_text="例如：登记有误。")


class DutyDaysForm(PageForm):
    weekdays = forms.MultipleChoiceField(
        label="固定办公日",
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS, start=1)],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "chips"}),
        help_text=f"每周不少于{MIN_DUTY_DAYS}天。",
        error_messages={
            "required": f"请选择固定办公日，每周不少于{MIN_DUTY_DAYS}天",
            "invalid_choice": "请选择星期",
        },
    )
    starts_on = DayField(label="起始日期", initial=timezone.localdate)
    reason = line("原因", 200, required=False)

    def __init__(self, *args: Any, team: LiaisonTeam, weekdays: str, **kwargs: Any) -> None:
        fresh = {"weekdays": list(weekdays), "starts_on": first_day(team), "reason": ""}
        super().__init__(*args, record=team, initial=fresh, **kwargs)
