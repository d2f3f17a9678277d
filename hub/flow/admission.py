"""The one commit of a package: repeat or new, effects on earlier ones, deliveries, events, receipt.

Everything here runs inside the database's write transaction; two equal packages at the same moment meet here, and
the second is answered with the first one's receipt, byte for byte.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from edxml.model import Warning as Note
from hub import clock
from hub.flow import lifecycle, recording
from hub.states import DeliveryStatus, PackageStatus
from hub.store import deliveries, events, packages

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from edxml.model import Package
    from edxml.verdict import DocumentReport
    from hub.flow.routing import Route
    from hub.store.events import Journal
    from hub.store.packages import Earlier, NewPackage


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One recipient of a package as its sender is told."""

    delivery_id: str
    recipient: str
    status: str
    fault: Fault | None = None


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


_TITLES = {
    "base_unknown": (
        "Trục chưa thấy văn bản gốc được nhắc đến",
        "The hub has not seen the document this one refers to",
    ),
    "same_number": (
        "Đã có văn bản khác cùng số, ký hiệu trong năm của cơ quan gửi",
        "Another document of this sender has the same number and notation this year",
    ),
    "same_content": (
        "Tệp giống hệt một văn bản khác của cơ quan gửi",
        "The files are the very same as those of another document of this sender",
    ),
    "supplementary": ("Gửi bổ sung nơi nhận", "Supplementary sending to further recipients"),
    "corrected": ("Gửi lại sau khi bị từ chối", "Corrected sending after a refusal"),
    "profile_invalid": (
        "Loại bản tin khai ở tiêu đề khác nội dung XML; hệ thống theo XML",
        "The message type of the call differs from the XML; the XML decides",
    ),
}


