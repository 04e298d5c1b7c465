"""What was done on a duty day, in words and pictures: added with the entry or later, taken back, taken down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from appraisal.actions.team_days import save_checked, team_day
from appraisal.models import DutyAttendance, DutyLog, DutyNote, DutyPhoto
from appraisal.work_areas import TOPICS
from lianzhen.accounts.models import User
from lianzhen.pages import photos as pictures

State = DutyLog.State
MOST_PHOTOS = 6


def add_content(
    *,
    log: DutyLog,
    by: User,
    topics: Sequence[str] = (),
    text: str = "",
    session: str | None = None,
    photos: Iterable[Any] = (),
) -> DutyLog:
    """补充内容: one's own note of the day is written anew, photos are added, and the session of those whom one
    entered, or of oneself, put right."""
    prepared = [prepare(file) for file in photos]
    with team_day(team=log.team_id, day=log.day, by=by, action="duty.content", label="补充驻村内容"):
        log = DutyLog.objects.select_for_update(of=("self",)).select_related("team__village").get(pk=log.pk)
        if log.state in (State.WITHDRAWN, State.DECLINED):
            raise ValidationError(f"这一天的登记{log.get_state_display()}，不能补充内容。")
        if session is not None:
            _set_session(log, session, by)
        _rewrite_note(log, topics, text, by)
        add_photos(log, prepared, by)
    return log


def withdraw_photo(*, photo: DutyPhoto, by: User) -> DutyPhoto:
    """撤下照片: it is shown to nobody from now on."""
    log = photo.log
    with team_day(team=log.team_id, day=log.day, by=by, action="duty.photo_withdraw", label="撤下驻村照片"):
        photo = DutyPhoto.objects.select_for_update(of=("self",)).select_related("log__team__village").get(pk=photo.pk)
        if photo.withdrawn_at is None:
            photo.withdrawn_at, photo.withdrawn_by = timezone.now(), by
            photo.save()
    return photo


def prepare(file: Any) -> pictures.Photo:
    """A file made ready to be kept; one that is ready already stays as it is."""
    if isinstance(file, pictures.Photo):
        return file
    try:
        return pictures.prepare(file)
    except ValidationError as problem:
        raise ValidationError({"photo": problem.messages}) from problem


# --- Steps that acts share ----------------------------------------------------------------------
def add_note(log: DutyLog, topics: Sequence[str], text: str, by: User | None) -> None:
    """A note, unless the same person has said the same already."""
    kept, said = _known_topics(topics), text.strip()
    if not kept and not said:
        return
    same = log.notes.filter(created_by=by, text=said, withdrawn_at=None)
    if not any(note.topics == kept for note in same):
        save_checked(DutyNote(log=log, topics=kept, text=said, created_by=by))


def _rewrite_note(log: DutyLog, topics: Sequence[str], text: str, by: User) -> None:
    note = own_note(log, by)
    if note is None:
        add_note(log, topics, text, by)
        return
    note.log = log
    kept, said = _known_topics(topics), text.strip()
    if not kept and not said:
        note.withdrawn_at, note.withdrawn_by = timezone.now(), by
    else:
        note.topics, note.text = kept, said
    save_checked(note)


def own_attendances(log: DutyLog, user: User) -> QuerySet[DutyAttendance]:
    """Oneself, and whom one entered, as far as they still stand there."""
    standing = log.attendances.exclude(state=DutyAttendance.State.WITHDRAWN)
    return standing.filter(Q(person__user=user) | Q(created_by=user)).select_related("person")


def _set_session(log: DutyLog, session: str, by: User) -> None:
    for row in own_attendances(log, by):
        if row.session != session:
            row.log, row.session = log, session
            save_checked(row)


def own_note(log: DutyLog, user: User) -> DutyNote | None:
    """What one wrote about the day last, and has not taken back."""
    return log.notes.filter(created_by=user, withdrawn_at=None).order_by("id").last()


def _known_topics(topics: Sequence[str]) -> list[str]:
    if set(topics) - TOPICS.keys():
        raise ValidationError({"topics": "请从选项中选择做了什么。"})
    return [code for code in TOPICS if code in topics]


def add_photos(log: DutyLog, prepared: list[pictures.Photo], by: User | None) -> None:
    if prepared and log.photos.filter(withdrawn_at=None).count() + len(prepared) > MOST_PHOTOS:
        raise ValidationError({"photo": f"一天最多{MOST_PHOTOS}张照片，请撤下不需要的再添加。"})
    for photo in prepared:
        name = pictures.store(photo, log.day)
        try:
            save_checked(DutyPhoto(log=log, stored_as=name, width=photo.width, height=photo.height, created_by=by))
        except Exception:
            pictures.discard(name)
            raise


def withdraw_contents(log: DutyLog, by: User) -> None:
    """With one's own entry go one's own note and photos."""
    for row in (
        *log.notes.filter(created_by=by, withdrawn_at=None),
        *log.photos.filter(created_by=by, withdrawn_at=None),
    ):
        row.log = log
        row.withdrawn_at, row.withdrawn_by = timezone.now(), by
        row.save()
