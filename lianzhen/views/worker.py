"""The service worker and the page it shows where a page cannot be had without a network.

The worker is a template because the names of static files carry a hash: what it keeps is listed here.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from lianzhen.accounts.middleware import FOR_LATER
from lianzhen.pages.guard import public

#: What the pages below need to look and work as they should.
SHELL = (
    "vendor/bootstrap/bootstrap.min.css",
    "css/app.css",
    "css/duty.css",
    "vendor/htmx/htmx.min.js",
    "vendor/icons/sprite.svg",
    "js/app.js",
    "js/combobox.js",
    "js/duty-form.js",
    "js/offline.js",
    "js/photo.js",
    "js/queue.js",
)
#: Pages of the account itself: the own home, the own duty days and the form, the queue.
KEPT_PAGES = ("home", "duty_add", "sync")


@public("浏览器在登录前后都要能核对它有没有更新。", methods=("GET",))
def worker(request: HttpRequest) -> HttpResponse:
    files = [static(name) for name in SHELL]
    context = {
        "version": _version(files),
        "files": json.dumps(files),
        "pages": json.dumps([reverse(name) for name in KEPT_PAGES]),
        "form": reverse("duty_add"),
        "offline": reverse("offline"),
        "logout": reverse("logout"),
        "for_later": FOR_LATER,
    }
    answer = render(request, "worker.js", context, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    # Browsers look after almost every page whether it is still the same.
    tag = quote_etag(sha256(answer.content).hexdigest()[:32])
    answer["ETag"] = tag
    return get_conditional_response(request, etag=tag, response=answer)


@public("没有网络时由手机自己显示，与账号无关。", methods=("GET",))
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html")


def _version(files: list[str]) -> str:
    """Changes whenever a file does. Names without a hash, in development, are told apart by their time."""
    plain = settings.DEBUG or not any("." in Path(name).stem.removesuffix(".min") for name in files)
    times = [Path(found).stat().st_mtime_ns for name in SHELL if plain and (found := finders.find(name))]
    return sha256(repr((files, times)).encode()).hexdigest()[:16]
