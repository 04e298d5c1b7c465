"""工作制度: versions that begin on Mondays to come; what has begun is never changed."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from appraisal.actions.work_rules import set_work_rules
from appraisal.models import WorkRules
from appraisal.working_rules import EXAMPLE, NOT_KEPT, Rules
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry

TODAY = date(2026, 11, 25)
MONDAY = date(2026, 11, 30)


def next_monday() -> date:
    return Week.of(timezone.localdate()).next().start


def sent(**changes):
    return {
        "starts_on": next_monday().isoformat(),
        "need_days": "3",
        "makeup_days": "7",
        "explain_workdays": "2",
        "report_weekday": "4",
        "report_time": "16:30",
        "meeting_weekday": "1",
        "leave_leader_days": "1",
        "leave_group_days": "3",
        "leave_paper_days": "2",
        "basis": "荷联发〔2026〕3号",
        "adopted_on": "2026-11-20",
        **changes,
    }


# --- Values -----------------------------------------------------------------------------------
@given(st.dates(date(2004, 1, 1), date(2030, 12, 31)), st.integers(1, 7))
def test_report_is_due_inside_its_week(day, weekday):
    week = Week.of(day)
    due = Rules(report_weekday=weekday).report_due(week)
    assert due.date() in week
    assert due.isoweekday() == weekday


def test_example_in_force_where_nothing_is_set(db):
    assert WorkRules.objects.in_force(TODAY) == EXAMPLE
    assert not EXAMPLE.adopted


def test_the_version_of_the_day_counts(cast):
    for start, need in ((date(2024, 1, 1), 2), (date(2026, 1, 5), 3)):
        set_work_rules(starts_on=start, need_days=need, today=TODAY, by=None)
    assert WorkRules.objects.in_force(date(2025, 12, 31)).need_days == 2
    assert WorkRules.objects.in_force(date(2026, 1, 5)).need_days == 3
    assert WorkRules.objects.in_force(date(2023, 1, 1)) == NOT_KEPT


# --- Action -----------------------------------------------------------------------------------
def test_new_version_begins_on_a_monday_to_come(cast):
    lead = cast.users[Role.OFFICE_LEAD]
    made = set_work_rules(starts_on=MONDAY, need_days=3, report_time=time(16, 0), today=TODAY, by=lead)
    assert made.as_rules().need_days == 3
    assert made.as_rules().report_due(Week.of(MONDAY)).hour == 16
    assert AuditEntry.objects.about(made).get().by == lead


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 16), date(2026, 12, 1), date(2026, 11, 29)])
def test_week_that_has_begun_or_a_day_inside_a_week_is_refused(cast, day):
    with pytest.raises(ValidationError) as refusal:
        set_work_rules(starts_on=day, today=TODAY, by=cast.users[Role.OFFICE_LEAD])
    assert "生效日期应为星期一" in str(refusal.value) or "starts_on" in refusal.value.error_dict
    assert not WorkRules.objects.exists()


def test_begun_version_cannot_be_changed(cast):
    begun = set_work_rules(starts_on=date(2026, 11, 23), today=TODAY, by=None)
    with pytest.raises(ValidationError):
        set_work_rules(rules=begun, starts_on=MONDAY, need_days=5, today=TODAY, by=cast.users[Role.OFFICE_LEAD])
    begun.refresh_from_db()
    assert begun.need_days == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"basis": "某文号"},
        {"adopted_on": TODAY},
        {"leave_leader_days": 5, "leave_group_days": 3},
        {"report_weekday": 9},
        {"starts_on": date(2026, 12, 1)},
        {"need_days": 0},
    ],
)
def test_database_knows_the_rules(cast, wrong):
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=None, action="t", label="t"):
        WorkRules(**{"starts_on": MONDAY, **wrong}).save()


# --- Pages ------------------------------------------------------------------------------------
def test_page_says_that_the_figures_are_an_example(sign_in):
    page = sign_in(Role.LEADER).get(reverse("work_rules")).content.decode()
    assert "示例" in page
    assert reverse("work_rules_add") not in page


def test_head_of_the_office_sets_a_version(sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    assert client.get(reverse("work_rules_add")).status_code == 200
    answer = client.post(reverse("work_rules_add"), sent())
    assert answer.status_code == 303
    made = WorkRules.objects.get()
    assert (made.need_days, made.report_weekday, made.report_time) == (3, 4, time(16, 30))
    assert not made.is_example
    page = client.get(reverse("work_rules")).content.decode()
    assert "未生效" in page
    assert "荷联发〔2026〕3号" in page


def test_correcting_a_version_that_has_not_begun(sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    made = set_work_rules(starts_on=next_monday(), today=timezone.localdate(), by=None)
    url = reverse("work_rules_edit", args=[made.pk])
    assert client.post(url, sent(version=made.version, need_days="4")).status_code == 303
    made.refresh_from_db()
    assert made.need_days == 4
    assert client.post(url, sent(version=made.version - 1)).status_code == 409


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("starts_on", (next_monday() + timedelta(days=1)).isoformat(), "星期一"),
        ("starts_on", "2020-01-06", "下周一"),
        ("need_days", "8", "每周定点办公天数"),
        ("report_time", "五点", "17:00"),
        ("adopted_on", "", "通过日期"),
        ("leave_leader_days", "9", "组长准假上限不能超过"),
    ],
)
def test_bad_input_is_told_and_kept(sign_in, name, value, told):
    answer = sign_in(Role.OFFICE_LEAD).post(reverse("work_rules_add"), sent(**{name: value}))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page
    assert "荷联发〔2026〕3号" in page
    assert not WorkRules.objects.exists()


def test_two_versions_of_one_day_are_refused(sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    client.post(reverse("work_rules_add"), sent())
    answer = client.post(reverse("work_rules_add"), sent(need_days="4"))
    assert answer.status_code == 422
    assert "已有一版" in answer.content.decode()


def test_number_of_queries_does_not_grow(sign_in, django_assert_max_num_queries):
    client = sign_in(Role.COMMITTEE)
    for years in range(10):
        set_work_rules(starts_on=Week.of(date(2015 + years, 3, 3)).start, today=TODAY, by=None)
    with django_assert_max_num_queries(15):
        client.get(reverse("work_rules"))


# --- Before the first version -------------------------------------------------------------------
def test_weeks_before_the_first_version_owe_nothing(cast):
    from appraisal.facts import duty_of, person_duty_of
    from lianzhen.periods import Month

    with acting(by=None, action="t", label="t"):
        cast.team.duty_plans.create(weekdays="24", starts_on=date(2024, 1, 1), version=0)
    week, before = Week.of(date(2026, 11, 18)), Week.of(date(2026, 11, 11))
    assert duty_of([cast.team], before, TODAY)[cast.team.pk].missing == 2
    set_work_rules(starts_on=week.start, today=TODAY, by=None)
    assert duty_of([cast.team], week, TODAY)[cast.team.pk].missing == 2
    duty = duty_of([cast.team], before, TODAY)[cast.team.pk]
    assert (duty.need, duty.missing, duty.due_days) == (0, 0, ())
    assert "缺" not in {day.mark for day in duty.days}
    assert "不计应到" in duty.sentence
    own = person_duty_of([cast.team], Month.of(date(2026, 11, 1)), TODAY)
    assert all("缺" not in {day.mark for day in person.days if day.day < week.start} for person in own.values())


def test_rules_before_the_first_version_are_not_kept(cast):
    set_work_rules(starts_on=date(2026, 11, 23), today=TODAY, by=None)
    assert not WorkRules.objects.in_force(date(2026, 11, 22)).kept
    assert WorkRules.objects.in_force(date(2026, 11, 23)).kept
