"""建议扣分 confirmed: one entry each by the clause that the scheme maps to its kind. A person decides, always."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError

from appraisal.actions.entries import Recorded, record_deduction
from appraisal.actions.open_month import month_ahead
from appraisal.entry_rules import quick_answers
from appraisal.models import Clause, Scheme, ScoreEntry, Suggestion
from lianzhen.accounts.models import User
from lianzhen.trail import acting


def clause_for(scheme: Scheme, kind: str) -> Clause | None:
    """The clause of the version that a kind of suggestion becomes; None where it names none."""
    return next((one for one in scheme.clauses.all() if kind in (one.suggested_by or [])), None)


def fact_of(suggestion: Suggestion) -> str:
    """What the entry says: the finding and what it rests on, within its 200 characters."""
    told = "；".join(f"{fact['label']}{fact['value']}" for fact in suggestion.facts)
    return f"{suggestion.text}。{told}"[:200] if told else suggestion.text[:200]


def confirm_suggestions(*, suggestions: Iterable[Suggestion], by: User, now: datetime) -> list[Recorded]:
    """确认扣分 of several at once; refused as a whole, with every sentence, where one of them cannot be."""
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
        problems: list[str] = []
        for row in rows:
            try:
                done.append(_confirm(row, by, now))
            except ValidationError as problem:
                problems.append(f"{row}：{''.join(problem.messages)}")
        if problems:
            raise ValidationError({"suggestions": problems})
    return done


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
