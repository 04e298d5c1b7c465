"""周报: drafting, sending, withdrawing, reading, commenting.

The first edit makes the draft; the lines that the records propose are stored with it. Everybody who writes
about one report waits at its team's row, so that two phones that open the same week make one report. Each
act raises the report's `version`: a page opened before is answered with both versions, and no line of
either is lost, because a sending touches only the lines that it names.

Late is marked, never blocked. Withdrawing is possible until the deadline. `now` is an aware moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appraisal.actions.town_needs import raise_needs, withdraw_needs
from appraisal.models import ReportComment, ReportLine, WeeklyReport
from appraisal.report_lines import HAND, Line, in_order, merge
from appraisal.report_prefill import Prefilled, prefill
from appraisal.report_state import due_moment, due_words, owes, rules_of
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.periods import Week
from lianzhen.trail import acting
from lianzhen.trail.versions import EditConflict, lock_for_change
from villages.models import LiaisonTeam, Posting

State = WeeklyReport.State
#: More lines than this are no report any more.
MOST_LINES = 120
STORED = ("block", "category", "text", "is_need", "source_name", "source_url", "is_edited", "is_left_out")


def line_of(row: ReportLine) -> Line:
    return Line(key=row.key, **{name: getattr(row, name) for name in STORED})


def lines_of(report: WeeklyReport) -> list[Line]:
    """The lines of a report in the order of the page, those left out included. One query."""
    return in_order(line_of(row) for row in report.lines.order_by("position", "id"))


# --- Writing ----------------------------------------------------------------------------------
def save_draft(
    *,
    team: LiaisonTeam,
    week: Week,
    lines: Sequence[Line],
    by: User | None,
    now: datetime,
    version: int | None = None,
    page: UUID | None = None,
) -> WeeklyReport:
    """Store what was typed. `version` is the report's when the page was opened, 0 when there was none; `page`
    names the opened page, whose own savings do not conflict with each other."""
    with acting(by=by, action="weekly.draft", label="填写周报"):
        report = _draft(team, week, by, now, version, page)
        _write(report, lines, now)
        report.save()
    return report


def send_report(
    *,
    team: LiaisonTeam,
    week: Week,
    by: User,
    now: datetime,
    lines: Sequence[Line] | None = None,
    version: int | None = None,
    page: UUID | None = None,
) -> WeeklyReport:
    """Send the report: with what was typed, or (None) the draft as it stands, or what the records propose.

    Its lines are frozen; each that asks something of the town is followed from here on. Raises
    `ValidationError` when nothing is left to report.
    """
    with acting(by=by, action="weekly.send", label="报送周报"):
        report = _draft(team, week, by, now, version, page)
        if lines is None and not report.lines.exists():
            lines = prefill([team], week, timezone.localdate(now)).lines[team.pk]
        if lines is not None:
            _write(report, lines, now)
        kept = list(report.lines.filter(is_left_out=False).order_by("position", "id"))
        if not kept:
            raise ValidationError("这份周报还没有内容，请至少写一条再报送。")
        rules = rules_of(week)
        due = due_moment(rules, week)
        report.state, report.sent_at, report.sent_by = State.SENT, now, by
        report.is_late = now > due and owes(team, due, rules)
        report.full_clean()
        report.save()
        raise_needs(report=report, lines=[line for line in kept if line.is_need], by=by, now=now)
    return report


def withdraw_report(*, report: WeeklyReport, by: User, now: datetime, version: int | None = None) -> WeeklyReport:
    """Take a sent report back to a draft, until the deadline. What nobody has taken in hand of its needs is
    withdrawn with it and comes again when it is sent."""
    with acting(by=by, action="weekly.withdraw", label="撤回周报"):
        report = lock_for_change(report, version)
        if report.state == State.DRAFT:
            raise ValidationError("这份周报已经撤回。")
        due = due_moment(rules_of(report.week), report.week)
        if now > due:
            raise ValidationError(f"报送已于{due_words(due)}截止，不能再撤回。有更正请写在下一周的周报里。")
        report.state = State.DRAFT
        report.sent_at = report.sent_by = report.read_at = report.read_by = None
        report.full_clean()
        report.save()
        withdraw_needs(report=report)
    return report


def refresh_draft(*, team: LiaisonTeam, week: Week, by: User, now: datetime, version: int | None = None) -> list[str]:
    """Bring a draft up to date with the records; answers what changed, in words. Lines that were edited,
    left out or written by hand stay as they are."""
    with acting(by=by, action="weekly.refresh", label="更新周报预填内容"):
        report = _draft(team, week, by, now, version)
        fresh = prefill([team], week, timezone.localdate(now))
        merged = merge(lines_of(report), fresh.lines[team.pk])
        stored = {row.key: row for row in report.lines.all()}
        for place, line in enumerate(merged.lines, start=1):
            _set(stored.get(line.key) or ReportLine(report=report, key=line.key), line, place)
        for key in merged.gone:
            # Nobody wrote it, and it may come again: it goes, and the trail keeps what it said.
            stored[key].delete()
        report.save()
    return merged.changes


# --- Reading ----------------------------------------------------------------------------------
def mark_read(*, report: WeeklyReport, by: User, now: datetime) -> WeeklyReport:
    """已阅, by the liaison group or the office. Twice is once: the first reader stays."""
    with acting(by=by, action="weekly.read", label="阅周报"):
        report = lock_for_change(report)
        if report.state == State.DRAFT:
            raise ValidationError("这份周报已经撤回，还没有重新报送。")
        if report.state == State.SENT:
            report.state, report.read_at, report.read_by = State.READ, now, by
            report.full_clean()
            report.save()
    return report


def comment_report(*, report: WeeklyReport, text: str, by: User, now: datetime) -> ReportComment:
    """Say something to a sent report, which also marks it as read. The team is told."""
    with acting(by=by, action="weekly.comment", label="对周报提意见"):
        report = mark_read(report=report, by=by, now=now)
        comment = ReportComment(report=report, text=text.strip(), created_by=by, created_at=now)
        comment.full_clean()
        comment.save()
        url = reverse("weekly_report", args=[report.week.key, report.team_id])
        _tell_team(report.team, f"{by.name}对第{report.week.number}周周报提了意见。", url, by, timezone.localdate(now))
    return comment


# --- Inside -----------------------------------------------------------------------------------
def _draft(
    team: LiaisonTeam, week: Week, by: User | None, now: datetime, version: int | None, page: UUID | None = None
) -> WeeklyReport:
    """The team's draft of the week under its lock, made when there is none. Raises `EditConflict` when it was
    changed (or made, or sent) since the page was opened."""
    team = lock_for_change(team)
    if week.start > timezone.localdate(now):
        raise ValidationError(f"{week.title}还没有开始，到时再填。")
    if not any(team.covers(day) for day in week):
        raise ValidationError(f"{team}在{week.title}不在任，不需报送周报。")
    report = WeeklyReport.objects.select_for_update().filter(team=team, week_start=week.start).first()
    if report is None:
        report = WeeklyReport(team=team, week_start=week.start, created_by=by, created_at=now)
        report.full_clean()
        report.save()
    elif report.state != State.DRAFT:
        at = timezone.localtime(report.sent_at)
        raise ValidationError(f"{report.sent_by or '系统'}{at.month}月{at.day}日{at:%H:%M}已报送，撤回后才能修改。")
    elif version is not None and report.version != version and (page is None or report.page != page):
        raise EditConflict(report)
    report.page = page
    return report


def _write(report: WeeklyReport, lines: Sequence[Line], now: datetime) -> None:
    """Store the named lines in the order given. An emptied line is left out, with the words it had."""
    if len(lines) > MOST_LINES:
        raise ValidationError(f"一份周报最多{MOST_LINES}条，请合并几条。")
    stored = {row.key: row for row in report.lines.all()}
    proposed = _proposals(report, [line.key for line in lines if line.key not in stored], now)
    for place, line in enumerate(in_order(lines), start=1):
        row = stored.get(line.key)
        if row is not None:
            _set(row, _changed(line_of(row), line), place)
        elif (new := _new(line, proposed)) is not None:
            _set(ReportLine(report=report, key=new.key), new, place)


def _proposals(report: WeeklyReport, keys: Iterable[str], now: datetime) -> dict[str, Line]:
    """What the records propose, where a line of theirs is to be stored for the first time."""
    if all(key.startswith(HAND) for key in keys):
        return {}
    found: Prefilled = prefill([report.team], report.week, timezone.localdate(now))
    return {line.key: line for line in found.lines[report.team_id]}


def _changed(was: Line, line: Line) -> Line:
    text = line.text.strip()
    needed = line.is_need and was.block == "needs"
    edited = was.is_edited or (was.is_automatic and (text not in ("", was.text) or needed))
    return Line(
        key=was.key,
        block=was.block,
        category=was.category,
        text=text or was.text,
        source_name=was.source_name,
        source_url=was.source_url,
        is_need=needed,
        is_edited=edited,
        is_left_out=line.is_left_out or not text,
    )


def _new(line: Line, proposed: dict[str, Line]) -> Line | None:
    """A line that is not stored yet; None for one that says nothing. What a source no longer proposes stays
    as words written by hand: somebody has read it and sent it."""
    text, source = line.text.strip(), proposed.get(line.key)
    if source is not None:
        return _changed(source, line)
    if not text:
        return None
    key = line.key if line.key.startswith(HAND) else f"{HAND}{line.key}"[:60]
    return Line(key, line.block, text, line.category, is_need=line.is_need, is_left_out=line.is_left_out)


def _set(row: ReportLine, line: Line, place: int) -> None:
    """Write a row when anything about it differs."""
    values = {name: getattr(line, name) for name in STORED} | {"position": place}
    if row.pk is not None and all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()


def _tell_team(team: LiaisonTeam, text: str, url: str, by: User, today: date) -> None:
    serving = Posting.objects.filter(team=team).on(today)
    accounts = serving.filter(person__user__isnull=False).exclude(person__user=by)
    tell(accounts.values_list("person__user_id", flat=True), text, url)
