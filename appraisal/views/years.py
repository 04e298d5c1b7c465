"""年考核: the years, one year with its stages and its teams, and the steps that change its state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import years as actions
from appraisal.closing import Step, for_reader
from appraisal.filters_years import YearFilter
from appraisal.forms.years import YearBackForm, YearStepForm
from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary, IssuedDocument, Scheme
from appraisal.permissions_years import decide_years, draft_year_notice, grade_years, keep_years, see_years
from appraisal.views.weekly_reports import carried_out
from appraisal.views.year_table import Listed, columns, listed, team_row, village_rows
from appraisal.year_facts import (
    counts_of,
    missing_of,
    months_of,
    scheme_of,
    self_governed,
    start_problem,
    terms_of,
    unreviewed_of,
    year_terms_of,
)
from appraisal.year_paper_facts import issued_of
from appraisal.year_steps import Standing, steps
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.pages.computed import ComputedRows
from lianzhen.pages.forms import FIRST_DAY, LAST_DAY, form_page, taken_meanwhile
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.wording import full_date, number

State = AnnualAssessment.State
CRUMBS = [("年总结年考核", "/years/")]
PEOPLE = ("opened_by", "handed_by", "decided_by")


def asked_year(year: int) -> int:
    """The year of an address. One that no town has records of leads nowhere."""
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise Http404
    return year


def assessment_of(year: int) -> AnnualAssessment | None:
    rows = AnnualAssessment.objects.select_related("scheme", "notice", *PEOPLE).defer("notice__body", "notice__words")
    return rows.filter(year=asked_year(year)).first()


def begun(year: int) -> AnnualAssessment:
    assessment = assessment_of(year)
    if assessment is None:
        raise Http404(f"{year}年考核还没有开始。")
    return assessment


def taken(request: HttpRequest, assessment: AnnualAssessment, *states: str, url: str = "") -> HttpResponse | None:
    """A step that is not due has no form: to the page that says how far the year is."""
    if request.method != "GET" or assessment.state in states:
        return None
    return taken_meanwhile(request, actions.closed_sentence(assessment, *states), url or page_url(assessment.year))


def page_url(year: int) -> str:
    return reverse("year", args=[year])


def under(year: int) -> dict[str, Any]:
    return {"cancel_url": page_url(year), "crumbs": [*CRUMBS, (f"{year}年考核", page_url(year))]}


def state_of(assessment: AnnualAssessment) -> tuple[str, str]:
    return ("good" if assessment.is_graded else "wait"), assessment.get_state_display()


def sees_results(user: User, assessment: AnnualAssessment) -> bool:
    """Scores, places and grades are there once the year is handed in, and are the town's until they are announced.
    Those of a year that was sent back are out of date."""
    if assessment.state == State.SUMMARY:
        return False
    return assessment.state == State.TOLD or user.standing.has(*TOWN_WIDE)


def sees_places(user: User, assessment: AnnualAssessment) -> bool:
    """Places are the town's to work with; others see them where the scheme shows places."""
    return assessment.scheme.display == Scheme.Display.PLACE or user.standing.has(*TOWN_WIDE)


# --- The years --------------------------------------------------------------------------------------
COLUMNS = (
    Column(
        "year",
        "年度",
        lambda a: a.year,
        show=lambda a: link(page_url(a.year), f"{a.year}年"),
        sort=["year"],
        head=True,
    ),
    Column("state", "状态", lambda a: a.get_state_display(), show=lambda a: tag(*state_of(a)), sort=["state"]),
    Column("scheme", "考核方案", lambda a: str(a.scheme), secondary=True),
    Column("decided", "党委评定", lambda a: a.decided_on, kind="date", sort=["decided_on"]),
    Column("basis", "依据", lambda a: a.basis, secondary=True),
)


@guarded(see_years, methods=LIST_METHODS)
def year_list(request: HttpRequest) -> HttpResponse:
    this = timezone.localdate().year
    page = ListPage(
        request,
        AnnualAssessment.objects.visible_to(request.user).select_related("scheme"),
        COLUMNS,
        title="年总结年考核",
        order=["-year"],
        count=lambda n: f"共{number(n)}个年度",
        empty_text="还没有开始的年考核。每年12月由联村办开始，组长写年总结，片区出意见，联村办核查，党委评定等次。",
        context={"extra_actions": [(f"{year}年考核", page_url(year)) for year in (this - 1, this)]},
    )
    return page.respond()