def warning(code: str, where: str = "") -> Note:
    """A warning of the hub itself."""
    title_vi, title_en = _TITLES[code]
    return Note(code, title_vi, title_en, where)


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
        journal: Journal,
        now: datetime,
        actor: str,
        package: Package,
        row: NewPackage,
        routes: tuple[Route, ...],
        warnings: tuple[Note, ...],
        report: DocumentReport | None,
    ) -> None:
        self._journal, self._now, self._actor = journal, now, actor
        self._report = report
        self._package, self._row, self._routes = package, row, routes
        self._warnings = list(warnings)

    def __call__(self, connection: Connection) -> Accepted:
        """Raises Refusal, nothing written: CONFLICT; SENDER_NOT_ALLOWED for the status of one who is no recipient."""
        first = packages.by_identity(connection, self._row.identity)
        if first is not None:
            return self._repeat(connection, first)
        return self._admit(connection)

    def _repeat(self, connection: Connection, first: Any) -> Accepted:
        """The first answer again, as it was: a delivery that has moved on since is no other answer."""
        birth = events.of_package(connection, first.id, limit=1)[0]
        born = {one["recipient"]: one for one in json.loads(birth.detail)["recipients"]}
        views = tuple(
            DeliveryView(row.id, row.recipient, *_born(born, row))
            for row in deliveries.of_package(connection, first.id)
        )
        warnings = tuple(Note(**one) for one in json.loads(first.warnings))
        status = PackageStatus.HELD if "held_for" in json.loads(birth.detail) else PackageStatus.ACCEPTED
        return Accepted(
            first.id, first.document_id, first.sha256, status.value, birth.receipt or "", warnings, views, True
        )

    def _admit(self, connection: Connection) -> Accepted:
        effects = lifecycle.Effects(connection, self._journal, self._now, self._actor)
        original = self._settle_earlier(connection, effects)
        if packages.has_same_number(connection, self._row):
            self._warnings.append(warning("same_number", "Code"))  # law: R-030 R-031 NĐ30 Đ15.1
        same = packages.same_content(connection, self._row)
        if same is not None:
            self._warnings.append(warning("same_content", same))
        new, items = self._plan(effects.settled)
        told = json.dumps([asdict(one) for one in self._warnings], ensure_ascii=False)
        packages.add(connection, replace(self._row, original_id=original, warnings=told))
        deliveries.add(connection, new, items)
        recording.keep(connection, self._row.id, self._report, self._now)
        receipt = self._journal.record(connection, self._now, self._events(new, original))[0]
        views = tuple(DeliveryView(row.id, row.recipient, row.status, fault_of(row.fault)) for row in new)
        row = self._row
        return Accepted(
            row.id, row.document_id, row.sha256, row.status, receipt or "", tuple(self._warnings), views, False
        )

    def _settle_earlier(self, connection: Connection, effects: lifecycle.Effects) -> str | None:
        package = self._package
        if package.status is not None:
            original = self._status(connection, effects)
        else:
            earlier = packages.thread(connection, self._row.sender, package.document_id)
            original = self._document(earlier, effects)
        refers = package.status is not None or package.business.type in (BusinessType.RECALL, BusinessType.UPDATE)
        if refers and original is None:
            self._warnings.append(warning("base_unknown", "DocumentId"))
        return original

    def _status(self, connection: Connection, effects: lifecycle.Effects) -> str | None:
        status = self._package.status
        if status is None or not self._routes:
            return None
        addressee = self._routes[0].recipient
        if status.code == "13":
            return effects.take_back(self._row.sender, status.response_for.document_id, addressee, status.description)
        original = effects.answer(self._package, addressee, self._row.sender)
        earlier = packages.thread(connection, addressee, status.response_for.document_id) if original is None else []
        foreign = any(one.package_status == packages.ACCEPTED for one in earlier)
        if foreign and self._row.door not in ("axis", "hub"):  # law: R-124
            raise Refusal(Fault.SENDER_NOT_ALLOWED, f"{self._row.sender} is not a recipient of this document")
        return original

    def _document(self, earlier: list[Earlier], effects: lifecycle.Effects) -> str | None:
        package = self._package
        if package.business.type == BusinessType.RECALL:
            return effects.recall(self._routes, earlier, package.business.reason)
        if package.business.type == BusinessType.UPDATE:
            return earlier[-1].package_id if earlier else None
        corrected = lifecycle.refuse_conflict(package, self._routes, earlier)
        if corrected is not None:
            self._warnings.append(warning("corrected", "DocumentId"))
            return corrected
        more = lifecycle.supplementary(package, earlier)
        if more is not None:
            self._warnings.append(warning("supplementary", "To"))
        return more

    def _plan(self, settled: set[str]) -> tuple[list[deliveries.NewDelivery], list[deliveries.NewItem]]:
        at = self._row.received_at
        items: dict[str, deliveries.NewItem] = {}
        new = []
        for route in self._routes:
            status, fault = route.status, route.fault.slug if route.fault else None
            reason = None
            if route.recipient in settled and route.deliverable:
                status, reason = DeliveryStatus.CANCELLED, "never_delivered"
            item_id = None
            if route.system_id is not None and status in (DeliveryStatus.AVAILABLE, DeliveryStatus.QUEUED):
                key = f"{route.system_id} {route.recipient}" if route.item_per_agency else route.system_id
                if key not in items:
                    items[key] = self._item(route, "initial" if status is DeliveryStatus.AVAILABLE else "")
                item_id = items[key].id
            new.append(
                deliveries.NewDelivery(
                    id=str(uuid.uuid4()),
                    package_id=self._row.id,
                    item_id=item_id,
                    recipient=route.recipient,
                    written_as=route.written_as,
                    system_id=route.system_id,
                    connector=route.connector,
                    status=status.value,
                    message_type=self._row.message_type,
                    urgency=self._row.priority,
                    created_at=at,
                    due_at=at if status is DeliveryStatus.QUEUED else None,
                    fault=fault,
                    reason=reason,
                    ended_at=at if status in (DeliveryStatus.CANCELLED, DeliveryStatus.FAILED) else None,
                )
            )
        return new, list(items.values())

    def _item(self, route: Route, state: str) -> deliveries.NewItem:
        at = self._row.received_at
        return deliveries.NewItem(
            id=str(uuid.uuid4()),
            package_id=self._row.id,
            system_id=route.system_id or "",
            message_type=self._row.message_type,
            state=state,
            urgency=self._row.priority,
            created_at=at,
            updated_at=at,
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
            "recipients": [_birth(one) for one in new],
            "attachments": [{"sha256": one.sha256, "size": one.size} for one in self._package.attachments],
            "verdict": row.verdict,
        }
        kept_back = {"held_for": row.held_for} if row.held_for else {}
        made = [events.Event("package.accepted", self._actor, row.id, detail=detail | kept_back)]
        if kept_back:
            made.append(events.Event("package.held", "hub", row.id, detail=kept_back))  # law: R-012
        if self._report is not None:
            made.append(recording.event(row.id, self._report, self._now, "arrival"))
        link = {"document_id": row.document_id, "original": original or ""}
        if row.message_type == "edoc" and row.business_type == BusinessType.UPDATE:
            made.append(events.Event("update.received", self._actor, row.id, detail=link))
        if row.message_type == "edoc" and row.business_type == BusinessType.REPLACEMENT:
            replaced = [one.document_id for one in self._package.business.replacements]
            made.append(events.Event("replace.linked", self._actor, row.id, detail={**link, "replaced": replaced}))
        for one in new:
            if one.status == DeliveryStatus.FAILED:
                fact = {"fault": one.fault or "", "sha256": row.sha256}
                made.append(events.Event("delivery.failed", "hub", row.id, one.id, one.recipient, fact))
        return made


def _birth(one: deliveries.NewDelivery) -> dict[str, str]:
    told = {"recipient": one.recipient, "status": one.status}
    return {**told, "fault": one.fault} if one.fault else told


def _born(born: dict[str, dict[str, str]], row: Any) -> tuple[str, Fault | None]:
    """Status and fault with which a delivery began."""
    first = born.get(row.recipient, {})
    return first.get("status", row.status), fault_of(first.get("fault"))


def fault_of(slug: str | None) -> Fault | None:
    """The fault behind a stored slug."""
    return Fault[slug.upper()] if slug else None
