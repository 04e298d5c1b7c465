"""督查批量登记: what one inspection found in many villages, keyed or pasted as a table."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.entries import Recorded, record_deduction
from appraisal.entry_offer import Offer, offer_of
from appraisal.entry_rules import quick_answers
from appraisal.forms.entries import CHOSEN, typed_day
from appraisal.models import ScoreEntry
from appraisal.permissions_entries import record_deductions
from appraisal.views.deductions import CRUMB
from lianzhen.accounts.models import User
from lianzhen.importing import cells
from lianzhen.pages.forms import PageForm
from lianzhen.pages.guard import guarded
from lianzhen.pages.sheet_pages import sheet_page
from lianzhen.pages.sheets import Row, Sheet, SheetColumn
from villages.forms.places import PastDayField, line


class BatchForm(PageForm):
    """What all lines have in common."""

    title = line("检查名称", 30, help_text="例如：环境整建督查。写在每条事实前面。", required=False)
    occurred_on = PastDayField(label="发生日期", initial=timezone.localdate)
    source = forms.ChoiceField(
        label="发现方式",
        choices=[one for one in ScoreEntry.Source.choices if one[0] not in ("system", "claim")],
        initial=ScoreEntry.Source.TOWN,
        error_messages={"required": "请选择发现方式", "invalid_choice": CHOSEN},
    )
    record_number = line("检查记录编号", 50, required=False)


@guarded(record_deductions)
def deduction_batch(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    day = typed_day(request.POST if request.method == "POST" else {}, {}, timezone.localdate(now))
    offer = offer_of(request.user, day, deduction=True)
    context = {
        "heading": "督查批量登记",
        "submit": "登记并通知",
        "cancel_url": reverse("deduction_list"),
        "crumbs": [CRUMB],
        "intro": "一行一条，可从WPS表格复制粘贴。数量不填按1计。没有问题的行先保存，有问题的留在页面上修改。",
    }
    if not offer.clauses:
        return render(request, "appraisal/deduction_none.html", {**context, "problem": offer.problem})
    form = BatchForm(request.POST or None)
    sheet = Sheet(
        request.POST if request.method == "POST" else None, _columns(offer), caption="督查发现", check=_no_repetition
    )
    return sheet_page(
        request,
        form,
        sheet,
        save=lambda values, row: _save(values, row, request.user, now),
        done=lambda saved: (_where(day), f"已登记{len(saved)}条。"),
        context=context,
    )


def _columns(offer: Offer) -> tuple[SheetColumn, ...]:
    villages = {one.name: one for one in offer.villages}
    villages |= {f"{one.name}联村工作组": one for one in offer.villages}
    clauses = {one.number: one for one in offer.clauses}
    clauses |= {number.lower(): one for number, one in clauses.items()}
    return (
        SheetColumn("village", "村", known=villages, required=True, width=12),
        SheetColumn("clause", "条款", known=clauses, required=True, width=6),
        SheetColumn("quantity", "数量", parse=cells.whole(1, 999), pattern="[0-9]{1,3}", width=5, numeric=True),
        SheetColumn("fact", "说明", parse=cells.words(160), required=True, width=30),
    )


def _no_repetition(rows: list[Row]) -> None:
    seen: dict[tuple[Any, Any], Row] = {}
    for row in rows:
        key = (row.values["village"], row.values["clause"])
        if key in seen:
            row.refuse(f"与{seen[key].title}的村和条款相同，请合并成一条或单独登记。", "clause")
        else:
            seen[key] = row


def _save(values: dict[str, Any], row: Row, by: User, now: Any) -> Recorded:
    clause = row.values["clause"]
    answers = quick_answers(clause.as_rule(), row.values["quantity"])
    if answers is None:
        raise ValidationError({"clause": f"条款{clause.number}还要填写别的内容，请单独登记。"})
    if clause.as_rule().wants_reason:
        raise ValidationError({"clause": f"条款{clause.number}须写明酌情理由，请单独登记。"})
    title = values["title"].strip()
    try:
        return record_deduction(
            village=row.values["village"],
            clause=clause,
            occurred_on=values["occurred_on"],
            answers=answers,
            fact=f"{title}：{row.values['fact']}" if title else row.values["fact"],
            source=values["source"],
            record_number=values["record_number"],
            by=by,
            now=now,
        )
    except ValidationError as problem:
        raise _beside(problem) from problem


def _beside(problem: ValidationError) -> ValidationError:
    """A refusal beside the cell that it speaks of."""
    if not hasattr(problem, "error_dict"):
        return problem
    cells_of = {"again": "clause", "files": "clause", "reason": "clause"}
    found: dict[str, list[Any]] = {}
    for name, errors in problem.error_dict.items():
        sentences = [sentence for error in errors for sentence in error.messages]
        if name == "again":
            sentences = [sentence.replace("，是否重复？", "。确需再记的，请单独登记。") for sentence in sentences]
        found.setdefault(cells_of.get(name, name), []).extend(sentences)
    return ValidationError(found)


def _where(day: date) -> str:
    return f"{reverse('deduction_list')}?month={day:%Y-%m}"
