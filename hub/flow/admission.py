"""The one commit of a package: repeat or new, effects on earlier ones, deliveries, events, receipt.

Everything here runs inside the database's write transaction; two equal packages at the same moment meet here, and
the second is answered with the first one's receipt, byte for byte.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from edxml import organ
from edxml.codes import BusinessType
from edxml.faults import Fault
from edxml.model import Warning as Note
from hub import clock
from hub.flow import notes, recording, successors
from hub.flow.addressing import duplicates, onward, planning
from hub.flow.recalls import sequels, shown
from hub.flow.thread import links, waiting
from hub.flow.thread.settling import Settling
from hub.states import BESIDE, Copy, DeliveryStatus, Mode, PackageStatus, Role
from hub.store import deliveries, events, known, packages

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from edxml.model import Package
    from edxml.verdict import DocumentReport
    from hub.context import Hub
    from hub.flow.routing import Route
    from hub.store.packages import NewPackage

_NEW: Final = (BusinessType.NEW, BusinessType.REPLACEMENT)
_OF_ONE_COPY: Final = frozenset({"15", "16"})
"""Statuses by which each of an agency's systems speaks of its own copy."""


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One recipient of a package as its sender is told. copy: why it has one beside its own entry in To."""

    delivery_id: str
    recipient: str
    status: str
    fault: Fault | None = None
    role: str = Role.ACT
    mode: str = Mode.ELECTRONIC
    copy: str = Copy.OWN
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a package: ours from now on."""

    package_id: str
    document_id: str
    sha256: str
    status: str
    receipt: str
    warnings: tuple[Note, ...]
    deliveries: tuple[DeliveryView, ...]
    repeated: bool
    woken: tuple[str, ...] = ()  # systems for which it freed what had waited for it


def urgency(package: Package) -> int:
    """0 normal … 4 express at an hour; a recall or take-back is at least urgent."""
    at_least = 0
    if package.business.type == BusinessType.RECALL or (package.status is not None and package.status.code == "13"):
        at_least = 1  # law: R-157
    return max(min(package.priority, 4), at_least)


