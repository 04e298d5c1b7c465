"""What the records of a year say of each team, collected in a fixed number of queries, for the leader's summary.

`facts`: JSON with `taken_on` and four lists, one for each step (`facts`, `work`, `highlights`, `problems`). Every
entry has `label`, `text`, `url`; those of work and problems also `rows` of the same form and how many `more`
there are. The words proposed from them are `year_words`'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, cast

from django.db.models import DecimalField
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from appraisal.duty_months import year_row
from appraisal.duty_week import weeks_of
from appraisal.entries_told import COUNTING, GIVEN, is_given_back
from appraisal.facts import QUERIES as DUTY_QUERIES
from appraisal.facts import Collected, collect
from appraisal.models import (
    AppraisalMonth,
    Decision,
    DutyLog,
    DutyNote,
    IssuedDocument,
    MonthlyScore,
    ReportLine,
    Scheme,
    ScoreEntry,
    WeeklyReport,
)
from appraisal.report_state import due_moment, owes, state_of, stored_reports
from appraisal.rules.base import ZERO, in_points
from appraisal.work_areas import WORK_AREAS
from appraisal.year_facts import quarter_grades_of
from appraisal.year_words import SHOWN, one_line, proposed_texts, spread
from lianzhen.pages.days import days_key
from lianzhen.periods import Month, Week, Year
from lianzhen.wording import list_date, number, points_change
from villages.models import LiaisonTeam

__all__ = ["QUERIES", "facts_for", "facts_of", "proposed_texts"]

#: However many teams: duty, reports, their lines, notes, decisions, entries, months, quarters.
QUERIES = DUTY_QUERIES + 7
Fact = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """All that was read, by team."""

    year: int
    today: date
    duty: Collected
    scores: dict[int, list[tuple[Month, Decimal, int | None]]]
    quarters: dict[int, list]
    reports: dict
    lines: dict[int, list[ReportLine]]
    notes: dict[int, dict[str, list[date]]]
    decisions: dict[int, list[Decision]]
    entries: dict[int, list[ScoreEntry]]


def facts_of(team: LiaisonTeam, year: int, today: date) -> Fact:
    """At most `QUERIES` queries; `team.village` at hand saves one more."""
    return facts_for([team], year, today)[team.pk]


def facts_for(teams: Sequence[LiaisonTeam], year: int, today: date) -> dict[int, Fact]:
    """By team. `QUERIES` queries, none for no team."""
    if not teams:
        return {}
    found = _read(teams, year, today)
    return {
        team.pk: {
            "taken_on": today.isoformat(),
            "facts": _general(team, found),
            "work": _work(team, found),
            "highlights": [_bonus(one, year) for one in _of(team, found, ScoreEntry.Kind.BONUS)],
            "problems": _problems(team, found),
        }
        for team in teams
    }


# --- Reading ------------------------------------------------------------------------------------------
def _read(teams: Sequence[LiaisonTeam], year: int, today: date) -> Found:
    ids, span = [team.pk for team in teams], Year(year)
    weeks = _weeks(year, today)
    duty_weeks = weeks_of(span)
    return Found(
        year=year,
        today=today,
        duty=collect(teams, duty_weeks[0].start, duty_weeks[-1].end),
        scores=_scores(ids, span),
        quarters=quarter_grades_of(year, ids),
        reports=stored_reports(ids, weeks),
        lines=_lines(ids, weeks),
        notes=_notes(ids, span),
        decisions=_decisions(ids, weeks),
        entries=_entries(ids, span),
    )


def _weeks(year: int, today: date) -> list[Week]:
    """The weeks that have begun in the year. Their Monday says whose year they are."""
    return [week for week in weeks_of(Year(year)) if week.start.year == year and week.start <= today]


def _scores(ids: Sequence[int], span: Year) -> dict[int, list[tuple[Month, Decimal, int | None]]]:
    """Places where the version of the month shows them."""
    rows = MonthlyScore.objects.filter(
        team_id__in=ids, month__month__range=(span.start, span.end), month__state__in=AppraisalMonth.SEALED
    )
    found: dict[int, list] = defaultdict(list)
    for team, month, total, place, display in rows.order_by("month__month").values_list(
        "team_id", "month__month", "team_total", "place", "month__scheme__display"
    ):
        found[team].append((Month.of(month), total, place if display == Scheme.Display.PLACE else None))
    return found


def _lines(ids: Sequence[int], weeks: Sequence[Week]) -> dict[int, list[ReportLine]]:
    """重点工作 of the reports that were sent."""
    rows = ReportLine.objects.filter(
        report__team_id__in=ids,
        report__week_start__in=[week.start for week in weeks],
        report__state__in=[WeeklyReport.State.SENT, WeeklyReport.State.READ],
        block=ReportLine.Block.WORK,
        is_left_out=False,
    ).select_related("report")
    found: dict[int, list[ReportLine]] = defaultdict(list)
    for line in rows.order_by("report__week_start", "position", "pk"):
        found[line.report.team_id].append(line)
    return found


def _notes(ids: Sequence[int], span: Year) -> dict[int, dict[str, list[date]]]:
    """Team → area → the days on which somebody noted it."""
    logs = DutyLog.objects.counted().filter(team_id__in=ids, day__range=(span.start, span.end))
    rows = DutyNote.objects.filter(log__in=logs, withdrawn_at=None)
    found: dict[int, dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    for team, day, topics in rows.values_list("log__team_id", "log__day", "topics"):
        for topic in topics or ():
            found[team][topic].add(day)
    return {team: {topic: sorted(days) for topic, days in own.items()} for team, own in found.items()}


def _decisions(ids: Sequence[int], weeks: Sequence[Week]) -> dict[int, list[Decision]]:
    rows = Decision.objects.filter(team_id__in=ids, meeting__week_start__in=[week.start for week in weeks]).exclude(
        state=Decision.State.DROPPED
    )
    found: dict[int, list[Decision]] = defaultdict(list)
    for one in rows.order_by("meeting__week_start", "number"):
        found[cast(int, one.team_id)].append(one)
    return found


def _entries(ids: Sequence[int], span: Year) -> dict[int, list[ScoreEntry]]:
    """Those that count, with what counts of them as `counted`."""
    points = Coalesce("changed_points", "points", output_field=DecimalField(max_digits=6, decimal_places=2))
    rows = ScoreEntry.objects.counting().filter(team_id__in=ids, month__range=(span.start, span.end))
    found: dict[int, list[ScoreEntry]] = defaultdict(list)
    for one in rows.annotate(counted=points).select_related("clause__category").order_by("occurred_on", "pk"):
        found[cast(int, one.team_id)].append(one)
    return found


# --- 基本情况 -----------------------------------------------------------------------------------------
def _general(team: LiaisonTeam, found: Found) -> list[Fact]:
    return [
        *_score_facts(team, found),
        _duty_fact(team, found),
        _report_fact(team, found),
        _decision_fact(team, found),
        *_entry_facts(team, found),
    ]


def _score_facts(team: LiaisonTeam, found: Found) -> list[Fact]:
    months = [
        _fact(
            month.title,
            in_points(total) + (f"，第{place}名" if place else ""),
            reverse("score_page", args=[month.key, team.pk]),
        )
        for month, total, place in found.scores.get(team.pk, ())
    ]
    text = f"定稿{number(len(months))}个月" if months else "没有定稿的月得分"
    quarters = "、".join(
        f"{quarter.title.partition('年')[2]}“{grade}”" for quarter, grade in found.quarters.get(team.pk, ())
    )
    # The leader reads the reviews that were announced; the pages of the review are the town's and the district's.
    announced = f"{reverse('document_list')}?kind={IssuedDocument.Kind.QUARTERLY_REVIEW}"
    return [
        {**_fact("月得分", text, reverse("score_now")), "rows": months, "more": 0},
        _fact("季度等次", quarters or "没有已审定的季度", announced),
    ]


def _duty_fact(team: LiaisonTeam, found: Found) -> Fact:
    row = year_row(team, found.year, found.duty, found.today)
    text = f"应到{number(row.need or 0)}天，实到{number(row.done)}天，缺{number(row.missed or 0)}天"
    if row.late:
        text += f"，补登{number(row.late)}天"
    return _fact("驻村办公", text, reverse("team_duty", args=[team.pk]))


def _report_fact(team: LiaisonTeam, found: Found) -> Fact:
    now = timezone.make_aware(datetime.combine(found.today, time.max))
    owed = sent = late = 0
    for week in _weeks(found.year, found.today):
        rules = found.duty.rules_of(week)
        due = due_moment(rules, week)
        report = found.reports.get((team.pk, week.start))
        state = state_of(report, owed=owes(team, due, rules), due=due, now=now)
        owed += state.code != "exempt" and (state.is_here or due <= now)
        sent += state.is_here
        late += state.is_here and state.is_late
    text = f"应报{number(owed)}篇，已报{number(sent)}篇，其中逾期{number(late)}篇"
    return _fact("周报", text, reverse("team_weekly", args=[team.pk]))


def _decision_fact(team: LiaisonTeam, found: Found) -> Fact:
    own = found.decisions.get(team.pk, ())
    done = [one for one in own if one.state == Decision.State.DONE]
    late, open_late = sum(map(_ended_late, done)), sum(one.is_overdue(found.today) for one in own)
    text = f"承办{number(len(own))}项，已落实{number(len(done))}项"
    text += f"，其中逾期落实{number(late)}项" if late else ""
    text += f"；超期没有落实{number(open_late)}项" if open_late else ""
    weeks = _weeks(found.year, found.today)
    rows = f"?days={days_key(weeks[0].start, weeks[-1].end)}&team={team.pk}&state=standing" if weeks else ""
    return _fact("议定事项", text, reverse("decision_list") + rows)


def _ended_late(one: Decision) -> bool:
    return one.ended_at is not None and timezone.localdate(one.ended_at) > one.due_on


def _of(team: LiaisonTeam, found: Found, kind: str) -> list[ScoreEntry]:
    """What puts another month right says nothing new."""
    return [one for one in found.entries.get(team.pk, ()) if one.kind == kind and one.corrects_id is None]


def _entry_facts(team: LiaisonTeam, found: Found) -> list[Fact]:
    """What a 更正单 gave back is told by itself, where there is any: it is no bonus (`entries_told`)."""
    own = found.entries.get(team.pk, ())
    given = [one for one in own if is_given_back(one)]
    taken = [one for one in own if one.kind == ScoreEntry.Kind.DEDUCTION]
    added = [one for one in own if one.kind == ScoreEntry.Kind.BONUS and one not in given]
    bonuses = f"{reverse('bonus_list')}?{_in_year(team, found)}"
    made = [
        _points_fact("扣分", taken, _deductions_url(team, found)),
        _points_fact("加分", added, f"{bonuses}&{COUNTING[ScoreEntry.Kind.BONUS]}"),
    ]
    if given:
        made.append(_points_fact("更正退回扣分", given, f"{bonuses}&{GIVEN}"))
    return made


def _points_fact(name: str, rows: Sequence[ScoreEntry], url: str) -> Fact:
    total = in_points(sum((one.counted for one in rows), ZERO))
    return _fact(name, f"{number(len(rows))}条，合计{total}", url)


def _in_year(team: LiaisonTeam, found: Found) -> str:
    """Narrows a list of entries to those of the team's village in the year."""
    return f"months={days_key(date(found.year, 1, 1), date(found.year, 12, 1))}&village={team.village_id}"


