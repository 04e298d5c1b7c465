"""扣分: recording, its page, what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import entries, entry_ends
from appraisal.actions.from_suggestions import clause_for, fact_of
from appraisal.entry_offer import offer_of
from appraisal.entry_page import deduction_acts, entry_context, points_words, rectify_facts
from appraisal.entry_preview import Preview, preview_of
from appraisal.forms.entries import (
    ConfirmForm,
    EntryForm,
    RectifiedForm,
    RectifyCheckForm,
    WithdrawEntryForm,
    initial_of,
    typed_day,
)
from appraisal.models import ScoreEntry, Suggestion
from appraisal.permissions import see_suggestions
from appraisal.permissions_entries import (
    change_entry,
    check_rectification,
    confirm_entry,
    of_own_team,
    read_entry,
    record_deductions,
    report_rectification,
    reverse_entry,
    see_entries,
    withdraw_entry,
)
from lianzhen.pages.forms import LONGEST_ID, PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.wording import number
from villages.visibility import works_for

CRUMB = ("扣分", "/deductions/")
#: What 保存并再记一条 keeps.
KEPT = ("occurred_on", "source", "clause")


def deduction_rows(rows: QuerySet) -> QuerySet:
    return rows.filter(kind=ScoreEntry.Kind.DEDUCTION).select_related(
        "village__group", "team__village", "clause__category", "recorded_by", "confirmed_by", "read_by", "ended_by"
    )


find_deduction = visible(ScoreEntry, narrow=deduction_rows)


# --- Recording ----------------------------------------------------------------------------------
@guarded(record_deductions)
def deduction_add(request: HttpRequest) -> HttpResponse:
    suggestion = _suggestion(request)
    return entry_form_page(
        request,
        EntryForm,
        initial={**_kept(request.GET), **_suggested(suggestion)},
        save=lambda values: entries.record_deduction(by=request.user, suggestion=suggestion, **values),
        done=lambda recorded: _after(request, recorded),
        context={"heading": "登记扣分", "crumbs": [CRUMB], "suggestion": suggestion},
    )


@guarded(change_entry, find=find_deduction)
def deduction_edit(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    """A draft, or one that was sent back."""
    return entry_form_page(
        request,
        EntryForm,
        initial=initial_of(entry),
        save=lambda values: entries.record_deduction(entry=entry, by=request.user, **values),
        done=lambda recorded: _after(request, recorded),
        context={"heading": "修改扣分", "crumbs": crumbs_of(entry), "kept": entry.evidence.filter(withdrawn_at=None)},
        entry=entry,
    )


def entry_form_page(
    request: HttpRequest,
    form_class: type[EntryForm],
    *,
    initial: dict[str, Any],
    save: Any,
    done: Any,
    context: dict[str, Any],
    entry: ScoreEntry | None = None,
) -> HttpResponse:
    """The form with its panel 核对. The button 显示填写项 asks only for what the clause wants, without a script."""
    now = timezone.now()
    form = make_form(request, form_class, initial, now, entry)
    asked = "ask" in request.POST
    shown = {**context, "draft_too": form.deduction, "preview": _panel(request, form, initial, now, entry)}
    shown |= {"places": form_addresses(form), "refile": bool(request.FILES)}
    if asked or not form.offer.clauses:
        return render(request, "appraisal/deduction_new.html", {**shown, "form": form})
    return form_page(
        request,
        form,
        save=lambda values: save({**values, **_told(request, form), "now": now}),
        done=done,
        context=shown,
        template="appraisal/deduction_new.html",
    )


def make_form(
    request: HttpRequest, form_class: type[EntryForm], initial: dict[str, Any], now: datetime, entry: ScoreEntry | None
) -> EntryForm:
    posted = request.POST if request.method == "POST" else {}
    day = typed_day(posted, initial, timezone.localdate(now))
    offer = offer_of(request.user, day, deduction=form_class.deduction)
    if "ask" in request.POST:
        typed = {name: value for name, value in request.POST.items() if name not in ("once", "version")}
        return form_class(offer=offer, initial=typed, record=entry)
    return form_class(request.POST or None, request.FILES or None, offer=offer, initial=initial, record=entry)


def form_addresses(form: EntryForm) -> dict[str, str]:
    kind = "deduction" if form.deduction else "bonus"
    return {"ask": reverse(f"{kind}_ask"), "preview": reverse(f"{kind}_preview")}


def _panel(
    request: HttpRequest, form: EntryForm, initial: dict[str, Any], now: datetime, entry: ScoreEntry | None
) -> Preview:
    """Of what was sent, or of what a draft, a suggestion or the last entry presets."""
    if form.is_bound:
        return preview_of(form, now, entry)
    preset = QueryDict(mutable=True)
    for name, bound in ((name, form[name]) for name in form.fields):
        value = bound.value()
        if value not in (None, "", False):
            preset[name] = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return preview_of(type(form)(preset, offer=form.offer, record=entry), now, entry)


def _told(request: HttpRequest, form: EntryForm) -> dict[str, Any]:
    return {"draft": request.POST.get("then") == "draft"} if form.deduction else {}


def _after(request: HttpRequest, recorded: entries.Recorded) -> tuple[str, str]:
    if request.POST.get("then") != "next":
        return reverse("deduction", args=[recorded.entry.pk]), recorded.sentence
    query = QueryDict(mutable=True)
    for name in KEPT:
        query[name] = request.POST.get(name, "")
    return f"{reverse('deduction_add')}?{query.urlencode()}", recorded.sentence


def _kept(query: QueryDict) -> dict[str, Any]:
    return {name: query[name][:20] for name in (*KEPT, "village") if query.get(name)}


def _suggestion(request: HttpRequest) -> Suggestion | None:
    """The open suggestion that the address names, where the user may decide it."""
    asked = request.GET.get("suggestion", "")
    if not asked.isdecimal() or len(asked) > LONGEST_ID:
        return None
    rows = Suggestion.objects.visible_to(request.user).filter(state=Suggestion.State.OPEN)
    rows = rows.exclude(of_own_team(request.user)).select_related("team__village", "person")
    return rows.filter(pk=asked).first()


def _suggested(suggestion: Suggestion | None) -> dict[str, Any]:
    if suggestion is None:
        return {}
    from appraisal.actions.open_month import NoScheme, month_ahead

    try:
        clause = clause_for(month_ahead(suggestion.occurred_on).scheme, suggestion.kind)
    except NoScheme:
        clause = None
    return {
        "village": str(suggestion.team.village_id),
        "occurred_on": suggestion.occurred_on,
        "clause": clause.number if clause else "",
        "quantity": number(suggestion.quantity),
        "fact": fact_of(suggestion),
        "source": ScoreEntry.Source.TOWN,
    }


@guarded(record_deductions, methods=("POST",))
def deduction_ask(request: HttpRequest) -> HttpResponse:
    return ask_part(request, EntryForm)


@guarded(record_deductions, methods=("POST",))
def deduction_preview(request: HttpRequest) -> HttpResponse:
    return preview_part(request, EntryForm)


def ask_part(request: HttpRequest, form_class: type[EntryForm]) -> HttpResponse:
    """What the chosen clause asks, for the page that is open; the panel follows by itself."""
    typed = {name: value for name, value in request.POST.items() if name not in ("once", "version")}
    day = typed_day(typed, {}, timezone.localdate())
    offer = offer_of(request.user, day, deduction=form_class.deduction, in_use=False)
    form = form_class(offer=offer, initial=typed)
    answer = HttpResponse(render_to_string("appraisal/includes/entry_questions.html", {"form": form}))
    answer["HX-Trigger-After-Swap"] = "asked"
    return answer


def preview_part(request: HttpRequest, form_class: type[EntryForm]) -> HttpResponse:
    """The panel 核对 for the page that is open. Nothing is kept."""
    now = timezone.now()
    day = typed_day(request.POST, {}, timezone.localdate(now))
    offer = offer_of(request.user, day, deduction=form_class.deduction, in_use=False)
    entry = _named_entry(request)
    preview = preview_of(form_class(request.POST, offer=offer), now, entry)
    context = {"preview": preview, "again": "again" in request.POST}
    # Without the frame, whose questions would be more than the part's own.
    return HttpResponse(render_to_string("appraisal/includes/entry_preview.html", context))


def _named_entry(request: HttpRequest) -> ScoreEntry | None:
    asked = request.POST.get("entry", "")
    if not asked.isdecimal() or len(asked) > LONGEST_ID:
        return None
    return ScoreEntry.objects.visible_to(request.user).filter(pk=asked, recorded_by=request.user).first()


# --- The page of a deduction ----------------------------------------------------------------------
@guarded(see_entries, find=find_deduction, methods=("GET",))
def deduction(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    now = timezone.now()
    context = entry_context(request.user, entry, now)
    context |= deduction_acts(request.user, entry, now, context["month"])
    suggested = reverse("suggestion", args=[entry.suggestion_id]) if entry.suggestion_id else ""
    works = works_for(request.user, entry.village_id, entry.village.group_id)
    reads = works or request.user.standing.served_on(entry.team_id, entry.occurred_on)
    context |= {
        "rectify": rectify_facts(entry),
        "points_words": points_words(entry),
        "suggestion_url": suggested if reads and see_suggestions(request.user) else "",
        "crumbs": [CRUMB],
    }
    return render(request, "appraisal/deduction.html", context)


def crumbs_of(entry: ScoreEntry) -> list[tuple[str, str]]:
    return [CRUMB, (f"{entry.village}{entry.clause_number}", reverse("deduction", args=[entry.pk]))]


def under(entry: ScoreEntry, heading: str, submit: str, **more: Any) -> dict[str, Any]:
    url = reverse("deduction", args=[entry.pk])
    return {"heading": heading, "submit": submit, "cancel_url": url, "crumbs": crumbs_of(entry), **more}


def _back(entry: ScoreEntry, sentence: str) -> tuple[str, str]:
    return reverse("deduction", args=[entry.pk]), sentence


# --- Steps --------------------------------------------------------------------------------------
@guarded(confirm_entry, find=find_deduction)
def deduction_confirm(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    def save(values: dict[str, Any]) -> entries.Recorded:
        act = entries.confirm if values.pop("agrees") else entries.send_back
        return act(entry=entry, by=request.user, now=timezone.now(), **values)

    return form_page(
        request,
        ConfirmForm(request.POST or None, record=entry, initial={"note": ""}),
        save=save,
        done=lambda recorded: _back(recorded.entry, recorded.sentence),
        context=under(
            entry,
            "复核扣分",
            "提交复核意见",
            effects=[
                f"{entry.clause_number}：{entry.calculation}",
                f"事实：{entry.fact}",
                f"登记人：{entry.recorded_by or '系统'}",
            ],
        ),
    )


@guarded(withdraw_entry, find=find_deduction)
def deduction_withdraw(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    return form_page(
        request,
        WithdrawEntryForm(request.POST or None, record=entry),
        save=lambda values: entry_ends.withdraw(entry=entry, by=request.user, now=timezone.now(), **values),
        done=lambda row: _back(row, "已作废，不再计分。"),
        context=under(
            entry,
            "作废扣分",
            "作废扣分",
            danger=True,
            effects=["这条扣分不再计分，记录保留，写明作废原因。", "需要时可以重新登记。"],
        ),
    )


@guarded(reverse_entry, find=find_deduction)
def deduction_reverse(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    return form_page(
        request,
        WithdrawEntryForm(request.POST or None, record=entry),
        save=lambda values: entry_ends.reverse(entry=entry, by=request.user, now=timezone.now(), **values),
        done=lambda row: _back(row, "已撤销，不再计分。工作组会收到通知。"),
        context=under(
            entry,
            "撤销扣分",
            "撤销扣分",
            danger=True,
            effects=[f"撤销{entry.number}，{points_words(entry)}不再计入。", "记录保留，工作组和登记人会收到通知。"],
        ),
    )


@guarded(read_entry, find=find_deduction)
def deduction_read(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    return form_page(
        request,
        PageForm(request.POST if request.method == "POST" else None),
        save=lambda values: entry_ends.mark_entry_read(entry=entry, by=request.user, now=timezone.now()),
        done=lambda row: _back(row, "已阅。申诉期内仍可申诉。"),
        context=under(
            entry, "已阅扣分", "已阅，没有异议", effects=[f"{entry.fact}", "点“已阅”不影响申诉，申诉期内仍可提出。"]
        ),
    )


@guarded(report_rectification, find=find_deduction)
def deduction_rectify(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    return form_page(
        request,
        RectifiedForm(request.POST or None, record=entry),
        save=lambda values: entry_ends.report_rectified(entry=entry, by=request.user, now=timezone.now(), **values),
        done=lambda row: _back(row, "已填写整改情况，由联村工作办核查。"),
        context=under(entry, "填写整改情况", "提交整改情况", intro=entry.fact),
    )


@guarded(check_rectification, find=find_deduction)
def deduction_rectify_check(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    return form_page(
        request,
        RectifyCheckForm(request.POST or None, record=entry),
        save=lambda values: entry_ends.check_rectified(entry=entry, by=request.user, now=timezone.now(), **values),
        done=lambda row: _back(row, "已登记核查结果，工作组会收到通知。"),
        context=under(
            entry, "核查整改", "提交核查结果", intro=f"{entry.fact} 整改情况：{entry.rectify_result or '还没有填写'}"
        ),
    )
