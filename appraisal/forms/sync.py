"""What a phone sends from its queue: read without trust, entry by entry, so that one bad entry is told and
the others come in."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from appraisal.actions.sync import Item
from appraisal.forms.duty import CHOSEN, session_field, topics_field
from lianzhen.pages.forms import LONGEST_ID
from villages.forms.places import PastDayField, line

#: Of one sending. A photo is shrunk on the phone to 300 KB, and entries with one come alone.
MOST_ITEMS, MOST_BYTES = 50, 2 * 1024 * 1024
#: People of one entry; more than any team and village have.
MOST_PEOPLE = 60
#: Letters of what is kept of a value that no form has accepted.
KEPT_LETTERS = 400
UNREADABLE = "上传的内容没有读懂，仍存在本机。请刷新页面后再上传。"
BAD_PHOTO = "照片没有传完整，请重新选择照片，或去掉照片后保存。"


@dataclass(frozen=True)
class Batch:
    """`device_now`: the phone's clock. `tell`: somebody is looking, and wants the result on the next page."""

    items: tuple[Item, ...]
    device_now: datetime | None
    tell: bool


class DutyItemForm(forms.Form):
    """The values of an entry of duty. Who may stand in it is judged by the act, under the team's lock."""

    team = forms.IntegerField(min_value=1, max_value=10**LONGEST_ID - 1)
    day = PastDayField(label="驻村日期")
    people = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": "请选择驻村人员"})
    session = session_field()
    topics = topics_field()
    text = line("补充说明", 300, required=False)
    late_reason = line("补登原因", 300, required=False)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields["team"].error_messages |= dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "请选择联村工作组"
        )
        sent = data.get("people")
        numbers = [each for each in sent if _is_id(each)] if isinstance(sent, list) else []
        self.fields["people"].choices = [(number, "") for number in numbers[:MOST_PEOPLE]]
        self.fields["people"].error_messages |= {**CHOSEN, "invalid_choice": "请从名单中选择驻村人员。"}


FORMS = {"duty": DutyItemForm}


def read_batch(raw: bytes) -> Batch:
    """Entries of one sending. Raises ValidationError with a sentence where nothing can be made of the whole."""
    if len(raw) > MOST_BYTES:
        raise ValidationError("一次上传的内容太多，仍存在本机，请分次上传。", code="too_large")
    try:
        sent = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValidationError(UNREADABLE) from None
    listed = sent.get("items") if isinstance(sent, dict) else None
    if not isinstance(listed, list) or not listed:
        raise ValidationError(UNREADABLE)
    if len(listed) > MOST_ITEMS:
        raise ValidationError(f"一次最多上传{MOST_ITEMS}条，仍存在本机，请分次上传。", code="too_large")
    ids = [_uuid(each) for each in listed]
    if None in ids:
        raise ValidationError(UNREADABLE)
    items = tuple(_item(each, client_id) for each, client_id in zip(listed, ids, strict=True))
    return Batch(items, _moment(sent.get("now")), sent.get("tell") is True)


def _uuid(sent: Any) -> UUID | None:
    try:
        return UUID(sent["id"])
    except (TypeError, KeyError, ValueError, AttributeError):
        return None


def _item(sent: dict[str, Any], client_id: UUID) -> Item:
    kind = _clean(sent.get("kind"))[:20] if isinstance(sent.get("kind"), str) else ""
    values = _plain(sent.get("values"))
    problems, photo = [], None
    form_class = FORMS.get(kind)
    form = form_class(values) if form_class is not None else None
    if form is not None and not form.is_valid():
        problems = [str(text) for errors in form.errors.values() for text in errors]
    try:
        photo = _photo(sent.get("photo"))
    except ValueError:
        problems.append(BAD_PHOTO)
    return Item(
        client_id=client_id,
        kind=kind,
        made_by=sent["user"] if _is_id(sent.get("user")) and isinstance(sent["user"], int) else None,
        device_at=_moment(sent.get("device_at")),
        values=form.cleaned_data if form is not None and not problems else {},
        problems=tuple(problems),
        payload=_kept(values, photo),
        photo=photo,
        confirmed=sent.get("confirmed") is True,
    )


def _is_id(sent: Any) -> bool:
    return not isinstance(sent, bool) and str(sent).isascii() and str(sent).isdecimal() and len(str(sent)) <= LONGEST_ID


def _clean(text: str) -> str:
    """Without what no database takes: NUL, and halves of a pair of code units."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _plain(sent: Any) -> dict[str, Any]:
    """Words, numbers and lists of them; whatever else somebody makes up is left out."""

    def word(value: Any) -> Any:
        if isinstance(value, str):
            return _clean(value)
        return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else None

    if not isinstance(sent, dict):
        return {}
    plain = {name: [word(v) for v in value] if isinstance(value, list) else word(value) for name, value in sent.items()}
    return {_clean(name): value for name, value in plain.items() if value is not None}


def _kept(values: Mapping[str, Any], photo: Any) -> dict[str, Any]:
    """What was sent, within bounds: of a photo only that there was one, and which."""
    known = {name: values[name] for name in DutyItemForm.base_fields if name in values}
    kept: dict[str, Any] = {
        name: value[:MOST_PEOPLE]
        if isinstance(value, list)
        else value
        if isinstance(value, int)
        else value[:KEPT_LETTERS]
        for name, value in known.items()
    }
    if photo is not None:
        photo.seek(0)
        kept["photo"] = sha256(photo.read()).hexdigest()
    return kept


def _photo(sent: Any) -> SimpleUploadedFile | None:
    """A picture as `data:image/jpeg;base64,…`. Raises ValueError for anything else."""
    if sent in (None, ""):
        return None
    if not isinstance(sent, str) or not sent.startswith("data:image/"):
        raise ValueError("not a picture")
    head, _, coded = sent.partition(";base64,")
    try:
        raw = base64.b64decode(coded, validate=True)
    except binascii.Error as problem:
        raise ValueError("not base64") from problem
    if not raw:
        raise ValueError("empty")
    return SimpleUploadedFile("photo.jpg", raw, content_type=head.removeprefix("data:"))


def _moment(sent: Any) -> datetime | None:
    """A moment of the phone's clock, with its zone. One that no clock can show is far in the future, so that the
    act doubts it instead of breaking on it."""
    if not isinstance(sent, str):
        return None
    try:
        moment = datetime.fromisoformat(sent)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return moment if 2000 <= moment.year < 2100 else timezone.now() + timedelta(days=365)