def _deductions_url(team: LiaisonTeam, found: Found) -> str:
    return f"{reverse('deduction_list')}?{_in_year(team, found)}&state=counting"


# --- 主要工作 -----------------------------------------------------------------------------------------
def _work(team: LiaisonTeam, found: Found) -> list[Fact]:
    """One entry for each area that the year's reports or days of duty speak of, in the order of the article."""
    by_area: dict[str, list[ReportLine]] = defaultdict(list)
    for line in found.lines.get(team.pk, ()):
        by_area[line.category].append(line)
    days = found.notes.get(team.pk, {})
    made = []
    for area, name in {**WORK_AREAS, "": "其他工作"}.items():
        lines, noted = by_area.get(area, []), days.get(area, []) if area else []
        if lines or noted:
            said = [f"周报{number(len(lines))}条"] if lines else []
            said += [f"驻村{number(len(noted))}天"] if noted else []
            told = _telling(lines)
            rows = [_line(line, team) for line in spread(told, SHOWN)]
            url = reverse("team_weekly" if lines else "team_duty", args=[team.pk])
            made.append({**_fact(name, "，".join(said), url), "rows": rows, "more": len(told) - len(rows)})
    return made


def _telling(lines: Iterable[ReportLine]) -> list[ReportLine]:
    """Each text once; 「…开展…工作。」, made from a mere tick, says nothing that the days do not."""
    seen: dict[str, ReportLine] = {}
    for line in lines:
        if not line.key.startswith("area-") or line.is_edited:
            seen.setdefault(one_line(line.text), line)
    return list(seen.values())


