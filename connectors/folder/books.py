"""What the connector remembers on the share itself: which items arrived, under which name, and what they were about.

`.truc/received/<item>.json` is written when an item is complete and before its name appears in in/: from then on it
is delivered, whatever happens. What was begun and not yet named is ended from there, after any crash.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from connectors.folder import share
from connectors.forms.answering import About
from edxml.document_id import comparison_key

if TYPE_CHECKING:
    from connectors.folder.share import Share

RECEIVED: Final = "received"
DOCUMENTS: Final = "documents"
_PLAIN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item that arrived. renames: what in in/ still has to get its name, in this order: (unfinished, final)."""

    item_id: str
    sha256: str
    name: str
    renames: tuple[tuple[str, str], ...]
    about: About


def key(item_id: str) -> str:
    """The item's id as part of a file name."""
    return item_id if _PLAIN.fullmatch(item_id) else hashlib.sha256(item_id.encode()).hexdigest()


def entry(at: Share, item_id: str) -> Entry | None:
    """The item, when it arrived. Raises ShareError."""
    said = _read(at, RECEIVED, key(item_id))
    if said is None or said.get("item_id") != item_id:
        return None
    renames = tuple((str(one), str(other)) for one, other in said["renames"])
    return Entry(item_id, said["sha256"], said["name"], renames, About(**said["about"]))


def enter(at: Share, one: Entry) -> None:
    """Write down that an item is complete: from now on it is delivered. Raises ShareError."""
    _write(at, RECEIVED, key(one.item_id), asdict(one))


def publish(at: Share, one: Entry) -> None:
    """Give what arrived its names in in/; what had them already stays as it is. Raises ShareError."""
    with at.folder("in") as folder:
        for unfinished, final in one.renames:
            if share.exists(folder, unfinished):
                os.rename(unfinished, final, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)


def remember(at: Share, about: About) -> None:
    """Keep what an answer to this document is about. Raises ShareError."""
    _write(at, DOCUMENTS, _document_key(about.document_id), asdict(about))


def answered(at: Share, item_id: str, document_id: str) -> About | None:
    """What an answer is about, by the item or the document it names. Raises ShareError."""
    if item_id:
        found = entry(at, item_id)
        return found.about if found is not None else None
    said = _read(at, DOCUMENTS, _document_key(document_id))
    return About(**said) if said is not None else None


def sweep(at: Share, now: float, keep_seconds: float) -> None:
    """End what was complete and has no name yet, remove what was never completed, forget what is long over.

    now: the share's own clock. Raises ShareError.
    """
    with at.folder("in") as folder:
        unfinished = [(one, _age(folder, one, now)) for one in share.names(folder) if one.startswith(share.PREFIX)]
    for name, age in unfinished:
        known = _read(at, RECEIVED, name.removeprefix(share.PREFIX).partition(".")[0])
        if known is not None and any(one == name for one, _ in known["renames"]):
            complete = entry(at, known["item_id"])
            if complete is not None:
                publish(at, complete)
        elif age > share.OLD_SECONDS:
            with at.folder("in") as folder:
                share.remove(folder, name)
    for parts in (("sent",), ("refused",), (share.BOOKS,), (share.BOOKS, RECEIVED), (share.BOOKS, DOCUMENTS)):
        with at.folder(*parts) as folder:
            for name in share.names(folder):
                limit = share.OLD_SECONDS if name.startswith(share.PREFIX) else keep_seconds
                of_books = len(parts) > 1 or name.startswith(share.PREFIX)
                if of_books and _age(folder, name, now) > limit:
                    share.remove(folder, name)


def _age(folder: int, name: str, now: float) -> float:
    try:
        return now - os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return 0


def _document_key(document_id: str) -> str:
    return hashlib.sha256(comparison_key(document_id).encode()).hexdigest()[:40]


def _read(at: Share, book: str, name: str) -> dict[str, Any] | None:
    with at.folder(share.BOOKS, book) as folder:
        data = share.read(folder, f"{name}.json")
    if data is None:
        return None
    try:
        said: dict[str, Any] = json.loads(data)
    except ValueError as cause:
        message = "a file of the connector's own books is damaged"
        raise share.ShareError(message) from cause
    return said


def _write(at: Share, book: str, name: str, said: dict[str, Any]) -> None:
    with at.folder(share.BOOKS, book) as folder:
        share.write(folder, f"{name}.json", json.dumps(said, ensure_ascii=False).encode())
