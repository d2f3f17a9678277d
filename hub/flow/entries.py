"""What the books keep of a package: the columns of an accepted one, and the record of a refused one."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from edxml import model, organ
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import admission, quotas
from hub.flow.addressing.recipients import PLAIN, Sending
from hub.states import PackageStatus
from hub.store import events, packages
from hub.store.database import StorageDownError, StorageFullError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from agency_registry.agency import System
    from hub.context import Hub
    from hub.flow.arrival import Arrival


@dataclass(frozen=True, slots=True)
class Submission:
    """Who hands a package in, and how.

    door: vxp | api | page | axis | collect | hub. message_type: what the caller says it is; the XML decides.
    hash_file: the digest announced on the VXP door. declared: the sender said that the document is no state secret.
    sending: what else was said of this sending beside its package.
    signed_only: the way it came does not prove who put it there, so its package must be signed.
    """

    system: System
    door: str
    address: str = ""
    message_type: str | None = None
    hash_file: str | None = None
    declared: bool = False
    sending: Sending = PLAIN
    signed_only: bool = False

    @property
    def actor(self) -> str:
        """The name under which the journal knows the caller."""
        return f"system:{self.system.id}"


def reading(
    package: model.Package, speaker: str, warnings: Iterable[model.Warning], submission: Submission
) -> dict[str, Any]:
    """The columns of an accepted package that come from what was read, and from whom.

    speaker: organ id in whose name the system spoke.
    """
    header = package.header
    promulgated = header.promulgation.text if header is not None and header.promulgation is not None else ""
    sender = header.sender if header is not None else package.status.sender if package.status else None
    return {
        "sender": speaker,
        "sender_name": sender.name if sender is not None else "",
        "message_type": package.message_type,
        "business_type": int(package.business.type),
        "status_code": package.status.code if package.status is not None else "",
        "document_id": package.document_id,
        "sha256": package.sha256,
        "size": package.size,
        "door": submission.door,
        "system_id": submission.system.id,  # law: R-201 HN Đ20.2c
        "priority": admission.urgency(package),
        "subject": package.subject,
        "number": package.number,
        "notation": package.notation,
        "promulgated": promulgated[:32],
        "year": promulgated[:4],  # law: R-028 HN Đ8.3
        "content_key": packages.content_key([one.sha256 for one in package.attachments]),
        "attachments": json.dumps([_part(one) for one in package.attachments], ensure_ascii=False),
        "warnings": json.dumps([asdict(one) for one in warnings], ensure_ascii=False),
    }


def _part(attachment: model.Attachment) -> dict[str, object]:
    return {
        "name": attachment.name,
        "content_type": attachment.declared_type,
        "kind": attachment.kind,
        "zipped": attachment.zipped,
        "range": list(attachment.encoded_range),
        "size": attachment.size,
        "sha256": attachment.sha256,
    }


_UNRECORDED = frozenset({Fault.INTAKE_STOPPED, Fault.OVERLOADED, Fault.STORAGE_FULL, Fault.DEPENDENCY_DOWN})


def refused(arrival: Arrival, submission: Submission, refusal: Refusal, now: datetime) -> packages.NewPackage:
    """The row of a refused package: ids, digest, fault and time; no words of it."""
    package = arrival.package
    return packages.NewPackage(
        id=str(uuid.uuid4()),
        identity=b"",
        sender=organ.normalise(package.sender_id)[:64] if package is not None else "",
        sender_name="",
        message_type=package.message_type if package is not None else "",
        business_type=int(package.business.type) if package is not None else 0,
        status_code="",
        document_id=package.document_id[:500] if package is not None else "",
        sha256=package.sha256 if package is not None else "",
        size=arrival.size,
        status=PackageStatus.REJECTED.value,
        door=submission.door,
        system_id=submission.system.id,
        priority=0,
        subject="",
        number="",
        notation="",
        promulgated="",
        year="",
        received_at=clock.to_text(now),
        fault=refusal.fault.slug,
        fault_detail=None if refusal.fault is Fault.SECRET else refusal.detail[:500],
        checks=json.dumps([{"check": refusal.check, "outcome": "enforce", "detail": ""}]) if refusal.check else "[]",
    )


def rejection(row: packages.NewPackage, submission: Submission) -> events.Event:
    """The event of a refusal."""
    detail = {"fault": row.fault, "sha256": row.sha256, "document_id": row.document_id, "sender": row.sender}
    return events.Event("package.rejected", submission.actor, row.id, detail=detail)


async def keep_refusal(hub: Hub, arrival: Arrival, submission: Submission, refusal: Refusal) -> None:
    """Keep ids, digest, fault and time of a refused package; no bytes, and of a secret no subject either (R-009).

    One that has a record already (`instance`) gets no second one.
    """
    if refusal.fault in _UNRECORDED or refusal.instance is not None:
        return
    if not quotas.may_record_refusal(hub, submission.system.id):
        return
    now = hub.clock.now()
    row = refused(arrival, submission, refusal, now)

    def record(connection: Connection) -> None:
        packages.add(connection, row)
        hub.journal.record(connection, now, [rejection(row, submission)])

    try:
        await asyncio.shield(hub.db.write(record))
    except (StorageDownError, StorageFullError):
        return
    refusal.instance = row.id
