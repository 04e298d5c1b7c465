"""The page of one deduction or bonus: everything for a fair hearing in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from appraisal.actions.appeals import answer_words, closed_sentence
from appraisal.actions.entries import deadline_words
from appraisal.actions.entry_ends import CLAIMED, UNTOLD
from appraisal.actions.entry_notices import place_of
from appraisal.entry_lines import line_of
from appraisal.entry_rules import is_free_to_withdraw
from appraisal.models import Appeal, AppraisalMonth, Evidence, ScoreEntry
from appraisal.permissions_entries import (
    agree_bonus,
    change_entry,
    check_rectification,
    confirm_entry,
    file_appeal,
    give_opinion,
    read_entry,
    report_rectification,
    reverse_entry,
    take_evidence_down,
    verify_bonus,
    withdraw_claim,
    withdraw_entry,
)
from appraisal.score_effect import Effect, effect_of, months_up_to, standing_among
from lianzhen.accounts.models import User
from lianzhen.accounts.verdicts import Verdict
from lianzhen.wording import full_date, list_date, long_date, points, points_change
from villages.visibility import opens_village

State = ScoreEntry.State
TONES = {
    State.DRAFT: "wait",
    State.WAITING: "wait",
    State.NOTIFIED: "warn",
    State.APPEALED: "dispute",
    State.EFFECTIVE: "bad",
    State.CHANGED: "bad",
    State.REVOKED: "off",
    State.CLAIMED: "wait",
    State.OPINION: "wait",
    State.VERIFIED: "wait",
    State.AGREED: "good",
    State.DECLINED: "off",
    State.RETURNED: "warn",
    State.WITHDRAWN: "off",
    State.REVERSED: "off",
}
APPEAL_TONES = {"filed": "wait", "checking": "wait", "answered": "done", "withdrawn": "off"}


@dataclass(frozen=True)
class Event:
    """A step in the making of the entry, for the timeline."""

    at: datetime
    label: str
    by_name: str
    reason: str = ""
    url: str = ""


def state_of(entry: ScoreEntry) -> tuple[str, str]:
    return TONES[State(entry.state)], entry.get_state_display()


def appeal_state(appeal: Appeal) -> tuple[str, str]:
    word = appeal.get_state_display()
    return APPEAL_TONES[appeal.state], f"{word}：{appeal.get_outcome_display()}" if appeal.outcome else word


def signed(entry: ScoreEntry) -> str:
    """−1.0分 or +1.0分, what counts now."""
    size = entry.effective_points
    return points_change(size if entry.kind == ScoreEntry.Kind.BONUS else -size)


def entry_context(user: User, entry: ScoreEntry, now: datetime) -> dict[str, Any]:
    """What both pages print. At most eleven queries."""
    today = timezone.localdate(now)
    appeals = list(entry.appeals.select_related("filed_by", "checked_by", "decided_by").order_by("pk"))
    months = months_up_to(entry.month)
    month = months[-1] if months and months[-1].month == entry.month else None
    month_title = month.period.title if month else f"{entry.month.year}年{entry.month.month}月"
    sealed = month is not None and month.is_sealed and entry.state in ScoreEntry.COUNTING
    return {
        "entry": entry,
        "team_url": reverse("team", args=[entry.team_id]) if opens_village(user, entry.village) else "",
        "place": place_of(entry),
        "state": state_of(entry),
        "points_shown": signed(entry),
        "day": long_date(entry.occurred_on),
        "evidence": evidence_rows(user, entry),
        "appeals": [(one, appeal_state(one), answer_words(one)) for one in appeals],
        "effect": effect_on_score(entry, months),
        "counts": entry.state in ScoreEntry.COUNTING,
        "deadline": _deadline(entry, now),
        "people": _people(entry),
        "events": _events(entry, appeals),
        "month": month,
        "month_title": month_title,
        "counted_in": f"计入{month_title}{'，已锁定' if sealed else ''}",
        "today": today,
    }


def evidence_rows(user: User, entry: ScoreEntry) -> list[tuple[Evidence, bool]]:
    """With whether the reader may take it down."""
    rows = list(entry.evidence.filter(withdrawn_at=None).select_related("created_by"))
    for row in rows:
        row.entry = entry
    return [(row, bool(take_evidence_down(user, row))) for row in rows]


def effect_on_score(entry: ScoreEntry, months: Sequence[AppraisalMonth]) -> Effect | None:
    """What the entry does, or would do, to the month's score; None for what is over. `months`: `months_up_to`."""
    if entry.state in (*ScoreEntry.OVER, State.DRAFT, State.RETURNED):
        return None
    standing = standing_among(entry, months)
    return effect_of(standing, line_of(entry)) if standing is not None else None


