"""What a change would do, worked out by doing it and taking it back; and the same change done as it was worked out.

Everything that changes the registry runs in one transaction of `hub.flow.registry.change`. A watcher set here sees the
registry before and after in that transaction, and may refuse it at its end: then nothing was written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agency_registry import edit

if TYPE_CHECKING:
    from sqlalchemy import Connection

Facts = Mapping[str, Any]
SHOWN = 200
"""Most lines of a change that are kept to be read; the digest is over all."""

_NOT_COMPARED = frozenset({"id", "version", "warnings"})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changes. before, after: those of its facts that differ; {} = it was, or is, not there."""

    kind: str  # agency | system | certificate | key | registry | trust | user | calendar | copy_rule
    of: str
    before: Facts
    after: Facts

    def as_json(self) -> dict[str, Any]:
        """For the database and for people."""
        return {"kind": self.kind, "of": self.of, "before": dict(self.before), "after": dict(self.after)}


@dataclass(frozen=True, slots=True)
class Change:
    """All that changes. lines: the first of them; total: how many there are; digest: SHA-256 over all of them."""

    lines: tuple[Line, ...]
    total: int
    digest: str

    def as_json(self) -> dict[str, Any]:
        """For the database and for people."""
        return {"total": self.total, "lines": [one.as_json() for one in self.lines]}


def change_of(lines: Sequence[Line]) -> Change:
    """The change made of these lines."""
    text = json.dumps([one.as_json() for one in lines], ensure_ascii=False, sort_keys=True, default=str)
    return Change(tuple(lines[:SHOWN]), len(lines), hashlib.sha256(text.encode()).hexdigest())


def line(kind: str, of: str, before: Facts | None, after: Facts | None) -> Line | None:
    """A line of what differs; None when nothing does."""
    old = {name: value for name, value in (before or {}).items() if name not in _NOT_COMPARED}
    new = {name: value for name, value in (after or {}).items() if name not in _NOT_COMPARED}
    if old == new:
        return None
    if before is not None and after is not None:
        names = [name for name in (*old, *(set(new) - set(old))) if old.get(name) != new.get(name)]
        old, new = {name: old.get(name) for name in names}, {name: new.get(name) for name in names}
    return Line(kind, of, old, new)


class Watcher:
    """Looks at the registry before and after a change.

    begin: called first in the transaction; decide: at its end. What either raises undoes all.
    """

    def __init__(
        self, decide: Callable[[Connection, Change], None], begin: Callable[[Connection], None] | None = None
    ) -> None:
        self._decide = decide
        self._begin = begin
        self._version = 0
        self._before: dict[tuple[str, str], Facts] = {}

    def before(self, connection: Connection) -> None:
        """Begin, and remember."""
        if self._begin is not None:
            self._begin(connection)
        self._version = edit.current_version(connection)
        self._before = _surroundings(connection)

    def after(self, connection: Connection) -> None:
        """Compare, and decide."""
        found = [
            line("agency", one.organ_id, one.before, one.after) for one in edit.changed_after(connection, self._version)
        ]
        present = _surroundings(connection)
        for kind, of in sorted({*self._before, *present}):
            found.append(line(kind, of, self._before.get((kind, of)), present.get((kind, of))))
        lines = [one for one in found if one is not None]
        if not lines:  # whatever else was written shows as the registry's own line, so that nothing passes unseen
            versions = edit.versions_after(connection, self._version)
            lines = [Line("registry", one.subject, {}, {"change": one.change}) for one in versions]
        self._decide(connection, change_of(lines))


watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)
"""Who looks at the changes of the present task."""


class UndoneError(Exception):
    """A rehearsal is over: everything is as it was. change: what it would have been."""

    def __init__(self, change: Change) -> None:
        super().__init__("a rehearsal leaves nothing")
        self.change = change


@contextlib.contextmanager
def watched(by: Watcher) -> Iterator[None]:
    """Let `by` look at every change of the registry inside the block."""
    token = watcher.set(by)
    try:
        yield
    finally:
        watcher.reset(token)


def undo(_connection: Connection, change: Change) -> None:
    """The decision of a rehearsal."""
    raise UndoneError(change)


def _surroundings(connection: Connection) -> dict[tuple[str, str], Facts]:
    """Systems with their keys, and certificates: few enough to be compared as they are."""
    found: dict[tuple[str, str], Facts] = {}
    settings = edit.settings_of_systems(connection)
    for system in edit.list_systems(connection):
        system_id = str(system["system_id"])
        system["settings"] = [_setting(name, value) for name, value in sorted(settings[system_id].items())]
        found["system", system_id] = {name: value for name, value in system.items() if name != "system_id"}
        for key in edit.list_keys(connection, system_id):
            found["key", f"{system_id} {key['thumbprint']}"] = {
                "kind": key["kind"],
                "ends": key["valid_to"] is not None,
            }
    for one in edit.list_certificates(connection, None):
        found["certificate", f"{one['organ_id']} {one['fingerprint']}"] = one
    return found


def _setting(name: str, value: object) -> str:
    """A setting of a connector as the second person sees it; of a sealed secret only that it is another one."""
    if isinstance(value, Mapping) and set(value) == {"wrapped"}:
        return f"{name}=({hashlib.sha256(str(value['wrapped']).encode()).hexdigest()[:8]}…)"
    return f"{name}={value}"[:200]
