"""Work that writes, each time anew: a duty day entered on a phone, fifty that waited without a signal, Word files.

To be imported after `django.setup()`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appraisal.models import DutyLog
from lianzhen.periods import Month, Week

#: What a queue may send at once.
QUEUE = 50


def log_a_day(client: Client, sample: Any) -> Any:
    """The form as the leader's phone sends it, for a day that has no entry yet."""
    day = next(_free_days(sample.team))
    sent = {"team": sample.team.pk, "day": day, "people": [sample.member.pk], "session": "whole", "late_reason": "测量"}
    return client.post(reverse("duty_add"), sent)


def sync_fifty(client: Client, sample: Any) -> Any:
    days = _free_days(sample.team)
    items = [_item(sample, next(days)) for _ in range(QUEUE)]
    body = json.dumps({"items": items, "now": timezone.now().isoformat()})
    return client.post(reverse("sync_items"), body, content_type="application/json")


def bulletin_word(client: Client, sample: Any) -> Any:
    """The draft of last week, made by the first request, as a .docx."""
    week = [Week.of(timezone.localdate()).previous().key]
    answer = client.get(reverse("bulletin", args=week), {"format": "docx"}, follow=True)
    if "word" not in answer["Content-Type"]:
        client.post(reverse("bulletin_add", args=week))
        answer = client.get(reverse("bulletin", args=week), {"format": "docx"})
    assert "word" in answer["Content-Type"]
    return answer


def county_word(client: Client, sample: Any) -> Any:
    """The report of a year to the county."""
    last = Month.of(timezone.localdate())
    months = {"first": Month(last.start.year - 1, last.start.month).next().key, "last": last.key}
    return client.get(reverse("county_report"), {**months, "format": "docx"})


def year_form_word(client: Client, sample: Any) -> Any:
    return client.get(reverse("year_form", args=[sample.year, sample.summary.pk]), {"format": "docx"})


def year_notice_word(client: Client, sample: Any) -> Any:
    return client.get(reverse("year_notice", args=[sample.year]), {"format": "docx"})


def _item(sample: Any, day: date) -> dict[str, Any]:
    values = {"team": sample.team.pk, "day": day.isoformat(), "people": [sample.member.pk], "session": "whole"}
    values["late_reason"] = "测量"
    return {"id": str(uuid.uuid4()), "user": sample.account.pk, "kind": "duty", "values": values}


def _free_days(team: Any) -> Iterator[date]:
    taken = set(DutyLog.objects.filter(team=team).values_list("day", flat=True))
    day = timezone.localdate() - timedelta(days=1)
    while day > team.starts_on:
        if day not in taken:
            yield day
        day -= timedelta(days=1)
