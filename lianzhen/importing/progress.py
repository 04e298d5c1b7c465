"""How far a running check or import has come, told through a small file beside the upload.

Not through the database: while an import writes, SQLite lets nobody else write, and on PostgreSQL the
figure would need a connection of its own. A file is seen by every process of the server.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from django.conf import settings

#: A worker that has not been heard of for so many seconds has died with its process.
SILENT_SECONDS = 90
#: Rows between two signs of life.
EVERY = 25


def folder() -> Path:
    path = Path(settings.MEDIA_ROOT) / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def _path(batch_pk: int) -> Path:
    return folder() / f"{batch_pk}.progress"


def tell(batch_pk: int, done: int, total: int) -> None:
    if done % EVERY and done != total:
        return
    fresh = _path(batch_pk).with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps({"done": done, "total": total, "process": os.getpid()}), encoding="ascii")
    fresh.replace(_path(batch_pk))


def seen(batch_pk: int) -> tuple[int, int, bool]:
    """Rows done, rows in all, and whether the worker is alive."""
    path = _path(batch_pk)
    try:
        told = json.loads(path.read_text(encoding="ascii"))
        alive = time.time() - path.stat().st_mtime < SILENT_SECONDS and _runs(told["process"])
    except (OSError, ValueError, KeyError):
        return 0, 0, False
    return told["done"], told["total"], alive


def _runs(process: int) -> bool:
    """Whether the process is there, so that a page tells of a crash at once and not when silence grows long."""
    if os.name != "posix":
        return True  # elsewhere the question itself would end the process
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def forget(batch_pk: int) -> None:
    _path(batch_pk).unlink(missing_ok=True)
