"""Telling somebody, and hearing from somebody."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lianzhen.accounts.models import User
from lianzhen.notices.models import Feedback, Notice
from lianzhen.trail import acting


def tell(users: Iterable[User | int], text: str, url: str = "") -> None:
    """Leave one notice for each account once the transaction has succeeded; a rolled-back act tells nobody."""
    ids = sorted({getattr(user, "pk", user) for user in users})

    def send() -> None:
        Notice.objects.bulk_create(Notice(user_id=pk, text=text[:200], url=url) for pk in ids)

    if ids:
        transaction.on_commit(send)


def tell_each(notices: Iterable[tuple[int, str, str]]) -> None:
    """Leave many notices (account, text, url) at once, each only once to an account, when the transaction has
    succeeded."""
    wanted = list(dict.fromkeys(notices))

    def send() -> None:
        Notice.objects.bulk_create(Notice(user_id=pk, text=text[:200], url=url) for pk, text, url in wanted)

    if wanted:
        transaction.on_commit(send)


def mark_read(*, notices: Iterable[Notice]) -> None:
    Notice.objects.filter(pk__in=[n.pk for n in notices], read_at=None).update(read_at=timezone.now())


def send_feedback(*, text: str, page: str, by: User) -> Feedback:
    with acting(by=by, action="feedback.send", label="提交意见建议"):
        feedback = Feedback(text=text.strip(), page=page[:300], sent_by=by)
        feedback.full_clean()
        feedback.save()
    return feedback


def answer_feedback(*, feedback: Feedback, answer: str, by: User) -> Feedback:
    with acting(by=by, action="feedback.answer", label="答复意见建议"):
        feedback = Feedback.objects.select_for_update().get(pk=feedback.pk)
        if feedback.answered_at:
            raise ValidationError("这条意见已经答复。")
        feedback.answer, feedback.answered_at, feedback.answered_by = answer.strip(), timezone.now(), by
        feedback.full_clean()
        feedback.save()
        tell([feedback.sent_by], "您提的意见已有答复。", "/feedback/")
    return feedback
