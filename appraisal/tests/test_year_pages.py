"""The year through its pages: written step by step and kept, judged by others, graded, decided, told; few queries."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.actions import annual_summaries as summaries
from appraisal.actions import year_papers, years
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary
from appraisal.permissions import RECUSED
from appraisal.tests import year_scene as scene
from appraisal.tests.week_scene import many_teams
from appraisal.tests.year_scene import NOW, TEXTS, YEAR
from appraisal.views.year_grades import quarters_of
from lianzhen.accounts.roles import Role
from lianzhen.trail import acting
from villages.models import Person, Posting, Village

STEPS = ("facts", *TEXTS)


@pytest.fixture(autouse=True)
def january():
    with time_machine.travel("2027-01-20T06:00:00Z", tick=False):
        yield


def url(name, *more):
    return reverse(name, args=[YEAR, *more])


def text_of(answer):
    return answer.content.decode()


def kept(client, address):
    """The form's bookkeeping fields as the page gave them."""
    form = client.get(address).context["form"]
    return {name: str(form[name].value()) for name in ("once", "version") if name in form.fields}


def send(client, address, **data):
    return client.post(address, {**kept(client, address), **data})


def own(assessment, cast):
    return scene.summary_of(assessment, cast.team)


# --- Works --------------------------------------------------------------------------------------
def test_the_whole_way_through_the_pages(cast, sign_in):
    scene.ready(cast)
    office = sign_in(Role.OFFICE)
    assert "开始年考核" in text_of(office.get(url("year")))
    assert send(office, url("year_start")).status_code == 303
    assessment = AnnualAssessment.objects.get()
    summary, other = own(assessment, cast), scene.summary_of(assessment, cast.other_team)

    leader = sign_in(Role.LEADER)
    page = text_of(leader.get(url("year")))
    assert f'href="{url("year_summary", summary.pk)}"' in page
    assert "示例二村" not in page
    for step, after in zip(STEPS, [*STEPS[1:], None], strict=True):
        address = url("year_step", summary.pk, step)
        assert f"（第{STEPS.index(step) + 1}步，共5步）" in text_of(leader.get(address))
        answer = send(leader, address, **({"text": TEXTS[step]} if step in TEXTS else {}))
        assert answer["Location"] == (url("year_step", summary.pk, after) if after else url("year_submit", summary.pk))
    page = text_of(leader.get(url("year_submit", summary.pk)))
    assert all(text in page for text in TEXTS.values())
    assert page.count("已保存</span>") == 5
    assert send(leader, url("year_submit", summary.pk)).status_code == 303
    # Somebody who still has the form open is told how far it is.
    assert "片区意见" in text_of(leader.get(url("year_step", summary.pk, "work"), follow=True))

    answer = send(
        sign_in(Role.DISTRICT), url("year_opinion", summary.pk), opinion="全年工作扎实，自评属实。", grade="优秀"
    )
    assert answer.status_code == 303
    by = cast.users[Role.OFFICE_LEAD]
    summaries.submit(summary=scene.write(other, by), by=by, now=NOW)
    facts = {"opinion": "情况属实，工作正常。", "grade": "合格", "by": scene.third_office(cast), "now": NOW}
    summaries.give_opinion(summary=scene.summary_of(assessment, cast.other_team), **facts)
    for one in (summary, other):
        office = sign_in(Role.OFFICE)
        assert send(office, url("year_check", one.pk), note="核对了驻村登记和周报，相符。").status_code == 303
    assert "可以提交党委评定" in text_of(office.get(url("year")))
    assert send(office, url("year_hand_in")).status_code == 303

    committee = sign_in(Role.COMMITTEE)
    row = AnnualGrade.objects.get(summary=summary)
    address = url("year_grade_give", row.pk)
    assert committee.get(url("year_grade", row.pk))["Location"] == address
    worse = next(name for name in ("合格", "优秀") if name != row.proposed)
    assert send(committee, address, grade=worse, reason="").status_code == 422
    answer = send(committee, address, grade=worse, reason="12月一起积案没有化解。", go="next")
    after = AnnualGrade.objects.get(summary=other)
    assert answer["Location"] == url("year_grade_give", after.pk)
    assert "其余1个组按建议等次" in text_of(committee.get(url("year_grades")))
    assert send(committee, url("year_grades_rest")).status_code == 303
    decision = {"decided_on": "2027-01-20", "basis": "荷党纪要〔2027〕2号", "over_quota_reason": "全年工作扎实。"}
    assert send(committee, url("year_decide"), **decision).status_code == 303
    assessment.refresh_from_db()
    assert assessment.state == AnnualAssessment.State.DECIDED
    row.refresh_from_db()
    assert (row.grade, row.reason) == (worse, "12月一起积案没有化解。")


