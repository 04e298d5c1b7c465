"""Recusal in the database: nobody decides about the team he serves in, not even past the actions.

The same rule as `RECUSED` in the permissions, laid as triggers on both engines. They ask for what no time zone can
move: somebody who served in the team on the day of the fact and serves there still. Who came later, or has left
since, is judged by the actions, which know the day of the act. Where nobody else is left to answer an appeal or to
sign a correction, the body decides (`as_body`); the triggers refuse what somebody who is surely free could have signed.
"""

from __future__ import annotations

from django.db import models

from appraisal.models import Appeal, ScoreEntry
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import Role
from lianzhen.trail import guards
from villages.models import Person, Posting

#: Whoever acts on an entry for the town: 复核 and 同意, 片区意见, 核实, 核查整改.
ON_ENTRIES = ("confirmed_by_id", "opinion_by_id", "verified_by_id", "rectify_checked_by_id")
ON_APPEALS = ("checked_by_id", "decided_by_id")
MESSAGE = "somebody acts about his own team"


def lay() -> None:
    """Once, when the app is ready; every migrate lays the triggers anew."""
    team, day = "NEW.team_id", "NEW.occurred_on"
    corrects = f"(NEW.corrects_id IS NULL OR {_somebody(team, day, ('NEW.recorded_by_id',))})"
    _refuse(ScoreEntry, "entry_recused", ON_ENTRIES, team, day, {"confirmed_by_id": corrects})
    team, day = (_of_entry(column) for column in ("team_id", "occurred_on"))
    others = _somebody(team, day, ("NEW.recorder_id", "NEW.confirmer_id", "NEW.filed_by_id"))
    _refuse(Appeal, "appeal_recused", ON_APPEALS, team, day, {"decided_by_id": others})


def _refuse(
    model: type[models.Model], name: str, columns: tuple[str, ...], team: str, day: str, only_if: dict[str, str]
) -> None:
    serves = {
        column: " AND ".join([_serves(f"NEW.{column}", team, day), *filter(None, [only_if.get(column)])])
        for column in columns
    }
    newly = (f"(OLD.{column} {{differs}} NEW.{column} AND {one})" for column, one in serves.items())
    guards.refuse(model, name=name, message=MESSAGE, insert=" OR ".join(serves.values()), update=" OR ".join(newly))


def _serves(account: str, team: str, day: str) -> str:
    postings, people = Posting._meta.db_table, Person._meta.db_table
    return (
        f"EXISTS (SELECT 1 FROM {postings} p JOIN {people} q ON q.id = p.person_id WHERE q.user_id = {account}"
        f" AND p.team_id = {team} AND p.ends_on IS NULL AND p.starts_on <= {day})"
    )


def _somebody(team: str, day: str, barred: tuple[str, ...]) -> str:
    """An open account holds one of the roles since the day of the fact, without an end, had no part in it and never
    served in the team."""
    grants, accounts, postings, people = (one._meta.db_table for one in (RoleGrant, User, Posting, Person))
    roles = ", ".join(f"'{role.value}'" for role in (Role.OFFICE_LEAD, Role.COMMITTEE))
    apart = ", ".join(f"COALESCE({column}, 0)" for column in barred)
    return (
        f"EXISTS (SELECT 1 FROM {grants} g JOIN {accounts} a ON a.id = g.user_id WHERE a.ended_at IS NULL"
        f" AND g.role IN ({roles}) AND g.ends_on IS NULL AND g.starts_on <= {day} AND g.user_id NOT IN ({apart})"
        f" AND NOT EXISTS (SELECT 1 FROM {postings} s JOIN {people} t ON t.id = s.person_id"
        f" WHERE t.user_id = g.user_id AND s.team_id = {team}))"
    )


def _of_entry(column: str) -> str:
    return f"(SELECT e.{column} FROM {ScoreEntry._meta.db_table} e WHERE e.id = NEW.entry_id)"
