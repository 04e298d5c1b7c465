"""The month of docs/worked-example.md through the pages of the platform, from the scheme to every line of the score.

Nothing is written but by forms that the pages themselves offer, by whoever may send them; the document is the
only source of figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appraisal.models import Appeal, Clause, Leave, Scheme, ScoreEntry, SpotCheck
from appraisal.rules.base import Kind
from appraisal.tests import worked_example as example
from appraisal.tests.worked_example import number, only_table, settings
from lianzhen.accounts.roles import Role
from lianzhen.importing.tests.books import taken_in, uploaded, xlsx
from lianzhen.periods import Week
from villages.models import Person, Posting

YEAR, NOVEMBER = 2026, "2026-11"
#: What the document's states ask for beyond the recording.
WAITS, APPEALED, CHANGED, REVERSED = "待定", "申诉中", "申诉变更", "撤销"


class Town:
    """Signs in as whoever a page is for, and sends its form with what is typed."""

    def __init__(self, sign_in: Any, clock: Any, cast: Any) -> None:
        self.sign_in, self.clock, self.cast = sign_in, clock, cast

    def on(self, day: date) -> Town:
        self.clock.move_to(timezone.make_aware(datetime.combine(day, time(10))))
        return self

    def client(self, role: Role) -> Client:
        return self.sign_in(role)

    def send(self, role: Role, url: str, **typed: Any) -> Any:
        """Open the page, change what is typed, press its button. Answers where it leads."""
        client = self.client(role)
        page = client.get(url)
        assert page.status_code == 200, (url, page.status_code)
        form = page.context.get("form")
        filled = {bound.html_name: _typed(bound.value()) for bound in form} if form is not None else {}
        filled = {name: value for name, value in filled.items() if value is not None} | typed
        answer = client.post(url, filled)
        assert answer.status_code == 303, (url, getattr(answer.context.get("form"), "errors", answer.status_code))
        return answer["Location"]


def _typed(value: Any) -> Any:
    """What a browser would send for a field: nothing for an empty tick."""
    if value is None or value is False:
        return None
    if value is True:
        return "on"
    return value.isoformat() if isinstance(value, date) else value


@pytest.fixture
def town(cast, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(datetime(YEAR, 10, 2, 2, tzinfo=UTC), tick=False) as clock:
        yield Town(sign_in, clock, cast)


def page(name: str, row: Any) -> str:
    return reverse(name, args=[row.pk])


# --- The scheme ---------------------------------------------------------------------------------
def draft_of(number_: int) -> Scheme:
    return Scheme.objects.get(number=number_)


def adopt(town: Town, scheme: Scheme, month: str, day: date) -> None:
    town.send(Role.OFFICE_LEAD, page("scheme_submit", scheme))
    town.send(
        Role.COMMITTEE,
        page("scheme_adopt", scheme),
        month_from=month,
        basis="荷党发〔2026〕1号",
        adopted_on=day.isoformat(),
    )


def write_scheme(town: Town) -> None:
    """From the shipped example: the document's clauses come by workbook and replace those of the same number; marks,
    caps and money by form. October was judged by a version with a higher cap, since its bonuses are 8 points."""
    lead, given = Role.OFFICE_LEAD, settings()
    town.send(lead, reverse("scheme_example"))
    scheme = draft_of(1)
    full = {row["类别"]: row["满分"] for row in only_table("类别")}
    for category in scheme.categories.all():
        town.send(lead, page("category_edit", category), full=full[category.name])
    batch = taken_in(town.client(lead), uploaded(town.client(lead), "clauses", workbook(), "条款.xlsx"))
    assert [row.problems for row in batch.rows.all() if row.outcome != "done"] == []
    town.send(
        lead,
        page("scheme_edit", scheme),
        base=given["基础分"],
        total_floor=given["总分最低"],
        bonus_month_cap="10",
        bonus_quarter_cap=given["每季加分上限"],
        village_weight=given["村得分所占比重"],
    )
    write_formula(town, scheme)
    adopt(town, scheme, "2026-10", date(YEAR, 10, 2))


def write_formula(town: Town, scheme: Scheme) -> None:
    """Base per person and duty days in place of the example's formula."""
    given, url = settings(), page("scheme_subsidy", scheme)
    absences = f"无故缺岗 {given['无故缺岗每次']}"
    town.send(
        Role.OFFICE_LEAD,
        f"{url}?add=per_person",
        p1_amount=given["每人每月基数"],
        p0_drop="on",
        absences=absences,
        by_county="",
    )
    town.send(
        Role.OFFICE_LEAD,
        f"{url}?add=per_duty_day",
        p1_rate=given["驻村每天"],
        p1_most=given["每月最多计（天）"],
        absences=absences,
        by_county="",
    )
    shown = town.client(Role.OFFICE_LEAD).get(page("scheme", scheme)).content.decode()
    assert example.sections()["补助"].quotes[0] in shown


