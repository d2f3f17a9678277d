"""Which copies of a document and its revisions a recipient has, or may still get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.codes import BusinessType
from hub.store import packages

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.store.packages import Earlier


def of_recipient(connection: Connection, sender: str, document_id: str, recipient: str) -> list[Earlier]:
    """Every copy of a document and its revisions for one recipient, oldest first; the recalls themselves not."""
    return [
        one
        for one in packages.thread(connection, sender, document_id)
        if one.recipient == recipient and one.business_type != BusinessType.RECALL
    ]
