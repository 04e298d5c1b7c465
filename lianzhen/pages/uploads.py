"""Files that people hand in: looked at, pictures made small, kept under a name that tells nothing.

Nothing here writes a row: the action that keeps a file stores its name, size and sha256 with its own record.
"""

from __future__ import annotations

import hashlib
import uuid
import zipfile
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from lianzhen.pages import photos

#: Largest file taken (bytes).
MOST_BYTES = 10 * 1024 * 1024
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


def store(one: Prepared, day: date, folder: str) -> str:
    """Write the file (a picture with its thumbnail) and answer the name under which it is kept."""
    if one.photo is not None:
        return photos.store(one.photo, day, folder=folder)
    return default_storage.save(f"{folder}/{day:%Y/%m}/{uuid.uuid4().hex}.{one.ending}", ContentFile(one.raw))


def discard(stored: str, *, is_photo: bool) -> None:
    """Take back what `store` wrote, when the act it belonged to did not come about."""
    if is_photo:
        photos.discard(stored)
    else:
        default_storage.delete(stored)


def file_answer(stored: str, name: str) -> FileResponse:
    """The file as kept: a picture in the page, anything else as a download, since a document may hold what a
    browser should not run. Raises Http404 when the disk has lost it."""
    try:
        file = default_storage.open(stored)
    except FileNotFoundError:
        raise Http404 from None
    ending = stored.rsplit(".", 1)[-1]
    answer = FileResponse(file, content_type=CONTENT_TYPES[ending], as_attachment=ending != "jpg", filename=name)
    answer["Cache-Control"] = "private, no-cache"
    return answer


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
