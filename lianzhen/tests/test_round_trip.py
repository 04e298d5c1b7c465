"""What the office exports it can import again: nothing changes, and the page says so. Through the real addresses."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lianzhen.accounts.roles import Role
from lianzhen.importing.models import ImportBatch
from lianzhen.importing.tests.books import uploaded
from lianzhen.town.actions import adopt_calendar_year
from lianzhen.town.calendars import days_from_package
from lianzhen.town.models import CalendarSource
from lianzhen.trail.models import AuditEntry

#: Lists whose workbook is a file of a kind of import as it stands.
ROUND = {"village_list": "villages", "grid_list": "grids", "person_list": "people", "calendar": "calendar"}
YEAR = 2026
#: What the person who exported saw of telephone numbers: all, or masked.
EXPORTED_BY = (Role.OFFICE, Role.AUDITOR)


def taken_out(client, name: str, query: str = "") -> bytes:
    answer = client.post(reverse(name) + query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


@pytest.fixture
def year(cast):
    """An arrangement of a year for the calendar to hold: another one would come back empty."""
    days = days_from_package(YEAR)
    adopt_calendar_year(year=YEAR, days=days, source=CalendarSource.PACKAGE, by=cast.users[Role.OFFICE])


@pytest.mark.parametrize("role", EXPORTED_BY, ids=["whole numbers", "masked numbers"])
@pytest.mark.parametrize("name", ROUND)
def test_an_export_comes_back_unchanged(name, role, cast, year, sign_in):
    raw = taken_out(sign_in(role), name, f"?year={YEAR}" if name == "calendar" else "")
    office = sign_in(Role.OFFICE)
    batch = uploaded(office, ROUND[name], raw, "导出.xlsx")
    wrong = [(row.line, row.raw, row.problems, row.changes) for row in batch.rows.all() if row.outcome != "same"]
    assert wrong == []
    assert batch.rows.exists()
    page = office.get(f"/imports/{batch.pk}/check/").content.decode()
    assert "与平台里的内容完全一致" in page

    before = AuditEntry.objects.exclude(model="importing.importbatch").count()
    office.post(f"/imports/{batch.pk}/check/", {"do": "import"})
    assert AuditEntry.objects.exclude(model="importing.importbatch").count() == before
    assert ImportBatch.objects.get(pk=batch.pk).imported_at is None


def test_a_narrowed_and_sorted_export_comes_back_as_well(cast, sign_in):
    raw = taken_out(sign_in(Role.OFFICE), "person_list", f"?village={cast.own.pk}&sort=-name")
    batch = uploaded(sign_in(Role.OFFICE), "people", raw, "导出.xlsx")
    assert {row.outcome for row in batch.rows.all()} == {"same"}


def test_what_somebody_changed_in_the_workbook_is_all_that_changes(cast, sign_in):
    """The other side: the trip is no blind one."""
    import io

    import openpyxl

    office = sign_in(Role.OFFICE)
    book = openpyxl.load_workbook(io.BytesIO(taken_out(office, "grid_list")))
    sheet = book.worksheets[0]
    place = [cell.value for cell in sheet[1]].index("户数") + 1
    sheet.cell(2, place).value = 77
    changed = io.BytesIO()
    book.save(changed)
    batch = uploaded(office, "grids", changed.getvalue(), "导出.xlsx")
    assert sorted(row.outcome for row in batch.rows.all()) == ["changed", "same"]
