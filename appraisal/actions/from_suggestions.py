"""建议扣分 confirmed: one entry each by the clause that the scheme maps to its kind. A person decides, always."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError

from appraisal.actions.entries import Recorded, record_deduction
from appraisal.actions.open_month import month_ahead
from appraisal.entry_rules import quick_answers
from appraisal.models import Clause, Scheme, ScoreEntry, Suggestion
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.wording import bare


def clause_for(scheme: Scheme, kind: str) -> Clause | None:
    """The clause of the version that a kind of suggestion becomes; None where it names none."""
    return next((one for one in scheme.clauses.all() if kind in (one.suggested_by or [])), None)


def fact_of(suggestion: Suggestion) -> str:
    """What the entry says: the finding and what it rests on, within its 200 characters."""
    told = "；".join(f"{fact['label']}{bare(fact['value'])}" for fact in suggestion.facts)
    return f"{suggestion.text}。{told}"[:200] if told else suggestion.text[:200]


@dataclass(frozen=True)
class Confirmed:
    """What became entries, and what stays a suggestion, each with the sentence why."""

    done: list[Recorded]
    kept: list[tuple[Suggestion, str]]


def confirm_suggestions(*, suggestions: Iterable[Suggestion], by: User, now: datetime) -> Confirmed:
    """确认扣分 of several at once. What can be is; the rest stays open. Raises ValidationError where none can be."""
    wanted = [row.pk for row in suggestions]
    with acting(by=by, action="suggestion.confirm", label="确认建议扣分"):
        rows = list(
            Suggestion.objects.select_for_update(of=("self",))
            .select_related("team__village", "person")
            .filter(pk__in=wanted)
            .order_by("pk")
        )
        if not rows:
            raise ValidationError({"suggestions": "请先勾选要确认的建议。"})
        done: list[Recorded] = []
        kept: list[tuple[Suggestion, str]] = []
        for row in rows:
            try:
                # An act of its own: what it wrote before it was refused is taken back, trail and all.
                with acting(by=by, action="suggestion.confirm", label="确认建议扣分"):
                    done.append(_confirm(row, by, now))
            except ValidationError as problem:
                kept.append((row, _why(problem)))
        if not done:
            raise ValidationError({"suggestions": [f"{row}：{why}" for row, why in kept]})
    return Confirmed(done, kept)


def _why(problem: ValidationError) -> str:
    """Its sentences; a like entry that stands already is not asked about here, since nobody would answer."""
    return "".join(one.replace("，是否重复？", "。确需再记的，请单独确认。") for one in problem.messages)


def _confirm(row: Suggestion, by: User, now: datetime) -> Recorded:
    scheme = month_ahead(row.occurred_on).scheme
    clause = clause_for(scheme, row.kind)
    if clause is None:
        raise ValidationError(f"{scheme}没有对应“{row.get_kind_display()}”的条款，请单独登记。")
    answers = quick_answers(clause.as_rule(), Decimal(row.quantity))
    if answers is None:
        raise ValidationError(f"条款{clause.number}还要填写别的内容，请单独确认。")
    return record_deduction(
        village=row.team.village,
        clause=clause,
        occurred_on=row.occurred_on,
        answers=answers,
        fact=fact_of(row),
        source=ScoreEntry.Source.SYSTEM,
        suggestion=row,
        by=by,
        now=now,
    )
