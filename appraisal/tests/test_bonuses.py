"""加分: claimed by the leader, the district's opinion, verified, agreed; four people, each his own step."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from appraisal.actions import bonuses, entry_ends
from appraisal.approvals import inbox
from appraisal.entry_lines import line_of
from appraisal.models import ScoreEntry
from appraisal.permissions_entries import agree_bonus, give_opinion, verify_bonus
from appraisal.scoring import LineState
from appraisal.tests.entry_scene import (
    NOW,
    TODAY,
    claim,
    clause,
    close_month,
    scheme,
    second_clerk,
    serve_too,
    verified,
)
from appraisal.todos_signing import signing_sources
from appraisal.waiting import gather
from lianzhen.accounts.roles import Role
from lianzhen.trail.models import AuditEntry
from villages.models import Posting

__all__ = ["scheme"]
State = ScoreEntry.State
pytestmark = pytest.mark.usefixtures("scheme")


def test_four_steps_by_four_people(cast):
    entry = claim(cast)
    assert (entry.number, entry.state, entry.points) == ("加202611-0001", State.CLAIMED, Decimal("1.5"))
    assert line_of(entry).state is LineState.PENDING
    entry = bonuses.agree(
        entry=verified(cast, occurred_on=entry.occurred_on - timedelta(days=1)),
        by=cast.users[Role.OFFICE_LEAD],
        now=NOW,
    ).entry
    people = {entry.recorded_by, entry.opinion_by, entry.verified_by, entry.confirmed_by}
    assert people == {cast.users[role] for role in (Role.LEADER, Role.DISTRICT, Role.OFFICE, Role.OFFICE_LEAD)}
    assert (entry.state, line_of(entry).state) == (State.AGREED, LineState.EFFECTIVE)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"choice": "镇认定", "points": "2.5"}, "应在0.5到2.0分之间"),
        ({"choice": "镇认定", "points": "0.4"}, "应在0.5到2.0分之间"),
        ({"choice": "县级", "points": "1"}, "请选择认定级别"),
        ({"points": "1"}, "请选择认定级别"),
    ],
)
def test_points_stay_in_the_range_of_the_level(cast, answers, sentence):
    with pytest.raises(ValidationError, match=sentence):
        claim(cast, answers=answers)
    assert not ScoreEntry.objects.exists()


def test_fixed_level_needs_no_points(cast):
    assert claim(cast, clause=clause("G1"), answers={"choice": "市级"}).points == Decimal(3)


def test_verified_lower_scores_lower(cast):
    entry = bonuses.give_opinion(
        entry=claim(cast), is_for=True, opinion="", by=cast.users[Role.DISTRICT], now=NOW
    ).entry
    facts = {"entry": entry, "by": cast.users[Role.OFFICE], "now": NOW}
    with pytest.raises(ValidationError) as caught:
        bonuses.verify(verified_points=Decimal("1.6"), note="", **facts)
    assert "verified_points" in caught.value.message_dict
    with pytest.raises(ValidationError, match="请写明理由"):
        bonuses.verify(verified_points=Decimal(1), note="", **facts)
    entry = bonuses.verify(verified_points=Decimal(1), note="只有七户", **facts).entry
    entry = bonuses.agree(entry=entry, by=cast.users[Role.OFFICE_LEAD], now=NOW).entry
    assert (entry.effective_points, line_of(entry).own) == (Decimal(1), Decimal(1))


def test_opinion_comes_first_where_there_is_a_group(cast):
    entry = claim(cast)
    with pytest.raises(ValidationError, match="先由所在片区的联络组出意见"):
        bonuses.verify(entry=entry, verified_points=entry.points, note="", by=cast.users[Role.OFFICE], now=NOW)
    serve_too(cast, Role.DISTRICT)  # all of the group serve in the team: nobody left to give one
    verified_one = bonuses.verify(
        entry=entry, verified_points=entry.points, note="", by=cast.users[Role.OFFICE], now=NOW
    ).entry
    assert verified_one.state == State.VERIFIED


def test_what_is_decided_was_verified_first(cast):
    """Too early is no „not needed any more“: the sentence says what comes first, and whose it is."""
    lead = cast.users[Role.OFFICE_LEAD]
    entry = claim(cast)
    with pytest.raises(
        ValidationError, match="还没有核实，先由所在片区的联络组出意见，再由联村工作办核实，核实后再决定。"
    ):
        bonuses.agree(entry=entry, by=lead, now=NOW)
    entry = bonuses.give_opinion(entry=entry, is_for=True, opinion="", by=cast.users[Role.DISTRICT], now=NOW).entry
    with pytest.raises(ValidationError, match="还没有核实，先由联村工作办核实，核实后再决定。"):
        bonuses.agree(entry=entry, by=lead, now=NOW)
    entry.refresh_from_db()
    assert (entry.state, entry.confirmed_at) == (State.OPINION, None)


def test_against_wants_words(cast):
    with pytest.raises(ValidationError, match="请写明理由"):
        bonuses.give_opinion(entry=claim(cast), is_for=False, opinion=" ", by=cast.users[Role.DISTRICT], now=NOW)


def test_nobody_acts_twice_or_on_his_own(cast):
    entry = verified(cast)
    assert agree_bonus(second_clerk(cast, Role.OFFICE_LEAD), entry)
    leader = cast.users[Role.LEADER]
    for may in (give_opinion, verify_bonus, agree_bonus):
        assert not may(leader, entry)
    with pytest.raises(ValidationError, match="申报人不能"):
        bonuses.agree(entry=entry, by=leader, now=NOW)
    lead = serve_too(cast, Role.OFFICE_LEAD)
    with pytest.raises(ValidationError, match="涉及本人所在工作组"):
        bonuses.agree(entry=entry, by=lead, now=NOW)


def test_what_no_head_may_agree_to_is_the_committees(cast):
    entry, committee = verified(cast), cast.users[Role.COMMITTEE]
    waits = lambda: [one.pk for one in gather(signing_sources(committee, TODAY))["sign_bonuses"]]  # noqa: E731
    assert "联村办主任" in agree_bonus(committee, entry).reason
    assert (waits(), inbox(committee, NOW)) == ([], [])
    serve_too(cast, Role.OFFICE_LEAD)
    assert agree_bonus(committee, entry)
    assert waits() == [entry.pk]
    assert [heading for heading, _ in inbox(committee, NOW)] == ["决定加分"]
    assert bonuses.agree(entry=entry, by=committee, now=NOW).entry.state == State.AGREED


def test_agreeing_twice_changes_nothing(cast):
    entry = verified(cast)
    bonuses.agree(entry=entry, by=cast.users[Role.OFFICE_LEAD], now=NOW)
    before = AuditEntry.objects.about(entry).count()
    with pytest.raises(ValidationError, match="不用再办理"):
        bonuses.agree(entry=entry, by=second_clerk(cast, Role.OFFICE_LEAD), now=NOW)
    assert AuditEntry.objects.about(entry).count() == before


@pytest.mark.parametrize("step", ["claimed", "verified"])
def test_declined_with_a_reason(cast, step):
    entry = claim(cast) if step == "claimed" else verified(cast)
    lead = cast.users[Role.OFFICE_LEAD]
    with pytest.raises(ValidationError, match="请写明理由"):
        bonuses.decline_bonus(entry=entry, by=lead, now=NOW, note="")
    entry = bonuses.decline_bonus(entry=entry, by=lead, now=NOW, note="不属于特色工作").entry
    assert (entry.state, line_of(entry).state) == (State.DECLINED, LineState.WITHDRAWN)


def test_withdrawn_before_the_decision_reversed_after(cast):
    entry = claim(cast)
    gone = entry_ends.withdraw(entry=entry, by=cast.users[Role.LEADER], now=NOW, reason="报错了")
    assert gone.state == State.WITHDRAWN
    other = bonuses.agree(entry=verified(cast), by=cast.users[Role.OFFICE_LEAD], now=NOW).entry
    with pytest.raises(ValidationError, match="不能撤回"):
        entry_ends.withdraw(entry=other, by=cast.users[Role.LEADER], now=NOW, reason="报错了")
    other = entry_ends.reverse(entry=other, by=cast.users[Role.OFFICE_LEAD], now=NOW, reason="材料不实")
    assert other.state == State.REVERSED


@pytest.mark.parametrize("state", ["publicity", "final"])
def test_not_agreed_into_a_closed_month(cast, state):
    entry = verified(cast)
    close_month(state)
    with pytest.raises(ValidationError):
        bonuses.agree(entry=entry, by=cast.users[Role.OFFICE_LEAD], now=NOW)
    entry.refresh_from_db()
    assert entry.state == State.VERIFIED


def test_village_of_another_team_is_not_claimed_for(cast):
    """The form offers only teams that one leads."""
    from appraisal.entry_offer import places_for

    assert list(places_for(cast.users[Role.LEADER], NOW.date(), deduction=False)) == [cast.own]
    assert Posting.objects.filter(person=cast.people[Role.LEADER]).count() == 1
