"""Social organisations: list, page, registering, correcting, dissolving, kinds."""

from __future__ import annotations

import re
from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.actions import organizations as actions
from villages.models import OrganizationKind, OrganizationMember, Person, SocialOrganization

DAY = date(2025, 6, 1)
BEFORE = date(2025, 5, 31)
TOKEN = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a51"


def url(name, record=None):
    return reverse(name, args=[record.pk] if record is not None else [])


@pytest.fixture
def villagers(cast):
    """Three more people of the own village."""
    with acting(by=None, action="test", label="测试"):
        people = [Person(name=f"{name}示例", village=cast.own, villager_group=cast.villager_group) for name in "钱孙李"]
        for person in people:
            person.save()
    return people


def members(organization):
    """Who, in which position, from when to when."""
    rows = organization.members.order_by("starts_on", "pk")
    return [(m.person.name, m.position, m.starts_on, m.ends_on) for m in rows]


def changed(record, **facts):
    with acting(by=None, action="test", label="测试"):
        for name, value in facts.items():
            setattr(record, name, value)
        record.save()
    return record


# --- List -------------------------------------------------------------------------------------
def test_list_shows_kind_chair_and_members(cast, sign_in):
    page = sign_in(Role.OFFICE).get(url("organization_list")).content.decode()
    assert "红白理事会" in page
    assert "曾示例" in page
    assert "共2个社会组织" in page


def test_cadre_sees_own_village_only(cast, sign_in):
    page = sign_in(Role.CADRE).get(url("organization_list")).content.decode()
    assert "示例一村红白喜事理事会" in page
    assert "示例二村红白喜事理事会" not in page


@pytest.mark.parametrize("role", [Role.WINDOW, Role.GRIDHEAD, Role.SYSADMIN, "outsider"])
def test_list_is_refused_to_those_without_the_work(cast, sign_in, role):
    user = cast.outsider if role == "outsider" else role
    assert sign_in(user).get(url("organization_list")).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"q": "slyc"}, {"own"}),
        ({"q": "示例二村"}, {"other"}),
        ({"village": "other"}, {"other"}),
        ({"group": "group"}, {"own"}),
        ({"state": "vacant"}, {"other"}),
        ({"state": "ended"}, set()),
        ({"kind": "unused"}, set()),
        ({"due": "soon"}, {"own"}),
        ({"due": "past"}, set()),
        ({"due": "unknown"}, {"other"}),
    ],
)
@time_machine.travel("2026-11-02 10:00+08:00", tick=False)
def test_list_narrows(cast, sign_in, query, shown):
    changed(cast.organization, term_starts_on=date(2024, 1, 1), term_years=3)
    named = {"other": cast.other.pk, "group": cast.group.pk, "unused": cast.kinds[1].pk}
    asked = {key: named.get(value, value) for key, value in query.items()}
    page = sign_in(Role.OFFICE).get(url("organization_list"), asked).content.decode()
    names = {"own": "示例一村红白喜事理事会", "other": "示例二村红白喜事理事会"}
    assert {key for key, name in names.items() if name in page} == shown


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-01", (None, None)),
        ("2026-11-02", ("warn", "剩60天")),
        ("2026-12-31", ("warn", "剩1天")),
        ("2027-01-01", ("bad", "已到期")),
    ],
)
def test_list_points_out_the_end_of_a_term(cast, sign_in, moment, shown):
    changed(cast.organization, term_starts_on=date(2024, 1, 1), term_years=3)
    with time_machine.travel(f"{moment} 10:00+08:00", tick=False):
        page = sign_in(Role.OFFICE).get(url("organization_list")).content.decode()
    cell = re.search(r'2027-01-01(?: <span class="tag tag-(\w+)">(\w+)</span>)?</td>', page)
    assert cell.groups() == shown


