"""Forms of the yearly sheet of a self-governed village."""

from __future__ import annotations

from typing import Any

from django import forms

from appraisal.actions.selfgov_years import LEAST_WORDS
from appraisal.models import SelfGovYear
from lianzhen.pages.forms import PageForm
from villages.forms.places import PastDayField, line
from villages.forms.selfgov import LaterField, words


class SelfReportForm(PageForm):
    """Kept as far as it is written."""

    work = words("全年工作", 1500, 0, 8, LaterField, help_text=f"做了哪几件主要的事，结果怎样。{LEAST_WORDS}到1500字。")
    problems = words("存在问题", 800, 0, 4, LaterField, help_text=f"{LEAST_WORDS}到800字。")
    plans = words("下年打算", 800, 0, 4, LaterField, help_text=f"{LEAST_WORDS}到800字。")

    def __init__(self, *args: Any, record: SelfGovYear, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)


class YearOpinionForm(PageForm):
    opinion = words("指导员意见", help_text=f"{LEAST_WORDS}到500字：全年到村情况、村里自我管理得怎样、还差什么。")

    def __init__(self, *args: Any, record: SelfGovYear, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)


class YearCheckForm(PageForm):
    note = words("核查情况", help_text="看了什么、经费使用是否相符，供党委评定时参考。")


class YearGradeForm(PageForm):
    grade = forms.ChoiceField(
        label="等次",
        choices=SelfGovYear.Grade.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择等次", "invalid_choice": "请从选项中选择。"},
    )
    note = words("评定理由", 500, 0, required=False, help_text="评为合格以外的等次须写明理由。")
    decided_on = PastDayField(label="党委评定日期")
    basis = line("依据", 200, help_text="例如：会议纪要文号。")

    def __init__(self, *args: Any, record: SelfGovYear, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial.update(grade=None, basis="")


class YearReturnForm(PageForm):
    reason = words("退回原因", 300, help_text="写清还要补充什么。")
