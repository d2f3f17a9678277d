"""What an update (type 2) does: data change, recipients come and go; the files of a sent document never change."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from edxml.codes import BusinessType, ReceiverType
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import notes, routing
from hub.flow.addressing import planning
from hub.states import Copy, DeliveryStatus, RecallState
from hub.store import deliveries, events, packages, recalls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from edxml.model import Package
    from edxml.model import Warning as Note
    from hub.context import Hub
    from hub.flow.recalls.effects import Recalls
    from hub.store.packages import Earlier

_DOCUMENTS = (BusinessType.NEW, BusinessType.REPLACEMENT)
_GONE = (RecallState.AGREED, RecallState.DESTROYED, RecallState.NEVER_DELIVERED)
_ONLY_DATA = 1
"""DocumentInfo of an update that changes the document's data."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update found. original: the document it changes."""

    original: str | None
    warnings: tuple[Note, ...] = ()


class Updates:
    """Carries out one update, inside the one commit."""

    def __init__(self, connection: Connection, hub: Hub, now: datetime, recalls_: Recalls) -> None:
        self._connection, self._hub, self._now, self._recalls = connection, hub, now, recalls_

    def take(self, package: Package, earlier: Sequence[Earlier]) -> Updated:
        """Remove and add recipients; the files stay. Raises Refusal(CONFLICT) for a change of data that changes files.

        Files that differ without a word about data are another office's way to send the whole document again: they
        travel, and both sides are warned.
        """
        documents = [one for one in earlier if one.business_type in _DOCUMENTS]
        base = packages.get(self._connection, documents[-1].package_id) if documents else None
        if base is None:
            return Updated(earlier[-1].package_id if earlier else None)
        warnings = self._files(package, base)
        removed = self._agencies(package, ReceiverType.REMOVED)
        self._recalls.remove(removed, earlier, package.business.reason)
        has = {one.recipient for one in documents if one.status != DeliveryStatus.CANCELLED}
        has -= {one.recipient for one in documents if one.recall_state in _GONE}
        self._add([code for code in self._agencies(package, ReceiverType.ADDED) if code not in has], base)
        self._hasten(package, documents)
        return Updated(base.id, warnings)

    def _files(self, package: Package, base: Row[Any]) -> tuple[Note, ...]:
        # law: R-161 R-115 NĐ30 Đ18.3
        if not package.attachments:
            return ()
        known = sorted(part["sha256"] for part in json.loads(base.attachments))
        if sorted(one.sha256 for one in package.attachments) == known:
            return ()
        if package.business.document_info == _ONLY_DATA:
            message = "an update changes data, never files; send a replacement (3) with a new DocumentId"
            raise Refusal(Fault.CONFLICT, message, where="AttachmentEncoded")
        return (notes.warning("update_changes_files", "AttachmentEncoded"),)

    def _agencies(self, package: Package, kind: ReceiverType) -> list[str]:
        codes = [one.organ_id for one in package.business.receivers if one.type == kind]
        return [route.recipient for route in routing.routes(self._hub, codes)]

    def _add(self, codes: Sequence[str], base: Row[Any]) -> None:
        """Those who come in get the document itself, before the update."""
        if not codes or base.key is None:  # law: R-161 QĐ28 Đ8.2
            return
        routes = [replace(route, copy=Copy.ADDED) for route in routing.routes(self._hub, codes)]
        fields = {name: getattr(base, name) for name in packages.NewPackage.__slots__}
        row = packages.NewPackage(**{**fields, "received_at": clock.to_text(self._now)})
        new, items = planning.plan(row, routes, {}, self._hub.profile.watch, {})
        deliveries.add(self._connection, new, items)
        failed = [
            events.Event("delivery.failed", "hub", base.id, one.id, one.recipient, {"fault": one.fault or ""})
            for one in new
            if one.status == DeliveryStatus.FAILED
        ]
        self._hub.journal.record(self._connection, self._now, failed)

    def _hasten(self, package: Package, documents: Sequence[Earlier]) -> None:
        """The document is offered before its update, also when that is more urgent."""
        unseen = [one.delivery_id for one in documents if one.exposed_at is None]
        recalls.hasten(self._connection, unseen, package.priority)
