"""Acts and what they change.

Every write to a tracked model happens inside `acting(...)`, which is one transaction; the differences
are collected from the saves themselves, so that no action can forget its entry. A write outside an act
raises `UntrailedWrite`: a mistake of the programmer, found by the first test that runs the code.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models.signals import post_save, pre_delete, pre_save
from django.utils import timezone

from lianzhen.wording import date_and_time, full_date

if TYPE_CHECKING:
    from lianzhen.accounts.models import User

#: Fields that say when and how often, not what: never part of a difference.
BOOKKEEPING = frozenset({"id", "version", "updated_at", "updated_by", "created_at", "created_by", "granted_at"})


class UntrailedWrite(RuntimeError):
    """A tracked record was written outside an act."""


@dataclass
class Act:
    """One thing somebody did; collects the entries that its saves produce."""

    by: User | None
    action: str
    label: str
    reason: str
    address: str | None
    batch: uuid.UUID
    entries: list[Any] = field(default_factory=list)

    def note(self, obj: models.Model, changes: Iterable[tuple[str, Any, Any]] = (), label: str = "") -> None:
        """Write an entry that no save produces: a look at a telephone number, a bulk change in one line."""
        told = [{"field": "", "label": name, "before": text(a), "after": text(b)} for name, a, b in changes]
        self._add(obj, told, label)

    def _add(self, obj: models.Model, changes: list[dict[str, Any]], label: str = "") -> None:
        entry = apps.get_model("trail", "AuditEntry")(
            by=self.by,
            by_name=self.by.name if self.by else "系统",
            address=self.address,
            batch=self.batch,
            action=self.action,
            label=label or self.label,
            model=obj._meta.label_lower,
            object_id=obj.pk,
            object_label=str(obj)[:200],
            changes=changes,
            reason=self.reason,
        )
        self.entries.append(entry)


_current: ContextVar[Act | None] = ContextVar("lianzhen_act", default=None)
_address: ContextVar[str | None] = ContextVar("lianzhen_address", default=None)
_tracked: dict[type[models.Model], frozenset[str]] = {}


@contextmanager
def acting(*, by: User | None, action: str, label: str, reason: str = "") -> Iterator[Act]:
    """Open an act: one transaction, one reason, one batch of entries.

    `by` is None only for the system itself (the demo, a nightly command). An act inside an act joins
    the outer one's batch and transaction and keeps its own name.
    """
    outer = _current.get()
    act = Act(
        by=by,
        action=action,
        label=label,
        reason=reason.strip()[:300],
        address=_address.get(),
        batch=outer.batch if outer else uuid.uuid4(),
    )
    with transaction.atomic():
        token = _current.set(act)
        try:
            yield act
        finally:
            _current.reset(token)
        apps.get_model("trail", "AuditEntry").objects.bulk_create(act.entries)


def track(model: type[models.Model], *, leave_out: Iterable[str] = ()) -> None:
    """Put a model behind the door. `leave_out` names fields that are never recorded (passwords)."""
    _tracked[model] = BOOKKEEPING | frozenset(leave_out)
    pre_save.connect(_before_save, sender=model, dispatch_uid=f"trail-pre-{model._meta.label}")
    post_save.connect(_after_save, sender=model, dispatch_uid=f"trail-post-{model._meta.label}")
    pre_delete.connect(_before_delete, sender=model, dispatch_uid=f"trail-del-{model._meta.label}")


def tracked_models() -> frozenset[type[models.Model]]:
    return frozenset(_tracked)


def text(value: Any) -> str:
    """A value as a person would write it down."""
    if value is None or value == "":
        return ""
    if value is True:
        return "是"
    if value is False:
        return "否"
    if isinstance(value, datetime):
        return date_and_time(timezone.localtime(value))
    if isinstance(value, date):
        return full_date(value)
    if isinstance(value, list):
        # Sentences follow each other as they are.
        return "、".join(said for one in value if (said := text(one))).replace("。、", "。")
    return str(value)


def _act_or_raise(instance: models.Model) -> Act:
    act = _current.get()
    if act is None:
        raise UntrailedWrite(f"{instance._meta.label} may only be written inside acting(...)")
    return act


def _unrecorded(sender: type[models.Model], raw: bool, update_fields: Iterable[str] | None) -> bool:
    """Fixtures, and saves that touch nothing of record (a password hashed anew at sign-in)."""
    return raw or (update_fields is not None and _tracked[sender].issuperset(update_fields))


def _before_save(
    sender: type[models.Model],
    instance: models.Model,
    raw: bool,
    update_fields: Iterable[str] | None = None,
    **kwargs: Any,
) -> None:
    if _unrecorded(sender, raw, update_fields):
        return
    act = _act_or_raise(instance)
    if any(f.name == "updated_by" for f in sender._meta.concrete_fields):
        instance.updated_by = act.by
        instance.version = (instance.version or 0) + 1
    fields = _recorded_fields(sender)
    before = None
    if not instance._state.adding:
        before = sender._base_manager.filter(pk=instance.pk).values(*[f.attname for f in fields]).first()
    instance._trail_before = before


def _after_save(
    sender: type[models.Model],
    instance: models.Model,
    raw: bool,
    update_fields: Iterable[str] | None = None,
    **kwargs: Any,
) -> None:
    if _unrecorded(sender, raw, update_fields):
        return
    before = instance.__dict__.pop("_trail_before", None)
    changes = differences(instance, before)
    if changes or before is None:
        _act_or_raise(instance)._add(instance, changes)


def _before_delete(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    act = _act_or_raise(instance)
    gone = [{**c, "before": c["after"], "after": ""} for c in differences(instance, None)]
    act._add(instance, gone, label=f"{act.label}（移除）")


def _recorded_fields(model: type[models.Model]) -> list[models.Field]:
    left_out = _tracked[model]
    return [f for f in model._meta.concrete_fields if f.name not in left_out]


def differences(
    instance: models.Model, before: dict[str, Any] | None, names: dict[Any, str] | None = None
) -> list[dict[str, Any]]:
    """What differs from the stored values `before` (None: the record is new), in words. `names` remembers what stored
    records are called, for a caller who asks of many while nothing is written."""
    changes = []
    for f in _recorded_fields(type(instance)):
        after = _pointed_to(f, instance) if f.is_relation else f.to_python(getattr(instance, f.attname))
        old = before[f.attname] if before else None
        if after == old or (not before and text(after) == ""):
            continue
        change = {
            "field": f.name,
            "label": str(f.verbose_name),
            "before": _named(f, old, names) if before else "",
            "after": str(getattr(instance, f.name)) if f.is_relation and after else _shown(f, after),
        }
        if not change["before"] and not change["after"]:  # answers that are still to be given
            continue
        if f.name == "phone":
            change["kind"] = "phone"
        changes.append(change)
    return changes


def _pointed_to(f: models.Field, instance: models.Model) -> Any:
    """The number of the related record, or that record itself while it has none yet."""
    number = getattr(instance, f.attname)
    return getattr(instance, f.name) if number is None and f.is_cached(instance) else number


def _named(f: models.Field, value: Any, names: dict[Any, str] | None) -> str:
    if names is None or not f.is_relation:
        return _shown(f, value)
    key = (f.related_model, value)
    if key not in names:
        names[key] = _shown(f, value)
    return names[key]


def _shown(f: models.Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    if f.is_relation:
        related = f.related_model._base_manager.filter(pk=value).first()
        return str(related) if related else f"编号{value}"
    if hasattr(f, "in_words"):  # a field whose stored codes nobody should have to read
        return f.in_words(value)
    if f.choices:
        return str(dict(f.flatchoices).get(value, value))
    return text(value)
