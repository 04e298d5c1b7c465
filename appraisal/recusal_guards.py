"""Recusal in the database: nobody decides about the team he has a part in, not even past the actions.

The same rule as `recusal.part_in`, laid as triggers on both engines. They ask for what no time zone can move: somebody
who serves in the team, or served in it, on one of the days that the decision is about. Who came later is judged by the
actions, which know the day of the act. Where nobody else is left, the body decides (`as_body`): the triggers refuse
what somebody who is surely free could have signed, and a decision of the body's that names no ground.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from appraisal.as_body import GROUND, MARK
from appraisal.models import (
    AnnualAssessment,
    AnnualGrade,
    AnnualSummary,
    Appeal,
    AppraisalMonth,
    Correction,
    MonthlyScore,
    Payout,
    QuarterlyReview,
    ScoreEntry,
    TeamReview,
)
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.trail import guards
from villages.models import Person, Posting

#: Whoever acts on an entry for the town: 复核 and 同意, 片区意见, 核实, 核查整改.
ON_ENTRIES = ("confirmed_by_id", "opinion_by_id", "verified_by_id", "rectify_checked_by_id")
ON_APPEALS = ("checked_by_id", "decided_by_id")
MESSAGE = "somebody acts about his own team"
SIGNERS = (Role.OFFICE_LEAD, Role.COMMITTEE)
COMMITTEE = (Role.COMMITTEE,)
ANYBODY = (Role.OFFICE, Role.OFFICE_LEAD, Role.COMMITTEE)
MONTHS_OF_QUARTER, MONTHS_OF_YEAR = 3, 12


@dataclass(frozen=True)
class Days:
    """The days that a decision is about, in SQL: `begun` and `open` say of a posting `p` that it had begun by their
    end and had not ended by their beginning; `before` of a grant `g` that it ran from their beginning."""

    begun: str
    open: str
    before: str


def lay() -> None:
    """Once, when the app is ready; every migrate lays the triggers anew."""
    _entries()
    _appeals()
    _corrections()
    month = _period("NEW.month", 1)
    _refuse(AppraisalMonth, "month", {"reviewed_by_id": _others("", month, SIGNERS, "NEW.checked_by_id")}, "", month)
    _quarters()
    _years()


def _entries() -> None:
    team, day = "NEW.team_id", _day("NEW.occurred_on")
    corrects = f"(NEW.corrects_id IS NULL OR {_others(team, day, SIGNERS, 'NEW.recorded_by_id')})"
    _refuse(ScoreEntry, "entry", dict.fromkeys(ON_ENTRIES, "") | {"confirmed_by_id": corrects}, team, day)


def _appeals() -> None:
    entry = f"{ScoreEntry._meta.db_table} e WHERE e.id = NEW.entry_id"
    team, day = f"(SELECT e.team_id FROM {entry})", _day(f"(SELECT e.occurred_on FROM {entry})")
    others = _others(team, day, SIGNERS, "NEW.recorder_id", "NEW.confirmer_id", "NEW.filed_by_id")
    decided = f"({others} OR {_unfounded('answer', GROUND)})"
    _refuse(Appeal, "appeal", dict.fromkeys(ON_APPEALS, "") | {"decided_by_id": decided}, team, day)


def _corrections() -> None:
    """As `recusal.of_correction`."""
    score, months = f"{MonthlyScore._meta.db_table} s", AppraisalMonth._meta.db_table
    team = f"(SELECT s.team_id FROM {score} WHERE s.id = NEW.score_id)"
    day = _day(f"(SELECT e.occurred_on FROM {ScoreEntry._meta.db_table} e WHERE e.id = NEW.entry_id)")
    month = _period(f"(SELECT m.month FROM {months} m JOIN {score} ON s.month_id = m.id WHERE s.id = NEW.score_id)", 1)
    days = Days(
        f"({day.begun} OR {month.begun})", f"({day.open} OR {month.open})", f"({day.before} AND {month.before})"
    )
    decided = f"({_others(team, days, SIGNERS, 'NEW.created_by_id')} OR {_unfounded('decision_note')})"
    _refuse(Correction, "correction", {"decided_by_id": decided}, team, days)


def _quarters() -> None:
    quarter = _period("NEW.quarter", MONTHS_OF_QUARTER)
    approved = f"({_others('', quarter, COMMITTEE, 'NEW.handed_by_id')} OR {_unfounded('basis')})"
    _refuse(QuarterlyReview, "quarter", {"approved_by_id": approved}, "", quarter)
    reviews = QuarterlyReview._meta.db_table
    quarter = _period(f"(SELECT r.quarter FROM {reviews} r WHERE r.id = NEW.review_id)", MONTHS_OF_QUARTER)
    # The first list is decided with the review, by its ground.
    unfounded = f"(NEW.number > 1 AND {_unfounded('decision_note')})"
    approved = f"({_others('', quarter, COMMITTEE, 'NEW.created_by_id')} OR {unfounded})"
    _refuse(Payout, "payout", {"approved_by_id": approved}, "", quarter)
    said = {"reviewed_by_id": _others("NEW.team_id", quarter, ANYBODY)}
    _refuse(TeamReview, "team_review", said, "NEW.team_id", quarter)


def _years() -> None:
    year = _year("NEW.year")
    decided = f"({_others('', year, COMMITTEE, 'NEW.handed_by_id')} OR {_unfounded('basis')})"
    _refuse(AnnualAssessment, "year", {"decided_by_id": decided}, "", year)
    year = _year(f"(SELECT y.year FROM {AnnualAssessment._meta.db_table} y WHERE y.id = NEW.assessment_id)")
    team, wrote = "NEW.team_id", ("NEW.written_by_id", "NEW.submitted_by_id")
    judged = {
        "opinion_by_id": _others(team, year, ANYBODY, *wrote),
        "checked_by_id": _others(team, year, ANYBODY, *wrote, "NEW.opinion_by_id"),
    }
    _refuse(AnnualSummary, "annual_summary", judged, team, year)
    _refuse(AnnualGrade, "annual_grade", {"graded_by_id": _others(team, year, COMMITTEE)}, team, year)


# --- In SQL -----------------------------------------------------------------------------------------
def _refuse(model: type[models.Model], name: str, only_if: dict[str, str], team: str, days: Days) -> None:
    """`only_if`: what else must be so of each column that names who acts ("" for nothing)."""
    parts = {
        column: " AND ".join(
            filter(None, [_has_part(f"NEW.{column}", team, days, f"NEW.{column.removesuffix('_by_id')}_at"), more])
        )
        for column, more in only_if.items()
    }
    newly = (f"(OLD.{column} {{differs}} NEW.{column} AND {one})" for column, one in parts.items())
    insert, update = " OR ".join(f"({one})" for one in parts.values()), " OR ".join(newly)
    guards.refuse(model, name=f"{name}_recused", message=MESSAGE, insert=insert, update=update)


def _has_part(account: str, team: str, days: Days, at: str) -> str:
    """The account acts at `at`, and its person serves in the team (in any, where none is named) or served in it on the
    days, as far back as one looks back at them. On the last day of a year in UTC the next one may have begun."""
    postings, people = Posting._meta.db_table, Person._meta.db_table
    day, year = f"SUBSTR(CAST({at} AS TEXT), 1, 10)", _part_of(at, 1, 4)
    since = f"{year} - CASE WHEN SUBSTR(CAST({at} AS TEXT), 6, 5) = '12-31' THEN 0 ELSE 1 END"
    return (
        f"EXISTS (SELECT 1 FROM {postings} p JOIN {people} q ON q.id = p.person_id WHERE q.user_id = {account}"
        f" AND {_in_team('p', team)} AND SUBSTR(CAST(p.starts_on AS TEXT), 1, 10) <= {day} AND {days.begun}"
        f" AND (p.ends_on IS NULL OR ({days.open} AND {_part_of('p.ends_on', 1, 4)} >= {since})))"
    )


def _others(team: str, days: Days, roles: tuple[Role, ...], *hands: str) -> str:
    """An open account holds one of the roles since before the days, without an end, had no hand in it and never served
    in the team."""
    grants, accounts, postings, people = (one._meta.db_table for one in (RoleGrant, User, Posting, Person))
    named = ", ".join(f"'{role.value}'" for role in roles)
    apart = ", ".join(["0", *(f"COALESCE({column}, 0)" for column in hands)])
    return (
        f"EXISTS (SELECT 1 FROM {grants} g JOIN {accounts} a ON a.id = g.user_id WHERE a.ended_at IS NULL"
        f" AND g.role IN ({named}) AND g.ends_on IS NULL AND {days.before} AND g.user_id NOT IN ({apart})"
        f" AND NOT EXISTS (SELECT 1 FROM {postings} s JOIN {people} t ON t.id = s.person_id"
        f" WHERE t.user_id = g.user_id AND {_in_team('s', team)}))"
    )


def _unfounded(column: str, between: str = "") -> str:
    """The ground of the body's decision is not named."""
    return f"NEW.{column} NOT LIKE '%{between}_%{MARK}'"


