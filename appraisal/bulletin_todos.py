"""What the home page of the office says of the bulletins: to be made, handed in, signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.urls import reverse

from appraisal.models import Bulletin
from appraisal.todos import Todo
from appraisal.waiting import Item, Source
from lianzhen.periods import Week

#: From Thursday on the week has something to tell (ISO weekday).
FROM_WEEKDAY = 4


def bulletin_sources(week: Week) -> dict[str, Source]:
    """The weekly bulletins of this week and the last, and whatever is being written."""
    weeks = [week.previous().start, week.start]
    recent = Bulletin.objects.filter(kind=Bulletin.Kind.WEEK, starts_on__in=weeks)
    return {
        "bulletins": Source(recent, "starts_on", "", text="state"),
        "bulletins_open": Source(Bulletin.objects.filter(state__in=Bulletin.OPEN), "starts_on", "", text="state"),
        "bulletins_month": Source(
            Bulletin.objects.filter(state__in=Bulletin.OPEN, kind=Bulletin.Kind.MONTH), "starts_on", ""
        ),
    }


def bulletin_todos(items: Mapping[str, Sequence[Item]], week: Week, today: date, *, signs: bool) -> list[Todo]:
    """`signs`: the reader is the head of the office, before whom the signature waits."""
    found = [todo for state, todo in _written(items, signs=signs) if signs or state == Bulletin.State.DRAFT]
    made = {item.day for item in items.get("bulletins", ())}
    weeks = [week.previous()] + ([week] if today.isoweekday() >= FROM_WEEKDAY else [])
    return found + [
        Todo(f"生成第{one.number}周通报", reverse("bulletin_add", args=[one.key]), day=one.end)
        for one in weeks
        if one.start not in made
    ]


def bulletin_signing(items: Mapping[str, Sequence[Item]]) -> list[Todo]:
    """What waits for the signature of the head of the office."""
    return [todo for state, todo in _written(items, signs=True) if state == Bulletin.State.SIGNING]


def _written(items: Mapping[str, Sequence[Item]], *, signs: bool) -> list[tuple[str | None, Todo]]:
    months = {item.pk for item in items.get("bulletins_month", ())}
    rows = items.get("bulletins_open", ())
    return [(item.text, _open(item, is_month=item.pk in months, signs=signs)) for item in rows]


def _open(item: Item, *, is_month: bool, signs: bool) -> Todo:
    if is_month:
        name, url = f"{item.day.year}年{item.day.month}月通报", reverse("month_bulletin", args=[f"{item.day:%Y-%m}"])
    else:
        week = Week.of(item.day)
        name, url = f"第{week.number}周通报", reverse("bulletin", args=[week.key])
    if item.text == Bulletin.State.SIGNING:
        return Todo(f"签发{name}", url, "待签发", "warn" if signs else "", day=item.day)
    return Todo(f"{name}草稿", url, "待提交", day=item.day)
