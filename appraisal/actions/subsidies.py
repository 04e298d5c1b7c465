"""补助核对: the sheet that was looked through is stored as it was shown."""

from __future__ import annotations

from datetime import datetime

from appraisal.actions.months import State, _refuse, _save, not_due
from appraisal.models import AppraisalMonth, SubsidyRow
from appraisal.subsidy_facts import subsidies_of
from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import money


def check_subsidies(
    *, row: AppraisalMonth, by: User | None, now: datetime, version: int | None = None
) -> AppraisalMonth:
    """已定稿 → 补助已核对. Raises `ValidationError` where the sheet cannot be made or does not add up."""
    with acting(by=by, action="month.subsidies", label="核对补助清单") as act:
        row = lock_for_change(row, version)
        _refuse(not_due(row, State.FINAL))
        found = subsidies_of(row)
        _refuse(found.problem)
        for one in found.rows:
            stored = SubsidyRow(
                month=row,
                team_id=one.team_id,
                person_id=one.person_id,
                position=one.number,
                team_name=one.team,
                person_name=one.name,
                role_name=one.role,
                score=one.score,
                days_served=one.days,
                days_of_month=len(row.period),
                absences=one.absences,
                gross=one.gross,
                deducted=one.deducted,
                amount=one.amount,
                formula=one.formula[:300],
                note=one.note,
            )
            stored.save()
        row.state, row.paid_at, row.paid_by = State.PAID, now, by
        _save(row)
        act.note(row, [("人数", "", str(len(found.rows))), ("合计", "", money(found.total))])
    return row
