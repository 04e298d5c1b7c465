"""What the form of an entry offers: places, the clauses of the version that judges the day, those used last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max, QuerySet

from appraisal.actions.open_month import Counted, NoScheme, month_ahead
from appraisal.models import Clause, ScoreEntry
from appraisal.rules.base import Kind as RuleKind
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.wording import short
from villages.models import LiaisonTeam, Village

#: Clauses that stand first, since whoever records deductions records the same few.
RECENT = 5
#: Characters of a clause in a list of choices.
SHOWN = 36


@dataclass(frozen=True)
class Offer:
    """`places`: villages with the words for their team. `problem`: why there are no clauses, and what to do."""

    places: Mapping[int, str]
    villages: Sequence[Village]
    clauses: Sequence[Clause]
    recent: Sequence[str] = ()
    counted: Counted | None = None
    problem: str = ""
    by_number: Mapping[str, Clause] = field(default_factory=dict)
    #: Villages with a team on the day.
    with_team: frozenset[int] = frozenset()

    def choices(self) -> list[tuple[str, object]]:
        """With the empty one, those used last, then by category."""
        found: list[tuple[str, object]] = [("", "请选择条款")]
        first = [self.by_number[number] for number in self.recent if number in self.by_number]
        if first:
            found.append(("最近用过", [(one.number, clause_words(one)) for one in first]))
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in self.clauses:
            if one not in first:
                groups.setdefault(one.category.name, []).append((one.number, clause_words(one)))
        return found + list(groups.items())


def clause_words(clause: Clause) -> str:
    return f"{clause.number} {short(clause.text, SHOWN)}"


def places_for(user: User, day: date, *, deduction: bool) -> QuerySet[Village]:
    """All villages for who records deductions; those that one leads for a bonus."""
    rows = (
        Village.objects.current() if deduction else Village.objects.filter(teams__in=user.standing.teams(Role.LEADER))
    )
    return rows.order_by("code").distinct()


def offer_of(user: User, day: date, *, deduction: bool, in_use: bool = True) -> Offer:
    """At most eight queries. `in_use` False: nobody looks at the order of the clauses."""
    villages = list(places_for(user, day, deduction=deduction))
    teams = frozenset(LiaisonTeam.objects.on(day).values_list("village_id", flat=True))
    places = {
        one.pk: f"{one.name}联村工作组" if one.pk in teams else f"{one.name}（没有联村工作组）" for one in villages
    }
    try:
        counted = month_ahead(day)
    except NoScheme as problem:
        return Offer(places, villages, (), problem="".join(problem.messages), with_team=teams)
    clauses = [one for one in counted.scheme.clauses.all() if _is_offered(one, deduction=deduction)]
    latest = _latest(user, clauses) if in_use else []
    return Offer(
        places,
        villages,
        clauses,
        latest,
        counted,
        by_number={one.number: one for one in clauses},
        with_team=teams,
    )


def _latest(user: User, clauses: Sequence[Clause]) -> list[str]:
    used = ScoreEntry.objects.filter(recorded_by=user, clause__in=clauses).order_by()
    latest = used.values("clause_number").annotate(at=Max("pk")).order_by("-at")[:RECENT]
    return [row["clause_number"] for row in latest]


def _is_offered(clause: Clause, *, deduction: bool) -> bool:
    """A veto that is not switched on is listed in the scheme and cannot be recorded."""
    rule = clause.as_rule()
    if rule.kind is RuleKind.VETO and not getattr(rule, "enabled", False):
        return False
    return (rule.kind is not RuleKind.BONUS) == deduction
