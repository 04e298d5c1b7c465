"""月考核: the months, the task list of one, its preview and its public notice. The steps are `month_steps`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import months as actions
from appraisal.closing import Check, Counts, Step, back_targets, checks, for_reader, lock_checks, steps
from appraisal.closing_facts import open_counts, standing_of
from appraisal.forms.months import PutOffForm
from appraisal.models import AppraisalMonth, Scheme, ScoreEntry
from appraisal.permissions_months import (
    close_months,
    lock_months,
    review_months,
    see_months,
    see_publicity,
    send_back_months,
)
from appraisal.rules.base import ZERO
from appraisal.score_account import TeamScore
from appraisal.score_facts import month_scores
from appraisal.templatetags.marks import marks
from appraisal.views.scores import asked_month
from lianzhen.accounts.models import User
from lianzhen.pages.days import days_key
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, Table, link, link_to, plain_table, tag
from lianzhen.periods import Month
from lianzhen.wording import date_range, full_date, number

State = AppraisalMonth.State
CRUMBS = [("月考核", "/months/")]
#: A change that somebody looks at twice before it is signed (design §9.4).
STRIKING = 5
#: Where what a check found is listed, one row each: page and what narrows it to the month.
CHECK_PAGES = {
    "waiting": ("deduction_list", "month={month}&state=waiting"),
    "bonuses": ("bonus_list", "month={month}&state=pending"),
    "drafts": ("deduction_list", "month={month}&state=draft"),
    "suggestions": ("suggestion_list", "days={days}"),
    "appeals": ("appeal_list", "month={month}"),
    "running": ("deduction_list", "month={month}&state=running"),
    "makeups": ("duty_requests", ""),
}


def row_of(month: Month) -> AppraisalMonth | None:
    people = ("checked_by", "reviewed_by", "locked_by", "paid_by", "archived_by")
    return AppraisalMonth.objects.select_related("scheme", *people).filter(month=month.start).first()


def page_url(month: Month) -> str:
    return reverse("month", args=[month.key])


def state_tag(row: AppraisalMonth) -> Any:
    return tag("good" if row.is_sealed else "wait", row.get_state_display())


COLUMNS = (
    Column(
        "month",
        "月份",
        lambda r: r.period.title,
        show=lambda r: link(page_url(r.period), r.period.title),
        sort=["month"],
        head=True,
    ),
    Column("state", "状态", lambda r: r.get_state_display(), show=state_tag, sort=["state"]),
    Column("scheme", "考核方案", lambda r: str(r.scheme), secondary=True),
    Column("publicity", "公示", lambda r: publicity_of(r), secondary=True),
    Column(
        "locked", "定稿", lambda r: r.locked_at and timezone.localdate(r.locked_at), sort=["locked_at"], kind="date"
    ),
    Column("by", "定稿人", lambda r: r.locked_by and str(r.locked_by), secondary=True),
)


def publicity_of(row: AppraisalMonth) -> str:
    if row.publicity_from is None or row.publicity_until is None:
        return ""
    return date_range(row.publicity_from, row.publicity_until, row.month.year)


@guarded(see_months, methods=LIST_METHODS)
def month_list(request: HttpRequest) -> HttpResponse:
    last = Month.of(timezone.localdate()).previous()
    page = ListPage(
        request,
        AppraisalMonth.objects.visible_to(request.user).select_related("scheme", "locked_by"),
        COLUMNS,
        title="月考核",
        order=["-month"],
        count=lambda n: f"共{number(n)}个月",
        empty_text="还没有开始的考核月。第一条扣分或加分登记后，这里会列出那个月。",
        context={"extra_actions": [(f"{last.title}考核", page_url(last))]},
    )
    return page.respond()


#: The steps in which nothing new is entered any more and everything has to be finished.
LOCKING = (State.PUBLICITY, State.APPEALS)


@dataclass(frozen=True)
class CheckRow:
    """`parts`: where each part of the number is listed, which one list does not hold."""

    check: Check
    url: str
    parts: list[tuple[str, str]]


@guarded(see_months, methods=("GET",))
def month_page(request: HttpRequest, month: str) -> HttpResponse:
    """The task list of seven steps."""
    period, now = asked_month(month), timezone.localtime()
    row = row_of(period)
    scheme = row.scheme if row else Scheme.objects.in_force(period.start)
    context: dict[str, Any] = {
        "title": f"{period.title}考核",
        "month": period,
        "row": row,
        "scheme": scheme,
        "crumbs": CRUMBS,
        "previous": page_url(period.previous()),
        "following": page_url(period.next()),
        "may_close": bool(close_months(request.user)),
    }
    if scheme is not None:
        shown = row or AppraisalMonth(month=period.start, scheme=scheme)
        counts = open_counts(period, now)
        found = checks(counts)
        context |= {
            "state": ("good" if shown.is_sealed else "wait", shown.get_state_display() if row else "未开始"),
            "steps": steps_for(request.user, row, steps(standing_of(shown, now.date()), found, lock_checks(counts))),
            "checks": checks_of(shown, found, lock_checks(counts), counts),
            "checks_title": "定稿前须办完" if shown.state in LOCKING else "检查结果",
            "signed": signed(shown),
            "may_back": bool(row and back_targets(row.state) and send_back_months(request.user)),
        }
    return render(request, "appraisal/month.html", context)


def checks_of(row: AppraisalMonth, found: list[Check], before_lock: list[Check], counts: Counts) -> list[CheckRow]:
    """What is open, as long as it matters: all of it until the publicity, then what stands before the lock."""
    if row.is_sealed:
        return []
    listed = reverse("weekly_list")
    weeks = [(f"第{week.number}周{n}份", f"{listed}?week={week.key}&state=missing") for week, n in counts.weeks]
    shown = before_lock if row.state in LOCKING else found
    return [CheckRow(one, check_url(one, row.period), weeks if one.key == "reports" else []) for one in shown]


def check_url(check: Check, month: Month) -> str:
    if not check.count or check.key not in CHECK_PAGES:
        return ""
    page, narrowed = CHECK_PAGES[check.key]
    words = {"month": month.key, "days": days_key(month.start, month.end)}
    return "?".join(part for part in (reverse(page), narrowed.format(**words)) if part)


def steps_for(user: User, row: AppraisalMonth | None, found: list[Step]) -> list[Step]:
    """The steps as far as they are this reader's."""
    may = {
        "month_review": bool(review_months(user, row)),
        "month_notice": bool(see_publicity(user)),
        "month_lock": bool(lock_months(user)),
        "subsidy_list": bool(see_months(user)),
    }
    closing = ("month_start", "month_preview", "month_publish", "month_unpublish", "month_archive")
    return for_reader(found, may | dict.fromkeys(closing, bool(close_months(user))))