@pytest.mark.parametrize("key", ["village", "-name", "kind", "chair", "-members", "founded", "due", "-due"])
def test_list_sorts_by_every_column_that_offers_it(cast, sign_in, key):
    assert sign_in(Role.OFFICE).get(url("organization_list"), {"sort": key}).status_code == 200


def test_list_sorts_by_the_day_of_the_next_election(cast, sign_in):
    changed(cast.organization, term_starts_on=date(2024, 3, 1), term_years=3)
    changed(cast.other_organization, term_starts_on=date(2025, 2, 1), term_years=2)
    page = sign_in(Role.OFFICE).get(url("organization_list"), {"sort": "due"}).content.decode()
    assert page.index("2027-02-01") < page.index("2027-03-01")


def test_list_prints_what_was_filtered(cast, sign_in):
    page = sign_in(Role.OFFICE).get(url("organization_list"), {"q": "slyc", "print": 1}).content.decode()
    assert "示例一村红白喜事理事会" in page
    assert "示例二村红白喜事理事会" not in page


def test_list_needs_as_many_queries_for_many(cast, sign_in, villagers, django_assert_max_num_queries):
    with acting(by=None, action="test", label="测试"):
        for n in range(30):
            made = SocialOrganization(village=cast.own, kind=cast.kinds[n % 3], name=f"示例{n}")
            made.save()
            for place, person in enumerate(villagers):
                position = "chair" if place == 0 else "member"
                OrganizationMember(organization=made, person=person, position=position, starts_on=START).save()
    client = sign_in(Role.OFFICE)
    client.get(url("organization_list"))
    with django_assert_max_num_queries(15):
        page = client.get(url("organization_list")).content.decode()
    assert "共32个社会组织" in page
    assert re.search(r"<tfoot>.*合计.*>91<", page, re.DOTALL)


# --- Page -------------------------------------------------------------------------------------
def test_page_shows_members_former_members_and_term(cast, sign_in, villagers):
    actions.add_members(organization=cast.organization, people=villagers[:1], starts_on=START, by=None)
    membership = OrganizationMember.objects.get(person=villagers[0])
    actions.end_membership(membership=membership, last_day=BEFORE, reason="外出务工", by=None)
    changed(cast.organization, term_starts_on=START, term_years=3)
    page = sign_in(Role.CADRE).get(url("organization", cast.organization)).content.decode()
    for words in ("曾示例", "199****1001", "钱示例", "外出务工", "2027年1月1日", "2024年1月1日起，3年"):
        assert words in page
    assert "19900001001" not in page


def test_organisation_of_another_village_is_not_found(cast, sign_in):
    assert sign_in(Role.CADRE).get(url("organization", cast.other_organization)).status_code == 404


def test_readers_are_offered_nothing_to_change(cast, sign_in):
    assert "增加成员" in sign_in(Role.CADRE).get(url("organization", cast.organization)).content.decode()
    assert "增加成员" not in sign_in(Role.DISTRICT).get(url("organization", cast.organization)).content.decode()


