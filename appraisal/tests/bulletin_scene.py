"""What the tests of bulletins set their scenes with: the week of `week_scene` with a little of everything."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from appraisal.actions import bulletins as actions
from appraisal.models import Bulletin, Decision, ScoreEntry, WorkRules
from appraisal.tests.score_scene import worked_month
from appraisal.tests.week_scene import MONDAY, WEEK, at, log, meeting, plan, report, saved
from lianzhen.accounts.roles import Role
from lianzhen.tests.cast import START, Cast
from villages.models import LiaisonTeam, Person, Posting

#: The Monday after the week, when its bulletin is written.
NOW = at(date(2026, 11, 30), 9, 30)


def lived_week(cast: Cast) -> None:
    """A team on duty with its report sent, one that is short and sent none, entries of the worked month, a meeting
    with a decision, and one of the week before that is done."""
    worked_month(cast)
    saved(WorkRules(starts_on=date(2026, 1, 5)))
    for team in (cast.team, cast.other_team):
        plan(team)
    person = saved(Person(name="戊示例", department=cast.department, phone="19900009001"))
    saved(Posting(person=person, team=cast.other_team, is_leader=True, starts_on=START))
    for day in (date(2026, 11, 24), date(2026, 11, 26)):
        log(cast.team, day, cast.people[Role.LEADER])
    report(cast.team, WEEK, cast.users[Role.LEADER], at(date(2026, 11, 27), 10))
    before = meeting(WEEK.previous())
    own = meeting(WEEK)
    facts = {"due_on": date(2026, 12, 3), "department": cast.department}
    saved(
        Decision(
            meeting=before,
            number=1,
            text="清理主干道沟渠",
            state="done",
            result="三处都已清完",
            ended_at=at(MONDAY),
            ended_by=cast.users[Role.OFFICE],
            **facts,
        )
    )
    saved(
        Decision(meeting=own, number=1, text="做好秋冬季防火", owner=cast.people[Role.LEADER], due_on=date(2026, 12, 3))
    )
    # One of the month's deductions lies in the week.
    entry = ScoreEntry.objects.filter(
        village=cast.own, kind="deduction", state=ScoreEntry.State.EFFECTIVE, points__gt=0
    ).first()
    entry.occurred_on = date(2026, 11, 25)
    saved(entry)


def log_late(team: LiaisonTeam) -> None:
    """Another day of duty of the team that is short, entered after the draft was made."""
    log(team, date(2026, 11, 24), team.postings.get().person)


def made(cast: Cast, **more: Any) -> Bulletin:
    return actions.make_bulletin(**{"period": WEEK, "by": cast.users[Role.OFFICE], "now": NOW, **more})


def issued(cast: Cast, bulletin: Bulletin | None = None, *, now: datetime = NOW, **more: Any) -> Bulletin:
    row = actions.submit_bulletin(bulletin=bulletin or made(cast), by=cast.users[Role.OFFICE], now=now)
    return actions.sign_bulletin(bulletin=row, by=cast.users[Role.OFFICE_LEAD], now=now, **more)


def words(bulletin: Bulletin, key: str) -> str:
    """What is printed of a section."""
    from appraisal.bulletin_draft import lines_of
    from appraisal.bulletin_paper import content_of

    return "\n".join(lines_of(content_of(bulletin.blocks.get(key=key))))
