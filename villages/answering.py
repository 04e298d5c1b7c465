"""Who answers for a village on a day: the team's leader or the instructor, and the branch's secretary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from villages.models import CadreTerm, LiaisonTeam, Posting, SelfGovernance, Village
from villages.models.terms import runs_on


class Named(NamedTuple):
    """A person as far as a list shows him."""

    pk: int
    name: str

    def __str__(self) -> str:
        return self.name


class Holding(NamedTuple):
    """What somebody holds, from when to when."""

    person: Named
    starts_on: date
    ends_on: date | None


@dataclass
class Answering:
    """How a village was worked in on a day, and by whom. Whatever is missing is None."""

    self_governance: SelfGovernance | None = None
    team_id: int | None = None
    posting: Holding | None = None
    secretary: Holding | None = None

    @property
    def management(self) -> str:
        if self.self_governance:
            return "村为主自治"
        return "联村工作组" if self.team_id else "未派工作组"

    @property
    def role(self) -> str:
        """What the one who answers is called."""
        return "指导员" if self.self_governance else "组长"

    @property
    def gap(self) -> str:
        """What is missing, in words; empty when somebody answers."""
        if self.posting:
            return ""
        return f"暂无{self.role}" if self.self_governance or self.team_id else "未派工作组"


def answering(villages: Sequence[Village], on: date) -> dict[int, Answering]:
    """For every village (by id) who answered on the day. Four queries, however many villages; of the people nothing
    but their names, for a county has twelve hundred."""
    found = {village.pk: Answering() for village in villages}
    of_these = list(found)
    for term in SelfGovernance.objects.on(on).filter(village_id__in=of_these):
        found[term.village_id].self_governance = term
    teams = LiaisonTeam.objects.on(on).filter(village_id__in=of_these)
    for team_id, village_id in teams.values_list("pk", "village_id"):
        found[village_id].team_id = team_id
    leading = Q(team__village_id__in=of_these, is_leader=True) | Q(village_id__in=of_these)
    postings = Posting.objects.on(on).filter(leading)
    for village_id, of_team, *posting in postings.values_list("village_id", "team__village_id", *HOLDING):
        found[village_id or of_team].posting = _holding(*posting)
    secretaries = CadreTerm.objects.on(on).filter(village_id__in=of_these, position=CadreTerm.Position.SECRETARY)
    for village_id, *term in secretaries.values_list("village_id", *HOLDING):
        found[village_id].secretary = _holding(*term)
    return found


HOLDING = ("person_id", "person__name", "starts_on", "ends_on")


def _holding(person_id: int, name: str, starts_on: date, ends_on: date | None) -> Holding:
    return Holding(Named(person_id, name), starts_on, ends_on)


def with_management(rows: QuerySet, on: date) -> QuerySet:
    """Annotate what a list of villages is filtered and sorted by: `self_governed`, `has_team`."""
    team = LiaisonTeam.objects.filter(runs_on(on), village=OuterRef("pk"))
    return rows.with_management(on).annotate(has_team=Exists(team))
