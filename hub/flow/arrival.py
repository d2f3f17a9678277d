"""One body on its way in: sealed, hashed, read and decoded in a single pass, in worker threads.

Nothing of it has a name on disk until `seal`: a refused or broken-off arrival leaves no bytes. PDFs and containers
among the attachments are decoded to scratch files for the verifier and the checks, and removed at `discard`.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from edxml import axis_view, inside, unwrap
from edxml.faults import Fault, Refusal
from edxml.reader import Limits, Reader
from hub.flow.checks.base import CheckedFile

if TYPE_CHECKING:
    from edxml.model import Attachment, Package
    from hub.context import Hub
    from hub.store.blobs import BlobWriter

CRLF = b"\r\n"
HEAD_BYTES = 1024
"""Where a PDF's mark may stand; the same in `edxml.kinds`."""

PDF_MARK = b"%PDF-"
ZIP_MARK = b"PK\x03\x04"
CONTAINERS = (ZIP_MARK, b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How a ZIP and an OLE file begin: what stands in them is looked at."""

NESTED = 3
"""ZIPs in one another that are opened in search of a PDF."""


@dataclass(frozen=True, slots=True)
class Checkable:
    """A decoded attachment the verifier should look at: its name and place in the package, its scratch file."""

    name: str
    path: str
    number: int = 0


class _Scratch:
    """A sink that keeps an attachment only if its first bytes say PDF, ZIP or OLE; all else is hashed and dropped.

    For a scanner it keeps everything.
    """

    def __init__(self, folder: Path, *, everything: bool) -> None:
        self._folder = folder
        self._everything = everything
        self._file: BinaryIO | None = None
        self._first = b""
        self._decided = False
        self.path: Path | None = None

    def write(self, data: bytes) -> int:
        if self._decided:
            if self._file is not None:
                self._file.write(data)
            return len(data)
        self._first += data  # a piece may be three bytes long
        if len(self._first) >= HEAD_BYTES:
            self._decide()
        return len(data)

    def _decide(self) -> None:
        self._decided = True
        known = PDF_MARK in self._first[:HEAD_BYTES] or self._first.startswith(CONTAINERS)
        if known or self._everything:
            handle, name = tempfile.mkstemp(dir=self._folder)
            self.path = Path(name)
            self._file = os.fdopen(handle, "wb")
            self._file.write(self._first)
        self._first = b""

    def close(self) -> None:
        if not self._decided:
            self._decide()
        if self._file is not None:
            self._file.close()

    def remove(self) -> None:
        self._decided = True
        with contextlib.suppress(OSError):
            self.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


class Arrival:
    """The bytes of one package while they come in. Synchronous: call it from a worker thread, one call at a time.

    hash_file: the SHA-256 the sender announced (VXP), hex with or without zero padding; a trailing CRLF is taken off
    only if the digest says that it is not part of the file (protocol.md A.4).
    """

    def __init__(self, hub: Hub, hash_file: str | None) -> None:
        limits = hub.settings.limits
        self._blobs = hub.blobs
        self._sealed: BlobWriter | None = None
        self._scratch_folder = hub.scratch
        self._keep_everything = hub.scanner is not None
        self._sinks: dict[int, _Scratch] = {}
        self._extra: list[Path] = []
        self._hash_file = hash_file.strip().lower() if hash_file else None
        self._tail = b""
        self._reader = Reader(
            self._open_sink,
            Limits(
                package_bytes=limits.package_bytes,
                skeleton_bytes=limits.skeleton_bytes,
                attachments=limits.attachments,
                recipients=limits.recipients,
            ),
        )
        self.size = 0
        self.package: Package | None = None

    @property
    def key(self) -> bytes:
        """The content key of the sealed bytes, to be wrapped before it is stored."""
        return self._writer().key

    def as_axis(self) -> tuple[axis_view.Finding, ...]:
        """What the national axis would say of the package. Call it after `finish`."""
        assert self.package is not None, "finish() gives the package"
        return axis_view.findings(self.package, self._reader.tree)

    @property
    def has_scratch(self) -> bool:
        """Whether decoded files lie on disk, to be verified and removed."""
        return any(sink.path is not None for sink in self._sinks.values())

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises Refusal, and OSError when the disk is full."""
        if self._hash_file is not None:
            data = self._tail + data
            data, self._tail = data[:-2], data[-2:]
        self._take(data)

    def finish(self) -> Package:
        """All bytes are in: the package they hold. Raises Refusal."""
        if self._hash_file is not None:
            self._settle_tail(self._hash_file)
        self.package = self._reader.close()
        for sink in self._sinks.values():
            sink.close()
        return self.package

    def opened(self) -> tuple[list[CheckedFile], list[Checkable]]:
        """Every attachment as the checks see it, and the PDFs among them, those alone in a ZIP unpacked.

        A PDF is one by its bytes, whatever its name says. Raises Refusal when one in a zip cannot be unpacked.
        """
        files, found = [], []
        for number, attachment in enumerate(self.package.attachments if self.package is not None else ()):
            sink = self._sinks.get(number)
            if sink is None or sink.path is None:
                files.append(CheckedFile(attachment))
                continue
            look = self._unwrapped if attachment.zipped else self._as_carried
            seen, pdf = look(attachment, sink.path)
            files.append(seen)
            if pdf is not None:
                found.append(Checkable(attachment.name, str(pdf), number))
        return files, found

    def _as_carried(self, attachment: Attachment, path: Path) -> tuple[CheckedFile, Path | None]:
        """An attachment as it is, and the PDF that it is or holds."""
        pdf = self._alone_in_zip(path) if attachment.inner_name else None
        if pdf is None and attachment.kind == "pdf":
            pdf = path
        return CheckedFile(attachment, path, None, inside.look(path, attachment.kind)), pdf

    def _unwrapped(self, attachment: Attachment, path: Path) -> tuple[CheckedFile, Path | None]:
        """An attachment in a transport zip: the file in it, and the PDF that it is or holds."""
        try:
            path = self._unpacked(path)
        except Refusal:
            if attachment.extension == "pdf":
                raise
            return CheckedFile(attachment, path, None, inside.Inside("zip", ("damaged",))), None
        within = inside.look_unwrapped(path, attachment.name)
        is_pdf = attachment.extension == "pdf" or within.kind == "pdf"
        return CheckedFile(attachment, path, None, within), path if is_pdf else self._alone_in_zip(path)

    def _alone_in_zip(self, path: Path) -> Path | None:
        """The PDF that is all a ZIP holds, also one ZIP further in; None for anything else."""
        for _ in range(NESTED):
            with path.open("rb") as source:
                first = unwrap.first_bytes(source, HEAD_BYTES)
            is_zip = first.startswith(ZIP_MARK)
            if not is_zip and PDF_MARK not in first:
                return None
            path = self._unpacked(path)
            if not is_zip:
                return path
        return None

    def seal(self, package_id: str) -> None:
        """Make the bytes durable under this id; only the commit makes them ours."""
        self._writer().seal(package_id)

    def discard(self) -> None:
        """Drop scratch files and, unless sealed, every byte."""
        if self._sealed is not None:
            self._sealed.abort()
        for sink in self._sinks.values():
            sink.remove()
        for path in self._extra:
            path.unlink(missing_ok=True)

    def _writer(self) -> BlobWriter:
        """The sealed file, begun with the first bytes: opening it may wait for the disk."""
        if self._sealed is None:
            self._sealed = self._blobs.begin()
        return self._sealed

    def _take(self, data: bytes) -> None:
        self.size += len(data)
        if data:
            self._reader.feed(data)
            self._writer().write(data)

    def _settle_tail(self, announced: str) -> None:
        if self._tail == CRLF and announced in _spellings(self._reader.digest()):
            return
        self._take(self._tail)
        if announced not in _spellings(self._reader.digest()):
            raise Refusal(Fault.DIGEST_MISMATCH, "hash-file is not the SHA-256 of the body that arrived")

    def _open_sink(self, number: int) -> BinaryIO:
        sink = _Scratch(self._scratch_folder, everything=self._keep_everything)
        self._sinks[number] = sink
        return cast("BinaryIO", sink)

    def _unpacked(self, path: Path) -> Path:
        handle, name = tempfile.mkstemp(dir=self._scratch_folder)
        target = Path(name)
        self._extra.append(target)
        with os.fdopen(handle, "wb") as out, path.open("rb") as source:
            unwrap.unwrap(source, out)
        return target


def _spellings(digest: bytes) -> frozenset[str]:
    """A digest in hex as it should be and as the SDK writes it: each byte without its leading zero."""
    return frozenset((digest.hex(), "".join(f"{byte:x}" for byte in digest)))
