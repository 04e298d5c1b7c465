"""周通报 and 月通报: the list, the page of one period, its editor with the paper beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import bulletins as actions
from appraisal.bulletin_draft import length_warning
from appraisal.bulletin_facts import as_of
from appraisal.bulletin_paper import paper_of
from appraisal.bulletin_weeks import untold
from appraisal.filters_bulletins import BulletinFilter
from appraisal.forms.bulletins import BulletinForm
from appraisal.models import AppraisalMonth, Bulletin
from appraisal.papers import html
from appraisal.papers.responses import print_page, word_response
from appraisal.permissions_bulletins import keep_bulletins, see_bulletins, sign_bulletins
from appraisal.permissions_documents import follow_figures
from lianzhen.accounts.models import User
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.periods import Month, Week
from lianzhen.wording import number

State = Bulletin.State
TONES = {State.DRAFT: "warn", State.SIGNING: "wait", State.ISSUED: "done", State.CORRECTED: "off", State.DROPPED: "off"}
PEOPLE = ("made_by", "refreshed_by", "submitted_by", "signed_by", "document", "corrects__document")


def bulletin_rows(rows: QuerySet[Bulletin]) -> QuerySet[Bulletin]:
    return rows.select_related(*PEOPLE).prefetch_related("blocks")


find_bulletin = visible(Bulletin, narrow=bulletin_rows)


def asked_period(week: str = "", month: str = "") -> Week | Month:
    """The period of an address; one that does not exist leads nowhere."""
    try:
        return Week.parse(week) if week else Month.parse(month)
    except ValueError as problem:
        raise Http404(str(problem)) from problem


def url_of(period: Week | Month, page: str = "") -> str:
    """Of the bulletin's page; `page`: _add or _edit."""
    return reverse(f"{'bulletin' if isinstance(period, Week) else 'month_bulletin'}{page}", args=[period.key])


def words_of_period(period: Week | Month) -> str:
    """第42周通报, 2018年10月通报"""
    return f"第{period.number}周通报" if isinstance(period, Week) else f"{period.title}通报"


def of_period(user: User, period: Week | Month) -> QuerySet[Bulletin]:
    """What the user sees of the period, the latest first."""
    seen = Bulletin.objects.visible_to(user)
    rows = seen.of_week(period) if isinstance(period, Week) else seen.of_month(period)
    return bulletin_rows(rows.exclude(state=State.DROPPED)).order_by("-pk")


# --- List -----------------------------------------------------------------------------------------
def _page_of(row: Bulletin) -> str:
    """The period's page, or of what has been corrected the paper on the shelf."""
    if row.state == State.CORRECTED and row.document_id:
        return reverse("document", args=[row.document_id])
    return url_of(row.period)


COLUMNS = (
    Column(
        "number",
        "期号、文号",
        lambda b: b.document.numbered if b.document else "",
        sort=["document__year", "document__number"],
    ),
    Column(
        "title", "标题", lambda b: b.title, show=lambda b: link(_page_of(b), b.title), sort=["starts_on"], head=True
    ),
    Column("kind", "种类", lambda b: b.get_kind_display(), secondary=True),
    Column("state", "状态", lambda b: b.get_state_display(), show=lambda b: tag(TONES[b.state], b.get_state_display())),
    Column("signed_by", "签发人", lambda b: str(b.signed_by or ""), secondary=True),
    Column(
        "signed_at",
        "印发日期",
        lambda b: timezone.localdate(b.signed_at) if b.signed_at else None,
        sort=["signed_at"],
        kind="date",
        secondary=True,
    ),
)


@guarded(see_bulletins, methods=LIST_METHODS)
def bulletin_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    week = Week.of(today)
    keeps = bool(keep_bulletins(request.user))
    missing = untold(today) if keeps else []
    return ListPage(
        request,
        Bulletin.objects.visible_to(request.user)
        .select_related("document", "signed_by")
        .defer("document__body", "document__words", "changes"),
        COLUMNS,
        title="通报",
        order=["-starts_on", "-id"],
        filterset=BulletinFilter,
        count=lambda n: f"共{number(n)}期",
        empty_text="还没有通报。每周由登记的驻村、周报、扣分加分和例会生成一期。",
        empty_action=(f"生成第{week.number}周通报", url_of(week, "_add")) if keeps else None,
        context={
            "extra_actions": [(f"第{one.number}周", url_of(one)) for one in (week.previous(), week)],
            "untold": [(f"第{one.number}周", url_of(one)) for one in missing],
        },
    ).respond("appraisal/bulletin_list.html")


