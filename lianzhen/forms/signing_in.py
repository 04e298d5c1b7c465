"""Signing in, and one's own password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    get_default_password_validators,
)

from lianzhen.accounts.models import User
from lianzhen.pages.forms import PageForm


def password_field(label: str, autocomplete: str, **more: Any) -> forms.CharField:
    """Pasting and password managers are welcome (WCAG 3.3.8); spaces at the ends count."""
    return forms.CharField(
        label=label,
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": f"请填写{label}"},
        **more,
    )


class SignInForm(forms.Form):
    username = forms.CharField(
        label="账号或手机号",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "请填写账号或手机号"},
    )
    password = password_field("密码", "current-password")


class OwnPasswordForm(PageForm):
    """The present password, and the new one twice: nobody reads what he types into these fields."""

    old_password = password_field("现在的密码", "current-password")
    password = password_field("新密码", "new-password")
    again = password_field("再输一次新密码", "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old_password(self) -> str:
        typed = self.cleaned_data["old_password"]
        if not self.user.check_password(typed):
            raise forms.ValidationError("现在的密码不正确。")
        return typed

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("password") and values.get("again") and values["password"] != values["again"]:
            self.add_error("again", "两次输入的新密码不一样。")
        return values


def password_rules() -> list[str]:
    """The rules in force as sentences, for the page. Django words two of them in another voice."""
    return [_rule(validator) for validator in get_default_password_validators()]


def _rule(validator: Any) -> str:
    if isinstance(validator, MinimumLengthValidator):
        return f"密码至少{validator.min_length}位。"
    if isinstance(validator, CommonPasswordValidator):
        return "密码不能太常见，例如 Password1。"
    return str(validator.get_help_text())
