"""Forms of the work budget of self-governed villages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from lianzhen.pages.forms import PageForm, PinyinSelect
from villages.forms.places import AmountField, PastDayField, count, line
from villages.forms.selfgov import file_field
from villages.forms.teams import offer
from villages.models import Village, WorkBudget


def yuan(label: str = "金额（元）", **more: Any) -> AmountField:
    """Money in 元 to the 分, above zero."""
    errors = {
        "required": f"请填写{label}",
        "invalid": f"{label}应为数字，例如 1200.50。",
        "min_value": f"{label}应大于0。",
        "max_digits": f"{label}太大，请核对。",
        "max_whole_digits": f"{label}太大，请核对。",
        "max_decimal_places": f"{label}最多到分（两位小数）。",
    }
    return AmountField(
        label=label,
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        error_messages=errors,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        **more,
    )


class VillageYearForm(PageForm):
    """A self-governed village and a year; a village that is the only one is chosen already."""

    village = forms.ModelChoiceField(
        label="自治村",
        queryset=Village.objects.none(),
        widget=PinyinSelect,
        empty_label="请选择村",
        error_messages={"required": "请选择村", "invalid_choice": "请从名单中选择村"},
    )
    year = count("年度", 2099, 2018)

    def __init__(
        self, *args: Any, villages: QuerySet[Village], offered: QuerySet[Village] | None = None, **kwargs: Any
    ) -> None:
        """`offered` are those of the `villages` that the page lists; the action says why it takes no other."""
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages
        if offered is not None:
            offer(self.fields["village"], offered)
        alone = list((villages if offered is None else offered)[:2])
        if len(alone) == 1:
            self.initial["village"] = alone[0].pk


class GrantForm(VillageYearForm):
    amount = yuan()
    basis = line("依据文号", 200, help_text="下达经费的文件或会议纪要文号。")
    granted_on = PastDayField(label="下达日期")
    note = line("说明", 200, required=False)


class AdjustForm(PageForm):
    amount = yuan("调整后的金额（元）")
    basis = line("依据文号", 200)
    reason = line("调整原因", 200)

    def __init__(self, *args: Any, record: WorkBudget, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)


class WithdrawBudgetForm(PageForm):
    reason = line("收回原因", 200, help_text="例如：这一年不再实行村为主自治。")

    def __init__(self, *args: Any, record: WorkBudget, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)


class UseForm(PageForm):
    spent_on = PastDayField(label="使用日期")
    purpose = line("用途", 200, help_text="例如：主干道沟渠清理人工费。")
    amount = yuan()
    file = file_field("票据或清单", "可以不附。")


class WithdrawUseForm(PageForm):
    reason = line("撤回原因", 200, help_text="例如：金额登记有误。")