def _deadline(entry: ScoreEntry, now: datetime) -> str:
    """The deadline written out, or that it is over."""
    if entry.state not in (State.NOTIFIED, State.EFFECTIVE) or entry.appeal_until is None:
        return ""
    today = timezone.localdate(now)
    return closed_sentence(entry, now) or f"可在{deadline_words(entry, today)}前申诉。"


def _people(entry: ScoreEntry) -> list[tuple[str, str]]:
    bonus = entry.kind == ScoreEntry.Kind.BONUS
    rows = [("申报人" if bonus else "登记人", entry.recorded_by)]
    if entry.opinion_by:
        rows.append(("片区意见", entry.opinion_by))
    if entry.verified_by:
        rows.append(("核实人", entry.verified_by))
    if entry.confirmed_by:
        rows.append(("决定人" if bonus else "复核人", entry.confirmed_by))
    return [(label, str(user) if user else "系统") for label, user in rows]


def _events(entry: ScoreEntry, appeals: Sequence[Appeal]) -> list[Event]:
    """Newest first."""
    bonus = entry.kind == ScoreEntry.Kind.BONUS
    found = [Event(entry.recorded_at, "申报加分" if bonus else "登记扣分", _name(entry.recorded_by))]
    if entry.opinion_at:
        word = "片区赞成" if entry.opinion_for else "片区不赞成"
        found.append(Event(entry.opinion_at, word, _name(entry.opinion_by), entry.opinion))
    if entry.verified_at:
        found.append(Event(entry.verified_at, "核实", _name(entry.verified_by), entry.verify_note))
    if entry.confirmed_at:
        word = {State.RETURNED: "复核退回", State.DECLINED: "不同意"}.get(
            State(entry.state), "同意" if bonus else "复核同意"
        )
        found.append(Event(entry.confirmed_at, word, _name(entry.confirmed_by), entry.confirm_note))
    if entry.notified_at:
        found.append(Event(entry.notified_at, f"通知{place_of(entry)}", ""))
    if entry.read_at:
        found.append(Event(entry.read_at, "已阅", _name(entry.read_by)))
    for one in appeals:
        found += _appeal_events(one)
    if entry.rectified_at:
        found.append(Event(entry.rectified_at, "填写整改情况", _name(entry.rectified_by), entry.rectify_result))
    if entry.rectify_checked_at:
        word = "整改到位" if entry.rectify_ok else "整改没有到位"
        found.append(Event(entry.rectify_checked_at, word, _name(entry.rectify_checked_by), entry.rectify_note))
    if entry.ended_at:
        found.append(Event(entry.ended_at, entry.get_state_display(), _name(entry.ended_by), entry.end_reason))
    # Of one moment, what came later stands first.
    found.reverse()
    return sorted(found, key=lambda event: event.at, reverse=True)


def _appeal_events(appeal: Appeal) -> list[Event]:
    url = reverse("appeal", args=[appeal.pk])
    found = [Event(appeal.filed_at, f"提出{appeal}", _name(appeal.filed_by), url=url)]
    if appeal.checked_at:
        found.append(Event(appeal.checked_at, "核查申诉", _name(appeal.checked_by), appeal.check_note))
    if appeal.decided_at:
        word = f"答复申诉：{appeal.get_outcome_display()}"
        found.append(Event(appeal.decided_at, word, _name(appeal.decided_by), appeal.answer, url))
    if appeal.withdrawn_at:
        found.append(Event(appeal.withdrawn_at, "撤回申诉", _name(appeal.withdrawn_by)))
    return found


