"""A form that is sent twice does its work once.

The page gives each form a token; what was sent with it is remembered as a digest, and where it led. The
same token with the same words is a doubled sending; with other words it is new work.
"""

from __future__ import annotations

import hashlib
import uuid

from django.http import HttpRequest

from lianzhen.pages.models import AnsweredForm

#: Mark the sending, not what was sent.
MARKS = ("once", "csrfmiddlewaretoken")


def token_of(request: HttpRequest) -> uuid.UUID | None:
    """The token that the form carries; None when it has none or somebody made one up."""
    try:
        return uuid.UUID(request.POST.get("once", ""))
    except ValueError:
        return None


def earlier_answer(request: HttpRequest) -> str | None:
    """Where the first sending of the same words led."""
    token = token_of(request)
    if token is None:
        return None
    same = AnsweredForm.objects.filter(token=token, user=request.user, path=request.path[:300])
    earlier = same.filter(digest=_digest_of(request)).first()
    return (earlier.url or request.path) if earlier else None


def take_token(request: HttpRequest) -> None:
    """Inside the transaction of the work: whoever comes second waits here and finds the key taken
    (`IntegrityError`)."""
    token = token_of(request)
    if token is not None:
        AnsweredForm.objects.create(token=token, digest=_digest_of(request), user=request.user, path=request.path[:300])


def remember_answer(request: HttpRequest, url: str) -> None:
    token = token_of(request)
    if token is not None:
        AnsweredForm.objects.filter(token=token, digest=_digest_of(request)).update(url=url[:300])


def _digest_of(request: HttpRequest) -> str:
    sent = sorted((key, values) for key, values in request.POST.lists() if key not in MARKS)
    files = sorted((key, file.name, file.size) for key, file in request.FILES.items())
    return hashlib.sha256(repr((sent, files)).encode("utf-8", "surrogatepass")).hexdigest()
