"""试算: a version of the scheme applied to months that were judged by another. Nothing is written.

Entries are matched by the number of their clause: the same number and the same rule type, whose questions the
entry's facts answer. Their points are then worked out anew; what cannot be matched is listed and left out of
the trial's score. What an appeal or a verification lowered stays lowered: the smaller of the two counts.
A fixed number of queries, however many teams and months.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from appraisal.entry_lines import NAMES, line_of
from appraisal.linkage import Mean, mean
from appraisal.models import AppraisalMonth, Scheme, ScoreEntry
from appraisal.ranking import Place, ranked
from appraisal.rules import BadEntry, EntryValues
from appraisal.rules.base import ZERO, change_in_points, rounded
from appraisal.rules.scheme import AppliesTo
from appraisal.scheme_terms import versions
from appraisal.score_effect import Figures, KnownFigures
from appraisal.scoring import Line, LineState
from appraisal.team_rows import district_of, order_of
from appraisal.trial_money import Payments
from lianzhen.periods import Month
from villages.models import LiaisonTeam, SelfGovernance

#: Clauses named as what moved a team; the rest is summed up.
MOVERS = 3

Lines = dict[tuple[date, int], list[Line]]


@dataclass(frozen=True)
class Unmatched:
    """An entry that the version cannot judge, and why."""

    number: str
    month: Month
    clause: str
    reason: str


@dataclass(frozen=True)
class Side:
    """One of the two schemes for one team: score (分), place among the teams, money (元) of all its people."""

    score: Decimal
    place: Place[int]
    money: Decimal


@dataclass(frozen=True)
class Moved:
    """Points (分) of the linked score that one clause moved, in the mean of the months."""

    clause: str
    points: Decimal

    @property
    def sentence(self) -> str:
        return f"{self.clause}{change_in_points(self.points)}"


@dataclass(frozen=True)
class TeamTrial:
    """One team, before and after. `months`: how many of them it was judged in."""

    team: LiaisonTeam
    months: int
    before: Side
    after: Side
    moved: tuple[Moved, ...]

    @property
    def change(self) -> Decimal:
        return self.after.score - self.before.score

    @property
    def money_change(self) -> Decimal:
        return self.after.money - self.before.money

    @property
    def places_gained(self) -> int:
        return self.before.place.number - self.after.place.number

    @property
    def district(self) -> str:
        return district_of(self.team)

    @property
    def moved_sentence(self) -> str:
        """A1+2.0分、B3−0.5分，其他+0.1分; 没有变化 where nothing moved."""
        if not self.moved:
            return "没有变化" if not self.change else f"基础分、比重或小数位数{change_in_points(self.change)}"
        named = self.moved[:MOVERS]
        rest = self.change - sum((one.points for one in named), ZERO)
        said = "、".join(one.sentence for one in named)
        return f"{said}，其他{change_in_points(rest)}" if rounded(rest, 1) else said


@dataclass(frozen=True)
class MonthOfTeam:
    """One month of the team that was asked about."""

    month: Month
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class LineOfTeam:
    """One entry of the team that was asked about: own points (分) by either scheme; None where not judged."""

    number: str
    month: Month
    clause: str
    before: Decimal
    after: Decimal | None


@dataclass(frozen=True)
class Trial:
    scheme: Scheme
    months: tuple[AppraisalMonth, ...]
    rows: list[TeamTrial]
    unmatched: list[Unmatched]
    #: Absences that either formula charges are not part of the trial's money.
    without_absences: bool
    months_of_team: list[MonthOfTeam] = field(default_factory=list)
    lines_of_team: list[LineOfTeam] = field(default_factory=list)


def try_out(scheme: Scheme, months: Iterable[AppraisalMonth], today: date, team_id: int | None = None) -> Trial:
    """`scheme` with its terms (`with_terms`); `months` that were opened, in order. `team_id`: whose months and
    lines are told one by one. At most seven queries."""
    wanted = tuple(months)
    return _Trial(scheme, wanted, today, team_id).run() if wanted else Trial(scheme, (), [], [], False)


class _Trial:
    """Reads once, then scores each month twice."""

    def __init__(self, scheme: Scheme, months: tuple[AppraisalMonth, ...], today: date, team_id: int | None) -> None:
        self.scheme, self.months, self.today, self.team_id = scheme, months, today, team_id
        self.terms = scheme.as_terms()
        first = Month.of(months[0].month).quarter.start
        last = months[-1].month
        rows = AppraisalMonth.objects.filter(month__gte=first, month__lte=last)
        self.judging = {row.month: row.scheme_id for row in rows}
        former = versions(set(self.judging.values()))
        self.former = {pk: one.scheme for pk, one in former.items()}
        self.former_terms = {pk: one.terms for pk, one in former.items()}
        self.unmatched: list[Unmatched] = []
        self.old_lines: Lines = {}
        self.new_lines: Lines = {}
        self._read_lines(first, last)
        self.teams = _teams_between(months[0].month, Month.of(last).end)
        self.money = Payments(months[0].month, Month.of(last).end, [scheme, *self.former.values()])
        self.scored = {
            pk: KnownFigures(terms, self.former[pk].village_weight) for pk, terms in self.former_terms.items()
        }
        self.scored[scheme.pk] = KnownFigures(self.terms, scheme.village_weight)
        #: A month is asked for by itself and by those that follow in its quarter.
        self.known: dict[tuple[bool, Month, int], Figures] = {}

    def _read_lines(self, first: date, last: date) -> None:
        entries = ScoreEntry.objects.filter(month__gte=first, month__lte=last).order_by("pk")
        tried = {row.month for row in self.months}
        for entry in entries.values_list(*NAMES, "values", "clause__rule", named=True):
            key = (entry.month, entry.village_id)
            line = line_of(entry)
            self.old_lines.setdefault(key, []).append(line)
            new, reason = self._again(entry, line)
            if new is not None:
                self.new_lines.setdefault(key, []).append(new)
            elif entry.month in tried and line.state is not LineState.WITHDRAWN:
                self.unmatched.append(Unmatched(entry.number, Month.of(entry.month), entry.clause_number, reason))

    def _again(self, entry: Any, line: Line) -> tuple[Line | None, str]:
        """The line as the version judges it, or None and why it cannot."""
        clause = self.terms.by_number.get(entry.clause_number)
        if clause is None:
            return None, "试算的方案里没有这一条"
        if clause.rule.code != entry.clause__rule:
            return None, "规则类型已经更换"
        if self.former_terms[self.judging[entry.month]].by_number[entry.clause_number].rule == clause.rule:
            return line, ""
        try:
            points = clause.rule.points(EntryValues.from_json(entry.values))
        except BadEntry as problem:
            return None, f"记录的数量不适用：{problem}"
        if entry.kind == ScoreEntry.Kind.BONUS and entry.changed_points is not None:
            points = min(points, entry.changed_points)
        changed = None if line.changed_points is None else min(line.changed_points, points)
        return replace(line, points=points, changed_points=changed), ""

    # --- Scores ------------------------------------------------------------------------------------
    def run(self) -> Trial:
        scores: tuple[dict[int, list[Decimal]], ...] = (defaultdict(list), defaultdict(list))
        money: tuple[dict[int, Decimal], ...] = (defaultdict(lambda: ZERO), defaultdict(lambda: ZERO))
        moved: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        told_months, told_lines = [], []
        for row in self.months:
            month = Month.of(row.month)
            former = self.former[row.scheme_id]
            teams = _in_scoring(self.teams, min(max(month.start, self.today), month.end))
            totals: tuple[dict[int, Decimal], ...] = ({}, {})
            for team in teams:
                old = self._figures(month, team, former, self.old_lines, tried=False)
                new = self._figures(month, team, self.scheme, self.new_lines, tried=True)
                totals[0][team.pk], totals[1][team.pk] = old.total, new.total
                for clause, points in _moves(old, former, new, self.scheme):
                    moved[team.pk][clause] += points
                if team.pk == self.team_id:
                    told_months.append(MonthOfTeam(month, old.total, new.total))
                    told_lines += self._told(month, team)
            for side, scheme in enumerate((former, self.scheme)):
                places = ranked(totals[side])
                for pk, total in totals[side].items():
                    scores[side][pk].append(total)
                    money[side][pk] += self.money.of(scheme, pk, month, total, places[pk].number)
        sides = [self._sides(scores[n], money[n]) for n in (0, 1)]
        rows = [
            TeamTrial(
                team, len(scores[0][team.pk]), sides[0][team.pk], sides[1][team.pk], self._movers(team, moved, scores)
            )
            for team, _ in self.teams
            if team.pk in sides[0]
        ]
        formulas = self.money.formulas.values()
        without = any(one.absences.table for one in formulas)
        return Trial(self.scheme, self.months, rows, self.unmatched, without, told_months, told_lines)

    def _figures(self, month: Month, team: LiaisonTeam, scheme: Scheme, lines: Lines, *, tried: bool) -> Figures:
        """With the bonuses that earlier months of the quarter counted, by the same side of the comparison: the
        version that is tried out, or each month's own."""
        key = (tried, month, team.village_id)
        if key not in self.known:
            self.known[key] = self._worked_out(month, team, scheme, lines, tried=tried)
        return self.known[key]

    def _worked_out(self, month: Month, team: LiaisonTeam, scheme: Scheme, lines: Lines, *, tried: bool) -> Figures:
        own = lines.get((month.start, team.village_id))
        before = {AppliesTo.VILLAGE: ZERO, AppliesTo.TEAM: ZERO}
        if not own:
            return self._score(scheme, (), before)
        for earlier in month.quarter.months:
            if earlier.start >= month.start or not lines.get((earlier.start, team.village_id)):
                continue
            judged = scheme if tried else self.former[self.judging[earlier.start]]
            counted = self._figures(earlier, team, judged, lines, tried=tried)
            before = {
                AppliesTo.VILLAGE: before[AppliesTo.VILLAGE] + counted.village.bonus,
                AppliesTo.TEAM: before[AppliesTo.TEAM] + counted.own.bonus,  # type: ignore[union-attr]
            }
        return self._score(scheme, own, before)

    def _score(self, scheme: Scheme, lines: Iterable[Line], before: Mapping[AppliesTo, Decimal]) -> Figures:
        return self.scored[scheme.pk].of(lines, before)

    def _sides(self, scores: Mapping[int, list[Decimal]], money: Mapping[int, Decimal]) -> dict[int, Side]:
        means = {pk: self._mean(found).value or ZERO for pk, found in scores.items()}
        ordered = {team.pk: means[team.pk] for team, _ in self.teams if team.pk in means}
        places = ranked(ordered)
        return {pk: Side(score, places[pk], money[pk]) for pk, score in ordered.items()}

    def _mean(self, found: list[Decimal]) -> Mean:
        return mean(found, decimals=self.scheme.decimals)

    def _movers(self, team: LiaisonTeam, moved: Mapping, scores: tuple) -> tuple[Moved, ...]:
        months = len(scores[0][team.pk])
        found = [Moved(clause, points / months) for clause, points in moved[team.pk].items()]
        shown = [one for one in found if rounded(abs(one.points), 1)]
        return tuple(sorted(shown, key=lambda one: (-abs(one.points), one.clause)))

    def _told(self, month: Month, team: LiaisonTeam) -> list[LineOfTeam]:
        key = (month.start, team.village_id)
        after = {one.key: one.own for one in self.new_lines.get(key, ())}
        return [
            LineOfTeam(one.key, month, one.clause, one.own, after.get(one.key))
            for one in self.old_lines.get(key, ())
            if one.state is not LineState.WITHDRAWN
        ]


