"""What one entry does to the month's score of its village and team: before and after, from the lines as they stand.

Used by the previews of recording, of bonuses and of deciding an appeal, and on the entry's own page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from operator import attrgetter

from appraisal.actions.open_month import with_terms
from appraisal.entry_lines import lines_between
from appraisal.linkage import linked
from appraisal.models import AppraisalMonth, Scheme, ScoreEntry
from appraisal.rules.base import ZERO, change_in_points
from appraisal.rules.scheme import AppliesTo, SchemeTerms
from appraisal.score_account import PartScore, part_of
from appraisal.scoring import Line, LineState, Score, score
from lianzhen.periods import Month
from lianzhen.wording import points

#: Kinds of months that are kept of a version: eight megabytes at the very most.
MOST_KNOWN = 2000


@dataclass(frozen=True)
class Figures:
    """The scores (分) of a village and, where one serves there, its team; `total` is what the month table shows.
    `weight`: the village's share in it."""

    village: Score
    own: Score | None
    total: Decimal
    weight: Decimal

    def of(self, subject: AppliesTo) -> Score:
        return self.own if subject is AppliesTo.TEAM and self.own is not None else self.village

    @cached_property
    def parts(self) -> tuple[PartScore, PartScore]:
        """Of the village and the team, as they are shown; the same one twice where all that counts concerns both."""
        assert self.own is not None
        village = part_of(self.village)
        return village, village if self.own.categories is self.village.categories else part_of(self.own)

    @cached_property
    def pending(self) -> str:
        """另有待定 −1.0分, as everything that waits would change the linked score; 另有2条待定 where it would not."""
        own = self.own
        assert own is not None
        keys = {one.line.key for part in (self.village, own) for one in part.pending.lines}
        if not keys:
            return ""
        totals = {"village": self.village.pending.total, "own": own.pending.total}
        then = linked(**totals, weight=self.weight, decimals=self.village.scheme.decimals)
        change = then.total - self.total
        return f"另有待定 {change_in_points(change)}" if change else f"另有{len(keys)}条待定"


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
    terms: SchemeTerms, weight: Decimal, lines: Sequence[Line], *, has_team: bool, before: Mapping[AppliesTo, Decimal]
) -> Figures:
    """The scores from lines at hand. `weight`: the village's share."""
    village = score(terms, lines, subject=AppliesTo.VILLAGE, bonus_before=before[AppliesTo.VILLAGE])
    if not has_team:
        return Figures(village, None, village.total, weight)
    own = _own(terms, lines, village, before)
    both = linked(village=village.total, own=own.total, weight=weight, decimals=terms.decimals)
    return Figures(village, own, both.total, weight)


def _own(terms: SchemeTerms, lines: Sequence[Line], village: Score, before: Mapping[AppliesTo, Decimal]) -> Score:
    """Of the team by itself: the village's once more where every line and every bonus before concerns both."""
    shared = all(one.concerns is terms.by_number[one.clause].applies_to is AppliesTo.BOTH for one in lines)
    if shared and before[AppliesTo.VILLAGE] == before[AppliesTo.TEAM]:
        return replace(village, subject=AppliesTo.TEAM)
    return score(terms, lines, subject=AppliesTo.TEAM, bonus_before=before[AppliesTo.TEAM])


class KnownFigures:
    """Figures by what lines come to, judged by one version. Most teams have no line in a month, or the same few as
    others; what counts is their order, not their key. Not for telling line from line: their keys are those of
    whoever came first."""

    def __init__(self, terms: SchemeTerms, weight: Decimal) -> None:
        self.terms, self.weight = terms, weight
        self.known: dict[tuple, Figures] = {}

    def of(self, lines: Iterable[Line], before: Mapping[AppliesTo, Decimal]) -> Figures:
        listed = sorted(lines, key=_day_and_key)
        pattern = [
            (one.clause, one.points, one.changed_points, one.state, one.concerns, one.corrects) for one in listed
        ]
        key = (*before.values(), *pattern)
        found = self.known.get(key)
        if found is None:
            found = figures_of(self.terms, self.weight, listed, has_team=True, before=before)
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            self.known[key] = found
        return found


_day_and_key = attrgetter("date", "key")


@lru_cache(maxsize=8)
def known_figures(terms: SchemeTerms, weight: Decimal) -> KnownFigures:
    """Kept by the process, for a month's table is looked at again and again. Nothing in it goes out of date: figures
    follow from terms, weight and lines alone, and whoever changes one of these asks for others."""
    return KnownFigures(terms, weight)


