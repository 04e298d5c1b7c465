"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lianzhen.accounts.actions import set_large_text
from lianzhen.accounts.lockout import account_of_attempt, answer_locked_out, tries_left
from lianzhen.accounts.models import User
from lianzhen.demo.accounts import PASSWORD, demo_accounts
from lianzhen.forms.signing_in import SignInForm
from lianzhen.pages.guard import public
from lianzhen.views.leading import onward

#: Where somebody keeps his choice of display until he signs in: the session of this visit, so that the next
#: person at a shared computer does not inherit it.
DISPLAY_KEY = "large_text"


@public("登录之前还没有账号。")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _whole_page(request)
    asked = request.POST.get("next") or request.GET.get("next") or ""
    next_page = onward(request, asked, reverse("home"))
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(next_page)
        return _sign_in_page(request, SignInForm(), next_page)
    form = SignInForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        # Asked before trying: a try while locked would put the end of the waiting off.
        if not AxesProxyHandler.is_allowed(request, {"username": typed["username"]}):
            return answer_locked_out(request)
        user = authenticate(request, username=typed["username"], password=typed["password"])
        if user is not None:
            _begin(request, user)
            return redirect(next_page)
        form.add_error(None, f"账号或密码不正确，还可以再试{tries_left(account_of_attempt(request, typed))}次")
    return _sign_in_page(request, form, next_page, status=422)


@public("登录已过期的人也要能退出。", methods=("POST",))
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "已退出登录。")
    return redirect("login")


def _begin(request: HttpRequest, user: User) -> None:
    """Open the session under a new key; limits count from now, and the display chosen before is kept."""
    chosen = request.session.pop(DISPLAY_KEY, None)
    login(request, user)
    for key in ("signed_in_at", "seen_at"):
        request.session.pop(key, None)
    if chosen is not None:
        set_large_text(user=user, large=chosen)


def _sign_in_page(request: HttpRequest, form: SignInForm, next_page: str, status: int = 200) -> HttpResponse:
    waiting = list(messages.get_messages(request))
    over = [m for m in waiting if m.level == messages.WARNING and "登录已过期" in m.message]
    context = {
        "form": form,
        "next": "" if next_page == reverse("home") else next_page,
        # The page has a place of its own for this sentence; said once.
        "expired": bool(over),
        "messages": [m for m in waiting if m not in over],
        "demo_accounts": [{"role": role, "account": account} for role, account in demo_accounts()],
        "demo_password": PASSWORD,
    }
    return render(request, "registration/login.html", context, status=status)


def _whole_page(request: HttpRequest) -> HttpResponse:
    """A fragment was asked for after the session had ended: lead the whole page here, not a part of it."""
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    asked = f"{here.path}?{here.query}" if here.query else here.path
    return HttpResponse(headers={"HX-Redirect": f"{reverse('login')}?{urlencode({'next': asked})}"})
