"""The scores of a month: entries, schemes and postings collected in a fixed number of queries, then `scoring`.

A sealed month is read from what its lock froze and is never worked out again here (`verify_months` does).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from appraisal.actions.open_month import with_terms
from appraisal.duty_overview import LAST, NO_DISTRICT
from appraisal.entry_lines import NAMES, line_of
from appraisal.linkage import Mean, Unit, district_means, in_monthly_scoring, linked
from appraisal.models import AppraisalMonth, MonthlyScore, Scheme, ScoreEntry
from appraisal.ranking import Display, Standing, read_bands, standings
from appraisal.rules.base import ZERO, change_in_points
from appraisal.rules.judged import VetoEffect
from appraisal.rules.scheme import AppliesTo, SchemeTerms
from appraisal.score_account import CategoryFigures, PartScore, TeamScore, from_json
from appraisal.score_effect import Figures, figures_of
from appraisal.score_lines import explained_lines
from appraisal.scoring import Line, Score
from lianzhen.periods import Month
from villages.models import LiaisonTeam, Posting, SelfGovernance

Lines = dict[tuple[date, int], list[Line]]
Before = dict[AppliesTo, Decimal]


@dataclass(frozen=True)
class MonthScores:
    """The scores of a month by team, in the order of districts and villages. `scheme` is None when no version
    judges the month; `row` when it has not been opened. `is_frozen`: as the lock left them."""

    month: Month
    scheme: Scheme | None = None
    row: AppraisalMonth | None = None
    scores: dict[int, TeamScore] = field(default_factory=dict)
    is_frozen: bool = False

    @property
    def display(self) -> Display:
        return Display(self.scheme.display) if self.scheme else Display.NONE

    @property
    def means(self) -> dict[str, Mean]:
        """By district, in their order."""
        return means_of(self.scores.values())


def scores_of(
    month: Month, teams: Collection[LiaisonTeam] | None = None, scheme: Scheme | None = None
) -> dict[int, TeamScore]:
    """Team id → its score, with lines explained, as the office sees them. `teams`: those wanted (places are
    among all); `scheme`: a version to try instead of the month's own."""
    found = month_scores(month, timezone.localdate(), scheme=scheme, explain=None if teams is None else set(teams))
    wanted = None if teams is None else {team.pk for team in teams}
    return {pk: one for pk, one in found.scores.items() if wanted is None or pk in wanted}


def month_scores(
    month: Month,
    today: date,
    *,
    scheme: Scheme | None = None,
    explain: Collection[LiaisonTeam] | None = (),
    for_team: bool = False,
    live: bool = False,
) -> MonthScores:
    """Every team's score. `explain`: teams whose lines come with facts and people (None: all), two queries more;
    `for_team`: without what waits for a second person, which a team is not told of; `live`: worked out again
    even when the month is sealed. At most 10 queries, however many teams."""
    first = month.previous().quarter.start
    rows = {row.month: row for row in AppraisalMonth.objects.filter(month__gte=first, month__lte=month.start)}
    row = rows.get(month.start)
    if row is not None and row.is_sealed and not live and scheme is None:
        return _frozen(month, row, with_lines=explain is None or bool(explain))
    if scheme is None and row is None:
        scheme = Scheme.objects.in_force(month.start)
        if scheme is None:
            return MonthScores(month)
    return _Collector(month, today, scheme, rows, for_team=for_team).collect(explain)


def means_of(scores: Iterable[TeamScore]) -> dict[str, Mean]:
    """By district, in the order given."""
    listed = list(scores)
    units = [Unit(one.team_id, one.district) for one in listed]
    decimals = listed[0].decimals if listed else 1
    return district_means(units, {one.team_id: one.total for one in listed}, decimals=decimals)


