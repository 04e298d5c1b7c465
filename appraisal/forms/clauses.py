"""The form of a clause: its own facts, and the parameters of the rule type that was chosen before."""

from __future__ import annotations

from typing import Any

from django import forms

from appraisal.forms.schemes import parameter_field, parameter_text
from appraisal.models import Category, Clause, Scheme, Suggestion
from appraisal.rules import BadParameters, Kind, rule_type
from lianzhen.pages.forms import PageForm
from villages.forms.places import count, line

#: Before the name of each parameter, so that none is taken for a fact of the clause.
PREFIX = "p_"
#: Facts that come after the parameters.
AFTER = ("applies_to", "needs_second", "evidence", "rectify_days", "suggested_by")


class ClauseForm(PageForm):
    """`rule`: code of the rule type; changing it means choosing another and asking anew."""

    number = line("条款号", 8, help_text="例如：A1、3.2。一版之内不能重复。")
    category = forms.ModelChoiceField(
        label="类别",
        queryset=Category.objects.none(),
        empty_label=None,
        error_messages={"required": "请选择类别", "invalid_choice": "请从列出的类别中选择。"},
    )
    text = line("内容", 300, widget=forms.Textarea(attrs={"rows": 3}))
    applies_to = forms.ChoiceField(label="计入", choices=Clause.APPLIES, widget=forms.RadioSelect)
    needs_second = forms.BooleanField(
        label="一律须复核", required=False, help_text="不论分值大小，都由登记人以外的一人复核后再通知。"
    )
    evidence = forms.ChoiceField(label="证据", choices=Clause.Evidence.choices, widget=forms.RadioSelect)
    rectify_days = count("整改期限（天）", 90, 1, required=False, help_text="不填即不要求整改。")
    suggested_by = forms.MultipleChoiceField(
        label="平台提出的建议扣分，哪几种记入本条",
        choices=Suggestion.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, scheme: Scheme, rule: str, record: Clause | None = None, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.rule = rule_type(rule)
        self.fields["category"].queryset = scheme.categories.all()
        same = record is not None and record.rule == rule
        stored = record.as_rule() if record is not None and same else None
        for one in self.rule.PARAMETERS:
            self.fields[PREFIX + one.name] = parameter_field(one)
            value = getattr(stored, one.name) if stored else getattr(self.rule, one.name, None)
            self.initial[PREFIX + one.name] = parameter_text(one, value if value is not None else "")
        if record is None:
            self.initial.setdefault("applies_to", "both")
            self.initial.setdefault("evidence", Clause.Evidence.NONE)
        # A bonus is claimed by the team itself: nothing to put right, nothing to suggest.
        if self.rule.kind is not Kind.DEDUCTION:
            del self.fields["rectify_days"], self.fields["suggested_by"]
        after = [name for name in AFTER if name in self.fields]
        self.order_fields([name for name in self.fields if name not in after])

    @property
    def rule_title(self) -> str:
        """For the template, which would call the class."""
        return self.rule.title

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        given = {one.name: data.get(PREFIX + one.name) for one in self.rule.PARAMETERS}
        try:
            self.parameters = self.rule.from_json(given).to_json()
        except BadParameters as bad:
            for name, problem in bad.errors.items():
                # A field that is missing has said so already.
                if PREFIX + name not in self.errors:
                    self.add_error(PREFIX + name, f"{problem}。")
        return data

    @property
    def values(self) -> dict[str, Any]:
        facts = {name: value for name, value in self.cleaned_data.items() if not name.startswith(PREFIX)}
        facts.pop("once", None)
        extra = {} if self.rule.kind is Kind.DEDUCTION else {"rectify_days": None, "suggested_by": []}
        return {**facts, **extra, "rule": self.rule.code, "parameters": self.parameters}

    def conflict_rows(self, theirs: Clause) -> list[dict[str, Any]]:
        other = ClauseForm(scheme=theirs.scheme, rule=theirs.rule, record=theirs)
        rows = [_row("规则类型", self.rule.title, theirs.get_rule_display())]
        for bound in self.visible_fields():
            now = shown(other[bound.name]) if bound.name in other.fields else ""
            rows.append(_row(bound.label, shown(bound), now))
        return rows


def shown(bound: forms.BoundField) -> str:
    """What stands in a field, as a reader would say it."""
    value = bound.value()
    labels = {str(key): str(label) for key, label in getattr(bound.field, "choices", [])}
    if isinstance(value, list | tuple):
        return "、".join(labels.get(str(one), str(one)) for one in value)
    if isinstance(bound.field, forms.BooleanField):
        return "是" if value else "否"
    return labels.get(str(value), "" if value is None else str(value))


def _row(label: str, mine: str, theirs: str) -> dict[str, Any]:
    return {"label": label, "mine": mine, "theirs": theirs, "differs": mine != theirs}
