"""The scores of a month: entries, schemes and postings collected in a fixed number of queries, then `scoring`.

Four readings, from the cheapest: a sealed month as its lock froze it and never worked out again here
(`verify_months` does), 2 queries; one team (`team_scores`), 3; every team, 4; with explained lines, 1 more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, DecimalField, Exists, F, JSONField, OuterRef, Subquery, TextField, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from appraisal.entry_lines import LinesOf, lines_for, lines_in
from appraisal.linkage import Mean, Unit, district_means, in_monthly_scoring
from appraisal.models import AppraisalMonth, MonthlyScore, Scheme
from appraisal.ranking import Display, Standing, read_bands, standings
from appraisal.rules.base import ZERO
from appraisal.rules.judged import VetoEffect
from appraisal.rules.scheme import AppliesTo
from appraisal.scheme_terms import Version, judging, versions
from appraisal.score_account import TeamScore, from_text, with_lines
from appraisal.score_effect import Figures, KnownFigures, figures_of, known_figures
from appraisal.score_lines import explained_lines
from appraisal.team_rows import LAST, NO_DISTRICT
from lianzhen.periods import Month
from villages.models import LiaisonTeam, Posting, SelfGovernance

Before = dict[AppliesTo, Decimal]
NOTHING: Before = {AppliesTo.VILLAGE: ZERO, AppliesTo.TEAM: ZERO}
Rows = dict[date, AppraisalMonth]


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
    """Every team's score. `explain`: teams whose lines come with facts and people (None: all), one query more;
    `for_team`: without what waits for a second person, which a team is not told of; `live`: worked out again
    even when the month is sealed. Four queries, two for a sealed month, however many teams."""
    rows = _rows(month)
    row = rows.get(month.start)
    lined = None if explain is None else {team.pk for team in explain}
    if row is not None and row.is_sealed and not live and scheme is None:
        return _frozen(month, row, None, lined)
    found = versions(_judging(rows, scheme), in_force=month.start if row is None and scheme is None else None)
    judge = _judge(found, rows, scheme, month)
    if judge is None:
        return MonthScores(month)
    day = min(max(month.start, today), month.end)
    teams = _teams_in_scoring(day, rows.get(month.previous().start))
    lines = lines_in(lines_for(month, _live_since(rows, month), for_team=for_team))
    scorer = _Scorer(month, judge, found, rows, lines)
    scores = scorer.scores(teams)
    if lined is None or lined:
        villages = {team.village_id: team.pk for team in teams if lined is None or team.pk in lined}
        exact = {pk: scorer.exactly(village) for village, pk in villages.items()}
        told = explained_lines(month, villages, exact, for_team=for_team)
        scores |= {pk: replace(scores[pk], lines=told.get(pk, ())) for pk in exact}
    return MonthScores(month, judge.scheme, row, scores)


def team_scores(team: LiaisonTeam, month: Month, today: date, *, for_team: bool = True) -> MonthScores:
    """One team's score as it stands, or as it was frozen; without lines, and before the seal without its place,
    for which all others would have to be scored. No score where the team takes no part in the month. `team` with
    its village and liaison group at hand. Three queries, two for a sealed month."""
    day = min(max(month.start, today), month.end)
    rows = _rows(month, team, day)
    row = rows.get(month.start)
    if row is not None and row.is_sealed:
        return _frozen(month, row, team, set())
    found = versions(_judging(rows, None), in_force=None if row else month.start)
    judge = _judge(found, rows, None, month)
    if judge is None:
        return MonthScores(month)
    judged = _judged_team(team, month, day, rows)
    if not team.covers(day) or judged.is_alone:
        return MonthScores(month, judge.scheme, row)
    own = lines_for(month, _live_since(rows, month), for_team=for_team).filter(village=team.village_id)
    score = _Scorer(month, judge, found, rows, lines_in(own) if rows else {}).scores([judged])[team.pk]
    alone = replace(score, number=None, tied=False, size=0, column="", places=None)
    return MonthScores(month, judge.scheme, row, {team.pk: alone})


def means_of(scores: Iterable[TeamScore]) -> dict[str, Mean]:
    """By district, in the order given."""
    listed = list(scores)
    units = [Unit(one.team_id, one.district) for one in listed]
    decimals = listed[0].decimals if listed else 1
    return district_means(units, {one.team_id: one.total for one in listed}, decimals=decimals)


def _frozen(month: Month, row: AppraisalMonth, team: LiaisonTeam | None, lined: Collection[int] | None) -> MonthScores:
    """`lined`: teams whose lines are wanted; None: of all."""
    rows = MonthlyScore.objects.filter(month=row).order_by("position")
    if team is not None:
        rows = rows.filter(team=team)
    # Of the teams that are not asked about, the lines stay where they are.
    nothing = Value([], JSONField())
    lines: Any = "lines" if lined is None else Case(When(team_id__in=lined, then=F("lines")), default=nothing)
    found = rows.values_list(Cast("detail", TextField()), lines)
    accounts = [with_lines(from_text(account), own) for account, own in found]
    return MonthScores(month, row.scheme, row, {one.team_id: one for one in accounts}, is_frozen=True)


# --- Months and versions --------------------------------------------------------------------------
def _rows(month: Month, team: LiaisonTeam | None = None, day: date | None = None) -> Rows:
    """The months of this quarter and of last month's up to this one, with what is to be known of one team on the
    day (`led_by_name`, `is_alone`, `team_total`). One query."""
    first = month.previous().quarter.start
    rows = AppraisalMonth.objects.filter(month__gte=first, month__lte=month.start).select_related("scheme")
    if team is not None and day is not None:
        frozen = MonthlyScore.objects.filter(month=OuterRef("pk"), team=team).values("team_total")[:1]
        rows = rows.annotate(**_on_the_day(team.pk, team.village_id, day), team_total=Subquery(frozen))
    return {row.month: row for row in rows}


def _judging(rows: Rows, scheme: Scheme | None) -> set[int]:
    """Ids of the versions that judge the months, or are tried out on the last of them."""
    return {row.scheme_id for row in rows.values()} | ({scheme.pk} if scheme else set())


def _judge(found: dict[int, Version], rows: Rows, scheme: Scheme | None, month: Month) -> Version | None:
    """The version tried out, else the month's own, else the one in force; None where no version judges it."""
    if scheme is not None:
        return found[scheme.pk]
    row = rows.get(month.start)
    return found[row.scheme_id] if row is not None else judging(found, month.start)


