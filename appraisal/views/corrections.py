"""更正单: list, a new one from a frozen score, its page, the second signature."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import corrections as actions
from appraisal.filters_entries import CorrectionFilter
from appraisal.forms.corrections import CorrectionForm, DecideForm
from appraisal.forms.minutes import asking_minutes
from appraisal.models import Correction, MonthlyScore
from appraisal.permissions_months import SIGNERS, close_months, decide_corrections, see_scores
from appraisal.rules.base import change_in_points
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to, tag
from lianzhen.wording import number

CRUMBS = [("更正单", "/corrections/")]
TONES = {"asked": "wait", "approved": "good", "declined": "off"}
PEOPLE = ("score__month", "entry", "created_by", "decided_by", "into_month")

find_slip = visible(Correction, narrow=lambda rows: rows.select_related(*PEOPLE))


def _number(slip: Correction) -> Any:
    return link_to("correction", slip.pk, slip.number)


COLUMNS = (
    Column("number", "编号", lambda c: c.number, kind="code", show=_number, sort=["number"], head=True),
    Column("month", "定稿月份", lambda c: c.score.month.period.title, sort=["score__month__month"], secondary=True),
    Column("village", "村", lambda c: c.score.village_name, sort=["score__village__pinyin"]),
    Column("points", "更正分值", lambda c: c.points, show=lambda c: change_in_points(c.points), kind="number"),
    Column("state", "状态", lambda c: c.get_state_display(), show=lambda c: tag(TONES[c.state], c.get_state_display())),
    Column("into", "计入", lambda c: c.into_month and c.into_month.period.title, secondary=True),
    Column("by", "提出人", lambda c: str(c.created_by), secondary=True),
)  # fmt: skip


@guarded(see_scores, methods=LIST_METHODS)
def correction_list(request: HttpRequest) -> HttpResponse:
    return ListPage(
        request,
        Correction.objects.visible_to(request.user).select_related(*PEOPLE),
        COLUMNS,
        title="更正单",
        order=["-created_at"],
        filterset=CorrectionFilter,
        count=lambda n: f"共{number(n)}张",
        empty_text="还没有更正单。定稿后发现有误的，在那个月的“这个分怎么来的”页面填写。",
    ).respond()


@guarded(close_months)
def correction_add(request: HttpRequest) -> HttpResponse:
    """Begins on the page of a frozen score (`?score=`); without one the list says where."""
    asked = request.GET.get("score", "")
    if not asked:
        return redirect("correction_list")
    rows = MonthlyScore.objects.visible_to(request.user).select_related("month", "team__village")
    score = rows.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
    if score is None:
        raise Http404
    back = reverse("score_page", args=[score.month.period.key, score.team_id])
    return form_page(
        request,
        CorrectionForm(request.POST or None, score=score),
        save=lambda values: actions.ask_correction(score=score, by=request.user, now=timezone.now(), **values),
        done=lambda slip: (reverse("correction", args=[slip.pk]), f"{slip}已提出，待另一人批准。"),
        context={
            "heading": f"更正{score.village_name}{score.month.period.title}得分",
            "submit": "提出更正",
            "effects": ["定稿的得分不变。批准后，在现在的考核月记一条更正，不占扣分和加分的上限。"],
            "cancel_url": back,
            "crumbs": [*CRUMBS],
        },
    )


@guarded(see_scores, find=find_slip, methods=("GET",))
def correction(request: HttpRequest, slip: Correction) -> HttpResponse:
    rows: list[tuple[str, Any]] = [
        ("定稿得分", f"{slip.score.village_name}{slip.score.month.period.title}"),
        ("更正的记录", f"{slip.entry.number} {slip.entry.fact}"),
        ("更正分值", change_in_points(slip.points)),
        ("更正原因", slip.reason),
        ("提出人", str(slip.created_by)),
        ("批准人", str(slip.decided_by) if slip.decided_by else ""),
        ("意见", slip.decision_note),
        ("计入月份", slip.into_month.period.title if slip.into_month else ""),
    ]
    verdict = decide_corrections(request.user, slip)
    is_open, signs = slip.state == Correction.State.ASKED, request.user.standing.has(*SIGNERS)
    context = {
        "slip": slip,
        "rows": rows,
        "state": (TONES[slip.state], slip.get_state_display()),
        "may_decide": is_open and bool(verdict),
        "why_not": verdict.reason if is_open and signs else "",
        "crumbs": CRUMBS,
    }
    return render(request, "appraisal/correction.html", context)


@guarded(decide_corrections, find=find_slip)
def correction_decide(request: HttpRequest, slip: Correction) -> HttpResponse:
    url, verdict = reverse("correction", args=[slip.pk]), decide_corrections(request.user, slip)

    def save(values: dict[str, Any]) -> Correction:
        act = {"approve": actions.approve, "decline": actions.decline}[values.pop("decision")]
        return act(slip=slip, by=request.user, now=timezone.now(), **values)

    return form_page(
        request,
        asking_minutes(DecideForm(request.POST or None, record=slip), verdict),
        save=save,
        done=lambda saved: (url, f"{saved}{saved.get_state_display()}。"),
        context={
            "heading": f"签批{slip}",
            "submit": "签批",
            "effects": [
                *filter(None, [verdict.reason]),
                f"批准后在现在的考核月记{change_in_points(slip.points)}。",
            ],
            "cancel_url": url,
            "crumbs": [*CRUMBS, (slip.number, url)],
        },
    )
