"""申诉: filing in two steps (填写, 核对), checking, answering."""

from __future__ import annotations

from typing import Any

from django import forms

from appraisal.actions.appeals import LEAST_WORDS, MOST_WORDS
from appraisal.as_body import MINUTES_ASKED
from appraisal.models import Appeal
from lianzhen.pages.forms import PageForm

CHOSEN = "请从选项中选择。"


class LongWords(forms.CharField):
    """A text with a least length, whose errors speak of it by its name."""

    def __init__(self, label: str, most: int, least: int = 0, rows: int = 4, **kwargs: Any) -> None:
        errors = {
            "required": f"请填写{label}",
            "max_length": f"{label}不能超过%(limit_value)d字，现在是%(show_value)d字。",
            "min_length": f"{label}至少%(limit_value)d字，现在是%(show_value)d字。",
        }
        super().__init__(
            label=label,
            max_length=most,
            min_length=least or None,
            widget=forms.Textarea(attrs={"rows": rows}),
            error_messages=errors,
            **kwargs,
        )


class AppealForm(PageForm):
    reason = forms.ChoiceField(
        label="哪里不对",
        choices=Appeal.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择哪里不对", "invalid_choice": CHOSEN},
    )
    text = LongWords("说明", 300, LEAST_WORDS, help_text=f"{LEAST_WORDS}到300字，写清楚实际情况，谁可以证明。")


class SendAppealForm(AppealForm):
    """The second step: what was written goes along, a photo may be added."""

    confirmed = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)
    photo = forms.FileField(
        label="照片",
        required=False,
        help_text="可以不附。自动缩小，并去掉拍摄地点和时间。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
        error_messages={"empty": "这个文件是空的，请换一张照片。", "invalid": "请选择一张照片。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget = forms.HiddenInput()
        self.fields["text"].widget = forms.HiddenInput()

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        values.pop("confirmed")
        photo = values.pop("photo")
        return {**values, "files": [photo] if photo else []}


class CheckAppealForm(PageForm):
    check_note = LongWords("核查情况", 500, help_text="查了什么、问了谁、结果怎样，供答复的同志参考。")


class DecideAppealForm(PageForm):
    outcome = forms.ChoiceField(
        label="答复结果",
        choices=Appeal.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择维持、变更或撤销", "invalid_choice": CHOSEN},
    )
    points_after = forms.DecimalField(
        label="变更为（分）",
        max_digits=6,
        decimal_places=1,
        min_value=0,
        required=False,
        widget=forms.NumberInput(attrs={"step": "0.1"}),
        help_text="选“变更”的填写，只能比原来少。申诉不会加重扣分。",
        error_messages={
            "invalid": "变更后的分值应为数字。",
            "min_value": "变更后的分值不能小于0。",
            "max_decimal_places": "变更后的分值最小到0.1分。",
            "max_digits": "变更后的分值太大，请核对。",
            "max_whole_digits": "变更后的分值太大，请核对。",
        },
    )
    answer = LongWords("理由", MOST_WORDS, LEAST_WORDS, help_text=f"至少{LEAST_WORDS}字，写明依据的事实和条款。")
    minutes = forms.CharField(
        label="会议纪要文号",
        max_length=60,
        help_text="党委会议纪要的文号，写在答复后面。",
        error_messages={
            "required": MINUTES_ASKED,
            "max_length": "会议纪要文号不能超过%(limit_value)d字，现在是%(show_value)d字。",
        },
    )

    def __init__(self, *args: Any, record: Appeal, as_body: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial["outcome"] = record.outcome or None
        self.initial["answer"] = record.answer
        if not as_body:
            del self.fields["minutes"]
        if not record.points_before:
            del self.fields["points_after"]
            self.fields["outcome"].choices = [one for one in Appeal.Outcome.choices if one[0] != "change"]
