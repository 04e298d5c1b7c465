"""Measures one town in one database and prints what it found as JSON. Started by run.py.

    DATABASE_URL=… python benchmarks/measure.py --requests 30 [--fill-from town.sqlite3]

The database is changed: exports leave entries on the trail, and people and grids are added for the large jobs.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhen.settings")

#: A request that takes longer than this is measured fewer times (seconds).
SLOW = 2.0
READING = ("SELECT", "WITH")


@dataclass
class Measured:
    """One entry. Times in milliseconds, sizes in bytes; `rows` of a workbook, 0 of anything else.

    `cpu` is the p50 of the processor time of this process, which a busy machine does not lengthen; `floor` and
    `floor_cpu` are the p50 of the same rows by plain SQL.
    """

    name: str
    kind: str
    bounded: bool
    budget: int | None
    most: int | None
    rows: int
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
    parser.add_argument("--fill-years", type=int, help="only the rows of bulk.py")
    parser.add_argument("--job", choices=("export", "import"), help="only one large job on what is there")
    options = parser.parse_args()
    prepare()
    if options.fill_years:
        from bulk import fill

        fill(options.fill_years)
        return
    if options.job:
        import jobs

        print(json.dumps({"export": jobs.export, "import": jobs.take_in}[options.job]()))
        return
    if options.fill_from:
        from towns import fill_from

        fill_from(options.fill_from)
    print(json.dumps(everything(options.requests)))


def prepare() -> None:
    """Django as in the office, apart from hashed names of static files, which need `collectstatic`."""
    import warnings

    import django
    from django.conf import settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    warnings.filterwarnings("ignore", message="No directory at")
    django.setup()
    import lianzhen.wsgi  # noqa: F401 - settles the process as the server does


def everything(requests: int) -> dict[str, Any]:
    import jobs
    from entries import EXPORTS, PAGES, WORKS, Sample, client_of

    sample, clients = Sample(), {}
    found = []
    for entry in (*PAGES, *WORKS, *EXPORTS):
        client = clients.setdefault(entry.role, client_of(entry.role))
        few = requests if entry in PAGES else max(3, requests // 5)
        found.append(asdict(measure(entry, lambda c=client, e=entry: e.ask(c, sample), few)))
    # The import meets the town as it is, before the list of people is filled up for the export.
    rows, taken = jobs.rows(), jobs.large_import()
    return {"rows": rows, "entries": found, "export": jobs.large_export(), "import": taken}


def body(answer: Any) -> bytes:
    """What the browser gets; work that writes may lead on. Ends the run where the platform refused."""
    if answer.status_code >= 400 or (answer.status_code >= 300 and answer.request["REQUEST_METHOD"] == "GET"):
        raise SystemExit(f"{answer.request['PATH_INFO']} answered {answer.status_code}")
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def measure(entry: Any, ask: Callable[[], Any], requests: int) -> Measured:
    """Warm up, then: the statements and the size once, the times of `requests` requests, the memory once. Asked for
    from the large frame that the server has."""
    from lianzhen.wsgi import with_room

    ask = with_room(ask)
    body(ask())
    started = time.perf_counter()
    statements, content = min((watched(ask) for _ in range(2)), key=lambda seen: len(seen[0]))
    if time.perf_counter() - started > 2 * SLOW:
        requests = 3
    times = [timed(lambda: body(ask())) for _ in range(requests)]
    floors = [timed(lambda: plain(statements)) for _ in range(requests)]
    gc.collect()
    tracemalloc.start()
    body(ask())
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Measured(
        name=entry.name,
        kind=entry.kind,
        bounded=entry.bounded,
        budget=entry.budget,
        most=entry.most,
        rows=exported() if entry.kind == "export" else 0,
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


def exported() -> int:
    """Rows of the last workbook, as the trail has them."""
    from lianzhen.trail.models import AuditEntry

    entry = AuditEntry.objects.filter(action="list.export").order_by("-pk").first()
    return next(int(change["after"]) for change in entry.changes if change["label"] == "行数")


def watched(ask: Callable[[], Any]) -> tuple[list[tuple[str, Any]], bytes]:
    """The statements of one request and its answer. Asked for twice: what the process keeps for a minute (the
    frame's town and calendar years) may be fetched anew in one of them."""
    statements: list[tuple[str, Any]] = []
    with watching(statements):
        content = body(ask())
    return statements, content


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds that passed, and milliseconds of processor time."""
    started, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000


def _verb(sql: str) -> str:
    """PostgreSQL's unions begin with a parenthesis."""
    return sql.lstrip(" (\n").split(None, 1)[0].upper()


def watching(statements: list[tuple[str, Any]]) -> Any:
    """Note every statement with its parameters."""
    from django.db import connection

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if _verb(sql) in (*READING, "INSERT", "UPDATE", "DELETE"):
            statements.append((sql, params))
        return execute(sql, params, many, context)

    return connection.execute_wrapper(note)


def plain(statements: list[tuple[str, Any]]) -> int:
    """The floor: the same rows fetched without models and dumped as JSON. Answers the length."""
    from django.db import connection

    length = 0
    with connection.cursor() as cursor:
        for sql, params in statements:
            if _verb(sql) in READING:
                cursor.execute(sql, params)
                length += len(json.dumps(cursor.fetchall(), ensure_ascii=False, default=str))
    return length


if __name__ == "__main__":
    main()
