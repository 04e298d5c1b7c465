"""What a bulletin is made from, as values: the week's duty, reports, deductions, bonuses, decisions and scores.

Pure. `bulletin_facts` and `bulletin_month_facts` fetch them through the modules that the pages use;
`bulletin_blocks` and `bulletin_months` put them in words.
Teams are named by their village; persons only where the caller asked for names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from appraisal.rules.base import ZERO
from lianzhen.periods import Month, Week


@dataclass(frozen=True)
class Named:
    """A team, or a need, with what is to be said of it and where its rows are. `leader` only where names are on."""

    name: str
    text: str = ""
    url: str = ""
    leader: str = ""

    @property
    def told(self) -> str:
        """示例三村（组长张某）"""
        return f"{self.name}（组长{self.leader}）" if self.leader else self.name


@dataclass(frozen=True)
class DistrictDuty:
    """One district's week, in days (天) or man-days of its teams. `excused`: off the account by 公出; `url`: its
    teams in the matrix of duty."""

    name: str
    teams: int
    need: int
    done: int
    missing: int
    excused: int
    met: int
    url: str = ""


@dataclass(frozen=True)
class Duty:
    """`note`: why less was owed than usual; `behind`: the teams that are short, 差1天. `unit`: 天 or 人天."""

    districts: tuple[DistrictDuty, ...] = ()
    behind: tuple[Named, ...] = ()
    unit: str = "天"
    note: str = ""
    url: str = ""

    def sum(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.districts)


@dataclass(frozen=True)
class Reports:
    """`owed` reports of which `here` were sent, `late` of them after the deadline; `missing`: not sent at all.
    `open_until`: the deadline in words while it has not passed; nobody is late then. The lists: `url` of all teams,
    `sent_url`, `late_url` of reports, `missing_url` of the teams without."""

    owed: int = 0
    here: int = 0
    late: tuple[Named, ...] = ()
    missing: tuple[Named, ...] = ()
    needs: int = 0
    answered: int = 0
    open_until: str = ""
    url: str = ""
    sent_url: str = ""
    late_url: str = ""
    missing_url: str = ""
    needs_url: str = ""
    answered_url: str = ""


@dataclass(frozen=True)
class Entry:
    """A deduction or bonus that counts. `points` (分) as it counts before the caps of its category; `day`: when it
    happened, in words, where that is not within the days of the paper."""

    name: str
    clause: str
    fact: str
    points: Decimal
    url: str = ""
    rectify: str = ""
    day: str = ""


@dataclass(frozen=True)
class Entries:
    """`waiting`: under appeal, or not yet agreed, and so not counted; `given_back`: points (分) of
    deductions that 更正单 gave back; `late`: of weeks before, told or agreed to since the bulletin before this one."""

    rows: tuple[Entry, ...] = ()
    waiting: int = 0
    url: str = ""
    waiting_url: str = ""
    given_back: tuple[Decimal, ...] = ()
    given_url: str = ""
    late: tuple[Entry, ...] = ()
    late_url: str = ""

    @property
    def total(self) -> Decimal:
        return sum((row.points for row in self.rows), start=ZERO)

    @property
    def teams(self) -> int:
        return len({row.name for row in self.rows})


@dataclass(frozen=True)
class Decided:
    """议定事项. `owners`: departments and teams, persons only where names are on; `state`: 已落实, 超期3天 …"""

    text: str
    owners: str
    due: str
    url: str = ""
    state: str = ""
    is_done: bool = False
    result: str = ""


@dataclass(frozen=True)
class Meeting:
    """The meeting that looked back on the week. `title`: 第43周例会; `decisions` are what it asks for, listed at
    `decisions_url`."""

    title: str = ""
    url: str = ""
    decisions: tuple[Decided, ...] = ()
    decisions_url: str = ""


@dataclass(frozen=True)
class ScoreRow:
    """One team in the table of scores (分). `duty` 2/2, `report` 已报送: of the week; the rest of the month."""

    place: str
    district: str
    name: str
    deducted: Decimal
    bonus: Decimal
    total: Decimal
    duty: str = ""
    report: str = ""
    change: str = ""
    url: str = ""
    duty_url: str = ""
    report_url: str = ""
    team: int = 0


@dataclass(frozen=True)
class Scores:
    """`column`: 名次, 等次 or 序号, as the scheme's version sets it; `is_final`: as the lock left them."""

    month: Month
    rows: tuple[ScoreRow, ...] = ()
    column: str = "序号"
    is_final: bool = False
    url: str = ""


@dataclass(frozen=True)
class WeekFacts:
    """Everything about one week. `as_of`: the moment in words at which it was read; `calendar`: what the next week
    brings, a sentence each; `due_next`: decisions that fall due in it."""

    week: Week
    as_of: str
    duty: Duty
    reports: Reports
    deductions: Entries
    bonuses: Entries
    meeting: Meeting
    heard: tuple[Decided, ...]
    calendar: tuple[str, ...]
    scores: Scores
    behind: tuple[Named, ...] = ()
    due_next: int = 0
    due_url: str = ""
    heard_url: str = ""
    done_url: str = ""


@dataclass(frozen=True)
class CategoryTotal:
    """One category over all teams (分), as the scores counted it. `lines`: how many deductions; `worst`: who lost
    most in it."""

    name: str
    lines: int
    teams: int
    deducted: Decimal
    worst: str = ""
    url: str = ""


@dataclass(frozen=True)
class MonthFacts:
    """Everything about one month. `change`: of the mean, against last month; None where there was none."""

    month: Month
    as_of: str
    scores: Scores
    categories: tuple[CategoryTotal, ...]
    bonuses: Entries
    means: tuple[Named, ...]
    mean: Decimal | None
    change: Decimal | None
    risen: tuple[Named, ...] = field(default=())
    fallen: tuple[Named, ...] = field(default=())
    corrections: int = 0
    corrections_url: str = ""
    deductions_url: str = ""
