"""What axes asks of us: which account an attempt was for, and the answer when it is locked.

Wrong passwords are counted per account, whatever device they come from and however the account is spelt.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
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
    used = _counted(account).aggregate(used=Sum("failures_since_start"))["used"] or 0
    return max(0, settings.AXES_FAILURE_LIMIT - used)


def locked_until(account: str) -> datetime:
    """The moment at which the next try is possible; now when the account is not locked.

    Each device has a row of its own, which counts until `AXES_COOLOFF_TIME` after its last wrong password.
    """
    rows = list(_counted(account).order_by("attempt_time").values_list("attempt_time", "failures_since_start"))
    left = sum(failures for _, failures in rows)
    until = timezone.now()
    for at, failures in rows:
        if left < settings.AXES_FAILURE_LIMIT:
            break
        until, left = at + _cool_off(), left - failures
    return until


def forget_tries(account: str) -> None:
    """Start counting anew, after somebody was given a new password."""
    AccessAttempt.objects.filter(username=account).delete()


def answer_locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    # Whole minutes, rounded up: at the time that is written the next try must be possible.
    until = timezone.localtime(locked_until(account_of_attempt(request))) + timedelta(minutes=1)
    return render(request, "registration/login.html", {"locked_until": until.strftime("%H:%M")}, status=429)


def _cool_off() -> timedelta:
    return get_cool_off() or timedelta()


def _counted(account: str) -> Any:
    return AccessAttempt.objects.filter(username=account, attempt_time__gte=timezone.now() - _cool_off())
