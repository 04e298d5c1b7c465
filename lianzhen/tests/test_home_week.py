"""The working week on the home pages: what each role finds there, in as many queries for any town."""

from __future__ import annotations

import gzip
from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from appraisal.models import Decision, DutyAttendance, Leave, SpotCheck, Suggestion
from appraisal.tests import week_scene as scene
from appraisal.tests.week_scene import LAST_WEEK, MONDAY, TODAY, WEEK, at
from lianzhen.accounts.models import RoleGrant
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Feedback
from villages.models import CadreTerm, Posting

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(TODAY), tick=False):
        yield


@pytest.fixture
def plans(cast):
    return scene.plan(cast.team), scene.plan(cast.other_team)


def home(sign_in, role):
    answer = sign_in(role).get("/")
    assert answer.status_code == 200
    return answer


def part(sign_in, role):
    return home(sign_in, role).context["home"]


def words(todos) -> list[tuple[str, str]]:
    return [(todo.text, todo.note or str(todo.count)) for todo in todos]


def decision(cast, text, due_on, **owners) -> Decision:
    meeting = scene.WeeklyMeeting.objects.filter(week_start=LAST_WEEK.start).first() or scene.meeting(LAST_WEEK)
    number = meeting.decisions.count() + 1
    return scene.saved(Decision(meeting=meeting, number=number, text=text, due_on=due_on, **owners))


# --- Leader and member --------------------------------------------------------------------------
def test_the_button_leads_to_the_entry_and_then_says_that_it_is_done(cast, plans, sign_in):
    page = home(sign_in, Role.LEADER).content.decode()
    assert f"{reverse('duty_add')}?team={cast.team.pk}" in page
    assert "登记今天驻村" in page
    scene.log(cast.team, TODAY, cast.people[Role.LEADER])
    page = home(sign_in, Role.LEADER).content.decode()
    assert "今天已登记 ✓ 补充内容" in page
    assert f"{reverse('duty_day')}?team={cast.team.pk}&amp;day=2026-11-26" in page
    # A colleague is not entered with it: he is told who is there, and may enter himself.
    other = home(sign_in, Role.MEMBER).content.decode()
    assert "今天已登记：甲联村工作组组长" in other
    assert "登记今天驻村" in other


def test_the_strip_and_the_sentence_of_the_week(cast, plans, sign_in):
    scene.log(cast.team, TUESDAY, cast.people[Role.LEADER])
    page = home(sign_in, Role.LEADER).content.decode()
    assert "本周已登记1天，还差1天（固定日：周二、周四）" in page
    assert page.count('class="day-') == 5


def test_what_a_leader_is_to_do(cast, plans, sign_in):
    decision(cast, "清理主干道沟渠", TODAY, team=cast.team)
    decision(cast, "别组的事", TODAY, team=cast.other_team)
    scene.saved(
        SpotCheck(
            team=cast.team,
            day=TUESDAY,
            at=time(10),
            found="nobody",
            state="asked",
            explain_by=TODAY - timedelta(days=1),
        )
    )
    scene.saved(
        Leave(
            person=cast.people[Role.MEMBER],
            team=cast.team,
            village=cast.own,
            group=cast.group,
            kind="sick",
            starts_on=TODAY + timedelta(days=1),
            ends_on=TODAY + timedelta(days=1),
            workdays=1,
            reason="看病",
            step="leader",
            created_by=cast.users[Role.MEMBER],
        )
    )
    log = scene.log(cast.team, MONDAY, cast.people[Role.MEMBER])
    row = DutyAttendance.objects.get(log=log)
    row.state, row.dispute_reason, row.disputed_at, row.disputed_by = (
        "disputed",
        "不是我",
        at(TUESDAY),
        cast.users[Role.MEMBER],
    )
    scene.saved(row)
    assert words(part(sign_in, Role.LEADER).todos) == [
        ("第47周周报", "已过11月20日17:00"),
        ("11月23日驻村登记有异议", "待处理"),
        ("说明抽查时的情况", "超期1天"),
        ("清理主干道沟渠", "今天到期"),
        ("批甲联村工作组组员的请假公出", "11月27日起"),
        ("第48周周报", "11月27日17:00前"),
    ]


