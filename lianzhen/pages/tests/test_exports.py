"""Lists as workbooks: as on the screen, typed, masked by role, on the trail; and every list has one."""

from __future__ import annotations

import inspect
import io
import zipfile
from datetime import date, datetime
from urllib.parse import quote

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appraisal.models import WeeklyReport
from lianzhen.accounts.roles import Role
from lianzhen.pages import exports
from lianzhen.pages.tables import LIST_METHODS, ListPage
from lianzhen.tests.test_sweep import guard_of, patterns
from lianzhen.tests.test_sweep import objects as rows_of_every_kind
from lianzhen.town.models import CalendarDay, CalendarSource, Town
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from villages.models import Person, Village

#: Every list; the head of the office sees all of them.
LISTS = (
    "village_list",
    "team_list",
    "selfgov_list",
    "selfgov_application_list",
    "work_budget_list",
    "selfgov_year_list",
    "district_list",
    "organization_list",
    "organization_kinds",
    "party_group_list",
    "cadre_list",
    "posting_list",
    "villager_group_list",
    "person_list",
    "grid_list",
    "grid_coverage",
    "account_list",
    "audit_list",
    "calendar",
    "feedback_list",
    "import_list",
    "duty_matrix",
    "duty_statistics",
    "duty_list",
    "duty_shift_list",
    "spot_check_list",
    "leave_list",
    "weekly_list",
    "sent_report_list",
    "need_list",
    "meeting_list",
    "decision_list",
    "suggestion_list",
    "score_list",
    "month_list",
    "subsidy_list",
    "correction_list",
    "quarter_list",
    "quarter_approval",
    "year_list",
    "year",
    "year_grades",
    "year_compare",
    "bulletin_list",
    "document_list",
    "clause_list",
    "deduction_list",
    "bonus_list",
    "appeal_list",
)
#: What stands in the address of a list about one month or year.
ARGUMENTS = {
    "score_list": ["2026-11"],
    "subsidy_list": ["2026-01"],
    "quarter_approval": ["2025-Q4"],
    "year": [2025],
    "year_grades": [2025],
    "year_compare": [2025],
}
#: Lists that have no address until something was begun.
ONCE_BEGUN = ("quarter_approval",)
#: Rows of one page of the longest list.
ON_A_PAGE = 100
#: Lists on which people's telephone numbers stand.
WITH_NUMBERS = ("person_list", "cadre_list", "posting_list", "grid_list", "account_list")
MASKED = "199****"


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 12, 0, tzinfo=timezone.get_default_timezone()), tick=False)


def url_of(name):
    return reverse(name, args=ARGUMENTS.get(name))


def export(client, name, query=""):
    answer = client.post(url_of(name) + query)
    assert answer.status_code == 200, name
    answer.file_bytes = b"".join(answer.streaming_content)
    return answer


def book_of(answer):
    return openpyxl.load_workbook(io.BytesIO(answer.file_bytes))


def table(answer):
    """Header and rows of values."""
    head, *rows = book_of(answer).worksheets[0].iter_rows(values_only=True)
    return list(head), [list(row) for row in rows]


def column(answer, title):
    head, rows = table(answer)
    return [row[head.index(title)] for row in rows]


def explanation(answer):
    return {row[0]: row[1] for row in book_of(answer)["导出说明"].iter_rows(values_only=True)}


def entries():
    return AuditEntry.objects.filter(action="list.export")


def add_people(cast, count, **more):
    with acting(by=None, action="test", label="测试"):
        for number in range(count):
            facts = {"name": f"林{number}", "phone": f"1990002{number:04d}", "village": cast.own}
            Person(**{**facts, **more}).save()


# --- Works --------------------------------------------------------------------------------------
def test_a_file_with_a_chinese_name_and_the_date(cast, sign_in):
    answer = export(sign_in(Role.OFFICE), "grid_list")
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('网格-2026-11-23.xlsx')}"
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "no-store" in answer["Cache-Control"]


