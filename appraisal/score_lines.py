"""The lines of a score with their facts: what was found, who did what when, evidence, appeals. One query."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from appraisal.entry_lines import STATES
from appraisal.models import Appeal, ScoreEntry
from appraisal.rules.judged import VetoEffect
from appraisal.score_account import ExplainedLine, PersonAct
from appraisal.score_effect import Figures
from appraisal.scoring import CountedLine, Score
from lianzhen.periods import Month
from lianzhen.wording import full_date, points

State = ScoreEntry.State
#: Never told to anybody, or taken back before it took hold.
HIDDEN = (State.DRAFT, State.RETURNED, State.WITHDRAWN)
PEOPLE = ("recorded_by", "confirmed_by", "opinion_by", "verified_by", "ended_by")
#: What is told of an appeal, as it comes with its entry.
APPEAL = ("id", "filed_at", "reason", "state", "outcome", "points_before", "points_after", "decided_at")


def entries_of(month: Month, villages: Collection[int], *, for_team: bool = False) -> QuerySet[ScoreEntry]:
    """Those that a score explains, oldest first, with their people and evidence (`shown`): each once for every
    appeal, the latest first, or once without one."""
    hidden = (*HIDDEN, State.WAITING) if for_team else HIDDEN
    appeal = {f"appeal_{name}": F(f"appeals__{name}") for name in APPEAL}
    return (
        ScoreEntry.objects.filter(month=month.start, village_id__in=villages)
        .exclude(state__in=hidden)
        .select_related("clause__category", "corrects", *PEOPLE)
        .annotate(**appeal, shown=Count("evidence", filter=Q(evidence__withdrawn_at=None)))
        .order_by("occurred_on", "number", F("appeals__filed_at").desc(), F("appeals__id").desc())
    )


def explained_lines(
    month: Month, teams: Mapping[int, int], figures: Mapping[int, Figures], *, for_team: bool = False
) -> dict[int, tuple[ExplainedLine, ...]]:
    """By team. `teams`: village id → team id; `figures`: by team."""
    found: dict[int, list[ExplainedLine]] = {}
    counted = {pk: (_by_key(one.village), _by_key(one.own)) for pk, one in figures.items()}
    rows = entries_of(month, teams.keys(), for_team=for_team)
    for _, same in groupby(rows, key=attrgetter("pk")):
        entry, *others = same
        team = teams[entry.village_id]
        village, own = (lines.get(entry.number) for lines in counted[team])
        found.setdefault(team, []).append(explained(entry, village, own, _appeals([entry, *others])))
    return {pk: tuple(lines) for pk, lines in found.items()}


def explained(
    entry: ScoreEntry, village: CountedLine | None, own: CountedLine | None, appeals: Iterable[Appeal]
) -> ExplainedLine:
    waits = entry.state in STATES and STATES[entry.state].waits
    reasons = dict.fromkeys(one.why_less for one in (village, own) if one and one.why_less and not waits)
    return ExplainedLine(
        key=entry.number,
        entry_id=entry.pk,
        is_bonus=entry.kind == ScoreEntry.Kind.BONUS,
        clause=entry.clause_number,
        text=entry.clause_text,
        category=entry.clause.category.key,
        day=entry.occurred_on,
        fact=entry.fact,
        calculation=entry.calculation,
        state=entry.get_state_display(),
        waits=waits,
        is_over=entry.state in ScoreEntry.OVER,
        size=entry.points,
        left=entry.changed_points,
        village=None if village is None or waits else village.signed,
        own=None if own is None or waits else own.signed,
        why_less="；".join(reasons),
        note=_note(entry, village or own),
        people=tuple(_people(entry)),
        evidence=entry.shown,
        record_number=entry.record_number,
        appeals=tuple(appeal_sentence(one) for one in appeals),
    )


def _appeals(rows: Iterable[Any]) -> list[Appeal]:
    """From an entry's rows."""
    return [
        Appeal(**{name: getattr(row, f"appeal_{name}") for name in APPEAL}) for row in rows if row.appeal_id is not None
    ]


def _by_key(found: Score | None) -> dict[str, CountedLine]:
    return {one.line.key: one for one in (*found.lines, *found.pending.lines)} if found else {}


def _note(entry: ScoreEntry, line: CountedLine | None) -> str:
    """What a reader would ask: a veto, why it was ended, which line it corrects, the reason of a range."""
    parts = []
    if line is not None and getattr(line.clause.rule, "enabled", False):
        parts.append(VetoEffect(line.clause.rule.effect).label)
    if entry.corrects is not None:
        parts.append(f"更正{entry.corrects.number}")
    if entry.reason:
        parts.append(f"酌情理由：{entry.reason}")
    if entry.end_reason:
        parts.append(f"原因：{entry.end_reason}")
    return "；".join(parts)


def _people(entry: ScoreEntry) -> list[PersonAct]:
    bonus = entry.kind == ScoreEntry.Kind.BONUS
    words = [
        ("申报" if bonus else "登记", entry.recorded_by, entry.recorded_at),
        ("片区意见", entry.opinion_by, entry.opinion_at),
        ("核实", entry.verified_by, entry.verified_at),
        ("同意" if bonus else "复核", entry.confirmed_by, entry.confirmed_at),
        ("撤销", entry.ended_by, entry.ended_at),
    ]
    done = [
        PersonAct(act, str(by) if by else "系统", _day(at)) for act, by, at in words if at and (by or act == "登记")
    ]
    if entry.notified_at:
        done.append(PersonAct("通知", "", _day(entry.notified_at)))
    return done


def appeal_sentence(appeal: Appeal) -> str:
    """2018年10月22日申诉（事实不符），10月25日答复：变更，2.0分改为1.0分"""
    told = f"{_day(appeal.filed_at)}申诉（{appeal.get_reason_display()}）"
    if appeal.state != Appeal.State.ANSWERED:
        return f"{told}，{appeal.get_state_display()}"
    change = ""
    if appeal.outcome == Appeal.Outcome.CHANGE:
        change = f"，{points(appeal.points_before)}改为{points(appeal.points_after)}"
    return f"{told}，{_day(appeal.decided_at)}答复：{appeal.get_outcome_display()}{change}"


def _day(moment: datetime | None) -> str:
    return full_date(timezone.localdate(moment)) if moment else ""