def _live_since(rows: Rows, month: Month) -> date:
    """The first of the months whose every line is wanted: last month is worked out as well until it is sealed."""
    previous = rows.get(month.previous().start)
    return month.start if previous is None or previous.is_sealed else previous.month


# --- Teams ----------------------------------------------------------------------------------------
class JudgedTeam(NamedTuple):
    """A team with what a score shows of it. `led_by`: who led it on the day; `last_total`: its frozen score (分) of
    the month before."""

    pk: int
    starts_on: date
    village_id: int
    village_name: str
    code: str
    pinyin: str
    group_id: int | None
    place: int | None
    district: str | None
    led_by: str | None
    is_alone: bool
    last_total: Decimal | None


def _on_the_day(team: Any, village: Any, day: date) -> dict[str, Any]:
    """Of a team and its village, by their ids or references: who leads it, whether it governs itself."""
    leading = Posting.objects.leaders().on(day).filter(team=team)
    alone = SelfGovernance.objects.on(day).filter(village=village)
    return {"led_by_name": Subquery(leading.values("person__name")[:1]), "is_alone": Exists(alone)}


def _teams_in_scoring(day: date, previous: AppraisalMonth | None) -> list[JudgedTeam]:
    """Those of villages that do not govern themselves, in the order of districts and villages. One query."""
    last: Any = Value(None, DecimalField())
    if previous is not None and previous.is_sealed:
        frozen = MonthlyScore.objects.filter(month=previous, village=OuterRef("village"), team=OuterRef("pk"))
        last = Subquery(frozen.values("team_total")[:1])
    rows = LiaisonTeam.objects.on(day).annotate(
        **_on_the_day(OuterRef("pk"), OuterRef("village"), day), last_total=last
    )
    ordered = rows.order_by("village__group__position", "village__code", "starts_on")
    told = ordered.values_list(
        "pk", "starts_on", "village_id", "village__name", "village__code", "village__pinyin", "village__group_id",
        "village__group__position", "village__group__district_name", "led_by_name", "is_alone", "last_total",
    )  # fmt: skip
    teams = (JudgedTeam._make(one) for one in told)
    units = [Unit(team, team.group_id, team.is_alone) for team in teams]
    return [unit.key for unit in in_monthly_scoring(units)]


def _judged_team(team: LiaisonTeam, month: Month, day: date, rows: Rows) -> JudgedTeam:
    """From the months of `_rows`, or of the team itself before any was opened: one query."""
    known: Any = next(iter(rows.values()), None)
    if known is None:
        known = LiaisonTeam.objects.annotate(**_on_the_day(team.pk, team.village_id, day)).get(pk=team.pk)
    last: Any = rows.get(month.previous().start)
    village, group = team.village, team.village.group
    return JudgedTeam(
        team.pk, team.starts_on, village.pk, village.name, village.code, village.pinyin, village.group_id,
        group and group.position, group and group.district_name, known.led_by_name, known.is_alone,
        last and last.team_total,
    )  # fmt: skip


