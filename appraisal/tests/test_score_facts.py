"""The worked month in rows gives every figure of the document; places, districts, what is hidden, what it costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from appraisal.linkage import linked
from appraisal.models import Appeal, Evidence
from appraisal.rules.scheme import AppliesTo
from appraisal.score_account import from_json, to_json
from appraisal.score_facts import month_scores, scores_of, team_scores
from appraisal.scoring import Line, LineState, score
from appraisal.tests import worked_example as example
from appraisal.tests.month_scene import advance, settle
from appraisal.tests.score_scene import NOVEMBER, OCTOBER, at, open_row, worked_month, write_line, write_scheme
from appraisal.tests.worked_example import number, only_table, settings
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from villages.models import LiaisonTeam, SelfGovernance

TODAY = date(2026, 11, 29)


@pytest.fixture
def scheme(cast):
    return worked_month(cast)


def month(**more):
    return month_scores(NOVEMBER, TODAY, **more)


@pytest.mark.parametrize(("title", "part"), [("村得分", "village"), ("工作组得分", "own")])
def test_every_category_of_the_worked_month(cast, scheme, title, part):
    found = getattr(month().scores[cast.team.pk], part)
    rows = only_table(f"{title}：各类")
    assert [one.name for one in found.categories] == [row["类别"] for row in rows]
    for one, row in zip(found.categories, rows, strict=True):
        shown = [one.full, one.deducted, one.lost, one.score, one.bonus, one.bonus_lost]
        assert shown == [number(row[column]) for column in ("满分", "扣分", "扣分不计", "得分", "加分", "加分不计")]
    assert found.equation == example.sections()[f"{title}：各类"].quotes[0]
    assert found.pending == example.sections()[f"{title}：各类"].quotes[1]


@pytest.mark.parametrize(("title", "part"), [("村得分", "village"), ("工作组得分", "own")])
def test_every_line_of_the_worked_month(cast, scheme, title, part):
    lines = month(explain=None).scores[cast.team.pk].lines
    shown = {one.key: f"{abs(getattr(one, part)):.1f}" for one in lines if getattr(one, part) is not None}
    assert shown == {row["编号"]: row["计"] for row in only_table(f"{title}：逐行")}


def test_the_linked_total_and_its_equation(cast, scheme):
    found = month().scores[cast.team.pk]
    assert (found.village.total, found.own.total, found.total) == (D("59.5"), D("67.5"), D("62.7"))
    assert found.equation == example.sections()["挂钩"].quotes[0]
    assert found.band in example.sections()["挂钩"].text
    assert found.effects == ("取消评优资格",)


def test_the_row_of_the_table_adds_up(cast, scheme):
    found = month().scores[cast.team.pk]
    assert found.village.base - found.deducted + found.bonus == D("62.70")
    assert sum(one.deducted for one in found.categories) == found.deducted
    assert sum(one.bonus for one in found.categories) == found.bonus


def test_lines_add_up_to_the_total(cast, scheme):
    found = month(explain=None).scores[cast.team.pk]
    assert found.village.base + sum(one.effect(found.weight) for one in found.lines) == found.total


def test_a_line_tells_its_fact_its_people_and_why_it_counts_less(cast, scheme):
    lines = {one.key: one for one in month(explain=[cast.team]).scores[cast.team.pk].lines}
    assert lines["01"].people[0].act == "登记"
    assert lines["01"].people[0].name == str(cast.users[Role.OFFICE])
    assert lines["05"].left == D("0.5")
    assert "1.0分不计" in lines["09"].why_less
    assert lines["18"].waits
    assert lines["06"].is_over
    assert "取消评优资格" in lines["19"].note


def test_what_waits_for_a_second_person_is_not_told_to_the_team(cast, scheme):
    """17 waits; 18 is under appeal, which the team knows."""
    office, team = month(explain=None).scores[cast.team.pk], month(explain=None, for_team=True).scores[cast.team.pk]
    assert office.village.pending == "另有待定 −1.0分"
    assert team.village.pending == ""
    assert "17" in {one.key for one in office.lines}
    assert "17" not in {one.key for one in team.lines}
    assert team.total == office.total


def test_self_governed_villages_are_left_out(cast, scheme):
    with acting(by=None, action="t", label="t"):
        LiaisonTeam(village=cast.selfgov, starts_on=date(2026, 1, 1)).save()
    assert set(month().scores) == {cast.team.pk, cast.other_team.pk}
    with acting(by=None, action="t", label="t"):
        SelfGovernance(
            village=cast.other, starts_on=date(2026, 11, 15), decided_on=date(2026, 11, 1), basis="示例"
        ).save()
    assert set(month().scores) == {cast.team.pk}
    assert set(month_scores(NOVEMBER, date(2026, 11, 10)).scores) == {cast.team.pk, cast.other_team.pk}


def test_places_change_and_means(cast, scheme):
    found = month()
    own, other = found.scores[cast.team.pk], found.scores[cast.other_team.pk]
    assert (other.number, own.number, own.size) == (1, 2, 2)
    assert other.total == D("100.0")
    # October: 100 + 8 bonuses, which nothing capped.
    assert own.change == D("62.7") - D("108.0")
    assert (own.places, other.places) == (-1, 1)
    assert [(name, mean.value) for name, mean in found.means.items()] == [
        ("第一片区", D("62.7")),
        ("第二片区", D("100.0")),
    ]


def test_ties_share_a_place(cast):
    write_scheme(example.scheme(), number=1, month_from=OCTOBER.start, by=cast.users[Role.COMMITTEE])
    found = month()
    assert {(one.number, one.tied) for one in found.scores.values()} == {(1, True)}
    assert found.scores[cast.team.pk].place == "并列第1名（共2个组）"
    assert found.scores[cast.team.pk].change is None


def test_without_a_scheme_there_is_no_score(cast):
    assert month().scheme is None
    assert month().scores == {}


def test_what_is_frozen_reads_back_the_same(cast, scheme):
    found = month(explain=None).scores[cast.team.pk]
    stored = to_json(found)
    assert from_json(stored, stored.pop("lines")) == found


def test_scores_agree_with_the_pure_heart(cast, scheme):
    """Figure by figure, from the lines of the document."""
    terms, before = example.scheme(), settings()["本季前几个月已计加分"]
    parts = [
        score(terms, example.lines(), subject=one, bonus_before=before) for one in (AppliesTo.VILLAGE, AppliesTo.TEAM)
    ]
    total = linked(village=parts[0].total, own=parts[1].total, weight=settings()["村得分所占比重"]).total
    assert scores_of(NOVEMBER, [cast.team])[cast.team.pk].total == total


def test_the_number_of_queries_is_constant(cast, scheme, django_assert_num_queries):
    team = find_team(cast)
    for key in ("添01", "添02"):
        with django_assert_num_queries(4):
            month()
        # The other team has no line before the loop's first.
        for explain in (None, [cast.other_team]):
            with django_assert_num_queries(5):
                month(explain=explain)
        with django_assert_num_queries(3):
            team_scores(team, NOVEMBER, TODAY)
        line = Line(key=key, clause="D1", date=date(2026, 11, 5), points=D("0.5"), state=LineState.EFFECTIVE)
        write_line(cast, scheme, line, NOVEMBER, village=cast.other)
    sealed_scene_of(cast)
    for explain in ((), [cast.team], None):
        with django_assert_num_queries(2):
            assert month(explain=explain).is_frozen
    with django_assert_num_queries(2):
        team_scores(team, NOVEMBER, TODAY)


def test_a_line_tells_of_its_appeals_the_latest_first(cast, scheme):
    """Each once, and the evidence once, however many appeals there were."""
    line = Line(key="添01", clause="D1", date=date(2026, 11, 5), points=D("0.5"), state=LineState.APPEALED)
    entry = write_line(cast, scheme, line, NOVEMBER, village=cast.other)
    leader, office = cast.users[Role.LEADER], cast.users[Role.OFFICE]
    filed = {
        "entry": entry,
        "filed_by": leader,
        "answer_by": date(2026, 11, 20),
        "points_before": D("0.5"),
        "text": "示例",
    }
    with acting(by=None, action="t", label="t"):
        Appeal(
            number="申1", reason="fact", filed_at=at(date(2026, 11, 6)), state="withdrawn",
            withdrawn_at=at(date(2026, 11, 7)), withdrawn_by=leader, **filed,
        ).save()  # fmt: skip
        Appeal(number="申2", reason="points", filed_at=at(date(2026, 11, 8)), **filed).save()
        for n in range(3):
            Evidence(entry=entry, name="照片", stored_as=f"{n}.jpg", size=1, sha256="0" * 64).save()
        Evidence.objects.filter(stored_as="2.jpg").update(withdrawn_at=at(date(2026, 11, 9)), withdrawn_by=office)
    (told,) = month(explain=[cast.other_team]).scores[cast.other_team.pk].lines
    assert told.appeals == ("2026年11月8日申诉（分值不对），已提交", "2026年11月6日申诉（事实不符），已撤回")
    assert told.evidence == 2


def find_team(cast):
    return LiaisonTeam.objects.select_related("village__group").get(pk=cast.team.pk)


def sealed_scene_of(cast):
    settle()
    advance(cast, "final", OCTOBER)
    return advance(cast, "final")


def without_place(score):
    return replace(score, number=None, tied=False, size=0, column="", places=None)


def test_one_team_alone_has_the_score_of_the_table(cast, scheme):
    """In a month that runs, in one that nobody opened, in one that is sealed and in the one after it."""
    team, december = find_team(cast), NOVEMBER.next()
    for day in (TODAY, december.end):
        for key in (NOVEMBER, december):
            found = month_scores(key, day, for_team=True).scores[team.pk]
            assert team_scores(team, key, day).scores == {team.pk: without_place(found)}
    sealed_scene_of(cast)
    frozen = month().scores[team.pk]
    assert team_scores(team, NOVEMBER, TODAY).scores == {team.pk: frozen}
    assert frozen.number == 2
    after = month_scores(december, december.end, for_team=True).scores[team.pk]
    assert team_scores(team, december, december.end).scores == {team.pk: without_place(after)}
    assert after.change == D("100.0") - D("62.7")


def test_one_team_without_a_part_in_the_month_has_no_score(cast, scheme):
    team = find_team(cast)
    assert team_scores(team, OCTOBER, TODAY).scores
    with acting(by=None, action="t", label="t"):
        village = cast.own
        SelfGovernance(village=village, starts_on=date(2026, 11, 2), decided_on=date(2026, 11, 1), basis="示例").save()
    assert team_scores(team, NOVEMBER, TODAY).scores == {}
    assert team_scores(team, OCTOBER, TODAY).scores


def test_of_a_sealed_month_only_the_lines_asked_for_are_read(cast, scheme):
    sealed_scene_of(cast)
    assert not any(one.lines for one in month().scores.values())
    asked = month(explain=[cast.team]).scores
    assert asked[cast.team.pk].lines == month(explain=None).scores[cast.team.pk].lines != ()
    assert asked[cast.other_team.pk].lines == ()


def test_a_month_that_nobody_opened_has_the_version_in_force(cast, scheme):
    found = month_scores(NOVEMBER.next(), date(2026, 12, 3))
    assert found.row is None
    assert found.scheme == scheme
    assert {one.total for one in found.scores.values()} == {D("100.0")}


def test_a_live_month_before_is_worked_out_for_the_change(cast, scheme):
    open_row(scheme, NOVEMBER.next())
    found = month_scores(NOVEMBER.next(), date(2026, 12, 3))
    assert found.scores[cast.team.pk].change == D("100.0") - D("62.7")
