"""Members of social organisations: joining, leaving, the chair, terms of office."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.actions import organizations as actions
from villages.models import OrganizationMember, Person

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


# --- Members ----------------------------------------------------------------------------------
def joining(person, **more):
    return {"person": person.pk, "position": "member", "starts_on": "2025-06-01", **more}


def test_cadre_adds_a_member(cast, sign_in, villagers):
    answer = sign_in(Role.CADRE).post(url("organization_member_add", cast.organization), joining(villagers[0]))
    assert (answer.status_code, answer["Location"]) == (303, url("organization", cast.organization))
    assert ("钱示例", "member", DAY, None) in members(cast.organization)


def test_several_are_added_at_once(cast, sign_in, villagers):
    form = {"people": [person.pk for person in villagers], "starts_on": "2025-06-01"}
    sign_in(Role.CADRE).post(url("organization_members_add", cast.organization), form)
    assert cast.organization.members.filter(starts_on=DAY, position="member").count() == 3
    batches = AuditEntry.objects.filter(action="organization.members", model="villages.organizationmember")
    assert batches.count() == 3
    assert len(set(batches.values_list("batch", flat=True))) == 1


def test_tick_boxes_leave_out_who_is_a_member(cast, sign_in, villagers):
    page = sign_in(Role.CADRE).get(url("organization_members_add", cast.organization)).content.decode()
    assert "钱示例" in page
    assert "第1组" in page
    assert "曾示例" not in page


def test_one_mistake_adds_nobody(cast, villagers):
    with pytest.raises(ValidationError, match="曾示例2024年1月1日至今任会长（主任），任期不能重叠"):
        actions.add_members(organization=cast.organization, people=[*villagers, cast.resident], starts_on=DAY, by=None)
    assert len(members(cast.organization)) == 1


def test_doubled_sending_of_tick_boxes_adds_once(cast, sign_in, villagers):
    client = sign_in(Role.CADRE)
    form = {"people": [person.pk for person in villagers], "starts_on": "2025-06-01", "once": TOKEN}
    page = url("organization_members_add", cast.organization)
    first, second = (client.post(page, form) for _ in range(2))
    assert (second.status_code, second["Location"]) == (303, first["Location"])
    assert len(members(cast.organization)) == 4


def test_nobody_ticked_is_a_sentence(cast, sign_in, villagers):
    answer = sign_in(Role.CADRE).post(url("organization_members_add", cast.organization), {"starts_on": "2025-06-01"})
    assert answer.status_code == 422
    assert "请勾选成员" in answer.content.decode()


def test_person_of_another_village_is_asked_about_then_joins(cast, sign_in):
    client = sign_in(Role.OFFICE)
    page = url("organization_member_add", cast.organization)
    form = joining(cast.other_resident)
    assert client.post(page, form).status_code == 422  # not on offer among the village's own people
    asked = client.post(f"{page}?outside=1", form)
    assert asked.status_code == 422
    assert "处需要修改" not in asked.content.decode()  # a question, not a mistake
    assert "单示例（示例二村）不是示例一村的人员" in asked.content.decode()
    assert 'type="checkbox" name="confirmed"' in asked.content.decode()
    assert len(members(cast.organization)) == 1
    answer = client.post(f"{page}?outside=1", {**form, "confirmed": "on"})
    member = OrganizationMember.objects.get(person=cast.other_resident)
    assert answer.status_code == 303
    assert "已核对确认" in AuditEntry.objects.about(member).get().reason
    assert "外村：示例二村" in client.get(url("organization", cast.organization)).content.decode()


def test_villagers_are_not_asked_about(cast, sign_in, villagers):
    page = sign_in(Role.OFFICE).get(url("organization_member_add", cast.organization)).content.decode()
    assert 'type="checkbox" name="confirmed"' not in page


def test_cadre_cannot_add_somebody_of_a_village_not_seen(cast, sign_in):
    page = url("organization_member_add", cast.organization)
    form = joining(cast.other_resident, confirmed="on")
    assert sign_in(Role.CADRE).post(f"{page}?outside=1", form).status_code == 422
    assert len(members(cast.organization)) == 1


def test_member_of_another_village_is_named_but_not_opened_to_the_cadre(cast, sign_in):
    actions.add_members(
        organization=cast.organization, people=[cast.other_resident], starts_on=DAY, by=None, confirmed=True
    )
    page = sign_in(Role.CADRE).get(url("organization", cast.organization)).content.decode()
    assert "单示例" in page
    assert url("person", cast.other_resident) not in page
    assert "199****1002" not in page


def test_change_of_position_ends_the_old_one_the_day_before(cast, sign_in, villagers):
    actions.add_members(organization=cast.organization, people=villagers[:1], starts_on=START, by=None)
    form = joining(villagers[0], position="vice")
    sign_in(Role.CADRE).post(url("organization_member_add", cast.organization), form)
    rows = [row for row in members(cast.organization) if row[0] == "钱示例"]
    assert rows == [("钱示例", "member", START, BEFORE), ("钱示例", "vice", DAY, None)]


def test_second_chair_is_refused_at_the_right_field(cast, sign_in, villagers):
    form = joining(villagers[0], position="chair")
    answer = sign_in(Role.CADRE).post(url("organization_member_add", cast.organization), form)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"position"}
    assert "请用“更换会长”办理" in answer.content.decode()


def test_who_left_the_register_does_not_join(cast, villagers):
    changed(villagers[0], ended_on=BEFORE, end_reason="迁出")
    with pytest.raises(ValidationError, match="离册"):
        actions.add_members(organization=cast.organization, people=villagers[:1], starts_on=DAY, by=None)


def test_nobody_joins_before_the_founding(cast, sign_in, villagers):
    changed(cast.organization, founded_on=START)
    form = joining(villagers[0], starts_on="2023-12-31")
    answer = sign_in(Role.CADRE).post(url("organization_member_add", cast.organization), form)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"starts_on"}


@pytest.mark.parametrize(
    "second",
    [
        {"position": "chair", "starts_on": DAY},
        {"position": "chair", "starts_on": START - timedelta(days=9), "ends_on": START},
    ],
)
def test_the_database_itself_keeps_one_chair_a_day(cast, villagers, second):
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=None, action="test", label="测试"):
        OrganizationMember(organization=cast.organization, person=villagers[0], **second).save()


# --- Leaving ----------------------------------------------------------------------------------
def test_member_leaves_and_stays_in_the_history(cast, sign_in):
    membership = cast.organization.members.get()
    form = {"last_day": "2025-05-31", "reason": "身体原因", "version": membership.version}
    answer = sign_in(Role.CADRE).post(url("membership_end", membership), form)
    assert (answer.status_code, answer["Location"]) == (303, url("organization", cast.organization))
    assert members(cast.organization) == [("曾示例", "chair", START, BEFORE)]


def test_membership_ends_once_and_not_before_it_began(cast):
    membership = cast.organization.members.get()
    with pytest.raises(ValidationError, match="不能早于起始日期") as refused:
        actions.end_membership(membership=membership, last_day=date(2023, 1, 1), reason="x", by=None)
    assert set(refused.value.error_dict) == {"last_day"}
    actions.end_membership(membership=membership, last_day=BEFORE, reason="x", by=None)
    with pytest.raises(ValidationError, match="已办理离任"):
        actions.end_membership(membership=membership, last_day=DAY, reason="x", by=None)


def test_membership_in_another_village_is_not_found(cast, sign_in):
    actions.add_members(organization=cast.other_organization, people=[cast.other_resident], starts_on=START, by=None)
    membership = cast.other_organization.members.get()
    assert sign_in(Role.CADRE).get(url("membership_end", membership)).status_code == 404


# --- Chair ------------------------------------------------------------------------------------
def chairing(organization, person, **more):
    organization.refresh_from_db()
    return {
        "person": person.pk,
        "starts_on": "2025-06-01",
        "reason": "外出务工",
        "version": organization.version,
        **more,
    }


def test_chair_is_handed_over_without_a_gap(cast, sign_in, villagers):
    form = chairing(cast.organization, villagers[0], stays="on")
    answer = sign_in(Role.CADRE).post(url("organization_chair", cast.organization), form)
    assert answer.status_code == 303
    assert members(cast.organization) == [
        ("曾示例", "chair", START, BEFORE),
        ("钱示例", "chair", DAY, None),
        ("曾示例", "member", DAY, None),
    ]


def test_organisation_without_chair_gets_one(cast, sign_in):
    client = sign_in(Role.OFFICE)
    page = client.get(url("organization_chair", cast.other_organization)).content.decode()
    assert "选任示例二村红白喜事理事会会长（主任）" in page
    form = chairing(cast.other_organization, cast.other_resident)
    assert client.post(url("organization_chair", cast.other_organization), form).status_code == 303
    assert members(cast.other_organization) == [("单示例", "chair", DAY, None)]


def test_chair_of_another_village_is_asked_about(cast, sign_in):
    client = sign_in(Role.OFFICE)
    page = f"{url('organization_chair', cast.organization)}?outside=1"
    asked = client.post(page, chairing(cast.organization, cast.other_resident))
    assert asked.status_code == 422
    assert asked.context["form"].errors == {}
    assert "单示例（示例二村）不是示例一村的人员" in asked.content.decode()
    assert "外出务工" in asked.content.decode()
    form = chairing(cast.organization, cast.other_resident, confirmed="on")
    assert client.post(page, form).status_code == 303
    chair = OrganizationMember.objects.get(person=cast.other_resident)
    assert AuditEntry.objects.about(chair).get().reason.startswith("外出务工；单示例（示例二村）不是")


def test_new_chair_begins_after_the_old_one(cast, sign_in, villagers):
    form = chairing(cast.organization, villagers[0], starts_on="2024-01-01")
    answer = sign_in(Role.CADRE).post(url("organization_chair", cast.organization), form)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"starts_on"}
    assert members(cast.organization) == [("曾示例", "chair", START, None)]


def test_second_editor_sees_whom_the_first_chose(cast, sign_in, villagers):
    form = chairing(cast.organization, villagers[1], starts_on="2025-07-01")
    actions.replace_chair(
        organization=cast.organization,
        person=villagers[0],
        starts_on=DAY,
        reason="先办的",
        by=cast.users[Role.OFFICE],
    )
    answer = sign_in(Role.CADRE).post(url("organization_chair", cast.organization), form)
    assert answer.status_code == 409
    assert "钱示例" in answer.content.decode()
    assert cast.organization.members.open().get(position="chair").person == villagers[0]


# --- Term of office -----------------------------------------------------------------------------
@pytest.fixture
def board(cast, villagers):
    """曾 chair, 钱 vice, 孙 and 李 members."""
    actions.add_members(organization=cast.organization, people=villagers[:1], starts_on=START, by=None, position="vice")
    actions.add_members(organization=cast.organization, people=villagers[1:], starts_on=START, by=None)
    cast.organization.refresh_from_db()
    return {m.person.name[0]: m for m in cast.organization.members.select_related("person")}


def electing(cast, board, continuing, **more):
    return {
        "starts_on": "2025-06-01",
        "years": "5",
        "continuing": [board[name].pk for name in continuing],
        "version": cast.organization.version,
        **more,
    }


def test_new_term_with_a_new_chair(cast, sign_in, board, villagers):
    form = electing(cast, board, "曾孙", chair=villagers[0].pk)
    answer = sign_in(Role.CADRE).post(url("organization_term", cast.organization), form)
    cast.organization.refresh_from_db()
    assert answer.status_code == 303
    assert (cast.organization.term_starts_on, cast.organization.term_years) == (DAY, 5)
    assert set(members(cast.organization)) == {
        ("曾示例", "chair", START, BEFORE),
        ("曾示例", "member", DAY, None),
        ("钱示例", "vice", START, BEFORE),
        ("钱示例", "chair", DAY, None),
        ("孙示例", "member", START, None),
        ("李示例", "member", START, BEFORE),
    }


def test_chair_of_another_village_is_asked_about_once(cast, sign_in, board):
    """Who was asked about when joining is not asked about again."""
    actions.add_members(
        organization=cast.organization, people=[cast.other_resident], starts_on=START, by=None, confirmed=True
    )
    cast.organization.refresh_from_db()
    form = electing(cast, board, "曾", chair=cast.other_resident.pk)
    assert sign_in(Role.CADRE).post(url("organization_term", cast.organization), form).status_code == 303
    assert cast.organization.members.open().get(position="chair").person == cast.other_resident


def test_chair_continues_when_ticked(cast, sign_in, board):
    sign_in(Role.CADRE).post(url("organization_term", cast.organization), electing(cast, board, "曾钱"))
    assert set(members(cast.organization)) == {
        ("曾示例", "chair", START, None),
        ("钱示例", "vice", START, None),
        ("孙示例", "member", START, BEFORE),
        ("李示例", "member", START, BEFORE),
    }


def test_chair_chosen_again_need_not_be_ticked(cast, sign_in, board):
    form = electing(cast, board, "", chair=cast.resident.pk)
    sign_in(Role.CADRE).post(url("organization_term", cast.organization), form)
    assert cast.organization.members.open().get().person == cast.resident
    assert cast.organization.members.open().get().starts_on == START


def test_new_term_needs_a_chair(cast, sign_in, board):
    answer = sign_in(Role.CADRE).post(url("organization_term", cast.organization), electing(cast, board, "钱孙"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"chair"}
    assert len(cast.organization.members.open()) == 4


def test_new_term_begins_after_the_present_one(cast, sign_in, board):
    changed(cast.organization, term_starts_on=DAY, term_years=3)
    answer = sign_in(Role.CADRE).post(url("organization_term", cast.organization), electing(cast, board, "曾"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"starts_on"}
    assert len(cast.organization.members.open()) == 4


def test_member_of_another_organisation_cannot_be_ticked(cast, sign_in, board):
    actions.add_members(organization=cast.other_organization, people=[cast.other_resident], starts_on=START, by=None)
    form = electing(cast, board, "曾")
    form["continuing"].append(cast.other_organization.members.get().pk)
    answer = sign_in(Role.CADRE).post(url("organization_term", cast.organization), form)
    assert answer.status_code == 422
    assert len(cast.organization.members.open()) == 4
