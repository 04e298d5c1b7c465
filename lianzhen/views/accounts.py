"""The accounts: who has one, who holds what by what, and everything that is done to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lianzhen.account_book import FirstPassword, Held, held_by, open_account, renew_password
from lianzhen.accounts import actions
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.forms.accounts import AccountForm, AccountReasonForm, AddAccountForm, EndGrantForm, GrantForm
from lianzhen.forms.filters import AccountFilter
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, plain_table, tag
from lianzhen.permissions import end_role, keep_accounts, keep_other_account, see_accounts
from lianzhen.trail.models import AuditEntry
from lianzhen.wording import full_date, number
from villages.models import Person

find_account = visible(User)

#: Entries of the trail on an account's page.
HISTORY = 40


def find_grant(user: User, kwargs: dict[str, Any]) -> RoleGrant:
    seen = RoleGrant.objects.filter(user__in=User.objects.visible_to(user)).select_related("user")
    grant = seen.filter(pk=kwargs.pop("pk")).first()
    if grant is None:
        raise Http404
    return grant


def account_url(account: User) -> str:
    return reverse("account_record", args=[account.pk])


def state_of(account: User) -> str:
    if account.ended_at:
        return "已停用"
    return "首次密码未改" if account.must_change_password else "在用"


def _state_tag(account: User) -> Any:
    if account.ended_at:
        return tag("off", "已停用")
    return tag("warn", "首次密码未改") if account.must_change_password else "在用"


def _roles_in_words(held: list[Held]) -> str:
    """Each role once with where it comes from: 联村工作组组长（任职）."""
    return "、".join(dict.fromkeys(f"{h.role.label}（{h.source}）" for h in held))


def _columns(book: dict[int, list[Held]]) -> tuple[Column, ...]:
    """Columns of the list; `book` is filled with the roles of the rows being shown."""
    return (
        Column("name", "姓名", lambda a: a.name, lambda a: link(account_url(a), a.name), sort=["pinyin"], head=True),
        Column("username", "账号", lambda a: a.username, sort=["username"]),
        Column("roles", "角色", lambda a: _roles_in_words(book.get(a.pk, []))),
        Column("phone", "手机号", lambda a: a.masked_phone, kind="phone", secondary=True, export=lambda a: a.phone),
        Column("reset", "上次重置", lambda a: _day(a.password_reset_at), kind="date", secondary=True),
        Column("state", "状态", state_of, _state_tag, secondary=True),
    )


def _day(moment: Any) -> Any:
    return timezone.localtime(moment).date() if moment else None


@guarded(see_accounts, methods=LIST_METHODS)
def account_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    book: dict[int, list[Held]] = {}
    page = ListPage(
        request,
        User.objects.visible_to(request.user),
        _columns(book),
        title="账号",
        order=["pinyin"],
        filterset=AccountFilter,
        count=lambda n: f"共{number(n)}个账号",
        empty_text="还没有账号。开通账号后，本人凭初始密码登录并设置自己的密码。",
        prepare=lambda rows: book.update(held_by(rows, today)),
        context={"add_url": reverse("account_add"), "add_text": "新增账号", "may_add": keep_accounts(request.user)},
    )
    return page.respond()


# --- One account ----------------------------------------------------------------------------
GRANT_COLUMNS = (
    Column("role", "角色", lambda g: g.get_role_display(), head=True),
    Column("since", "起", lambda g: g.starts_on, kind="date"),
    Column("until", "止", lambda g: g.ends_on or "至今", kind="date"),
    Column("reason", "依据", lambda g: g.reason),
    Column("granted_by", "授予人", lambda g: g.granted_by or "系统", secondary=True),
    Column("ended_by", "收回人", lambda g: g.ended_by or "", secondary=True),
)


def _role_columns(may_keep: bool) -> list[Column]:
    columns = [
        Column("role", "角色", lambda h: h.role.label, head=True),
        Column("source", "来源", lambda h: h.source),
        Column("post", "职务", lambda h: h.post, secondary=True),
        Column("since", "起", lambda h: h.since, kind="date"),
        Column("ground", "依据", lambda h: h.ground),
        Column("authority", "经办", lambda h: h.authority, secondary=True),
    ]
    if may_keep:
        columns.append(Column("act", "办理", lambda h: "", _take_back))
    return columns


def _take_back(held: Held) -> Any:
    if held.grant is None:
        return "随任职结束"
    if held.grant.ended_at:
        return f"至{full_date(held.grant.ends_on)}"
    return link(reverse("role_end", args=[held.grant.pk]), "收回")


@guarded(see_accounts, find=find_account, methods=("GET",))
def account_record(request: HttpRequest, account: User) -> HttpResponse:
    may_keep = keep_other_account(request.user, account)
    held = held_by([account], timezone.localdate())[account.pk]
    grants = list(account.grants.select_related("granted_by", "ended_by"))
    context = {
        "account": account,
        "state": _state_tag(account),
        "person": Person.objects.visible_to(request.user).filter(user=account).first(),
        "crumbs": [("账号", reverse("account_list"))],
        "roles": plain_table("现任角色", _role_columns(bool(may_keep)), held, empty_text="目前没有角色。"),
        "grants": plain_table("授予和收回", GRANT_COLUMNS, grants),
        "entries": _history(account, grants),
        "may_change": keep_accounts(request.user),
        "may_keep": may_keep,
    }
    return render(request, "settings/account.html", context)


def _history(account: User, grants: list[RoleGrant]) -> Any:
    granted = Q(model=RoleGrant._meta.label_lower, object_id__in=[grant.pk for grant in grants])
    return AuditEntry.objects.filter(granted | Q(model=User._meta.label_lower, object_id=account.pk))[:HISTORY]


# --- Opening and renewing: the password is shown once ---------------------------------------
@guarded(keep_accounts)
def account_add(request: HttpRequest) -> HttpResponse:
    return _with_slip(
        request,
        AddAccountForm(request.POST or None, today=timezone.localdate()),
        make=lambda values: open_account(by=request.user, **values),
        sentence=lambda account: f"已开通{account.name}的账号。",
        context={
            "heading": "新增账号",
            "submit": "开通账号",
            "intro": "开通后显示一次初始密码，请当面交给本人；首次登录须设置自己的密码。",
            "cancel_url": reverse("account_list"),
            "crumbs": [("账号", reverse("account_list"))],
        },
    )


@guarded(keep_other_account, find=find_account)
def account_reset(request: HttpRequest, account: User) -> HttpResponse:
    return _with_slip(
        request,
        AccountReasonForm(request.POST or None),
        make=lambda values: renew_password(account=account, by=request.user, **values),
        sentence=lambda done: f"已重置{done.name}的密码。",
        context=_under(
            account,
            heading=f"重置{account.name}的密码",
            submit="重置密码",
            effects=["现在的密码不能再用，所有设备上的登录都会退出。", "新密码只显示一次，首次登录须设置自己的密码。"],
        ),
    )


def _with_slip(
    request: HttpRequest,
    form: forms.Form,
    *,
    make: Callable[[dict[str, Any]], FirstPassword],
    sentence: Callable[[User], str],
    context: dict[str, Any],
) -> HttpResponse:
    """Like `form_page`, but the answer itself is the slip with the password: it is kept nowhere, so there is
    no page to lead on to that could show it again. A doubled sending is led to the account."""
    made: list[FirstPassword] = []

    def save(values: dict[str, Any]) -> FirstPassword:
        made.append(make(values))
        return made[-1]

    answer = form_page(
        request, form, save=save, done=lambda new: (account_url(new.account), sentence(new.account)), context=context
    )
    if not made or answer.status_code != 303:
        return answer
    account = made[-1].account
    slip = {
        "account": account,
        "password": made[-1].password,
        "address": request.build_absolute_uri(reverse("home")),
        "crumbs": [("账号", reverse("account_list")), (account.name, account_url(account))],
    }
    shown = render(request, "settings/password_slip.html", slip)
    shown["Cache-Control"] = "no-store"
    return shown


# --- Changing, ending, reopening ------------------------------------------------------------
@guarded(keep_accounts, find=find_account)
def account_edit(request: HttpRequest, account: User) -> HttpResponse:
    listed = getattr(account, "person", None) is not None
    return form_page(
        request,
        AccountForm(request.POST or None, record=account),
        save=lambda values: actions.change_account(user=account, by=request.user, **values),
        done=lambda saved: (account_url(saved), "已保存。"),
        context=_under(
            account,
            heading=f"修改{account.name}的账号",
            submit="保存修改",
            intro="姓名和手机号随台账里的人员，请由联村工作办在人员页修改。" if listed else "",
        ),
    )


@guarded(keep_other_account, find=find_account)
def account_end(request: HttpRequest, account: User) -> HttpResponse:
    return form_page(
        request,
        AccountReasonForm(request.POST or None),
        save=lambda values: actions.end_account(user=account, by=request.user, **values),
        done=lambda _: (account_url(account), f"已停用{account.name}的账号，操作记录保留。"),
        context=_under(
            account,
            heading=f"停用{account.name}的账号",
            submit="停用账号",
            danger=True,
            effects=[
                "不能再登录，所有设备上的登录都会退出。",
                "授予的角色即刻收回；台账里的任职不受影响，请由联村工作办办理离任。",
                "办过的事和操作记录都保留，以后可以恢复。",
            ],
        ),
    )


@guarded(keep_other_account, find=find_account)
def account_reopen(request: HttpRequest, account: User) -> HttpResponse:
    return form_page(
        request,
        AccountReasonForm(request.POST or None),
        save=lambda values: actions.reopen_account(user=account, by=request.user, **values),
        done=lambda _: (account_url(account), f"已恢复{account.name}的账号。"),
        context=_under(
            account,
            heading=f"恢复{account.name}的账号",
            submit="恢复账号",
            effects=["可用原来的密码登录；忘记密码的请再重置。", "以前授予的角色不会自动恢复，需要时重新授予。"],
        ),
    )


# --- Roles ----------------------------------------------------------------------------------
@guarded(keep_other_account, find=find_account)
def role_grant(request: HttpRequest, account: User) -> HttpResponse:
    return form_page(
        request,
        GrantForm(request.POST or None),
        save=lambda values: actions.grant_role(user=account, by=request.user, **values),
        done=lambda grant: (account_url(account), f"已授予{account.name}“{grant.get_role_display()}”角色。"),
        context=_under(
            account,
            heading=f"授予{account.name}角色",
            submit="授予角色",
            intro="组长、组员、指导员、村干部、网格长和片区联络组随台账里的任职产生，不在这里授予。"
            "授予后，审计员和联村办主任会收到消息。",
        ),
    )


@guarded(end_role, find=find_grant)
def role_end(request: HttpRequest, grant: RoleGrant) -> HttpResponse:
    account, role = grant.user, grant.get_role_display()
    return form_page(
        request,
        EndGrantForm(request.POST or None),
        save=lambda values: actions.end_grant(grant=grant, by=request.user, **values),
        done=lambda _: (account_url(account), f"已收回{account.name}的“{role}”角色。"),
        context=_under(
            account,
            heading=f"收回{account.name}的“{role}”角色",
            submit="收回角色",
            danger=True,
            intro=f"{full_date(grant.starts_on)}起授予：{grant.reason}。收回后记录保留。",
        ),
    )


def _under(account: User, **context: Any) -> dict[str, Any]:
    here = account_url(account)
    return {"cancel_url": here, "crumbs": [("账号", reverse("account_list")), (account.name, here)], **context}
