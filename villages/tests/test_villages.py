"""The register of villages: list, page with its tabs, adding, correcting, merging, specialities, dossier."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.extensions import village_tabs
from villages.models import CadreTerm, LiaisonTeam, Person, Posting, Speciality, Village
from villages.tests.counting import queries_of

NEW = {"name": "示例四村", "kind": "village", "code": "431321101904"}


def facts(village, **more):
    """The form of a village as its edit page would post it."""
    values = {
        "name": village.name,
        "kind": village.kind,
        "code": village.code,
        "group": village.group_id or "",
        "population": village.population or "",
        "households": village.households or "",
        "version": village.version,
    }
    return {**values, **more}


def many_villages(cast, number=30):
    with acting(by=None, action="test", label="测试"):
        for n in range(number):
            village = Village(code=f"4313211012{n:02d}", name=f"许多{n}村", group=cast.group, population=n)
            village.save()
            team = LiaisonTeam(village=village, starts_on=date(2024, 1, 1))
            team.save()
            person = Person(name=f"戊{n}", department=cast.department)
            person.save()
            Posting(team=team, person=person, is_leader=True, starts_on=date(2024, 1, 1)).save()
            CadreTerm(village=village, person=person, position="secretary", starts_on=date(2024, 1, 1)).save()


# --- List -------------------------------------------------------------------------------------
def test_list_shows_who_answers_for_each_village(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("village_list")).content.decode()
    assert cast.people[Role.LEADER].name in page
    assert f"{cast.people[Role.INSTRUCTOR].name}</a>（指导员）" in page
    assert "暂无组长" in page  # 示例二村 has a team without a leader
    assert "村为主自治" in page
    assert "共3个村（社区）" in page


def test_list_groups_by_district_until_it_is_sorted(cast, sign_in):
    client = sign_in(Role.OFFICE)
    heading = 'scope="rowgroup">第一片区'
    assert heading in client.get(reverse("village_list")).content.decode()
    assert heading not in client.get(reverse("village_list"), {"sort": "population"}).content.decode()


def test_list_adds_up(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("village_list")).content.decode()
    assert "3,000" in page.split("<tfoot>")[1]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "示例一"}, "示例一村"),
        ({"q": "slyc"}, "示例一村"),
        ({"q": "shiliyi"}, "示例一村"),
        ({"q": "431321101901"}, "示例一村"),
        ({"management": "self"}, "示例三社区"),
    ],
)
def test_list_finds_by_name_sound_code_and_management(cast, sign_in, asked, found):
    page = sign_in(Role.OFFICE).get(reverse("village_list"), asked).content.decode()
    others = {"示例一村", "示例二村", "示例三社区"} - {found}
    assert f"{found}</a>" in page
    assert not any(f"{name}</a>" in page for name in others)


def test_list_shows_leader_own_village_only(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("village_list")).content.decode()
    assert "示例一村" in page
    assert "示例二村" not in page


def test_grid_head_has_his_grid_instead(cast, sign_in):
    assert sign_in(Role.GRIDHEAD).get(reverse("village_list")).status_code == 403


def test_list_prints_on_wide_paper(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("village_list"), {"print": 1, "q": "示例一"}).content.decode()
    assert "landscape" in page
    assert "村名、拼音首字母或统计代码：示例一" in page


def test_list_needs_as_many_queries_for_many_villages(cast, sign_in):
    client = sign_in(Role.OFFICE)
    few = queries_of(client, reverse("village_list"))
    many_villages(cast)
    many = queries_of(client, reverse("village_list"))
    assert many == few <= 15


# --- Page -------------------------------------------------------------------------------------
def test_page_tells_facts_with_unit_and_day(cast, sign_in):
    page = sign_in(Role.CADRE).get(reverse("village", args=[cast.own.pk])).content.decode()
    assert '1,000人 <span class="muted small nowrap">更新于' in page
    assert cast.people[Role.LEADER].name in page
    assert "2024年1月1日至今" in page


def test_page_answers_for_another_day(cast, sign_in):
    with acting(by=None, action="test", label="测试"):
        old = Person(name="己从前", department=cast.department)
        old.save()
        team = LiaisonTeam(village=cast.own, starts_on=date(2022, 1, 1), ends_on=date(2023, 12, 31))
        team.save()
        Posting(team=team, person=old, is_leader=True, starts_on=date(2022, 1, 1), ends_on=date(2023, 12, 31)).save()
    client = sign_in(Role.LEADER)
    url = reverse("village", args=[cast.own.pk])
    then = client.get(url, {"on": "2023-05-15"}).content.decode()
    assert "2023年5月15日（星期一）由谁负责" in then
    assert "己从前" in then
    assert "己从前" not in client.get(url).content.decode()


def test_day_that_is_no_day_is_asked_again(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("village", args=[cast.own.pk]), {"on": "昨天"}).content.decode()
    assert "请按2018-10-18的格式填写" in page
    assert cast.people[Role.LEADER].name in page


def test_village_of_others_is_not_found(cast, sign_in):
    client = sign_in(Role.LEADER)
    for name, arguments in (("village", [cast.other.pk]), ("village_dossier", [cast.other.pk])):
        assert client.get(reverse(name, args=arguments)).status_code == 404
    assert client.get(reverse("village_tab", args=[cast.other.pk, "people"])).status_code == 404


def test_every_tab_opens_and_an_unknown_one_is_not_found(cast, sign_in):
    client = sign_in(Role.LEADER)
    opened = [tab.key for tab in village_tabs() if tab.permission(cast.users[Role.LEADER], cast.own)]
    for key in opened:
        assert client.get(reverse("village_tab", args=[cast.own.pk, key])).status_code == 200
    assert {"overview", "groups", "party", "people", "charter", "history"} <= set(opened)
    assert client.get(reverse("village_tab", args=[cast.own.pk, "nothing"])).status_code == 404


def test_window_finds_whom_to_call_but_no_residents(cast, sign_in):
    client = sign_in(Role.WINDOW)
    page = client.get(reverse("village", args=[cast.own.pk])).content.decode()
    assert cast.people[Role.LEADER].name in page
    assert "199****" not in page
    assert "打印村档案" not in page
    assert client.get(reverse("village_tab", args=[cast.own.pk, "people"])).status_code == 403
    assert client.get(reverse("village_dossier", args=[cast.own.pk])).status_code == 403


def test_numbers_are_masked_on_every_tab(cast, sign_in):
    client = sign_in(Role.OFFICE)
    urls = [reverse("village_tab", args=[cast.own.pk, tab.key]) for tab in village_tabs()]
    for url in [*urls, reverse("village_dossier", args=[cast.own.pk])]:
        page = client.get(url).content.decode()
        assert not any(person.phone in page for person in cast.people.values())
        assert cast.resident.phone not in page


def test_history_tells_of_the_village_and_its_parts(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(reverse("village_edit", args=[cast.own.pk]), facts(cast.own, population="1001"))
    client.post(reverse("villager_group_add", args=[cast.own.pk]), {"number": "7"})
    client.post(reverse("villager_group_add", args=[cast.other.pk]), {"number": "8"})
    url = reverse("village_tab", args=[cast.own.pk, "history"])
    client.get(url)  # shows what was just saved, also that of the other village
    page = client.get(url).content.decode()
    assert "1001" in page
    assert "第7组" in page
    assert "第8组" not in page


def test_history_reaches_every_kind_of_part(cast):
    from villages.history import village_history

    seen = set(village_history(cast.own).values_list("model", flat=True))
    assert {
        "villages.village",
        "villages.villagergroup",
        "villages.liaisonteam",
        "villages.posting",
        "villages.cadreterm",
        "villages.partybranch",
        "villages.partygroup",
        "villages.socialorganization",
        "villages.organizationmember",
        "grids.grid",
        "grids.gridheadterm",
    } <= seen
    assert "villages.person" not in seen
    instructors = village_history(cast.selfgov).filter(model="villages.posting")
    assert instructors.count() == 1


def test_page_needs_as_many_queries_for_a_long_history(cast, sign_in):
    client = sign_in(Role.OFFICE)
    own = [tab.key for tab in village_tabs() if tab.template.startswith("villages/village_")]
    urls = [reverse("village_tab", args=[cast.own.pk, key]) for key in own]
    urls += [reverse(name, args=[cast.own.pk]) for name in ("village_dossier", "village_end")]
    few = [queries_of(client, url) for url in urls]
    with acting(by=None, action="test", label="测试"):
        for n in range(20):
            person = Person(name=f"庚{n}", village=cast.own, is_party_member=True, party_group=cast.party_group)
            person.save()
            CadreTerm(village=cast.own, person=person, position="committee", starts_on=date(2024, 1, 1)).save()
            Speciality(village=cast.own, name=f"产业{n}").save()
    many = [queries_of(client, url) for url in urls]
    assert many == few
    assert max(many) <= 15


# --- Dossier ----------------------------------------------------------------------------------
def test_dossier_holds_all_sections_and_lines_to_sign(cast, sign_in):
    page = sign_in(Role.COMMITTEE).get(reverse("village_dossier", args=[cast.own.pk])).content.decode()
    for words in ("示例一村档案", "基本情况", "村干部", "村民小组", "党员小组", "村规民约", "村（盖章）", "打印时间"):
        assert words in page
    assert "办理" not in page


def test_dossier_takes_the_tables_of_registered_tabs(cast, sign_in, monkeypatch):
    from lianzhen.pages.tables import Column, plain_table
    from villages import extensions
    from villages.permissions import see_villages

    columns = (Column("a", "甲", str),)
    tab = extensions.VillageTab(
        "more",
        "更多",
        "villages/village_people.html",
        lambda request, village: {},
        see_villages,
        99,
        lambda request, village: extensions.Section(
            [Village.objects.filter(pk=village.pk)], lambda rows: [plain_table("登记的表", columns, rows)]
        ),
    )
    monkeypatch.setattr(extensions, "_tabs", [*extensions._tabs, tab])
    page = sign_in(Role.OFFICE).get(reverse("village_dossier", args=[cast.own.pk])).content.decode()
    assert "登记的表" in page


# --- Adding and correcting --------------------------------------------------------------------
def test_office_adds_a_village(cast, sign_in):
    answer = sign_in(Role.OFFICE).post(reverse("village_add"), {**NEW, "group": cast.group.pk, "arable_mu": "812.5"})
    village = Village.objects.get(code=NEW["code"])
    assert answer.status_code == 303
    assert (village.name, village.group, str(village.arable_mu), village.initials) == (
        "示例四村",
        cast.group,
        "812.50",
        "slsc",
    )
    assert AuditEntry.objects.about(village).get().by == cast.users[Role.OFFICE]


@pytest.mark.parametrize("role", [Role.CADRE, Role.LEADER, Role.COMMITTEE, Role.AUDITOR])
def test_others_neither_add_nor_correct_figures(cast, sign_in, role):
    client = sign_in(role)
    assert client.post(reverse("village_add"), NEW).status_code == 403
    assert client.post(reverse("village_edit", args=[cast.own.pk]), facts(cast.own, population="5")).status_code == 403
    cast.own.refresh_from_db()
    assert cast.own.population == 1000


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"code": "4313211019"}, "统计代码应为12位数字"),
        ({"code": "431321101901"}, "已有村使用这个统计代码"),
        ({"name": "示例一村"}, "已有同名的村"),
        ({"name": ""}, "请填写名称"),
        ({"population": "-1"}, "人口（人）不能小于0"),
        ({"population": "很多"}, "人口（人）应为整数"),
        ({"arable_mu": "1.234"}, "耕地（亩）最多两位小数"),
        ({"motto": "长" * 61}, "村训不能超过60字，现在是61字"),
        ({"office_phone": "12345"}, "手机应为11位数字"),
    ],
)
def test_what_is_wrong_is_said_and_kept(cast, sign_in, wrong, sentence):
    answer = sign_in(Role.OFFICE).post(reverse("village_add"), {**NEW, "address": "示例路一号", **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="示例路一号"' in page
    assert not Village.objects.filter(address="示例路一号").exists()


def test_doubled_sending_adds_once(cast, sign_in):
    client = sign_in(Role.OFFICE)
    form = {**NEW, "once": "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9b01"}
    first, second = client.post(reverse("village_add"), form), client.post(reverse("village_add"), form)
    assert second["Location"] == first["Location"]
    assert Village.objects.filter(code=NEW["code"]).count() == 1


def test_second_editor_sees_both_versions(cast, sign_in):
    client = sign_in(Role.OFFICE)
    url = reverse("village_edit", args=[cast.own.pk])
    client.post(url, facts(cast.own, motto="团结"))
    answer = client.post(url, facts(cast.own, motto="勤俭"))
    page = answer.content.decode()
    cast.own.refresh_from_db()
    assert answer.status_code == 409
    assert "团结" in page
    assert "勤俭" in page
    assert cast.own.motto == "团结"


def test_moving_to_another_district_moves_who_sees_it(cast, sign_in):
    sign_in(Role.OFFICE).post(reverse("village_edit", args=[cast.other.pk]), facts(cast.other, group=cast.group.pk))
    assert "示例二村" in sign_in(Role.DISTRICT).get(reverse("village_list")).content.decode()


def test_script_in_a_field_is_text(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(reverse("village_edit", args=[cast.own.pk]), facts(cast.own, motto="<script>alert(1)</script>"))
    page = client.get(reverse("village", args=[cast.own.pk])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_whatever_is_numbered_by_the_code_follows(cast, sign_in, monkeypatch):
    from villages import extensions

    followed = []
    monkeypatch.setattr(extensions, "_code_followers", [lambda village: followed.append(village.code)])
    client = sign_in(Role.OFFICE)
    url = reverse("village_edit", args=[cast.own.pk])
    client.post(url, facts(cast.own, motto="团结"))
    assert followed == []
    cast.own.refresh_from_db()
    client.post(url, facts(cast.own, code="431321101999"))
    assert followed == ["431321101999"]


# --- Merging ----------------------------------------------------------------------------------
def empty_village():
    with acting(by=None, action="test", label="测试"):
        village = Village(code="431321101905", name="示例五村")
        village.save()
        Speciality(village=village, name="湘莲").save()
    return village


def test_village_with_people_and_grids_stays(cast, sign_in):
    client = sign_in(Role.OFFICE)
    url = reverse("village_end", args=[cast.own.pk])
    assert "网格（1）" in client.get(url).content.decode()
    answer = client.post(url, {"ended_on": "2026-01-05", "reason": "批复", "version": cast.own.version})
    page = answer.content.decode()
    cast.own.refresh_from_db()
    assert answer.status_code == 422
    assert cast.own.ended_on is None
    for what in ("联村工作组（1）", "网格（1）", "人员（3）", "村民小组（1）", "党支部（1）", "社会组织（1）"):
        assert what in page


def test_empty_village_is_merged_and_brought_back(cast, sign_in):
    village = empty_village()
    client = sign_in(Role.OFFICE)
    form = {"ended_on": "2026-01-05", "into": cast.own.pk, "reason": "批复", "version": village.version}
    assert client.post(reverse("village_end", args=[village.pk]), form).status_code == 303
    village.refresh_from_db()
    assert (village.ended_on, village.end_reason) == (date(2026, 1, 5), "并入示例一村。批复")
    assert not village.specialities.current().exists()
    assert "示例五村</a>" not in client.get(reverse("village_list")).content.decode()
    assert "已撤并" in client.get(reverse("village_list"), {"state": "all"}).content.decode()
    client.post(reverse("village_return", args=[village.pk]), {"reason": "登记有误"})
    village.refresh_from_db()
    assert village.ended_on is None
    assert village.specialities.current().count() == 1


def test_nothing_new_is_recorded_for_a_merged_village(cast, sign_in):
    village = empty_village()
    client = sign_in(Role.OFFICE)
    form = {"ended_on": "2026-01-05", "reason": "批复", "version": village.version}
    client.post(reverse("village_end", args=[village.pk]), form)
    answer = client.post(reverse("villager_group_add", args=[village.pk]), {"number": "1"})
    assert answer.status_code == 422
    assert "已撤并" in answer.content.decode()
