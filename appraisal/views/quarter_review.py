"""讲评 on the projector: one team per screen, its note and grade; ←/→ lead to the neighbours, links do without
a script."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import quarters as actions
from appraisal.forms.quarters import TeamReviewForm
from appraisal.models import QuarterlyReview, TeamReview
from appraisal.permissions_quarters import review_teams
from appraisal.quarter_facts import months_of, terms_of
from appraisal.quarter_grades import choices_of
from appraisal.quarter_material import materials_of, shows_places
from appraisal.views.quarters import asked_quarter, begun, page_url, under
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from villages.models import LiaisonTeam

#: Where a saved page leads.
NEXT, PREVIOUS = "next", "previous"


@guarded(review_teams)
def quarter_review(request: HttpRequest, quarter: str) -> HttpResponse:
    """`?team=<id>`; without it the first team."""
    period, user = asked_quarter(quarter), request.user
    review = begun(period)
    rows = list(TeamReview.objects.filter(review=review).order_by("position"))
    at = _asked(rows, request.GET.get("team"))
    row, address = rows[at], reverse("quarter_review", args=[period.key])
    urls = [f"{address}?team={one.team_id}" for one in rows]
    before, after = (urls[at - 1] if at else ""), (urls[at + 1] if at + 1 < len(rows) else "")
    open_now = review.state == QuarterlyReview.State.REVIEW
    row.review = review
    verdict = review_teams(user, row)
    closed = "" if open_now else f"{review}{review.get_state_display()}，不能再改。"
    team = LiaisonTeam.objects.select_related("village__group").get(pk=row.team_id)
    go = request.POST.get("go")
    led = (after if go == NEXT else before if go == PREVIOUS else "") or urls[at]
    return form_page(
        request,
        TeamReviewForm(request.POST or None, record=row, grades=choices_of(terms_of(review).grading)),
        save=lambda values: actions.save_team(row=row, by=user, now=timezone.now(), **values),
        done=lambda saved: (led, f"{saved.team_name}讲评已保存。"),
        context={
            **under(period),
            "cancel_url": urls[at],
            "heading": row.team_name,
            "quarter": period,
            "row": row,
            "places": shows_places(review.scheme),
            "material": materials_of(period, [team], months_of(period), review, timezone.localdate(), rows)[0],
            "number": at + 1,
            "count": len(rows),
            "done": sum(one.reviewed_at is not None for one in rows),
            "previous": before,
            "following": after,
            "teams": [(one.team_name, url) for one, url in zip(rows, urls, strict=True)],
            "writes": open_now and bool(verdict),
            "why_not": verdict.reason or closed,
            "back": page_url(period),
        },
        template="appraisal/quarter_review.html",
    )


def _asked(rows: list[TeamReview], key: Any) -> int:
    """The place of the team asked for."""
    if not rows:
        raise Http404
    if key is None:
        return 0
    place = next((n for n, row in enumerate(rows) if str(row.team_id) == key), None)
    if place is None:
        raise Http404
    return place
