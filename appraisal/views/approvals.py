"""待审."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from appraisal.approvals import inbox
from appraisal.permissions_entries import see_approvals
from lianzhen.pages.guard import guarded


@guarded(see_approvals, methods=("GET",))
def approval_list(request: HttpRequest) -> HttpResponse:
    groups = inbox(request.user, timezone.now())
    return render(
        request,
        "appraisal/approval_list.html",
        {"groups": groups, "total": sum(len(items) for _, items in groups)},
    )
