"""The hub and the book side by side: every package, copy and item, what each system sees, and what nobody may miss."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from edxml.faults import Refusal
from hub import clock
from hub.flow import content, pickup, views
from hub.store import items as stored_items
from hub.store import tables
from hub.store import waiting as waiting_page

from .book import OFFERED, Book, Copy, Item, Sent
from .people import People

D, P, I, R = tables.deliveries, tables.packages, tables.items, tables.reviews  # noqa: E741 - as in hub/store


@dataclass(frozen=True)
class Seen:
    """What the hub's tables say."""

    packages: dict[str, object]
    copies: dict[str, list[object]]
    items: dict[str, object]
    reviews: frozenset[str]


def look(connection) -> Seen:
    copies: dict[str, list[object]] = {}
    for row in connection.execute(select(D).order_by(D.c.seq)):
        copies.setdefault(row.package_id, []).append(row)
    return Seen(
        {row.id: row for row in connection.execute(select(P).where(P.c.status != "rejected").order_by(P.c.seq))},
        copies,
        {row.id: row for row in connection.execute(select(I))},
        frozenset(connection.execute(select(R.c.package_id)).scalars()),
    )


def bind(book: Book, people: People, seen: Seen) -> None:
    """Learn the hub's ids of what the book expects: new copies in the order of To, their items and systems."""
    names = {system_id: name for name, system_id in people.ids.items()}
    for sent in book.sent:
        rows = seen.copies.get(sent.id, [])
        assert len(rows) == len(sent.copies), (sent, [(row.recipient, row.copy, row.status) for row in rows])
        for copy, row in zip(sent.copies, rows, strict=True):
            copy.id = copy.id or row.id
            assert copy.id == row.id
            assert names.get(row.system_id) == copy.system, told(copy, row)
            assert (row.item_id is None) == (copy.item is None), told(copy, row)
            if copy.item is not None:
                copy.item.id = copy.item.id or row.item_id
                assert copy.item.id == row.item_id, told(copy, row)


def compare(book: Book, people: People, seen: Seen) -> None:
    """I1: everything that was taken in is where the book has it, and nothing else is there."""
    assert set(seen.packages) == {sent.id for sent in book.sent}
    for sent in book.sent:
        row = seen.packages[sent.id]
        assert (row.status, row.key is not None) == (sent.status, sent.has_content), (sent, row.held_for)
        assert sent.id in seen.reviews or not (sent.waits_for_document and sent.status == "held")
        assert (row.legal_hold_at is not None) == sent.frozen
        for copy, one in zip(sent.copies, seen.copies[sent.id], strict=True):
            assert _of_row(book, one) == _of_copy(copy), told(copy, one)
            assert one.status not in ("queued", "sending"), "every system here fetches"
    for item in book.items:
        if item.id is not None:
            assert seen.items[item.id].state == item.state, (item.system, item.state, seen.items[item.id].state)


def _of_row(book: Book, row) -> tuple:
    return (
        book.name_of(row.recipient), row.status, row.exposed_at is not None, row.recall_state,
        row.recall_kind if row.recall_state != "none" else None, row.business_status, row.refusal,
        row.received_by is not None, row.accepted_at is not None, row.corrected_by, row.replied_by,
    )  # fmt: skip


def _of_copy(copy: Copy) -> tuple:
    return (
        copy.agency, copy.status, copy.exposed, copy.recall, copy.kind if copy.recall != "none" else None,
        copy.business, copy.refusal, copy.received, copy.accepted, copy.corrected_by, copy.replied_by,
    )  # fmt: skip


def told(copy: Copy, row) -> str:
    """Both sides of one copy, for whoever reads a failure."""
    sent = copy.sent
    what = f"{sent.by}/{sent.document} kind {sent.kind} code {sent.code!r} part {copy.part!r} item {copy.item}"
    return f"{what}\n  book {_of_copy(copy)} {copy.system}\n  hub  {_of_row_plain(row)}"


