"""照片、文件 that show a fact: looked at, made small, kept under a name that tells nothing, with their sha256."""

from __future__ import annotations

import hashlib
import uuid
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from appraisal import photos
from appraisal.models import Appeal, Evidence, ScoreEntry
from lianzhen.accounts.models import User
from lianzhen.trail import acting

#: Largest file taken (bytes), and how many one entry may have.
MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 6
PICTURES = ("jpg", "jpeg", "png")
#: Office files are zip archives; the folder tells which kind.
OFFICE_FOLDERS = {"docx": "word/", "xlsx": "xl/"}
KINDS = "jpg、png、pdf、docx、xlsx"
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Prepared:
    """A file ready to be kept: a picture, or the bytes of a document with its ending."""

    name: str
    ending: str
    raw: bytes
    photo: photos.Photo | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def prepare(file: Any, field: str = "files") -> Prepared:
    """Raises ValidationError at `field` with what to do about a file that cannot be taken."""
    if isinstance(file, Prepared):
        return file
    path = PurePath(str(file.name).replace("\\", "/"))
    ending, name = path.suffix.lower().lstrip("."), _plain(path.name)
    if file.size > MOST_BYTES:
        raise ValidationError({field: f"“{name}”超过10MB，请缩小后再选"})
    if ending in PICTURES:
        try:
            photo = photos.prepare(file)
        except ValidationError:
            raise ValidationError({field: f"“{name}”打不开，请换一张jpg或png图片"}) from None
        return Prepared(name, "jpg", photo.full, photo)
    file.seek(0)
    raw = file.read()
    if ending == "pdf" and raw[:5] == b"%PDF-":
        return Prepared(name, ending, raw)
    if ending in OFFICE_FOLDERS and _is_office(raw, OFFICE_FOLDERS[ending]):
        return Prepared(name, ending, raw)
    if ending in CONTENT_TYPES:
        raise ValidationError({field: f"“{name}”的内容不是{ending}文件，请用原来的软件另存后再选"})
    raise ValidationError({field: f"“{name}”不能上传，只能上传{KINDS}文件"})


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
        stored = _store(one, day)
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
            _discard(stored, is_photo=one.photo is not None)
            raise


def withdraw_evidence(*, evidence: Evidence, by: User) -> Evidence:
    """撤下: shown to nobody from now on; the row stays."""
    with acting(by=by, action="evidence.withdraw", label="撤下证据"):
        evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
        if evidence.withdrawn_at is None:
            evidence.withdrawn_at, evidence.withdrawn_by = timezone.now(), by
            evidence.save()
    return evidence


def _store(one: Prepared, day: date) -> str:
    if one.photo is not None:
        return photos.store(one.photo, day, folder="evidence")
    return default_storage.save(f"evidence/{day:%Y/%m}/{uuid.uuid4().hex}.{one.ending}", ContentFile(one.raw))


def _discard(stored: str, *, is_photo: bool) -> None:
    if is_photo:
        photos.discard(stored)
    else:
        default_storage.delete(stored)


def _plain(name: str) -> str:
    """What may stand in a sentence and in a header."""
    return "".join(letter for letter in name if letter.isprintable() and letter not in '"<>')[-120:] or "文件"


def _is_office(raw: bytes, folder: str) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)
