"""What a quarter rests on: its sealed months, the figures they froze, who is paid for how many days.

Figures come from `MonthlyScore` alone; nothing is worked out a second way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from appraisal.models import AppraisalMonth, MonthlyScore, Payout, PayoutRow, QuarterlyReview, Scheme, TeamReview
from appraisal.payouts import (
    LEADER,
    MEMBER,
    ROLES,
    SAMPLE,
    TEAM,
    VILLAGE,
    Change,
    Payee,
    PayoutList,
    QuarterTerms,
    Row,
    changes,
    payout_list,
)
from appraisal.quarter_grades import Proposal, TeamQuarter, effects_from, propose
from appraisal.rules.base import ZERO
from lianzhen.periods import Month, Quarter, Span, Year
from lianzhen.wording import money
from villages.models import CadreTerm, LiaisonTeam, Posting

HEADS = (CadreTerm.Position.SECRETARY, CadreTerm.Position.DIRECTOR)


# --- Months ----------------------------------------------------------------------------------------
def months_of(period: Quarter | Year) -> dict[Month, AppraisalMonth]:
    """Those that were opened. One query."""
    rows = AppraisalMonth.objects.select_related("scheme").filter(month__range=(period.start, period.end))
    return {row.period: row for row in rows.order_by("month")}


def sealed_of(months: Mapping[Month, AppraisalMonth]) -> tuple[Month, ...]:
    return tuple(month for month, row in months.items() if row.is_sealed)


def quarter_terms_of(scheme: Scheme) -> QuarterTerms:
    """The rules of the version; one without any shows the example's."""
    return QuarterTerms.from_json(scheme.quarter) if scheme.quarter else SAMPLE


def terms_of(review: QuarterlyReview) -> QuarterTerms:
    return QuarterTerms.from_json(review.terms)


# --- Figures of the teams ---------------------------------------------------------------------------
@dataclass(frozen=True)
class TeamFigures:
    """A team that was scored in at least one sealed month of the quarter, with the names of the last one."""

    team_id: int
    village_id: int
    position: int
    village_name: str
    district: str
    leader: str
    months: tuple[tuple[Month, Decimal, int], ...]
    effects: tuple[Any, ...]

    @property
    def as_quarter(self) -> TeamQuarter:
        return TeamQuarter(self.team_id, tuple(total for _, total, _ in self.months), self.effects)

    @property
    def months_json(self) -> list[dict[str, Any]]:
        return [{"month": month.key, "total": f"{total:f}", "place": place} for month, total, place in self.months]


def figures_of(quarter: Quarter) -> list[TeamFigures]:
    """In the order of districts and villages. One query."""
    rows = MonthlyScore.objects.filter(
        month__month__range=(quarter.start, quarter.end), month__state__in=AppraisalMonth.SEALED
    ).order_by("month__month", "position")
    names = ("team_id", "village_id", "position", "village_name", "district_name", "leader_name")
    by_team: dict[int, list[Any]] = {}
    for row in rows.values_list(*names, "month__month", "team_total", "place", "vetoes"):
        by_team.setdefault(row[0], []).append(row)
    found = []
    for own in by_team.values():
        team, village, position, name, district, leader = own[-1][:6]
        months = tuple((Month.of(row[6]), row[7], row[8]) for row in own)
        effects = effects_from(label for row in own for label in row[9])
        found.append(TeamFigures(team, village, position, name, district, leader, months, effects))
    return sorted(found, key=lambda one: one.position)


def proposals(figures: Sequence[TeamFigures], terms: QuarterTerms, decimals: int) -> dict[int, Proposal]:
    """By team."""
    teams = [one.as_quarter for one in figures]
    return propose(teams, terms.grading, basis=terms.basis, decimals=decimals)


# --- Who is paid ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class SheetRow:
    """One line as the page, the workbook and the paper show it."""

    number: int
    key: str
    team_id: int
    person_id: int | None
    team: str
    name: str
    role: str
    score: Decimal
    grade: str
    days: int
    quarter_days: int
    due: Decimal
    before: Decimal
    amount: Decimal
    formula: str
    note: str = ""

    @property
    def pk(self) -> int:
        return self.number

    @property
    def village(self) -> str:
        """The team as a column 「联村工作组」 names it."""
        return self.team.removesuffix("联村工作组")

    @property
    def change_texts(self) -> tuple[str, str, str]:
        """按标准应兑现, 已列入清单, 差额"""
        return money(self.due), money(self.before), money(self.amount)


@dataclass(frozen=True)
class Sheet:
    """A list of money (元). `unpaid`: whom the formula gives nothing, numbered on, kept with the list and not on it;
    `problem`: why it cannot be made."""

    rows: Sequence[SheetRow] = ()
    unpaid: Sequence[SheetRow] = ()
    total: Decimal = Decimal("0.00")
    checks: Sequence[str] = ()
    problem: str = ""