def _in_team(posting: str, team: str) -> str:
    return f"{posting}.team_id = {team}" if team else f"{posting}.team_id IS NOT NULL"


def _day(day: str) -> Days:
    return Days(f"p.starts_on <= {day}", f"p.ends_on >= {day}", f"g.starts_on <= {day}")


def _period(start: str, months: int) -> Days:
    """A month or a quarter by its first day."""
    number = _number(start, months)
    return Days(
        f"{_number('p.starts_on', months)} <= {number}",
        f"{_number('p.ends_on', months)} >= {number}",
        f"g.starts_on <= {start}",
    )


def _year(year: str) -> Days:
    starts, ends = (_number(f"p.{column}", MONTHS_OF_YEAR) for column in ("starts_on", "ends_on"))
    return Days(f"{starts} <= {year}", f"{ends} >= {year}", f"{_number('g.starts_on', MONTHS_OF_YEAR)} < {year}")


def _number(day: str, months: int) -> str:
    """The periods of so many months are numbered through; neither engine can say the last day of one."""
    return f"(({_part_of(day, 1, 4)} * 12 + {_part_of(day, 6, 2)} - 1) / {months})"


def _part_of(day: str, place: int, length: int) -> str:
    """A number within a date as both engines write it."""
    return f"CAST(SUBSTR(CAST({day} AS TEXT), {place}, {length}) AS INTEGER)"
