"""The two large jobs: 100,000 rows out, 5,000 rows in. Each runs in a process of its own, whose memory is its own.

To be imported after `django.setup()`.
"""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from entries import client_of
from measure import body, plain, timed, watching

from appraisal.models import MonthlyScore, ScoreEntry
from grids.models import Grid
from grids.tests.rosters import MOST_A_VILLAGE, roster
from lianzhen.importing.models import ImportBatch
from lianzhen.trail.models import AuditEntry
from villages.models import Person, SocialOrganization, Village

EXPORTED, IMPORTED = 100_000, 5_000
#: Numbers of the imported grids: those of the demo are below.
FIRST_NUMBER = 10
#: How often a running import is looked at, and how long at most (seconds).
LOOK, PATIENCE = 0.2, 900


def rows() -> dict[str, int]:
    """How large the town is, for the head of its table."""
    counted = {
        "村": Village,
        "网格": Grid,
        "人员": Person,
        "社会组织": SocialOrganization,
        "操作记录": AuditEntry,
        "扣分加分": ScoreEntry,
        "定稿得分": MonthlyScore,
    }
    return {name: model.objects.count() for name, model in counted.items()}


def apart(job: str) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).with_name("measure.py")), f"--job={job}"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


# --- Out ----------------------------------------------------------------------------------------
def large_export() -> dict[str, float]:
    """Fill the list of people up to 100,000 and export it."""
    villages = list(Village.objects.current().values_list("pk", flat=True))
    wanted = EXPORTED - Person.objects.filter(ended_on=None).count()
    for first in range(0, wanted, 5000):
        numbers = range(first, min(first + 5000, wanted))
        Person.objects.bulk_create(
            Person(
                name=f"测试{n}",
                pinyin=f"ceshi{n}",
                initials="cs",
                phone=f"199{n:08d}",
                phone_tail=f"{n % 10000:04d}",
                village_id=villages[n % len(villages)],
            )
            for n in numbers
        )
    return apart("export")


def export() -> dict[str, float]:
    """Seconds, and bytes of the process's resident size above its size before."""
    office, url = client_of("office"), reverse("person_list")
    body(office.post(reverse("village_list")))
    statements: list[tuple[str, Any]] = []
    gc.collect()
    with Resident() as resident:
        started, cpu = time.perf_counter(), time.process_time()
        with watching(statements):
            answer = office.post(url)
        size = sum(len(part) for part in answer.streaming_content)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    floor, floor_cpu = timed(lambda: plain(statements))
    return {
        "rows": EXPORTED,
        "seconds": seconds,
        "cpu": cpu,
        "floor": floor / 1000,
        "floor_cpu": floor_cpu / 1000,
        "memory": resident.growth,
        "size": size,
    }


# --- In -----------------------------------------------------------------------------------------
def large_import() -> dict[str, float]:
    return apart("import")


def take_in() -> dict[str, float]:
    """A roster of grids with a new head each, by the pages: from the upload to the last row in the register."""
    names = list(Village.objects.current().order_by("code").values_list("name", flat=True))
    wanted = min(IMPORTED, len(names) * MOST_A_VILLAGE)
    office, before = client_of("office"), Grid.objects.count()
    file = io.BytesIO(roster(names, wanted, first_number=FIRST_NUMBER))
    file.name = "grids.csv"
    with tempfile.TemporaryDirectory() as folder, Resident() as resident:
        settings.MEDIA_ROOT = folder
        started = time.perf_counter()
        body(office.post(reverse("import_new"), {"kind": "grids", "file": file}))
        batch = _at_rest(ImportBatch.objects.latest("pk").pk)
        checked = time.perf_counter()
        body(office.post(reverse("import_check", args=[batch.pk]), {"do": "import"}))
        _at_rest(batch.pk)
        done = time.perf_counter()
    return {
        "rows": Grid.objects.count() - before,
        "wanted": wanted,
        "check": checked - started,
        "import": done - checked,
        "seconds": done - started,
        "memory": resident.growth,
    }


def _at_rest(pk: int) -> ImportBatch:
    """The batch once nobody works at it."""
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        batch = ImportBatch.objects.get(pk=pk)
        if not batch.running:
            if batch.stopped:
                raise SystemExit(f"import: {batch.stopped}")
            return batch
        time.sleep(LOOK)
    raise SystemExit("the import takes too long")


class Resident:
    """The largest resident size of the process while the block runs, above that at its beginning. Bytes."""

    def __enter__(self) -> Resident:
        self.before = self.most = self._now()
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._follow)
        self._watch.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._done.set()
        self._watch.join()

    @property
    def growth(self) -> int:
        return self.most - self.before

    def _follow(self) -> None:
        while not self._done.wait(0.02):
            self.most = max(self.most, self._now())

    @staticmethod
    def _now() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
