"""Versions of the scheme with their terms as values, in one query for any number of them.

`open_month.with_terms` brings the rows of clauses as well, for forms and pages about them; a score needs the
terms alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, Subquery

from appraisal.models import Scheme
from appraisal.rules import read_rule
from appraisal.rules.scheme import AppliesTo, CategoryTerms, ClauseTerms, SchemeTerms

CATEGORY = ("key", "name", "full", "floor")
CLAUSE = ("number", "text", "rule", "parameters", "applies_to")


@dataclass(frozen=True)
class Version:
    scheme: Scheme
    terms: SchemeTerms


def versions(wanted: Iterable[int], *, in_force: date | None = None) -> dict[int, Version]:
    """By id; with `in_force` also the one that judges this month (its first day), found in the same query."""
    which = Q(pk__in=list(wanted))
    if in_force is not None:
        judging = Scheme.objects.adopted().filter(month_from__lte=in_force).order_by("-month_from")
        which |= Q(pk=Subquery(judging.values("pk")[:1]))
    category = {f"category_{name}": F(f"categories__{name}") for name in CATEGORY}
    clause = {f"clause_{name}": F(f"categories__clauses__{name}") for name in CLAUSE}
    rows = Scheme.objects.filter(which).annotate(**category, **clause)
    place = ("categories__position", "categories__pk", "categories__clauses__position", "categories__clauses__pk")
    schemes: dict[int, Scheme] = {}
    categories: dict[int, dict[str, CategoryTerms]] = defaultdict(dict)
    clauses: dict[int, list[ClauseTerms]] = defaultdict(list)
    for row in rows.order_by("pk", *place):
        schemes.setdefault(row.pk, row)
        key = row.category_key
        if key is not None and key not in categories[row.pk]:
            categories[row.pk][key] = CategoryTerms(*(getattr(row, f"category_{name}") for name in CATEGORY))
        if row.clause_number is not None:
            clauses[row.pk].append(_clause(row))
    return {
        pk: Version(one, one.terms_of(tuple(categories[pk].values()), tuple(clauses[pk])))
        for pk, one in schemes.items()
    }


def judging(found: dict[int, Version], month: date) -> Version | None:
    """The one in force for the month, among those of `versions(..., in_force=month)`."""
    fits = [one for one in found.values() if one.scheme.judges_from(month)]
    return max(fits, key=lambda one: one.scheme.month_from, default=None)  # type: ignore[arg-type,return-value]


def _clause(row: Any) -> ClauseTerms:
    rule = read_rule(row.clause_rule, row.clause_parameters)
    return ClauseTerms(row.clause_number, row.category_key, row.clause_text, rule, AppliesTo(row.clause_applies_to))
