"""What tests of connectors share: a log that keeps its lines, parcels, and offers taken to their end."""

from __future__ import annotations

import contextlib
import hashlib
import uuid

from connectors import base, outgoing
from edxml.testing import make_package, make_status, packages, plain_pdf

LOOPBACK = ("127.0.0.0/8", "::1/128")
TAKEN = base.Taken("p-1", "vb-1", "", "eyJhbGciOiJFUzI1NiJ9.e30.c2ln")
DECLINED = base.Declined(
    "org_unknown", "Không tìm thấy mã định danh cơ quan nhận", "The code is not known", "Kiểm tra lại mã", "Check it"
)


class Log:
    """A log that keeps its lines."""

    def __init__(self):
        self.lines = []

    def info(self, event, **facts):
        self.lines.append((event, facts))

    warning = info


@contextlib.asynccontextmanager
async def outgoing_session():
    """An HTTP session and a guard that let loopback be reached."""
    guard = outgoing.Guard(LOOPBACK)
    async with outgoing.session(guard, timeout_seconds=5) as http:
        yield http, guard


def parcel(data: bytes, item_id: str | None = None, **more) -> base.Parcel:
    """A parcel of these bytes."""

    async def opened():
        for at in range(0, len(data), 50_000):
            yield data[at : at + 50_000]

    said = {
        "item_id": item_id or str(uuid.uuid4()), "package_id": str(uuid.uuid4()), "message_type": "edoc",
        "document_id": "", "sender": packages.SENDER, "recipients": (packages.RECIPIENT,), "urgency": 0,
        "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "open": opened, "delivery_ids": ("d-1",),
    }  # fmt: skip
    return base.Parcel(**(said | more))


async def offered(connector, message_type="edoc") -> list[base.Incoming]:
    """Everything offered now."""
    return [one async for one in connector.collect(message_type)]


async def body(incoming) -> bytes:
    """All bytes of an offer."""
    return b"".join([piece async for piece in incoming.body()])


__all__ = ["DECLINED", "LOOPBACK", "TAKEN", "Log", "body", "make_package", "make_status", "offered", "outgoing_session",
           "packages", "parcel", "plain_pdf"]  # fmt: skip
