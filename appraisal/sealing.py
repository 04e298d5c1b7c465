"""The seal of a month: what is frozen, its check value, and whether entries still give the frozen figures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from appraisal.actions.open_month import with_terms
from appraisal.entry_lines import lines_between
from appraisal.models import AppraisalMonth, MonthlyScore, Scheme
from appraisal.rules.base import ZERO, in_points
from appraisal.rules.scheme import AppliesTo, SchemeTerms
from appraisal.score_account import TeamScore, from_json, to_json
from appraisal.score_effect import Figures, figures_of
from appraisal.scoring import Line
from lianzhen.periods import Month

#: Columns of a frozen row beside its detail: they must say the same.
COLUMNS = ("village_total", "team_own", "team_total", "deducted", "bonus")


def frozen_row(row: AppraisalMonth, score: TeamScore, position: int) -> MonthlyScore:
    """The account of one team as a row that the database will not let anybody change."""
    lines = score.lines
    score = replace(score, pending="", lines=())
    return MonthlyScore(
        month=row,
        village_id=score.village_id,
        team_id=score.team_id,
        group_id=score.group_id,
        village_name=score.village_name,
        district_name=score.district,
        leader_name=score.leader,
        position=position,
        place=score.number or 0,
        grade=score.band,
        vetoes=list(score.effects),
        detail=to_json(score),
        lines=to_json(lines),
        **columns_of(score),
    )


def columns_of(score: TeamScore) -> dict[str, Decimal]:
    values = (score.village.total, score.own.total, score.total, score.deducted, score.bonus)
    return dict(zip(COLUMNS, values, strict=True))


def seal_of(scheme_number: int, rows: Iterable[MonthlyScore]) -> str:
    """sha256 over the version's number and every frozen account in its order."""
    words: list[Any] = [scheme_number, *([row.detail, row.lines] for row in rows)]
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(row: AppraisalMonth) -> list[str]:
    """What of a sealed month is no longer as it was frozen, in sentences: the check value, the columns, and the
    figures worked out anew from entries and scheme, to the hundredth. Seven queries and two per version."""
    scores = list(MonthlyScore.objects.filter(month=row).order_by("position"))
    found = []
    if seal_of(row.scheme.number, scores) != row.seal:
        found.append("定稿校验值不符")
    again = recomputed(row, [score.village_id for score in scores])
    for score in scores:
        account = from_json(score.detail)
        for name, value in columns_of(account).items():
            if getattr(score, name) != value:
                found.append(f"{score.village_name}：{name}与明细不符")
        found += [f"{score.village_name}：{one}" for one in _unlike(account, again[score.village_id])]
    return found


def recomputed(row: AppraisalMonth, villages: list[int]) -> dict[int, Figures]:
    """By village, from its entries alone."""
    month = row.period
    quarter = month.quarter
    rows = list(AppraisalMonth.objects.filter(month__gte=quarter.start, month__lte=month.start).order_by("month"))
    schemes = {one.pk: one for one in with_terms(Scheme.objects.filter(pk__in={one.scheme_id for one in rows}))}
    terms = {pk: one.as_terms() for pk, one in schemes.items()}
    lines = lines_between(quarter.start, month.start, villages)
    return {pk: _of_village(pk, month, rows, schemes, terms, lines) for pk in villages}


def _of_village(
    pk: int,
    month: Month,
    rows: list[AppraisalMonth],
    schemes: Mapping[int, Scheme],
    terms: Mapping[int, SchemeTerms],
    lines: Mapping[Any, list[Line]],
) -> Figures:
    before = {AppliesTo.VILLAGE: ZERO, AppliesTo.TEAM: ZERO}
    for one in rows:
        own = lines.get((one.month, pk), [])
        weight = schemes[one.scheme_id].village_weight
        found = figures_of(terms[one.scheme_id], weight, own, has_team=True, before=before)
        if one.month == month.start:
            return found
        assert found.own is not None
        before = {
            AppliesTo.VILLAGE: before[AppliesTo.VILLAGE] + found.village.bonus,
            AppliesTo.TEAM: before[AppliesTo.TEAM] + found.own.bonus,
        }
    raise AssertionError("the month is among its quarter's")


def _unlike(account: TeamScore, again: Figures) -> list[str]:
    own = again.own
    assert own is not None
    pairs = [
        ("村得分", account.village.total, again.village.total),
        ("工作组自身得分", account.own.total, own.total),
        ("工作组得分", account.total, again.total),
        ("村扣分", account.village.deducted, again.village.deducted),
        ("村加分", account.village.bonus, again.village.bonus),
        ("工作组扣分", account.own.deducted, own.deducted),
        ("工作组加分", account.own.bonus, own.bonus),
    ]
    for part, found in ((account.village, again.village), (account.own, own)):
        pairs += [
            (f"{a.name}扣分", a.deducted, b.deducted) for a, b in zip(part.categories, found.categories, strict=True)
        ]
    return [f"{name}定稿{in_points(was)}，重算{in_points(now)}" for name, was, now in pairs if was != now]