def test_what_a_year_waits_for_is_said(cast, sign_in):
    scene.ready(cast, months=2)
    with time_machine.travel("2026-11-27T06:00:00Z", tick=False):
        assert "2026年考核12月1日开始。" in text_of(sign_in(Role.LEADER).get(url("year")))
        office = sign_in(Role.OFFICE)
        # No form that then refuses: the step leads on, whoever sends it all the same is refused.
        assert "2026年考核12月1日开始。" in text_of(office.get(url("year_start"), follow=True))
        assert office.post(url("year_start")).status_code == 422
    years.start_year(year=YEAR, by=cast.users[Role.OFFICE], now=NOW)
    office = sign_in(Role.OFFICE)
    assert "2026年考核已经开始。" in text_of(office.get(url("year_start"), follow=True))
    early = "2026年考核现在是“自评和核查”，到“待党委评定”时再办这一步。"
    committee = sign_in(Role.COMMITTEE)
    for step in ("year_back", "year_grades_rest", "year_decide"):
        assert early in text_of(committee.get(url(step), follow=True)), step
    office = sign_in(Role.OFFICE)
    assert "2026年12月未定稿。" in text_of(office.get(url("year")))
    answer = send(office, url("year_hand_in"))
    assert answer.status_code == 422
    assert "没有核查" in text_of(answer)
    assert AnnualAssessment.objects.get().state == AnnualAssessment.State.SUMMARY


# --- Writing: nothing typed is lost ----------------------------------------------------------------
def test_a_step_that_is_refused_keeps_what_was_typed(cast, sign_in):
    summary = own(scene.begun(cast), cast)
    address = url("year_step", summary.pk, "plans")
    for typed, told in (("太短", "至少10字"), ("长" * 1001, "不能超过1000字，现在是1001字")):
        answer = send(sign_in(Role.LEADER), address, text=typed)
        assert answer.status_code == 422
        assert f"{typed}</textarea>" in text_of(answer)
        assert told in text_of(answer)
    summary.refresh_from_db()
    assert (summary.plans, summary.saved) == ("", [])


def test_two_who_write_see_both_texts_and_one_who_goes_back_none(cast, sign_in):
    summary = own(scene.begun(cast), cast)
    address = url("year_step", summary.pk, "plans")
    leader = sign_in(Role.LEADER)
    opened = kept(leader, address)
    summaries.write_step(
        summary=summary, step="plans", text="联村办代写的明年打算。", by=cast.users[Role.OFFICE], now=NOW
    )
    answer = leader.post(address, {**opened, "text": "组长自己写的明年打算。"})
    assert answer.status_code == 409
    assert "联村办代写的明年打算。" in text_of(answer)
    assert "组长自己写的明年打算。" in text_of(answer)

    opened = kept(leader, address)
    assert leader.post(address, {**opened, "text": "组长自己写的明年打算。"}).status_code == 303
    # Back by the browser's button: the page is as old as its version, but what changed since is one's own.
    assert leader.post(address, {**opened, "text": "组长又改了明年的打算。"}).status_code == 303
    summary.refresh_from_db()
    assert summary.plans == "组长又改了明年的打算。"


def test_a_step_stores_itself(cast, sign_in):
    summary = own(scene.begun(cast), cast)
    leader, address = sign_in(Role.LEADER), url("year_draft", summary.pk, "plans")
    page = text_of(leader.get(url("year_step", summary.pk, "plans")))
    assert f'data-autosave="{address}"' in page
    opened = kept(leader, url("year_step", summary.pk, "plans"))
    answer = leader.post(address, {**opened, "text": "刚写"})
    assert (answer.status_code, answer.json()) == (422, {"sentence": "写满10字后自动保存。"})
    answer = leader.post(address, {**opened, "text": "明年先把水渠修好，再办合作社。"})
    summary.refresh_from_db()
    assert answer.json() == {"version": summary.version, "sentence": "已保存 14:00"}
    assert (summary.plans, summary.saved) == ("明年先把水渠修好，再办合作社。", ["plans"])
    # A draft that waited on a phone never goes over what was written since.
    answer = leader.post(address, {**opened, "text": "手机里放了两天的旧稿，联网才发出。"})
    assert answer.status_code == 409
    summary.refresh_from_db()
    assert summary.plans == "明年先把水渠修好，再办合作社。"


