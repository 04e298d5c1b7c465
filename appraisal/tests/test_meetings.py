"""周例会: set up with its agenda, ticked by two at once, recorded, closed, opened again, printed."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from appraisal.actions import meetings as actions
from appraisal.actions.decisions import decide
from appraisal.actions.meetings import Mark
from appraisal.calling import called_on
from appraisal.models import MeetingAttendance, WeeklyMeeting
from appraisal.tests import week_scene as scene
from appraisal.tests.week_scene import MONDAY, TODAY, WEEK, at
from lianzhen.accounts.models import RoleGrant
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.town.models import CalendarDay
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict
from villages.models import LiaisonTeam, Person, Posting

State = MeetingAttendance.State


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(TODAY), tick=False):
        yield


@pytest.fixture
def office(cast):
    return cast.users[Role.OFFICE]


@pytest.fixture
def planned(cast, office) -> WeeklyMeeting:
    return actions.plan_meeting(
        week=WEEK,
        held_on=MONDAY,
        held_at=time(8, 30),
        place="镇二楼会议室",
        chair=cast.people[Role.DISTRICT],
        now=at(MONDAY, 7),
        by=office,
    )


def row_of(meeting, person) -> MeetingAttendance:
    return meeting.attendances.get(person=person)


def mark(meeting, person, state, note="", was=(State.CALLED, "")) -> Mark:
    return Mark(row_of(meeting, person).pk, state, note, was)


def close(meeting, cast, by):
    actions.mark_attendance(meeting=meeting, marks=[], by=by, rest_came=True)
    actions.write_minutes(meeting=meeting, minutes="通报上周驻村情况。", by=by)
    return actions.close_meeting(meeting=meeting, today=TODAY, by=by)


# --- Calling ------------------------------------------------------------------------------------
def test_leaders_liaison_groups_and_the_office_are_called(cast):
    clerk = scene.saved(Person(name="乙办公", user=cast.users[Role.OFFICE], department=cast.department))
    called = called_on(MONDAY)
    assert [(c.person, c.called_as, c.team) for c in called] == [
        (clerk, "联村工作办", None),
        (cast.people[Role.DISTRICT], "第一片区联络组组长", None),
        (cast.people[Role.LEADER], "示例一村联村工作组组长", cast.team),
    ]


def test_who_leads_two_teams_is_called_once(cast):
    scene.saved(Posting(person=cast.people[Role.LEADER], team=cast.other_team, is_leader=True, starts_on=TODAY))
    assert [c.person for c in called_on(TODAY)].count(cast.people[Role.LEADER]) == 1


def test_who_no_longer_works_in_the_office_on_the_day_is_not_called(cast):
    scene.saved(Person(name="乙办公", user=cast.users[Role.OFFICE], department=cast.department))
    grant = RoleGrant.objects.get(user=cast.users[Role.OFFICE])
    grant.ends_on, grant.ended_at, grant.ended_by = MONDAY - timedelta(days=1), at(MONDAY), cast.users[Role.SYSADMIN]
    scene.saved(grant)
    assert "乙办公" not in [c.person.name for c in called_on(MONDAY)]


# --- Setting up -----------------------------------------------------------------------------------
def test_setting_up_makes_agenda_and_list_with_entries_on_the_trail(planned, cast):
    assert planned.attendances.count() == 2
    planned.refresh_from_db()
    assert planned.agenda["sections"][0]["title"] == "上次议定事项落实情况"
    assert AuditEntry.objects.filter(action="meeting.plan", model="appraisal.weeklymeeting").count() == 1
    assert AuditEntry.objects.filter(action="meeting.plan", model="appraisal.meetingattendance").count() == 2


def test_one_meeting_a_week(planned, office):
    with pytest.raises(ValidationError, match="这一周的例会已经建立"):
        actions.plan_meeting(week=WEEK, held_on=MONDAY, now=at(MONDAY), by=office)


def test_the_day_lies_in_the_week(office, db):
    with pytest.raises(ValidationError, match="例会日期应在第48周"):
        actions.plan_meeting(week=WEEK, held_on=MONDAY - timedelta(days=1), now=at(MONDAY), by=office)
    assert not WeeklyMeeting.objects.exists()


def test_the_page_proposes_the_next_workday_where_monday_is_off(cast, sign_in):
    scene.saved(CalendarDay(date=MONDAY, is_workday=False, name="示例节", source="manual", plan_year=2026))
    answer = sign_in(Role.OFFICE).get(reverse("meeting_add") + f"?week={WEEK.key}")
    assert answer.context["form"].initial["held_on"] == MONDAY + timedelta(days=1)
    assert "11月24日" in sign_in(Role.LEADER).get(reverse("meeting", args=[WEEK.key])).content.decode()


def test_week_of_nothing_but_holiday_says_so(cast, sign_in):
    for day in list(WEEK)[:5]:
        scene.saved(CalendarDay(date=day, is_workday=False, name="示例节", source="manual", plan_year=2026))
    page = sign_in(Role.OFFICE).get(reverse("meeting", args=[WEEK.key])).content.decode()
    assert "这一周没有剩余的上班日，一般不开例会" in page


def test_set_up_from_the_page(cast, sign_in):
    client = sign_in(Role.OFFICE)
    url = reverse("meeting_add") + f"?week={WEEK.key}"
    answer = client.post(url, {"held_on": "2026-11-23", "held_at": "8：30", "place": "二楼", "chair": ""})
    assert answer["Location"] == reverse("meeting", args=[WEEK.key])
    assert WeeklyMeeting.objects.get().held_at == time(8, 30)


# --- Attendance -----------------------------------------------------------------------------------
def test_marks_are_recorded_and_only_what_changed(planned, cast, office):
    leader, district = cast.people[Role.LEADER], cast.people[Role.DISTRICT]
    marks = [mark(planned, leader, State.LATE), mark(planned, district, State.CALLED)]
    assert actions.mark_attendance(meeting=planned, marks=marks, by=office) == 1
    assert (row_of(planned, leader).state, row_of(planned, district).state) == (State.LATE, State.CALLED)
    assert AuditEntry.objects.filter(action="meeting.attendance").count() == 1


def test_the_rest_came(planned, cast, office):
    leader, district = cast.people[Role.LEADER], cast.people[Role.DISTRICT]
    actions.mark_attendance(
        meeting=planned, marks=[mark(planned, leader, State.EXCUSED, "县里开会")], by=office, rest_came=True
    )
    assert (row_of(planned, leader).state, row_of(planned, district).state) == (State.EXCUSED, State.PRESENT)


def test_excused_needs_a_reason_and_then_nothing_is_saved(planned, cast, office):
    marks = [
        mark(planned, cast.people[Role.DISTRICT], State.PRESENT),
        mark(planned, cast.people[Role.LEADER], State.EXCUSED),
    ]
    with pytest.raises(ValidationError) as problem:
        actions.mark_attendance(meeting=planned, marks=marks, by=office)
    assert list(problem.value.error_dict) == [f"note_{row_of(planned, cast.people[Role.LEADER]).pk}"]
    assert set(planned.attendances.values_list("state", flat=True)) == {State.CALLED}


def test_two_who_tick_together_lose_nothing_and_overwrite_nothing(planned, cast, office):
    leader, district = cast.people[Role.LEADER], cast.people[Role.DISTRICT]
    other = cast.users[Role.OFFICE_LEAD]
    actions.mark_attendance(meeting=planned, marks=[mark(planned, leader, State.LATE)], by=other)
    # This page was opened before, and leaves the leader's line alone.
    mine = [mark(planned, leader, State.CALLED), mark(planned, district, State.PRESENT)]
    assert actions.mark_attendance(meeting=planned, marks=mine, by=office) == 1
    assert row_of(planned, leader).state == State.LATE
    # The same mark from both is no conflict; another is refused by name.
    assert actions.mark_attendance(meeting=planned, marks=[mark(planned, leader, State.LATE)], by=office) == 0
    with pytest.raises(ValidationError, match="刚刚由别人记为迟到"):
        actions.mark_attendance(meeting=planned, marks=[mark(planned, leader, State.ABSENT)], by=office)


def test_the_page_can_be_sent_again_after_a_conflict(planned, cast, sign_in):
    leader = row_of(planned, cast.people[Role.LEADER])
    client, url = sign_in(Role.OFFICE), reverse("meeting_attendance", args=[planned.pk])
    actions.mark_attendance(
        meeting=planned, marks=[Mark(leader.pk, "late", "", ("called", ""))], by=cast.users[Role.OFFICE_LEAD]
    )
    sent = {f"state_{leader.pk}": "absent", f"was_{leader.pk}": "called:"}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert "刚刚由别人记为迟到" in answer.content.decode()
    row = next(r for r in answer.context["form"].rows if r.attendance.pk == leader.pk)
    assert client.post(url, {**sent, row.was_name: row.was}).status_code == 303
    leader.refresh_from_db()
    assert leader.state == State.ABSENT


def test_ticking_on_the_page(planned, cast, sign_in):
    leader = row_of(planned, cast.people[Role.LEADER])
    client, url = sign_in(Role.OFFICE), reverse("meeting_attendance", args=[planned.pk])
    sent = {f"state_{leader.pk}": "excused", f"was_{leader.pk}": "called:", "rest_came": "on"}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert "请写明甲联村工作组组长的请假事由" in answer.content.decode()
    assert client.post(url, {**sent, f"note_{leader.pk}": "县里开会"}).status_code == 303
    page = client.get(reverse("meeting", args=[WEEK.key])).content.decode()
    assert "应到2人，到会1人，请假1人，缺席0人。" in page


def test_list_follows_who_serves_but_keeps_marks_and_who_was_called_by_hand(planned, cast, office):
    guest = scene.saved(Person(name="丁站长", department=cast.department))
    actions.call_person(meeting=planned, person=guest, called_as="水利站站长", by=office)
    for role in (Role.LEADER, Role.DISTRICT):
        posting = Posting.objects.get(person=cast.people[role])
        posting.ends_on = MONDAY - timedelta(days=1)
        scene.saved(posting)
    actions.mark_attendance(
        meeting=planned, marks=[mark(planned, cast.people[Role.DISTRICT], State.PRESENT)], by=office
    )
    scene.saved(Posting(person=cast.people[Role.MEMBER], team=cast.other_team, is_leader=True, starts_on=MONDAY))
    assert actions.refresh_called(meeting=planned, by=office) == (1, 1)
    assert {row.person for row in planned.attendances.all()} == {
        guest,
        cast.people[Role.DISTRICT],
        cast.people[Role.MEMBER],
    }
    with pytest.raises(ValidationError, match="已在应到名单中"):
        actions.call_person(meeting=planned, person=guest, called_as="水利站站长", by=office)


# --- Minutes, closing -----------------------------------------------------------------------------
def test_two_editors_of_the_minutes_see_both_versions(planned, office, cast, sign_in):
    version = planned.version
    actions.write_minutes(meeting=planned, minutes="第一稿", by=cast.users[Role.OFFICE_LEAD], version=version)
    with pytest.raises(EditConflict):
        actions.write_minutes(meeting=planned, minutes="第二稿", by=office, version=version)
    answer = sign_in(Role.OFFICE).post(
        reverse("meeting_minutes", args=[planned.pk]), {"minutes": "第二稿", "version": version}
    )
    assert answer.status_code == 409
    assert "第一稿" in answer.content.decode()
    assert "第二稿" in answer.content.decode()


def test_making_the_agenda_anew_disturbs_no_editor_and_leaves_no_entry(planned, office):
    entries = AuditEntry.objects.count()
    actions.prepare_agenda(meeting=planned, now=at(TODAY))
    planned.refresh_from_db()
    assert planned.agenda["made_at"].startswith("2026-11-26")
    assert AuditEntry.objects.count() == entries
    actions.write_minutes(meeting=planned, minutes="一稿", by=office, version=planned.version)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda m: setattr(m, "chair", None), "请先填写主持人"),
        (lambda m: setattr(m, "minutes", ""), "请先填写会议记录或登记议定事项"),
        (lambda m: setattr(m, "held_on", TODAY + timedelta(days=1)), "开完后再完成记录"),
    ],
)
def test_closing_asks_for_what_is_missing(planned, cast, office, spoil, sentence):
    actions.mark_attendance(meeting=planned, marks=[], by=office, rest_came=True)
    planned.refresh_from_db()
    planned.minutes = "通报上周驻村情况。"
    spoil(planned)
    scene.saved(planned)
    with pytest.raises(ValidationError, match=sentence):
        actions.close_meeting(meeting=planned, today=TODAY, by=office)


def test_closing_asks_for_everybodys_mark(planned, office):
    actions.write_minutes(meeting=planned, minutes="一稿", by=office)
    with pytest.raises(ValidationError, match="还有2人没有登记到会情况"):
        actions.close_meeting(meeting=planned, today=TODAY, by=office)


def test_a_closed_record_is_fixed_until_the_head_opens_it_with_a_reason(planned, cast, office, sign_in):
    closed = close(planned, cast, office)
    assert (closed.state, closed.closed_by) == ("closed", office)
    for act in (
        lambda: actions.write_minutes(meeting=closed, minutes="改", by=office),
        lambda: actions.mark_attendance(meeting=closed, marks=[], by=office),
        lambda: actions.change_meeting(meeting=closed, held_on=MONDAY, by=office),
        lambda: actions.prepare_agenda(meeting=closed, now=at(TODAY)),
        lambda: decide(meeting=closed, text="一事", due_on=TODAY, owner=closed.chair, today=TODAY, by=office),
    ):
        with pytest.raises(ValidationError, match="会议记录已经完成"):
            act()
    url = reverse("meeting_reopen", args=[closed.pk])
    assert sign_in(Role.OFFICE).get(url).status_code == 403
    client = sign_in(Role.OFFICE_LEAD)
    assert client.post(url, {"reason": "", "version": closed.version}).status_code == 422
    assert client.post(url, {"reason": "漏记一项", "version": closed.version}).status_code == 303
    closed.refresh_from_db()
    assert (closed.state, closed.closed_at) == ("planned", None)
    assert AuditEntry.objects.get(action="meeting.reopen").reason == "漏记一项"


def test_agenda_stays_as_the_meeting_had_it(planned, cast, office):
    before = WeeklyMeeting.objects.get().agenda
    close(planned, cast, office)
    scene.need(cast.own)
    assert WeeklyMeeting.objects.get().agenda == before


# --- Pages ----------------------------------------------------------------------------------------
def test_leader_reads_and_cannot_write(planned, sign_in):
    client = sign_in(Role.LEADER)
    page = client.get(reverse("meeting", args=[WEEK.key])).content.decode()
    assert "镇二楼会议室" in page
    assert reverse("meeting_attendance", args=[planned.pk]) not in page
    assert client.get(reverse("meeting_attendance", args=[planned.pk])).status_code == 403


@pytest.mark.parametrize("role", [Role.CADRE, Role.GRIDHEAD, Role.WINDOW, Role.SYSADMIN])
def test_who_has_no_part_in_the_meeting_does_not_read_it(planned, sign_in, role):
    client = sign_in(role)
    assert client.get(reverse("meeting", args=[WEEK.key])).status_code == 403
    assert client.get(reverse("meeting_list")).status_code == 403
    assert client.get(reverse("meeting_edit", args=[planned.pk])).status_code == 404


def test_links_of_the_agenda_lead_where_the_reader_may_go(cast, office, sign_in):
    scene.need(cast.own, "本村的事")
    scene.need(cast.other, "别村的事")
    actions.plan_meeting(week=WEEK, held_on=MONDAY, now=at(MONDAY), by=office)
    seen = {}
    for role in (Role.LEADER, Role.OFFICE):
        agenda = sign_in(role).get(reverse("meeting", args=[WEEK.key])).context["agenda"]
        lines = next(s.lines for s in agenda.sections if "需镇里解决" in s.title)
        seen[role] = {line.text[:4]: bool(line.url) for line in lines}
    assert seen[Role.LEADER] == {"示例一村": True, "示例二村": False}
    assert seen[Role.OFFICE] == {"示例一村": True, "示例二村": True}


def test_print_of_agenda_and_decisions(planned, cast, office, sign_in):
    decide(meeting=planned, text="清理主干道沟渠", due_on=TODAY, team=cast.team, today=TODAY, by=office)
    actions.mark_attendance(
        meeting=planned,
        marks=[mark(planned, cast.people[Role.LEADER], State.EXCUSED, "县里开会")],
        by=office,
        rest_came=True,
    )
    client, url = sign_in(Role.OFFICE), reverse("meeting", args=[WEEK.key])
    agenda = client.get(url + "?print=1").content.decode()
    assert "第48周（11月23日—29日）例会议程" in agenda
    assert "2026年11月23日（星期一） 08:30" in agenda
    sheet = client.get(url + "?print=decisions").content.decode()
    for words in ("清理主干道沟渠", "示例一村联村工作组", "甲联村工作组组长（县里开会）", "主持人：", "以下为草稿"):
        assert words in sheet


def test_list_counts_who_came_and_what_is_open(planned, cast, office, sign_in):
    decide(meeting=planned, text="清理沟渠", due_on=TODAY, team=cast.team, today=TODAY, by=office)
    close(planned, cast, office)
    page = sign_in(Role.DISTRICT).get(reverse("meeting_list"))
    assert len(page.context["table"].rows) == 1
    row = str(page.context["table"].rows[0])
    assert 'data-label="到会">2<' in row
    assert 'data-label="议定事项">1<' in row
    assert 'data-label="未落实">1<' in row


@pytest.mark.parametrize("key", ["2026-W54", "0000-W01", "12", "2026-48", "x"])
def test_weeks_that_there_are_not(cast, sign_in, key):
    assert sign_in(Role.OFFICE).get(f"/meetings/{key}/").status_code == 404


def test_as_many_queries_for_many(cast, office, sign_in, django_assert_max_num_queries):
    scene.many_teams(cast)
    for number in range(12):
        scene.need(cast.own, f"第{number}件事")
    made = actions.plan_meeting(week=WEEK, held_on=MONDAY, now=at(MONDAY), by=office)
    for number in range(12):
        decide(meeting=made, text=f"第{number}项", due_on=TODAY, team=cast.team, today=TODAY, by=office)
    client = sign_in(Role.DISTRICT)
    for url in (reverse("meeting", args=[WEEK.key]), reverse("meeting_list"), reverse("decision_list")):
        client.get(url)
        with django_assert_max_num_queries(15):
            client.get(url)
    office_client = sign_in(Role.OFFICE)
    for name in ("meeting_attendance", "meeting_close", "decision_add"):
        with django_assert_max_num_queries(15):
            office_client.get(reverse(name, args=[made.pk]))


def test_default_week_of_a_new_meeting_is_this_one(cast, sign_in):
    page = sign_in(Role.OFFICE).get(reverse("meeting_add"))
    assert "第48周" in page.content.decode()
    assert page.context["form"].initial["held_on"] == date(2026, 11, 23)
    assert Week.of(TODAY) == WEEK
    assert LiaisonTeam.objects.count() == 2
