"""The facts of a month for its bulletin, town-wide: its scores as the pages show them, and what moved them.

As `bulletin_facts`, nothing is worked out here a second way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from appraisal.bulletin_facts import as_of, bonuses_of, scores_of
from appraisal.bulletin_terms import CategoryTotal, MonthFacts, Named
from appraisal.entries_told import Kind, told_of
from appraisal.linkage import mean
from appraisal.models import Correction
from appraisal.rules.base import ZERO, in_points
from appraisal.score_account import TeamScore
from appraisal.score_facts import MonthScores, month_scores
from lianzhen.periods import Month

#: How many teams that rose or fell most are named.
MOST_MOVED = 5


def month_facts(month: Month, now: datetime, *, with_names: bool = False) -> MonthFacts:
    """Everything that the bulletin of the month says."""
    today = timezone.localdate(now)
    found = month_scores(month, today, explain=None, for_team=True)
    listed = list(found.scores.values())
    compared = [one for one in listed if one.change is not None]
    decimals = listed[0].decimals if listed else 1
    now_mean = mean([one.total for one in compared], decimals=decimals).value
    then_mean = mean([one.total - (one.change or ZERO) for one in compared], decimals=decimals).value
    return MonthFacts(
        month=month,
        as_of=as_of(now),
        scores=scores_of(found),
        categories=tuple(_categories(listed, month)),
        bonuses=bonuses_of(told_of(Kind.BONUS).filter(month=month.start), f"month={month.key}"),
        means=_means(found),
        mean=mean([one.total for one in listed], decimals=decimals).value,
        change=None if now_mean is None or then_mean is None else now_mean - then_mean,
        risen=_moved(compared, month, with_names, up=True),
        fallen=_moved(compared, month, with_names, up=False),
        corrections=Correction.objects.filter(into_month__month=month.start, state=Correction.State.APPROVED).count(),
        corrections_url=f"{reverse('correction_list')}?month={month.key}&state={Correction.State.APPROVED}",
        deductions_url=f"{reverse('deduction_list')}?month={month.key}&state=counting",
    )


def _means(found: MonthScores) -> tuple[Named, ...]:
    return tuple(
        Named(str(district), in_points(one.value)) for district, one in found.means.items() if one.value is not None
    )


def _categories(scores: Sequence[TeamScore], month: Month) -> list[CategoryTotal]:
    """By category, in the order of the scheme."""
    lines: dict[str, int] = {}
    for score in scores:
        for line in score.lines:
            if not line.is_bonus and not line.waits and not line.is_over:
                lines[line.category] = lines.get(line.category, 0) + 1
    totals: dict[str, tuple[str, list[tuple[Decimal, str]]]] = {}
    for score in scores:
        for one in score.categories:
            if one.counts:
                totals.setdefault(one.key, (one.name, []))[1].append((one.deducted, score.village_name))
    found = []
    rows = f"{reverse('deduction_list')}?month={month.key}&state=counting&category="
    for key, (name, figures) in totals.items():
        taken = [(points, village) for points, village in figures if points]
        most = max((points for points, _ in taken), default=ZERO)
        worst = [village for points, village in taken if points == most]
        told = "、".join(worst[:3]) + (f"等{len(worst)}个组" if len(worst) > 3 else "")
        total = sum((points for points, _ in taken), start=ZERO)
        found.append(CategoryTotal(name, lines.get(key, 0), len(taken), total, told or "—", f"{rows}{key}"))
    return found


def _moved(scores: Sequence[TeamScore], month: Month, with_names: bool, *, up: bool) -> tuple[Named, ...]:
    moved = [one for one in scores if one.change and (one.change > 0) == up]
    moved.sort(key=lambda one: (-abs(one.change or ZERO), one.district_position, one.code))
    return tuple(
        Named(
            one.village_name,
            one.change_text,
            reverse("score_page", args=[month.key, one.team_id]),
            one.leader if with_names else "",
        )
        for one in moved[:MOST_MOVED]
    )
