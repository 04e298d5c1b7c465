"""Whose turn it is with a year's summary: accounts, found through postings and grants."""

from __future__ import annotations

from datetime import date

from appraisal.as_body import serves, within
from appraisal.models import AnnualSummary
from lianzhen.accounts.roles import Role
from lianzhen.periods import Year
from villages.models import Posting
from villages.selfgov_turns import OFFICE, accounts, holding


def leaders(team_ids: object, today: date) -> set[int]:
    """Accounts of those who lead the teams. One query."""
    return accounts(Posting.objects.on(today).leaders().filter(team__in=team_ids))


def serving(summary: AnnualSummary, today: date, *, then: bool = True) -> set[int]:
    """Who serves in the team says nothing about it, nor (`then`) who served in it on a day of the year. One query;
    `summary.assessment` is at hand."""
    year = Year(summary.assessment.year)
    past = within(year.start, year.end) if then else None
    return accounts(Posting.objects.filter(serves(today, past), team=summary.team_id))


def writers(summary: AnnualSummary) -> set[int]:
    return {pk for pk in (summary.written_by_id, summary.submitted_by_id) if pk is not None}


def group_givers(summary: AnnualSummary, today: date, *, then: bool = True) -> set[int]:
    """The liaison group of the village's district, less whoever wrote or has a part in the team. At most two queries;
    `summary.village` is at hand."""
    group = summary.village.group_id
    found = accounts(Posting.objects.on(today).filter(group=group)) if group else set()
    return found - writers(summary) - serving(summary, today, then=then) if found else found


def office_givers(summary: AnnualSummary, today: date, *, then: bool = True) -> set[int]:
    """The office, less whoever wrote or has a part in the team. Two queries."""
    return holding(today, *OFFICE) - writers(summary) - serving(summary, today, then=then)


def opinion_givers(summary: AnnualSummary, today: date, *, then: bool = True) -> set[int]:
    """The group's; the office's where that leaves nobody, then the committee's. Where it leaves nobody either, those
    who served in the team then and have left, in the same order. At most six queries, six more at the very last."""
    found = group_givers(summary, today, then=then) or office_givers(summary, today, then=then)
    found = found or (deciders(today) - writers(summary) - serving(summary, today, then=then))
    return found or (opinion_givers(summary, today, then=False) if then else found)


def office_checkers(summary: AnnualSummary, today: date, *, then: bool = True) -> set[int]:
    """The office, less whoever wrote, gave the opinion or has a part in the team. Two queries."""
    return holding(today, *OFFICE) - _took_part(summary) - serving(summary, today, then=then)


def checkers(summary: AnnualSummary, today: date, *, then: bool = True) -> set[int]:
    """The office's; the committee's where that leaves nobody; then as `opinion_givers`. At most four queries, four
    more at the very last."""
    found = office_checkers(summary, today, then=then)
    found = found or (deciders(today) - _took_part(summary) - serving(summary, today, then=then))
    return found or (checkers(summary, today, then=False) if then else found)


def _took_part(summary: AnnualSummary) -> set[int]:
    return writers(summary) | {summary.opinion_by_id or 0}


def deciders(today: date) -> set[int]:
    return holding(today, Role.COMMITTEE)
