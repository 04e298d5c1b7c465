"""Forms of a version of the scheme: its settings, its bands and formula, its categories, its way to adoption."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.models import AppraisalMonth, Category, Scheme
from appraisal.ranking import Band, read_bands
from appraisal.rules.parameters import Points, Rows, Text
from appraisal.scheme_words import formula_of
from appraisal.subsidy_formulas import Absences, BadParameters, Formula, Part, part_type
from lianzhen.pages.forms import PageForm
from lianzhen.periods import Month
from villages.forms.places import AmountField, PastDayField, count, line

#: Months that may be chosen ahead of the first possible one.
MONTHS_AHEAD = 12


def marks(label: str, *, least: str = "0", most: str = "1000", **more: Any) -> AmountField:
    """Points (分) in steps of 0.1."""
    errors = {
        "required": f"请填写{label}",
        "invalid": f"{label}应为数字。",
        "min_value": f"{label}不能小于%(limit_value)s分。",
        "max_value": f"{label}不能大于%(limit_value)s分。",
        "max_digits": f"{label}不能大于{most}分。",
        "max_whole_digits": f"{label}不能大于{most}分。",
        "max_decimal_places": f"{label}最小到0.1分。",
    }
    return AmountField(
        label=label,
        min_value=Decimal(least),
        max_value=Decimal(most),
        max_digits=6,
        decimal_places=1,
        error_messages=errors,
        widget=forms.NumberInput(attrs={"step": "any"}),
        **more,
    )


def months_to_begin(today: date) -> list[Month]:
    """The months from which a version may begin: after the last one that has begun with another. One query."""
    last = AppraisalMonth.objects.order_by("-month").values_list("month", flat=True).first()
    # Before the first month of scoring a town may begin with months that it keeps on paper so far.
    first = Month.of(last).next() if last is not None else Month(today.year - 1, 1)
    months = [first]
    end = max(Month.of(today), first)
    for _ in range(MONTHS_AHEAD):
        end = end.next()
    while months[-1] < end:
        months.append(months[-1].next())
    return months


class MonthField(forms.TypedChoiceField):
    """One of the months offered, as the first day of it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": "请选择起始月份", "invalid_choice": "请从列出的月份中选择。"})
        super().__init__(coerce=lambda key: Month.parse(key).start, empty_value=None, **kwargs)

    def offer(self, months: Sequence[Month], *, empty: str = "") -> None:
        offered = [(one.key, one.title) for one in months]
        self.choices = [("", empty), *offered] if empty else offered

    def prepare_value(self, value: Any) -> Any:
        return Month.of(value).key if isinstance(value, date) else value


# --- Settings ----------------------------------------------------------------------------------------
class BandRow(NamedTuple):
    name: str
    at_least: Decimal


BANDS = Rows(
    name="bands",
    label="等次",
    row=BandRow,
    columns=(Text(name="name", label="等次名称", longest=10), Points(name="at_least", label="分数线", low=Decimal(0))),
)


