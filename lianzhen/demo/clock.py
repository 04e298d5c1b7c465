"""The clock of the demo: what is written about the past bears the hour at which it would have been written.

Actions are told the day and mostly the hour; what they and the models put beside it by themselves (created, decided,
read, the trail, notices) they take from Django's clock. For as long as the demo is built that clock is this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, tzinfo
from heapq import heappop, heappush
from typing import Any

from django.db import connection
from django.utils import timezone

#: A day's last moment, for a demo that is built for a day other than the real one.
LAST = time(23, 59)


class Clock:
    """Stands at the moment of building until it is set; never later than that on the day the demo is built for."""

    def __init__(self, today: date) -> None:
        now = timezone.localtime()
        self.latest = now if today == timezone.localdate(now) else timezone.make_aware(datetime.combine(today, LAST))
        self.moment = self.latest

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Set the clock. What the acts before have told people is delivered at their hour."""
        self._deliver()
        moment = timezone.make_aware(datetime.combine(day, time(hour, minute)))
        self.moment = min(moment, self.latest)
        return self.moment

    @contextmanager
    def running(self) -> Iterator[Clock]:
        """Django's clock is this one until the end of the block."""
        real, self._told_before = timezone.datetime, len(connection.run_on_commit)
        timezone.datetime = _telling(self)
        try:
            yield self
            self._deliver()
        finally:
            timezone.datetime = real

    def _deliver(self) -> None:
        """Notices wait for the end of the transaction, and all of the demo is one transaction."""
        waiting = connection.run_on_commit[self._told_before :]
        del connection.run_on_commit[self._told_before :]
        for _, send, _ in waiting:
            send()

    _told_before = 0


def _telling(clock: Clock) -> type[datetime]:
    """What `django.utils.timezone` asks for the time: a `datetime` like any other but for `now`."""

    class AnyDatetime(type):
        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, datetime)

    class Telling(datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return clock.moment.astimezone(tz) if tz else timezone.make_naive(clock.moment)

    return Telling


class Agenda:
    """What is to be done when: steps that follow from one another, done in the order of their hours."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._steps: list[tuple[date, int, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._count = 0

    def on(self, day: date, hour: int, act: Callable[..., Any], *args: Any) -> None:
        """`act(moment, *args)` on the day. A day already past is today's."""
        self._count += 1
        heappush(self._steps, (day, hour, self._count, act, args))

    def until(self, day: date) -> None:
        """Do everything up to the day, also what is added meanwhile. The rest stays undone: it is under way."""
        while self._steps and self._steps[0][0] <= day:
            due, hour, _, act, args = heappop(self._steps)
            act(self.clock.at(due, hour), *args)
