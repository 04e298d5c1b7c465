"""The speed on record: `make bench`, or `python benchmarks/run.py [--county] [--only sqlite] [--requests 30]`.

Builds the towns (kept in var/bench), measures each on SQLite and PostgreSQL in a process of its own,
prints the tables and writes them with the date to benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from towns import ROOT, Size, built, manage

sys.path.insert(0, str(ROOT / ".ci"))
import postgres

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
TOWN, COUNTY = Size(39, 10), Size(600, 10)
ENGINES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
HEAD = """# 速度记录

由 `make bench` 生成，{day}，{machine}，Python {python}。测量期间机器负载（1分钟平均）{load}。

- 每一页：预热后连续请求{requests}次，单进程；时间从请求进入到内容取完，含中间件，不含网络。
- 处理器：应用进程自身的处理器时间（p50），机器忙时不受别的程序影响，不含 PostgreSQL 进程。
- 底数：同一页的查询不经模型和模板、直接取出并写成 JSON 的时间（p50）。
- 内存：一次请求中 Python 分配的峰值；十万行导出为进程常驻内存的增加。
- 负载高于核数时，p50、p95 受别的程序影响，以处理器一列为准；⚠ 按 p50 标出。
- 目标：查询 ≤15；p50 ≤40 毫秒或 ≤5 倍底数；十万行导出 ≤15 秒、≤150 MB。
"""
TABLE = """
| 页面 | 查询 | p50 毫秒 | p95 毫秒 | 处理器毫秒 | 底数毫秒 | 倍数 | 字节 KB | gzip KB | 内存 MB |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
"""


def main() -> int:
    parser = argparse.ArgumentParser(description="测量主要页面和导出的速度。")
    parser.add_argument("--county", action="store_true", help="另测600个村（第一次要建很久）。")
    parser.add_argument("--only", choices=ENGINES, action="append", help="只测一种数据库。")
    parser.add_argument("--requests", type=int, default=30)
    options = parser.parse_args()
    load = f"{os.getloadavg()[0]:.1f}"
    parts = []
    for size in (TOWN, COUNTY) if options.county else (TOWN,):
        source = built(size)
        for engine in options.only or ENGINES:
            try:
                found = measured(engine, source, options.requests)
            except postgres.NoPostgres as problem:
                print(f"没有测 PostgreSQL：{problem}", file=sys.stderr)
                continue
            parts.append(section(f"{size}，{ENGINES[engine]}", found))
            print(parts[-1])
    head = HEAD.format(
        day=f"{date.today():%Y-%m-%d}",
        machine=f"{os.cpu_count()}核",
        python=platform.python_version(),
        load=load,
        requests=options.requests,
    )
    RESULTS.write_text(head + "".join(parts), "utf-8")
    return 0


def measured(engine: str, source: Path, requests: int) -> dict[str, Any]:
    """What measure.py found in a copy of the town: measuring leaves entries on the trail."""
    with tempfile.TemporaryDirectory() as folder, database(engine, source, Path(folder)) as (url, more):
        command = [sys.executable, "benchmarks/measure.py", f"--requests={requests}", *more]
        environment = {**os.environ, "DATABASE_URL": url, "DATABASE_POOL": "0"}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


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


def section(title: str, found: dict[str, Any]) -> str:
    rows = "、".join(f"{name}{count:,}" for name, count in found["rows"].items())
    lines = "".join(line(each) for each in [*found["pages"], *found["exports"]])
    large = found["large"]
    told = (
        f"\n导出{large['rows']:,}行人员：{large['seconds']:.1f}秒，处理器{large['cpu']:.1f}秒"
        f"（底数{large['floor']:.1f}秒），"
        f"内存增加{large['memory'] / 2**20:.0f} MB，文件{large['size'] / 2**20:.1f} MB。\n"
    )
    return f"\n## {title}\n\n{rows}。\n{TABLE}{lines}{told}"


def line(each: dict[str, Any]) -> str:
    times = each["p50"] / each["floor"]
    size, gzipped, memory = each["size"] / 1024, each["gzipped"] / 1024, each["memory"] / 2**20
    slow = " ⚠" if each["p50"] > 40 and times > 5 else ""
    durations = " | ".join(f"{each[key]:.1f}" for key in ("p50", "p95", "cpu", "floor"))
    sizes = f"{size:.0f} | {gzipped:.1f} | {memory:.1f}"
    return f"| {each['name']}{slow} | {each['queries']} | {durations} | {times:.1f} | {sizes} |\n"


if __name__ == "__main__":
    sys.exit(main())
