"""A statement that is kept answers as the queryset does, and only what is true of its key."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.utils import timezone

from appraisal.home import sources_of
from appraisal.tests.week_scene import TODAY, at
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.overview import overview
from lianzhen.statements import Statement
from lianzhen.trail import acting
from lianzhen.views.home import waiting_at_the_desk
from villages.models import LiaisonTeam, Posting, Village


def test_values_are_those_of_the_queryset(cast, django_assert_num_queries):
    Village.objects.filter(pk=cast.own.pk).update(arable_mu="12.50", ended_on=date(2026, 1, 2))
    for rows in (
        Village.objects.order_by("pk").values_list("pk", "name", "arable_mu", "ended_on", "updated_at"),
        User.objects.order_by("pk").values_list("name", "must_change_password", "created_at", "ended_at"),
        Posting.objects.order_by("pk").values_list("team__village__name", "starts_on", "is_leader"),
    ):
        kept = Statement(rows)
        for _ in range(2):
            with django_assert_num_queries(1):
                found = list(map(tuple, kept.rows()))
            assert found == list(rows.all())


def test_a_statement_that_can_find_nothing_asks_nothing(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert list(Statement(LiaisonTeam.objects.filter(pk__in=[]).values_list("pk")).rows()) == []


@pytest.mark.parametrize("role", Role)
def test_what_waits_is_known_without_asking(cast, role, django_assert_num_queries):
    """Nothing that was read goes into the statements that are kept for a day."""
    with time_machine.travel(at(TODAY), tick=False):
        bare = cast.users[role].bare()
        with django_assert_num_queries(0):
            sources_of(bare, TODAY, waiting_at_the_desk)


def test_another_standing_on_the_same_day_sees_other_rows(cast):
    user, today = cast.users[Role.LEADER], timezone.localdate()

    def villages() -> int | None:
        return overview(User.objects.get(pk=user.pk), today).figures[0].value

    assert villages() == 1
    with acting(by=None, action="test", label="测试"):
        RoleGrant(user=user, role=Role.OFFICE, starts_on=today, reason="测试").save()
    assert villages() == Village.objects.current().count() > 1
