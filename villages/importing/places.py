"""村（社区）: by statistics code, else by name."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

from lianzhen.accounts.models import User
from lianzhen.importing import cells
from lianzhen.importing.kinds import Column, Kind, Plan, differences, given, unsound
from lianzhen.wording import no_such
from villages.actions.places import add_village, change_village
from villages.importing.lookups import FOUNDING_HINT, VillageBook, missing, past_day
from villages.models import LiaisonGroup, Village

FACTS = (
    "code",
    "name",
    "kind",
    "population",
    "households",
    "group_count",
    "arable_mu",
    "party_members",
    "motto",
    "address",
    "office_phone",
    "founded_on",
)
MOST = 1_000_000


class Villages(Kind):
    key = "villages"
    title = "村（社区）"
    place = 10
    columns = (
        Column(
            "code",
            "统计代码",
            cells.code(12),
            ("统计用区划代码", "区划代码", "村代码", "代码", "行政区划代码"),
            width=16,
            hint="12位数字。新增的村必填；已有的村凭代码或名称找到。",
        ),
        Column(
            "name",
            "村",
            cells.name(30),
            ("村名", "名称", "村（社区）", "村(社区)", "行政村", "村（居）", "单位名称", "村名称"),
            required=True,
            width=16,
        ),
        Column(
            "kind",
            "类别",
            cells.choice({"村": "village", "社区": "community", "行政村": "village", "居委会": "community"}),
            ("类型", "村或社区"),
            hint="村或社区。不填时按名称判断。",
        ),
        Column(
            "group", "片区", cells.name(40), ("所属片区", "片区名称", "联络组", "片区联络组"), hint="例如第一片区。"
        ),
        Column("population", "人口（人）", cells.whole(0, MOST), ("人口", "总人口", "人口数", "人数")),
        Column("households", "户数（户）", cells.whole(0, MOST), ("户数", "总户数", "农户数")),
        Column("group_count", "村民小组（个）", cells.whole(0, 500), ("村民小组", "村民小组数", "小组数", "组数")),
        Column("arable_mu", "耕地（亩）", cells.decimal(), ("耕地", "耕地面积", "耕地面积（亩）")),
        Column("party_members", "党员（名）", cells.whole(0, 30_000), ("党员", "党员数", "党员人数")),
        Column("motto", "村训", cells.words(60), width=24),
        Column("address", "村部地址", cells.words(100), ("地址", "办公地址", "村委会地址"), width=24),
        Column("office_phone", "村部电话", cells.phone, ("办公电话", "村委会电话"), width=16),
        Column("founded_on", "设立日期", past_day, ("设立时间", "成立日期"), width=14, hint=FOUNDING_HINT),
    )
    samples = (
        {
            "code": "431321101901",
            "name": "示例一村",
            "kind": "村",
            "group": "第一片区",
            "population": "2198",
            "households": "640",
            "group_count": "18",
            "arable_mu": "1200.5",
            "party_members": "56",
            "motto": "勤俭持家",
        },
        {
            "code": "431321101903",
            "name": "示例三社区",
            "kind": "社区",
            "group": "第二片区",
            "population": "3120",
            "households": "980",
            "group_count": "12",
            "party_members": "88",
        },
    )

    def book(self) -> Any:
        villages = VillageBook()
        groups = {name: g for g in LiaisonGroup.objects.all() for name in (g.district_name, g.name)}
        return villages, groups

    def same(self, row: Mapping[str, Any]) -> Hashable | None:
        return row["name"]

    def plan(self, row: Mapping[str, Any], book: Any) -> Plan:
        villages, groups = book
        facts = given(row, FACTS)
        cells_masked = row.get("office_phone")
        if isinstance(cells_masked, cells.MaskedPhone):
            del facts["office_phone"]
        if "group" in row:
            if row["group"] not in groups:
                raise missing("group", row["group"], groups)
            facts["group"] = groups[row["group"]]
        village = villages.by_code.get(row.get("code", "")) or villages.by_name.get(row["name"])
        if village is not None:
            return self._change(village, facts, row, villages)
        if "code" not in row:
            if row["name"] in {v.name for v in villages.villages}:
                raise unsound("name", f"{row['name']}重名，请填写统计代码。")
            raise unsound(
                "code",
                f"{no_such(row['name'], villages.by_name)}要新增这个村，请填写12位统计代码。",
                *missing("name", row["name"], villages.by_name).problems[0].choices,
            )
        facts.setdefault("kind", "community" if row["name"].endswith(("社区", "居委会")) else "village")
        return Plan(partial(self._add, facts, villages), [("新增", "", row["name"])])

    def _change(self, village: Village, facts: dict[str, Any], row: Mapping[str, Any], villages: VillageBook) -> Plan:
        other = villages.by_name.get(row["name"])
        if other is not None and other.pk != village.pk:
            raise unsound(
                "code",
                f"统计代码{row['code']}是{village}的，{other}的代码是{other.code}。请核对。",
                (f"改为{other.code}", "code", other.code),
            )
        wanted, told = differences(village, facts)
        return Plan(lambda by: change_village(village=village, by=by, **wanted), told, village)

    def _add(self, facts: dict[str, Any], villages: VillageBook, by: User | None) -> None:
        village = add_village(by=by, **facts)
        villages.by_code[village.code] = villages.by_name[village.name] = village
