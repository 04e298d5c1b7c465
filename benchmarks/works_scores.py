"""The closing of a month and the trial run of a year. To be imported after `django.setup()`."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appraisal.models import AppraisalMonth, Scheme, ScoreEntry
from lianzhen.accounts.models import User
from lianzhen.periods import Month

State = ScoreEntry.State
#: Milliseconds that closing a month of 600 teams, and trying out a year of theirs, may take.
CLOSING, TRIAL = 2000, 5000
TRIED = 12


def lock_a_month(client: Client, sample: Any) -> Any:
    """The running month, as if all of it had been dealt with; taken back, so that the next request finds it open."""
    with transaction.atomic():
        row = _dealt_with(Month.parse(sample.running))
        sent = {"typed": row.period.title, "version": row.version}
        answer = client.post(reverse("month_lock", args=[sample.running]), sent)
        row.refresh_from_db()
        assert row.is_sealed, answer.content.decode()[-2000:]
        transaction.set_rollback(True)
    return answer


def _dealt_with(month: Month) -> AppraisalMonth:
    entries, now = ScoreEntry.objects.filter(month=month.start), timezone.now()
    entries.filter(state__in=[State.NOTIFIED, State.APPEALED]).update(state=State.EFFECTIVE)
    clerk = User.objects.get(username="demo_office")
    taken_back = {"state": State.WITHDRAWN, "ended_at": now, "ended_by": clerk, "end_reason": "测量"}
    entries.filter(state__in=ScoreEntry.PENDING).update(**taken_back)
    rows = AppraisalMonth.objects.filter(month=month.start)
    rows.update(state=AppraisalMonth.State.APPEALS, publicity_from=month.start, publicity_until=month.end)
    return rows.get()


def try_a_year(client: Client, sample: Any) -> Any:
    """A draft over the last twelve sealed months."""
    draft = Scheme.objects.filter(state=Scheme.State.DRAFT).order_by("number").last()
    rows = AppraisalMonth.objects.sealed().order_by("-month")[:TRIED]
    months = [Month.of(row.month).key for row in rows]
    return client.get(reverse("scheme_trial", args=[draft.pk]), {"from": months[-1], "until": months[0]})
