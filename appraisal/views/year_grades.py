"""党委评定 of a year: the table of the teams with the quota, one team's grade, the decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from appraisal.actions import years as actions
from appraisal.actions.annual_summaries import TEXTS
from appraisal.filters_years import GradeFilter
from appraisal.forms.years import AnnualGradeForm, YearDecideForm, YearStepForm
from appraisal.models import AnnualAssessment, AnnualGrade
from appraisal.permissions import RECUSED
from appraisal.permissions_quarters import see_quarters
from appraisal.permissions_years import decide_years, grade_row, grade_years, see_year_row, see_years
from appraisal.rules.base import marks
from appraisal.views.annual_summaries import judged
from appraisal.views.years import assessment_of, begun, sees_places, sees_results, state_of, step_page, taken, under
from appraisal.year_facts import quota_of, terms_of
from appraisal.year_terms import Quota
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE
from lianzhen.accounts.verdicts import NotAllowed
from lianzhen.pages.computed import ComputedRows
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to, tag
from lianzhen.periods import Month, Quarter
from lianzhen.wording import number

State = AnnualAssessment.State
#: What the table, the quota and the decision read of a row; a county has six hundred.
READ = (
    "assessment", "team", "village", "position", "score", "village_score", "place", "tied", "quarters", "proposed",
    "grade", "reason", "summary__district_name", "summary__village_name", "summary__opinion_grade",
)  # fmt: skip
#: Before the year is handed in there is nothing to grade.
NOT_HANDED = "还没有提交党委评定。"
NOT_TOLD = "等次在结果通报印发后公布。"


def rows_of(assessment: AnnualAssessment, user: User) -> list[AnnualGrade]:
    """Of the teams taking part that the user sees, in the order of districts and villages. One query."""
    rows = AnnualGrade.objects.visible_to(user).standing().filter(assessment=assessment)
    return list(rows.select_related("summary").only(*READ).order_by("position"))


# --- The table --------------------------------------------------------------------------------------
class GradeRow:
    """One team of the table."""

    def __init__(self, row: AnnualGrade, *, own: bool) -> None:
        self.pk, self.row, self.own = row.pk, row, own
        self.position, self.score, self.place = row.position, row.score, row.place
        self.district, self.name = row.summary.district_name, row.summary.village_name
        self.opinion, self.proposed, self.grade = row.summary.opinion_grade, row.proposed, row.grade
        self.quarters = "、".join(one["grade"] for one in row.quarters)


def columns(year: int, *, decides: bool, places: bool) -> list[Column]:
    def grade(r: GradeRow) -> Any:
        if not r.grade:
            return tag("off", "回避") if decides and r.own else tag("wait", "待评定")
        if r.row.reason:
            return format_html('{} <span class="muted">{}</span>', tag("warn", r.grade), r.row.reason)
        return r.grade

    return [
        Column("position", "序号", lambda r: r.position, kind="number", sort=["position"], secondary=True),
        Column("district", "片区", lambda r: r.district, sort=["district"], kind="code", secondary=True),
        Column(
            "team", "村", lambda r: r.name, show=lambda r: link_to("year_grade", r.pk, r.name, str(year)), head=True
        ),
        Column("score", "年度得分", lambda r: r.score, show=lambda r: marks(r.score), kind="number", sort=["score"]),
        *([Column("place", "名次", lambda r: r.row.place_text, sort=["place"], secondary=True)] if places else ()),
        Column(
            "village",
            "村得分",
            lambda r: r.row.village_score,
            show=lambda r: marks(r.row.village_score),
            kind="number",
            secondary=True,
        ),
        Column("quarters", "各季等次", lambda r: r.quarters, kind="code", secondary=True),
        Column("opinion", "片区建议", lambda r: r.opinion, sort=["opinion"], secondary=True),
        Column("proposed", "按办法建议", lambda r: r.proposed, sort=["proposed"], secondary=True),
        Column("grade", "等次", lambda r: r.grade, show=grade, sort=["grade"]),
    ]


@guarded(see_years, methods=LIST_METHODS)
def year_grades(request: HttpRequest, year: int) -> HttpResponse:
    """Every team with its figures, the proposals and the grades; the quota stands above."""
    assessment, user = assessment_of(year), request.user
    if assessment is None or assessment.state == State.SUMMARY:
        rows, told = [], {"state": ("off", "未开始") if assessment is None else state_of(assessment)}
    else:
        refuse_early(assessment, user)
        rows = rows_of(assessment, user)
        told = standing_of(assessment, rows, user)
    own = told.get("aside", set())
    page = ListPage(
        request,
        ComputedRows(AnnualGrade, [GradeRow(row, own=row.team_id in own) for row in rows]),
        columns(year, decides=told.get("gives", False), places=assessment is None or sees_places(user, assessment)),
        title=f"{year}年考核等次",
        order=["position"],
        filterset=GradeFilter,
        count=lambda n: f"共{number(n)}个组",
        empty_text=NOT_HANDED,
        context={**under(year), "year": year, "assessment": assessment, **told},
    )
    return page.respond("appraisal/year_grades.html")


def standing_of(assessment: AnnualAssessment, rows: list[AnnualGrade], user: User) -> dict[str, Any]:
    """How far the grades are, the quota, and what the reader may do about them."""
    gives = assessment.state == State.COMMITTEE and bool(grade_years(user))
    open_rows = [row for row in rows if not row.grade]
    own = actions.own_rows(user, assessment.year)[0] if gives else set()
    left = sum(bool(row.proposed) and row.team_id not in own for row in open_rows)
    verdict = decide_years(user, assessment) if gives else decide_years(user)
    return {
        "aside": own,
        "state": state_of(assessment),
        "as_proposed": as_proposed(assessment, rows).given if left and gives else None,
        "quota": quota_of(assessment, rows) if user.standing.has(*TOWN_WIDE) else None,
        "open": not assessment.is_graded,
        "given": len(rows) - len(open_rows),
        "total": len(rows),
        "left": left if gives else 0,
        "gives": gives,
        "decides": gives and bool(verdict) and not open_rows,
        # Why he may not, or that he registers what the body decided.
        "why_not": verdict.reason if gives else "",
    }


def as_proposed(assessment: AnnualAssessment, rows: list[AnnualGrade]) -> Quota:
    """The quota if every team without a grade got the one that is proposed. No query."""
    return terms_of(assessment).quota_of([row.grade or row.proposed for row in rows], len(rows))


def refuse_early(assessment: AnnualAssessment, user: User) -> None:
    """The results are not the reader's to see yet."""
    if not sees_results(user, assessment):
        raise NotAllowed(NOT_HANDED if assessment.state == State.SUMMARY else NOT_TOLD)


