"""Scores, signatures and the closing of months on the home pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.actions import schemes
from appraisal.home_scores import own_score
from appraisal.models import Appeal, Bulletin, Correction, MonthlyScore, Scheme, ScoreEntry
from appraisal.score_facts import month_scores
from appraisal.scoring import Line, LineState
from appraisal.tests import week_scene as scene
from appraisal.tests.month_scene import advance, settle
from appraisal.tests.score_scene import NOVEMBER, OCTOBER, worked_month, write_line
from lianzhen.accounts.roles import Role
from villages.models import Person, Posting

TODAY = date(2026, 11, 26)
LATER = date(2026, 12, 22)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(scene.at(TODAY), tick=False) as travelling:
        yield travelling


@pytest.fixture
def scheme(cast):
    return worked_month(cast)


def home(sign_in, role):
    answer = sign_in(role).get("/")
    assert answer.status_code == 200
    return answer


def part(sign_in, role):
    return home(sign_in, role).context["home"]


def plain(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def links(todos) -> dict[str, str]:
    return {todo.text: todo.url for todo in todos}


# --- One's own ----------------------------------------------------------------------------------
def test_a_leader_finds_the_score_what_is_pending_and_where_it_comes_from(cast, scheme, sign_in):
    answer = home(sign_in, Role.LEADER)
    page, own = plain(answer), answer.context["home"].teams[0].score
    assert "11月得分 62.7分" in page
    assert own.score.pending in page
    assert own.equation in page
    assert f'href="{reverse("score_page", args=[NOVEMBER.key, cast.team.pk])}"' in answer.content.decode()
    assert "第1名" not in page


def test_the_equation_is_the_sum_or_the_whole_story(cast, scheme):
    for key, clause, points in (("扣11-90", "B1", "2"), ("加11-90", "G1", "1")):
        line = Line(key=key, clause=clause, date=date(2026, 11, 5), points=Decimal(points))
        write_line(cast, scheme, line, NOVEMBER, village=cast.other)
    found = month_scores(NOVEMBER, TODAY)
    plain_one = own_score(found, cast.other_team)
    score = plain_one.score
    assert score.village.base - score.deducted + score.bonus == score.total
    assert re.fullmatch(r"100\.0 − 扣\d+\.\d \+ 加\d+\.\d", plain_one.equation)
    # Where a floor or rounding holds the total, the figures alone would not add up to it.
    held = replace(plain_one, score=replace(score, total=score.total + Decimal("0.1")))
    assert held.equation == score.equation


@pytest.mark.parametrize(("display", "shown"), [("place", True), ("grade", False), ("none", False)])
def test_a_place_only_where_the_version_shows_places(cast, scheme, sign_in, display, shown):
    Scheme.objects.filter(pk=scheme.pk).update(display=display)
    assert ("第2名（共2个组）" in plain(home(sign_in, Role.LEADER))) is shown
    committee = home(sign_in, Role.COMMITTEE)
    assert ("名次" in plain(committee)) is shown
    assert [one["title"] for one in committee.context["home"].scores.orders][-2:] == ["片区", "村序"]


def test_a_deduction_tells_until_when_to_appeal(cast, scheme, sign_in):
    line = Line(key="扣11-91", clause="B1", date=date(2026, 11, 24), points=Decimal(2))
    entry = write_line(cast, scheme, line, NOVEMBER, state="notified", notified_at=scene.at(TODAY))
    ScoreEntry.objects.filter(pk=entry.pk).update(appeal_until=scene.at(TODAY + timedelta(days=4), 17))
    (todo,) = [one for one in part(sign_in, Role.LEADER).todos if "扣11-91" in one.text]
    assert (todo.text, todo.note) == ("扣分 −2.0分：扣11-91查明的事实", "11月30日17:00前可申诉")
    assert todo.url == reverse("deduction", args=[entry.pk])


# --- The town's -----------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.OFFICE, Role.OFFICE_LEAD, Role.COMMITTEE])
def test_all_teams_stand_as_bars_with_a_way_to_why(cast, scheme, sign_in, role):
    answer = home(sign_in, role)
    rows = answer.context["home"].scores.rows
    totals = {row.score.village_name: row.score.total for row in rows}
    assert totals == {one.village_name: one.total for one in month_scores(NOVEMBER, TODAY).scores.values()}
    for team in (cast.team, cast.other_team):
        assert f'href="{reverse("score_page", args=[NOVEMBER.key, team.pk])}"' in answer.content.decode()
    assert answer.content.decode().count("<rect") == sum(len(row.lost) for row in rows) > 3


def test_the_order_is_asked_for_by_address(cast, scheme, sign_in):
    Scheme.objects.filter(pk=scheme.pk).update(display="place")
    client = sign_in(Role.COMMITTEE)

    def names(query: str) -> list[str]:
        return [row.score.village_name for row in client.get(f"/{query}").context["home"].scores.rows]

    assert names("") == names("?order=place") == ["示例二村", "示例一村"]
    assert names("?order=code") == names("?order=district") == ["示例一村", "示例二村"]
    assert names("?order=nothing") == names("")


def test_without_a_version_the_page_says_so(cast, sign_in):
    assert "还没有通过的考核方案" in plain(home(sign_in, Role.COMMITTEE))
    assert "这个月没有得分。" in plain(home(sign_in, Role.LEADER))


def test_a_liaison_group_reads_its_teams_scores_and_the_means_of_all(cast, scheme, sign_in):
    line = Line(key="加11-92", clause="G1", date=date(2026, 11, 24), points=Decimal(1))
    write_line(cast, scheme, line, NOVEMBER, state="claimed")
    district = part(sign_in, Role.DISTRICT).district
    (row,) = district.rows
    found = month_scores(NOVEMBER, TODAY)
    assert row.score.score.total == found.scores[cast.team.pk].total
    claimed = ScoreEntry.objects.filter(team=cast.team, state__in=["claimed", "waiting"]).count()
    assert row.opinions == claimed >= 1
    assert [(mean.district, score) for mean, score in district.means] == [
        (name, f"{mean.value}分") for name, mean in found.means.items()
    ]


# --- What to sign -----------------------------------------------------------------------------------
def test_a_liaison_group_reads_what_the_week_took_and_gave(cast, scheme, sign_in):
    """By the date of the fact; what an appeal left of it; what waits is told apart; other weeks and teams are not."""

    def written(key, clause, day, points, **more):
        line = Line(key=key, clause=clause, date=date(2026, 11, day), points=Decimal(points), **more)
        return write_line(cast, scheme, line, NOVEMBER)

    ScoreEntry.objects.filter(occurred_on__range=(date(2026, 11, 23), date(2026, 11, 29))).update(
        occurred_on=date(2026, 11, 20)
    )
    page = plain(home(sign_in, Role.DISTRICT))
    assert "本周扣/加" in page
    (row,) = part(sign_in, Role.DISTRICT).district.rows
    assert (row.points.shown, row.points.waiting) == ([], 0)
    first = written("周一", "B1", 23, "2", state=LineState.CHANGED, changed_points=Decimal("0.5"))
    bonus = written("周加", "G1", 25, "1")
    written("周诉", "B1", 24, "2", state=LineState.APPEALED)
    written("周撤", "B1", 24, "2", state=LineState.WITHDRAWN)
    written("上周", "B1", 22, "2")
    other = Line(key="别村", clause="B1", date=date(2026, 11, 24), points=Decimal(2))
    write_line(cast, scheme, other, NOVEMBER, village=cast.other)
    (row,) = part(sign_in, Role.DISTRICT).district.rows
    assert row.points.shown == [
        ("−0.5分", reverse("deduction", args=[first.pk])),
        ("+1.0分", reverse("bonus", args=[bonus.pk])),
    ]
    assert "−0.5分 / +1.0分 另有1项待定" in plain(home(sign_in, Role.DISTRICT))
    # Several rows: the list has them and no other.
    written("周二", "B1", 24, "1")
    (row,) = part(sign_in, Role.DISTRICT).district.rows
    ((text, url), _) = row.points.shown
    assert text == "−1.5分"
    listed = sign_in(Role.DISTRICT).get(url).content.decode()
    assert all(number in listed for number in ("周一", "周二"))
    assert not any(number in listed for number in ("上周", "周诉", "别村"))


def test_the_head_of_the_office_opens_each_matter_in_one_click(cast, scheme, sign_in):
    line = Line(key="扣11-93", clause="B1", date=date(2026, 11, 24), points=Decimal(3))
    entry = write_line(cast, scheme, line, NOVEMBER, state="waiting")
    own = part(sign_in, Role.OFFICE_LEAD)
    found = links(own.signing)
    assert found["复核扣分：示例一村 −3.0分 扣11-93查明的事实"] == reverse("deduction", args=[entry.pk])
    # What has its own line is not counted once more.
    assert not [todo for todo in own.todos if todo.text == "扣分待复核"]
    # The office records and does not confirm: it sees how many wait.
    counted = [todo.count for todo in part(sign_in, Role.OFFICE).todos if todo.text == "扣分待复核"]
    assert counted == [ScoreEntry.objects.filter(state="waiting").count()]
    assert part(sign_in, Role.OFFICE).signing == []


def serve(cast) -> None:
    """The head of the office in a team."""
    person = scene.saved(Person(name="甲主任", department=cast.department, user=cast.users[Role.OFFICE_LEAD]))
    scene.saved(Posting(person=person, team=cast.team, starts_on=scene.MONDAY))


def test_nobody_is_offered_what_he_recorded_or_what_concerns_his_own_team(cast, scheme, sign_in):
    line = Line(key="扣11-94", clause="B1", date=date(2026, 11, 24), points=Decimal(3))
    entry = write_line(cast, scheme, line, NOVEMBER, state="waiting")
    ScoreEntry.objects.filter(pk=entry.pk).update(recorded_by=cast.users[Role.OFFICE_LEAD])
    own = part(sign_in, Role.OFFICE_LEAD)
    assert reverse("deduction", args=[entry.pk]) not in links(own.signing).values()
    assert [todo.text for todo in own.todos if todo.text == "扣分待复核"]
    ScoreEntry.objects.filter(pk=entry.pk).update(recorded_by=cast.users[Role.OFFICE])
    assert reverse("deduction", args=[entry.pk]) in links(part(sign_in, Role.OFFICE_LEAD).signing).values()
    serve(cast)
    assert reverse("deduction", args=[entry.pk]) not in links(part(sign_in, Role.OFFICE_LEAD).signing).values()


def appeal(cast, scheme, **more):
    line = Line(key="扣11-95", clause="B1", date=date(2026, 11, 10), points=Decimal(2), state=LineState.APPEALED)
    entry = write_line(cast, scheme, line, NOVEMBER)
    facts = {"filed_by": cast.users[Role.LEADER], "recorder": cast.users[Role.OFFICE], **more}
    return scene.saved(
        Appeal(
            number="申202611-0091",
            entry=entry,
            reason="fact",
            text="当天在岗",
            answer_by=TODAY + timedelta(days=1),
            points_before=entry.points,
            **facts,
        )
    )


def test_an_appeal_waits_for_the_committee_only_where_no_head_may_answer(cast, scheme, sign_in):
    url = reverse("appeal", args=[appeal(cast, scheme).pk])
    assert url in links(part(sign_in, Role.OFFICE_LEAD).signing).values()
    assert url not in links(part(sign_in, Role.COMMITTEE).signing).values()
    serve(cast)
    assert url not in links(part(sign_in, Role.OFFICE_LEAD).signing).values()
    assert url in links(part(sign_in, Role.COMMITTEE).signing).values()


def test_the_confirmer_does_not_answer_the_appeal_either(cast, scheme, sign_in):
    url = reverse("appeal", args=[appeal(cast, scheme, confirmer=cast.users[Role.OFFICE_LEAD]).pk])
    assert url not in links(part(sign_in, Role.OFFICE_LEAD).signing).values()
    assert url in links(part(sign_in, Role.COMMITTEE).signing).values()


def test_the_committee_signs_months_schemes_and_corrections(cast, clock, sign_in):
    worked_month(cast)
    settle(OCTOBER)
    settle()
    advance(cast, "final", OCTOBER)
    row = advance(cast, "review")
    clock.move_to(scene.at(LATER))
    draft = schemes.copy_version(scheme=row.scheme, by=cast.users[Role.OFFICE_LEAD])
    schemes.submit(scheme=draft, by=cast.users[Role.OFFICE_LEAD], today=TODAY)
    score = MonthlyScore.objects.filter(month__month=OCTOBER.start, team=cast.team).get()
    entry = ScoreEntry.objects.filter(month=OCTOBER.start, team=cast.team).first()
    facts = {"score": score, "entry": entry, "points": Decimal(1), "reason": "材料后补"}
    slip = scene.saved(Correction(number="更202612-0001", created_by=cast.users[Role.OFFICE], **facts))
    found = links(part(sign_in, Role.COMMITTEE).signing)
    assert found == {
        "审核2026年11月考核得分": reverse("month_review", args=[NOVEMBER.key]),
        f"通过考核方案：{draft.title}": reverse("scheme", args=[draft.pk]),
        "批准更正单（更202612-0001，示例一村）": reverse("correction", args=[slip.pk]),
    }
    client = sign_in(Role.COMMITTEE)
    assert [client.get(url).status_code for url in found.values()] == [200, 200, 200]
    # 全部待审 beside the list has all of it, a bulletin that waits for the head of the office as well.
    inbox = lambda reader: {item.url for _, items in reader.context["groups"] for item in items}  # noqa: E731
    assert inbox(client.get(reverse("approval_list"))) == set(found.values())
    handed = {"state": "signing", "submitted_at": scene.at(LATER), "submitted_by": cast.users[Role.OFFICE]}
    bulletin = scene.saved(Bulletin(starts_on=date(2026, 11, 16), title="通报", **handed))
    at_the_lead = inbox(sign_in(Role.OFFICE_LEAD).get(reverse("approval_list")))
    assert {reverse("bulletin", args=[bulletin.period.key]), reverse("correction", args=[slip.pk])} <= at_the_lead
    assert "通过考核方案" not in str(links(part(sign_in, Role.OFFICE_LEAD).signing))


def test_a_long_list_ends_with_a_line_to_the_inbox(cast, scheme, sign_in):
    before = ScoreEntry.objects.filter(state="waiting").count()
    for number in range(7):
        line = Line(key=f"扣11-7{number}", clause="B1", date=date(2026, 11, 24), points=Decimal(1))
        write_line(cast, scheme, line, NOVEMBER, state="waiting")
    found = [todo for todo in part(sign_in, Role.OFFICE_LEAD).signing if "扣分" in todo.text]
    assert len(found) == 5
    assert (found[-1].text, found[-1].count, found[-1].url) == ("其余扣分待复核", before + 3, reverse("approval_list"))


# --- The closing of months -------------------------------------------------------------------------
def told(sign_in) -> list[tuple[str, list[str]]]:
    closing = part(sign_in, Role.OFFICE).closing
    return [(one.title, [f"{s.title}{s.note}" for s in one.steps if s.tone == "wait"]) for one in closing]


def test_the_office_sees_how_far_each_month_is(cast, scheme, clock, sign_in):
    assert told(sign_in) == [("10月考核", ["检查数据可以开始"])]
    settle(OCTOBER)
    settle()
    advance(cast, "final", OCTOBER)
    clock.move_to(scene.at(LATER))
    *months, year = told(sign_in)
    assert months == [("11月考核", ["检查数据可以开始"]), ("10月考核", ["补助清单待核对"])]
    assert year == ("2026年考核", [])
    assert [one.left for one in part(sign_in, Role.OFFICE).closing[2:]] == ["未开始"]
    row = advance(cast, "publicity", day=LATER)
    until = row.publicity_until
    assert told(sign_in)[0] == ("11月考核", [f"公示公示中，至{until.month}月{until.day}日"])
    done = part(sign_in, Role.OFFICE).closing[0].steps
    assert [step.title for step in done if step.tone == "done"] == ["检查数据", "预览得分", "审核"]


# --- Limits -----------------------------------------------------------------------------------------
def more(cast, scheme) -> None:
    """Teams with deductions, matters to sign."""
    for number, team in enumerate(scene.many_teams(cast)):
        for clause, state in (("B1", "effective"), ("B1", "waiting"), ("G1", "claimed")):
            line = Line(key=f"扣{clause}{state}{number}", clause=clause, date=date(2026, 11, 9), points=Decimal(1))
            write_line(cast, scheme, line, NOVEMBER, village=team.village, state=state)


ROLES = [Role.OFFICE, Role.OFFICE_LEAD, Role.COMMITTEE, Role.DISTRICT, Role.LEADER, Role.MEMBER, Role.CADRE]


@pytest.mark.parametrize("display", ["place", "grade"])
def test_every_home_takes_at_most_fifteen_queries_in_any_town(cast, scheme, sign_in, display):
    Scheme.objects.filter(pk=scheme.pk).update(display=display)

    def asked() -> dict[Role, int]:
        found = {}
        for role in ROLES:
            client = sign_in(role)
            client.get("/")
            with CaptureQueriesContext(connection) as queries:
                client.get("/")
            found[role] = len(queries)
        return found

    few = asked()
    assert max(few.values()) <= 15, few
    more(cast, scheme)
    assert asked() == few