def test_page_says_when_there_is_no_chair(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert "暂无会长" in client.get(url("organization", cast.other_organization)).content.decode()
    assert "暂无会长" not in client.get(url("organization", cast.organization)).content.decode()


def test_page_needs_as_many_queries_for_many_members(cast, sign_in, django_assert_max_num_queries):
    with acting(by=None, action="test", label="测试"):
        for n in range(30):
            person = Person(name=f"示例{n}", village=cast.own, phone=f"199000050{n:02}")
            person.save()
            ends_on = BEFORE if n % 2 else None
            OrganizationMember(organization=cast.organization, person=person, starts_on=START, ends_on=ends_on).save()
    client = sign_in(Role.OFFICE)
    client.get(url("organization", cast.organization))
    with django_assert_max_num_queries(15):
        client.get(url("organization", cast.organization))


# --- Registering and correcting -------------------------------------------------------------------
def facts(cast, **more):
    return {"village": cast.own.pk, "kind": cast.kinds[1].pk, "founded_on": "2024-03-01", **more}


def test_cadre_registers_one_of_the_own_village(cast, sign_in):
    form = facts(cast, term_starts_on="2024-03-01", term_years="3", duties="环境整治")
    answer = sign_in(Role.CADRE).post(url("organization_add"), form)
    made = SocialOrganization.objects.get(kind=cast.kinds[1])
    assert (answer.status_code, answer["Location"]) == (303, url("organization", made))
    assert (made.name, made.term_ends_on, made.duties) == ("示例一村爱国卫生运动委员会", date(2027, 3, 1), "环境整治")


def test_cadre_registers_none_for_another_village(cast, sign_in):
    answer = sign_in(Role.CADRE).post(url("organization_add"), facts(cast, village=cast.other.pk))
    assert answer.status_code == 422
    assert SocialOrganization.objects.count() == 2


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"name": "示例一村红白喜事理事会"}, "name", "示例一村已有示例一村红白喜事理事会"),
        ({"term_starts_on": "2023-01-01", "term_years": "3"}, "term_starts_on", "不能早于"),
        ({"term_years": "3"}, "term_starts_on", "请同时填写本届起始日期"),
        ({"term_starts_on": "2024-03-01"}, "term_years", "请同时填写任期"),
        ({"term_starts_on": "2024-03-01", "term_years": "11"}, "term_years", "不能大于10"),
        ({"term_starts_on": "9999-03-01", "term_years": "10"}, "term_starts_on", "请核对年份"),
        ({"kind": ""}, "kind", "请选择种类"),
        ({"name": "长" * 61}, "name", "名称不能超过60字，现在是61字"),
        ({"duties": "长" * 301}, "duties", "职责不能超过300字，现在是301字"),
    ],
)
def test_facts_that_cannot_be(cast, sign_in, more, field, sentence):
    answer = sign_in(Role.OFFICE).post(url("organization_add"), facts(cast, **more))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert sentence in answer.content.decode()
    assert 'value="2024-03-01"' in answer.content.decode()
    assert SocialOrganization.objects.count() == 2


def test_ended_kind_is_not_chosen_anew(cast, sign_in):
    kind = actions.add_kind(name="老年协会", short_name="老协", by=None)
    kept = actions.add_organization(village=cast.own, kind=kind, name="示例老协", by=None)
    changed(kind, ended_on=DAY)
    answer = sign_in(Role.OFFICE).post(url("organization_add"), facts(cast, kind=kind.pk))
    assert answer.status_code == 422
    with pytest.raises(ValidationError, match="停用"):
        actions.add_organization(village=cast.own, kind=kind, name="另一个", by=None)
    edit = {"kind": kind.pk, "name": "示例老年协会", "version": kept.version}
    assert sign_in(Role.OFFICE).post(url("organization_edit", kept), edit).status_code == 303


def test_doubled_sending_registers_once(cast, sign_in):
    client = sign_in(Role.OFFICE)
    form = facts(cast, once=TOKEN)
    first, second = (client.post(url("organization_add"), form) for _ in range(2))
    assert SocialOrganization.objects.filter(kind=cast.kinds[1]).count() == 1
    assert (second.status_code, second["Location"]) == (303, first["Location"])


def test_second_editor_sees_both_versions(cast, sign_in):
    organization = cast.organization
    edit = {"kind": organization.kind_id, "name": organization.name, "version": organization.version}
    client = sign_in(Role.OFFICE)
    client.post(url("organization_edit", organization), {**edit, "duties": "第一位写的"})
    answer = client.post(url("organization_edit", organization), {**edit, "duties": "第二位写的"})
    organization.refresh_from_db()
    assert answer.status_code == 409
    assert "第一位写的" in answer.content.decode()
    assert organization.duties == "第一位写的"


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.DISTRICT, Role.AUDITOR])
def test_readers_change_nothing(cast, sign_in, role):
    client = sign_in(role)
    pages = ("edit", "member_add", "members_add", "chair", "term", "dissolve")
    for name in pages:
        assert client.post(url(f"organization_{name}", cast.organization), {}).status_code == 403
    assert client.post(url("organization_add"), facts(cast)).status_code == 403