def test_cells_are_typed(cast, sign_in):
    sheet = book_of(export(sign_in(Role.OFFICE), "grid_list")).worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    row = {title: sheet.cell(2, place) for title, place in places.items()}
    assert row["村"].value == "示例一村"
    assert (row["户数"].value, row["户数"].data_type) == (50, "n")
    assert (row["任期起"].value, row["任期起"].number_format) == (datetime(2024, 1, 1), "yyyy-mm-dd")
    assert (row["电话"].data_type, row["电话"].number_format) == ("s", "@")
    assert "办理" not in places


#: What only the file has, so that it can be imported again: the screen is wide enough as it is.
FILE_ONLY = {name: ["设立日期"] for name in ("village_list", "villager_group_list", "grid_list")}


@pytest.mark.parametrize("name", LISTS)
def test_every_list_exports_what_its_screen_shows(name, cast, sign_in):
    rows_of_every_kind(cast)
    with acting(by=None, action="test", label="测试"):
        day = CalendarDay(date=date(2026, 10, 1), is_workday=False, name="国庆节")
        day.source, day.plan_year = CalendarSource.MANUAL, 2026
        day.save()
        sent = {"state": "sent", "sent_at": timezone.now(), "sent_by": cast.users[Role.LEADER]}
        WeeklyReport(team=cast.team, week_start=date(2026, 3, 2), created_by=cast.users[Role.LEADER], **sent).save()
    client = sign_in(Role.OFFICE_LEAD)
    page = client.get(url_of(name)).content.decode()
    assert "导出Excel" in page
    head, rows = table(export(client, name))
    assert rows
    assert page.count('scope="row"') >= min(len(rows), ON_A_PAGE)
    assert [title for title in head if title not in page] == FILE_ONLY.get(name, [])
    assert "办理" not in head


def test_every_list_of_the_platform_stands_above():
    """A new list is known by what its view makes, and must take the POST of its export."""
    made = {"ListPage", "PeriodPage"}
    listed = {p.name for _, p in patterns() if made & set(inspect.unwrap(p.callback).__code__.co_names)}
    assert listed == set(LISTS)
    guards = {p.name: guard_of(p) for _, p in patterns()}
    assert all(guards[name].methods == LIST_METHODS for name in LISTS)


def test_filtered_and_sorted_as_on_the_screen(cast, sign_in):
    add_people(cast, 3)
    add_people(cast, 1, village=cast.other, phone="19900039999")
    client = sign_in(Role.OFFICE)
    query = f"?village={cast.own.pk}&q=林&sort=-name"
    answer = export(client, "person_list", query)
    assert column(answer, "姓名") == ["林2", "林1", "林0"]
    told = explanation(export(client, "person_list", query))
    assert "村：示例一村" in told["筛选条件"]
    assert told["排序"] == "姓名，降序"


def test_paging_does_not_cut_the_export(cast, sign_in, monkeypatch):
    add_people(cast, 12)
    monkeypatch.setattr(ListPage, "_page", lambda self: pytest.fail("an export has no pages"))
    assert len(column(export(sign_in(Role.OFFICE), "person_list", "?page=2"), "姓名")) >= 12


def test_rows_are_prepared_a_portion_at_a_time(cast, sign_in, monkeypatch):
    """What is looked up for the rows of one portion stands beside them, not beside others."""
    whole = table(export(sign_in(Role.OFFICE), "village_list"))
    monkeypatch.setattr(exports, "PORTION", 1)
    assert table(export(sign_in(Role.OFFICE), "village_list")) == whole
    assert "甲联村工作组组长" in whole[1][0]


def test_the_explanation_says_whose_it_is(cast, sign_in):
    told = explanation(export(sign_in(Role.OFFICE), "village_list"))
    assert told["表名"] == "村（社区）"
    assert told["单位"] == "荷叶镇"
    assert told["行数"] == 3
    assert told["导出人"] == "甲联村办工作人员"
    assert told["导出时间"] == datetime(2026, 11, 23, 12, 0)
    assert "提示" not in told


