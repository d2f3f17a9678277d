"""The bytes of a package for those who may have them: the sender, and a recipient, whose copy is exposed first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub.flow import damage, visibility
from hub.flow.visibility import Thing
from hub.keys import KeyProblem
from hub.store import deliveries
from hub.store.blobs import BlobDamaged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from hub.context import Hub
    from hub.store.blobs import BlobReader

PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """Sealed bytes ready to be read: `size` bytes with this SHA-256 (hex). wrapped: their key, wrapped."""

    hub: Hub
    package_id: str
    size: int
    sha256: str
    wrapped: bytes

    async def chunks(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end` (exclusive), decrypted in worker threads, about 1 MiB at a time.

        Raises Refusal(DEPENDENCY_DOWN) when they cannot be given as they were sealed; the package is kept back then.
        """
        end = self.size if end is None else min(end, self.size)
        try:
            reader, first = await self.hub.in_thread(lambda: self._open(start, end))
            try:
                yield first
                at = start + len(first)
                while at < end:
                    piece = await self.hub.in_thread(partial(_gather, reader.read(at, min(at + PIECE_BYTES, end))))
                    at += len(piece)
                    yield piece
            finally:
                reader.close()
        except (BlobDamaged, KeyProblem) as trouble:
            await damage.found(self.hub, self.package_id, trouble)
            raise Refusal(Fault.DEPENDENCY_DOWN, "the stored copy is damaged; it is being restored") from trouble
        except OSError as trouble:
            raise Refusal(Fault.DEPENDENCY_DOWN, "the hub cannot read its disk") from trouble

    def _open(self, start: int, end: int) -> tuple[BlobReader, bytes]:
        """The opened file and its first piece: one hop to a thread for an ordinary document."""
        key = self.hub.keys.unwrap(self.wrapped, self.package_id.encode())
        reader = self.hub.blobs.open(self.package_id, key, self.size)
        try:
            return reader, _gather(reader.read(start, min(start + PIECE_BYTES, end)))
        except BaseException:
            reader.close()
            raise

    async def read(self) -> bytes:
        """All bytes at once: only for messages known to be small."""
        return b"".join([piece async for piece in self.chunks()])


def _gather(source: Iterator[bytes]) -> bytes:
    return b"".join(source)


def of_row(hub: Hub, row: Row[Any]) -> Content:
    """The content behind a row of packages; Refusal(NOT_FOUND) when it was erased."""
    if row.key is None:
        raise Refusal(Fault.NOT_FOUND)
    return Content(hub, row.id, row.size, row.sha256, row.key)


async def of_package(hub: Hub, system: System, package_id: str) -> Content:
    """The content of a package for its sender, or for a recipient (exposed before the first byte leaves).

    Raises Refusal(NOT_FOUND) for everybody else, exactly as for an id that does not exist.
    """
    row, fresh = await hub.db.read(partial(_reachable, system=system, package_id=package_id))
    if fresh:
        row = await hub.db.write(partial(_exposed, hub, system, package_id))
    return of_row(hub, row)


def _exposed(hub: Hub, system: System, package_id: str, connection: Connection) -> Row[Any]:
    row, fresh = _reachable(connection, system=system, package_id=package_id)
    deliveries.expose(connection, hub.journal, hub.clock.now(), fresh, f"system:{system.id}")
    return row


def _reachable(connection: Connection, *, system: System, package_id: str) -> tuple[Row[Any], list[str]]:
    """The package's row and which of the caller's own deliveries are not exposed yet."""
    view = visibility.of_system(connection, system, package_id)
    if view.is_sender:
        view.require(Thing.CONTENT)
        return view.package, []
    return view.package, [one.id for one in view.fetchable() if one.exposed_at is None]