def _frozen(month: Month, row: AppraisalMonth, *, with_lines: bool) -> MonthScores:
    found = MonthlyScore.objects.filter(month=row).order_by("position").values_list("detail", flat=True)
    accounts = [from_json(detail) for detail in found]
    if not with_lines:
        accounts = [one.without_lines() for one in accounts]
    return MonthScores(month, row.scheme, row, {one.team_id: one for one in accounts}, is_frozen=True)


class _Collector:
    """Reads once, then scores."""

    def __init__(
        self, month: Month, today: date, scheme: Scheme | None, rows: Mapping[date, AppraisalMonth], *, for_team: bool
    ) -> None:
        """`scheme`: None for the version that the month keeps."""
        self.month, self.rows = month, rows
        self.day = min(max(month.start, today), month.end)
        self.for_team = for_team
        judging = scheme.pk if scheme is not None else rows[month.start].scheme_id
        schemes = with_terms(Scheme.objects.filter(pk__in={judging, *(row.scheme_id for row in rows.values())}))
        self.schemes = {one.pk: one for one in schemes}
        self.scheme = self.schemes[judging]
        self.terms: dict[int, SchemeTerms] = {pk: one.as_terms() for pk, one in self.schemes.items()}
        self.teams = _teams_in_scoring(self.day)
        self.lines = self._lines()

    def collect(self, explain: Collection[LiaisonTeam] | None) -> MonthScores:
        figures = {team.pk: self._figures(self.month, team, self.scheme) for team in self.teams}
        before = self._before()
        effects = {pk: _effects(one) for pk, one in figures.items()}
        ranked = standings(
            {pk: one.total for pk, one in figures.items()},
            display=Display(self.scheme.display),
            before=before,
            bands=read_bands(self.scheme.bands),
            effects=effects,
        )
        places = {one.key: one for one in ranked}
        scores = {team.pk: self._account(team, figures[team.pk], places[team.pk]) for team in self.teams}
        wanted = self.teams if explain is None else [team for team in self.teams if team in explain]
        if wanted:
            villages = {team.village_id: team.pk for team in wanted}
            found = {villages[pk]: figures[villages[pk]] for pk in villages}
            lines = explained_lines(self.month, villages, found, for_team=self.for_team)
            scores |= {pk: replace(scores[pk], lines=lines.get(pk, ())) for pk in found}
        return MonthScores(self.month, self.scheme, self.rows.get(self.month.start), scores)

    def _lines(self) -> Lines:
        """Of this month and of those before that it rests on. One query."""
        previous = self.rows.get(self.month.previous().start)
        frozen = previous is None or previous.is_sealed
        first = self.month.quarter.start if frozen else self.month.previous().quarter.start
        entries = ScoreEntry.objects.filter(month__gte=first, month__lte=self.month.start)
        if self.for_team:
            entries = entries.exclude(state=ScoreEntry.State.WAITING)
        found: Lines = {}
        for entry in entries.order_by("pk").only(*NAMES):
            found.setdefault((entry.month, entry.village_id), []).append(line_of(entry))
        return found

    def _figures(self, month: Month, team: LiaisonTeam, scheme: Scheme) -> Figures:
        """Of the team and its village, with the bonuses that earlier months of the quarter counted."""
        before = {AppliesTo.VILLAGE: ZERO, AppliesTo.TEAM: ZERO}
        for earlier in month.quarter.months:
            row = self.rows.get(earlier.start)
            if row is None or earlier.start >= month.start:
                continue
            lines = self.lines.get((earlier.start, team.village_id), ())
            if not lines:
                continue
            found = self._score(self.schemes[row.scheme_id], lines, before)
            before = {
                AppliesTo.VILLAGE: before[AppliesTo.VILLAGE] + found.village.bonus,
                AppliesTo.TEAM: before[AppliesTo.TEAM] + found.own.bonus,  # type: ignore[union-attr]
            }
        return self._score(scheme, self.lines.get((month.start, team.village_id), ()), before)

    def _score(self, scheme: Scheme, lines: Collection[Line], before: Before) -> Figures:
        return figures_of(scheme, self.terms[scheme.pk], list(lines), has_team=True, before=before)

    def _before(self) -> dict[int, Decimal]:
        """Last month's totals by team; none where last month was not opened or the team was not there."""
        previous = self.month.previous()
        row = self.rows.get(previous.start)
        if row is None:
            return {}
        if row.is_sealed:
            return dict(MonthlyScore.objects.filter(month=row).values_list("team_id", "team_total"))
        scheme = self.schemes[row.scheme_id]
        there = [team for team in self.teams if team.starts_on <= previous.end]
        return {team.pk: self._figures(previous, team, scheme).total for team in there}

    def _account(self, team: LiaisonTeam, found: Figures, place: Standing[int]) -> TeamScore:
        village, own = found.village, found.own
        assert own is not None
        group, scheme = team.village.group, self.scheme
        link = linked(village=village.total, own=own.total, weight=scheme.village_weight, decimals=scheme.decimals)
        return TeamScore(
            team_id=team.pk,
            village_id=team.village_id,
            group_id=team.village.group_id,
            village_name=team.village.name,
            district=group.district_name if group else NO_DISTRICT,
            district_position=group.position if group else LAST,
            code=team.village.code,
            pinyin=team.village.pinyin,
            leader=team.led_by_name or "",  # type: ignore[attr-defined]
            weight=scheme.village_weight,
            decimals=scheme.decimals,
            total=link.total,
            equation=link.equation,
            pending=_pending(found, scheme),
            village=_part(village),
            own=_part(own),
            effects=tuple(effect.label for effect in place.effects),
            number=place.place.number,
            tied=place.place.tied,
            size=place.place.size,
            column=place.column,
            band=place.band.name,
            tone=place.band.tone,
            change=place.change.points,
            places=place.change.places,
        )