def test_a_report_that_was_sent_is_not_asked_for(cast, plans, sign_in):
    for week in (LAST_WEEK, WEEK):
        scene.report(cast.team, week, cast.users[Role.LEADER], at(week.start + timedelta(days=3)))
    assert part(sign_in, Role.LEADER).todos == []
    assert "现在没有要办的事。" in home(sign_in, Role.LEADER).content.decode()


def test_this_weeks_meeting_stands_among_it(cast, sign_in):
    for week in (LAST_WEEK, WEEK):
        scene.report(cast.team, week, cast.users[Role.LEADER], at(week.start + timedelta(days=3)))
    scene.meeting(held_on=TODAY)
    assert words(part(sign_in, Role.LEADER).todos) == [("第48周例会", "今天")]


def test_who_serves_in_two_teams_finds_both(cast, plans, sign_in):
    scene.saved(Posting(person=cast.people[Role.MEMBER], team=cast.other_team, starts_on=MONDAY))
    own = part(sign_in, Role.MEMBER)
    assert {one.team for one in own.teams} == {cast.team, cast.other_team}
    assert ("第48周周报（示例二村）", "11月27日17:00前") in words(own.todos)


# --- Cadre, others ------------------------------------------------------------------------------
def test_a_cadre_sees_who_is_on_duty_today_and_the_own_days(cast, plans, sign_in):
    scene.log(cast.team, TUESDAY, cast.people[Role.CADRE])
    scene.log(cast.team, TODAY, cast.people[Role.LEADER])
    page = home(sign_in, Role.CADRE).content.decode()
    assert "今天谁在岗（示例一村）" in page
    assert "甲联村工作组组长" in page
    assert "本人本周已登记1天" in page


def test_a_substitute_on_duty_is_named(cast, plans, sign_in):
    scene.log(cast.team, TODAY, cast.people[Role.DISTRICT])
    own = part(sign_in, Role.CADRE)
    assert own.cadre_of[0].here == ("甲片区联络组",)


def test_a_cadre_of_a_self_governed_village_has_the_village(cast, sign_in):
    scene.saved(CadreTerm(person=cast.people[Role.CADRE], village=cast.selfgov, position="secretary", starts_on=MONDAY))
    page = home(sign_in, Role.CADRE).content.decode()
    assert "示例三社区" in page


# --- Office, committee ----------------------------------------------------------------------------
def test_the_office_sees_who_is_behind_and_what_waits(cast, plans, sign_in):
    scene.log(cast.team, TUESDAY, cast.people[Role.LEADER])
    scene.report(cast.team, WEEK, cast.users[Role.LEADER], at(TODAY, 9))
    scene.need(cast.own, raised_on=TODAY - timedelta(days=9))
    scene.saved(
        Suggestion(
            kind="duty",
            key="duty:1",
            team=cast.team,
            week_start=LAST_WEEK.start,
            occurred_on=LAST_WEEK.end,
            text="差1天",
        )
    )
    scene.saved(Feedback(text="字太小", sent_by=cast.users[Role.LEADER]))
    answer = home(sign_in, Role.OFFICE)
    page, own = answer.content.decode(), answer.context["home"]
    assert [(one.team, one.words) for one in own.board.look.behind] == [(cast.other_team, "驻村还差2天")]
    assert [item.text for item in own.board.office] == ["需镇里解决的事未交办1件（最早11月17日）"]
    assert words(own.todos) == [
        ("建立第48周例会", "11月23日"),
        ("需镇里解决的事待交办", "1"),
        ("建议扣分待办理", "1"),
        ("生成第47周通报", "0"),
        ("生成第48周通报", "0"),
    ]
    assert words(answer.context["desk"]) == [("意见建议未答复", "1")]
    for told in (
        "只列需要关注的；其余1个组正常。",
        "已报送1/2",
        "全部提醒",
        "第48周提醒：示例二村驻村还差2天",
        "台账一览",
    ):
        assert told in page


def test_the_committee_reads_and_reminds_nobody(cast, plans, sign_in):
    page = home(sign_in, Role.COMMITTEE).content.decode()
    assert "谁没跟上（第48周）" in page
    assert "驻村还差2天" in page
    assert "已报送0/2" in page
    assert reverse("behind_remind") not in page


