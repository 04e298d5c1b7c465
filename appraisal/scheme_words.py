"""A version of the scheme in words: its settings, which months it judges, what differs from the version before.

No query beyond what `with_terms` has fetched; `today` is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from appraisal.models import Category, Clause, Scheme, Suggestion
from appraisal.payouts import SAMPLE as SAMPLE_QUARTER
from appraisal.payouts import QuarterTerms
from appraisal.ranking import Band, read_bands
from appraisal.rules.base import in_points
from appraisal.rules.parameters import BadParameters
from appraisal.subsidy_formulas import SAMPLE, Formula
from appraisal.year_terms import SAMPLE as SAMPLE_YEAR
from appraisal.year_terms import YearTerms
from lianzhen.periods import Month
from lianzhen.wording import full_date, number

State = Scheme.State
Facts = list[tuple[str, str]]

#: State → tone of its tag.
TONES = {State.DRAFT: "wait", State.SUBMITTED: "warn", State.ADOPTED: "good", State.DROPPED: "off"}


def state_tag(scheme: Scheme) -> tuple[str, str]:
    return TONES[State(scheme.state)], scheme.get_state_display()


# --- Months ----------------------------------------------------------------------------------------
def judged_months(adopted: Sequence[Scheme]) -> dict[int, str]:
    """Which months each adopted version judges, by its id: 「2026年1月至11月」, 「2026年12月起」."""
    ordered = sorted((one for one in adopted if one.month_from), key=lambda one: one.month_from)
    found = {}
    for place, one in enumerate(ordered, start=1):
        first = Month.of(one.month_from)
        if place == len(ordered):
            found[one.pk] = f"{first.title}起"
            continue
        last = Month.of(ordered[place].month_from).previous()
        found[one.pk] = first.title if first == last else f"{first.title}至{last.title}"
    return found


def effect_sentence(month_from: date) -> str:
    """「将从2026年12月起生效，11月不受影响。」"""
    month = Month.of(month_from)
    return f"将从{month.title}起生效，{month.previous().number}月不受影响。"


def current_of(adopted: Sequence[Scheme], today: date) -> Scheme | None:
    """The version that judges this month."""
    begun = [one for one in adopted if one.month_from and one.month_from <= today]
    return max(begun, key=lambda one: one.month_from, default=None)


# --- Settings --------------------------------------------------------------------------------------
def settings_of(scheme: Scheme) -> Facts:
    """The figures of a version as an office would write them, for its page and for comparing two."""
    village = scheme.village_weight
    caps = [
        f"每月最多{in_points(scheme.bonus_month_cap)}" if scheme.bonus_month_cap is not None else "每月不设上限",
        f"每季最多{in_points(scheme.bonus_quarter_cap)}" if scheme.bonus_quarter_cap is not None else "每季不设上限",
    ]
    floor = "不设最低分" if scheme.total_floor is None else f"最低{in_points(scheme.total_floor)}"
    return [
        ("基础分", f"{in_points(scheme.base)}，{floor}，保留{scheme.decimals}位小数"),
        ("加分", "，".join(caps)),
        ("工作组得分", f"村得分 × {number(village)} + 工作组自身得分 × {number(1 - village)}"),
        ("复核", f"超过{in_points(scheme.second_points)}的扣分由另一人复核"),
        ("公示", f"{scheme.publicity_days}个工作日"),
        ("申诉", f"通知后{scheme.appeal_days}个工作日内提出，提出后{scheme.answer_days}个工作日内答复"),
        ("结果排列", display_of(scheme)),
        ("补助", formula_of(scheme).sentence()),
        *quarter_of(scheme),
        *year_of(scheme),
    ]


def display_of(scheme: Scheme) -> str:
    if scheme.display != Scheme.Display.GRADE:
        return scheme.get_display_display()
    return f"等次：{bands_sentence(read_bands(scheme.bands))}"


def bands_sentence(bands: Sequence[Band]) -> str:
    """好90.0分以上，较好75.0分以上，一般60.0分以上，其余需改进"""
    said = [f"{band.name}{in_points(band.at_least)}以上" for band in bands[:-1]]
    return "，".join([*said, f"其余{bands[-1].name}"])


def formula_of(scheme: Scheme) -> Formula:
    """The formula of the version; a draft without one has the example's."""
    return Formula.from_json(scheme.subsidy) if scheme.subsidy else SAMPLE


def quarter_of(scheme: Scheme) -> Facts:
    """How a quarter is graded and paid; a draft without rules of its own has the example's."""
    terms = QuarterTerms.from_json(scheme.quarter) if scheme.quarter else SAMPLE_QUARTER
    return [("季讲评", terms.review_sentence()), ("季兑现", terms.payout_sentence())]


def year_of(scheme: Scheme) -> Facts:
    """How a year is graded; a draft without rules of its own has the example's."""
    terms = YearTerms.from_json(scheme.year) if scheme.year else SAMPLE_YEAR
    return [("年考核", terms.sentence())]


