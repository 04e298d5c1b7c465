"""The closing through its pages, from 检查 to 归档; the notice, the subsidies; who may not."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.actions import subsidies
from appraisal.models import AppraisalMonth, Scheme, ScoreEntry, SpotCheck, SubsidyRow
from appraisal.score_facts import scores_of
from appraisal.scoring import Line
from appraisal.subsidy_facts import subsidies_of
from appraisal.tests.month_scene import LATER, advance, row_of, sealed_scene, settle
from appraisal.tests.score_scene import NOVEMBER, OCTOBER, at, worked_month, write_line
from lianzhen.accounts.roles import Role
from lianzhen.money_words import money_words
from lianzhen.trail import acting
from lianzhen.wording import money
from villages.models import Person, Posting

KEY = NOVEMBER.key
MONTH = reverse("month", args=[KEY])
SUBSIDIES = reverse("subsidy_list", args=[KEY])


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel("2026-12-20T06:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def worked(cast):
    worked_month(cast)
    return row_of()


def url(name):
    return reverse(name, args=[KEY])


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def send(client, name, **data):
    page = client.get(url(name))
    form = page.context["form"]
    kept = {key: form[key].value() for key in ("once", "version") if key in form.fields}
    return client.post(url(name), {**{k: v() if callable(v) else v for k, v in kept.items()}, **data})


def test_the_whole_way_through_the_pages(cast, worked, sign_in, later):
    settle(OCTOBER)
    advance(cast, "final", OCTOBER)
    client = sign_in(Role.OFFICE)
    assert "可以开始" in read(client, MONTH)
    assert send(client, "month_start").status_code == 303
    assert "需处理1项" in read(client, MONTH)
    assert send(client, "month_hand_in").status_code == 422
    waiting = ScoreEntry.objects.get(number="17")
    assert "17" in read(client, url("month_preview"))
    assert send(client, "month_preview", entries=[waiting.pk]).status_code == 303
    assert send(client, "month_hand_in").status_code == 303
    settle()
    signer = sign_in(Role.COMMITTEE)
    signed = signer.get(url("month_review"))
    totals = [one.total_text.removesuffix("分") for one in scores_of(OCTOBER.next()).values()]
    assert all(f">{total}</td>" in signed.content.decode() for total in totals)
    assert send(signer, "month_review", note="").status_code == 303
    client = sign_in(Role.OFFICE)
    assert send(client, "month_publish", starts_on="2026-12-21").status_code == 303
    assert "12月21日—12月23日" in read(client, MONTH)
    later.move_to("2026-12-28T06:00:00Z")
    client = sign_in(Role.OFFICE)
    assert send(client, "month_unpublish").status_code == 303
    client = sign_in(Role.OFFICE_LEAD)
    assert send(client, "month_lock", typed="2026年10月").status_code == 422
    assert send(client, "month_lock", typed="2026年11月").status_code == 303
    assert row_of().is_sealed
    assert "补助已核对" in read(client, SUBSIDIES)
    assert send(client, "subsidy_check").status_code == 303
    assert send(client, "month_archive").status_code == 303
    assert row_of().state == AppraisalMonth.State.ARCHIVED
    assert "已归档" in read(client, MONTH)
    assert "初算" not in read(client, reverse("score_page", args=[KEY, cast.team.pk]))


def test_what_a_check_counts_is_what_its_link_lists(cast, worked, sign_in, later):
    later.move_to("2026-12-01T02:00:00Z")
    running = ScoreEntry.objects.filter(month=NOVEMBER.start, state="effective", kind="deduction").first()
    running.state, running.appeal_until = "notified", at(date(2026, 12, 2))
    with acting(by=None, action="test", label="测试"):
        running.save()
    for role in (Role.OFFICE, Role.AUDITOR):
        reader = sign_in(role)
        found = [one for one in reader.get(MONTH).context["checks"] if one.check.count]
        assert {"waiting", "appeals", "running"} <= {one.check.key for one in found}
        for one in found:
            pages = [reader.get(url).context for url in ([one.url] if one.url else [url for _, url in one.parts])]
            if one.check.key not in ("makeups", "appeals"):  # of several tables; no appeal's row in this scene
                rows = [row for page in pages for row in page["table"].rows if 'class="group"' not in str(row)]
                assert len(rows) == one.check.count, one
    # Once it is public, what stands before the lock.
    later.move_to("2026-12-20T06:00:00Z")
    settle()
    advance(cast, "publicity")
    reader = sign_in(Role.AUDITOR)
    assert "定稿前须办完" in read(reader, MONTH)
    assert [one.check.key for one in reader.get(MONTH).context["checks"]][-1] == "running"


def test_the_public_notice(cast, worked, sign_in):
    client = sign_in(Role.LEADER)
    assert "还没有开始公示" in read(client, url("month_notice"))
    settle()
    advance(cast, "publicity")
    said = read(client, url("month_notice"))
    assert "示例一村" in said
    assert "示例二村" in said
    assert "公示时间：12月21日—12月23日" in said
    # Its team gets there from its own score.
    for address in (reverse("score_page", args=[KEY, cast.team.pk]), reverse("score_list", args=[KEY])):
        assert f'href="{url("month_notice")}"' in client.get(address).content.decode()


def test_back_through_the_page(cast, worked, sign_in):
    settle()
    advance(cast, "reviewed")
    client = sign_in(Role.OFFICE)
    assert send(client, "month_back", to="checking", reason="").status_code == 422
    assert "请选择退回到哪一步" in send(client, "month_back", reason="漏登").content.decode()
    assert send(client, "month_back", to="checking", reason="漏登").status_code == 303
    assert row_of().state == "checking"


def test_whoever_signs_off_may_send_back_and_no_step_leads_where_one_may_not_go(cast, worked, sign_in):
    settle()
    advance(cast, "review")
    steps = [url(name) for name in ("month_preview", "month_review", "month_back")]
    office, auditor, committee = (
        [step for step in steps if f'"{step}"' in sign_in(role).get(MONTH).content.decode()]
        for role in (Role.OFFICE, Role.AUDITOR, Role.COMMITTEE)
    )
    assert (office, auditor, committee) == ([steps[0], steps[2]], [], steps[1:])
    assert send(sign_in(Role.COMMITTEE), "month_back", to="checking", reason="漏登").status_code == 303
    assert row_of().state == "checking"


def test_a_page_left_open_is_told_that_the_month_is_final(cast, sign_in):
    sealed_scene(cast)
    answer = sign_in(Role.OFFICE).post(url("month_back"), {"to": "checking", "reason": "漏登"})
    assert answer.status_code == 422
    assert "已定稿，不能退回。如需更正，请填写更正单。" in answer.content.decode()


#: What each step says where it is not due, by the state of the month; a step that is not named has its form.
NOT_DUE = {
    "open": {
        "month_hand_in": "现在是“进行中”，到“数据检查”时再办这一步。",
        "month_review": "到“待审核”时再办这一步。",
        "month_publish": "到“待审核”时再办这一步。",
        "month_unpublish": "到“公示中”时再办这一步。",
        "month_lock": "到“处理申诉”时再办这一步。",
        "month_back": "还没有开始检查，没有可以退回的步骤。",
        "month_archive": "到“补助已核对”时再办这一步。",
        "month_notice_issue": "还没有开始公示，公示开始后才能印发公示表。",
        "subsidy_check": "到“已定稿”时再办这一步。",
    },
    "review": {
        "month_start": "现在是“待审核”，这一步不用再办。",
        "month_hand_in": "现在是“待审核”，这一步不用再办。",
        "month_publish": "审核通过后才能公示。",
    },
    "reviewed": {"month_review": "审核已通过，不用再审核。"},
    "publicity": {"month_publish": "这一步不用再办。", "month_unpublish": "公示还没有到期，12月24日起可以结束。"},
    "final": {
        "month_lock": "现在是“已定稿”，这一步不用再办。",
        "month_back": "已定稿，不能退回。如需更正，请填写更正单。",
        "month_archive": "现在是“已定稿”，到“补助已核对”时再办这一步。",
    },
}
HAS_FORM = {
    "open": ["month_start"],
    "review": ["month_review", "month_back"],
    "reviewed": ["month_publish", "month_back"],
    "publicity": ["month_back", "month_notice_issue"],
    "final": ["subsidy_check", "month_notice_issue"],
}


@pytest.mark.parametrize("state", NOT_DUE)
def test_a_step_that_is_not_due_leads_on_with_the_reason(cast, worked, sign_in, state):
    """Nothing to fill in that would be refused afterwards."""
    if state != "open":
        settle()
        settle(OCTOBER)
        advance(cast, "final", OCTOBER)
        advance(cast, state)
    client = sign_in(Role.OFFICE_LEAD)
    for step, said in NOT_DUE[state].items():
        answer = client.get(url(step), follow=True)
        home = SUBSIDIES if step == "subsidy_check" else MONTH
        assert answer.redirect_chain == [(home, 303)], step
        assert said in answer.content.decode(), step
    for step in HAS_FORM[state]:
        assert client.get(url(step)).status_code == 200, step


def test_a_month_that_still_runs_is_not_checked_yet(cast, worked, sign_in, later):
    later.move_to("2026-11-30T06:00:00Z")
    answer = sign_in(Role.OFFICE).get(url("month_start"), follow=True)
    assert answer.redirect_chain == [(MONTH, 303)]
    assert "2026年11月还没有结束，下月1日起可以开始。" in answer.content.decode()


def test_every_figure_of_the_sheet_and_its_sum(cast, sign_in):
    """The sum in the same form as the column, once."""
    row = sealed_scene(cast)
    html = sign_in(Role.OFFICE).get(SUBSIDIES).content.decode()
    total = money(subsidies_of(row).total).removesuffix("元")
    foot = html[html.index("<tfoot") : html.index("</tfoot")]
    assert "合计" in foot
    assert f">{total}</td>" in foot


def test_queries_of_the_subsidies_do_not_grow(cast, sign_in, django_assert_num_queries):
    sealed_scene(cast)
    client = sign_in(Role.OFFICE)
    client.get(SUBSIDIES)
    with CaptureQueriesContext(connection) as found:
        client.get(SUBSIDIES)
    assert len(found) <= 15
    with acting(by=None, action="t", label="t"):
        for n in range(6):
            person = Person(name=f"示例{n}", phone=f"1990000010{n}", village=cast.own)
            person.save()
            Posting(team=(cast.team, cast.other_team)[n % 2], person=person, starts_on=date(2026, 1, 1)).save()
    with django_assert_num_queries(len(found)):
        assert "示例5" in client.get(SUBSIDIES).content.decode()


@pytest.mark.parametrize("name", ["month", "month_preview", "month_lock", "subsidy_list", "subsidy_check"])
def test_teams_do_not_close_months(cast, worked, sign_in, name):
    for role in (Role.LEADER, Role.DISTRICT, Role.CADRE, cast.outsider):
        assert sign_in(role).get(url(name)).status_code == 403


def test_the_clerk_does_not_lock_nor_the_auditor_check(cast, worked, sign_in):
    assert sign_in(Role.OFFICE).post(url("month_lock")).status_code == 403
    assert sign_in(Role.AUDITOR).post(url("month_start")).status_code == 403


def test_a_month_without_scheme(cast, sign_in):
    assert "还没有通过的考核方案" in read(sign_in(Role.OFFICE), MONTH)
    assert sign_in(Role.OFFICE).get(url("month_back")).status_code == 404
    assert "定稿后" in read(sign_in(Role.OFFICE), SUBSIDIES)


def test_queries_do_not_grow(cast, worked, sign_in, django_assert_num_queries):
    """The task list and the preview: as many with more lines, more teams and what waits."""
    client = sign_in(Role.OFFICE)
    pages = (MONTH, url("month_preview"))
    asked = {}
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(connection) as found:
            client.get(page)
        asked[page] = len(found)
    assert max(asked.values()) <= 15
    scheme = row_of().scheme
    for n in range(8):
        state = {"state": "waiting", "needs_second": True, "notified_at": None, "appeal_until": None} if n % 2 else {}
        line = Line(key=f"添{n}", clause="D1", date=date(2026, 11, 5), points=D("0.5"))
        write_line(cast, scheme, line, NOVEMBER, village=(cast.own, cast.other)[n % 2], **state)
    for page in pages:
        with django_assert_num_queries(asked[page]):
            client.get(page)


# --- 补助 -----------------------------------------------------------------------------------------
def test_subsidies_of_the_worked_month(cast):
    """Leader and member for the whole month, from the frozen score; rows, total and words agree."""
    found = subsidies_of(sealed_scene(cast))
    own = [one for one in found.rows if one.team_id == cast.team.pk]
    assert [(one.role, one.days) for one in own] == [("组长", 30), ("组员", 30)]
    assert found.problem == ""
    assert found.total == sum(one.amount for one in found.rows)
    assert found.words == money_words(found.total)
    assert {one.score for one in own} == {D("62.7")}


def test_a_posting_that_changed_is_paid_by_days_and_an_absence_is_charged(cast, sign_in, django_assert_max_num_queries):
    row = sealed_scene(cast)
    whole = {one.person_id: one for one in subsidies_of(row).rows}
    member = cast.people[Role.MEMBER]
    with acting(by=None, action="t", label="t"):
        posting = Posting.objects.get(team=cast.team, person=member)
        posting.ends_on = date(2026, 11, 15)
        posting.save()
        for day in (10, 20):
            SpotCheck(
                team=cast.team,
                day=date(2026, 11, day),
                at="10:00",
                found="nobody",
                state="confirmed",
                source="county" if day == 20 else "town",
                note=f"{day}日门锁着",
                decision_note="没有理由",
                explain_by=date(2026, 11, 25),
                decided_at=at(LATER),
                decided_by=cast.users[Role.OFFICE_LEAD],
            ).save()
    found = {one.person_id: one for one in subsidies_of(row).rows}
    leader = cast.people[Role.LEADER]
    assert (found[member.pk].days, found[leader.pk].days) == (15, 30)
    assert (found[member.pk].absences, found[leader.pk].absences) == (1, 2)
    fine = D(30)
    assert found[leader.pk].amount == max(D(0), whole[leader.pk].amount - 2 * fine)
    assert found[member.pk].note == "任职15天"
    # A leader's absence may cost more than a member's.
    scheme = row.scheme
    scheme.subsidy = {**scheme.subsidy, "absences": [*scheme.subsidy["absences"], {"name": "组长缺岗", "amount": "50"}]}
    with_more = {one.person_id: one for one in subsidies_of(row).rows}
    assert with_more[member.pk].amount == found[member.pk].amount
    assert "组长缺岗2次 × 50.00元/次" in with_more[leader.pk].formula
    # A version without an amount for what the county found says nothing of the county.
    client = sign_in(Role.COMMITTEE)
    assert not re.search("县|缺岗扣款依据", re.sub("<nav.*?</nav>", "", read(client, SUBSIDIES), flags=re.DOTALL))
    scheme.subsidy = {**scheme.subsidy, "by_county": "100"}
    Scheme.objects.filter(pk=scheme.pk).update(subsidy=scheme.subsidy)
    by_county = {one.person_id: one for one in subsidies_of(row).rows}
    assert by_county[member.pk] == with_more[member.pk]
    assert (by_county[leader.pk].absences, by_county[leader.pk].deducted) == (2, min(by_county[leader.pk].gross, 150))
    told = "组长缺岗1次 × 50.00元/次 = 50.00元；被县查到1次 × 100.00元/次 = 100.00元"
    assert told in by_county[leader.pk].formula
    # Down to the check and what was decided about it, before and after the list is stored.
    for step in (lambda: None, lambda: subsidies.check_subsidies(row=row, by=cast.users[Role.OFFICE], now=at(LATER))):
        step()
        with django_assert_max_num_queries(15):
            said = read(client, SUBSIDIES)
        grounds = said[said.index("缺岗扣款依据") :]
        for words in ("县暗访、县通报", "20日门锁着", "没有理由", f"被县查到100.00元：{leader}", "镇检查"):
            assert words in grounds
        assert f"无故缺岗30.00元：{member}" in grounds
        assert told in said
        assert told in read(client, f"{SUBSIDIES}?print=1")
    found_out = SpotCheck.objects.get(source="county")
    assert f'href="{reverse("spot_check", args=[found_out.pk])}"' in client.get(SUBSIDIES).content.decode()


def test_what_was_checked_is_stored_and_stays(cast, sign_in):
    row = sealed_scene(cast)
    live = subsidies_of(row)
    row = subsidies.check_subsidies(row=row, by=cast.users[Role.OFFICE], now=at(LATER))
    stored = subsidies_of(row_of())
    assert stored.is_stored
    assert (list(stored.rows), stored.total, stored.words) == (list(live.rows), live.total, live.words)
    with pytest.raises(ValidationError):
        subsidies.check_subsidies(row=row, by=cast.users[Role.OFFICE], now=at(LATER))
    assert SubsidyRow.objects.count() == len(live.rows)
    client = sign_in(Role.COMMITTEE)
    for address in (SUBSIDIES, SUBSIDIES + "?print=1"):
        said = read(client, address)
        assert live.words in said
        assert live.formula in said
        assert money(live.total) in said
    assert client.post(SUBSIDIES).getvalue()[:2] == b"PK"
