"""A query that is written once and asked many times.

The home page of the office asks five questions about thirty tables. To turn them into SQL takes Django longer
than the database takes to answer, and the SQL is the same all day: only its rows change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler


class Nothing(Expression):
    """NULL of a type: PostgreSQL takes one that has none for text, and a union wants columns of one type."""

    def __init__(self, field: Field) -> None:
        super().__init__(output_field=field)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        return f"CAST(NULL AS {self.output_field.cast_db_type(connection)})", []


class Statement:
    """The SQL of a queryset with its parameters, to be kept (e.g. by `lru_cache`) for as long as they stay true.

    The queryset names its columns (`values_list`). Whoever keeps one answers for its key: everything that the
    parameters were made from belongs to it, e.g. the day and whose rows are seen.
    """

    def __init__(self, rows: QuerySet) -> None:
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.params = "", ()
        self.columns: list[Expression] = []
        try:
            self.sql, self.params = compiler.as_sql()
        except EmptyResultSet:
            return
        self.columns = [expression for expression, *_ in compiler.select]

    def rows(self) -> Iterator[list[Any]]:
        """Each row, its values as the queryset would give them. One query; none where there can be no row."""
        if not self.sql:
            return
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            found = cursor.fetchall()
        converters = [
            (place, convert, column)
            for place, column in enumerate(self.columns)
            for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
        ]
        for row in found:
            values = list(row)
            for place, convert, column in converters:
                values[place] = convert(values[place], column, connection)
            yield values