@guarded(grade_years)
def year_grades_rest(request: HttpRequest, year: int) -> HttpResponse:
    """其余按建议等次."""
    assessment, user = begun(year), request.user
    own, as_body = actions.own_rows(user, year)
    whole = rows_of(assessment, user)
    rows = [row for row in whole if not row.grade]
    taken = [row for row in rows if row.proposed and row.team_id not in own]
    counts: dict[str, int] = {}
    for row in taken:
        counts[row.proposed] = counts.get(row.proposed, 0) + 1
    effects = [f"{grade}{number(counts[grade])}个组。" for grade in terms_of(assessment).choices if grade in counts]
    if taken:
        effects.append(f"{as_proposed(assessment, whole).sentence}。".replace("现有", "办理后"))
    told = ((row.summary.team_name, as_body.get(row.team_id)) for row in taken)
    effects += [f"{name}：{verdict.reason}" for name, verdict in told if verdict]
    if len(rows) > len(taken):
        effects.append(f"本人要回避的组和没有建议等次的组共{number(len(rows) - len(taken))}个，不在其内。")
    address = reverse("year_grades", args=[year])
    return step_page(
        request,
        year,
        State.COMMITTEE,
        lambda assessment: YearStepForm(request.POST or None),
        lambda assessment, now, values: actions.accept_proposals(assessment=assessment, by=user, now=now),
        f"已按建议评定{number(len(taken))}个组。",
        submit="按建议评定其余的组",
        effects=effects or ["没有可以按建议评定的组。"],
        cancel_url=address,
        done_url=address,
    )


# --- One team ---------------------------------------------------------------------------------------
def find_row(user: User, kwargs: dict[str, Any]) -> AnnualGrade:
    """Of the year in the address, a team that takes part."""
    rows = (
        AnnualGrade.objects.visible_to(user)
        .standing()
        .select_related("assessment__scheme", "summary__opinion_by", "summary__checked_by", "graded_by")
    )
    row = rows.filter(pk=kwargs.pop("pk"), assessment__year=kwargs.pop("year")).first()
    if row is None:
        raise Http404
    return row


@guarded(see_year_row, find=find_row, methods=("GET",))
def year_grade(request: HttpRequest, row: AnnualGrade) -> HttpResponse:
    """What a team's year rests on, and its grade. Whoever may give it is led to the form."""
    assessment, user = row.assessment, request.user
    refuse_early(assessment, user)
    verdict = grade_row(user, row)
    if verdict and assessment.state == State.COMMITTEE:
        return redirect(reverse("year_grade_give", args=[assessment.year, row.pk]))
    why_not = verdict.reason if verdict.reason == RECUSED else ""
    return render(request, "appraisal/year_grade.html", {**shown(row, user, "year_grade"), "why_not": why_not})