def _teams_in_scoring(day: date) -> list[LiaisonTeam]:
    """Those of villages that do not govern themselves, in the order of districts and villages; `led_by_name` is
    who led them on the day. One query."""
    leading = Posting.objects.leaders().on(day).filter(team=OuterRef("pk"))
    alone = SelfGovernance.objects.on(day).filter(village=OuterRef("village"))
    teams = LiaisonTeam.objects.on(day).annotate(
        led_by_name=Subquery(leading.values("person__name")[:1]), is_alone=Exists(alone)
    )
    ordered = teams.select_related("village__group").order_by("village__group__position", "village__code", "starts_on")
    units = [Unit(team, team.village.group_id, team.is_alone) for team in ordered]
    return [unit.key for unit in in_monthly_scoring(units)]


def _effects(found: Figures) -> tuple[VetoEffect, ...]:
    both = {*found.village.effects, *(found.own.effects if found.own else ())}
    return tuple(effect for effect in VetoEffect if effect in both)


def _part(found: Score) -> PartScore:
    return PartScore(
        total=found.total,
        base=found.base,
        deducted=found.deducted,
        bonus=found.bonus,
        equation=found.equation,
        pending=found.pending.sentence,
        categories=tuple(
            CategoryFigures(
                one.category.key,
                one.category.name,
                one.category.full,
                one.deducted,
                one.bonus,
                one.lost,
                one.bonus_lost,
            )
            for one in found.categories
        ),
    )


def _pending(found: Figures, scheme: Scheme) -> str:
    """另有待定 −1.0分, as everything that waits would change the linked score; 另有2条待定 where it would not."""
    own = found.own
    assert own is not None
    keys = {one.line.key for part in (found.village, own) for one in part.pending.lines}
    if not keys:
        return ""
    then = linked(
        village=found.village.pending.total,
        own=own.pending.total,
        weight=scheme.village_weight,
        decimals=scheme.decimals,
    )
    change = then.total - found.total
    return f"另有待定 {change_in_points(change)}" if change else f"另有{len(keys)}条待定"