class SettingsForm(PageForm):
    title = line("名称", 80)
    month_from = MonthField(
        label="拟起始月份", required=False, help_text="登记通过时还可以另选。已经开始的月份用原来的方案，不受影响。"
    )
    base = marks("基础分", least="1")
    total_floor = marks("总分最低", required=False, help_text="不填即不设最低分。")
    bonus_month_cap = marks("每月加分上限", required=False, help_text="不填即不设上限。")
    bonus_quarter_cap = marks("每季加分上限", required=False, help_text="不填即不设上限。")
    decimals = forms.TypedChoiceField(label="得分小数位数", choices=[(1, "1位"), (2, "2位")], coerce=int)
    village_weight = forms.DecimalField(
        label="村得分所占比重",
        min_value=0,
        max_value=1,
        max_digits=4,
        decimal_places=3,
        help_text="0到1之间，例如0.6；其余是工作组自身得分所占的比重。",
        widget=forms.NumberInput(attrs={"step": "any"}),
        error_messages={
            "required": "请填写村得分所占比重",
            "invalid": "村得分所占比重应为0到1之间的数字。",
            "min_value": "村得分所占比重应在0到1之间。",
            "max_value": "村得分所占比重应在0到1之间。",
            "max_digits": "村得分所占比重最多三位小数。",
            "max_decimal_places": "村得分所占比重最多三位小数。",
            "max_whole_digits": "村得分所占比重应在0到1之间。",
        },
    )
    second_points = marks("超过多少分须复核", help_text="一次扣分超过这个分值的，由登记人以外的一人复核后再通知。")
    publicity_days = count("公示（工作日）", 30, 1)
    appeal_days = count("申诉期限（工作日）", 30, 1)
    answer_days = count("答复期限（工作日）", 30, 1)
    display = forms.ChoiceField(
        label="结果怎样排列", choices=Scheme.Display.choices, widget=forms.RadioSelect, required=True
    )
    bands = forms.CharField(
        label="等次",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="一行一个，从高到低：等次名称 分数线。最后一个等次包括低于它的全部得分。",
        error_messages={"required": "请填写等次"},
    )
    note = line("说明", 500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, record: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        months = months_to_begin(timezone.localdate())
        chosen = [Month.of(record.month_from)] if record.month_from else []
        self.fields["month_from"].offer(sorted({*months, *chosen}), empty="还没有定")
        self.initial["bands"] = bands_text(read_bands(record.bands))
        self.initial["village_weight"] = f"{record.village_weight.normalize():f}"

    def clean_bands(self) -> list[dict[str, str]]:
        try:
            rows = BANDS.read(self.cleaned_data["bands"])
            stored = [{"name": row.name, "from": f"{row.at_least or Decimal(0):f}"} for row in rows]
            if problem := BANDS.problem(rows):
                raise ValueError(problem)
            read_bands(stored)
        except ValueError as problem:
            raise ValidationError(f"{str(problem).rstrip('。')}。") from problem
        return stored

    def conflict_rows(self, theirs: Scheme) -> list[dict[str, Any]]:
        other = SettingsForm(record=theirs)
        rows = []
        for bound in self.visible_fields():
            mine, now = str(bound.value() or ""), str(other[bound.name].value() or "")
            rows.append({"label": bound.label, "mine": mine, "theirs": now, "differs": mine != now})
        return rows


def bands_text(bands: Sequence[Band]) -> str:
    # The lowest band takes everything below the one before it: its own line has no threshold.
    return "\n".join(f"{band.name} {band.at_least if band.at_least.is_finite() else 0}" for band in bands)


class CategoryForm(PageForm):
    name = line("名称", 20)
    full = marks("满分", help_text="各类满分合计应等于基础分；只加分的类别填0。")
    floor = marks("最低", help_text="普通条款扣到这个分为止，一般填0。", initial=Decimal(0))

    def __init__(self, *args: Any, record: Category | None = None, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)


# --- Formula of the subsidy ----------------------------------------------------------------------------
class SubsidyForm(PageForm):
    """Parts of the formula, each with its parameters, `p<number>_<name>`; `added` is a type to begin with."""

    def __init__(self, *args: Any, record: Scheme, added: str = "", **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        formula = formula_of(record)
        self.kinds: list[type[Part]] = [type(part) for part in formula.parts]
        values: list[Part | None] = list(formula.parts)
        if added:
            self.kinds.append(part_type(added))
            values.append(None)
        for number, (kind, part) in enumerate(zip(self.kinds, values, strict=True)):
            for one in kind.PARAMETERS:
                name = f"p{number}_{one.name}"
                self.fields[name] = parameter_field(one, within=f"{number + 1}. {kind.title}：")
                if part is not None:
                    self.initial[name] = parameter_text(one, getattr(part, one.name))
            if len(self.kinds) > 1:
                self.fields[f"p{number}_drop"] = forms.BooleanField(
                    label=f"去掉“{number + 1}. {kind.title}”这一项", required=False
                )
        rows, by_county = Absences.PARAMETERS
        self.fields["absences"] = parameter_field(rows)
        self.fields["by_county"] = parameter_field(by_county)
        self.initial["absences"] = parameter_text(rows, formula.absences.rows)
        self.initial["by_county"] = parameter_text(by_county, formula.absences.by_county)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kept = [n for n in range(len(self.kinds)) if not data.get(f"p{n}_drop")]
        parts = [
            {"type": self.kinds[n].code} | {one.name: data.get(f"p{n}_{one.name}") for one in self.kinds[n].PARAMETERS}
            for n in kept
        ]
        try:
            absences = {"absences": data.get("absences") or "", "by_county": data.get("by_county")}
            self.formula = Formula.from_json({"parts": parts, **absences})
        except BadParameters as bad:
            for key, problem in bad.errors.items():
                # A field that is missing has said so already.
                if (name := self._field_of(key, kept)) is None or name not in self.errors:
                    self.add_error(name, f"{problem}。")
        else:
            if idle := self.formula.absences.idle():
                said = "缺岗扣款最多两行：一般的一行，组长的一行（情形里写明“组长”）；被县查到的填在下一栏。"
                self.add_error("absences", f"“{'、'.join(idle)}”用不上。{said}")
        return data

    def _field_of(self, key: str, kept: Sequence[int]) -> str | None:
        if key.startswith("parts."):
            _, place, name = key.split(".")
            return f"p{kept[int(place)]}_{name}"
        return key if key in self.fields else None

    @property
    def values(self) -> dict[str, Any]:
        return {"version": self.cleaned_data["version"], "subsidy": self.formula.to_json()}

    def conflict_rows(self, theirs: Scheme) -> list[dict[str, Any]]:
        mine, now = self.formula.sentence(), formula_of(theirs).sentence()
        return [{"label": "补助办法", "mine": mine, "theirs": now, "differs": mine != now}]


def parameter_field(one: Any, *, within: str = "") -> forms.Field:
    """A field that asks for a parameter of a rule or formula. What was typed is judged by the parameter itself."""
    label = f"{within}{one.label}" + (f"（{one.unit}）" if one.unit else "")
    missing = f"请选择{one.label}" if one.kind == "choice" else f"请填写{one.label}"
    more: dict[str, Any] = {"label": label, "help_text": one.help, "error_messages": {"required": missing}}
    more["required"] = one.required and one.kind != "switch"
    if one.kind == "choice":
        return forms.ChoiceField(choices=one.choices, **more)
    if one.kind == "switch":
        return forms.BooleanField(**more)
    if one.kind == "rows":
        columns = "  ".join(column.label for column in one.columns)
        more["help_text"] = one.help or f"一行一条：{columns}"
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **more)
    if one.kind == "text":
        return forms.CharField(**more)
    return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **more)


def parameter_text(one: Any, value: Any) -> Any:
    """The value as the field shows it."""
    if one.kind == "rows":
        return one.text(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value


# --- From draft to adopted -----------------------------------------------------------------------------
class StepForm(PageForm):
    """A step of the whole version that needs no words."""

    def __init__(self, *args: Any, record: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)


class ReasonForm(StepForm):
    reason = line("原因", 200)


class AdoptForm(StepForm):
    basis = line("依据文号", 200, help_text="党委会议纪要或文件的文号。")
    adopted_on = PastDayField(label="通过日期")
    month_from = MonthField(label="起始月份", help_text="从这个月起按这一版考核；已经开始的月份用原来的方案。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        months = months_to_begin(today)
        self.fields["month_from"].offer(months)
        if not self.initial.get("month_from"):
            self.initial["month_from"] = max(months[0], Month.of(today).next()).start
