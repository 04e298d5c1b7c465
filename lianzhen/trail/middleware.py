"""Remembers where a request came from, for the trail."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lianzhen.trail.recording import _address


class AddressMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _address.set(_address_of(request))
        try:
            return self.get_response(request)
        finally:
            _address.reset(token)


def _address_of(request: HttpRequest) -> str | None:
    # Behind our own reverse proxy the last entry is the one that the proxy itself wrote;
    # everything before it is the visitor's word.
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.BEHIND_PROXY and forwarded:
        return forwarded.split(",")[-1].strip()
    return request.META.get("REMOTE_ADDR") or None
