"""提醒: a sentence to a team's leader and members, at most once a day and item, whoever presses the button."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from appraisal.models import Reminder
from lianzhen.accounts.models import User
from lianzhen.notices.actions import tell
from lianzhen.trail import acting
from villages.models import LiaisonTeam, Posting


@dataclass(frozen=True)
class Item:
    """One thing to remind one team of. `key` names the thing (`report:2026-W48`), the same for every team."""

    key: str
    team: LiaisonTeam
    text: str
    url: str = ""

    @property
    def full_key(self) -> str:
        return f"{self.key}:{self.team.pk}"


@dataclass(frozen=True)
class Reminded:
    """What came of it: teams told, teams told of everything earlier today, teams without an account to tell.

    `people`: accounts that have a notice.
    """

    told: tuple[LiaisonTeam, ...]
    already: tuple[LiaisonTeam, ...]
    unreachable: tuple[LiaisonTeam, ...]
    people: int

    @property
    def sentence(self) -> str:
        parts = [f"已提醒{len(self.told)}个工作组（{self.people}人）。" if self.told else ""]
        if self.already:
            parts.append(f"{_names(self.already)}今天已经提醒过，没有重复发送。")
        if self.unreachable:
            parts.append(f"{_names(self.unreachable)}的组长和组员还没有账号，请用电话联系。")
        return "".join(parts) or "没有需要提醒的工作组。"


def remind(
    *,
    key: str,
    teams: Iterable[LiaisonTeam],
    text: str | Callable[[LiaisonTeam], str],
    by: User,
    today: date,
    url: str | Callable[[LiaisonTeam], str] = "",
) -> Reminded:
    """Remind several teams of one thing. `text` and `url` are the same for all, or made for each team."""
    items = [
        Item(key, team, text(team) if callable(text) else text, url(team) if callable(url) else url) for team in teams
    ]
    return remind_of(items=items, by=by, today=today)


def remind_of(*, items: Iterable[Item], by: User, today: date) -> Reminded:
    """Remind teams of several things; what a team was reminded of today already is left out.

    Two people who press at once wait for each other at the teams' rows, and the second finds it done.
    """
    wanted = list(items)
    teams = {item.team.pk: item.team for item in wanted}
    with acting(by=by, action="reminder.send", label="提醒"):
        # In the order of their keys, so that two who remind many never wait for each other in a circle.
        list(LiaisonTeam.objects.select_for_update().filter(pk__in=teams).order_by("pk").values_list("pk"))
        keys = [item.full_key for item in wanted]
        done = set(Reminder.objects.filter(day=today, key__in=keys).values_list("key", flat=True))
        accounts = _accounts(list(teams), today)
        told: set[int] = set()
        for item in wanted:
            if item.full_key in done or not accounts.get(item.team.pk):
                continue
            done.add(item.full_key)
            _send(item, accounts[item.team.pk], by, today)
            told.add(item.team.pk)
    mute = [team for pk, team in teams.items() if not accounts.get(pk)]
    return Reminded(
        told=tuple(team for pk, team in teams.items() if pk in told),
        already=tuple(team for pk, team in teams.items() if pk not in told and team not in mute),
        unreachable=tuple(mute),
        people=len(set().union(*(accounts[pk] for pk in told))),
    )


def _send(item: Item, accounts: set[int], by: User, today: date) -> None:
    reminder = Reminder(key=item.full_key, day=today, team=item.team, text=item.text[:200], created_by=by)
    reminder.full_clean()
    reminder.save()
    tell(accounts, reminder.text, item.url)


def _accounts(teams: list[int], today: date) -> dict[int, set[int]]:
    """Open accounts of who leads or serves in the teams today. One query."""
    postings = Posting.objects.on(today).filter(team__in=teams, person__user__isnull=False, person__user__ended_at=None)
    found: dict[int, set[int]] = {}
    for team, account in postings.values_list("team_id", "person__user_id"):
        found.setdefault(team, set()).add(account)
    return found


def _names(teams: tuple[LiaisonTeam, ...]) -> str:
    """Two by name; more by their number."""
    named = "、".join(team.name for team in teams[:2])
    return named if len(teams) <= 2 else f"{named}等{len(teams)}个工作组"
