"""登记扣分, 申报加分: four typed fields, and what the clause itself asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.actions.evidence import KINDS
from appraisal.entry_offer import Offer
from appraisal.models import Clause, ScoreEntry
from appraisal.rules.entries import Ask, Question
from lianzhen.pages.forms import PageForm, PinyinSelect
from lianzhen.wording import number
from villages.forms.places import PastDayField, line
from villages.models import Village

CHOSEN = "请从选项中选择。"


class PlaceSelect(PinyinSelect):
    """Villages by the name of their team, found by the village's initials. `sounds`: by value."""

    sounds: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        if sound := self.sounds.get(str(value)):
            option["attrs"]["data-py"] = sound
        return option


class FewField(forms.ChoiceField):
    """One of the rows that the offer holds, by a text key; gives the row itself, without a query."""

    widget = PlaceSelect

    def offer(self, rows: Mapping[str, Any], choices: list[Any], sounds: Mapping[str, str]) -> None:
        self.rows, self.choices = rows, choices
        self.widget.sounds = sounds

    def to_python(self, value: Any) -> Any:
        return self.rows.get(str(value), str(value)) if value not in self.empty_values else None

    def validate(self, value: Any) -> None:
        if value is None:
            raise ValidationError(self.error_messages["required"], code="required")
        if isinstance(value, str):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.FileField):
    """Several files; each is judged by `evidence.prepare`, which says what to do with one it cannot take."""

    def __init__(self, **kwargs: Any) -> None:
        widget = FilesInput(attrs={"multiple": True, "accept": ".jpg,.jpeg,.png,.pdf,.docx,.xlsx", "data-paste": ""})
        errors = {"empty": "这个文件是空的，请换一个。", "invalid": "请选择文件。", "missing": "请选择文件。"}
        super().__init__(widget=widget, required=False, error_messages=errors, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]


def few(label: str, **more: Any) -> FewField:
    return FewField(
        label=label, error_messages={"required": f"请选择{label}", "invalid_choice": f"请从名单中选择{label}。"}, **more
    )


def fact_field(label: str, hint: str) -> forms.CharField:
    return line(label, 200, help_text=hint, widget=forms.Textarea(attrs={"rows": 2}))


