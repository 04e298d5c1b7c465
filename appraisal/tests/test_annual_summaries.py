"""年总结 through its actions: written step by step, judged by others, sent back, put out and in again."""

from __future__ import annotations

import pytest

from appraisal.actions import annual_summaries as actions
from appraisal.actions import years
from appraisal.models import AnnualSummary
from appraisal.permissions_years import (
    check_summary,
    keep_years,
    next_step,
    opine_summary,
    return_summary,
    see_years,
    write_summary,
)
from appraisal.tests import year_scene as scene
from appraisal.tests.entry_scene import serve_too
from appraisal.tests.year_scene import NOW, TEXTS, summary_of, third_office
from lianzhen.accounts.roles import Role
from lianzhen.tests.answers import refused, told
from lianzhen.tests.cast import make_user
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry
from lianzhen.trail.versions import EditConflict
from villages.models import Person, Posting

State = AnnualSummary.State


@pytest.fixture
def year(cast):
    return scene.begun(cast, months=1)


def own_of(cast, year):
    return summary_of(year, cast.team)


# --- The leader -------------------------------------------------------------------------------------
def test_each_page_is_kept_by_itself_and_all_are_needed(cast, year):
    leader, summary = cast.users[Role.LEADER], own_of(cast, year)
    assert "主要工作还没有写" in actions.submit_problem(summary)
    assert summary.problems  # proposed from the deductions of the year
    write = {"by": leader, "now": NOW}
    said = refused(lambda: actions.write_step(summary=summary, step="work", text="少", **write))
    assert said == "请写明主要工作，至少10字。"
    said = refused(lambda: actions.write_step(summary=summary, step="plans", text="多" * 1001, **write))
    assert said == "下年打算不能超过1000字，现在是1001字。"
    assert "没有这一步" in refused(lambda: actions.write_step(summary=summary, step="state", text="draft" * 9, **write))

    first = actions.write_step(summary=summary, step="work", text=f"  {TEXTS['work']} ", **write)
    assert (first.work, first.saved, first.written_by, first.on_behalf) == (TEXTS["work"], ["work"], leader, False)
    with pytest.raises(EditConflict):
        actions.write_step(summary=summary, step="work", text=TEXTS["plans"], version=summary.version, **write)
    for step in ("highlights", "plans", "problems"):
        actions.write_step(summary=summary, step=step, text=TEXTS[step], **write)
    said = refused(lambda: actions.submit(summary=summary, by=leader, now=NOW))
    assert said == "基本情况还没有看过并保存，请逐步核对后报送。"
    actions.write_step(summary=summary, step="facts", text="不算数的话，写在没有框的一页", **write)
    sent = actions.submit(summary=summary, by=leader, now=NOW)
    assert (sent.state, sent.submitted_by, sent.plans) == (State.DISTRICT, leader, TEXTS["plans"])
    assert "不能办理" in refused(lambda: actions.write_step(summary=summary, step="work", text=TEXTS["work"], **write))
    assert "不能办理" in refused(lambda: actions.take_facts(summary=summary, by=leader, now=NOW))
    entry = AuditEntry.objects.filter(action="annual_summary.write", object_id=sent.pk).order_by("pk").first()
    assert [(one["label"], one["after"]) for one in entry.changes] == [("主要工作", TEXTS["work"])]


def test_a_page_that_stores_itself_leaves_one_entry(cast, year):
    """However often it did: when it is saved, or under the writer's name when somebody else writes or it is sent."""
    leader, office = cast.users[Role.LEADER], cast.users[Role.OFFICE]
    summary = own_of(cast, year)

    def write(by, text, **more):
        actions.write_step(summary=summary, step="plans", text=text, by=by, now=NOW, **more)

    def told():
        rows = AuditEntry.objects.about(summary).filter(action="annual_summary.write").order_by("pk")
        return [
            (row.by, one["before"], one["after"]) for row in rows for one in row.changes if one["label"] == "下年打算"
        ]

    for length in (10, 20, 30):
        write(leader, "字" * length, by_itself=True)
    assert (own_of(cast, year).plans, told()) == ("字" * 30, [])
    write(leader, "字" * 30)
    assert told() == [(leader, "", "字" * 30)]
    write(leader, "新" * 10, by_itself=True)
    write(office, "办" * 10, by_itself=True)
    assert told()[1:] == [(leader, "字" * 30, "新" * 10)]
    for step in ("facts", "work", "highlights", "problems"):
        actions.write_step(summary=summary, step=step, text=TEXTS.get(step, ""), by=office, now=NOW, by_itself=True)
    actions.submit(summary=summary, by=leader, now=NOW)
    assert (office, "新" * 10, "办" * 10) in told()


