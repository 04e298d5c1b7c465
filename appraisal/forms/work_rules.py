"""The form of 工作制度."""

from __future__ import annotations

from typing import Any

from django import forms

from appraisal.models import WorkRules
from appraisal.models.work_rules import WEEKDAY_CHOICES
from lianzhen.pages.forms import DayField, PageForm
from villages.forms.places import count, line


class WorkRulesForm(PageForm):
    starts_on = DayField(label="生效日期", help_text="下周或以后的一个星期一。已经开始的周不受影响。")
    need_days = count("每周定点办公天数（天）", 7, 1, help_text="一周的工作日不足时，按工作日数计算。")
    counted_per_person = forms.TypedChoiceField(
        label="怎样计算",
        choices=[("", "按工作组：组里有一人在岗即算一天"), ("1", "按人：每名组员各算各的")],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )
    makeup_days = count("补登期限（天）", 60, help_text="期限内写明原因即可补登，超过的由片区联络组同意。")
    explain_workdays = count("抽查说明期限（工作日）", 20, 1)
    report_weekday = forms.TypedChoiceField(label="周报截止（周几）", choices=WEEKDAY_CHOICES, coerce=int)
    report_time = forms.TimeField(
        label="周报截止时间",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "请按17:00的格式填写周报截止时间", "required": "请填写周报截止时间"},
    )
    meeting_weekday = forms.TypedChoiceField(label="周例会（周几）", choices=WEEKDAY_CHOICES, coerce=int)
    leave_leader_days = count("组长准假上限（天）", 30)
    leave_group_days = count("联络组准假上限（天）", 60, help_text="超过的由联村办主任批。")
    leave_paper_days = count("口头请假补办期限（天）", 30)
    basis = line("依据", 200, required=False, help_text="党委会议纪要或文件的文号。不填时按示例处理，页面上会注明。")
    adopted_on = DayField(label="通过日期", required=False)

    def __init__(self, *args: Any, record: WorkRules | None = None, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        if record is not None:
            self.initial["counted_per_person"] = "1" if record.counted_per_person else ""
