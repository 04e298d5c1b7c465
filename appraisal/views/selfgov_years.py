"""自治村年度考核: the sheets, one sheet on screen and on paper, and each one's step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import selfgov_years as actions
from appraisal.filters_selfgov import SelfGovYearFilter
from appraisal.forms.selfgov_years import (
    SelfReportForm,
    YearCheckForm,
    YearGradeForm,
    YearOpinionForm,
    YearReturnForm,
)
from appraisal.models import SelfGovYear
from appraisal.papers.responses import print_page, word_response
from appraisal.permissions_selfgov import (
    check_selfgov_year,
    grade_selfgov_year,
    issue_selfgov_year,
    next_step,
    opine_selfgov_year,
    return_selfgov_year,
    see_selfgov_years,
    start_selfgov_years,
    write_selfgov_year,
)
from appraisal.selfgov_compare import compared
from appraisal.selfgov_paper import sheet_paper
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.pages.forms import PageForm, form_page, taken_meanwhile
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, Table, link_to, plain_table, tag
from lianzhen.periods import Year
from lianzhen.wording import money, number
from villages.forms.work_budgets import VillageYearForm
from villages.models import SelfGovernance, SelfGovRules, Village, WorkBudget
from villages.permissions_selfgov import OFFICE
from villages.views.work_budgets import USE_COLUMNS

State = SelfGovYear.State
CRUMBS = [("自治村", "/selfgov/"), ("自治村年度考核", "/selfgov/years/")]
TONES = {State.DONE: "good", State.TOLD: "good"}
BUTTONS = {
    "edit": "继续填写",
    "opinion": "出指导员意见",
    "check": "填写核查情况",
    "grade": "登记评定等次",
    "notice": "印发结果通知",
}


def sheet_rows(rows: QuerySet) -> QuerySet:
    people = ("started_by", "written_by", "submitted_by", "opinion_by", "checked_by", "decided_by", "returned_by")
    return rows.select_related("village__group", "notice", *people).defer("notice__body", "notice__words")


find_sheet = visible(SelfGovYear, narrow=sheet_rows)


def state_of(sheet: SelfGovYear) -> tuple[str, str]:
    return TONES.get(State(sheet.state), "wait"), sheet.get_state_display()


COLUMNS = (
    Column(
        "village",
        "村",
        lambda s: s.village.name,
        show=lambda s: link_to("selfgov_year", s.pk, s.village.name),
        sort=["village__pinyin"],
        head=True,
    ),
    Column(
        "district",
        "片区",
        lambda s: s.village.group.district_name if s.village.group else "",
        sort=["village__group__position"],
        secondary=True,
    ),
    Column("year", "年度", lambda s: s.year, show=lambda s: f"{s.year}年", sort=["year"]),
    Column("state", "状态", lambda s: s.get_state_display(), show=lambda s: tag(*state_of(s)), sort=["state"]),
    Column("grade", "等次", lambda s: s.get_grade_display(), sort=["grade"]),
    Column("granted", "经费（元）", lambda s: s.granted, kind="money", total=True, sort=["granted"]),
    Column("used", "已用（元）", lambda s: s.used, kind="money", total=True, sort=["used"]),
    Column("decided", "评定日期", lambda s: s.decided_on, kind="date", secondary=True, sort=["decided_on"]),
)


@guarded(see_selfgov_years, methods=LIST_METHODS)
def selfgov_year_list(request: HttpRequest) -> HttpResponse:
    page = ListPage(
        request,
        sheet_rows(SelfGovYear.objects.visible_to(request.user)),
        COLUMNS,
        title="自治村年度考核",
        order=["-year", "village__group__position", "village__code"],
        filterset=SelfGovYearFilter,
        count=lambda n: f"共{number(n)}张",
        empty_text="还没有年度考核表。自治村一年考核一次，年末由村里填写自评。",
        context={
            "crumbs": CRUMBS[:1],
            "table_css": "cards",
            "add_url": reverse("selfgov_year_add"),
            "add_text": "填写年度自评",
            "may_add": start_selfgov_years(request.user),
        },
    )
    return page.respond()


@guarded(start_selfgov_years)
def selfgov_year_add(request: HttpRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    today = timezone.localdate(now)
    rules = SelfGovRules.objects.in_force(today)
    year = today.year if today >= rules.opens_on(today.year) else today.year - 1
    offered = _offered(user, year, today)
    intro = f"实行村为主自治的村一年考核一次，每年{rules.opens_text}起填写。"
    if not offered.exists():
        intro += f"现在没有还要填写的村：{year}年度的考核表已经建立，请在列表里打开接着填。"
    return form_page(
        request,
        VillageYearForm(request.POST or None, villages=_villages(user), offered=offered, initial={"year": year}),
        save=lambda values: actions.start(
            by=user, now=now, on_behalf=values["village"].pk not in user.standing.villages(Role.CADRE), **values
        ),
        done=lambda sheet: (reverse("selfgov_year_edit", args=[sheet.pk]), "考核表已建立，可以随时接着填。"),
        context={
            "heading": "填写年度自评",
            "submit": "开始填写",
            "cancel_url": reverse("selfgov_year_list"),
            "crumbs": CRUMBS,
            "intro": intro,
        },
    )


def _villages(user: User) -> QuerySet:
    """Those that govern themselves, or did, and that the user writes for."""
    terms = SelfGovernance.objects.all()
    rows = Village.objects.current().filter(pk__in=terms.values("village_id"))
    if not user.standing.has(*OFFICE):
        rows = rows.filter(pk__in=user.standing.villages(Role.CADRE))
    return rows.order_by("code")


def _offered(user: User, year: int, today: date) -> QuerySet:
    """Of them, those that govern themselves at the end of the year and have no sheet of it yet."""
    terms = SelfGovernance.objects.on(min(today, Year(year).end))
    rows = _villages(user).filter(pk__in=terms.values("village_id"))
    return rows.exclude(pk__in=SelfGovYear.objects.filter(year=year).values("village_id"))


# --- One sheet --------------------------------------------------------------------------------
@guarded(see_selfgov_years, find=find_sheet, methods=("GET",))
def selfgov_year(request: HttpRequest, sheet: SelfGovYear) -> HttpResponse:
    """The sheet as it stands; `?print=1` the form to sign, `?format=docx` the same as a file."""
    paper = sheet_paper(sheet)
    draft = sheet.state not in SelfGovYear.GRADED
    if request.GET.get("print") == "1":
        return print_page(request, paper, back_url=request.path, draft=draft)
    if request.GET.get("format") == "docx":
        return word_response(paper, paper.title, draft=draft)
    step = next_step(request.user, sheet)
    context = {
        "sheet": sheet,
        "paper": paper,
        "state": state_of(sheet),
        "button": (reverse(f"selfgov_year_{step}", args=[sheet.pk]), BUTTONS[step]) if step else None,
        "may_return": step in ("opinion", "check", "grade"),
        "why_not": _why_not(request.user, sheet, step),
        "comparisons": comparisons(sheet, request.user),
        "crumbs": CRUMBS,
    }
    return render(request, "appraisal/selfgov_year.html", context)


FORMER_COLUMNS = (
    Column("year", "年度", lambda s: s.year, show=lambda s: link_to("selfgov_year", s.pk, f"{s.year}年"), head=True),
    Column("grade", "等次", lambda s: s.get_grade_display() or s.get_state_display()),
    Column("granted", "经费（元）", lambda s: s.granted, kind="money"),
    Column("used", "已用（元）", lambda s: s.used, kind="money"),
)
DISTRICT_COLUMNS = (
    Column("name", "片区", lambda d: d.name, head=True),
    Column("villages", "自治村", lambda d: d.villages, kind="number", total=True),
    *(
        Column(key, label, partial(lambda d, key: d.grades[key], key=key), kind="number", total=True)
        for key, label in (*SelfGovYear.Grade.choices, ("", "待评定"))
    ),
    Column("granted", "经费（元）", lambda d: d.granted, kind="money", total=True),
    Column("used", "已用（元）", lambda d: d.used, kind="money", total=True),
)


def comparisons(sheet: SelfGovYear, user: User) -> list[Table]:
    """Beside former years and other districts, where there are any. One query."""
    found = compared(sheet, user)
    tables = []
    if found.former:
        tables.append(plain_table(f"{sheet.village}历年考核", FORMER_COLUMNS, found.former, totals=False))
    if found.districts:
        tables.append(plain_table(f"{sheet.year}年各片区自治村", DISTRICT_COLUMNS, found.districts))
    return tables


def _why_not(user: User, sheet: SelfGovYear, step: str) -> str:
    """For those who would have the step: why somebody else takes it."""
    judge = {
        State.OFFICE: (check_selfgov_year, OFFICE),
        State.COMMITTEE: (grade_selfgov_year, (Role.COMMITTEE,)),
    }.get(State(sheet.state))
    if judge is None or step or not user.standing.has(*judge[1]):
        return ""
    return judge[0](user, sheet).reason


def _step(
    request: HttpRequest,
    sheet: SelfGovYear,
    states: tuple[str, ...],
    form: Callable[[], Any],
    save: Callable[[dict[str, Any]], Any],
    sentence: str,
    heading: str,
    submit: str,
    **more: Any,
) -> HttpResponse:
    url = reverse("selfgov_year", args=[sheet.pk])
    if request.method == "GET" and sheet.state not in states:
        return taken_meanwhile(request, actions.closed_sentence(sheet, *states), url)
    crumbs = [*CRUMBS, (str(sheet), url)]
    next_url = more.pop("next_url", url)
    context = {"heading": heading, "submit": submit, "cancel_url": url, "crumbs": crumbs, "sheet": sheet, **more}
    return form_page(
        request,
        form(),
        save=save,
        done=lambda saved: (next_url, sentence),
        context=context,
        template="appraisal/selfgov_year_form.html",
    )


@guarded(write_selfgov_year, find=find_sheet)
def selfgov_year_edit(request: HttpRequest, sheet: SelfGovYear) -> HttpResponse:
    budget = WorkBudget.objects.standing().filter(village=sheet.village, year=sheet.year).first()
    later = "later" in request.POST
    return _step(
        request,
        sheet,
        (State.DRAFT,),
        lambda: SelfReportForm(request.POST or None, record=sheet),
        lambda values: actions.write(sheet=sheet, by=request.user, now=timezone.now(), **values),
        "已保存。",
        f"{sheet.village}{sheet.year}年度自评",
        "保存，下一步",
        next_url=reverse("selfgov_year" if later else "selfgov_year_submit", args=[sheet.pk]),
        saves_for_later=True,
        **_budget_context(sheet, budget),
    )


def _budget_context(sheet: SelfGovYear, budget: WorkBudget | None) -> dict[str, Any]:
    """The year's budget and its use, taken from what the village reported."""
    if budget is None:
        return {"budget_words": f"{sheet.year}年没有下达工作经费。"}
    uses = budget.uses.standing().select_related("recorded_by").order_by("spent_on", "pk")
    left = money(budget.balance)
    return {
        "budget": budget,
        "budget_words": f"下达{money(budget.amount)}，已用{money(budget.used)}，余额{left}。取自经费登记，不用再填。",
        "uses": plain_table("经费使用情况", USE_COLUMNS[:3], uses, empty_text="还没有登记使用情况。"),
    }


