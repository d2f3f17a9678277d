"""The same document that reaches a recipient twice: by another path, under another DocumentId, in other bytes.

Equal bytes of the same sender are no duplicate but a repeat (`packages.identity`). Here number, notation and the name
of the issuing agency are compared, whoever brought the document: the hub, the axis, another system of its agency.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from agency_registry import names
from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import visibility
from hub.store import packages
from hub.store import twins as stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from edxml.model import Package
    from hub.context import Hub
    from hub.flow.routing import Route
    from hub.store.packages import NewPackage

_WITH_ENTRY: Final = (BusinessType.NEW, BusinessType.REPLACEMENT)
LONGEST: Final = 20
"""Most earlier documents shown beside one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of two or more documents side by side, as their recipient sees them.

    same_content: whether its files are the very same as those of the document it is compared with.
    path: the door by which it came. entered_at: when the hub took it in.
    """

    delivery_id: str
    package_id: str
    document_id: str
    sender: str
    sender_name: str
    number: str
    notation: str
    promulgated: str
    subject: str
    sha256: str
    files: tuple[str, ...]
    same_content: bool
    path: str
    entered_at: datetime
    status: str
    business_status: str | None
    arrival_number: str | None


def folded(text: str) -> str:
    """A text as it is compared: NFC, without invisible signs, white space and case folded."""
    return names.key(text)


def entry_key(hub: Hub, package: Package, sender: str) -> str:
    """What two entries of one document have in common; '' for what is no entry of its own.

    Number, notation and year of the document, and its agency's name: as the registry has it, or as it was carried.
    """
    # law: R-134 NĐ30 PL VI Part I.III.1h
    if package.header is None or package.business.type not in _WITH_ENTRY or not (package.number and package.notation):
        return ""
    agency = hub.directory.agency(sender)
    issuer = agency.name if agency is not None else package.header.sender.name
    number = folded(package.number).lstrip("0")
    issued = package.header.promulgation.text[:4] if package.header.promulgation is not None else ""
    text = "\x1f".join((number, folded(package.notation), issued, folded(issuer)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def at_recipients(
    connection: Connection, row: NewPackage, routes: Sequence[Route], same: Sequence[packages.SameEntry]
) -> dict[str, str]:
    """Recipient -> its earlier delivery with the same entry, as far as there is one it knows of."""
    ids = [one.package_id for one in same if row.entry_key and one.entry_key == row.entry_key]
    if not ids:
        return {}
    wanted = {route.recipient for route in routes if route.deliverable}
    return {recipient: delivery for recipient, delivery in stored.known_to(connection, ids) if recipient in wanted}


async def beside(hub: Hub, system: System, delivery_id: str) -> tuple[Entry, ...]:
    """The delivery first, then every earlier one of the same agency with the same entry that it knows of.

    Raises Refusal(NOT_FOUND).
    """

    def look(connection: Connection) -> tuple[Entry, ...]:
        own = visibility.own_delivery(connection, system, delivery_id)
        package = packages.get(connection, own.package_id)
        if package is None or package.status != packages.ACCEPTED or visibility.is_given_back(own):
            raise Refusal(Fault.NOT_FOUND)
        first = stored.one(connection, own.id)
        others = stored.of_entry(connection, package.entry_key, own.recipient, LONGEST) if package.entry_key else []
        shown = [one for one in others if one.package_id != own.package_id and not visibility.is_given_back(one)]
        by_package = {one.package_id: one for one in shown}
        return tuple(_entry(one, package.content_key) for one in (first, *by_package.values()))

    return await hub.db.read(look)


def _entry(row: Row[Any], content_key: str) -> Entry:
    files = tuple(one["name"] for one in json.loads(row.attachments))
    return Entry(
        row.delivery_id,
        row.package_id,
        row.document_id,
        row.sender,
        row.sender_name,
        row.number,
        row.notation,
        row.promulgated,
        row.subject,
        row.sha256,
        files,
        bool(content_key) and row.content_key == content_key,
        row.door,
        clock.from_text(row.received_at),
        row.status,
        row.business_status,
        row.arrival_number,
    )
