"""What the lists of teams order and group by: the district, then the village's code."""

from __future__ import annotations

from villages.models import LiaisonTeam

NO_DISTRICT = "未划片区"
#: After every numbered district.
LAST = 32767


def district_of(team: LiaisonTeam) -> str:
    group = team.village.group
    return group.district_name if group else NO_DISTRICT


def order_of(team: LiaisonTeam) -> tuple[int, str]:
    """District by district, within one by the villages' codes."""
    group = team.village.group
    return (group.position if group else LAST, team.village.code)


class OfTeam:
    """A row about a team read with its village and district: what a list orders by lies flat."""

    team: LiaisonTeam

    @property
    def district(self) -> str:
        return district_of(self.team)

    @property
    def place(self) -> int:
        return order_of(self.team)[0]

    @property
    def code(self) -> str:
        return self.team.village.code

    @property
    def pinyin(self) -> str:
        return self.team.village.pinyin
