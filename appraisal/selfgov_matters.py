"""What the appraisal tells the register about self-governed villages: what is still open before a decision, and
the last yearly assessment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.urls import reverse

from appraisal.models import Appeal, AppraisalMonth, SelfGovYear
from lianzhen.periods import Month
from villages.extensions import Matter
from villages.models import LiaisonTeam, Village


def matters_of(village: Village, today: date) -> Iterator[Matter]:
    """Appeals under way, and months in which the village's team is scored that are not sealed. Three queries."""
    for appeal in Appeal.objects.open().filter(entry__village=village).order_by("pk"):
        yield Matter(f"{appeal}正在办理", reverse("appeal", args=[appeal.pk]))
    team = LiaisonTeam.objects.filter(village=village).order_by("-starts_on").first()
    if team is None:
        return
    months = AppraisalMonth.objects.exclude(state__in=AppraisalMonth.SEALED).filter(month__lte=today)
    for row in months.filter(month__gte=Month.of(team.starts_on).start).order_by("month"):
        if team.ends_on is None or row.month <= team.ends_on:
            month = Month.of(row.month)
            url = reverse("score_page", args=[month.key, team.pk])
            yield Matter(f"{month.title}考核还没有定稿（{row.get_state_display()}）", url)


def assessments_of(villages: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(2025年：优秀, address) of the latest graded year, by village id. One query."""
    rows = SelfGovYear.objects.graded().filter(village__in=list(villages)).order_by("year")
    return {
        row.village_id: (f"{row.year}年：{row.get_grade_display()}", reverse("selfgov_year", args=[row.pk]))
        for row in rows
    }
