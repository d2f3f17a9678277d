"""Parcels for trials: real packages, counted and watched while a connector pulls them."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import unicodedata
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from connectors import base
from edxml import codes, model, writer
from edxml.testing import make_package, make_status, packages, plain_pdf

SUBJECT: Final = "V/v kiểm thử đầu nối, nội dung không được lộ ra nhật ký"
"""The subject of every made-up document; no reason and no log line may hold it."""

_PIECE: Final = 65_536
_numbers = itertools.count(1)


def small(subject: str = SUBJECT) -> bytes:
    """A document of about 15 KB."""
    return make_package(subject=subject)


def medium() -> bytes:
    """A document of about 270 KB: several pieces."""
    return make_package(subject=SUBJECT, size=200_000)


def status() -> bytes:
    """A status message 03 about some document."""
    return make_status("03", description=f"Đã tiếp nhận, số đến {next(_numbers)}")


def vietnamese(form: Literal["NFC", "NFD"] = "NFC") -> bytes:
    """A document whose subject and file name are Vietnamese, composed (NFC) or decomposed (NFD)."""
    name = unicodedata.normalize(form, "Quyết định về việc phê duyệt kế hoạch số hoá (ưu tiên).pdf")
    subject = unicodedata.normalize(form, f"{SUBJECT}: Đặng Thị Thuỷ, huyện Thái Thụy")
    return make_package(subject=subject, attachments=[(name, plain_pdf(10_000, subject))])


def large(
    path: Path, size: int, sender: str = packages.SENDER, to: str = packages.RECIPIENT, subject: str = SUBJECT
) -> Path:
    """Write a document of about `size` bytes there, a piece at a time."""
    raw = path.with_suffix(".raw")
    with raw.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        for _ in range(size * 3 // 4 // _PIECE):
            file.write(b"%" + b"0123456789abcdef" * (_PIECE // 16 - 1) + b"0123456789abcd\n")
        file.write(b"%%EOF\n")
    number = f"{next(_numbers)}L"
    header = model.MessageHeader(
        sender=packages.organisation(sender),
        recipients=(packages.organisation(to),),
        document_id=f"{sender},2026/01/02,{number}/SNV-VP",
        code=model.Code(number, "SNV-VP"),
        document_type=model.DocumentType(2, None, "Công văn"),
        subject=subject,
    )
    business = model.Business(document_id=header.document_id, type=codes.BusinessType(0))
    with path.open("wb") as file:
        for piece in writer.write_edoc_stream(header, business, (), [writer.OutgoingAttachment("lớn.pdf", raw)]):
            file.write(piece)
    raw.unlink()
    return path


@dataclass(slots=True)
class Watched:
    """One parcel and what was pulled of it.

    opened: how often it was opened with at least one pull. pulled: bytes given in all. stop_at: the pull with this
    number (first = 0) never returns, and `reached` tells that it began.
    """

    source: bytes | Path
    item_id: str
    message_type: str = "edoc"
    document_id: str = f"{packages.SENDER},2026/01/02,1/SNV-VP"
    piece_bytes: int = _PIECE
    opened: int = 0
    pulled: int = 0
    stop_at: int | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _sha256: str = ""

    @property
    def size(self) -> int:
        """Bytes of the package."""
        return self.source.stat().st_size if isinstance(self.source, Path) else len(self.source)

    @property
    def sha256(self) -> str:
        """Hex, of the whole package."""
        if not self._sha256:
            digest = hashlib.sha256()
            for piece in self._pieces():
                digest.update(piece)
            self._sha256 = digest.hexdigest()
        return self._sha256

    @property
    def pieces(self) -> int:
        """How many pulls give bytes."""
        return -(-self.size // self.piece_bytes)

    def parcel(self) -> base.Parcel:
        """As the connector gets it."""
        return base.Parcel(
            item_id=self.item_id,
            package_id=f"p-{self.item_id}",
            message_type=self.message_type,
            document_id=self.document_id,
            sender=packages.SENDER,
            recipients=(packages.RECIPIENT,),
            urgency=0,
            size=self.size,
            sha256=self.sha256,
            open=self._open,
            delivery_ids=(f"d-{self.item_id}",),
        )

    async def _open(self) -> AsyncGenerator[bytes, None]:
        self.opened += 1
        for number, piece in enumerate(self._pieces()):
            if number == self.stop_at:
                self.reached.set()
                await asyncio.Event().wait()
            self.pulled += len(piece)
            yield piece
            await asyncio.sleep(0)  # a real source waits for its disk: others get their turn
        if self.stop_at is not None and self.stop_at >= self.pieces:
            self.reached.set()
            await asyncio.Event().wait()

    def _pieces(self) -> Iterator[bytes]:
        if isinstance(self.source, bytes):
            for at in range(0, len(self.source), self.piece_bytes):
                yield self.source[at : at + self.piece_bytes]
            return
        with self.source.open("rb") as file:
            while piece := file.read(self.piece_bytes):
                yield piece
