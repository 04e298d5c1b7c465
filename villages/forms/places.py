"""Forms about districts, villages and what they grow."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from lianzhen.pages.forms import DayField, PageForm, PhoneField, PinyinSelect, RowsField
from villages.models import LiaisonGroup, Village


def line(label: str, length: int, **more: Any) -> forms.CharField:
    """A text whose errors speak of it by its own name."""
    errors = {
        "required": f"请填写{label}",
        "max_length": f"{label}不能超过%(limit_value)d字，现在是%(show_value)d字。",
    }
    return forms.CharField(label=label, max_length=length, error_messages=errors, **more)


def count(label: str, most: int = 9_999_999, least: int = 0, **more: Any) -> forms.IntegerField:
    """A whole number of something; empty means unknown."""
    errors = {
        "required": f"请填写{label}",
        "invalid": f"{label}应为整数。",
        "min_value": f"{label}不能小于%(limit_value)s。",
        "max_value": f"{label}不能大于%(limit_value)s。",
    }
    return forms.IntegerField(label=label, min_value=least, max_value=most, error_messages=errors, **more)


class PastDayField(DayField):
    """The day of something that has been decided or has happened: today at the latest."""

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day is not None and day > timezone.localdate():
            raise ValidationError(f"{self.label}不能晚于今天。", code="future")
        return day


def founding_day() -> PastDayField:
    """Offers today to what is being added; empty means longer ago than the register."""
    return PastDayField(
        label="设立日期",
        required=False,
        initial=timezone.localdate,
        help_text="从这一天起计入统计。早就有、现在补登记的，请清空。",
    )


class AmountField(forms.DecimalField):
    """Shows 812.5 where the column stores 812.50."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def amount(label: str, digits: int = 10, **more: Any) -> AmountField:
    """A measured amount with at most two places; empty means unknown."""
    errors = {
        "invalid": f"{label}应为数字。",
        "min_value": f"{label}不能小于0。",
        "max_digits": f"{label}最多%(max)s位数字。",
        "max_whole_digits": f"{label}的整数部分最多%(max)s位。",
        "max_decimal_places": f"{label}最多两位小数。",
    }
    # The step is any: browsers would otherwise refuse 12.5 before the page can say why.
    widget = forms.NumberInput(attrs={"step": "any"})
    return AmountField(
        label=label,
        min_value=0,
        max_digits=digits,
        decimal_places=2,
        required=False,
        error_messages=errors,
        widget=widget,
        **more,
    )


class DistrictForm(PageForm):
    name = line("联络组名称", 40, help_text="例如：第一片区联络组。")
    district_name = line("片区", 40, help_text="例如：第一片区。")
    note = line("备注", 200, required=False)


class DistrictVillagesForm(PageForm):
    """Which villages belong to the district. Every current village is offered with where it is now."""

    villages = RowsField(
        label="所辖村（社区）",
        queryset=Village.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="勾选本片区的村；从别的片区划入的，会同时从那个片区划出。",
    )

    def __init__(self, *args: Any, record: LiaisonGroup, **kwargs: Any) -> None:
        rows = Village.objects.current().select_related("group").order_by("group__position", "code")
        kwargs.setdefault("initial", {})["villages"] = [v.pk for v in rows if v.group_id == record.pk]
        super().__init__(*args, record=record, **kwargs)
        self.fields["villages"].queryset = rows
        self.fields["villages"].label_from_instance = lambda village: self._label(village, record)

    @staticmethod
    def _label(village: Village, group: LiaisonGroup) -> str:
        if village.group_id == group.pk:
            return village.name
        return f"{village.name}（现{village.group.district_name if village.group else '未划片区'}）"


class VillageForm(PageForm):
    name = line("名称", 30)
    kind = forms.ChoiceField(label="类别", choices=Village.Kind.choices, initial="village", widget=forms.RadioSelect)
    code = line("统计代码", 12, help_text="12位数字，以统计用区划代码为准。")
    group = forms.ModelChoiceField(
        label="片区", queryset=LiaisonGroup.objects.all(), required=False, empty_label="未划片区"
    )
    population = count("人口（人）", required=False)
    households = count("户数（户）", required=False)
    group_count = count("村民小组（个）", 999, required=False)
    arable_mu = amount("耕地（亩）")
    party_members = count("党员（名）", 9_999, required=False)
    motto = line("村训", 60, required=False)
    address = line("村部地址", 100, required=False)
    office_phone = PhoneField(label="村部电话", required=False, help_text="座机请写区号，例如0738-1234567。")
    founded_on = founding_day()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].label_from_instance = lambda group: group.district_name


class EndVillageForm(PageForm):
    ended_on = PastDayField(label="撤并日期", initial=timezone.localdate, help_text="从这一天起，这个村不再存在。")
    into = forms.ModelChoiceField(
        label="并入的村",
        queryset=Village.objects.none(),
        required=False,
        widget=PinyinSelect,
        empty_label="没有并入其他村",
    )
    reason = line("依据和原因", 150, help_text="例如：某年某月某日批复的文号。")

    def __init__(self, *args: Any, record: Village, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.fields["into"].queryset = Village.objects.current().exclude(pk=record.pk)
        self.initial["ended_on"] = timezone.localdate


class SpecialityForm(PageForm):
    name = line("产业", 40, help_text="例如：湘莲、稻田养鱼。")
    area_mu = amount("面积（亩）")
    output = amount("产量", 12)
    output_unit = line("产量单位", 10, required=False, help_text="例如：吨、公斤、万尾。")
    note = line("说明", 200, required=False)


class EndForm(PageForm):
    """Ending something that knows only the day of its end; the reason goes on the trail."""

    reason = line("原因", 200)

    def __init__(self, *args: Any, label: str = "停止日期", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"] = PastDayField(label=label, initial=timezone.localdate)
        self.order_fields(["ended_on", "reason"])
