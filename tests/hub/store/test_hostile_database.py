"""The writer outlives every trouble, and nobody is told of a row that is not there."""

from __future__ import annotations

import asyncio
import sqlite3
import threading

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from hub.store.database import Database, StorageDownError, StorageFullError


@pytest.fixture
async def db(tmp_path):
    made = Database(tmp_path / "t.db")
    await made.write(lambda connection: connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))
    yield made
    await asyncio.to_thread(made.close)


def put(number):
    def work(connection):
        connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": number})
        return number

    return work


async def numbers(db):
    return await db.read(lambda connection: sorted(connection.execute(text("SELECT n FROM t")).scalars()))


class Stop:
    """Keeps the writer inside one piece of work, so that what comes meanwhile is one batch."""

    def __init__(self, db):
        self.db = db
        self.inside = threading.Event()
        self.go = threading.Event()

    async def __aenter__(self):
        def wait(_connection):
            self.inside.set()
            self.go.wait(10)

        self.task = asyncio.create_task(self.db.write(wait))
        await asyncio.to_thread(self.inside.wait, 10)
        return self

    async def __aexit__(self, *_):
        await asyncio.sleep(0)
        self.go.set()
        await self.task


async def test_one_that_raises_undoes_only_itself(db):
    def bad(connection):
        put(100)(connection)
        raise KeyError("mine")

    async with Stop(db):
        tasks = [asyncio.create_task(db.write(work)) for work in (put(1), bad, put(2), put(2), put(3))]
        await asyncio.sleep(0)
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(answer).__name__ for answer in answers] == ["int", "KeyError", "int", "IntegrityError", "int"]
    assert await numbers(db) == [1, 2, 3]


async def test_a_batch_that_could_not_be_committed_lies_to_nobody(db):
    """What was refused because of a row that then vanished was refused for nothing: all are told to try again."""

    def if_new(connection):
        if connection.execute(text("SELECT count(*) FROM t")).scalar():
            raise ValueError("conflict")

    commits = []

    @event.listens_for(db._engine, "commit")
    def _commit(_connection):
        commits.append(1)
        if len(commits) == 2:  # the first is that of the work which keeps the writer; the disk is full at the second
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    async with Stop(db):
        tasks = [asyncio.create_task(db.write(work)) for work in (put(1), if_new)]
        await asyncio.sleep(0)
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(answer) for answer in answers] == [StorageFullError, StorageFullError]
    assert await db.write(put(1)) == 1
    assert await numbers(db) == [1]


async def test_a_locked_database_is_told_and_written_again_later(db, monkeypatch):
    other = sqlite3.connect(db.path, isolation_level=None)
    await db.write(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout=50").all())
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageDownError):
        await db.write(put(1))
    other.execute("ROLLBACK")
    other.close()

    assert await db.write(put(2)) == 2
    assert await numbers(db) == [2]


async def test_a_disk_that_fills_inside_one_piece_of_work_spares_the_next_batch(db):
    """SQLite itself ends the transaction when a page cannot be had."""
    await db.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=10").all())

    def much(connection):
        connection.exec_driver_sql("CREATE TABLE big (x BLOB)")
        connection.exec_driver_sql("INSERT INTO big VALUES (zeroblob(10000000))")

    async with Stop(db):
        tasks = [asyncio.create_task(db.write(work)) for work in (put(1), much, put(2))]
        await asyncio.sleep(0)
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    stored = await numbers(db)

    assert isinstance(answers[1], StorageFullError)
    assert stored == [answer for answer in answers if isinstance(answer, int)]
    assert await db.write(put(9)) == 9


async def test_who_gave_up_waiting_leaves_the_others_alone(db):
    async with Stop(db):
        tasks = [asyncio.create_task(db.write(put(number))) for number in range(40)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.sleep(0)
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert await numbers(db) == list(range(1, 40, 2)) == [one for one in answers if isinstance(one, int)]


async def test_what_waits_when_the_hub_closes_is_written_and_what_comes_later_is_told(tmp_path):
    db = Database(tmp_path / "t.db")
    await db.write(lambda connection: connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))
    waiting = [asyncio.create_task(db.write(put(number))) for number in range(200)]
    await asyncio.sleep(0)
    await asyncio.to_thread(db.close)
    assert await asyncio.wait_for(asyncio.gather(*waiting), 10) == list(range(200))

    with pytest.raises(StorageDownError):
        await asyncio.wait_for(db.write(put(1000)), 5)


async def test_a_broken_roll_back_does_not_end_the_writer(db):
    """The writer is the only one there is: whatever happens to its connection, it takes the next work."""

    def pull_the_plug(connection):
        connection.connection.driver_connection.close()
        raise OSError("gone")

    with pytest.raises(Exception):  # noqa: B017 - whichever: it is told
        await asyncio.wait_for(db.write(pull_the_plug), 5)

    assert await asyncio.wait_for(db.write(put(5)), 5) == 5
    assert await numbers(db) == [5]
