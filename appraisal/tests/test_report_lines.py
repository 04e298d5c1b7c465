"""Lines of a report as values: merging, ordering, counting."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from appraisal.report_lines import SECTIONS, Line, in_order, length_of, merge, moved_up

TEXTS = st.text(alphabet="驻村走访修渠", min_size=1, max_size=6)


@st.composite
def automatic(draw):
    keys = draw(st.lists(st.integers(1, 9), unique=True, max_size=6))
    return [Line(f"note-{n}", *draw(st.sampled_from(SECTIONS))[:1], draw(TEXTS), source_name="驻村登记") for n in keys]


@st.composite
def stored(draw):
    lines = [
        replace(line, is_edited=draw(st.booleans()), is_left_out=draw(st.booleans())) for line in draw(automatic())
    ]
    hand = draw(st.lists(st.integers(1, 9), unique=True, max_size=3))
    return [*lines, *(Line(f"hand-{n}", "plan", draw(TEXTS)) for n in hand)]


@given(stored(), automatic())
def test_a_refresh_touches_nothing_that_a_person_touched(before, fresh):
    after = {line.key: line for line in merge(before, fresh).lines}
    for line in before:
        if line.is_edited or line.is_left_out or not line.is_automatic:
            assert after[line.key] == line


@given(stored(), automatic())
def test_after_a_refresh_the_untouched_lines_are_what_the_records_say(before, fresh):
    merged = merge(before, fresh)
    touched = {line.key for line in before if line.is_edited or line.is_left_out}
    proposed = {line.key: line for line in fresh}
    for line in merged.lines:
        if line.is_automatic and line.key not in touched:
            assert (line.text, line.section) == (proposed[line.key].text, proposed[line.key].section)
    assert proposed.keys() <= {line.key for line in merged.lines}
    assert merged.gone.isdisjoint(line.key for line in merged.lines)


@given(stored(), automatic())
def test_a_second_refresh_changes_nothing(before, fresh):
    once = merge(before, fresh)
    twice = merge(once.lines, fresh)
    assert twice.changes == []
    assert twice.lines == once.lines


@given(stored(), automatic())
def test_no_change_is_silent_and_none_is_told_for_nothing(before, fresh):
    merged = merge(before, fresh)
    same = {(line.key, line.text, line.section) for line in merged.lines} == {
        (line.key, line.text, line.section) for line in before
    }
    assert (merged.changes == []) == same


@given(stored(), st.integers(0, 12))
def test_moving_up_loses_nothing_and_stays_in_its_section(lines, place):
    key = lines[place % len(lines)].key if lines else "none"
    moved = moved_up(lines, key)
    assert sorted(line.key for line in moved) == sorted(line.key for line in lines)
    assert [line.section for line in moved] == [line.section for line in in_order(lines)]


def test_moving_up():
    first, second, other = (Line(f"hand-{n}", block, str(n)) for n, block in ((1, "plan"), (2, "plan"), (3, "needs")))
    assert [line.key for line in moved_up([first, second, other], "hand-2")] == ["hand-3", "hand-2", "hand-1"]
    assert [line.key for line in moved_up([first, second, other], "hand-1")] == ["hand-3", "hand-1", "hand-2"]


def test_what_changed_is_said_in_words():
    was = [Line("a", "duty", "驻村1天。", source_name="驻村办公"), Line("b", "work", "开会。", source_name="驻村登记")]
    now = [Line("a", "duty", "驻村2天。", source_name="驻村办公"), Line("c", "work", "修渠。", source_name="驻村登记")]
    assert merge(was, now).changes == ["改为：驻村2天。", "去掉：开会。", "新增：修渠。"]


def test_length_counts_no_spaces_and_nothing_left_out():
    assert length_of([Line("a", "duty", "驻村 2天"), Line("b", "duty", "不报", is_left_out=True)]) == 4
