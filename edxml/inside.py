"""What stands inside a container file (ZIP of an office format, OLE): looked at, never unpacked.

Only the directory of the container is read, within caps; whatever it claims about itself is a claim. Nothing here
raises because of what a file says: what cannot be read is a trait.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from edxml import kinds, unwrap

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES: Final = 10_000
"""Most entries of an office file; the largest real ones stay below 3,000."""
DIRECTORY_BYTES: Final = 4_194_304
UNFOLDED_BYTES: Final = 2_147_483_648
RATIO: Final = 200
"""Most bytes that the entries may claim for each byte of the file; sheets of zeros stay below 100."""
FREE_BYTES: Final = 16_777_216
"""Claimed size below which the ratio is not asked."""
MIMETYPE_BYTES: Final = 256

_END: Final = b"PK\x05\x06"
_END_REACH: Final = 65_557
_ENCRYPTED: Final = 0x1
_OFFICE: Final = {"word": "docx", "xl": "xlsx", "ppt": "pptx"}
_MACRO_PARTS: Final = frozenset({"vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin", "macrosheets"})
_MACRO_FOLDERS: Final = frozenset({"basic", "scripts", "activex", "macrosheets"})
_STREAMS: Final = (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt"))
_OLE_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Inside:
    """What a look into a container gave.

    kind: the format as its contents show it: docx, xlsx, odt, …, doc, xls, zip, ole; of a transport zip, what it holds.
    traits, sorted: macros, encrypted, damaged, too_many_entries, too_large, overlapping, repeated_entry, odd_path,
    link, program, two_formats.
    """

    kind: str
    traits: tuple[str, ...] = ()


def look_unwrapped(path: Path, name: str) -> Inside:
    """The same for a file taken out of its transport zip. name: as the package calls it. Raises OSError."""
    with path.open("rb") as source:
        head = source.read(kinds.HEAD_BYTES)
        source.seek(max(0, path.stat().st_size - kinds.TAIL_BYTES))
        tail = source.read()
    kind = kinds.sniff(head, tail, name)
    return look(path, kind) or Inside(kind, ("two_formats",) if kinds.also(head, tail, kind) else ())


def look(path: Path, kind: str) -> Inside | None:
    """What stands inside the file; None for a kind that is no container. Raises OSError.

    kind: as `kinds.sniff` told from the first and last bytes.
    """
    if kind in kinds.ZIPPED:
        return _zip(path)
    if kind in kinds.COMPOUND:
        return _ole(path)
    return None


def _zip(path: Path) -> Inside:
    with path.open("rb") as source:
        size = path.stat().st_size
        source.seek(max(0, size - _END_REACH))
        tail = source.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) - at < 22:
            return Inside("zip", ("damaged",))
        total, directory = struct.unpack_from("<HI", tail, at + 10)
        if total > ENTRIES or directory > DIRECTORY_BYTES:  # also the marks of ZIP64, which no office file needs
            return Inside("zip", ("too_many_entries",))
        source.seek(0)
        try:
            with unwrap.opened(source) as container:
                entries = container.infolist()
                kind = _office_kind(container, entries)
        except unwrap.DamagedZipError:
            return Inside("zip", ("damaged",))
    return Inside(kind, tuple(sorted(_zip_traits(entries, size))))


def _zip_traits(entries: list[zipfile.ZipInfo], size: int) -> set[str]:
    found = set()
    unfolded = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES:
        found.add("too_many_entries")
    if unfolded > UNFOLDED_BYTES or unfolded > max(FREE_BYTES, size * RATIO):
        found.add("too_large")
    if len({entry.filename for entry in entries}) < len(entries):
        found.add("repeated_entry")
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            found.add("overlapping")
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size
    for entry in entries:
        found |= _entry_traits(entry)
    return found


def _entry_traits(entry: zipfile.ZipInfo) -> set[str]:
    found = set()
    name = entry.filename.replace("\\", "/")
    parts = name.lower().split("/")
    if entry.flag_bits & _ENCRYPTED:
        found.add("encrypted")
    if name.startswith("/") or ":" in parts[0] or ".." in parts:
        found.add("odd_path")
    if stat.S_ISLNK(entry.external_attr >> 16):
        found.add("link")
    if parts[-1] in _MACRO_PARTS or _MACRO_FOLDERS & set(parts[:-1]):
        found.add("macros")
    if kinds.extension(name) in kinds.PROGRAMS:
        found.add("program")
    return found


def _office_kind(container: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> str:
    names = {entry.filename for entry in entries}
    if entries and entries[0].filename == "mimetype" and entries[0].compress_type == zipfile.ZIP_STORED:
        with container.open(entries[0]) as first:
            kind = kinds.open_document(first.read(MIMETYPE_BYTES))
        if kind is not None and "content.xml" in names:
            return kind
    if "[Content_Types].xml" in names:
        tops = {name.partition("/")[0] for name in names}
        return next((kind for top, kind in _OFFICE.items() if top in tops), "zip")
    return "zip"


def _ole(path: Path) -> Inside:
    """The names of an OLE file's streams are UTF-16 text; they are searched, its sectors need not be walked."""
    wanted = {name: name.encode("utf-16-le") + b"\0\0" for name, _ in _STREAMS}
    wanted |= {
        "_VBA_PROJECT": "_VBA_PROJECT".encode("utf-16-le"),
        "EncryptedPackage": "EncryptedPackage".encode("utf-16-le"),
    }
    longest = max(map(len, wanted.values()))
    found: set[str] = set()
    with path.open("rb") as source:
        rest = b""
        while piece := source.read(_OLE_PIECE):
            seen = rest + piece
            found |= {name for name, mark in wanted.items() if name not in found and mark in seen}
            rest = seen[-longest:]
    traits = set()
    if "_VBA_PROJECT" in found:
        traits.add("macros")
    if "EncryptedPackage" in found:
        traits.add("encrypted")
    return Inside(next((kind for name, kind in _STREAMS if name in found), "ole"), tuple(sorted(traits)))
