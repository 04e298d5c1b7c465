"""撤并 in one act: everything of a village goes on in another, nothing is counted twice or lost, days before stay."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from appraisal.models import Leave
from grids.models import Grid, GridHeadTerm
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.actions.merging import merge_village, plan_of
from villages.merged_names import free_name, numbers_for
from villages.merging import Merger
from villages.models import (
    CadreTerm,
    DutyPlan,
    OrganizationMember,
    PartyBranch,
    PartyGroup,
    Person,
    Posting,
    SelfGovernance,
    SocialOrganization,
    Speciality,
    Village,
    VillagerGroup,
)
from villages.models.terms import stood_in_village_on, stood_on
from villages.tests.counting import queries_of

DAY = date(2026, 1, 5)
EVE = DAY - timedelta(days=1)


@pytest.fixture
def full(cast):
    """The own village with something of every kind; the other one with names and numbers that collide."""
    with acting(by=None, action="test", label="测试"):
        resident = cast.resident
        resident.party_group = cast.party_group
        resident.save()
        cast.party_group.leader, cast.party_group.leader_since = resident, START
        cast.party_group.save()
        branch = PartyBranch(village=cast.other, name="示例二村党支部")
        branch.save()
        PartyGroup(branch=branch, name=cast.party_group.name).save()
        cast.villager_group.head, cast.villager_group.head_since = resident, START
        cast.villager_group.households, cast.villager_group.population = 30, 90
        cast.villager_group.save()
        VillagerGroup(village=cast.own, number=2, name="新屋组", households=20, population=60).save()
        for village, area in ((cast.own, "10.5"), (cast.other, "20")):
            Speciality(village=village, name="湘莲", area_mu=Decimal(area)).save()
        Speciality(village=cast.own, name="油茶", area_mu=8, output=3, output_unit="吨").save()
        Speciality(village=cast.other, name="油茶").save()
        DutyPlan(team=cast.team, weekdays="24", starts_on=START).save()
        # Off the register for long: stays where he was.
        Person(name="已故", village=cast.own, ended_on=date(2025, 1, 1), end_reason="去世").save()
    return cast


def merged(cast, village=None, into=None, day=DAY, **more):
    village, into = village or cast.own, into or cast.other
    return merge_village(village=village, into=into, ended_on=day, reason="政函1号", by=cast.users[Role.OFFICE], **more)


def totals(village_ids, day):
    """What registers count of some villages as of a day, and what their current rows hold together."""
    groups = VillagerGroup.objects.filter(stood_in_village_on(day), village__in=village_ids)
    grids = Grid.objects.filter(stood_in_village_on(day), village__in=village_ids)
    heads = GridHeadTerm.objects.on(day).filter(stood_on(day, "grid__"), grid__village__in=village_ids)
    return {
        "groups": groups.count(),
        "group households": sum(one.households or 0 for one in groups),
        "group people": sum(one.population or 0 for one in groups),
        "grids": grids.count(),
        "grid households": sum(one.households or 0 for one in grids),
        "grid residents": sum(one.residents or 0 for one in grids),
        "heads": sorted(heads.values_list("person", flat=True)),
    }


def stock(village_ids):
    people = Person.objects.current().filter(village__in=village_ids)
    industries = Speciality.objects.current().filter(village__in=village_ids)
    villages = Village.objects.current().filter(pk__in=village_ids)
    return {
        "people": people.count(),
        "in groups": people.exclude(villager_group=None).count(),
        "in party groups": people.exclude(party_group=None).count(),
        "party groups": PartyGroup.objects.current().filter(branch__village__in=village_ids).count(),
        "area": sum(one.area_mu or 0 for one in industries),
        "population": sum(one.population or 0 for one in villages),
        "households": sum(one.households or 0 for one in villages),
    }


def test_everything_is_in_its_place_before_and_after_the_day(full):
    both = [full.own.pk, full.other.pk]
    own_before, before, held = totals([full.own.pk], EVE), totals(both, DAY), stock(both)
    merged(full)
    # Days before: as if nothing had happened. From the day on: the same sums, all of them in the other village.
    assert totals([full.own.pk], EVE) == own_before
    assert totals(both, DAY) == before == totals([full.other.pk], DAY)
    assert set(map(str, totals([full.own.pk], DAY).values())) == {"0", "[]"}
    assert stock(both) == held == stock([full.other.pk])
    village = Village.objects.get(pk=full.own.pk)
    assert (village.ended_on, village.end_reason) == (DAY, "并入示例二村。政函1号")

    # Names and numbers that are taken.
    groups = {one.number: one.name for one in VillagerGroup.objects.current().filter(village=full.other)}
    assert groups == {1: "", 2: "原示例一村第1组", 3: "新屋组"}
    grid = Grid.objects.current().filter(village=full.other).order_by("number").last()
    assert (grid.number, grid.founded_on, [str(one) for one in grid.villager_groups]) == (2, DAY, ["原示例一村第1组"])
    head = grid.head_on(DAY)
    assert (head.person, head.starts_on, head.ends_on) == (full.people[Role.GRIDHEAD], DAY, None)
    full.head.refresh_from_db()
    assert full.head.ends_on == EVE

    # People keep what they are members and leaders of.
    resident = Person.objects.get(pk=full.resident.pk)
    assert (resident.village, str(resident.villager_group)) == (full.other, "原示例一村第1组")
    assert str(resident.party_group) == "原示例一村第一党员小组"
    assert (resident.party_group.leader, resident.party_group.leader_since) == (resident, DAY)
    assert resident.villager_group.head == resident
    assert Person.objects.get(name="已故").village == full.own

    # What ends with the village, on its last day.
    ended = [CadreTerm.objects.get(village=full.own), Posting.objects.get(team=full.team, is_leader=True)]
    ended += [DutyPlan.objects.get(team=full.team), OrganizationMember.objects.get(organization=full.organization)]
    full.team.refresh_from_db()
    assert {one.ends_on for one in (*ended, full.team)} == {EVE}
    assert {one.end_reason for one in ended} == {"示例一村并入示例二村。政函1号"}
    assert not SocialOrganization.objects.current().filter(village=full.own).exists()
    assert SocialOrganization.objects.current().filter(village=full.other).count() == 1
    assert not PartyBranch.objects.current().filter(village=full.own).exists()

    # Industries measured alike are summed, others stand beside each other.
    found = {one.name: one.area_mu for one in Speciality.objects.current().filter(village=full.other)}
    assert found == {"湘莲": Decimal("30.50"), "油茶": None, "原示例一村油茶": Decimal("8.00")}


def test_every_step_is_told_in_one_batch_with_who_when_and_why(full, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        merged(full)
    act = AuditEntry.objects.filter(model="villages.village", object_id=full.own.pk).latest("pk")
    told = AuditEntry.objects.filter(batch=act.batch)
    assert {entry.by for entry in told} == {full.users[Role.OFFICE]}
    assert all("政函1号" in entry.reason for entry in told if entry.action in ("person.move", "grid.end", "cadre.end"))
    moved = told.get(action="person.move", object_id=full.resident.pk)
    changes = {change["label"]: (change["before"], change["after"]) for change in moved.changes}
    assert changes["所在村"] == ("示例一村", "示例二村")
    assert changes["村民小组"] == ("第1组", "原示例一村第1组")
    heard = Notice.objects.filter(user=full.users[Role.GRIDHEAD]).latest("pk")
    assert "示例二村第2网格长" in heard.text


def test_the_town_chooses_kind_by_kind(full):
    chosen = {"groups": "end", "grids": "move", "party": "end", "organizations": "move", "specialities": "end"}
    merged(full, chosen={**chosen, "figures": "end"})
    assert not VillagerGroup.objects.filter(village=full.other).exclude(number=1).exists()
    assert Grid.objects.current().filter(village=full.other).count() == 2
    resident = Person.objects.get(pk=full.resident.pk)
    assert (resident.village, resident.villager_group, resident.party_group) == (full.other, None, None)
    went_on = SocialOrganization.objects.current().get(village=full.other, name="示例一村红白喜事理事会")
    seat = went_on.members.get()
    assert (seat.person, seat.position, seat.starts_on, seat.ends_on) == (resident, "chair", DAY, None)
    assert Village.objects.get(pk=full.other.pk).population == 1000
    assert {one.name for one in Speciality.objects.current().filter(village=full.other)} == {"湘莲", "油茶"}


def test_two_villages_merge_into_one_on_the_same_day(full):
    with acting(by=None, action="test", label="测试"):
        third = Village(code="431321101906", name="示例六村", population=500, households=100)
        third.save()
        VillagerGroup(village=third, number=1, households=10).save()
        Grid(village=third, number=1, households=10).save()
    all_three = [full.own.pk, full.other.pk, third.pk]
    before, held = totals(all_three, DAY), stock(all_three)
    merged(full)
    merged(full, village=third)
    assert totals([full.other.pk], DAY) == before
    assert stock([full.other.pk]) == held
    names = [str(one) for one in VillagerGroup.objects.current().filter(village=full.other)]
    assert names == ["第1组", "原示例一村第1组", "新屋组", "原示例六村第1组"]
    assert Grid.objects.current().filter(village=full.other).count() == 3


def test_a_village_that_governs_itself_governs_itself_no_more(cast):
    merged(cast, village=cast.selfgov)
    assert {one.ends_on for one in SelfGovernance.objects.filter(village=cast.selfgov)} == {EVE}
    assert {one.ends_on for one in Posting.objects.filter(village=cast.selfgov)} == {EVE}
    assert not cast.selfgov.teams.exists()


def test_a_village_without_a_branch_is_given_that_of_the_old_one(cast):
    merged(cast)
    branch = PartyBranch.objects.current().get(village=cast.other)
    assert (branch.name, branch.founded_on) == ("示例一村党支部", DAY)
    assert [group.name for group in branch.groups.all()] == ["第一党员小组"]


def test_what_began_or_ended_later_and_what_is_open_stands_in_the_way(full, sign_in):
    today = timezone.localdate()
    with acting(by=None, action="test", label="测试"):
        CadreTerm(village=full.own, person=full.resident, position="women", starts_on=DAY).save()
        leave = Leave(
            person=full.people[Role.MEMBER],
            team=full.team,
            village=full.own,
            kind="personal",
            starts_on=today,
            ends_on=today,
            reason="看病",
            step="leader",
            workdays=1,
            state="asked",
            created_by=full.users[Role.MEMBER],
        )
        leave.save()
        VillagerGroup(village=full.own, number=7, ended_on=DAY + timedelta(days=9)).save()
        PartyBranch(village=full.own, name="后来的支部", founded_on=DAY + timedelta(days=3)).save()
    url = f"{reverse('village_merge', args=[full.own.pk])}?into={full.other.pk}&ended_on={DAY}"
    client = sign_in(Role.OFFICE)
    page = client.get(url).content.decode()
    assert reverse("leave", args=[leave.pk]) in page
    assert "妇联主席曾示例的任期自2026年1月5日起" in page
    assert "第7组已登记到2026年1月14日停止" in page
    assert "后来的支部自2026年1月8日起设立，撤并日期须为这一天或以后" in page
    assert "确认示例一村并入" not in page
    answer = client.post(url, {"reason": "政函1号", **dict.fromkeys(["groups", "grids", "party"], "move")})
    assert answer.status_code == 422
    assert Village.objects.get(pk=full.own.pk).ended_on is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"into": "own"}, "请选择另一个现有的村"),
        ({"day": date(2999, 1, 1)}, "撤并日期不能晚于今天"),
    ],
)
def test_neither_itself_nor_a_day_to_come(cast, change, said):
    more = {key: getattr(cast, value) if key == "into" else value for key, value in change.items()}
    with pytest.raises(ValidationError, match=said):
        merged(cast, **more)


def test_a_village_younger_than_the_day_takes_nobody_in(full):
    Village.objects.filter(pk=full.other.pk).update(founded_on=DAY)
    full.other.refresh_from_db()
    (matter,) = plan_of(Merger(full.own, full.other, DAY)).against
    assert "示例二村自2026年1月5日起设立" in matter.text


def test_numbers_of_grids_run_out(full):
    with acting(by=None, action="test", label="测试"):
        Grid(village=full.other, number=99, ended_on=START).save()
    with pytest.raises(ValidationError, match="网格号会超过99"):
        merged(full)
    merged(full, chosen={"grids": "end"})
    assert Grid.objects.current().get(village=full.other) == full.other_grid


# --- Pages ------------------------------------------------------------------------------------
def fields_of(page):
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return {**hidden, **dict(re.findall(r'<input type="radio" name="(\w+)" value="(\w+)"[^>]* checked', page))}


def test_the_office_sees_the_plan_and_confirms_it_once(full, sign_in):
    client = sign_in(Role.OFFICE)
    start = client.get(reverse("village_end", args=[full.own.pk])).content.decode()
    assert "整村并入" in start
    assert reverse("village_merge", args=[full.own.pk]) in start
    url = f"{reverse('village_merge', args=[full.own.pk])}?into={full.other.pk}&ended_on={DAY}"
    page = client.get(url).content.decode()
    for words in (
        "原示例一村第1组（组号2）",
        "第2网格（网格号2）",
        "在册人员3人",
        "止于撤并日期的前一天",
        "示例二村1,000 + 1,000 = 2,000",
    ):
        assert words in page
    form = fields_of(page)
    assert form["organizations"] == "end"
    assert form["groups"] == "move"
    # Bad input loses nothing.
    bad = client.post(url, {**form, "organizations": "move", "reason": ""})
    assert bad.status_code == 422
    assert fields_of(bad.content.decode())["organizations"] == "move"
    done = client.post(url, {**form, "reason": "政函1号"})
    assert done.status_code == 303
    assert done["Location"] == reverse("village", args=[full.other.pk])
    again = client.post(url, {**form, "reason": "政函1号"})
    assert (again.status_code, again["Location"]) == (303, done["Location"])
    assert Village.objects.get(pk=full.other.pk).population == 2000
    # Somebody else's late confirmation, and the page of a village that is no more.
    assert client.post(url, {"reason": "另一份", "version": form["version"]}).status_code in (409, 422)
    assert client.get(url).status_code == 303
    assert client.get(reverse("village_dossier", args=[full.own.pk])).status_code == 200


def test_what_changed_meanwhile_is_shown_before_it_is_confirmed(full, sign_in):
    client = sign_in(Role.OFFICE)
    url = f"{reverse('village_merge', args=[full.own.pk])}?into={full.other.pk}&ended_on={DAY}"
    form = fields_of(client.get(url).content.decode())
    with acting(by=None, action="test", label="测试"):
        VillagerGroup(village=full.own, number=5, name="晚来组").save()
    answer = client.post(url, {**form, "reason": "政函1号"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "情况有变化" in page
    assert "晚来组" in page
    assert "政函1号" in page
    assert client.post(url, {**form, **fields_of(page), "reason": "政函1号"}).status_code == 303


def test_who_may_not_merge_and_wrong_methods(full, sign_in):
    url = f"{reverse('village_merge', args=[full.own.pk])}?into={full.other.pk}&ended_on={DAY}"
    for role, status in ((Role.CADRE, 403), (Role.COMMITTEE, 403), (full.outsider, 404)):
        client = sign_in(role)
        assert (client.get(url).status_code, client.post(url, {"reason": "x"}).status_code) == (status, status)
    client = sign_in(Role.OFFICE)
    assert client.put(url).status_code == 405
    assert client.post(reverse("village_merge", args=[full.own.pk]), {"reason": "x"}).status_code == 422
    for asked in ("into=999999999999999999999&ended_on=2026-01-05", "into=&ended_on=昨天"):
        assert client.get(f"{reverse('village_merge', args=[full.own.pk])}?{asked}").status_code == 200


def test_the_page_asks_as_little_of_many_grids_and_people(full, sign_in):
    client = sign_in(Role.OFFICE)
    url = f"{reverse('village_merge', args=[full.own.pk])}?into={full.other.pk}&ended_on={DAY}"
    few = queries_of(client, url)
    with acting(by=None, action="test", label="测试"):
        for n in range(3, 23):
            group = VillagerGroup(village=full.own, number=n, households=30)
            group.save()
            Grid(village=full.own, number=n, households=30).save()
            Person(name=f"庚{n}", village=full.own, villager_group=group).save()
    assert queries_of(client, url) == few <= 15
    both = [full.own.pk, full.other.pk]
    before, held = totals(both, DAY), stock(both)
    merged(full)
    assert (totals([full.other.pk], DAY), stock([full.other.pk])) == (before, held)


# --- Names and numbers ------------------------------------------------------------------------
@given(st.lists(st.integers(1, 60), unique=True, max_size=20), st.sets(st.integers(1, 60), max_size=20))
def test_numbers_are_free_distinct_and_in_order(wanted, used):
    found = numbers_for(wanted, used)
    assert len(set(found)) == len(wanted)
    assert not set(found) & used
    assert sorted(range(len(wanted)), key=wanted.__getitem__) == sorted(range(len(wanted)), key=found.__getitem__)
    assert found == wanted or set(wanted) & used


@given(
    st.text("组一二", min_size=1, max_size=30),
    st.sets(st.text("原村组一二", max_size=30)),
    st.text("村甲", min_size=1, max_size=30),
)
def test_a_name_is_free_and_fits(name, taken, village):
    found = free_name(name, taken, village, 30)
    assert found not in taken
    assert 0 < len(found) <= 30
    assert found == name or name in taken
