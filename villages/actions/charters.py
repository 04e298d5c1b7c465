"""村规民约: a new text is a new version; adopted versions stay readable."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Max

from lianzhen.accounts.models import User
from lianzhen.trail import acting
from lianzhen.trail.versions import lock_for_change
from lianzhen.wording import full_date
from villages.actions.records import refuse_ended_village, write
from villages.models import Village, VillageCharter


def add_charter(
    *, village: Village, title: str, text: str, adopted_on: date, by: User | None, filed_on: date | None = None
) -> VillageCharter:
    """Record a version adopted by the villagers' assembly, numbered after the last one.

    Raises `ValidationError` when it was adopted before the version it follows, or says the same.
    """
    with acting(by=by, action="charter.add", label="登记村规民约"):
        refuse_ended_village(village)
        lock_for_change(village)  # two at once would take one number
        last = newest(village)
        if last is not None and last.text.strip() == text.strip():
            raise ValidationError({"text": f"正文与第{last.number}版相同，没有登记新版。"})
        if last is not None and adopted_on < last.adopted_on:
            raise ValidationError(
                {"adopted_on": f"通过日期不能早于第{last.number}版（{full_date(last.adopted_on)}）。"}
            )
        number = (village.charters.aggregate(last=Max("number"))["last"] or 0) + 1
        charter = VillageCharter(village=village, number=number)
        write(charter, {"title": title, "text": text, "adopted_on": adopted_on, "filed_on": filed_on})
    return charter


def correct_charter(
    *,
    charter: VillageCharter,
    title: str,
    text: str,
    adopted_on: date,
    reason: str,
    by: User | None,
    filed_on: date | None = None,
    version: int | None = None,
) -> VillageCharter:
    """Correct how the newest version was typed in, or add the day it was filed. What the villagers change
    is a new version. Raises `ValidationError` for an older version: those are only read."""
    with acting(by=by, action="charter.correct", label="更正村规民约", reason=reason):
        charter = lock_for_change(charter, version)
        last = newest(charter.village)
        if last != charter:
            raise ValidationError(f"第{charter.number}版之后已有第{last.number}版，旧版只供查阅，不再更正。")
        before = charter.village.charters.filter(number__lt=charter.number).order_by("-number").first()
        if before is not None and adopted_on < before.adopted_on:
            raise ValidationError(
                {"adopted_on": f"通过日期不能早于第{before.number}版（{full_date(before.adopted_on)}）。"}
            )
        write(charter, {"title": title, "text": text, "adopted_on": adopted_on, "filed_on": filed_on})
    return charter


def newest(village: Village) -> VillageCharter | None:
    return village.charters.order_by("-number").first()