def _line(line: ReportLine, team: LiaisonTeam) -> Fact:
    week = line.report.week
    return _fact(f"第{week.number}周周报", one_line(line.text), reverse("weekly_report", args=[week.key, team.pk]))


# --- 亮点、问题 ---------------------------------------------------------------------------------------
def _bonus(one: ScoreEntry, year: int) -> Fact:
    text = f"{list_date(one.occurred_on, year)}，{one_line(one.fact)}"
    return {**_fact(one.number, text, reverse("bonus", args=[one.pk])), "points": f"加{in_points(one.counted)}"}


def _problems(team: LiaisonTeam, found: Found) -> list[Fact]:
    """By category, where most was lost first."""
    by_category: dict[str, list[ScoreEntry]] = defaultdict(list)
    for one in _of(team, found, ScoreEntry.Kind.DEDUCTION):
        by_category[one.clause.category.name].append(one)
    lost = {name: sum((one.counted for one in own), ZERO) for name, own in by_category.items()}
    made = []
    for name in sorted(by_category, key=lambda name: lost[name], reverse=True):
        own = sorted(by_category[name], key=lambda one: one.counted, reverse=True)
        rows = [_deduction(one, found.year) for one in own[:SHOWN]]
        text = f"{number(len(own))}条，{points_change(-lost[name])}"
        url = f"{_deductions_url(team, found)}&category={own[0].clause.category.key}"
        made.append({**_fact(name, text, url), "rows": rows, "more": len(own) - len(rows)})
    return made


def _deduction(one: ScoreEntry, year: int) -> Fact:
    """What was found late counts in a month after its own, it may be of the year before."""
    text = f"{list_date(one.occurred_on, year)}，{one_line(one.fact)}"
    return _fact(one.number, text, reverse("deduction", args=[one.pk]))


def _fact(label: str, text: str, url: str) -> Fact:
    return {"label": label, "text": text, "url": url}
