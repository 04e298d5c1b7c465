"""One's own account: what one is, one's password, one's display."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lianzhen.account_book import held_by
from lianzhen.accounts.actions import change_own_password, set_large_text
from lianzhen.accounts.models import User
from lianzhen.forms.signing_in import OwnPasswordForm, password_rules
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, public
from lianzhen.pages.tables import Column, plain_table
from lianzhen.permissions import use_own_pages
from lianzhen.views.leading import onward
from lianzhen.views.signing_in import DISPLAY_KEY

#: How long a browser remembers 大字版 for those who have not signed in (seconds).
COOKIE_AGE = 365 * 24 * 3600

ROLE_COLUMNS = (
    Column("role", "角色", lambda h: h.role.label, head=True),
    Column("post", "职务", lambda h: h.post),
    Column("since", "起", lambda h: h.since, kind="date"),
    Column("ground", "依据", lambda h: h.ground, secondary=True),
    Column("authority", "经办", lambda h: h.authority, secondary=True),
)


@guarded(use_own_pages, methods=("GET",))
def own_account(request: HttpRequest) -> HttpResponse:
    held = held_by([request.user], timezone.localdate())[request.user.pk]
    roles = plain_table("我的角色", ROLE_COLUMNS, held, empty_text="目前没有担任的职务，也没有授予的角色。")
    return render(request, "account/account.html", {"account": request.user, "roles": roles})


@guarded(use_own_pages)
def own_password(request: HttpRequest) -> HttpResponse:
    first = request.user.must_change_password

    def save(values: dict[str, str]) -> User:
        changed = change_own_password(user=request.user, password=values["password"])
        update_session_auth_hash(request, changed)
        return changed

    return form_page(
        request,
        OwnPasswordForm(request.POST or None, user=request.user),
        save=save,
        done=lambda user: (reverse("home") if first else reverse("account"), "密码已修改，其他设备上的登录已退出。"),
        context={
            "heading": "设置自己的密码" if first else "修改密码",
            "first": first,
            "rules": password_rules(),
            "cancel_url": "" if first else reverse("account"),
            "crumbs": [] if first else [("我的账号", reverse("account"))],
        },
        template="account/password.html",
    )


@public("看不清字的人登录前就要能放大。")
def display(request: HttpRequest) -> HttpResponse:
    """大字版: kept with the account, and in a cookie for the pages before signing in."""
    if request.method != "POST":
        return render(request, "account/display.html")
    large = request.POST.get("large_text") == "1"
    if request.user.is_authenticated:
        set_large_text(user=request.user, large=large)
    else:
        request.session[DISPLAY_KEY] = large
    asked = request.POST.get("next", "")
    answer = HttpResponseRedirect(onward(request, asked, reverse("account_display")), status=303)
    if not asked:
        messages.success(request, f"已换成{'大字版' if large else '标准字号'}。")
    secure = {"secure": settings.SESSION_COOKIE_SECURE, "httponly": True, "samesite": "Lax"}
    answer.set_cookie("large_text", "1" if large else "0", max_age=COOKIE_AGE, **secure)
    return answer


@guarded(use_own_pages, methods=("POST",))
def keep_session(request: HttpRequest) -> HttpResponse:
    """Somebody is still there: the request itself keeps the session alive."""
    return HttpResponse(status=204)
