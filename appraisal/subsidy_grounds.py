"""缺岗扣款依据: the spot checks that a month's subsidies are charged for, each with whom it is charged to.

Told where the version has an amount of its own for what the county found, so that every charge can be traced to who
looked, what was seen and what was decided about it. Four queries at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from appraisal.absences import absences_of
from appraisal.models import AppraisalMonth, SpotCheck
from appraisal.subsidy_facts import confirmed_checks, is_charged, postings_of
from appraisal.subsidy_formulas import Formula
from lianzhen.wording import money


class Ground(NamedTuple):
    """`charged`: 「缺岗」 30.00元：示例甲、示例乙 — a sentence for each amount."""

    check: SpotCheck
    charged: Sequence[str]


def grounds_of(row: AppraisalMonth) -> list[Ground]:
    """By day. Checks that nobody is charged for (on leave, not in the team yet) are left out."""
    absences = Formula.from_json(row.scheme.subsidy).absences
    checks = list(confirmed_checks(row.period).select_related("team__village").order_by("day", "at", "pk"))
    if not checks:
        return []
    teams = {check.team_id: check.team for check in checks}
    postings = postings_of(row, teams)
    away = absences_of(teams.values(), row.period.start, row.period.end)
    amounts = {one.name: one.amount for one in absences.table}
    found = []
    for check in checks:
        by_name: dict[str, list[str]] = {}
        for person_id, own in postings.get(check.team_id, {}).items():
            if is_charged(check.day, [one.span for one in own], away.get((check.team_id, person_id), ())):
                name = absences.charged(leader=own[0].is_leader, by_county=check.is_by_county)
                by_name.setdefault(name, []).append(own[0].name)
        charged = [f"{name}{money(amounts[name])}：{'、'.join(who)}" for name, who in by_name.items() if name]
        if charged:
            found.append(Ground(check, charged))
    return found
