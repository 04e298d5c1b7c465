"""操作记录: who did what, when, before and after, and why. Read only, for everybody."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.forms.filters import AuditFilter
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to, plain_table
from lianzhen.permissions import see_trail
from lianzhen.trail.models import AuditEntry
from lianzhen.wording import number

PAGE = 100
#: Sheets are made of the newest entries; nobody prints a trail of years (the note says how to narrow it).
PRINTED = 2000
#: Characters of a value in the list; the entry's own page shows it whole.
SHOWN = 60
#: Fields of one entry in the list.
FIELDS = 6

#: Pages of records by model. All of them are open to everybody who reads the whole trail.
RECORD_PAGES = {
    "accounts.user": "account_record",
    "villages.person": "person",
    "villages.village": "village",
    "villages.liaisonteam": "team",
    "villages.liaisongroup": "district",
    "villages.socialorganization": "organization",
    "villages.partygroup": "party_group",
    "grids.grid": "grid",
}

find_entry = visible(AuditEntry)


def kind_of(entry: AuditEntry) -> str:
    """The Chinese name of the record's type; the code itself for a type that is no more."""
    try:
        return str(apps.get_model(entry.model)._meta.verbose_name)
    except LookupError:
        return entry.model


def moment(entry: AuditEntry) -> str:
    return timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M")


def record(entry: AuditEntry, user: User) -> SafeString:
    """The record with its type; a link where it has a page that the reader may open."""
    name: Any = entry.object_label
    page = RECORD_PAGES.get(entry.model)
    if page and entry.object_id and (page == "account_record" or not user.standing.has(Role.SYSADMIN)):
        name = link_to(page, entry.object_id, name)
    return format_html('<span class="muted">{}</span> {}', kind_of(entry), name)


def changes(entry: AuditEntry) -> SafeString | str:
    """手机号：138****1402 → 199****2001, a line for each field; the facts of a new record in one line.
    Numbers are masked, long texts cut, and what is too much stands on the entry's own page."""
    told = entry.shown_changes
    if not told:
        return "—"
    lines = [
        (c["label"], f"{_cut(c['before'])} → " if c["before"] else "", _cut(c["after"]) or "—") for c in told[:FIELDS]
    ]
    shown = format_html_join("；" if all(not c["before"] for c in told) else mark_safe("<br>"), "{}：{}{}", lines)
    if len(told) <= FIELDS:
        return shown
    more = link_to("audit_entry", entry.pk, f"共{len(told)}项")
    return format_html("{} {}", shown, more)


def changes_in_words(entry: AuditEntry) -> str:
    """The same whole, for a workbook."""
    told = ((c["label"], f"{c['before']} → " if c["before"] else "", c["after"] or "—") for c in entry.shown_changes)
    return "；".join(f"{label}：{before}{after}" for label, before, after in told)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _columns(user: User) -> tuple[Column, ...]:
    return (
        Column(
            "at",
            "时间",
            lambda e: e.at,
            lambda e: link_to("audit_entry", e.pk, moment(e)),
            sort=["at"],
            kind="date",
            head=True,
        ),
        Column("by", "操作人", lambda e: e.by_name, secondary=True),
        Column("label", "操作", lambda e: e.label),
        Column("record", "记录", lambda e: e.object_label, lambda e: record(e, user)),
        Column("changes", "变化", changes_in_words, changes, secondary=True),
        Column("reason", "原因", lambda e: e.reason, secondary=True),
    )


@guarded(see_trail, methods=LIST_METHODS)
def audit_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        AuditEntry.objects.visible_to(request.user),
        _columns(request.user),
        title="操作记录",
        order=["-at", "-pk"],
        filterset=AuditFilter,
        count=lambda n: f"共{number(n)}条",
        empty_text="还没有操作记录。每次登记、修改、审批都会自动记在这里，不能修改和删除。",
        page_size=PAGE,
    )
    if request.GET.get("print") == "1":
        page.matching = page.matching[:PRINTED]
        page.count = lambda n: f"共{number(n)}条" if n < PRINTED else f"最近{number(n)}条，其余请缩小日期范围打印"
    return page.respond("settings/audit_list.html")


@guarded(see_trail, find=find_entry, methods=("GET",))
def audit_entry(request: HttpRequest, entry: AuditEntry) -> HttpResponse:
    """One entry whole, with the others of the same act."""
    same_act = AuditEntry.objects.visible_to(request.user).filter(batch=entry.batch).exclude(pk=entry.pk)
    columns = [c for c in _columns(request.user) if c.key in ("at", "label", "record", "changes")]
    context = {
        "entry": entry,
        "record": record(entry, request.user),
        "crumbs": [("操作记录", reverse("audit_list"))],
        "others": plain_table("同一次操作的其他记录", columns, same_act.order_by("pk")[:PAGE]),
    }
    return render(request, "settings/audit_entry.html", context)
