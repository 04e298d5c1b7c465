"""The service worker: what it is given to keep, and pages that it fetches for later."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path

import pytest
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.test import Client

from lianzhen.accounts.roles import Role
from lianzhen.views.worker import KEPT_PAGES, SHELL

BACKEND = "lianzhen.accounts.backends.AccountOrPhoneBackend"
LATER = {"X-For-Later": "1"}
KB = 1024


@pytest.fixture
def leader(cast, client):
    client.force_login(cast.users[Role.LEADER], backend=BACKEND)
    return client


def listed(script: str, name: str) -> list[str]:
    return json.loads(re.search(rf"\b{name} = (\[.*?\])", script)[1])


def test_the_worker_is_a_script_for_the_whole_site_and_asked_for_anew(cast, client):
    answer = client.get("/sw.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert "{{" not in answer.content.decode()
    again = client.get("/sw.js", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_its_lists_lead_to_files_and_pages_that_are_there(leader):
    script = leader.get("/sw.js").content.decode()
    files = listed(script, "FILES")
    assert len(files) == len(SHELL)
    assert all(finders.find(path.removeprefix("/static/")) for path in files)
    pages = listed(script, "KEPT")
    assert pages == ["/", "/duty/new/", "/sync/"]
    assert [leader.get(path).status_code for path in pages] == [200] * len(KEPT_PAGES)


def test_every_script_that_a_kept_page_calls_is_in_the_shell(leader):
    """A page that is shown without a network must find its parts."""
    files = set(listed(leader.get("/sw.js").content.decode(), "FILES"))
    for path in ("/", "/duty/new/", "/sync/", "/offline/"):
        page = leader.get(path).content.decode()
        called = set(re.findall(r'<script src="([^"]+)"|<link rel="stylesheet" href="([^"]+)"', page))
        assert {one or other for one, other in called} <= files, path


def test_the_shell_weighs_at_most_150_kb(leader):
    files = sum(len(gzip.compress(Path(finders.find(name)).read_bytes(), 6)) for name in SHELL)
    pages = sum(len(gzip.compress(leader.get(path).content, 6)) for path in ("/", "/duty/new/", "/sync/", "/offline/"))
    assert files + pages <= 150 * KB


def test_the_version_changes_with_a_file(client, cast, monkeypatch, tmp_path):
    def version() -> str:
        return re.search(r"shell-(\w+)", client.get("/sw.js").content.decode())[1]

    before = version()
    assert version() == before
    changed = tmp_path / "app.js"
    changed.write_text("1")
    real = finders.find
    monkeypatch.setattr(finders, "find", lambda name: str(changed) if name == "js/app.js" else real(name))
    assert version() != before


def test_the_page_without_a_network_names_nobody(leader, cast):
    assert cast.users[Role.LEADER].name not in Client().get("/offline/").content.decode()


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_who_enters_duty_registers_the_worker(role, cast, client):
    client.force_login(cast.users[role], backend=BACKEND)
    has = "data-worker=" in client.get("/").content.decode()
    assert has is (role in (Role.LEADER, Role.MEMBER, Role.CADRE))


def test_what_is_to_be_told_waits_for_a_page_that_somebody_sees(leader, cast, rf):
    session = leader.session
    request = rf.get("/")
    request.session = session
    request._messages = messages.storage.default_storage(request)
    messages.success(request, "已登记。")
    request._messages.update(None)
    session.save()
    assert "已登记。" not in leader.get("/", headers=LATER).content.decode()
    assert "已登记。" in leader.get("/").content.decode()


def test_a_page_fetched_for_later_is_no_sign_of_life(leader):
    leader.get("/")
    session = leader.session
    session["seen_at"] = seen = time.time() - 120
    session.save()
    leader.get("/", headers=LATER)
    assert leader.session["seen_at"] == seen
    leader.get("/")
    assert leader.session["seen_at"] > seen
