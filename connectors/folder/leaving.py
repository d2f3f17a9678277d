"""What an office put into out/ and status/: what is complete, what it means, and where it goes afterwards."""

from __future__ import annotations

import hashlib
import json
import shutil
import unicodedata
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from connectors.folder import books, share
from connectors.forms import answering, sending
from connectors.forms.wrong import FORM_BYTES, FormError, Wrong, read
from edxml import dates
from edxml.file_names import safe_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from connectors.folder.share import Seen, Share

Kind = Literal["edxml", "form", "folder"]

_UNFINISHED: Final = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".swp")
_SYSTEM: Final = frozenset({"thumbs.db", "desktop.ini"})
_TAIL_BYTES: Final = 256
_FUTURE_SECONDS: Final = 2 * 86_400
_PIECE: Final = 1 << 20


class NotYetError(Exception):
    """Something of it is still missing; it is looked at again. `wrong`: what it will be refused for one day."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.en)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Item:
    """One thing an office put there. main: what it is named by; files: what lies beside a form (not in a folder)."""

    place: str  # out | status
    kind: Kind
    main: Seen
    files: tuple[Seen, ...] = ()
    marker: Seen | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """What an item means. path: the package, where it had to be written; None: `own`, its bytes, are the package.

    files: those a form names, beside it.
    """

    sha256: str
    beside: dict[str, Any]
    path: Path | None = None
    own: Seen | None = None
    files: tuple[Seen, ...] = ()


def items(place: str, seen: dict[str, Seen], ready_marker: str) -> list[Item]:
    """What may be taken of what was seen, oldest first. ready_marker: ending of the file that says "complete"."""
    found: list[Item] = []
    lone = {name: one for name, one in seen.items() if not ignored(name)}
    for name, one in sorted(lone.items(), key=lambda pair: (pair[1].modified_ns, pair[0])):
        marker = seen.get(name + ready_marker) if ready_marker else None
        if ready_marker and (marker is None or name.endswith(ready_marker)):
            continue
        ending = name.lower().rpartition(".")[2]
        if one.is_folder:
            found.append(Item(place, "folder", one, (), marker))
        elif ending == "edxml":
            found.append(Item(place, "edxml", one, (), marker))
        elif ending == "json":
            stem = name.rpartition(".")[0]
            beside = tuple(
                other for other in lone.values()
                if not other.is_folder and other is not one and other.name.rpartition(".")[0] == stem
                and not other.name.lower().endswith((".json", ".edxml"))
            )  # fmt: skip
            found.append(Item(place, "form", one, tuple(sorted(beside, key=lambda other: other.name)), marker))
    return found


def unclaimed(seen: dict[str, Seen], claimed: set[str]) -> list[Seen]:
    """Files that belong to no item: nobody would ever send them. claimed: the names of those that do."""
    return [one for name, one in seen.items() if not (one.is_folder or ignored(name) or name in claimed)]


def size(item: Item) -> int:
    """Bytes of everything that is an item."""
    return sum(one.size for one in (item.main, *item.files, *item.main.inside))


@dataclass(frozen=True, slots=True)
class Meaning:
    """Reads items. work: a local folder for what must be written. name_of: the name of an organisation code."""

    at: Share
    work: Path
    name_of: Callable[[str], str]
    now: Callable[[], datetime]
    largest_bytes: int

    def of(self, item: Item) -> Meant:
        """What the item means. Raises NotYetError, FormError, Refusal, ShareError, OSError (of the local folder)."""
        meant = self._of(item)
        if meant.path is not None:
            meant.path.unlink()
        return replace(meant, path=None)

    def pieces(self, item: Item, meant: Meant) -> Iterator[bytes]:
        """The bytes of the package that `of` gave. Raises as it does; ShareError when they are no longer the same."""
        digest = hashlib.sha256()
        for piece in self._written(item) if meant.own is None else self._own(item, meant.own):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != meant.sha256:
            message = "what lies in the folder changed while it was read"
            raise share.ShareError(message)

    def _own(self, item: Item, own: Seen) -> Iterator[bytes]:
        parts = (item.place,) if item.kind == "edxml" else (item.place, item.main.name)
        with self.at.folder(*parts) as place:
            yield from share.pieces(place, own)

    def _written(self, item: Item) -> Iterator[bytes]:
        path = self._of(item).path
        if path is None:  # a form became a package meanwhile
            return
        try:
            with path.open("rb") as source:
                while piece := source.read(_PIECE):
                    yield piece
        finally:
            path.unlink(missing_ok=True)

    def _of(self, item: Item) -> Meant:
        with self.at.folder(item.place) as place:
            if item.kind == "folder":
                with self.at.folder(item.place, item.main.name) as inside:
                    return self._folder(item, inside)
            if item.kind == "edxml":
                return self._whole(place, item.main)
            if item.place == "status":
                return self._answer(place, item.main)
            return self._form(place, item.main, _listed(place), item.files)

    def _folder(self, item: Item, inside: int) -> Meant:
        parts = [one for one in item.main.inside if not ignored(one.name)]
        packages = [one for one in parts if one.name.lower().endswith(".edxml")]
        forms = [one for one in parts if one.name.lower().endswith(".json")]
        if len(packages) == 1 and not forms:
            return self._whole(inside, packages[0])
        if len(forms) != 1 or packages:
            raise NotYetError(
                Wrong("", "thư mục phải có đúng một biểu mẫu .json cùng các tệp, hoặc đúng một tệp .edxml",
                      "the folder needs exactly one form (.json) with its files, or exactly one .edxml")
            )  # fmt: skip
        if item.place == "status":
            return self._answer(inside, forms[0])
        others = [one for one in parts if one is not forms[0]]
        return self._form(inside, forms[0], others, others)

    def _whole(self, place: int, seen: Seen) -> Meant:
        self._bounded([seen])
        digest, tail = hashlib.sha256(), b""
        for piece in share.pieces(place, seen):
            digest.update(piece)
            tail = (tail + piece)[-_TAIL_BYTES:]
        if not tail.rstrip().endswith(b">"):
            raise NotYetError(Wrong("", "tệp rỗng hoặc chưa ghi xong", "the file is empty or not written to its end"))
        return Meant(digest.hexdigest(), {}, own=seen)

    def _answer(self, place: int, seen: Seen) -> Meant:
        form = read(answering.Form, _small(place, seen))
        about = books.answered(self.at, form.item_id, form.document_id)
        data = answering.write(form, about, self.name_of, self._written_at(seen))
        path = self.work / str(uuid.uuid4())
        path.write_bytes(data)
        return Meant(hashlib.sha256(data).hexdigest(), {}, path)

    def _form(self, place: int, seen: Seen, there: Iterable[Seen], own: Iterable[Seen]) -> Meant:
        """there: what the form may name; own: what goes with it when it names none."""
        try:
            form = read(sending.Form, _small(place, seen))
        except FormError as cause:
            if not seen.size:
                raise NotYetError(cause.wrong[0]) from cause
            raise
        chosen = _chosen(form, {one.name: one for one in (there if form.files else own)})
        self._bounded(chosen)
        folder = self.work / str(uuid.uuid4())
        folder.mkdir()
        try:
            files = []
            taken: set[str] = set()
            for number, one in enumerate(chosen):
                path = folder / str(number)
                with path.open("xb") as copy:
                    for piece in share.pieces(place, one):
                        copy.write(piece)
                files.append(sending.File(safe_name(one.name, taken), path))
            target = self.work / str(uuid.uuid4())
            try:
                package = sending.write(form, files, self.name_of, target)
            except BaseException:
                target.unlink(missing_ok=True)
                raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return Meant(package.sha256, sending.beside(form), target, files=tuple(chosen))

    def _bounded(self, files: Iterable[Seen]) -> None:
        if sum(one.size for one in files) > self.largest_bytes:
            most = self.largest_bytes // 1_000_000
            raise FormError([Wrong("files", f"lớn quá {most} MB", f"larger than {most} MB")])

    def _written_at(self, seen: Seen) -> datetime:
        """When a form was written, by its file; of a file whose time cannot be true, this day."""
        now = self.now().astimezone(dates.VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
        written = now.fromtimestamp(seen.modified_ns // 1_000_000_000, dates.VIETNAM)
        return written if written.year >= 2020 and (written - now).total_seconds() < _FUTURE_SECONDS else now


def _chosen(form: sending.Form, there: dict[str, Seen]) -> list[Seen]:
    """The files of a form, in its order. Raises NotYetError, FormError."""
    if not form.files:
        chosen = [there[name] for name in sorted(there)]
        if not chosen and form.kind in ("new", "replacement"):  # the form may have come before its files
            raise NotYetError(Wrong("files", "không có tệp nào đi cùng", "no file goes with it"))
    else:
        plain = {unicodedata.normalize("NFC", name): one for name, one in there.items()}
        chosen = []
        for number, name in enumerate(form.files):
            if name in ("", ".", "..") or "/" in name or "\\" in name:
                raise FormError([Wrong(f"files[{number}]", "chỉ ghi tên tệp", "a file name alone, no path")])
            one = plain.get(unicodedata.normalize("NFC", name))
            if one is None or one.is_folder:
                missing = Wrong(f"files[{number}]", f"không thấy tệp {name}", f"there is no file {name}")
                raise NotYetError(missing)
            chosen.append(one)
    for one in chosen:
        if not one.size:
            raise NotYetError(Wrong("files", f"tệp {one.name} rỗng", f"the file {one.name} is empty"))
    return chosen


def belonging(at: Share, item: Item) -> tuple[Seen, ...]:
    """What goes with an item that means nothing: a form's files stay with it as far as it names them."""
    if item.kind != "form":
        return ()
    with at.folder(item.place) as place:
        try:
            said = json.loads(_small(place, item.main))
        except (ValueError, RecursionError):
            return item.files
        listed = said.get("files") if isinstance(said, dict) else None
        names = {unicodedata.normalize("NFC", str(name)) for name in listed} if isinstance(listed, list) else set()
        named = [one for one in _listed(place) if unicodedata.normalize("NFC", one.name) in names]
    return tuple({one.name: one for one in (*item.files, *named) if one.name != item.main.name}.values())


def _listed(place: int) -> list[Seen]:
    """Every file of the folder: a form may name any of them."""
    return [one for name, one in share.look(place, deep=False).items() if not ignored(name)]


def _small(place: int, seen: Seen) -> bytes:
    if seen.size > FORM_BYTES:
        raise FormError([Wrong("", f"biểu mẫu dài quá {FORM_BYTES} byte", f"longer than {FORM_BYTES} bytes")])
    return b"".join(share.pieces(place, seen))


def ignored(name: str) -> bool:
    """Whether a name is of something unfinished, or of no document at all."""
    lower = name.lower()
    return name.startswith((".", "~$")) or lower.endswith(_UNFINISHED) or lower in _SYSTEM
