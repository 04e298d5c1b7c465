"""A year of the demo town, from its first week to the annual result, through the actions alone: every state of what
a town works with is there, every sealed month and every issued paper is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import StringIO

from django.apps import apps
from django.core.management import call_command
from django.db import models

from appraisal.models import (
    AnnualAssessment,
    AnnualGrade,
    AppraisalMonth,
    Bulletin,
    IssuedDocument,
    QuarterlyReview,
    SelfGovYear,
)
from lianzhen.demo.build import build_town
from lianzhen.demo.plan import Scale
from lianzhen.notices.models import Notice
from lianzhen.periods import Week
from lianzhen.trail.models import AuditEntry
from villages.models import LiaisonTeam, SelfGovernance

TODAY = date(2019, 2, 20)  # a Wednesday: 2018 is over and announced, January 2019 is just sealed
ONE_AT_A_TIME = "there is one under way at a time, and it stands elsewhere"
OVER = "2018 is decided, and its papers are issued: nobody writes any more"
ONE_VILLAGE = "one village governs itself, one asks to: no other application was made"
#: (model, field) → what this town on this day does not have, and why.
ABSENT = {
    ("AppraisalMonth", "state"): (ONE_AT_A_TIME, "checking review publicity appeals paid"),
    ("QuarterlyReview", "state"): (ONE_AT_A_TIME, "review committee approved"),
    ("Scheme", "state"): (ONE_AT_A_TIME, "submitted"),
    ("AnnualAssessment", "state"): (OVER, "summary committee decided"),
    ("AnnualSummary", "state"): (OVER, "draft district office out"),
    ("SelfGovYear", "state"): (OVER, "draft instructor office committee done"),
    ("SelfGovApplication", "kind"): (ONE_VILLAGE, "stop"),
    ("SelfGovApplication", "state"): (ONE_VILLAGE, "draft returned district committee declined withdrawn revoked"),
}


def choices() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Every field that says where something stands, what kind it is or what came of it."""
    names = ("state", "outcome", "kind", "found", "source")
    for label in ("villages", "appraisal"):
        for model in apps.get_app_config(label).get_models():
            yield from ((model, f) for f in model._meta.concrete_fields if f.choices and f.name in names)


def missing() -> dict[tuple[str, str], set[str]]:
    found = {}
    for model, field in choices():
        have = set(model._base_manager.values_list(field.name, flat=True).order_by().distinct())
        if lacking := {str(value) for value, _ in field.flatchoices if value not in have}:
            found[model.__name__, field.name] = lacking
    return found


def test_a_year_from_the_first_week_to_the_annual_result(db):
    said: list[str] = []
    # Four villages, the last of them governing itself: three teams.
    build_town(Scale(villages=4, years=2, today=TODAY, seed=2018, weeks=None), said.append)

    months = AppraisalMonth.objects.filter(month__year=2018).order_by("month")
    assert [row.month.month for row in months.sealed()] == list(range(1, 13))
    assert said[1:13] == [f"2018年{row.month.month}月：{row.scores.count()}个组已定稿" for row in months]
    assert AppraisalMonth.objects.get(month=date(2019, 1, 1)).is_sealed
    quarters = QuarterlyReview.objects.filter(quarter__year=2018)
    assert [review.state for review in quarters] == ["paid"] * 4

    # The year: every team has its grade, the result was announced, the forms are on the shelf.
    assessment = AnnualAssessment.objects.get(year=2018)
    assert assessment.state == "told"
    running = LiaisonTeam.objects.on(TODAY)
    graded = AnnualGrade.objects.filter(assessment=assessment)
    assert set(graded.values_list("team", flat=True)) == set(running.values_list("pk", flat=True))
    assert all(row.grade and row.score for row in graded)
    assert IssuedDocument.objects.filter(kind="annual_form", year=2018).count() == running.count()
    term = SelfGovernance.objects.get()
    assert SelfGovYear.objects.get(village=term.village, year=2018).state == "told"
    assert not running.filter(village=term.village).exists()

    # Every week that is over has its bulletin; the last waits for the signature, the running one is being written.
    weeks, week = [], Week.of(date(2018, 1, 1))
    while week.end < TODAY:
        weeks.append(week.start)
        week = week.next()
    bulletins = Bulletin.objects.filter(kind="week", corrects=None).order_by("starts_on")
    assert list(bulletins.values_list("starts_on", flat=True)) == [*weeks, week.start]
    waiting = bulletins.exclude(state__in=["issued", "corrected"]).values_list("starts_on", "state")
    assert list(waiting) == [(weeks[-1], "signing"), (week.start, "draft")]
    assert Bulletin.objects.filter(kind="month", state="issued").count() == 13

    # Of every state there is one, or a reason why there is none.
    assert sum(1 for _ in choices()) > 20
    assert missing() == {place: set(states.split()) for place, (_, states) in ABSENT.items()}

    # What was done bears the day on which it was done, what people were told as well.
    assert AuditEntry.objects.filter(action="month.lock", at__year=2018).exists()
    assert not Notice.objects.filter(created_at__date__gt=TODAY).exists()
    assert Notice.objects.filter(read_at=None).exists()
    for command in ("verify_months", "verify_documents"):
        out = StringIO()
        call_command(command, stdout=out, stderr=out)  # SystemExit where anything differs
        assert "一致" in out.getvalue()
