"""The speed on record: `make bench`, or `python benchmarks/run.py [--only-town] [--engine sqlite] [--requests 30]`.

Builds a town and a whole county (kept in var/bench), measures both on SQLite and PostgreSQL, each in a process
of its own, and prints the tables. A run of everything is the record: it goes with its date to benchmarks/RESULTS.md
and, in short, to the README. Ends with 1 when a bounded page asks more of a larger town, or more than 15 statements.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import report
from report import Run
from towns import ROOT, Size, built, manage, run

sys.path.insert(0, str(ROOT / ".ci"))
import postgres

RESULTS, README = ROOT / "benchmarks" / "RESULTS.md", ROOT / "README.md"
TOWN, COUNTY = Size(39, 10), Size(600, 10)
ENGINES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def main() -> int:
    parser = argparse.ArgumentParser(description="测量主要页面和导出的速度。")
    parser.add_argument("--only-town", action="store_true", help="不测600个村（第一次要建十分钟）。")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="只测一种数据库。")
    parser.add_argument("--requests", type=int, default=30)
    parser.add_argument("--any-kept", action="store_true", help="用以前建好的示例数据，不计入记录。")
    options = parser.parse_args()
    load, day = f"{os.getloadavg()[0]:.1f}", f"{date.today():%Y-%m-%d}"
    sizes = [TOWN] if options.only_town else [TOWN, COUNTY]
    runs = [
        measured(engine, size, options.requests, any_kept=options.any_kept)
        for engine in options.engine or ENGINES
        for size in sizes
    ]
    pairs = [(a, b) for a in runs for b in runs if a.engine == b.engine and a.is_town and not b.is_town]
    checks = "".join(report.equal_queries(small.engine, small, large) for small, large in pairs)
    print(checks)
    whole = not (options.only_town or options.engine or options.any_kept)
    if whole:
        machine, python = f"{os.cpu_count()}核", platform.python_version()
        head = report.HEAD.format(day=day, machine=machine, python=python, load=load, requests=options.requests)
        RESULTS.write_text(head + checks + "".join(map(report.section, runs)), "utf-8")
        told = report.short(day, *next(pair for pair in pairs if pair[0].engine == ENGINES["postgres"]))
        README.write_text(report.put_between(README.read_text("utf-8"), told), "utf-8")
    return complain(runs, pairs)


def complain(runs: list[Run], pairs: list[tuple[Run, Run]]) -> int:
    """Print what misses its target; 1 for statements, which no machine makes fewer."""
    for each in runs:
        missed = [(e["name"], report.misses(e, is_town=each.is_town)) for e in each.entries.values()]
        told = [f"{name}（{'，'.join(why)}）" for name, why in missed if why] + report.misses_of_jobs(each.found)
        if told:
            print(f"{each.title} 未达到目标：{'；'.join(told)}", file=sys.stderr)
    wrong = [found for each in runs for found in report.too_many(each)]
    wrong += [found for small, large in pairs for found in report.growing(small, large)]
    return 1 if wrong else 0


def measured(engine: str, size: Size, requests: int, *, any_kept: bool) -> Run:
    """What measure.py found in a copy of the town: measuring leaves entries on the trail."""
    source = built(size, any_kept=any_kept)
    with tempfile.TemporaryDirectory() as folder, database(engine, source, Path(folder)) as (url, more):
        found = json.loads(run(url, "benchmarks/measure.py", f"--requests={requests}", *more))
    made = Run(str(size), ENGINES[engine], found, is_town=size == TOWN)
    print(report.section(made), flush=True)
    return made


@contextmanager
def database(engine: str, source: Path, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A database to measure in, with the arguments that fill it."""
    if engine == "sqlite":
        copy = shutil.copy(source, folder / "town.sqlite3")
        yield f"sqlite:///{copy}", []
        return
    with postgres.running() as url:
        manage(url, "migrate", "--verbosity=0")
        yield url, [f"--fill-from={source}"]


if __name__ == "__main__":
    sys.exit(main())