def decision_of(scheme: Scheme) -> Facts:
    """How the version came to be."""
    facts = []
    if scheme.made_from_id:
        facts.append(("由哪一版修改", str(scheme.made_from)))
    if scheme.adopted_on:
        facts += [("依据", scheme.basis), ("通过日期", full_date(scheme.adopted_on))]
    elif scheme.month_from:
        facts.append(("拟起始月份", Month.of(scheme.month_from).title))
    if scheme.note:
        facts.append(("说明", scheme.note))
    return facts


# --- Clauses ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ClauseWords:
    """One clause as the 考核办法 prints it. `extras`: what besides the points it asks for."""

    clause: Clause
    rule_name: str
    sentence: str
    cap: str
    applies: str
    extras: str
    suggested: str

    @property
    def full_sentence(self) -> str:
        return "；".join(part for part in (self.sentence, self.extras) if part)

    @property
    def on_the_trail(self) -> dict[str, str]:
        """What the fields of the row hold as codes, by the name a reader knows."""
        return {"规则": f"{self.rule_name}：{self.sentence}", "建议扣分": self.suggested}


def clause_words(clause: Clause) -> ClauseWords:
    rule = clause.as_rule()
    cap = rule.month_cap
    return ClauseWords(
        clause=clause,
        rule_name=rule.title,
        sentence=rule.sentence(),
        cap=in_points(cap),
        applies=clause.get_applies_to_display(),
        extras="；".join(_extras(clause, rule)),
        suggested=suggested_by(clause),
    )


def suggested_by(clause: Clause) -> str:
    """Kinds of suggestions that become entries of the clause, by name."""
    labels = dict(Suggestion.Kind.choices)
    return "、".join(str(labels[code]) for code in clause.suggested_by if code in labels)


def _extras(clause: Clause, rule: Any) -> list[str]:
    found = []
    if clause.needs_second or rule.wants_second_person:
        found.append("须另一人复核")
    if clause.evidence != Clause.Evidence.NONE:
        found.append("须有照片、文件或检查记录编号")
    if clause.rectify_days:
        found.append(f"{clause.rectify_days}天内整改")
    if named := suggested_by(clause):
        found.append(f"平台按{named}提出建议")
    return found


@dataclass(frozen=True)
class CategoryWords:
    """A category with its clauses; `marks` says what it is worth."""

    category: Category
    marks: str
    clauses: list[ClauseWords]


def catalogue(scheme: Scheme) -> list[CategoryWords]:
    """All categories in order, with their clauses in order."""
    clauses: dict[int, list[ClauseWords]] = {}
    for clause in scheme.clauses.all():
        clauses.setdefault(clause.category_id, []).append(clause_words(clause))
    return [CategoryWords(one, marks_of(one), clauses.get(one.pk, [])) for one in scheme.categories.all()]


def marks_of(category: Category) -> str:
    if not category.full:
        return "只加分"
    floor = f"，最低{in_points(category.floor)}" if category.floor else ""
    return f"满分{in_points(category.full)}{floor}"


# --- Problems and differences ------------------------------------------------------------------------
def problems_of(scheme: Scheme) -> list[str]:
    """What must be put right before the version can be submitted."""
    found = [f"{one}。" for one in scheme.as_terms().problems()]
    try:
        read_bands(scheme.bands)
    except ValueError as problem:
        found.append(str(problem))
    try:
        formula_of(scheme)
    except BadParameters as problem:
        found.append(f"补助办法：{problem}。")
    try:
        quarter_of(scheme)
    except BadParameters as problem:
        found.append(f"季讲评和兑现：{problem}。")
    try:
        year_of(scheme)
    except BadParameters as problem:
        found.append(f"年考核：{problem}。")
    return found


@dataclass(frozen=True)
class Difference:
    """One thing that is not as in the version before. `before` empty: new; `after` empty: gone."""

    what: str
    before: str
    after: str

    @property
    def is_new(self) -> bool:
        return not self.before

    @property
    def is_gone(self) -> bool:
        return not self.after


def differences(scheme: Scheme, former: Scheme) -> list[Difference]:
    """Settings, categories and clauses that differ, in the order of the page."""
    before, after = settings_of(former), settings_of(scheme)
    then = dict(before)
    found = [Difference(name, then[name], said) for name, said in after if then[name] != said]
    found += _compared(_categories(former), _categories(scheme), "类别")
    return found + _compared(_clauses(former), _clauses(scheme), "条款")


def _categories(scheme: Scheme) -> dict[str, tuple[str, str]]:
    return {one.key: (one.name, f"{one.name}，{marks_of(one)}") for one in scheme.categories.all()}


def _clauses(scheme: Scheme) -> dict[str, tuple[str, str]]:
    found = {}
    for clause in scheme.clauses.all():
        words = clause_words(clause)
        said = f"{clause.category.name}：{clause.text}{words.full_sentence}；计入{words.applies}"
        found[clause.number] = (clause.number, said)
    return found


def _compared(before: dict[str, tuple[str, str]], after: dict[str, tuple[str, str]], kind: str) -> list[Difference]:
    found = []
    for key, (name, said) in after.items():
        was = before.get(key, ("", ""))[1]
        if was != said:
            found.append(Difference(f"{kind}{name}", was, said))
    found += [Difference(f"{kind}{name}", said, "") for key, (name, said) in before.items() if key not in after]
    return found
