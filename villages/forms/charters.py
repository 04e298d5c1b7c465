"""Forms about 村规民约."""

from __future__ import annotations

from django import forms

from lianzhen.pages.forms import PageForm
from villages.forms.places import PastDayField, line


class CharterForm(PageForm):
    title = line("标题", 60)
    adopted_on = PastDayField(label="村民会议通过日期")
    filed_on = PastDayField(label="报镇备案日期", required=False)
    text = line("正文", 20000, widget=forms.Textarea(attrs={"rows": 18}), help_text="每一条另起一行。")


class CorrectCharterForm(CharterForm):
    reason = line("更正原因", 200, help_text="例如：补登备案日期、录入有误。")
