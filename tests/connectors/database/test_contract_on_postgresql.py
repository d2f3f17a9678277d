"""What all connectors promise, tried with staging tables in a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from postgres import PASSWORD

from connectors.database import schema
from connectors.testing import collecting, delivering, doubting, scenarios
from connectors.testing.peer import Arrival, Mode, Offer, OfferState
from connectors.testing.peer import Peer as Base

_STATES = {"new": OfferState.WAITING, "sent": OfferState.TAKEN, "refused": OfferState.REJECTED}
_SCENARIOS = tuple(
    one
    for one in (*delivering.SCENARIOS, *doubting.SCENARIOS, *collecting.SCENARIOS)
    if one.id != "streams"  # a row is held in memory: the setting `largest_bytes` is the bound
)


class Peer(Base):
    """An office whose program uses PostgreSQL; half open, its address answers nothing."""

    modes = frozenset({Mode.UNREACHABLE, Mode.BROKEN, Mode.HALF_OPEN})
    collect_modes = frozenset({Mode.HALF_OPEN})
    collects = True
    largest_bytes = 4_000_000

    def __init__(self, made) -> None:
        self._made = made
        self._offered: list[str] = []
        self._ready = False
        self._ways: set[asyncio.Task] = set()
        self._server = None
        self._speaks = asyncio.Event()
        self._speaks.set()
        self._port = 0

    async def start(self) -> None:
        if not self._ready:
            for statement in schema.statements("postgresql"):
                await self._made.do(statement)
            self._ready = True
        if self._server is None:
            self._server = await asyncio.start_server(self._through, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for way in self._ways:
            way.cancel()
        await asyncio.gather(*self._ways, return_exceptions=True)

    async def _through(self, reader, writer) -> None:
        """Carry bytes to the server and back, while it is not silent."""
        self._ways.add(asyncio.current_task())
        there = None
        try:
            back, there = await asyncio.open_connection("127.0.0.1", self._made.server.port)
            await asyncio.gather(self._carry(reader, there), self._carry(back, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._ways.discard(asyncio.current_task())
            for one in (writer, there):
                if one is not None:
                    one.close()
                    with contextlib.suppress(OSError):
                        await one.wait_closed()

    async def _carry(self, reader, writer) -> None:
        while data := await reader.read(1 << 16):
            await self._speaks.wait()
            writer.write(data)
            await writer.drain()
        writer.close()

    def settings(self) -> Mapping[str, Any]:
        url = self._made.url.replace(f":{self._made.server.port}/", f":{self._port}/")
        return {"url": url, "password": PASSWORD, "tls": "off", "look_seconds": 0.2}

    async def received(self) -> list[Arrival]:
        there = await self._made.do("SELECT to_regclass('truc_incoming_away') AS away")
        table = "truc_incoming_away" if there[0]["away"] else "truc_incoming"
        rows = await self._made.do(f"SELECT item_id, package FROM {table}")
        return [Arrival(row["item_id"], hashlib.sha256(row["package"]).hexdigest()) for row in rows]

    async def misbehave(self, mode: Mode | None) -> None:
        await self._made.do("ALTER TABLE IF EXISTS truc_incoming_away RENAME TO truc_incoming")
        if mode is Mode.HALF_OPEN:
            self._speaks.clear()
        else:
            self._speaks.set()
        if mode is Mode.UNREACHABLE:
            await self.stop()
        else:
            await self.start()
        if mode is Mode.BROKEN:
            await self._made.do("ALTER TABLE truc_incoming RENAME TO truc_incoming_away")

    async def offer(self, data: bytes, message_type: str = "edoc") -> None:
        key = f"vb-{len(self._offered):04d}"
        if message_type == "status":
            await self._made.do("INSERT INTO truc_status_out (package, staff) VALUES ($1, $2)", data, key)
        else:
            await self._made.do("INSERT INTO truc_outgoing (office_key, package) VALUES ($1, $2)", key, data)
        self._offered.append(key)

    async def offers(self) -> list[Offer]:
        rows = await self._made.do(
            "SELECT office_key AS key, state, package, concat(reason, reason_en) AS text FROM truc_outgoing"
            " UNION ALL SELECT staff, state, package, concat(reason, reason_en) FROM truc_status_out ORDER BY key"
        )
        return [Offer(hashlib.sha256(row["package"]).hexdigest(), _STATES[row["state"]], row["text"]) for row in rows]


@pytest.mark.postgres
@pytest.mark.parametrize("scenario", _SCENARIOS, ids=lambda one: one.id)
async def test_staging_tables_in_postgresql_keep_what_all_promise(scenario, postgres, tmp_path):
    if not scenario.applies(Peer(postgres)):
        return  # nothing to try with such a peer

    result = await scenarios.run_one("database", lambda: Peer(postgres), scenario, tmp_path)

    assert result.passed, f"{result.cause.en}; {result.remedy.en}"
