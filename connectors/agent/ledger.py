"""The agent's memory: one row for each package, in SQLite with every commit on disk before it returns.

Nothing is promised to either side before it stands here. One process and one thread at a time use it; a crash at any
point leaves the rows of the last commit.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from connectors.agent.item import OPEN, OWED, Item, State, Way

VERSION = 1
HORIZON_SECONDS = 86_400
"""Nothing is put off as long as this: a moment beyond it was written by a clock that has been set back since."""

_SCHEMA = """
CREATE TABLE item (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  way TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL, item_id TEXT NOT NULL,
  message_type TEXT NOT NULL, kind INTEGER NOT NULL, status_code TEXT NOT NULL,
  document_id TEXT NOT NULL, thread TEXT NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL,
  urgency INTEGER NOT NULL, offered_sha256 TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
  file TEXT NOT NULL, since TEXT NOT NULL, package_id TEXT NOT NULL, delivery_ids TEXT NOT NULL,
  sending TEXT NOT NULL, about TEXT NOT NULL, after TEXT NOT NULL,
  begun INTEGER NOT NULL, attempts INTEGER NOT NULL, due REAL NOT NULL,
  reason TEXT NOT NULL, answer TEXT NOT NULL, receipt TEXT NOT NULL,
  UNIQUE (way, id)
);
CREATE INDEX item_open ON item (way, urgency DESC, number) WHERE state IN ('waiting', 'stored');
CREATE INDEX item_owed ON item (way, number) WHERE state IN ('taken', 'refused', 'recalled');
CREATE INDEX item_thread ON item (way, thread, number);
CREATE INDEX item_after ON item (after) WHERE after <> '';
"""

_NAMES = tuple(one.name for one in fields(Item))
_JSON = frozenset({"recipients", "delivery_ids", "sending", "about", "answer"})
_OPEN = ", ".join(f"'{state}'" for state in OPEN)
_OWED = ", ".join(f"'{state}'" for state in OWED)


class LedgerVersionError(Exception):
    """The ledger was written by a newer agent."""


class Ledger:
    """The ledger in a folder. All methods may raise sqlite3.Error (sqlite3.OperationalError for a full disk)."""

    def __init__(self, folder: Path) -> None:
        """Open it, or make it. Raises LedgerVersionError."""
        self._db = sqlite3.connect(folder / "ledger.db", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA busy_timeout = 5000")
        [version] = self._db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            self._db.close()
            raise LedgerVersionError(f"the ledger has version {version}, this agent knows {VERSION}")
        if version == 0:
            with self._transaction():
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    # ------------------------------------------------------------------------------------------- looking

    def get(self, way: Way, item_id: str) -> Item | None:
        """The item that a side offers under this id."""
        row = self._db.execute("SELECT * FROM item WHERE way = ? AND id = ?", (way, item_id)).fetchone()
        return None if row is None else _item(row)

    def alike(self, way: Way, package_id: str, sha256: str) -> Item | None:
        """One that waits to be handed over with the bytes of this package; sha256: as they were offered."""
        row = self._db.execute(
            "SELECT * FROM item WHERE way = ? AND state = 'stored' AND package_id = ? AND offered_sha256 = ? LIMIT 1",
            (way, package_id, sha256),
        ).fetchone()
        return None if row is None else _item(row)

    def due(self, way: Way, now: float, limit: int, without: Sequence[int] = ()) -> list[Item]:
        """What may be handed over now, the most urgent first, then the oldest; of each thread only the first."""
        skipped = ", ".join(str(number) for number in without)
        rows = self._db.execute(
            "SELECT * FROM item WHERE way = ? AND state = 'stored' AND (due <= ? OR due > ?) "  # noqa: S608
            f"AND number NOT IN ({skipped}) "
            "AND NOT EXISTS (SELECT 1 FROM item AS earlier WHERE earlier.way = item.way "
            f"AND earlier.thread = item.thread AND earlier.number < item.number AND earlier.state IN ({_OPEN})) "
            "ORDER BY urgency DESC, number LIMIT ?",
            (way, now, now + HORIZON_SECONDS, limit),
        )
        return [_item(row) for row in rows]

    def next_due(self, way: Way) -> float | None:
        """When something may be handed over next; None when nothing waits for it."""
        [moment] = self._db.execute("SELECT min(due) FROM item WHERE way = ? AND state = 'stored'", (way,)).fetchone()
        return None if moment is None else float(moment)

    def owed(self, way: Way) -> list[Item]:
        """What the side that offered it has not been told yet, the oldest first."""
        rows = self._db.execute(f"SELECT * FROM item WHERE way = ? AND state IN ({_OWED}) ORDER BY number", (way,))  # noqa: S608
        return [_item(row) for row in rows]

    def waiting(self, way: Way) -> int:
        """How many are to be handed over."""
        [count] = self._db.execute(
            f"SELECT count(*) FROM item WHERE way = ? AND state IN ({_OPEN})",  # noqa: S608
            (way,),
        ).fetchone()
        return int(count)

    def oldest(self, way: Way) -> str:
        """Since when the oldest waits, '' when none does."""
        [since] = self._db.execute(
            f"SELECT min(since) FROM item WHERE way = ? AND state IN ({_OPEN})",  # noqa: S608
            (way,),
        ).fetchone()
        return since or ""

    def stored_bytes(self) -> int:
        """How much lies in the spool; a package for several agencies lies there once."""
        [total] = self._db.execute(
            "SELECT coalesce(sum(size), 0) FROM (SELECT max(size) AS size FROM item "  # noqa: S608
            f"WHERE state IN ({_OPEN}) GROUP BY iif(package_id = '', number, package_id || sha256))"
        ).fetchone()
        return int(total)

    def files(self) -> set[str]:
        """The files of the spool that are needed."""
        return {row["file"] for row in self._db.execute(f"SELECT file FROM item WHERE state IN ({_OPEN})")}  # noqa: S608

    # ------------------------------------------------------------------------------------------- writing

    def put(self, item: Item) -> None:
        """A new package, its bytes safe in the spool. One that is over under the same id makes room for it."""
        with self._transaction():
            self._db.execute("DELETE FROM item WHERE way = ? AND id = ?", (item.way, item.id))
            self._insert(item)

    def recall(self, asking: Item, answers: Sequence[Item]) -> list[Item]:
        """Stop every document of the asking item's thread that no attempt has begun for; those that were stopped.

        When there are any, the asking item is answered by `answers` and not handed over; else nothing is written.
        """
        with self._transaction():
            rows = self._db.execute(
                "SELECT * FROM item WHERE way = ? AND thread = ? AND number <> ? AND message_type = 'edoc' "  # noqa: S608
                f"AND state IN ({_OPEN}, {_OWED}, 'done') ORDER BY number",
                (Way.IN, asking.thread, asking.number),
            )
            found = [one for one in map(_item, rows) if set(one.recipients) & set(asking.recipients)]
            stopped = [one for one in found if one.state is State.STORED and not one.begun]
            covered = all(set(one.recipients) <= set(asking.recipients) for one in found)
            if not stopped or len(stopped) < len(found) or not covered:
                return []
            for one in stopped:
                self._set(one, State.RECALLED, "recalled before it was handed over")
            self._insert(asking)
            for answer in answers:
                self._insert(answer)
            return stopped

    def begin(self, item: Item) -> bool:
        """An attempt begins; False when the item is not to be handed over any more."""
        with self._transaction():
            done = self._db.execute(
                "UPDATE item SET begun = 1, attempts = attempts + 1 WHERE number = ? AND state = 'stored'",
                (item.number,),
            )
            return done.rowcount == 1

    def put_off(self, item: Item, due: float, reason: str, *, untouched: bool) -> None:
        """The attempt came to nothing; the next one is due. untouched: no byte of it has left."""
        begun = 1 if item.begun or not untouched else 0
        with self._transaction():
            self._db.execute(
                "UPDATE item SET due = ?, reason = ?, begun = ? WHERE number = ?", (due, reason, begun, item.number)
            )

    def answered(self, item: Item, state: State, answer: dict[str, Any], more: Sequence[Item] = ()) -> None:
        """The other side has taken or refused it; what the agent has to say of that is written with it."""
        with self._transaction():
            self._db.execute(
                "UPDATE item SET state = ?, answer = ?, reason = ? WHERE number = ?",
                (state, json.dumps(answer, ensure_ascii=False), str(answer.get("reason", "")), item.number),
            )
            for one in more:
                self._insert(one)

    def told(self, item: Item, state: State, receipt: str = "") -> None:
        """Whoever offered it has been told; statuses that waited for this may go."""
        with self._transaction():
            self._db.execute("UPDATE item SET state = ?, receipt = ? WHERE number = ?", (state, receipt, item.number))
            if item.way is Way.IN:
                self._db.execute("UPDATE item SET state = 'stored' WHERE after = ? AND state = 'waiting'", (item.id,))

    def forget(self, before: str) -> int:
        """Let go of what has been over since a moment; how many that were."""
        with self._transaction():
            done = self._db.execute(
                f"DELETE FROM item WHERE since < ? AND state NOT IN ({_OPEN}, {_OWED})",  # noqa: S608
                (before,),
            )
            return done.rowcount

    def _set(self, item: Item, state: State, reason: str) -> None:
        self._db.execute("UPDATE item SET state = ?, reason = ? WHERE number = ?", (state, reason, item.number))

    def _insert(self, item: Item) -> None:
        names = [name for name in _NAMES if name != "number"]
        marks = ", ".join("?" for _ in names)
        values = [_value(name, getattr(item, name)) for name in names]
        self._db.execute(f"INSERT OR IGNORE INTO item ({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608


def _value(name: str, value: Any) -> Any:
    if name in _JSON:
        return json.dumps(value, ensure_ascii=False, default=str)
    return int(value) if isinstance(value, bool) else value


def _item(row: sqlite3.Row) -> Item:
    found = {name: json.loads(row[name]) if name in _JSON else row[name] for name in _NAMES}
    lists: Iterable[str] = ("recipients", "delivery_ids")
    found |= {name: tuple(found[name]) for name in lists}
    found |= {"way": Way(found["way"]), "state": State(found["state"]), "begun": bool(found["begun"])}
    return Item(**found)
