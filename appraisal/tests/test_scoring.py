"""Scores: the sum of the lines is the score, whatever the order; an appeal never lowers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal import rules
from appraisal.rules.judged import Level
from appraisal.rules.scheme import AppliesTo, CategoryTerms, ClauseTerms, SchemeTerms
from appraisal.score_effect import figures_of, known_figures
from appraisal.scoring import Line, LineState, LossReason, score
from appraisal.tests.strategies import hundredths, months, tenths

VILLAGE, TEAM = AppliesTo.VILLAGE, AppliesTo.TEAM
subjects = st.sampled_from([VILLAGE, TEAM])


def clause(number, rule, *, category="a", applies_to=AppliesTo.BOTH):
    return ClauseTerms(number, category, "示例条款。", rule, applies_to)


def line(key, number, points, *, day=1, state=LineState.EFFECTIVE, **more):
    return Line(key, number, date(2018, 10, day), D(points), state, **more)


SCHEME = SchemeTerms(
    categories=(CategoryTerms("a", "环境整建", D(20)), CategoryTerms("b", "安全生产", D(80))),
    clauses=(
        clause("A1", rules.PerPlace(each=D("0.5"), cap=D(15))),
        clause("A2", rules.PerEvent(each=D(2))),
        clause("A3", rules.Uncapped(each=D(1), unit="户")),
        clause("B1", rules.PerEvent(each=D(1)), category="b", applies_to=TEAM),
        clause("B2", rules.PerEvent(each=D(1)), category="b", applies_to=VILLAGE),
        clause("G1", rules.Bonus(levels=(Level("镇级", D("0.5"), D(5)),), cap=D(4)), category="b"),
        clause("G2", rules.Bonus(levels=(Level("县级", D(5), D(5)),)), category="b"),
        clause("V1", rules.Veto(condition="甲", effect="unqualified", basis="示例文", enabled=True), category="b"),
        clause("V2", rules.Veto(condition="乙", effect="no_award", basis="示例文"), category="b"),
    ),
    bonus_month_cap=D(6),
    bonus_quarter_cap=D(8),
)


def village(*lines, scheme=SCHEME, **more):
    return score(scheme, lines, subject=VILLAGE, **more)


class TestByHand:
    def test_nothing_happened(self):
        """A silent month is the base score."""
        found = village()
        assert found.total == 100
        assert found.equation == "得分100.0分 = 基础分100.0分 − 扣分0.0分 + 加分0.0分"
        assert found.pending.sentence == ""

    def test_deductions_and_bonuses(self):
        found = village(line("1", "A1", "4.5"), line("2", "G1", "1"))
        assert found.equation == "得分96.5分 = 基础分100.0分 − 扣分4.5分 + 加分1.0分"
        assert [(one.category.name, one.score, one.bonus) for one in found.categories] == [
            ("环境整建", D("15.5"), 0),
            ("安全生产", 80, 1),
        ]

    def test_cap_of_a_clause_is_filled_by_date(self):
        found = village(line("2", "A1", "8", day=9), line("1", "A1", "9", day=20), line("3", "A1", "1", day=25))
        assert [(one.line.key, one.counted) for one in found.lines] == [("2", 8), ("1", 7), ("3", 0)]
        assert [one.why_less for one in found.lines] == [
            "",
            "本条款每月最多计15.0分，2.0分不计",
            "本条款每月最多计15.0分，1.0分不计",
        ]
        assert found.categories[0].lost == 3

    def test_floor_of_a_category(self):
        found = village(line("1", "A1", "15"), line("2", "A2", "8", day=2))
        assert found.categories[0].score == 0
        assert found.lines[1].counted == 5
        assert found.lines[1].why_less == "本类普通条款最多扣到0.0分为止，3.0分不计"

    def test_uncapped_goes_below(self):
        """不保底 comes on top of what the ordinary clauses took, before or after them."""
        for day in (1, 30):
            found = village(line("1", "A1", "15", day=5), line("2", "A2", "8", day=6), line("3", "A3", "6", day=day))
            assert found.categories[0].score == -6
            assert found.total == 74

    def test_floor_of_the_total(self):
        found = village(line("1", "A3", "70"), line("2", "A3", "40", day=2), line("3", "G2", "5", day=3))
        assert found.total == 0
        assert [one.counted for one in found.lines] == [70, 35, 5]
        assert found.lines[1].why_less == "总分最低0.0分，5.0分不计"
        no_floor = replace(SCHEME, total_floor=None)
        assert village(line("1", "A3", "130"), scheme=no_floor).total == -30

    def test_bonus_caps_of_clause_month_and_quarter(self):
        lines = [line("1", "G1", "3"), line("2", "G1", "3", day=2), line("3", "G2", "5", day=3)]
        found = village(*lines)
        assert [one.counted for one in found.lines] == [3, 1, 2]
        assert [one.why_less for one in found.lines] == [
            "",
            "本条款每月最多计4.0分，2.0分不计",
            "每月加分最多6.0分，3.0分不计",
        ]
        found = village(*lines, bonus_before=D(7))
        assert [one.counted for one in found.lines] == [1, 0, 0]
        assert found.lines[0].why_less == "本季加分最多8.0分，2.0分不计"
        assert found.categories[1].bonus_lost == 10

    def test_pending_stands_beside(self):
        found = village(
            line("1", "A1", "2"),
            line("2", "A1", "1", state=LineState.PENDING),
            line("3", "A2", "2", state=LineState.APPEALED),
            line("4", "G1", "0.5", state=LineState.PENDING),
            line("5", "A2", "9", state=LineState.WITHDRAWN),
        )
        assert found.total == 98
        assert [one.line.key for one in found.lines] == ["1"]
        assert [one.line.key for one in found.pending.lines] == ["2", "3", "4"]
        assert found.pending.sentence == "另有待定 −3.0分、+0.5分"
        assert found.pending.total == D("95.5")

    def test_pending_that_would_change_nothing_is_still_said(self):
        found = village(line("1", "A1", "15"), line("2", "A1", "1", day=2, state=LineState.PENDING))
        assert found.pending.sentence == "另有1条待定"
        assert found.pending.total == found.total

    def test_changed_by_an_appeal(self):
        found = village(line("1", "A1", "2", state=LineState.CHANGED, changed_points=D("0.5")))
        assert found.total == D("99.5")
        assert found.lines[0].own == D("0.5")

    def test_whom_it_concerns(self):
        lines = [
            line("1", "B1", "1"),
            line("2", "B2", "2"),
            line("3", "A1", "4"),
            line("4", "A1", "8", concerns=TEAM),
        ]
        assert score(SCHEME, lines, subject=TEAM).total == 87
        assert score(SCHEME, lines, subject=VILLAGE).total == 94

    def test_veto_is_an_effect_and_no_points(self):
        found = village(line("1", "V1", "0"), line("2", "V2", "0"))
        assert found.total == 100
        assert found.effects == (rules.VetoEffect.UNQUALIFIED,)  # V2 is not switched on
        waiting = village(line("1", "V1", "0", state=LineState.PENDING))
        assert waiting.effects == ()
        assert waiting.pending.effects == (rules.VetoEffect.UNQUALIFIED,)

    def test_half_is_rounded_up(self):
        found = village(line("1", "A1", "0.25"))
        assert found.lines[0].counted == D("0.3")
        assert village(line("1", "A1", "0.25"), scheme=replace(SCHEME, decimals=2)).total == D("99.75")


class TestRefused:
    def test_worse_by_an_appeal(self):
        with pytest.raises(ValueError, match="申诉不会加重扣分"):
            village(line("1", "A1", "2", state=LineState.CHANGED, changed_points=D("2.5")))
        with pytest.raises(ValueError, match="也不会减少加分"):
            village(line("1", "G1", "2", state=LineState.CHANGED, changed_points=D("1")))

    def test_one_key_twice(self):
        with pytest.raises(ValueError, match="编号1出现了两次"):
            village(line("1", "A1", "2"), line("1", "A2", "2"))

    def test_clause_of_another_version(self):
        with pytest.raises(KeyError):
            village(line("1", "Z9", "2"))

    def test_points_of_a_veto(self):
        with pytest.raises(ValueError, match="一票否决不计分"):
            village(line("1", "V1", "2"))

    def test_floats_and_negative_points(self):
        with pytest.raises(TypeError):
            Line("1", "A1", date(2018, 10, 1), 0.5)
        with pytest.raises(ValueError, match="不能小于0"):
            line("1", "A1", "-1")
        with pytest.raises(TypeError):
            SCHEME.rounded(0.5)

    @pytest.mark.parametrize(
        "more", [{"state": LineState.CHANGED}, {"state": LineState.EFFECTIVE, "changed_points": D(1)}]
    )
    def test_changed_points_belong_to_the_changed(self, more):
        with pytest.raises(ValueError, match="变更"):
            line("1", "A1", "2", **more)

    def test_a_score_of_both(self):
        with pytest.raises(ValueError, match="both"):
            score(SCHEME, [], subject=AppliesTo.BOTH)


# --- Whatever the scheme and the month ------------------------------------------------------
def by_formula(scheme, lines, subject, before):
    """The total worked out from sums alone, without giving anything to a line."""

    def rounded(value):
        return value.quantize(D(1).scaleb(-scheme.decimals), rounding=ROUND_HALF_UP)

    own = {}
    for one in lines:
        of = scheme.by_number[one.clause]
        concerns = {AppliesTo.BOTH, subject}
        if of.applies_to in concerns and one.concerns in concerns and one.state in ("effective", "changed"):
            points = one.points if one.state == "effective" else one.changed_points
            own[one.clause] = own.get(one.clause, D(0)) + rounded(points)
    caps = {number: scheme.by_number[number].rule.month_cap for number in own}
    capped = {number: points if caps[number] is None else min(points, caps[number]) for number, points in own.items()}
    deducted = bonus = D(0)
    for category in scheme.categories:
        ordinary = D(0)
        for number, points in capped.items():
            of = scheme.by_number[number]
            if of.category != category.key:
                continue
            if of.rule.kind == "bonus":
                bonus += points
            elif of.rule.keeps_floor:
                ordinary += points
            else:
                deducted += points
        deducted += min(ordinary, category.full - category.floor)
    if scheme.bonus_month_cap is not None:
        bonus = min(bonus, scheme.bonus_month_cap)
    if scheme.bonus_quarter_cap is not None:
        bonus = min(bonus, max(D(0), scheme.bonus_quarter_cap - rounded(before)))
    if scheme.total_floor is not None:
        deducted = min(deducted, max(D(0), scheme.base + bonus - scheme.total_floor))
    return scheme.base - deducted + bonus


class TestWhateverTheMonth:
    @given(month=months(), subject=subjects, before=hundredths(0, 2500))
    def test_the_sum_of_the_lines_is_the_score(self, month, subject, before):
        scheme, lines = month
        found = score(scheme, lines, subject=subject, bonus_before=before)
        assert found.total == found.base + sum(one.signed for one in found.lines)
        assert found.total == found.base - found.deducted + found.bonus
        assert found.deducted == sum(one.deducted for one in found.categories)
        assert found.bonus == sum(one.bonus for one in found.categories)
        assert isinstance(found.total, D)
        assert found.total == scheme.rounded(found.total)

    @given(month=months(), subject=subjects, before=hundredths(0, 2500))
    def test_the_score_is_that_of_the_formula(self, month, subject, before):
        scheme, lines = month
        assert score(scheme, lines, subject=subject, bonus_before=before).total == by_formula(
            scheme, lines, subject, before
        )

    @given(month=months(), subject=subjects)
    def test_every_line_says_what_it_lost(self, month, subject):
        scheme, lines = month
        for one in score(scheme, lines, subject=subject).lines:
            assert 0 <= one.counted <= one.own
            assert one.counted + sum(loss.points for loss in one.losses) == one.own
            assert all(loss.points > 0 for loss in one.losses)
            assert bool(one.why_less) == (one.counted < one.own)
            reasons = {loss.reason for loss in one.losses}
            if one.clause.is_bonus:
                assert not reasons & {LossReason.CATEGORY_FLOOR, LossReason.TOTAL_FLOOR}
            else:
                assert not reasons & {LossReason.MONTH_CAP, LossReason.QUARTER_CAP}

    @given(month=months(), subject=subjects, data=st.data())
    def test_order_never_matters(self, month, subject, data):
        scheme, lines = month
        shuffled = data.draw(st.permutations(lines))
        assert score(scheme, shuffled, subject=subject) == score(scheme, lines, subject=subject)

    @given(month=months(), subject=subjects)
    def test_reckoned_twice(self, month, subject):
        scheme, lines = month
        assert score(scheme, list(lines), subject=subject) == score(scheme, iter(lines), subject=subject)

    @given(month=months(), others=months(), before=hundredths(0, 500))
    def test_what_is_known_is_what_would_be_worked_out(self, month, others, before):
        """Whoever asked before, under whatever keys and days: figures, parts and what waits in words are the same."""
        scheme, lines = month
        so_far = {VILLAGE: before, TEAM: D(0)}
        known = known_figures(replace(scheme), D("0.6"))
        known_figures(others[0], D("0.6")).of(others[1], so_far)
        known.of([replace(one, key=f"前{one.key}") for one in lines], so_far)
        found, alone = known.of(lines, so_far), figures_of(scheme, D("0.6"), lines, has_team=True, before=so_far)
        assert (found.total, found.parts, found.pending) == (alone.total, alone.parts, alone.pending)

    @given(month=months(), subject=subjects, data=st.data())
    def test_dates_move_points_between_lines_but_not_the_score(self, month, subject, data):
        scheme, lines = month
        moved = [replace(one, date=date(2018, 10, data.draw(st.integers(1, 31)))) for one in lines]
        assert score(scheme, moved, subject=subject).total == score(scheme, lines, subject=subject).total

    @given(month=months(), subject=subjects)
    def test_caps_and_floors_hold(self, month, subject):
        scheme, lines = month
        found = score(scheme, lines, subject=subject)
        if scheme.total_floor is not None:
            assert found.total >= min(scheme.total_floor, scheme.base)
        if scheme.bonus_month_cap is not None:
            assert found.bonus <= scheme.bonus_month_cap
        by_clause = {}
        for one in found.lines:
            by_clause[one.clause.number] = by_clause.get(one.clause.number, D(0)) + one.counted
        for number, counted in by_clause.items():
            cap = scheme.by_number[number].rule.month_cap
            assert cap is None or counted <= cap
        for one in found.categories:
            ordinary = [of for of in found.lines if of.clause.category == one.category.key and not of.clause.is_bonus]
            if all(of.clause.rule.keeps_floor for of in ordinary):
                assert one.score >= one.category.floor

    @given(month=months(), subject=subjects, data=st.data())
    def test_an_appeal_never_lowers_a_score(self, month, subject, data):
        """Raised, under way, decided in any of the three ways: never below the score it began from."""
        scheme, lines = month
        standing = [n for n, one in enumerate(lines) if one.state is LineState.EFFECTIVE]
        deductions = [n for n in standing if not scheme.by_number[lines[n].clause].is_bonus]
        if not deductions:
            return
        at = data.draw(st.sampled_from(deductions))
        before = score(scheme, lines, subject=subject).total
        changed = lines[at].points * data.draw(hundredths(0, 100))
        for outcome in (
            replace(lines[at], state=LineState.APPEALED),
            replace(lines[at], state=LineState.EFFECTIVE),
            replace(lines[at], state=LineState.CHANGED, changed_points=changed),
            replace(lines[at], state=LineState.WITHDRAWN),
        ):
            after = score(scheme, [*lines[:at], outcome, *lines[at + 1 :]], subject=subject).total
            assert after >= before
        assert score(scheme, lines, subject=subject).total == before

    @given(month=months(), subject=subjects, points=tenths(1, 50))
    def test_one_more_line(self, month, subject, points):
        """Another deduction never raises a score, another bonus never lowers it."""
        scheme, lines = month
        before = score(scheme, lines, subject=subject).total
        for of in scheme.clauses:
            if of.rule.kind == "veto":
                continue
            after = score(scheme, [*lines, line("zzz", of.number, points)], subject=subject).total
            assert after >= before if of.is_bonus else after <= before

    @given(month=months(), subject=subjects)
    def test_pending_is_what_it_would_become(self, month, subject):
        scheme, lines = month
        found = score(scheme, lines, subject=subject)
        decided = [replace(one, state=LineState.EFFECTIVE) if one.state.waits else one for one in lines]
        after = score(scheme, decided, subject=subject)
        assert found.pending.total == after.total
        assert found.total - found.pending.deducted + found.pending.bonus == after.total
        assert after.pending.lines == ()

    @given(month=months(), subject=subjects)
    def test_withdrawn_lines_leave_no_trace_in_the_score(self, month, subject):
        scheme, lines = month
        kept = [one for one in lines if one.state is not LineState.WITHDRAWN]
        assert score(scheme, kept, subject=subject) == score(scheme, lines, subject=subject)
