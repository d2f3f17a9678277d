"""Where an item goes once it was answered: sent/ with its receipt, refused/ with the reason; all of it repeatable."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from connectors.folder import share
from connectors.forms import notes
from edxml.file_names import safe_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.base import Declined, Taken
    from connectors.folder.leaving import Item
    from connectors.folder.share import Seen, Share

_STEM_BYTES: Final = 180


def sent(at: Share, item: Item, files: Sequence[Seen], taken: Taken) -> None:
    """Move an item to sent/, with its receipt and a note. Raises ShareError."""
    beside = {".txt": notes.sent(taken).encode()}
    if taken.receipt:
        beside[".receipt.jws"] = taken.receipt.encode()
    _file(at, item, files, "sent", beside)


def refused(at: Share, item: Item, files: Sequence[Seen], declined: Declined, sha256: str) -> None:
    """Move an item to refused/, with the reason for people and for software. Raises ShareError."""
    beside = {
        ".ly-do.txt": notes.refused(declined).encode("utf-8-sig"),
        ".error.json": notes.refused_data(declined, sha256),
    }
    _file(at, item, files, "refused", beside)


def _file(at: Share, item: Item, files: Sequence[Seen], to: str, beside: Mapping[str, bytes]) -> None:
    """What is said of it first, then the item: whoever sees it there finds the reason beside it."""
    with at.folder(item.place) as source, at.folder(to) as target:
        stem, ending = _named(item)
        stem = _free(target, stem, ending if not files else "", beside, is_folder=item.main.is_folder or bool(files))
        for suffix, data in beside.items():
            if share.read(target, stem + suffix) != data:
                share.write(target, stem + suffix, data)
        if files:
            if not share.exists(target, stem):
                share.make_folder(target, stem)
            with at.folder(to, stem) as inside:
                for one in (*files, item.main):  # the form last: until then the item is still there
                    _move(source, one, inside, one.name)
        else:
            name = stem + ending
            while item.main.is_folder and share.exists(source, item.main.name) and share.exists(target, name):
                name += "_"
            _move(source, item.main, target, name)
        if item.marker is not None:
            share.remove(source, item.marker.name)


def _move(source: int, one: Seen, target: int, name: str) -> None:
    """Move what was seen; what an office put in its place meanwhile is left for the next look."""
    try:
        facts = os.stat(one.name, dir_fd=source, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not _is_it(one, facts):
        return
    share.move(source, one.name, target, name)
    moved = os.stat(name, dir_fd=target, follow_symlinks=False)
    if not _is_it(one, moved) and not share.exists(source, one.name):
        share.move(target, name, source, one.name)  # exchanged in that very moment: it goes back


def _is_it(one: Seen, facts: os.stat_result) -> bool:
    return stat.S_ISDIR(facts.st_mode) if one.is_folder else share.is_same(one, facts)


def _free(target: int, stem: str, ending: str, beside: Mapping[str, bytes], *, is_folder: bool) -> str:
    """The name an item gets there: the same again when it was begun before, else one that nothing has."""
    number, chosen = 1, stem
    while True:
        said = [share.read(target, chosen + suffix) for suffix in beside]
        if all(known in (None, data) for known, data in zip(said, beside.values(), strict=True)):
            begun = any(known is not None for known in said)
            if begun or not (share.exists(target, chosen + ending) or (is_folder and share.exists(target, chosen))):
                return chosen
        number += 1
        chosen = f"{stem} ({number})"


def _named(item: Item) -> tuple[str, str]:
    """Stem and ending of an item's name, fit for every system."""
    if item.kind == "folder":
        return safe_name(item.main.name).encode()[:_STEM_BYTES].decode("utf-8", "ignore"), ""
    stem, dot, ending = item.main.name.rpartition(".")
    return safe_name(stem).encode()[:_STEM_BYTES].decode("utf-8", "ignore"), dot + ending
