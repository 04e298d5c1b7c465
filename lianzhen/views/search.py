"""The search page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lianzhen.accounts.verdicts import ALLOWED, Verdict
from lianzhen.pages.guard import guarded
from lianzhen.search import search_all


def use_search(user: object) -> Verdict:
    """Everybody may search; each finds only what he may see."""
    return ALLOWED


@guarded(use_search, methods=("GET",))
def search(request: HttpRequest) -> HttpResponse:
    """Grouped hits; a single hit is opened at once, so that Enter leads straight to it."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:50]
    groups = search_all(request.user, typed)
    hits = [hit for group in groups for hit in group.found]
    if len(hits) == 1:
        return redirect(hits[0].url)
    return render(request, "search.html", {"typed": typed, "groups": groups})