# --- One year ---------------------------------------------------------------------------------------
@guarded(see_years, methods=LIST_METHODS)
def year(request: HttpRequest, year: int) -> HttpResponse:
    """The stages, and the teams with how far each is; a team sees its own."""
    assessment, user = assessment_of(year), request.user
    results = assessment is not None and sees_results(user, assessment)
    summaries = listed(assessment, user) if assessment else []
    alone = village_rows(self_governed(year, user), max((one.position for one in summaries), default=0))
    rows = [*(team_row(one, year, results=results) for one in summaries), *alone]
    scheme = assessment.scheme if assessment else scheme_of(year)
    problem = "" if assessment else start_problem(year, scheme, timezone.localdate())
    at = standing_of(year, assessment, summaries, problem, whole=user.standing.has(*TOWN_WIDE))
    own = [one for one in summaries if one.team_id in user.standing.teams(Role.LEADER)]
    page = ListPage(
        request,
        ComputedRows(AnnualSummary, rows),
        columns(rows, places=assessment is not None and sees_places(user, assessment)),
        title=f"{year}年考核",
        order=["position"],
        filterset=YearFilter if len(rows) > 1 else None,
        count=lambda n: f"共{number(n)}个",
        empty_text=f"{problem or '还没有参加考核的联村工作组。'}",
        context={
            "crumbs": CRUMBS,
            "year": year,
            "assessment": assessment,
            "state": state_of(assessment) if assessment else ("off", "未开始"),
            "scheme": scheme,
            "terms": terms_of(assessment) if assessment else year_terms_of(scheme) if scheme else None,
            "steps": steps_for(user, at, assessment) if user.standing.has(*TOWN_WIDE, Role.DISTRICT) else [],
            "problem": problem,
            "missing": at.missing,
            "unreviewed": at.unreviewed,
            "own": [(one, reverse("year_summary", args=[year, one.pk])) for one in own],
            "signed": signed(assessment) if assessment else [],
            "notices": notices(assessment),
            "previous": page_url(year - 1),
            "following": page_url(year + 1),
            "keeps": bool(at.state == State.SUMMARY and keep_years(user)),
            "grades": bool(at.state == State.COMMITTEE and grade_years(user)),
            "town_wide": user.standing.has(*TOWN_WIDE),
        },
    )
    return page.respond("appraisal/year.html")


def notices(assessment: AnnualAssessment | None) -> list[IssuedDocument]:
    """结果通报 as issued, the one that stands first, what it corrects after it. One query, once there is any."""
    if assessment is None or assessment.notice_id is None:
        return []
    return issued_of(IssuedDocument.Kind.ANNUAL_RESULT, assessment)[::-1]


def standing_of(
    year: int, assessment: AnnualAssessment | None, summaries: list[Listed], problem: str, *, whole: bool
) -> Standing:
    """`whole`: the summaries at hand are those of the whole town; then two queries, else four."""
    missing = missing_of(year, months_of(year))
    if assessment is None:
        return Standing(year, blocked=problem, missing=missing)
    unreviewed = unreviewed_of(year) if assessment.state == State.SUMMARY else ""
    if whole:
        counts = dict(Counter(one.state for one in summaries))
        graded = sum(bool(one.grade) for one in summaries if one.state != AnnualSummary.State.OUT)
    else:
        counts = counts_of(assessment)
        graded = AnnualGrade.objects.standing().filter(assessment=assessment).exclude(grade="").count()
    return Standing(year, assessment.state, "", counts, missing, graded, unreviewed)


def steps_for(user: User, at: Standing, assessment: AnnualAssessment | None) -> list[Step]:
    """The stages; what the reader may not do leads nowhere, and who may not register the decision reads the grades."""
    results = assessment is not None and sees_results(user, assessment)
    may = {
        "year_start": bool(keep_years(user)),
        "year_hand_in": bool(keep_years(user)),
        "year_grades": results,
        "year_decide": bool(decide_years(user, assessment)),
        "year_notice": bool(draft_year_notice(user)),
    }
    found = steps(at)
    if not may["year_decide"]:
        found = [
            replace(one, action="year_grades", button="查看等次") if one.action == "year_decide" else one
            for one in found
        ]
    return for_reader(found, may)


