"""What a replacement (type 3) does to the documents it replaces: linked both ways, kept, and offered to nobody new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edxml import document_id as document_ids
from edxml.faults import Fault, Refusal
from hub.flow import notes
from hub.flow.recalls.stop import Stop
from hub.flow.thread import match
from hub.flow.thread.match import Named
from hub.states import PackageStatus
from hub.store import events, packages, recalls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from edxml.model import Package, Replacement
    from edxml.model import Warning as Note
    from hub.context import Hub
    from hub.flow.routing import Route
    from hub.store.packages import NewPackage

REPLACED = "replaced"
"""Why a copy was stopped: the document that replaces it goes to the same recipient."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The packages that are replaced now, oldest first, and what the sender is told."""

    package_ids: tuple[str, ...]
    warnings: tuple[Note, ...]


def take(
    connection: Connection,
    hub: Hub,
    now: datetime,
    actor: str,
    package: Package,
    row: NewPackage,
    routes: Sequence[Route],
) -> Replaced:
    """Link a replacement with what it replaces; what nobody has seen of that is stopped where the new one goes.

    Only documents of the same sender: another's is answered as one that does not exist.
    Raises Refusal(PROFILE_INVALID) for a document that replaces itself.
    """
    warnings, found = [], []
    for one in package.business.replacements:
        if document_ids.comparison_key(one.document_id) == document_ids.comparison_key(package.document_id):
            message = "a replacement has a DocumentId of its own"
            raise Refusal(Fault.PROFILE_INVALID, message, where="ReplacementInfo/DocumentId")
        known = match.find(connection, hub.directory, Named(row.sender, one.document_id))
        if known is None or known.sender not in set(match.voices(hub.directory, row.sender)):  # law: R-154 QĐ28 Đ8.2
            warnings.append(notes.warning("base_unknown", one.document_id))
            continue
        found += _link(connection, hub, now, actor, known, one, row, routes)
    return Replaced(tuple(dict.fromkeys(found)), tuple(warnings))


def _link(
    connection: Connection,
    hub: Hub,
    now: datetime,
    actor: str,
    known: match.Original,
    one: Replacement,
    row: NewPackage,
    routes: Sequence[Route],
) -> list[str]:
    """One replaced document: all its packages say by what."""
    thread = packages.thread(connection, known.sender, known.document_id)
    package_ids = list(dict.fromkeys(copy.package_id for copy in thread))
    recalls.replaced(connection, package_ids, row.id)  # law: R-162 NĐ30 Đ18.3
    told = {"document_id": known.document_id, "replaced_by": row.id, "replaced_by_document": row.document_id}
    getting = {route.recipient for route in routes if route.deliverable}
    concerned = {agency.organ_id for code in one.organ_ids if (agency := hub.directory.agency(code)) is not None}
    told_to = [copy for copy in thread if copy.recipient in getting and (not concerned or copy.recipient in concerned)]
    made = [events.Event("replace.linked", actor, package_id, detail=told) for package_id in package_ids]
    made += [
        events.Event("replace.linked", actor, copy.package_id, copy.delivery_id, copy.recipient, told)
        for copy in told_to
        if copy.exposed_at is not None
    ]
    hub.journal.record(connection, now, made)
    if row.status == PackageStatus.ACCEPTED:
        Stop(connection, hub.journal, now, actor, REPLACED).cancel([copy.delivery_id for copy in told_to])
    return package_ids