def _name(user: User | None) -> str:
    return str(user) if user else "系统"


# --- What the reader may do -----------------------------------------------------------------------
def deduction_acts(user: User, entry: ScoreEntry, now: datetime, month: AppraisalMonth | None) -> dict[str, Any]:
    """Buttons, and the sentence where somebody might expect one and finds none. No query."""
    sealed = month is not None and month.is_sealed
    state = entry.state
    waiting, told = state == State.WAITING, state == State.NOTIFIED
    own, confirms = file_appeal(user, entry), confirm_entry(user, entry)
    in_time = told and not closed_sentence(entry, now)
    free = state in UNTOLD or (told and is_free_to_withdraw(entry.notified_at, entry.read_at, now))
    rectifies = entry.rectify_by is not None and state not in ScoreEntry.OVER and not entry.rectify_ok
    return {
        "may_edit": bool(change_entry(user, entry)) and not sealed,
        "may_confirm": waiting and bool(confirms) and not sealed,
        "why_not": _why(user, waiting, confirms),
        "may_withdraw": free and bool(withdraw_entry(user, entry)) and not sealed,
        "may_reverse": state in ScoreEntry.COUNTING and bool(reverse_entry(user, entry)) and not sealed and not free,
        "may_read": told and entry.read_at is None and bool(read_entry(user, entry)),
        "may_appeal": in_time and bool(own) and not sealed,
        "may_rectify": rectifies and bool(report_rectification(user, entry)),
        "may_check": rectifies
        and entry.rectified_at is not None
        and entry.rectify_checked_at is None
        and bool(check_rectification(user, entry)),
    }


def _why(user: User, waiting: bool, verdict: Verdict) -> str:
    """Only to somebody who could decide if it were not about himself."""
    decides = user.standing.has("office_lead", "district")
    return verdict.reason if waiting and decides and not verdict else ""


def bonus_acts(user: User, entry: ScoreEntry, month: AppraisalMonth | None) -> dict[str, Any]:
    sealed = month is not None and month.is_sealed
    state = entry.state
    open_ones = state in CLAIMED and not sealed
    verdicts = {
        "may_opine": (state == State.CLAIMED, give_opinion(user, entry)),
        "may_verify": (state in (State.CLAIMED, State.OPINION), verify_bonus(user, entry)),
        "may_agree": (state == State.VERIFIED, agree_bonus(user, entry)),
    }
    found: dict[str, Any] = {name: fits and bool(verdict) and not sealed for name, (fits, verdict) in verdicts.items()}
    lead = user.standing.has("office_lead")
    why = verdicts["may_agree"][1] if lead and state == State.VERIFIED else None
    return {
        **found,
        "why_not": why.reason if why is not None and not why else "",
        "may_withdraw": open_ones and bool(withdraw_claim(user, entry)),
        "may_reverse": state == State.AGREED and bool(reverse_entry(user, entry)) and not sealed,
    }


def rectify_facts(entry: ScoreEntry) -> list[tuple[str, str]]:
    if entry.rectify_by is None:
        return []
    rows = [("整改期限", full_date(entry.rectify_by))]
    if entry.rectified_on:
        rows += [("整改完成", full_date(entry.rectified_on)), ("整改情况", entry.rectify_result)]
    if entry.rectify_checked_at:
        word = "到位" if entry.rectify_ok else "没有到位"
        rows.append(("核查", f"{word}。{entry.rectify_note}" if entry.rectify_note else word))
    return rows


def summary_of(entry: ScoreEntry, year: int) -> str:
    """One line of an inbox: 示例村联村工作组 11月24日 B3 −1.0分"""
    return f"{place_of(entry)} {list_date(entry.occurred_on, year)} {entry.clause_number} {signed(entry)}"


def points_words(entry: ScoreEntry) -> str:
    """1.0分, or what an appeal or the verification left of it: 1.0分，变更为0.5分."""
    if entry.changed_points is None:
        return points(entry.points)
    word = "核实为" if entry.kind == ScoreEntry.Kind.BONUS else "变更为"
    return f"{points(entry.points)}，{word}{points(entry.changed_points)}"