@pytest.mark.parametrize("name", ["edit", "member_add", "members_add", "chair", "term", "dissolve"])
def test_cadre_changes_nothing_in_another_village(cast, sign_in, name):
    assert sign_in(Role.CADRE).post(url(f"organization_{name}", cast.other_organization), {}).status_code == 404


def test_script_in_every_text_is_text(cast, sign_in):
    client = sign_in(Role.OFFICE)
    bad = "<script>alert(1)</script>"
    client.post(url("organization_add"), facts(cast, name=bad, duties=bad))
    made = SocialOrganization.objects.get(name=bad)
    for page in (client.get(url("organization", made)), client.get(url("organization_list"))):
        assert "<script>alert" not in page.content.decode()


# --- Dissolving -------------------------------------------------------------------------------
@pytest.fixture
def board(cast, villagers):
    """曾 chair, 钱 vice, 孙 and 李 members."""
    actions.add_members(organization=cast.organization, people=villagers[:1], starts_on=START, by=None, position="vice")
    actions.add_members(organization=cast.organization, people=villagers[1:], starts_on=START, by=None)
    cast.organization.refresh_from_db()
    return {m.person.name[0]: m for m in cast.organization.members.select_related("person")}


def test_dissolving_ends_every_membership(cast, sign_in, board):
    form = {"ended_on": "2025-05-31", "reason": "合并", "version": cast.organization.version}
    answer = sign_in(Role.CADRE).post(url("organization_dissolve", cast.organization), form)
    cast.organization.refresh_from_db()
    assert answer.status_code == 303
    assert (cast.organization.ended_on, cast.organization.end_reason) == (BEFORE, "合并")
    assert {m.ends_on for m in cast.organization.members.all()} == {BEFORE}
    page = sign_in(Role.CADRE).get(url("organization", cast.organization)).content.decode()
    assert "已撤销" in page
    assert url("organization_member_add", cast.organization) not in page


def test_dissolved_organisation_is_closed(cast, villagers):
    organization = cast.organization
    actions.dissolve_organization(organization=organization, ended_on=BEFORE, reason="合并", by=None)
    for refused in (
        lambda: actions.add_members(organization=organization, people=villagers, starts_on=START, by=None),
        lambda: actions.change_organization(organization=organization, name="x", by=None),
        lambda: actions.dissolve_organization(organization=organization, ended_on=DAY, reason="x", by=None),
        lambda: actions.replace_chair(
            organization=organization, person=villagers[0], starts_on=START, reason="x", by=None
        ),
        lambda: actions.start_term(organization=organization, starts_on=DAY, years=3, continuing=[], by=None),
    ):
        with pytest.raises(ValidationError, match="已于2025年5月31日撤销"):
            refused()


@pytest.mark.parametrize("ends_on", [None, date(2026, 2, 1)])
def test_dissolving_before_a_membership_is_refused(cast, villagers, ends_on):
    actions.add_members(organization=cast.organization, people=villagers[:1], starts_on=date(2026, 1, 1), by=None)
    if ends_on is not None:
        membership = OrganizationMember.objects.get(person=villagers[0])
        actions.end_membership(membership=membership, last_day=ends_on, reason="x", by=None)
    with pytest.raises(ValidationError) as refused:
        actions.dissolve_organization(organization=cast.organization, ended_on=DAY, reason="合并", by=None)
    assert set(refused.value.error_dict) == {"ended_on"}
    assert SocialOrganization.objects.current().count() == 2


