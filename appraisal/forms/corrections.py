"""Forms about 更正单."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms

from appraisal.forms.months import waiting_words
from appraisal.models import MonthlyScore, ScoreEntry
from lianzhen.pages.forms import PageForm
from lianzhen.wording import MINUS
from villages.forms.places import line


class SignedPoints(forms.DecimalField):
    """Takes the minus of the office's papers (−) and full-width digits as well."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(MINUS, "-")
        return super().to_python(value)


class CorrectionForm(PageForm):
    entry = forms.ModelChoiceField(
        label="更正哪一条",
        queryset=ScoreEntry.objects.none(),
        empty_label="请选择记录",
        error_messages={"required": "请选择要更正的记录"},
    )
    points = SignedPoints(
        label="更正分值（分）",
        max_digits=5,
        decimal_places=1,
        help_text="多扣的填正数（还给工作组），少扣的填负数，例如1.0或-0.5。",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "请填写数字，例如1.0或-0.5"},
    )
    reason = line("更正原因", 300)

    def __init__(self, *args: Any, score: MonthlyScore, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries = ScoreEntry.objects.filter(month=score.month.month, village=score.village_id)
        entries = entries.exclude(state__in=ScoreEntry.UNCOUNTED)
        self.fields["entry"].queryset = entries.select_related("village").order_by("number")
        self.fields["entry"].label_from_instance = waiting_words


class DecideForm(PageForm):
    decision = forms.ChoiceField(
        label="意见", choices=[("approve", "批准"), ("decline", "不批准")], widget=forms.RadioSelect
    )
    note = line("说明", 300, required=False)
