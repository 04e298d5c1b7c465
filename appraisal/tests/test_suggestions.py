"""建议扣分: written once, brought up to date, lapsed with their facts, decided by a person with a reason."""

from __future__ import annotations

from datetime import time, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.actions import meetings
from appraisal.actions.suggestions import decline, refresh_suggestions
from appraisal.models import DutyLog, MeetingAttendance, SpotCheck, Suggestion, WeeklyMeeting
from appraisal.suggesting import closed_weeks
from appraisal.tests import week_scene as scene
from appraisal.tests.week_scene import LAST_WEEK, TODAY, at
from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry

TUESDAY, THURSDAY = LAST_WEEK.start + timedelta(days=1), LAST_WEEK.start + timedelta(days=3)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(TODAY), tick=False):
        yield


@pytest.fixture(autouse=True)
def in_use(cast):
    """The platform is in use since long before the weeks looked at."""
    week = closed_weeks(TODAY)[-1].previous()
    scene.log(cast.team, week.start, cast.people[Role.LEADER])
    scene.report(cast.team, week, cast.users[Role.LEADER], at(week.start))


@pytest.fixture
def plans(cast):
    return scene.plan(cast.team, since=LAST_WEEK.start), scene.plan(cast.other_team, since=LAST_WEEK.start)


def refresh(weeks=(LAST_WEEK,), today=TODAY):
    return refresh_suggestions(today=today, now=at(today), weeks=list(weeks))


def stored(**more):
    return {(s.kind, s.team.village.name): s for s in Suggestion.objects.filter(**more)}


def as_tuple(result):
    return (result.new, result.changed, result.lapsed)


def snapshot():
    rows = Suggestion.objects.order_by("pk").values("pk", "version", "state", "text", "facts", "quantity", "updated_at")
    return list(rows), AuditEntry.objects.count()


# --- Noticing ---------------------------------------------------------------------------------------
def test_missed_duty_and_missing_reports(cast, plans):
    scene.log(cast.team, TUESDAY, cast.people[Role.LEADER])
    scene.report(cast.other_team, LAST_WEEK, cast.users[Role.OFFICE], at(THURSDAY))
    assert as_tuple(refresh()) == (3, 0, 0)
    rows = stored()
    assert set(rows) == {("duty", "示例一村"), ("duty", "示例二村"), ("report_none", "示例一村")}
    duty = rows["duty", "示例一村"]
    assert (duty.quantity, duty.occurred_on, duty.state) == (1, THURSDAY, "open")
    assert [fact["label"] for fact in duty.facts] == ["规定", "本周应到", "已登记", "应到未登记"]
    assert duty.facts[2]["url"].startswith(reverse("team_duty", args=[cast.team.pk]))
    entries = AuditEntry.objects.filter(action="suggestion.refresh", by=None).about(duty)
    assert "依据的事实" in {change["label"] for entry in entries for change in entry.changes}


def test_late_report_confirmed_check_and_absence_from_the_meeting(cast):
    scene.report(cast.team, LAST_WEEK, cast.users[Role.LEADER], at(THURSDAY + timedelta(days=1), 20), late=True)
    office = cast.users[Role.OFFICE]
    scene.saved(
        SpotCheck(
            team=cast.team, day=TUESDAY, at=time(10, 20), found="nobody", state="confirmed", explain_by=THURSDAY,
            source="county", note="门锁着", decided_at=at(THURSDAY), decided_by=office, decision_note="没有理由",
        )
    )  # fmt: skip
    meeting = meetings.plan_meeting(
        week=LAST_WEEK, held_on=LAST_WEEK.start, chair=cast.people[Role.DISTRICT], now=at(TODAY), by=office
    )
    row = meeting.attendances.get(person=cast.people[Role.LEADER])
    meetings.mark_attendance(
        meeting=meeting, marks=[meetings.Mark(row.pk, "absent", "", ("called", ""))], by=office, rest_came=True
    )
    meetings.write_minutes(meeting=meeting, minutes="略", by=office)
    refresh()
    kinds = {kind for kind, village in stored() if village == "示例一村"}
    assert kinds == {"duty", "spot", "report_late"}
    assert stored()["spot", "示例一村"].text.endswith("县里抽查认定缺岗")
    # An absence counts once the record of the meeting is closed.
    meetings.close_meeting(meeting=meeting, today=TODAY, by=office)
    refresh()
    absence = stored()["meeting", "示例一村"]
    assert absence.person == cast.people[Role.LEADER]
    meetings.reopen_meeting(meeting=meeting, reason="核对到会情况", by=office)
    row.refresh_from_db()
    meetings.mark_attendance(
        meeting=meeting, marks=[meetings.Mark(row.pk, "excused", "县里开会", ("absent", ""))], by=office
    )
    meetings.close_meeting(meeting=meeting, today=TODAY, by=office)
    assert as_tuple(refresh())[2] == 1
    assert stored()["meeting", "示例一村"].state == "lapsed"


