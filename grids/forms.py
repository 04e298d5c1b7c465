"""Forms about grids and their heads: they read what was typed; the actions decide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q
from django.utils import timezone

from grids.models import Grid, GridHeadTerm
from lianzhen.pages.forms import DayField, PageForm, PhoneField, PinyinSelect, RowsField
from villages.forms.fields import PersonField
from villages.forms.places import founding_day
from villages.models import Person, Village, VillagerGroup

#: Dates outside are slips of the pen. The county's villages had no grids before.
EARLIEST = date(2000, 1, 1)
A_YEAR = timedelta(days=366)


def likely_day(day: date | None, label: str) -> date | None:
    """Refuse a date that can only be a slip of the pen: 0218, 2062."""
    if day is not None and (day < EARLIEST or day > timezone.localdate() + A_YEAR):
        raise ValidationError(f"{label}是{day.year}年，请核对年份。")
    return day


# --- Facts and area ---------------------------------------------------------------------------
class VillagerGroupsField(RowsField):
    """Villager groups of one village; where one lies now is said beside its name."""

    def __init__(self) -> None:
        super().__init__(
            label="所辖村民小组",
            queryset=VillagerGroup.objects.none(),
            required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "chips"}),
            help_text="人员按所在村民小组归入网格。从别的网格划来的，两个网格都留下记录。",
            error_messages={"invalid_choice": "请从本村现有的村民小组中选择。"},
        )

    def of(self, village: Village, grid: Grid | None = None) -> None:
        groups = VillagerGroup.objects.current().filter(village=village)
        self.queryset = groups.select_related("grid_area__grid__village")
        self.grid = grid

    def label_from_instance(self, group: VillagerGroup) -> str:
        other = other_grid_of(group, self.grid)
        return f"{group}（现属{other.short_name}）" if other else str(group)


def other_grid_of(group: VillagerGroup, grid: Grid | None) -> Grid | None:
    """The grid a villager group lies in, unless it is `grid` itself."""
    area = getattr(group, "grid_area", None)
    return area.grid if area is not None and (grid is None or area.grid_id != grid.pk) else None


class GridForm(PageForm):
    """Facts and area of a grid."""

    name = forms.CharField(
        label="网格名称", max_length=30, required=False, help_text="没有名称的按网格号称呼，例如第3网格。"
    )
    boundary = forms.CharField(
        label="四至范围", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    households = forms.IntegerField(label="户数（户）", min_value=0, max_value=99999, required=False)
    residents = forms.IntegerField(label="人口（人）", min_value=0, max_value=999999, required=False)
    founded_on = founding_day()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self._offer_groups(self.record.village)

    def moves(self) -> list[str]:
        """What was chosen away from another grid, in sentences."""
        chosen = self.cleaned_data.get("villager_groups", ())
        return [f"{g}由{other.short_name}划入。" for g in chosen if (other := other_grid_of(g, self.record))]

    def _offer_groups(self, village: Village) -> None:
        field = VillagerGroupsField()
        field.of(village, self.record)
        self.fields["villager_groups"] = field
        if self.record is not None:
            self.initial.setdefault("villager_groups", self.record.villager_groups)


class AddGridForm(GridForm):
    """A new grid. Villager groups can be chosen once the village is known."""

    village = forms.ModelChoiceField(
        label="村",
        queryset=Village.objects.current(),
        widget=PinyinSelect,
        error_messages={"required": "请选择村", "invalid_choice": "请从名单中选择村。"},
    )
    number = forms.IntegerField(
        label="网格号",
        min_value=1,
        max_value=99,
        required=False,
        help_text="不填则接着用下一个号；用过的号不再使用。",
    )
    field_order = ("village", "number", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = self.data.get("village") if self.is_bound else self.initial.get("village")
        village = self.fields["village"].queryset.filter(pk=named).first() if str(named or "").isdecimal() else None
        if village is not None:
            self._offer_groups(village)


class EndGridForm(PageForm):
    ended_on = DayField(label="撤并日期", help_text="从这一天起不再是网格，网格长任期止于前一天。")
    end_reason = forms.CharField(
        label="撤并说明",
        max_length=180,
        help_text="例如：并入第2网格。",
        error_messages={"required": "请填写撤并说明"},
    )

    def clean_ended_on(self) -> date | None:
        day = likely_day(self.cleaned_data["ended_on"], "撤并日期")
        if day is not None and day > timezone.localdate():
            raise ValidationError("撤并日期不能晚于今天，请到当天再办理。")
        return day


class ReturnGridForm(PageForm):
    reason = forms.CharField(label="原因", max_length=200, error_messages={"required": "请填写原因"})


# --- Heads ------------------------------------------------------------------------------------
class HeadField(PersonField):
    """Residents of the grid's village; who already heads a grid is said beside the name."""

    def of(self, village: Village, held_by: int | None = None) -> None:
        """Offer the village's current people, and `held_by` whatever became of him."""
        running = GridHeadTerm.objects.open().select_related("grid")
        people = Person.objects.filter(Q(village=village, ended_on=None) | Q(pk=held_by))
        people = people.select_related("department", "villager_group", "village").order_by("pinyin", "pk")
        self.queryset = people.prefetch_related(Prefetch("grid_head_terms", running, to_attr="heading"))

    def label_from_instance(self, person: Person) -> str:
        label = super().label_from_instance(person)
        posts = "、".join(term.grid.post for term in person.heading)
        return f"{label} 现任{posts}" if posts else label


