"""Parcels given to a connector by hand."""

from __future__ import annotations

import hashlib

from connectors import base


class Source:
    """The bytes of a parcel, and whether anybody asked for them."""

    def __init__(self, data: bytes, piece: int = 65_536) -> None:
        self.data = data
        self.piece = piece
        self.pulled = 0
        self.given = 0

    async def __call__(self):
        self.pulled += 1
        for start in range(0, len(self.data), self.piece):
            self.given += 1
            yield self.data[start : start + self.piece]


def parcel(data: bytes = b"<edXML/>", source=None, **changed) -> base.Parcel:
    source = source or Source(data)
    fields = {
        "item_id": "11111111-2222-4333-8444-555555555555",
        "package_id": "package",
        "message_type": "edoc",
        "document_id": "2026/000.00.01.H99",
        "sender": "000.00.01.H99",
        "recipients": ("000.00.02.H99",),
        "urgency": 0,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "open": source,
        "delivery_ids": ("d1",),
        **changed,
    }
    return base.Parcel(**fields)