def test_a_running_week_and_a_self_governed_village_give_nothing(cast, plans):
    refresh([scene.WEEK])
    assert not Suggestion.objects.exists()
    refresh()
    assert "示例三社区" not in {village for _, village in stored()}


def test_weeks_before_the_first_entry_were_kept_on_paper(cast, plans):
    """A town that begins today is not told of what its teams did not enter last month."""
    first = DutyLog.objects.get()
    first.day = TUESDAY
    scene.saved(first)
    row = first.team.weekly_reports.get()
    row.week_start = scene.WEEK.start
    scene.saved(row)
    refresh_suggestions(today=TODAY, now=at(TODAY))
    assert {s.week_start for s in Suggestion.objects.all()} == {LAST_WEEK.start}
    assert {s.kind for s in Suggestion.objects.all()} == {"duty"}


# --- Idempotent ------------------------------------------------------------------------------------
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(st.integers(0, 6), unique=True, max_size=4),
    sent=st.sampled_from(["none", "in time", "late"]),
    decided=st.booleans(),
)
def test_running_twice_changes_nothing(cast, plans, days, sent, decided):
    from django.db import transaction

    with transaction.atomic():
        for number in days:
            scene.log(cast.team, LAST_WEEK.start + timedelta(days=number), cast.people[Role.LEADER])
        if sent != "none":
            day = at(THURSDAY + timedelta(days=1), 20 if sent == "late" else 10)
            scene.report(cast.team, LAST_WEEK, cast.users[Role.LEADER], day, late=sent == "late")
        refresh_suggestions(today=TODAY, now=at(TODAY))
        first = Suggestion.objects.filter(state="open").first()
        if decided and first is not None:
            decline(suggestions=[first], reason="调休", by=cast.users[Role.OFFICE])
        before = snapshot()
        assert not refresh_suggestions(today=TODAY, now=at(TODAY))
        assert snapshot() == before
        assert len(before[0]) > 0
        transaction.set_rollback(True)


def test_facts_that_no_longer_hold_lapse_and_open_again(cast, plans):
    refresh()
    key = f"duty:{cast.team.pk}:{LAST_WEEK.key}"
    logs = [scene.log(cast.team, day, cast.people[Role.LEADER]) for day in (TUESDAY, THURSDAY)]
    assert as_tuple(refresh()) == (0, 0, 1)
    assert Suggestion.objects.get(key=key).state == "lapsed"
    assert as_tuple(refresh()) == (0, 0, 0)
    logs[0].state = DutyLog.State.WITHDRAWN
    scene.saved(logs[0])
    assert as_tuple(refresh()) == (0, 1, 0)
    again = Suggestion.objects.get(key=key)
    assert (again.state, again.quantity, again.text) == ("open", 1, "第47周驻村差1天")


def test_what_was_decided_stays_as_it_was_decided(cast, plans):
    refresh()
    row = stored()["duty", "示例一村"]
    decline(suggestions=[row], reason="公出：县里培训", by=cast.users[Role.OFFICE])
    scene.log(cast.team, TUESDAY, cast.people[Role.LEADER])
    refresh()
    row.refresh_from_db()
    assert (row.state, row.quantity, row.decision_reason) == ("declined", 2, "公出：县里培训")


def test_report_that_comes_late_takes_the_place_of_the_missing_one(cast):
    refresh()
    assert stored()["report_none", "示例一村"].state == "open"
    scene.report(cast.team, LAST_WEEK, cast.users[Role.LEADER], at(TODAY), late=True)
    refresh()
    assert stored()["report_none", "示例一村"].state == "lapsed"
    assert stored()["report_late", "示例一村"].state == "open"


def test_command_looks_back_and_renews_agendas(cast, plans):
    meeting = scene.meeting(held_on=TODAY)
    old = scene.meeting(LAST_WEEK)
    out = StringIO()
    call_command("run_due", stdout=out)
    assert Suggestion.objects.filter(week_start=LAST_WEEK.start).exists()
    assert Suggestion.objects.filter(week_start=closed_weeks(TODAY)[-1].start).exists()
    meeting.refresh_from_db()
    old.refresh_from_db()
    assert meeting.agenda["sections"]
    assert old.agenda == {}
    first = out.getvalue()
    assert "建议扣分：新增" in first
    out = StringIO()
    call_command("run_due", stdout=out)
    assert "新增0条，更新0条，不再建议0条" in out.getvalue()
    assert WeeklyMeeting.objects.count() == 2


# --- Deciding --------------------------------------------------------------------------------------
@pytest.fixture
def rows(cast, plans):
    refresh()
    return stored()