def test_demonstration_data_says_so(cast, sign_in):
    Town.objects.update(is_demo=True)
    assert explanation(export(sign_in(Role.OFFICE), "village_list"))["提示"].startswith("演示数据")


def test_an_empty_list_is_a_header(cast, sign_in):
    head, rows = table(export(sign_in(Role.OFFICE), "person_list", "?q=没有这个人"))
    assert head[0] == "姓名"
    assert rows == []


# --- Masked by role -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", WITH_NUMBERS)
def test_the_office_lead_takes_whole_numbers_and_the_trail_says_so(name, cast, sign_in):
    people = Person.objects.exclude(user=None)
    for person in people:
        person.user.phone = person.phone
        with acting(by=None, action="test", label="测试"):
            person.user.save()
    answer = export(sign_in(Role.OFFICE_LEAD), name)
    title = "电话" if name == "grid_list" else "手机号"
    numbers = [value for value in column(answer, title) if value]
    assert numbers
    assert all(len(value) == 11 and value.isdigit() for value in numbers)
    assert entries().get().label == "导出Excel（含手机号）"
    assert MASKED in sign_in(Role.OFFICE_LEAD).get(reverse(name)).content.decode()


@pytest.mark.parametrize(
    "role", [Role.COMMITTEE, Role.AUDITOR, Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.CADRE], ids=str
)
def test_others_take_what_their_screen_shows(role, cast, sign_in):
    answer = export(sign_in(role), "person_list")
    numbers = [value for value in column(answer, "手机号") if value]
    assert numbers
    assert all(MASKED in value for value in numbers)
    entry = entries().get()
    assert entry.label == "导出Excel"
    assert entry.by == cast.users[role]


def test_the_explanation_says_whether_numbers_are_whole(cast, sign_in):
    assert "完整" in explanation(export(sign_in(Role.OFFICE), "person_list"))["手机号"]
    assert "隐去" in explanation(export(sign_in(Role.AUDITOR), "person_list"))["手机号"]
    assert "手机号" not in explanation(export(sign_in(Role.OFFICE), "village_list"))


def test_no_hidden_place_of_the_file_holds_a_whole_number(cast, sign_in):
    content = export(sign_in(Role.AUDITOR), "person_list").file_bytes
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        text = b"".join(parts.read(name) for name in parts.namelist())
    assert "曾示例".encode() in text
    assert b"19900001001" not in text


def test_only_the_own_rows(cast, sign_in):
    names = column(export(sign_in(Role.LEADER), "person_list"), "姓名")
    assert "曾示例" in names
    assert "单示例" not in names


# --- Nothing is evaluated -----------------------------------------------------------------------
@pytest.mark.parametrize("name", ["=1+1", "=cmd|'/C calc'!A0", "+1", "-1", "@x"])
def test_a_formula_in_a_name_is_text(name, cast, sign_in):
    Village.objects.filter(pk=cast.own.pk).update(name=name)
    sheet = book_of(export(sign_in(Role.OFFICE), "village_list")).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == name] == ["s"]
    assert not [cell for cell in cells if cell.data_type == "f"]


# --- The trail ----------------------------------------------------------------------------------
def test_every_export_is_one_entry(cast, sign_in):
    client = sign_in(Role.OFFICE)
    export(client, "village_list", "?q=示例一&sort=name")
    entry = entries().get()
    assert (entry.by, entry.model, entry.object_id) == (cast.users[Role.OFFICE], "villages.village", None)
    assert entry.object_label == "清单：村（社区）"
    told = {change["label"]: change["after"] for change in entry.changes}
    assert told["行数"] == "1"
    assert "示例一" in told["筛选条件"]
    export(client, "village_list")
    assert entries().count() == 2


