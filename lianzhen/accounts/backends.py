"""Sign-in by account or by telephone number."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from lianzhen import phones
from lianzhen.accounts.models import User


def find_account(typed: str) -> User | None:
    """The current account that somebody means by what they typed, or None."""
    typed = typed.strip()
    found = User.objects.current().filter(username__iexact=typed).first()
    if found is None:
        try:
            found = User.objects.current().filter(phone=phones.normalise(typed)).first()
        except ValueError:
            return None
    return found


class AccountOrPhoneBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if not username or password is None:
            return None
        user = find_account(username)
        if user is None:
            make_password(password)  # the same time is spent, so that the answer does not tell who exists
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.current().filter(pk=user_id).first()
