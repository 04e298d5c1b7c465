"""Pages of the scheme: drafting, submitting, adopting; the whole version on a page and on paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import schemes
from appraisal.models import Clause, Scheme
from appraisal.scheme_words import differences, judged_months, settings_of
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month
from lianzhen.tests.scheme_rows import scheme_rows
from lianzhen.trail import acting
from lianzhen.trail.models import AuditEntry


@pytest.fixture
def versions(cast):
    """The one in force and the draft of the next."""
    with acting(by=None, action="t", label="t"):
        return scheme_rows(cast)["settings/scheme"]


@pytest.fixture
def draft(versions):
    return Scheme.objects.get(pk=versions[1].pk)


def page(name: str, row=None) -> str:
    return reverse(name, args=[row.pk] if row is not None else [])


def settings_sent(draft: Scheme, **changes: str) -> dict[str, str]:
    return {
        "version": str(draft.version),
        "title": "联村工作考核办法",
        "month_from": Month.of(timezone.localdate()).next().key,
        "base": "100",
        "total_floor": "0",
        "bonus_month_cap": "8",
        "bonus_quarter_cap": "20",
        "decimals": "1",
        "village_weight": "0.5",
        "second_points": "2",
        "publicity_days": "3",
        "appeal_days": "4",
        "answer_days": "5",
        "display": "grade",
        "bands": "好 90\n一般 70\n需改进 0",
        **changes,
    }


# --- The way to adoption -----------------------------------------------------------------------
def test_from_an_empty_town_to_a_version_in_force(cast, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    assert "装入示例方案" in client.get(page("scheme_list")).content.decode()
    assert client.get(page("scheme_example")).status_code == 200
    assert client.post(page("scheme_example")).status_code == 303
    made = Scheme.objects.get()
    shown = client.get(page("scheme", made)).content.decode()
    assert "示例" in shown
    assert "提交前须改好" not in shown
    assert client.post(page("scheme_submit", made), {"version": made.version}).status_code == 303
    month = Month.of(timezone.localdate()).next()
    decision = {"basis": "荷党发〔2026〕5号", "adopted_on": timezone.localdate().isoformat(), "month_from": month.key}
    assert client.post(page("scheme_adopt", made), decision).status_code == 403
    client = sign_in(Role.COMMITTEE)
    assert client.get(page("scheme_adopt", made)).status_code == 200
    made.refresh_from_db()
    answer = client.post(page("scheme_adopt", made), {**decision, "version": made.version}, follow=True)
    assert f"将从{month.title}起生效，{month.previous().number}月不受影响。" in answer.content.decode()
    assert Scheme.objects.in_force(month.start) == made
    assert Scheme.objects.in_force(month.previous().start) is None


def test_sent_back_with_a_reason(draft, cast, sign_in):
    schemes.submit(scheme=draft, by=cast.users[Role.OFFICE_LEAD], today=date(2026, 11, 25))
    client = sign_in(Role.COMMITTEE)
    assert client.post(page("scheme_send_back", draft), {"reason": ""}).status_code == 422
    draft.refresh_from_db()
    sent = {"reason": "加分偏高", "version": draft.version}
    assert client.post(page("scheme_send_back", draft), sent).status_code == 303
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_draft_with_problems_lists_them_and_stays(draft, cast, sign_in):
    schemes.change_settings(scheme=draft, by=cast.users[Role.OFFICE_LEAD], base=Decimal(90))
    client = sign_in(Role.OFFICE_LEAD)
    assert "应等于基础分90.0分" in client.get(page("scheme", draft)).content.decode()
    draft.refresh_from_db()
    answer = client.post(page("scheme_submit", draft), {"version": draft.version})
    assert answer.status_code == 422
    assert "应等于基础分90.0分" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_dropped_with_a_reason_and_the_next_begun(draft, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    current = draft.made_from
    refused = client.post(page("scheme_copy", current))
    assert refused.status_code == 422
    assert "还没有通过" in refused.content.decode()
    client.post(page("scheme_drop", draft), {"reason": "另行起草", "version": draft.version})
    draft.refresh_from_db()
    assert draft.state == "dropped"
    assert client.post(page("scheme_copy", current)).status_code == 303
    assert Scheme.objects.first().made_from == current


# --- Settings ----------------------------------------------------------------------------------
def test_settings_are_changed_and_say_from_when(draft, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    assert client.get(page("scheme_edit", draft)).status_code == 200
    answer = client.post(page("scheme_edit", draft), settings_sent(draft), follow=True)
    month = Month.of(timezone.localdate()).next()
    assert f"将从{month.title}起生效" in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.village_weight, draft.appeal_days, draft.bonus_month_cap) == (Decimal("0.5"), 4, Decimal(8))
    assert [band["name"] for band in draft.bands] == ["好", "一般", "需改进"]
    told = {one.what: (one.before, one.after) for one in differences(draft, draft.made_from)}
    assert told["加分"] == ("每月最多10.0分，每季最多20.0分", "每月最多8.0分，每季最多20.0分")
    assert "等次：好90.0分以上，一般70.0分以上，其余需改进" in dict(settings_of(draft)).values()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("title", "", "请填写名称"),
        ("base", "一百", "基础分应为数字"),
        ("second_points", "0.25", "最小到0.1分"),
        ("village_weight", "1.2", "0到1之间"),
        ("bonus_month_cap", "30", "每月加分上限不能大于每季加分上限"),
        ("bands", "好", "应有2列"),
        ("bands", "好 90\n好 80", "相同"),
        ("month_from", "2020-01", "请从列出的月份中选择"),
        ("appeal_days", "0", "申诉期限"),
    ],
)
def test_bad_settings_are_told_and_kept(draft, sign_in, name, value, told):
    sent = {"note": "照旧", **settings_sent(draft), name: value}
    answer = sign_in(Role.OFFICE_LEAD).post(page("scheme_edit", draft), sent)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert told in shown
    assert "照旧" in shown
    draft.refresh_from_db()
    assert draft.village_weight == Decimal("0.6")


def test_two_editors_of_the_settings(draft, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    first = settings_sent(draft)
    assert client.post(page("scheme_edit", draft), first).status_code == 303
    answer = client.post(page("scheme_edit", draft), {**first, "base": "90"})
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.base == Decimal(100)


# --- Formula -----------------------------------------------------------------------------------
def test_part_is_added_to_the_formula_and_another_dropped(draft, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    url = page("scheme_subsidy", draft)
    assert "p1_bands" in client.get(f"{url}?add=by_band").content.decode()
    sent = {"version": draft.version, "p0_amount": "300", "p1_bands": "90 100\n80 50", "p1_otherwise": "0"}
    assert client.post(f"{url}?add=by_band", sent).status_code == 303
    draft.refresh_from_db()
    assert [one["type"] for one in draft.subsidy["parts"]] == ["per_person", "by_band"]
    dropped = {**sent, "version": draft.version, "p0_drop": "on", "absences": "无故缺岗 30", "by_county": "100"}
    assert client.post(url, dropped).status_code == 303
    draft.refresh_from_db()
    assert [one["type"] for one in draft.subsidy["parts"]] == ["by_band"]
    assert "缺岗扣款（无故缺岗每次30.00元、被县查到每次100.00元）" in dict(settings_of(draft))["补助"]
    form = client.get(url).content.decode()
    assert 'name="by_county" value="100"' in form
    assert "被县查到每次100.00元" in client.get(f"{page('scheme', draft)}?print=1").content.decode()
    without = {"version": draft.version, "p0_bands": "90 100\n80 50", "p0_otherwise": "0", "absences": "无故缺岗 30"}
    assert client.post(url, without).status_code == 303
    draft.refresh_from_db()
    assert "by_county" not in draft.subsidy


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"p0_amount": ""}, "请填写每人每月基数"),
        ({"p0_amount": "三百"}, "每人每月基数应为数字"),
        ({"absences": "缺岗"}, "应有2列"),
        ({"absences": "缺岗 30\n组长缺岗 50\n被县查到 100"}, "“被县查到”用不上"),
        ({"absences": "被县查到 100", "by_county": "100"}, "“被县查到”已另填金额"),
        ({"by_county": "一百"}, "被县查到，每次应为数字"),
        ({"by_county": "-5"}, "被县查到，每次不能小于0"),
    ],
)
def test_bad_formula_is_told_and_kept(draft, sign_in, changes, told):
    sent = {"version": draft.version, "p0_amount": "300", "p0_most": "1.2", **changes}
    answer = sign_in(Role.OFFICE_LEAD).post(page("scheme_subsidy", draft), sent)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert told in shown
    assert "1.2" in shown


# --- The year ----------------------------------------------------------------------------------
YEAR = {
    "month": "11",
    "day": "15",
    "basis": "sum",
    "grading": "share",
    "rows_share": "优秀 20\n合格 60\n不合格 100",
    "quota": "25",
    "over_quota": "refuse",
}


def test_rules_of_the_year_are_changed_and_trailed_in_words(draft, sign_in):
    client, url = sign_in(Role.OFFICE_LEAD), page("scheme_year", draft)
    assert "优秀 95" in client.get(url).content.decode()
    assert client.post(url, {**YEAR, "version": draft.version}).status_code == 303
    draft.refresh_from_db()
    said = dict(settings_of(draft))["年考核"]
    assert said.startswith("11月15日起开始；年度得分 = 各月得分之和；等次：优秀不超过20%，合格不超过60%，其余不合格")
    assert said.endswith("“优秀”不超过参加考核工作组的25%，超过的不能评定，减少后再办理")
    entry = AuditEntry.objects.filter(action="scheme.settings").latest("pk")
    assert entry.changes[0]["after"] == said
    assert client.post(url, {**YEAR, "version": draft.version - 1}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"month": "2", "day": "30"}, "请填写有这一天的开始日期，例如12月1日"),
        ({"rows_share": "优秀 20"}, "至少要有两个等次"),
        ({"excellent": "优"}, "没有“优”这个等次"),
        ({"quota": "130"}, "小于或等于"),
    ],
)
def test_bad_rules_of_the_year_are_told_and_kept(draft, sign_in, changes, told):
    sent = {**YEAR, "version": draft.version, **changes}
    answer = sign_in(Role.OFFICE_LEAD).post(page("scheme_year", draft), sent)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert told in shown
    assert 'value="15"' in shown or changes.get("day")


# --- Categories --------------------------------------------------------------------------------
def test_category_is_added_changed_and_removed_while_empty(draft, sign_in):
    client = sign_in(Role.OFFICE_LEAD)
    assert client.post(page("category_add", draft), {"name": "联村纪律", "full": "5", "floor": "0"}).status_code == 303
    made = draft.categories.get(name="联村纪律")
    assert "各类满分合计105.0分" in client.get(page("scheme", draft)).content.decode()
    changed = {"name": "工作纪律", "full": "6", "floor": "0", "version": made.version}
    assert client.post(page("category_edit", made), changed).status_code == 303
    assert client.post(page("category_edit", made), changed).status_code == 409
    assert client.post(page("category_remove", made)).status_code == 303
    assert not draft.categories.filter(pk=made.pk).exists()
    used = draft.categories.first()
    answer = client.post(page("category_remove", used))
    assert answer.status_code == 422
    assert draft.categories.filter(pk=used.pk).exists()


# --- The page ----------------------------------------------------------------------------------
def test_whole_version_on_paper(versions, sign_in):
    shown = sign_in(Role.LEADER).get(f"{page('scheme', versions[0])}?print=1").content.decode()
    assert "附表：考核条款" in shown
    for clause in Clause.objects.filter(scheme=versions[0]):
        assert clause.text in shown


def test_draft_shows_what_differs_from_the_version_before(draft, cast, sign_in):
    lead = cast.users[Role.OFFICE_LEAD]
    first = draft.clauses.first()
    schemes.save_clause(category=first.category, clause=first, text="改过的内容", by=lead)
    schemes.remove_clause(clause=draft.clauses.last(), by=lead)
    shown = sign_in(Role.OFFICE).get(page("scheme", draft)).content.decode()
    assert "共2处" in shown
    assert "改过的内容" in shown
    assert "已移除" in shown


def test_judged_months_follow_each_other(versions):
    first, second = Scheme(pk=1, month_from=date(2026, 1, 1)), Scheme(pk=2, month_from=date(2026, 3, 1))
    third = Scheme(pk=3, month_from=date(2026, 4, 1))
    assert judged_months([third, first, second]) == {1: "2026年1月至2026年2月", 2: "2026年3月", 3: "2026年4月起"}


@pytest.mark.parametrize(
    "name", ["scheme_edit", "scheme_subsidy", "scheme_year", "scheme_submit", "category_add", "clause_add"]
)
def test_adopted_version_has_no_form(versions, sign_in, name):
    client = sign_in(Role.OFFICE_LEAD)
    answer = client.get(page(name, versions[0]))
    assert answer.status_code == 302
    assert answer["Location"] == page("scheme", versions[0])


def test_nobody_but_the_town_sees_a_draft(versions, cast, sign_in):
    client = sign_in(Role.LEADER)
    assert client.get(page("scheme", versions[0])).status_code == 200
    assert client.get(page("scheme", versions[1])).status_code == 404
    assert client.post(page("scheme_copy", versions[0])).status_code == 403
    assert sign_in(cast.outsider).get(page("scheme_list")).status_code == 403
    assert sign_in(Role.OFFICE_LEAD).post(page("scheme", versions[0])).status_code == 405


def test_number_of_queries_does_not_grow(draft, cast, sign_in, django_assert_max_num_queries):
    lead = cast.users[Role.OFFICE_LEAD]
    category = draft.categories.first()
    like = draft.clauses.first()
    for n in range(20):
        schemes.save_clause(
            category=category, number=f"Z{n}", text="示例", rule=like.rule, parameters=like.parameters, by=lead
        )
    client = sign_in(Role.OFFICE_LEAD)
    client.get(page("scheme_list"))  # the session and the town's name are read once
    with django_assert_max_num_queries(15):
        assert client.get(page("scheme", draft)).status_code == 200
    with django_assert_max_num_queries(15):
        assert client.get(page("scheme_list")).status_code == 200
