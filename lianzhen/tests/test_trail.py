"""The trail itself: nothing tracked is written beside it, and nobody changes it, the database included."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F, ProtectedError

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import make_user
from lianzhen.town.models import Town
from lianzhen.trail import UntrailedWrite, acting, guards
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.recording import text, tracked_models
from villages.actions import people

TABLE = AuditEntry._meta.db_table


def rows():
    return list(AuditEntry.objects.order_by("pk").values())


# --- Append-only, even for the administrator --------------------------------------------------
def refused(statement):
    """The statement is refused by the database, and the table is as it was."""
    before = rows()
    assert before
    connection.check_constraints()  # PostgreSQL truncates no table whose new rows still wait to be checked
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        statement()
    assert rows() == before


def raw(sql):
    def run():
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return run


STATEMENTS = {
    "update": lambda: AuditEntry.objects.update(reason="另有原因"),
    "update one": lambda: AuditEntry.objects.filter(pk=AuditEntry.objects.first().pk).update(by_name="别人"),
    "delete": lambda: AuditEntry.objects.all().delete(),
    "delete one": lambda: AuditEntry.objects.first().delete(),
    "save": lambda: AuditEntry.objects.first().save(),
    "bulk update": lambda: AuditEntry.objects.bulk_update(AuditEntry.objects.all()[:2], ["reason"]),
    "raw delete": lambda: AuditEntry.objects.all()._raw_delete("default"),
    "SQL update": raw(f"UPDATE {TABLE} SET reason = 'x'"),
    "SQL delete": raw(f"DELETE FROM {TABLE}"),
}
if connection.vendor == "postgresql":  # SQLite knows no TRUNCATE
    STATEMENTS["truncate"] = raw(f"TRUNCATE {TABLE}")
    STATEMENTS["truncate cascade"] = raw(f"TRUNCATE {TABLE} CASCADE")


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_database_refuses_changes_of_the_trail(cast, name):
    refused(STATEMENTS[name])


def test_rows_that_are_replaced_are_refused_too(cast):
    """An insert that takes another row's place is a change by another name."""
    refused(raw(f"INSERT INTO {TABLE} SELECT * FROM {TABLE} WHERE true ON CONFLICT (id) DO UPDATE SET reason = 'x'"))


def test_the_guards_are_laid_again_after_they_are_gone(cast):
    """SQLite drops triggers when a migration rebuilds a table: every migrate lays them anew."""
    guards.lift()
    with transaction.atomic():
        assert AuditEntry.objects.update(address=F("address"))
    guards.install()
    guards.install()
    refused(lambda: AuditEntry.objects.update(reason="x"))


# --- Nothing is written beside it -------------------------------------------------------------
def test_no_tracked_record_is_saved_or_deleted_outside_an_act(cast):
    swept = []
    for model in tracked_models():
        record = model._base_manager.first()
        if record is None:
            continue
        with pytest.raises(UntrailedWrite), transaction.atomic():
            record.save()
        # What others point at is protected before the trail is even asked.
        with pytest.raises((UntrailedWrite, ProtectedError)), transaction.atomic():
            record.delete()
        swept.append(model)
    assert len(swept) >= 15
    assert {User, Town} <= set(swept)


def test_a_new_record_outside_an_act_is_refused(cast):
    with pytest.raises(UntrailedWrite), transaction.atomic():
        make_user("戊示例", "beside")
    assert not User.objects.filter(username="beside").exists()


def test_an_act_that_breaks_leaves_neither_record_nor_entry(cast):
    before = rows()

    def breaking():
        with acting(by=None, action="test", label="测试"):
            make_user("戊示例", "beside")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaking()
    assert rows() == before
    assert not User.objects.filter(username="beside").exists()


def test_an_entry_says_who_what_before_after_and_why(cast):
    clerk, person = cast.users[Role.OFFICE], cast.resident
    people.change_person(person=person, by=clerk, job_title="小组长")
    entry = AuditEntry.objects.about(person).first()
    assert (entry.by, entry.by_name, entry.label) == (clerk, clerk.name, "修改人员")
    assert entry.changes == [{"field": "job_title", "label": "职务", "before": "", "after": "小组长"}]
    people.end_person(person=cast.other_resident, ended_on=cast.head.starts_on, reason="迁出", by=clerk)
    assert AuditEntry.objects.about(cast.other_resident).first().reason == "迁出"


def test_what_changed_nothing_leaves_no_entry(cast):
    before = len(rows())
    people.change_person(person=cast.resident, by=cast.users[Role.OFFICE], name=cast.resident.name)
    assert len(rows()) == before


def test_an_entry_outlives_the_name_of_who_made_it(cast):
    clerk = cast.users[Role.OFFICE]
    people.change_person(person=cast.resident, by=clerk, job_title="小组长")
    with acting(by=None, action="test", label="测试"):
        clerk.name = "改过的名字"
        clerk.save()
    assert AuditEntry.objects.about(cast.resident).first().by_name == "甲联村办工作人员"


# --- Who sees it ------------------------------------------------------------------------------
def test_the_whole_trail_for_three_roles_and_a_part_for_the_administrator(cast):
    people.change_person(person=cast.resident, by=cast.users[Role.OFFICE], job_title="小组长")
    everything = AuditEntry.objects.count()
    for role in Role:
        seen = AuditEntry.objects.visible_to(cast.users[role])
        if role in (Role.AUDITOR, Role.COMMITTEE, Role.OFFICE_LEAD):
            assert seen.count() == everything
        elif role is Role.SYSADMIN:
            assert {entry.model.split(".")[0] for entry in seen} == {"accounts", "town"}
        else:
            assert not seen.exists()


def test_days_of_a_change_are_told_in_words(cast):
    """Also those of entries that kept them as 2018-10-18; what was written stays as it is."""
    clerk = cast.users[Role.OFFICE]
    person = people.end_person(person=cast.other_resident, ended_on=date(2026, 1, 5), reason="迁出", by=clerk)
    entry = AuditEntry.objects.about(person).first()
    told = {change["label"]: change["after"] for change in entry.changes}
    assert told["离册日期"] == "2026年1月5日"
    former = AuditEntry(
        model="villages.person",
        changes=[
            {"field": "ended_on", "label": "离册日期", "before": "2025-12-31", "after": "2026-01-05"},
            {"field": "phone", "label": "手机号", "before": "", "after": "13800001402", "kind": "phone"},
        ],
    )
    shown = [(change["before"], change["after"]) for change in former.shown_changes]
    assert shown == [("2025年12月31日", "2026年1月5日"), ("", "138****1402")]
    assert former.changes[0]["after"] == "2026-01-05"


def test_what_is_not_answered_yet_is_not_told():
    """逐条说明 of an application that was just begun: one text for each condition, all of them empty."""
    assert text(["", "", ""]) == ""
    assert text(["已有村规民约。", "", "干部齐全。"]) == "已有村规民约。干部齐全。"
