"""Who answers for a village on a day: the team's leader or the instructor, and the branch's secretary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from villages.models import CadreTerm, LiaisonTeam, Posting, SelfGovernance, Village
from villages.models.terms import runs_on


@dataclass
class Answering:
    """How a village was worked in on a day, and by whom. Whatever is missing is None."""

    self_governance: SelfGovernance | None = None
    team: LiaisonTeam | None = None
    posting: Posting | None = None
    secretary: CadreTerm | None = None

    @property
    def management(self) -> str:
        if self.self_governance:
            return "村为主自治"
        return "联村工作组" if self.team else "未派工作组"

    @property
    def role(self) -> str:
        """What the one who answers is called."""
        return "指导员" if self.self_governance else "组长"

    @property
    def gap(self) -> str:
        """What is missing, in words; empty when somebody answers."""
        if self.posting:
            return ""
        return f"暂无{self.role}" if self.self_governance or self.team else "未派工作组"


def answering(villages: Sequence[Village], on: date) -> dict[int, Answering]:
    """For every village (by id) who answered on the day. Four queries, however many villages."""
    found = {village.pk: Answering() for village in villages}
    of_these = list(found)
    for term in SelfGovernance.objects.on(on).filter(village_id__in=of_these):
        found[term.village_id].self_governance = term
    for team in LiaisonTeam.objects.on(on).filter(village_id__in=of_these):
        found[team.village_id].team = team
    leading = Q(team__village_id__in=of_these, is_leader=True) | Q(village_id__in=of_these)
    for posting in Posting.objects.on(on).filter(leading).select_related("person", "team"):
        where = posting.village_id or posting.team.village_id
        found[where].posting = posting
    secretaries = CadreTerm.objects.on(on).filter(village_id__in=of_these, position=CadreTerm.Position.SECRETARY)
    for term in secretaries.select_related("person"):
        found[term.village_id].secretary = term
    return found


def with_management(rows: QuerySet, on: date) -> QuerySet:
    """Annotate what a list of villages is filtered and sorted by: `self_governed`, `has_team`."""
    team = LiaisonTeam.objects.filter(runs_on(on), village=OuterRef("pk"))
    return rows.with_management(on).annotate(has_team=Exists(team))
