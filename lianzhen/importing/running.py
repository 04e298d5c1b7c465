"""Taking the sound rows in: one act, one transaction, all of the confirmed batch or nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.importing import progress, touching, worker
from lianzhen.importing.actions import AT_ONCE, store_rows, upload
from lianzhen.importing.checking import Reader
from lianzhen.importing.kinds import Kind, Plan, Problem
from lianzhen.importing.models import ImportBatch, ImportRow
from lianzhen.importing.preparing import READY, carry_out, prepare, refuse
from lianzhen.trail import acting
from lianzhen.trail.recording import Act
from lianzhen.wording import number

logger = logging.getLogger(__name__)
State, Running, Outcome = ImportBatch.State, ImportBatch.Running, ImportRow.Outcome
#: How often rows are prepared anew because somebody else wrote meanwhile, before all writers are made to wait.
TRIES = 3


def start_import(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Import the sound rows: at once when they are few, otherwise by a worker (`running` is then set).

    Asking twice does it once. Raises `ValidationError` when there is nothing to import.
    """
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if locked.running and progress.seen(batch.pk)[2]:
            return locked
        total = locked.rows.filter(outcome__in=READY).count()
        if not total:
            if locked.took_in:
                return locked
            raise ValidationError("没有可以导入的行。")
        locked.running, locked.stopped, locked.imported_by = Running.IMPORT, "", by
        locked.save(update_fields=["running", "stopped", "imported_by"])
        progress.tell(batch.pk, 0, total)
        if total > AT_ONCE:
            transaction.on_commit(lambda: worker.start(run_import, batch.pk))
            return locked
    try:
        run_import(locked)
    except DatabaseError:
        logger.exception("import batch %s stopped", batch.pk)
        worker.mark_stopped(batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def import_file(*, kind: Kind, raw: bytes, file_name: str, by: User) -> ImportBatch:
    """A file from upload to import in the caller's own thread, however many rows: for commands and measurements.

    Raises `ValidationError` when the file cannot be taken or nothing in it can be imported; where sheet or columns
    are not plain, the batch comes back as uploaded."""
    with worker.waited_for():
        batch = upload(kind=kind, raw=raw, file_name=file_name, by=by)
        batch.refresh_from_db()
        if batch.state == State.CHECKED:
            start_import(batch=batch, by=by)
    return ImportBatch.objects.get(pk=batch.pk)


def run_import(batch: ImportBatch) -> None:
    """Write the sound rows: all of them or, when anything breaks, none. A row that a rule refuses waits with its
    reason. The state of the batch changes in the same transaction as the register."""
    if batch.definition.reads:
        for attempt in range(TRIES + 1):
            try:
                # The last time nobody else can write in between: others wait for seconds, not for a row at a time.
                if _run_prepared(batch, holding_others=attempt == TRIES):
                    return
            except IntegrityError:
                # The database saw what the rules in memory did not; row by row, it says at which row.
                logger.warning("import batch %s is taken in row by row", batch.pk, exc_info=True)
                break
    with _importing(batch) as (locked, act):
        if locked is not None:
            _finish(locked, act, _write_rows(locked, locked.imported_by))
    progress.forget(batch.pk)


def _run_prepared(batch: ImportBatch, *, holding_others: bool) -> bool:
    """Prepare without a lock, then store in one go. False, and nothing written, when the register changed
    between the two."""
    prepared = None if holding_others else prepare(batch, batch.imported_by, progress.tell)
    with _importing(batch) as (locked, act):
        if locked is not None:
            prepared = prepared or prepare(batch, batch.imported_by, progress.tell)
            prepared.gathering.lock()
            if prepared.is_stale(locked):
                return False
            prepared.gathering.write(act)
            touching.store(locked, prepared.touches())
            store_rows(prepared.refused, ["outcome", "problems", "changes"])
            locked.rows.filter(outcome__in=READY).update(did=F("outcome"), outcome=Outcome.DONE)
            _finish(locked, act, prepared.total - len(prepared.refused))
    progress.forget(batch.pk)
    return True


@contextmanager
def _importing(batch: ImportBatch) -> Iterator[tuple[ImportBatch | None, Act]]:
    """The act of an import, with the batch locked; None when it is no longer to be imported."""
    label = f"导入{batch.kind_title}"
    with acting(by=batch.imported_by, action="import.run", label=label, reason=f"导入文件：{batch.file_name}") as act:
        # One import at a time, whichever process runs it: they would wait for each other's rows anyway.
        list(ImportBatch.objects.order_by("pk").select_for_update()[:1])
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        yield (locked if locked.running == Running.IMPORT else None), act


def _finish(batch: ImportBatch, act: Act, done: int) -> None:
    waiting = batch.rows.filter(outcome=Outcome.PROBLEM).count()
    batch.state = State.PARTIAL if waiting else State.IMPORTED
    batch.imported_at = batch.imported_at or timezone.now()
    batch.running = ""
    batch.save()
    act.note(batch, [("导入", "", f"{number(done)}行"), ("待处理", "", f"{number(waiting)}行")])


def _write_rows(batch: ImportBatch, by: User | None) -> int:
    """Row by row through the single actions, each in a savepoint. How many rows went in."""
    reader = Reader(batch)
    rows = list(batch.rows.filter(outcome__in=READY))
    refused = []
    with touching.noting() as touches:
        for done, row in enumerate(rows, start=1):
            row.batch = batch
            kept = len(touches)
            problems = _write_row(reader, row, by)
            if problems:
                del touches[kept:]
                refuse(row, problems)
                refused.append(row)
            progress.tell(batch.pk, done, len(rows))
        reader.kind.conclude(reader.book, by)
    store_rows(refused, ["outcome", "problems", "changes"])
    batch.rows.filter(outcome__in=READY).update(did=F("outcome"), outcome=Outcome.DONE)
    touching.store(batch, touches)
    return len(rows) - len(refused)


def _write_row(reader: Reader, row: ImportRow, by: User | None) -> list[dict]:
    def act(plan: Plan) -> None:
        with transaction.atomic():
            plan.write(by)

    try:
        return carry_out(reader, row, act)
    except IntegrityError:
        return [Problem("", "与已有的另一条记录冲突，请重新检查。").stored()]
