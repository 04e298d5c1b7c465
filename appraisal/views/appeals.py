"""申诉: filing in two steps, its page, checking, answering."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import appeals as actions
from appraisal.actions.entry_notices import place_of
from appraisal.entry_lines import line_of
from appraisal.entry_page import appeal_state, evidence_rows
from appraisal.filters_entries import AppealFilter
from appraisal.forms.appeals import AppealForm, CheckAppealForm, DecideAppealForm, SendAppealForm
from appraisal.models import Appeal, ScoreEntry
from appraisal.permissions_entries import (
    check_appeal,
    decide_appeal,
    file_appeal,
    see_entries,
    withdraw_appeal,
)
from appraisal.score_effect import Effect, change_effect, standing_of_entry
from appraisal.scoring import LineState
from appraisal.views.deductions import crumbs_of, find_deduction
from lianzhen.accounts.models import User
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to, tag
from lianzhen.wording import dense_date, full_date, list_date, number, points

CRUMB = ("申诉", "/appeals/")
OPEN = (Appeal.State.FILED, Appeal.State.CHECKING)


def appeal_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related(
        "entry__village__group",
        "entry__team__village",
        "entry__clause__category",
        "entry__recorded_by",
        "entry__confirmed_by",
        "filed_by",
        "checked_by",
        "decided_by",
    )


find_appeal = visible(Appeal, narrow=appeal_rows)


# --- Filing ---------------------------------------------------------------------------------------
@guarded(file_appeal, find=find_deduction)
def deduction_appeal(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    """填写 → 核对 → 提交. The photo comes with the second step, since a browser keeps none from page to page."""
    now = timezone.now()
    url = reverse("deduction", args=[entry.pk])
    closed = actions.closed_sentence(entry, now)
    context = {
        "heading": "申诉",
        "entry": entry,
        "place": place_of(entry),
        "closed": closed or ("" if entry.state == ScoreEntry.State.NOTIFIED else _not_open(entry)),
        "cancel_url": url,
        "crumbs": crumbs_of(entry),
        "deadline": actions.deadline_words(entry, timezone.localdate(now)),
        "submit": "核对申诉",
    }
    if "confirmed" not in request.POST:
        return _first_step(request, entry, context)
    form = SendAppealForm(request.POST, request.FILES)
    return form_page(
        request,
        form,
        save=lambda values: actions.file_appeal(entry=entry, by=request.user, now=now, **values),
        done=lambda appeal: (reverse("appeal", args=[appeal.pk]), filed_sentence(appeal)),
        template="appraisal/appeal_check.html",
        context=context | _checked(form),
    )


def _first_step(request: HttpRequest, entry: ScoreEntry, context: dict[str, Any]) -> HttpResponse:
    form = AppealForm(request.POST or None)
    if request.method != "POST" or "change" in request.POST:
        if request.method == "POST":
            form = AppealForm(initial={name: request.POST.get(name, "") for name in ("reason", "text")})
        return render(request, "appraisal/appeal_new.html", {**context, "form": form})
    if not form.is_valid():
        return render(request, "appraisal/appeal_new.html", {**context, "form": form}, status=422)
    second = SendAppealForm(initial=form.values)
    return render(request, "appraisal/appeal_check.html", {**context, "form": second, **_checked(form)})


def _checked(form: AppealForm) -> dict[str, Any]:
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    reasons = dict(Appeal.Reason.choices)
    return {"reason_words": reasons.get(given.get("reason", ""), ""), "text_words": given.get("text", "")}


def _not_open(entry: ScoreEntry) -> str:
    return f"这条扣分{entry.get_state_display()}，目前不能申诉。"


def filed_sentence(appeal: Appeal) -> str:
    handled = actions.handled_by(appeal, timezone.now())
    return f"已提交申诉，编号{appeal.number}。由{handled}处理，{actions.answer_words(appeal)}。"


# --- List and page --------------------------------------------------------------------------------
def _summary(appeal: Appeal) -> str:
    entry = appeal.entry
    return f"{place_of(entry)}{entry.clause_number}"


COLUMNS = (
    Column("filed", "提交日期", lambda a: timezone.localdate(a.filed_at), sort=["filed_at"], kind="date"),
    Column(
        "place",
        "扣分",
        _summary,
        show=lambda a: link_to("appeal", a.pk, _summary(a)),
        head=True,
        sort=["entry__village__pinyin"],
    ),
    Column(
        "district",
        "片区",
        lambda a: a.entry.village.group.district_name if a.entry.village.group else "",
        secondary=True,
    ),
    Column("reason", "哪里不对", lambda a: a.get_reason_display(), sort=["reason"], secondary=True),
    Column(
        "before",
        "原扣分（分）",
        lambda a: a.points_before,
        show=lambda a: points(a.points_before),
        kind="number",
        total=True,
        sum_text=lambda total: points(Decimal(total)),
    ),
    Column(
        "after",
        "答复后（分）",
        lambda a: a.points_after,
        show=lambda a: points(a.points_after),
        kind="number",
        total=True,
        sum_text=lambda total: points(Decimal(total)),
    ),
    Column("state", "状态", lambda a: appeal_state(a)[1], show=lambda a: tag(*appeal_state(a)), sort=["state"]),
    Column(
        "until",
        "答复期限",
        lambda a: a.answer_by,
        show=lambda a: dense_date(a.answer_by),
        sort=["answer_by"],
        kind="date",
    ),
    Column("filer", "提交人", lambda a: a.filed_by.name, sort=["filed_by__pinyin"], secondary=True),
    Column("number", "编号", lambda a: a.number, kind="code", sort=["number"], secondary=True),
)


@guarded(see_entries, methods=LIST_METHODS)
def appeal_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        appeal_rows(Appeal.objects.visible_to(request.user)),
        COLUMNS,
        title="申诉",
        order=["-filed_at", "-pk"],
        filterset=AppealFilter,
        count=lambda n: f"共{number(n)}件",
        empty_text="没有申诉。对扣分有异议的，可在期限内从那条扣分的页面提出。",
        context={"table_css": "cards"},
    )
    return page.respond()


@guarded(see_entries, find=find_appeal, methods=("GET",))
def appeal(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    return render(request, "appraisal/appeal.html", appeal_context(request.user, appeal))


def appeal_context(user: User, appeal: Appeal) -> dict[str, Any]:
    """Left what was recorded, right what the appeal says."""
    entry, today = appeal.entry, timezone.localdate()
    is_open = appeal.state in OPEN
    decides = decide_appeal(user, appeal)
    photos = list(appeal.evidence.filter(withdrawn_at=None))
    late = is_open and appeal.answer_by < today
    handled = actions.handled_by(appeal, timezone.now()) if is_open else ""
    return {
        "appeal": appeal,
        "entry": entry,
        "place": place_of(entry),
        "state": appeal_state(appeal),
        "day": list_date(entry.occurred_on, today.year),
        "evidence": evidence_rows(user, entry),
        "photos": [(one, False) for one in photos],
        "answer_words": actions.answer_words(appeal),
        "late": f"应于{full_date(appeal.answer_by)}前答复，已超期。" if late else "",
        "handled": handled,
        "outcome_words": actions.outcome_words(appeal) if appeal.outcome else "",
        "effect": effect_words(appeal) if appeal.outcome else "",
        "may_decide": is_open and bool(decides),
        # Why he may not, or that he registers what the body decided.
        "why_not": decides.reason if is_open and user.standing.has("office_lead", "committee") else "",
        "may_check": is_open and bool(check_appeal(user, appeal)),
        "may_withdraw": is_open and bool(withdraw_appeal(user, appeal)),
        "crumbs": [CRUMB],
    }


def effect_words(appeal: Appeal) -> str:
    """变更后11月得分 96.5分 → 97.0分, as the score stands today."""
    effect = effect_of_answer(appeal, appeal.outcome, appeal.points_after)
    return f"{appeal.get_outcome_display()}后{effect.score_sentence}" if effect else ""


def effect_of_answer(appeal: Appeal, outcome: str, after: Any) -> Effect | None:
    """What the answer makes of the month's score, against the deduction as it was recorded."""
    entry = appeal.entry
    standing = standing_of_entry(entry)
    if standing is None or (outcome == Appeal.Outcome.CHANGE and after is None):
        return None
    before = replace(line_of(entry), state=LineState.EFFECTIVE, changed_points=None)
    changed = {
        Appeal.Outcome.KEEP: before,
        Appeal.Outcome.REVOKE: replace(before, state=LineState.WITHDRAWN),
    }.get(outcome)
    if changed is None:
        changed = replace(before, state=LineState.CHANGED, changed_points=after)
    return change_effect(standing, before, changed)


