"""Lists: one definition of columns serves the screen, the print view and the export.

Cells are rendered in Python rather than by a template loop: 220 rows of ten columns cost a few
milliseconds, and the same `Column.value` gives the typed value for a workbook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any, Literal

from django.core.paginator import Page, Paginator
from django.db.models import F, OrderBy, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_filters import FilterSet

from lianzhen.pages.days import Narrowed
from lianzhen.pages.exports import export_list
from lianzhen.wording import money_figure, number

#: A list is read by GET and exported by POST: an export is an entry of the trail, and reading never writes.
LIST_METHODS = ("GET", "POST")

#: Stands for a record's number while an address is worked out; occurs in no other part of one.
STAND_IN = 9_876_543_210

#: `money` is a number of 元 to the 分, written with both decimals everywhere; `code` names a record, in one line.
Kind = Literal["text", "number", "money", "date", "phone", "code", "mark"]


@dataclass(frozen=True)
class Column:
    """One column. `value` gives the typed value of a row; `show` its HTML when that differs.

    `sort` names the ordering (ORM fields, ascending); `total` sums the column in the last row, written by `sum_text`;
    `secondary` hides it on a phone; `head` makes it the row's header; `screen_only` keeps it off paper and
    out of workbooks, `file_only` gives it to workbooks alone. `export` gives the whole telephone number where
    `value` masks it: it goes into the workbooks of `exports.WHOLE_NUMBERS` alone.
    """

    key: str
    title: str
    value: Callable[[Any], Any]
    show: Callable[[Any], Any] | None = None
    sort: Sequence[str] = ()
    kind: Kind = "text"
    total: bool = False
    secondary: bool = False
    head: bool = False
    screen_only: bool = False
    file_only: bool = False
    export: Callable[[Any], Any] | None = None
    sum_text: Callable[[Any], str] | None = None

    @property
    def css(self) -> str:
        marks = (
            ("num", self.kind in ("number", "money")),
            ("nowrap", self.kind in ("date", "phone", "code")),
            ("mark", self.kind == "mark"),
            ("col-2nd", self.secondary),
            ("no-print", self.screen_only),
        )
        return " ".join(name for name, wanted in marks if wanted)

    @property
    def writer(self) -> Callable[[Any], Any] | None:
        """What writes the HTML of a row, where it is not its typed value as `cell_text` writes it."""
        if self.show is None and self.kind == "money":
            return lambda row: money_figure(self.value(row))
        return self.show

    def sum_of(self, total: Any) -> str:
        if self.sum_text is not None:
            return self.sum_text(total)
        return money_figure(Decimal(total)) if self.kind == "money" else number(total)


@dataclass
class HeadCell:
    title: str
    url: str
    sort: str
    css: str


@dataclass
class Table:
    """A table ready for `includes/table.html`."""

    caption: str
    columns: list[HeadCell]
    rows: list[SafeString]
    footer: SafeString | str
    empty_text: str
    count_text: str = ""
    box: bool = False

    @property
    def body(self) -> SafeString:
        """All rows at once: a template's loop over five hundred of them costs more than they do."""
        return mark_safe("".join(self.rows))  # every row was escaped cell by cell


