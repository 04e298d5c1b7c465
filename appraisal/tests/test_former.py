"""Whoever has left a team keeps sight of his own days there, may appeal about them, and does nothing else."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import appeals
from appraisal.models import Appeal, Correction, DutyLog, Evidence, MonthlyScore, ScoreEntry, Suggestion
from appraisal.permissions_entries import (
    check_appeal,
    confirm_entry,
    decide_appeal,
    file_appeal,
    read_entry,
    report_rectification,
    withdraw_appeal,
)
from appraisal.tests import week_scene as scene
from appraisal.tests.entry_scene import DAY, NOW, TODAY, UNTIL, answered, appeal, deduct, scheme, waiting
from appraisal.todos_signing import signing_sources
from lianzhen.account_book import accounts_with, held_by
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.accounts.standing import standing_of
from lianzhen.notices.models import Notice
from lianzhen.periods import Week
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.actions import teams as team_actions
from villages.models import Person, Posting

__all__ = ["scheme"]
pytestmark = pytest.mark.usefixtures("scheme")
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _the_day_after():
    with time_machine.travel(TOMORROW, tick=False):
        yield


def end_service(cast, role=Role.LEADER, last: date = TODAY, since: date | None = None):
    """His posting in the own team ends; his account as a new request would find it."""
    user = cast.users[role]
    with acting(by=None, action="test.scene", label="测试数据"):
        posting = Posting.objects.get(person__user=user, team=cast.team)
        posting.ends_on, posting.end_reason = last, "调离"
        if since is not None:
            posting.starts_on = since
        posting.save()
    return again(user)


def again(user):
    """As the next request finds the account: a standing is asked for once a request."""
    return User.objects.get(pk=user.pk)


def page(name, *args):
    return reverse(name, args=args)


def reason_of(verdict) -> str:
    assert not verdict
    return verdict.reason


# --- What he is -----------------------------------------------------------------------------------
def test_the_day_after_he_has_served_and_holds_nothing(cast):
    leader = end_service(cast)
    standing = leader.standing
    assert standing.roles == {Role.FORMER}
    assert (standing.teams(), standing.villages(), standing.groups()) == (frozenset(), frozenset(), frozenset())
    (served,) = standing.served
    assert (served.team, served.since, served.until, served.role) == (cast.team.pk, START, TODAY, "组长")
    assert standing.holdings[0].why == "2024年1月1日至2026年11月26日任示例一村联村工作组组长"
    assert standing_of(leader, TODAY).roles == {Role.LEADER}


@pytest.mark.parametrize(
    ("on", "looks"), [(TODAY + timedelta(days=1), True), (date(2027, 12, 31), True), (date(2028, 1, 1), False)]
)
def test_until_the_end_of_the_year_after(cast, on, looks):
    leader = end_service(cast)
    assert (standing_of(leader, on).roles == {Role.FORMER}) is looks
    assert accounts_with(Role.FORMER, on).filter(person__user=leader).exists() is looks
    held = held_by([leader], on)[leader.pk]
    assert [(one.role, one.post) for one in held] == (
        [(Role.FORMER, "示例一村联村工作组组长（至2026年11月26日）")] if looks else []
    )


def test_whoever_stays_in_the_team_or_comes_back_is_what_he_is(cast):
    team_actions.replace_leader(
        team=cast.team, person=cast.people[Role.MEMBER], starts_on=TODAY, reason="轮换", by=None, stays=True
    )
    leader, member = again(cast.users[Role.LEADER]), again(cast.users[Role.MEMBER])
    assert (leader.standing.roles, member.standing.roles) == ({Role.MEMBER}, {Role.LEADER})
    assert leader.standing.served == member.standing.served == ()


def test_when_the_village_begins_to_govern_itself_the_whole_team_looks_back(cast):
    team_actions.end_team(team=cast.team, last_day=TODAY, reason="实行村为主自治", by=None)
    for role in (Role.LEADER, Role.MEMBER):
        assert again(cast.users[role]).standing.roles == {Role.FORMER}
    assert again(cast.users[Role.CADRE]).standing.roles == {Role.CADRE}


# --- What he reads --------------------------------------------------------------------------------
def test_his_days_and_no_others(cast, sign_in):
    own, far = deduct(cast), deduct(cast, village=cast.other)
    end_service(cast)
    later = deduct(cast, now=TOMORROW, occurred_on=TOMORROW.date())
    draft = waiting(cast, now=TOMORROW)
    client = sign_in(Role.LEADER)
    month, before, after = "2026-11", "2023-12", "2026-12"
    answers = {
        page("deduction", own.pk): 200,
        page("deduction", later.pk): 404,
        page("deduction", draft.pk): 404,
        page("deduction", far.pk): 404,
        page("score_page", month, cast.team.pk): 200,
        page("score_page", before, cast.team.pk): 404,
        page("score_page", after, cast.team.pk): 404,
        page("score_page", month, cast.other_team.pk): 404,
        page("weekly_report", "2026-W48", cast.team.pk): 200,
        page("weekly_report", "2026-W49", cast.team.pk): 404,
        page("weekly_report", "2026-W48", cast.other_team.pk): 404,
        page("weekly_edit", "2026-W48", cast.team.pk): 404,
        page("team", cast.team.pk): 404,
        page("village", cast.own.pk): 404,
        page("village_list"): 403,
        page("person_list"): 403,
        page("person", cast.resident.pk): 404,
        page("duty_add"): 403,
        page("duty_me"): 403,
        page("bonus_add"): 403,
        page("leave_add"): 403,
    }
    assert {url: client.get(url).status_code for url in answers} == answers
    shown = client.get(page("score_page", month, cast.team.pk)).content.decode()
    # Both explain the score; only his own day leads further.
    assert {one.number in shown for one in (own, later)} == {True}
    assert page("deduction", own.pk) in shown
    assert page("deduction", later.pk) not in shown
    assert page("score_page", after, cast.team.pk) not in shown
    assert f'"{page("team", cast.team.pk)}"' not in shown + client.get(page("deduction", own.pk)).content.decode()


def rows_about(cast) -> None:
    """Facts of both teams on days before, in and after a service from 9 to 20 November 2026."""
    taken = [
        (date(2026, 11, 5), at(2026, 11, 5)),
        (date(2026, 11, 6), at(2026, 11, 10)),  # told while he served
        (date(2026, 11, 9), at(2026, 11, 9)),
        (date(2026, 11, 20), at(2026, 11, 24)),  # told after he left
        (date(2026, 11, 21), at(2026, 11, 23)),
    ]
    for village in (cast.own, cast.other):
        for day, told in taken:
            entry = deduct(cast, village=village, occurred_on=day, now=told)
            filer = cast.users[Role.MEMBER] if village == cast.own else cast.outsider
            appeal(cast, entry, by=filer, now=told + timedelta(hours=1))
    person = cast.people[Role.MEMBER]
    for team in (cast.team, cast.other_team):
        for day in (8, 9, 20, 21):
            scene.log(team, date(2026, 11, day), person)
            suggested = date(2026, 11, day)
            facts = {"team": team, "occurred_on": suggested, "week_start": Week.of(suggested).start, "text": "缺岗"}
            scene.saved(Suggestion(kind="spot", key=f"spot:{team.pk}:{day}", **facts))


def at(year: int, month: int, day: int) -> datetime:
    return timezone.make_aware(datetime(year, month, day, 9))


def test_lists_show_exactly_his_rows(cast):
    rows_about(cast)
    user = end_service(cast, since=date(2026, 11, 9), last=date(2026, 11, 20))

    def his(team, *days) -> bool:
        return team == cast.team.pk and any(date(2026, 11, 9) <= day <= date(2026, 11, 20) for day in days)

    def told(entry) -> list[date]:
        return [entry.occurred_on, timezone.localdate(entry.notified_at)]

    keep = {
        ScoreEntry: lambda row: his(row.team_id, *told(row)),
        Appeal: lambda row: his(row.entry.team_id, *told(row.entry)),
        DutyLog: lambda row: his(row.team_id, row.day),
        Suggestion: lambda row: his(row.team_id, row.occurred_on),
    }
    for model, kept in keep.items():
        expected = {row.pk for row in model.objects.all() if kept(row)}
        assert {row.pk for row in model.objects.visible_to(user)} == expected, model
        assert 0 < len(expected) < model.objects.count() / 2
    never = again(cast.outsider)
    assert not any(model.objects.visible_to(never).exists() for model in (*keep, Evidence, MonthlyScore, Correction))


def test_what_was_told_before_still_opens_and_the_rest_says_so(cast, sign_in, django_capture_on_commit_callbacks):
    user = cast.users[Role.LEADER]
    posting = Posting.objects.get(person__user=user)
    with django_capture_on_commit_callbacks(execute=True):
        entry = deduct(cast)
        team_actions.end_posting(posting=posting, last_day=TODAY, reason="调离", by=cast.users[Role.OFFICE])
    about, ended = (
        Notice.objects.get(user=user, url=page("deduction", entry.pk)),
        Notice.objects.get(user=user, url=page("team", cast.team.pk)),
    )
    client = sign_in(Role.LEADER)
    assert client.post(page("notice_open", about.pk))["Location"] == about.url
    assert client.get(about.url).status_code == 200
    answer = client.post(page("notice_open", ended.pk), follow=True)
    assert answer.redirect_chain == [(page("notices"), 302)]
    assert "这条消息里的页面现在不对您开放" in answer.content.decode()


def test_what_happened_on_his_day_is_told_to_him_after_he_left(cast, django_capture_on_commit_callbacks):
    user = end_service(cast)
    with django_capture_on_commit_callbacks(execute=True):
        entry = deduct(cast, now=TOMORROW)
        later = deduct(cast, "B1", now=TOMORROW, occurred_on=TOMORROW.date())
    told = Notice.objects.filter(user=user).values_list("url", flat=True)
    assert list(told) == [page("deduction", entry.pk)]
    assert Notice.objects.filter(user=cast.users[Role.MEMBER], url=page("deduction", later.pk)).exists()


# --- What he does -----------------------------------------------------------------------------------
def test_he_appeals_in_time_and_it_goes_through(cast, sign_in, django_capture_on_commit_callbacks):
    entry = deduct(cast)
    user = end_service(cast)
    client = sign_in(Role.LEADER)
    home = client.get("/").content.decode()
    assert "2024年1月1日至2026年11月26日任示例一村联村工作组组长" in home
    assert page("score_page", "2026-11", cast.team.pk) in home
    assert "12月1日17:00前可申诉" in home
    assert page("deduction_appeal", entry.pk) in client.get(page("deduction", entry.pk)).content.decode()
    words = {"reason": "fact", "text": "当天上午李示例在村部值守，有去向牌照片。", "confirmed": "1"}
    answer = client.post(page("deduction_appeal", entry.pk), words)
    found = Appeal.objects.get()
    assert answer["Location"] == page("appeal", found.pk)
    assert found.filed_by == user
    assert "申诉待答复" in client.get("/").content.decode()
    shown = client.get(page("appeal", found.pk)).content.decode()
    assert page("appeal_withdraw", found.pk) in shown
    with django_capture_on_commit_callbacks(execute=True):
        answered(cast, found, "revoke", now=TOMORROW)
    entry.refresh_from_db()
    assert entry.state == ScoreEntry.State.REVOKED
    assert Notice.objects.filter(user=user, url=page("appeal", found.pk), text__contains="申诉已答复").exists()
    assert client.get(page("appeal", found.pk)).status_code == 200


def test_his_own_open_appeal_he_withdraws(cast, sign_in):
    found = appeal(cast)
    user = end_service(cast)
    assert withdraw_appeal(user, found)
    sign_in(Role.LEADER).post(page("appeal_withdraw", found.pk), {})
    found.refresh_from_db()
    assert (found.state, found.withdrawn_by) == ("withdrawn", user)


def test_what_he_appealed_against_before_his_posting_was_ended_as_of_an_earlier_day(cast, sign_in):
    entry = deduct(cast)
    found = appeal(cast, entry)
    end_service(cast, last=DAY - timedelta(days=1))
    other = deduct(cast, "B1")
    client = sign_in(Role.LEADER)
    assert page("appeal", found.pk) in client.get("/").content.decode()
    assert client.get(page("appeal", found.pk)).status_code == 200
    assert client.get(page("deduction", entry.pk)).status_code == 200
    assert client.get(page("deduction", other.pk)).status_code == 404


def test_after_the_deadline_he_is_told_why_not(cast, sign_in):
    entry = deduct(cast)
    end_service(cast)
    with time_machine.travel(UNTIL + timedelta(minutes=1), tick=False):
        client = sign_in(Role.LEADER)
        shown = client.get(page("deduction", entry.pk)).content.decode()
        assert "申诉期已于12月1日17:00结束" in shown
        assert page("deduction_appeal", entry.pk) not in shown
        words = {"reason": "fact", "text": "当天上午李示例在村部值守，有去向牌照片。", "confirmed": "1"}
        assert "申诉期已于12月1日17:00结束" in client.post(page("deduction_appeal", entry.pk), words).content.decode()
    assert not Appeal.objects.exists()


def test_he_writes_nothing_else(cast):
    entry = deduct(cast)
    leader, outsider = end_service(cast), again(cast.outsider)
    assert file_appeal(leader, entry)
    assert not file_appeal(outsider, entry)
    for asked in (read_entry, report_rectification):
        assert not asked(leader, entry)
    assert not file_appeal(leader, deduct(cast, "B1", now=TOMORROW, occurred_on=TOMORROW.date()))


def served_before(cast, role) -> User:
    """The account of the role served in the own team until yesterday."""
    user = cast.users[role]
    with acting(by=None, action="test.scene", label="测试数据"):
        person = Person.objects.filter(user=user).first()
        if person is None:
            person = Person(name=user.name, user=user, phone="19900009901", department=cast.department)
            person.save()
        Posting(person=person, team=cast.team, starts_on=START, ends_on=TODAY).save()
    return again(user)


@pytest.mark.parametrize("role", [Role.WINDOW, Role.INSTRUCTOR])
def test_what_he_is_now_opens_no_more_of_the_work_than_before(cast, sign_in, role):
    """The window sees every village of the register: looking back must not open their work to it."""
    own, far, draft = deduct(cast), deduct(cast, village=cast.other), waiting(cast)
    for team in (cast.team, cast.other_team):
        scene.log(team, TODAY, cast.people[Role.MEMBER])
    user = served_before(cast, role)
    assert set(ScoreEntry.objects.visible_to(user)) == {own}
    assert {log.team for log in DutyLog.objects.visible_to(user)} == {cast.team}
    client = sign_in(role)
    shut = [page("deduction", far.pk), page("deduction", draft.pk), page("score_page", "2026-11", cast.other_team.pk)]
    shut.append(page("weekly_report", "2026-W48", cast.other_team.pk))
    assert [client.get(url).status_code for url in shut] == [404] * len(shut)
    assert client.get(page("deduction", own.pk)).status_code == 200
    assert "任示例一村联村工作组组员" in client.get("/").content.decode()


# --- Nobody decides about himself ---------------------------------------------------------------------
@pytest.fixture
def lead_who_served(cast):
    return served_before(cast, Role.OFFICE_LEAD)


def test_the_head_of_the_office_who_served_that_day_leaves_it_to_others(cast, lead_who_served, sign_in):
    entry, filed = waiting(cast), appeal(cast)
    committee = cast.users[Role.COMMITTEE]
    for asked, row in ((confirm_entry, entry), (check_appeal, filed), (decide_appeal, filed)):
        assert "涉及本人所在工作组" in reason_of(asked(lead_who_served, row))
    assert decide_appeal(committee, filed)
    assert appeals.deciders(filed, TOMORROW) == {committee.pk}
    assert appeals.handled_by(filed, TOMORROW) == "党委委员"
    today = TOMORROW.date()
    for user, kinds in ((lead_who_served, {}), (committee, {"sign_appeals": {filed.pk}})):
        sources = signing_sources(user, today)
        found = {kind: set(source.rows.values_list("pk", flat=True)) for kind, source in sources.items()}
        assert {kind: pks for kind, pks in found.items() if kind in ("sign_entries", "sign_appeals") and pks} == kinds
    client = sign_in(Role.OFFICE_LEAD)
    assert page("deduction", entry.pk) not in client.get(page("deduction_list") + "?state=mine").content.decode()
    assert page("deduction", entry.pk) not in client.get(page("approval_list")).content.decode()
    with pytest.raises(Exception, match="涉及本人所在工作组"):
        answered(cast, filed, now=TOMORROW)


def test_of_days_after_he_left_he_decides(cast, lead_who_served):
    entry = waiting(cast, now=TOMORROW, occurred_on=TOMORROW.date())
    filed = appeal(cast, deduct(cast, now=TOMORROW, occurred_on=TOMORROW.date()), now=TOMORROW)
    assert confirm_entry(lead_who_served, entry)
    assert decide_appeal(lead_who_served, filed)
    assert not decide_appeal(cast.users[Role.COMMITTEE], filed)
    rows = {kind: source.rows for kind, source in signing_sources(lead_who_served, TOMORROW.date()).items()}
    assert list(rows["sign_entries"]) == [entry]
    assert list(rows["sign_appeals"]) == [filed]


# --- What it costs ----------------------------------------------------------------------------------
def asked(client, url) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_looking_back_costs_no_more_than_serving(cast, sign_in):
    for number in ("A1", "B1", "B3"):
        deduct(cast, number)
    with CaptureQueriesContext(connection) as found:
        standing_of(cast.users[Role.LEADER], TODAY)
    assert len(found) == 1
    score = page("score_page", "2026-11", cast.team.pk)
    client = sign_in(Role.LEADER)
    before = {url: asked(client, url) for url in ("/", score, page("deduction_list"))}
    end_service(cast)
    client = sign_in(Role.LEADER)
    after = {url: asked(client, url) for url in before}
    assert after["/"] <= 5
    assert after["/"] < before["/"]
    assert after[score] <= before[score] + 1  # which of the lines lead further
    assert after[page("deduction_list")] <= before[page("deduction_list")]
