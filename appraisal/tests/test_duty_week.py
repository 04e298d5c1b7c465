"""What a week owes: the worked examples of domain.md §1.2, every week that the calendar package knows, and
what must hold for any facts whatever."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.duty_terms import LEGEND, STATES, Plan, Presence, Service, Shift, TeamFacts
from appraisal.duty_totals import month_totals
from appraisal.duty_week import person_duties, week_duty, weeks_of
from appraisal.working_rules import EXAMPLE, Rules
from lianzhen.periods import Month, Span, Week
from lianzhen.town.calendars import days_from_package
from lianzhen.town.workdays import WorkCalendar

FIRST, LAST = 2004, 2026
SPECS = [spec for year in range(FIRST, LAST + 1) for spec in days_from_package(year)]
REAL = WorkCalendar({spec.day: spec.is_workday for spec in SPECS})
NAMES = {spec.day: spec.name for spec in SPECS if spec.name}
LONG = Span(date(2000, 1, 1))
LEADER, MEMBER, CADRE, SUBSTITUTE = 1, 2, 3, 9
PEOPLE = (
    Service(LEADER, "甲组长", LONG, "leader"),
    Service(MEMBER, "乙组员", LONG),
    Service(CADRE, "丙干部", LONG, "cadre"),
)
TUE_THU = Plan(LONG, "24")
TEAM = TeamFacts(LONG, plans=[TUE_THU], services=PEOPLE)
PER_PERSON = Rules(counted_per_person=True)


@dataclass(frozen=True)
class Leave:
    first: date
    last: date
    is_official: bool = False
    substitute_id: int | None = None
    text: str = "请假"

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


def all_weeks() -> list[Week]:
    weeks = [Week(FIRST, 2)]
    while weeks[-1].next().end.year <= LAST:
        weeks.append(weeks[-1].next())
    return weeks


WEEKS = all_weeks()


def d(text: str) -> date:
    return date.fromisoformat(text)


def looked_at(week_of: str, team: TeamFacts = TEAM, today: str = "", rules: Rules = EXAMPLE):
    week = Week.of(d(week_of))
    return week_duty(week, team, REAL, d(today) if today else week.start, rules, NAMES)


def there(*days: str, who: int = LEADER, **more) -> list[Presence]:
    return [Presence(d(day), who, **more) for day in days]


def marks(duty) -> str:
    return "".join(fact.mark for fact in duty.days)


# --- domain.md §1.2 -----------------------------------------------------------------------------
def test_week_wholly_off_owes_nothing():
    duty = looked_at("2026-02-16")
    assert (duty.need, duty.missing, duty.due_days, duty.proposals) == (0, 0, (), ())
    assert marks(duty) == "休休休休休休休"
    assert duty.sentence == "本周放假，不计应到"


def test_fixed_tuesday_off_and_a_saturday_worked():
    duty = looked_at("2026-05-04")
    assert duty.need == 2
    assert duty.due_days == (d("2026-05-07"),)
    assert duty.proposals == (d("2026-05-06"),)
    assert marks(duty) == "休休—待——休"
    assert duty.days[1].note == "劳动节"
    assert duty.sentence == "本周已登记0天，还差2天（固定日：周四，建议顺延至5月6日（周三））"


def test_sunday_worked_changes_nothing():
    duty = looked_at("2026-09-14")
    assert (duty.need, duty.proposals) == (2, ())
    assert duty.due_days == (d("2026-09-15"), d("2026-09-17"))
    assert marks(duty) == "—待—待—休—"


# --- Counting -------------------------------------------------------------------------------
ORDINARY = "2018-10-15"


def test_sentence_of_an_ordinary_week():
    team = replace(TEAM, presences=there("2018-10-16"))
    duty = looked_at(ORDINARY, team, today="2018-10-18")
    assert duty.sentence == "本周已登记1天，还差1天（固定日：周二、周四）"
    assert (duty.done, duty.missing, duty.missed, duty.short) == (1, 1, 0, "1/2天")
    assert marks(duty) == "—驻—待—休休"


def test_a_fixed_day_that_passed_is_missed():
    duty = looked_at(ORDINARY, today="2018-10-18")
    assert marks(duty) == "—缺—待—休休"
    assert (duty.missing, duty.missed) == (2, 1)


def test_any_day_there_counts_and_the_empty_fixed_day_stays_visible():
    duty = looked_at(ORDINARY, replace(TEAM, presences=there("2018-10-15", "2018-10-17")), today="2018-10-22")
    assert (duty.done, duty.missing) == (2, 0)
    assert marks(duty) == "驻缺驻缺—休休"
    assert duty.sentence == "这一周已登记2天，应到2天"


def test_two_members_on_one_day_are_one_day():
    team = replace(TEAM, presences=[*there("2018-10-16"), *there("2018-10-16", who=MEMBER)])
    assert looked_at(ORDINARY, team).done == 1


def test_a_cadre_alone_is_not_the_team():
    team = replace(TEAM, presences=there("2018-10-16", who=CADRE))
    duty = looked_at(ORDINARY, team, today="2018-10-17")
    assert (duty.done, marks(duty)) == (0, "—缺—待—休休")
    assert duty.days[1].note == "只有村干部在岗"
    mine = {p.person_id: p for p in people("2018-10-15", team)}
    assert mine[CADRE].done == 1


def test_what_waits_or_is_disputed_does_not_count():
    team = replace(TEAM, presences=[*there("2018-10-16", state="asked"), *there("2018-10-18", state="disputed")])
    duty = looked_at(ORDINARY, team, today="2018-10-19")
    assert (duty.done, marks(duty)) == (0, "—补—缺—休休")
    assert duty.days[3].note == "登记有异议，尚未处理"


# --- Leave and official travel --------------------------------------------------------------------
def away(*people: int, first: str = "2018-10-16", last: str = "2018-10-16", **more) -> dict[int, list[Leave]]:
    return {person: [Leave(d(first), d(last), **more)] for person in people}


def test_a_day_on_which_all_travel_officially_is_not_owed():
    team = replace(TEAM, absences=away(LEADER, MEMBER, is_official=True))
    duty = looked_at(ORDINARY, team, today="2018-10-19")
    assert (duty.need, duty.excused, duty.missing, duty.proposals) == (1, 1, 1, ())
    assert marks(duty) == "—公—缺—休休"


def test_travel_of_the_whole_week():
    team = replace(TEAM, absences=away(LEADER, MEMBER, first=ORDINARY, last="2018-10-21", is_official=True))
    duty = looked_at(ORDINARY, team)
    assert (duty.need, duty.missing) == (0, 0)
    assert duty.sentence == "本周公出，不计应到"


def test_one_who_stays_behind_can_be_on_duty():
    team = replace(TEAM, absences=away(LEADER, is_official=True))
    assert looked_at(ORDINARY, team).need == 2


def test_leave_without_a_substitute_is_still_owed():
    team = replace(TEAM, absences=away(LEADER, MEMBER))
    duty = looked_at(ORDINARY, team, today="2018-10-17")
    assert (duty.need, duty.missing, marks(duty)) == (2, 2, "—假—待—休休")


def test_the_substitute_keeps_the_village_served():
    team = replace(
        TEAM,
        absences=away(LEADER, MEMBER, substitute_id=SUBSTITUTE),
        presences=there("2018-10-16", who=SUBSTITUTE),
    )
    duty = looked_at(ORDINARY, team, today="2018-10-17")
    assert (duty.done, marks(duty)) == (1, "—驻—待—休休")
    assert person(people(ORDINARY, team), LEADER).days[1].mark == "假"


def test_a_stranger_or_a_cadres_substitute_is_not_the_team():
    stranger = replace(TEAM, presences=there("2018-10-16", who=SUBSTITUTE))
    assert looked_at(ORDINARY, stranger).done == 0
    cadres = replace(stranger, absences=away(CADRE, substitute_id=SUBSTITUTE))
    assert looked_at(ORDINARY, cadres).done == 0
    marked = replace(TEAM, presences=there("2018-10-16", who=SUBSTITUTE, stands_in=True))
    assert looked_at(ORDINARY, marked).done == 1


def test_nobody_serving_is_no_excuse():
    duty = looked_at(ORDINARY, replace(TEAM, services=()))
    assert (duty.need, duty.missing) == (2, 2)


def test_leave_over_a_holiday_changes_nothing_about_it():
    team = replace(TEAM, absences=away(LEADER, MEMBER, first="2026-05-01", last="2026-05-05", is_official=True))
    assert looked_at("2026-05-04", team) == looked_at("2026-05-04")


# --- Plans, terms, shifts -------------------------------------------------------------------------
def test_fixed_days_changed_in_the_middle_of_a_week():
    plans = [Plan(Span(date(2000, 1, 1), d("2018-10-16")), "24"), Plan(Span(d("2018-10-17")), "35")]
    assert looked_at(ORDINARY, replace(TEAM, plans=plans)).due_days == tuple(
        d(day) for day in ("2018-10-16", "2018-10-17", "2018-10-19")
    )


def test_a_team_that_begins_on_a_wednesday():
    duty = looked_at(ORDINARY, replace(TEAM, span=Span(d("2018-10-17"))))
    assert (duty.need, duty.due_days, duty.proposals) == (2, (d("2018-10-18"),), (d("2018-10-17"),))
    assert duty.days[0].note == "工作组还没有成立"


def test_a_team_that_ends_on_a_monday():
    duty = looked_at(ORDINARY, replace(TEAM, span=Span(date(2010, 1, 1), d("2018-10-15"))))
    assert (duty.need, duty.due_days, duty.proposals) == (1, (), (d("2018-10-15"),))
    assert duty.days[1].note == "工作组已经结束"


@pytest.mark.parametrize(
    ("span", "sentence"),
    [
        (Span(d("2018-10-22")), "本周工作组还没有成立，不计应到"),
        (Span(date(2010, 1, 1), d("2018-10-14")), "本周工作组已经结束，不计应到"),
    ],
)
def test_a_week_without_the_team(span, sentence):
    duty = looked_at(ORDINARY, replace(TEAM, span=span))
    assert (duty.need, duty.missing, duty.sentence) == (0, 0, sentence)


def test_no_fixed_days_yet():
    duty = looked_at(ORDINARY, replace(TEAM, plans=()))
    assert (duty.need, duty.due_days) == (2, ())
    assert "还没有设置固定办公日" in duty.sentence


def test_an_accepted_shift_moves_the_day():
    team = replace(TEAM, shifts=[Shift(d("2018-10-17"), d("2018-10-16"))])
    duty = looked_at(ORDINARY, team, today="2018-10-17")
    assert duty.due_days == (d("2018-10-17"), d("2018-10-18"))
    assert marks(duty) == "——待待—休休"
    assert (duty.days[1].note, duty.days[2].note) == ("已调至10月17日（周三）", "顶替10月16日（周二）")
    assert "应到日：周三、周四" in duty.sentence


def test_a_shift_only_asked_for_moves_nothing():
    team = replace(TEAM, shifts=[Shift(d("2018-10-17"), d("2018-10-16"), accepted=False)])
    assert looked_at(ORDINARY, team).due_days == looked_at(ORDINARY).due_days


def test_proposals_end_once_asked_for_accepted_or_done():
    asked = replace(TEAM, shifts=[Shift(d("2026-05-06"), None, accepted=False)])
    accepted = replace(TEAM, shifts=[Shift(d("2026-05-06"), d("2026-05-05"))])
    done = replace(TEAM, presences=there("2026-05-06"))
    for team in (asked, accepted, done):
        assert looked_at("2026-05-04", team).proposals == ()
    assert looked_at("2026-05-04", accepted).due_days == (d("2026-05-06"), d("2026-05-07"))


def test_proposals_lie_ahead():
    assert looked_at("2026-05-04", today="2026-05-07").proposals == (d("2026-05-08"),)
    assert looked_at("2026-05-04", today="2026-05-11").proposals == ()


def test_without_a_later_workday_the_one_before_is_proposed():
    # National Day 2026: Thursday, Friday and the weekend off; the team's days are 周二、周四.
    duty = looked_at("2026-09-28")
    assert (duty.due_days, duty.proposals) == ((d("2026-09-29"),), (d("2026-09-30"),))


# --- Persons --------------------------------------------------------------------------------------
def people(week_of: str, team: TeamFacts, today: str = "2018-10-22", rules: Rules = EXAMPLE):
    return person_duties(Week.of(d(week_of)), team, REAL, d(today), lambda week: rules, NAMES)


def person(found, person_id: int):
    return next(duty for duty in found if duty.person_id == person_id)


def test_per_team_nobody_owes_by_himself():
    team = replace(TEAM, presences=there("2018-10-16", "2018-10-18"))
    found = people(ORDINARY, team)
    assert [(p.name, p.done, p.need, p.missing) for p in found] == [
        ("甲组长", 2, 0, 0),
        ("乙组员", 0, 0, 0),
        ("丙干部", 0, 0, 0),
    ]
    assert [fact.note for fact in person(found, MEMBER).days if fact.note] == ["组内已有人在岗"] * 2


def test_per_person_everybody_owes():
    team = replace(TEAM, presences=there("2018-10-16", "2018-10-18"))
    duty = looked_at(ORDINARY, team, today="2018-10-22", rules=PER_PERSON)
    assert (duty.need, duty.done, duty.missing, duty.unit) == (4, 2, 2, "人天")
    assert duty.sentence == "这一周已登记2人天，还差2人天（固定日：周二、周四）"
    found = people(ORDINARY, team, rules=PER_PERSON)
    assert [(p.need, p.done, p.missing) for p in found] == [(2, 2, 0), (2, 0, 2), (2, 0, 2)]
    assert "".join(f.mark for f in person(found, MEMBER).days) == "—缺—缺—休休"


def test_surplus_of_one_does_not_pay_for_another():
    team = replace(TEAM, presences=there("2018-10-15", "2018-10-16", "2018-10-17", "2018-10-18"))
    duty = looked_at(ORDINARY, team, today="2018-10-22", rules=PER_PERSON)
    assert (duty.need, duty.done, duty.missing) == (4, 2, 2)


def test_leave_excuses_the_person():
    team = replace(TEAM, absences=away(MEMBER), presences=there("2018-10-16", "2018-10-18"))
    found = people(ORDINARY, team, rules=PER_PERSON)
    assert (person(found, MEMBER).need, person(found, MEMBER).missing) == (1, 1)
    assert (person(found, MEMBER).leave, person(found, MEMBER).official) == (1, 0)


def test_a_member_who_came_in_the_middle_of_the_week():
    team = replace(TEAM, services=(*PEOPLE, Service(7, "新组员", Span(d("2018-10-18")))))
    found = people(ORDINARY, team, rules=PER_PERSON)
    assert person(found, 7).need == 2
    assert "".join(f.mark for f in person(found, 7).days) == "———缺—休休"


def test_month_counts_the_days_of_the_month_only():
    # October 2018 ends on a Wednesday: its last week owes 周二 (30th) in October, 周四 (1st) in November.
    team = replace(TEAM, presences=there("2018-10-09", "2018-10-30", "2018-11-01"))
    october = person(person_duties(Month(2018, 10), team, REAL, d("2018-12-01"), lambda w: PER_PERSON), LEADER)
    november = person(person_duties(Month(2018, 11), team, REAL, d("2018-12-01"), lambda w: PER_PERSON), LEADER)
    assert (len(october.days), october.done, november.done) == (31, 2, 1)
    whole = [
        person(person_duties(week, team, REAL, d("2018-12-01"), lambda w: PER_PERSON), LEADER)
        for week in WEEKS
        if week.start >= d("2018-10-01") and week.end <= d("2018-12-02")
    ]
    assert october.need + november.need == sum(duty.need for duty in whole)
    assert october.missing + november.missing == sum(duty.missing for duty in whole)


def test_legend_and_codes_name_every_mark():
    assert set(LEGEND) == set(STATES)
    assert len(set(STATES.values())) == len(STATES) == 8


# --- Every week of the package -----------------------------------------------------------------
def test_every_week_of_every_year():
    assert len(WEEKS) > 1190
    seen = set()
    for week in WEEKS:
        duty = week_duty(week, TEAM, REAL, week.start, EXAMPLE, NAMES)
        workdays = REAL.workdays(week)
        due = [day for day in workdays if day.isoweekday() in (2, 4)]
        assert duty.need == min(2, len(workdays))
        assert list(duty.due_days) == due
        assert len(duty.proposals) == max(0, duty.need - len(due))
        assert set(duty.proposals) <= set(workdays) - set(due)
        assert [fact.day for fact in duty.days] == list(week)
        seen.add((duty.need, len(due), any(day.weekday() > 4 for day in workdays)))
    assert {(0, 0, False), (2, 2, False), (2, 2, True), (2, 1, True)} <= seen


# --- Whatever the facts -------------------------------------------------------------------------
weeks = st.sampled_from(WEEKS)
offsets = st.integers(min_value=-10, max_value=17)


@st.composite
def situations(draw):
    week = draw(weeks)
    day = st.builds(lambda n: week.start + timedelta(days=n), offsets)
    spans = st.builds(
        lambda a, n, open_: Span(a, None if open_ else a + timedelta(days=n)), day, st.integers(0, 9), st.booleans()
    )
    plans = st.builds(Plan, spans, st.sampled_from(["24", "1", "15", "135", "67", "1234567"]))
    services = st.builds(
        Service,
        st.integers(1, 4),
        st.just("某人"),
        spans | st.just(LONG),
        st.sampled_from(["leader", "member", "cadre"]),
    )
    leaves = st.builds(
        lambda a, n, o, s: Leave(a, a + timedelta(days=n), o, s),
        day,
        st.integers(0, 9),
        st.booleans(),
        st.none() | st.just(9),
    )
    presences = st.builds(
        Presence,
        day,
        st.integers(1, 5) | st.just(9),
        st.sampled_from(["here", "here", "asked", "disputed"]),
        st.booleans(),
    )
    shifts = st.builds(lambda a, b, ok: Shift(a, None if a == b else b, ok), day, day, st.booleans())
    team = TeamFacts(
        span=draw(spans | st.just(LONG)),
        plans=draw(st.lists(plans, max_size=2)),
        services=draw(st.lists(services, max_size=4)),
        presences=draw(st.lists(presences, max_size=6, unique_by=lambda p: (p.day, p.person_id))),
        absences=draw(st.dictionaries(st.integers(1, 4), st.lists(leaves, max_size=2), max_size=4)),
        shifts=draw(st.lists(shifts, max_size=3, unique_by=lambda s: s.to_day)),
    )
    rules = Rules(need_days=draw(st.integers(1, 7)), counted_per_person=draw(st.booleans()))
    return week, team, draw(day), rules


def judged(situation, **changes):
    week, team, today, rules = situation
    return week_duty(week, replace(team, **changes), REAL, today, rules, NAMES)


@given(situations())
def test_never_more_owed_than_worked_and_never_less_than_nothing_missing(situation):
    week, team, today, rules = situation
    duty = judged(situation)
    workdays = [day for day in REAL.workdays(week) if team.span.covers(day)]
    people_ = len({s.person_id for s in team.services if not s.is_cadre}) if rules.counted_per_person else 1
    assert 0 <= duty.need <= min(rules.need_days, len(workdays)) * people_
    assert 0 <= duty.missed <= duty.missing == max(0, duty.need - duty.done)
    assert all(day in workdays and day >= today and day not in duty.due_days for day in duty.proposals)
    assert len(set(duty.proposals)) == len(duty.proposals)
    assert set(duty.due_days) <= set(week)
    assert [fact.day for fact in duty.days] == list(week)
    assert all(fact.mark in LEGEND for fact in duty.days)
    assert "!" not in duty.sentence
    assert duty.sentence


@given(situations(), st.integers(1, 5) | st.just(9), st.integers(0, 6), st.booleans())
def test_one_entry_more_never_raises_what_is_missing(situation, who, place, stands_in):
    week, team, _, _ = situation
    new = Presence(week.start + timedelta(days=place), who, stands_in=stands_in)
    others = [p for p in team.presences if (p.day, p.person_id) != (new.day, new.person_id)]
    assert judged(situation, presences=[*others, new]).missing <= judged(situation, presences=others).missing


@given(situations(), st.integers(1, 4), st.integers(-3, 6), st.integers(0, 9), st.booleans())
def test_leave_never_raises_what_is_owed_or_missing(situation, who, place, length, official):
    week, team, _, _ = situation
    first = week.start + timedelta(days=place)
    leave = Leave(first, first + timedelta(days=length), official)
    absences = {**team.absences, who: [*team.absences.get(who, ()), leave]}
    more, less = judged(situation), judged(situation, absences=absences)
    assert less.need <= more.need
    assert less.missing <= more.missing


@given(situations(), st.randoms())
def test_order_never_matters(situation, random):
    _, team, _, _ = situation
    mixed = list(team.presences)
    random.shuffle(mixed)
    assert judged(situation, presences=mixed) == judged(situation)


@given(situations())
def test_persons_add_up(situation):
    week, team, today, rules = situation
    found = person_duties(week, team, REAL, today, lambda w: rules, NAMES)
    for duty in found:
        assert 0 <= duty.missed <= duty.missing <= max(0, duty.need)
        assert duty.done == sum(fact.mark == "驻" for fact in duty.days)
        assert duty.need <= min(rules.need_days, REAL.count(day for day in week if team.span.covers(day)))
        if not rules.counted_per_person:
            assert (duty.need, duty.missing) == (0, 0)
    assert len({duty.person_id for duty in found}) == len(found)


@given(situations())
def test_totals_of_a_month_are_its_days_counted(situation):
    week, team, today, rules = situation
    for month in {Month.of(week.start), Month.of(week.end)}:
        totals = month_totals(month, team, REAL, today, lambda w: rules, NAMES)
        weeks = [week_duty(w, team, REAL, today, rules, NAMES) for w in weeks_of(month)]
        together = [] if rules.counted_per_person else weeks
        assert totals.done == sum(fact.mark == "驻" for w in weeks for fact in w.days if fact.day in month)
        assert totals.need == sum(day in month for w in together for day in w.slots)
        assert totals.missed == sum(day in month and day < today for w in together for day in w.unfilled)
        people = person_duties(month, team, REAL, today, lambda w: rules, NAMES)
        assert totals.people == [
            (p.person_id, p.name, p.role, p.need, p.done, p.missed, p.leave, p.official) for p in people
        ]


@given(situations())
def test_a_leave_on_days_off_changes_no_figure(situation):
    week, team, _, _ = situation
    off = [day for day in week if not REAL.is_workday(day)]
    moved = {shift.to_day for shift in team.shifts}
    absences = {s.person_id: [Leave(day, day) for day in off if day not in moved] for s in team.services}
    with_leave, without = judged(situation, absences=absences), judged(situation, absences={})
    assert (with_leave.need, with_leave.missing, with_leave.done) == (without.need, without.missing, without.done)


@given(weeks, st.integers(0, 6), st.integers(0, 6))
def test_a_team_that_starts_or_ends_within_the_week_owes_only_its_own_days(week, a, b):
    first, last = week.start + timedelta(days=min(a, b)), week.start + timedelta(days=max(a, b))
    duty = week_duty(week, replace(TEAM, span=Span(first, last)), REAL, week.start, EXAMPLE, NAMES)
    own = [day for day in REAL.workdays(week) if first <= day <= last]
    assert duty.need == min(2, len(own))
    assert len(duty.due_days) + len(duty.proposals) >= duty.need
    assert {*duty.due_days, *duty.proposals} <= set(own)


@given(weeks.filter(lambda week: week.start.year != week.end.year))
def test_weeks_of_two_years_are_one_week(week):
    whole = week_duty(week, TEAM, REAL, week.start, EXAMPLE, NAMES)
    assert whole.need == min(2, REAL.count(week))
    months = [Month.of(week.start), Month.of(week.end)]
    halves = [person(person_duties(m, TEAM, REAL, week.start, lambda w: PER_PERSON), LEADER) for m in months]
    days = [fact.day for half in halves for fact in half.days if fact.day in week]
    assert days == list(week)
