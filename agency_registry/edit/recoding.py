"""A new identity code for the same agency: the old one goes on answering, as long as the decision says.

Past documents keep the code they were sent under; who looks it up finds the agency by `successions`.
"""  # law: R-026 QĐ28 Đ16.1

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from agency_registry.tables import agencies, agency_aliases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from agency_registry.agency import Agency
    from agency_registry.edit.days import Settled
    from agency_registry.edit.entries import Why

_VIETNAM: Final = timezone(timedelta(hours=7))
_A: Final = agency_aliases.c


def midnight(day: date) -> datetime:
    """The first moment of a day in Vietnam."""
    return datetime.combine(day, time(), _VIETNAM).astimezone(UTC)


def recoded(before: Agency, after: Agency) -> Agency:
    """The agency with the code it had among those it answers to, when its code is another now."""
    if after.organ_id == before.organ_id:
        return after
    return replace(after, aliases=tuple(sorted({*after.aliases, before.organ_id} - {after.organ_id})))


def prepare(connection: Connection, done: Sequence[Settled], why: Why) -> set[str]:
    """Make or reserve the new codes, and say until when the old ones answer.

    Gives the codes of others whose rows name the agency and therefore changed with it.
    """
    others: set[str] = set()
    for one in done:
        before, after = one.step.before, one.step.after
        if after.organ_id == before.organ_id or one.first_day is None:
            continue
        begins = why.at if one.later is None else midnight(one.first_day)
        if after.organ_id not in before.aliases:
            values = {"alias": after.organ_id, "agency_id": before.id, "identity": True, "valid_from": begins}
            connection.execute(sa.insert(agency_aliases).values(values))
        if one.step.until is not None:
            old = sa.update(agency_aliases).where(_A.agency_id == before.id, _A.alias == before.organ_id)
            connection.execute(old.where(_A.valid_to.is_(None)).values(last_day=one.step.until))
        if one.row.organ_id == after.organ_id:
            others |= take_effect(connection, before.id, before.organ_id, after.organ_id)
    return others


def end(connection: Connection, today: date) -> list[str]:
    """Codes whose last day is over answer no longer: organ ids of the agencies that had them."""
    over = _A.valid_to.is_(None), _A.last_day < today
    holders = sa.select(agencies.c.organ_id).distinct().join(agency_aliases, _A.agency_id == agencies.c.id)
    found = list(connection.execute(holders.where(*over)).scalars())
    if found:
        connection.execute(sa.update(agency_aliases).where(*over).values(valid_to=midnight(today)))
    return found


def take_effect(connection: Connection, agency_id: int, old: str, new: str) -> set[str]:
    """From now on the agency is known by its new code, also to those below it and to those it succeeded.

    Gives the codes of those others: they changed, too.
    """
    mine = sa.update(agency_aliases).where(_A.agency_id == agency_id)
    connection.execute(mine.where(_A.alias == old).values(identity=False))
    connection.execute(mine.where(_A.alias == new).values(identity=True))
    below = sa.select(agencies.c.organ_id).where(agencies.c.parent == old)
    others = set(connection.execute(below).scalars())
    connection.execute(sa.update(agencies).where(agencies.c.parent == old).values(parent=new))
    columns = (agencies.c.id, agencies.c.organ_id, agencies.c.successors)
    named = sa.select(*columns).where(agencies.c.successors.contains(old, autoescape=True))
    for number, organ_id, codes in connection.execute(named).all():
        renamed = " ".join(new if code == old else code for code in codes.split())
        if renamed != codes:
            others.add(organ_id)
            connection.execute(sa.update(agencies).where(agencies.c.id == number).values(successors=renamed))
    return others