@guarded(grade_row, find=find_row)
def year_grade_give(request: HttpRequest, row: AnnualGrade) -> HttpResponse:
    assessment, user = row.assessment, request.user
    if request.method == "GET" and assessment.state != State.COMMITTEE:
        return redirect(reverse("year_grade", args=[assessment.year, row.pk]))
    context = {**shown(row, user, "year_grade_give"), "as_body": grade_row(user, row).reason}
    led = context["following"] if request.POST.get("go") == "next" else ""
    return form_page(
        request,
        AnnualGradeForm(request.POST or None, record=row, grades=terms_of(assessment).choices),
        save=lambda values: actions.save_grade(row=row, by=user, now=timezone.now(), **values),
        done=lambda saved: (led or context["cancel_url"], f"{row.summary.team_name}等次已保存。"),
        context=context,
        template="appraisal/year_grade.html",
    )


def shown(row: AnnualGrade, user: User, page: str) -> dict[str, Any]:
    """What both pages show of a team; `page`: the name of the neighbours' address. Without a form it is read."""
    assessment, summary = row.assessment, row.summary
    summary.assessment = assessment
    before, after = neighbours(row, user, page)
    address = reverse("year_grades", args=[assessment.year])
    return {
        "cancel_url": address,
        "crumbs": [*under(assessment.year)["crumbs"], ("等次", address)],
        "heading": summary.team_name,
        "row": row,
        "summary": summary,
        "year": assessment.year,
        "months": months_of(row),
        "places": sees_places(user, assessment),
        "quarters": quarters_of(row, user),
        "parts": [(label, getattr(summary, name)) for name, label in TEXTS.items()],
        "judged": judged(summary),
        "previous": before,
        "following": after,
    }


def months_of(row: AnnualGrade) -> list[tuple[Month, str, str, int]]:
    """Month, the team's score, the village's (without 分), place, as frozen."""
    return [
        (Month.parse(one["month"]), marks(Decimal(one["total"])), marks(Decimal(one["village"])), one["place"])
        for one in row.months
    ]


def quarters_of(row: AnnualGrade, user: User) -> list[tuple[str, str, str]]:
    """2018年第四季度, its grade, and the address of the material where the reader may open it."""
    found, may = [], bool(see_quarters(user))
    for one in row.quarters:
        quarter = Quarter.parse(one["quarter"])
        address = reverse("quarter_material", args=[quarter.key, row.team_id]) if may else ""
        found.append((quarter.title, one["grade"], address))
    return found


def neighbours(row: AnnualGrade, user: User, page: str) -> tuple[str, str]:
    """Addresses of the teams before and after. One query."""
    rows = AnnualGrade.objects.visible_to(user).standing().filter(assessment=row.assessment)
    if page == "year_grade_give":
        rows = rows.exclude(team__in=actions.own_rows(user, row.assessment.year)[0])
    keys = list(rows.order_by("position").values_list("pk", flat=True))
    at = keys.index(row.pk)
    urls = [reverse(page, args=[row.assessment.year, key]) for key in keys]
    return (urls[at - 1] if at else ""), (urls[at + 1] if at + 1 < len(keys) else "")


# --- The decision -----------------------------------------------------------------------------------
@guarded(decide_years)
def year_decide(request: HttpRequest, year: int) -> HttpResponse:
    assessment, user = begun(year), request.user
    address = reverse("year_grades", args=[year])
    if closed := taken(request, assessment, State.COMMITTEE, url=address):
        return closed
    verdict = decide_years(user, assessment)
    if not verdict:
        raise NotAllowed(verdict.reason)
    rows = rows_of(assessment, user)
    quota = quota_of(assessment, rows)
    counts = [(grade, sum(row.grade == grade for row in rows)) for grade in terms_of(assessment).choices]
    told = "，".join(f"{grade}{number(count)}个组" for grade, count in counts if count)
    effects = [
        *filter(None, [verdict.reason]),
        f"{told or '还没有评定等次'}。",
        f"{quota.sentence}。",
        "登记后，等次不再变动；由联村办主任印发结果通报。",
    ]
    return step_page(
        request,
        year,
        State.COMMITTEE,
        lambda assessment: YearDecideForm(request.POST or None, record=assessment, quota=quota),
        lambda assessment, now, values: actions.decide(assessment=assessment, by=user, now=now, **values),
        "已登记党委评定，联村办主任会收到消息。",
        submit="登记党委评定",
        effects=effects,
        cancel_url=address,
    )