@guarded(write_selfgov_year, find=find_sheet)
def selfgov_year_submit(request: HttpRequest, sheet: SelfGovYear) -> HttpResponse:
    return _step(
        request,
        sheet,
        (State.DRAFT,),
        lambda: PageForm(request.POST if request.method == "POST" else None, record=sheet),
        lambda values: actions.submit(sheet=sheet, by=request.user, now=timezone.now(), **values),
        "已报送，指导员会收到通知。",
        "核对并报送",
        "报送年度自评",
        paper=sheet_paper(sheet),
        edit_url=reverse("selfgov_year_edit", args=[sheet.pk]),
        effects=["报送后由指导员出意见，联村工作办核查，镇党委评定等次。", "经费数字按报送时的登记存下。"],
    )


@guarded(opine_selfgov_year, find=find_sheet)
def selfgov_year_opinion(request: HttpRequest, sheet: SelfGovYear) -> HttpResponse:
    return _step(
        request,
        sheet,
        (State.INSTRUCTOR,),
        lambda: YearOpinionForm(request.POST or None, record=sheet),
        lambda values: actions.give_opinion(sheet=sheet, by=request.user, now=timezone.now(), **values),
        "已出意见，联村工作办会收到通知。",
        "出指导员意见",
        "提交意见",
        paper=sheet_paper(sheet),
    )


