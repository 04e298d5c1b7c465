"""月补助: who served where for how long in a sealed month, days there, absences, and the sheet from the formula.

Seven queries at most, however many people. Absences (缺岗) of a person: spot checks confirmed as such on days of the
posting without approved leave, and owed days not filled where the town's rules count each person. They are
charged by the row of the formula's table for leaders or for everybody else, those that the county found by their own
amount where the version has one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from appraisal.absences import Absence, absences_of
from appraisal.duty_week import weeks_of
from appraisal.facts import person_duty_of, rules_of_weeks
from appraisal.models import AppraisalMonth, MonthlyScore, SpotCheck, SubsidyRow
from appraisal.rules.base import ZERO
from appraisal.subsidies import Row, Sheet, subsidy_sheet, sum_problem
from appraisal.subsidy_formulas import Formula, PerDutyDay, Recipient
from lianzhen.money_words import money_words
from lianzhen.periods import Month, Span
from villages.models import Posting


class SheetRow(NamedTuple):
    """One line as the page, the workbook and the paper show it."""

    number: int
    team_id: int
    person_id: int
    team: str
    name: str
    role: str
    score: Decimal
    days: int
    absences: int
    gross: Decimal
    deducted: Decimal
    amount: Decimal
    formula: str
    note: str = ""

    @property
    def pk(self) -> int:
        return self.number


@dataclass(frozen=True)
class Subsidies:
    """`problem`: why the sheet cannot be made, or that stored rows no longer add up; empty when all is well.
    `charges_absences`: the version takes something off for 缺岗; `charges_by_county`: by an amount of its own for what
    the county found."""

    rows: Sequence[SheetRow] = ()
    total: Decimal = ZERO
    words: str = ""
    formula: str = ""
    checks: Sequence[str] = ()
    problem: str = ""
    is_stored: bool = False
    charges_absences: bool = False
    charges_by_county: bool = False


def subsidies_of(row: AppraisalMonth) -> Subsidies:
    """Of a sealed month: as stored once it was checked, else worked out from the frozen scores."""
    formula = Formula.from_json(row.scheme.subsidy) if row.scheme.subsidy else None
    said = formula.sentence() if formula else ""
    charges = bool(formula and formula.absences.table)
    by_county = formula is not None and formula.absences.by_county is not None
    told = {"formula": said, "charges_absences": charges, "charges_by_county": by_county}
    if row.state in (AppraisalMonth.State.PAID, AppraisalMonth.State.ARCHIVED):
        return _stored(row, **told)
    if formula is None:
        return Subsidies(problem=f"{row.scheme}没有写明补助办法，不能生成补助清单。")
    try:
        sheet, payees = sheet_of(row, formula)
    except ValueError as problem:
        return Subsidies(formula=said, problem=str(problem))
    whole = len(row.period)
    rows = [
        _shown(number, one, payee, whole)
        for number, (one, payee) in enumerate(zip(sheet.rows, payees, strict=True), start=1)
    ]
    problem = sum_problem([one.amount for one in rows], sheet.total)
    return Subsidies(rows, sheet.total, sheet.words, checks=sheet.checks, problem=problem, **told)


def _stored(row: AppraisalMonth, **told: Any) -> Subsidies:
    rows = [
        SheetRow(
            one.position, one.team_id, one.person_id, one.team_name, one.person_name, one.role_name, one.score,
            one.days_served, one.absences, one.gross, one.deducted, one.amount, one.formula, one.note,
        )
        for one in SubsidyRow.objects.filter(month=row).order_by("position")
    ]  # fmt: skip
    total = sum((one.amount for one in rows), Decimal("0.00"))
    return Subsidies(rows, total, money_words(total), is_stored=True, **told)


class ScoredTeam(NamedTuple):
    """A team with its frozen score (分) and place, as far as its people are paid by them."""

    pk: int
    village_id: int
    village_name: str
    starts_on: date
    ends_on: date | None
    total: Decimal
    place: int


class Service(NamedTuple):
    """A posting as far as it is paid: its days of the month."""

    name: str
    is_leader: bool
    span: Span


class Look(NamedTuple):
    """A confirmed spot check, as far as it is charged."""

    day: date
    by_county: bool


class Payee(NamedTuple):
    """Whoever gets a row."""

    team: ScoredTeam
    person_id: int
    is_leader: bool


def sheet_of(row: AppraisalMonth, formula: Formula) -> tuple[Sheet, list[Payee]]:
    """The sheet, and who gets each of its rows: teams in their order, the leader first. ValueError with a sentence
    where a fact that the formula needs is missing."""
    month = row.period
    teams = _scored_teams(row)
    shared = Counter(team.place for team in teams)
    postings = postings_of(row)
    duty = person_duty_of(teams, month, month.end) if _asks_for_duty(formula, month) else {}
    checks, away = _looks(month), absences_of(teams, month.start, month.end)
    recipients, payees = [], []
    for team in teams:
        for person_id, own in postings.get(team.pk, {}).items():
            key = team.pk, person_id
            spans = tuple([service.span for service in own])
            days, leads = duty.get(key), own[0].is_leader
            # Days owed and not filled are what the town's own register says.
            by_town, by_county = days.missed if days else 0, 0
            for look in checks.get(team.pk, ()):
                if is_charged(look.day, spans, away.get(key, ())):
                    by_town, by_county = by_town + (not look.by_county), by_county + look.by_county
            recipients.append(
                Recipient(
                    key=f"{team.pk}-{person_id}",
                    person=str(person_id),
                    name=own[0].name,
                    score=team.total,
                    spans=spans,
                    place=team.place,
                    tied=shared[team.place] > 1,
                    duty_days=days.done if days else 0,
                    absences=formula.absences.counted(leader=leads, by_town=by_town, by_county=by_county),
                )
            )
            # Whoever led for a part of the month comes first as leader.
            payees.append(Payee(team, person_id, leads))
    return subsidy_sheet(formula, month, recipients), payees


def is_charged(day: date, spans: Sequence[Span], away: Sequence[Absence]) -> bool:
    """Whether a spot check of the day that found nobody is an absence of the person: served, and not on leave."""
    return any(span.covers(day) for span in spans) and not any(one.covers(day) for one in away)


def _asks_for_duty(formula: Formula, month: Month) -> bool:
    """Paid by duty days, or charged for days owed, which the town's rules may count by person. One query at most:
    the days of a county's two thousand people take longer than all the rest."""
    if any(isinstance(part, PerDutyDay) for part in formula.parts):
        return True
    if not formula.absences.rows:
        return False
    rules_of = rules_of_weeks(month.end)
    return any(rules_of(week).counted_per_person for week in weeks_of(month))