def signed(row: AppraisalMonth) -> list[tuple[str, str]]:
    """Who signed what when."""
    words = (("检查", "checked"), ("审核", "reviewed"), ("定稿", "locked"), ("补助核对", "paid"), ("归档", "archived"))
    told = []
    for word, name in words:
        moment = getattr(row, f"{name}_at")
        if moment is not None:
            told.append((word, f"{getattr(row, f'{name}_by') or '系统'}，{full_date(timezone.localdate(moment))}"))
    if row.publicity_from is not None:
        told.append(("公示", publicity_of(row)))
    if row.seal:
        told.append(("定稿校验值", row.seal[:16]))
    return told


# --- Preview ------------------------------------------------------------------------------------
@guarded(close_months)
def month_preview(request: HttpRequest, month: str) -> HttpResponse:
    """Every team beside last month, and what waits with the choice to put it off."""
    period, now = asked_month(month), timezone.localtime()
    row = row_of(period)
    waiting = (
        ScoreEntry.objects.filter(month=period.start, state__in=actions.PUT_OFF)
        .select_related("village")
        .order_by("village__code", "number")
    )
    context = {
        "title": f"{period.title}得分预览",
        "month": period,
        "row": row,
        **compared(period),
        "waiting": waiting,
        "may_put_off": row is not None and row.state == State.CHECKING,
        "crumbs": [*CRUMBS, (f"{period.title}考核", page_url(period))],
        "cancel_url": page_url(period),
    }
    return form_page(
        request,
        PutOffForm(request.POST or None, waiting=waiting),
        save=lambda values: actions.put_off(row=held(row), entries=values["entries"], by=request.user, now=now),
        done=lambda n: (request.path, f"已顺延{n}条，计入{period.next().title}。"),
        context=context,
        template="appraisal/month_preview.html",
    )


def compared(month: Month) -> dict[str, Any]:
    """Every team beside last month, for whoever checks the figures and for whoever signs them."""
    scores = list(month_scores(month, timezone.localdate()).scores.values())
    return {"scores": preview_table(month, scores), "striking": sum(map(is_striking, scores))}


def preview_table(month: Month, scores: list[TeamScore]) -> Table:
    """The teams beside last month."""

    def team(score: TeamScore) -> Any:
        return link_to("score_page", score.pk, score.village_name, month.key)

    def change(score: TeamScore) -> Any:
        return tag("warn", score.change_text) if is_striking(score) else score.change_text

    columns = (
        Column("team", "联村工作组", lambda s: s.village_name, show=team, head=True),
        Column("district", "片区", lambda s: s.district, secondary=True),
        Column(
            "deducted",
            "扣分合计",
            lambda s: s.deducted,
            show=lambda s: marks(s.deducted),
            kind="number",
            secondary=True,
        ),
        Column("bonus", "加分", lambda s: s.bonus, show=lambda s: marks(s.bonus), kind="number", secondary=True),
        Column("total", "得分", lambda s: s.total, show=lambda s: marks(s.total), kind="number"),
        Column("change", "与上月相比", lambda s: s.change, show=change, kind="number"),
        Column("pending", "待定", lambda s: s.pending, secondary=True),
    )
    table = plain_table("各组得分，与上月相比", columns, scores)
    table.count_text = f"共{number(len(scores))}个联村工作组"
    return table


def held(row: AppraisalMonth | None) -> AppraisalMonth:
    if row is None:
        raise ValidationError("这个月的考核还没有开始。")
    return row


def is_striking(score: TeamScore) -> bool:
    return abs(score.change or ZERO) > STRIKING
