"""The office's database: reached, asked in short transactions, and its troubles put into words that hold no data."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import event, exc, func, select
from sqlalchemy.ext.asyncio import create_async_engine

from connectors.base import PeerTroubleError
from connectors.database import schema, tables

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy import URL
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

RUNG: Final = "truc_out"
"""The channel on which a PostgreSQL database tells of new rows."""

_STATES: Final = {
    "28P01": "the database does not accept this password",
    "28000": "the database does not accept this account",
    "3D000": "there is no database of this name",
    "42P01": "a staging table is missing",
    "42501": "the account lacks a right on a staging table",
    "53100": "the disk of the database is full",
    "53300": "the database has no connection to spare",
    "57014": "the database did not answer in time",
    "57P01": "the database is being shut down",
    "57P03": "the database is starting",
}


class TroubleError(PeerTroubleError):
    """The database is in trouble; whether the last statement took effect is not known."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is. ca_file: authorities for TLS ('' = the system's); tls: off | verify."""

    url: URL
    password: str
    tls: str
    ca_file: str
    timeout_seconds: float
    permits: Callable[[str, int], bool]

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.url.get_backend_name() == "sqlite"


class _NamedContext(ssl.SSLContext):
    """TLS to an address that was looked up before: the certificate is still that of the name."""

    name = ""

    def wrap_bio(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *args: Any, **more: Any) -> ssl.SSLObject:
        """As asyncio calls it, with the name that was meant."""
        more["server_hostname"] = self.name
        return super().wrap_bio(incoming, outgoing, *args, **more)


def engine(address: Address) -> AsyncEngine:
    """The pool of connections to it; nothing is opened yet."""
    if address.is_sqlite:
        path = quote(address.url.database or "")
        made = create_async_engine(
            f"sqlite+aiosqlite:///file:{path}?mode=rw&uri=true",
            connect_args={"timeout": address.timeout_seconds},
            hide_parameters=True,
        )
        event.listen(made.sync_engine, "connect", _full)
        return made
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: connect(address),
        pool_size=4,
        max_overflow=2,
        pool_timeout=address.timeout_seconds,
        pool_recycle=600,
        pool_pre_ping=True,
        hide_parameters=True,
    )


async def connect(address: Address) -> Any:
    """One connection to a PostgreSQL server, to an address that may be called. Raises OSError, asyncpg's own."""
    import asyncpg  # noqa: PLC0415 - an extra of the project: only who has such a database needs it

    host, port = address.url.host or "", address.url.port or 5432
    context: ssl.SSLContext | bool = False
    if address.tls == "verify":
        named = _NamedContext(ssl.PROTOCOL_TLS_CLIENT)
        named.name = host
        if address.ca_file:
            named.load_verify_locations(address.ca_file)
        else:
            named.load_default_certs()
        context = named
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed = [str(one[4][0]) for one in found if address.permits(str(one[4][0]), port)]
    if not allowed:
        message = f"calls to {host} are not allowed; list its network under [outgoing] allow"
        raise OSError(message)
    milliseconds = str(int(address.timeout_seconds * 1000))
    return await asyncpg.connect(
        host=allowed[0],
        port=port,
        user=address.url.username,
        password=address.password,
        database=address.url.database,
        ssl=context,
        timeout=address.timeout_seconds,
        server_settings={
            "application_name": "truc",
            "statement_timeout": milliseconds,
            "lock_timeout": milliseconds,
            "idle_in_transaction_session_timeout": milliseconds,
        },
    )


def _full(connection: Any, _record: Any) -> None:
    """What is committed in an office's SQLite file is on disk."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


@contextlib.asynccontextmanager
async def transaction(pool: AsyncEngine, seconds: float) -> AsyncIterator[AsyncConnection]:
    """One short transaction. Raises TroubleError for anything that is wrong with the database."""
    async with troubles(seconds), pool.begin() as connection:
        yield connection


@contextlib.asynccontextmanager
async def troubles(seconds: float) -> AsyncIterator[None]:
    """A while with the database. Raises TroubleError for anything that is wrong with it."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as cause:
        message = f"the database did not answer within {seconds:.0f} s"
        raise TroubleError(message) from cause
    except (exc.SQLAlchemyError, OSError, sqlite3.Error) as cause:
        raise TroubleError(words(cause)) from cause
    except Exception as cause:
        if type(cause).__module__.partition(".")[0] != "asyncpg":
            raise
        raise TroubleError(words(cause)) from cause


def words(cause: BaseException) -> str:
    """What is wrong, without a value of any row: the driver's own texts may quote them."""
    original = getattr(cause, "orig", None) or cause
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    if state:
        return f"{_STATES.get(state, 'the database refuses')} (SQLSTATE {state})"
    if isinstance(original, OSError) and "not allowed" in str(original):
        return str(original)
    code = getattr(original, "sqlite_errorname", None) or getattr(original.__cause__, "sqlite_errorname", None)
    text = f"{type(original).__name__} {code or ''}".strip()
    return f"the database cannot be used: {text}"


async def ready(pool: AsyncEngine, address: Address, *, make: bool) -> None:
    """Make sure that the staging tables are there in this version. make: make them when there are none.

    Raises TroubleError.
    """
    async with transaction(pool, address.timeout_seconds) as connection:
        dialect = connection.dialect.name
        there = await connection.run_sync(lambda sync: sqlalchemy.inspect(sync).has_table(tables.VERSIONS.name))
        if not there and not make:
            message = (
                f"the staging tables are missing: run connectors/database/schema/{dialect}.sql, or set create_tables"
            )
            raise TroubleError(message)
        if not there:
            for statement in schema.statements(dialect):
                await connection.exec_driver_sql(statement)
        version = (await connection.execute(select(func.max(tables.VERSIONS.c.version)))).scalar()
    if version != schema.VERSION:
        message = f"the staging tables are of version {version}, this software needs {schema.VERSION}"
        raise TroubleError(message)
