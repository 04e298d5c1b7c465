"""The table of a year: the teams that take part and the villages that govern themselves, each with how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html

from appraisal.models import AnnualAssessment, AnnualGrade, AnnualSummary, SelfGovYear
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
#: What a line is made of; a county has six hundred.
READ = (
    "assessment", "team", "village", "position", "village_name", "district_name", "leader_name", "state", "saved",
    "opinion_grade", "submitted_at", "checked_at", "result__assessment", "result__summary", "result__score",
    "result__place", "result__tied", "result__proposed", "result__grade",
)  # fmt: skip


def listed(assessment: AnnualAssessment, user: Any) -> QuerySet:
    """The summaries that the user sees, as far as the table shows them. One query."""
    rows = AnnualSummary.objects.visible_to(user).filter(assessment=assessment).select_related("result")
    return rows.only(*READ).order_by("position")


def result_of(summary: AnnualSummary) -> AnnualGrade | None:
    return getattr(summary, "result", None)


def tone_of(summary: AnnualSummary) -> str:
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


def team_row(summary: AnnualSummary, year: int, *, results: bool) -> YearRow:
    """`results`: score, place and grade are the reader's to see."""
    found = result_of(summary) if results and summary.state != State.OUT else None
    return YearRow(
        pk=summary.pk,
        position=summary.position,
        kind=TEAM,
        district=summary.district_name,
        name=summary.village_name,
        year=str(year),
        leader=summary.leader_name,
        state=summary.state,
        told=TOLD[summary.state],
        tone=tone_of(summary),
        report=report_of(summary),
        opinion=summary.opinion_grade,
        checked=summary.checked_at and _day(summary.checked_at),
        score=found.score if found else None,
        place=found.place if found else None,
        place_text=found.place_text if found else "",
        proposed=found.proposed if found else "",
        grade=found.grade if found else "",
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


def _day(moment: datetime) -> date:
    return timezone.localdate(moment, timezone.get_default_timezone())


def report_of(summary: AnnualSummary) -> str:
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
