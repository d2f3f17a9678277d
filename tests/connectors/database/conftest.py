"""An office with staging tables, in SQLite and in PostgreSQL, and a connector beside it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime

import pytest
from connector_parts import Log, outgoing_session
from patience import until
from postgres import PASSWORD, postgres, postgres_server  # noqa: F401 - fixtures

from connectors import base, outgoing
from connectors.database import Connector, Settings, schema


class SqliteOffice:
    """A program of the office with its own connection to the same file."""

    def __init__(self, path):
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)

    @property
    def settings(self):
        return {"url": f"sqlite:///{self.path}", "look_seconds": 0.05}

    async def make(self):
        for statement in schema.statements("sqlite"):
            self.connection.execute(statement)

    async def do(self, statement, *values):
        return self.connection.execute(
            statement.replace("$1", "?").replace("$2", "?").replace("$3", "?"), values
        ).fetchall()

    async def close(self):
        self.connection.close()


class PostgresOffice:
    def __init__(self, made):
        self.made = made

    @property
    def settings(self):
        return {"url": self.made.url, "password": PASSWORD, "tls": "off", "look_seconds": 0.2}

    async def make(self):
        for statement in schema.statements("postgresql"):
            await self.do(statement)

    async def do(self, statement, *values):
        return [tuple(row) for row in await self.made.do(statement, *values)]

    async def close(self):
        pass


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def bare_office(request, tmp_path):
    """An office whose database has no staging tables yet."""
    if request.param == "sqlite":
        made = SqliteOffice(tmp_path / "office.db")
    else:
        server = request.getfixturevalue("postgres_server")
        made = PostgresOffice(await server.base())
    yield made
    await made.close()


@pytest.fixture
async def office(bare_office):
    await bare_office.make()
    return bare_office


@pytest.fixture
async def open_connector():
    """Makes connectors for an office's settings; closed when the test ends."""
    opened = []
    async with outgoing_session() as (http, guard):

        def make(settings, *, timeout_seconds=5, guard=guard):
            tools = base.Tools(
                http, lambda: datetime.now(UTC), Log(), timeout_seconds, lambda code: f"Cơ quan {code}",
                permits=guard.permits,
            )  # fmt: skip
            opened.append(Connector(Settings.model_validate(settings), tools))
            return opened[-1]

        yield make
        await asyncio.gather(*(one.close() for one in opened))
        await until(lambda: not any("_connection_worker_thread" in one.name for one in threading.enumerate()))


@pytest.fixture
async def connector(office, open_connector):
    return open_connector(office.settings)


@pytest.fixture
def no_address():
    return outgoing.Guard()