@dataclass(frozen=True)
class _Named:
    """A payee with what the pure list does not ask about."""

    payee: Payee
    team: TeamReview
    person_id: int | None
    role_name: str


def payout_sheet(review: QuarterlyReview, teams: Sequence[TeamReview]) -> Sheet:
    """What the version gives for the grades as they stand. Two queries."""
    terms = terms_of(review)
    try:
        named, worked = _worked(review, teams, terms)
    except ValueError as problem:
        return Sheet(problem=str(problem))
    # Nobody signs for nothing: those rows come after the others (False before True), each part in its order.
    ordered = sorted(worked.rows, key=lambda row: not row.amount)
    rows = [
        _shown(n, row, named[row.payee.key], len(review.period), Change(ZERO, row.amount))
        for n, row in enumerate(ordered, start=1)
    ]
    paid = sum(bool(row.amount) for row in rows)
    return Sheet(rows[:paid], rows[paid:], worked.total, worked.checks)


def further_sheet(review: QuarterlyReview, teams: Sequence[TeamReview]) -> Sheet:
    """What the register gives now, less what the lists so far gave. Three queries."""
    named, worked = _worked(review, teams, terms_of(review))
    listed: dict[str, list[PayoutRow]] = {}
    stored = PayoutRow.objects.filter(payout__review=review, payout__state=Payout.State.APPROVED)
    for one in stored.select_related(None).order_by("payout__number", "position"):
        listed.setdefault(one.key, []).append(one)
    given = {key: sum((one.amount for one in own), Decimal("0.00")) for key, own in listed.items()}
    now = {row.payee.key: row for row in worked.rows}
    rows = []
    for key, change in changes({key: row.amount for key, row in now.items()}, given).items():
        number, days = len(rows) + 1, len(review.period)
        if key in now:
            rows.append(_shown(number, now[key], named[key], days, change))
        else:
            rows.append(_no_longer(number, listed[key][-1], change))
    return Sheet(rows, (), sum((row.amount for row in rows), Decimal("0.00")), worked.checks)


def _worked(
    review: QuarterlyReview, teams: Sequence[TeamReview], terms: QuarterTerms
) -> tuple[dict[str, _Named], PayoutList]:
    named = list(_payees(review.period, teams))
    return {one.payee.key: one for one in named}, payout_list(terms, review.period, [one.payee for one in named])


def _payees(quarter: Quarter, teams: Sequence[TeamReview]) -> Iterable[_Named]:
    """Of every team: its people, the leader first, the village's heads, the team as a whole. Two queries, three
    where a village had one team after another: its heads go with each for the days of that team."""
    people = _people(quarter, teams)
    heads = _heads(quarter, teams)
    days = _days_of_several(quarter, teams)
    for team in teams:
        for (person, role), spans in people.get(team.team_id, {}).items():
            yield _named(team, role, spans, ROLES[role], person)
        for person, (spans, posts) in heads.get(team.village_id, {}).items():
            if own := [part for span in spans if (part := _shared(span, days.get(team.team_id)))]:
                yield _named(team, VILLAGE, own, "、".join(posts), person)
        yield _named(team, TEAM, (), ROLES[TEAM], None)


def _days_of_several(quarter: Quarter, teams: Sequence[TeamReview]) -> dict[int, Span]:
    """Team → its days of the quarter, of teams whose village had another one too."""
    counted = Counter(one.village_id for one in teams)
    several = [one.team_id for one in teams if counted[one.village_id] > 1]
    return {one.pk: _cut(one, quarter) for one in LiaisonTeam.objects.filter(pk__in=several)} if several else {}


def _shared(span: Span, other: Span | None) -> Span | None:
    """The days in both, which have ends; the span where there is no other."""
    if other is None:
        return span
    if not span.overlaps(other):
        return None
    return Span(max(span.starts_on, other.starts_on), min(span.ends_on, other.ends_on))


def _named(team: TeamReview, role: str, spans: Iterable[Span], role_name: str, person: Any) -> _Named:
    payee = Payee(
        key=f"{team.team_id}-{person[0] if person else 0}-{role}",
        person=str(person[0]) if person else f"team{team.team_id}",
        name=person[1] if person else team.team_name,
        score=team.score,
        spans=tuple(spans),
        place=team.place,
        tied=team.tied,
        role=role,
        grade=team.grade,
    )
    return _Named(payee, team, person[0] if person else None, role_name)


def _cut(row: Any, quarter: Quarter) -> Span:
    return Span(max(row.starts_on, quarter.start), min(row.ends_on or quarter.end, quarter.end))


