"""Places with ties, bands, change to last month."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.ranking import (
    BANDS,
    UNQUALIFIED,
    Display,
    band_of,
    change,
    ranked,
    read_bands,
    spread,
    standings,
    store_bands,
)
from appraisal.rules import VetoEffect
from appraisal.tests.strategies import tenths

#: Few different scores, so that ties are common.
tables = st.dictionaries(st.integers(1, 60), tenths(940, 1000), max_size=39)
MONTH = {"甲": D("96.5"), "乙": D("98.0"), "丙": D("96.5"), "丁": D("90.0"), "戊": D("99.0")}


class TestPlaces:
    def test_ties_leave_a_gap(self):
        """1, 2, 3, 3, 5; ties in the order in which they were given."""
        found = ranked(MONTH)
        assert [(key, one.number) for key, one in found.items()] == [
            ("戊", 1),
            ("乙", 2),
            ("甲", 3),
            ("丙", 3),
            ("丁", 5),
        ]
        assert found["丙"].text == "并列第3名"
        assert found["丁"].full_text == "第5名（共5个组）"

    def test_eight_eight_ten(self):
        scores = {n: D(100 - n) for n in range(7)} | {7: D(50), 8: D(50), 9: D(49)}
        assert [one.number for one in ranked(scores).values()][-3:] == [8, 8, 10]

    @given(table=tables)
    def test_place_is_one_more_than_those_who_are_better(self, table):
        found = ranked(table)
        assert set(found) == set(table)
        for key, one in found.items():
            assert one.number == 1 + sum(other > table[key] for other in table.values())
            assert one.tied == (sum(other == table[key] for other in table.values()) > 1)
            assert one.size == len(table)

    @given(table=tables, data=st.data())
    def test_places_do_not_depend_on_the_order(self, table, data):
        shuffled = dict(data.draw(st.permutations(list(table.items()))))
        assert ranked(shuffled) == ranked(table)


class TestBands:
    @pytest.mark.parametrize(
        ("score", "name"),
        [
            ("100", "好"),
            ("90", "好"),
            ("89.9", "较好"),
            ("75", "较好"),
            ("74.9", "一般"),
            ("60", "一般"),
            ("59.9", "需改进"),
            ("-5", "需改进"),
        ],
    )
    def test_thresholds_are_included(self, score, name):
        assert band_of(D(score)).name == name

    def test_veto(self):
        assert band_of(D(99), effects=[VetoEffect.UNQUALIFIED]) is UNQUALIFIED
        assert band_of(D(99), effects=[VetoEffect.NO_AWARD]).name == "好"

    def test_shipped_bands_are_stored_and_read(self):
        assert read_bands(store_bands(BANDS)) == BANDS
        assert read_bands([]) == BANDS

    @given(rows=st.lists(tenths(0, 1000), min_size=2, max_size=6, unique=True), score=tenths(-500, 1200))
    def test_every_score_has_the_highest_band_it_reaches(self, rows, score):
        bands = read_bands([{"name": f"等次{at}", "from": f"{at:f}"} for at in rows])
        reached = [at for at in rows if at <= score]
        assert band_of(score, bands).name == f"等次{max(reached) if reached else min(rows)}"
        assert read_bands(store_bands(bands))[:-1] == bands[:-1]

    @pytest.mark.parametrize(
        ("rows", "sentence"),
        [
            ([{"name": "好", "from": "90"}, {"name": "好", "from": "60"}], "等次名称"),
            ([{"name": "", "from": "90"}, {"name": "好", "from": "60"}], "等次名称"),
            ([{"name": "好", "from": "90"}, {"name": "差", "from": "90"}], "分数线不能相同"),
            ([{"name": "好", "from": "90"}], "至少要有两个等次"),
            ([{"name": "好", "from": "九十"}, {"name": "差"}], "分数线应为数字"),
        ],
    )
    def test_bad_bands(self, rows, sentence):
        with pytest.raises(ValueError, match=sentence):
            read_bands(rows)


class TestStandings:
    @pytest.mark.parametrize(
        ("display", "keys", "column"),
        [
            (Display.PLACE, "戊乙甲丙丁", ["1", "2", "3", "3", "5"]),
            (Display.GRADE, "甲乙丙丁戊", ["好", "好", "好", "好", "好"]),
            (Display.NONE, "甲乙丙丁戊", ["1", "2", "3", "4", "5"]),
        ],
    )
    def test_displays(self, display, keys, column):
        rows = standings(MONTH, display=display)
        assert "".join(row.key for row in rows) == keys
        assert [row.column for row in rows] == column
        assert Display.NONE.column == "序号"

    def test_change_to_last_month(self):
        rows = {
            row.key: row
            for row in standings(MONTH, display=Display.PLACE, before={"甲": D("97"), "乙": D("96"), "丙": D("96.5")})
        }
        assert rows["甲"].change.points_text == "−0.5分"
        assert rows["甲"].change.places_text == "下降2名"
        assert rows["乙"].change.points_text == "+2.0分"
        assert rows["乙"].change.places_text == "上升1名"
        assert rows["丙"].change.points_text == "0.0分"
        assert rows["丁"].change.points_text == rows["丁"].change.places_text == "—"
        same = ranked({"甲": D(1)})["甲"]
        assert change(same, same).places_text == "名次不变"

    def test_veto_shows_in_the_band(self):
        rows = standings(MONTH, display=Display.GRADE, effects={"甲": (VetoEffect.UNQUALIFIED,)})
        assert [row.column for row in rows][:2] == ["不合格", "好"]
        assert rows[0].effects == (VetoEffect.UNQUALIFIED,)

    @given(table=tables, display=st.sampled_from(Display))
    def test_nobody_is_lost(self, table, display):
        rows = standings(table, display=display, before=table)
        assert {row.key: row.score for row in rows} == table
        assert all(row.change.points == 0 and row.change.places == 0 for row in rows)

    def test_spread(self):
        assert spread(MONTH.values()) == 9
        assert spread([]) == 0
