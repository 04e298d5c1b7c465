"""Leave: who decides, until when papers and return are due.

Pure. The chain is that of domain.md §1.2 (S34, S35): the team leader up to `leave_leader_days`, the liaison
group up to `leave_group_days`, the head of the office beyond; nobody's own superior step is below his own
post. The figures are settings of the town (`Rules`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from appraisal.working_rules import Rules
from lianzhen.town.workdays import WorkCalendar
from lianzhen.wording import date_range, full_date, list_date

ONE_DAY = timedelta(days=1)
#: Longest absence that one request covers (天): beyond it the posting itself changes hands.
LONGEST_DAYS = 366
#: How far back papers of an oral leave are taken (天).
OLDEST_DAYS = 366


class Post(StrEnum):
    """Where somebody asks from; of several posts the highest counts."""

    GROUP = "group"
    LEADER = "leader"
    INSTRUCTOR = "instructor"
    MEMBER = "member"
    CADRE = "cadre"


class Step(StrEnum):
    """Who decides, from below upwards. The committee only where the head of the office is concerned."""

    LEADER = "leader"
    GROUP = "group"
    OFFICE = "office"
    COMMITTEE = "committee"


LADDER = tuple(Step)
WORDS = {Step.LEADER: "组长", Step.GROUP: "片区联络组", Step.OFFICE: "联村办主任", Step.COMMITTEE: "党委委员"}
#: The lowest step that may decide for somebody of the post: never one he stands on himself.
LOWEST = {
    Post.MEMBER: Step.LEADER,
    Post.CADRE: Step.LEADER,
    Post.LEADER: Step.GROUP,
    Post.INSTRUCTOR: Step.GROUP,
    Post.GROUP: Step.OFFICE,
}


# --- Who decides --------------------------------------------------------------------------------
def usual_step(post: Post, days: int, rules: Rules) -> Step:
    """Who decides about `days` working days (天) of somebody of the post."""
    by_days = Step.OFFICE
    if days <= rules.leave_leader_days:
        by_days = Step.LEADER
    elif days <= rules.leave_group_days:
        by_days = Step.GROUP
    return max(by_days, LOWEST[post], key=LADDER.index)


def deciding_step(post: Post, days: int, rules: Rules, vacant: Collection[Step] = ()) -> Step:
    """The usual step, or the next one up on which somebody can decide: a step is `vacant` when nobody holds it,
    or when all who do are concerned themselves. At the top it stays."""
    usual = usual_step(post, days, rules)
    above = LADDER[LADDER.index(usual) :]
    return next((step for step in above if step not in vacant), LADDER[-1])


def reaches(step: Step | str, needed: Step | str) -> bool:
    """Whether somebody on `step` may decide what `needed` decides: a higher step stands in for a lower."""
    return LADDER.index(Step(step)) >= LADDER.index(Step(needed))


def chain_words(days: int, step: Step | str) -> str:
    """2天，由片区联络组批"""
    return f"{days}天，由{WORDS[Step(step)]}批"


# --- Days ---------------------------------------------------------------------------------------
def working_days(first: date, last: date, calendar: WorkCalendar) -> int:
    """Days (天) that the leave really takes: those that are worked."""
    return calendar.count(first + timedelta(days=n) for n in range((last - first).days + 1))


def papers_due(starts_on: date, rules: Rules, calendar: WorkCalendar) -> date:
    """The last day to hand in the papers of an oral leave: so many days after it began, and when that day is
    off the next one that is worked."""
    return calendar.add_workdays(starts_on + timedelta(days=rules.leave_paper_days), 0)


def last_day_away(ends_on: date, returned_on: date | None) -> date:
    """`ends_on`, or the day before an earlier return. A late return makes the leave no longer."""
    return ends_on if returned_on is None else min(ends_on, returned_on - ONE_DAY)


def return_due(ends_on: date, calendar: WorkCalendar) -> date:
    """The day to be back: the first that is worked after the last day of leave."""
    return calendar.next_workday(ends_on)


def overdue_before(today: date, calendar: WorkCalendar) -> date:
    """A leave that ended before this day, and that nobody came back from on record, is overdue: `return_due`
    of its last day has passed. For a condition on rows."""
    return calendar.add_workdays(today, -1)


# --- Words --------------------------------------------------------------------------------------
def days_words(first: date, last: date, year: int) -> str:
    """10月18日, or 10月18日—10月21日, in a text about `year`."""
    return list_date(first, year) if first == last else date_range(first, last, year)


def return_words(ends_on: date, returned_on: date | None, today: date, calendar: WorkCalendar) -> str:
    """How the return stands, plainly: 10月22日回岗, 按期；10月20日应回岗，还没有销假."""
    due = return_due(ends_on, calendar)
    if returned_on is None:
        told = f"应于{full_date(due)}回岗"
        return f"{told}，还没有销假" if today > due else told
    if returned_on <= ends_on:
        return f"{full_date(returned_on)}提前回岗"
    if returned_on <= due:
        return f"{full_date(returned_on)}按期回岗"
    return f"{full_date(returned_on)}回岗，比应回岗日期晚{(returned_on - due).days}天"