def _in(quarter: Quarter) -> Q:
    return Q(starts_on__lte=quarter.end) & (Q(ends_on=None) | Q(ends_on__gte=quarter.start))


def _people(quarter: Quarter, teams: Sequence[TeamReview]) -> dict[int, dict[Any, list[Span]]]:
    """Team → (person, role) → spans: who led for a part of the quarter has a row for each role."""
    rows = Posting.objects.filter(_in(quarter), team__in=[one.team_id for one in teams]).select_related("person")
    found: dict[int, dict[Any, list[Span]]] = {}
    for one in sorted(rows, key=lambda p: (not p.is_leader, p.starts_on, p.pk)):
        key = ((one.person_id, one.person.name), LEADER if one.is_leader else MEMBER)
        found.setdefault(one.team_id, {}).setdefault(key, []).append(_cut(one, quarter))
    return found


def _heads(quarter: Quarter, teams: Sequence[TeamReview]) -> dict[int, dict[Any, tuple[list[Span], list[str]]]]:
    """Village → person → spans and posts; whoever holds both posts has one row."""
    rows = CadreTerm.objects.filter(
        _in(quarter), position__in=HEADS, village__in=[one.village_id for one in teams]
    ).select_related("person")
    found: dict[int, dict[Any, tuple[list[Span], list[str]]]] = {}
    for one in sorted(rows, key=lambda term: (HEADS.index(term.position), term.starts_on, term.pk)):
        key = (one.person_id, one.person.name)
        spans, posts = found.setdefault(one.village_id, {}).setdefault(key, ([], []))
        spans.append(_cut(one, quarter))
        if one.get_position_display() not in posts:
            posts.append(one.get_position_display())
    return found


def _shown(number: int, row: Row, named: _Named, quarter_days: int, change: Change) -> SheetRow:
    notes = [f"任职{row.days}天"] if row.days < quarter_days else []
    if change.before:
        notes.append(f"已列入清单{money(change.before)}")
    return SheetRow(
        number=number,
        key=row.payee.key,
        team_id=named.team.team_id,
        person_id=named.person_id,
        team=named.team.team_name,
        name=row.payee.name,
        role=named.role_name,
        score=named.team.score,
        grade=named.team.grade,
        days=row.days,
        quarter_days=quarter_days,
        due=change.due,
        before=change.before,
        amount=change.amount,
        formula=row.sentence,
        note="；".join(notes),
    )


def _no_longer(number: int, was: PayoutRow, change: Change) -> SheetRow:
    return SheetRow(
        number=number,
        key=was.key,
        team_id=was.team_id,
        person_id=was.person_id,
        team=was.team_name,
        name=was.payee_name,
        role=was.role_name,
        score=was.score,
        grade=was.grade,
        days=0,
        quarter_days=was.days_of_quarter,
        due=change.due,
        before=change.before,
        amount=change.amount,
        formula="按现在的登记，本季度没有这一任职，应兑现0.00元",
        note=f"已列入清单{money(change.before)}",
    )


def stored_sheet(payout: Payout) -> Sheet:
    """A list as it was made, checked against its own total: as many rows as it counts, the others got nothing (lists
    made before held them as well). One query."""
    rows = [
        SheetRow(
            number=one.position,
            key=one.key,
            team_id=one.team_id,
            person_id=one.person_id,
            team=one.team_name,
            name=one.payee_name,
            role=one.role_name,
            score=one.score,
            grade=one.grade,
            days=one.days_served,
            quarter_days=one.days_of_quarter,
            due=one.due,
            before=one.before,
            amount=one.amount,
            formula=one.formula,
            note=one.note,
        )
        for one in PayoutRow.objects.filter(payout=payout).order_by("position")
    ]
    total = sum((row.amount for row in rows), Decimal("0.00"))
    return Sheet(rows[: payout.people], rows[payout.people :], total)


def as_rows(payout: Payout, sheet: Sheet) -> list[PayoutRow]:
    """To be stored with the list. Raises `ValidationError` where a calculation is too long to be kept whole."""
    longest, rows = PayoutRow._meta.get_field("formula").max_length, [*sheet.rows, *sheet.unpaid]
    for row in rows:
        if len(row.formula) > longest:
            raise ValidationError(f"{row.name}的计算说明超过{longest}字，请减少兑现标准的项目。")
    return [
        PayoutRow(
            payout=payout,
            team_id=row.team_id,
            person_id=row.person_id,
            key=row.key,
            position=row.number,
            team_name=row.team,
            payee_name=row.name,
            role_name=row.role,
            score=row.score,
            grade=row.grade,
            days_served=row.days,
            days_of_quarter=row.quarter_days,
            due=row.due,
            before=row.before,
            amount=row.amount,
            formula=row.formula,
            note=row.note,
        )
        for row in rows
    ]
