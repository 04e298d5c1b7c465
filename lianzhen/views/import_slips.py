"""The slips of imported accounts: first passwords, made at the press of a button and shown once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from lianzhen.account_book import hand_out, hash_first_passwords
from lianzhen.accounts.models import User
from lianzhen.importing.models import ImportBatch
from lianzhen.pages.forms import PageForm
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.once import earlier_answer, remember_answer, take_token
from lianzhen.pages.tables import Column, link, plain_table, tag
from lianzhen.permissions import keep_accounts

#: Slips made at one press: hashing takes a fifth of a second each, and a sheet holds four.
AT_ONCE = 40

find_batch = visible(ImportBatch, narrow=lambda rows: rows.filter(kind="accounts"))


def _opened(batch: ImportBatch) -> QuerySet[User]:
    """The accounts that the batch opened and nobody has ended since."""
    made = batch.touches.filter(model=User._meta.label_lower, before__isnull=True).values("object_id")
    return User.objects.current().filter(pk__in=made).order_by("pinyin", "pk")


def _waiting(batch: ImportBatch) -> QuerySet[User]:
    """Those of them that have no password yet."""
    return _opened(batch).filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)


def _state(account: User) -> Any:
    if not account.has_usable_password():
        return tag("warn", "还没有密码单")
    return tag("wait", "密码单已生成") if account.must_change_password else tag("done", "本人已设密码")


COLUMNS = (
    Column("name", "姓名", lambda a: a.name, lambda a: link(reverse("account_record", args=[a.pk]), a.name), head=True),
    Column("username", "账号", lambda a: a.username),
    Column("state", "状态", lambda a: "", _state),
)


@guarded(keep_accounts, find=find_batch)
def import_slips(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """Which of the batch's accounts wait for their first password; POST makes the next ones and shows the slips."""
    here = reverse("import_slips", args=[batch.pk])
    if request.method == "POST":
        return _make(request, batch, here)
    accounts = list(_opened(batch))
    waiting = sum(not account.has_usable_password() for account in accounts)
    context = {
        **_frame(batch),
        "form": PageForm(),
        "accounts": plain_table("这一批开通的账号", COLUMNS, accounts, empty_text="这一批没有开通账号。"),
        "waiting": waiting,
        "next_ones": min(waiting, AT_ONCE),
    }
    return render(request, "imports/slips.html", context)


def _make(request: HttpRequest, batch: ImportBatch, here: str) -> HttpResponse:
    """A doubled sending makes nothing: the first answer alone shows the passwords."""
    if earlier_answer(request) is not None:
        return HttpResponseRedirect(here, status=303)
    hashed = hash_first_passwords(_waiting(batch)[:AT_ONCE])
    try:
        with transaction.atomic():
            take_token(request)
            slips = hand_out(hashed=hashed, reason=f"导入文件：{batch.file_name}", by=request.user)
            remember_answer(request, here)
    except IntegrityError:
        return HttpResponseRedirect(here, status=303)
    if not slips:
        return HttpResponseRedirect(here, status=303)
    context = {
        **_frame(batch),
        "slips": slips,
        "address": request.build_absolute_uri(reverse("home")),
        "left": _waiting(batch).count(),
        "here": here,
    }
    shown = render(request, "imports/slips_made.html", context)
    shown["Cache-Control"] = "no-store"
    return shown


def _frame(batch: ImportBatch) -> dict[str, Any]:
    crumbs = [("导入", reverse("import_list")), (batch.file_name, reverse("import_batch", args=[batch.pk]))]
    return {"batch": batch, "crumbs": crumbs}