class EntryForm(PageForm):
    """`offer` holds what can be chosen on the day; `chosen` is the clause whose questions the form puts."""

    deduction = True
    village = few("工作组")
    occurred_on = PastDayField(label="发生日期", initial=timezone.localdate)
    clause = few("条款")
    reason = line("酌情理由", 200, widget=forms.Textarea(attrs={"rows": 2}))
    fact = fact_field("事实", "时间、地点、情况，例如：上午10:20到村部，无联村干部在岗。")
    files = FilesField(label="照片、文件", help_text=f"可以拍照、选文件或按Ctrl+V粘贴截图；{KINDS}，每个不超过10MB。")
    record_number = line("检查记录编号", 50, required=False)
    source = forms.ChoiceField(
        label="发现方式",
        choices=[one for one in ScoreEntry.Source.choices if one[0] not in ("system", "claim")],
        initial=ScoreEntry.Source.TOWN,
        error_messages={"required": "请选择发现方式", "invalid_choice": CHOSEN},
    )
    again = forms.BooleanField(label="已核对，不是重复，仍要登记", required=False)

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        rows = {str(one.pk): one for one in offer.villages}
        sounds = {key: one.initials for key, one in rows.items()}
        places = [("", "请选择工作组"), *((str(pk), words) for pk, words in offer.places.items())]
        self.fields["village"].offer(rows, places, sounds)
        if self.deduction and not self.is_bound:  # many in a row at the desk; after errors the summary has the focus
            self.fields["village"].widget.attrs["autofocus"] = True
        clauses = {one.number: f"{one.number.lower()} {one.initials}" for one in offer.clauses}
        self.fields["clause"].offer(dict(offer.by_number), offer.choices(), clauses)
        self.chosen = self._chosen()
        self.questions: list[str] = []
        if self.chosen is not None:
            self._ask(self.chosen)
        if self.chosen is None or not self.chosen.as_rule().wants_reason:
            del self.fields["reason"]
        if self.chosen is not None and self.chosen.evidence == Clause.Evidence.ONE_OF:
            self.fields["files"].help_text = f"至少一项：照片、文件或检查记录编号。{self.fields['files'].help_text}"

    def _chosen(self) -> Clause | None:
        typed = self.data.get("clause") if self.is_bound else self.initial.get("clause")
        return self.offer.by_number.get(str(typed or ""))

    def _ask(self, clause: Clause) -> None:
        for question in clause.as_rule().asks():
            self.fields[question.ask] = question_field(question)
            self.questions.append(question.ask)
        names = ["village", "occurred_on", "clause", *self.questions, "reason"]
        self.order_fields(names)

    @property
    def question_fields(self) -> list[Any]:
        """Bound fields of what the clause asks, its reason included."""
        wanted = [*self.questions, *(["reason"] if "reason" in self.fields else [])]
        return [self[name] for name in wanted]

    @property
    def clause_sentence(self) -> str:
        """How the chosen clause counts: 每次扣1.0分，本项最多扣6.0分."""
        return self.chosen.as_rule().sentence() if self.chosen is not None else ""

    def clean_clause(self) -> Clause:
        clause = self.cleaned_data["clause"]
        if clause is not None and self.chosen is None:
            raise ValidationError("请从名单中选择条款。")
        return clause

    @property
    def values(self) -> dict[str, Any]:
        """For `record_deduction` and `claim_bonus`: the answers together, the rest by name."""
        values = super().values
        values["answers"] = {name: values.pop(name) for name in self.questions}
        return values


