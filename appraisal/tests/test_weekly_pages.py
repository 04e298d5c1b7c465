"""The pages of one report: the form with its autosave, reading, and the buttons after sending."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from appraisal.actions import weekly_reports as actions
from appraisal.models import DutyNote, ReportComment, TownNeed, WeeklyReport
from appraisal.report_lines import Line
from appraisal.tests.week_scene import TODAY, WEEK, at, log, plan, saved
from lianzhen.accounts.roles import Role
from lianzhen.periods import Week
from villages.models import Posting
from villages.tests.counting import queries_of

FRIDAY = date(2026, 11, 27)
PLAN = Line("hand-1", "plan", "清理主干道沟渠")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(TODAY, 14, 5), tick=False) as moved:
        yield moved


@pytest.fixture
def day(cast):
    plan(cast.team)
    entry = log(cast.team, TODAY, cast.people[Role.LEADER])
    saved(DutyNote(log=entry, topics=["party"], text="开党员大会"))
    return entry


def url(team, name="report", week=WEEK):
    return reverse(f"weekly_{name}", args=[week.key, team.pk])


def form_of(answer):
    """What the browser would send: every field of the page as it was shown."""
    form = answer.context["form"]
    data = {
        name: value for name in form.fields if (value := form[name].value()) not in (None, "") and value is not False
    }
    return {name: "on" if value is True else str(value) for name, value in data.items()}


def opened(client, team, **more):
    return form_of(client.get(url(team, "edit", **more)))


def texts(team, week=WEEK):
    report = WeeklyReport.objects.get(team=team, week_start=week.start)
    return [line.text for line in actions.lines_of(report) if not line.is_left_out]


def sent(cast, *lines, team=None, now=None):
    given = {"team": team or cast.team, "week": WEEK, "by": cast.users[Role.LEADER], "now": now or at(TODAY, 13)}
    return actions.send_report(lines=lines or [PLAN], **given)


# --- The form ---------------------------------------------------------------------------------
def test_two_taps_from_home_send_what_was_recorded(cast, sign_in, day):
    client = sign_in(Role.LEADER)
    home = client.get(reverse("home")).content.decode()
    assert url(cast.team) in home
    page = client.get(url(cast.team), follow=True)
    assert page.redirect_chain == [(url(cast.team, "edit"), 302)]
    shown = page.content.decode()
    assert "11月26日，开党员大会。" in shown
    assert f'href="/duty/{day.pk}/"' in shown
    assert "11月27日（星期五）17:00前报送" in shown
    answer = client.post(url(cast.team, "edit"), form_of(page) | {"act": "send"}, follow=True)
    assert "已报送，11月27日（星期五）17:00前可以撤回修改" in answer.content.decode()
    report = WeeklyReport.objects.get()
    assert (report.state, report.sent_by, report.is_late) == ("sent", cast.users[Role.LEADER], False)
    assert "11月26日，开党员大会。" in texts(cast.team)


def test_nothing_recorded_says_why(cast, sign_in):
    page = sign_in(Role.LEADER).get(url(cast.team, "edit")).content.decode()
    assert "本周没有驻村登记，可直接填写。" in page


def test_opening_writes_nothing(cast, sign_in, day):
    sign_in(Role.LEADER).get(url(cast.team, "edit"))
    assert not WeeklyReport.objects.exists()


def test_only_categories_with_content_are_open(cast, sign_in, day):
    page = sign_in(Role.LEADER).get(url(cast.team, "edit")).content.decode()
    sections = re.findall(r'<details class="report-section"( open)?><summary><h3>(\S+)', page)
    assert [name for opens, name in sections if opens] == ["基层党建"]
    assert len(sections) == 7


def test_a_draft_without_a_script(cast, sign_in, day):
    client = sign_in(Role.LEADER)
    data = opened(client, cast.team)
    key = f"hand-{uuid.uuid4().hex}"
    data |= {f"text-{key}": "水渠垮塌", f"place-{key}": "needs", f"need-{key}": "on", "act": "save"}
    answer = client.post(url(cast.team, "edit"), data, follow=True)
    page = answer.content.decode()
    assert "已存草稿 14:05" in page
    assert "水渠垮塌" in page
    assert WeeklyReport.objects.get().state == "draft"
    assert not TownNeed.objects.exists()


def test_leaving_out_and_moving_up(cast, sign_in, day):
    client = sign_in(Role.LEADER)
    data = opened(client, cast.team)
    data |= {"text-hand-1": "一", "place-hand-1": "plan", "text-hand-2": "二", "place-hand-2": "plan"}
    note = next(name for name in data if name.startswith("text-note"))
    client.post(url(cast.team, "edit"), data | {note.replace("text", "skip"): "on", "act": "up-hand-2"})
    assert texts(cast.team)[-2:] == ["二", "一"]
    assert "11月26日，开党员大会。" not in texts(cast.team)
    # It stays on the page, ticked, and can come back.
    again = opened(client, cast.team)
    assert again[note.replace("text", "skip")] == "on"
    del again[note.replace("text", "skip")]
    client.post(url(cast.team, "edit"), again | {"act": "save"})
    assert "11月26日，开党员大会。" in texts(cast.team)


def test_too_long_a_line_is_told_and_kept(cast, sign_in):
    client = sign_in(Role.LEADER)
    data = opened(client, cast.team) | {"text-hand-1": "长" * 501, "place-hand-1": "plan", "act": "send"}
    answer = client.post(url(cast.team, "edit"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "五 下周打算一条不能超过500字，现在是501字" in page
    assert "长" * 501 in page
    assert not WeeklyReport.objects.exists()


def test_an_empty_report_is_refused_with_the_reason(cast, sign_in):
    client = sign_in(Role.LEADER)
    answer = client.post(url(cast.team, "edit"), opened(client, cast.team) | {"act": "send"})
    assert answer.status_code == 422
    assert "请至少写一条再报送" in answer.content.decode()


def test_forged_keys_and_places_are_words_like_others(cast, sign_in):
    client = sign_in(Role.LEADER)
    bad = {"text-UPPER": "不要", "text-a b": "不要", "text-hand-9": "要", "place-hand-9": "nowhere"}
    client.post(url(cast.team, "edit"), opened(client, cast.team) | bad | {"act": "save"})
    assert texts(cast.team) == ["要"]


def test_a_doubled_sending_is_one_report(cast, sign_in, day):
    client = sign_in(Role.LEADER)
    data = opened(client, cast.team) | {"act": "send"}
    first, second = (client.post(url(cast.team, "edit"), data) for _ in range(2))
    assert first["Location"] == second["Location"] == url(cast.team)
    assert WeeklyReport.objects.count() == 1


def test_late_is_told_before_and_after(cast, sign_in, clock):
    clock.move_to(at(FRIDAY, 18))
    client = sign_in(Role.LEADER)
    page = client.get(url(cast.team, "edit"))
    assert "已过11月27日（星期五）17:00，报送后记为逾期" in page.content.decode()
    data = form_of(page) | {"text-hand-1": "一", "place-hand-1": "plan", "act": "send"}
    assert "记为逾期报送" in client.post(url(cast.team, "edit"), data, follow=True).content.decode()
    assert WeeklyReport.objects.get().is_late


def test_new_records_are_told_and_brought_in_by_a_button(cast, sign_in, day):
    client = sign_in(Role.LEADER)
    client.post(url(cast.team, "edit"), opened(client, cast.team) | {"act": "save"})
    log(cast.team, date(2026, 11, 24), cast.people[Role.MEMBER])
    page = client.get(url(cast.team, "edit")).content.decode()
    assert "新增：11月24日（周二）" in page
    assert "11月24日（周二）" not in "".join(texts(cast.team))
    answer = client.post(url(cast.team, "refresh"), follow=True)
    assert "已按最新登记更新2处" in answer.content.decode()
    assert any("11月24日（周二）" in text for text in texts(cast.team))
    assert "更新预填内容" not in client.get(url(cast.team, "edit")).content.decode()


def test_two_editors_see_both_versions(cast, sign_in):
    client = sign_in(Role.LEADER)
    actions.save_draft(team=cast.team, week=WEEK, lines=[PLAN], by=cast.users[Role.LEADER], now=at(TODAY))
    mine = opened(client, cast.team)
    theirs = Line("hand-1", "plan", "对方改的"), Line("hand-2", "needs", "对方加的", is_need=True)
    actions.save_draft(team=cast.team, week=WEEK, lines=theirs, by=cast.users[Role.MEMBER], now=at(TODAY))
    answer = client.post(url(cast.team, "edit"), mine | {"text-hand-1": "我改的", "act": "save"})
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("我改的", "对方改的", "对方加的（需镇里解决）", "甲联村工作组组员"):
        assert words in page
    hidden = dict(answer.context["hidden"])
    client.post(url(cast.team, "edit"), hidden)
    assert texts(cast.team) == ["对方加的", "我改的"]


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MEMBER, 200), (Role.OFFICE, 200), (Role.CADRE, 403), (Role.DISTRICT, 403)]
)
def test_who_fills_it_in(cast, sign_in, role, status):
    assert sign_in(role).get(url(cast.team, "edit")).status_code == status


def test_a_colleagues_other_team_is_not_found(cast, sign_in):
    assert sign_in(Role.LEADER).get(url(cast.other_team, "edit")).status_code == 404


@pytest.mark.parametrize("week", ["2026-W99", "2026-48", "x"])
def test_no_such_week(cast, sign_in, week):
    assert sign_in(Role.OFFICE).get(f"/weekly/{week}/{cast.team.pk}/").status_code == 404


def test_a_week_to_come_is_not_open(cast, sign_in):
    client = sign_in(Role.LEADER)
    page = client.get(url(cast.team, "edit", WEEK.next()), follow=True).content.decode()
    assert "还没有开始" in page


def test_the_cross_year_week(cast, sign_in, clock):
    clock.move_to(at(date(2027, 1, 1)))
    page = sign_in(Role.LEADER).get(url(cast.team, "edit", Week(2026, 53))).content.decode()
    assert "2026年第53周（2026年12月28日—2027年1月3日）" in page


# --- Autosave ---------------------------------------------------------------------------------
def store(client, team, data):
    answer = client.post(url(team, "draft"), data)
    return answer.status_code, json.loads(answer.content)


def test_autosave_answers_with_the_version_and_the_time(cast, sign_in):
    client = sign_in(Role.LEADER)
    data = opened(client, cast.team) | {"text-hand-1": "一", "place-hand-1": "plan"}
    status, told = store(client, cast.team, data)
    assert (status, told["sentence"]) == (200, "已存草稿 14:05")
    status, told = store(client, cast.team, data | {"version": told["version"], "text-hand-1": "一二"})
    assert status == 200
    assert texts(cast.team) == ["一二"]


def test_autosave_beside_somebody_else(cast, sign_in):
    client = sign_in(Role.LEADER)
    data = opened(client, cast.team) | {"text-hand-1": "一", "place-hand-1": "plan"}
    actions.save_draft(team=cast.team, week=WEEK, lines=[PLAN], by=cast.users[Role.MEMBER], now=at(TODAY))
    status, told = store(client, cast.team, data)
    assert status == 409
    assert told["sentence"].startswith("甲联村工作组组员14:05修改过这份周报")
    assert texts(cast.team) == [PLAN.text]


def test_autosave_of_a_sent_report_or_of_rubbish(cast, sign_in):
    client = sign_in(Role.LEADER)
    assert store(client, cast.team, {})[0] == 422
    assert store(client, cast.team, {"text-hand-1": "长" * 501})[0] == 422
    sent(cast)
    status, told = store(client, cast.team, {"text-hand-1": "一", "place-hand-1": "plan"})
    assert status == 422
    assert "已报送，撤回后才能修改" in told["sentence"]


def test_autosave_is_no_address_to_open(cast, sign_in):
    assert sign_in(Role.LEADER).get(url(cast.team, "draft")).status_code == 405


# --- Reading and after sending ----------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.DISTRICT, Role.COMMITTEE, Role.AUDITOR, Role.CADRE])
def test_a_draft_is_nobody_elses_to_read(cast, sign_in, role):
    actions.save_draft(team=cast.team, week=WEEK, lines=[PLAN], by=cast.users[Role.LEADER], now=at(TODAY))
    page = sign_in(role).get(url(cast.team)).content.decode()
    assert PLAN.text not in page
    assert "还没有报送" in page
    sent(cast)
    assert PLAN.text in sign_in(role).get(url(cast.team)).content.decode()


def test_the_office_reads_the_draft_and_may_fill_it_in(cast, sign_in):
    actions.save_draft(team=cast.team, week=WEEK, lines=[PLAN], by=cast.users[Role.LEADER], now=at(TODAY))
    page = sign_in(Role.OFFICE).get(url(cast.team)).content.decode()
    assert PLAN.text in page
    assert "代为填写周报" in page


def test_withdrawing_is_offered_until_the_deadline(cast, sign_in, clock):
    sent(cast)
    client = sign_in(Role.LEADER)
    assert "撤回周报" in client.get(url(cast.team)).content.decode()
    clock.move_to(at(FRIDAY, 17, 1))
    client = sign_in(Role.LEADER)
    assert "撤回周报" not in client.get(url(cast.team)).content.decode()
    answer = client.post(url(cast.team, "withdraw"), follow=True)
    assert "不能再撤回" in answer.content.decode()
    assert WeeklyReport.objects.get().state == "sent"


def test_withdraw_and_send_again(cast, sign_in):
    sent(cast)
    client = sign_in(Role.MEMBER)
    answer = client.post(url(cast.team, "withdraw"), follow=True)
    assert answer.redirect_chain[-1][0] == url(cast.team, "edit")
    assert "已撤回，修改后请再报送" in answer.content.decode()
    client.post(url(cast.team, "edit"), form_of(answer) | {"act": "send"})
    assert WeeklyReport.objects.get().sent_by == cast.users[Role.MEMBER]


def test_reading_is_marked_by_a_button_and_not_by_opening(cast, sign_in):
    sent(cast)
    client = sign_in(Role.DISTRICT)
    assert "标为已阅" in client.get(url(cast.team)).content.decode()
    assert WeeklyReport.objects.get().state == "sent"
    answer = client.post(url(cast.team, "read"), follow=True)
    assert "已阅" in answer.content.decode()
    assert WeeklyReport.objects.get().read_by == cast.users[Role.DISTRICT]
    assert "标为已阅" not in answer.content.decode()


def test_comment(cast, sign_in):
    sent(cast)
    client = sign_in(Role.DISTRICT)
    client.get(url(cast.team, "comment"))
    assert client.post(url(cast.team, "comment"), {"text": ""}).status_code == 422
    answer = client.post(url(cast.team, "comment"), {"text": "请补充数字。"}, follow=True)
    assert "请补充数字。" in answer.content.decode()
    assert ReportComment.objects.get().created_by == cast.users[Role.DISTRICT]
    assert "请补充数字。" in sign_in(Role.LEADER).get(url(cast.team)).content.decode()


def test_nothing_sent_yet_is_not_read_nor_commented(cast, sign_in):
    client = sign_in(Role.DISTRICT)
    for name in ("read", "comment"):
        assert "还没有报送" in client.post(url(cast.team, name), {"text": "一"}, follow=True).content.decode()
    assert not WeeklyReport.objects.exists()


def test_a_liaison_member_who_serves_in_the_team_is_recused(cast, sign_in):
    saved(Posting(person=cast.people[Role.DISTRICT], team=cast.team, starts_on=date(2024, 1, 1)))
    sent(cast)
    client = sign_in(Role.DISTRICT)
    page = client.get(url(cast.team)).content.decode()
    assert "涉及本人所在工作组，请由其他同志处理。" in page
    assert "标为已阅" not in page
    assert client.post(url(cast.team, "read")).status_code == 403


@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE, Role.COMMITTEE])
def test_others_do_not_mark_or_comment(cast, sign_in, role):
    sent(cast)
    client = sign_in(role)
    assert client.post(url(cast.team, "read")).status_code == 403
    assert client.post(url(cast.team, "comment"), {"text": "一"}).status_code == 403


def test_needs_are_followed_from_the_report(cast, sign_in):
    sent(cast, Line("hand-2", "needs", "水渠垮塌", is_need=True))
    page = sign_in(Role.LEADER).get(url(cast.team)).content.decode()
    assert reverse("need", args=[TownNeed.objects.get().pk]) in page
    assert "待交办" in page


def test_on_paper(cast, sign_in, day):
    sent(cast, PLAN)
    page = sign_in(Role.OFFICE).get(f"{url(cast.team)}?print=1").content.decode()
    assert "示例一村联村工作组周报" in page
    assert PLAN.text in page
    assert 'class="sheet' in page


def test_who_owes_none(cast, sign_in):
    cast.team.ends_on = date(2026, 11, 25)
    saved(cast.team)
    assert "不需报送" in sign_in(Role.OFFICE).get(url(cast.team)).content.decode()


# --- Queries ----------------------------------------------------------------------------------
def many_notes(day, count):
    for number in range(count):
        saved(DutyNote(log=day, topics=["safety"], text=f"第{number}处"))


@pytest.mark.parametrize("count", [3, 30])
def test_queries_of_the_form(cast, sign_in, day, count):
    """Proposed anew, and beside a draft that the records have overtaken: every record of the week speaks here."""
    many_notes(day, count)
    client = sign_in(Role.LEADER)
    assert queries_of(client, url(cast.team, "edit")) <= 15
    leader, now = cast.users[Role.LEADER], at(TODAY, 13)
    actions.save_draft(team=cast.team, week=WEEK, by=leader, now=now, lines=[PLAN], version=0)
    assert queries_of(client, url(cast.team, "edit")) <= 15


@pytest.mark.parametrize("count", [3, 30])
def test_queries_of_the_read_page(cast, sign_in, count):
    sent(cast, *[Line(f"hand-{n}", "needs", f"第{n}件", is_need=True) for n in range(count)])
    assert queries_of(sign_in(Role.OFFICE), url(cast.team)) <= 15
