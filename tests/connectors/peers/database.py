"""An office whose program reads and writes the staging tables: of an SQLite file, unless a PostgreSQL is given."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.database import schema
from connectors.testing.peer import Arrival, Mode, Offer, OfferState
from connectors.testing.peer import Peer as Base

_STATES = {"new": OfferState.WAITING, "sent": OfferState.TAKEN, "refused": OfferState.REJECTED}


class Peer(Base):
    modes = frozenset({Mode.UNREACHABLE, Mode.BROKEN})
    collect_modes = frozenset({Mode.UNREACHABLE})
    collects = True
    largest_bytes = 4_000_000  # a row is held in memory

    def __init__(self) -> None:
        self._place = Path(tempfile.mkdtemp(prefix="office-"))
        weakref.finalize(self, shutil.rmtree, self._place, ignore_errors=True)
        self._offered: list[str] = []

    @property
    def _file(self) -> Path:
        return self._place / "office.db"

    @property
    def _away(self) -> Path:
        return self._place / "away.db"

    async def start(self) -> None:
        if self._away.exists():
            self._away.rename(self._file)
        elif not self._file.exists():
            self.do(*schema.statements("sqlite"))

    async def stop(self) -> None:
        if self._file.exists():
            self._file.rename(self._away)

    def settings(self) -> Mapping[str, Any]:
        return {"url": f"sqlite:///{self._file}", "look_seconds": 0.05}

    def do(self, *statements: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Statements of the office's program, in one transaction; the rows of the last one."""
        connection = sqlite3.connect(self._file if self._file.exists() or not self._away.exists() else self._away)
        try:
            with connection:
                for statement in statements[:-1]:
                    connection.execute(statement)
                return connection.execute(statements[-1], values).fetchall()
        finally:
            connection.close()

    async def received(self) -> list[Arrival]:
        rows = self.do(f"SELECT item_id, package FROM truc_incoming{self._broken}")
        return [Arrival(item_id, hashlib.sha256(package).hexdigest()) for item_id, package in rows]

    @property
    def _broken(self) -> str:
        names = {name for (name,) in self.do("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return "_away" if "truc_incoming_away" in names else ""

    async def misbehave(self, mode: Mode | None) -> None:
        await self.start()
        if self._broken:
            self.do("ALTER TABLE truc_incoming_away RENAME TO truc_incoming")
        if mode is Mode.UNREACHABLE:
            await self.stop()
        elif mode is Mode.BROKEN:
            self.do("ALTER TABLE truc_incoming RENAME TO truc_incoming_away")

    async def offer(self, data: bytes, message_type: str = "edoc") -> None:
        key = f"vb-{len(self._offered):04d}"
        if message_type == "status":
            self.do("INSERT INTO truc_status_out (package, staff) VALUES (?, ?)", values=(data, key))
        else:
            self.do("INSERT INTO truc_outgoing (office_key, package) VALUES (?, ?)", values=(key, data))
        self._offered.append(key)

    async def offers(self) -> list[Offer]:
        found = []
        for key in self._offered:
            [(state, package, reason)] = self.do(
                "SELECT state, package, coalesce(reason, '') || coalesce(reason_en, '') FROM truc_outgoing"
                " WHERE office_key = ? UNION ALL SELECT state, package, coalesce(reason, '') || coalesce(reason_en, '')"
                " FROM truc_status_out WHERE staff = ?",
                values=(key, key),
            )
            found.append(Offer(hashlib.sha256(package).hexdigest(), _STATES[state], reason))
        return found
