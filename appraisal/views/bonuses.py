"""加分: claiming, its page, opinion, verification, agreement."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import bonuses, entry_ends
from appraisal.entry_page import bonus_acts, entry_context, points_words
from appraisal.forms.entries import AgreeForm, BonusForm, OpinionForm, VerifyForm, WithdrawEntryForm
from appraisal.models import ScoreEntry
from appraisal.permissions_entries import (
    agree_bonus,
    claim_bonuses,
    give_opinion,
    reverse_entry,
    see_entries,
    verify_bonus,
    withdraw_claim,
)
from appraisal.views.deductions import ask_part, entry_form_page, preview_part
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.wording import points

CRUMB = ("加分", "/bonuses/")


def bonus_rows(rows: QuerySet) -> QuerySet:
    return rows.filter(kind=ScoreEntry.Kind.BONUS).select_related(
        "village__group",
        "team__village",
        "clause__category",
        "recorded_by",
        "confirmed_by",
        "opinion_by",
        "verified_by",
        "ended_by",
    )


find_bonus = visible(ScoreEntry, narrow=bonus_rows)


@guarded(claim_bonuses)
def bonus_add(request: HttpRequest) -> HttpResponse:
    def save(values: dict[str, Any]) -> Any:
        return bonuses.claim_bonus(by=request.user, **values)

    return entry_form_page(
        request,
        BonusForm,
        initial={},
        save=save,
        done=lambda recorded: (reverse("bonus", args=[recorded.entry.pk]), recorded.sentence),
        context={"heading": "申报加分", "crumbs": [CRUMB]},
    )


@guarded(claim_bonuses, methods=("POST",))
def bonus_ask(request: HttpRequest) -> HttpResponse:
    return ask_part(request, BonusForm)


@guarded(claim_bonuses, methods=("POST",))
def bonus_preview(request: HttpRequest) -> HttpResponse:
    return preview_part(request, BonusForm)


@guarded(see_entries, find=find_bonus, methods=("GET",))
def bonus(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    context = entry_context(request.user, entry, timezone.now())
    context |= bonus_acts(request.user, entry, context["month"])
    context |= {"points_words": points_words(entry), "crumbs": [CRUMB]}
    return render(request, "appraisal/bonus.html", context)


def under(entry: ScoreEntry, heading: str, submit: str, **more: Any) -> dict[str, Any]:
    url = reverse("bonus", args=[entry.pk])
    crumbs = [CRUMB, (f"{entry.village}{entry.clause_number}", url)]
    told = [f"{entry.clause_number}：{entry.calculation}", f"事实：{entry.fact}"]
    if entry.opinion_at:
        told.append(f"片区意见：{'赞成' if entry.opinion_for else '不赞成'}。{entry.opinion}")
    if entry.verified_at:
        told.append(f"核实：{points(entry.effective_points)}。{entry.verify_note}")
    return {"heading": heading, "submit": submit, "cancel_url": url, "crumbs": crumbs, "effects": told, **more}


def _back(recorded: Any) -> tuple[str, str]:
    return reverse("bonus", args=[recorded.entry.pk]), recorded.sentence


@guarded(give_opinion, find=find_bonus)
def bonus_opinion(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    return form_page(
        request,
        OpinionForm(request.POST or None, record=entry),
        save=lambda values: bonuses.give_opinion(entry=entry, by=request.user, now=timezone.now(), **values),
        done=_back,
        context=under(entry, "出片区意见", "提交片区意见"),
    )


@guarded(verify_bonus, find=find_bonus)
def bonus_verify(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    def save(values: dict[str, Any]) -> Any:
        shared = {"entry": entry, "by": request.user, "now": timezone.now(), "note": values["note"]}
        if not values["holds"]:
            return bonuses.decline_bonus(version=values["version"], **shared)
        verified = values["verified_points"]
        return bonuses.verify(verified_points=verified, version=values["version"], **shared)

    return form_page(
        request,
        VerifyForm(request.POST or None, record=entry),
        save=save,
        done=_back,
        context=under(entry, "核实加分", "提交核实结果"),
    )


@guarded(agree_bonus, find=find_bonus)
def bonus_agree(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    def save(values: dict[str, Any]) -> Any:
        act = bonuses.agree if values.pop("agrees") else bonuses.decline_bonus
        return act(entry=entry, by=request.user, now=timezone.now(), **values)

    return form_page(
        request,
        AgreeForm(request.POST or None, record=entry),
        save=save,
        done=_back,
        context=under(entry, "决定加分", "提交决定"),
    )


@guarded(withdraw_claim, find=find_bonus)
def bonus_withdraw(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    return form_page(
        request,
        WithdrawEntryForm(request.POST or None, record=entry),
        save=lambda values: entry_ends.withdraw(entry=entry, by=request.user, now=timezone.now(), **values),
        done=lambda row: (reverse("bonus", args=[row.pk]), "已撤回申报。"),
        context=under(entry, "撤回申报", "撤回申报", danger=True),
    )


@guarded(reverse_entry, find=find_bonus)
def bonus_reverse(request: HttpRequest, entry: ScoreEntry) -> HttpResponse:
    return form_page(
        request,
        WithdrawEntryForm(request.POST or None, record=entry),
        save=lambda values: entry_ends.reverse(entry=entry, by=request.user, now=timezone.now(), **values),
        done=lambda row: (reverse("bonus", args=[row.pk]), "已撤销，不再计分。工作组会收到通知。"),
        context=under(entry, "撤销加分", "撤销加分", danger=True),
    )
