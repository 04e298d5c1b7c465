"""月补助: who served where for how long in a sealed month, days there, absences, and the sheet from the formula.

Seven queries at most, however many people. Absences (缺岗) of a person: spot checks confirmed as such on days of the
posting without approved leave, and owed days not filled where the town's rules count each person. They are
charged by the first row of the formula's table; the town may split further kinds by hand when it pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q

from appraisal.absences import absences_of
from appraisal.duty_week import weeks_of
from appraisal.facts import person_duty_of, rules_of_weeks
from appraisal.models import AppraisalMonth, MonthlyScore, SpotCheck, SubsidyRow
from appraisal.rules.base import ZERO
from appraisal.subsidies import Row, Sheet, subsidy_sheet, sum_problem
from appraisal.subsidy_formulas import Formula, PerDutyDay, Recipient
from lianzhen.money_words import money_words
from lianzhen.periods import Month, Span
from villages.models import Posting


@dataclass(frozen=True)
class SheetRow:
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
    """`problem`: why the sheet cannot be made, or that stored rows no longer add up; empty when all is well."""

    rows: Sequence[SheetRow] = ()
    total: Decimal = ZERO
    words: str = ""
    formula: str = ""
    checks: Sequence[str] = ()
    problem: str = ""
    is_stored: bool = False


def subsidies_of(row: AppraisalMonth) -> Subsidies:
    """Of a sealed month: as stored once it was checked, else worked out from the frozen scores."""
    formula = Formula.from_json(row.scheme.subsidy) if row.scheme.subsidy else None
    said = formula.sentence() if formula else ""
    if row.state in (AppraisalMonth.State.PAID, AppraisalMonth.State.ARCHIVED):
        return _stored(row, said)
    if formula is None:
        return Subsidies(problem=f"{row.scheme}没有写明补助办法，不能生成补助清单。")
    try:
        sheet, roles, scores = sheet_of(row, formula)
    except ValueError as problem:
        return Subsidies(formula=said, problem=str(problem))
    rows = [
        _shown(number, one, scores[_key(one)[0]], roles[_key(one)], row.period)
        for number, one in enumerate(sheet.rows, start=1)
    ]
    problem = sum_problem([one.amount for one in rows], sheet.total)
    return Subsidies(rows, sheet.total, sheet.words, said, sheet.checks, problem)


def _stored(row: AppraisalMonth, formula: str) -> Subsidies:
    rows = [
        SheetRow(
            one.position, one.team_id, one.person_id, one.team_name, one.person_name, one.role_name, one.score,
            one.days_served, one.absences, one.gross, one.deducted, one.amount, one.formula, one.note,
        )
        for one in SubsidyRow.objects.filter(month=row).order_by("position")
    ]  # fmt: skip
    total = sum((one.amount for one in rows), Decimal("0.00"))
    return Subsidies(rows, total, money_words(total), formula, is_stored=True)


def sheet_of(
    row: AppraisalMonth, formula: Formula
) -> tuple[Sheet, dict[tuple[int, int], str], dict[int, MonthlyScore]]:
    """The sheet with the roles of its people and the frozen scores by team. ValueError with a sentence where a
    fact that the formula needs is missing."""
    month = row.period
    frozen = MonthlyScore.objects.filter(month=row).defer("detail", "lines").select_related("team")
    scores = {one.team_id: one for one in frozen.order_by("position")}
    teams = [one.team for one in scores.values()]
    postings = _postings(scores, month)
    duty = person_duty_of(teams, month, month.end) if _asks_for_duty(formula, month) else {}
    checks, away = _confirmed(scores, month), absences_of(teams, month.start, month.end)
    recipients, roles = [], {}
    for key, own in postings.items():
        team_id, person_id = key
        spans = tuple(Span(max(p.starts_on, month.start), min(p.ends_on or month.end, month.end)) for p in own)
        days = duty.get(key)
        missed = sum(
            any(span.covers(day) for span in spans) and not any(one.covers(day) for one in away.get(key, ()))
            for day in checks.get(team_id, ())
        )
        missed += days.missed if days else 0
        named = formula.absences.rows[0].name if formula.absences.rows else ""
        roles[key] = "组长" if any(p.is_leader for p in own) else "组员"
        recipients.append(
            Recipient(
                key=f"{team_id}-{person_id}",
                person=str(person_id),
                name=own[0].name,
                score=scores[team_id].team_total,
                spans=spans,
                place=scores[team_id].place,
                duty_days=days.done if days else 0,
                absences={named: missed} if named and missed else {},
            )
        )
    return subsidy_sheet(formula, month, recipients), roles, scores


def _asks_for_duty(formula: Formula, month: Month) -> bool:
    """Paid by duty days, or charged for days owed, which the town's rules may count by person. One query at most:
    the days of a county's two thousand people take longer than all the rest."""
    if any(isinstance(part, PerDutyDay) for part in formula.parts):
        return True
    if not formula.absences.rows:
        return False
    rules_of = rules_of_weeks(month.end)
    return any(rules_of(week).counted_per_person for week in weeks_of(month))


class Service(NamedTuple):
    """A posting as far as it is paid."""

    team_id: int
    person_id: int
    name: str
    is_leader: bool
    starts_on: date
    ends_on: date | None
    pk: int


def _postings(scores: dict[int, MonthlyScore], month: Month) -> dict[tuple[int, int], list[Service]]:
    """By team and person, teams in their order, the leader first."""
    rows = Posting.objects.filter(team__in=scores, starts_on__lte=month.end)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=month.start))
    order = {team: place for place, team in enumerate(scores)}
    told = rows.values_list("team_id", "person_id", "person__name", "is_leader", "starts_on", "ends_on", "pk")
    found: dict[tuple[int, int], list[Service]] = {}
    services = (Service._make(one) for one in told)
    for one in sorted(services, key=lambda s: (order[s.team_id], not s.is_leader, s.starts_on, s.pk)):
        found.setdefault((one.team_id, one.person_id), []).append(one)
    return found


def _confirmed(scores: dict[int, MonthlyScore], month: Month) -> dict[int, list[date]]:
    checks = SpotCheck.objects.filter(
        team__in=scores, state=SpotCheck.State.CONFIRMED, day__range=(month.start, month.end)
    )
    found: dict[int, list[date]] = {}
    for team_id, day in checks.values_list("team_id", "day"):
        found.setdefault(team_id, []).append(day)
    return found


def _key(row: Row) -> tuple[int, int]:
    team, _, person = row.recipient.key.partition("-")
    return int(team), int(person)


def _shown(number: int, row: Row, score: MonthlyScore, role: str, month: Month) -> SheetRow:
    team_id, person_id = _key(row)
    return SheetRow(
        number=number,
        team_id=team_id,
        person_id=person_id,
        team=f"{score.village_name}联村工作组",
        name=row.recipient.name,
        role=role,
        score=row.recipient.score,
        days=row.days,
        absences=sum(row.recipient.absences.values()),
        gross=row.amount + row.deducted,
        deducted=row.deducted,
        amount=row.amount,
        formula=row.sentence,
        note=f"任职{row.days}天" if row.days < len(month) else "",
    )