class BonusForm(EntryForm):
    deduction = False
    fact = fact_field("特色工作和事实", "做了什么、成效怎样、谁认定，例如：湘莲合作社带动十户，县农业局认定。")
    files = FilesField(label="材料", help_text=f"表彰文件、照片等，可以不附；{KINDS}，每个不超过10MB。")
    record_number = line("文号", 50, required=False, help_text="有认定文件的填写。")
    again = forms.BooleanField(label="已核对，不是重复，仍要申报", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["source"]
        self.fields["village"].label, self.fields["occurred_on"].label = "工作组", "认定日期"
        if len(self.offer.villages) == 1:
            self.fields["village"].initial = str(self.offer.villages[0].pk)


def question_field(question: Question) -> forms.Field:
    """The field of one question of the rule. What is right is judged by the rule, with its own sentences."""
    if question.ask is Ask.MET:
        errors = {"required": f"请核实是否“{question.label}”，属实才能登记"}
        return forms.BooleanField(label=f"属实：{question.label}", error_messages=errors)
    if question.ask is Ask.CHOICE:
        field = forms.ChoiceField(
            label=question.label,
            choices=[(option, option) for option in question.options],
            widget=forms.RadioSelect(attrs={"class": "chips"}),
            error_messages={"required": f"请选择{question.label}", "invalid_choice": CHOSEN},
        )
        field.initial = question.options[0] if len(question.options) == 1 or question.label == "情形" else None
        return field
    figure = question.figure
    assert figure is not None
    field = line(f"{question.label}（{question.unit}）" if question.unit else question.label, 15)
    field.widget.attrs.update({"inputmode": "decimal", "class": "figure-input"})
    field.error_messages["required"] = f"请填写{question.label}"
    if question.ask is Ask.QUANTITY:
        field.initial = "1"
    if question.ask is Ask.POINTS:
        field.help_text = f"应在{figure.shown(figure.low)}到{figure.shown(figure.high)}分之间。"
    return field


def typed_day(data: Mapping[str, Any], initial: Mapping[str, Any], today: date) -> date:
    """The day that the form is about, as far as it can be read; today otherwise."""
    field = PastDayField(label="发生日期")
    try:
        return field.clean(data.get("occurred_on") or initial.get("occurred_on")) or today
    except ValidationError:
        return today


def initial_of(entry: ScoreEntry) -> dict[str, Any]:
    """A draft or a returned entry as the form shows it."""
    values = {name: number(value) if isinstance(value, int) else value for name, value in entry.values.items()}
    return {
        "village": str(entry.village_id),
        "occurred_on": entry.occurred_on,
        "clause": entry.clause_number,
        "fact": entry.fact,
        "reason": entry.reason,
        "source": entry.source,
        "record_number": entry.record_number,
        **values,
    }


class WithdrawEntryForm(PageForm):
    reason = line("原因", 200, help_text="例如：登记有误，重复登记。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["reason"] = ""  # the entry's own reason is another matter


def either(label: str, yes: str, no: str, *, required: str) -> forms.TypedChoiceField:
    """Two ways to decide, as buttons of which neither is chosen beforehand. `required`: what to say then."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("1", yes), ("0", no)],
        coerce=lambda typed: typed == "1",
        widget=forms.RadioSelect,
        error_messages={"required": required, "invalid_choice": CHOSEN},
    )


class ConfirmForm(PageForm):
    """复核: agree, or send back with what is to be put right."""

    agrees = either("复核意见", "同意，通知工作组", "退回登记人", required="请选择同意或退回")
    note = line("说明", 300, required=False, help_text="退回时请写明原因。")


class RectifiedForm(PageForm):
    rectified_on = PastDayField(label="整改完成日期", initial=timezone.localdate)
    result = line("整改情况", 300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, record: ScoreEntry, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial["rectified_on"] = record.rectified_on or timezone.localdate()
        self.initial["result"] = record.rectify_result


class RectifyCheckForm(PageForm):
    ok = either("核查结果", "整改到位", "没有到位，继续整改", required="请选择核查结果")
    note = line("核查情况", 300, required=False, help_text="没有到位的，写明还差什么。")


# --- 加分 -------------------------------------------------------------------------------------
class OpinionForm(PageForm):
    is_for = either("片区意见", "赞成加分", "不赞成", required="请选择赞成或不赞成")
    opinion = line("说明", 300, required=False, help_text="不赞成的请写明理由。")


class VerifyForm(PageForm):
    """核实, or a refusal at once where the material bears nothing out."""

    holds = either("核实结果", "属实", "不同意加分", required="请选择核实结果")
    verified_points = forms.DecimalField(
        label="核实分值（分）",
        max_digits=6,
        decimal_places=1,
        min_value=0,
        required=False,
        widget=forms.NumberInput(attrs={"step": "0.1"}),
        error_messages={
            "invalid": "核实分值应为数字。",
            "min_value": "核实分值不能小于0。",
            "max_decimal_places": "核实分值最小到0.1分。",
            "max_digits": "核实分值太大，请核对。",
            "max_whole_digits": "核实分值太大，请核对。",
        },
        help_text="可以少于申报的分值，不能多。",
    )
    note = line("核实情况", 300, required=False, help_text="少于申报的，或不同意的，请写明理由。")

    def __init__(self, *args: Any, record: ScoreEntry, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial["verified_points"] = f"{record.points.normalize():f}"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("holds") and values.get("verified_points") is None and "verified_points" not in self.errors:
            self.add_error("verified_points", "请填写核实分值")
        return values


class AgreeForm(PageForm):
    agrees = either("决定", "同意加分", "不同意", required="请选择同意或不同意")
    note = line("说明", 300, required=False, help_text="不同意的请写明理由。")


def village_of(form: EntryForm) -> Village | None:
    found = getattr(form, "cleaned_data", {}).get("village")
    return found if isinstance(found, Village) else None
