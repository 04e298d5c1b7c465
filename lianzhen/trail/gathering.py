"""Many records in one act: what single saves would write and tell, gathered in memory and written together.

An import of 5,000 rows through single saves is 25 statements a row, and on SQLite nobody else can write
meanwhile. Here rules are asked and entries are worded while no lock is held; what remains for the
transaction is a few statements a table. The database judges again what it can judge (keys, checks,
triggers); `IntegrityError` then takes the whole act back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from lianzhen.trail.models import AuditEntry
from lianzhen.trail.recording import Act, differences, text, tracked_models

#: Rows asked for or locked by one statement.
AT_ONCE = 500


class Step(NamedTuple):
    """What a single action would have called its act."""

    action: str
    label: str
    reason: str = ""


@dataclass(eq=False)
class Written:
    """One record of a gathering: as it was stored before (None: it is new)."""

    record: models.Model
    before: dict[str, Any] | None


@dataclass
class Gathering:
    """Collects new and changed records of tracked models; `write` stores them inside the caller's act."""

    by: Any
    writes: list[Written] = field(default_factory=list)
    _known: dict[int, Written] = field(default_factory=dict)
    #: What stored records are called: nothing is written until `write`.
    _names: dict[Any, str] = field(default_factory=dict)
    _entries: list[tuple[AuditEntry, models.Model]] = field(default_factory=list)
    _takebacks: list[Callable[[], object]] = field(default_factory=list)
    _afterwards: list[Callable[[], object]] = field(default_factory=list)

    # --- Collecting -------------------------------------------------------------------------------
    @contextmanager
    def together(self) -> Iterator[None]:
        """All of what is gathered inside, or, after an exception, none of it."""
        mark, entries = len(self._takebacks), len(self._entries)
        try:
            yield
        except BaseException:
            while len(self._takebacks) > mark:
                self._takebacks.pop()()
            del self._entries[entries:]
            raise

    def add(self, record: models.Model, step: Step) -> None:
        """A new record. Raises `ValidationError` when its own fields cannot be."""
        _settle(record)
        self._sign(record)
        written = Written(record, None)
        self.writes.append(written)
        self._known[id(record)] = written
        self.take_back_with(lambda: (self.writes.pop(), self._known.pop(id(record))))
        self._tell(record, differences(record, None), step)

    @contextmanager
    def changing(self, record: models.Model, step: Step) -> Iterator[None]:
        """Set attributes inside: stored records are compared with what they were. Raises as `add`."""
        before = stored_values(record)
        self.take_back_with(lambda: _restore(record, before))
        yield
        _settle(record)
        self._sign(record)
        if id(record) not in self._known:
            written = Written(record, before)
            self.writes.append(written)
            self._known[id(record)] = written
            self.take_back_with(lambda: (self.writes.pop(), self._known.pop(id(record))))
        changes = differences(record, before, self._names)
        if changes:
            self._tell(record, changes, step)

    def note(self, record: models.Model, changes: Iterable[tuple[str, Any, Any]], step: Step) -> None:
        """An entry beside those of the records themselves."""
        told = [{"field": "", "label": name, "before": text(a), "after": text(b)} for name, a, b in changes]
        self._tell(record, told, step)

    def take_back_with(self, undo: Callable[[], object]) -> None:
        """What puts the caller's own memory right when `together` ends in an exception."""
        self._takebacks.append(undo)

    def afterwards(self, call: Callable[[], object]) -> None:
        """Called by `write` once all records have their numbers (notices need them)."""
        self._afterwards.append(call)
        self.take_back_with(self._afterwards.pop)

    def version_read(self, record: models.Model) -> int | None:
        """The version in which a record was read, where something of it is gathered; else None."""
        written = self._known.get(id(record))
        return written.before.get("version") if written is not None and written.before else None

    def _sign(self, record: models.Model) -> None:
        if hasattr(record, "updated_by_id"):
            record.updated_by = self.by
            record.version = (record.version or 0) + 1

    def _tell(self, record: models.Model, changes: list[dict[str, Any]], step: Step) -> None:
        entry = AuditEntry(
            by=self.by,
            by_name=self.by.name if self.by else "系统",
            action=step.action,
            label=step.label,
            reason=step.reason[:300],
            model=record._meta.label_lower,
            object_label=str(record)[:200],
            changes=changes,
        )
        self._entries.append((entry, record))

    # --- Writing ----------------------------------------------------------------------------------
    def lock(self) -> None:
        """Lock the stored records that are changed or that new ones speak of, so that nobody changes them
        before the end of the act. Costs nothing on SQLite, which has one writer anyway."""
        if not connection.features.has_select_for_update:
            return
        wanted: dict[type[models.Model], set[int]] = {}
        for written in self.writes:
            for record in (written.record, *_parents(written.record)):
                if record.pk is not None and type(record) in tracked_models():
                    wanted.setdefault(type(record), set()).add(record.pk)
        for model in parents_first(wanted):
            keys = sorted(wanted[model])
            for start in range(0, len(keys), AT_ONCE):
                rows = model._base_manager.filter(pk__in=keys[start : start + AT_ONCE]).order_by("pk")
                list(rows.select_for_update(no_key=True).values_list("pk"))

    def write(self, act: Act) -> None:
        """Store everything inside the act. Stored terms end before new ones begin; what points to a new
        record waits for its number. Raises `IntegrityError`."""
        waiting = [w for w in self.writes if w.before is not None and _points_to_new(w.record)]
        late = {id(w) for w in waiting}
        self._store(w for w in self.writes if w.before is not None and id(w) not in late)
        fresh: dict[type[models.Model], list[models.Model]] = {}
        for written in self.writes:
            if written.before is None:
                fresh.setdefault(type(written.record), []).append(written.record)
        for model in parents_first(fresh):
            model._base_manager.bulk_create(fresh[model])
        self._store(waiting)
        now = timezone.now()
        for entry, record in self._entries:
            entry.object_id, entry.batch, entry.address, entry.at = record.pk, act.batch, act.address, now
        act.entries.extend(entry for entry, _ in self._entries)
        for call in self._afterwards:
            call()

    def _store(self, writes: Iterable[Written]) -> None:
        """Write the columns that differ, and no other: what leaves no trail (a display setting, a password hashed
        anew) may have been written meanwhile."""
        alike: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = {}
        for written in writes:
            _take_numbers(written.record)
            columns = tuple(_differing(written))
            alike.setdefault((type(written.record), columns), []).append(written.record)
        for (model, columns), records in alike.items():
            # One statement for hundreds of rows; bulk_update writes a CASE for every cell and is ten times slower.
            model._base_manager.bulk_create(
                records, update_conflicts=True, unique_fields=[model._meta.pk.name], update_fields=columns
            )