def workbook() -> bytes:
    """The table of clauses as an office would write it, one column for each figure of a rule."""
    rows = only_table("条款")
    rules = [dict(part.split("：", 1) for part in row["规则设置"].split("；")) for row in rows]
    labels = list(dict.fromkeys(label for rule in rules for label in rule))
    head = ["条款号", "类别", "内容", "规则类型", "计入", "一律须复核", *labels]
    # 17 waits for a second person in the document: so its clause asks for one.
    return xlsx(
        [
            head,
            *[
                [
                    row["条款"],
                    row["类别"],
                    row["规定"],
                    row["规则类型"],
                    row["计入"],
                    "是" if row["条款"] == "D1" else "",
                ]
                + [rule.get(label, "").replace(" / ", "；") for label in labels]
                for row, rule in zip(rows, rules, strict=True)
            ],
        ]
    )


# --- Entries ------------------------------------------------------------------------------------
def record(town: Town, row: dict[str, str], day: date) -> ScoreEntry:
    """One line of the document, all the way to the state that it is in."""
    town.on(day)
    clause = Clause.objects.in_force(day.replace(day=1)).get(number=row["条款"])
    rule = clause.as_rule()
    answers = {name: "on" if text is True else text for name, text in example.values_of(row).to_json().items()}
    typed = {
        "village": town.cast.own.pk,
        "occurred_on": day.isoformat(),
        "clause": row["条款"],
        "fact": f"{row['编号']}号记录查明的事实。",
        "again": "on",
        **{name: text for name, text in answers.items() if text not in (None, "")},
    }
    if rule.kind is Kind.BONUS:
        return claim(town, typed)
    if rule.wants_reason:
        typed["reason"] = "情节较轻。"
    town.send(Role.OFFICE, reverse("deduction_add"), **typed)
    entry = ScoreEntry.objects.latest("pk")
    if entry.state == ScoreEntry.State.WAITING and row["状态"] != WAITS:
        town.send(Role.DISTRICT, page("deduction_confirm", entry), agrees="1")
    if row["状态"] == REVERSED:
        town.send(Role.OFFICE_LEAD, page("deduction_reverse", entry), reason="登记有误")
    if row["状态"] in (APPEALED, CHANGED):
        said = {"reason": "points", "text": "情况与登记的不完全一样，请再核对。", "confirmed": "on"}
        answer = town.client(Role.LEADER).post(page("deduction_appeal", entry), said)
        assert answer.status_code == 303
    if row["状态"] == CHANGED:
        decide = page("appeal_decide", Appeal.objects.get(entry=entry))
        town.send(
            Role.OFFICE_LEAD,
            decide,
            outcome="change",
            points_after=row["申诉后"],
            answer="核对后按较轻的情形计算。",
        )
    entry.refresh_from_db()
    return entry


def claim(town: Town, typed: dict[str, Any]) -> ScoreEntry:
    town.send(Role.LEADER, reverse("bonus_add"), **typed)
    entry = ScoreEntry.objects.latest("pk")
    town.send(Role.DISTRICT, page("bonus_opinion", entry), is_for="1")
    town.send(Role.OFFICE, page("bonus_verify", entry), holds="1")
    entry.refresh_from_db()
    if entry.state == ScoreEntry.State.VERIFIED:
        town.send(Role.OFFICE_LEAD, page("bonus_agree", entry), agrees="1")
    return entry


