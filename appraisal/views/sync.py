"""待上传: what waits on a phone, and the two doors through which it comes in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from appraisal.actions.sync import Answered, receive
from appraisal.forms.sync import MOST_ITEMS, read_batch
from appraisal.models import SyncItem
from appraisal.permissions import keep_queue
from lianzhen.accounts.roles import Role
from lianzhen.pages.guard import guarded, public

#: Entries shown as having come in.
LATEST = 10
SIGNED_OUT = "登录已过期，内容仍存在本机，登录后自动上传。"


@guarded(keep_queue, methods=("GET",))
def sync_page(request: HttpRequest) -> HttpResponse:
    """The queue itself is on the phone and shown by the script; here is what has come in."""
    latest = SyncItem.objects.visible_to(request.user).taken()[:LATEST]
    return render(request, "appraisal/sync.html", {"latest": latest})


@public("队列要知道是否还在登录：已过期时得到一句话，内容留在手机上。", methods=("GET",))
def sync_token(request: HttpRequest) -> HttpResponse:
    """A fresh token against forged sending, and whose account the phone is signed in with now."""
    if not request.user.is_authenticated:
        return _answer({"message": SIGNED_OUT}, 401)
    return _answer({"token": get_token(request), "user": request.user.pk, "most": MOST_ITEMS})


@public("登录已过期的手机要得到它看得懂的答复，而不是登录页。", methods=("POST",))
def sync_items(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return _answer({"message": SIGNED_OUT}, 401)
    try:
        batch = read_batch(request.body)
    except RequestDataTooBig:
        return _answer({"message": "一次上传的内容太多，仍存在本机，请分次上传。"}, 413)
    except ValidationError as problem:
        return _answer({"message": problem.messages[0]}, 413 if problem.code == "too_large" else 422)
    answers = receive(items=batch.items, by=request.user, today=timezone.localdate(), device_now=batch.device_now)
    if batch.tell:
        _tell(request, answers[-1])
    return _answer({"answers": [_written(each) for each in answers], "next": _next(request, answers[-1])})


def _answer(content: dict[str, Any], status: int = 200) -> JsonResponse:
    answer = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "no-store"
    return answer


def _written(answered: Answered) -> dict[str, Any]:
    return {
        "id": str(answered.client_id),
        "answer": answered.answer,
        "label": answered.label,
        "message": answered.message,
        "url": answered.url,
        "clock": answered.clock_doubted,
    }


def _tell(request: HttpRequest, answered: Answered) -> None:
    """The line that a plain form would leave on the next page."""
    if answered.url:
        line = '{} <a href="{}undo/">撤销</a> <a href="{}edit/">补充内容</a>'
        messages.success(request, format_html(line, answered.message, answered.url, answered.url))


def _next(request: HttpRequest, answered: Answered) -> str:
    """Those who sit in a village go on from home, where the week is; others see what was entered."""
    field = request.user.standing.has(Role.LEADER, Role.MEMBER, Role.CADRE)
    return reverse("home") if field or not answered.url else answered.url
