"""A worker killed in the middle, and others who work while an import runs. On a real database, with real
processes and threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from grids.models import Grid
from grids.tests.rosters import roster
from lianzhen.accounts.roles import Role
from lianzhen.importing import actions, preparing, progress, running, worker
from lianzhen.importing.models import ImportBatch
from lianzhen.importing.tests.books import uploaded, xlsx
from lianzhen.trail.models import AuditEntry
from villages.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportBatch.State
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


def database_url() -> str:
    """The test's own database, for another process."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    # The server's own address, with the name of the test's database.
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{facts['NAME']}").geturl()


def killed_at(point: str, batch: ImportBatch) -> None:
    """Let another process import the batch, and kill it the hard way once it has come to the point."""
    environment = {**os.environ, "DATABASE_URL": database_url(), "DATABASE_POOL": "False", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lianzhen.importing.tests.dying", str(batch.pk), point, str(settings.MEDIA_ROOT)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline().strip() == point
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process.stdout.close()


def set_to_run(batch: ImportBatch, by: Any) -> None:
    """As 导入 leaves a batch for the worker."""
    ImportBatch.objects.filter(pk=batch.pk).update(running="import", imported_by=by)


@pytest.mark.parametrize("point", ["preparing", "written", "row"])
def test_killed_before_the_end_nothing_is_in_and_the_page_says_so(office, cast, point):
    before = (Grid.objects.count(), Person.objects.count(), AuditEntry.objects.count())
    batch = uploaded(office, "grids", roster(["示例二村"], 12, first_number=5), "名册.csv")
    told = AuditEntry.objects.count()
    set_to_run(batch, cast.users[Role.OFFICE])
    killed_at(point, batch)
    assert (Grid.objects.count(), Person.objects.count()) == before[:2]
    assert AuditEntry.objects.count() == told
    page = office.get(f"/imports/{batch.pk}/").content.decode()
    assert "未完成" in page
    assert "这一次什么也没有写入，可以再办理一次" in page
    office.post(f"/imports/{batch.pk}/")
    batch.refresh_from_db()
    assert batch.state == State.IMPORTED
    assert Grid.objects.count() == before[0] + 12


def test_killed_after_the_end_all_is_in_and_the_page_says_so(office, cast):
    batch = uploaded(office, "grids", roster(["示例二村"], 12, first_number=5), "名册.csv")
    set_to_run(batch, cast.users[Role.OFFICE])
    killed_at("over", batch)
    assert Grid.objects.filter(village=cast.other).count() == 13
    page = office.get(f"/imports/{batch.pk}/").content.decode()
    assert "已导入" in page
    assert "未完成" not in page
    assert "已导入12行" in page
    assert office.post(f"/imports/{batch.pk}/").status_code == 303  # asking again does nothing
    assert Grid.objects.filter(village=cast.other).count() == 13


@pytest.mark.parametrize("doing", ["check", "import"])
def test_others_write_while_many_rows_are_worked_on(office, cast, monkeypatch, doing):
    """The worker stands still in the middle of its rows until somebody else has saved something. Were it
    holding SQLite's one lock, that saving would wait in vain."""
    monkeypatch.setattr(actions, "AT_ONCE", 10)
    monkeypatch.setattr(running, "AT_ONCE", 10)
    in_the_middle, served = threading.Event(), threading.Event()
    real, started = progress.tell, []

    def tell(batch_pk, done, total):
        in_worker = threading.current_thread() is not threading.main_thread()
        if done == 20 and in_worker and ImportBatch.objects.get(pk=batch_pk).running == doing:
            in_the_middle.set()
            assert served.wait(60)
        real(batch_pk, done, total)

    monkeypatch.setattr(progress, "tell", tell)
    begin = worker.start
    monkeypatch.setattr(worker, "start", lambda *args: started.append(begin(*args)))
    batch = uploaded(office, "grids", roster(["示例二村"], 40, first_number=5), "名册.csv")
    if doing == "import":
        started.pop().join(60)
        office.post(f"/imports/{batch.pk}/check/", {"do": "import"})
    assert in_the_middle.wait(60)
    page = office.get(f"/imports/{batch.pk}/")
    assert page["Refresh"] == "3"
    changed = {"name": "曾示例", "phone": "19900001001", "village": cast.own.pk, "job_title": "会计", "version": 1}
    assert office.post(f"/people/{cast.resident.pk}/edit/", changed).status_code == 303
    served.set()
    started.pop().join(60)
    batch.refresh_from_db()
    cast.resident.refresh_from_db()
    assert (batch.running, cast.resident.job_title) == ("", "会计")
    assert batch.counts()["done" if doing == "import" else "new"] == 40


def test_two_import_the_same_kind_at_once(office, cast, monkeypatch):
    """Both are prepared before either writes: the second sees what the first has written and judges anew."""
    rows = [["姓名", "村", "手机"], ["陶示例", "示例一村", "19911110001"], ["王示例", "示例一村", "19911110002"]]
    batches = [uploaded(office, "people", xlsx(rows), f"{n}.xlsx") for n in (1, 2)]
    both = threading.Barrier(2, timeout=60)
    real = preparing.prepare
    first = threading.local()

    def together(*args):
        prepared = real(*args)
        if not getattr(first, "done", False):
            first.done = True
            both.wait()
        return prepared

    monkeypatch.setattr(running, "prepare", together)
    for batch in batches:
        set_to_run(batch, cast.users[Role.OFFICE])
    threads = [worker.start(running.run_import, batch.pk) for batch in batches]
    for thread in threads:
        thread.join(60)
    assert Person.objects.filter(name__in=["陶示例", "王示例"]).count() == 2
    for batch in batches:
        batch.refresh_from_db()
        assert (batch.state, batch.running, batch.stopped) == (State.IMPORTED, "", "")


def test_the_browser_closed_in_the_middle(office, cast, monkeypatch):
    """Nobody asks for the page any more; the work goes on and is found done later."""
    monkeypatch.setattr(actions, "AT_ONCE", 10)
    monkeypatch.setattr(running, "AT_ONCE", 10)
    started = []
    begin = worker.start
    monkeypatch.setattr(worker, "start", lambda *args: started.append(begin(*args)))
    batch = uploaded(office, "grids", roster(["示例二村"], 40, first_number=5), "名册.csv")
    started.pop().join(60)
    office.post(f"/imports/{batch.pk}/check/", {"do": "import"})
    office.logout()
    started.pop().join(60)
    batch.refresh_from_db()
    assert batch.state == State.IMPORTED
    assert batch.counts()["done"] == 40
