"""Lists fetched together are the lists that their own querysets give, on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from appraisal.models import MonthlyScore
from lianzhen.pages.together import fetch_together
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.membership import with_members
from villages.models import PartyGroup, Posting, SocialOrganization, Speciality, VillageCharter, VillagerGroup
from villages.views.village_tabs import party_groups

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists(cast):
    """Keys that lead nowhere and on, amounts, days, moments, marks, counts, texts of every kind."""
    with acting(by=None, action="test", label="测试"):
        for name, area in (("湘莲", Decimal("812.50")), ("“稻”\n鱼\\", None), ("油茶", Decimal("0.10"))):
            output = {"output": Decimal("12345678.9"), "output_unit": "吨"} if area else {}
            Speciality(village=cast.own, name=name, area_mu=area, **output).save()
        for number in (3, 2):
            VillagerGroup(village=cast.own, number=number, founded_on=date(2026, 5, number)).save()
        VillageCharter(village=cast.own, number=1, title="村规", text="一", adopted_on=START).save()
    organizations = with_members(SocialOrganization.objects.select_related("kind"), timezone.localdate())
    return [
        Speciality.objects.all(),
        VillagerGroup.objects.select_related("village__group", "head").order_by("-number", "village"),
        party_groups(PartyGroup.objects.all()).order_by("pk"),
        organizations.prefetch_related(None).order_by("-kind__position", "village__code"),
        Posting.objects.select_related("person", "team__village").order_by("-is_leader", "pk"),
        VillageCharter.objects.defer("text"),
        MonthlyScore.objects.select_related("month").defer("detail", "lines", "vetoes"),
    ]


def told(record):
    """Everything that is known of a record, and of what hangs on it."""
    held = {name: value for name, value in record.__dict__.items() if not name.startswith("_")}
    hanging = {name: other and told(other) for name, other in record._state.fields_cache.items()}
    return type(record), repr(held), hanging


def test_each_list_as_its_own_queryset_gives_it(lists, django_assert_num_queries):
    assert connection.features.supports_json_field  # asked once in the life of a process
    with django_assert_num_queries(1):
        found = fetch_together(lists)
    assert [[told(record) for record in records] for records in found] == [[told(r) for r in rows] for rows in lists]
    assert [bool(records) for records in found] == [True] * 6 + [False]
    assert found[0][0]._state.db == "default"
    assert not found[0][0]._state.adding


def test_of_nothing_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert fetch_together([]) == []


def test_what_does_not_fit_is_refused():
    with pytest.raises(TypeError, match="detail"):
        fetch_together([MonthlyScore.objects.all()])
