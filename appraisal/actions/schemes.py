"""考核方案: a version is drafted, submitted, adopted by the party committee, and then never changes.

Editing an adopted version means copying it into the next draft. Each act locks the version, so that nobody
adopts what somebody else is still editing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.open_month import with_terms
from appraisal.models import AppraisalMonth, Category, Clause, Scheme
from appraisal.payouts import SAMPLE as SAMPLE_QUARTER
from appraisal.ranking import BANDS, store_bands
from appraisal.rules import BadParameters, sample
from appraisal.rules.scheme import SchemeTerms
from appraisal.scheme_words import (
    clause_words,
    display_of,
    effect_sentence,
    formula_of,
    problems_of,
    quarter_of,
    year_of,
)
from appraisal.subsidy_formulas import SAMPLE as SAMPLE_SUBSIDY
from appraisal.year_terms import SAMPLE as SAMPLE_YEAR
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.notices.actions import tell
from lianzhen.periods import Month
from lianzhen.trail import acting
from lianzhen.trail.recording import Act
from lianzhen.trail.versions import lock_for_change

State = Scheme.State
#: What the kinds of suggestions become in the shipped example: a missed day, absence from the meeting.
EXAMPLE_SUGGESTED = {"A4": ["meeting"], "B3": ["duty", "spot"]}
#: Settings of a version that a form may change, besides its clauses.
SETTINGS = (
    "title",
    "month_from",
    "base",
    "total_floor",
    "bonus_month_cap",
    "bonus_quarter_cap",
    "decimals",
    "village_weight",
    "second_points",
    "publicity_days",
    "appeal_days",
    "answer_days",
    "display",
    "bands",
    "subsidy",
    "quarter",
    "year",
    "note",
)
CLAUSE_FACTS = ("number", "text", "rule", "parameters", "applies_to", "needs_second", "evidence", "rectify_days")


# --- Making a version -----------------------------------------------------------------------------
def install_example(*, by: User | None) -> Scheme:
    """The shipped 示例 as a draft, for the town to edit and adopt."""
    with acting(by=by, action="scheme.example", label="装入示例考核方案"):
        scheme = Scheme(
            number=_next_number(),
            title="联村工作考核办法（示例）",
            is_example=True,
            base=sample.SAMPLE.base,
            total_floor=sample.SAMPLE.total_floor,
            bonus_month_cap=sample.SAMPLE.bonus_month_cap,
            bonus_quarter_cap=sample.SAMPLE.bonus_quarter_cap,
            decimals=sample.SAMPLE.decimals,
            village_weight=sample.LINKAGE_WEIGHT,
            publicity_days=sample.PUBLICITY_DAYS,
            appeal_days=sample.APPEAL_DAYS,
            answer_days=sample.REVIEW_DAYS,
            bands=store_bands(BANDS),
            subsidy=SAMPLE_SUBSIDY.to_json(),
            quarter=SAMPLE_QUARTER.to_json(),
            year=SAMPLE_YEAR.to_json(),
        )
        _save(scheme)
        _write_terms(scheme, sample.SAMPLE)
    return scheme


def _write_terms(scheme: Scheme, terms: SchemeTerms) -> None:
    made = {}
    for position, one in enumerate(terms.categories):
        made[one.key] = Category(
            scheme=scheme, key=one.key, name=one.name, full=one.full, floor=one.floor, position=position
        )
        made[one.key].save()
    for position, one in enumerate(terms.clauses):
        clause = Clause(
            scheme=scheme,
            category=made[one.category],
            number=one.number,
            text=one.text,
            rule=one.rule.code,
            parameters=one.rule.to_json(),
            applies_to=one.applies_to.value,
            suggested_by=EXAMPLE_SUGGESTED.get(one.number, []),
            position=position,
        )
        clause.save()


def copy_version(*, scheme: Scheme, by: User) -> Scheme:
    """The next draft, alike in everything. Refused while another draft is open: there is one next version."""
    with acting(by=by, action="scheme.copy", label="由现行方案修改"):
        scheme = lock_for_change(scheme)
        _refuse_second_draft()
        categories, clauses = list(scheme.categories.all()), list(scheme.clauses.all())
        copy = Scheme(number=_next_number(), made_from=scheme, is_example=scheme.is_example)
        for name in SETTINGS:
            setattr(copy, name, getattr(scheme, name))
        copy.month_from = None
        _save(copy)
        made = {}
        for one in categories:
            made[one.pk] = Category(
                scheme=copy, key=one.key, name=one.name, full=one.full, floor=one.floor, position=one.position
            )
            made[one.pk].save()
        for one in clauses:
            facts = {name: getattr(one, name) for name in (*CLAUSE_FACTS, "suggested_by", "position")}
            Clause(scheme=copy, category=made[one.category_id], **facts).save()
    return copy


def _next_number() -> int:
    return (Scheme.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _refuse_second_draft() -> None:
    open_one = Scheme.objects.filter(state__in=[State.DRAFT, State.SUBMITTED]).first()
    if open_one is not None:
        raise ValidationError(f"{open_one}还没有通过，请在这一版上继续修改，或先作废。")


# --- Editing a draft ------------------------------------------------------------------------------
def change_settings(*, scheme: Scheme, by: User, version: int | None = None, **settings: Any) -> Scheme:
    """Base, caps, weight, periods, display, bands, subsidy formula. Raises `ValidationError` by field."""
    with acting(by=by, action="scheme.settings", label="修改考核方案设置") as act:
        scheme = _draft(scheme, version)
        before = _in_words(scheme)
        for name, value in settings.items():
            if name not in SETTINGS:
                raise KeyError(name)
            setattr(scheme, name, value)
        _save(scheme)
        _note(act, scheme, before, _in_words(scheme))
    return scheme


def _in_words(scheme: Scheme) -> dict[str, str]:
    """Of the settings, those that are stored as JSON."""
    try:
        told = [("结果排列", display_of(scheme)), ("补助办法", formula_of(scheme).sentence())]
        return dict([*told, *quarter_of(scheme), *year_of(scheme)])
    except (BadParameters, ValueError) as problem:
        raise ValidationError(f"{str(problem).rstrip('。')}。") from problem


def _note(act: Act, row: Scheme | Clause, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """What the fields themselves cannot tell a reader, in words."""
    changes = [(name, before.get(name, ""), said) for name, said in after.items() if before.get(name, "") != said]
    if changes:
        act.note(row, changes)


def save_category(
    *, scheme: Scheme, by: User, category: Category | None = None, version: int | None = None, **facts: Any
) -> Category:
    with acting(by=by, action="scheme.category", label="修改考核类别" if category else "新增考核类别"):
        scheme = _draft(scheme)
        if category is None:
            last = scheme.categories.aggregate(last=Max("position"))["last"]
            place = (last if last is not None else -1) + 1
            category = Category(scheme=scheme, key=_free_key(scheme), position=place)
        else:
            category = lock_for_change(category, version)
        for name, value in facts.items():
            setattr(category, name, value)
        category.full_clean()
        category.save()
        _touch(scheme)
    return category


def _free_key(scheme: Scheme) -> str:
    taken = set(Category.objects.values_list("key", flat=True))
    return next(key for n in range(1, 1000) if (key := f"own{n}") not in taken)


def remove_category(*, category: Category, by: User) -> None:
    """Out of a draft, when it has no clauses. Adopted versions keep everything."""
    with acting(by=by, action="scheme.category_remove", label="移除考核类别"):
        scheme = _draft(category.scheme)
        if category.clauses.exists():
            raise ValidationError(f"{category}还有条款，请先移到别的类别或移除。")
        category.delete()
        _touch(scheme)


def save_clause(
    *,
    category: Category,
    by: User,
    clause: Clause | None = None,
    version: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Clause:
    """Add a clause to a draft or change one. `parameters` as the rule stores them (`Rule.to_json`)."""
    with acting(by=by, action="scheme.clause", label="修改考核条款" if clause else "新增考核条款") as act:
        scheme = _draft(category.scheme)
        before = {}
        if clause is None:
            last = category.clauses.aggregate(last=Max("position"))["last"]
            clause = Clause(scheme=scheme, position=(last if last is not None else -1) + 1)
        else:
            clause = lock_for_change(clause, version)
            before = clause_words(clause).on_the_trail
        clause.category = category
        if parameters is not None:
            clause.parameters = dict(parameters)
        for name, value in facts.items():
            setattr(clause, name, value)
        clause.full_clean()
        _refuse_bad_rule(clause)
        clause.save()
        _note(act, clause, before, clause_words(clause).on_the_trail)
        _touch(scheme)
    return clause


def _refuse_bad_rule(clause: Clause) -> None:
    """Parameters and rule type belong together. Raises `ValidationError` by parameter."""
    try:
        clause.as_rule()
    except BadParameters as problem:
        raise ValidationError({name: f"{sentence}。" for name, sentence in problem.errors.items()}) from problem


def remove_clause(*, clause: Clause, by: User) -> None:
    with acting(by=by, action="scheme.clause_remove", label="移除考核条款"):
        scheme = _draft(clause.scheme)
        clause.delete()
        _touch(scheme)


def move_clause(*, clause: Clause, up: bool, by: User) -> None:
    """One place up or down inside its category."""
    with acting(by=by, action="scheme.clause_move", label="调整条款顺序"):
        scheme = _draft(clause.scheme)
        ordered = list(clause.category.clauses.order_by("position", "id"))
        at = next(n for n, one in enumerate(ordered) if one.pk == clause.pk)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(ordered):
            return
        ordered[at], ordered[to] = ordered[to], ordered[at]
        for position, one in enumerate(ordered):
            if one.position != position:
                one.position = position
                one.save()
        _touch(scheme)


# --- From draft to adopted ------------------------------------------------------------------------
def submit(*, scheme: Scheme, by: User, today: date, version: int | None = None) -> Scheme:
    """Lay the draft before the party committee. Refused while `problems_of` finds something."""
    with acting(by=by, action="scheme.submit", label="提交考核方案"):
        scheme = _draft(scheme, version)
        if problems := problems_of(with_terms(Scheme.objects.filter(pk=scheme.pk)).get()):
            raise ValidationError(problems)
        scheme.state, scheme.submitted_at, scheme.submitted_by = State.SUBMITTED, timezone.now(), by
        _save(scheme)
        deciders = User.objects.holding(Role.COMMITTEE, on=today)
        tell(deciders, f"{scheme}已提交，请通过或退回。", reverse("scheme", args=[scheme.pk]))
    return scheme


def send_back(*, scheme: Scheme, reason: str, by: User, version: int | None = None) -> Scheme:
    """The committee wants it changed."""
    with acting(by=by, action="scheme.send_back", label="退回修改", reason=reason):
        scheme = lock_for_change(scheme, version)
        if scheme.state != State.SUBMITTED:
            raise ValidationError(f"{scheme}{scheme.get_state_display()}，不能退回。")
        if not reason.strip():
            raise ValidationError({"reason": "请写明退回原因。"})
        drafted_by = scheme.submitted_by_id
        scheme.state, scheme.submitted_at, scheme.submitted_by = State.DRAFT, None, None
        _save(scheme)
        tell([drafted_by], f"{scheme}已退回修改：{reason.strip()}", reverse("scheme", args=[scheme.pk]))
    return scheme


def adopt(
    *,
    scheme: Scheme,
    month_from: date,
    basis: str,
    adopted_on: date,
    today: date,
    by: User | None,
    version: int | None = None,
) -> Scheme:
    """Record the committee's decision. The version judges from `month_from` (a first of the month) on; months
    that have their version keep it. Raises `ValidationError` at `month_from`, `basis`, `adopted_on`."""
    with acting(by=by, action="scheme.adopt", label="登记通过考核方案", reason=basis):
        scheme = lock_for_change(scheme, version)
        if scheme.state != State.SUBMITTED:
            raise ValidationError(f"{scheme}{scheme.get_state_display()}，提交后才能登记通过。")
        if not basis.strip():
            raise ValidationError({"basis": "请填写依据，例如党委会议纪要的文号。"})
        if adopted_on > today:
            raise ValidationError({"adopted_on": "通过日期不能晚于今天。"})
        month_from = month_from.replace(day=1)
        _refuse_month(month_from)
        scheme.state, scheme.adopted_at, scheme.adopted_by = State.ADOPTED, timezone.now(), by
        scheme.month_from, scheme.basis, scheme.adopted_on = month_from, basis.strip(), adopted_on
        # With a ground of its own it is the town's, whatever it was drafted from.
        scheme.is_example = False
        _save(scheme)
        told = f"{scheme}已登记通过，{effect_sentence(month_from)}"
        tell([scheme.submitted_by_id], told, reverse("scheme", args=[scheme.pk]))
    return scheme


def _refuse_month(month_from: date) -> None:
    opened = AppraisalMonth.objects.filter(month__gte=month_from).order_by("-month").first()
    if opened is not None:
        later = Month.of(opened.month).next().title
        raise ValidationError(
            {"month_from": f"{opened.period.title}考核已经开始，用的是原来的方案。新方案最早从{later}起执行。"}
        )
    other = Scheme.objects.adopted().filter(month_from=month_from).first()
    if other is not None:
        raise ValidationError({"month_from": f"{other}也从这个月起执行，请另选月份。"})


def drop(*, scheme: Scheme, reason: str, by: User, version: int | None = None) -> Scheme:
    """作废 a version that was not adopted; it stays readable."""
    with acting(by=by, action="scheme.drop", label="作废考核方案", reason=reason):
        scheme = lock_for_change(scheme, version)
        if scheme.state not in (State.DRAFT, State.SUBMITTED):
            raise ValidationError(f"{scheme}{scheme.get_state_display()}，不能作废。")
        if not reason.strip():
            raise ValidationError({"reason": "请写明作废原因。"})
        scheme.state = State.DROPPED
        _save(scheme)
    return scheme


def _draft(scheme: Scheme, version: int | None = None) -> Scheme:
    scheme = lock_for_change(scheme, version)
    if scheme.state != State.DRAFT:
        raise ValidationError(f"{scheme}{scheme.get_state_display()}，不能修改。需要修改时请由它另起一版。")
    return scheme


def _touch(scheme: Scheme) -> None:
    """Raise the version's counter: whoever has its page open sees that its clauses moved."""
    scheme.save()


def _save(scheme: Scheme) -> None:
    scheme.full_clean()
    scheme.save()
