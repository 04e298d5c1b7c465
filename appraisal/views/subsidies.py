"""月补助清单: from the frozen scores by the scheme's formula, to be checked, exported, printed and signed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import subsidies as actions
from appraisal.actions.months import not_due
from appraisal.forms.months import StepForm
from appraisal.models import AppraisalMonth, SubsidyRow
from appraisal.permissions_months import close_months, see_months
from appraisal.rules.base import marks
from appraisal.subsidy_facts import Subsidies, subsidies_of
from appraisal.subsidy_grounds import grounds_of
from appraisal.views.months import CRUMBS, page_url, row_of
from appraisal.views.scores import asked_month
from lianzhen.pages.computed import ComputedRows, PeriodPage
from lianzhen.pages.forms import form_page, taken_meanwhile
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column
from lianzhen.wording import money, number

SIGNS = ["制表", "审核", "审批"]


def amount(name: str, title: str, **more: bool) -> Column:
    return Column(
        name,
        title,
        lambda r: getattr(r, name),
        kind="money",
        total=True,
        **more,  # type: ignore[arg-type]
    )


COLUMNS = (
    Column("number", "序号", lambda r: r.number, kind="number", secondary=True),
    Column("team", "联村工作组", lambda r: r.team, secondary=True),
    Column("name", "姓名", lambda r: r.name, head=True),
    Column("role", "职务", lambda r: r.role, secondary=True),
    Column("score", "得分", lambda r: r.score, show=lambda r: marks(r.score), kind="number"),
    Column("days", "在组天数", lambda r: r.days, kind="number", secondary=True),
    Column("absences", "缺岗（次）", lambda r: r.absences, kind="number", secondary=True),
    Column("formula", "怎么算的", lambda r: r.formula, secondary=True),
    amount("amount", "应发（元）"),
    Column("note", "备注", lambda r: r.note, secondary=True),
    Column("sign", "签名", lambda r: "", show=lambda r: "", secondary=True),
)


@guarded(see_months, methods=LIST_METHODS)
def subsidy_list(request: HttpRequest, month: str) -> HttpResponse:
    period = asked_month(month)
    row = row_of(period)
    found = subsidies_of(row) if row is not None and row.is_sealed else Subsidies()
    page = PeriodPage(
        request,
        ComputedRows(SubsidyRow, found.rows),
        COLUMNS,
        title=f"{period.title}联村工作补助清单",
        order=["number"],
        count=lambda n: f"共{number(n)}人",
        empty_text=found.problem or "定稿后按考核方案的计发办法生成。",
        period=period,
        context={
            "month": period,
            "row": row,
            "found": found,
            "grounds": grounds_of(row) if row is not None and found.rows and found.charges_by_county else [],
            "total": money(found.total),
            "crumbs": [*CRUMBS, (f"{period.title}考核", page_url(period))],
            "may_check": bool(close_months(request.user) and found.rows and not found.is_stored and not found.problem),
            "print_note": f"{found.formula}。合计{money(found.total)}（{found.words}）" if found.rows else "",
            "signs": SIGNS,
        },
    )
    page.context["print_button"] = "?print=1" if found.rows else ""
    return page.respond("appraisal/subsidy_list.html")


@guarded(close_months)
def subsidy_check(request: HttpRequest, month: str) -> HttpResponse:
    period = asked_month(month)
    row: AppraisalMonth | None = row_of(period)
    if row is None:
        raise Http404
    found = subsidies_of(row) if row.is_sealed else Subsidies()
    url = reverse("subsidy_list", args=[period.key])
    if request.method == "GET" and (said := not_due(row, AppraisalMonth.State.FINAL) or found.problem):
        return taken_meanwhile(request, said, url)
    effects = [f"共{len(found.rows)}人，合计{money(found.total)}（{found.words}）。"] if found.rows else []
    return form_page(
        request,
        StepForm(request.POST or None, record=row),
        save=lambda values: actions.check_subsidies(row=row, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (url, "补助清单已核对。"),
        context={
            "heading": f"核对{period.title}补助清单",
            "submit": "补助已核对",
            "effects": [*effects, "核对后清单不再变动，可以打印签名，然后归档。"],
            "cancel_url": url,
            "crumbs": [*CRUMBS, (f"{period.title}考核", page_url(period))],
        },
    )
