"""The register of persons: list, page, adding, correcting, leaving, telephone numbers."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import Person

NEW = {"name": "欧阳示例", "phone": "199 0000 2001", "is_party_member": "on"}


def facts(cast, **more):
    return {**NEW, "village": cast.own.pk, "villager_group": cast.villager_group.pk, **more}


# --- List -----------------------------------------------------------------------------------
def test_office_sees_all_villages(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("person_list")).content.decode()
    assert "曾示例" in page
    assert "单示例" in page


def test_leader_sees_own_village_and_staff_only(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("person_list")).content.decode()
    assert "曾示例" in page
    assert "单示例" not in page
    assert cast.people[Role.DISTRICT].name in page


@pytest.mark.parametrize("typed", ["曾示", "zsl", "zengshi", "1001"])
def test_found_by_name_pinyin_initials_and_last_four_digits(cast, sign_in, typed):
    page = sign_in(Role.OFFICE).get(reverse("person_list"), {"q": typed}).content.decode()
    assert "曾示例" in page
    assert "单示例" not in page


def test_list_masks_every_number(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("person_list")).content.decode()
    assert "199****1001" in page
    assert "19900001001" not in page


def test_list_prints_what_was_filtered(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("person_list"), {"q": "曾示例", "print": 1}).content.decode()
    assert "曾示例" in page
    assert "单示例" not in page


def test_list_needs_as_many_queries_for_many_rows(cast, sign_in, django_assert_max_num_queries):
    from lianzhen.trail import acting

    with acting(by=None, action="test", label="测试"):
        for n in range(40):
            Person(name=f"示例{n}", village=cast.own, villager_group=cast.villager_group).save()
    client = sign_in(Role.OFFICE)
    client.get(reverse("person_list"))
    with django_assert_max_num_queries(15):
        client.get(reverse("person_list"))


# --- Page -----------------------------------------------------------------------------------
def test_page_shows_roles_over_time(cast, sign_in):
    page = sign_in(Role.LEADER).get(reverse("person", args=[cast.resident.pk])).content.decode()
    assert "示例一村红白喜事理事会" in page
    assert "2024-01-01" in page


def test_person_of_another_village_is_not_found(cast, sign_in):
    answer = sign_in(Role.LEADER).get(reverse("person", args=[cast.other_resident.pk]))
    assert answer.status_code == 404


def test_number_is_shown_on_request_and_the_look_is_recorded(cast, sign_in):
    answer = sign_in(Role.LEADER).post(reverse("person_phone", args=[cast.resident.pk]))
    assert "19900001001" in answer.content.decode()
    entry = AuditEntry.objects.about(cast.resident).first()
    assert (entry.action, entry.by) == ("person.phone", cast.users[Role.LEADER])


def test_auditor_may_not_look_at_numbers(cast, sign_in):
    answer = sign_in(Role.AUDITOR).post(reverse("person_phone", args=[cast.resident.pk]))
    assert answer.status_code == 403
    assert "19900001001" not in answer.content.decode()


def test_number_is_never_shown_by_reading(cast, sign_in):
    assert sign_in(Role.OFFICE).get(reverse("person_phone", args=[cast.resident.pk])).status_code == 405


# --- Adding ---------------------------------------------------------------------------------
def test_cadre_adds_somebody_to_own_village(cast, sign_in):
    answer = sign_in(Role.CADRE).post(reverse("person_add"), facts(cast))
    person = Person.objects.get(name="欧阳示例")
    assert answer.status_code == 303
    assert answer["Location"] == reverse("person", args=[person.pk])
    assert (person.phone, person.initials, person.updated_by) == ("19900002001", "oysl", cast.users[Role.CADRE])
    entry = AuditEntry.objects.about(person).get()
    assert {"field": "name", "label": "姓名", "before": "", "after": "欧阳示例"} in entry.changes


def test_cadre_cannot_add_to_another_village(cast, sign_in):
    answer = sign_in(Role.CADRE).post(reverse("person_add"), facts(cast, village=cast.other.pk))
    assert answer.status_code == 422
    assert not Person.objects.filter(name="欧阳示例").exists()


def test_group_of_another_village_is_refused(cast, sign_in):
    form = facts(cast, villager_group=cast.other_villager_group.pk)
    answer = sign_in(Role.OFFICE).post(reverse("person_add"), form)
    assert answer.status_code == 422
    assert "第1组属于示例二村" in answer.content.decode()


def options(page, name):
    """What a select of the page offers: its values and texts."""
    drawn = re.search(rf'<select name="{name}".*?</select>', page, re.S)
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', drawn[0])


def test_a_group_is_chosen_by_number_while_no_village_is(cast, sign_in):
    """Not every group of the county: the number means that of the village chosen with it."""
    client = sign_in(Role.OFFICE)
    assert options(client.get(reverse("person_add")).content.decode(), "villager_group") == [
        ("", "---------"),
        ("=第1组", "第1组"),
    ]
    party = f"={cast.party_group.name}"
    answer = client.post(reverse("person_add"), facts(cast, villager_group="=第1组", party_group=party))
    assert answer.status_code == 303
    person = Person.objects.get(name="欧阳示例")
    assert (person.villager_group, person.party_group) == (cast.villager_group, cast.party_group)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"villager_group": "=第9组"}, "示例一村没有“第9组”，请从这个村的村民小组中选择。"),
        ({"villager_group": "=第1组", "village": ""}, "选了村民小组的，请先选择所在村。"),
        ({"party_group": "=没有的组"}, "示例一村没有“没有的组”，请从这个村的党员小组中选择。"),
        ({"villager_group": "=第1组", "name": ""}, "请填写姓名"),
        ({"villager_group": "9" * 30}, ""),
    ],
)
def test_a_number_that_is_no_group_of_the_village(cast, sign_in, typed, sentence):
    answer = sign_in(Role.OFFICE).post(reverse("person_add"), facts(cast, **typed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    if typed.get("village", cast.own.pk):
        chosen = typed["villager_group"] if "name" in typed else str(cast.villager_group.pk)
        assert options(page, "villager_group")[1:] == [(chosen, "第1组")]
    if "name" in typed:
        assert '<option value="=第1组" selected>' in page


def test_only_the_groups_of_the_village_in_question(cast, sign_in):
    own = [("", "---------"), (str(cast.villager_group.pk), "第1组")]
    for role, query in ((Role.OFFICE, f"?village={cast.own.pk}"), (Role.CADRE, "")):
        page = sign_in(role).get(reverse("person_add") + query).content.decode()
        assert options(page, "villager_group") == own
    page = sign_in(Role.OFFICE).get(reverse("person_edit", args=[cast.resident.pk])).content.decode()
    assert options(page, "villager_group") == own


def test_committee_reads_but_does_not_add(cast, sign_in):
    client = sign_in(Role.COMMITTEE)
    assert client.get(reverse("person_add")).status_code == 403
    assert client.post(reverse("person_add"), facts(cast)).status_code == 403
    assert not Person.objects.filter(name="欧阳示例").exists()


def test_bad_number_keeps_what_was_typed(cast, sign_in):
    answer = sign_in(Role.OFFICE).post(reverse("person_add"), facts(cast, phone="1387382"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "手机应为11位数字，现在是7位" in page
    assert 'value="欧阳示例"' in page


def test_same_name_and_number_is_asked_about(cast, sign_in):
    form = facts(cast, name="曾示例", phone="19900001001")
    answer = sign_in(Role.OFFICE).post(reverse("person_add"), form)
    assert "是否同一个人" in answer.content.decode()
    assert Person.objects.filter(name="曾示例").count() == 1


def test_script_in_a_field_is_text(cast, sign_in):
    client = sign_in(Role.OFFICE)
    client.post(reverse("person_add"), facts(cast, name="<script>alert(1)</script>"))
    person = Person.objects.get(name__startswith="<script>")
    page = client.get(reverse("person", args=[person.pk])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_doubled_sending_adds_once(cast, sign_in):
    client = sign_in(Role.OFFICE)
    form = facts(cast, once="7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a11")
    first = client.post(reverse("person_add"), form)
    second = client.post(reverse("person_add"), form)
    assert Person.objects.filter(name="欧阳示例").count() == 1
    assert second["Location"] == first["Location"]


def test_same_form_with_other_words_is_new_work(cast, sign_in):
    """Somebody goes back, changes the name and registers the next person."""
    client = sign_in(Role.OFFICE)
    once = "7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9a11"
    client.post(reverse("person_add"), facts(cast, once=once))
    client.post(reverse("person_add"), facts(cast, once=once, name="上官示例", phone="19900002002"))
    assert Person.objects.filter(name__in=["欧阳示例", "上官示例"]).count() == 2


# --- Correcting and leaving -----------------------------------------------------------------
def correction(person, **more):
    return {
        "name": person.name,
        "phone": person.phone,
        "village": person.village_id,
        "villager_group": person.villager_group_id or "",
        "version": person.version,
        **more,
    }


def test_second_editor_sees_both_versions(cast, sign_in):
    person = cast.resident
    client = sign_in(Role.OFFICE)
    client.post(reverse("person_edit", args=[person.pk]), correction(person, note="第一位写的"))
    answer = client.post(reverse("person_edit", args=[person.pk]), correction(person, note="第二位写的"))
    page = answer.content.decode()
    person.refresh_from_db()
    assert answer.status_code == 409
    assert person.note == "第一位写的"
    assert "第一位写的" in page
    assert "第二位写的" in page
    kept = client.post(
        reverse("person_edit", args=[person.pk]), correction(person, note="第二位写的", version=person.version)
    )
    person.refresh_from_db()
    assert (kept.status_code, person.note) == (303, "第二位写的")


def test_number_changed_in_the_register_is_the_one_to_sign_in_with(cast, sign_in):
    person = cast.people[Role.CADRE]
    form = correction(person, phone="19900003003")
    sign_in(Role.OFFICE).post(reverse("person_edit", args=[person.pk]), form)
    person.user.refresh_from_db()
    assert person.user.phone == "19900003003"


def test_nobody_moves_away_while_holding_a_role(cast, sign_in):
    form = correction(cast.resident, village=cast.other.pk, villager_group=cast.other_villager_group.pk)
    answer = sign_in(Role.OFFICE).post(reverse("person_edit", args=[cast.resident.pk]), form)
    cast.resident.refresh_from_db()
    assert answer.status_code == 422
    assert "再改所在村" in answer.content.decode()
    assert cast.resident.village == cast.own


def test_nobody_leaves_while_holding_a_role(cast, sign_in):
    form = {"ended_on": "2026-01-05", "reason": "迁出", "version": cast.resident.version}
    answer = sign_in(Role.OFFICE).post(reverse("person_end", args=[cast.resident.pk]), form)
    cast.resident.refresh_from_db()
    assert answer.status_code == 422
    assert "请先办理离任或更换" in answer.content.decode()
    assert cast.resident.ended_on is None


def test_nobody_leaves_before_a_role_ends(cast, sign_in):
    """A role whose last day is known and still to come is held until then."""
    head = cast.head
    with acting(by=None, action="test", label="测试"):
        head.ends_on, head.end_reason = date(2026, 3, 31), "换届"
        head.save()
    client, address = sign_in(Role.OFFICE), reverse("person_end", args=[head.person_id])
    form = {"reason": "迁出", "version": head.person.version}
    early = client.post(address, form | {"ended_on": "2026-03-30"})
    assert early.status_code == 422
    said = f"{head.person}任示例一村第1网格网格长至2026年3月31日，离册日期不能早于这一天。"
    assert said in str(early.context["form"].errors["ended_on"])
    assert client.post(address, form | {"ended_on": "2026-03-31"}).status_code == 303


def test_leaving_keeps_the_row_and_can_be_undone(cast, sign_in):
    client = sign_in(Role.OFFICE)
    person = cast.other_resident
    form = {"ended_on": "2026-01-05", "reason": "迁出", "version": person.version}
    client.post(reverse("person_end", args=[person.pk]), form)
    assert Person.objects.get(pk=person.pk).ended_on.isoformat() == "2026-01-05"
    assert not Person.objects.current().filter(pk=person.pk).exists()
    client.post(reverse("person_return", args=[person.pk]), {"reason": "登记有误"})
    assert Person.objects.current().filter(pk=person.pk).exists()
