"""From a file to a checked batch: upload, choosing sheet and columns, check, corrections typed on the page.

Nothing here writes into the register; that is `running.py`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import transaction

from lianzhen.accounts.models import User
from lianzhen.importing import progress, worker
from lianzhen.importing.checking import judge_all
from lianzhen.importing.kinds import Kind
from lianzhen.importing.limits import Unreadable
from lianzhen.importing.matching import Match, looks_like, match, why_skipped
from lianzhen.importing.models import ImportBatch, ImportRow
from lianzhen.importing.reading import Line, Sheet, read
from lianzhen.trail import acting
from lianzhen.wording import number

#: Up to so many rows the answer waits for the work; beyond, a worker does it and the page can be left.
AT_ONCE = 100
#: Signs that nobody types and PostgreSQL does not store.
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000)))
#: Digits of the largest number of a row or a line.
LONGEST_NUMBER = 9
State, Running, Outcome = ImportBatch.State, ImportBatch.Running, ImportRow.Outcome
#: Rows that a check still decides about.
OPEN = (Outcome.NEW, Outcome.CHANGED, Outcome.SAME, Outcome.PROBLEM)


# --- Upload -----------------------------------------------------------------------------------
def upload(*, kind: Kind, raw: bytes, file_name: str, by: User) -> ImportBatch:
    """Keep the file and, where sheet and columns are plain, check it. Raises `ValidationError` at `file`."""
    try:
        sheets = read(raw, file_name)
    except Unreadable as reason:
        raise ValidationError({"file": str(reason)}) from reason
    batch = ImportBatch(
        kind=kind.key,
        file_name=PurePath(file_name).name[-150:],
        stored_as=f"{uuid.uuid4().hex}{PurePath(file_name).suffix.lower()[:6]}",
        sha256=hashlib.sha256(raw).hexdigest(),
        sheets=[{"name": s.name, "lines": len(s.lines)} for s in sheets],
        created_by=by,
    )
    (progress.folder() / batch.stored_as).write_bytes(raw)
    with acting(by=by, action="import.upload", label="上传导入文件") as act:
        batch.save()
        act.note(batch)
    if len(sheets) == 1:
        sheet = sheets[0]
        found = match(kind, sheet.lines)
        _remember(batch, sheet, found)
        if found.columns and not found.missing(kind) and not found.doubled and sheet.lines[-1].number > found.line:
            set_columns(batch=batch, columns=found.columns, fixed={}, sheets=sheets)
    return batch


def earlier_import(batch: ImportBatch) -> ImportBatch | None:
    """The same file imported before, and not taken back."""
    same = ImportBatch.objects.filter(sha256=batch.sha256, kind=batch.kind).exclude(pk=batch.pk)
    return same.filter(state__in=[State.IMPORTED, State.PARTIAL]).order_by("-imported_at").first()


def reread(batch: ImportBatch) -> list[Sheet]:
    """The stored file again. Raises `ValidationError` when it is no longer there."""
    try:
        return read((progress.folder() / batch.stored_as).read_bytes(), batch.stored_as)
    except (OSError, Unreadable) as reason:
        raise ValidationError("原来上传的文件已不在服务器上，请重新上传。") from reason


# --- Sheet and columns ------------------------------------------------------------------------
def set_sheet(*, batch: ImportBatch, sheet_name: str, header_line: int | None = None) -> ImportBatch:
    """Choose the sheet, and optionally the row of its header; columns are matched anew."""
    _refuse_unless_open(batch)
    sheet = next((s for s in reread(batch) if s.name == sheet_name), None)
    if sheet is None:
        raise ValidationError({"sheet": "请选择一张工作表。"})
    if header_line is not None and header_line not in {line.number for line in sheet.lines}:
        raise ValidationError({"header_line": f"第{header_line}行没有内容，请填写表头所在的行。"})
    _remember(batch, sheet, match(batch.definition, sheet.lines, header_line))
    return batch


def set_columns(
    *, batch: ImportBatch, columns: Mapping[str, int], fixed: Mapping[str, str], sheets: list[Sheet] | None = None
) -> ImportBatch:
    """Say which column is which (`fixed`: one text for every row instead of a column) and check all rows."""
    _refuse_unless_open(batch)
    kind = batch.definition
    missing = [c.title for c in kind.columns if c.required and c.key not in columns and not fixed.get(c.key)]
    if missing:
        raise ValidationError(f"还没有对应{'、'.join(missing)}，请选择列，或填写统一的内容。")
    if len(set(columns.values())) < len(columns):
        raise ValidationError("同一列不能对应两项，请核对。")
    sheet = next(s for s in sheets or reread(batch) if s.name == batch.sheet)
    header = Match(batch.header_line or 0, batch.headers, dict(columns))
    below = [line for line in sheet.lines if line.number > header.line]
    if not below:
        raise ValidationError("表头下面没有数据，请核对表头所在的行。")
    rows = []
    for line in below:
        why = why_skipped(line, header)
        row = ImportRow(batch=batch, line=line.number, raw=line.cells, note=why or ("隐藏行" if line.hidden else ""))
        row.outcome = Outcome.SKIPPED if why else Outcome.PROBLEM
        rows.append(row)
    with transaction.atomic():
        _lock(batch)
        batch.matched, batch.fixed = dict(columns), {k: v for k, v in fixed.items() if v}
        batch.remarks = _remarks(sheet, header)
        batch.state = State.MAPPED
        batch.save()
        batch.rows.all().delete()
        ImportRow.objects.bulk_create(rows, batch_size=500)
    check(batch=batch)
    return batch


def _remember(batch: ImportBatch, sheet: Sheet, found: Match) -> None:
    batch.sheet, batch.header_line, batch.headers = sheet.name, found.line, found.headers
    batch.matched, batch.remarks = found.columns, _remarks(sheet, found)
    batch.save()


def _remarks(sheet: Sheet, header: Match) -> list[str]:
    remarks = list(sheet.remarks)
    above = sum(line.number < header.line for line in sheet.lines)
    if above:
        remarks.append(f"表头上面的{above}行标题或说明已跳过。")
    hidden = sum(line.hidden and line.number > header.line for line in sheet.lines)
    if hidden:
        remarks.append(f"有{hidden}行在表格里是隐藏的，也会导入。")
    used = set(header.columns.values())
    unused = [title for place, title in enumerate(header.headers) if title.strip() and place not in used]
    if unused:
        remarks.append(f"不导入的列：{'、'.join(title.strip()[:20] for title in unused[:20])}。原文保存在批次里。")
    return remarks


def doubled_headers(batch: ImportBatch) -> list[str]:
    filled = [header.strip() for header in batch.headers if header.strip()]
    return sorted({header for header in filled if filled.count(header) > 1})


def better_kind(batch: ImportBatch, offered: list[Kind]) -> Kind | None:
    """The kind of those offered that the header fits clearly better than the chosen one.

    Once columns are matched the header alone is looked at; before, the first lines of the sheet, where another
    row may be the header of another kind. None also when the file is gone."""
    if batch.state != State.UPLOADED:
        return looks_like(offered, [Line(batch.header_line or 1, batch.headers)], batch.definition, by=2)
    try:
        sheet = next((s for s in reread(batch) if s.name == batch.sheet), None)
    except ValidationError:
        return None
    return looks_like(offered, sheet.lines, batch.definition) if sheet else None


# --- Check --------------------------------------------------------------------------------------
def check(*, batch: ImportBatch) -> None:
    """Judge every row that is not in yet: at once, or by a worker when there are many."""
    total = batch.rows.filter(outcome__in=OPEN).count()
    if total <= AT_ONCE:
        run_check(batch)
        return
    with transaction.atomic():
        locked = _lock(batch)
        locked.running, locked.stopped = Running.CHECK, ""
        locked.save(update_fields=["running", "stopped"])
        batch.running = Running.CHECK
        progress.tell(batch.pk, 0, total)
        transaction.on_commit(lambda: worker.start(run_check, batch.pk))


def run_check(batch: ImportBatch) -> None:
    """Judge the open rows and store what was found. Writes nothing into the register."""
    rows = list(batch.rows.filter(outcome__in=OPEN))
    before = {row.pk: (row.outcome, row.problems, row.changes, row.seen) for row in rows}
    judge_all(rows, batch, progress.tell)
    changed = [row for row in rows if before[row.pk] != (row.outcome, row.problems, row.changes, row.seen)]
    with transaction.atomic():
        locked = _lock(batch)
        store_rows(changed, ["outcome", "problems", "changes", "seen"])
        if locked.took_in:
            locked.state = (
                State.PARTIAL
                if batch.rows.filter(outcome__in=OPEN).exclude(outcome=Outcome.SAME).exists()
                else State.IMPORTED
            )
        else:
            locked.state = State.CHECKED
        locked.running = ""
        locked.save(update_fields=["state", "running"])
    batch.state, batch.running = locked.state, ""
    progress.forget(batch.pk)


def store_rows(rows: list[ImportRow], columns: list[str]) -> None:
    """Write some columns of stored rows. One statement for hundreds of rows: bulk_update writes a CASE for every
    cell and is ten times slower."""
    ImportRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=columns)


# --- Corrections on the page ----------------------------------------------------------------------
def correct(*, batch: ImportBatch, typed: Mapping[int, Mapping[str, str]], choice: str = "") -> bool:
    """Take what was typed over cells (by row id) and one pressed suggestion (`row|column|value`), and check
    again; False when nothing differs from what the rows say already."""
    _refuse_running(batch)
    wanted = {pk: dict(cells) for pk, cells in typed.items()}
    if choice.count("|") >= 2:
        pk, key, value = choice.split("|", 2)
        if can_be_number(pk):
            wanted.setdefault(int(pk), {})[key] = value
    keys = {column.key for column in batch.definition.columns}
    corrected = False
    with transaction.atomic():
        _lock(batch)
        for row in batch.rows.filter(pk__in=wanted, outcome__in=OPEN):
            row.batch = batch
            cells = wanted[row.pk]
            if "_drop" in cells:
                row.outcome = Outcome.DROPPED
            if "_keep_this" in cells and can_be_number(cells["_keep_this"]):
                batch.rows.filter(line=int(cells["_keep_this"]), outcome__in=OPEN).update(outcome=Outcome.DROPPED)
            for key, sent in cells.items():
                text = sent.translate(_CONTROL)
                if (key in keys and text != row.text_of(key)) or key == "_twin":
                    row.typed[key] = text[:500]
                    corrected = True
            corrected = corrected or row.outcome == Outcome.DROPPED or "_keep_this" in cells
            row.save(update_fields=["typed", "outcome"])
    if corrected:
        check(batch=batch)
    return corrected


def drop_rows(*, batch: ImportBatch, by: User) -> int:
    """Give up the rows that wait: they stay with the batch and are imported no more."""
    _refuse_running(batch)
    with acting(by=by, action="import.drop", label="不再导入待处理行") as act:
        locked = _lock(batch)
        dropped = locked.rows.filter(outcome=Outcome.PROBLEM).update(outcome=Outcome.DROPPED)
        if dropped:
            act.note(locked, [("不再导入", "", f"{number(dropped)}行")])
        if (
            locked.state == State.PARTIAL
            and not locked.rows.filter(outcome__in=[Outcome.NEW, Outcome.CHANGED]).exists()
        ):
            locked.state = State.IMPORTED
            locked.save(update_fields=["state"])
    return dropped


def can_be_number(text: str) -> bool:
    """A number that the database can hold; whatever else stands in a forged form is passed over."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER


# --- Shared -----------------------------------------------------------------------------------------
def _lock(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.select_for_update().get(pk=batch.pk)


def _refuse_unless_open(batch: ImportBatch) -> None:
    _refuse_running(batch)
    if batch.took_in or batch.state == State.UNDONE:
        raise ValidationError("这个批次已经导入过，不能再改对应的列。请重新上传文件。")


def _refuse_running(batch: ImportBatch) -> None:
    if batch.running and progress.seen(batch.pk)[2]:
        raise ValidationError("正在检查或导入，请等办完后再改。")
