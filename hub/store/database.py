"""The database: work is a plain function of a connection, run in one durable transaction.

SQLite (the embedded default) has one writer thread with one connection, which is also the only one that checkpoints:
SQLite before 3.51.3 can corrupt a WAL that several connections check-point. The writer drains what is waiting into one
commit (group commit): each piece of work has its own savepoint, so one that raises undoes only itself, and nobody is
answered before the commit is on disk (synchronous=FULL). Readers are threads with read-only connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

T = TypeVar("T")

BATCH = 64
"""Most pieces of work in one commit."""

READERS = 3
_TROUBLE = (OperationalError, sqlite3.OperationalError)
"""What the driver raises, wrapped by SQLAlchemy or bare (a prepared statement)."""


class StorageFullError(Exception):
    """The disk has no room for the commit; nothing was written."""


class StorageDownError(Exception):
    """The database could not be written or read; nothing was written."""


class Database:
    """One SQLite file: `read` and `write` run a function of a `sqlalchemy.Connection`.

    The function must be quick, must not wait for the network, and may not keep the connection.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = _engine(path, writer=True)
        self._read_engine = _engine(path, writer=False)
        self._work: queue.SimpleQueue[tuple[Callable[[Connection], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        self._local = threading.local()
        self._open: list[Connection] = []
        self._gate = threading.Lock()
        self._closed = False
        self._writer = threading.Thread(target=self._write_loop, name="db-write", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction; return its value when the commit is durable.

        Raises whatever `work` raises (its changes are undone), StorageFullError or StorageDownError.
        """
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                message = "the database is closed"
                raise StorageDownError(message)
            self._work.put((work, future))
        return await asyncio.wrap_future(future)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one consistent snapshot; changes are refused."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def close(self) -> None:
        """Finish what is waiting and close; the writer goes last and folds the log into the file."""
        self._readers.shutdown(wait=True)
        for connection in self._open:
            connection.close()
        with self._gate:
            self._closed = True
            self._work.put(None)
        self._writer.join()
        self._engine.dispose()
        self._read_engine.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._read_engine.connect()
            self._local.connection = connection
            self._open.append(connection)
        try:
            with connection.begin():
                return work(connection)
        except _TROUBLE as error:
            raise _translated(error) from error

    def _write_loop(self) -> None:
        connection = self._engine.connect()
        closing = False
        while not closing:
            first = self._work.get()
            if first is None:
                break
            batch = [first]
            while len(batch) < BATCH:
                try:
                    more = self._work.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    closing = True
                    break
                batch.append(more)
            try:
                self._commit(connection, batch)
            except Exception:  # noqa: BLE001 - there is one writer: it outlives a broken connection
                with contextlib.suppress(Exception):
                    connection.invalidate()
                    connection.close()
                connection = self._engine.connect()
        connection.close()

    def _commit(self, connection: Connection, batch: list[tuple[Callable[[Connection], Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        failed: list[tuple[Future[Any], BaseException]] = []
        try:
            connection.begin()
            raw: Any = connection.connection.driver_connection
            for work, future in batch:
                if not future.set_running_or_notify_cancel():
                    continue
                raw.execute("SAVEPOINT work")
                try:
                    value = work(connection)
                except Exception as error:
                    if not raw.in_transaction:  # SQLite itself gave the transaction up (disk full, I/O error)
                        raise
                    raw.execute("ROLLBACK TO work")
                    failed.append((future, error))
                else:
                    done.append((future, value))
                raw.execute("RELEASE work")
            connection.commit()
        except Exception as error:  # noqa: BLE001 - every waiting caller must hear of it
            _give_up(connection, [future for _, future in batch], error)
            return
        for future, value in done:
            future.set_result(value)
        for future, raised in failed:
            future.set_exception(_translated(raised) if isinstance(raised, _TROUBLE) else raised)


def _give_up(connection: Connection, waiting: list[Future[Any]], error: Exception) -> None:
    """Tell everybody of a batch that nothing was written, also whom a row of it made fail: that row never was."""
    reason = _translated(error)
    if not isinstance(reason, StorageFullError | StorageDownError):
        reason = StorageDownError(str(error).split("\n", 1)[0])
    for future in waiting:
        if not future.done() and (future.running() or future.set_running_or_notify_cancel()):
            future.set_exception(reason)
    connection.rollback()
    raw: Any = connection.connection.driver_connection
    if raw.in_transaction:  # a commit that failed is over for SQLAlchemy, not always for SQLite
        raw.execute("ROLLBACK")


def _translated(error: BaseException) -> BaseException:
    text = str(error)
    if "disk is full" in text or "No space left" in text:
        return StorageFullError("the disk of the database is full")
    if isinstance(error, _TROUBLE):
        return StorageDownError(text.split("\n", 1)[0])
    return error


def _engine(path: Path, *, writer: bool) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(dbapi: DBAPIConnection, _record: object) -> None:
        raw: Any = dbapi
        raw.isolation_level = None
        pragmas = ["busy_timeout=10000", "foreign_keys=ON", "temp_store=MEMORY"]
        if writer:
            pragmas += ["journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=2000", "cache_size=-65536"]
        else:
            pragmas += ["query_only=ON", "wal_autocheckpoint=0", "cache_size=-8192"]
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine
