"""不扣: a reason to choose, with words where the choice alone says nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from appraisal.models import Suggestion
from lianzhen.pages.forms import PageForm, RowsField
from villages.forms.places import line

REASONS = (("公出", "公出"), ("请假", "请假"), ("调休", "调休"), ("其他", "其他"))


class DeclineForm(PageForm):
    kind = forms.ChoiceField(
        label="不扣的理由",
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择不扣的理由", "invalid_choice": "请选择不扣的理由"},
    )
    text = line("说明", 200, required=False, help_text="选“其他”的须写明；写上日期、依据，便于日后核对。")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == "其他" and not cleaned.get("text"):
            self.add_error("text", "选“其他”的请写明理由")
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """`reason` in one sentence, and what else the form holds."""
        kind, text = self.cleaned_data["kind"], self.cleaned_data["text"].strip()
        reason = text if kind == "其他" else f"{kind}：{text}" if text else kind
        kept = {name: value for name, value in super().values.items() if name not in ("kind", "text")}
        return {"reason": reason, **kept}


def chosen_ones() -> RowsField:
    return RowsField(
        label="建议",
        queryset=Suggestion.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请勾选要办理的建议", "invalid_choice": "其中有的已经办理，请刷新页面后再选"},
    )


class ConfirmManyForm(PageForm):
    suggestions = chosen_ones()

    def __init__(self, *args: Any, offered: QuerySet[Suggestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["suggestions"].queryset = offered


class DeclineManyForm(DeclineForm):
    suggestions = chosen_ones()

    def __init__(self, *args: Any, offered: QuerySet[Suggestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["suggestions"].queryset = offered
        self.order_fields(["suggestions", "kind", "text"])
