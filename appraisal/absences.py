"""Who was away with leave, for the counting of duty days (`facts`) and the door sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from appraisal.leave_rules import days_words
from appraisal.models import Leave
from villages.models import LiaisonTeam

#: Of more teams the statement would cost more than the leaves of the others, which are then passed over here.
FEW = 50


@dataclass(frozen=True)
class Absence:
    """One approved leave as far as it lasted: `last` is the day before an early return.

    `kind` is a code of `Leave.Kind`, `is_official` says that it is 公出 (meeting, training, rescue, errand).
    """

    first: date
    last: date
    kind: str
    is_official: bool
    substitute_id: int | None
    leave_id: int
    text: str

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


def absences_of(teams: Iterable[LiaisonTeam], first: date, last: date) -> dict[tuple[int, int], list[Absence]]:
    """Approved leaves that share a day with `first`…`last`, by (team, person), oldest first. One query.

    Somebody away is away from every post: the leave counts in each of the teams where he serves, asked
    for there or not, and for a cadre in the team of his village.
    """
    wanted = {team.pk: team.village_id for team in teams}
    by_village: dict[int, list[int]] = defaultdict(list)
    for team_id, village_id in wanted.items():
        by_village[village_id].append(team_id)
    rows = Leave.objects.approved().touching(first, last).order_by("starts_on", "id")
    if len(wanted) <= FEW:
        rows = rows.filter(
            Q(village_id__in=by_village)
            | Q(person__postings__team_id__in=wanted)
            | Q(person__cadre_terms__village_id__in=by_village)
        )
    found: dict[tuple[int, int], dict[int, Absence]] = defaultdict(dict)
    for leave_id, person_id, starts_on, last_day, kind, substitute_id, posted, *villages in rows.values_list(
        "id",
        "person_id",
        "starts_on",
        "last_day",
        "kind",
        "substitute_id",
        "person__postings__team_id",
        "village_id",
        "person__cadre_terms__village_id",
    ):
        absence = Absence(
            starts_on,
            last_day,
            kind,
            kind in Leave.OFFICIAL,
            substitute_id,
            leave_id,
            absence_text(kind, starts_on, last_day),
        )
        concerned = {posted} & wanted.keys()
        concerned |= {team_id for village_id in villages for team_id in by_village.get(village_id, ())}
        for team_id in concerned:
            found[team_id, person_id].setdefault(leave_id, absence)
    return {key: list(leaves.values()) for key, leaves in found.items()}


def absence_text(kind: str, first: date, last: date) -> str:
    """公出：会议（10月15日—10月17日）"""
    return f"{Leave.Kind(kind).label}（{days_words(first, last, first.year)}）"
