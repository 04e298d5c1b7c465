"""Where to lead somebody on: never outside the platform, never to a page that only takes what is sent."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from lianzhen.accounts.models import User
from lianzhen.navigation import PLACES


def is_ours(url: str) -> bool:
    """A path inside the platform; nothing else is ever followed from a stored or typed text."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def onward(request: HttpRequest, asked: str, otherwise: str) -> str:
    """The page asked for. Where that takes no GET (the session ended while something was being sent), the
    nearest page above it; `otherwise` for anything that is not ours."""
    if not url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure()):
        return otherwise
    parts = urlsplit(asked)
    if _readable(parts.path):
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    steps = parts.path.strip("/").split("/")
    above = (f"/{'/'.join(steps[:n])}/" for n in range(len(steps) - 1, 0, -1))
    return next((path for path in above if _readable(path)), otherwise)


def _readable(path: str) -> bool:
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    guard = getattr(view, "guard", None)
    return guard is None or "GET" in guard.methods


def opens_for(user: User, url: str) -> bool:
    """Whether a page of ours lets the user in: what was seen yesterday may be closed to him today. The queries of
    the page's own finder and permission."""
    try:
        match = resolve(urlsplit(url).path)
    except Resolver404:
        return False
    guard = getattr(match.func, "guard", None)
    return guard is None or guard.opens(user, match.kwargs)


def page_title(path: str) -> str:
    """What a page of ours is called in the navigation, with the number of the record where it is one's page;
    the address itself for a page that stands in no navigation."""
    path = urlsplit(path).path
    places = {reverse(place.name): place.title for place in PLACES}
    above = [url for url in places if path == url or (url != "/" and path.startswith(url))]
    if not above:
        return path
    nearest = max(above, key=len)
    return places[nearest] if path == nearest else f"{places[nearest]} {path.removeprefix(nearest).strip('/')}"
