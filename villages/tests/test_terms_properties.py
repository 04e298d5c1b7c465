"""Whatever is done in whatever order: one leader a day, no hidden gap, nothing of the past lost.

Random acts run through the actions; beside them a plain list says, day by day, what must be true.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lianzhen.periods import Span, gaps
from lianzhen.trail import acting
from villages.actions import organizations, teams
from villages.membership import due_state, term_ends_by
from villages.models import LiaisonTeam, OrganizationMember, Person, SocialOrganization

FIRST = date(2025, 1, 1)
DAYS = 40
PEOPLE = 4
few = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

days = st.integers(min_value=-3, max_value=DAYS - 1)
persons = st.integers(min_value=0, max_value=PEOPLE - 1)
replacements = st.tuples(st.just("replace"), days, persons, st.booleans())
joinings = st.tuples(st.just("join"), days, persons, st.booleans())
endings = st.tuples(st.just("end"), days, persons, st.booleans())


def day(offset):
    return FIRST + timedelta(days=offset)


@pytest.fixture
def people(cast):
    with acting(by=None, action="test", label="测试"):
        made = [Person(name=f"示例{n}", department=cast.department, village=cast.own) for n in range(PEOPLE)]
        for person in made:
            person.save()
    return made


@pytest.fixture
def team(cast):
    """A team that begins on the first day, without anybody."""
    teams.end_team(team=cast.team, last_day=day(-10), reason="示例", by=None)
    return teams.open_team(village=cast.own, starts_on=FIRST, by=None)


class undone:
    """Each example starts from the same register."""

    def __enter__(self):
        self.block = transaction.atomic()
        self.block.__enter__()

    def __exit__(self, *problem):
        if problem[0] is None:
            transaction.set_rollback(True)
        return self.block.__exit__(*problem)


# --- Teams ------------------------------------------------------------------------------------
def leaders(team):
    """Who led on every day of the window, by the register; fails where two did."""
    terms = list(team.postings.leaders())
    found = []
    for n in range(DAYS):
        on = [term.person_id for term in terms if term.covers(day(n))]
        assert len(on) <= 1
        found.append(on[0] if on else None)
    return found


def carry_out(team, act, people):
    """Do one act; the day from which on the leader must be another, and who, or None when it was refused."""
    kind, offset, who, flag = act
    person = people[who]
    if kind == "replace":
        teams.replace_leader(team=team, person=person, starts_on=day(offset), reason="示例", by=None, stays=flag)
        return offset, person.pk
    if kind == "join":
        teams.post_to_team(team=team, person=person, is_leader=flag, starts_on=day(offset), by=None)
        return (offset, person.pk) if flag else None
    posting = team.postings.open().filter(person=person).order_by("-is_leader").first()
    if posting is None:
        return None
    teams.end_posting(posting=posting, last_day=day(offset), reason="示例", by=None)
    return (offset + 1, None) if posting.is_leader else None


@given(acts=st.lists(st.one_of(replacements, joinings, endings), max_size=6))
@few
def test_leader_of_every_day_is_what_the_acts_said(team, people, acts):
    with undone():
        expected = [None] * DAYS
        for act in acts:
            before = team.postings.count()
            try:
                change = carry_out(team, act, people)
            except ValidationError:
                change = None
                assert team.postings.count() == before
            if change is not None:
                offset, who = change
                expected[offset:] = [who] * (DAYS - offset)
            assert leaders(team) == expected
            assert team.postings.count() >= before
        for n in (0, DAYS // 2, DAYS - 1):
            led = team.led_by(day(n))
            assert (led.pk if led else None) == expected[n]


@given(acts=st.lists(replacements, min_size=1, max_size=6))
@few
def test_handing_over_leaves_no_gap_and_loses_nobody(team, people, acts):
    with undone():
        done = []
        for act in acts:
            with suppress(ValidationError):
                done.append(carry_out(team, act, people))
        terms = [Span(term.starts_on, term.ends_on) for term in team.postings.leaders()]
        assert gaps(terms, until=day(DAYS)) == []
        assert len(terms) == len(done)
        led = {(term.person_id, term.starts_on) for term in team.postings.leaders()}
        assert led == {(who, day(offset)) for offset, who in done}


@given(acts=st.lists(st.one_of(replacements, joinings, endings), max_size=6))
@few
def test_nobody_is_in_a_team_twice_on_one_day(team, people, acts):
    with undone():
        for act in acts:
            with suppress(ValidationError):
                carry_out(team, act, people)
        for person in people:
            spans = [Span(term.starts_on, term.ends_on) for term in team.postings.filter(person=person)]
            assert not any(a.overlaps(b) for n, a in enumerate(spans) for b in spans[n + 1 :])


@given(acts=st.lists(st.one_of(replacements, joinings), max_size=5), last=days)
@few
def test_nothing_in_a_team_outlasts_it(team, people, acts, last):
    with undone():
        for act in acts:
            with suppress(ValidationError):
                carry_out(team, act, people)
        before = leaders(team)
        try:
            teams.end_team(team=team, last_day=day(last), reason="示例", by=None)
        except ValidationError:
            assert leaders(team) == before
            assert LiaisonTeam.objects.open().filter(pk=team.pk).exists()
            return
        assert leaders(team) == [who if n <= last else None for n, who in enumerate(before)]
        assert not team.postings.exclude(ends_on__lte=day(last)).exists()


# --- Fixed duty days ------------------------------------------------------------------------------
weekdays = st.sets(st.integers(min_value=1, max_value=7), max_size=4)


@given(acts=st.lists(st.tuples(days, weekdays), max_size=6))
@few
def test_fixed_days_of_every_day_are_what_was_last_set(team, acts):
    with undone():
        expected = [None] * DAYS
        for offset, chosen in acts:
            try:
                teams.set_duty_days(team=team, weekdays=chosen, starts_on=day(offset), by=None)
            except ValidationError:
                pass
            else:
                assert len(chosen) >= teams.MIN_DUTY_DAYS
                expected[offset:] = ["".join(map(str, sorted(chosen)))] * (DAYS - offset)
            plans = list(team.duty_plans.all())
            found = [[plan.weekdays for plan in plans if plan.covers(day(n))] for n in range(DAYS)]
            assert found == [[one] if one else [] for one in expected]


# --- Chairs -----------------------------------------------------------------------------------
@given(acts=st.lists(st.tuples(st.booleans(), days, persons, st.booleans()), min_size=1, max_size=6))
@few
def test_chair_of_every_day_is_what_the_elections_said(cast, people, acts):
    """Handing over and new terms of office in any order."""
    with undone():
        board = organizations.add_organization(village=cast.own, kind=cast.kinds[1], name="", founded_on=FIRST, by=None)
        expected = [None] * DAYS
        for new_term, offset, who, stays in acts:
            try:
                if new_term:
                    kept = list(board.members.open()) if stays else []
                    organizations.start_term(
                        organization=board,
                        starts_on=day(offset),
                        years=3,
                        chair=people[who],
                        continuing=kept,
                        by=None,
                    )
                else:
                    organizations.replace_chair(
                        organization=board,
                        person=people[who],
                        starts_on=day(offset),
                        reason="示例",
                        by=None,
                        stays=stays,
                    )
            except ValidationError:
                pass
            else:
                expected[offset:] = [people[who].pk] * (DAYS - offset)
            terms = list(board.members.filter(position=OrganizationMember.Position.CHAIR))
            found = [[term.person_id for term in terms if term.covers(day(n))] for n in range(DAYS)]
            assert found == [[one] if one else [] for one in expected]


# --- Terms of office ------------------------------------------------------------------------------
starts = st.dates(min_value=date(2016, 1, 1), max_value=date(2028, 12, 31))
terms = st.lists(st.tuples(starts, st.integers(min_value=1, max_value=10)), min_size=1, max_size=6)


@given(terms=terms, asked=st.data())
@few
def test_the_database_finds_the_same_ends_of_terms_as_the_model(cast, terms, asked):
    """Also for terms that began on 29 February, and asked on one."""
    with undone():
        with acting(by=None, action="test", label="测试"):
            rows = [
                SocialOrganization(
                    village=cast.own, kind=cast.kinds[1], name=f"示例{n}", term_starts_on=start, term_years=years
                )
                for n, (start, years) in enumerate(terms)
            ]
            for row in rows:
                row.save()
        near = [row.term_ends_on + timedelta(days=n) for row in rows for n in (-1, 0, 1)]
        on = asked.draw(st.sampled_from([*near, date(2028, 2, 29)]))
        found = set(SocialOrganization.objects.filter(term_ends_by(on)).values_list("pk", flat=True))
        assert found == {row.pk for row in rows if row.term_ends_on <= on}


@given(start=starts, years=st.integers(min_value=1, max_value=10), ahead=st.integers(-90, 90))
def test_what_is_pointed_out_is_what_the_list_finds(start, years, ahead):
    row = SocialOrganization(name="示例", term_starts_on=start, term_years=years)
    today = row.term_ends_on - timedelta(days=ahead)
    assume(today.year < 2090)
    state = due_state(row, today)
    assert (state is None) == (ahead > 60)
    assert state is None or state[0] == ("bad" if ahead <= 0 else "warn")
