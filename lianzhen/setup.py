"""An empty town: its name, calendar, districts, villages and the three named kinds of organisation."""

from __future__ import annotations

from lianzhen.accounts.models import User
from lianzhen.town import actions as town_actions
from lianzhen.trail import acting
from lianzhen.village_file import VillageRow
from villages.actions import organizations, places
from villages.models import LiaisonGroup, Village


def set_up_town(
    *,
    name: str,
    county_name: str,
    rows: list[VillageRow],
    is_demo: bool,
    office_phone: str = "",
    by: User | None = None,
) -> list[Village]:
    """Write the town and its villages, in the order of the list.

    The township's code is the first nine digits of its villages' codes. Districts named in the list become
    liaison groups; villages without one are assigned later. Raises `ValidationError` and writes nothing
    when any row is refused.
    """
    with acting(by=by, action="town.set_up", label="建立镇"):
        town_actions.save_town(
            name=name,
            code=rows[0].code[:9],
            county_name=county_name,
            office_phone=office_phone,
            by=by,
            is_demo=is_demo,
        )
        town_actions.adopt_package_years(by=by)
        organizations.ensure_named_kinds(by=by)
        groups = _groups(rows, by=by)
        return [
            places.add_village(
                code=row.code,
                name=row.name,
                kind=Village.Kind.COMMUNITY if row.is_community else Village.Kind.VILLAGE,
                group=groups.get(row.district),
                by=by,
            )
            for row in rows
        ]


def _groups(rows: list[VillageRow], *, by: User | None) -> dict[str, LiaisonGroup]:
    districts = dict.fromkeys(row.district for row in rows if row.district)
    return {
        district: places.add_district(district_name=district, name=f"{district}联络组", position=place, by=by)
        for place, district in enumerate(districts, start=1)
    }
