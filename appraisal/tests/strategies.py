"""Any rule, any scheme, any month of lines: what the properties of the pure heart are tried on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from appraisal import rules
from appraisal.rules.counting import Variant
from appraisal.rules.entries import EntryValues
from appraisal.rules.judged import Level
from appraisal.rules.measured import Award, Step
from appraisal.rules.scheme import AppliesTo, CategoryTerms, ClauseTerms, SchemeTerms
from appraisal.scoring import Line, LineState

MONTH_DAYS = st.dates(min_value=date(2018, 10, 1), max_value=date(2018, 10, 31))


def tenths(low: int, high: int) -> st.SearchStrategy[Decimal]:
    """Decimals in steps of 0.1, the bounds given in tenths."""
    return st.integers(low, high).map(lambda n: Decimal(n) / 10)


def hundredths(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda n: Decimal(n) / 100)


def whole(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(Decimal)


each = tenths(1, 50)
caps = st.none() | tenths(1, 200)
names = st.text("甲乙丙丁戊己庚辛壬癸", min_size=1, max_size=4)


def named(count_low: int, count_high: int) -> st.SearchStrategy[list[str]]:
    return st.lists(names, min_size=count_low, max_size=count_high, unique=True)


@st.composite
def counting(draw: st.DrawFn, cls: type) -> rules.Rule:
    found = draw(named(1, 4))
    variants = tuple(Variant(name, draw(each)) for name in found[1:])
    given = {"each": draw(each), "unit": draw(st.sampled_from("次处户例天人")), "subject": found[0]}
    if cls is not rules.Uncapped:
        given["cap"] = draw(caps)
    return cls(**given, variants=variants)


@st.composite
def ladders(draw: st.DrawFn) -> rules.Ladder:
    at = sorted(draw(st.lists(hundredths(0, 10000), min_size=1, max_size=5, unique=True)), reverse=True)
    costs = sorted(draw(st.lists(tenths(0, 100), min_size=len(at) + 1, max_size=len(at) + 1, unique=True)))
    if draw(st.booleans()):
        costs.reverse()
    return rules.Ladder(
        subject="满意度",
        unit="%",
        steps=tuple(map(Step, at, costs[:-1])),
        otherwise=costs[-1],
    )


@st.composite
def tiers(draw: st.DrawFn) -> rules.Tier:
    found = draw(named(2, 4))
    kept = draw(st.lists(tenths(0, 1000), min_size=len(found), max_size=len(found), unique=True))
    return rules.Tier(awards=tuple(map(Award, found, kept)))


@st.composite
def ranges(draw: st.DrawFn) -> rules.Range:
    least = draw(each)
    return rules.Range(least=least, most=least + draw(each), cap=draw(caps))


@st.composite
def bonuses(draw: st.DrawFn) -> rules.Bonus:
    levels = []
    for name in draw(named(1, 4)):
        least = draw(each)
        levels.append(Level(name, least, least + draw(tenths(0, 20))))
    return rules.Bonus(levels=tuple(levels), unit=draw(st.sampled_from(["", "例"])), cap=draw(caps))


BY_TYPE: dict[type[rules.Rule], st.SearchStrategy[rules.Rule]] = {
    rules.PerEvent: counting(rules.PerEvent),
    rules.PerPlace: counting(rules.PerPlace),
    rules.Uncapped: counting(rules.Uncapped),
    rules.PerShort: st.builds(
        rules.PerShort, each=each, unit=st.just("户"), target=st.none() | whole(1, 100), cap=caps
    ),
    rules.Rate: st.builds(
        rules.Rate,
        subject=st.just("参保率"),
        target=hundredths(1, 10000),
        step=hundredths(10, 1000),
        each=each,
        partial=st.sampled_from(["dropped", "whole"]),
        cap=caps,
    ),
    rules.Ladder: ladders(),
    rules.Tier: tiers(),
    rules.All: st.builds(rules.All, condition=names, full=tenths(1, 300)),
    rules.Range: ranges(),
    rules.Bonus: bonuses(),
    rules.Veto: st.builds(
        rules.Veto,
        condition=names,
        effect=st.sampled_from([one.value for one in rules.VetoEffect]),
        basis=st.just("示例文〔2018〕1号"),
        enabled=st.just(True),
    ),
}
any_rule = st.one_of(*BY_TYPE.values())


@st.composite
def answers(draw: st.DrawFn, rule: rules.Rule) -> EntryValues:
    """Answers that the rule accepts."""
    given: dict[str, object] = {}
    for question in rule.asks():
        if question.ask is rules.Ask.CHOICE:
            given[question.ask] = draw(st.sampled_from(question.options))
        elif question.ask is rules.Ask.MET:
            given[question.ask] = True
        elif question.ask is rules.Ask.POINTS:
            given[question.ask] = draw(_points_within(rule, given))
        else:
            figure = question.figure
            high = 60 if question.ask is not rules.Ask.ACTUAL else min(int(figure.high), 120)
            step = figure.step
            given[question.ask] = draw(st.integers(int(figure.low / step), int(high / step))) * step
    return EntryValues(**given)


def _points_within(rule: rules.Rule, given: dict[str, object]) -> st.SearchStrategy[Decimal]:
    if isinstance(rule, rules.Bonus):
        level = next(level for level in rule.levels if level.name == given["choice"])
        return tenths(int(level.least * 10), int(level.most * 10))
    return tenths(int(rule.least * 10), int(rule.most * 10))


@st.composite
def schemes(draw: st.DrawFn) -> SchemeTerms:
    """Up to four categories and eight clauses of any type, with any caps; some of them rather odd."""
    categories = tuple(
        CategoryTerms(f"c{n}", f"类别{n}", full, draw(st.sampled_from([Decimal(0), min(full, Decimal(2))])))
        for n, full in enumerate(draw(st.lists(tenths(0, 400), min_size=1, max_size=4)))
    )
    clauses = tuple(
        ClauseTerms(
            f"K{n}",
            draw(st.sampled_from([category.key for category in categories])),
            "示例条款",
            draw(any_rule),
            draw(st.sampled_from(AppliesTo)),
        )
        for n in range(draw(st.integers(1, 8)))
    )
    return SchemeTerms(
        categories=categories,
        clauses=clauses,
        base=draw(st.sampled_from([Decimal(100), Decimal(20)])),
        total_floor=draw(st.sampled_from([None, Decimal(0), Decimal(15)])),
        bonus_month_cap=draw(st.none() | tenths(0, 100)),
        bonus_quarter_cap=draw(st.none() | tenths(0, 200)),
        decimals=draw(st.sampled_from([1, 2])),
    )


@st.composite
def lines_of(draw: st.DrawFn, scheme: SchemeTerms) -> list[Line]:
    """Up to a dozen lines in every state, their points computed by their rules or, as in old sheets, any."""
    made = []
    for n in range(draw(st.integers(0, 12))):
        clause = draw(st.sampled_from(scheme.clauses))
        points = clause.rule.points(draw(answers(clause.rule)))
        if clause.rule.kind is not rules.Kind.VETO and draw(st.booleans()):
            points = draw(hundredths(0, 3000))
        state = draw(st.sampled_from(LineState))
        changed = None
        if state is LineState.CHANGED:
            changed = points + draw(tenths(0, 10)) if clause.is_bonus else points * draw(hundredths(0, 100))
        concerns = draw(st.sampled_from(AppliesTo))
        made.append(Line(f"{n:03}", clause.number, draw(MONTH_DAYS), points, state, changed, concerns))
    return made


@st.composite
def months(draw: st.DrawFn) -> tuple[SchemeTerms, list[Line]]:
    scheme = draw(schemes())
    return scheme, draw(lines_of(scheme))
