"""Demo towns to measure: built once on SQLite and kept in var/bench, copied row by row to PostgreSQL."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "bench"
#: Rows written at a time while copying.
PORTION = 500
#: Tables that `migrate` fills by itself.
FILLED = ("contenttypes.contenttype", "auth.permission")


@dataclass(frozen=True)
class Size:
    villages: int
    years: int

    def __str__(self) -> str:
        return f"{self.villages}个村、{self.years}年"

    @property
    def file(self) -> Path:
        return KEPT / f"town-{self.villages}x{self.years}-{schema()}.sqlite3"


def schema() -> str:
    """A sign of all migrations: a town built with others is built anew."""
    files = sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("lianzhen/*/migrations/*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]


def manage(database: str, *arguments: str) -> None:
    """Run a command of manage.py on a database. Raises `CalledProcessError` when it does not succeed."""
    environment = {**os.environ, "DATABASE_URL": database, "DATABASE_POOL": "0"}
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


def built(size: Size) -> Path:
    """The town's SQLite file; building it takes minutes the first time, a whole county much longer."""
    if not size.file.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        half = size.file.with_suffix(".half")
        half.unlink(missing_ok=True)
        manage(f"sqlite:///{half}", "migrate", "--verbosity=0")
        manage(f"sqlite:///{half}", "demo", f"--villages={size.villages}", f"--years={size.years}")
        half.rename(size.file)
    return size.file


def fill_from(source: Path) -> None:
    """Copy every row of the file into the default database, which is migrated and otherwise empty.

    To be called after `django.setup()`. The rows are the same, with the same keys.
    """
    from django.apps import apps
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
        cursor.execute(f"SET session_replication_role = replica; TRUNCATE {names} CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
        for model in tables:
            _copy(model)
    with target.cursor() as cursor:
        from django.core.management.color import no_style

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
