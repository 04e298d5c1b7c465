"""得分: the month's table as figures, bars or tints, and 这个分怎么来的 for one team."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import django_filters as filters
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from appraisal.duty_overview import compares_districts
from appraisal.filters_duty import kept
from appraisal.linkage import ONE, Mean
from appraisal.models import AppraisalMonth, MonthlyScore, ScoreEntry
from appraisal.permissions import TEAM
from appraisal.permissions_months import close_months, see_scores
from appraisal.ranking import Display
from appraisal.rules.base import change_in_marks, marks
from appraisal.score_account import ExplainedLine, TeamScore
from appraisal.score_charts import YearLine, YearPoint, bar_rows, tint, year_line
from appraisal.score_facts import MonthScores, month_scores
from appraisal.team_rows import NO_DISTRICT
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.pages.computed import ComputedFilterSet, ComputedRows, PeriodPage
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, STAND_IN, Column, link
from lianzhen.periods import Month
from lianzhen.wording import clock, full_date, number
from villages.filters_places import NO_DISTRICT as WITHOUT
from villages.models import LiaisonTeam
from villages.visibility import VILLAGE_ROLES, works_for

BARS, HEAT = "bars", "heat"
VIEWS = (("", "表格"), (BARS, "条形"), (HEAT, "热力表"))
#: From the publicity on every member of the staff sees every team.
PUBLIC = AppraisalMonth.CLOSED_FOR_ENTRIES


def asked_month(key: str) -> Month:
    """The month of an address. An address with another key leads nowhere."""
    try:
        return Month.parse(key)
    except ValueError as problem:
        raise Http404(str(problem)) from problem


def find_team(user: User, kwargs: dict[str, Any]) -> LiaisonTeam:
    """One whose village the user sees, or that he served in within the month. Leaves the month to the view."""
    month = asked_month(kwargs["month"])
    rows = LiaisonTeam.objects.readable_by(user, month.start, month.end).select_related("village__group")
    team = rows.filter(pk=kwargs.pop("pk")).first()
    if team is None:
        raise Http404
    return team


def worked_there(user: User, team: int, month: Month) -> bool:
    """Served in the team within the month, and has left it."""
    return any(one.team == team and one.touches(month.start, month.end) for one in user.standing.served)


def opens(user: User, one: TeamScore, month: Month) -> bool:
    """Whether `score_page` opens; `find_team` without a query."""
    return works_for(user, one.village_id, one.group_id) or worked_there(user, one.pk, month)


def told_all(user: User) -> bool:
    """Sees what waits for a second person; a team is not told of it."""
    return user.standing.has(*TOWN_WIDE, Role.DISTRICT)


def seen_scores(user: User, found: MonthScores) -> list[TeamScore]:
    """All for the town and in public months; otherwise those of one's district, team or village. No query."""
    scores = list(found.scores.values())
    if user.standing.has(*TOWN_WIDE) or (found.row is not None and found.row.state in PUBLIC):
        return scores
    groups, villages = user.standing.groups(Role.DISTRICT), user.standing.villages()

    def own(one: TeamScore) -> bool:
        return one.group_id in groups or one.village_id in villages or worked_there(user, one.pk, found.month)

    return [one for one in scores if own(one)]


# --- The month's table ----------------------------------------------------------------------------
class ScoreRow:
    """One team in the table; what a list orders by lies flat: `cat0`, `cat1` … are the scores by category."""

    def __init__(self, score: TeamScore) -> None:
        self.score = score
        self.pk, self.number, self.code, self.pinyin = score.pk, score.number, score.code, score.pinyin
        self.place, self.group_id = score.district_position, score.group_id
        self.total, self.deducted, self.bonus, self.change = score.total, score.deducted, score.bonus, score.change
        self.categories = [one for one in score.categories if one.counts]
        for n, one in enumerate(self.categories):
            setattr(self, f"cat{n}", one.score)


