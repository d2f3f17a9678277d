"""One package on its way into in/: spooled beside its place, checked, and only then given its name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connectors.folder import books, share
from connectors.forms import answering, notes, received
from edxml import folder as unpacking
from edxml import reader
from edxml.faults import Refusal
from edxml.file_names import safe_name

if TYPE_CHECKING:
    from connectors.base import Parcel
    from connectors.folder.share import Share
    from edxml import model

_PIECE: Final = 1 << 20
_NAME_BYTES: Final = 90
_WORDS: Final = {1: "thu-hoi", 2: "cap-nhat", 3: "thay-the"}
FORM: Final = "form.json"
NOTE: Final = "ghi-chu.txt"
WHOLE: Final = "goi-tin.edxml"


class WrongBytesError(Exception):
    """The bytes that came are not those that were announced."""


class Arriving:
    """One attempt. Its steps run in worker threads; `abandon` may come at any time and waits for the step under way."""

    def __init__(self, at: Share, parcel: Parcel, *, as_files: bool, whole: bool) -> None:
        """as_files: unpacked into a folder; whole: the package itself is kept too. Raises ShareError."""
        self._at, self._parcel, self._as_files, self._whole = at, parcel, as_files, whole
        self._base = f"{share.PREFIX}{books.key(parcel.item_id)}"
        self._spooled = f"{self._base}.edxml"
        self._digest = hashlib.sha256()
        self._size = 0
        self._turn = threading.Lock()
        self._over = False
        with at.folder("in") as folder:
            self._clear(folder)
            self._file = os.fdopen(share.create(folder, self._spooled), "wb", buffering=0)

    def take(self, data: bytes) -> None:
        """Write the next bytes. Raises ShareError."""
        with self._turn, share.troubles():
            if self._over:
                return
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
            self._digest.update(data)
            self._size += len(data)

    def finish(self) -> str:
        """All bytes came: check them, enter the item, give it its name. Raises ShareError, WrongBytesError."""
        with self._turn, share.troubles():
            if self._over:
                message = "the attempt was ended"
                raise share.ShareError(message)
            os.fsync(self._file.fileno())
            self._file.close()
            if self._size != self._parcel.size or self._digest.hexdigest() != self._parcel.sha256:
                message = "the bytes are not those of the announced digest"
                raise WrongBytesError(message)
            one = self._made()
            books.enter(self._at, one)
            self._over = True  # nothing of it is cleared away any more
        books.publish(self._at, one)
        books.remember(self._at, one.about)
        return one.name

    def abandon(self) -> None:
        """Clear away what an attempt left that did not come to its end; nothing after `finish`."""
        with self._turn:
            if self._over:
                return
            self._over = True
            self._file.close()
            with contextlib.suppress(share.ShareError), self._at.folder("in") as folder:
                self._clear(folder)

    def _clear(self, folder: int) -> None:
        for name in share.names(folder):
            if name.startswith(f"{self._base}."):
                share.remove(folder, name)

    def _made(self) -> books.Entry:
        """Everything beside its place, flushed; what the books say of it."""
        path = self._at.root / "in" / self._spooled
        package = _read(path)
        if package is None:  # no edXML at all: its bytes are all there is to hand over
            name = books.key(self._parcel.item_id)
            about = answering.About(self._parcel.sender, self._parcel.document_id)
            return self._entry(name, [(self._spooled, f"{name}.edxml")], about)
        name = _name(package, self._parcel.item_id)
        about = answering.about(package)
        if self._as_files and package.message_type == "edoc":
            with contextlib.suppress(Refusal):  # a wrapped file that cannot be taken out: the package stays whole
                return self._entry(name, [(self._unpacked(path), name)], about)
        told = received.told(self._parcel, package)
        renames = self._beside(told, name)
        if self._as_files and not self._whole and package.message_type == "status":
            with self._at.folder("in") as folder:
                share.remove(folder, self._spooled)
        else:
            renames.append((self._spooled, f"{name}.edxml"))
        return self._entry(name, renames, about)

    def _entry(self, name: str, renames: list[tuple[str, str]], about: answering.About) -> books.Entry:
        with self._at.folder("in") as folder:
            os.fsync(folder)
        return books.Entry(self._parcel.item_id, self._parcel.sha256, name, tuple(renames), about)

    def _beside(self, told: dict[str, Any], name: str) -> list[tuple[str, str]]:
        """The form, and the note of a message that changes something, beside a package that stays whole."""
        made = {f"{name}.json": notes.as_json(told)}
        if note := notes.change(told):
            made[f"{name}.txt"] = note.encode()
        renames = []
        with self._at.folder("in") as folder:
            for final, data in made.items():
                unfinished = f"{self._base}.{final.rpartition('.')[2]}"
                with os.fdopen(share.create(folder, unfinished), "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                renames.append((unfinished, final))
        return renames

    def _unpacked(self, path: Path) -> str:
        """A folder with the files, the form and the note; its unfinished name."""
        made = f"{self._base}.folder"
        target = path.parent / made
        package, files = unpacking.unpack(path, target)
        told = received.told(self._parcel, package, files)
        _put(target / FORM, notes.as_json(told))
        if note := notes.change(told):
            _put(target / NOTE, note.encode())
        if self._whole:
            path.rename(target / WHOLE)
        with self._at.folder("in") as folder:
            for one in (*target.iterdir(), target):
                _finish(folder, one)
        if not self._whole:
            path.unlink()
        return made


def _read(path: Path) -> model.Package | None:
    whole = reader.Reader()
    try:
        with path.open("rb") as source:
            while piece := source.read(_PIECE):
                whole.feed(piece)
        return whole.close()
    except Refusal:
        return None


def _name(package: model.Package, item_id: str) -> str:
    """A name that a person can read and no other item has: what it is, its number, who sent it, and the item's id."""
    kind = f"trang-thai-{package.status.code}" if package.status is not None else _WORDS.get(int(package.business.type))
    code = "-".join(part for part in (package.number, package.notation.replace("/", "-")) if part)
    words = "_".join(part for part in (kind, code, package.sender_id) if part)
    return f"{_cut(safe_name(words, fallback='van-ban'))}_{books.key(item_id)}"


def _cut(text: str) -> str:
    return text.encode()[:_NAME_BYTES].decode("utf-8", "ignore").rstrip(" ._")


def _put(path: Path, data: bytes) -> None:
    """A further file beside the unpacked ones, which keep their names."""
    free = path
    while free.exists():
        free = free.with_stem(f"_{free.stem}")
    free.write_bytes(data)


def _finish(folder: int, path: Path) -> None:
    """On disk, and for whom the folder is."""
    opened = os.open(path, os.O_RDONLY)
    try:
        share.allow_as(folder, opened)
        os.fsync(opened)
    finally:
        os.close(opened)
