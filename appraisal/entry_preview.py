"""核对: what recording would do, computed by the same functions as the recording itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from appraisal.actions.entries import calendar_after, like_entries, like_sentence
from appraisal.actions.open_month import Counted
from appraisal.entry_rules import Worked, appeal_deadline, rectify_deadline, until, worked_out
from appraisal.forms.entries import EntryForm, village_of
from appraisal.models import Clause, Scheme, ScoreEntry
from appraisal.rules.entries import BadEntry
from appraisal.rules.scheme import AppliesTo
from appraisal.score_effect import Effect, effect_of, standing_of
from appraisal.scoring import Line
from lianzhen.wording import list_date, points, points_change
from villages.models import Village

#: Stands for the number of an entry that has none yet: the last of its day.
NEW = "新登记"


@dataclass(frozen=True)
class Preview:
    """Lines of the panel 核对. `missing`: what is still to be filled in; the rest is empty then."""

    missing: str = ""
    place: str = ""
    what: str = ""
    calculation: str = ""
    change: str = ""
    effect: Effect | None = None
    appeal: str = ""
    rectify: str = ""
    second: str = ""
    moved: str = ""
    like: tuple[str, ...] = ()
    needs_second: bool = False


def preview_of(form: EntryForm, now: datetime, entry: ScoreEntry | None = None) -> Preview:
    """Of a bound form, as far as it is filled. At most nine queries."""
    form.full_clean()
    given = form.cleaned_data if hasattr(form, "cleaned_data") else {}
    village, clause, day = village_of(form), form.chosen, given.get("occurred_on")
    counted = form.offer.counted
    if counted is None:
        return Preview(missing=form.offer.problem)
    if village is None or clause is None or day is None:
        end = "、得分变化和申诉期" if form.deduction else "和得分变化"
        return Preview(missing=f"选好工作组、日期和条款后，这里显示分值{end}。")
    try:
        worked = worked_out(
            clause.as_rule(),
            {name: given.get(name) for name in form.questions if name in given},
            second_points=counted.scheme.second_points,
            clause_needs_second=clause.needs_second,
        )
    except BadEntry as problem:
        return Preview(missing="；".join(problem.errors.values()), moved=counted.sentence)
    key = entry.number if entry is not None else NEW
    return _preview(form, village, clause, day, counted, worked, now, key)


def _preview(
    form: EntryForm,
    village: Village,
    clause: Clause,
    day: date,
    counted: Counted,
    worked: Worked,
    now: datetime,
    key: str,
) -> Preview:
    today = timezone.localdate(now)
    has_team = village.pk in form.offer.with_team
    if not has_team and clause.applies_to == AppliesTo.TEAM:
        return Preview(missing=f"{village}这一天没有联村工作组，条款{clause.number}只对联村工作组执行。")
    standing = standing_of(
        scheme=counted.scheme,
        month=counted.month,
        village_id=village.pk,
        has_team=has_team,
        earlier=counted.earlier,
    )
    line = Line(key=key, clause=clause.number, date=day, points=worked.points, concerns=AppliesTo(clause.applies_to))
    effect = effect_of(standing, line)
    kind = ScoreEntry.Kind.DEDUCTION if form.deduction else ScoreEntry.Kind.BONUS
    like = like_entries(village.pk, day, clause.number, kind).exclude(number=key)
    return Preview(
        place=form.offer.places[village.pk],
        what=f"{list_date(day, today.year)} 条款{clause.number}",
        calculation=worked.calculation,
        change=points_change(worked.points if effect.is_bonus else -worked.points),
        effect=effect,
        appeal="" if effect.is_bonus else appeal_words(counted.scheme, worked, now),
        rectify=_rectify(clause, today),
        second="" if effect.is_bonus else second_words(worked, counted.scheme),
        moved=counted.sentence,
        like=tuple(like_sentence(one, today) for one in like[:3]),
        needs_second=worked.needs_second,
    )


def appeal_words(scheme: Scheme, worked: Worked, now: datetime) -> str:
    """可申诉至12月1日17:00; after the confirmation where one is needed, whose day nobody knows."""
    if worked.needs_second:
        return f"复核通知后{scheme.appeal_days}个工作日内可申诉，截止时间写在通知里"
    local = timezone.localtime(now)
    deadline = appeal_deadline(local, scheme.appeal_days, calendar_after(local.date()))
    return f"可申诉至{until(deadline, local.date())}"


def second_words(worked: Worked, scheme: Scheme) -> str:
    if not worked.needs_second:
        return "否"
    over = f"，超过{points(Decimal(scheme.second_points))}" if worked.points > scheme.second_points else ""
    return f"是{over}，由联村工作办主任或片区联络组复核后通知"


def _rectify(clause: Clause, today: date) -> str:
    due = rectify_deadline(today, clause.rectify_days)
    return f"整改期限{list_date(due, today.year)}" if due else ""