def test_the_leaders_words_are_never_overwritten(cast, year):
    """重新取数 brings new proposals into boxes that are empty or as proposed, and new facts into all."""
    leader, summary = cast.users[Role.LEADER], own_of(cast, year)
    proposed = summary.problems
    AnnualSummary.objects.filter(pk=summary.pk).update(
        facts={**summary.facts, "problems": []}, problems="", highlights="组长自己写的亮点，不要改。"
    )
    again = actions.take_facts(summary=summary, by=leader, now=NOW)
    assert again.problems == proposed
    assert again.highlights == "组长自己写的亮点，不要改。"
    assert again.facts == {**summary.facts, "taken_on": "2027-01-20"}
    entries = AuditEntry.objects.filter(action="annual_summary.facts", object_id=summary.pk)
    assert {"取数日期", "问题"} == {one["label"] for entry in entries for one in entry.changes}
    # As it was proposed from facts that are others now.
    former = {**summary.facts, "problems": summary.facts["problems"][:1]}
    AnnualSummary.objects.filter(pk=summary.pk).update(facts=former, problems=proposed.split("\n")[0])
    assert actions.take_facts(summary=summary, by=leader, now=NOW).problems == proposed


def test_the_office_writes_on_behalf_and_then_judges_nothing(cast, year):
    office = cast.users[Role.OFFICE]
    summary = scene.write(own_of(cast, year), office)
    assert summary.on_behalf
    summary = actions.submit(summary=summary, by=office, now=NOW)
    assert summary.on_behalf
    assert "不能出片区意见" in refused(
        lambda: actions.give_opinion(summary=summary, opinion="属实。", grade="合格", by=office, now=NOW)
    )
    opinion = {"opinion": "属实。", "grade": "合格", "by": cast.users[Role.DISTRICT], "now": NOW}
    summary = actions.give_opinion(summary=summary, **opinion)
    assert "不能核查" in refused(lambda: actions.check(summary=summary, note="一致。", by=office, now=NOW))
    assert not check_summary(office, summary)


