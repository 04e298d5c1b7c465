"""Acts on a report: drafting, two editors, refreshing, sending, withdrawing, reading, commenting."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from appraisal.actions import town_needs
from appraisal.actions import weekly_reports as actions
from appraisal.models import DutyNote, ReportLine, TownNeed, WeeklyReport
from appraisal.report_lines import Line, moved_up
from appraisal.tests.week_scene import LAST_WEEK, TODAY, WEEK, at, log, saved
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict
from villages.models import LiaisonTeam

FRIDAY = date(2026, 11, 27)
BEFORE, AFTER = at(FRIDAY, 16), at(FRIDAY, 18)
PLAN = Line("hand-1", "plan", "清理主干道沟渠")
ASKED = Line("hand-2", "needs", "水渠垮塌，请镇里支持", is_need=True)


@pytest.fixture
def leader(cast):
    return cast.users[Role.LEADER]


@pytest.fixture
def day(cast):
    entry = log(cast.team, TODAY, cast.people[Role.LEADER])
    saved(DutyNote(log=entry, topics=["party"], text="开党员大会"))
    return entry


@pytest.fixture
def save(cast, leader):
    def go(*lines, **more):
        given = {"team": cast.team, "week": WEEK, "by": leader, "now": BEFORE} | more
        return actions.save_draft(lines=lines, **given)

    return go


@pytest.fixture
def send(cast, leader):
    def go(*lines, **more):
        given = {"team": cast.team, "week": WEEK, "by": leader, "now": BEFORE} | more
        return actions.send_report(lines=lines or None, **given)

    return go


def texts(report, *, all_of=False):
    return [line.text for line in actions.lines_of(report) if all_of or not line.is_left_out]


# --- Drafting ---------------------------------------------------------------------------------
def test_the_first_edit_makes_the_draft(cast, save, leader):
    report = save(PLAN)
    assert (report.state, report.created_by, texts(report)) == ("draft", leader, ["清理主干道沟渠"])
    assert AuditEntry.objects.filter(model="appraisal.weeklyreport", by=leader).exists()


def test_the_same_line_sent_twice_is_one_line(save):
    save(PLAN)
    report = save(PLAN)
    assert texts(report) == ["清理主干道沟渠"]
    assert WeeklyReport.objects.count() == 1


def test_a_line_of_the_records_keeps_its_source_and_is_marked_once_changed(save, day):
    note = day.notes.get()
    proposed = Line(f"note-{note.pk}", "work", "11月26日，开党员大会。", "party")
    report = save(proposed)
    row = report.lines.get()
    assert (row.source_name, row.source_url, row.is_edited) == ("驻村登记", f"/duty/{day.pk}/", False)
    save(Line(row.key, "work", "开党员大会，到会30人。", "party"))
    row.refresh_from_db()
    assert (row.text, row.is_edited) == ("开党员大会，到会30人。", True)


def test_a_source_is_never_taken_from_what_was_sent(save):
    report = save(Line("note-99", "work", "写在页面上的话", "party", source_name="假的", source_url="//evil"))
    row = report.lines.get()
    assert (row.key, row.source_url, row.is_automatic) == ("hand-note-99", "", False)


def test_an_emptied_line_is_left_out_and_its_words_are_kept(save):
    save(PLAN)
    report = save(Line("hand-1", "plan", ""))
    assert (texts(report), texts(report, all_of=True)) == ([], ["清理主干道沟渠"])


def test_an_empty_new_line_is_nothing(save):
    assert not save(Line("hand-7", "plan", "  ")).lines.exists()


def test_order_is_kept(save):
    lines = [Line(f"hand-{n}", "plan", f"第{n}件") for n in (1, 2, 3)]
    report = save(*lines)
    report = save(*moved_up(lines, "hand-3"))
    assert texts(report) == ["第1件", "第3件", "第2件"]


def test_only_part_four_asks_the_town(save):
    with pytest.raises(ValidationError, match="第四部分"):
        save(Line("hand-1", "plan", "修路", is_need=True))


def test_a_week_to_come_and_a_team_that_is_not_there(cast, save):
    with pytest.raises(ValidationError, match="还没有开始"):
        save(PLAN, week=WEEK.next())
    gone = saved(LiaisonTeam(village=cast.selfgov, starts_on=date(2024, 1, 1), ends_on=date(2024, 6, 1)))
    with pytest.raises(ValidationError, match="不需报送"):
        save(PLAN, team=gone)


def test_too_many_lines(save):
    with pytest.raises(ValidationError, match="最多120条"):
        save(*[Line(f"hand-{n}", "plan", "一") for n in range(121)])


# --- Two editors ------------------------------------------------------------------------------
def test_the_second_of_two_editors_is_told_and_nothing_is_lost(cast, save):
    opened = save(PLAN).version
    theirs = save(Line("hand-1", "plan", "对方改的"), version=opened, by=cast.users[Role.MEMBER])
    with pytest.raises(EditConflict) as conflict:
        save(Line("hand-1", "plan", "我改的"), Line("hand-3", "plan", "我加的"), version=opened)
    assert conflict.value.theirs.updated_by == cast.users[Role.MEMBER]
    assert texts(theirs) == ["对方改的"]
    # Keeping mine takes the newer version; what they added meanwhile stays.
    save(Line("hand-4", "plan", "对方加的"), by=cast.users[Role.MEMBER])
    newest = WeeklyReport.objects.get().version
    report = save(Line("hand-1", "plan", "我改的"), Line("hand-3", "plan", "我加的"), version=newest)
    assert sorted(texts(report)) == sorted(["我改的", "我加的", "对方加的"])


def test_two_who_open_an_empty_week_make_one_report(cast, save):
    save(PLAN, version=0)
    with pytest.raises(EditConflict):
        save(ASKED, version=0, by=cast.users[Role.MEMBER])
    assert WeeklyReport.objects.count() == 1


def test_savings_of_one_opened_page_do_not_conflict_with_each_other(cast, save):
    page, other = uuid.uuid4(), uuid.uuid4()
    save(PLAN, version=0, page=page)
    # The answer was lost on the way: the page still knows the old version.
    report = save(Line("hand-1", "plan", "又写了一点"), version=0, page=page)
    assert texts(report) == ["又写了一点"]
    save(Line("hand-1", "plan", "另一页"), version=report.version, page=other)
    with pytest.raises(EditConflict):
        save(PLAN, version=report.version, page=page)


# --- Refreshing -------------------------------------------------------------------------------
def test_refresh_changes_untouched_lines_only_and_says_what(cast, save, send, leader, day):
    note = day.notes.get()
    actions.refresh_draft(team=cast.team, week=WEEK, by=leader, now=BEFORE)
    report = WeeklyReport.objects.get()
    edited = Line(f"note-{note.pk}", "work", "改过的话", "party")
    save(edited, PLAN)
    log(cast.team, FRIDAY, cast.people[Role.MEMBER])
    changes = actions.refresh_draft(team=cast.team, week=WEEK, by=leader, now=BEFORE)
    assert [change[:3] for change in changes] == ["改为：", "新增："]
    assert "改过的话" in texts(report)
    assert "清理主干道沟渠" in texts(report)
    assert any("11月27日（周五）" in text for text in texts(report))
    assert actions.refresh_draft(team=cast.team, week=WEEK, by=leader, now=BEFORE) == []


def test_refresh_takes_away_what_is_no_longer_so_and_brings_it_back(cast, leader, day):
    refresh = {"team": cast.team, "week": WEEK, "by": leader, "now": BEFORE}
    actions.refresh_draft(**refresh)
    count = ReportLine.objects.count()
    day.state = "withdrawn"
    saved(day)
    assert len(actions.refresh_draft(**refresh)) == count
    assert not ReportLine.objects.exists()
    assert AuditEntry.objects.filter(model="appraisal.reportline", label__contains="移除").count() == count
    day.state = "registered"
    saved(day)
    actions.refresh_draft(**refresh)
    assert ReportLine.objects.count() == count


# --- Sending ----------------------------------------------------------------------------------
def test_sending_without_a_word_sends_what_the_records_say(send, day, leader):
    report = send()
    assert (report.state, report.sent_by, report.is_late) == ("sent", leader, False)
    assert "11月26日，开党员大会。" in texts(report)


def test_an_empty_report_is_not_sent(send):
    with pytest.raises(ValidationError, match="至少写一条"):
        send()
    assert not WeeklyReport.objects.exists()


def test_late_is_marked_and_not_blocked(cast, send):
    assert send(PLAN, now=AFTER).is_late is True
    assert send(PLAN, team=cast.other_team, now=at(FRIDAY, 17)).is_late is False


def test_who_owes_none_is_never_late(cast, send):
    cast.team.ends_on = FRIDAY - timedelta(days=2)
    saved(cast.team)
    assert send(PLAN, now=AFTER).is_late is False


def test_lines_are_frozen_when_sent(cast, save, send, leader):
    report = send(PLAN)
    with pytest.raises(ValidationError, match="已报送，撤回后才能修改"):
        save(Line("hand-1", "plan", "改"))
    with pytest.raises(ValidationError, match="已报送"):
        actions.refresh_draft(team=cast.team, week=WEEK, by=leader, now=BEFORE)
    with pytest.raises(ValidationError, match="已报送"):
        send(PLAN)
    assert texts(report) == ["清理主干道沟渠"]


def test_a_line_that_asks_the_town_becomes_a_need(cast, send, leader):
    report = send(ASKED, Line("hand-3", "needs", "只是个问题"))
    made = TownNeed.objects.get()
    assert (made.village, made.text, made.state, made.raised_on) == (cast.own, ASKED.text, "new", FRIDAY)
    assert (made.line.report, made.created_by) == (report, leader)


# --- Withdrawing ------------------------------------------------------------------------------
def test_withdrawing_until_the_deadline_takes_untouched_needs_along(cast, save, send, leader):
    report = send(ASKED)
    actions.withdraw_report(report=report, by=leader, now=at(FRIDAY, 17))
    report.refresh_from_db()
    assert (report.state, report.sent_at, TownNeed.objects.get().state) == ("draft", None, "withdrawn")
    send(Line("hand-2", "needs", "水渠垮塌20米", is_need=True))
    made = TownNeed.objects.get()
    assert (made.state, made.text) == ("new", "水渠垮塌20米")


def test_a_need_in_hand_stays_as_it_was_taken(cast, send, leader):
    report = send(ASKED)
    office = cast.users[Role.OFFICE]
    given = {"department": cast.department, "owner": None, "due_on": FRIDAY, "today": FRIDAY}
    town_needs.assign_need(need=TownNeed.objects.get(), by=office, **given)
    actions.withdraw_report(report=report, by=leader, now=BEFORE)
    send(Line("hand-2", "needs", "另一种说法", is_need=True))
    made = TownNeed.objects.get()
    assert (made.state, made.text) == ("assigned", ASKED.text)


def test_no_withdrawing_after_the_deadline_nor_of_a_draft(send, save, leader):
    report = send(PLAN)
    with pytest.raises(ValidationError, match="11月27日（星期五）17:00截止，不能再撤回"):
        actions.withdraw_report(report=report, by=leader, now=AFTER)
    actions.withdraw_report(report=report, by=leader, now=BEFORE)
    with pytest.raises(ValidationError, match="已经撤回"):
        actions.withdraw_report(report=report, by=leader, now=BEFORE)


# --- Reading ----------------------------------------------------------------------------------
def test_the_first_reader_stays(cast, send):
    report = send(PLAN)
    first, second = cast.users[Role.DISTRICT], cast.users[Role.OFFICE]
    actions.mark_read(report=report, by=first, now=AFTER)
    report = actions.mark_read(report=report, by=second, now=AFTER)
    assert (report.state, report.read_by) == ("read", first)


def test_a_draft_cannot_be_read(cast, save):
    with pytest.raises(ValidationError, match="还没有重新报送"):
        actions.mark_read(report=save(PLAN), by=cast.users[Role.OFFICE], now=AFTER)


def test_a_comment_marks_as_read_and_tells_the_team(cast, send, django_capture_on_commit_callbacks):
    report = send(PLAN)
    with django_capture_on_commit_callbacks(execute=True):
        actions.comment_report(report=report, text=" 请补充数字。 ", by=cast.users[Role.DISTRICT], now=AFTER)
    report.refresh_from_db()
    assert (report.state, report.comments.get().text) == ("read", "请补充数字。")
    told = {notice.user for notice in Notice.objects.filter(url=f"/weekly/2026-W48/{cast.team.pk}/")}
    assert told == {cast.users[Role.LEADER], cast.users[Role.MEMBER]}


def test_another_week_is_another_report(save):
    assert save(PLAN).pk != save(PLAN, week=LAST_WEEK).pk
