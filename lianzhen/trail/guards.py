"""Rules about rows that a check constraint cannot say, kept by the database through triggers.

Three kinds: a table that refuses updates and deletes, terms of one key that may not overlap, and rows that refuse
what is done to them while something else is so. Written for both engines because no such rule has an ORM constraint
that SQLite and PostgreSQL share.
The errors arrive as `django.db.IntegrityError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections, models


@dataclass(frozen=True)
class Guard:
    """One trigger: its table and the statements that lay it and lift it, by database vendor."""

    table: str
    name: str
    lay: dict[str, list[str]]
    lift: dict[str, list[str]]


_guards: dict[str, Guard] = {}


def append_only(model: type[models.Model]) -> None:
    """Refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on the model's table, even to the administrator."""
    table = model._meta.db_table
    message = f"{table}: append-only"
    for event in ("UPDATE", "DELETE"):
        _register(table, f"{table}_no_{event.lower()}", f"BEFORE {event}", "", message, row_event=True)
    _register(table, f"{table}_no_truncate", "BEFORE TRUNCATE", "", message, row_event=False)


def no_overlap(
    model: type[models.Model],
    *,
    name: str,
    keys: list[str],
    only_if: str = "{row}.id > 0",
    ends: str = "ends_on",
) -> None:
    """Refuse two terms (`starts_on` to `ends`) with the same `keys` that share a day.

    `keys` are column names; `only_if` is a condition on a row, written with `{row}` for its alias.
    """
    table = model._meta.db_table
    same = " AND ".join(f"o.{k} = NEW.{k}" for k in keys)
    clash = (
        f"{only_if.format(row='NEW')} AND EXISTS (SELECT 1 FROM {table} o WHERE {same} AND o.id <> NEW.id"
        f" AND {only_if.format(row='o')}"
        f" AND (NEW.{ends} IS NULL OR o.starts_on <= NEW.{ends})"
        f" AND (o.{ends} IS NULL OR o.{ends} >= NEW.starts_on))"
    )
    # AFTER, so that a row whose id the database gives is already numbered and does not clash with itself.
    for event in ("INSERT", "UPDATE"):
        _register(
            table, f"{name}_{event.lower()}", f"AFTER {event}", clash, f"{name}: overlapping terms", row_event=True
        )


def refuse(model: type[models.Model], *, name: str, message: str, **events: str) -> None:
    """Refuse `insert`, `update`, `delete` where the condition named for it holds: SQL about `NEW` and `OLD`, with
    `{differs}` between two values of which either may be NULL."""
    table = model._meta.db_table
    for event, when in events.items():
        # AFTER, like above: whether the row may stand is asked once it is as it would stand.
        _register(table, f"{name}_{event}", f"AFTER {event.upper()}", when, f"{table}: {message}", row_event=True)


def _register(table: str, name: str, event: str, when: str, message: str, *, row_event: bool) -> None:
    function = f"{name}_fn"
    in_postgres, in_sqlite = when.format(differs="IS DISTINCT FROM"), when.format(differs="IS NOT")
    condition = f"IF {in_postgres} THEN" if when else "IF TRUE THEN"
    level = "ROW" if row_event else "STATEMENT"
    postgres = [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {condition}"
        f" RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN NULL; END $$",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} {event} ON {table} FOR EACH {level} EXECUTE FUNCTION {function}()",
    ]
    when_sqlite = f" WHEN {in_sqlite}" if when else ""
    sqlite = [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW{when_sqlite}"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ]
    _guards[name] = Guard(
        table=table,
        name=name,
        lay={"postgresql": postgres, "sqlite": sqlite if row_event else []},
        lift={
            "postgresql": [f"DROP TRIGGER IF EXISTS {name} ON {table}"],
            "sqlite": [f"DROP TRIGGER IF EXISTS {name}"],
        },
    )


def registered() -> list[Guard]:
    return list(_guards.values())


def install(using: str = "default") -> None:
    """Lay every guard whose table exists; safe to repeat."""
    _run(using, lay=True)


def lift(using: str = "default") -> None:
    """Take every guard away. For emptying a test database only: nothing in the application calls it."""
    _run(using, lay=False)


def install_after_migrate(using: str = "default", **kwargs: Any) -> None:
    install(using)


def _run(using: str, *, lay: bool) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for guard in _guards.values():
            if guard.table in present:
                statements = guard.lay if lay else guard.lift
                for statement in statements[connection.vendor]:
                    cursor.execute(statement)
