"""Who took over from whom, as the decisions say: forwards to those who take part, backwards to those before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry import succession
from agency_registry.agency_rows import read_agencies
from agency_registry.edit import periods
from agency_registry.edit.entries import Why
from agency_registry.reasons import RegistryError
from agency_registry.succession import LEADING_ON, Path, Succession
from agency_registry.tables import agencies, agency_periods, successions
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

_S = successions.c
_TOLD = (_S.kind, _S.organ_id, _S.successor, _S.first_day, _S.decision, _S.decided_on)


def successors_of(connection: Connection, code: str, on: date | None = None) -> tuple[Path, ...]:
    """How the work of a code that is out of use that day (None: today) goes on: a path of links to each successor.

    Chains are followed; empty for who takes part that day, and where nobody took over.  law: R-026 QĐ28 Đ16.1
    """
    day = on or Why().today
    start = organ.normalise(code)
    held = read_agencies(connection, [start])
    if held:
        start = held[0].organ_id
    if _takes_part(connection, start, day):
        return ()
    return succession.paths(
        start, lambda one: _leading_on(connection, one, day), lambda one: _takes_part(connection, one, day)
    )


def predecessors_of(connection: Connection, code: str) -> tuple[Succession, ...]:
    """The links that led to this code, and those that led to theirs, nearest first."""
    found: dict[Succession, None] = {}
    waiting, seen = [organ.normalise(code)], set()
    while waiting:
        reached = waiting.pop(0)
        if reached in seen:
            continue
        seen.add(reached)
        rows = connection.execute(
            sa.select(*_TOLD).where(_S.successor == reached, _S.kind.in_(LEADING_ON)).order_by(_S.id)
        )
        links = [Succession(*row) for row in rows]
        found.update((link, None) for link in links)
        waiting += [link.organ_id for link in links]
    return tuple(found)


def links_of(connection: Connection, codes: Sequence[str]) -> tuple[Succession, ...]:
    """Everything that happened to who bore these codes, in the order in which it held."""
    rows = connection.execute(sa.select(*_TOLD).where(_S.organ_id.in_(codes)).order_by(_S.first_day, _S.id))
    return tuple(Succession(*row) for row in rows)


def refuse_circle(connection: Connection, code: str, heirs: Sequence[str], day: date) -> None:
    """Raise RegistryError(succession_circle) when one of these heirs leads back to the agency that ends that day."""
    for heir in heirs:
        walked, waiting = [code], [heir]
        while waiting:
            reached = waiting.pop(0)
            if reached == code:
                raise RegistryError("succession_circle", codes=" > ".join([*walked, code]))
            if reached in walked or _takes_part(connection, reached, day):
                continue
            walked.append(reached)
            waiting += [link.successor for link in _leading_on(connection, reached, day) if link.successor]


def _leading_on(connection: Connection, code: str, day: date) -> list[Succession]:
    """The links of its newest change that holds that day."""
    wanted = _S.organ_id == code, _S.kind.in_(LEADING_ON), _S.first_day <= day
    newest = sa.select(sa.func.max(_S.version)).where(*wanted).scalar_subquery()
    rows = connection.execute(sa.select(*_TOLD).where(*wanted, _S.version == newest).order_by(_S.id))
    links = [Succession(*row) for row in rows]
    if links:
        return links
    known = connection.execute(sa.select(agencies.c.successors).where(agencies.c.organ_id == code)).scalar() or ""
    return [Succession("closed", code, one, day) for one in known.split()]  # closed before its links were kept


def _takes_part(connection: Connection, code: str, day: date) -> bool:
    """Whether an agency took part that day under this identity code."""
    past = sa.select(agency_periods.c.agency_id).distinct().where(agency_periods.c.organ_id == code)
    numbers = list(connection.execute(past).scalars())
    for timeline in periods.read(connection, numbers).values():
        period = periods.on_day(timeline, day)
        if period is not None and period.organ_id == code:
            return period.state != "closed"
    if numbers:
        return False
    row = connection.execute(
        sa.select(agencies.c.state, agencies.c.valid_to).where(agencies.c.organ_id == code)
    ).first()
    return row is not None and row.state != "closed" and (row.valid_to is None or day <= row.valid_to)
