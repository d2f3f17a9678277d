"""Who speaks for whom: pairs of system and agency with their time, of which one at a moment receives.

Nothing here writes the version; the caller does, once for the whole change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry import checks
from agency_registry.agency_rows import read_agencies
from agency_registry.reasons import RegistryError
from agency_registry.tables import system_agencies, systems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection


def agencies(connection: Connection, organ_ids: Iterable[str]) -> dict[int, str]:
    """Row number to code of the agencies named, by any of their codes. Raises RegistryError(agency_unknown)."""
    wanted = list(checks.codes(organ_ids))
    found = read_agencies(connection, wanted)
    known = {code for agency in found for code in (agency.organ_id, *agency.aliases)}
    for code in wanted:
        if code not in known:
            raise RegistryError("agency_unknown", code=code)
    return {agency.id: agency.organ_id for agency in found}


def check_receivers(connection: Connection, system_id: str, served: Mapping[int, str]) -> None:
    """Refuse what another active system receives for already. Raises RegistryError(receives_already)."""
    rows = connection.execute(
        sa.select(system_agencies.c.agency_id, system_agencies.c.system_id)
        .join(systems, systems.c.id == system_agencies.c.system_id)
        .where(system_agencies.c.receives.is_(True), system_agencies.c.valid_to.is_(None))
        .where(systems.c.state == "active", systems.c.id != system_id)
    )
    for agency_id, owner in rows:
        if agency_id in served:  # law: R-007 QĐ28 Đ7.3
            raise RegistryError("receives_already", owner=owner, code=served[agency_id])


def begin(connection: Connection, system_id: str, served: Mapping[int, str], *, receives: bool, at: datetime) -> None:
    """Let the system speak for these agencies; where it receives for them, it takes that from any other."""
    numbers = list(served)
    end(connection, system_id, served, at)
    if receives:
        others = sa.and_(system_agencies.c.system_id != system_id, system_agencies.c.receives.is_(True))
        losers = _end_pairs(connection, numbers, at, others)
        _insert_pairs(connection, losers, receives=False, at=at)
    _insert_pairs(connection, [(system_id, number) for number in numbers], receives=receives, at=at)


def begin_part(connection: Connection, system_id: str, served: Mapping[int, str], part: str, at: datetime) -> None:
    """Let the system be these agencies' other one, in place of any that played this part; it receives for none.

    part: `second` stores a copy of what they get (R-135), `standby` receives while their own system cannot,
    `application` handles what is tied to a dossier (R-233).
    """
    numbers = list(served)
    end(connection, system_id, served, at)
    earlier = _end_pairs(connection, numbers, at, system_agencies.c.part == part)
    _insert_pairs(connection, earlier, receives=False, at=at)
    _insert_pairs(connection, [(system_id, number) for number in numbers], receives=False, at=at, part=part)


def _insert_pairs(
    connection: Connection, pairs: list[tuple[str, int]], *, receives: bool, at: datetime, part: str = ""
) -> None:
    rows = [
        {
            "system_id": system_id,
            "agency_id": number,
            "receives": receives,
            "valid_from": at,
            "valid_to": None,
            "part": part,
        }
        for system_id, number in pairs
    ]
    if rows:
        connection.execute(sa.insert(system_agencies), rows)


def end(connection: Connection, system_id: str, served: Mapping[int, str], at: datetime) -> None:
    """Let the system speak for these agencies no longer."""
    _end_pairs(connection, list(served), at, system_agencies.c.system_id == system_id)


def _end_pairs(
    connection: Connection, numbers: list[int], at: datetime, which: sa.ColumnElement[bool]
) -> list[tuple[str, int]]:
    ended: list[tuple[str, int]] = []
    table = system_agencies.c
    for start in range(0, len(numbers), 500):
        current = sa.and_(table.agency_id.in_(numbers[start : start + 500]), table.valid_to.is_(None), which)
        ended += [
            (system_id, number)
            for system_id, number in connection.execute(sa.select(table.system_id, table.agency_id).where(current))
        ]
        connection.execute(sa.update(system_agencies).where(current).values(valid_to=at))
    return ended
