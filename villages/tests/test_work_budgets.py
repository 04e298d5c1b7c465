"""工作经费: granted, used within what is left, withdrawn and not deleted, never below zero."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START
from lianzhen.trail import acting
from villages.actions import work_budgets as actions
from villages.actions.self_governance import end_self_governance
from villages.models import BudgetUse, CadreTerm, WorkBudget
from villages.tests.selfgov_scene import NOW, paper

D = Decimal


@pytest.fixture(autouse=True)
def _now(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def budget(cast):
    """Of the village that governs itself, whose cadre the cast's one is as well."""
    with acting(by=None, action="test", label="测试"):
        person = cast.people[Role.CADRE]
        CadreTerm(person=person, village=cast.selfgov, position="clerk", starts_on=START).save()
    return grant(cast)


def grant(cast, **more):
    facts = {"year": 2026, "amount": D("30000"), "basis": "示例〔2026〕5号", "granted_on": date(2026, 1, 10)}
    village = more.pop("village", cast.selfgov)
    return actions.grant(village=village, **{**facts, **more}, by=cast.users[Role.OFFICE], now=NOW)


def use(budget, cast, amount="1200.50", **more):
    facts = {"spent_on": date(2026, 3, 5), "purpose": "沟渠清理人工费", **more}
    return actions.report_use(budget=budget, amount=D(amount), by=cast.users[Role.CADRE], now=NOW, **facts)


def url(budget):
    return reverse("work_budget", args=[budget.pk])


def test_office_grants_and_the_village_reports(cast, sign_in, budget):
    client = sign_in(Role.CADRE)
    typed = {"spent_on": "2026-03-05", "purpose": "沟渠清理人工费", "amount": "1200.50", "file": paper("清单.pdf")}
    assert client.post(reverse("budget_use_add", args=[budget.pk]), typed)["Location"] == url(budget)
    made = BudgetUse.objects.get()
    budget.refresh_from_db()
    assert (budget.used, budget.balance) == (D("1200.50"), D("28799.50"))
    assert (made.on_behalf, made.recorded_by, made.file_name) == (False, cast.users[Role.CADRE], "清单.pdf")
    page = client.get(url(budget)).content.decode()
    assert "28,799.50元" in page
    assert "沟渠清理人工费" in page
    file = client.get(reverse("budget_use_file", args=[made.pk]))
    assert b"".join(file.streaming_content).startswith(b"%PDF")


def test_printed_sheet_has_the_sums_in_words(cast, sign_in, budget):
    use(budget, cast)
    page = sign_in(Role.OFFICE).get(url(budget) + "?print=1").content.decode()
    assert "人民币叁万元整" in page
    assert "人民币壹仟贰佰元伍角整" in page
    assert "人民币贰万捌仟柒佰玖拾玖元伍角整" in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "30000.01"}, "amount"),
        ({"spent_on": date(2025, 12, 31)}, "spent_on"),
        ({"spent_on": date(2026, 11, 27)}, "spent_on"),
        ({"spent_on": date(2026, 1, 9)}, "spent_on"),
        ({"file": paper("清单.exe")}, "file"),
    ],
)
def test_use_that_cannot_be_is_refused(cast, budget, wrong, field):
    with pytest.raises(ValidationError) as refusal:
        use(budget, cast, **wrong)
    assert list(refusal.value.message_dict) == [field]
    assert not BudgetUse.objects.exists()


