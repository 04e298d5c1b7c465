"""Demo towns to measure: built once on SQLite and kept in var/bench, copied row by row to PostgreSQL."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "bench"
#: Rows written at a time while copying.
PORTION = 500
#: Tables that `migrate` fills by itself.
FILLED = ("contenttypes.contenttype", "auth.permission")
#: What a town is made of: built with others, it is built anew.
MADE_OF = (
    "*/migrations/*.py",
    "lianzhen/*/migrations/*.py",
    "lianzhen/demo/*.py",
    "*/demo/*.py",
    "benchmarks/bulk*.py",
)


@dataclass(frozen=True)
class Size:
    villages: int
    years: int

    def __str__(self) -> str:
        return f"{self.villages}个村、{self.years}年"

    @property
    def file(self) -> Path:
        return KEPT / f"town-{self.villages}x{self.years}-{sign_of_making()}.sqlite3"

    def kept(self) -> Path | None:
        """The latest town of this size, whatever it was built with."""
        files = KEPT.glob(f"town-{self.villages}x{self.years}-*.sqlite3")
        return max(files, key=lambda path: path.stat().st_mtime, default=None)


def sign_of_making() -> str:
    files = sorted({path for pattern in MADE_OF for path in ROOT.glob(pattern)})
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]


def manage(database: str, *arguments: str) -> None:
    """Run a command of manage.py on a database. Raises `CalledProcessError` when it does not succeed."""
    run(database, "manage.py", *arguments)


def run(database: str, *command: str) -> str:
    """Run a script of ours on a database and answer what it printed."""
    environment = {**os.environ, "DATABASE_URL": database, "DATABASE_POOL": "0"}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def built(size: Size, *, any_kept: bool = False) -> Path:
    """The town's SQLite file. Building it takes a minute the first time, a whole county ten.

    `any_kept` takes one that was built with an earlier state of the code and only migrates it: for trying out,
    not for the record.
    """
    old = size.kept() if any_kept and not size.file.exists() else None
    if old is not None:
        manage(f"sqlite:///{old}", "migrate", "--verbosity=0")
        return old
    if not size.file.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        file = size.file
        half = file.with_suffix(".half")
        half.unlink(missing_ok=True)
        print(f"正在建{size}的示例数据……", file=sys.stderr)
        manage(f"sqlite:///{half}", "migrate", "--verbosity=0")
        manage(f"sqlite:///{half}", "demo", f"--villages={size.villages}", f"--years={size.years}", "--weeks=9")
        run(f"sqlite:///{half}", "benchmarks/measure.py", f"--fill-years={size.years}")
        _settle(half)
        half.rename(file)
    return size.file


def _settle(file: Path) -> None:
    """Move what still stands in the write-ahead log into the file: a rename would leave it behind."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def fill_from(source: Path) -> None:
    """Copy every row of the file into the default database, which is migrated and otherwise empty.

    To be called after `django.setup()`. The rows are the same, with the same keys.
    """
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connections, transaction

    connections.databases["source"] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(source),
        "OPTIONS": {},
    }
    target = connections["default"]
    tables = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    tables = [m for m in tables if m._meta.label_lower not in FILLED]
    with transaction.atomic(), target.cursor() as cursor:
        names = ", ".join(target.ops.quote_name(m._meta.db_table) for m in tables)
        # Neither triggers nor foreign keys look on until all tables are there.
        cursor.execute(f"SET session_replication_role = replica; TRUNCATE {names} CASCADE")
        for model in tables:
            _copy(model)
        cursor.execute("SET session_replication_role = DEFAULT")
    with target.cursor() as cursor:
        for statement in target.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
    connections["source"].close()


def _copy(model: Any) -> None:
    portion = []
    for row in model._base_manager.using("source").order_by("pk").iterator(chunk_size=PORTION):
        portion.append(row)
        if len(portion) == PORTION:
            model._base_manager.using("default").bulk_create(portion)
            portion = []
    model._base_manager.using("default").bulk_create(portion)
