"""Forms of closing a month."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from appraisal.actions.months import back_refusal
from appraisal.closing import back_targets
from appraisal.models import AppraisalMonth, ScoreEntry
from lianzhen.pages.forms import DayField, PageForm, RowsField
from villages.forms.places import line


class StepForm(PageForm):
    """A step that asks nothing: its button says what it does."""


class ReviewForm(PageForm):
    note = line("审核意见", 200, required=False)


class PublishForm(PageForm):
    starts_on = DayField(label="公示开始日期", help_text="不上班的日子顺延到下一个工作日。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = timezone.localdate
        self.fields["starts_on"].widget.attrs["data-days"] = "tomorrow"


class LockForm(PageForm):
    typed = line("输入月份，表示确认定稿", 20)

    def __init__(self, *args: Any, record: AppraisalMonth, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.fields["typed"].help_text = f"请输入：{record.period.title}"


class BackForm(PageForm):
    to = forms.ChoiceField(label="退回到", widget=forms.RadioSelect)
    reason = line("退回原因", 200)

    def __init__(self, *args: Any, record: AppraisalMonth, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        names = dict(AppraisalMonth.State.choices)
        self.fields["to"].choices = [(code, names[code]) for code in back_targets(record.state)]
        said = back_refusal(record) or "请选择退回到哪一步。"
        self.fields["to"].error_messages |= {"required": said, "invalid_choice": said}


class PutOffForm(PageForm):
    """顺延: what waits in the month, chosen one by one."""

    entries = RowsField(
        label="顺延到下个月",
        queryset=ScoreEntry.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择要顺延的记录"},
    )

    def __init__(self, *args: Any, waiting: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entries"].queryset = waiting
        self.fields["entries"].label_from_instance = waiting_words


def waiting_words(entry: ScoreEntry) -> str:
    sign = "+" if entry.kind == ScoreEntry.Kind.BONUS else "−"
    return (
        f"{entry.number} {entry.village} {entry.clause_number} {sign}{entry.points:.1f}分 {entry.get_state_display()}"
    )