# --- Steps ----------------------------------------------------------------------------------------
def under(appeal: Appeal, heading: str, submit: str, **more: Any) -> dict[str, Any]:
    url = reverse("appeal", args=[appeal.pk])
    return {"heading": heading, "submit": submit, "cancel_url": url, "crumbs": [CRUMB, (appeal.number, url)], **more}


@guarded(check_appeal, find=find_appeal)
def appeal_check(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    return form_page(
        request,
        CheckAppealForm(request.POST or None, record=appeal),
        save=lambda values: actions.note_check(
            appeal=appeal,
            note=values["check_note"],
            version=values["version"],
            by=request.user,
            now=timezone.now(),
        ),
        done=lambda row: (reverse("appeal", args=[row.pk]), "已填写核查情况。"),
        context=under(appeal, "填写核查情况", "保存核查情况", intro=f"{place_of(appeal.entry)}申诉：{appeal.text}"),
    )


@guarded(decide_appeal, find=find_appeal)
def appeal_decide(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    """Original left, appeal right; the effect of the answer is worked out before it is given."""
    context = appeal_context(request.user, appeal) | under(appeal, "答复申诉", "提交答复")
    as_body = bool(context["why_not"])  # who may not, does not come here
    form = DecideAppealForm(request.POST or None, record=appeal, as_body=as_body)
    context["preview"] = preview_words(appeal, request.POST)
    if "look" in request.POST:
        context["form"] = _kept_form(request, appeal, as_body)
        return render(request, "appraisal/appeal_decide.html", context)
    return form_page(
        request,
        form,
        save=lambda values: actions.decide(appeal=appeal, by=request.user, now=timezone.now(), **values),
        done=lambda row: (
            reverse("appeal", args=[row.pk]),
            f"已答复：{actions.outcome_words(row)}。工作组会收到通知。",
        ),
        context=context,
        template="appraisal/appeal_decide.html",
    )


def _kept_form(request: HttpRequest, appeal: Appeal, as_body: bool) -> DecideAppealForm:
    """What was typed, unjudged: only the effect was asked for."""
    form = DecideAppealForm(record=appeal, as_body=as_body)
    form.initial |= {name: request.POST.get(name, "") for name in ("outcome", "points_after", "answer", "minutes")}
    return form


@guarded(decide_appeal, find=find_appeal, methods=("POST",))
def appeal_preview(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    words = preview_words(appeal, request.POST)
    return HttpResponse(render_to_string("appraisal/includes/appeal_preview.html", {"preview": words}))


def preview_words(appeal: Appeal, typed: Any) -> str:
    """What the answer as typed would do, or what is still missing."""
    form = DecideAppealForm(typed, record=appeal)
    form.full_clean()
    given = form.cleaned_data
    outcome = given.get("outcome")
    if not outcome:
        return "选好答复后，这里显示得分变化。"
    try:
        after = actions.points_left(appeal.points_before, outcome, given.get("points_after"))
    except ValidationError as problem:
        return "".join(problem.messages)
    effect = effect_of_answer(appeal, outcome, after)
    word = dict(Appeal.Outcome.choices)[outcome]
    return f"{word}后{effect.score_sentence}。" if effect else ""


@guarded(withdraw_appeal, find=find_appeal)
def appeal_withdraw(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    return form_page(
        request,
        PageForm(request.POST if request.method == "POST" else None),
        save=lambda values: actions.withdraw_appeal(appeal=appeal, by=request.user, now=timezone.now()),
        done=lambda row: (reverse("appeal", args=[row.pk]), "已撤回申诉。"),
        context=under(
            appeal,
            "撤回申诉",
            "撤回申诉",
            danger=True,
            effects=["扣分照原来的分值计入。", "申诉期内还可以重新提出。"],
        ),
    )
