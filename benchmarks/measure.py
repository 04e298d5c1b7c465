"""Measures one town in one database and prints what it found as JSON. Started by run.py.

    DATABASE_URL=… python benchmarks/measure.py --requests 30 [--fill-from town.sqlite3]

The database is changed: exports leave entries on the trail, and people are added for the large export.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhen.settings")

LARGE = 100_000
#: A request that takes longer than this is measured fewer times.
SLOW = 2.0
READING = ("SELECT", "WITH")
BACKEND = "lianzhen.accounts.backends.AccountOrPhoneBackend"


@dataclass
class Measured:
    """One page or export. Times in milliseconds, sizes in bytes.

    `cpu` is the p50 of the processor time of this process, which a busy machine does not lengthen; `floor` and
    `floor_cpu` are the p50 of the same rows by plain SQL.
    """

    name: str
    queries: int
    p50: float
    p95: float
    cpu: float
    floor: float
    floor_cpu: float
    size: int
    gzipped: int
    memory: int


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=30)
    parser.add_argument("--fill-from", type=Path)
    parser.add_argument("--large", action="store_true", help="only the large export of what is there")
    options = parser.parse_args()
    prepare()
    if options.large:
        print(json.dumps(large_export()))
        return
    if options.fill_from:
        from towns import fill_from

        fill_from(options.fill_from)
    found = [asdict(measure(name, ask, options.requests)) for name, ask in pages()]
    exports = [asdict(measure(name, ask, max(3, options.requests // 5))) for name, ask in exported()]
    print(json.dumps({"pages": found, "exports": exports, "large": large(), "rows": rows()}))


def prepare() -> None:
    """Django as in the office, apart from hashed names of static files, which need `collectstatic`."""
    import django
    from django.conf import settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    django.setup()


# --- What is measured -------------------------------------------------------------------------
def client_of(role: str) -> Any:
    from django.test import Client

    from lianzhen.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username=f"demo_{role}"), backend=BACKEND)
    return client


def pages() -> list[tuple[str, Callable[[], Any]]]:
    from django.urls import reverse

    from grids.models import GridHeadTerm
    from villages.models import Village

    village = Village.objects.current().order_by("code").first()
    head = GridHeadTerm.objects.filter(ends_on=None).order_by("pk").first().person
    office, sysadmin = client_of("office"), client_of("sysadmin")
    wanted = [
        ("首页（联村办）", office, reverse("home")),
        ("首页（组长）", client_of("leader"), reverse("home")),
        ("村（社区）", office, reverse("village_list")),
        ("一个村", office, reverse("village", args=[village.pk])),
        ("联村工作组", office, reverse("team_list")),
        ("网格", office, reverse("grid_list")),
        ("网格四类人员", office, reverse("grid_coverage")),
        ("人员", office, reverse("person_list")),
        ("一个人", office, reverse("person", args=[head.pk])),
        ("社会组织", office, reverse("organization_list")),
        ("搜索", office, reverse("search") + f"?q={head.name[0]}"),
        ("账号", sysadmin, reverse("account_list")),
        ("操作记录", client_of("auditor"), reverse("audit_list")),
        ("管理面板", office, reverse("admin:index")),
    ]
    return [(name, lambda c=client, u=url: c.get(u)) for name, client, url in wanted]


def exported() -> list[tuple[str, Callable[[], Any]]]:
    from django.urls import reverse

    office = client_of("office")
    wanted = (
        ("村（社区）", "village_list"),
        ("网格", "grid_list"),
        ("社会组织", "organization_list"),
        ("人员", "person_list"),
    )
    return [(f"导出{title}", lambda n=name: office.post(reverse(n))) for title, name in wanted]


def rows() -> dict[str, int]:
    from grids.models import Grid
    from lianzhen.trail.models import AuditEntry
    from villages.models import SocialOrganization, Village

    counted = {"村": Village, "网格": Grid, "社会组织": SocialOrganization, "操作记录": AuditEntry}
    return {name: model.objects.count() for name, model in counted.items()}


# --- How it is measured -----------------------------------------------------------------------
def body(answer: Any) -> bytes:
    if answer.status_code != 200:
        raise SystemExit(f"{answer.request['PATH_INFO']} answered {answer.status_code}")
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def measure(name: str, ask: Callable[[], Any], requests: int) -> Measured:
    """Warm up, then: the statements and the size once, the times of `requests` requests, the memory once."""
    body(ask())
    statements: list[tuple[str, Any]] = []
    started = time.perf_counter()
    with watching(statements):
        content = body(ask())
    if time.perf_counter() - started > SLOW:
        requests = 3
    times = [timed(lambda: body(ask())) for _ in range(requests)]
    floors = [timed(lambda: plain(statements)) for _ in range(requests)]
    gc.collect()
    tracemalloc.start()
    body(ask())
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Measured(
        name=name,
        queries=len(statements),
        p50=statistics.median(wall for wall, _ in times),
        p95=statistics.quantiles([wall for wall, _ in times], n=20, method="inclusive")[-1],
        cpu=statistics.median(cpu for _, cpu in times),
        floor=statistics.median(wall for wall, _ in floors),
        floor_cpu=statistics.median(cpu for _, cpu in floors),
        size=len(content),
        gzipped=len(gzip.compress(content, 6)),
        memory=memory,
    )


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds that passed, and milliseconds of processor time."""
    started, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000


def watching(statements: list[tuple[str, Any]]) -> Any:
    """Note every statement with its parameters."""
    from django.db import connection

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().split(None, 1)[0].upper() in (*READING, "INSERT", "UPDATE", "DELETE"):
            statements.append((sql, params))
        return execute(sql, params, many, context)

    return connection.execute_wrapper(note)


def plain(statements: list[tuple[str, Any]]) -> int:
    """The floor: the same rows fetched without models and dumped as JSON. Answers the length."""
    from django.db import connection

    length = 0
    with connection.cursor() as cursor:
        for sql, params in statements:
            if sql.lstrip().split(None, 1)[0].upper() in READING:
                cursor.execute(sql, params)
                length += len(json.dumps(cursor.fetchall(), ensure_ascii=False, default=str))
    return length


# --- One hundred thousand rows ------------------------------------------------------------------
def large() -> dict[str, float]:
    """Fill the list of people up to 100,000 and export it in a fresh process, whose memory is only the export's."""
    from villages.models import Person, Village

    villages = list(Village.objects.current().values_list("pk", flat=True))
    wanted = LARGE - Person.objects.filter(ended_on=None).count()
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
    command = [sys.executable, __file__, "--large"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def large_export() -> dict[str, float]:
    """Seconds, and bytes of the process's resident size above its size before."""
    from django.urls import reverse

    office, url = client_of("office"), reverse("person_list")
    body(office.post(reverse("village_list")))
    statements: list[tuple[str, Any]] = []
    gc.collect()
    with Resident() as resident:
        started, cpu = time.perf_counter(), time.process_time()
        with watching(statements):
            answer = office.post(url)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        size = sum(len(part) for part in answer.streaming_content)
    floor, floor_cpu = timed(lambda: plain(statements))
    return {
        "rows": LARGE,
        "seconds": seconds,
        "cpu": cpu,
        "floor": floor / 1000,
        "floor_cpu": floor_cpu / 1000,
        "memory": resident.growth,
        "size": size,
    }


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


if __name__ == "__main__":
    main()
