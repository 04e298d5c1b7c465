"""Rubbish in every field of every form: a sentence, never an error page, nothing half-written, no script run.

The forms are found, not listed: every address that answers a GET with a form is filled and sent.
"""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django import forms
from django.db import transaction
from django.test import Client

from lianzhen.accounts.roles import Role
from lianzhen.tests.test_sweep import ANSWERED, NOW, address, guard_of, kind_of, objects, patterns, read_through

SCRIPT = '"><script>alert(1)</script>'
RUBBISH = (
    "x" * 6000,
    "a\x00b",
    "99999999999999999999",
    "-1",
    "NaN",
    "Infinity",
    "2026-13-45",
    "9999-12-31",
    "0001-01-01",
    "' OR 1=1 --",
    "１２３",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "   ",
    "../../etc/passwd",
)


def fields_of(form: Any) -> dict[str, forms.Field]:
    return dict(form.fields)


def a_valid_value(field: forms.Field) -> Any:
    """Something the field accepts, so that the other fields are reached."""
    if isinstance(field, forms.ModelMultipleChoiceField | forms.MultipleChoiceField):
        return [key for key, _ in list(field.choices)[:2] if key not in ("", None)]
    if isinstance(field, forms.ModelChoiceField):
        first = field.queryset.first()
        return first.pk if first else ""
    if isinstance(field, forms.ChoiceField):
        keys = [key for key, _ in field.choices if key not in ("", None)]
        return keys[0] if keys else ""
    if isinstance(field, forms.DateField):
        return "2026-01-05"
    if isinstance(field, forms.IntegerField | forms.DecimalField):
        return "3"
    return "on" if isinstance(field, forms.BooleanField) else ""


def is_text(field: forms.Field) -> bool:
    return isinstance(field, forms.CharField) and field.label != "手机号"


def form_pages(client: Client, rows: dict[str, Any]) -> list[tuple[str, Any]]:
    """Addresses that show a form to the signed-in role, with the form."""
    found = []
    for route, pattern in patterns():
        guard = guard_of(pattern)
        if guard.methods != ("GET", "POST") or guard.permission == "public":
            continue
        url = address(route, rows[kind_of(route)][0] if "<int:pk>" in route else None)
        answer = client.get(url)
        form = answer.context.get("form") if answer.status_code == 200 and answer.context else None
        if form is not None:
            found.append((url, form))
    return found


def send(client: Client, url: str, data: dict[str, Any]) -> tuple[int, str]:
    """Post, read the page that follows, and undo everything."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = client.post(url, data)
        page = answer.content.decode(errors="replace") if not answer.streaming else ""
        if answer.status_code in (302, 303):
            page = client.get(answer["Location"]).content.decode(errors="replace")
        read_through(answer)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer.status_code, page


@pytest.fixture(autouse=True)
def in_the_week_of_the_rows():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(params=[Role.OFFICE_LEAD, Role.SYSADMIN, Role.CADRE], ids=str)
def scene(request, cast, sign_in):
    rows = objects(cast)
    client = sign_in(request.param)
    pages = form_pages(client, rows)
    assert len(pages) >= {Role.OFFICE_LEAD: 40, Role.SYSADMIN: 8, Role.CADRE: 15}[request.param]
    return client, pages


def test_script_in_every_text_field_stays_text(scene):
    client, pages = scene
    wrong, tried = [], 0
    for url, form in pages:
        data = {}
        for name, field in fields_of(form).items():
            if name in ("once", "version"):
                data[name] = form.get_initial_for_field(field, name) or ""
            elif is_text(field):
                data[name] = SCRIPT[: field.max_length or 30]
                tried += 1
            else:
                data[name] = a_valid_value(field)
        status, page = send(client, url, {k: v for k, v in data.items() if v is not None})
        if status not in ANSWERED or "<script>alert" in page:
            wrong.append((url, status))
    assert wrong == []
    assert tried > len(pages) / 2


@pytest.mark.parametrize("turn", range(0, len(RUBBISH), 4))
def test_rubbish_in_every_field_is_answered(scene, turn):
    """Each field gets another kind of rubbish, and another with every turn."""
    client, pages = scene
    wrong = []
    for url, form in pages:
        names = fields_of(form)
        data = {name: RUBBISH[(place + turn) % len(RUBBISH)] for place, name in enumerate(names, start=len(url))}
        status, _ = send(client, url, data)
        if status not in ANSWERED:
            wrong.append((url, status))
    assert wrong == []


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "2147483648"])
def test_ids_that_no_row_has_are_not_found(cast, sign_in, number):
    client = sign_in(Role.OFFICE_LEAD)
    asked = 0
    for route, pattern in patterns():
        if "<int:pk>" in route and "GET" in guard_of(pattern).methods:
            url = "/" + route.replace("<int:pk>", number).replace("<slug:tab>", "grids")
            url = url.replace("<slug:week>", "2026-W48").replace("<slug:month>", "2026-11")
            url = url.replace("<slug:quarter>", "2026-Q3").replace("<int:year>", "2025").replace("<slug:step>", "work")
            if guard_of(pattern).permission not in ("keep_accounts", "keep_other_account", "end_role"):
                assert client.get(url).status_code == 404, url
                asked += 1
    assert asked > 40


@pytest.mark.parametrize(
    "query",
    ["q=%00", "page=-1", "sort=--x", "village=abc", "state=zzz", "group=999999999999999999999", "on=2026-99-99"],
)
def test_rubbish_in_the_address_is_answered(cast, sign_in, query):
    client = sign_in(Role.OFFICE_LEAD)
    asked = 0
    for route, pattern in patterns():
        guard = guard_of(pattern)
        if "<" not in route and "GET" in guard.methods and guard.permission != "public":
            answer = client.get(f"/{route}?{query}")
            assert answer.status_code in (200, 302, 403), f"{route}?{query}: {answer.status_code}"
            asked += 1
    assert asked > 20
