"""The rows of agencies and the codes they answer to, as they hold now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from agency_registry import names
from agency_registry.tables import agencies, agency_aliases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from agency_registry.agency import Agency

_CHUNK: Final = 500


def write(
    connection: Connection, added: Sequence[Agency], changed: Sequence[tuple[Agency, Agency]], at: datetime
) -> None:
    """Write new rows, and others as (before, after), with the codes that came and went."""
    given_up = [
        {"holder": before.id, "code": alias}
        for before, after in changed
        for alias in before.aliases
        if alias not in after.codes
    ]
    if given_up:
        connection.execute(
            sa.update(agency_aliases)
            .where(
                agency_aliases.c.agency_id == sa.bindparam("holder"),
                agency_aliases.c.alias == sa.bindparam("code"),
                agency_aliases.c.valid_to.is_(None),
            )
            .values(valid_to=at),
            given_up,
        )
    if changed:
        connection.execute(
            sa.update(agencies).where(agencies.c.id == sa.bindparam("number")),
            [{"number": before.id, **columns(after)} for before, after in changed],
        )
    if added:
        connection.execute(sa.insert(agencies), [columns(agency) for agency in added])
    known = numbers(connection, [agency.organ_id for agency in added])
    taken = [(known[agency.organ_id], agency.organ_id, True) for agency in added]
    taken += [(known[agency.organ_id], alias, False) for agency in added for alias in agency.aliases]
    taken += [
        (before.id, alias, False) for before, after in changed for alias in after.aliases if alias not in before.codes
    ]
    if taken:
        connection.execute(
            sa.insert(agency_aliases),
            [
                {"agency_id": number, "alias": alias, "identity": identity, "valid_from": at, "valid_to": None}
                for number, alias, identity in taken
            ],
        )


def columns(agency: Agency) -> dict[str, object]:
    """The row of an agency."""
    return {
        "organ_id": agency.organ_id,
        "name": agency.name,
        "name_key": names.key(agency.name),
        "kind": agency.kind,
        "level": agency.level,
        "parent": agency.parent,
        "legacy_code": agency.legacy_code,
        "email": agency.email,
        "phone": agency.phone,
        "valid_from": agency.valid_from,
        "valid_to": agency.valid_to,
        "scope": agency.scope,
        "state": agency.state,
        "successors": " ".join(agency.successors),
        "host": agency.host,
    }


def numbers(connection: Connection, organ_ids: Sequence[str]) -> dict[str, int]:
    """Organ id -> the registry's own number."""
    if len(organ_ids) > 20 * _CHUNK:
        wanted = set(organ_ids)
        rows = connection.execute(sa.select(agencies.c.organ_id, agencies.c.id))
        return {organ_id: number for organ_id, number in rows if organ_id in wanted}
    result: dict[str, int] = {}
    for start in range(0, len(organ_ids), _CHUNK):
        part = agencies.c.organ_id.in_(organ_ids[start : start + _CHUNK])
        rows = connection.execute(sa.select(agencies.c.organ_id, agencies.c.id).where(part))
        result.update((organ_id, number) for organ_id, number in rows)
    return result
