"""The day on which what was decided earlier begins to hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry.agency_rows import read_agencies
from agency_registry.edit import days, entries, periods, recoding, rows
from agency_registry.edit.entries import Why
from agency_registry.tables import agencies, agency_changes

if TYPE_CHECKING:
    from sqlalchemy import Connection

ACTOR = "hub"


def turn(connection: Connection, why: Why | None = None) -> int:
    """Take into the rows what begins to hold by that day; how many agencies changed. A second call changes nothing.

    law: R-026 QĐ28 Đ16.1
    """
    why = why or Why(ACTOR)
    today = why.today
    ended = recoding.end(connection, today)
    numbers = periods.due(connection, today)
    if not numbers and not ended:
        return 0
    chosen = sa.select(agencies.c.organ_id).where(agencies.c.id.in_(numbers))
    known = {agency.id: agency for agency in read_agencies(connection, connection.execute(chosen).scalars())}
    timelines = periods.read(connection, numbers)
    parents = {period.parent for line in timelines.values() for period in line if period.parent}
    changed = []
    for number, agency in sorted(known.items()):
        period = periods.on_day(timelines[number], today)
        if period is not None and period.told() != {name: getattr(agency, name) for name in periods.FIELDS}:
            changed.append((agency, period))
    periods.taken_over(connection, today)
    if not changed and not ended:
        return 0
    subject = f"{len(changed)} + {len(ended)}"
    version = entries.bump(connection, "turned", subject, why)
    for agency, period in changed:
        if period.organ_id != agency.organ_id:
            ended = [*ended, *recoding.take_effect(connection, agency.id, agency.organ_id, period.organ_id)]
    present = days.present_codes(connection, parents)
    turned = []
    for agency, period in changed:
        told = period.told()
        told["parent"] = present.get(told["parent"], told["parent"])
        after = replace(agency, **told)
        if agency.state == "closed" and after.state == "active":
            after = replace(after, valid_to=None, successors=())
        turned.append(recoding.recoded(agency, after))
    rows.write(connection, [], list(zip((agency for agency, _ in changed), turned, strict=True)), why.at)
    done = {agency.organ_id for agency in turned}
    turned += [agency for agency in read_agencies(connection, ended) if agency.organ_id not in done]
    lines = [entries.tell(version, "turned", agency, why, today) for agency in turned]
    connection.execute(sa.insert(agency_changes), lines)
    return len(turned)
