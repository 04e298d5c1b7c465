"""去向公示: who is in the village office today, who is out, for what, back when. Nothing is counted from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone

from appraisal.actions.leave import calendar_around
from appraisal.leave_rules import return_due
from appraisal.models import DutyAttendance, DutyLog, Leave, Outing
from lianzhen.town.workdays import WorkCalendar
from lianzhen.wording import clock, list_date
from villages.models import CadreTerm, Person, Posting, Village
from villages.models.terms import runs_on

HERE, OUT, AWAY, UNKNOWN = "here", "out", "away", "unknown"
WORDS = {HERE: ("good", "在岗"), OUT: ("wait", "外出"), AWAY: ("off", "请假"), UNKNOWN: ("off", "未登记")}


@dataclass
class Line:
    """One person of a village on the board. `where` and `back` are words; `outing` is the one still open."""

    person: Person
    role: str
    state: str = UNKNOWN
    word: str = ""
    where: str = ""
    back: str = ""
    outing: Outing | None = None
    overdue: bool = False

    @property
    def told(self) -> str:
        """Where to and when back, as far as there is something to say."""
        return "，".join(part for part in (self.where, self.back) if part)

    @property
    def tone(self) -> str:
        return "warn" if self.overdue else WORDS[self.state][0]

    @property
    def text(self) -> str:
        return self.word or WORDS[self.state][1]


#: Village id → person id → line, in the order of the sheet.
Board = dict[int, dict[int, Line]]


def board_of(villages: Sequence[Village], now: datetime) -> dict[int, list[Line]]:
    """The lines of each village by its id. Six queries, however many villages. `now` is local."""
    day = now.date()
    board: Board = {village.pk: {} for village in villages}
    _put_staff(board, day)
    _put_cadres(board, day)
    _put_leaves(board, day)
    _put_duty(board, day)
    _put_outings(board, now)
    return {pk: list(lines.values()) for pk, lines in board.items()}


def _put_staff(board: Board, day: date) -> None:
    here = Q(team__village_id__in=board) & runs_on(day, "team__") | Q(village_id__in=board)
    postings = Posting.objects.on(day).filter(here).select_related("person", "team")
    for posting in postings.order_by("-is_leader", "starts_on", "id"):
        village = posting.village_id or posting.team.village_id
        board[village].setdefault(posting.person_id, Line(posting.person, posting.role_name))


def _put_cadres(board: Board, day: date) -> None:
    terms = CadreTerm.objects.on(day).filter(village_id__in=board, is_subsidised=True).select_related("person")
    for term in terms.order_by("position", "id"):
        line = Line(term.person, term.get_position_display())
        board[term.village_id].setdefault(term.person_id, line)


def _put_leaves(board: Board, day: date) -> None:
    """Who is on leave, and who stands in for him. The kind of a private leave is nobody's business here."""
    leaves = list(Leave.objects.approved().touching(day, day).select_related("person", "substitute"))
    if not leaves:
        return
    calendar = calendar_around(day, max(leave.last_day for leave in leaves))
    for leave in leaves:
        for lines in board.values():
            line = lines.get(leave.person_id)
            if line is None:
                continue
            line.state, line.word = AWAY, leave.get_kind_display() if leave.is_official else "请假"
            line.where, line.back = leave.destination if leave.is_official else "", _back_on(leave, day, calendar)
            if leave.substitute is not None:
                stand_in = Line(leave.substitute, f"替班（{leave.person}）")
                lines.setdefault(leave.substitute_id, stand_in)


def _back_on(leave: Leave, day: date, calendar: WorkCalendar) -> str:
    return f"{list_date(return_due(leave.last_day, calendar), day.year)}回岗"


def _put_duty(board: Board, day: date) -> None:
    """Whoever is in today's duty log is in the office, leave or not."""
    rows = DutyAttendance.objects.filter(
        log__team__village_id__in=board,
        log__day=day,
        log__state__in=[DutyLog.State.REGISTERED, DutyLog.State.PENDING],
        state=DutyAttendance.State.PRESENT,
    )
    for row in rows.select_related("person", "log__team").order_by("id"):
        lines = board[row.log.team.village_id]
        line = lines.setdefault(row.person_id, Line(row.person, "替班" if row.as_substitute_id else ""))
        line.state, line.where, line.back = HERE, "", ""
        whole = row.session == DutyAttendance.Session.WHOLE
        line.word = "在岗" if whole else f"在岗（{row.get_session_display()}）"


def _put_outings(board: Board, now: datetime) -> None:
    """Out since today. One of an earlier day that nobody closed says nothing about today."""
    begins = timezone.make_aware(datetime.combine(now.date(), time.min))
    outings = Outing.objects.open().since(begins).filter(village_id__in=board)
    for outing in outings.select_related("person"):
        line = board[outing.village_id].setdefault(outing.person_id, Line(outing.person, ""))
        back = clock(timezone.localtime(outing.back_expected))
        line.state, line.word, line.outing = OUT, "", outing
        line.where = outing.get_where_display() + (f"：{outing.note}" if outing.note else "")
        line.overdue = outing.back_expected < now
        line.back = f"预计{back}返回" + ("，还没有登记返回" if line.overdue else "")


def names(lines: Sequence[Line], state: str) -> str:
    return "、".join(line.person.name for line in lines if line.state == state)
