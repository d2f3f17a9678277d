"""What lies in a hub that collects."""

from __future__ import annotations

from hub.store import deliveries, tables

MINISTRY = "000.00.00.G99"
OFFICE = "000.00.01.H99"


async def waiting(hub, office):
    return await hub.db.read(lambda c: deliveries.waiting(c, office.system_id, after=None, limit=100))


async def rows_of(hub, table):
    return await hub.db.read(lambda c: c.execute(table.select()).all())


async def alarms(hub):
    return [row.detail for row in await rows_of(hub, tables.events) if row.type == "alarm.raised"]


async def remembered(hub):
    return [(row.remote_id, row.state) for row in await rows_of(hub, tables.collected)]
