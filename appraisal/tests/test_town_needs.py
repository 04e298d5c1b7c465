"""需镇里解决的事: acts, who sees them, the list and the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from appraisal.actions import town_needs as actions
from appraisal.actions import weekly_reports
from appraisal.models import TownNeed
from appraisal.report_lines import Line
from appraisal.tests.week_scene import TODAY, WEEK, at, need, saved
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.cast import make_user
from lianzhen.trail import acting
from lianzhen.trail.versions import EditConflict
from villages.models import Person
from villages.tests.counting import queries_of


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(at(TODAY, 10), tick=False):
        yield


@pytest.fixture
def asked(cast):
    return need(cast.own)


@pytest.fixture
def assign(cast, asked):
    def go(**more):
        given = {"department": cast.department, "owner": None, "due_on": TODAY, "by": cast.users[Role.OFFICE]}
        return actions.assign_need(need=asked, today=TODAY, **(given | more))

    return go


def charged_person(cast):
    with acting(by=None, action="test", label="测试"):
        person = Person(name="陈示例", department=cast.department, user=make_user("陈示例", "t_charged"))
        person.save()
    return person


# --- Acts -------------------------------------------------------------------------------------
def test_assigned_to_a_department_until_a_day(cast, asked, assign):
    made = assign()
    assert (made.state, made.charged, made.assigned_by) == ("assigned", "联村工作办", cast.users[Role.OFFICE])
    assert list(TownNeed.objects.overdue(TODAY)) == []
    assert list(TownNeed.objects.overdue(TODAY + timedelta(days=1))) == [asked]


def test_assigning_names_somebody_and_a_day_to_come(cast, assign):
    with pytest.raises(ValidationError, match="承办站所（办）或承办人"):
        assign(department=None)
    with pytest.raises(ValidationError, match="期限不能早于今天"):
        assign(due_on=TODAY - timedelta(days=1))


def test_village_and_whoever_is_charged_are_told(cast, asked, assign, django_capture_on_commit_callbacks):
    person = charged_person(cast)
    with django_capture_on_commit_callbacks(execute=True):
        assign(owner=person)
    told = {notice.user for notice in Notice.objects.filter(url=f"/needs/{asked.pk}/")}
    assert told == {cast.users[role] for role in (Role.LEADER, Role.MEMBER, Role.CADRE)} | {person.user}


def test_closing_and_declining_say_why_and_are_final(cast, asked):
    office = cast.users[Role.OFFICE]
    with pytest.raises(ValidationError):
        actions.close_need(need=asked, answer="  ", by=office, today=TODAY)
    made = actions.decline_need(need=asked, answer="资金没有安排，明年列入计划。", by=office, today=TODAY)
    assert (made.state, made.closed_by) == ("declined", office)
    with pytest.raises(ValidationError, match="不能再办理"):
        actions.close_need(need=asked, answer="办好", by=office, today=TODAY)
    with pytest.raises(ValidationError, match="不能再办理"):
        actions.assign_need(need=asked, department=cast.department, owner=None, due_on=TODAY, by=office, today=TODAY)


def test_two_who_assign_at_once(asked, assign):
    assign(version=asked.version)
    with pytest.raises(EditConflict):
        assign(version=asked.version)


def test_written_down_by_the_office(cast):
    given = {"village": cast.selfgov, "text": "路灯不亮", "by": cast.users[Role.OFFICE], "today": TODAY}
    assert actions.add_need(raised_on=TODAY, **given).line is None
    with pytest.raises(ValidationError, match="不能晚于今天"):
        actions.add_need(raised_on=TODAY + timedelta(days=1), **given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "assigned"},
        {"state": "done"},
        {"due_on": TODAY},
        {"text": ""},
        {"state": "withdrawn", "due_on": TODAY},
    ],
)
def test_the_database_knows_what_cannot_be(asked, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        TownNeed.objects.filter(pk=asked.pk).update(**wrong)


# --- List -------------------------------------------------------------------------------------
def page(client, **query):
    return client.get(reverse("need_list"), query).content.decode()


@pytest.fixture
def several(cast, asked):
    """New in the own village; late and done in the other."""
    late, done = need(cast.other, "路面塌陷"), need(cast.other, "路灯不亮")
    given = {"department": cast.station, "owner": None, "due_on": TODAY, "by": cast.users[Role.OFFICE], "today": TODAY}
    actions.assign_need(need=late, **given)
    TownNeed.objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=3))
    actions.close_need(need=done, answer="已换。", by=cast.users[Role.OFFICE], today=TODAY)
    return asked, late, done


def test_open_ones_first_and_by_state(cast, sign_in, several):
    client = sign_in(Role.OFFICE)
    text = page(client)
    assert "共2件" in text
    assert "超期3天" in text
    assert "路灯不亮" not in text
    assert "共1件" in page(client, state="overdue")
    assert "路灯不亮" in page(client, state="done")
    assert "共3件" in page(client, state="all")


def test_by_district_department_and_words(cast, sign_in, several):
    client = sign_in(Role.OFFICE)
    assert "路面塌陷" not in page(client, group=cast.group.pk)
    assert "水渠垮塌" not in page(client, department=cast.station.pk)
    assert "共1件" in page(client, q="塌陷")


@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE, Role.DISTRICT])
def test_a_village_sees_its_own(cast, sign_in, several, role):
    text = page(sign_in(role), state="all")
    assert "水渠垮塌" in text
    assert "路面塌陷" not in text


def test_withdrawn_ones_are_not_listed(cast, sign_in, asked):
    asked.state = TownNeed.State.WITHDRAWN
    saved(asked)
    assert "水渠垮塌" not in page(sign_in(Role.OFFICE), state="all")


def test_those_of_one_week_are_a_tab_of_the_week(cast, sign_in, several):
    lines = [Line("hand-1", "needs", "请修桥", is_need=True)]
    weekly_reports.send_report(team=cast.team, week=WEEK, lines=lines, by=cast.users[Role.LEADER], now=at(TODAY))
    text = page(sign_in(Role.OFFICE), week=WEEK.key)
    assert "请修桥" in text
    assert "路面塌陷" not in text
    assert "按类别汇总" in text
    assert "没有符合条件" in page(sign_in(Role.OFFICE), week="2026-W99")


def test_export(cast, sign_in, several):
    answer = sign_in(Role.OFFICE).post(reverse("need_list"))
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"".join(answer.streaming_content)[:2] == b"PK"


@pytest.mark.parametrize("count", [3, 30])
def test_queries_of_the_list(cast, sign_in, count):
    for number in range(count):
        need(cast.own, f"第{number}件")
    assert queries_of(sign_in(Role.OFFICE), reverse("need_list")) <= 13


# --- Page -------------------------------------------------------------------------------------
def act(client, asked, name, **data):
    return client.post(reverse(f"need_{name}", args=[asked.pk]), {"version": asked.version, **data})


def test_from_new_to_answered_on_the_pages(cast, sign_in, asked):
    client = sign_in(Role.OFFICE)
    shown = client.get(reverse("need", args=[asked.pk])).content.decode()
    assert "交办" in shown
    assert "联村工作办登记" in shown
    answer = act(client, asked, "assign", department=cast.department.pk, due_on="2026-12-04")
    assert answer.status_code == 303
    asked.refresh_from_db()
    assert act(client, asked, "close", answer="已经修好。").status_code == 303
    shown = client.get(reverse("need", args=[asked.pk])).content.decode()
    assert "已经修好。" in shown
    assert "已解决" in shown
    assert "办结并答复" not in shown
    assert reverse("need_assign", args=[asked.pk]) not in shown


def test_bad_input_is_told_beside_the_field(cast, sign_in, asked):
    client = sign_in(Role.OFFICE)
    answer = act(client, asked, "assign", due_on="2026-12-04")
    assert answer.status_code == 422
    assert "请选择承办站所（办）或承办人" in answer.content.decode()
    assert act(client, asked, "decline", answer="").status_code == 422


def test_whoever_is_charged_answers_and_does_not_assign(cast, client, asked, assign):
    person = charged_person(cast)
    assign(owner=person)
    client.force_login(person.user, backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    assert client.get(reverse("need", args=[asked.pk])).status_code == 200
    assert client.get(reverse("need_assign", args=[asked.pk])).status_code == 403
    asked.refresh_from_db()
    assert act(client, asked, "close", answer="修好了。").status_code == 303
    assert TownNeed.objects.get().closed_by == person.user


def test_the_village_reads_and_does_not_decide(cast, sign_in, asked):
    client = sign_in(Role.CADRE)
    assert client.get(reverse("need", args=[asked.pk])).status_code == 200
    for name in ("assign", "close", "decline"):
        assert act(client, asked, name, answer="x").status_code == 403
    far = need(cast.other)
    assert client.get(reverse("need", args=[far.pk])).status_code == 404


def test_the_line_of_the_report_is_linked(cast, sign_in):
    lines = [Line("hand-1", "needs", "请修桥", is_need=True)]
    weekly_reports.send_report(team=cast.team, week=WEEK, lines=lines, by=cast.users[Role.LEADER], now=at(TODAY))
    shown = sign_in(Role.OFFICE).get(reverse("need", args=[TownNeed.objects.get().pk])).content.decode()
    assert reverse("weekly_report", args=[WEEK.key, cast.team.pk]) in shown


def test_queries_of_the_page(cast, sign_in, asked):
    assert queries_of(sign_in(Role.OFFICE), reverse("need", args=[asked.pk])) <= 12