def test_the_entry_can_be_read_on_the_trail(cast, sign_in):
    export(sign_in(Role.OFFICE), "person_list")
    client = sign_in(Role.AUDITOR)
    assert "清单：人员" in client.get(reverse("audit_list")).content.decode()
    assert client.get(reverse("audit_entry", args=[entries().get().pk])).status_code == 200


def test_the_trail_exports_its_changes_in_words(cast, sign_in):
    export(sign_in(Role.OFFICE), "village_list")
    answer = export(sign_in(Role.AUDITOR), "audit_list")
    head, rows = table(answer)
    assert rows[0][head.index("时间")] == datetime(2026, 11, 23, 12, 0)
    assert "行数：3" in rows[0][head.index("变化")]
    assert not [row for row in rows if "1990000" in str(row)]


# --- Refused ------------------------------------------------------------------------------------
@pytest.mark.parametrize(("role", "name"), [(Role.GRIDHEAD, "person_list"), (Role.OFFICE, "account_list")])
def test_wrong_role(role, name, cast, sign_in):
    assert sign_in(role).post(reverse(name)).status_code == 403
    assert not entries().exists()


def test_signed_out(cast, client):
    assert client.post(reverse("person_list")).status_code == 302
    assert not entries().exists()


def test_reading_brings_no_file_and_writes_nothing(cast, sign_in):
    answer = sign_in(Role.OFFICE).get(reverse("person_list"), {"format": "xlsx", "export": "1"})
    assert answer["Content-Type"].startswith("text/html")
    assert not entries().exists()


def test_a_page_that_is_no_list_takes_no_post(cast, sign_in):
    assert sign_in(Role.OFFICE).post(reverse("village", args=[cast.own.pk])).status_code == 405
    assert sign_in(Role.OFFICE).put(reverse("village_list")).status_code == 405


def test_a_stranger_s_page_cannot_ask_for_it(cast, client):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.users[Role.OFFICE], backend="lianzhen.accounts.backends.AccountOrPhoneBackend")
    assert strict.post(reverse("person_list")).status_code == 403
    assert not entries().exists()


def test_too_many_rows_lead_back_with_a_sentence(cast, sign_in, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    client = sign_in(Role.OFFICE)
    answer = client.post(reverse("village_list") + "?sort=name")
    assert (answer.status_code, answer["Location"]) == (303, reverse("village_list") + "?sort=name")
    assert "请先筛选" in client.get(answer["Location"]).content.decode()
    assert not entries().exists()


# --- Queries ------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["person_list", "grid_list", "village_list"])
def test_queries_do_not_grow_with_the_rows(name, cast, sign_in):
    client = sign_in(Role.OFFICE)

    def queries():
        export(client, name)
        with CaptureQueriesContext(connection) as seen:
            export(client, name)
        return len(seen)

    few = queries()
    add_people(cast, 30)
    with acting(by=None, action="test", label="测试"):
        for number in range(30):
            Village(code=f"4313211012{number:02d}", name=f"测试{number}村", group=cast.group).save()
    from grids.models import Grid

    with acting(by=None, action="test", label="测试"):
        for number in range(2, 30):
            Grid(village=cast.own, number=number).save()
    assert queries() == few
    assert few <= 20


def test_no_transaction_is_open_while_the_rows_are_read(cast, sign_in, monkeypatch):
    """A long export must not keep others from saving (SQLite has one writer)."""
    opened = []
    portions = exports._portions

    def watched(*args):
        opened.append(len(connection.savepoint_ids))
        yield from portions(*args)

    before = len(connection.savepoint_ids)
    monkeypatch.setattr(exports, "_portions", watched)
    export(sign_in(Role.OFFICE), "person_list")
    assert opened == [before]


def test_dates_of_the_register_are_days(cast, sign_in):
    since = column(export(sign_in(Role.OFFICE), "team_list"), "成立日期")
    assert [moment.date() for moment in since] == [date(2024, 1, 1)] * 2
