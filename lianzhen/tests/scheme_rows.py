"""A version of the scheme in force and the draft of the next, with a category and a clause of each."""

from __future__ import annotations

from datetime import date
from typing import Any

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START, Cast


def scheme_rows(cast: Cast) -> dict[str, list[Any]]:
    """By what their addresses begin with. To be called inside an act."""
    from appraisal.actions import schemes
    from appraisal.models import Scheme

    lead = cast.users[Role.OFFICE_LEAD]
    adopted = Scheme.objects.adopted().first()
    if adopted is None:
        adopted = schemes.install_example(by=lead)
        schemes.submit(scheme=adopted, by=lead, today=date(2026, 11, 25))
        facts = {"month_from": date(2026, 1, 1), "basis": "荷党发〔2026〕1号", "adopted_on": START}
        adopted = schemes.adopt(scheme=adopted, today=date(2026, 1, 1), by=cast.users[Role.COMMITTEE], **facts)
    versions = [adopted, schemes.copy_version(scheme=adopted, by=lead)]
    return {
        "settings/scheme": versions,
        "settings/scheme/categories": [one.categories.first() for one in versions],
        "settings/clauses": [one.clauses.first() for one in versions],
    }
