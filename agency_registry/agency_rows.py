"""Agencies, with the codes they answer to, as they are stored."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from sys import intern
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from agency_registry.agency import Agency
from agency_registry.tables import agencies, agency_aliases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection


def read_agencies(connection: Connection, codes: Iterable[str] | None = None) -> list[Agency]:
    """Agencies as stored, by organ id: all, or those that hold one of these codes (normalised) now."""
    holds = agency_aliases.c.valid_to.is_(None)
    columns = [column for column in agencies.c if column.name != "name_key"]
    wanted = sa.select(*columns).order_by(agencies.c.organ_id)
    aliases = sa.select(agency_aliases.c.agency_id, agency_aliases.c.alias).where(
        holds, agency_aliases.c.identity.is_(False)
    )
    if codes is None:
        with _collector_paused():
            return _with_aliases(connection, wanted, aliases)
    found: dict[int, Agency] = {}
    chosen = sorted(set(codes))
    for start in range(0, len(chosen), 500):
        holders = sa.select(agency_aliases.c.agency_id).where(
            agency_aliases.c.alias.in_(chosen[start : start + 500]), holds
        )
        part = _with_aliases(
            connection,
            wanted.where(agencies.c.id.in_(holders)),
            aliases.where(agency_aliases.c.agency_id.in_(holders)),
        )
        found.update((agency.id, agency) for agency in part)
    return sorted(found.values(), key=lambda agency: agency.organ_id)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Half a million new values, none in a circle, would make the collector walk the whole heap again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _with_aliases(
    connection: Connection, wanted: sa.Select[*tuple[Any, ...]], aliases: sa.Select[int, str]
) -> list[Agency]:
    codes: dict[int, tuple[str, ...]] = {}
    for agency_id, alias in connection.execute(aliases).all():
        codes[agency_id] = (*codes[agency_id], alias) if agency_id in codes else (alias,)
    result = []
    for row in connection.execute(wanted).all():
        (
            number,
            organ_id,
            name,
            kind,
            level,
            parent,
            legacy,
            email,
            phone,
            start,
            end,
            scope,
            state,
            successors,
            host,
        ) = row
        others = codes.get(number, ())
        result.append(
            Agency(
                number,
                organ_id,
                name,
                intern(kind),
                intern(level),
                parent and intern(parent),
                legacy,
                email,
                phone,
                start,
                end,
                intern(scope),
                intern(state),
                others if len(others) <= 1 else tuple(sorted(others)),
                tuple(successors.split()) if successors else (),
                host,
            )
        )
    return result
