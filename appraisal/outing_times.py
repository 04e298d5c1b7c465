"""Return times to tap when going out. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

#: Ends of the half days: when an outing is usually over.
NOON, EVENING, LAST = time(12, 0), time(17, 30), time(23, 59)
HALF_HOUR = 30


def offered_returns(now: datetime) -> list[time]:
    """In about one and two hours, at noon and in the evening, as far as these are still to come today and more
    than a quarter of an hour away. Never empty, ascending, without doubles."""
    soon = now + timedelta(minutes=15)
    half = now.minute // HALF_HOUR * HALF_HOUR
    begun = now.replace(minute=half, second=0, microsecond=0)
    ahead = [begun + timedelta(minutes=HALF_HOUR + 60 * hours) for hours in (1, 2)]
    fixed = [now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0) for at in (NOON, EVENING)]
    today = {at.time() for at in (*ahead, *fixed) if at.date() == now.date() and at > soon}
    return sorted(today) or [LAST]