def _moves(old: Figures, former: Scheme, new: Figures, scheme: Scheme) -> list[tuple[str, Decimal]]:
    """By clause, what moved of the linked score before it is rounded."""
    if old is new:
        return []
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for figures, weight, sign in ((new, scheme.village_weight, 1), (old, former.village_weight, -1)):
        for part, share in ((figures.village, weight), (figures.own, 1 - weight)):
            for one in part.lines if part is not None else ():
                found[one.clause.number] += sign * share * one.signed
    return [(clause, points) for clause, points in found.items() if points]


# --- Teams -----------------------------------------------------------------------------------------
Listed = list[tuple[LiaisonTeam, list[SelfGovernance]]]


def _teams_between(first: date, last: date) -> Listed:
    """Every team of the days, with the terms of self-government of its village, in the order of districts and
    villages. Two queries."""
    alone: dict[int, list[SelfGovernance]] = defaultdict(list)
    for one in SelfGovernance.objects.filter(starts_on__lte=last):
        alone[one.village_id].append(one)
    teams = LiaisonTeam.objects.filter(starts_on__lte=last).select_related("village__group")
    found = [one for one in teams if one.ends_on is None or one.ends_on >= first]
    found.sort(key=_in_order)
    return [(team, alone.get(team.village_id, [])) for team in found]


def _in_order(team: LiaisonTeam) -> tuple[int, str, date]:
    return (*order_of(team), team.starts_on)


def _in_scoring(teams: Listed, day: date) -> list[LiaisonTeam]:
    return [team for team, alone in teams if team.covers(day) and not any(one.covers(day) for one in alone)]
