"""Whatever is done in whatever order: one head a day at most, no overlap, and every gap shown."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from grids import actions
from grids.models import Grid, GridHeadTerm
from grids.succession import succession
from lianzhen.tests.cast import build_cast
from lianzhen.trail import acting
from villages.models import Person

FIRST_DAY = date(2025, 1, 1)
SPAN = 40
TODAY = FIRST_DAY + timedelta(days=SPAN)

days = st.integers(0, SPAN)
acts = st.one_of(
    st.tuples(st.just("replace"), st.integers(0, 2), days),
    st.tuples(st.just("leave"), st.just(0), days),
    st.tuples(st.just("end"), st.just(0), days),
)


class AnySequenceOfActs(TestCase):
    done = refused = 0

    @classmethod
    def setUpTestData(cls) -> None:
        cast = build_cast()
        cls.grid = cast.other_grid
        with acting(by=None, action="test", label="测试"):
            cls.people = [Person(name=f"示例{n}", village=cast.other) for n in range(3)]
            for person in cls.people:
                person.save()

    @settings(max_examples=40)
    @given(st.lists(acts, min_size=1, max_size=8))
    def test_terms_tile(self, sequence: list[tuple[str, int, int]]) -> None:
        for what, who, after in sequence:
            self.one_act(what, self.people[who], FIRST_DAY + timedelta(days=after))
        grid = Grid.objects.get(pk=self.grid.pk)
        terms = list(GridHeadTerm.objects.filter(grid=grid).order_by("starts_on"))
        self.no_day_has_two_heads(terms)
        self.every_day_is_told(grid, terms)

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        assert cls.done > 20, "hardly an act was carried out"
        assert cls.refused > 20, "hardly an act was refused"

    def one_act(self, what: str, person: Person, day: date) -> None:
        try:
            if what == "replace":
                actions.replace_head(grid=self.grid, person=person, starts_on=day, reason="other", by=None)
                assert self.grid.head_on(day).person == person
            elif what == "leave":
                actions.end_head(grid=self.grid, last_day=day, reason="示例", by=None)
                assert self.grid.head_on(day + timedelta(days=1)) is None
            else:
                actions.end_grid(grid=self.grid, ended_on=day, reason="示例", by=None)
                assert self.grid.head_on(day) is None
            type(self).done += 1
        except ValidationError:
            type(self).refused += 1

    def no_day_has_two_heads(self, terms: list[GridHeadTerm]) -> None:
        for earlier, later in itertools.pairwise(terms):
            assert earlier.ends_on is not None
            assert earlier.starts_on <= earlier.ends_on < later.starts_on

    def every_day_is_told(self, grid: Grid, terms: list[GridHeadTerm]) -> None:
        """The succession covers each day from the first head on once, with who the database says it was."""
        told = succession(terms, TODAY, grid.ended_on)
        end = grid.ended_on or TODAY + timedelta(days=1)
        day = terms[0].starts_on if terms else end
        while day < end:
            covering = [s for s in told if s.first <= day and (s.last is None or day <= s.last)]
            assert len(covering) == 1, (day, told)
            head = grid.head_on(day)
            assert covering[0].term == head
            day += timedelta(days=1)
        vacant = [s for s in told if s.term is None]
        without = sum(
            grid.head_on(terms[0].starts_on + timedelta(days=n)) is None
            for n in range((end - terms[0].starts_on).days if terms else 0)
        )
        assert sum(s.days for s in vacant) == without
