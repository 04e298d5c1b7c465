"""A yearly sheet beside those of the other districts of its year, and beside the village's own of former years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from appraisal.models import SelfGovYear

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: In the table, after every numbered district.
LAST = 32767


@dataclass
class District:
    """The self-governed villages of one district in a year: how many have which grade, their money (元)."""

    name: str
    villages: int = 0
    granted: Decimal = Decimal(0)
    used: Decimal = Decimal(0)
    grades: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Comparison:
    """Empty where there is nothing to compare with."""

    districts: list[District]
    former: list[SelfGovYear]


def compared(sheet: SelfGovYear, user: User) -> Comparison:
    """As far as the user sees the villages. One query."""
    rows = SelfGovYear.objects.visible_to(user).filter(Q(year=sheet.year) | Q(village=sheet.village_id))
    rows = rows.select_related("village__group").defer("work", "problems", "plans", "spending")
    found = list(rows.order_by("-year", "village__code"))
    now = [one for one in found if one.year == sheet.year]
    own = [one for one in found if one.village_id == sheet.village_id]
    districts = _districts(now)
    return Comparison(districts if len(districts) > 1 else [], own if len(own) > 1 else [])


def _districts(sheets: Iterable[SelfGovYear]) -> list[District]:
    found: dict[str, District] = {}
    ordered = sorted(sheets, key=lambda one: one.village.group.position if one.village.group else LAST)
    for one in ordered:
        name = one.village.group.district_name if one.village.group else "未划片区"
        district = found.setdefault(name, District(name))
        district.villages += 1
        # A grade counts once the committee gave it; until then it is "".
        district.grades[one.grade] += 1
        district.granted += one.granted or 0
        district.used += one.used or 0
    return list(found.values())
