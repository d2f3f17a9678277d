"""From when a change holds: what of it is so today, and what is still to come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from agency_registry.edit import periods, recoding
from agency_registry.reasons import RegistryError
from agency_registry.succession import Succession
from agency_registry.tables import successions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from agency_registry.agency import Agency
    from agency_registry.edit.periods import Period, Timeline

_DAY: Final = timedelta(days=1)
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Step:
    """A change of one agency. after: as it is to be from `on` on; None is the day of the change.

    until: how long the code it had still answers for it, after a new one was given; None is without end.
    succession: the kind of its links to `after.successors` when it ends by this change.
    """

    before: Agency
    after: Agency
    on: date | None = None
    until: date | None = None
    succession: str = "closed"


@dataclass(frozen=True, slots=True)
class Settled:
    """A change with its days. row: the agency as it is today; later: as it will be on a `first_day` still to come.

    first_day: from when the change holds; None when it changes nothing that has a day.
    """

    step: Step
    row: Agency
    first_day: date | None = None
    later: Agency | None = None
    history: Timeline | None = None
    timeline: Timeline | None = None

    def links(self, decision: str, decided_on: date | None) -> Iterator[Succession]:
        """What the change links, by its kind, with the decision behind it."""  # law: R-026 QĐ28 Đ16.1
        if self.first_day is None:
            return
        before, after = self.step.before, self.step.after
        behind = (self.first_day, decision, decided_on)
        if after.organ_id != before.organ_id:
            yield Succession("recoded", before.organ_id, after.organ_id, *behind)
        if after.name != before.name:
            yield Succession("renamed", before.organ_id, after.organ_id, *behind)
        if after.parent != before.parent:
            yield Succession("moved", before.organ_id, after.organ_id, *behind)
        if _ends(before, after):
            for successor in after.successors or ("",):
                kind = self.step.succession if successor else "closed"
                yield Succession(kind, before.organ_id, successor, *behind)


def settle(connection: Connection, steps: Sequence[Step], today: date) -> list[Settled]:
    """Each change with its days. Raises RegistryError(day_too_early): before the agency's own first day."""
    dated = {step.before.id: _dated(step, today) for step in steps}
    known = periods.read(connection, list(dated))
    present = present_codes(
        connection, {period.parent for line in known.values() for period in line if period.parent is not None}
    )
    result = []
    for step in steps:
        changes = dated[step.before.id]
        history = known.get(step.before.id)
        if not changes:
            result.append(Settled(step, step.after))
            continue
        timeline = history or periods.of_row(step.before)
        first = timeline[0].first_day
        for day, told in changes:
            if first is not None and day < first:
                raise RegistryError("day_too_early", code=step.before.organ_id, day=first.isoformat())
            timeline = periods.patched(timeline, day, told)
        last = max(day for day, _ in changes)
        row = _as_on(step, periods.on_day(timeline, today), present)
        later = _as_on(step, periods.on_day(timeline, last), present) if last > today else None
        result.append(Settled(step, row, last, later, history, timeline))
    return result


def keep(connection: Connection, version: int, done: Sequence[Settled], today: date) -> None:
    """Write the periods of what has days. An agency whose history begins now gets its past, too."""
    lines = [(one.step.before.id, one.history, one.timeline) for one in done if one.timeline is not None]
    periods.keep(connection, version, today, lines)


def present_codes(connection: Connection, codes: Collection[str]) -> dict[str, str]:
    """Former identity code -> the code of that agency today; codes that are still in use are left out."""
    table = successions.c
    result: dict[str, str] = {}
    waiting = sorted(codes)
    while waiting:
        rows = [
            row
            for start in range(0, len(waiting), _CHUNK)
            for row in connection.execute(
                sa.select(table.organ_id, table.successor)
                .where(table.kind == "recoded", table.organ_id.in_(waiting[start : start + _CHUNK]))
                .order_by(table.id)
            )
        ]
        found = {organ_id: successor for organ_id, successor in rows if organ_id not in result}
        result |= found
        waiting = sorted(set(found.values()) - result.keys())
    return {code: _last(result, code) for code in result}


def _last(following: dict[str, str], code: str) -> str:
    seen = {code}
    while code in following and following[code] not in seen:
        code = following[code]
        seen.add(code)
    return code


def _as_on(step: Step, period: Period | None, present: dict[str, str]) -> Agency:
    """The agency as the period tells; before its first day as it is to begin."""
    if period is None:
        return step.after
    told = period.told()
    if told["parent"] != step.after.parent:
        told["parent"] = present.get(told["parent"], told["parent"])
    return recoding.recoded(step.before, replace(step.after, **told))


def _ends(before: Agency, after: Agency) -> bool:
    if after.valid_to is not None and after.valid_to != before.valid_to:
        return True
    return after.state == "closed" != before.state


def _dated(step: Step, today: date) -> list[tuple[date, dict[str, Any]]]:
    """What changes, each with its day."""
    before, after, on = step.before, step.after, step.on or today
    told = {
        name: getattr(after, name)
        for name in periods.FIELDS
        if name != "state" and getattr(after, name) != getattr(before, name)
    }
    changes = [(on, told)] if told else []
    moved = after.valid_to != before.valid_to
    if moved and before.valid_to is not None and (after.valid_to is None or after.valid_to > before.valid_to):
        changes.append((max(on, before.valid_to + _DAY), {"state": "active"}))
    if moved and after.valid_to is not None:
        changes.append((after.valid_to + _DAY, {"state": "closed"}))
    elif after.state != before.state:
        changes.append((on, {"state": after.state}))
    return changes
