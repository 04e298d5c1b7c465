"""Whose turn it is with a year's summary: accounts, found through postings and grants."""

from __future__ import annotations

from datetime import date

from appraisal.models import AnnualSummary
from lianzhen.accounts.roles import Role
from villages.models import Posting
from villages.selfgov_turns import OFFICE, accounts, holding


def leaders(team_ids: object, today: date) -> set[int]:
    """Accounts of those who lead the teams. One query."""
    return accounts(Posting.objects.on(today).leaders().filter(team__in=team_ids))


def serving(summary: AnnualSummary, today: date) -> set[int]:
    """Who serves in the team says nothing about it. One query."""
    return accounts(Posting.objects.on(today).filter(team=summary.team_id))


def writers(summary: AnnualSummary) -> set[int]:
    return {pk for pk in (summary.written_by_id, summary.submitted_by_id) if pk is not None}


def group_givers(summary: AnnualSummary, today: date) -> set[int]:
    """The liaison group of the village's district, less whoever wrote or serves in the team. At most two queries;
    `summary.village` is at hand."""
    group = summary.village.group_id
    found = accounts(Posting.objects.on(today).filter(group=group)) if group else set()
    return found - writers(summary) - serving(summary, today) if found else found


def office_givers(summary: AnnualSummary, today: date) -> set[int]:
    """The office, less whoever wrote or serves in the team. Two queries."""
    return holding(today, *OFFICE) - writers(summary) - serving(summary, today)


def opinion_givers(summary: AnnualSummary, today: date) -> set[int]:
    """The group's; the office's where that leaves nobody, then the committee's."""
    found = group_givers(summary, today) or office_givers(summary, today)
    return found or (deciders(today) - writers(summary) - serving(summary, today))


def office_checkers(summary: AnnualSummary, today: date) -> set[int]:
    """The office, less whoever wrote, gave the opinion or serves in the team. Two queries."""
    return holding(today, *OFFICE) - _took_part(summary) - serving(summary, today)


def checkers(summary: AnnualSummary, today: date) -> set[int]:
    """The office's; the committee's where that leaves nobody."""
    return office_checkers(summary, today) or (deciders(today) - _took_part(summary) - serving(summary, today))


def _took_part(summary: AnnualSummary) -> set[int]:
    return writers(summary) | {summary.opinion_by_id or 0}


def deciders(today: date) -> set[int]:
    return holding(today, Role.COMMITTEE)