class ReplaceHeadForm(PageForm):
    """The new head, from the register or entered here (§9.10). `record` is `heads_as_opened(grid)`."""

    person = HeadField(
        label="新网格长",
        error_messages={
            "required": "请选择新网格长，名单中没有的请在下面新增。",
            "invalid_choice": "请从本村人员名单中选择。",
        },
    )
    name = forms.CharField(label="姓名", max_length=30, required=False)
    phone = PhoneField(required=False)
    starts_on = DayField(label="起始日期")
    reason = forms.ChoiceField(
        label="更换原因",
        choices=GridHeadTerm.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择更换原因", "invalid_choice": "请选择更换原因"},
    )
    note = forms.CharField(label="补充说明", max_length=150, required=False)
    allow_second = forms.BooleanField(label="允许兼任", required=False)

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        fresh = {"person": None, "starts_on": timezone.localdate(), "reason": None}
        super().__init__(*args, initial=fresh, **kwargs)
        self.fields["person"].of(grid.village)
        # With JavaScript the sentence about the old term follows the date; see grids/replace.html.
        self.fields["starts_on"].widget.attrs.update(
            {"hx-get": "?effects=1", "hx-trigger": "change", "hx-target": "#effects", "hx-swap": "outerHTML"}
        )
        if self.record.pk is None:
            self.initial["reason"] = GridHeadTerm.Reason.FIRST
        else:
            kept = [c for c in GridHeadTerm.Reason.choices if c[0] != GridHeadTerm.Reason.FIRST]
            self.fields["reason"].choices = kept

    def clean_starts_on(self) -> date | None:
        return likely_day(self.cleaned_data["starts_on"], "起始日期")

    def clean_allow_second(self) -> bool | None:
        # Not asked is not "no": the page that compares two editors' forms shows nothing then.
        return self.cleaned_data["allow_second"] or None

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("name") and not self.data.get("person"):
            self.errors.pop("person", None)
            values["person"] = None
        if values.get("person") and values.get("name"):
            told = f"已从名单中选择{values['person']}，请清空这里的姓名；要新增的话，请不要选择名单中的人。"
            self.add_error("name", told)
        return values


class EndHeadForm(PageForm):
    """The head leaves, nobody follows yet. Field names are those of the term."""

    ends_on = DayField(label="任期最后一天")
    end_reason = forms.CharField(
        label="原因", max_length=200, help_text="例如：外出务工。", error_messages={"required": "请填写原因"}
    )

    def clean_ends_on(self) -> date | None:
        return likely_day(self.cleaned_data["ends_on"], "任期最后一天")


class CorrectHeadForm(PageForm):
    """What was entered about a term was wrong."""

    person = HeadField(label="网格长")
    starts_on = DayField(label="起始日期")
    ends_on = DayField(label="截止日期", required=False, help_text="仍在任的不填。")
    reason = forms.ChoiceField(
        label="更换原因",
        choices=GridHeadTerm.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择更换原因", "invalid_choice": "请选择更换原因"},
    )
    why = forms.CharField(
        label="更正说明",
        max_length=200,
        help_text="例如：起始日期登记有误。",
        error_messages={"required": "请填写更正说明"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].of(self.record.grid.village, held_by=self.record.person_id)

    def clean_starts_on(self) -> date | None:
        return likely_day(self.cleaned_data["starts_on"], "起始日期")

    def clean_ends_on(self) -> date | None:
        return likely_day(self.cleaned_data["ends_on"], "截止日期")
