"""Password rules beyond Django's own, with sentences that say what to type."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError

KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


class ThreeKindsValidator:
    """At least three of: small letters, capitals, digits, other characters (等保 2.0 common practice)."""

    def validate(self, password: str, user: Any = None) -> None:
        if sum(bool(re.search(kind, password)) for kind in KINDS) < 3:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        return "密码须含大写字母、小写字母、数字、符号中的至少三种。"


class NotLikeAccountValidator:
    """The password may not contain the account, the name's pinyin or the telephone number."""

    def validate(self, password: str, user: Any = None) -> None:
        typed = password.lower()
        known = [getattr(user, field, None) for field in ("username", "pinyin", "phone")]
        if any(len(str(word)) >= 4 and str(word).lower() in typed for word in known if word):
            raise ValidationError(self.get_help_text(), code="password_like_account")

    def get_help_text(self) -> str:
        return "密码不能包含账号、姓名拼音或手机号。"
