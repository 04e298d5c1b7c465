"""党委审定 and 兑现清单: the table that is decided on, the lists of money, further lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from appraisal.actions import quarters as actions
from appraisal.forms.minutes import asking_minutes
from appraisal.forms.quarters import ApproveForm, DecideFurtherForm, FurtherForm
from appraisal.models import Payout, PayoutRow, QuarterlyReview, TeamReview
from appraisal.permissions_quarters import (
    approve_quarters,
    decide_quarters,
    keep_quarters,
    see_payouts,
    see_quarters,
)
from appraisal.quarter_facts import Sheet, further_sheet, payout_sheet, stored_sheet, terms_of
from appraisal.rules.base import ZERO, marks
from appraisal.subsidies import sum_problem
from appraisal.views.quarters import asked_quarter, begun, page_url, taken, under
from lianzhen.accounts.models import User
from lianzhen.accounts.verdicts import NotAllowed, Verdict
from lianzhen.money_words import money_words
from lianzhen.pages.computed import ComputedRows, PeriodPage
from lianzhen.pages.forms import form_page, taken_meanwhile
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, Table, link, plain_table, tag
from lianzhen.periods import Quarter
from lianzhen.wording import money, number

SIGNS = ["制表", "审核", "审批"]
State = QuarterlyReview.State


def amount(name: str, title: str, **more: Any) -> Column:
    return Column(
        name,
        title,
        lambda r: getattr(r, name),
        kind="money",
        total=True,
        **more,
    )


# --- What the committee decides on --------------------------------------------------------------------
class ApprovalRow:
    """One team of the table, with what its people, its village's heads and itself would get."""

    def __init__(self, row: TeamReview, paid: Decimal) -> None:
        self.pk, self.row, self.amount = row.team_id, row, paid
        self.position, self.place, self.score = row.position, row.place, row.score
        self.months = {one["month"]: Decimal(one["total"]) for one in row.months}


def approval_columns(quarter: Quarter, *, with_money: bool) -> list[Column]:
    def month(key: str, title: str) -> Column:
        return Column(
            f"m{key}",
            title,
            lambda r: r.months.get(key),
            show=lambda r: marks(r.months[key]) if key in r.months else "—",
            kind="number",
            secondary=True,
        )

    def grade(r: ApprovalRow) -> Any:
        if r.row.grade == r.row.proposed:
            return r.row.grade
        return format_html(
            '{} <span class="muted">建议{}，{}</span>', tag("warn", r.row.grade), r.row.proposed, r.row.reason
        )

    columns = [
        Column("position", "序号", lambda r: r.position, kind="number", sort=["position"], secondary=True),
        Column("district", "片区", lambda r: r.row.district_name, secondary=True),
        Column(
            "team",
            "联村工作组",
            lambda r: r.row.village_name,
            show=lambda r: link(reverse("quarter_material", args=[quarter.key, r.pk]), r.row.village_name),
            head=True,
        ),
        *[month(one.key, f"{one.number}月") for one in quarter.months],
        Column("score", "季度得分", lambda r: r.score, show=lambda r: marks(r.score), sort=["score"], kind="number"),
        Column("place", "名次", lambda r: r.row.place_text, sort=["place"], secondary=True),
        Column("grade", "等次", lambda r: r.row.grade, show=grade),
        Column("note", "讲评意见", lambda r: r.row.note, secondary=True),
    ]
    return [*columns, amount("amount", "兑现（元）")] if with_money else columns


@guarded(see_quarters, methods=LIST_METHODS)
def quarter_approval(request: HttpRequest, quarter: str) -> HttpResponse:
    """The table of all teams; amounts for the town's offices alone."""
    period, user = asked_quarter(quarter), request.user
    review = begun(period)
    rows = list(TeamReview.objects.visible_to(user).filter(review=review).order_by("position"))
    with_money = bool(see_payouts(user))
    sheet = sheet_of(review, rows) if with_money else Sheet()
    paid: dict[int, Decimal] = {}
    for one in sheet.rows:
        paid[one.team_id] = paid.get(one.team_id, Decimal("0.00")) + one.amount
    waits = review.state == State.COMMITTEE
    may = approve_quarters(user, review) if waits else approve_quarters(user)
    page = PeriodPage(
        request,
        ComputedRows(TeamReview, [ApprovalRow(row, paid.get(row.team_id, Decimal("0.00"))) for row in rows]),
        approval_columns(period, with_money=with_money),
        title=f"{period.title}讲评审定表",
        order=["position"],
        count=lambda n: f"共{number(n)}个联村工作组",
        empty_text="没有参加讲评的联村工作组。",
        period=period,
        context={
            **under(period),
            "quarter": period,
            "review": review,
            "state": ("good" if review.is_decided else "wait", review.get_state_display()),
            "sheet": sheet,
            "unpaid": unpaid_table(sheet),
            "with_money": with_money,
            "total": money(sheet.total),
            "words": money_words(sheet.total),
            "terms": terms_of(review),
            "returns": waits and bool(decide_quarters(user)),
            "decides": bool(waits and may),
            # Why he may not, or that he registers what the body decided.
            "why_not": may.reason if waits and decide_quarters(user) else "",
            "signs": SIGNS,
            "print_button": "?print=1",
        },
    )
    return page.respond("appraisal/quarter_approval.html")