# --- Scoring --------------------------------------------------------------------------------------
class Judged(NamedTuple):
    """A month as its teams are scored: its first day, what is known by its version, and the same of the months before
    it in its quarter that were opened."""

    first: date
    known: KnownFigures
    earlier: tuple[tuple[date, KnownFigures], ...]


class _Scorer:
    """Scores teams from what was read. `found`: the versions of all `rows`, the months up to this one."""

    def __init__(self, month: Month, judge: Version, found: dict[int, Version], rows: Rows, lines: LinesOf) -> None:
        self.month, self.judge, self.found, self.rows, self.lines = month, judge, found, rows, lines
        self.judged = self._judged(month, judge)

    def _judged(self, month: Month, judge: Version) -> Judged:
        before = [one.start for one in month.quarter.months if one < month and one.start in self.rows]
        earlier = tuple((day, _known(self.found[self.rows[day].scheme_id])) for day in before)
        return Judged(month.start, _known(judge), earlier)

    def scores(self, teams: Sequence[JudgedTeam]) -> dict[int, TeamScore]:
        figures = {team.pk: self._figures(self.judged, team.village_id) for team in teams}
        ranked = standings(
            {pk: one.total for pk, one in figures.items()},
            display=Display(self.judge.scheme.display),
            before=self._before(teams),
            bands=read_bands(self.judge.scheme.bands),
            effects={pk: _effects(one) for pk, one in figures.items()},
        )
        places = {one.key: one for one in ranked}
        return {team.pk: self._account(team, figures[team.pk], places[team.pk]) for team in teams}

    def exactly(self, village_id: int) -> Figures:
        """Of a village and its team, each line under its own key."""
        lines = self.lines.get((self.judged.first, village_id), [])
        before = self._bonuses_before(self.judged, village_id)
        weight = self.judge.scheme.village_weight
        return figures_of(self.judge.terms, weight, lines, has_team=True, before=before)

    def _figures(self, judged: Judged, village_id: int) -> Figures:
        """Of the team and its village, with the bonuses that earlier months of the quarter counted."""
        lines = self.lines.get((judged.first, village_id), ())
        return judged.known.of(lines, self._bonuses_before(judged, village_id))

    def _bonuses_before(self, judged: Judged, village_id: int) -> Before:
        before = NOTHING
        for first, known in judged.earlier:
            lines = self.lines.get((first, village_id))
            if not lines:
                continue
            found = known.of(lines, before)
            assert found.own is not None
            before = {
                AppliesTo.VILLAGE: before[AppliesTo.VILLAGE] + found.village.bonus,
                AppliesTo.TEAM: before[AppliesTo.TEAM] + found.own.bonus,
            }
        return before

    def _before(self, teams: Sequence[JudgedTeam]) -> dict[int, Decimal]:
        """Last month's totals by team; none where last month was not opened or the team was not there."""
        previous = self.month.previous()
        row = self.rows.get(previous.start)
        if row is None:
            return {}
        if row.is_sealed:
            return {team.pk: team.last_total for team in teams if team.last_total is not None}
        judged, last = self._judged(previous, self.found[row.scheme_id]), previous.end
        return {team.pk: self._figures(judged, team.village_id).total for team in teams if team.starts_on <= last}

    def _account(self, team: JudgedTeam, found: Figures, place: Standing[int]) -> TeamScore:
        scheme = self.judge.scheme
        village, own = found.parts
        return TeamScore(
            team_id=team.pk,
            village_id=team.village_id,
            group_id=team.group_id,
            village_name=team.village_name,
            district=team.district or NO_DISTRICT,
            district_position=LAST if team.place is None else team.place,
            code=team.code,
            pinyin=team.pinyin,
            leader=team.led_by or "",
            weight=scheme.village_weight,
            decimals=scheme.decimals,
            total=found.total,
            pending=found.pending,
            village=village,
            own=own,
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


def _known(version: Version) -> KnownFigures:
    return known_figures(version.terms, version.scheme.village_weight)


def _effects(found: Figures) -> tuple[VetoEffect, ...]:
    if not found.village.effects and not (found.own and found.own.effects):
        return ()
    both = {*found.village.effects, *(found.own.effects if found.own else ())}
    return tuple(effect for effect in VetoEffect if effect in both)
