"""Long work beside the request: one thread of the serving process for each batch that was set to run.

A thread, because a township's server has no queue and needs none: the work starts with the click, and
when the process dies in the middle its transaction dies with it. What remains is a batch that says
"running" while its progress file grows old; the page then says that nothing was written and offers to go on.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import close_old_connections, connection

from lianzhen.importing import progress
from lianzhen.importing.models import ImportBatch

logger = logging.getLogger(__name__)
STOPPED = "办理中断了，什么也没有写入。请再办理一次；仍不行的，请联系系统管理员。"


_waited_for: contextvars.ContextVar[bool] = contextvars.ContextVar("lianzhen_import_waited_for", default=False)


@contextmanager
def waited_for() -> Iterator[None]:
    """Inside, long work is done by the caller's own thread, and its errors are the caller's: for a command or a
    measurement that has nobody to come back to it."""
    token = _waited_for.set(True)
    try:
        yield
    finally:
        _waited_for.reset(token)


def start(work: Callable[[ImportBatch], object], batch_pk: int) -> threading.Thread:
    """Run `work(batch)` in a thread of its own, with the address of whoever asked."""
    if _waited_for.get():
        work(ImportBatch.objects.get(pk=batch_pk))
        return threading.current_thread()
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(_run, work, batch_pk), name=f"import-{batch_pk}", daemon=True)
    thread.start()
    return thread


def _run(work: Callable[[ImportBatch], object], batch_pk: int) -> None:
    close_old_connections()
    try:
        work(ImportBatch.objects.get(pk=batch_pk))
    except Exception:
        logger.exception("import batch %s stopped", batch_pk)
        mark_stopped(batch_pk)
    finally:
        connection.close()


def mark_stopped(batch_pk: int) -> None:
    """The work ended in an error, its transaction is rolled back: say so."""
    ImportBatch.objects.filter(pk=batch_pk).update(running="", stopped=STOPPED)
    progress.forget(batch_pk)