# --- The page of a period ---------------------------------------------------------------------------
@guarded(see_bulletins, methods=("GET",))
def bulletin(request: HttpRequest, week: str) -> HttpResponse:
    return bulletin_page(request, asked_period(week=week))


@guarded(see_bulletins, methods=("GET",))
def month_bulletin(request: HttpRequest, month: str) -> HttpResponse:
    return bulletin_page(request, asked_period(month=month))


def bulletin_page(request: HttpRequest, period: Week | Month) -> HttpResponse:
    """The paper as it stands; `?print=1` on A4, `?format=docx` as a file: a draft says that it is one."""
    found = of_period(request.user, period).first()
    keeps = bool(keep_bulletins(request.user))
    context = {"period": period, "heading": words_of_period(period), "crumbs": crumbs(), **steps(period)}
    if found is None:
        ready = _is_ready(period, timezone.localdate())
        made = {"add_url": url_of(period, "_add") if keeps and ready else "", "ready": ready}
        return render(request, "appraisal/bulletin_none.html", {**context, **made})
    if found.document_id and request.GET.get("format") == "docx":
        return redirect(f"{reverse('document', args=[found.document_id])}?format=docx")
    paper = paper_of(found, timezone.localdate())
    if request.GET.get("format") == "docx":
        return word_response(paper, words_of_period(period))
    if request.GET.get("print") == "1":
        return print_page(request, paper, back_url=request.path, draft=found.is_open)
    context |= {
        "bulletin": found,
        "paper": paper,
        "links": bool(follow_figures(request.user)),
        "tone": TONES[found.state],
        "warning": length_warning(paper) if found.is_open else "",
        "blocks": found.blocks.all() if found.is_open else (),
        "facts": signed_facts(found),
        "as_of": as_of(found.refreshed_at or found.made_at) if found.is_open else "",
        "keeps": keeps,
        "signs": bool(sign_bulletins(request.user)),
        "edit_url": url_of(period, "_edit"),
        "notice_url": reverse("month_notice", args=[period.key]) if isinstance(period, Month) else "",
    }
    return render(request, "appraisal/bulletin.html", context)


def _is_ready(period: Week | Month, today: date) -> bool:
    """A week once it has begun, a month once it is final."""
    if isinstance(period, Week):
        return today >= period.start
    return AppraisalMonth.objects.sealed().filter(month=period.start).exists()


def steps(period: Week | Month) -> dict[str, str]:
    unit = "周" if isinstance(period, Week) else "月"
    return {"before": url_of(period.previous()), "after": url_of(period.next()), "unit": unit}


def crumbs() -> list[tuple[str, str]]:
    return [("通报", reverse("bulletin_list"))]


def signed_facts(row: Bulletin) -> list[tuple[str, Any]]:
    """Who did what when."""
    acts = (
        ("生成", row.made_by, row.made_at),
        ("更新数据", row.refreshed_by, row.refreshed_at),
        ("提交签发", row.submitted_by, row.submitted_at),
        ("签发", row.signed_by, row.signed_at),
    )
    told = [(word, f"{by or '系统'}　{timezone.localtime(at):%m-%d %H:%M}") for word, by, at in acts if at]
    if row.document is not None and row.document.numbered:
        told.insert(0, ("期号", row.document.numbered))
    return told


# --- Made and edited --------------------------------------------------------------------------------
@guarded(keep_bulletins)
def bulletin_add(request: HttpRequest, week: str) -> HttpResponse:
    return add_page(request, asked_period(week=week))


@guarded(keep_bulletins)
def month_bulletin_add(request: HttpRequest, month: str) -> HttpResponse:
    return add_page(request, asked_period(month=month))


