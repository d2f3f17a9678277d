"""The hub is no archive: content goes some days after the last recipient has confirmed, words some time after it.

What goes by time is the hub's own transport copy; receipts, digests, verdicts and the journal stay. The days are those
of the profile when a package is counted: a profile that changes later shortens nothing that is counted already.
law: R-225 NĐ30 Đ19.2
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from hub import clock
from hub.flow import forgetting
from hub.store import events, retention

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.context import Hub

T = TypeVar("T")

PAGE = 500
"""Packages that are read at once."""

PIECE = 25
"""Packages that are written at once; between two pieces others have the database."""


async def turn(hub: Hub) -> dict[str, int]:
    """Count, erase content, erase words; how many packages of each, and how many stay for which reason."""
    found = await count(hub)
    return {**found, "content_erased": await erase_content(hub), "words_erased": await erase_words(hub)}


async def foresee(hub: Hub) -> Counter[str]:
    """How many packages a count would date now (`counted`), and how many stay for which reason; nothing is written."""
    found: Counter[str] = Counter()
    async for looks in _pages(hub, await hub.db.read(retention.mark)):
        found.update(look.kept_for or "counted" for look in looks)
    return found


async def count(hub: Hub) -> Counter[str]:
    """Date every package whose deliveries are over; as `foresee`."""
    found: Counter[str] = Counter()
    passed = first = await hub.db.read(retention.mark)
    kept: list[int] = []
    async for looks in _pages(hub, first):
        found.update(look.kept_for or "counted" for look in looks)
        kept += [look.row.seq for look in looks if look.kept_for][:1]
        passed = looks[-1].row.seq
        for piece in _pieces([look for look in looks if not look.kept_for]):
            await hub.db.write(partial(_date, hub, piece))
    mark = kept[0] - 1 if kept else passed
    if mark > first:
        await hub.db.write(partial(retention.set_mark, seq=mark))
    return found


async def erase_content(hub: Hub) -> int:
    """Erase the content whose time is over; of how many packages."""
    gone = 0
    while looks := await hub.db.read(partial(retention.due, now=clock.to_text(hub.clock.now()), limit=PAGE)):
        for piece in _pieces(looks):
            ids = await hub.db.write(partial(_erase, hub, [look.row.id for look in piece]))
            await hub.in_thread(partial(_remove, hub, ids))
            gone += len(ids)
    return gone


async def erase_words(hub: Hub) -> int:
    """Blank subjects, file names and people's words where content went long enough ago; of how many packages."""
    before = clock.to_text(hub.clock.now() - timedelta(days=hub.profile.keeping.personal_days))
    gone = 0
    while rows := await hub.db.read(partial(retention.wordy, before=before, limit=PAGE)):
        for piece in _pieces(rows):
            await hub.db.write(partial(forgetting.words, hub, piece))
        gone += len(rows)
    return gone


async def figures(hub: Hub) -> dict[str, int]:
    """What is counted, due and frozen now."""
    now = hub.clock.now()
    before = now - timedelta(days=hub.profile.keeping.personal_days)
    return await hub.db.read(
        lambda connection: retention.figures(connection, clock.to_text(now), clock.to_text(before))
    )


async def _pages(hub: Hub, after: int) -> AsyncIterator[list[retention.Look]]:
    while looks := await hub.db.read(partial(retention.uncounted, after=after, limit=PAGE)):
        after = looks[-1].row.seq
        yield looks


def _date(hub: Hub, looks: Sequence[retention.Look], connection: Connection) -> None:
    # law: R-226 QĐ28 Đ6.1
    kept = timedelta(days=hub.profile.keeping.content_days)
    for look in looks:
        retention.count(connection, look.row.id, clock.to_text(clock.from_text(look.ended_at) + kept))


def _erase(hub: Hub, ids: list[str], connection: Connection) -> list[str]:
    """Looked at again in the transaction that erases: what moves or is frozen by now keeps its content."""
    now = hub.clock.now()
    gone: list[str] = []
    for look in retention.again(connection, ids):
        if look.kept_for or not retention.forget_content(connection, look.row.id):
            retention.uncount(connection, look)
        else:
            gone.append(look.row.id)
            _record(hub, connection, now, look)
    return gone


def _remove(hub: Hub, ids: list[str]) -> None:
    """Remove sealed files whose keys are forgotten; what a crash leaves is swept at the next start."""
    for package_id in ids:
        hub.blobs.delete(package_id)


def _pieces(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + PIECE] for start in range(0, len(rows), PIECE))


def _record(hub: Hub, connection: Connection, now: datetime, look: retention.Look) -> None:
    # law: R-229 HN Đ14.4 (the transport copy alone, by time; whose archive it is keeps its own)
    row = look.row
    told = {
        "sha256": row.sha256,
        "document_id": row.document_id,
        "sender": row.sender,
        "reason": "kept_long_enough",
        "confirmed_at": clock.local_text(clock.from_text(look.ended_at)),
    }
    hub.journal.record(connection, now, [events.Event("package.erased", "hub", row.id, detail=told)])
