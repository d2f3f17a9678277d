"""One package on its way into truc_incoming: gathered, read, and written with its files in one transaction."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from connectors.database import tables
from connectors.forms import notes, received
from edxml import folder
from edxml.document_id import comparison_key
from edxml.faults import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from connectors.base import Parcel


@dataclass(frozen=True, slots=True)
class Rows:
    """What one item becomes."""

    item: dict[str, Any]
    files: tuple[dict[str, Any], ...]


class OtherBytesError(Exception):
    """An item of this id is there and has other bytes."""


async def known(connection: AsyncConnection, parcel: Parcel) -> bool:
    """Whether the item is there already. Raises OtherBytesError."""
    table = tables.INCOMING
    found = (await connection.execute(select(table.c.sha256).where(table.c.item_id == parcel.item_id))).scalar()
    if found is not None and found != parcel.sha256:
        raise OtherBytesError
    return found is not None


async def put(connection: AsyncConnection, parcel: Parcel, rows: Rows) -> None:
    """Write the item, unless somebody has meanwhile. Raises OtherBytesError."""
    adding = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = adding(tables.INCOMING).values(rows.item).on_conflict_do_nothing(index_elements=["item_id"])
    done = await connection.execute(statement)
    if done.rowcount != 1:
        await known(connection, parcel)
        return
    for one in rows.files:
        await connection.execute(insert(tables.INCOMING_FILES).values(one))


async def spool(parcel: Parcel, path: Path) -> None:
    """Write the parcel's bytes to a local file. Raises OSError, ValueError for a wrong digest."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        async with contextlib.aclosing(parcel.open()) as pieces:
            async for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
    if size != parcel.size or digest.hexdigest() != parcel.sha256:
        message = "the bytes are not those of the announced digest"
        raise ValueError(message)


def read(parcel: Parcel, path: Path) -> Rows:
    """What the bytes become; what is no edXML is handed over all the same. Raises OSError."""
    files: tuple[folder.Written, ...] = ()
    told: dict[str, Any] = {"kind": "new", "document_id": parcel.document_id, "from": parcel.sender}
    with contextlib.suppress(Refusal):
        package, files = folder.unpack(path, path.with_name("files"))
        told = received.told(parcel, package, files)
    made = tuple(
        {"item_id": parcel.item_id, "n": number, "name": one.name, "kind": one.kind, "content": one.path.read_bytes()}
        for number, one in enumerate(files)
    )
    return Rows(_item(parcel, told, path.read_bytes()), made)


def _item(parcel: Parcel, told: dict[str, Any], data: bytes) -> dict[str, Any]:
    # law: R-126 NĐ30 PL VI
    signer = told.get("signer") or {}
    text = {
        name: str(told.get(name) or "")
        for name in ("number", "notation", "type_name", "subject", "due_date", "arrival_number", "arrival_date")
    }
    return {
        **text,
        "item_id": parcel.item_id,
        "package_id": parcel.package_id,
        "kind": told["kind"],
        "document_id": told["document_id"],
        "document_key": comparison_key(told["document_id"]),
        "from_code": told["from"],
        "from_name": told.get("from_name", ""),
        "document_date": told.get("date", ""),
        "signer_position": signer.get("position", ""),
        "signer_name": signer.get("full_name", ""),
        "urgency": told.get("urgency", 0),
        "status_code": told.get("code", ""),
        "description": told.get("description") or told.get("reason") or "",
        "note": notes.change(told) if "message_type" in told else "",
        "form": notes.as_json(told).decode(),
        "sha256": parcel.sha256,
        "package": data,
    }
