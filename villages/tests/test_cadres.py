"""Village cadres: appointing, replacing, leaving, correcting, the town's list of a day."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import CadreTerm, Person
from villages.tests.counting import queries_of


@pytest.fixture
def secretary(cast):
    with acting(by=None, action="test", label="测试"):
        term = CadreTerm(village=cast.own, person=cast.resident, position="secretary", starts_on=date(2024, 5, 1))
        term.save()
    return term


@pytest.fixture
def comrade(cast):
    with acting(by=None, action="test", label="测试"):
        person = Person(name="壬同志", village=cast.own, is_party_member=True)
        person.save()
    return person


def appointment(person, **more):
    return {"person": person.pk, "position": "secretary", "starts_on": "2026-01-05", "is_subsidised": "on", **more}


# --- Appointing -------------------------------------------------------------------------------
def test_office_appoints_a_secretary(cast, sign_in, comrade):
    answer = sign_in(Role.OFFICE).post(reverse("cadre_add", args=[cast.own.pk]), appointment(comrade))
    term = CadreTerm.objects.get(person=comrade)
    assert answer["Location"] == reverse("village", args=[cast.own.pk])
    assert (term.position, term.starts_on, term.ends_on, term.is_subsidised) == (
        "secretary",
        date(2026, 1, 5),
        None,
        True,
    )


def test_who_is_appointed_is_told(cast, sign_in, django_capture_on_commit_callbacks):
    person = cast.people[Role.CADRE]
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.OFFICE).post(
            reverse("cadre_add", args=[cast.own.pk]), appointment(person, position="women", starts_on="2026-01-05")
        )
    notice = Notice.objects.get(user=person.user)
    assert notice.text == "您自2026年1月5日起任示例一村妇联主席。"


@pytest.mark.parametrize(
    ("who", "more", "sentence"),
    [
        ("layman", {}, "支部书记须为中共党员"),
        ("stranger", {}, "请从名单中选择"),
        ("comrade", {"position": ""}, "请选择职务"),
        ("comrade", {"starts_on": ""}, "请填写起始日期"),
        ("comrade", {"starts_on": "2025-01-01"}, "任期，日期不能重叠"),
    ],
)
def test_what_is_wrong_is_said_and_kept(cast, sign_in, secretary, comrade, who, more, sentence):
    people = {"layman": cast.people[Role.CADRE], "stranger": cast.other_resident, "comrade": comrade}
    form = appointment(people[who], reason="换届结果", **more)
    answer = sign_in(Role.OFFICE).post(reverse("cadre_add", args=[cast.own.pk]), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="换届结果"' in page
    assert CadreTerm.objects.filter(position="secretary").count() == 1


def test_several_members_of_the_committee_serve_together(cast, sign_in, comrade):
    client = sign_in(Role.OFFICE)
    url = reverse("cadre_add", args=[cast.own.pk])
    for person in (comrade, cast.resident):
        assert client.post(url, appointment(person, position="committee")).status_code == 303
    again = client.post(url, appointment(comrade, position="committee"))
    assert again.status_code == 422
    assert CadreTerm.objects.filter(position="committee").count() == 2


def test_cadres_and_teams_do_not_appoint(cast, sign_in, secretary, comrade):
    for role in (Role.CADRE, Role.LEADER, Role.COMMITTEE):
        client = sign_in(role)
        assert client.post(reverse("cadre_add", args=[cast.own.pk]), appointment(comrade)).status_code == 403
        assert client.get(reverse("cadre_end", args=[secretary.pk])).status_code == 403
    assert sign_in(Role.INSTRUCTOR).get(reverse("cadre_end", args=[secretary.pk])).status_code == 404


def test_doubled_sending_appoints_once(cast, sign_in, comrade):
    client = sign_in(Role.OFFICE)
    form = appointment(comrade, position="committee", once="7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9b04")
    for _ in range(2):
        assert client.post(reverse("cadre_add", args=[cast.own.pk]), form).status_code == 303
    assert CadreTerm.objects.filter(person=comrade).count() == 1


# --- Replacing and leaving ----------------------------------------------------------------------
def test_replacing_leaves_no_day_between(cast, sign_in, secretary, comrade):
    form = {"person": comrade.pk, "starts_on": "2026-01-05", "reason": "换届", "version": secretary.version}
    answer = sign_in(Role.OFFICE).post(reverse("cadre_replace", args=[secretary.pk]), form)
    secretary.refresh_from_db()
    new = CadreTerm.objects.get(person=comrade)
    assert answer.status_code == 303
    assert (secretary.ends_on, secretary.end_reason) == (date(2026, 1, 4), "换届")
    assert (new.starts_on, new.position) == (date(2026, 1, 5), "secretary")
    assert AuditEntry.objects.about(secretary).first().batch == AuditEntry.objects.about(new).first().batch


def test_refused_successor_leaves_the_old_one_in_office(cast, sign_in, secretary):
    layman = cast.people[Role.CADRE]
    form = {"person": layman.pk, "starts_on": "2026-01-05", "reason": "换届", "version": secretary.version}
    answer = sign_in(Role.OFFICE).post(reverse("cadre_replace", args=[secretary.pk]), form)
    secretary.refresh_from_db()
    assert answer.status_code == 422
    assert secretary.ends_on is None


def test_successor_cannot_begin_before_the_one_before(cast, sign_in, secretary, comrade):
    form = {"person": comrade.pk, "starts_on": "2024-05-01", "reason": "换届", "version": secretary.version}
    answer = sign_in(Role.OFFICE).post(reverse("cadre_replace", args=[secretary.pk]), form)
    assert answer.status_code == 422
    assert "接任日期须晚于前任的起始日期（2024年5月1日）" in answer.content.decode()


def test_leaving_ends_the_role_of_the_account(cast, sign_in):
    term = CadreTerm.objects.get(person=cast.people[Role.CADRE])
    form = {"ends_on": "2024-12-31", "reason": "换届", "version": term.version}
    sign_in(Role.OFFICE).post(reverse("cadre_end", args=[term.pk]), form)
    term.refresh_from_db()
    assert term.ends_on == date(2024, 12, 31)
    assert sign_in(Role.CADRE).get(reverse("village", args=[cast.own.pk])).status_code in (403, 404)


def test_leaving_twice_or_before_the_beginning_is_refused(cast, sign_in, secretary):
    client = sign_in(Role.OFFICE)
    url = reverse("cadre_end", args=[secretary.pk])
    early = client.post(url, {"ends_on": "2024-04-01", "reason": "换届", "version": secretary.version})
    assert early.status_code == 422
    assert "结束日期不能早于起始日期（2024年5月1日）" in early.content.decode()
    client.post(url, {"ends_on": "2025-12-31", "reason": "换届", "version": secretary.version})
    again = client.post(url, {"ends_on": "2026-01-01", "reason": "换届", "version": secretary.version + 1})
    assert again.status_code == 422
    assert "已于2025年12月31日结束" in again.content.decode()


def test_second_editor_sees_both_versions(cast, sign_in, secretary):
    client = sign_in(Role.OFFICE)
    url = reverse("cadre_edit", args=[secretary.pk])
    form = {"reason": "录入有误", "version": secretary.version}
    client.post(url, {**form, "starts_on": "2024-06-01"})
    answer = client.post(url, {**form, "starts_on": "2024-07-01"})
    secretary.refresh_from_db()
    assert answer.status_code == 409
    assert secretary.starts_on == date(2024, 6, 1)


def test_correction_keeps_clear_of_the_term_before(cast, sign_in, secretary, comrade):
    with acting(by=None, action="test", label="测试"):
        CadreTerm(
            village=cast.own,
            person=comrade,
            position="secretary",
            starts_on=date(2020, 1, 1),
            ends_on=date(2024, 4, 30),
        ).save()
    form = {"starts_on": "2024-04-01", "reason": "录入有误", "version": secretary.version}
    answer = sign_in(Role.OFFICE).post(reverse("cadre_edit", args=[secretary.pk]), form)
    secretary.refresh_from_db()
    assert answer.status_code == 422
    assert "到2024年4月30日才结束" in answer.content.decode()
    assert secretary.starts_on == date(2024, 5, 1)


# --- List -------------------------------------------------------------------------------------
def test_list_answers_for_any_day_and_prints(cast, sign_in, secretary):
    client = sign_in(Role.OFFICE)
    url = reverse("cadre_list")
    assert "曾示例" in client.get(url).content.decode()
    assert "曾示例" not in client.get(url, {"on": "2024-04-30"}).content.decode()
    printed = client.get(url, {"on": "2024-05-01", "print": 1}).content.decode()
    assert "曾示例" in printed
    assert "199****1001" in printed
    assert "19900001001" not in printed


def test_list_orders_posts_as_the_office_does(cast, sign_in, secretary):
    page = sign_in(Role.LEADER).get(reverse("cadre_list"), {"village": cast.own.pk}).content.decode()
    table = page.split("<tbody>")[1]
    assert table.index("支部书记") < table.index("村文书")


def test_list_shows_seen_villages_only(cast, sign_in, secretary):
    assert "曾示例" not in sign_in(Role.INSTRUCTOR).get(reverse("cadre_list")).content.decode()
    assert sign_in(Role.WINDOW).get(reverse("cadre_list")).status_code == 403


def test_list_needs_as_many_queries_for_many_rows(cast, sign_in, secretary):
    client = sign_in(Role.OFFICE)
    few = queries_of(client, reverse("cadre_list"))
    with acting(by=None, action="test", label="测试"):
        for n in range(20):
            person = Person(name=f"癸{n}", village=cast.own)
            person.save()
            CadreTerm(village=cast.own, person=person, position="committee", starts_on=date(2024, 1, 1)).save()
    assert queries_of(client, reverse("cadre_list")) == few <= 15
