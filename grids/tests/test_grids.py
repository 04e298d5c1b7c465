"""The list of all grids, the page of one, drawing, correcting and merging grids, their areas."""

from __future__ import annotations

import gzip
import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grids import actions
from grids.models import Grid, GridArea
from grids.tests.scenes import many_grids, resident
from grids.village_column import with_grid_count
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.actions.places import change_village
from villages.extensions import open_roles
from villages.models import Village, VillagerGroup

LIST = "grid_list"


def listed(client, **query):
    return client.get(reverse(LIST), query).content.decode()


def cells(page):
    """Texts of the table's rows, cell by cell, without the heading rows of villages."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1].split("</tbody>")[0], re.S)
    texts = [[re.sub(r"<[^>]+>", "", c) for c in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", row, re.S)] for row in rows]
    assert texts
    return texts


def numbered(cast, *numbers):
    with acting(by=None, action="test", label="测试"):
        made = [VillagerGroup(village=cast.own, number=n) for n in numbers]
        for group in made:
            group.save()
    return made


# --- List -------------------------------------------------------------------------------------
def test_office_sees_every_grid_with_its_head(cast, sign_in):
    page = listed(sign_in(Role.OFFICE))
    assert [row[:3] for row in cells(page)] == [["示例一村", "第1网格", "甲网格长"], ["示例二村", "第1网格", "—"]]
    assert "共2个网格，其中1个暂无网格长" in page
    assert "示例一村　1个网格，1个有缺项" in page
    assert "示例二村　1个网格，1个暂无网格长，1个有缺项" in page


def test_numbers_are_masked_everywhere(cast, sign_in):
    phone = cast.people[Role.GRIDHEAD].phone
    client = sign_in(Role.OFFICE)
    for address in (reverse(LIST), reverse(LIST) + "?print=1", reverse("grid", args=[cast.grid.pk])):
        page = client.get(address).content.decode()
        assert f"{phone[:3]}****{phone[-4:]}" in page
        assert phone not in page


def test_totals_add_up(cast, sign_in):
    foot = listed(sign_in(Role.OFFICE)).split("<tfoot>")[1]
    assert ">90<" in foot
    assert ">290<" in foot


@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE])
def test_own_village_only(cast, sign_in, role):
    page = listed(sign_in(role))
    assert [row[0] for row in cells(page)] == ["示例一村"]
    assert "示例二村" not in page


def test_grid_head_sees_own_grid_only(cast, sign_in):
    many_grids(cast, 2)
    client = sign_in(Role.GRIDHEAD)
    assert [row[1] for row in cells(listed(client))] == ["第1网格"]
    assert client.get(reverse("grid", args=[cast.grid.pk])).status_code == 200
    other = Grid.objects.get(village=cast.own, number=2)
    assert client.get(reverse("grid", args=[other.pk])).status_code == 404
    assert client.get(reverse("grid_coverage")).status_code == 403


def test_outsider_and_administrator_see_no_list(cast, sign_in):
    assert sign_in(cast.outsider).get(reverse(LIST)).status_code == 403
    assert sign_in(Role.SYSADMIN).get(reverse(LIST)).status_code == 403


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("示例一村", ["示例一村"]),
        ("slyc", ["示例一村"]),
        ("shiliercun", ["示例二村"]),
        ("甲网", ["示例一村"]),
        ("jwgz", ["示例一村"]),
        ("43132110190201", ["示例二村"]),
        ("第", []),
        ("%", []),
    ],
)
def test_found_by_village_head_sound_and_code(cast, sign_in, typed, found):
    page = listed(sign_in(Role.OFFICE), q=typed)
    assert ("<tbody>" in page) == bool(found)
    assert [row[0] for row in cells(page)] == found if found else "没有符合条件的网格" in page


def test_found_by_the_last_four_digits_of_the_head(cast, sign_in):
    tail = cast.people[Role.GRIDHEAD].phone[-4:]
    client = sign_in(Role.OFFICE)
    assert [row[0] for row in cells(listed(client, q=tail))] == ["示例一村"]
    assert "没有符合条件的网格" in listed(client, q="9999")


def test_filters_narrow(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert [r[0] for r in cells(listed(client, state="vacant"))] == ["示例二村"]
    assert [r[0] for r in cells(listed(client, district=cast.group.pk))] == ["示例一村"]
    assert [r[0] for r in cells(listed(client, village=cast.other.pk))] == ["示例二村"]
    actions.end_grid(grid=cast.other_grid, ended_on=date(2026, 1, 1), reason="并入", by=None)
    assert [r[0] for r in cells(listed(client))] == ["示例一村"]
    ended = cells(listed(client, state="ended"))
    assert [r[0] for r in ended] == ["示例二村"]
    assert "已撤并" in ended[0]


def test_a_village_out_of_sight_cannot_be_asked_for(cast, sign_in):
    page = listed(sign_in(Role.LEADER), village=cast.other.pk)
    assert "示例二村" not in page


@pytest.mark.parametrize(
    ("sort", "first"),
    [("head", "示例二村"), ("-head", "示例一村"), ("-households", "示例一村"), ("households", "示例二村")],
)
def test_sorted(cast, sign_in, sort, first):
    assert cells(listed(sign_in(Role.OFFICE), sort=sort))[0][0] == first


def test_upright_paper_has_eight_columns_and_wide_paper_all(cast, sign_in):
    client = sign_in(Role.OFFICE)
    upright, wide = listed(client, print=1), listed(client, print=1, orient="l")
    assert upright.count('<th scope="col"') == 8
    assert wide.count('<th scope="col"') == 12
    assert 'class="sheet landscape"' in wide
    assert 'class="sheet landscape"' not in upright
    assert "<thead>" in upright
    assert "更换" not in wide


def test_the_window_reads_without_links_to_residents(cast, sign_in):
    page = listed(sign_in(Role.WINDOW))
    assert "甲网格长" in page
    assert reverse("person", args=[cast.people[Role.GRIDHEAD].pk]) not in page
    assert reverse("grid_replace", args=[cast.grid.pk]) not in page


def test_all_grids_of_a_town_on_one_light_page(cast, sign_in, django_assert_max_num_queries):
    many_grids(cast, 98)
    with acting(by=None, action="test", label="测试"):
        for place in range(2):
            village = Village(code=f"4313211019{50 + place}", name=f"示例{place}坪村", group=cast.group)
            village.save()
            for number in range(1, 61):
                Grid(village=village, number=number, households=40, residents=150).save()
    client = sign_in(Role.OFFICE)
    client.get(reverse(LIST))
    with django_assert_max_num_queries(15):
        answer = client.get(reverse(LIST))
    page = answer.content.decode()
    assert len(cells(page)) == 220
    assert "共220个网格，其中121个暂无网格长" in page
    assert len(gzip.compress(answer.content)) <= 30 * 1024


@pytest.mark.parametrize("address", [LIST, "grid_coverage"])
def test_the_grids_of_a_county_come_in_pages(cast, sign_in, address):
    """Five hundred at a time, and no page says of its own rows what would be understood of all."""
    grids = []
    with acting(by=None, action="test", label="测试"):
        for place in range(6):
            village = Village(code=f"4313211019{50 + place}", name=f"示例{place}坪村", group=cast.group)
            village.save()
            grids += [Grid(village=village, number=number) for number in range(1, 91)]
    for grid in grids:
        grid.fill_computed()
    Grid.objects.bulk_create(grids)
    page = sign_in(Role.OFFICE).get(reverse(address)).content.decode()
    assert len(cells(page)) == 500
    assert "共542个网格" in page
    assert "其中" not in page


@pytest.mark.parametrize("address", [LIST, "grid_coverage"])
@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER])
def test_as_many_queries_for_many_grids(cast, sign_in, address, role):
    client = sign_in(role)
    query = {"village": cast.own.pk, "district": cast.group.pk, "q": "示例"}

    def needed():
        client.get(reverse(address))
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(reverse(address), query)
        assert answer.status_code == 200
        return len(seen), len(cells(answer.content.decode()))

    many_grids(cast, 2)
    few = needed()
    with acting(by=None, action="test", label="测试"):
        GridArea.objects.filter(grid__village=cast.own, grid__number__gt=1).first().delete()
    for number in range(4, 61):
        actions.add_grid(village=cast.own, number=number, by=None)
    many = needed()
    assert (few[1], many[1]) == (3, 60)
    assert few[0] == many[0] <= 15


# --- Page -------------------------------------------------------------------------------------
def page_of(client, grid, **query):
    return client.get(reverse("grid", args=[grid.pk]), query).content.decode()


def test_page_shows_head_area_people_and_history(cast, sign_in):
    client = sign_in(Role.LEADER)
    actions.change_grid(grid=cast.grid, boundary="东至示例山，西至示例河", by=cast.users[Role.OFFICE])
    page = page_of(client, cast.grid)
    for text in ("甲网格长", "2024年1月1日起", "东至示例山", "43132110190101", "第1组", "变更记录", "更新于"):
        assert text in page
    assert f'<a href="{reverse("person", args=[cast.resident.pk])}">曾示例</a>' in page
    assert page.count("缺</span>") == 2


def test_page_needs_few_queries(cast, sign_in, django_assert_max_num_queries):
    person = resident(cast)
    for month in range(1, 13):
        head = person if month % 2 else cast.people[Role.GRIDHEAD]
        actions.replace_head(grid=cast.grid, person=head, starts_on=date(2025, month, 1), reason="other", by=None)
    for role in (Role.LEADER, Role.OFFICE, Role.GRIDHEAD):
        client = sign_in(role)
        if role is not Role.GRIDHEAD or cast.users[role].standing.grids():
            client.get("/")
            with django_assert_max_num_queries(15):
                assert client.get(reverse("grid", args=[cast.grid.pk])).status_code == 200


def test_who_headed_it_on_a_day(cast, sign_in):
    client = sign_in(Role.OFFICE)
    actions.end_head(grid=cast.grid, last_day=date(2025, 5, 15), reason="外出务工", by=None)
    actions.replace_head(grid=cast.grid, person=resident(cast), starts_on=date(2025, 5, 17), reason="away", by=None)
    names = []
    for day in ("2025-05-15", "2025-05-16", "2025-05-17", "2023-01-01"):
        status = re.search(r'filter-count" role="status">(.*?)</p>', page_of(client, cast.grid, on=day), re.S)[1]
        names.append(re.sub(r"<[^>]+>|\s", "", status).split("：")[1].split("（")[0])
    assert names == ["甲网格长", "空缺", "欧阳示例", "空缺"]
    assert cast.grid.head_on(date(2025, 5, 15)).person.name == "甲网格长"
    on_day = Grid.objects.with_current_head(date(2025, 5, 17)).get(pk=cast.grid.pk)
    assert (on_day.head_name, on_day.head_since) == ("欧阳示例", date(2025, 5, 17))


@pytest.mark.parametrize("typed", ["2025-13-01", "昨天", "<script>", "99999-01-01"])
def test_a_day_that_is_none(cast, sign_in, typed):
    page = page_of(sign_in(Role.OFFICE), cast.grid, on=typed)
    assert "请按2018-10-18的格式填写日期" in page
    assert "<script>" not in page.split("</head>")[1]


def test_a_vacant_grid_says_since_when(cast, sign_in):
    since = timezone.localdate() - timedelta(days=2)
    actions.end_head(grid=cast.grid, last_day=since - timedelta(days=1), reason="外出务工", by=None)
    assert "已空缺3天" in page_of(sign_in(Role.OFFICE), cast.grid)


def test_buttons_are_there_for_who_may_only(cast, sign_in):
    replace, end = reverse("grid_replace", args=[cast.grid.pk]), reverse("grid_end", args=[cast.grid.pk])
    seen = {}
    for role in (Role.OFFICE, Role.CADRE, Role.COMMITTEE, Role.GRIDHEAD):
        page = page_of(sign_in(role), cast.grid)
        seen[role] = (replace in page, end in page)
    assert seen == {
        Role.OFFICE: (True, True),
        Role.CADRE: (True, False),
        Role.COMMITTEE: (False, False),
        Role.GRIDHEAD: (False, False),
    }


def test_number_can_be_looked_at_by_who_sees_the_person(cast, sign_in):
    ask = reverse("person_phone", args=[cast.people[Role.GRIDHEAD].pk])
    assert ask in page_of(sign_in(Role.LEADER), cast.grid)
    assert "显示号码" in page_of(sign_in(Role.LEADER), cast.grid)
    assert "显示号码" not in page_of(sign_in(Role.WINDOW), cast.grid)
    assert "显示号码" not in page_of(sign_in(Role.AUDITOR), cast.grid)


def test_history_page_has_every_term_and_change(cast, sign_in):
    actions.replace_head(grid=cast.grid, person=resident(cast), starts_on=date(2026, 1, 5), reason="away", by=None)
    page = sign_in(Role.LEADER).get(reverse("grid_history", args=[cast.grid.pk])).content.decode()
    assert "2024年1月1日—2026年1月4日" in page
    assert "2026年1月5日至今" in page
    assert reverse("grid_term_edit", args=[cast.head.pk]) in page
    assert sign_in(Role.LEADER).get(reverse("grid_history", args=[cast.other_grid.pk])).status_code == 404


# --- Drawing a grid -----------------------------------------------------------------------------
def test_office_draws_a_grid(cast, sign_in):
    second = numbered(cast, 2)[0]
    form = {"village": cast.own.pk, "number": "", "name": "上屋网格", "households": "38", "residents": "121"}
    answer = sign_in(Role.OFFICE).post(reverse("grid_add"), {**form, "villager_groups": [second.pk]})
    grid = Grid.objects.get(name="上屋网格")
    assert answer["Location"] == reverse("grid", args=[grid.pk])
    assert (grid.number, grid.code, grid.villager_groups) == (2, "43132110190102", [second])
    assert AuditEntry.objects.about(grid).filter(action="grid.add").exists()


def test_a_number_is_never_given_twice(cast, sign_in):
    actions.end_grid(grid=cast.grid, ended_on=date(2026, 1, 1), reason="并入", by=None)
    client = sign_in(Role.OFFICE)
    answer = client.post(reverse("grid_add"), {"village": cast.own.pk, "number": "1"})
    assert answer.status_code == 422
    assert "网格号不重复使用" in answer.content.decode()
    assert actions.add_grid(village=cast.own, by=None).number == 2


@pytest.mark.parametrize(
    "bad",
    [
        {"number": "100"},
        {"number": "0"},
        {"households": "-1"},
        {"households": "多"},
        {"village": "0"},
        {"village": "x"},
    ],
)
def test_bad_facts_keep_what_was_typed(cast, sign_in, bad):
    form = {"village": cast.own.pk, "number": "7", "name": "上屋网格", **bad}
    answer = sign_in(Role.OFFICE).post(reverse("grid_add"), form)
    assert answer.status_code == 422
    assert 'value="上屋网格"' in answer.content.decode()
    assert Grid.objects.count() == 2


def test_all_numbers_used_up(cast):
    actions.add_grid(village=cast.own, number=99, by=None)
    with pytest.raises(ValidationError, match="网格号已用到99"):
        actions.add_grid(village=cast.own, by=None)


@pytest.mark.parametrize("role", [Role.CADRE, Role.LEADER, Role.COMMITTEE, Role.SYSADMIN, Role.GRIDHEAD])
def test_only_the_office_draws_and_merges(cast, sign_in, role):
    client = sign_in(role)
    assert client.post(reverse("grid_add"), {"village": cast.own.pk}).status_code == 403
    end = client.post(reverse("grid_end", args=[cast.grid.pk]), {"ended_on": "2026-01-05", "end_reason": "并入"})
    assert end.status_code in (403, 404)
    assert Grid.objects.current().count() == 2


# --- Correcting, areas ----------------------------------------------------------------------------
def facts(grid, **more):
    return {
        "name": grid.name,
        "boundary": grid.boundary,
        "households": grid.households,
        "residents": grid.residents,
        "version": grid.version,
        "villager_groups": [group.pk for group in grid.villager_groups],
        **more,
    }


def test_cadre_corrects_own_grid(cast, sign_in):
    sent = facts(cast.grid, boundary="东至示例山", households=51)
    answer = sign_in(Role.CADRE).post(reverse("grid_edit", args=[cast.grid.pk]), sent)
    cast.grid.refresh_from_db()
    assert answer.status_code == 303
    assert (cast.grid.boundary, cast.grid.households) == ("东至示例山", 51)
    assert cast.grid.updated_by == cast.users[Role.CADRE]


def test_second_editor_sees_both_versions(cast, sign_in):
    client = sign_in(Role.OFFICE)
    second = numbered(cast, 2)[0]
    address = reverse("grid_edit", args=[cast.grid.pk])
    mine = facts(cast.grid, boundary="第二位写的", villager_groups=[cast.villager_group.pk, second.pk])
    client.post(address, facts(cast.grid, boundary="第一位写的"))
    answer = client.post(address, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "第一位写的" in page
    assert "第二位写的" in page
    assert "第1组、第2组" in page
    cast.grid.refresh_from_db()
    assert cast.grid.boundary == "第一位写的"


def test_a_villager_group_moves_and_both_grids_tell(cast, sign_in):
    other = actions.add_grid(village=cast.own, by=None, villager_groups=numbered(cast, 2, 3))
    moving = other.villager_groups[0]
    client = sign_in(Role.OFFICE)
    assert "第2组（现属第2网格）" in client.get(reverse("grid_edit", args=[cast.grid.pk])).content.decode()
    sent = facts(cast.grid, villager_groups=[cast.villager_group.pk, moving.pk])
    answer = client.post(reverse("grid_edit", args=[cast.grid.pk]), sent, follow=True)
    assert "第2组由第2网格划入" in answer.content.decode()
    assert [g.number for g in cast.grid.villager_groups] == [1, 2]
    assert [g.number for g in other.villager_groups] == [3]
    for grid, before, after in ((cast.grid, "第1组", "第1组、第2组"), (other, "第2组、第3组", "第3组")):
        change = AuditEntry.objects.about(grid).first().changes[-1]
        assert (change["before"], change["after"]) == (before, after)
    opened = other.version
    other.refresh_from_db()
    assert other.version > opened


def test_groups_of_another_village_are_refused(cast, sign_in):
    sent = facts(cast.grid, villager_groups=[cast.other_villager_group.pk])
    answer = sign_in(Role.OFFICE).post(reverse("grid_edit", args=[cast.grid.pk]), sent)
    assert answer.status_code == 422
    with pytest.raises(ValidationError, match="第1组属于示例二村"):
        actions.set_areas(grid=cast.grid, villager_groups=[cast.other_villager_group], by=None)
    assert cast.grid.villager_groups == [cast.villager_group]


def test_left_out_means_free(cast):
    actions.set_areas(grid=cast.grid, villager_groups=[], by=None)
    assert cast.grid.villager_groups == []
    assert not GridArea.objects.filter(villager_group=cast.villager_group).exists()
    assert AuditEntry.objects.about(cast.grid).first().changes[0]["before"] == "第1组"


def test_script_in_the_boundary_is_text(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(reverse("grid_edit", args=[cast.grid.pk]), facts(cast.grid, boundary="<script>alert(1)</script>"))
    page = page_of(client, cast.grid)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_reading_pages_take_no_post(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert client.post(reverse("grid", args=[cast.grid.pk])).status_code == 405


# --- Merging ----------------------------------------------------------------------------------
def ending(grid, **more):
    return {"ended_on": "2026-01-05", "end_reason": "并入第2网格", "version": grid.version, **more}


def test_merging_ends_the_head_and_frees_the_area(cast, sign_in):
    client = sign_in(Role.OFFICE)
    page = client.get(reverse("grid_end", args=[cast.grid.pk])).content.decode()
    assert "甲网格长任期止于撤并日期的前一天" in page
    assert "第1组不再属于任何网格" in page
    answer = client.post(reverse("grid_end", args=[cast.grid.pk]), ending(cast.grid))
    cast.grid.refresh_from_db()
    cast.head.refresh_from_db()
    assert answer.status_code == 303
    assert (cast.grid.ended_on, cast.head.ends_on) == (date(2026, 1, 5), date(2026, 1, 4))
    assert cast.grid.villager_groups == []
    assert not Grid.objects.vacant(date(2026, 1, 5)).filter(pk=cast.grid.pk).exists()
    assert "甲网格长" in page_of(client, cast.grid)


@pytest.mark.parametrize(
    ("day", "says"),
    [("2024-01-01", "撤并日期应晚于甲网格长任网格长的起始日期"), ("2099-01-01", "请核对年份"), ("", "请填写撤并日期")],
)
def test_merging_on_a_day_that_cannot_be(cast, sign_in, day, says):
    answer = sign_in(Role.OFFICE).post(reverse("grid_end", args=[cast.grid.pk]), ending(cast.grid, ended_on=day))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    cast.grid.refresh_from_db()
    assert cast.grid.ended_on is None


def test_merging_tomorrow_waits_for_tomorrow(cast, sign_in):
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    answer = sign_in(Role.OFFICE).post(reverse("grid_end", args=[cast.grid.pk]), ending(cast.grid, ended_on=day))
    assert "撤并日期不能晚于今天" in answer.content.decode()


def test_a_merging_by_mistake_is_undone(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(reverse("grid_end", args=[cast.grid.pk]), ending(cast.grid))
    client.post(reverse("grid_return", args=[cast.grid.pk]), {"reason": "登记有误"})
    cast.grid.refresh_from_db()
    assert cast.grid.ended_on is None
    again = client.post(reverse("grid_return", args=[cast.grid.pk]), {"reason": "登记有误"})
    assert again.status_code == 422


# --- What other parts show ------------------------------------------------------------------------
def test_village_list_counts_current_grids(cast):
    many_grids(cast, 3)
    actions.end_grid(grid=cast.other_grid, ended_on=date(2026, 1, 5), reason="并入", by=None)
    villages = Village.objects.order_by("code")
    for day, others in ((date(2026, 1, 5), 0), (date(2026, 1, 4), 1)):
        counts = with_grid_count(villages, day).values_list("name", "grid_count")
        assert list(counts) == [("示例一村", 4), ("示例二村", others), ("示例三社区", 0)]


def test_somebody_who_heads_a_grid_holds_a_role(cast):
    assert open_roles(cast.people[Role.GRIDHEAD]) == ["示例一村第1网格网格长"]


def test_grid_codes_follow_the_village_code(cast):
    change_village(village=cast.own, code="431321101999", by=None)
    cast.grid.refresh_from_db()
    assert cast.grid.code == "43132110199901"


def test_named_grids_are_called_by_name(cast):
    grid = Grid(village=cast.own, number=3, name="上屋")
    assert (str(grid), grid.head_title) == ("示例一村上屋", "示例一村上屋网格长")
    assert cast.grid.head_title == "示例一村第1网格长"


# --- Forged addresses -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "address",
    [
        "/grids/99999999999999999999999999/",
        "/grids/0/replace/",
        "/grids/terms/99999999999999999999999999/edit/",
    ],
)
def test_numbers_that_are_nobodys(cast, sign_in, address):
    assert sign_in(Role.OFFICE).get(address).status_code == 404


@pytest.mark.parametrize("typed", ["²", "9" * 30, "-1", "x", "1 or 1=1"])
def test_a_village_that_is_none(cast, sign_in, typed):
    client = sign_in(Role.OFFICE)
    assert client.get(reverse("grid_add"), {"village": typed}).status_code == 200
    assert client.post(reverse("grid_add"), {"village": typed}).status_code == 422
    assert client.get(reverse(LIST), {"village": typed, "district": typed, "state": typed}).status_code == 200
    assert client.get(reverse("grid_coverage"), {"state": "ended"}).status_code == 200


def test_ended_grids_have_no_gaps(cast, sign_in):
    actions.end_grid(grid=cast.grid, ended_on=date(2026, 1, 5), reason="并入", by=None)
    page = listed(sign_in(Role.OFFICE), state="ended")
    assert "示例一村　1个网格<" in page
