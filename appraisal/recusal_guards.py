"""Recusal in the database: nobody decides about the team he serves in, not even past the actions.

The same rule as `RECUSED` in the permissions, laid as triggers on both engines. They ask for what no time zone can
move: somebody who served in the team on the day of the fact and serves there still. Who came later, or has left
since, is judged by the actions, which know the day of the act.
"""

from __future__ import annotations

from django.db import models

from appraisal.models import Appeal, ScoreEntry
from lianzhen.trail import guards
from villages.models import Person, Posting

#: Whoever acts on an entry for the town: 复核 and 同意, 片区意见, 核实, 核查整改.
ON_ENTRIES = ("confirmed_by_id", "opinion_by_id", "verified_by_id", "rectify_checked_by_id")
ON_APPEALS = ("checked_by_id", "decided_by_id")
MESSAGE = "somebody acts about his own team"


def lay() -> None:
    """Once, when the app is ready; every migrate lays the triggers anew."""
    _refuse(ScoreEntry, "entry_recused", ON_ENTRIES, "NEW.team_id", "NEW.occurred_on")
    team, day = (_of_entry(column) for column in ("team_id", "occurred_on"))
    _refuse(Appeal, "appeal_recused", ON_APPEALS, team, day)


def _refuse(model: type[models.Model], name: str, columns: tuple[str, ...], team: str, day: str) -> None:
    serves = {column: _serves(f"NEW.{column}", team, day) for column in columns}
    newly = (f"(OLD.{column} {{differs}} NEW.{column} AND {one})" for column, one in serves.items())
    guards.refuse(model, name=name, message=MESSAGE, insert=" OR ".join(serves.values()), update=" OR ".join(newly))


def _serves(account: str, team: str, day: str) -> str:
    postings, people = Posting._meta.db_table, Person._meta.db_table
    return (
        f"EXISTS (SELECT 1 FROM {postings} p JOIN {people} q ON q.id = p.person_id WHERE q.user_id = {account}"
        f" AND p.team_id = {team} AND p.ends_on IS NULL AND p.starts_on <= {day})"
    )


def _of_entry(column: str) -> str:
    return f"(SELECT e.{column} FROM {ScoreEntry._meta.db_table} e WHERE e.id = NEW.entry_id)"