def add_page(request: HttpRequest, period: Week | Month) -> HttpResponse:
    """One draft of a period: a second one is refused and led to the first."""
    first = of_period(request.user, period).first()
    source = "驻村登记、周报、扣分加分、周例会和议定事项" if isinstance(period, Week) else "已定稿的月考核得分和加分"
    return form_page(
        request,
        PageForm(request.POST if request.method == "POST" else None),
        save=lambda values: actions.make_bulletin(period=period, by=request.user, now=timezone.now()),
        done=lambda made: (url_of(period, "_edit"), f"{words_of_period(period)}草稿已生成，核对后提交签发。"),
        context={
            "heading": f"生成{words_of_period(period)}",
            "submit": f"生成{words_of_period(period)}",
            "first": first,
            "first_url": url_of(period),
            "effects": [f"由{source}生成草稿，每一段都可以修改。", "默认只写到工作组，不写个人姓名。"],
            "cancel_url": reverse("bulletin_list"),
            "crumbs": crumbs(),
        },
        template="appraisal/bulletin_add.html",
    )


@guarded(keep_bulletins)
def bulletin_edit(request: HttpRequest, week: str) -> HttpResponse:
    return edit_page(request, asked_period(week=week))


@guarded(keep_bulletins)
def month_bulletin_edit(request: HttpRequest, month: str) -> HttpResponse:
    return edit_page(request, asked_period(month=month))


def edit_page(request: HttpRequest, period: Week | Month) -> HttpResponse:
    """All sections on one form, the paper beside them. What is no draft is read on its page; what was typed before
    somebody submitted it is shown again with the reason."""
    row = of_period(request.user, period).first()
    if row is None or (row.state != State.DRAFT and request.method != "POST"):
        return redirect(url_of(period))
    form = BulletinForm(request.POST or None, record=row, blocks=list(row.blocks.all()))
    paper = paper_of(row, timezone.localdate())
    here = url_of(period, "_edit")
    return form_page(
        request,
        form,
        save=lambda values: _save(request, row, values),
        done=lambda saved: _after(form, here, _said(request, saved)),
        context={
            "bulletin": row,
            "heading": f"修改{words_of_period(period)}",
            "paper": paper,
            "warning": length_warning(paper),
            "changes": row.changes,
            "cancel_url": url_of(period),
            "preview_url": reverse("bulletin_preview", args=[row.pk]),
            "crumbs": [*crumbs(), (words_of_period(period), url_of(period))],
        },
        template="appraisal/bulletin_edit.html",
    )


def _after(form: BulletinForm, here: str, said: str) -> tuple[str, str]:
    """The editor again, or the tables of the section that was asked for."""
    asked = form.table_asked
    return (reverse("bulletin_table", args=[asked.pk]), "") if asked else (here, said)


def _save(request: HttpRequest, row: Bulletin, values: dict[str, Any]) -> Bulletin:
    """What was typed is stored first; a refresh leaves it alone."""
    now = timezone.now()
    restore = request.POST.get("restore", "")
    saved = actions.edit_bulletin(bulletin=row, by=request.user, now=now, restore=restore, **values)
    if "refresh" in request.POST:
        saved = actions.refresh_bulletin(bulletin=saved, by=request.user, now=now)
    return saved


def _said(request: HttpRequest, saved: Bulletin) -> str:
    if "refresh" not in request.POST:
        return "这一段已恢复自动。" if request.POST.get("restore") else "已保存。"
    count = len(saved.changes)
    return f"数据已更新，{count}处有变化。" if count else "数据已更新，没有变化。"


@guarded(keep_bulletins, find=find_bulletin, methods=("POST",))
def bulletin_preview(request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
    """The paper with what the editor holds. Nothing is kept."""
    form = BulletinForm(request.POST, record=bulletin, blocks=list(bulletin.blocks.all()))
    bulletin.title = request.POST.get("title", "")[:60] or bulletin.title
    if request.POST.get("style") in Bulletin.Style.values:
        bulletin.style = request.POST["style"]
    bulletin.official_number = request.POST.get("official_number", "")[:40]
    paper = paper_of(
        bulletin, timezone.localdate(), {key: form.typed(key) for key in actions.headings_of(bulletin.kind)}
    )
    warning = length_warning(paper)
    note = f'<p class="note note-warn">{warning}</p>' if warning else ""
    return HttpResponse(
        note + html.render(paper, links=False, draft=True, level=3)
    )  # escaped there; the sentence is ours
