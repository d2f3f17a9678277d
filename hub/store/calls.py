"""The log of calls: what each system asked of us and we of it, for those who build connectors; no evidence.

A call is noted in memory and written about a second later, many in one statement: nothing waits for it. What a system
calls beyond `per_second` is counted, not written, faults last; polls that found nothing are folded into one line.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import bindparam, delete, insert, select

from hub import clock
from hub.store import tables
from hub.store.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Row

_C = tables.calls
_ADD = Prepared(insert(_C))
_KEPT = select(_C.c.seq).where(_C.c.system_id == bindparam("system_id_")).order_by(_C.c.seq.desc())

DETAIL = 300
MOST = 2_000_000_000
"""Largest size and time that every database can keep in the columns."""

PRUNED_AT_ONCE = 1000
"""Most lines of one system forgotten in one statement."""

Door = Literal["api", "vxp", "connector", "webhook"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call. at: when it was answered. status: of HTTP, 0 = no answer or none of HTTP. code: slug of the fault.

    ms: how long it took. size: bytes of the body that came or left. detail: one line, never content and no secret.
    """

    system_id: str
    at: datetime
    door: Door
    operation: str
    status: int = 0
    code: str = ""
    package_id: str | None = None
    delivery_id: str | None = None
    ms: int = 0
    size: int = 0
    detail: str = ""

    @property
    def direction(self) -> str:
        """As the hub sees it."""
        return "in" if self.door in {"api", "vxp"} else "out"


class Buffer:
    """Calls that are not written yet, bounded for each system. Used by the event loop alone."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._kept: dict[str, OrderedDict[tuple[Any, ...], tuple[Call, int]]] = {}
        self._left_out: Counter[str] = Counter()
        self._number = 0

    def note(self, call: Call) -> None:
        """Keep one call; costs no statement. A fault takes the place of a call that went well."""
        kept = self._kept.setdefault(call.system_id, OrderedDict())
        key: tuple[Any, ...] = (call.door, call.operation, call.status, call.code, call.detail)
        if call.package_id or call.delivery_id:
            self._number += 1
            key = (self._number,)
        known = kept.get(key)
        if known is not None:
            kept[key] = (call, known[1] + 1)
            return
        if len(kept) >= self._per_second:
            self._left_out[call.system_id] += 1
            well = next((one for one, (other, _) in kept.items() if not other.code), None) if call.code else None
            if well is None:
                return
            del kept[well]
        kept[key] = (call, 1)

    def take(self) -> list[Call]:
        """Everything that was kept, in the order it happened; the buffer is empty then."""
        found = [
            call if times == 1 else replace(call, detail=f"{call.detail} ×{times}".strip())
            for kept in self._kept.values()
            for call, times in kept.values()
        ]
        latest = {call.system_id: call.at for call in found}
        found += [
            Call(system_id, latest[system_id], "api", "(not written)", detail=f"{count} more calls")
            for system_id, count in self._left_out.items()
        ]
        self._kept.clear()
        self._left_out.clear()
        return sorted(found, key=lambda call: call.at)


def write(connection: Connection, calls: Sequence[Call]) -> None:
    """Write them, in one statement."""
    _ADD.insert(connection, list(_rows(calls)))


def of_system(
    connection: Connection,
    system_id: str,
    *,
    package_id: str | None = None,
    delivery_id: str | None = None,
    only_faults: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Row[Any]]:
    """The calls of one system, newest first, from below number `before`."""
    found = select(_C).where(_C.c.system_id == system_id).order_by(_C.c.seq.desc()).limit(limit)
    if package_id is not None:
        found = found.where(_C.c.package_id == package_id)
    if delivery_id is not None:
        found = found.where(_C.c.delivery_id == delivery_id)
    if only_faults:
        found = found.where(_C.c.code != "")
    if before is not None:
        found = found.where(_C.c.seq < before)
    return connection.execute(found).all()


def prune(connection: Connection, system_id: str, keep: int) -> int:
    """Forget the oldest lines of one system beyond `keep`, some at a time; how many."""
    last = connection.execute(_KEPT.offset(keep).limit(1), {"system_id_": system_id}).scalar()
    if last is None:
        return 0
    old = (
        select(_C.c.seq)
        .where(_C.c.system_id == system_id, _C.c.seq <= last)
        .order_by(_C.c.seq)
        .limit(PRUNED_AT_ONCE)
        .scalar_subquery()
    )
    return connection.execute(delete(_C).where(_C.c.seq.in_(old))).rowcount


def prune_before(connection: Connection, before: datetime) -> int:
    """Forget what is older, some at a time; how many lines."""
    old = select(_C.c.seq).where(_C.c.at < clock.to_text(before)).order_by(_C.c.at).limit(PRUNED_AT_ONCE)
    return connection.execute(delete(_C).where(_C.c.seq.in_(old.scalar_subquery()))).rowcount


def _rows(calls: Sequence[Call]) -> Iterator[dict[str, Any]]:
    for call in calls:
        yield {
            "system_id": call.system_id,
            "at": clock.to_text(call.at),
            "door": call.door,
            "direction": call.direction,
            "operation": call.operation[:40],
            "status": call.status,
            "code": _line(call.code)[:40],
            "package_id": call.package_id,
            "delivery_id": call.delivery_id,
            "ms": min(call.ms, MOST),
            "size": min(call.size, MOST),
            "detail": _line(call.detail),
        }


def _line(text: str) -> str:
    """One line of letters that every database can keep; with others all lines written together would be lost."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * DETAIL]).split())[:DETAIL]