class Admission:
    """A callable for Database.write: admits one examined package and returns Accepted."""

    def __init__(
        self,
        hub: Hub,
        now: datetime,
        actor: str,
        package: Package,
        row: NewPackage,
        routes: tuple[Route, ...],
        warnings: tuple[Note, ...],
        report: DocumentReport | None,
    ) -> None:
        self._hub, self._journal, self._now, self._actor = hub, hub.journal, now, actor
        self._report = report
        self._package, self._row, self._routes = package, row, routes
        self._warnings = list(warnings)

    def __call__(self, connection: Connection) -> Accepted:
        """Raises Refusal, nothing written: CONFLICT; SENDER_NOT_ALLOWED for the status of one who is no recipient."""
        first = packages.by_identity(connection, self._row.identity) or self._rewritten(connection)
        if first is not None:
            self._second_voice(connection, first)
            return self._repeat(connection, first)
        return self._admit(connection)

    def _rewritten(self, connection: Connection) -> Any | None:
        """What the axis gives a second time, written anew on its way: known, unless it names further recipients."""
        if self._row.door != "axis" or self._row.message_type != "edoc" or self._row.business_type not in _NEW:
            return None
        first = known.rewritten(connection, self._row)
        if first is None:
            return None
        named = {row.recipient for row in deliveries.of_package(connection, first.id)}
        return first if all(route.recipient in named for route in self._routes) else None

    def _second_voice(self, connection: Connection, first: Any) -> None:
        """An agency's other system agrees in the very words and second of the first: it speaks of its own copy."""
        status = self._package.status
        if status is None or status.code not in _OF_ONE_COPY or first.system_id == self._row.system_id:
            return
        # law: R-135 TT Đ6.1.2
        Settling(connection, self._hub, self._now, self._actor, self._package, self._row, self._routes).settle()

    def _repeat(self, connection: Connection, first: Any) -> Accepted:
        """The first answer again, as it was: a delivery that has moved on since is no other answer."""
        birth = events.of_package(connection, first.id, limit=1)[0]
        born = {one["recipient"]: one for one in json.loads(birth.detail)["recipients"]}
        views = tuple(
            DeliveryView(row.id, name, *_born(born, name, row), row.role, row.mode, row.copy, _detail(row))
            for row in deliveries.of_package(connection, first.id)
            if row.copy not in BESIDE and (name := self._first_name(born, row)) in born
        )
        warnings = tuple(Note(**one) for one in json.loads(first.warnings))
        if shown.tombstone(first, deliveries.of_package(connection, first.id)) is not None:
            warnings = (*warnings, notes.warning("withdrawn_before", "DocumentId"))
        status = PackageStatus.HELD if "held_for" in json.loads(birth.detail) else PackageStatus.ACCEPTED
        return Accepted(
            first.id, first.document_id, first.sha256, status.value, birth.receipt or "", warnings, views, True
        )

    def _first_name(self, born: Collection[str], row: Any) -> str:
        """The recipient as it was first told; what waited for an agency that was merged has gone to its successor."""
        directory = self._hub.directory
        first = directory.agency(row.written_as)
        names = [row.recipient, *directory.former_codes(row.recipient), organ.normalise(row.written_as)]
        names += [first.organ_id] if first is not None else []
        return str(next((name for name in names if name in born), row.recipient))

    def _admit(self, connection: Connection) -> Accepted:
        settled = Settling(
            connection, self._hub, self._now, self._actor, self._package, self._row, self._routes
        ).settle()
        original = settled.original
        if settled.unmatched:
            self._row = waiting.held(self._row)
        self._row = replace(self._row, priority=max(self._row.priority, settled.urgency))  # law: R-157
        self._warnings += settled.warnings
        same = packages.same_entry(connection, self._row)
        if any(one.same_number(self._row) for one in same):
            self._warnings.append(notes.warning("same_number", "Code"))  # law: R-030 R-031 NĐ30 Đ15.1, R-198
        self._warnings += onward.warnings(connection, self._row, self._routes)
        doubled = duplicates.at_recipients(connection, self._row, self._routes, same)
        new, items = planning.plan(self._row, self._routes, settled.absent, self._hub.profile.watch, doubled)
        told = json.dumps([asdict(one) for one in self._warnings], ensure_ascii=False)
        packages.add(connection, replace(self._row, original_id=original, warnings=told))
        deliveries.add(connection, new, items)
        recording.keep(connection, self._row.id, self._report, self._now)
        receipt = self._journal.record(connection, self._now, self._events(new, original))[0]
        if self._row.business_type == BusinessType.UPDATE:
            sequels.arrange(connection, self._hub, self._row.id)
        if settled.links:
            links.write(connection, self._hub, self._now, self._actor, self._row, new, settled.links)
        woken: list[str] = []
        if settled.unmatched:
            waiting.keep(connection, self._hub, self._now, self._package, self._row)
        else:
            woken = waiting.arrived(connection, self._hub, self._now, self._row)
        views = tuple(
            DeliveryView(
                row.id, row.recipient, row.status, fault_of(row.fault), row.role, row.mode, row.copy, _detail(row)
            )
            for row in new
            if row.copy not in BESIDE
        )
        row = self._row
        told_to_sender = tuple(self._warnings)
        return Accepted(
            row.id, row.document_id, row.sha256, row.status, receipt or "", told_to_sender, views, False, tuple(woken)
        )

    def _events(self, new: list[deliveries.NewDelivery], original: str | None) -> list[events.Event]:
        row = self._row
        detail = {
            "sender": row.sender,
            "document_id": row.document_id,
            "sha256": row.sha256,
            "size": row.size,
            "message_type": row.message_type,
            "business_type": row.business_type,
            "received_at": clock.local(self._now).isoformat(timespec="microseconds"),
            "recipients": [_birth(one) for one in new if one.copy not in BESIDE],
            "attachments": [{"sha256": one.sha256, "size": one.size} for one in self._package.attachments],
            "verdict": row.verdict,
        }
        kept_back = {"held_for": row.held_for} if row.held_for else {}
        made = [events.Event("package.accepted", self._actor, row.id, detail=detail | kept_back)]
        if kept_back:
            made.append(events.Event("package.held", "hub", row.id, detail=kept_back))  # law: R-012
        if self._report is not None:
            made.append(recording.event(row.id, self._report, self._now, "arrival"))  # law: R-068
        link = {"document_id": row.document_id, "original": original or ""}
        if row.message_type == "edoc" and row.business_type == BusinessType.UPDATE:
            made.append(events.Event("update.received", self._actor, row.id, detail=link))
        if row.message_type == "edoc" and row.business_type == BusinessType.REPLACEMENT:
            replaced = [one.document_id for one in self._package.business.replacements]
            made.append(events.Event("replace.linked", self._actor, row.id, detail={**link, "replaced": replaced}))
        if row.door == "axis":
            made += [self._strayed(one) for one in new if self._is_strayed(one)]
        for one in new:
            if one.status == DeliveryStatus.FAILED:
                fact = {"fault": one.fault or "", "sha256": row.sha256}
                made.append(events.Event("delivery.failed", "hub", row.id, one.id, one.recipient, fact))
        return made

    def _is_strayed(self, one: deliveries.NewDelivery) -> bool:
        """Whether it came to the focal mailbox for want of whom it was written to."""
        written = self._hub.directory.agency(one.written_as)
        return one.copy == Copy.OWN and (written is None or written.organ_id != one.recipient)

    def _strayed(self, one: deliveries.NewDelivery) -> events.Event:
        """The operator's report of a code that nobody bears any more.  law: R-120 QĐ28 Đ7.3c"""
        told = {
            "alarm": "focal_mailbox",
            "code": one.written_as,
            "why": successors.words(self._hub.directory, one.written_as)[0],
        }
        return events.Event("alarm.raised", "hub", one.package_id, one.id, one.recipient, told)


def _birth(one: deliveries.NewDelivery) -> dict[str, str]:
    told = {"recipient": one.recipient, "status": one.status}
    more = {"fault": one.fault, "copy": one.copy, "role": one.role if one.role != Role.ACT else None,
            "mode": one.mode if one.mode != Mode.ELECTRONIC else None}  # fmt: skip
    return told | {name: value for name, value in more.items() if value}


def _detail(row: Any) -> str:
    """Who took over from a recipient that is closed."""
    return row.reason or "" if row.fault == Fault.ORG_CLOSED.slug else ""


def _born(born: dict[str, dict[str, str]], name: str, row: Any) -> tuple[str, Fault | None]:
    """Status and fault with which a delivery began."""
    first = born.get(name, {})
    return first.get("status", row.status), fault_of(first.get("fault"))


def fault_of(slug: str | None) -> Fault | None:
    """The fault behind a stored slug."""
    return Fault[slug.upper()] if slug else None
