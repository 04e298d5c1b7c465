"""Pages for what went wrong; each says what to do next."""

from __future__ import annotations

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

log = logging.getLogger("lianzhen.errors")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", {"reason": ""}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: a number that also stands in the log, and no context processor that may be broken too."""
    number = secrets.token_hex(4)
    log.error("error page %s for %s %s", number, request.method, request.path)
    return HttpResponse(loader.get_template("500.html").render({"error_id": number}), status=500)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)