def test_facts_taken_anew_leave_the_words(cast, sign_in):
    summary = own(scene.begun(cast), cast)
    leader = sign_in(Role.LEADER)
    assert summary.problems  # the worked November has deductions
    page = text_of(leader.get(url("year_step", summary.pk, "problems")))
    assert "取自" in page
    assert summary.facts["problems"][0]["rows"][0]["url"] in page
    send(leader, url("year_step", summary.pk, "work"), text=TEXTS["work"])
    AnnualSummary.objects.filter(pk=summary.pk).update(facts={**summary.facts, "taken_on": "2026-12-01"})
    assert leader.post(url("year_facts", summary.pk))["Location"] == url("year_step", summary.pk, "facts")
    summary.refresh_from_db()
    assert (summary.facts["taken_on"], summary.work) == ("2027-01-20", TEXTS["work"])


# --- Who -------------------------------------------------------------------------------------------
def test_each_step_is_for_its_own_people(cast, sign_in):
    assessment = scene.submitted(cast)
    summary, other = own(assessment, cast), scene.summary_of(assessment, cast.other_team)
    leader = sign_in(Role.LEADER)
    assert leader.get(url("year_summary", other.pk)).status_code == 404
    assert leader.get(url("year_opinion", summary.pk)).status_code == 403
    assert sign_in(Role.MEMBER).get(url("year_step", summary.pk, "work")).status_code == 403
    assert sign_in(Role.CADRE).get(url("year")).status_code == 403
    # The office wrote for the other team: it neither gives the opinion nor checks.
    office = sign_in(Role.OFFICE)
    answer = office.get(url("year_opinion", other.pk))
    assert answer.status_code == 403
    assert "填写自评的人不能出片区意见" in text_of(answer)
    assert "填写自评的人不能出片区意见" in text_of(office.get(url("year_summary", other.pk)))
    answer = send(sign_in(Role.DISTRICT), url("year_return", summary.pk), reason="请补充环境整建的具体做法。")
    assert answer.status_code == 303
    page = text_of(leader.get(url("year_step", summary.pk, "work")))
    assert "退回补充：请补充环境整建的具体做法。" in text_of(
        sign_in(Role.LEADER).get(url("year_step", summary.pk, "work"))
    )
    assert page


def test_nobody_grades_the_team_he_serves_in(cast, sign_in):
    assessment = scene.handed(cast)
    with acting(by=None, action="test", label="测试"):
        person = Person(name="甲委员", user=cast.users[Role.COMMITTEE], department=cast.department)
        person.save()
        Posting(person=person, team=cast.team, starts_on=scene.START).save()
    scene.second_member(cast)
    committee = sign_in(Role.COMMITTEE)
    row, other = scene.grade_of(assessment, cast.team), scene.grade_of(assessment, cast.other_team)
    assert RECUSED in text_of(committee.get(url("year_grade", row.pk)))
    answer = committee.post(url("year_grade_give", row.pk), {"grade": "优秀", "reason": "", "version": row.version})
    assert answer.status_code == 403
    assert send(committee, url("year_grades_rest")).status_code == 303
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.grade, other.grade) == ("", other.proposed)
    assert committee.get(url("year_decide")).status_code == 403
    assert "登记党委评定</a>" not in text_of(committee.get(url("year_grades")))


def test_results_are_the_towns_until_they_are_told(cast, sign_in):
    assessment = scene.decided(cast)
    summary, row = own(assessment, cast), scene.grade_of(assessment, cast.team)
    closed = [url("year_grades"), url("year_grade", row.pk)]
    for role in (Role.LEADER, Role.DISTRICT):
        client = sign_in(role)
        for address in closed:
            answer = client.get(address)
            assert answer.status_code == 403
            assert "结果通报印发后公布" in text_of(answer)
        assert "年度得分</th>" not in text_of(client.get(url("year"))).replace("</a></th>", "</th>")
        assert url("year_grade", row.pk) not in text_of(client.get(url("year_summary", summary.pk)))
    assert row.grade in text_of(sign_in(Role.AUDITOR).get(url("year_grades")))
    year_papers.issue_result(assessment=assessment, by=cast.users[Role.OFFICE_LEAD], now=NOW)
    client = sign_in(Role.LEADER)
    for address in closed:
        assert row.grade in text_of(client.get(address))
    assert "示例二村" not in text_of(client.get(url("year_grades")))
    # The material of a quarter is the town's and the district's: no link turns the leader away.
    row.quarters = [{"quarter": "2026-Q4", "grade": "较好"}]
    shown = [quarters_of(row, cast.users[role]) for role in (Role.LEADER, Role.DISTRICT)]
    material = reverse("quarter_material", args=["2026-Q4", cast.team.pk])
    assert shown == [[("2026年第四季度", "较好", address)] for address in ("", material)]
    assert not any(one["url"] == reverse("quarter_list") for one in summary.facts["facts"])
    # Places are told where the scheme shows them; the town works with them in any case.
    told = [*closed, url("year"), url("year_summary", summary.pk)]
    assert not any("名次" in (page := text_of(client.get(address))) or row.place_text in page for address in told)
    assert "名次" in text_of(sign_in(Role.AUDITOR).get(url("year_grades")))
    with acting(by=None, action="test.scene", label="测试数据"):
        assessment.scheme.display = "place"
        assessment.scheme.save()
    client = sign_in(Role.LEADER)
    assert all(row.place_text in text_of(client.get(address)) for address in told if address != url("year"))


