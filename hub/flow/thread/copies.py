"""Which copies of a document and its revisions a recipient has, or may still get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edxml.codes import BusinessType
from hub.flow.thread import match
from hub.store import deliveries, packages

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from agency_registry.directory import Directory
    from hub.flow.thread.match import Named
    from hub.store.packages import Earlier


def of_recipient(connection: Connection, sender: str, document_id: str, recipient: str) -> list[Earlier]:
    """Every copy of a document and its revisions for one recipient, oldest first; the recalls themselves not."""
    return [
        one
        for one in packages.thread(connection, sender, document_id)
        if one.recipient == recipient and one.business_type != BusinessType.RECALL and not one.unmatched
    ]


def answered(connection: Connection, directory: Directory, named: Named, answerer: str) -> Row[Any] | None:
    """The latest copy of the document named that `answerer`, or one it took over from, has got or is offered."""
    asker = next(match.voices(directory, named.organ_id))
    if named.document_id:
        row = deliveries.answered(connection, asker, named.document_id, answerer)
        if row is not None:
            return row
    original = match.find(connection, directory, named)
    if original is None:
        return None
    found = (
        deliveries.answered(connection, original.sender, original.document_id, voice)
        for voice in match.voices(directory, answerer)
    )
    return next((row for row in found if row is not None), None)
