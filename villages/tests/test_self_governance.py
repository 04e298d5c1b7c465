"""村为主自治: recording the committee's decision, its effects on team and postings, and the way back."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import LiaisonTeam, Person, Posting, SelfGovernance


@pytest.fixture
def staff(cast):
    with acting(by=None, action="test", label="测试"):
        person = Person(name="子干部", department=cast.department)
        person.save()
    return person


def decision(instructor, **more):
    return {
        "decided_on": "2025-12-20",
        "basis": "第12号会议纪要",
        "starts_on": "2026-01-01",
        "person": instructor.pk,
        **more,
    }


def begin_url(village):
    return reverse("self_governance_begin", args=[village.pk])


def end_url(village):
    return reverse("self_governance_end", args=[village.pk])


def open_term(village):
    return SelfGovernance.objects.open().get(village=village)


# --- Beginning --------------------------------------------------------------------------------
def test_page_spells_out_the_effects(cast, sign_in):
    page = sign_in(Role.OFFICE_LEAD).get(begin_url(cast.own)).content.decode()
    leader, member = cast.people[Role.LEADER].name, cast.people[Role.MEMBER].name
    assert f"示例一村联村工作组（组长{leader}、组员{member}）的任期止于生效日期的前一天" in page


def test_decision_ends_the_team_and_posts_the_instructor(cast, sign_in, staff):
    answer = sign_in(Role.OFFICE_LEAD).post(begin_url(cast.own), decision(staff))
    term = open_term(cast.own)
    cast.team.refresh_from_db()
    assert answer.status_code == 303
    assert (term.starts_on, term.decided_on, term.basis) == (date(2026, 1, 1), date(2025, 12, 20), "第12号会议纪要")
    assert cast.team.ends_on == date(2025, 12, 31)
    assert not Posting.objects.open().filter(team=cast.team).exists()
    posting = Posting.objects.get(village=cast.own)
    assert (posting.person, posting.starts_on, posting.ends_on) == (staff, date(2026, 1, 1), None)
    batches = {AuditEntry.objects.about(record).first().batch for record in (term, cast.team, posting)}
    assert len(batches) == 1


def test_village_page_tells_of_it_by_day(cast, sign_in, staff):
    client = sign_in(Role.OFFICE_LEAD)
    client.post(begin_url(cast.own), decision(staff))
    url = reverse("village", args=[cast.own.pk])
    before = client.get(url, {"on": "2025-12-31"}).content.decode()
    after = client.get(url, {"on": "2026-01-01"}).content.decode()
    assert cast.people[Role.LEADER].name in before.split("由谁负责")[1].split("村干部")[0]
    assert "子干部" in after.split("由谁负责")[1].split("村干部")[0]
    assert "2025年12月20日党委研究，第12号会议纪要" in after


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"starts_on": "2025-12-01"}, "生效日期不能早于党委研究日期（2025年12月20日）"),
        ({"decided_on": "2023-01-01", "starts_on": "2024-01-01"}, "生效日期须晚于示例一村联村工作组的起始日期"),
        ({"basis": ""}, "请填写依据"),
        ({"person": ""}, "请选择联村工作指导员"),
        ({"starts_on": "明天"}, "请按2018-10-18的格式填写生效日期"),
    ],
)
def test_what_is_wrong_changes_nothing(cast, sign_in, staff, wrong, sentence):
    answer = sign_in(Role.OFFICE_LEAD).post(begin_url(cast.own), decision(staff, **wrong))
    cast.team.refresh_from_db()
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert cast.team.ends_on is None
    assert not SelfGovernance.objects.filter(village=cast.own).exists()


def test_refused_instructor_leaves_the_team_in_place(cast, sign_in):
    answer = sign_in(Role.OFFICE_LEAD).post(begin_url(cast.own), decision(cast.resident))
    cast.team.refresh_from_db()
    assert answer.status_code == 422
    assert cast.team.ends_on is None


def test_village_does_not_begin_twice(cast, sign_in, staff):
    answer = sign_in(Role.OFFICE_LEAD).post(begin_url(cast.selfgov), decision(staff))
    assert answer.status_code == 422
    assert "任期，日期不能重叠" in answer.content.decode()
    assert SelfGovernance.objects.filter(village=cast.selfgov).count() == 1


@pytest.mark.parametrize("role", [Role.OFFICE, Role.COMMITTEE, Role.CADRE, Role.LEADER])
def test_only_the_head_of_the_office_records_decisions(cast, sign_in, staff, role):
    client = sign_in(role)
    assert client.get(begin_url(cast.own)).status_code == 403
    assert client.post(begin_url(cast.own), decision(staff)).status_code == 403
    assert not SelfGovernance.objects.filter(village=cast.own).exists()


def test_village_of_others_is_not_found(cast, sign_in):
    assert sign_in(Role.LEADER).get(begin_url(cast.other)).status_code == 404


def test_doubled_sending_begins_once(cast, sign_in, staff):
    client = sign_in(Role.OFFICE_LEAD)
    form = decision(staff, once="7b0f7b0e-8f3c-4d0e-9a53-2f6f3f1f9b05")
    for _ in range(2):
        assert client.post(begin_url(cast.own), form).status_code == 303
    assert SelfGovernance.objects.filter(village=cast.own).count() == 1


# --- Ending -----------------------------------------------------------------------------------
def test_ending_brings_a_new_team_the_next_day(cast, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    term = open_term(cast.selfgov)
    instructor = cast.people[Role.INSTRUCTOR]
    assert f"联村工作指导员{instructor.name}的任期同时结束" in client.get(end_url(cast.selfgov)).content.decode()
    form = {"decided_on": "2025-12-20", "starts_on": "2026-01-01", "reason": "年度考核", "version": term.version}
    answer = client.post(end_url(cast.selfgov), form)
    term.refresh_from_db()
    team = LiaisonTeam.objects.get(village=cast.selfgov)
    assert answer["Location"] == reverse("team", args=[team.pk])
    assert (term.ends_on, term.end_reason) == (date(2025, 12, 31), "2025年12月20日党委研究：年度考核")
    assert (team.starts_on, team.ends_on) == (date(2026, 1, 1), None)
    assert Posting.objects.get(village=cast.selfgov).ends_on == date(2025, 12, 31)


def test_ending_before_it_began_is_refused(cast, sign_in):
    term = open_term(cast.selfgov)
    form = {"decided_on": "2023-12-20", "starts_on": "2024-01-01", "reason": "年度考核", "version": term.version}
    answer = sign_in(Role.OFFICE_LEAD).post(end_url(cast.selfgov), form)
    term.refresh_from_db()
    assert answer.status_code == 422
    assert "起始日期须晚于自治生效日期（2024年1月1日）" in answer.content.decode()
    assert term.ends_on is None


def test_village_with_a_team_has_nothing_to_end(cast, sign_in):
    assert sign_in(Role.OFFICE_LEAD).get(end_url(cast.own)).status_code == 404


def test_second_editor_sees_that_it_has_ended(cast, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    term = open_term(cast.selfgov)
    form = {"decided_on": "2025-12-20", "starts_on": "2026-01-01", "reason": "年度考核", "version": term.version - 1}
    answer = client.post(end_url(cast.selfgov), form)
    assert answer.status_code == 409
    assert open_term(cast.selfgov) == term
