"""Lists of what waits: urgent ones overtake, paging loses and repeats nothing, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.store import deliveries, items, schema, tables, waiting
from hub.store.database import Database

AT = "2026-11-23T01:00:00.000000Z"
SYSTEM = "stc"


def add(connection, urgencies) -> list[str]:
    """One package, delivery and item for each urgency, in this order; the deliveries' ids."""
    packages, rows, open_items = [], [], []
    for urgency in urgencies:
        package_id, item_id = str(uuid.uuid4()), str(uuid.uuid4())
        packages.append({
            "id": package_id, "identity": package_id.encode(), "sender": "A", "sender_name": "", "message_type": "edoc",
            "business_type": 0, "status_code": "", "document_id": package_id, "sha256": "", "size": 1,
            "status": "accepted", "door": "api", "system_id": "snv", "priority": urgency, "subject": "", "number": "",
            "notation": "", "promulgated": "", "year": "", "received_at": AT, "attachments": "[]", "warnings": "[]",
            "verdict": "UNSIGNED", "verdicts": "{}",
        })  # fmt: skip
        rows.append(
            deliveries.NewDelivery(
                str(uuid.uuid4()), package_id, item_id, "B", "B", SYSTEM, "pull", "available", "edoc", urgency, AT
            )
        )
        open_items.append(deliveries.NewItem(item_id, package_id, SYSTEM, "edoc", "initial", urgency, AT, AT))
    if packages:
        connection.execute(tables.packages.insert(), packages)
        deliveries.add(connection, rows, open_items)
    return [row.id for row in rows]


def take(connection, ids) -> None:
    """They were handed over."""
    gone = tables.deliveries.update().where(tables.deliveries.c.id.in_(list(ids)))
    connection.execute(gone.values(status="delivered"))


def pages(connection, limit: int, between=lambda: None) -> list[list]:
    found, place = [], None
    while True:
        rows, place = waiting.page(connection, SYSTEM, after=place, limit=limit)
        found.append(list(rows))
        if place is None:
            return found
        between()


class UndoneError(Exception):
    """Ends a try without leaving a trace."""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Runs a function of a connection on a real database; what it wrote is undone."""
    database = Database(tmp_path_factory.mktemp("waiting") / "hub.sqlite")
    asyncio.run(database.write(schema.upgrade))

    def run(work) -> None:
        def undone(connection) -> None:
            work(connection)
            raise UndoneError

        with pytest.raises(UndoneError):
            asyncio.run(database.write(undone))

    yield run
    database.close()


@settings(max_examples=60)
@given(
    urgencies=st.lists(st.integers(0, 4), max_size=60),
    limit=st.integers(1, 25),
    arriving=st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=20),
)
def test_paging_shows_nothing_twice_and_loses_nothing(store, urgencies, limit, arriving):
    """law: R-085 HN Đ7.2. Also while others arrive between the pages."""

    def work(connection) -> None:
        wanted = set(add(connection, urgencies))
        more = iter(arriving)
        found = pages(connection, limit, lambda: add(connection, next(more, [])))
        shown = [row.delivery_id for page in found for row in page]

        assert len(shown) == len(set(shown))
        assert wanted <= set(shown)
        for page in found:
            assert len(page) <= limit
            assert [(-row.urgency, row.at_seq) for row in page] == sorted((-row.urgency, row.at_seq) for row in page)

    store(work)


@settings(max_examples=30)
@given(
    normal=st.integers(0, 60), urgency=st.integers(1, 4), limit=st.integers(2, 30), waiting_urgent=st.integers(0, 20)
)
def test_an_urgent_one_is_on_the_first_page_whatever_waits(store, normal, urgency, limit, waiting_urgent):
    """law: R-085 HN Đ7.2."""

    def work(connection) -> None:
        add(connection, [0] * normal + [urgency] * min(waiting_urgent, limit // 2))
        [last] = add(connection, [urgency])
        rows, _ = waiting.page(connection, SYSTEM, after=None, limit=limit)
        assert last in {row.delivery_id for row in rows}

    store(work)


@pytest.mark.parametrize("limit", [8, 50, 200])
def test_under_an_endless_stream_of_urgent_ones_a_normal_one_comes_in_its_turn(store, limit):
    """law: R-085 HN Đ7.2. One place in eight is for the oldest: with 100 before it, it waits 100 / share pages."""

    def work(connection) -> None:
        add(connection, [0] * 100)
        [normal] = add(connection, [0])
        turns = 0
        while turns < 200:
            turns += 1
            add(connection, [3] * limit)  # as many as a page holds, before each call
            rows, _ = waiting.page(connection, SYSTEM, after=None, limit=limit)
            ids = {row.delivery_id for row in rows}
            if normal in ids:
                break
            take(connection, ids)
        assert turns == 1 + 100 // (limit // waiting.SHARE)

    store(work)


def test_the_vxp_list_keeps_places_for_those_it_showed_least(store):
    """law: R-085 HN Đ7.2."""

    def work(connection) -> None:
        add(connection, [0] * 20)
        add(connection, [3] * 40)
        seen: set[str] = set()
        for turn in range(10):
            rows = items.offer(connection, SYSTEM, "edoc", since="", until="", limit=16)
            assert [row.urgency for row in rows] == sorted((row.urgency for row in rows), reverse=True)
            assert [row.urgency for row in rows].count(3) >= 14
            seen |= {row.id for row in rows if row.urgency == 0}
            items.mark_listed(connection, [row.id for row in rows], datetime(2026, 11, 23, 2, turn, tzinfo=UTC))
            add(connection, [3] * 16)
        assert len(seen) == 20

    store(work)
