"""Limits of a session, and the first password that must be changed."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

Handler = Callable[[HttpRequest], HttpResponse]

#: Set by the service worker on pages that it fetches for the time without a network. Nobody looks at them now:
#: they are no sign of life, and what is to be told once is kept for a page that somebody sees.
FOR_LATER = "X-For-Later"

#: The session is written at most this often only to remember that somebody is there (seconds).
SEEN_STEP = 60


class SessionLimitMiddleware:
    """Ends a session after a time without a request, and in any case some hours after sign-in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            if _over(request, now):
                logout(request)
                messages.warning(request, "登录已过期，填写的内容已保留，请重新登录后提交。")
            elif FOR_LATER not in request.headers and now - request.session.get("seen_at", 0) > SEEN_STEP:
                request.session["seen_at"] = now
        return self.get_response(request)


def _over(request: HttpRequest, now: float) -> bool:
    signed_in = request.session.setdefault("signed_in_at", now)
    seen = request.session.get("seen_at", now)
    idle_limit = settings.SESSION_IDLE_MINUTES * 60 + SEEN_STEP
    return now - signed_in > settings.SESSION_ABSOLUTE_HOURS * 3600 or now - seen > idle_limit


class FirstPasswordMiddleware:
    """Until the first password is changed every page leads to the page that changes it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password:
            open_pages = {reverse(n) for n in ("account_password", "logout", "account_display", "accessibility")}
            if request.path not in open_pages and not request.path.startswith(settings.STATIC_URL):
                return redirect("account_password")
        return self.get_response(request)