class ScoreFilter(ComputedFilterSet):
    by = kept("分栏")
    group = filters.ChoiceFilter(label="片区", method="by_group", empty_label="全部片区")

    class Meta:
        model = LiaisonTeam
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: ComputedRows | None = None, **more: Any) -> None:
        super().__init__(data, queryset=queryset, **more)
        offered = {(row.place, row.group_id, row.score.district) for row in self.queryset if row.group_id}
        choices = [(str(pk), name) for _, pk, name in sorted(offered)]
        if any(row.group_id is None for row in self.queryset):
            choices.append((WITHOUT, NO_DISTRICT))
        self.filters["group"].extra["choices"] = choices

    def keep(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows

    def by_group(self, rows: ComputedRows, name: str, value: str) -> ComputedRows:
        return rows.filter(lambda row: (WITHOUT if row.group_id is None else str(row.group_id)) == value)


def mark(key: str, title: str, **more: Any) -> Column:
    return Column(
        key,
        title,
        lambda r: getattr(r, key),
        show=lambda r: marks(getattr(r, key)),
        sort=[key],
        kind="number",
        **more,
    )


def columns(found: MonthScores, shown: list[TeamScore], opened: Collection[int]) -> list[Column]:
    """`opened`: ids of the teams whose own page opens."""
    first = found.scores[next(iter(found.scores))] if found.scores else None
    names = [one.name for one in first.categories if one.counts] if first else []

    before, _, after = reverse("score_page", args=[found.month.key, STAND_IN]).partition(str(STAND_IN))

    def team(row: ScoreRow) -> Any:
        name = row.score.village_name
        return link(f"{before}{row.pk}{after}", name) if row.pk in opened else name

    heads = [
        Column("team", "联村工作组", lambda r: r.score.village_name, show=team, sort=["pinyin"], head=True),
        Column("district", "片区", lambda r: r.score.district, sort=["place", "code"], secondary=True),
    ]
    if found.display is not Display.NONE:
        heads.insert(0, Column("place", found.display.column, lambda r: r.score.column, sort=["number"]))
    return [
        *heads,
        *[mark(f"cat{n}", name, secondary=True) for n, name in enumerate(names)],
        mark("deducted", "扣分合计", secondary=True),
        mark("bonus", "加分", secondary=True),
        mark("total", "得分"),
        Column(
            "change",
            "较上月",
            lambda r: r.change,
            show=lambda r: change_in_marks(r.change),
            sort=["change"],
            kind="number",
            secondary=True,
        ),
    ]


@guarded(see_scores, methods=("GET",))
def score_now(request: HttpRequest) -> HttpResponse:
    """The running month: the table, or for whoever serves in one team and no more, his own score. Whoever has left
    and serves nowhere finds the last month in which he did."""
    key, standing = Month.of(timezone.localdate()).key, request.user.standing
    teams = standing.teams(*TEAM)
    if len(teams) == 1 and not standing.has(*TOWN_WIDE, Role.DISTRICT):
        return redirect("score_page", key, next(iter(teams)))
    if standing.served and not standing.has(*TOWN_WIDE, Role.DISTRICT, *VILLAGE_ROLES):
        last = standing.served[0]
        return redirect("score_page", Month.of(last.until).key, last.team)
    return redirect("score_list", key)


@guarded(see_scores, methods=LIST_METHODS)
def score_list(request: HttpRequest, month: str) -> HttpResponse:
    today, period = timezone.localdate(), asked_month(month)
    found = month_scores(period, today, for_team=not told_all(request.user))
    shown = seen_scores(request.user, found)
    opened = {one.pk for one in shown if opens(request.user, one, period)}
    by = request.GET.get("by", "")
    page = PeriodPage(
        request,
        ComputedRows(MonthlyScore, [ScoreRow(one) for one in shown]),
        columns(found, shown, opened),
        title=f"{period.title}得分",
        order=["number", "place", "code"] if found.display is Display.PLACE else ["place", "code"],
        filterset=ScoreFilter,
        count=lambda n: f"共{number(n)}个联村工作组",
        empty_text=no_scores(found),
        period=period,
        context={
            "month": period,
            "previous": reverse("score_list", args=[period.previous().key]),
            "following": reverse("score_list", args=[period.next().key]),
            "tabs": [
                {"title": title, "url": f"?by={key}" if key else "?", "current": key == by} for key, title in VIEWS
            ],
            "note": " · ".join(notes(found, shown)),
            "state": state_of(found),
            "extra_actions": [("公示表", url)] if (url := notice_url(found)) else [],
            "means": means(found) if compares_districts(request.user) else [],
            "by": by,
            "opened": opened,
        },
    )
    if request.method == "GET" and request.GET.get("print") != "1" and by in (BARS, HEAT):
        return chart(page, by)
    return page.respond("appraisal/score_list.html")


def chart(page: PeriodPage, by: str) -> HttpResponse:
    """The same rows, filtered and in the same order, as bars or as tints."""
    rows = [row.score for row in page.matching]
    context = {**page.context, "title": page.title, "filter": page.filter, "filtered": page.filtered}
    context |= {"clear_url": page.clear_url, "count_text": page.count(len(rows)), "empty_text": page.empty_text}
    if by == BARS:
        return render(page.request, "appraisal/score_bars.html", {**context, "rows": bar_rows(rows)})
    heat = [
        {"score": one, "cells": [(c.deducted, tint(c.deducted, c.full)) for c in one.categories if c.counts]}
        for one in rows
    ]
    names = [one.name for one in rows[0].categories if one.counts] if rows else []
    return render(page.request, "appraisal/score_heat.html", {**context, "rows": heat, "names": names})


def no_scores(found: MonthScores) -> str:
    if found.scheme is None:
        return f"{found.month.title}还没有通过的考核方案，通过后才有得分。"
    return "这个月没有参加月度考核的联村工作组。"


def state_of(found: MonthScores) -> tuple[str, str]:
    """Tone and word: how far the month is."""
    if found.row is None:
        return ("off", "未开始")
    tone = "good" if found.row.is_sealed else "wait"
    return (tone, found.row.get_state_display())


def notice_url(found: MonthScores) -> str:
    """The 公示表 of a month that is public; nothing before."""
    public = found.row is not None and found.row.state in PUBLIC
    return reverse("month_notice", args=[found.month.key]) if public else ""


def notes(found: MonthScores, shown: Iterable[TeamScore]) -> list[str]:
    """What the figures rest on."""
    if found.scheme is None:
        return []
    said = []
    if found.is_frozen and found.row is not None:
        said.append(f"{full_date(timezone.localdate(found.row.locked_at))}定稿")
    else:
        now = timezone.localtime()
        said.append(f"初算，截至{now.month}月{now.day}日{clock(now)}")
    weight = found.scheme.village_weight
    own = ONE - weight
    said.append(f"各类得分、扣分和加分按村×{number(weight)} + 工作组×{number(own)}折算")
    if not any(one.deducted or one.bonus for one in shown):
        said.append(f"{found.month.number}月还没有生效的扣分和加分")
    return said


def means(found: MonthScores) -> list[tuple[str, Mean]]:
    return list(found.means.items())


# --- One team -----------------------------------------------------------------------------------
@guarded(see_scores, find=find_team, methods=("GET",))
def score_page(request: HttpRequest, team: LiaisonTeam, month: str) -> HttpResponse:
    """这个分怎么来的."""
    period = asked_month(month)
    found = month_scores(period, timezone.localdate(), explain=[team], for_team=not told_all(request.user))
    score = found.scores.get(team.pk)
    context: dict[str, Any] = {
        "title": f"{team}{period.title}得分",
        "team": team,
        "month": period,
        "score": score,
        "found": found,
        "state": state_of(found),
        "notes": " · ".join(notes(found, [score] if score else [])),
        "why_none": no_scores(found) if found.scheme is None else "这个联村工作组本月不参加月度考核。",
        "crumbs": [("得分", reverse("score_list", args=[period.key]))],
        "previous": _page_of(request.user, team, period.previous()),
        "following": _page_of(request.user, team, period.next()),
        "print_url": "?print=1",
        "notice_url": notice_url(found),
    }
    if found.is_frozen and score is not None and close_months(request.user):
        frozen = MonthlyScore.objects.filter(month=found.row, team=team).values_list("pk", flat=True).first()
        context["correct_url"] = f"{reverse('correction_add')}?score={frozen}"
    if score is not None:
        lines = _opened(request.user, team, score)
        context |= {
            "lines": lines,
            "names": {one.key: one.name for one in score.village.categories},
            "groups": grouped(score, lines),
            "rows": category_rows(score),
            "places": found.display is Display.PLACE,
            "grades": found.display is Display.GRADE,
            "mean": found.means.get(score.district),
            "year": twelve_months(request.user, team, found, score),
            "signs": ["制表", "审核", "联村工作组组长"],
        }
    printing = request.GET.get("print") == "1"
    return render(request, "appraisal/score_page_print.html" if printing else "appraisal/score_page.html", context)


def _page_of(user: User, team: LiaisonTeam, month: Month) -> str:
    """Empty where it does not open."""
    seen = works_for(user, team.village_id, team.village.group_id) or worked_there(user, team.pk, month)
    return reverse("score_page", args=[month.key, team.pk]) if seen else ""


def _opened(user: User, team: LiaisonTeam, score: TeamScore) -> Sequence[ExplainedLine]:
    """The lines; those about days after he left do not lead further. One query, of those who have left."""
    if works_for(user, team.village_id, team.village.group_id):
        return score.lines
    found = ScoreEntry.objects.visible_to(user).filter(pk__in=[line.entry_id for line in score.lines])
    seen = set(found.order_by().values_list("pk", flat=True))
    return [replace(line, opens=line.entry_id in seen) for line in score.lines]


def grouped(score: TeamScore, lines: Sequence[ExplainedLine]) -> list[tuple[str, list[ExplainedLine]]]:
    """The lines under the names of their categories, in the order of the scheme."""
    return [
        (one.name, of_category)
        for one in score.village.categories
        if (of_category := [line for line in lines if line.category == one.key])
    ]


def category_rows(score: TeamScore) -> list[dict[str, Any]]:
    """Both scores side by side, category by category."""
    return [
        {"village": of_village, "own": of_own, "linked": linked}
        for of_village, of_own, linked in zip(
            score.village.categories, score.own.categories, score.categories, strict=True
        )
    ]


def twelve_months(user: User, team: LiaisonTeam, found: MonthScores, score: TeamScore) -> YearLine:
    """Sealed months as they were frozen, this one and the last as they stand; of whoever has left, his own months.
    One query."""
    months = [found.month]
    while len(months) < 12:
        months.insert(0, months[0].previous())
    frozen = MonthlyScore.objects.visible_to(user)
    sealed = frozen.filter(village=team.village_id, month__month__gte=months[0].start)
    totals = dict(sealed.values_list("month__month", "team_total"))
    totals[found.month.start] = score.total
    if score.change is not None and _page_of(user, team, found.month.previous()):
        totals.setdefault(found.month.previous().start, score.total - score.change)
    return year_line([YearPoint(month, totals.get(month.start)) for month in months])