@dataclass(frozen=True)
class Standing:
    """The lines of one village in the month, and the bonuses (分) that earlier months of the quarter counted."""

    scheme: Scheme
    terms: SchemeTerms
    month: Month
    village_id: int
    has_team: bool
    lines: Sequence[Line]
    before: Mapping[AppliesTo, Decimal]

    def without(self, key: str) -> list[Line]:
        return [one for one in self.lines if one.key != key]

    def figures(self, lines: Sequence[Line]) -> Figures:
        weight = self.scheme.village_weight
        return figures_of(self.terms, weight, lines, has_team=self.has_team, before=self.before)


def standing_of(
    *, scheme: Scheme, month: Month, village_id: int, has_team: bool, earlier: Sequence[AppraisalMonth]
) -> Standing:
    """`earlier`: the months before it in its quarter. One query when `scheme` has its terms at hand and the quarter
    has one version, at most four."""
    quarter, terms = month.quarter, scheme.as_terms()
    found = lines_between(quarter.start, month.start, [village_id])
    others = {row.scheme_id for row in earlier} - {scheme.pk}
    versions = {scheme.pk: terms}
    if others:
        versions |= {one.pk: one.as_terms() for one in with_terms(Scheme.objects.filter(pk__in=others))}
    before = {AppliesTo.VILLAGE: ZERO, AppliesTo.TEAM: ZERO}
    for row in earlier:
        lines = found.get((row.month, village_id), [])
        for subject in before:
            counted = score(versions[row.scheme_id], lines, subject=subject, bonus_before=before[subject])
            before[subject] += counted.bonus
    lines = found.get((month.start, village_id), [])
    return Standing(scheme, terms, month, village_id, has_team, lines, before)


def months_up_to(first: date) -> list[AppraisalMonth]:
    """The months of the quarter up to this one. One query."""
    quarter = Month.of(first).quarter
    return list(AppraisalMonth.objects.filter(month__gte=quarter.start, month__lte=first).order_by("month"))


def standing_of_entry(entry: ScoreEntry) -> Standing | None:
    """Of the month that the entry counts in; None before it is open. Five queries, at most eight."""
    return standing_among(entry, months_up_to(entry.month))


def standing_among(entry: ScoreEntry, rows: Sequence[AppraisalMonth]) -> Standing | None:
    """As `standing_of_entry`, with the months of the quarter up to the entry's at hand."""
    if not rows or rows[-1].month != entry.month:
        return None
    return standing_of(
        scheme=with_terms(Scheme.objects.filter(pk=rows[-1].scheme_id)).get(),
        month=Month.of(entry.month),
        village_id=entry.village_id,
        has_team=entry.team_id is not None,
        earlier=rows[:-1],
    )


def effect_of(standing: Standing, line: Line) -> Effect:
    """What the line does, as if it counted, beside all others of the month. A line of the same key is left out
    before: for an entry that is recorded already, `before` is the score without it."""
    others = standing.without(line.key)
    return compare(standing, others, [*others, _counting(line)], line)


def change_effect(standing: Standing, before: Line, after: Line) -> Effect:
    """From one form of a line to another, as when an appeal is decided. ValueError where it gets worse."""
    others = standing.without(before.key)
    return compare(standing, [*others, _counting(before)], [*others, after], after)


def compare(standing: Standing, first: Sequence[Line], then: Sequence[Line], line: Line) -> Effect:
    was, will = standing.figures(first), standing.figures(then)
    clause = standing.terms.by_number[line.clause]
    covers_village = clause.applies_to.covers(AppliesTo.VILLAGE) and line.concerns.covers(AppliesTo.VILLAGE)
    subject = AppliesTo.VILLAGE if covers_village else AppliesTo.TEAM
    lost = {one.line.key: one.why_less for one in will.of(subject).lines}
    category = standing.terms.by_category[clause.category]
    return Effect(
        month=standing.month,
        category=category.name,
        category_before=_category(was.of(subject), category.key),
        category_after=_category(will.of(subject), category.key),
        before=was.total,
        after=will.total,
        is_bonus=clause.is_bonus,
        used=was.of(subject).bonus,
        cap=standing.scheme.bonus_month_cap,
        why_less=lost.get(line.key, ""),
    )


def _category(found: Score, key: str) -> Decimal:
    return next(one.score for one in found.categories if one.category.key == key)


def _counting(line: Line) -> Line:
    """As it will count once nothing stands in its way any more."""
    return line if line.state.counts else replace(line, state=LineState.EFFECTIVE, changed_points=None)
