"""What one entry does to the month's score of its village and team: before and after, from the lines as they stand.

Used by the previews of recording, of bonuses and of deciding an appeal, and on the entry's own page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from appraisal.entry_lines import lines_of
from appraisal.linkage import linked
from appraisal.models import AppraisalMonth, Scheme
from appraisal.rules.base import ZERO
from appraisal.rules.scheme import AppliesTo, SchemeTerms
from appraisal.scoring import Line, LineState, Score, score
from lianzhen.periods import Month
from lianzhen.wording import points


@dataclass(frozen=True)
class Figures:
    """The scores (分) of a village and, where one serves there, its team; `total` is what the month table shows."""

    village: Score
    own: Score | None
    total: Decimal

    def of(self, subject: AppliesTo) -> Score:
        return self.own if subject is AppliesTo.TEAM and self.own is not None else self.village


@dataclass(frozen=True)
class Effect:
    """`before` and `after` (分) of the month's total and of the entry's category."""

    month: Month
    category: str
    category_before: Decimal
    category_after: Decimal
    before: Decimal
    after: Decimal
    is_bonus: bool
    used: Decimal
    cap: Decimal | None
    why_less: str = ""

    @property
    def category_sentence(self) -> str:
        """基层党建 9.0分 → 8.0分; nothing for a category of bonuses alone."""
        if self.category_before == self.category_after:
            return f"{self.category}得分不变" if not self.is_bonus else ""
        return f"{self.category} {points(self.category_before)} → {points(self.category_after)}"

    @property
    def score_sentence(self) -> str:
        """10月得分 97.5分 → 96.5分"""
        return f"{self.month.number}月得分 {points(self.before)} → {points(self.after)}"

    @property
    def cap_sentence(self) -> str:
        """本月加分上限10.0分，已用2.0分; empty for a deduction or without a cap."""
        if not self.is_bonus or self.cap is None:
            return ""
        return f"本月加分上限{points(self.cap)}，已用{points(self.used)}"


def figures_of(
    scheme: Scheme, terms: SchemeTerms, lines: Sequence[Line], *, has_team: bool, before: dict[AppliesTo, Decimal]
) -> Figures:
    """The scores from lines at hand."""
    village = score(terms, lines, subject=AppliesTo.VILLAGE, bonus_before=before[AppliesTo.VILLAGE])
    if not has_team:
        return Figures(village, None, village.total)
    own = score(terms, lines, subject=AppliesTo.TEAM, bonus_before=before[AppliesTo.TEAM])
    both = linked(village=village.total, own=own.total, weight=scheme.village_weight, decimals=scheme.decimals)
    return Figures(village, own, both.total)


def bonus_before(month: Month, village_id: int) -> dict[AppliesTo, Decimal]:
    """Bonuses (分) that earlier months of the quarter counted. At most seven queries, usually one."""
    found = {AppliesTo.VILLAGE: ZERO, AppliesTo.TEAM: ZERO}
    quarter = month.quarter
    if month.start == quarter.start:
        return found
    from appraisal.actions.open_month import with_terms

    earlier = AppraisalMonth.objects.filter(month__gte=quarter.start, month__lt=month.start).order_by("month")
    rows = list(earlier)
    schemes = {one.pk: one for one in with_terms(Scheme.objects.filter(pk__in={row.scheme_id for row in rows}))}
    for row in rows:
        terms = schemes[row.scheme_id].as_terms()
        lines = lines_of(row.month, [village_id])[village_id]
        for subject in found:
            found[subject] += score(terms, lines, subject=subject, bonus_before=found[subject]).bonus
    return found


def effect_of(*, scheme: Scheme, month: Month, village_id: int, has_team: bool, line: Line) -> Effect:
    """What the line does, as if it counted, beside all others of the month. A line of the same key is replaced:
    for an entry that is recorded already, `before` is the score without it.

    Raises ValueError with a sentence where scoring refuses the line. At most ten queries.
    """
    terms = scheme.as_terms()
    others = [one for one in lines_of(month, [village_id])[village_id] if one.key != line.key]
    return compare(scheme, terms, month, village_id, has_team, others, (), (_counting(line),))


def change_effect(
    *, scheme: Scheme, month: Month, village_id: int, has_team: bool, before: Line, after: Line
) -> Effect:
    """From one form of a line to another, as when an appeal is decided."""
    terms = scheme.as_terms()
    others = [one for one in lines_of(month, [village_id])[village_id] if one.key != before.key]
    return compare(scheme, terms, month, village_id, has_team, others, (before,), (after,))


def compare(
    scheme: Scheme,
    terms: SchemeTerms,
    month: Month,
    village_id: int,
    has_team: bool,
    others: Sequence[Line],
    first: Iterable[Line],
    then: Sequence[Line],
) -> Effect:
    earlier = bonus_before(month, village_id)
    was = figures_of(scheme, terms, [*others, *first], has_team=has_team, before=earlier)
    will = figures_of(scheme, terms, [*others, *then], has_team=has_team, before=earlier)
    clause = terms.by_number[then[0].clause]
    covers_village = clause.applies_to.covers(AppliesTo.VILLAGE) and then[0].concerns.covers(AppliesTo.VILLAGE)
    subject = AppliesTo.VILLAGE if covers_village else AppliesTo.TEAM
    lost = {one.line.key: one.why_less for one in will.of(subject).lines}
    category = terms.by_category[clause.category]
    return Effect(
        month=month,
        category=category.name,
        category_before=_category(was.of(subject), category.key),
        category_after=_category(will.of(subject), category.key),
        before=was.total,
        after=will.total,
        is_bonus=clause.is_bonus,
        used=was.of(subject).bonus,
        cap=scheme.bonus_month_cap,
        why_less=lost.get(then[0].key, ""),
    )


def _category(found: Score, key: str) -> Decimal:
    return next(one.score for one in found.categories if one.category.key == key)


def _counting(line: Line) -> Line:
    """As it will count once nothing stands in its way any more."""
    return line if line.state.counts else replace(line, state=LineState.EFFECTIVE, changed_points=None)