# --- People -------------------------------------------------------------------------------------
def serve(town: Town) -> dict[str, Person]:
    """Who of the document served when, his days at the village, one empty office. By the document's names."""
    cast, people = town.cast, only_table("补助", 1)
    leader, member = cast.people[Role.LEADER], cast.people[Role.MEMBER]
    town.send(Role.OFFICE, reverse("person_add"), name="示例乙", department=cast.department.pk)
    named = {"示例甲": leader, "示例乙": Person.objects.get(name="示例乙"), "示例丙": member}
    posting = Posting.objects.get(person=member, team=cast.team)
    last = {row["姓名"]: row["任职至"] for row in people}["示例丙"]
    town.send(Role.OFFICE, page("posting_end", posting), last_day=this_year(last).isoformat(), reason="工作调整")
    begin = this_year({row["姓名"]: row["任职自"] for row in people}["示例乙"])
    joins = {"person": named["示例乙"].pk, "is_leader": "0", "starts_on": begin.isoformat()}
    town.send(Role.OFFICE, page("team_posting_add", cast.team), **joins)
    days: dict[int, list[date]] = {}
    for row in people:
        first = max(this_year(row["任职自"]), date(YEAR, 11, 2))
        weekdays = [day for n in range(30) if (day := first + timedelta(days=n)).weekday() < 5]
        days[named[row["姓名"]].pk] = weekdays[: int(row["驻村（天）"])]
    key_duty(town, days)
    return named


def miss_a_day(town: Town) -> None:
    """示例丙 alone was due on the day of the check: the leader was on leave."""
    away = date(YEAR, 11, 13)
    town.on(away)
    town.send(
        Role.LEADER,
        f"{reverse('leave_add')}?kind=private",
        kind="personal",
        starts_on=away.isoformat(),
        reason="家事",
        is_oral="on",
    )
    town.send(Role.DISTRICT, page("leave_decide", Leave.objects.get()), decision="approve")
    add = f"{reverse('spot_check_add')}?team={town.cast.team.pk}"
    town.send(Role.OFFICE, add, day=away.isoformat(), at="09:30", source="town", found="nobody")
    check = SpotCheck.objects.get()
    town.send(Role.LEADER, page("spot_check_explain", check), explanation="当天没有安排好值守。")
    town.send(Role.DISTRICT, page("spot_check_decide", check), answer="0", note="没有公出和请假")


def this_year(text: str) -> date:
    return date.fromisoformat(text).replace(year=YEAR)


def key_duty(town: Town, days: dict[int, list[date]]) -> None:
    """From the signed sheets, a week at a time."""
    client = town.client(Role.OFFICE)
    for week in sorted({Week.of(day) for found in days.values() for day in found}):
        url = f"{reverse('duty_grid')}?team={town.cast.team.pk}&week={week.key}"
        html = client.get(url).content.decode()
        tags = re.findall(r"<input[^>]*>", html[html.index("data-keep") :])
        pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
        sent = {name.group(1): value.group(1) if value else "" for name, value in pairs if name}
        for person, found in days.items():
            sent |= {f"sheet-{person}-d{day:%Y%m%d}": "1" for day in found if Week.of(day) == week}
        assert client.post(url, sent).status_code == 303, week


# --- The closing --------------------------------------------------------------------------------
def close(town: Town, key: str, title: str, day: date, put_off: Sequence[ScoreEntry] = ()) -> None:
    """All steps of the task list up to the lock."""

    def step(role: Role, name: str, **typed: Any) -> None:
        town.send(role, reverse(name, args=[key]), **typed)

    town.on(day)
    step(Role.OFFICE, "month_start")
    if put_off:
        step(Role.OFFICE, "month_preview", entries=[one.pk for one in put_off])
    step(Role.OFFICE, "month_hand_in")
    step(Role.COMMITTEE, "month_review")
    step(Role.OFFICE, "month_publish")
    town.on(day + timedelta(days=14))
    step(Role.OFFICE, "month_unpublish")
    step(Role.OFFICE_LEAD, "month_lock", typed=title)


