"""考核方案: draft, submitted, adopted; what was adopted never changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from appraisal.actions import schemes
from appraisal.models import AppraisalMonth, Clause, Scheme
from appraisal.rules.sample import SAMPLE
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict

TODAY = date(2026, 11, 25)
DECEMBER = date(2026, 12, 1)


@pytest.fixture
def lead(cast):
    return cast.users[Role.OFFICE_LEAD]


@pytest.fixture
def draft(lead):
    return schemes.install_example(by=lead)


def adopted(draft, lead, month=DECEMBER):
    schemes.submit(scheme=draft, by=lead, today=TODAY)
    return schemes.adopt(
        scheme=draft, month_from=month, basis="荷党发〔2026〕5号", adopted_on=TODAY, today=TODAY, by=lead
    )


def test_example_reads_back_as_the_pure_sample(draft):
    assert draft.as_terms() == SAMPLE
    assert draft.as_terms().problems() == []
    assert draft.is_example


def test_whole_way_to_adoption(draft, lead):
    made = adopted(draft, lead)
    assert Scheme.objects.in_force(DECEMBER) == made
    assert not made.is_example
    assert Scheme.objects.in_force(date(2027, 6, 1)) == made
    assert Scheme.objects.in_force(date(2026, 11, 1)) is None
    labels = set(AuditEntry.objects.about(made).values_list("label", flat=True))
    assert {"装入示例考核方案", "提交考核方案", "登记通过考核方案"} <= labels


def test_committee_and_drafter_are_told(draft, lead, cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        schemes.submit(scheme=draft, by=lead, today=TODAY)
    assert "请通过或退回" in Notice.objects.get(user=cast.users[Role.COMMITTEE]).text
    with django_capture_on_commit_callbacks(execute=True):
        schemes.send_back(scheme=draft, reason="加分偏高", by=cast.users[Role.COMMITTEE])
    assert "加分偏高" in Notice.objects.get(user=lead).text
    with django_capture_on_commit_callbacks(execute=True):
        adopted(draft, lead)
    assert "将从2026年12月起生效，11月不受影响。" in Notice.objects.filter(user=lead).order_by("pk").last().text


def test_adopted_version_never_changes(draft, lead):
    adopted(draft, lead)
    clause = draft.clauses.first()
    for act in (
        lambda: schemes.change_settings(scheme=draft, by=lead, base=Decimal(120)),
        lambda: schemes.save_clause(category=clause.category, clause=clause, text="改", by=lead),
        lambda: schemes.remove_clause(clause=clause, by=lead),
        lambda: schemes.move_clause(clause=clause, up=False, by=lead),
        lambda: schemes.save_category(scheme=draft, name="新类", full=Decimal(0), by=lead),
        lambda: schemes.remove_category(category=clause.category, by=lead),
        lambda: schemes.drop(scheme=draft, reason="试", by=lead),
        lambda: schemes.submit(scheme=draft, by=lead, today=TODAY),
    ):
        with pytest.raises(ValidationError):
            act()
    assert Scheme.objects.get(pk=draft.pk).as_terms() == SAMPLE


def test_copy_is_alike_and_independent(draft, lead):
    adopted(draft, lead)
    copy = schemes.copy_version(scheme=draft, by=lead)
    assert copy.as_terms() == SAMPLE
    assert copy.number == draft.number + 1
    clause = copy.clauses.get(number="A4")
    assert clause.suggested_by == ["meeting"]
    schemes.save_clause(category=clause.category, clause=clause, text="改过的内容", by=lead)
    assert Clause.objects.get(scheme=draft, number="A4").text != "改过的内容"
    with pytest.raises(ValidationError, match="还没有通过"):
        schemes.copy_version(scheme=draft, by=lead)


def test_problems_keep_a_draft_from_the_committee(draft, lead):
    schemes.change_settings(scheme=draft, by=lead, base=Decimal(90))
    with pytest.raises(ValidationError, match="应等于基础分"):
        schemes.submit(scheme=draft, by=lead, today=TODAY)


def test_month_that_has_begun_keeps_its_version(draft, lead):
    first = adopted(draft, lead)
    with acting(by=None, action="t", label="t"):
        AppraisalMonth(month=DECEMBER, scheme=first).save()
    second = schemes.copy_version(scheme=first, by=lead)
    schemes.submit(scheme=second, by=lead, today=TODAY)
    facts = {"basis": "文", "adopted_on": TODAY, "today": TODAY, "by": lead}
    for month in (date(2026, 11, 1), DECEMBER):
        with pytest.raises(ValidationError) as refusal:
            schemes.adopt(scheme=second, month_from=month, **facts)
        assert "2027年1月" in str(refusal.value)
    made = schemes.adopt(scheme=second, month_from=date(2027, 1, 15), **facts)
    assert made.month_from == date(2027, 1, 1)
    assert Scheme.objects.in_force(DECEMBER) == first


@pytest.mark.parametrize(
    ("field", "value"), [("basis", " "), ("adopted_on", date(2026, 11, 26))], ids=["no ground", "a day to come"]
)
def test_adoption_is_refused_by_field(draft, lead, field, value):
    schemes.submit(scheme=draft, by=lead, today=TODAY)
    facts = {"basis": "文", "adopted_on": TODAY, "month_from": DECEMBER, field: value}
    with pytest.raises(ValidationError) as refusal:
        schemes.adopt(scheme=draft, today=TODAY, by=lead, **facts)
    assert field in refusal.value.error_dict


def test_sending_back_and_dropping_need_a_reason(draft, lead):
    schemes.submit(scheme=draft, by=lead, today=TODAY)
    with pytest.raises(ValidationError):
        schemes.send_back(scheme=draft, reason="", by=lead)
    assert schemes.send_back(scheme=draft, reason="加分偏高", by=lead).state == "draft"
    with pytest.raises(ValidationError):
        schemes.drop(scheme=draft, reason="", by=lead)
    assert schemes.drop(scheme=draft, reason="另行起草", by=lead).state == "dropped"


def test_two_editors_of_one_draft(draft, lead):
    seen = draft.version
    schemes.change_settings(scheme=draft, by=lead, version=seen, appeal_days=5)
    with pytest.raises(EditConflict):
        schemes.change_settings(scheme=draft, by=lead, version=seen, appeal_days=4)


def test_rule_and_parameters_belong_together(draft, lead):
    clause = draft.clauses.get(number="A1")
    with pytest.raises(ValidationError) as refusal:
        schemes.save_clause(category=clause.category, clause=clause, rule="ladder", by=lead)
    assert refusal.value.error_dict
    clause.refresh_from_db()
    assert clause.rule == "per_event"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "adopted"},
        {"village_weight": Decimal("1.2")},
        {"decimals": 3},
        {"bonus_month_cap": Decimal(30)},
        {"month_from": date(2026, 12, 2)},
        {"adopted_at": timezone.now()},
    ],
)
def test_database_knows_the_rules(draft, wrong):
    for name, value in wrong.items():
        setattr(draft, name, value)
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=None, action="t", label="t"):
        draft.save()
