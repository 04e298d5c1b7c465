"""Forms about duty days: entering, adding to them, and what others decide about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from appraisal.facts import OnDuty
from appraisal.models import DutyAttendance, SpotCheck
from appraisal.work_areas import TOPICS
from lianzhen.pages.forms import DayField, PageForm, PinyinSelect, RowsField
from lianzhen.wording import long_date
from villages.forms.places import PastDayField, line
from villages.models import LiaisonTeam, Person

CHOSEN = {"invalid_choice": "请从选项中选择。", "invalid_list": "请从选项中选择。"}


class TeamField(forms.ModelChoiceField):
    """A team among those that the user may act for, named by its village."""

    def __init__(self, **kwargs: Any) -> None:
        errors = {"required": "请选择联村工作组", "invalid_choice": "请从名单中选择联村工作组。"}
        super().__init__(
            label="联村工作组",
            queryset=LiaisonTeam.objects.none(),
            widget=PinyinSelect,
            empty_label="请选择联村工作组",
            error_messages=errors,
            **kwargs,
        )

    def offer(self, teams: Sequence[LiaisonTeam]) -> None:
        """These, in their order, without a query."""
        self.queryset = LiaisonTeam.objects.filter(pk__in=[team.pk for team in teams])
        self.choices = [("", self.empty_label), *[(team.pk, team.name) for team in teams]]
        self.teams = {team.pk: team for team in teams}

    def to_python(self, value: Any) -> LiaisonTeam | None:
        if value in self.empty_values:
            return None
        team = self.teams.get(int(value)) if str(value).isdecimal() and len(str(value)) < 19 else None
        if team is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return team


class PickTeamForm(forms.Form):
    """Which team, where one may act for many: asked by GET before the form itself."""

    team = TeamField()

    def __init__(self, *args: Any, teams: Sequence[LiaisonTeam], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].offer(teams)


def topics_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="做了什么",
        choices=list(TOPICS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "chips"}),
        error_messages=CHOSEN,
    )


def session_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="时段",
        choices=DutyAttendance.Session.choices,
        initial=DutyAttendance.Session.WHOLE,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择时段", **CHOSEN},
    )


def photo_field() -> forms.FileField:
    """The picture itself is judged by `photos.prepare`, which says what to do with one it cannot take."""
    return forms.FileField(
        label="照片",
        required=False,
        help_text="保存时自动缩小，并去掉拍摄地点和时间。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": "这个文件是空的，请换一张照片。", "invalid": "请选择一张照片。"},
    )


def text_field() -> forms.CharField:
    return line("补充说明", 300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class DutyForm(PageForm):
    """登记驻村. Everything is preset: saving at once is a whole entry."""

    people = forms.TypedMultipleChoiceField(
        label="驻村人员",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择驻村人员", "invalid_choice": "请从名单中选择驻村人员。"},
    )
    session = session_field()
    topics = topics_field()
    text = text_field()
    photo = photo_field()
    day = PastDayField(label="驻村日期")
    team = TeamField()
    late_reason = line("补登原因", 300, required=False, help_text="登记今天以前的日期时填写。")

    #: Shown as text until somebody wants to change them.
    FIXED = ("day", "team", "late_reason")

    def __init__(
        self,
        *args: Any,
        teams: Sequence[LiaisonTeam],
        team: LiaisonTeam,
        day: date,
        here: Sequence[OnDuty],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].offer(teams)
        self.fields["people"].choices = [(one.person_id, label_of(one)) for one in here]
        self.initial |= {"team": team.pk, "day": day}
        self.team, self.shown_day = team, day

    @property
    def several_teams(self) -> bool:
        """Whether there is a team to choose."""
        return len(self.fields["team"].teams) > 1

    @property
    def fixed_open(self) -> bool:
        """Whether the facts stand open for changing: there is something to put right or to explain."""
        return self.shown_day != timezone.localdate() or any(self.errors.get(name) for name in self.FIXED)

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        photo = values.pop("photo")
        return {**values, "photos": [photo] if photo else []}


def label_of(one: OnDuty) -> str:
    """李某（组长）; with the leave of somebody who was to be away."""
    told = f"{one.name}（{one.role_name}）"
    return f"{told}{one.away}" if one.away else told


class ContentForm(PageForm):
    """补充内容."""

    session = session_field()
    topics = topics_field()
    text = text_field()
    photo = photo_field()

    def __init__(self, *args: Any, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not own:
            del self.fields["session"]

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        photo = values.pop("photo")
        return {**values, "photos": [photo] if photo else []}


class DisputeForm(PageForm):
    reason = line("哪里不对", 300, help_text="例如：当天我在县里开会，没有驻村。")


class WithdrawPeopleForm(PageForm):
    """撤销登记 by who decides."""

    people = forms.TypedMultipleChoiceField(
        label="撤销谁的登记",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择要撤销的人员", "invalid_choice": "请从名单中选择。"},
    )
    reason = line("撤销原因", 300)

    def __init__(self, *args: Any, rows: Sequence[DutyAttendance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [(row.person_id, str(row.person)) for row in rows]


class DecisionForm(PageForm):
    """Yes or no, with a note. The words of both and the name of the value are the page's."""

    answer = forms.TypedChoiceField(
        label="办理",
        coerce=lambda typed: typed == "1",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择怎样办理", **CHOSEN},
    )
    note = forms.CharField(
        label="意见",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": "意见不能超过%(limit_value)d字，现在是%(show_value)d字。"},
    )

    def __init__(self, *args: Any, yes: str, no: str, value: str, note_label: str = "意见", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [("1", yes), ("0", no)]
        self.fields["note"].label = note_label
        self.value = value

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        return {self.value: values["answer"], "note": values["note"]}


# --- 调休 -------------------------------------------------------------------------------------
class ShiftForm(PageForm):
    team = TeamField()
    from_day = DayField(label="原固定办公日", required=False, help_text="固定办公日放假、要顺延的，可以不填。")
    to_day = DayField(label="改到哪一天")
    reason = line("原因", 200, help_text="例如：周二全镇开会。")

    def __init__(self, *args: Any, teams: Sequence[LiaisonTeam], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].offer(teams)
        if len(teams) == 1:
            self.fields["team"].initial = teams[0].pk


class ProposalForm(PageForm):
    """One of the days proposed."""

    to_day = forms.TypedChoiceField(
        label="顺延至",
        coerce=date.fromisoformat,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择顺延日", **CHOSEN},
    )

    def __init__(self, *args: Any, days: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_day"].choices = [(day.isoformat(), long_date(day)) for day in days]
        if len(days) == 1:
            self.fields["to_day"].initial = days[0].isoformat()


# --- 抽查 -------------------------------------------------------------------------------------
class CheckForm(PageForm):
    """登记抽查 of a team that has been chosen."""

    day = PastDayField(label="抽查日期", initial=timezone.localdate)
    at = forms.TimeField(
        label="到村部时间",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        input_formats=["%H:%M", "%H:%M:%S", "%H时%M分", "%H：%M"],
        error_messages={"required": "请填写到村部时间", "invalid": "请按09:30的格式填写到村部时间"},
    )
    source = forms.ChoiceField(
        label="发现方式",
        choices=SpotCheck.Source.choices,
        initial=SpotCheck.Source.TOWN,
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        error_messages={"required": "请选择发现方式", **CHOSEN},
    )
    found = forms.ChoiceField(
        label="情况",
        choices=SpotCheck.Found.choices,
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        error_messages={"required": "请选择情况", **CHOSEN},
    )
    people = RowsField(
        label="在岗人员",
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从名单中选择。", "invalid_pk_value": "请从名单中选择。"},
    )
    note = line("所见", 300, required=False, help_text="例如：门开着，桌上有去向牌；县里通报的，写明文号。")

    def __init__(self, *args: Any, here: Sequence[OnDuty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        field.queryset = Person.objects.filter(pk__in=[one.person_id for one in here])
        field.choices = [(one.person_id, label_of(one)) for one in here]


class ExplanationForm(PageForm):
    explanation = forms.CharField(
        label="说明",
        max_length=500,
        help_text="当时在哪里、办什么事，谁可以证明。",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": "请填写说明",
            "max_length": "说明不能超过%(limit_value)d字，现在是%(show_value)d字。",
        },
    )


class ReasonForm(PageForm):
    reason = line("原因", 300)
