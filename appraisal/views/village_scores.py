"""Tab 得分 of the village page: its score month by month, each leading to where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from appraisal.models import MonthlyScore
from appraisal.permissions_months import see_scores
from appraisal.rules.base import marks
from appraisal.score_facts import team_scores
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import TOWN_WIDE, Role
from lianzhen.accounts.verdicts import ALLOWED, Verdict, refused
from lianzhen.pages.tables import Column, Table, link, plain_table
from lianzhen.periods import Month
from villages.extensions import Section, VillageTab, register_tab
from villages.models import LiaisonTeam, Village


@dataclass(frozen=True)
class MonthRow:
    """One month of a village with its team (分)."""

    month: Month
    team_id: int
    state: str
    village: Decimal
    own: Decimal
    total: Decimal
    deducted: Decimal
    bonus: Decimal
    grade: str


def see_village_scores(user: User, village: Village) -> Verdict:
    """The town, the liaison group of the district, and whoever works in the village."""
    if not (allowed := see_scores(user)) or user.standing.has(*TOWN_WIDE):
        return allowed
    near = village.group_id is not None and village.group_id in user.standing.groups(Role.DISTRICT)
    return ALLOWED if near or village.pk in user.standing.villages() else refused("这个村的得分由本村和所在片区查看。")


def _mark(key: str, title: str, **more: Any) -> Column:
    return Column(
        key,
        title,
        lambda r: getattr(r, key),
        show=lambda r: marks(getattr(r, key)),
        kind="number",
        **more,
    )


COLUMNS = (
    Column(
        "month",
        "月份",
        lambda r: r.month.title,
        show=lambda r: link(reverse("score_page", args=[r.month.key, r.team_id]), r.month.title),
        head=True,
    ),
    Column("state", "状态", lambda r: r.state),
    _mark("village", "村得分", secondary=True),
    _mark("own", "工作组自身得分", secondary=True),
    _mark("deducted", "扣分", secondary=True),
    _mark("bonus", "加分", secondary=True),
    _mark("total", "得分"),
    Column("grade", "等次", lambda r: r.grade),
)


def sealed_scores(village: Village) -> QuerySet[MonthlyScore]:
    rows = MonthlyScore.objects.filter(village=village).select_related("month").order_by("-month__month")
    return rows.defer("detail", "lines", "vetoes")


def month_rows(user: User, village: Village, sealed: Iterable[MonthlyScore]) -> list[MonthRow]:
    """The running month as it stands, then the sealed ones, the newest first. Four queries."""
    today = timezone.localdate()
    rows = [
        MonthRow(
            one.month.period,
            one.team_id,
            one.month.get_state_display(),
            one.village_total,
            one.team_own,
            one.team_total,
            one.deducted,
            one.bonus,
            one.grade,
        )
        for one in sealed
    ]
    team = LiaisonTeam.objects.on(today).filter(village=village).select_related("village__group").first()
    if team is not None:
        told_all = user.standing.has(*TOWN_WIDE, Role.DISTRICT)
        found = team_scores(team, Month.of(today), today, for_team=not told_all)
        score = found.scores.get(team.pk)
        if score is not None and not found.is_frozen:
            state = f"初算，{score.pending}" if score.pending else "初算"
            figures = (score.village.total, score.own.total, score.total, score.deducted, score.bonus)
            rows.insert(0, MonthRow(found.month, team.pk, state, *figures, score.band))
    return rows


def scores_tab(request: HttpRequest, village: Village) -> dict[str, Any]:
    return {"table": _table(month_rows(request.user, village, sealed_scores(village)))}


def _table(rows: list[MonthRow]) -> Table:
    return plain_table("各月得分", COLUMNS, rows, empty_text="还没有得分。实行村为主自治的村不参加月度考核。")


def scores_dossier(request: HttpRequest, village: Village) -> Section:
    return Section([sealed_scores(village)], lambda sealed: [_table(month_rows(request.user, village, sealed))])


def register() -> None:
    """Put the tab into its place; called once when the app is ready."""
    tab = VillageTab(
        "scores", "得分", "appraisal/village_scores.html", scores_tab, see_village_scores, 85, scores_dossier
    )
    register_tab(tab)
