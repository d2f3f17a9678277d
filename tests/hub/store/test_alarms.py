"""Alarms: the same one stands once, whoever raises it and however often."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from hub import states
from hub.store import alarms, tables

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ONE = alarms.Alarm(states.Alarm.NOT_CONFIRMED, states.Audience.OPERATOR, package_id="p", delivery_id="d")


async def events_of(hub) -> list[dict]:
    wanted = select(tables.events.c.detail).where(tables.events.c.type == "alarm.raised").order_by(tables.events.c.seq)
    return [json.loads(text) for text in await hub.db.read(lambda connection: connection.execute(wanted).scalars())]


async def raised(hub, alarm: alarms.Alarm) -> bool:
    return await hub.db.write(lambda connection: alarms.raise_(connection, hub.journal, NOW, alarm))


async def open_of(hub, audience: states.Audience, organ_id: str = "") -> list:
    return list(await hub.db.read(lambda connection: alarms.open_for(connection, audience, organ_id)))


async def test_the_same_alarm_is_raised_once_for_ever(hub):
    first, second = await raised(hub, ONE), await raised(hub, replace(ONE, detail={"other": "words"}))

    assert (first, second) == (True, False)
    assert await events_of(hub) == [{"alarm": "not_confirmed", "audience": "operator"}]

    await hub.db.write(lambda connection: alarms.clear(connection, NOW, kinds=[ONE.kind], delivery_id="d"))

    assert await open_of(hub, states.Audience.OPERATOR) == []
    assert await raised(hub, ONE) is False  # it stood once; a mark would tell another one


async def test_many_at_once_raise_it_once(hub):
    told = await asyncio.gather(*(raised(hub, ONE) for _ in range(20)))

    assert sorted(told) == [False] * 19 + [True]
    assert len(await events_of(hub)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"kind": states.Alarm.PAPER_DUE},
        {"audience": states.Audience.SENDER},
        {"organ_id": "000.00.01.H99"},
        {"package_id": "q"},
        {"delivery_id": "e"},
        {"mark": "10"},
    ],
)
async def test_whatever_tells_alarms_apart_makes_another_one(hub, other):
    await raised(hub, ONE)

    assert await raised(hub, replace(ONE, **other)) is True


async def test_open_ones_by_who_is_told(hub):
    theirs = replace(ONE, audience=states.Audience.SENDER, organ_id="000.00.01.H99")
    await raised(hub, ONE)
    await raised(hub, theirs)

    assert [row.kind for row in await open_of(hub, states.Audience.SENDER, "000.00.01.H99")] == ["not_confirmed"]
    assert await open_of(hub, states.Audience.SENDER, "000.00.02.H99") == []
    [mine] = await open_of(hub, states.Audience.OPERATOR)
    assert await hub.db.write(lambda connection: alarms.clear_one(connection, NOW, mine.seq)) is True
    assert await hub.db.write(lambda connection: alarms.clear_one(connection, NOW, mine.seq)) is False
    assert await open_of(hub, states.Audience.OPERATOR) == []


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
def test_both_databases_keep_the_first_one(dialect):
    statement = alarms._INSERT[dialect.name](tables.alarms).values(kind="x").on_conflict_do_nothing()

    assert "ON CONFLICT DO NOTHING" in str(statement.compile(dialect=dialect))
