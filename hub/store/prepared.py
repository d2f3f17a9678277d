"""Statements of the hot path, compiled once and run on the driver's own cursor.

SQLAlchemy says what is asked; running it through its execution layer costs about 0.1 ms of Python a statement, and a
document passes some twenty of them. Here only the compiled text is kept. For plain columns (texts, integers, bytes)
and single values; lists in IN and everything rare go through `Connection.execute` as usual.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Delete, Insert, Update


class Prepared:
    """One SELECT, INSERT, UPDATE or DELETE with named parameters (`bindparam`)."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        self._statement = statement
        self._texts: dict[tuple[str, tuple[str, ...]], tuple[str, list[str], dict[str, Any]]] = {}
        self._row: Callable[[Iterable[Any]], Any] = tuple
        if isinstance(statement, Select):
            names = [str(column.key) for column in statement.selected_columns]
            self._row = namedtuple("Row", names)._make  # type: ignore[attr-defined]  # noqa: PYI024 - the columns are data

    def rows(self, connection: Connection, **values: Any) -> list[Any]:
        """All rows, each with its columns as attributes."""
        cursor = self._run(connection, (), values)
        try:
            return [self._row(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def first(self, connection: Connection, **values: Any) -> Any | None:
        """The first row, None when there is none."""
        cursor = self._run(connection, (), values)
        try:
            row = cursor.fetchone()
        finally:
            cursor.close()
        return None if row is None else self._row(row)

    def change(self, connection: Connection, columns: Mapping[str, Any], **values: Any) -> int:
        """Run an UPDATE that sets `columns`; how many rows it touched."""
        cursor = self._run(connection, tuple(columns), {**values, **columns})
        count: int = cursor.rowcount
        cursor.close()
        return count

    def insert(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows that all have the same columns."""
        if not rows:
            return
        text, names, fixed = self._text(connection, tuple(rows[0]))
        cursor = connection.connection.cursor()
        cursor.executemany(text, [[row[name] if name in row else fixed[name] for name in names] for row in rows])
        cursor.close()

    def _run(self, connection: Connection, columns: tuple[str, ...], values: Mapping[str, Any]) -> Any:
        text, names, fixed = self._text(connection, columns)
        cursor = connection.connection.cursor()
        cursor.execute(text, [values[name] if name in values else fixed[name] for name in names])
        return cursor

    def _text(self, connection: Connection, columns: tuple[str, ...]) -> tuple[str, list[str], dict[str, Any]]:
        dialect = connection.dialect
        known = self._texts.get((dialect.name, columns))
        if known is None:
            compiled = self._statement.compile(dialect=dialect, column_keys=list(columns) or None)
            fixed = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
            known = str(compiled), list(compiled.positiontup or ()), fixed
            self._texts[dialect.name, columns] = known
        return known