@dataclass
class ListPage:
    """A list as asked for by one request: filtered, sorted, counted, rendered, printable, exported.

    Its view is guarded with `LIST_METHODS`.

    `groups` (optional) gives a heading for each row; a heading row is put before the first of each.
    """

    request: HttpRequest
    queryset: QuerySet
    columns: Sequence[Column]
    title: str
    order: Sequence[str]
    filterset: type[FilterSet] | None = None
    count: Callable[[int], str] = lambda n: f"共{number(n)}条"
    groups: Callable[[Any], str] | None = None
    empty_text: str = "还没有记录。"
    empty_action: tuple[str, str] | None = None
    page_size: int = 500
    prepare: Callable[[list[Any]], None] | None = None
    context: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = self.queryset
        self.filter = self.filterset(self.request.GET, queryset=rows, request=self.request) if self.filterset else None
        if self.filter is not None:
            rows = self.filter.qs if self.filter.is_valid() else rows.none()
        self.sorted_by, self.descending = self._asked_order()
        self.matching = rows.order_by(*self._ordering())

    @property
    def filtered(self) -> bool:
        """True when a filter narrows the list: an empty answer then offers to clear it."""
        ignored = {"sort", "page", "print", "orient"}
        return any(value for key, value in self.request.GET.items() if key not in ignored)

    @property
    def clear_url(self) -> str:
        """The list without its filters."""
        return self.request.path

    def respond(self, template: str = "pages/list.html", status: int = 200) -> HttpResponse:
        """The page: whole on paper (`?print=1`), in pages of `page_size` on the screen; a POST brings the workbook."""
        if self.request.method == "POST":
            return export_list(self)
        printing = self.request.GET.get("print") == "1"
        page = None if printing else self._page()
        rows = list(self.matching) if page is None else list(page.object_list)
        if self.prepare:
            self.prepare(rows)
        total = len(rows) if page is None else page.paginator.count
        table = self._table(rows, total, plain=printing)
        context = {
            **self.context,
            "title": self.title,
            "table": table,
            "filter": self.filter,
            "filtered": self.filtered,
            "count_text": table.count_text,
            "sort": self.request.GET.get("sort", ""),
            "page_obj": page if page and page.paginator.num_pages > 1 else None,
            "querystring": self._query(page=None),
            "print_url": "?" + self._query(print="1", page=None),
            "export_url": "?" + self._query(print=None, orient=None, page=None),
            "clear_url": self.clear_url,
            "empty_text": self.empty_text,
            "empty_action": self.empty_action,
            "conditions": self.conditions,
            "narrowed": self.narrowed,
            "landscape": len(self._shown) > 8,
            "dense": len(self._shown) > 5,
            "back_url": "?" + self._query(print=None),
        }
        return render(self.request, "pages/list_print.html" if printing else template, context, status=status)

    @property
    def _shown(self) -> list[Column]:
        return [column for column in self.columns if not column.file_only]

    def _page(self) -> Page:
        return Paginator(self.matching, self.page_size).get_page(self.request.GET.get("page"))

    def _asked_order(self) -> tuple[str, bool]:
        asked = self.request.GET.get("sort", "")
        key = asked.lstrip("-")
        known = any(c.key == key and c.sort for c in self.columns)
        return (key, asked.startswith("-")) if known else ("", False)

    def _ordering(self) -> list[str | OrderBy]:
        """Unknown values come last either way, the same on both databases."""
        column = next((c for c in self.columns if c.key == self.sorted_by), None)
        asked = list(column.sort) if column else []
        chosen = {name.lstrip("-") for name in asked}
        rest = [name for name in self.order if name.lstrip("-") not in chosen]
        return [*(_order(name, turned=self.descending) for name in asked), *rest, "pk"]

    def _table(self, rows: list[Any], total: int, *, plain: bool) -> Table:
        grouping = self.groups if not self.sorted_by else None
        columns = [c for c in self._shown if not (plain and c.screen_only)]
        return Table(
            caption=self.title,
            columns=[self._head(c, plain=plain) for c in columns],
            rows=list(_rows(rows, columns, grouping)),
            footer=_footer(rows, columns, "合计" if len(rows) == total else "本页合计") if rows else "",
            empty_text=self.empty_text,
            count_text=self.count(total),
            box=False,
        )

    def _head(self, column: Column, *, plain: bool) -> HeadCell:
        if not column.sort or plain:
            return HeadCell(column.title, "", "", column.css)
        if column.key != self.sorted_by:
            return HeadCell(column.title, "?" + self._query(sort=column.key, page=None), "none", column.css)
        turned = column.key if self.descending else f"-{column.key}"
        state = "descending" if self.descending else "ascending"
        return HeadCell(column.title, "?" + self._query(sort=turned, page=None), state, column.css)

    def _query(self, **changes: str | None) -> str:
        query = self.request.GET.copy()
        for key, value in changes.items():
            query.pop(key, None)
            if value is not None:
                query[key] = value
        for key in [k for k in query if not query[k]]:
            query.pop(key)
        return query.urlencode()

    @property
    def conditions(self) -> str:
        """What the list was narrowed by, in words, for the head of the printed sheet."""
        if self.filter is None or not self.filter.form.is_valid():
            return ""
        parts = []
        for name, bound in self.filter.form.fields.items():
            value = self.filter.form.cleaned_data.get(name)
            if isinstance(value, Narrowed):
                parts.append(value.told(str(bound.label)))
            elif value not in (None, "", []) and not bound.widget.is_hidden:
                labels = {str(k): str(v) for k, v in getattr(bound, "choices", [])}
                parts.append(f"{bound.label}：{labels.get(str(getattr(value, 'pk', value)), value)}")
        return "；".join(parts)

    @property
    def narrowed(self) -> str:
        """The days that a figure's link narrowed the list to, or as of which it shows it; no field says it."""
        form = self.filter.form if self.filter is not None and self.filter.form.is_valid() else None
        found = form.cleaned_data.items() if form is not None else ()
        told = (value.told(str(form.fields[name].label)) for name, value in found if isinstance(value, Narrowed))
        return "；".join(told)