def _scored_teams(row: AppraisalMonth) -> list[ScoredTeam]:
    """In the order of districts and villages. One query."""
    rows = MonthlyScore.objects.filter(month=row).order_by("position")
    told = rows.values_list(
        "team_id", "village_id", "village_name", "team__starts_on", "team__ends_on", "team_total", "place"
    )
    return [ScoredTeam._make(one) for one in told]


def postings_of(row: AppraisalMonth, teams: Iterable[int] | None = None) -> dict[int, dict[int, list[Service]]]:
    """Team → person → terms in it, the leader first; of all scored teams or of some of them (ids). One query."""
    month = row.period
    first, last = month.start, month.end
    whole = Span(first, last)
    rows = Posting.objects.filter(team__in=MonthlyScore.objects.filter(month=row).values("team"))
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=first), starts_on__lte=last)
    if teams is not None:
        rows = rows.filter(team__in=teams)
    told = rows.order_by("-is_leader", "starts_on", "pk")
    found: dict[int, dict[int, list[Service]]] = {}
    for team_id, person_id, name, leads, starts_on, ends_on in told.values_list(
        "team_id", "person_id", "person__name", "is_leader", "starts_on", "ends_on"
    ):
        ends_on = last if ends_on is None else min(ends_on, last)
        span = whole if starts_on <= first and ends_on == last else Span(max(starts_on, first), ends_on)
        found.setdefault(team_id, {}).setdefault(person_id, []).append(Service(name, leads, span))
    return found


def confirmed_checks(month: Month) -> QuerySet[SpotCheck]:
    """Spot checks of the month that were confirmed as absences."""
    return SpotCheck.objects.filter(state=SpotCheck.State.CONFIRMED, day__range=(month.start, month.end))


def _looks(month: Month) -> dict[int, list[Look]]:
    """Team → confirmed spot checks. One query."""
    found: dict[int, list[Look]] = {}
    for team_id, day, source in confirmed_checks(month).values_list("team_id", "day", "source"):
        found.setdefault(team_id, []).append(Look(day, source == SpotCheck.Source.COUNTY))
    return found


def _shown(number: int, row: Row, payee: Payee, whole: int) -> SheetRow:
    """`whole`: days of the month."""
    return SheetRow(
        number=number,
        team_id=payee.team.pk,
        person_id=payee.person_id,
        team=f"{payee.team.village_name}联村工作组",
        name=row.recipient.name,
        role="组长" if payee.is_leader else "组员",
        score=row.recipient.score,
        days=row.days,
        absences=sum(row.recipient.absences.values()) if row.recipient.absences else 0,
        gross=row.amount + row.deducted if row.deducted else row.amount,
        deducted=row.deducted,
        amount=row.amount,
        formula=row.sentence,
        note=f"任职{row.days}天" if row.days < whole else "",
    )
