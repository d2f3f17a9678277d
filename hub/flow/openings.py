"""Agencies that opened their inbox less often than they should on a working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, cast

from agency_registry import edit
from hub.flow import routing
from hub.store import openings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.context import Hub

LEAST: Final = 2
"""Times a working day."""  # law: R-099 TT Đ7.1


@dataclass(frozen=True, slots=True)
class Seldom:
    """An agency, the system that receives for it, and how often that opened the inbox on the day."""

    organ_id: str
    name: str
    system_id: str
    times: int


async def flush(hub: Hub) -> None:
    """Write what was counted. Raises StorageDownError, StorageFullError: then it is lost."""
    counted = hub.openings.take()
    if counted:
        await hub.db.write(lambda connection: openings.add(connection, counted))


async def seldom(hub: Hub, day: date) -> tuple[Seldom, ...]:
    """Those below LEAST on that day, by code; of agencies that do not work then, or are told at once, nobody."""
    # law: R-099 TT Đ7.1
    await flush(hub)

    def look(connection: Connection) -> tuple[Seldom, ...]:
        times = openings.of_day(connection, day)
        found = [
            Seldom(organ_id, agency.name, str(system["system_id"]), times.get(str(system["system_id"]), 0))
            for system in edit.list_systems(connection)
            if system["state"] == "active" and system["connector"] == routing.FETCHED
            for organ_id in cast("list[str]", system["receives_for"])
            if (agency := hub.directory.agency(organ_id)) is not None and agency.state == "active"
            if hub.calendars.of(organ_id).sessions(day)
        ]
        return tuple(sorted((one for one in found if one.times < LEAST), key=lambda one: one.organ_id))

    return await hub.db.read(look)
