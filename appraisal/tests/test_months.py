"""Closing a month through its actions: what blocks, who may not, what the lock freezes and that it stays so."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.actions import month_lock, months
from appraisal.actions.entry_ends import reverse
from appraisal.models import AppraisalMonth, MonthlyScore, ScoreEntry
from appraisal.permissions_months import review_months
from appraisal.score_account import from_json
from appraisal.score_facts import month_scores
from appraisal.scoring import Line
from appraisal.sealing import differences
from appraisal.tests import worked_example as example
from appraisal.tests.entry_scene import serve_too
from appraisal.tests.month_scene import LATER, advance, lock, row_of, sealed_scene, settle
from appraisal.tests.score_scene import NOVEMBER, OCTOBER, at, open_row, worked_month, write_line, write_scheme
from appraisal.todos_signing import signing_sources
from appraisal.waiting import gather
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.tests.answers import refused
from lianzhen.tests.cast import leave_yesterday
from lianzhen.trail import acting, guards
from lianzhen.trail.models import AuditEntry

State = AppraisalMonth.State


@pytest.fixture
def worked(cast):
    worked_month(cast)
    return row_of()


# --- Before the sign-off ------------------------------------------------------------------------
def test_a_running_month_is_not_closed(cast, worked):
    by = cast.users[Role.OFFICE]
    assert "还没有结束" in refused(lambda: months.start_checks(month=NOVEMBER, by=by, today=NOVEMBER.end))


def test_what_waits_blocks_and_can_be_put_off(cast, worked):
    row, by = advance(cast, "checking"), cast.users[Role.OFFICE]
    said = refused(lambda: months.hand_in(row=row, by=by, now=at(LATER)))
    assert said == "请先处理：未复核的扣分1条。"
    waiting = ScoreEntry.objects.filter(number="17")
    assert months.put_off(row=row, entries=waiting, by=by, now=at(LATER)) == 1
    assert waiting.get().month == date(2026, 12, 1)
    assert months.hand_in(row=row, by=by, now=at(LATER)).state == State.REVIEW


def test_what_counts_already_is_not_put_off(cast, worked):
    row = advance(cast, "checking")
    done = ScoreEntry.objects.filter(number="01")
    assert "不用顺延" in refused(
        lambda: months.put_off(row=row, entries=done, by=cast.users[Role.OFFICE], now=at(LATER))
    )


def test_whoever_checked_does_not_sign_off(cast, worked):
    settle()
    months.start_checks(month=NOVEMBER, by=None, today=LATER)
    lead = cast.users[Role.OFFICE_LEAD]
    row = months.hand_in(row=row_of(), by=lead, now=at(LATER))
    assert "请由其他同志审核" in refused(lambda: months.review(row=row, by=lead, now=at(LATER)))
    with pytest.raises(IntegrityError), transaction.atomic():
        AppraisalMonth.objects.filter(pk=row.pk).update(reviewed_by=lead, reviewed_at=at(LATER))


def test_who_serves_in_a_team_does_not_sign_off(cast, worked):
    settle()
    row = advance(cast, "review")
    lead = serve_too(cast, Role.OFFICE_LEAD)
    assert "涉及本人所在工作组" in refused(lambda: months.review(row=row, by=lead, now=at(LATER)))
    # Where the committee does too, one of them registers what the body decided.
    member = serve_too(cast, Role.COMMITTEE)
    assert "由党委会集体审定" in review_months(member, row).reason
    assert len(gather(signing_sources(member, LATER))["sign_months"]) == 1
    review = {"row": row, "by": member, "now": at(LATER)}
    assert "会议纪要的文号" in refused(lambda: months.review(**review))
    months.review(**review, note="荷党纪要〔2026〕9号")
    entry = AuditEntry.objects.filter(action="month.review").latest("pk")
    assert entry.reason == "荷党纪要〔2026〕9号，党委会集体审定"


# --- Publicity ----------------------------------------------------------------------------------
def test_publicity_lasts_working_days_and_closes_the_month(cast, worked, django_capture_on_commit_callbacks):
    settle()
    leave_yesterday(cast)  # after the month began: it is about his days too
    row = advance(cast, "reviewed")
    friday = date(2026, 12, 25)
    with django_capture_on_commit_callbacks(execute=True):
        row = months.publish(row=row, starts_on=friday, by=cast.users[Role.OFFICE], now=at(LATER))
    told = Notice.objects.filter(text__startswith="2026年11月考核得分公示：12月25日—12月29日")
    silent = {Role.OFFICE, Role.GRIDHEAD, Role.SYSADMIN}  # who published it, and who does not see it
    assert {notice.user for notice in told} == {user for role, user in cast.users.items() if role not in silent}
    assert set(told.values_list("url", flat=True)) == {"/months/2026-11/notice/"}
    assert (row.publicity_from, row.publicity_until) == (friday, date(2026, 12, 29))
    assert "还没有到期" in refused(
        lambda: months.end_publicity(row=row, by=cast.users[Role.OFFICE], today=date(2026, 12, 29))
    )
    assert row.state in AppraisalMonth.CLOSED_FOR_ENTRIES


def test_publicity_waits_for_the_sign_off(cast, worked):
    settle()
    row = advance(cast, "review")
    publish = lambda: months.publish(row=row, starts_on=LATER, by=cast.users[Role.OFFICE], now=at(LATER))  # noqa: E731
    assert "审核通过后" in refused(publish)


@pytest.mark.parametrize("state", ["checking", "review", "publicity", "appeals"])
def test_every_step_back_until_the_lock(cast, worked, state):
    settle()
    row, by = advance(cast, state), cast.users[Role.OFFICE]
    assert "请写明退回原因" in refused(lambda: months.step_back(row=row, to="open", reason=" ", by=by))
    back = months.step_back(row=row, to="open", reason="漏登一条", by=by)
    assert (back.state, back.checked_by, back.reviewed_by, back.publicity_from) == ("open", None, None, None)
    assert AuditEntry.objects.about(back).filter(action="month.back", reason="漏登一条").exists()


# --- The lock -----------------------------------------------------------------------------------
def test_what_the_lock_freezes(cast):
    row = sealed_scene(cast)
    score = MonthlyScore.objects.get(month=row, village=cast.own)
    assert (score.village_total, score.team_total) == (D("59.5"), D("62.7"))
    assert (score.village_name, score.leader_name, score.district_name) == ("示例一村", "甲联村工作组组长", "第一片区")
    assert score.vetoes == ["取消评优资格"]
    account = from_json(score.detail, score.lines)
    assert account.equation == example.sections()["挂钩"].quotes[0]
    assert {line.text for line in account.lines} >= {"未按期开展每次扣2.0分，本项最多扣6.0分"}
    assert len(row.seal) == 64
    assert month_scores(NOVEMBER, LATER).is_frozen


def test_frozen_figures_outlive_what_they_came_from(cast):
    row = sealed_scene(cast)
    with acting(by=None, action="t", label="t"):
        cast.own.name = "改名村"
        cast.own.save()
    found = month_scores(NOVEMBER, LATER).scores[cast.team.pk]
    assert found.village_name == "示例一村"
    assert differences(row) == []


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_what_was_frozen(cast, change):
    row = sealed_scene(cast)
    rows = MonthlyScore.objects.filter(month=row)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(team_total=100) if change == "update" else rows.delete()
    assert rows.get(village=cast.own).team_total == D("62.7")


def test_entries_of_a_sealed_month_are_not_touched(cast):
    sealed_scene(cast)
    entry = ScoreEntry.objects.get(number="01")
    assert "考核已于" in refused(
        lambda: reverse(entry=entry, by=cast.users[Role.OFFICE_LEAD], now=at(LATER), reason="改")
    )


def test_the_month_must_be_typed(cast, worked):
    settle()
    advance(cast, "final", OCTOBER)
    row = advance(cast, "appeals")
    assert "请输入“2026年11月”" in refused(lambda: lock(cast, row, typed="11月"))
    assert row_of().state == State.APPEALS
    assert lock(cast, row, typed=" ２０２６年 １１月").state == State.FINAL


def test_months_are_locked_in_their_order(cast, worked):
    settle()
    row = advance(cast, "appeals")
    assert "2026年10月考核还没有定稿" in refused(lambda: lock(cast, row))


def test_nobodys_time_for_an_appeal_is_cut_short(cast, worked):
    settle()
    advance(cast, "final", OCTOBER)
    row = advance(cast, "appeals")
    ScoreEntry.objects.filter(number="01").update(state="notified", appeal_until=at(LATER + timedelta(days=20)))
    assert "还在申诉期内的扣分1条" in refused(lambda: lock(cast, row))
    ScoreEntry.objects.filter(number="01").update(appeal_until=at(LATER))
    assert lock(cast, row).state == State.FINAL
    assert ScoreEntry.objects.get(number="01").state == ScoreEntry.State.EFFECTIVE


def test_locking_twice_changes_nothing_the_second_time(cast):
    row = sealed_scene(cast)
    before = list(MonthlyScore.objects.values_list("pk", "detail", "lines"))
    again = lock(cast, row)
    assert (again.seal, again.locked_at, again.version) == (row.seal, row.locked_at, row.version)
    assert list(MonthlyScore.objects.values_list("pk", "detail", "lines")) == before
    assert "已定稿" in refused(lambda: months.step_back(row=row, to="open", reason="改", by=cast.users[Role.OFFICE]))


def test_archive_comes_after_the_subsidies(cast):
    row = sealed_scene(cast)
    refused(lambda: month_lock.archive(row=row, by=cast.users[Role.OFFICE], now=at(LATER)))


# --- Recomputing --------------------------------------------------------------------------------
def verify():
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_months", stdout=out, stderr=err)
    except SystemExit as left:
        return left.code, err.getvalue()
    return 0, out.getvalue()


def test_the_command_agrees(cast):
    sealed_scene(cast)
    assert verify() == (0, "共核对2个已定稿的月份，重算结果与定稿一致。\n")


def test_the_command_finds_what_was_moved_behind_its_back(cast):
    row = sealed_scene(cast)
    # The database refuses it by itself: this is somebody who took its triggers away.
    guards.lift()
    ScoreEntry.objects.filter(number="07").update(points=D("2.6"))
    code, said = verify()
    assert code == 1
    assert "示例一村：村得分定稿59.5分，重算59.4分" in said
    ScoreEntry.objects.filter(number="07").update(points=D("2.5"))
    AppraisalMonth.objects.filter(pk=row.pk).update(seal="0" * 64)
    assert "定稿校验值不符" in verify()[1]


CLAUSES = [clause.number for clause in example.scheme().clauses if clause.rule.code != "veto"]
LINES = st.lists(st.tuples(st.sampled_from(CLAUSES), st.integers(1, 28), st.integers(1, 60), st.booleans()), max_size=8)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=LINES)
def test_recomputing_gives_the_frozen_figures(cast, drawn):
    """Whatever was recorded: frozen, then worked out again from the entries."""
    with transaction.atomic():
        scheme = write_scheme(example.scheme(), number=9, month_from=OCTOBER.start, by=cast.users[Role.COMMITTEE])
        open_row(scheme, OCTOBER)
        for number, (clause, day, tenths, own) in enumerate(drawn):
            line = Line(f"随{number}", clause, date(2026, 10, day), D(tenths) / 10)
            write_line(cast, scheme, line, OCTOBER, village=cast.own if own else cast.other)
        row = advance(cast, "final", OCTOBER)
        assert differences(row) == []
        assert MonthlyScore.objects.filter(month=row).count() == 2
        transaction.set_rollback(True)