def sheet_of(review: QuarterlyReview, rows: list[TeamReview]) -> Sheet:
    """As approved, or as the grades stand now would give it."""
    first = Payout.objects.filter(review=review, number=1).first() if review.is_decided else None
    if first is not None:
        return stored_sheet(first)
    return payout_sheet(review, rows)


def may_sign(user: User, made: QuarterlyReview | Payout) -> Verdict:
    """Raises `NotAllowed` for who prepared it, and for who serves in a team while another of the committee does not."""
    verdict = approve_quarters(user, made)
    if not verdict:
        raise NotAllowed(verdict.reason)
    return verdict


@guarded(approve_quarters)
def quarter_approve(request: HttpRequest, quarter: str) -> HttpResponse:
    period = asked_quarter(quarter)
    review = begun(period)
    if closed := taken(request, review, State.COMMITTEE, url=reverse("quarter_approval", args=[quarter])):
        return closed
    verdict = may_sign(request.user, review)
    sheet = sheet_of(review, list(TeamReview.objects.filter(review=review).order_by("position")))
    return form_page(
        request,
        ApproveForm(request.POST or None, record=review, total=sheet.total),
        save=lambda values: actions.approve(review=review, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (page_url(period), f"{saved}已审定，兑现清单已生成。"),
        context={
            **under(period),
            "heading": f"审定{review}",
            "submit": "审定",
            "effects": [
                *filter(None, [verdict.reason]),
                f"兑现{number(len(sheet.rows))}行，合计{money(sheet.total)}（{money_words(sheet.total)}）。",
                *([f"另有{number(len(sheet.unpaid))}个按标准应兑现0.00元，不列入清单。"] if sheet.unpaid else []),
                "审定后，等次和清单不再变动；以后发现有误的，另出补充清单。",
            ],
        },
    )


# --- The lists ----------------------------------------------------------------------------------------
def columns(*, further: bool) -> list[Column]:
    listed = [amount("due", "按标准应兑现（元）", secondary=True), amount("before", "已列入清单（元）", secondary=True)]
    return [
        Column("number", "序号", lambda r: r.number, kind="number", secondary=True),
        Column("team", "联村工作组", lambda r: r.village, secondary=True),
        Column("name", "姓名或单位", lambda r: r.name, head=True),
        Column("role", "职务", lambda r: r.role, secondary=True),
        Column("score", "季度得分", lambda r: r.score, show=lambda r: marks(r.score), kind="number", secondary=True),
        Column("grade", "等次", lambda r: r.grade),
        Column("days", "任职天数", lambda r: r.days, kind="number", secondary=True),
        Column("formula", "怎么算的", lambda r: r.formula, secondary=True),
        *(listed if further else ()),
        amount("amount", "应兑现（元）"),
        Column("note", "备注", lambda r: r.note, secondary=True),
        Column("sign", "签名", lambda r: "", show=lambda r: "", secondary=True),
    ]


@guarded(see_payouts, methods=LIST_METHODS)
def quarter_payout(request: HttpRequest, quarter: str) -> HttpResponse:
    return payout_page(request, asked_quarter(quarter), 1)


@guarded(see_payouts, methods=LIST_METHODS)
def quarter_payout_of(request: HttpRequest, quarter: str, count: int) -> HttpResponse:
    """A further list, by its number."""
    return payout_page(request, asked_quarter(quarter), count)


def unpaid_table(sheet: Sheet) -> Table | None:
    """Whom the formula gives nothing, and why; None where everybody gets something."""
    shown = [
        Column("name", "姓名或单位", lambda r: r.name, head=True),
        Column("team", "联村工作组", lambda r: r.village),
        Column("role", "职务", lambda r: r.role),
        Column("grade", "等次", lambda r: r.grade),
        Column("formula", "怎么算的", lambda r: r.formula),
    ]
    return plain_table("应兑现0.00元，不列入清单", shown, sheet.unpaid) if sheet.unpaid else None


def payouts_of(period: Quarter) -> list[Payout]:
    rows = Payout.objects.select_related("created_by", "approved_by").filter(review__quarter=period.start)
    return list(rows.order_by("number"))


def payout_page(request: HttpRequest, period: Quarter, count: int) -> HttpResponse:
    """One list with the others beside it; before the approval it says that there is none."""
    review = begun(period)
    lists = payouts_of(period)
    payout = next((one for one in lists if one.number == count), None)
    if payout is None and count != 1:
        raise Http404
    sheet = stored_sheet(payout) if payout else Sheet()
    problem = sum_problem([row.amount for row in sheet.rows], payout.total) if payout else ""
    user, keeps = request.user, bool(keep_quarters(request.user))
    asked = payout if payout and payout.state == Payout.State.ASKED else None
    may = approve_quarters(user, asked)
    formula = payout.formula if payout else terms_of(review).payout_sentence()
    total = payout.total if payout else ZERO
    page = PeriodPage(
        request,
        ComputedRows(PayoutRow, sheet.rows),
        columns(further=count > 1),
        title=f"{period.title}{payout.title if payout else '兑现清单'}",
        order=["number"],
        count=lambda n: f"共{number(n)}行",
        empty_text="党委审定后按考核方案的兑现标准生成。",
        period=period,
        context={
            **under(period),
            "quarter": period,
            "review": review,
            "payout": payout,
            "others": [(one.title, _url(period, one), one.get_state_display()) for one in lists if one is not payout],
            "formula": formula,
            "problem": problem,
            "unpaid": unpaid_table(sheet),
            "total": money(total),
            "words": money_words(total),
            "may_further": bool(review.is_decided and keeps and not any(one.state == "asked" for one in lists)),
            "may_decide": bool(asked and may),
            "why_not": may.reason if asked and decide_quarters(user) else "",
            "print_note": f"{formula}。合计{money(total)}（{money_words(total)}）" if payout else "",
            "print_button": "?print=1" if payout else "",
            "print_css": "to-sign",
            "signs": SIGNS,
        },
    )
    return page.respond("appraisal/quarter_payout.html")


def _url(period: Quarter, payout: Payout) -> str:
    if payout.number == 1:
        return reverse("quarter_payout", args=[period.key])
    return reverse("quarter_payout_of", args=[period.key, payout.number])


@guarded(keep_quarters)
def quarter_further(request: HttpRequest, quarter: str) -> HttpResponse:
    """What a further list would hold, and the form that asks for it."""
    period = asked_quarter(quarter)
    review = begun(period)
    teams = list(TeamReview.objects.filter(review=review).order_by("position"))
    sheet = further_sheet(review, teams) if review.is_decided else Sheet(problem="党委审定后才有兑现清单可补充。")
    return form_page(
        request,
        FurtherForm(request.POST or None, record=review),
        save=lambda values: actions.ask_further(review=review, by=request.user, now=timezone.now(), **values),
        done=lambda payout: (_url(period, payout), f"{payout.title}已提出，请党委审定。"),
        context={
            **under(period),
            "cancel_url": reverse("quarter_payout", args=[period.key]),
            "heading": f"提出{period.title}兑现补充清单",
            "submit": "提出补充清单",
            "sheet": sheet,
            "total": money(sheet.total),
            "effects": ["按现在的任职登记重新计算，只列与已审定清单的差额。", "由党委审定后生效，原清单不变。"],
        },
        template="appraisal/quarter_further.html",
    )


@guarded(approve_quarters)
def quarter_further_decide(request: HttpRequest, quarter: str, count: int) -> HttpResponse:
    period = asked_quarter(quarter)
    payout = Payout.objects.select_related("review").filter(review__quarter=period.start, number=count).first()
    if payout is None:
        raise Http404
    if request.method == "GET" and payout.state != Payout.State.ASKED:
        return taken_meanwhile(request, actions.decided_sentence(payout), _url(period, payout))
    verdict = may_sign(request.user, payout)
    return form_page(
        request,
        asking_minutes(DecideFurtherForm(request.POST or None, record=payout), verdict),
        save=lambda values: actions.decide_further(payout=payout, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (_url(period, saved), f"{saved.title}{saved.get_state_display()}。"),
        context={
            **under(period),
            "cancel_url": _url(period, payout),
            "heading": f"审定{payout}",
            "submit": "保存审定结果",
            "effects": [
                *filter(None, [verdict.reason]),
                f"{number(payout.people)}行，合计{money(payout.total)}（{money_words(payout.total)}）。",
                f"补充原因：{payout.reason}",
            ],
        },
    )
