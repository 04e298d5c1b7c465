"""建议扣分: what a closed week gives ground to suggest. Pure: facts in, findings out, nothing is deducted.

A finding carries the sentences that produced it, so that whoever decides needs nothing else, and a key that
says which finding it is: looking twice finds it once. Source: issue of the working week; design §0 (5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from appraisal.duty_terms import ABSENT, ASKED, HERE, LEAVE, OFFICIAL, WeekDuty
from appraisal.working_rules import Rules
from lianzhen.periods import Week
from lianzhen.wording import WEEKDAYS, clock, full_date

#: Weeks looked at again, since a late entry or a decision about one may come that much later.
WEEKS_BACK = 8


# --- What goes in -----------------------------------------------------------------------------
@dataclass(frozen=True)
class ReportFact:
    """The weekly report that a team owes: `sent` in local time, None while it has not been sent."""

    due: datetime
    sent: datetime | None
    is_late: bool
    url: str


@dataclass(frozen=True)
class SpotFact:
    """A spot check that was confirmed as an absence. `county`: how the county found it, in words;
    empty for a check of the town."""

    pk: int
    day: date
    at: time
    found: str
    explanation: str
    decision: str
    url: str
    county: str = ""


@dataclass(frozen=True)
class AbsenceFact:
    """Somebody called to the meeting who neither came nor was excused; `pk` of the attendance."""

    pk: int
    person_id: int
    name: str
    called_as: str
    held_on: date
    url: str


@dataclass(frozen=True)
class TeamWeek:
    """All that is known about one team in one week. `duty` None: not kept here yet; `report` None: owes none."""

    team_id: int
    week: Week
    duty: WeekDuty | None
    duty_url: str
    report: ReportFact | None = None
    spots: Sequence[SpotFact] = ()
    absences: Sequence[AbsenceFact] = ()


# --- What comes out ---------------------------------------------------------------------------
@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class Finding:
    """`kind`: a code of `Suggestion.Kind`. `quantity`: how many (days, times)."""

    kind: str
    key: str
    team_id: int
    week: Week
    occurred_on: date
    text: str
    facts: tuple[Fact, ...]
    quantity: int = 1
    person_id: int | None = None


def closed_weeks(today: date) -> list[Week]:
    """The last weeks that are over, newest first."""
    weeks = [Week.of(today).previous()]
    while len(weeks) < WEEKS_BACK:
        weeks.append(weeks[-1].previous())
    return weeks


def findings(facts: Iterable[TeamWeek], rules: Rules, today: date) -> list[Finding]:
    """Everything that the weeks give ground for. A week that is not over gives none."""
    found: list[Finding] = []
    for one in facts:
        if one.week.end < today:
            found += [*_duty(one, rules), *_spots(one), *_report(one), *_meeting(one)]
    return found


def _duty(one: TeamWeek, rules: Rules) -> list[Finding]:
    duty = one.duty
    if duty is None or not duty.missing:
        return []
    marks = {mark: [d.day for d in duty.days if d.mark == mark] for mark in (HERE, ABSENT, ASKED, LEAVE, OFFICIAL)}
    told = [
        Fact("规定", f"每周定点办公不少于{rules.need_days}天{_example(rules)}"),
        Fact("本周应到", f"{duty.need}{duty.unit}"),
        Fact("已登记", f"{duty.done}{duty.unit}{_listed(marks[HERE])}", one.duty_url),
        Fact("应到未登记", _days(marks[ABSENT])),
        Fact("补登待同意", _days(marks[ASKED])),
        Fact("已请假，没有替班", _days(marks[LEAVE])),
        Fact("公出，不计应到", _days(marks[OFFICIAL])),
        Fact("说明", "、".join(d.note for d in duty.days if d.note and d.mark in (ABSENT, ASKED))),
    ]
    day = next(iter(duty.unfilled), one.week.end)
    text = f"{_week(one.week)}驻村差{duty.missing}{duty.unit}"
    key = f"duty:{one.team_id}:{one.week.key}"
    return [Finding("duty", key, one.team_id, one.week, day, text, _said(told), quantity=duty.missing)]


def _spots(one: TeamWeek) -> list[Finding]:
    found = []
    for spot in one.spots:
        told = [
            Fact("抽查", f"{_day(spot.day)}{clock(spot.at)}未见到人", spot.url),
            Fact("发现方式", spot.county),
            Fact("所见", spot.found),
            Fact("工作组说明", spot.explanation or "没有说明"),
            Fact("认定意见", spot.decision),
        ]
        who = "县里" if spot.county else ""
        text = f"{spot.day.month}月{spot.day.day}日{who}抽查认定缺岗"
        found.append(Finding("spot", f"spot:{spot.pk}", one.team_id, one.week, spot.day, text, _said(told)))
    return found


def _report(one: TeamWeek) -> list[Finding]:
    report = one.report
    if report is None or (report.sent is not None and not report.is_late):
        return []
    due = Fact("规定", f"周报截止{_moment(report.due)}")
    day = report.due.date()
    if report.sent is None:
        told = (due, Fact("报送", "没有报送", report.url))
        key, text = f"report_none:{one.team_id}:{one.week.key}", f"{_week(one.week)}周报未报"
        return [Finding("report_none", key, one.team_id, one.week, day, text, told)]
    told = (due, Fact("报送", f"{_moment(report.sent)}报送", report.url))
    key, text = f"report_late:{one.team_id}:{one.week.key}", f"{_week(one.week)}周报逾期报送"
    return [Finding("report_late", key, one.team_id, one.week, day, text, told)]


def _meeting(one: TeamWeek) -> list[Finding]:
    return [
        Finding(
            "meeting",
            f"meeting:{absence.pk}",
            one.team_id,
            one.week,
            absence.held_on,
            f"{_week(one.week)}例会{absence.name}无故缺席",
            (
                Fact("例会", _day(absence.held_on), absence.url),
                Fact("应到", f"{absence.name}（{absence.called_as}）"),
                Fact("到会情况", "缺席，没有请假"),
            ),
            person_id=absence.person_id,
        )
        for absence in one.absences
    ]


# --- Words ------------------------------------------------------------------------------------
def _said(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.value)


def _example(rules: Rules) -> str:
    return "" if rules.adopted else "（示例制度，镇里还没有通过）"


def _week(week: Week) -> str:
    return f"第{week.number}周"


def _day(day: date) -> str:
    return f"{full_date(day)}（{WEEKDAYS[day.weekday()]}）"


def _moment(moment: datetime) -> str:
    return f"{_day(moment.date())}{clock(moment)}"


def _days(days: Sequence[date]) -> str:
    return "、".join(f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）" for day in days)


def _listed(days: Sequence[date]) -> str:
    return f"（{'、'.join(f'{day.month}月{day.day}日' for day in days)}）" if days else ""
