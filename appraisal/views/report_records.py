"""周报报送记录: the reports that were sent, over any weeks; what a figure about reports leads to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.filters_weekly import SentReportFilter
from appraisal.models import WeeklyReport
from appraisal.permissions import see_all_reports
from lianzhen.pages.guard import guarded
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.wording import clock, number


def _team(report: WeeklyReport) -> str:
    return link(reverse("weekly_report", args=[report.week.key, report.team_id]), report.team.village.name)


def _sent(report: WeeklyReport) -> str:
    if report.sent_at is None:
        return ""
    at = timezone.localtime(report.sent_at)
    return f"{at:%Y-%m-%d} {clock(at)}"


def _state(report: WeeklyReport) -> tuple[str, str]:
    """Tone and words."""
    return ("warn", "逾期报送") if report.is_late else ("done", "按时报送")


COLUMNS = (
    Column(
        "team",
        "联村工作组",
        lambda r: r.team.village.name,
        show=_team,
        sort=["team__village__pinyin"],
        head=True,
    ),
    Column("week", "周", lambda r: r.week.title, sort=["week_start"]),
    Column("state", "报送", lambda r: _state(r)[1], show=lambda r: tag(*_state(r)), sort=["is_late"]),
    Column("sent_at", "报送时间", _sent, sort=["sent_at"], secondary=True),
    Column("sent_by", "报送人", lambda r: str(r.sent_by or ""), secondary=True),
)


@guarded(see_all_reports, methods=LIST_METHODS)
def sent_report_list(request: HttpRequest) -> HttpResponse:
    rows = WeeklyReport.objects.visible_to(request.user).filter(sent_at__isnull=False)
    return ListPage(
        request,
        rows.select_related("team__village", "sent_by"),
        COLUMNS,
        title="周报报送记录",
        order=["-week_start", "team__village__code"],
        filterset=SentReportFilter,
        count=lambda n: f"共{number(n)}份",
        empty_text="还没有报送的周报。",
    ).respond()