def test_the_page_shows_the_facts_and_what_happens_with_it(rows, cast, sign_in):
    row = rows["duty", "示例一村"]
    page = sign_in(Role.OFFICE).get(reverse("suggestion", args=[row.pk])).content.decode()
    for words in ("应到未登记", "11月17日（星期二）", "建议不会自动扣分，由人核定", "不扣分", "确认扣分"):
        assert words in page


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"kind": "公出", "text": "县里培训"}, "公出：县里培训"),
        ({"kind": "请假", "text": ""}, "请假"),
        ({"kind": "其他", "text": "村部停电"}, "村部停电"),
    ],
)
def test_declined_with_a_reason(rows, sign_in, cast, sent, reason):
    row = rows["duty", "示例一村"]
    client, url = sign_in(Role.OFFICE), reverse("suggestion_decline", args=[row.pk])
    assert client.post(url, {**sent, "version": row.version}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.decision_reason, row.decided_by) == ("declined", reason, cast.users[Role.OFFICE])


def test_other_reasons_want_words(rows, sign_in):
    row = rows["duty", "示例一村"]
    answer = sign_in(Role.OFFICE).post(reverse("suggestion_decline", args=[row.pk]), {"kind": "其他", "text": ""})
    assert answer.status_code == 422
    assert "选“其他”的请写明理由" in answer.content.decode()


def test_several_at_once(rows, sign_in):
    client, url = sign_in(Role.OFFICE), reverse("suggestions_decline")
    some = [row.pk for row in rows.values()][:3]
    assert client.post(url, {"kind": "调休"}).status_code == 422
    assert client.post(url, {"suggestions": some, "kind": "调休", "text": "防汛值班"}).status_code == 303
    assert Suggestion.objects.filter(state="declined", decision_reason="调休：防汛值班").count() == 3
    # One of them was decided meanwhile: the page says so and nothing is half done.
    rest = Suggestion.objects.filter(state="open").first()
    answer = client.post(url, {"suggestions": [some[0], rest.pk], "kind": "调休"})
    assert answer.status_code == 422
    assert "其中有的已经办理" in answer.content.decode()
    rest.refresh_from_db()
    assert rest.state == "open"


def test_two_who_decide_the_same(rows, cast):
    row = rows["duty", "示例一村"]
    version = row.version
    decline(suggestions=[row], reason="请假", by=cast.users[Role.OFFICE_LEAD])
    with pytest.raises(ValidationError, match="请刷新页面核对后再办理"):
        decline(suggestions=[row], reason="公出", by=cast.users[Role.OFFICE], version=version)
    with pytest.raises(ValidationError, match="请选择不扣的理由"):
        decline(suggestions=[row], reason=" ", by=cast.users[Role.OFFICE])


def test_nobody_decides_about_the_own_team(rows, cast, sign_in):
    from lianzhen.accounts.models import RoleGrant

    scene.saved(RoleGrant(user=cast.users[Role.MEMBER], role=Role.OFFICE, starts_on=LAST_WEEK.start, reason="兼任"))
    row = rows["duty", "示例一村"]
    client = sign_in(Role.MEMBER)
    answer = client.post(reverse("suggestion_decline", args=[row.pk]), {"kind": "公出", "text": ""})
    assert answer.status_code == 403
    assert "涉及本人所在工作组，请由其他同志处理。" in answer.content.decode()
    assert "涉及本人所在工作组" in client.get(reverse("suggestion", args=[row.pk])).content.decode()
    offered = client.get(reverse("suggestions_decline")).context["form"].fields["suggestions"].queryset
    assert {s.team for s in offered} == {cast.other_team}


def test_a_team_sees_its_own_and_decides_nothing(rows, cast, sign_in):
    client = sign_in(Role.LEADER)
    listed = client.get(reverse("suggestion_list"))
    assert len([r for r in listed.context["table"].rows if "示例一村" in str(r)]) == 2
    assert "示例二村" not in listed.content.decode()
    assert reverse("suggestions_decline") not in listed.content.decode()
    own, far = rows["duty", "示例一村"], rows["duty", "示例二村"]
    assert client.get(reverse("suggestion", args=[own.pk])).status_code == 200
    assert client.get(reverse("suggestion", args=[far.pk])).status_code == 404
    assert client.post(reverse("suggestion_decline", args=[own.pk])).status_code == 403


@pytest.mark.parametrize("role", [Role.CADRE, Role.WINDOW, Role.GRIDHEAD, Role.SYSADMIN, Role.INSTRUCTOR])
def test_others_do_not_see_them(rows, sign_in, role):
    assert sign_in(role).get(reverse("suggestion_list")).status_code == 403


def test_as_many_queries_for_many(cast, plans, sign_in, django_assert_max_num_queries):
    scene.many_teams(cast)
    refresh()
    assert Suggestion.objects.count() > 60
    client = sign_in(Role.OFFICE)
    row = Suggestion.objects.first()
    for url in (reverse("suggestion_list"), reverse("suggestion", args=[row.pk]), reverse("suggestions_decline")):
        client.get(url)
        with django_assert_max_num_queries(15):
            client.get(url)


def test_refreshing_asks_the_same_number_of_times_for_many(cast, plans, django_assert_num_queries):
    """Whatever is unchanged costs no query of its own."""
    refresh()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        refresh()
    scene.many_teams(cast)
    refresh()
    with django_assert_num_queries(len(few)):
        refresh()
    assert MeetingAttendance.objects.count() == 0
