"""谁没跟上: only what has passed counts, in words, in the order of the rule; reminders to those alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from appraisal.behind import Behind, Reason, behind, look_at, teams_seen, words_to_copy
from appraisal.models import Decision, Leave, Reminder, SpotCheck
from appraisal.office_behind import office_behind
from appraisal.tests import week_scene as scene
from appraisal.tests.week_scene import LAST_WEEK, MONDAY, TODAY, WEEK, at
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from villages.models import LiaisonTeam, Posting

FRIDAY = MONDAY + timedelta(days=4)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(TODAY), tick=False):
        yield


@pytest.fixture
def plans(cast):
    """Tuesdays and Thursdays for both teams; the report of this week is due on Friday."""
    return scene.plan(cast.team), scene.plan(cast.other_team)


def reasons(week=WEEK, today=TODAY, hour=12) -> dict[str, list[str]]:
    teams = LiaisonTeam.objects.select_related("village__group")
    return {one.team.village.name: [r.text for r in one.reasons] for one in behind(teams, week, today, at(today, hour))}


def decision(cast, due_on, team=None, **more) -> Decision:
    meeting = scene.WeeklyMeeting.objects.first() or scene.meeting(LAST_WEEK)
    number = meeting.decisions.count() + 1
    return scene.saved(Decision(meeting=meeting, number=number, text="清沟渠", due_on=due_on, team=team, **more))


def check(cast, day, explain_by, state="asked", **more) -> SpotCheck:
    row = SpotCheck(
        team=cast.team, day=day, at=time(10, 20), found="nobody", state=state, explain_by=explain_by, **more
    )
    return scene.saved(row)


# --- Reasons --------------------------------------------------------------------------------------
def test_a_fixed_day_that_passed_counts_and_says_what_is_left(cast, plans):
    # Thursday noon: Tuesday has passed, Thursday has not.
    assert reasons() == {"示例一村": ["驻村还差2天"], "示例二村": ["驻村还差2天"]}
    scene.log(cast.team, MONDAY + timedelta(days=1), cast.people[Role.LEADER])
    assert reasons() == {"示例二村": ["驻村还差2天"]}


def test_days_to_come_are_no_reason(plans):
    assert reasons(today=MONDAY + timedelta(days=1)) == {}


def test_after_the_week_the_sentence_says_what_is_missing(cast, plans):
    scene.log(cast.team, MONDAY + timedelta(days=1), cast.people[Role.LEADER])
    found = reasons(today=WEEK.end + timedelta(days=1))
    assert found["示例一村"] == ["驻村差1天", "周报逾期未报"]
    assert found["示例二村"] == ["驻村差2天", "周报逾期未报"]


def test_a_report_is_behind_from_its_deadline_on(cast, plans):
    scene.saved(Posting(person=cast.people[Role.MEMBER], team=cast.other_team, starts_on=MONDAY))
    for day in (MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)):
        scene.log(cast.team, day, cast.people[Role.LEADER])
        scene.log(cast.other_team, day, cast.people[Role.MEMBER])
    assert reasons(today=FRIDAY, hour=16) == {}
    assert reasons(today=FRIDAY, hour=18) == {"示例一村": ["周报逾期未报"], "示例二村": ["周报逾期未报"]}
    scene.report(cast.team, WEEK, cast.users[Role.LEADER], at(FRIDAY, 20), late=True)
    assert reasons(today=FRIDAY, hour=21) == {"示例二村": ["周报逾期未报"]}


def test_decisions_and_explanations_whose_date_passed(cast):
    decision(cast, TODAY, cast.team)
    check(cast, MONDAY, TODAY)
    assert "示例一村" not in {name for name, told in reasons().items() if "议定" in "".join(told)}
    first = decision(cast, TODAY - timedelta(days=1), cast.team)
    check(cast, MONDAY, TODAY - timedelta(days=1))
    assert reasons()["示例一村"][-2:] == ["议定事项超期", "抽查超过11月25日未说明"]
    decision(cast, TODAY - timedelta(days=3), cast.team)
    assert "议定事项超期2项" in reasons()["示例一村"]
    first.state, first.result, first.ended_at, first.ended_by = "done", "已办", at(TODAY), cast.users[Role.OFFICE]
    scene.saved(first)
    assert "议定事项超期" in reasons()["示例一村"]


def test_the_same_words_are_said_once():
    late = Reason("抽查超过11月25日未说明", "", "spot:1", "")
    assert Behind(LiaisonTeam(), (late, replace(late, key="spot:2"))).words == late.text


def test_an_explanation_given_is_no_reason(cast):
    check(
        cast, MONDAY, TODAY - timedelta(days=1), "explained", explanation="入户走访",
        explained_at=at(TODAY), explained_by=cast.users[Role.LEADER],
    )  # fmt: skip
    assert not any("抽查" in text for told in reasons().values() for text in told)


def test_more_reasons_come_first_then_the_order_of_the_villages(cast, plans):
    assert list(reasons()) == ["示例一村", "示例二村"]
    decision(cast, TODAY - timedelta(days=1), cast.other_team)
    assert list(reasons()) == ["示例二村", "示例一村"]


def test_a_self_governed_village_and_an_ended_team_owe_nothing(cast, plans):
    cast.other_team.ends_on = MONDAY - timedelta(days=1)
    scene.saved(cast.other_team)
    assert list(reasons()) == ["示例一村"]
    assert [team.village.name for team in teams_seen(cast.users[Role.OFFICE], TODAY)] == ["示例一村"]


def test_the_look_counts_duty_and_reports(cast, plans):
    scene.report(cast.team, WEEK, cast.users[Role.LEADER], at(TODAY))
    for day in (MONDAY, TODAY):
        scene.log(cast.team, day, cast.people[Role.LEADER])
    look = look_at(teams_seen(cast.users[Role.OFFICE], TODAY), WEEK, TODAY, at(TODAY))
    assert (look.duty_met, look.reports_here, look.reports_owed) == (1, 1, 2)


# --- The office itself ------------------------------------------------------------------------------
def test_what_waits_too_long_stands_against_the_office(cast):
    assert office_behind(TODAY) == []
    old, fresh = TODAY - timedelta(days=6), TODAY - timedelta(days=1)
    scene.need(cast.own, raised_on=fresh)
    assert office_behind(TODAY) == []
    scene.need(cast.own, raised_on=old)
    scene.log(cast.team, MONDAY, cast.people[Role.LEADER], "pending", late_reason="出差", created_at=at(old))
    check(cast, old, old, "explained", explanation="入户", explained_at=at(old), explained_by=cast.users[Role.LEADER])
    decision(cast, fresh, department=cast.department)
    leave = {"person": cast.people[Role.LEADER], "team": cast.team, "village": cast.own, "group": cast.group}
    asked = {
        "kind": "sick",
        "starts_on": TODAY,
        "ends_on": TODAY,
        "reason": "看病",
        "workdays": 1,
        "created_by": cast.users[Role.LEADER],
    }
    scene.saved(Leave(step="office", created_at=at(old), **leave, **asked))
    assert {(item.who, item.text) for item in office_behind(TODAY)} == {
        ("联村工作办", "需镇里解决的事未交办1件（最早11月20日）"),
        ("联村工作办", "请假公出待批1件（最早11月20日）"),
        ("片区联络组", "补登待同意1件（最早11月20日）"),
        ("片区联络组", "抽查说明未认定1件（最早11月20日）"),
        ("责任站所（办）和责任人", "议定事项超期1件（最早应于11月25日）"),
    }


def test_waiting_is_counted_in_working_days(cast):
    # Friday to Monday is one working day, not three.
    scene.need(cast.own, raised_on=MONDAY - timedelta(days=3))
    assert office_behind(MONDAY) == []
    assert len(office_behind(MONDAY + timedelta(days=2))) == 1


# --- Page and reminders -----------------------------------------------------------------------------
def test_page_with_reasons_as_links_and_the_rest_counted(cast, plans, sign_in):
    scene.log(cast.team, MONDAY + timedelta(days=1), cast.people[Role.LEADER])
    page = sign_in(Role.OFFICE).get(reverse("behind")).content.decode()
    assert "驻村还差2天" in page
    assert "只列需要关注的；其余1个组正常。" in page
    assert "第48周提醒：示例二村驻村还差2天。请及时办理。" in page
    assert sign_in(Role.OFFICE).get(reverse("behind") + "?week=2026-W47&print=1").status_code == 200
    assert sign_in(Role.OFFICE).get(reverse("behind") + "?week=2026-W60").status_code == 404


def test_a_liaison_group_sees_its_own_district(cast, plans, sign_in):
    page = sign_in(Role.DISTRICT).get(reverse("behind"))
    assert [one.team for one in page.context["behind"]] == [cast.team]


@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE, Role.WINDOW, Role.SYSADMIN])
def test_others_do_not_see_it(cast, sign_in, role):
    assert sign_in(role).get(reverse("behind")).status_code == 403


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.AUDITOR])
def test_readers_remind_nobody(cast, plans, sign_in, role):
    client = sign_in(role)
    assert reverse("behind_remind") not in client.get(reverse("behind")).content.decode()
    assert client.post(reverse("behind_remind"), {"teams": [cast.team.pk]}).status_code == 403


def test_one_is_reminded_and_the_answer_leads_home(cast, plans, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(Role.DISTRICT)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{reverse('behind_remind')}?week={WEEK.key}&from=home", {"teams": cast.team.pk})
    assert answer["Location"] == "/"
    notice = Notice.objects.get(user=cast.users[Role.LEADER])
    assert notice.text == "第48周驻村还差2天，请安排好驻村，漏登的请补登。"
    assert notice.url.startswith(reverse("team_duty", args=[cast.team.pk]))
    assert Reminder.objects.get().key == f"duty:2026-W48:{cast.team.pk}"


def test_all_are_looked_over_first_and_once_a_day(cast, plans, sign_in):
    client, url = sign_in(Role.OFFICE), f"{reverse('behind_remind')}?week={WEEK.key}"
    form = client.get(url).context["form"]
    assert form.fields["teams"].initial == [cast.team.pk, cast.other_team.pk]
    assert client.post(url, {"teams": [cast.team.pk]}).status_code == 303
    again = client.get(url).context["form"]
    assert again.fields["teams"].initial == [cast.other_team.pk]
    assert "（今天已提醒）" in dict(again.fields["teams"].choices)[cast.team.pk]
    page = client.post(url, {"teams": [cast.team.pk]}, follow=True).content.decode()
    assert "今天已经提醒过，没有重复发送" in page
    assert Reminder.objects.count() == 1


def test_a_district_cannot_remind_another(cast, plans, sign_in):
    answer = sign_in(Role.DISTRICT).post(reverse("behind_remind"), {"teams": [cast.other_team.pk]})
    assert answer.status_code == 422
    assert not Reminder.objects.exists()


def test_nothing_to_copy_when_nobody_is_behind():
    assert words_to_copy(WEEK, ()) == ""


def test_pages_take_as_many_queries_for_many_teams(cast, plans, sign_in, django_assert_max_num_queries):
    scene.many_teams(cast)
    client = sign_in(Role.OFFICE)
    for url in (reverse("behind"), reverse("behind_remind")):
        assert len(client.get(url).content) > 1000
        with django_assert_max_num_queries(15):
            client.get(url)