def _differing(written: Written) -> Iterator[str]:
    before = written.before or {}
    for f in written.record._meta.concrete_fields:
        if not f.primary_key and (
            getattr(f, "auto_now", False) or getattr(written.record, f.attname) != before.get(f.attname)
        ):
            yield f.name


def trail_length(models_read: Iterable[str]) -> int:
    """How many entries the trail holds about some models. Equal at two moments: nothing of them was written
    between, because nothing is written past the trail and no entry ever goes."""
    return AuditEntry.objects.filter(model__in=list(models_read)).count()


def stored_values(record: models.Model) -> dict[str, Any]:
    """A record's values by column attribute."""
    return {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields}


def _restore(record: models.Model, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)


def _settle(record: models.Model) -> None:
    """Compute what follows from other columns and check the fields, as `full_clean` and `save` do for one;
    relations, keys and constraints are left to the database."""
    fill = getattr(record, "fill_computed", None)
    if fill is not None:
        fill()
    record.clean_fields(exclude={f.name for f in record._meta.concrete_fields if f.is_relation})
    record.clean()


def _relations(record: models.Model) -> Iterator[models.Field]:
    return (f for f in record._meta.concrete_fields if f.is_relation)


def _parents(record: models.Model) -> list[models.Model]:
    """Related records that were read or set already."""
    return [getattr(record, f.name) for f in _relations(record) if f.is_cached(record) and getattr(record, f.name)]


def _points_to_new(record: models.Model) -> bool:
    return any(parent.pk is None for parent in _parents(record))


def _take_numbers(record: models.Model) -> None:
    """Related records that were new when they were set have their numbers now."""
    for f in _relations(record):
        if f.is_cached(record) and getattr(record, f.name) is not None:
            setattr(record, f.attname, getattr(record, f.name).pk)


def parents_first(chosen: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    """Models with what they point to before them; the same order for everybody who locks."""
    depths: dict[type[models.Model], int] = {}

    def depth(model: type[models.Model]) -> int:
        if model not in depths:
            depths[model] = 0  # a model that points to itself, or round in a circle
            pointed = {f.related_model for f in model._meta.concrete_fields if f.is_relation} - {model}
            # Who wrote a row says nothing about the order of rows.
            pointed.discard(apps.get_model("accounts", "User") if model._meta.app_label != "accounts" else None)
            depths[model] = 1 + max((depth(other) for other in pointed), default=0)
        return depths[model]

    return sorted(chosen, key=lambda model: (depth(model), model._meta.label))
