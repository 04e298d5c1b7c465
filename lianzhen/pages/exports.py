"""A list as a workbook: what is filtered and sorted on the screen, masked by role, and on the trail.

Asked for by POST, because reading never writes and every export is an entry of the trail.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.workbooks import CONTENT_TYPE, About, Heading, Row, safe_name, write_workbook
from lianzhen.town.models import Town
from lianzhen.trail import acting
from lianzhen.wording import number

if TYPE_CHECKING:
    from lianzhen.pages.tables import Column, ListPage

#: Whole telephone numbers leave the platform only with those who keep the town's register.
WHOLE_NUMBERS = (Role.OFFICE, Role.OFFICE_LEAD)
#: Rows held in memory at a time; `ListPage.prepare` is asked once for each such portion.
PORTION = 1000
#: What one request can write before the proxy's minute is over, on a busy machine too (100,000 rows take
#: 8 seconds of processor time); the trail of years is exported a part at a time.
MOST_ROWS = 120_000


@dataclass
class ExportedList:
    """What the trail's entry is about: a list has no record of its own, only the type of its rows."""

    page: ListPage
    pk: None = None

    @property
    def _meta(self) -> Any:
        return self.page.queryset.model._meta

    def __str__(self) -> str:
        return f"清单：{self.page.title}"


def export_list(page: ListPage) -> HttpResponse:
    """The file of a list, once the trail holds its entry; back to the list where it is too long."""
    total = page.matching.count()
    if total > MOST_ROWS:
        sentence = f"共{number(total)}条，一次最多导出{number(MOST_ROWS)}条。请先筛选，再分次导出。"
        messages.warning(page.request, sentence)
        answer = HttpResponseRedirect(page.request.get_full_path())
        answer.status_code = 303
        return answer
    user, now, town = page.request.user, timezone.localtime(), Town.objects.first()
    columns = [column for column in page.columns if not column.screen_only]
    whole = may_take_numbers(user) and any(column.export for column in columns)
    about = About(title=page.title, unit=town.name if town else "", by=user.name, at=now)

    def explain(rows: int) -> list[tuple[str, Any]]:
        return _explanation(page, about, rows, numbers=_numbers(columns, whole), demo=bool(town and town.is_demo))

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    headings = [Heading(column.title, column.kind) for column in columns]
    rows = write_workbook(file, about, headings, _portions(page, columns, whole), explain)
    _record(page, rows, whole)
    file.seek(0)
    name = f"{safe_name(page.title)}-{now:%Y-%m-%d}.xlsx"
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = "no-store, private"
    return answer


def may_take_numbers(user: User) -> bool:
    return user.standing.has(*WHOLE_NUMBERS)


def _portions(page: ListPage, columns: list[Column], whole: bool) -> Iterator[list[Row]]:
    values = [column.export if whole and column.export else column.value for column in columns]
    rows = page.matching.iterator(chunk_size=PORTION)
    while portion := list(islice(rows, PORTION)):
        if page.prepare:
            page.prepare(portion)
        yield [[value(row) for value in values] for row in portion]


def _explanation(page: ListPage, about: About, rows: int, *, numbers: str, demo: bool) -> list[tuple[str, Any]]:
    lines = [
        ("表名", about.title),
        ("单位", about.unit),
        ("筛选条件", page.conditions or "无"),
        ("排序", _order(page)),
        ("行数", rows),
        ("手机号", numbers),
        ("导出人", about.by),
        ("导出时间", about.at),
        ("提示", "演示数据：人员与记录均为虚构" if demo else ""),
    ]
    return [(label, value) for label, value in lines if value != ""]


def _order(page: ListPage) -> str:
    column = next((c for c in page.columns if c.key == page.sorted_by), None)
    if column is None:
        return "默认顺序"
    return f"{column.title}，{'降序' if page.descending else '升序'}"


def _numbers(columns: list[Column], whole: bool) -> str:
    if not any(column.kind == "phone" for column in columns):
        return ""
    return "含完整手机号，请妥善保管" if whole else "中间四位已隐去"


def _record(page: ListPage, rows: int, whole: bool) -> None:
    label = "导出Excel（含手机号）" if whole else "导出Excel"
    with acting(by=page.request.user, action="list.export", label=label) as act:
        told = [("筛选条件", "", page.conditions), ("排序", "", _order(page)), ("行数", "", rows)]
        act.note(ExportedList(page), [line for line in told if line[2] != ""])  # type: ignore[arg-type]