# --- Those who judge --------------------------------------------------------------------------------
def test_opinion_and_check_are_given_by_others(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        year = scene.submitted(cast, months=1)
    summary, district = own_of(cast, year), cast.users[Role.DISTRICT]
    assert "示例一村联村工作组2026年总结已报送，请出片区意见。" in told(district)
    opinion = {"summary": summary, "by": district, "now": NOW}
    assert "片区意见" in refused(lambda: actions.give_opinion(**opinion, opinion=" ", grade="合格"))
    assert "列出的等次" in refused(lambda: actions.give_opinion(**opinion, opinion="属实。", grade="好"))
    leader = cast.users[Role.LEADER]
    facts = {"summary": summary, "opinion": "属实。", "grade": "合格", "now": NOW}
    assert "本人所在工作组" in refused(lambda: actions.give_opinion(**facts, by=leader))
    with django_capture_on_commit_callbacks(execute=True):
        summary = actions.give_opinion(**opinion, opinion="属实。", grade="优秀")
    assert (summary.state, summary.opinion_grade) == (State.OFFICE, "优秀")
    office = cast.users[Role.OFFICE]
    assert told(office)[-1].endswith("片区已出意见，请核查。")

    check = {"summary": summary, "now": NOW}
    assert "不能核查" in refused(lambda: actions.check(**check, note="一致。", by=district))
    assert "核查情况" in refused(lambda: actions.check(**check, note="", by=office))
    summary = actions.check(**check, note="与台账一致。", by=office, version=summary.version)
    assert (summary.state, summary.checked_by) == (State.CHECKED, office)
    assert "不能办理" in refused(lambda: actions.check(**check, note="再来。", by=office))


def test_what_is_sent_back_is_judged_anew(cast, django_capture_on_commit_callbacks):
    year = scene.checked(cast, months=1)
    summary, office = own_of(cast, year), cast.users[Role.OFFICE]
    back = {"summary": summary, "by": office, "now": NOW}
    assert "退回原因" in refused(lambda: actions.send_back(**back, reason=""))
    with django_capture_on_commit_callbacks(execute=True):
        summary = actions.send_back(**back, reason="补充防汛情况")
    assert (summary.state, summary.opinion, summary.opinion_by, summary.check_note) == (State.DRAFT, "", None, "")
    assert (summary.return_reason, summary.returned_by, summary.work) == ("补充防汛情况", office, TEXTS["work"])
    assert told(cast.users[Role.LEADER])[-1] == "示例一村联村工作组2026年总结退回补充：补充防汛情况"
    assert "不能办理" in refused(lambda: actions.send_back(**back, reason="再退"))
    assert actions.submit(summary=summary, by=cast.users[Role.LEADER], now=NOW).state == State.DISTRICT


def test_a_team_is_put_out_and_in_again(cast, year):
    office, summary = cast.users[Role.OFFICE], own_of(cast, year)
    out = {"summary": summary, "by": office, "now": NOW}
    assert "不参加的原因" in refused(lambda: actions.leave_out(**out, reason=" "))
    summary = actions.leave_out(**out, reason="村为主自治，工作组已撤销。")
    assert (summary.state, summary.out_reason) == (State.OUT, "村为主自治，工作组已撤销。")
    assert "不能办理" in refused(lambda: actions.leave_out(**out, reason="再来"))
    summary = actions.take_in(summary=summary, by=office, now=NOW)
    assert (summary.state, summary.out_reason) == (State.DRAFT, "")
    assert "不能办理" in refused(lambda: actions.take_in(summary=summary, by=office, now=NOW))
    own = serve_too(cast, Role.OFFICE)
    assert "本人所在工作组" in refused(lambda: actions.leave_out(summary=summary, reason="撤销", by=own, now=NOW))
    assert not keep_years(own, summary)
    assert keep_years(own)


def test_nothing_changes_once_the_year_is_handed_in(cast):
    year = scene.handed(cast)
    summary, office = own_of(cast, year), cast.users[Role.OFFICE]
    work = {"summary": summary, "reason": "再改", "by": office, "now": NOW}
    for act in (actions.send_back, actions.leave_out):
        assert "年总结不能再改" in refused(lambda act=act: act(**work))
    assert next_step(cast.users[Role.OFFICE], summary) == ""
    years.send_back(assessment=year, reason="再核", by=cast.users[Role.COMMITTEE], now=NOW)
    assert actions.send_back(**work).state == State.DRAFT


# --- Who may ----------------------------------------------------------------------------------------
def test_the_step_is_offered_to_whom_it_belongs(cast):
    year = scene.begun(cast, months=1)

    def steps(team) -> dict[str, str]:
        row = summary_of(year, team)
        users = {**{role.value: user for role, user in cast.users.items()}, "third": third_office(cast)}
        return {name: found for name, user in users.items() if (found := next_step(user, row))}

    office = ("office", "office_lead", "third")
    edit = dict.fromkeys(office, "edit")
    assert steps(cast.team) == {**edit, "leader": "edit"}
    scene.submit(cast, year)
    assert steps(cast.team) == {"district": "opinion"}
    assert steps(cast.other_team) == {"office_lead": "opinion", "third": "opinion"}  # its district has no account
    scene.opine(cast, year)
    assert steps(cast.team) == dict.fromkeys(office, "check")
    assert steps(cast.other_team) == {"third": "check"}  # neither who wrote nor who gave the opinion
    assert not return_summary(cast.users[Role.LEADER], summary_of(year, cast.team))


def test_the_office_gives_the_opinion_only_where_the_district_cannot(cast):
    year = scene.submitted(cast, months=1)
    office, summary = third_office(cast), summary_of(year, cast.other_team)
    assert opine_summary(office, summary)
    with acting(by=None, action="test.scene", label="测试数据"):
        user = make_user("丁联络", "t_district2")
        person = Person(name=user.name, user=user, department=cast.department)
        person.save()
        Posting(person=person, group=cast.other_group, starts_on=scene.NEW_YEAR.replace(year=2025)).save()
    assert opine_summary(office, summary).reason == "由这个村所在片区的联络组出意见。"
    assert opine_summary(user, summary)
    assert not opine_summary(user, summary_of(year, cast.team))
    with acting(by=None, action="test.scene", label="测试数据"):
        Posting(person=person, team=cast.other_team, starts_on=scene.NEW_YEAR.replace(year=2025)).save()
    user = type(user).objects.get(pk=user.pk)
    assert "本人所在工作组" in opine_summary(user, summary).reason
    assert opine_summary(office, summary)  # nobody of the district is left


def test_who_reads_and_who_writes(cast):
    year = scene.begun(cast, months=1)
    summary = own_of(cast, year)
    readers = {role for role, user in cast.users.items() if see_years(user)}
    town = {Role.OFFICE, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR}
    assert readers == {*town, Role.DISTRICT, Role.LEADER, Role.MEMBER}
    assert {role for role, user in cast.users.items() if write_summary(user, summary)} == {
        Role.OFFICE,
        Role.OFFICE_LEAD,
        Role.LEADER,
    }
    seen = AnnualSummary.objects.visible_to(cast.users[Role.LEADER])
    assert list(seen) == [summary]
    assert not AnnualSummary.objects.visible_to(cast.outsider).exists()
