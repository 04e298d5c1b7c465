"""Taking a whole batch back: what it made goes, what it changed is again as it was."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import F, ProtectedError
from django.db.models.deletion import Collector
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.importing.models import UNDO_DAYS, ImportBatch, ImportRow, ImportTouch
from lianzhen.trail import acting
from lianzhen.trail.gathering import AT_ONCE, Gathering, Step, parents_first
from lianzhen.trail.recording import Act
from lianzhen.wording import full_date, number

State, Outcome = ImportBatch.State, ImportRow.Outcome
#: A record by the label of its model and its number.
Key = tuple[str, int]
#: What counts changes and says when, never put back.
BOOKKEEPING = ("version", "updated_at", "updated_by_id")


def undo(*, batch: ImportBatch, by: User, reason: str) -> ImportBatch:
    """Take a whole batch back, all or nothing.

    Raises `ValidationError` after seven days, and when a record was changed or used since.
    """
    with acting(by=by, action="import.undo", label=f"撤销导入{batch.kind_title}", reason=reason) as act:
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if not batch.took_in:
            raise ValidationError("这个批次没有导入，或已经撤销。")
        if batch.running:
            raise ValidationError("这个批次正在办理，请稍后再撤销。")
        if not batch.may_be_undone(timezone.now()):
            raise ValidationError(f"导入超过{UNDO_DAYS}天，不能整批撤销，请逐条更正。")
        touches = list(batch.touches.all())
        rows = _locked_rows(touches)
        _refuse_changed(batch, touches, rows)
        try:
            _take_back(act, touches, rows)
        except ProtectedError as reason_:
            held = next(iter(reason_.protected_objects))
            raise ValidationError(f"导入的记录已被使用（{held}），不能整批撤销，请逐条更正。") from reason_
        batch.rows.filter(outcome=Outcome.DONE).update(outcome=F("did"), did="")
        batch.touches.all().delete()
        batch.state, batch.undone_at, batch.undone_by = State.UNDONE, timezone.now(), by
        batch.save()
        act.note(batch, [("状态", "已导入", "已撤销")])
    return batch


def _key(touch: ImportTouch) -> Key:
    return touch.model, touch.object_id


def _locked_rows(touches: list[ImportTouch]) -> dict[Key, models.Model]:
    """The records as they are now, with what they point to; those that are gone are absent."""
    by_model: dict[str, set[int]] = {}
    for touch in touches:
        by_model.setdefault(touch.model, set()).add(touch.object_id)
    found: dict[Key, models.Model] = {}
    for label, numbers in by_model.items():
        model = apps.get_model(label)
        wanted = sorted(numbers)
        for start in range(0, len(wanted), AT_ONCE):
            some = model._base_manager.filter(pk__in=wanted[start : start + AT_ONCE])
            list(some.select_for_update().values_list("pk"))
            found |= {(label, row.pk): row for row in some.select_related(*_pointers(model))}
    return found


def _pointers(model: type[models.Model]) -> list[str]:
    """What the words on the trail are made of: what records point to, and what that lies in (grid, village)."""
    own = [f for f in model._meta.concrete_fields if f.is_relation and f.name not in ("updated_by", "user")]
    return [f.name for f in own] + [
        f"{f.name}__{g.name}"
        for f in own
        for g in f.related_model._meta.concrete_fields
        if g.is_relation and g.name in ("village", "organization")
    ]


def _refuse_changed(batch: ImportBatch, touches: list[ImportTouch], rows: dict[Key, models.Model]) -> None:
    changed = []
    for key, touch in {_key(t): t for t in touches}.items():
        row = rows.get(key)
        later = row is not None and touch.version is not None and row.version != touch.version
        if (row is None) != touch.gone or later:
            changed.append(touch.label)
        elif row is not None and touch.before is None and (why := batch.definition.refuse_undo(row)):
            raise ValidationError(why)
    if changed:
        some = "、".join(changed[:5]) + (f"等{number(len(changed))}条" if len(changed) > 5 else "")
        day = full_date(timezone.localdate(batch.imported_at))
        raise ValidationError(f"{some}在{day}导入后又有改动，不能整批撤销，请逐条更正。")


def _take_back(act: Act, touches: list[ImportTouch], rows: dict[Key, models.Model]) -> None:
    """Each record as it was before its first touch. What points to a new record lets go of it before that
    goes (a person of an account); what a new record stands in place of comes back after (an earlier head)."""
    first: dict[Key, ImportTouch] = {}
    for touch in touches:
        first.setdefault(_key(touch), touch)
    made = {key for key, touch in first.items() if touch.before is None}
    changed = [touch for key, touch in first.items() if key not in made]
    holding = [t for t in changed if _key(t) in rows and _points_to(rows[_key(t)], made)]
    held = {_key(touch) for touch in holding}
    _restore(act, holding, rows)
    _delete([rows[key] for key in reversed(first) if key in made and key in rows])
    _restore(act, [touch for touch in changed if _key(touch) not in held], rows)


def _points_to(row: models.Model, made: set[Key]) -> bool:
    return any(
        (f.related_model._meta.label_lower, getattr(row, f.attname)) in made
        for f in row._meta.concrete_fields
        if f.is_relation
    )


def _delete(rows: list[models.Model]) -> None:
    """Children before what they point to, all of a model together. Raises `ProtectedError`."""
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    for model in reversed(parents_first(by_model)):
        collector = Collector(using=DEFAULT_DB_ALIAS, origin=by_model[model])
        collector.collect(by_model[model])
        collector.delete()


def _restore(act: Act, touches: list[ImportTouch], rows: dict[Key, models.Model]) -> None:
    gathering = Gathering(act.by)
    step = Step(act.action, act.label, act.reason)
    for touch in touches:
        row = rows.get(_key(touch))
        if row is None:
            _bring_back(touch)
            continue
        with gathering.changing(row, step):
            for name, value in _stored_before(touch, type(row)).items():
                setattr(row, name, value)
    gathering.write(act)


def _bring_back(touch: ImportTouch) -> None:
    """A record that the import had removed."""
    model = apps.get_model(touch.model)
    row = model(pk=touch.object_id, **_stored_before(touch, model))
    row.save(force_insert=True)


def _stored_before(touch: ImportTouch, model: type[models.Model]) -> dict[str, Any]:
    before = touch.before or {}
    return {
        f.attname: f.to_python(before[f.attname])
        for f in model._meta.concrete_fields
        if f.attname in before and not f.primary_key and f.attname not in BOOKKEEPING
    }
