"""The table of a year: the teams that take part and the villages that govern themselves, each with how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.html import format_html

from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary, SelfGovYear
from appraisal.ranking import place_words
from appraisal.rules.base import marks
from appraisal.year_facts import SelfGoverned
from lianzhen.pages.tables import Column, link, link_to, tag
from lianzhen.wording import dense_date

State = AnnualSummary.State
TEAM, VILLAGE = "联村工作组", "村为主自治"
#: 基本情况 主要工作 亮点 问题 下年打算
STEPS = 5
TOLD = dict(State.choices)
TONES = {State.CHECKED: "good", State.OUT: "off", State.DRAFT: "warn"}


class Listed(NamedTuple):
    """A summary as far as the table shows it, with its result, once there is one. A county has six hundred."""

    pk: int
    team_id: int
    position: int
    village_name: str
    district_name: str
    leader_name: str
    state: str
    saved: list[str]
    opinion_grade: str
    submitted_at: datetime | None
    checked_at: datetime | None
    score: Decimal | None
    place: int | None
    tied: bool | None
    proposed: str | None
    grade: str | None

    @property
    def team_name(self) -> str:
        return f"{self.village_name}联村工作组"

    @property
    def told(self) -> str:
        return TOLD[self.state]


READ = [*Listed._fields[:-5], *(f"result__{name}" for name in Listed._fields[-5:])]


def listed(assessment: AnnualAssessment, user: Any) -> list[Listed]:
    """The summaries that the user sees. One query."""
    rows = AnnualSummary.objects.visible_to(user).filter(assessment=assessment).order_by("position")
    return [Listed._make(one) for one in rows.values_list(*READ)]


def result_of(summary: AnnualSummary) -> AnnualGrade | None:
    return getattr(summary, "result", None)


def tone_of(summary: AnnualSummary | Listed) -> str:
    return TONES.get(State(summary.state), "wait")


@dataclass(frozen=True)
class YearRow:
    """A line of the table. `state` is the stored code, `told` its words; `position` puts villages that govern
    themselves after the teams."""

    pk: int
    position: int
    kind: str
    district: str
    name: str
    leader: str
    state: str
    told: str
    tone: str
    #: Of a team's summary; a village's sheet has its own address, once there is one.
    year: str = ""
    url: str = ""
    report: str = ""
    opinion: str = ""
    checked: date | None = None
    score: Decimal | None = None
    place: int | None = None
    place_text: str = ""
    proposed: str = ""
    grade: str = ""


def team_row(summary: Listed, year: int, *, results: bool) -> YearRow:
    """`results`: score, place and grade are the reader's to see."""
    shown = results and summary.state != State.OUT and summary.grade is not None
    return YearRow(
        pk=summary.pk,
        position=summary.position,
        kind=TEAM,
        district=summary.district_name,
        name=summary.village_name,
        year=str(year),
        leader=summary.leader_name,
        state=summary.state,
        told=summary.told,
        tone=tone_of(summary),
        report=report_of(summary),
        opinion=summary.opinion_grade,
        checked=summary.checked_at and _day(summary.checked_at),
        score=summary.score if shown else None,
        place=summary.place if shown else None,
        place_text=_place(summary) if shown else "",
        proposed=summary.proposed if shown else "",
        grade=summary.grade if shown else "",
    )


def village_rows(villages: Iterable[SelfGoverned], after: int) -> list[YearRow]:
    """Behind the teams: their sheets have pages of their own."""
    return [
        YearRow(
            pk=-one.village.pk,
            position=position,
            kind=VILLAGE,
            district=one.village.group.district_name if one.village.group else "",
            name=one.village.name,
            url=one.url,
            leader="",
            state=f"sheet-{one.sheet.state if one.sheet else 'none'}",
            told=one.state,
            tone="off" if one.sheet is None else "good" if one.sheet.state in SelfGovYear.GRADED else "wait",
            grade=one.grade,
        )
        for position, one in enumerate(villages, start=after + 1)
    ]


def _place(summary: Listed) -> str:
    return "—" if summary.place is None else place_words(summary.place, tied=bool(summary.tied))


def _day(moment: datetime) -> date:
    return timezone.localdate(moment, timezone.get_default_timezone())


def report_of(summary: Listed) -> str:
    """已写3/5步, or the day it was sent."""
    if summary.state == State.OUT:
        return ""
    if summary.state == State.DRAFT:
        return f"已写{len(summary.saved)}/{STEPS}步" if summary.saved else "未写"
    return f"{dense_date(_day(summary.submitted_at))}报送" if summary.submitted_at else ""


# --- Columns ----------------------------------------------------------------------------------------
def _name(row: YearRow) -> Any:
    if row.kind == TEAM:
        return link_to("year_summary", row.pk, row.name, row.year)
    return link(row.url, row.name) if row.url else row.name


def _grade(row: YearRow) -> Any:
    if row.grade:
        return row.grade
    return format_html('<span class="muted">建议{}</span>', row.proposed) if row.proposed else "—"


def columns(rows: Sequence[YearRow], *, places: bool) -> list[Column]:
    """Those that any row has something to say in. `places`: they are the reader's to see."""
    mixed = any(row.kind == VILLAGE for row in rows)
    scored = any(row.score is not None for row in rows)
    graded = any(row.grade or row.proposed for row in rows)
    shown = [
        Column("position", "序号", lambda r: r.position, kind="number", sort=["position"], secondary=True),
        Column("district", "片区", lambda r: r.district, sort=["district"], secondary=True),
        Column("team", "村", lambda r: r.name, show=_name, head=True),
        *([Column("kind", "类别", lambda r: r.kind, secondary=True)] if mixed else ()),
        Column("leader", "组长", lambda r: r.leader, secondary=True),
        Column("state", "状态", lambda r: r.told, show=lambda r: tag(r.tone, r.told), sort=["state"]),
        Column("report", "自评", lambda r: r.report, secondary=True),
        Column("opinion", "片区建议", lambda r: r.opinion, sort=["opinion"], secondary=True),
        Column("checked", "核查日期", lambda r: r.checked, kind="date", sort=["checked"], secondary=True),
    ]
    if scored:
        shown += [
            Column(
                "score",
                "年度得分",
                lambda r: r.score,
                show=lambda r: marks(r.score),
                kind="number",
                sort=["score"],
                secondary=True,
            )
        ]
        if places:
            shown.append(Column("place", "名次", lambda r: r.place_text, sort=["place"], secondary=True))
    if graded:
        shown.append(Column("grade", "等次", lambda r: r.grade, show=_grade, sort=["grade"]))
    return shown