# --- Kinds ------------------------------------------------------------------------------------
def test_named_kinds_are_made_once(db):
    first = actions.ensure_named_kinds()
    assert [(k.name, k.short_name, k.in_every_grid) for k in first] == [
        ("红白喜事理事会", "红白理事会", True),
        ("爱国卫生运动委员会", "爱卫会", True),
        ("关心留守儿童工作委员会", "关爱委", True),
    ]
    actions.rename_kind(kind=first[0], name="红白理事会", short_name="红白会", by=None)
    assert [k.pk for k in actions.ensure_named_kinds()] == [k.pk for k in first]
    assert OrganizationKind.objects.count() == 3


def test_office_adds_renames_and_ends_a_kind(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(url("organization_kind_add"), {"name": "老年协会", "short_name": "老协"})
    kind = OrganizationKind.objects.get(name="老年协会")
    assert not kind.in_every_grid
    edit = {"name": "老年人协会", "short_name": "老协", "version": kind.version}
    client.post(url("organization_kind_edit", kind), edit)
    kind.refresh_from_db()
    assert kind.name == "老年人协会"
    end = {"ended_on": "2025-06-01", "reason": "不再设", "version": kind.version}
    assert client.post(url("organization_kind_end", kind), end).status_code == 303
    kind.refresh_from_db()
    assert kind.ended_on == DAY


def test_kinds_of_every_grid_do_not_end(cast, sign_in):
    client = sign_in(Role.OFFICE)
    kind = cast.kinds[1]
    form = {"ended_on": "2025-06-01", "reason": "x", "version": kind.version}
    answer = client.post(url("organization_kind_end", kind), form)
    kind.refresh_from_db()
    assert answer.status_code == 422
    assert "不能停用" in answer.content.decode()
    assert kind.ended_on is None
    assert url("organization_kind_end", kind) not in client.get(url("organization_kinds")).content.decode()


def test_kind_in_use_does_not_end(cast):
    kind = actions.add_kind(name="老年协会", short_name="老协", by=None)
    actions.add_organization(village=cast.own, kind=kind, name="", by=None)
    with pytest.raises(ValidationError, match="还有1个社会组织属于老年协会"):
        actions.end_kind(kind=kind, ended_on=DAY, reason="x", by=None)


def test_kind_has_one_name(cast, sign_in):
    form = {"name": "红白喜事理事会", "short_name": "x"}
    answer = sign_in(Role.OFFICE).post(url("organization_kind_add"), form)
    assert answer.status_code == 422
    assert "已有这一种类" in answer.content.decode()
    assert OrganizationKind.objects.count() == 3


def test_kinds_are_the_offices_to_change(cast, sign_in):
    client = sign_in(Role.CADRE)
    page = client.get(url("organization_kinds")).content.decode()
    assert "红白喜事理事会" in page
    assert "新增种类" not in page
    assert client.post(url("organization_kind_add"), {"name": "x", "short_name": "x"}).status_code == 403
    assert client.get(url("organization_kind_edit", cast.kinds[0])).status_code == 403


def test_kind_that_is_none_is_not_found(cast, sign_in):
    assert sign_in(Role.OFFICE).get(reverse("organization_kind_edit", args=[99999])).status_code == 404


# --- Village tab ------------------------------------------------------------------------------
def test_village_page_has_its_organisations(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(Role.CADRE)
    page = reverse("village_tab", args=[cast.own.pk, "organizations"])
    client.get(page)
    with django_assert_max_num_queries(15):
        shown = client.get(page).content.decode()
    assert "示例一村红白喜事理事会" in shown
    assert f"{url('organization_add')}?village={cast.own.pk}" in shown


def test_village_without_organisations_offers_to_register(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("village_tab", args=[cast.selfgov.pk, "organizations"]))
    assert "还没有登记红白喜事理事会" in page.content.decode()


def test_pages_take_no_other_method(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert client.put(url("organization_list")).status_code == 405
    assert client.put(url("organization_kinds")).status_code == 405
    assert client.post(url("organization", cast.organization)).status_code == 405
