"""Forms of 年总结 and 年考核: the leader's steps, the opinions on them, the committee's grades and decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from appraisal.actions.annual_summaries import LEAST_WORDS, TEXTS
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.year_terms import Quota
from lianzhen.pages.forms import PageForm
from villages.forms.places import PastDayField, line
from villages.forms.selfgov import words

#: Rows of a step's box, and what it asks for.
BOXES = {
    "work": (14, "做了哪几件主要的事，结果怎样。写具体的事和数字。"),
    "highlights": (8, "哪些做法有成效、可以推广。"),
    "problems": (8, "哪些没有做好，为什么。"),
    "plans": (8, "明年做哪几件事，什么时候做完。"),
}


def grade_field(label: str, grades: Sequence[str], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[(name, name) for name in grades],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择等次", "invalid_choice": "请从选项中选择。"},
        **more,
    )


# --- 年总结 -----------------------------------------------------------------------------------------
class SummaryStepForm(PageForm):
    """One step; that of the facts has no box."""

    def __init__(self, *args: Any, record: AnnualSummary, step: str, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.step = step
        if step in TEXTS:
            rows, help_text = BOXES[step]
            most = AnnualSummary._meta.get_field(step).max_length
            told = f"{help_text}{LEAST_WORDS}到{most}字。"
            # What is too short the action says; the box lets more be pasted, so that nothing is cut unseen.
            self.fields["text"] = words(TEXTS[step], most, 0, rows, help_text=told)
            self.fields["text"].widget.attrs.pop("maxlength", None)
            self.initial["text"] = getattr(record, step)

    def conflict_rows(self, theirs: AnnualSummary) -> list[dict[str, Any]]:
        if self.step not in TEXTS:
            return []
        mine, now = self.cleaned_data["text"], getattr(theirs, self.step)
        return [{"label": TEXTS[self.step], "mine": mine, "theirs": now, "differs": mine != now}]


class SummaryOpinionForm(PageForm):
    opinion = words("片区意见", help_text="10到500字：全年工作怎样、自评是否属实、还差什么。")

    def __init__(self, *args: Any, record: AnnualSummary, grades: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.fields["grade"] = grade_field("建议等次", grades)


class SummaryCheckForm(PageForm):
    note = words("核查情况", help_text="10到500字：看了什么、自评与登记是否相符，供党委评定时参考。")

    def __init__(self, *args: Any, record: AnnualSummary, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)


class SummaryReturnForm(PageForm):
    reason = words("退回原因", 300, help_text="写清还要补充什么。")


class SummaryOutForm(PageForm):
    reason = words("不参加的原因", 300, 0, help_text="例如：6月起实行村为主自治，工作组已结束。")


class YearStepForm(PageForm):
    """A step that asks nothing: its button says what it does."""


# --- 年考核 -----------------------------------------------------------------------------------------
class YearBackForm(PageForm):
    reason = line("退回原因", 200)


class AnnualGradeForm(PageForm):
    """One team's grade. The proposal is chosen until another is."""

    def __init__(self, *args: Any, record: AnnualGrade, grades: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.fields["grade"] = grade_field("等次", grades, initial=record.grade or record.proposed or None)
        self.fields["reason"] = line(
            "与建议不同的理由", 200, required=False, help_text="等次与建议相同的不用填。", initial=record.reason
        )


class YearDecideForm(PageForm):
    decided_on = PastDayField(label="党委评定日期")
    basis = line("依据", 200, help_text="党委会议纪要或文件的文号。")

    def __init__(self, *args: Any, record: AnnualAssessment, quota: Quota, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        if quota.needs_reason:
            self.fields["over_quota_reason"] = words(
                f"超出“{quota.grade}”比例的理由", 300, 0, 3, help_text=f"{quota.sentence}。"
            )
