"""What a year asks of each at home, step by step, and never of who had a part in it."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from appraisal.actions import annual_summaries as summaries
from appraisal.actions import years
from appraisal.home import home_of
from appraisal.models import AnnualAssessment, Scheme
from appraisal.permissions_years import check_summary
from appraisal.tests import year_scene as scene
from appraisal.tests.year_scene import NEW_YEAR, NOW, YEAR
from appraisal.year_terms import SAMPLE
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role


@pytest.fixture(autouse=True)
def new_year():
    with time_machine.travel(NOW, tick=False):
        yield


def told(user) -> list[str]:
    """The year's lines of a home: to do, to sign, how far it is."""
    found = home_of(User.objects.get(pk=user.pk), NEW_YEAR, NOW, lambda user, today: {})
    lines = [f"{one.text}{one.count or ''}" for one in (*found.todos, *found.signing)]
    lines += [f"{one.title}：{one.left}" for one in found.closing if not one.steps]
    return [line for line in lines if str(YEAR) in line]


def test_each_is_asked_for_his_step(cast):
    def asked() -> dict[str, list[str]]:
        roles = (Role.LEADER, Role.DISTRICT, Role.OFFICE, Role.OFFICE_LEAD, Role.COMMITTEE, Role.MEMBER, Role.AUDITOR)
        found = {role.value: told(cast.users[role]) for role in roles} | {"third": told(scene.third_office(cast))}
        return {name: lines for name, lines in found.items() if lines}

    scene.ready(cast)
    begin, line = f"开始{YEAR}年考核", f"{YEAR}年考核："
    both = [begin, f"{line}未开始"]
    assert asked() == {"office": both, "office_lead": both, "third": both, "committee": [f"{line}未开始"]}

    assessment = years.start_year(year=YEAR, by=cast.users[Role.OFFICE], now=NOW)
    running = {key: [f"{line}自评和核查"] for key in ("office", "office_lead", "third", "committee")}
    assert asked() == {**running, "leader": [f"填写{YEAR}年总结"]}

    scene.submit(cast, assessment)
    alone = [f"{YEAR}年总结待代出片区意见1", f"{line}自评和核查"]  # not of who wrote on behalf
    assert asked() == {
        **running,
        "district": [f"{YEAR}年总结待出片区意见1"],
        "office_lead": alone,
        "third": alone,
    }

    scene.opine(cast, assessment)
    waiting = {"office": 1, "office_lead": 1, "third": 2}
    lines = {name: [f"{YEAR}年总结待核查{count}", f"{line}自评和核查"] for name, count in waiting.items()}
    assert asked() == {**running, **lines}

    for team in (cast.team, cast.other_team):
        facts = {"note": "与台账一致。", "by": scene.third_office(cast), "now": NOW}
        summaries.check(summary=scene.summary_of(assessment, team), **facts)
    ready = [f"提交{YEAR}年考核评定", f"{line}自评和核查"]
    assert asked() == {**running, **dict.fromkeys(("office", "office_lead", "third"), ready)}

    years.hand_in(assessment=assessment, by=cast.users[Role.OFFICE], now=NOW)
    running = {name: [f"{line}待党委评定"] for name in running}
    assert asked() == {**running, "committee": [f"评定{YEAR}年考核等次", f"{line}待党委评定"]}

    years.accept_proposals(assessment=assessment, by=cast.users[Role.COMMITTEE], now=NOW)
    assessment.refresh_from_db()
    facts = {"decided_on": NEW_YEAR, "basis": "荷党纪要〔2027〕2号", "over_quota_reason": "示例"}
    years.decide(assessment=assessment, by=cast.users[Role.COMMITTEE], now=NOW, **facts)
    running = {name: [f"{line}已评定，待印发结果通报"] for name in running}
    assert asked() == {**running, "office_lead": [f"印发{YEAR}年考核结果通报", *running["office_lead"]]}
    assert AnnualAssessment.objects.get().state == "decided"


def test_a_year_is_asked_for_from_the_day_of_its_version(cast):
    """Not from the example's 1 December."""
    scene.ready(cast)
    Scheme.objects.update(year={**SAMPLE.to_json(), "opens": "12-20"})
    for day, asked in ((date(YEAR, 12, 10), []), (date(YEAR, 12, 20), [f"开始{YEAR}年考核"])):
        found = home_of(User.objects.get(pk=cast.users[Role.OFFICE].pk), day, NOW, lambda user, today: {})
        assert [one.text for one in found.todos if f"{YEAR}年考核" in one.text] == asked, day


def test_what_nobody_of_the_office_may_is_the_committees(cast):
    """The one wrote it on behalf, the other gave the opinion in the place of a group without an account."""
    assessment, committee = scene.opined(cast), cast.users[Role.COMMITTEE]
    own, other = (scene.summary_of(assessment, team) for team in (cast.team, cast.other_team))
    assert check_summary(committee, own).reason == "年总结由联村办核查。"
    assert check_summary(committee, other)
    assert f"{YEAR}年总结待核查1" in told(committee)
    scene.third_office(cast)
    assert not check_summary(committee, other)
    assert f"{YEAR}年总结待核查1" not in told(committee)
