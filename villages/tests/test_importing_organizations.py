"""What a row of 社会组织和成员 means."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone

from lianzhen.accounts.roles import Role
from lianzhen.importing.tests.books import row_at, sentences, taken_in, uploaded, xlsx
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.importing.organizations import Organizations
from villages.models import OrganizationMember, Person, SocialOrganization
from villages.tests.test_importing import as_listed

HEAD = ["村", "名称", "种类", "会长", "姓名", "手机号", "职务", "任职起", "成立日期", "本届起始", "任期"]
START = date(2024, 1, 1)


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


@pytest.fixture
def villagers(cast):
    with acting(by=None, action="test", label="测试"):
        for n, name in enumerate("钱孙李周"):
            Person(name=f"{name}示例", village=cast.own, phone=f"1991111000{n}").save()


def sheet(office, *rows):
    filled = [[*row, *[""] * (len(HEAD) - len(row))] for row in rows]
    return uploaded(office, "organizations", xlsx([["荷叶镇社会组织花名册"], HEAD, *filled]))


def members(organization):
    rows = organization.members.order_by("starts_on", "pk")
    return [(m.person.name, m.position, m.starts_on, m.ends_on) for m in rows]


def test_an_organisation_with_its_board_row_by_row(office, cast, villagers):
    batch = sheet(
        office,
        ["示例一村", "示例一村爱卫会", "爱卫会", "钱 示例", "", "", "", "", "2018年5月", "2018.5", "3年"],
        ["示例一", "示例一村爱卫会", "", "", "孙示例", "19911110001", "副会长", "2018-06-01"],
        ["示例一村", "示例一村爱卫会", "爱卫会", "", "李示例"],
        ["合计", "", "", 3],
    )
    assert [r.outcome for r in batch.rows.all()] == ["new", "new", "new", "skipped"], sentences(batch, 3)
    taken_in(office, batch)
    organization = SocialOrganization.objects.get(name="示例一村爱卫会")
    assert (organization.kind, organization.founded_on, organization.term_years) == (
        cast.kinds[1],
        date(2018, 5, 1),
        3,
    )
    assert members(organization) == [
        ("钱示例", "chair", date(2018, 5, 1), None),
        ("李示例", "member", date(2018, 5, 1), None),
        ("孙示例", "vice", date(2018, 6, 1), None),
    ]


def test_without_a_name_it_is_called_by_village_and_kind(office, cast):
    taken_in(office, sheet(office, ["示例一村", "", "关爱委"]))
    assert SocialOrganization.objects.filter(name="示例一村关心留守儿童工作委员会").exists()


def test_the_kind_is_known_by_the_name(office, cast):
    taken_in(office, sheet(office, ["示例一村", "示例一村爱卫会"]))
    assert SocialOrganization.objects.get(name="示例一村爱卫会").kind == cast.kinds[1]


def test_another_chair_replaces_the_one_in_office(office, cast, villagers):
    batch = sheet(office, ["示例一村", "", "红白理事会", "钱示例", "", "", "", "2026-03-01"])
    assert ["会长（主任）", "曾示例", "钱示例（2026年3月1日起）"] in row_at(batch, 3).changes
    taken_in(office, batch)
    assert members(cast.organization) == [
        ("曾示例", "chair", START, date(2026, 2, 28)),
        ("钱示例", "chair", date(2026, 3, 1), None),
    ]
    office.post(f"/imports/{batch.pk}/undo/", {"reason": "传错了"})
    assert members(cast.organization) == [("曾示例", "chair", START, None)]


def test_a_position_changes_and_the_earlier_one_ends(office, cast, villagers):
    name = cast.organization.name
    taken_in(office, sheet(office, ["示例一村", name, "", "", "钱示例", "", "成员", "2024-05-01"]))
    taken_in(office, sheet(office, ["示例一村", name, "", "", "钱示例", "", "副主任", "2025-05-01"]))
    assert members(cast.organization)[1:] == [
        ("钱示例", "member", date(2024, 5, 1), date(2025, 4, 30)),
        ("钱示例", "vice", date(2025, 5, 1), None),
    ]


ROWS = [
    ["示例一村", "示例一村爱卫会", "爱卫会", "钱示例", "", "", "", "", "2018-05-01", "2018-05-01", 3],
    ["示例一村", "示例一村爱卫会", "", "", "孙示例", "", "副会长"],
    ["示例一村", "", "红白理事会", "李示例", "", "", "", "2026-03-01", "2010-01-01", "2026-03-01", 5],
    ["示例一村", "", "红白理事会", "", "孙示例", "", "", "2025-03-01"],
    ["示例一村", "示例一村爱卫会", "", "", "周示例", "", "", "2017-05-01"],  # before it was founded
    ["示例二村", "示例二村红白喜事理事会", "", "", "单示例", "", "主任", "2025-01-01"],
]


def left_behind(batch):
    told = AuditEntry.objects.filter(batch=AuditEntry.objects.about(batch).get(action="import.run").batch)
    lines = told.order_by("pk").values_list("action", "label", "model", "object_label", "changes", "reason", "by")
    rows = OrganizationMember.objects.order_by("organization__name", "starts_on", "person__name")
    return {
        "trail": [tuple(line) for line in lines],
        "members": list(
            rows.values_list("organization__name", "person__name", "position", "starts_on", "ends_on", "version")
        ),
        "organizations": list(SocialOrganization.objects.order_by("name").values_list("name", "version", "founded_on")),
        "rows": list(batch.rows.values_list("line", "outcome", "did", "problems")),
        "touches": list(batch.touches.order_by("pk").values_list("model", "label")),
    }


class Enough(Exception):
    """Raised to have everything taken back."""


def test_together_leaves_what_one_by_one_leaves(office, cast, villagers, monkeypatch):
    def taken(reads):
        monkeypatch.setattr(Organizations, "reads", reads)
        try:
            with transaction.atomic():
                found = left_behind(taken_in(office, sheet(office, *ROWS)))
                raise Enough
        except Enough:
            return found

    reads = Organizations.reads
    assert reads
    single, together = taken(()), taken(reads)
    assert [row[1] for row in single["rows"]].count("problem") == 1
    # A saving without a difference is touched again each time; together once.
    single["touches"] = list(dict.fromkeys(single["touches"]))
    assert together["rows"] == single["rows"]
    assert sorted(together.pop("touches")) == sorted(single.pop("touches"))
    for part, expected in single.items():
        assert together[part] == expected, part


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["示列一村", "", "爱卫会"], '没有"示列一村"。是不是"示例一村"？'),
        (["示例一村", "", "爱卫"], '没有"爱卫"。'),
        (["示例一村", "老年协会"], "没有登记过老年协会。要新增，请填写种类。"),
        (["示例一村"], "请填写社会组织的名称或种类。"),
        (
            ["示例一村", "", "红白理事会", "", "曾示列"],
            '没有"曾示列"。是不是"曾示例"？成员须先登记在示例一村的人员名册。',
        ),
        (["示例一村", "", "红白理事会", "", "曾示例", "", "成员", "2025-01-01"], "曾示例现任会长（主任）"),
        (["示例一村", "", "红白理事会", "", "曾示例", "", "会长", "2023-01-01"], "曾示例的任职起登记为2024年1月1日"),
        (["示例一村", "", "红白理事会", "", "钱示例"], "新的任职请填写任职起"),
        (["示例一村", "", "红白理事会", "", "", "", "", "", "", "2025-01-01"], "本届起始日期和任期须同时填写"),
        (["示例一村", "", "红白理事会", "", "", "", "", "", "", "2025-01-01", "11"], "任期（年）应在1到10之间"),
        (["示例一村", "", "红白理事会", "曾示例", "钱示例", "", "会长"], "会长（主任）已填曾示例"),
    ],
)
def test_problems_are_told(office, cast, villagers, row, sentence):
    assert sentences(sheet(office, row), 3)[0].startswith(sentence)


def test_namesakes_need_a_number(office, cast, villagers):
    with acting(by=None, action="test", label="测试"):
        Person(name="钱示例", village=cast.own, phone="19911110099").save()
    row = ["示例一村", "", "红白理事会", "", "钱示例", "", "", "2025-01-01"]
    assert "示例一村有2个钱示例" in sentences(sheet(office, row), 3)[0]
    row[5] = "199****0099"
    taken_in(office, sheet(office, row))
    assert cast.organization.members.get(person__name="钱示例").person.phone == "19911110099"


def test_the_list_of_organisations_goes_round(office, cast):
    from villages.actions.organizations import dissolve_organization
    from villages.membership import with_members
    from villages.views.organizations import COLUMNS, VILLAGE

    dissolve_organization(
        organization=cast.other_organization, ended_on=date(2025, 1, 1), reason="合并", by=cast.users[Role.OFFICE]
    )
    rows = with_members(SocialOrganization.objects.select_related("village", "kind"), timezone.localdate())
    batch = uploaded(office, "organizations", as_listed((VILLAGE, *COLUMNS), rows))
    wrong = [(r.raw, r.problems, r.changes) for r in batch.rows.all() if r.outcome != "same"]
    assert wrong == []
    assert batch.rows.count() == SocialOrganization.objects.count() == 2


def test_checking_asks_as_much_for_many_rows_as_for_few(office, cast, villagers, django_assert_max_num_queries):
    from lianzhen.importing import actions

    for count in (2, 60):
        batch = sheet(office, *[["示例一村", f"第{n}老年协会", "爱卫会", "钱示例"] for n in range(count)])
        with django_assert_max_num_queries(20):
            actions.run_check(batch)