def test_bad_numbers_are_answered_with_words(cast, sign_in, budget):
    client = sign_in(Role.CADRE)
    for amount, words in (("", "请填写金额"), ("abc", "应为数字"), ("-5", "应大于0"), ("1.005", "两位小数")):
        typed = {"spent_on": "2026-03-05", "purpose": "人工费", "amount": amount}
        answer = client.post(reverse("budget_use_add", args=[budget.pk]), typed)
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_the_database_never_lets_it_be_overdrawn(cast, budget):
    use(budget, cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkBudget.objects.filter(pk=budget.pk).update(used=D("30000.01"))
    with pytest.raises(IntegrityError), transaction.atomic():
        BudgetUse.objects.update(amount=D("-1"))


def test_withdrawn_use_stays_to_be_read_and_gives_the_amount_back(cast, sign_in, budget):
    made = use(budget, cast)
    client = sign_in(Role.CADRE)
    address = reverse("budget_use_withdraw", args=[made.pk])
    assert client.post(address, {"reason": "金额登记有误"})["Location"] == url(budget)
    budget.refresh_from_db()
    assert budget.used == 0
    assert "已撤回：金额登记有误" in client.get(url(budget)).content.decode()
    assert client.post(address, {"reason": "再撤一次"}).status_code == 422


def test_adjusted_but_not_below_what_was_used(cast, sign_in, budget):
    use(budget, cast)
    budget.refresh_from_db()
    client = sign_in(Role.OFFICE)
    typed = {"amount": "1000", "basis": "示例〔2026〕9号", "reason": "调减", "version": budget.version}
    answer = client.post(reverse("work_budget_adjust", args=[budget.pk]), typed)
    assert answer.status_code == 422
    assert "不能小于已用数" in answer.content.decode()
    assert (
        client.post(reverse("work_budget_adjust", args=[budget.pk]), {**typed, "amount": "1200.50"}).status_code == 303
    )
    budget.refresh_from_db()
    assert budget.balance == 0


def test_only_for_a_village_that_governs_itself_and_once_a_year(cast, budget):
    with pytest.raises(ValidationError, match="没有实行村为主自治"):
        grant(cast, village=cast.own)
    with pytest.raises(ValidationError, match="已登记"):
        grant(cast)
    assert grant(cast, year=2025, granted_on=date(2025, 2, 1)).year == 2025
    # A slip of the year makes a budget that nothing could be used of.
    for wrong, said in (({"year": 2062}, "还不到时候"), ({"year": 2024, "granted_on": date(2026, 2, 1)}, "2024年下达")):
        with pytest.raises(ValidationError, match=said):
            grant(cast, **wrong)


def test_the_end_of_self_governance_leaves_the_rest_to_be_settled(cast, sign_in, budget):
    use(budget, cast)
    term, by = cast.selfgov.self_governance.get(), cast.users[Role.OFFICE_LEAD]
    starts_on, decided_on = date(2026, 11, 1), date(2026, 10, 25)
    end_self_governance(term=term, decided_on=decided_on, starts_on=starts_on, reason="纪要〔2026〕20号", by=by)
    with pytest.raises(ValidationError, match="2026年11月2日没有实行村为主自治"):
        use(budget, cast, spent_on=date(2026, 11, 2))
    assert use(budget, cast, spent_on=date(2026, 10, 31)).amount == D("1200.50")
    assert (
        "余额27,599.00元请联村工作办用“调整金额”核减到已用数" in sign_in(Role.OFFICE).get(url(budget)).content.decode()
    )


def test_wrong_role_outsider_and_method(cast, sign_in, budget):
    add = reverse("budget_use_add", args=[budget.pk])
    assert sign_in(Role.INSTRUCTOR).get(add).status_code == 403
    assert sign_in(Role.COMMITTEE).get(reverse("work_budget_grant")).status_code == 403
    assert sign_in(Role.LEADER).get(url(budget)).status_code == 404
    assert sign_in(cast.outsider).get(reverse("work_budget_list")).status_code == 403
    assert sign_in(Role.OFFICE).post(url(budget)).status_code == 405


def test_office_enters_it_on_behalf(cast, sign_in, budget):
    typed = {"spent_on": "2026-03-05", "purpose": "人工费", "amount": "100"}
    sign_in(Role.OFFICE).post(reverse("budget_use_add", args=[budget.pk]), typed)
    assert BudgetUse.objects.get().on_behalf


def test_overview_sums_and_asks_little(cast, sign_in, budget, django_assert_max_num_queries):
    for year in (2024, 2025):
        grant(cast, year=year, granted_on=date(year, 2, 1))
    client = sign_in(Role.COMMITTEE)
    with django_assert_max_num_queries(15):
        page = client.get(reverse("work_budget_list")).content.decode()
    assert ">90,000.00<" in page
    book = load_workbook(BytesIO(b"".join(client.post(reverse("work_budget_list")).streaming_content)))
    head, first = list(book.worksheets[0].iter_rows(max_row=2))
    formats = {title.value: cell.number_format for title, cell in zip(head, first, strict=True)}
    assert formats["下达（元）"] == formats["已用（元）"] == formats["余额（元）"] == "#,##0.00"
    with django_assert_max_num_queries(15):
        client.get(url(budget))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.lists(st.integers(1, 900_000), min_size=1, max_size=6), taken_back=st.sets(st.integers(0, 5)))
def test_used_is_always_the_sum_of_what_stands(cast, cents, taken_back):
    """Whatever is reported, refused and withdrawn: what is shown as used is what stands, and never too much."""
    with transaction.atomic():
        budget, made = grant(cast), []
        for amount in cents:
            try:
                made.append(use(budget, cast, amount=str(D(amount) / 100)))
            except ValidationError:
                budget.refresh_from_db()
                assert D(amount) / 100 > budget.balance
        for place in taken_back:
            if place < len(made):
                actions.withdraw_use(use=made[place], reason="有误", by=cast.users[Role.CADRE], now=NOW)
        budget.refresh_from_db()
        assert budget.used == sum((u.amount for u in budget.uses.standing()), start=D(0))
        assert budget.used <= budget.amount
        transaction.set_rollback(True)