@pytest.fixture
def worked(town):
    """Document number → entry."""
    write_scheme(town)
    days = {"weekdays": ["2", "5"], "starts_on": "2026-10-12"}
    town.send(Role.OFFICE, page("team_duty_days", town.cast.team), **days)
    for day, level in ((13, "市级"), (14, "市级"), (15, "县级")):
        row = {"编号": f"10月{day}日", "条款": "G1", "填写": f"认定级别：{level}", "状态": "已生效"}
        record(town, row, date(YEAR, 10, day))
    town.on(date(YEAR, 10, 20)).send(Role.OFFICE_LEAD, page("scheme_copy", draft_of(1)))
    second = draft_of(2)
    town.send(Role.OFFICE_LEAD, page("scheme_edit", second), bonus_month_cap=settings()["每月加分上限"])
    adopt(town, second, NOVEMBER, date(YEAR, 10, 20))
    found = {}
    for row in only_table("记录"):
        if row["编号"] == "10":
            miss_a_day(town)
        found[row["编号"]] = record(town, row, date.fromisoformat(row["日期"]).replace(year=YEAR))
    town.on(date(YEAR, 11, 29))
    return found


def test_the_worked_month_through_the_pages(worked, town):
    client = town.client(Role.OFFICE)
    entries = {row["编号"]: worked[row["编号"]] for row in only_table("记录")}
    for row in only_table("记录"):
        entry = entries[row["编号"]]
        assert (entry.calculation, f"{entry.points:.1f}") == (row["计算"], row["分值"]), row["编号"]

    answer = client.get(reverse("score_page", args=[NOVEMBER, town.cast.team.pk]))
    score, html = answer.context["score"], re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", answer.content.decode()))
    for title, part in (("村得分", score.village), ("工作组得分", score.own)):
        for one, row in zip(part.categories, only_table(f"{title}：各类"), strict=True):
            assert one.name == row["类别"]
            shown = [one.full, one.deducted, one.lost, one.score, one.bonus, one.bonus_lost]
            wanted = [number(row[name]) for name in ("满分", "扣分", "扣分不计", "得分", "加分", "加分不计")]
            assert shown == wanted, (title, one.name)
        equation, pending = example.sections()[f"{title}：各类"].quotes[:2]
        assert (part.equation, part.pending) == (equation, pending)
        assert equation.replace(" ", "") in html
    assert score.effects == ("取消评优资格",)
    assert score.equation == example.sections()["挂钩"].quotes[0]
    assert score.total == Decimal("62.7")
    assert score.total_text in html

    by_number = {entry.number: key for key, entry in entries.items()}
    for title, name in (("村得分", "village"), ("工作组得分", "own")):
        counted = {
            by_number[line.key]: f"{abs(getattr(line, name)):.1f}"
            for line in score.lines
            if getattr(line, name) is not None
        }
        assert counted == {row["编号"]: row["计"] for row in only_table(f"{title}：逐行")}, title

    # What waited is put off, the appeal answered as the document counts it; then the money.
    named = serve(town)
    decide = page("appeal_decide", Appeal.objects.get(entry=entries["18"]))
    town.send(Role.OFFICE_LEAD, decide, outcome="revoke", answer="当天确已请假，不应扣分。")
    close(town, "2026-10", "2026年10月", date(YEAR, 12, 1))
    close(town, NOVEMBER, "2026年11月", date(YEAR, 12, 16), put_off=[entries["17"]])
    answer = town.client(Role.OFFICE).get(reverse("subsidy_list", args=[NOVEMBER]))
    found = answer.context["found"]
    of_team = {one.person_id: one for one in found.rows if one.team_id == town.cast.team.pk}
    for row in only_table("补助", 1):
        one = of_team.pop(named[row["姓名"]].pk)
        assert (one.score, one.days, one.absences) == (Decimal("62.7"), int(row["任职（天）"]), int(row["缺岗（次）"]))
        assert one.amount == number(row["应发（元）"]), row["姓名"]
    assert of_team == {}
    others = sum(one.amount for one in found.rows if one.team_id != town.cast.team.pk)
    assert f"{found.total - others}元" in example.sections()["补助"].quotes[1]