def plain_table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    empty_text: str = "还没有记录。",
    totals: bool = True,
) -> Table:
    """A small table inside a page, without sorting."""
    listed = list(rows)
    heads = [HeadCell(c.title, "", "", c.css) for c in columns]
    footer = _footer(listed, columns) if totals and listed else ""
    return Table(caption, heads, list(_rows(listed, columns, None)), footer, empty_text)


def link(url: str, text: Any) -> SafeString:
    return SafeString(f'<a href="{escape(url)}">{_html(text)}</a>')  # both were escaped


def link_to(page: str, pk: int, text: Any, *first: str) -> SafeString:
    """A link to the page about one record. Lists have hundreds: each `reverse` would cost as much as ten cells.
    `first`: what the address holds before the record's number, the same for the whole list."""
    before, after = _address_around(page, get_script_prefix(), *first)
    return SafeString(f'<a href="{before}{int(pk)}{after}">{_html(text)}</a>')  # numbers, and what was escaped


@lru_cache(maxsize=1000)
def _address_around(page: str, script_prefix: str, *first: str) -> tuple[str, str]:
    """What stands before and after the record's number in the addresses of a page, ready for an attribute."""
    before, _, after = escape(reverse(page, args=[*first, STAND_IN])).partition(str(STAND_IN))
    return before, after


def tag(tone: str, text: str) -> SafeString:
    """A status tag (design §11.3): the word always stands, colour only helps."""
    return SafeString(f'<span class="tag tag-{tone}">{_html(text)}</span>')  # the tone is a word of ours


def cell_text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return value or "—"
    if kind is int:
        return number(value)
    if value is None or value == "":
        return "—"
    if value is True:
        return "是"
    if value is False:
        return "否"
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, int | Decimal):
        return number(value)
    return str(value)


def _rows(rows: list[Any], columns: Sequence[Column], groups: Callable[[Any], str] | None) -> Iterable[SafeString]:
    heading = None
    shapes = [(column.writer, column.value, *_cell_tags(column)) for column in columns]
    for row in rows:
        if groups is not None and (now := groups(row)) != heading:
            heading = now
            yield format_html('<tr class="group"><th colspan="{}" scope="rowgroup">{}</th></tr>', len(columns), now)
        cells = [
            f"{begin}{_html(show(row)) if show else _html_of(value(row))}{end}" for show, value, begin, end in shapes
        ]
        yield SafeString(f"<tr>{''.join(cells)}</tr>")  # every cell was escaped above


def _html(shown: Any) -> str:
    """As conditional_escape does, without what it spends on lazy texts: a page has thousands of cells. Most hold
    letters and figures alone, in which nothing is to be escaped."""
    if isinstance(shown, SafeString):
        return shown
    text = str(shown)
    return text if text.isalnum() else _escaped(text)


#: The same few figures and words fill most of a list.
_escaped = lru_cache(maxsize=4096)(escape)


def _html_of(value: Any) -> str:
    """A typed value, as `cell_text` writes it."""
    text = value if type(value) is str else cell_text(value)
    return text if text.isalnum() else _escaped(text) or "—"


def _cell_tags(column: Column) -> tuple[str, str]:
    css = f' class="{column.css}"' if column.css else ""
    name, scope = ("th", ' scope="row"') if column.head else ("td", "")
    return f'<{name}{scope}{css} data-label="{column.title}">', f"</{name}>"


def _footer(rows: list[Any], columns: Sequence[Column], word: str = "合计") -> SafeString | str:
    """`word`: what the sums are called; those of one page are not those of the list."""
    if not any(c.total for c in columns):
        return ""
    cells = []
    # The word stands where a phone still shows it.
    titled = next(place for place, column in enumerate(columns) if not column.secondary)
    for place, column in enumerate(columns):
        css = f' class="{column.css}"' if column.css else ""
        if place == titled:
            cells.append(f'<th scope="row"{css}>{word}</th>')
        elif column.total:
            total = sum((value for row in rows if (value := column.value(row)) is not None), start=0)
            cells.append(f'<td{css} data-label="{column.title}">{column.sum_of(total)}</td>')
        else:
            cells.append(f"<td{css}></td>")
    return mark_safe("<tr>" + "".join(cells) + "</tr>")  # numbers only


def _order(name: str, *, turned: bool) -> OrderBy:
    field = F(name.lstrip("-"))
    if name.startswith("-") != turned:
        return field.desc(nulls_last=True)
    return field.asc(nulls_last=True)
