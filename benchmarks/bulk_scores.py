"""Ten years of deductions, bonuses, appeals and sealed months, for `bulk.FILLERS`.

What the office would have decided entry by entry is written at once; the scores are frozen by the code of the lock,
month after month, so that `verify_months` agrees with every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from appraisal.actions.month_lock import freeze
from appraisal.models import Appeal, AppraisalMonth, Category, Clause, Scheme, ScoreEntry
from appraisal.rules import EntryValues
from appraisal.sealing import differences
from lianzhen.accounts.models import User
from lianzhen.periods import Month
from villages.models import LiaisonTeam

State = ScoreEntry.State
#: Entries of a county of `COUNTY` villages over ten years; a town has as many for each of its villages.
ENOUGH, COUNTY, MONTHS = 100_000, 600, 120
PORTION = 2_000
#: Clauses of the shipped example that count by the piece, with what was found.
FOUND = {
    "A2": "两个党员小组没有无职党员履职记录。",
    "B2": "网格上报的路灯损坏超过时限没有修复。",
    "C2": "医保代办超过承诺时限。",
    "D1": "公路沿线有垃圾和杂物堆放。",
    "E1": "发现秸秆露天焚烧，未及时制止。",
    "F1": "自建房用电隐患没有按期整改。",
}
CLAIMED = ("G2", "文旅线路完成农家书屋打造。")
#: How entries end, and how often of a hundred; what waits belongs to months that are not sealed.
ENDS = {
    State.EFFECTIVE: 78, State.CHANGED: 3, State.REVOKED: 2, State.REVERSED: 3, State.WITHDRAWN: 2,
    State.AGREED: 10, State.DECLINED: 2,
}  # fmt: skip
WAITS = {
    State.NOTIFIED: 60, State.WAITING: 6, State.APPEALED: 6, State.DRAFT: 3, State.RETURNED: 2, State.CLAIMED: 4,
    State.OPINION: 3, State.VERIFIED: 3, **dict.fromkeys(ENDS, 2),
}  # fmt: skip
BONUS = (State.AGREED, State.DECLINED, State.CLAIMED, State.OPINION, State.VERIFIED)
TOLD = (State.NOTIFIED, State.APPEALED, State.EFFECTIVE, State.CHANGED, State.REVOKED)
DECIDED = {State.EFFECTIVE: "keep", State.CHANGED: "change", State.REVOKED: "revoke"}


def scores(years: int) -> None:
    """Months before the first that the demo lived, all sealed; then the states of every step in the running one,
    and a draft of the next version to try out."""
    filler = _Filler()
    first = Month.of(AppraisalMonth.objects.order_by("month").values_list("month", flat=True)[0])
    months = list(_months_before(first, min(12 * years, MONTHS), filler.since))
    for number, part in enumerate(_in_two(months), start=1):
        scheme = filler.version(number, part[0])
        rows = [_row(month, scheme, filler.people) for month in part]
        AppraisalMonth.objects.bulk_create(rows)
        for row in rows:
            filler.entries(row, ENDS)
            _seal(row, filler.people["office_lead"])
        if wrong := differences(filler.random.choice(rows)):
            raise SystemExit(f"what was sealed in numbers does not agree with its entries: {wrong[0]}")
    for row in AppraisalMonth.objects.exclude(state__in=AppraisalMonth.SEALED).select_related("scheme"):
        filler.entries(row, WAITS)
    filler.version(9, None)


def _months_before(first: Month, count: int, since: date) -> Iterator[Month]:
    found, month = [], first.previous()
    while len(found) < count and month.start >= since:
        found.append(month)
        month = month.previous()
    return reversed(found)


def _in_two(months: list[Month]) -> Iterator[list[Month]]:
    half = len(months) // 2
    return (part for part in (months[:half], months[half:]) if part)


def _row(month: Month, scheme: Scheme, people: dict[str, int]) -> AppraisalMonth:
    """As it stands before the lock."""
    after = month.end + timedelta(days=5)
    return AppraisalMonth(
        month=month.start,
        scheme=scheme,
        state=AppraisalMonth.State.APPEALS,
        opened_at=_at(month.start),
        checked_at=_at(after),
        checked_by_id=people["office"],
        reviewed_at=_at(after),
        reviewed_by_id=people["office_lead"],
        publicity_from=after,
        publicity_until=after + timedelta(days=3),
    )


def _seal(row: AppraisalMonth, lead: int) -> None:
    freeze(row, row.period.end)
    row.state, row.locked_at, row.locked_by_id = AppraisalMonth.State.FINAL, _at(row.period.end + timedelta(15)), lead
    AppraisalMonth.objects.bulk_update([row], ["state", "seal", "locked_at", "locked_by"])


class _Filler:
    """Knows the teams, the people and the shipped example, and draws by chance that is the same every time."""

    def __init__(self) -> None:
        self.random = Random("scores")
        roles = ("office", "office_lead", "committee", "district", "leader")
        self.people: dict[str, int] = {
            role: User.objects.values_list("pk", flat=True).get(username=f"demo_{role}") for role in roles
        }
        self.teams = list(LiaisonTeam.objects.open().order_by("pk"))
        self.since = min(team.starts_on for team in self.teams)
        self.each = max(1, round(ENOUGH * len(self.teams) / COUNTY / MONTHS))
        self.model = Scheme.objects.adopted().order_by("number")[0]
        self.clauses: dict[int, dict[str, Clause]] = {}

    def version(self, number: int, month: Month | None) -> Scheme:
        """The example once more, adopted for a month; without one a draft in which litter costs more."""
        scheme = Scheme.objects.get(pk=self.model.pk)
        scheme.pk, scheme.number = None, 1000 + number
        if month is None:
            scheme.state, scheme.month_from = Scheme.State.DRAFT, None
            scheme.adopted_at = scheme.adopted_by = scheme.adopted_on = None
        else:
            scheme.month_from, scheme.adopted_on, scheme.adopted_at = month.start, month.start, _at(month.start)
        Scheme.objects.bulk_create([scheme])
        categories = {one.pk: one for one in Category.objects.filter(scheme=self.model)}
        clauses = list(Clause.objects.filter(scheme=self.model))
        for one in categories.values():
            one.pk, one.scheme = None, scheme
        Category.objects.bulk_create(categories.values())
        for clause in clauses:
            clause.category, clause.pk, clause.scheme = categories[clause.category_id], None, scheme
            if month is None and clause.number == "D1":
                clause.parameters = {**clause.parameters, "each": "1.0"}
        Clause.objects.bulk_create(clauses)
        return scheme

    def entries(self, row: AppraisalMonth, ends: dict[str, int]) -> None:
        """Those of one month, in the states of `ends`, with the appeals that belong to them."""
        if row.scheme_id not in self.clauses:
            self.clauses[row.scheme_id] = {one.number: one for one in row.scheme.clauses.all()}
        clauses = self.clauses[row.scheme_id]
        states = self.random.choices(list(ends), weights=list(ends.values()), k=self.each)
        made = [self._entry(row, clauses, state, n) for n, state in enumerate(states, start=1)]
        ScoreEntry.objects.bulk_create(made, batch_size=PORTION)
        appealed = [one for one in made if one.state in (State.APPEALED, State.CHANGED, State.REVOKED)]
        kept = [one for one in made if one.state == State.EFFECTIVE][::20]
        Appeal.objects.bulk_create([self._appeal(one) for one in (*appealed, *kept)], batch_size=PORTION)

    def _entry(self, row: AppraisalMonth, clauses: dict[str, Clause], state: str, n: int) -> ScoreEntry:
        bonus = state in BONUS
        number, fact = CLAIMED if bonus else self.random.choice(list(FOUND.items()))
        clause, rule = clauses[number], clauses[number].as_rule()
        answers = (
            {"choice": "镇认定", "points": "1.0"} if bonus else {"quantity": str(self.random.choice((1, 1, 1, 2)))}
        )
        values = EntryValues.from_json(answers)
        day = row.month + timedelta(days=self.random.randrange(min(28, max(1, (_today() - row.month).days))))
        team = self.random.choice(self.teams)
        points = rule.points(values)
        return ScoreEntry(
            number=f"旧{row.month:%Y%m}-{n:04}",
            kind="bonus" if bonus else "deduction",
            month=row.month,
            clause=clause,
            clause_number=number,
            clause_text=clause.text,
            village_id=team.village_id,
            team=team,
            concerns=clause.applies_to,
            occurred_on=day,
            source=ScoreEntry.Source.CLAIM if bonus else ScoreEntry.Source.TOWN,
            values=values.to_json(),
            points=points,
            changed_points=points / 2 if state == State.CHANGED else None,
            calculation=rule.calculation(values),
            fact=fact,
            state=state,
            recorded_at=_at(day),
            recorded_by_id=self.people["leader" if bonus else "office"],
            needs_second=state == State.WAITING,
            **self._steps(state, day),
        )

    def _steps(self, state: str, day: date) -> dict[str, Any]:
        """Who did what about it until it came to its state."""
        done: dict[str, Any] = {}
        moment, people = _at(day + timedelta(days=1)), self.people
        if state in TOLD:
            done |= {"notified_at": moment, "appeal_until": moment + timedelta(days=5)}
        if state in (State.OPINION, State.VERIFIED, State.AGREED):
            done |= {
                "opinion_at": moment,
                "opinion_by_id": people["district"],
                "opinion_for": True,
                "opinion": "属实。",
            }
        if state in (State.VERIFIED, State.AGREED):
            done |= {"verified_at": moment, "verified_by_id": people["office"]}
        if state == State.AGREED:
            done |= {"confirmed_at": moment, "confirmed_by_id": people["office_lead"]}
        if state in (State.WITHDRAWN, State.REVERSED, State.DECLINED):
            done |= {"ended_at": moment, "ended_by_id": people["office_lead"], "end_reason": "材料有误"}
        return done

    def _appeal(self, entry: ScoreEntry) -> Appeal:
        filed = entry.notified_at + timedelta(days=1)
        facts: dict[str, Any] = {"state": self.random.choice((Appeal.State.FILED, Appeal.State.CHECKING))}
        if entry.state in DECIDED:
            outcome = DECIDED[entry.state]
            after = {"keep": entry.points, "change": entry.changed_points, "revoke": Decimal(0)}[outcome]
            facts = {
                "state": Appeal.State.ANSWERED,
                "outcome": outcome,
                "points_after": after,
                "answer": "已到现场核实，按核实的情况答复。",
                "decided_at": filed + timedelta(days=2),
                "decided_by_id": self.people["committee"],
            }
        elif facts["state"] == Appeal.State.CHECKING:
            facts |= {"checked_at": filed, "checked_by_id": self.people["office_lead"], "check_note": "已到现场。"}
        return Appeal(
            number=f"旧申{entry.number.removeprefix('旧')}",
            entry=entry,
            reason=Appeal.Reason.FACT,
            text="当天已经清理，有照片为证。",
            filed_at=filed,
            filed_by_id=self.people["leader"],
            answer_by=timezone.localdate(filed) + timedelta(days=5),
            recorder_id=entry.recorded_by_id,
            points_before=entry.points,
            **facts,
        )


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(15, 0)))


def _today() -> date:
    return timezone.localdate()