def signed(assessment: AnnualAssessment) -> list[tuple[str, str]]:
    """Who did what when."""
    told = []
    for word, name in (("开始考核", "opened"), ("提交评定", "handed"), ("登记评定", "decided")):
        moment = getattr(assessment, f"{name}_at")
        if moment is not None:
            told.append(
                (word, f"{getattr(assessment, f'{name}_by') or '系统'}，{full_date(timezone.localdate(moment))}")
            )
    if assessment.decided_on is not None:
        told.append(("党委评定", f"{full_date(assessment.decided_on)}，依据{assessment.basis}"))
    if assessment.over_quota_reason:
        told.append(("超出比例的理由", assessment.over_quota_reason))
    return told


# --- Steps ------------------------------------------------------------------------------------------
def step_page(
    request: HttpRequest,
    year: int,
    state: str,
    form: Callable[[AnnualAssessment], forms.Form],
    save: Callable[[AnnualAssessment, datetime, dict[str, Any]], Any],
    said: str,
    *,
    done_url: str = "",
    **context: Any,
) -> HttpResponse:
    """One step about a year that was begun and is in the state: form, action, back to the year."""
    assessment, now = begun(year), timezone.now()
    if closed := taken(request, assessment, state, url=done_url):
        return closed
    return form_page(
        request,
        form(assessment),
        save=lambda values: save(assessment, now, values),
        done=lambda saved: (done_url or page_url(year), said),
        context={**under(year), "heading": f"{assessment}：{context['submit']}", **context},
    )


def _not_yet(year: int) -> str:
    """Why there is nothing to begin."""
    if assessment_of(year) is not None:
        return f"{year}年考核已经开始。"
    return start_problem(year, scheme_of(year), timezone.localdate())


@guarded(keep_years)
def year_start(request: HttpRequest, year: int) -> HttpResponse:
    if request.method == "GET" and (said := _not_yet(year)):
        return taken_meanwhile(request, said, page_url(year))
    return form_page(
        request,
        YearStepForm(request.POST or None),
        save=lambda values: actions.start_year(year=year, by=request.user, now=timezone.now()),
        done=lambda assessment: (page_url(year), f"{assessment}已开始，组长会收到填写年总结的消息。"),
        context={
            **under(year),
            "heading": f"{year}年考核：开始年考核",
            "submit": "开始年考核",
            "effects": [
                "给每个联村工作组建一份年总结，按全年记录预填主要工作、亮点和问题，由组长修改报送。",
                "等次按12月的考核方案办理，开始后改方案不影响这一年。",
            ],
        },
    )


@guarded(keep_years, methods=("POST",))
def year_refresh(request: HttpRequest, year: int) -> HttpResponse:
    """更新名单: teams opened since are added."""
    assessment = begun(year)

    def work() -> str:
        added = actions.refresh_teams(assessment=assessment, by=request.user, now=timezone.now())
        return f"已增加{number(added)}个组，组长会收到消息。" if added else "名单已是最新，没有新增的组。"

    return carried_out(request, work, page_url(year))


@guarded(keep_years)
def year_hand_in(request: HttpRequest, year: int) -> HttpResponse:
    return step_page(
        request,
        year,
        State.SUMMARY,
        lambda assessment: YearStepForm(request.POST or None, record=assessment),
        lambda assessment, now, values: actions.hand_in(assessment=assessment, by=request.user, now=now, **values),
        "已提交党委评定。",
        submit="提交党委评定",
        effects=[
            "由各月定稿得分生成各组年度得分、名次和建议等次。",
            "提交后，年总结、片区意见和核查情况不能再改；党委退回后可以修改。",
            "提交的人不能登记评定，由党委委员登记。",
        ],
    )


@guarded(grade_years)
def year_back(request: HttpRequest, year: int) -> HttpResponse:
    return step_page(
        request,
        year,
        State.COMMITTEE,
        lambda assessment: YearBackForm(request.POST or None, record=assessment),
        lambda assessment, now, values: actions.send_back(assessment=assessment, by=request.user, now=now, **values),
        "已退回，联村办会收到消息。",
        submit="退回年考核",
        effects=["退回后，联村办可以把年总结退回补充，再次提交；得分没有变的组，已评定的等次保留。"],
    )