@guarded(check_selfgov_year, find=find_sheet)
def selfgov_year_check(request: HttpRequest, sheet: SelfGovYear) -> HttpResponse:
    return _step(
        request,
        sheet,
        (State.OFFICE,),
        lambda: YearCheckForm(request.POST or None, record=sheet),
        lambda values: actions.check(sheet=sheet, by=request.user, now=timezone.now(), **values),
        "已填写核查情况，党委委员会收到通知。",
        "填写核查情况",
        "提交核查情况",
        paper=sheet_paper(sheet),
    )


@guarded(grade_selfgov_year, find=find_sheet)
def selfgov_year_grade(request: HttpRequest, sheet: SelfGovYear) -> HttpResponse:
    return _step(
        request,
        sheet,
        (State.COMMITTEE,),
        lambda: YearGradeForm(request.POST or None, record=sheet),
        lambda values: actions.grade(sheet=sheet, by=request.user, now=timezone.now(), **values),
        "已登记评定的等次。",
        "登记评定等次",
        "登记等次",
        paper=sheet_paper(sheet),
        comparisons=comparisons(sheet, request.user),
    )


@guarded(return_selfgov_year, find=find_sheet)
def selfgov_year_return(request: HttpRequest, sheet: SelfGovYear) -> HttpResponse:
    return _step(
        request,
        sheet,
        SelfGovYear.WAITING,
        lambda: YearReturnForm(request.POST or None, record=sheet),
        lambda values: actions.send_back(sheet=sheet, by=request.user, now=timezone.now(), **values),
        "已退回补充，村里会收到通知。",
        "退回补充",
        "退回补充",
        effects=["村里补充后重新报送，指导员意见和核查情况重新填写。"],
    )


@guarded(issue_selfgov_year, find=find_sheet)
def selfgov_year_notice(request: HttpRequest, sheet: SelfGovYear) -> HttpResponse:
    return _step(
        request,
        sheet,
        (State.DONE,),
        lambda: PageForm(request.POST if request.method == "POST" else None, record=sheet),
        lambda values: actions.issue_notice(sheet=sheet, by=request.user, now=timezone.now(), **values),
        "结果通知已印发，村里和指导员会收到消息。",
        "印发结果通知",
        "印发结果通知",
        paper=sheet_paper(sheet),
        effects=["通知存入文件柜，内容不再改动。", "村干部和指导员会收到消息。"],
    )
