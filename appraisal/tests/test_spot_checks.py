"""抽查: found there, found nobody, explained, decided by somebody else."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from appraisal.actions import spot_checks as actions
from appraisal.models import Outing, SpotCheck
from appraisal.tests.duty_scenes import NOW, THU, TODAY, TUE, WED, entered, is_workbook, serves_too
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.answers import told
from lianzhen.town.models import CalendarDay
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry

FRI, MON, LATER = date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)


def looked(cast, **more) -> SpotCheck:
    given = {"day": THU, "at": time(9, 30), "found": "nobody", "by": cast.users[Role.OFFICE], "note": "门锁着", **more}
    return actions.record_check(team=cast.team, today=TODAY, **given)


def address(cast) -> str:
    return f"{reverse('spot_check_add')}?team={cast.team.pk}"


SENT = {"day": "2026-11-26", "at": "09:30", "source": "town", "found": "nobody", "note": "门锁着"}


# --- Writing down -------------------------------------------------------------------------------
def test_nobody_there_asks_for_an_explanation(duty, sign_in, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.OFFICE).post(address(duty), SENT)
    check = SpotCheck.objects.get()
    assert (check.state, check.explain_by, check.created_by) == ("asked", MON, duty.users[Role.OFFICE])
    sentence = "11月26日09:30抽查示例一村未见到人，请在2026年11月30日前说明。"
    for role in (Role.LEADER, Role.MEMBER, Role.CADRE):
        assert told(duty.users[role]) == [sentence]


def test_what_the_county_found(duty, sign_in, django_capture_on_commit_callbacks):
    """Written down by the office; told to the team, on the pages, the trail, the workbook and by the filter."""
    assert 'value="town" id="id_source_0" checked' in re.sub(
        r'(required|class="[^"]*") ?', "", sign_in(Role.OFFICE).get(address(duty)).content.decode()
    )
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.OFFICE).post(address(duty), {**SENT, "source": "county"})
    check = SpotCheck.objects.get()
    assert told(duty.users[Role.LEADER]) == ["11月26日09:30县里抽查示例一村未见到人，请在2026年11月30日前说明。"]
    [entry] = AuditEntry.objects.about(check)
    assert {one["label"]: one["after"] for one in entry.changes}["发现方式"] == "县暗访、县通报"
    client, url = sign_in(Role.DISTRICT), reverse("spot_check_list")
    assert "县暗访、县通报" in client.get(reverse("spot_check", args=[check.pk])).content.decode()
    assert (
        "县里抽查示例一村" in sign_in(Role.LEADER).get(reverse("spot_check_explain", args=[check.pk])).content.decode()
    )
    assert client.get(url, {"source": "county"}).content.decode().count("县暗访、县通报") == 2  # option and row
    assert "没有符合条件的记录" in client.get(url, {"source": "town"}).content.decode()
    sheet = load_workbook(BytesIO(b"".join(client.post(url).streaming_content))).active
    assert "县暗访、县通报" in [cell.value for row in sheet.iter_rows() for cell in row]
    with pytest.raises(IntegrityError), transaction.atomic():
        SpotCheck.objects.filter(pk=check.pk).update(source="province")


def test_a_notice_of_the_county_comes_late(duty):
    """Weeks after the look: it is written down all the same, and the team has its days from today."""
    check = looked(duty, day=TODAY - timedelta(days=14), source="county")
    assert (check.state, check.explain_by) == ("asked", MON)


def test_the_days_to_explain_are_working_days(duty):
    with acting(by=None, action="test", label="测试"):
        CalendarDay(date=FRI, is_workday=False, name="测试节", source="manual", plan_year=2026).save()
    assert looked(duty).explain_by == LATER


def test_somebody_there_settles_it(duty, sign_in):
    people = [duty.people[Role.LEADER].pk, duty.people[Role.CADRE].pk]
    sign_in(Role.DISTRICT).post(address(duty), {**SENT, "found": "present", "people": people})
    check = SpotCheck.objects.get()
    assert (check.state, check.explain_by) == ("settled", None)
    assert set(check.people.values_list("pk", flat=True)) == set(people)
    changes = AuditEntry.objects.about(check).filter(changes__0__label="在岗人员").get().changes
    assert set(changes[0]["after"].split("、")) == {"甲联村工作组组长", "甲村干部"}
    assert not Notice.objects.exists()


def test_a_team_is_chosen_first(duty, sign_in):
    page = sign_in(Role.DISTRICT).get(reverse("spot_check_add")).content.decode()
    # One team in the district: it is the one.
    assert "登记抽查：示例一村" in page
    page = sign_in(Role.OFFICE).get(reverse("spot_check_add")).content.decode()
    assert "示例一村联村工作组" in page
    assert "示例二村联村工作组" in page


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"day": TODAY + timedelta(days=1)}, "day", "不能晚于今天"),
        ({"day": TODAY - timedelta(days=8)}, "day", "只能登记最近7天的抽查"),
        ({"day": TODAY - timedelta(days=93), "source": "county"}, "day", "只能登记最近92天县里的抽查"),
        ({"at": time(10, 1), "now": time(10)}, "at", "不能晚于现在"),
        ({"day": WED}, "day", "不应到"),
    ],
)
def test_what_is_refused(duty, change, field, sentence):
    with pytest.raises(ValidationError) as refusal:
        looked(duty, **change)
    assert sentence in refusal.value.message_dict[field][0]
    assert not SpotCheck.objects.exists()


def test_nobody_and_somebody_at_once_is_refused(duty):
    with pytest.raises(ValidationError, match="未见到人时不选在岗人员"):
        looked(duty, people=[duty.people[Role.LEADER]])


def test_a_day_entered_by_the_team_may_be_found_empty(duty):
    entered(duty, day=WED, late_reason="没有信号")
    assert looked(duty, day=WED).state == "asked"


def test_bad_input_loses_nothing(duty, sign_in):
    later = sign_in(Role.OFFICE).post(address(duty), {**SENT, "at": "10:01"})
    assert "到村部时间不能晚于现在。" in later.content.decode()
    answer = sign_in(Role.OFFICE).post(
        address(duty), {"day": "昨天", "at": "九点", "source": "省里", "found": "", "note": "门锁着"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    for sentence in (
        "请按2018-10-18的格式填写抽查日期",
        "请按09:30的格式填写到村部时间",
        "请选择情况",
        "请从选项中选择",
        "门锁着",
    ):
        assert sentence in page
    assert not SpotCheck.objects.exists()


@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE, Role.COMMITTEE, Role.AUDITOR, Role.WINDOW])
def test_others_do_not_look_in(duty, role, sign_in):
    assert sign_in(role).post(address(duty), SENT).status_code == 403
    assert not SpotCheck.objects.exists()


def test_nobody_checks_his_own_team_or_another_district(duty, sign_in):
    far = f"{reverse('spot_check_add')}?team={duty.other_team.pk}"
    assert sign_in(Role.DISTRICT).post(far, SENT).status_code == 422
    serves_too(duty, Role.DISTRICT)
    assert sign_in(Role.DISTRICT).post(address(duty), SENT).status_code == 422
    assert not SpotCheck.objects.exists()


# --- Explaining ---------------------------------------------------------------------------------
def test_the_team_explains(duty, sign_in, django_capture_on_commit_callbacks):
    check = looked(duty)
    url = reverse("spot_check_explain", args=[check.pk])
    assert sign_in(Role.MEMBER).post(url, {"explanation": ""}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.MEMBER).post(url, {"explanation": "两人入户核查危房"})
    check.refresh_from_db()
    assert (check.state, check.explanation, check.explained_by, check.explained_at) == (
        "explained",
        "两人入户核查危房",
        duty.users[Role.MEMBER],
        NOW,
    )
    assert told(duty.users[Role.DISTRICT]) == ["示例一村联村工作组已说明11月26日抽查的情况，请认定。"]
    # Who looked does not decide, and is not asked to.
    assert told(duty.users[Role.OFFICE]) == []
    assert sign_in(Role.OFFICE).post(url, {"explanation": "代"}).status_code == 403


def test_what_is_decided_is_not_explained_any_more(duty):
    check = looked(duty)
    actions.explain_check(check=check, explanation="入户", by=duty.users[Role.LEADER], today=TODAY)
    actions.decide_check(check=check, accepts=True, note="属实", by=duty.users[Role.DISTRICT], today=TODAY)
    with pytest.raises(ValidationError, match="不需再说明"):
        actions.explain_check(check=check, explanation="再说", by=duty.users[Role.LEADER], today=TODAY)


# --- Deciding -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("answer", "state"), [("1", "accepted"), ("0", "confirmed")])
def test_somebody_else_decides(duty, answer, state, sign_in, django_capture_on_commit_callbacks):
    check = looked(duty)
    actions.explain_check(check=check, explanation="入户", by=duty.users[Role.LEADER], today=TODAY)
    url = reverse("spot_check_decide", args=[check.pk])
    assert "入户" in sign_in(Role.DISTRICT).get(url).content.decode()
    assert "请写明认定的理由" in sign_in(Role.DISTRICT).post(url, {"answer": answer}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(Role.DISTRICT).post(url, {"answer": answer, "note": "查看了入户照片"})
    check.refresh_from_db()
    assert (check.state, check.decided_by, check.decision_note) == (
        state,
        duty.users[Role.DISTRICT],
        "查看了入户照片",
    )
    assert len(told(duty.users[Role.LEADER])) == 1
    assert "不需再认定" in sign_in(Role.OFFICE_LEAD).post(url, {"answer": "1", "note": "x"}).content.decode()


def test_who_looked_does_not_decide(duty, sign_in):
    check = looked(duty)
    actions.explain_check(check=check, explanation="入户", by=duty.users[Role.LEADER], today=TODAY)
    url = reverse("spot_check_decide", args=[check.pk])
    answer = sign_in(Role.OFFICE).post(url, {"answer": "0", "note": "没人"})
    assert answer.status_code == 403
    assert "抽查由登记人以外的同志认定。" in answer.content.decode()
    assert (
        "抽查由登记人以外的同志认定。"
        in sign_in(Role.OFFICE).get(reverse("spot_check", args=[check.pk])).content.decode()
    )
    with pytest.raises(ValidationError, match="登记人以外"):
        actions.decide_check(check=check, accepts=False, note="没人", by=duty.users[Role.OFFICE], today=TODAY)


def test_the_database_knows_it_too(duty):
    check = looked(duty)
    check.state, check.decided_at, check.decided_by = "confirmed", NOW, duty.users[Role.OFFICE]
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=None, action="test", label="测试"):
        check.save()


def test_time_to_explain_is_left(duty):
    check = looked(duty)
    with pytest.raises(ValidationError, match="可在2026年11月30日前说明"):
        actions.decide_check(check=check, accepts=False, note="没人", by=duty.users[Role.DISTRICT], today=MON)
    actions.decide_check(check=check, accepts=False, note="没有说明", by=duty.users[Role.DISTRICT], today=LATER)
    check.refresh_from_db()
    assert check.state == "confirmed"


def test_a_member_of_the_group_who_serves_in_the_team_does_not_decide(duty, sign_in):
    check = looked(duty)
    actions.explain_check(check=check, explanation="入户", by=duty.users[Role.LEADER], today=TODAY)
    serves_too(duty, Role.DISTRICT)
    answer = sign_in(Role.DISTRICT).post(reverse("spot_check_decide", args=[check.pk]), {"answer": "1", "note": "好"})
    assert answer.status_code == 403
    assert "涉及本人所在工作组" in answer.content.decode()


# --- Taking back --------------------------------------------------------------------------------
def test_a_mistake_is_taken_back(duty, sign_in):
    check = looked(duty)
    url = reverse("spot_check_withdraw", args=[check.pk])
    assert sign_in(Role.DISTRICT).post(url, {"reason": "走错村"}).status_code == 403
    assert sign_in(Role.OFFICE).post(url, {"reason": ""}).status_code == 422
    sign_in(Role.OFFICE).post(url, {"reason": "走错村"})
    check.refresh_from_db()
    assert check.state == "withdrawn"
    assert "不能再撤销" in sign_in(Role.OFFICE).post(url, {"reason": "走错村"}).content.decode()


# --- Pages --------------------------------------------------------------------------------------
def test_page_shows_what_settles_it(duty, sign_in):
    entered(duty, Role.LEADER, Role.CADRE)
    with acting(by=None, action="test", label="测试"):
        Outing(
            person=duty.people[Role.LEADER],
            village=duty.own,
            where="households",
            note="看危房",
            left_at=NOW - timedelta(hours=1),
            left_by=duty.users[Role.LEADER],
            back_expected=NOW + timedelta(hours=1),
        ).save()
    check = looked(duty)
    page = sign_in(Role.LEADER).get(reverse("spot_check", args=[check.pk])).content.decode()
    for words in ("甲联村工作组组长、甲村干部", "入户走访，看危房", "填写说明", "2026年11月30日"):
        assert words in page


def test_another_village_is_not_found(duty, sign_in):
    check = actions.record_check(
        team=duty.other_team, day=TUE, at=time(9), found="present", by=duty.users[Role.OFFICE], today=TODAY
    )
    for name in ("spot_check", "spot_check_explain", "spot_check_decide", "spot_check_withdraw"):
        assert sign_in(Role.LEADER).get(reverse(name, args=[check.pk])).status_code == 404


def test_list(duty, sign_in, django_assert_max_num_queries):
    looked(duty)
    url = reverse("spot_check_list")
    client = sign_in(Role.COMMITTEE)
    client.get(url)
    with django_assert_max_num_queries(15):
        assert "待说明" in client.get(url).content.decode()
    assert "没有符合条件的记录" in sign_in(Role.COMMITTEE).get(url, {"state": "settled"}).content.decode()
    assert is_workbook(sign_in(Role.OFFICE).post(url))


def test_page_of_one_check_asks_little(duty, sign_in, django_assert_max_num_queries):
    check = looked(duty)
    client, url = sign_in(Role.DISTRICT), reverse("spot_check", args=[check.pk])
    client.get(url)
    with django_assert_max_num_queries(15):
        client.get(url)