def test_a_team_that_ended_is_left_out_and_taken_in(cast, sign_in):
    summary = own(scene.begun(cast), cast)
    office = sign_in(Role.OFFICE)
    assert send(office, url("year_out", summary.pk), reason="工作组已于12月结束。").status_code == 303
    page = text_of(office.get(url("year")))
    assert "不参加1个组" in page
    assert "工作组已于12月结束。" in text_of(office.get(url("year_summary", summary.pk)))
    assert send(office, url("year_in", summary.pk)).status_code == 303
    summary.refresh_from_db()
    assert (summary.state, summary.out_reason) == ("draft", "")


# --- Lists and queries -------------------------------------------------------------------------------
def test_the_table_has_the_villages_that_govern_themselves_and_is_narrowed(cast, sign_in):
    assessment = scene.submitted(cast)
    office = sign_in(Role.OFFICE)
    page = text_of(office.get(url("year")))
    for words in ("示例一村", "示例二村", "示例三社区", "村为主自治", "已报送2/2"):
        assert words in page, words
    page = text_of(office.get(f"{url('year')}?state=sheet-none"))
    assert f'href="{url("year_summary", own(assessment, cast).pk)}"' not in page
    assert "示例三社区" in page
    answer = office.post(url("year"))
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    # Behind the teams also where the reader sees but a district, whose teams keep their numbers of the town.
    summary = own(assessment, cast)
    AnnualSummary.objects.filter(pk=summary.pk).update(position=27)
    Village.objects.filter(name="示例三社区").update(group=cast.own.group)
    page = text_of(sign_in(Role.DISTRICT).get(url("year")))
    assert page.index(url("year_summary", summary.pk)) < page.index("示例三社区")


@pytest.fixture
def counting(cast, sign_in):
    def count(role, address):
        client = sign_in(role)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200, address
        assert len(asked) <= 15, (address, len(asked), [q["sql"][:90] for q in asked])
        return len(asked)

    return count


@pytest.mark.parametrize("state", ["begun", "opined", "graded", "decided"])
def test_few_queries_in_each_state(cast, counting, state):
    assessment = getattr(scene, state)(cast)
    summary = own(assessment, cast)
    pages = [(role, url("year")) for role in (Role.OFFICE, Role.COMMITTEE, Role.DISTRICT, Role.LEADER)]
    pages += [(Role.OFFICE, url("year_summary", summary.pk)), (Role.OFFICE, reverse("year_list"))]
    if state == "begun":
        pages += [(Role.LEADER, url("year_step", summary.pk, step)) for step in ("facts", "work")]
        pages.append((Role.LEADER, url("year_submit", summary.pk)))
    if state == "opined":
        pages.append((Role.OFFICE, url("year_check", summary.pk)))
    if state in ("graded", "decided"):
        row = scene.grade_of(assessment, cast.team)
        pages += [(Role.COMMITTEE, url("year_grades")), (Role.AUDITOR, url("year_grade", row.pk))]
    if state == "graded":
        pages += [(Role.COMMITTEE, url("year_grade_give", row.pk)), (Role.COMMITTEE, url("year_decide"))]
    for role, address in pages:
        counting(role, address)


def test_as_few_for_many_teams(cast, counting):
    assessment = scene.begun(cast)
    before = counting(Role.OFFICE, url("year"))
    many_teams(cast, 5)
    assert years.refresh_teams(assessment=assessment, by=cast.users[Role.OFFICE], now=NOW) > 0
    assert counting(Role.OFFICE, url("year")) == before
