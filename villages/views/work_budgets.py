"""工作经费: all villages of a year, one budget with its uses, on screen and on paper."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django_filters import FilterSet, NumberFilter

from lianzhen.accounts.roles import Role
from lianzhen.money_words import money_words
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to, plain_table, tag
from lianzhen.pages.uploads import file_answer
from lianzhen.periods import Year
from lianzhen.wording import full_date, money, money_figure, number
from villages.actions import work_budgets as actions
from villages.forms.work_budgets import AdjustForm, GrantForm, UseForm, WithdrawBudgetForm, WithdrawUseForm
from villages.models import BudgetUse, SelfGovernance, Village, WorkBudget
from villages.permissions_selfgov import (
    OFFICE,
    grant_budgets,
    report_uses,
    see_selfgov,
    withdraw_budgets,
    withdraw_uses,
)
from villages.views.cells import row_links
from villages.views.selfgov_cells import CRUMB

LIST_CRUMB = ("工作经费", "/selfgov/budgets/")


def budget_rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("village__group", "granted_by", "withdrawn_by")


find_budget = visible(WorkBudget, narrow=budget_rows)
find_use = visible(BudgetUse, narrow=lambda rows: rows.select_related("budget__village__group", "recorded_by"))


class BudgetFilter(FilterSet):
    year = NumberFilter(label="年度")

    class Meta:
        model = WorkBudget
        fields: list[str] = []


def stands(figure: str) -> Callable[[WorkBudget], Any]:
    """A figure of a budget; none of one that was withdrawn, in the sums as well."""
    return lambda budget: None if budget.withdrawn_at else getattr(budget, figure)


STATE = Column(
    "state",
    "状态",
    lambda b: "已收回" if b.withdrawn_at else "已下达",
    show=lambda b: tag("off", "已收回") if b.withdrawn_at else "已下达",
    sort=["withdrawn_at"],
    secondary=True,
)
COLUMNS = (
    Column(
        "village",
        "村",
        lambda b: b.village.name,
        show=lambda b: link_to("work_budget", b.pk, b.village.name),
        sort=["village__pinyin"],
        head=True,
    ),
    Column("year", "年度", lambda b: b.year, show=lambda b: f"{b.year}年", sort=["year"]),
    Column("amount", "下达（元）", stands("amount"), kind="money", total=True, sort=["amount"]),
    Column("used", "已用（元）", stands("used"), kind="money", total=True, sort=["used"]),
    Column("balance", "余额（元）", stands("balance"), kind="money", total=True),
    Column("basis", "依据文号", lambda b: b.basis, sort=["basis"], secondary=True),
    Column("granted", "下达日期", lambda b: b.granted_on, sort=["granted_on"], kind="date", secondary=True),
    STATE,
)


@guarded(see_selfgov, methods=LIST_METHODS)
def work_budget_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        budget_rows(WorkBudget.objects.visible_to(request.user)),
        COLUMNS,
        title="工作经费",
        order=["-year", "village__group__position", "village__code"],
        filterset=BudgetFilter,
        count=lambda n: f"共{number(n)}笔",
        empty_text="还没有下达工作经费。下达后，自治村在这里登记使用情况。",
        context={
            "crumbs": [CRUMB],
            "table_css": "cards",
            "add_url": reverse("work_budget_grant"),
            "add_text": "下达工作经费",
            "may_add": grant_budgets(request.user),
        },
    )
    return page.respond()


@guarded(grant_budgets)
def work_budget_grant(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    given = WorkBudget.objects.standing().filter(village=OuterRef("pk"), year=today.year)
    alone = SelfGovernance.objects.filter(starts_on__lte=Year.of(today).end)
    villages = Village.objects.current().filter(pk__in=alone.values("village_id"))
    first = request.GET.get("village", "")
    if not first.isdigit() or len(first) > 18:
        first = villages.annotate(given=Subquery(given.values("pk")[:1])).filter(given=None).values("pk")[:1]
        first = first[0]["pk"] if first else ""
    return form_page(
        request,
        GrantForm(
            request.POST or None,
            villages=villages,
            initial={"year": today.year, "granted_on": today, "village": first},
        ),
        save=lambda values: actions.grant(by=request.user, now=timezone.now(), **values),
        done=lambda made: (actions.page_of(made), f"{made}{money(made.amount)}已登记。"),
        context={
            "heading": "下达工作经费",
            "submit": "下达工作经费",
            "cancel_url": reverse("work_budget_list"),
            "crumbs": [CRUMB, LIST_CRUMB],
        },
    )


# --- One budget -------------------------------------------------------------------------------
USE_COLUMNS = (
    Column("day", "使用日期", lambda u: u.spent_on, kind="date"),
    Column("purpose", "用途", lambda u: u.purpose, show=lambda u: _purpose(u), head=True),
    Column(
        "amount",
        "金额（元）",
        lambda u: None if u.withdrawn_at else u.amount,
        show=lambda u: money_figure(u.amount),
        kind="money",
        total=True,
    ),
    Column("by", "登记人", lambda u: _by(u), secondary=True),
)


def _purpose(use: BudgetUse) -> Any:
    if use.withdrawn_at is None:
        return use.purpose
    return format_html("{} {}", use.purpose, tag("off", f"已撤回：{use.withdraw_reason}"))


def _by(use: BudgetUse) -> str:
    name = str(use.recorded_by or "系统")
    return f"{name}（代录）" if use.on_behalf else name


@guarded(see_selfgov, find=find_budget, methods=("GET",))
def work_budget(request: HttpRequest, budget: WorkBudget) -> HttpResponse:
    """What was granted, what for it was used, what is left; `?print=1` the sheet to sign with the sums in words."""
    printing = request.GET.get("print") == "1"
    uses = list(budget.uses.select_related("recorded_by").order_by("spent_on", "pk"))
    may_report = budget.withdrawn_at is None and report_uses(request.user, budget)
    columns = list(USE_COLUMNS)
    if printing:
        uses = [use for use in uses if use.withdrawn_at is None]
    elif any(use.has_file for use in uses) or may_report:
        links = partial(_links, may_withdraw=bool(may_report))
        columns.append(Column("act", "办理", lambda u: "", show=links, screen_only=True))
    context = {
        "budget": budget,
        "facts": [
            ("下达", f"{money(budget.amount)}，{full_date(budget.granted_on)}"),
            ("依据文号", budget.basis),
            ("已用", money(budget.used)),
            ("余额", money(budget.balance)),
            *([("说明", budget.note)] if budget.note else []),
            *([("收回", _withdrawn(budget))] if budget.withdrawn_at else []),
        ],
        "words": [
            ("下达金额大写", money_words(budget.amount)),
            ("已用金额大写", money_words(budget.used)),
            ("余额大写", money_words(budget.balance)),
        ],
        "uses": plain_table("使用情况", columns, uses, empty_text="还没有登记使用情况。"),
        "settle": _to_settle(budget),
        "may_report": may_report,
        "may_adjust": budget.withdrawn_at is None and grant_budgets(request.user),
        "may_withdraw": not (budget.withdrawn_at or budget.used) and withdraw_budgets(request.user, budget),
        "signs": ("村支部书记", "村监委会主任", "联村工作指导员", "联村工作办"),
        "crumbs": [CRUMB, LIST_CRUMB],
    }
    return render(request, f"villages/work_budget{'_print' if printing else ''}.html", context)


def _withdrawn(budget: WorkBudget) -> str:
    day = full_date(timezone.localdate(budget.withdrawn_at))
    return f"{day}收回：{budget.withdraw_reason}（{budget.withdrawn_by}）"


def _to_settle(budget: WorkBudget) -> str:
    """What the end of self-governance leaves to be done. One query."""
    term = budget.village.self_governance.order_by("-starts_on").first()
    if budget.withdrawn_at or not budget.balance:
        return ""
    if term is None or term.ends_on is None or term.ends_on > Year(budget.year).end:
        return ""
    ended, left = full_date(term.ends_on), money(budget.balance)
    return f"村为主自治止于{ended}，以后不再支出；余额{left}请联村工作办{actions.settling(budget)}。"


def _links(use: BudgetUse, may_withdraw: bool) -> Any:
    shown = []
    if use.has_file:
        shown.append(("看票据", reverse("budget_use_file", args=[use.pk])))
    if may_withdraw and use.withdrawn_at is None:
        shown.append(("撤回", reverse("budget_use_withdraw", args=[use.pk])))
    return row_links(*shown) if shown else "—"


@guarded(grant_budgets, find=find_budget)
def work_budget_adjust(request: HttpRequest, budget: WorkBudget) -> HttpResponse:
    return form_page(
        request,
        AdjustForm(request.POST or None, record=budget),
        save=lambda values: actions.adjust(budget=budget, by=request.user, today=timezone.localdate(), **values),
        done=lambda saved: (actions.page_of(saved), f"{saved}已调整为{money(saved.amount)}。"),
        context=_under(budget, "调整金额", "调整金额", intro=f"已用{money(budget.used)}，调整后不能小于已用数。"),
    )


@guarded(withdraw_budgets, find=find_budget)
def work_budget_withdraw(request: HttpRequest, budget: WorkBudget) -> HttpResponse:
    return form_page(
        request,
        WithdrawBudgetForm(request.POST or None, record=budget),
        save=lambda values: actions.withdraw_budget(budget=budget, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (actions.page_of(saved), f"{saved}已收回。"),
        context=_under(
            budget,
            "收回经费",
            "收回经费",
            intro=f"{budget}{money(budget.amount)}还没有使用。收回后不再计入，登记和原因都保留；这一年可以重新下达。",
            danger=True,
        ),
    )


@guarded(report_uses, find=find_budget)
def budget_use_add(request: HttpRequest, budget: WorkBudget) -> HttpResponse:
    user = request.user
    own = budget.village_id in user.standing.villages(Role.CADRE)
    return form_page(
        request,
        UseForm(request.POST or None, request.FILES or None, initial={"spent_on": timezone.localdate()}),
        save=lambda values: actions.report_use(
            budget=budget, by=user, now=timezone.now(), on_behalf=not own and user.standing.has(*OFFICE), **values
        ),
        done=lambda made: (actions.page_of(budget), f"已登记使用{money(made.amount)}。"),
        context=_under(budget, "登记经费使用", "登记使用", intro=f"余额{money(budget.balance)}。"),
    )


@guarded(withdraw_uses, find=find_use)
def budget_use_withdraw(request: HttpRequest, use: BudgetUse) -> HttpResponse:
    return form_page(
        request,
        WithdrawUseForm(request.POST or None),
        save=lambda values: actions.withdraw_use(use=use, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (actions.page_of(use.budget), "已撤回这一笔，金额回到余额。"),
        context=_under(
            use.budget,
            "撤回经费使用",
            "撤回这一笔",
            danger=True,
            effects=[f"{full_date(use.spent_on)}{use.purpose}{money(use.amount)}不再计入已用，记录保留。"],
        ),
    )


@guarded(see_selfgov, find=find_use, methods=("GET",))
def budget_use_file(request: HttpRequest, use: BudgetUse) -> HttpResponse:
    if not use.has_file:
        raise Http404
    return file_answer(use.stored_as, use.file_name)


def _under(budget: WorkBudget, heading: str, submit: str, **more: Any) -> dict[str, Any]:
    url = actions.page_of(budget)
    return {
        "heading": heading,
        "submit": submit,
        "cancel_url": url,
        "crumbs": [CRUMB, LIST_CRUMB, (str(budget), url)],
        **more,
    }
