"""What a replacement (type 3) does to the documents it replaces: linked both ways, kept, and offered to nobody new."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from edxml import document_id as document_ids
from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from hub.flow import notes
from hub.flow.recalls.stop import Stop
from hub.flow.thread import match
from hub.flow.thread.match import Named
from hub.states import PackageStatus
from hub.store import events, packages, recalls

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from edxml.model import Package, Replacement
    from edxml.model import Warning as Note
    from hub.context import Hub
    from hub.flow.routing import Route
    from hub.store.packages import Earlier, NewPackage

LINKED: Final = "replace.linked"
_MEANT: Final = "meant"
"""In the sender's own line, while the replacement is kept back: the recipients that get it."""

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
    meant = sorted(getting & concerned if concerned else getting)
    if row.status == PackageStatus.ACCEPTED:
        made = [events.Event(LINKED, actor, package_id, detail=told) for package_id in package_ids]
        hub.journal.record(connection, now, made)
        _reach(connection, hub, now, actor, thread, told, meant)
    else:  # nobody hears of what is kept back; `meant` is for the day it is released
        made = [events.Event(LINKED, actor, package_id, detail={**told, _MEANT: meant}) for package_id in package_ids]
        hub.journal.record(connection, now, made)
    return package_ids


def released(connection: Connection, hub: Hub, now: datetime, actor: str, package_id: str) -> None:
    """A replacement that was kept back travels: what it replaces is stopped and marked where it goes, as at arrival."""
    package = packages.get(connection, package_id)
    if package is None or package.business_type != BusinessType.REPLACEMENT:
        return
    for document_id in _said(events.of_package(connection, package_id)):
        known = match.find(connection, hub.directory, Named(package.sender, document_id))
        thread = packages.thread(connection, known.sender, known.document_id) if known is not None else []
        for old_id in dict.fromkeys(copy.package_id for copy in thread):
            lines = [line for line in events.of_package(connection, old_id) if package_id in line.detail]
            waits = [json.loads(line.detail) for line in lines if line.type == LINKED and _MEANT in line.detail]
            if waits and not any(line.type == LINKED and line.delivery_id for line in lines):
                told = waits[0]
                meant = told.pop(_MEANT)
                _reach(connection, hub, now, actor, thread, told, meant)
                break


def _said(lines: Sequence[Row[Any]]) -> list[str]:
    """What the package's own line says it replaces."""
    found = [
        json.loads(line.detail).get("replaced", []) for line in lines if line.type == LINKED and not line.delivery_id
    ]
    return [one for said in found for one in said]


def _reach(
    connection: Connection,
    hub: Hub,
    now: datetime,
    actor: str,
    thread: Sequence[Earlier],
    told: Mapping[str, Any],
    meant: Collection[str],
) -> None:
    """Stop the copies nobody has seen, and tell those who have theirs; only where the new document goes."""
    mine = [copy for copy in thread if copy.recipient in meant]
    made = [
        events.Event(LINKED, actor, copy.package_id, copy.delivery_id, copy.recipient, told)
        for copy in mine
        if copy.exposed_at is not None
    ]
    hub.journal.record(connection, now, made)
    Stop(connection, hub.journal, now, actor, REPLACED).cancel([copy.delivery_id for copy in mine])
