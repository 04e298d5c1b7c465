"""Every view declares its permission here: find the object, ask the verdict, then answer.

`guarded` is the only way to write a view; a sweep over all URLs fails on one without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from lianzhen.accounts.models import User
from lianzhen.accounts.verdicts import NotAllowed, Verdict

Permission = Callable[..., Verdict]
Finder = Callable[..., Model]
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Guard:
    """What the sweep reads: the permission's name, whether an object is looked for, the methods allowed."""

    permission: str
    finds: bool
    methods: tuple[str, ...]
    public_because: str = ""
    #: Whether the page opens for a user with the arguments of its address: looks for the object, asks the permission.
    opens: Callable[[User, dict[str, Any]], bool] = field(default=lambda user, kwargs: True, compare=False)


def guarded(
    permission: Permission, *, find: Finder | None = None, methods: tuple[str, ...] = ("GET", "POST")
) -> Callable[[View], View]:
    """Wrap a view: `find` looks the object up through what the user may see (404 when it is not visible)
    and consumes its URL arguments, `permission(user[, object])` answers with a verdict (403 with its reason).

    The view is called as `view(request[, object], **other_url_arguments)`.
    """

    def wrap(view: View) -> View:
        def opens(user: User, kwargs: dict[str, Any]) -> bool:
            try:
                found = [find(user, dict(kwargs))] if find is not None else []
            except Http404:
                return False
            return bool(permission(user, *found))

        @wraps(view)
        def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            found = []
            if find is not None:
                found = [find(request.user, kwargs)]
            verdict = permission(request.user, *found)
            if not verdict:
                raise NotAllowed(verdict.reason)
            return view(request, *found, **kwargs)

        allowed = (*methods, "HEAD") if "GET" in methods else methods
        checked = require_http_methods(allowed)(inner)
        checked.guard = Guard(permission.__name__, find is not None, methods, opens=opens)
        return checked

    return wrap


def public(because: str, *, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """Mark a view that anyone may open, with the reason why."""

    def wrap(view: View) -> View:
        allowed = (*methods, "HEAD") if "GET" in methods else methods
        checked = login_not_required(require_http_methods(allowed)(view))
        checked.guard = Guard("public", False, methods, public_because=because)
        return checked

    return wrap


def visible(
    model: type[Model], argument: str = "pk", field: str = "pk", narrow: Callable[[QuerySet], QuerySet] | None = None
) -> Finder:
    """A finder: the row whose `field` equals the URL argument, among those visible to the user."""

    def find(user: User, kwargs: dict[str, Any]) -> Model:
        rows = model.objects.visible_to(user)  # type: ignore[attr-defined]
        if narrow is not None:
            rows = narrow(rows)
        row = rows.filter(**{field: kwargs.pop(argument)}).first()
        if row is None:
            raise Http404
        return row

    return find