def test_the_auditor_has_the_trail_instead(cast, plans, sign_in):
    own = part(sign_in, Role.AUDITOR)
    assert (own.board, own.todos) == (None, ())
    assert "最近的操作记录" in home(sign_in, Role.AUDITOR).content.decode()


# --- Liaison group ----------------------------------------------------------------------------------
def test_a_liaison_group_has_its_own_teams_and_the_means_of_all(cast, plans, sign_in):
    scene.log(cast.team, TUESDAY, cast.people[Role.LEADER])
    scene.log(cast.team, MONDAY, cast.people[Role.LEADER], "pending", late_reason="没有信号")
    scene.log(cast.other_team, MONDAY, cast.people[Role.MEMBER], "pending", late_reason="没有信号")
    own = part(sign_in, Role.DISTRICT)
    assert [(row.team, row.duty.short, row.report.text) for row in own.district.rows] == [(cast.team, "1/2天", "未填")]
    assert [(mean.district, mean.teams) for mean, _ in own.district.means] == [("第一片区", 1), ("第二片区", 1)]
    assert words(own.todos) == [("补登待同意", "1")]
    page = home(sign_in, Role.DISTRICT).content.decode()
    assert "各片区对照" in page
    assert "示例二村" not in page.split("各片区对照")[0]


def test_what_concerns_the_own_team_is_for_somebody_else_to_decide(cast, plans, sign_in):
    scene.saved(Posting(person=cast.people[Role.DISTRICT], team=cast.team, starts_on=MONDAY))
    scene.log(cast.team, TUESDAY, cast.people[Role.LEADER], "pending", late_reason="没有信号")
    assert ("补登待同意", "1") not in words(part(sign_in, Role.DISTRICT).todos)


# --- Limits -----------------------------------------------------------------------------------------
def crowd(cast) -> None:
    teams = scene.many_teams(cast)
    for number, team in enumerate(teams):
        leader = team.postings.get().person
        scene.log(team, TUESDAY, leader)
        scene.log(team, MONDAY, leader, "pending", late_reason="没有信号")
        scene.report(team, WEEK, cast.users[Role.OFFICE], at(TODAY))
        decision(cast, f"第{number}项", TODAY - timedelta(days=3), team=team if number % 2 else cast.team)
        scene.need(team.village, raised_on=date(2026, 11, 2))


@pytest.mark.parametrize(
    "role",
    [
        Role.OFFICE,
        Role.OFFICE_LEAD,
        Role.COMMITTEE,
        Role.DISTRICT,
        Role.LEADER,
        Role.MEMBER,
        Role.CADRE,
        Role.INSTRUCTOR,
        Role.AUDITOR,
        Role.WINDOW,
        Role.SYSADMIN,
        Role.GRIDHEAD,
    ],
    ids=str,
)
def test_every_home_takes_at_most_fifteen_queries_in_any_town(
    role, cast, plans, sign_in, django_assert_max_num_queries, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(role)
    client.get("/")
    with CaptureQueriesContext(connection) as few, django_assert_max_num_queries(15):
        client.get("/")
    crowd(cast)
    with django_assert_num_queries(len(few)):
        client.get("/")


def test_somebody_with_many_posts_takes_hardly_more(cast, plans, sign_in, django_assert_max_num_queries):
    """Leader of a team, in a liaison group, granted the office besides: one collection serves all parts."""
    scene.saved(Posting(person=cast.people[Role.LEADER], group=cast.group, starts_on=MONDAY))
    scene.saved(RoleGrant(user=cast.users[Role.LEADER], role=Role.OFFICE, starts_on=MONDAY, reason="兼任"))
    crowd(cast)
    client = sign_in(Role.LEADER)
    client.get("/")
    with django_assert_max_num_queries(15):
        answer = client.get("/")
    own = answer.context["home"]
    assert own.teams
    assert own.district
    assert own.board


def test_the_phone_home_is_light(cast, plans, sign_in):
    """On a later visit only the page itself comes: at most 15 KB (design §14)."""
    for number in range(6):
        decision(cast, f"第{number}项，清理主干道两侧沟渠并当天运走淤泥", TODAY, team=cast.team)
    body = home(sign_in, Role.LEADER).content
    assert len(gzip.compress(body)) <= 15_000
