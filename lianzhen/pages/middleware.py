"""Two promises kept for every request: refusals are pages, and reading never writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lianzhen.accounts.verdicts import NotAllowed

Handler = Callable[[HttpRequest], HttpResponse]

READING = ("GET", "HEAD", "OPTIONS")
WRITING_VERBS = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE", "ALTER", "DROP", "CREATE")
#: Sign-in bookkeeping of the framework; everything else that writes needs a POST.
EXEMPT_TABLES = ('"django_session"',)


class WroteWhileReading(RuntimeError):
    """A GET tried to change a row. A mistake of the programmer; the statement was not sent."""


class PlainAnswersMiddleware:
    """Turns `NotAllowed` into the 403 page with its reason, and the framework's blank 405 into a page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            page = render(request, "errors/405.html", status=405)
            page["Allow"] = response.get("Allow", "")
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return render(request, "403.html", {"reason": exception.reason}, status=403)
        return None


class ReadingNeverWritesMiddleware:
    """Refuses every writing statement while a GET is answered, at the database cursor."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in READING:
            return self.get_response(request)
        with connection.execute_wrapper(_refuse_writing):
            return self.get_response(request)


def _refuse_writing(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    verb = sql.lstrip().split(None, 1)[0].upper() if sql.strip() else ""
    if verb in WRITING_VERBS and not any(table in sql for table in EXEMPT_TABLES):
        raise WroteWhileReading(sql[:200])
    return execute(sql, params, many, context)
