"""What the tests of scores and of closing set their scenes with: the worked month in rows. No test here."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from appraisal.models import AppraisalMonth, Category, Clause, Scheme, ScoreEntry
from appraisal.rules.base import Kind as RuleKind
from appraisal.rules.scheme import SchemeTerms
from appraisal.scoring import Line, LineState
from appraisal.tests import worked_example as example
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month
from lianzhen.tests.cast import Cast
from lianzhen.trail import acting

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
State = ScoreEntry.State
#: States of entries by those of lines, for deductions and for bonuses.
STATES = {
    LineState.EFFECTIVE: (State.EFFECTIVE, State.AGREED),
    LineState.PENDING: (State.WAITING, State.CLAIMED),
    LineState.APPEALED: (State.APPEALED, State.CLAIMED),
    LineState.WITHDRAWN: (State.REVOKED, State.REVERSED),
    LineState.CHANGED: (State.CHANGED, State.AGREED),
}


def at(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def write_scheme(terms: SchemeTerms, *, number: int, month_from: date, by: Any, **more: Any) -> Scheme:
    """The terms as an adopted version."""
    settings = example.settings()
    facts = {
        "bonus_month_cap": terms.bonus_month_cap,
        "bonus_quarter_cap": terms.bonus_quarter_cap,
        "village_weight": settings["村得分所占比重"],
        "subsidy": example.formula().to_json(),
        "title": "联村工作考核办法",
        **more,
    }
    with acting(by=None, action="test.scene", label="测试数据"):
        scheme = Scheme(
            number=number,
            month_from=month_from,
            state=Scheme.State.ADOPTED,
            base=terms.base,
            total_floor=terms.total_floor,
            basis="荷党发〔2026〕1号",
            adopted_on=month_from,
            adopted_at=at(month_from),
            adopted_by=by,
            **facts,
        )
        scheme.full_clean()
        scheme.save()
        made = {}
        for position, one in enumerate(terms.categories):
            made[one.key] = Category(
                scheme=scheme,
                key=f"c{position}",
                name=one.name,
                full=one.full,
                floor=one.floor,
                position=position,
            )
            made[one.key].save()
        for position, one in enumerate(terms.clauses):
            Clause(
                scheme=scheme,
                category=made[one.category],
                number=one.number,
                text=one.text,
                rule=one.rule.code,
                parameters=one.rule.to_json(),
                applies_to=one.applies_to.value,
                position=position,
            ).save()
    return scheme


def open_row(scheme: Scheme, month: Month) -> AppraisalMonth:
    with acting(by=None, action="test.scene", label="测试数据"):
        row, _ = AppraisalMonth.objects.get_or_create(month=month.start, defaults={"scheme": scheme})
    return row


def write_line(cast: Cast, scheme: Scheme, line: Line, month: Month, *, village: Any = None, **more: Any) -> ScoreEntry:
    """One entry as its whole way would have left it."""
    clause = scheme.clauses.get(number=line.clause)
    village = village or cast.own
    team = village.teams.filter(ends_on=None).first()
    bonus = clause.as_rule().kind is RuleKind.BONUS
    state = STATES[line.state][bonus]
    moment = at(line.date)
    facts: dict[str, Any] = {"recorded_by": cast.users[Role.LEADER if bonus else Role.OFFICE], "recorded_at": moment}
    if state == State.AGREED:
        facts |= {"confirmed_at": moment, "confirmed_by": cast.users[Role.OFFICE_LEAD]}
    if state in (State.EFFECTIVE, State.APPEALED, State.CHANGED, State.REVOKED, State.NOTIFIED):
        facts |= {"notified_at": moment, "appeal_until": moment + timedelta(days=5)}
    if state == State.REVERSED:
        facts |= {"ended_at": moment, "ended_by": cast.users[Role.OFFICE_LEAD], "end_reason": "材料有误"}
    with acting(by=None, action="test.scene", label="测试数据"):
        entry = ScoreEntry(
            **{
                "number": line.key,
                "kind": "bonus" if bonus else "deduction",
                "month": month.start,
                "clause": clause,
                "clause_number": clause.number,
                "clause_text": clause.text,
                "village": village,
                "team": team,
                "concerns": clause.applies_to,
                "occurred_on": line.date,
                "values": {"points": str(line.points)},
                "points": line.points,
                "changed_points": line.changed_points,
                "calculation": f"{clause.number}按规则计算",
                "fact": f"{line.key}查明的事实",
                "state": state,
                **facts,
                **more,
            }
        )
        entry.full_clean()
        entry.save()
    return entry


def worked_month(cast: Cast) -> Scheme:
    """November as docs/worked-example.md has it; its 8 points of bonuses before it were counted in October."""
    lead = cast.users[Role.COMMITTEE]
    terms = example.scheme()
    before = write_scheme(terms, number=1, month_from=OCTOBER.start, by=lead, bonus_month_cap=Decimal(10))
    scheme = write_scheme(terms, number=2, month_from=NOVEMBER.start, by=lead)
    open_row(before, OCTOBER)
    open_row(scheme, NOVEMBER)
    earlier = date(2026, 10, 15)
    for number, points in enumerate((3, 3, 2), start=1):
        line = Line(key=f"加10-{number}", clause="G1", date=earlier, points=Decimal(points))
        write_line(cast, before, line, OCTOBER)
    for line in example.lines():
        moved = Line(
            key=line.key,
            clause=line.clause,
            date=line.date.replace(year=2026),
            points=line.points,
            state=line.state,
            changed_points=line.changed_points,
        )
        write_line(cast, scheme, moved, NOVEMBER)
    return scheme
