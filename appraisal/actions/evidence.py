"""照片、文件 that show a fact: looked at, made small, kept under a name that tells nothing, with their sha256."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.models import Appeal, Evidence, ScoreEntry
from lianzhen.accounts.models import User
from lianzhen.pages.uploads import CONTENT_TYPES, KINDS, Prepared, discard, prepare, store
from lianzhen.trail import acting

__all__ = ["CONTENT_TYPES", "KINDS", "Prepared", "attach", "prepare_all", "withdraw_evidence"]

#: How many files one entry may have.
MOST_FILES = 6


def prepare_all(files: Iterable[Any], field: str = "files") -> list[Prepared]:
    ready = [prepare(file, field) for file in files]
    if len(ready) > MOST_FILES:
        raise ValidationError({field: f"一条最多附{MOST_FILES}个文件"})
    return ready


def attach(prepared: Iterable[Prepared], *, by: User | None, day: date, **owner: ScoreEntry | Appeal) -> None:
    """Keep the files of an entry or an appeal, inside its act. A file that is there already is kept once."""
    for one in prepared:
        if Evidence.objects.filter(sha256=one.sha256, withdrawn_at=None, **owner).exists():
            continue
        stored = store(one, day, "evidence")
        try:
            row = Evidence(
                name=one.name[-120:],
                stored_as=stored,
                is_photo=one.photo is not None,
                size=len(one.raw),
                sha256=one.sha256,
                created_by=by,
                **owner,
            )
            row.full_clean()
            row.save()
        except Exception:
            discard(stored, is_photo=one.photo is not None)
            raise


def withdraw_evidence(*, evidence: Evidence, by: User) -> Evidence:
    """撤下: shown to nobody from now on; the row stays."""
    with acting(by=by, action="evidence.withdraw", label="撤下证据"):
        evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
        if evidence.withdrawn_at is None:
            evidence.withdrawn_at, evidence.withdrawn_by = timezone.now(), by
            evidence.save()
    return evidence
