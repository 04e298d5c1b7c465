"""谁不在: the month's leaves as a matrix of people and days."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.leave import calendar_around
from appraisal.leave_month import month_rows
from appraisal.models import Leave
from appraisal.permissions import see_leave_months
from lianzhen.pages.guard import guarded
from lianzhen.periods import Month


@guarded(see_leave_months, methods=("GET",))
def leave_month(request: HttpRequest) -> HttpResponse:
    month = _asked(request)
    leaves = Leave.objects.visible_to(request.user).approved().touching(month.start, month.end)
    ordered = leaves.select_related("person", "village", "group").order_by(
        "group__position", "village__code", "person__pinyin", "starts_on"
    )
    calendar = calendar_around(month.start, month.end)
    rows = month_rows(ordered, month, calendar)
    query = f"?month={month.key}"
    context: dict[str, Any] = {
        "title": f"{month.title}请假公出一览",
        "month": month,
        "days": [(day.day, calendar.is_workday(day)) for day in month],
        "places": [(place, list(people)) for place, people in groupby(rows, key=lambda row: row.place)],
        "count_text": f"共{len(rows)}人",
        "crumbs": [("请假公出", reverse("leave_list"))],
        "previous_url": f"?month={month.previous().key}",
        "next_url": f"?month={month.next().key}",
        "print_url": f"{query}&print=1",
        "back_url": query,
        "landscape": True,
    }
    printing = request.GET.get("print") == "1"
    return render(request, "appraisal/leave_month_print.html" if printing else "appraisal/leave_month.html", context)


def _asked(request: HttpRequest) -> Month:
    """The month of the address; this month where it names none."""
    try:
        return Month.parse(request.GET.get("month", ""))
    except ValueError:
        return Month.of(timezone.localdate())
