"""The papers of a year: the notice and the forms in words and in files, on the shelf, and who sees what when."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.actions import year_papers as actions
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary, IssuedDocument
from appraisal.papers import html
from appraisal.papers.content import Ending, Form, Masthead, Table, as_json, from_json, texts
from appraisal.papers.word import text_of, write
from appraisal.ranking import Display
from appraisal.tests.year_scene import NOW, YEAR, decided, grade_of, handed, summary_of
from appraisal.year_paper_facts import forms_of, members_of
from appraisal.year_papers import LONG, Figures, Notice, SelfGoverned, figures_from, form_paper, result_paper
from lianzhen.accounts.roles import Role
from lianzhen.notices.models import Notice as Message
from lianzhen.trail import acting
from villages.models import Person, Posting
from villages.tests.counting import queries_of

State = AnnualAssessment.State
AT = datetime(2018, 12, 20, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ASSESSMENT = AnnualAssessment(
    year=2018, state=State.DECIDED, decided_on=date(2019, 1, 10), basis="示例党纪要〔2019〕1号"
)
GRADES = ("优秀", "合格", "基本合格", "不合格")


def a_summary(number=1, village="示例五字村", work="驻村办公，党员𠮷某带头清沟。", **more):
    facts = {
        "district_name": "第一片区",
        "leader_name": "张示例",
        "work": work,
        "highlights": "五星级文明户评选在全县推广。",
        "problems": "公路沿线堆放杂物4次。",
        "plans": "下年修好两口水塘。",
        "submitted_at": AT,
        "opinion": "自评属实。",
        "opinion_grade": "优秀",
        "opinion_at": AT,
        "check_note": "与登记相符。",
        "checked_at": AT,
        **more,
    }
    return AnnualSummary(pk=number, assessment=ASSESSMENT, position=number, village_name=village, **facts)


def a_grade(number, summary, score="96.5", grade="优秀", place=None):
    return AnnualGrade(
        assessment=ASSESSMENT,
        summary=summary,
        position=number,
        months=[{"month": f"2018-{n:02}", "total": "96.25", "village": "100.0", "place": 1} for n in range(4, 13)],
        quarters=[{"quarter": "2018-Q2", "grade": "好"}, {"quarter": "2018-Q4", "grade": "较好"}],
        score=Decimal(score) if score else None,
        village_score=Decimal("97.0") if score else None,
        place=(place or number) if score else None,
        linkage="各月工作组得分 = 村得分 × 0.5 + 工作组自身得分 × 0.5",
        grade=grade,
    )


def a_form(grade="优秀", display=Display.PLACE, **more):
    summary = a_summary(**more)
    figures = figures_from(a_grade(1, summary))
    return form_paper(summary, ASSESSMENT, ["李示例", "王示例（6月起）"], figures, display, grade)


def written(paper):
    return Document(BytesIO(write(paper)))


def told(paper):
    return "\n".join(texts(paper))


# --- 年度考核表, in words and in the file -----------------------------------------------------------
def test_the_form_holds_who_what_and_where_to_sign():
    paper = a_form(on_behalf=True)
    assert paper.title == "示例五字村联村工作组2018年度考核表"
    text = told(paper)
    for said in (
        "第一片区",
        "张示例",
        "李示例、王示例（6月起）",
        "96.5分",
        "97.0分",
        "第1名",
        "第二季度好，第四季度较好",
        "村得分 × 0.5",
        "党员𠮷某带头清沟。",
        "建议等次：优秀。",
        "评定为优秀。",
        "依据：示例党纪要〔2019〕1号。",
        "自评由联村办代录。",
    ):
        assert said in text
    signed = [line for line in text.splitlines() if "：　　" in line]
    assert [(line.split("：")[0], line.strip("　").split("　")[-1]) for line in signed] == [
        ("组长（签名）", "2018年12月20日"),
        ("片区联络组（签名）", "2018年12月20日"),
        ("联村工作办（盖章）", "2018年12月20日"),
        ("镇党委（盖章）", "2019年1月10日"),
    ]
    form = paper.blocks[0]
    months = next(line for line in form.rows if line.boxes[0].lines[0].text == "工作组得分")
    assert [one.lines[0].text for one in months.boxes[1:]] == ["—"] * 3 + ["96.25"] * 9
    assert "𠮷" in html.render(paper)
    assert "𠮷" in "".join(text_of(one) for one in written(paper).element.body.iter(qn("w:p")))


def test_before_the_decision_the_boxes_to_come_are_empty():
    summary = a_summary(
        submitted_at=None, opinion="", opinion_grade="", opinion_at=None, check_note="", checked_at=None
    )
    text = told(form_paper(summary, ASSESSMENT, [], Figures({}), Display.NONE))
    assert "评定为" not in text
    assert "依据" not in text
    assert "名次" not in text
    assert text.count("　　　年　　月　　日") == 4


def test_its_head_repeats_and_only_long_texts_are_cut():
    rows = written(a_form(work="长" * (LONG + 1))).tables[0]._tbl.tr_lst
    assert rows[0].trPr.find(qn("w:tblHeader")) is not None
    assert [n for n, one in enumerate(rows) if one.trPr.find(qn("w:cantSplit")) is None] == [8]
    assert "长" * (LONG + 1) in "".join(node.text or "" for node in rows[8].iter(qn("w:t")))
    page = html.render(a_form(work="长" * (LONG + 1)))
    assert page.count('class="pp-cut"') == 1
    assert page.index("示例五字村</p></td>") < page.index("</thead>")


text_of_people = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=400)


@given(work=text_of_people, opinion=text_of_people, display=st.sampled_from(Display))
@settings(max_examples=40, deadline=None)
def test_any_words_fill_the_grid_and_come_back_as_they_were(work, opinion, display):
    paper = a_form(work=work, opinion=opinion, display=display)
    assert from_json(as_json(paper)) == paper
    form = paper.blocks[0]
    assert isinstance(form, Form)
    assert sum(form.widths) == 156
    for line in (form.head, *form.rows):
        assert sum(one.across for one in line.boxes) == len(form.widths)
        assert all(one.lines for one in line.boxes)
    grid = [sum(int(cell.grid_span) for cell in tr.tc_lst) for tr in written(paper).tables[0]._tbl.tr_lst]
    assert set(grid) == {13}
    assert "<script" not in html.render(paper)


# --- 结果通报 ---------------------------------------------------------------------------------------
def a_notice(rows, display=Display.PLACE, **more):
    notice = Notice(GRADES, "年度得分 = 各月得分的平均", "“优秀”不超过30%，39个组最多11个，现有12个，超出1个", **more)
    return result_paper(ASSESSMENT, rows, notice, display, Masthead(), Ending())


@pytest.mark.parametrize("count", [2, 39, 600])
def test_every_team_stands_in_the_notice_once(count):
    rows = [
        a_grade(n, a_summary(n, f"示例{n}村", district_name=f"第{'一二三'[n % 3]}片区"), place=count - n + 1)
        for n in range(1, count + 1)
    ]
    rows[0].grade, rows[0].place, rows[0].score = "不合格", None, None
    paper = a_notice(rows)
    result, districts = (one for one in paper.blocks if isinstance(one, Table))
    assert len(result.rows) == count
    assert [line[0].text for line in result.rows] == [str(n) for n in range(1, count)] + ["—"]
    assert {sum(column.width for column in one.columns) for one in (result, districts)} == {156}
    assert sum(int(line[1].text.replace(",", "")) for line in districts.rows) == count
    assert f"评为优秀{count - 1}个，不合格1个" in told(paper)
    assert [
        line[2].text for line in next(b for b in a_notice(rows, Display.NONE).blocks if isinstance(b, Table)).rows
    ] == [one.summary.village_name for one in rows]
    assert len(written(paper).tables[0].rows) == count + 1


def test_the_notice_tells_quota_reason_who_is_out_and_who_governs_itself(monkeypatch):
    monkeypatch.setattr(ASSESSMENT, "over_quota_reason", "五个组并列第一")
    text = told(
        a_notice(
            [a_grade(1, a_summary())],
            out=[("示例二村联村工作组", "9月起实行村为主自治。")],
            self_governed=[SelfGoverned("示例三社区", "合格", "/selfgov/years/1/")],
        )
    )
    for said in (
        "经2019年1月10日镇党委研究，依据示例党纪要〔2019〕1号，",
        "超出1个。",
        "超出比例的理由：五个组并列第一。",
        "不参加考核的1个：示例二村联村工作组（9月起实行村为主自治）。",
        "四、村为主自治的村",
        "示例三社区合格。",
    ):
        assert said in text
    assert "张示例" not in text


@pytest.mark.parametrize(
    ("graded", "waiting", "said"),
    [
        (1, 0, "实行村为主自治的1个村一年考核一次，已评定：示例三社区合格。"),
        (1, 2, "实行村为主自治的3个村一年考核一次，已评定1个：示例三社区合格；其余评定后另行通报。"),
        (0, 2, "实行村为主自治的2个村一年考核一次，评定后另行通报。"),
    ],
)
def test_villages_that_govern_themselves_are_all_counted(graded, waiting, said):
    alone = [SelfGoverned("示例三社区", "合格")][:graded]
    assert said in told(a_notice([a_grade(1, a_summary())], self_governed=alone, not_graded=waiting))


# --- On the shelf -----------------------------------------------------------------------------------
@pytest.fixture
def january():
    with time_machine.travel("2027-01-20T06:00:00Z", tick=False):
        yield


def test_issued_once_told_to_the_teams_then_corrected(cast, january, sign_in, django_capture_on_commit_callbacks):
    assessment, lead = decided(cast), cast.users[Role.OFFICE_LEAD]
    with django_capture_on_commit_callbacks(execute=True):
        document = actions.issue_result(assessment=assessment, by=lead, now=NOW)
    assessment.refresh_from_db()
    assert (assessment.state, assessment.notice) == (State.TOLD, document)
    facts = (document.kind, document.period, document.number, document.audience, document.village_id)
    assert facts == ("annual_result", "2026", None, "staff", None)
    said = f"{assessment}结果通报已印发。"
    assert set(Message.objects.filter(text=said).values_list("user", flat=True)) == {
        cast.users[Role.LEADER].pk,
        cast.users[Role.MEMBER].pk,
    }
    with pytest.raises(ValidationError, match=r"内容与已印发的《.*》相同，不用再印发。"):
        actions.issue_result(assessment=assessment, by=lead, now=NOW)
    again = actions.issue_result(assessment=assessment, by=lead, now=NOW, official_number="荷联发〔2027〕1号")
    assert again.corrects == document
    assert again.paper.masthead.number == "荷联发〔2027〕1号"
    assessment.refresh_from_db()
    assert assessment.notice == document
    # The year leads to what stands, and says what that corrects.
    page = sign_in(Role.MEMBER).get(reverse("year", args=[YEAR])).content.decode()
    standing, corrected = (page.index(f'href="{reverse("document", args=[one.pk])}"') for one in (again, document))
    assert standing < page.index("更正印发，更正") < corrected
    # Issued in the town's name: to whom, and signed by the agency of the red heading.
    head, end = again.paper.masthead, again.paper.ending
    assert (head.name, end.unit) == ("荷叶镇联村工作领导小组文件", "荷叶镇联村工作领导小组")
    assert head.to == "各村（社区）、各联村工作组："

    own = actions.file_form(row=grade_of(assessment, cast.team), by=lead, now=NOW)
    assert (own.kind, own.village, own.title) == ("annual_form", cast.own, f"示例一村联村工作组{YEAR}年度考核表")
    assert actions.file_forms(assessment=assessment, by=lead, now=NOW) == (1, 0)
    with pytest.raises(ValidationError, match="都已归档"):
        actions.file_forms(assessment=assessment, by=lead, now=NOW)
    # Once more it corrects the last, where it tells something else.
    with pytest.raises(ValidationError, match="相同，不用再印发"):
        actions.file_form(row=grade_of(assessment, cast.team), by=lead, now=NOW)
    client, form = sign_in(Role.OFFICE_LEAD), [YEAR, summary_of(assessment, cast.team).pk]
    issue_form = reverse("year_form_issue", args=form)
    assert issue_form not in client.get(reverse("year_form", args=form)).content.decode()
    assert "相同，不用再印发" in client.get(issue_form, follow=True).content.decode()
    with acting(by=None, action="test.scene", label="测试数据"):
        late = Person(name="甲补登", department=cast.department)
        late.save()
        Posting(person=late, team=cast.team, starts_on=date(2026, 6, 1)).save()
    assert actions.file_form(row=grade_of(assessment, cast.team), by=lead, now=NOW).corrects == own
    out = StringIO()
    call_command("verify_documents", stdout=out)
    assert "共核对5件" in out.getvalue()
    seen = IssuedDocument.objects.visible_to(cast.users[Role.MEMBER])
    assert set(seen.filter(kind="annual_form").values_list("village", flat=True)) == {cast.own.pk}


def test_many_forms_are_filed_a_portion_at_a_time(cast, january, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    assessment, lead = decided(cast), cast.users[Role.OFFICE_LEAD]
    done = [actions.file_forms(assessment=assessment, by=lead, now=NOW) for _ in range(2)]
    assert done == [(1, 1), (1, 0)]


# --- Pages --------------------------------------------------------------------------------------------
def send(client, address, **data):
    form = client.get(address).context["form"]
    kept = {name: form[name].value() for name in ("once", "version") if name in form.fields}
    return client.post(address, {**{k: v() if callable(v) else v for k, v in kept.items() if v is not None}, **data})


def test_nothing_is_issued_before_the_decision(cast, january, sign_in):
    assessment = handed(cast)
    row, lead = grade_of(assessment, cast.team), cast.users[Role.OFFICE_LEAD]
    for act in (
        lambda: actions.issue_result(assessment=assessment, by=lead, now=NOW),
        lambda: actions.file_form(row=row, by=lead, now=NOW),
        lambda: actions.file_forms(assessment=assessment, by=lead, now=NOW),
    ):
        with pytest.raises(ValidationError, match="党委评定后才能印发"):
            act()
    client, of_team = sign_in(Role.OFFICE_LEAD), [YEAR, row.summary_id]
    for name, arguments in (("year_notice", [YEAR]), ("year_notice_issue", [YEAR]), ("year_form_issue", of_team)):
        assert client.get(reverse(name, args=arguments)).status_code == 404
    form = client.get(reverse("year_form", args=of_team)).content.decode()
    assert "代拟稿，未签发" in form
    assert "评定为" not in form
    assert not IssuedDocument.objects.exists()


def test_the_papers_through_their_pages(cast, january, sign_in):
    """The team's people see the year's score and grade on their form once the notice is out."""
    assessment = decided(cast)
    summary = summary_of(assessment, cast.team)
    form, far = (
        reverse("year_form", args=[YEAR, summary_of(assessment, team).pk]) for team in (cast.team, cast.other_team)
    )
    score = f"{grade_of(assessment, cast.team).score}分"
    member = sign_in(Role.MEMBER).get(form).content.decode()
    assert "评定为" not in member
    assert score not in member
    assert sign_in(Role.MEMBER).get(far).status_code == 404
    assert sign_in(Role.MEMBER).get(reverse("year_notice", args=[YEAR])).status_code == 403

    lead = sign_in(Role.OFFICE_LEAD)
    assert "评定为" in lead.get(form).content.decode()
    pages = [form, f"{form}?print=1", reverse("year_notice", args=[YEAR]), reverse("year_forms", args=[YEAR])]
    for address in pages:
        assert queries_of(lead, address) <= 15, address
    whole = lead.get(pages[-1]).content.decode()
    assert whole.count('<article class="paper">') == 2
    for address in (f"{form}?format=docx", f"{pages[2]}?format=docx"):
        assert Document(BytesIO(lead.get(address).content)).tables
    assert send(lead, reverse("year_notice_issue", args=[YEAR]), official_number="荷" * 41).status_code == 422
    assert send(lead, reverse("year_notice_issue", args=[YEAR])).status_code == 303
    assert send(lead, reverse("year_form_issue", args=[YEAR, summary.pk])).status_code == 303
    assert send(lead, reverse("year_forms_issue", args=[YEAR])).status_code == 303
    assert IssuedDocument.objects.filter(kind="annual_form").count() == 2
    assert "已放入文件柜" in lead.get(form).content.decode()
    assert "印发的原件在文件柜" in lead.get(pages[2]).content.decode()

    member = sign_in(Role.MEMBER)
    assert "评定为" in member.get(form).content.decode()
    whole = member.get(reverse("year_forms", args=[YEAR])).content.decode()
    assert whole.count('<article class="paper">') == 1


def test_the_form_names_who_served_in_the_year(cast, january):
    """From when to when, and who led before, also where he stayed as a member."""
    with acting(by=None, action="test.scene", label="测试数据"):
        leads_now = Posting.objects.get(team=cast.team, is_leader=True)
        leads_now.starts_on = date(2026, 7, 1)
        leads_now.save()
        for name, first, last, leads in (
            ("丁示例", date(2026, 6, 1), None, False),
            ("戊示例", date(2026, 5, 1), date(2026, 6, 30), True),
            ("己示例", date(2025, 1, 1), date(2025, 12, 31), False),
            ("庚示例", date(2025, 1, 1), date(2026, 4, 30), True),
            ("庚示例", date(2026, 5, 1), None, False),
        ):
            person = Person.objects.filter(name=name).first() or Person(name=name, department=cast.department)
            person.save()
            Posting(person=person, team=cast.team, starts_on=first, ends_on=last, is_leader=leads).save()
    summary = AnnualSummary(team=cast.team, leader_name=cast.people[Role.LEADER].name)
    people = members_of(2026, [summary])[cast.team.pk]
    served = ["丁示例（6月起）", "戊示例（组长，5月起，至6月）", "庚示例（组长至4月）"]
    assert sorted(people) == sorted([cast.people[Role.MEMBER].name, *served])


def test_one_team_or_many_ask_the_database_as_often(cast, january, django_assert_num_queries):
    assessment = decided(cast)
    both = [summary_of(assessment, team) for team in (cast.team, cast.other_team)]
    assert assessment.scheme.decimals == 1
    for summaries in (both[:1], both):
        with django_assert_num_queries(2):
            forms_of(assessment, summaries, results=True)
        with django_assert_num_queries(3):
            forms_of(assessment, summaries, results=False)
