"""What axes asks of us: which account an attempt was for, and the answer when it is locked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lianzhen.accounts.backends import find_account


def account_of_attempt(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account name for both ways of typing it, so that phone and account share one count of tries."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    user = find_account(typed)
    return user.username if user else typed.strip().lower()[:100]


def tries_left(account: str) -> int:
    """How many wrong passwords may still be typed before the account waits."""
    attempt = AccessAttempt.objects.filter(username=account).order_by("-failures_since_start").first()
    used = attempt.failures_since_start if attempt else 0
    return max(0, settings.AXES_FAILURE_LIMIT - used)


def locked_until(account: str) -> str:
    """Time of day at which the next try is possible, as 14:05."""
    attempt = AccessAttempt.objects.filter(username=account).order_by("-attempt_time").first()
    since = attempt.attempt_time if attempt else timezone.now()
    until = since + (get_cool_off() or timedelta())
    return timezone.localtime(until).strftime("%H:%M")


def answer_locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    context = {"locked_until": locked_until(account_of_attempt(request))}
    return render(request, "registration/login.html", context, status=429)