def _of_row_plain(row) -> tuple:
    return tuple(
        getattr(row, name)
        for name in ("recipient", "status", "exposed_at", "recall_state", "recall_kind", "business_status", "refusal",
                     "received_by", "accepted_at", "corrected_by", "replied_by", "system_id", "reason", "item_id")
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- what is seen


def lists(book: Book, people: People) -> None:
    """I6, I7: every system is offered exactly what waits for it, natively and by VXP; the base before its update."""
    ids = {name: people.system(name).id for name in book.systems()}
    shown = people.read(lambda c: {name: (_waiting(c, one), _offered(c, one)) for name, one in ids.items()})
    for name, (listed, offered) in shown.items():
        waiting = {
            copy.id
            for sent in book.sent
            for copy in sent.copies
            if copy.system == name and copy.status == "available" and sent.travels and not copy.returned
        }
        assert set(listed) == waiting, name
        assert len(listed) == len(waiting)
        wanted = {item.id for item in book.items if item.system == name and item.state in OFFERED and item.sent.travels}
        assert offered == wanted, name


def inboxes(book: Book, people: People) -> None:
    """The inbox of each system is what waits for it, and none of its pages hides any of it."""
    for name in book.systems():
        listed, cursor = [], None
        while True:
            page = people.do(pickup.inbox(people.hub, people.system(name), limit=7, cursor=cursor))
            listed += [one.delivery_id for one in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert len(listed) == len(set(listed))
        assert set(listed) == set(people.read(lambda c, one=name: _waiting(c, people.ids[one])))


def _waiting(connection, system_id: str) -> list[str]:
    return [row.delivery_id for row in waiting_page.page(connection, system_id, after=None, limit=500)[0]]


def _offered(connection, system_id: str) -> set[str]:
    rows = [
        row
        for kind in ("edoc", "status")
        for row in stored_items.offer(connection, system_id, kind, since="", until="", limit=1000)
    ]
    return {row.id for row in rows}


def views_of(book: Book, people: People, sent: Sent) -> None:
    """I6: its parties see their own of it; everybody else is told what is told of an id nobody ever had."""
    nobody = people.tried(views.package(people.hub, people.system("a"), "0" * 36))[1]
    for name in book.systems():
        seen, refusal = people.tried(views.package(people.hub, people.system(name), sent.id))
        mine = [copy for copy in sent.copies if copy.system == name]
        if name == sent.system:
            assert [book.name_of(one.recipient) for one in seen.deliveries] == [copy.agency for copy in sent.own]
            assert [one.delivery_id for one in seen.deliveries] == [copy.id for copy in sent.own], sent
        elif any(copy.known for copy in mine):
            assert not seen.is_sender
            assert {one.delivery_id for one in seen.deliveries} == {copy.id for copy in mine}
            assert not seen.held_for
        else:
            assert seen is None, (name, told_of(sent))
            assert (refusal.fault, str(refusal)) == (nobody.fault, str(nobody))


def told_of(sent: Sent) -> str:
    return f"{sent.by}/{sent.document} kind {sent.kind} code {sent.code!r} {sent.status} {sent.held}"


def bytes_of(book: Book, people: People) -> None:
    """I1, I5: what was taken in can be read as it was given, until it was erased."""
    for sent in book.sent:
        if sent.has_content and sent.status in ("accepted", "held") and sent.system in people.ids:
            got = people.do(_read(people, people.system(sent.system), sent.id))
            assert got == sent.data


async def _read(people: People, system, package_id: str) -> bytes:
    return await (await content.of_package(people.hub, system, package_id)).read()


def readable(people: People, system, package_id: str) -> bytes | None:
    """The content as that system gets it; None when it is refused."""
    try:
        return people.do(_read(people, system, package_id))
    except Refusal:
        return None


# ------------------------------------------------------------------------------------------------------- the watch


def watched(book: Book, people: People, seen: Seen) -> None:
    """After the watchdog: nothing that has a deadline ahead is forgotten, and what is over is left alone."""
    now = clock.to_text(people.clock.now())
    for sent in book.sent:
        for copy, row in zip(sent.copies, seen.copies[sent.id], strict=True):
            assert row.watch_at is None or row.watch_at > now, "it was looked at"
            if sent.is_status or copy.part == "second":
                continue
            confirmed = copy.received or copy.business is not None or copy.status == "delivered"
            arrives = copy.status == "available" and not confirmed
            destroys = copy.recall in ("asked", "agreed") and row.destroy_by is not None and row.destroy_by > now
            if (arrives or destroys) and sent.state != "erased":
                assert row.watch_at is not None, told(copy, row)
            over = copy.status == "cancelled" or (copy.recall == "destroyed" and copy.status != "held")
            refused = copy.business == "02"  # its sender is still to do something about it
            if over and sent.travels and not refused:
                assert row.watch_at is None, told(copy, row)


def items_of(book: Book, system: str) -> list[Item]:
    return [item for item in book.items if item.system == system and item.id is not None]
