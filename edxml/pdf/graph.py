"""Who names whom in a PDF, revision by revision, so that pyHanko need not walk a whole document for each step.

pyHanko asks for every path from the trailer to an object that a revision overwrites, and walks all objects of the
earlier revision to find them: two seconds a step for a long tagged document. Only objects from which an overwritten
one can be reached lie on such a path; the others are passed by here.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.pdf_utils.xref import ObjStreamRef

from edxml.pdf.reading import READ_ERRORS, IndexedReader

TRAILER = 0  # the number under which the trailer stands in the graph; no object has it
UPWARD = frozenset({"/Parent"})  # pyHanko follows no path through these
UPWARD_IN_STRUCTURE = frozenset({"/Parent", "/P"})
# An object without comments and escapes can be searched as it stands, a hundred times faster than read. What stands in
# a string is taken for a reference too, which makes nobody blind; one that is not closed may hold the word "endobj".
_PLAIN = re.compile(rb"(?:[^%\\()]++|\([^%\\()]*+\))*+")
_REFERENCE = re.compile(rb"(?<![0-9.])(\d{1,10})[\0\t\n\f\r ]+\d{1,5}[\0\t\n\f\r ]+R(?![a-zA-Z0-9])")
_LONG_HEX = re.compile(rb"<[0-9A-Fa-f\s]{64,}+>")  # a signature's value, mostly; no reference is written in hex digits
_PARENT_REFERENCE = re.compile(rb"/Parent[\0\t\n\f\r ]*\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+R")
_UPWARD_REFERENCE = re.compile(rb"/P(?:arent)?[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+R")


@dataclass(slots=True)
class Names:
    """The numbers an object refers to: all of them, and those below it."""

    all: set[int]
    below: set[int]


class Graph:
    """The references between the objects of one file, by object number, in each of its revisions."""

    def __init__(self, reader: IndexedReader) -> None:
        self.reader = reader
        self._written: dict[int, dict[int, Names]] = {}
        self._named_in: dict[int, set[int]] = {}
        self._texts: dict[int, dict[int, bytes]] = {}

    def named_before(self, revision: int) -> set[int]:
        """All numbers that objects of earlier revisions refer to, whatever became of them."""
        for r in range(revision):
            if r not in self._named_in:
                self._named_in[r] = set().union(*(names.all for names in self._names(r).values()))
        return set().union(*(self._named_in[r] for r in range(revision)))

    def unused(self) -> set[int]:
        """Objects in use in the last revision to which nothing leads, in this revision or an earlier one."""
        below: dict[int, set[int]] = defaultdict(set)
        for r in range(self.reader.xrefs.total_revisions):
            for number, names in self._names(r).items():
                below[number] |= names.all
        reached = {TRAILER}
        todo = [TRAILER]
        while todo:
            for number in below[todo.pop()] - reached:
                reached.add(number)
                todo.append(number)
        return self.reader.in_use().keys() - reached

    def leading_to(self, numbers: Iterable[int], revision: int) -> set[int]:
        """The objects of a revision from which one of these can be reached, these included."""
        current: dict[int, Names] = {}
        for r in range(revision + 1):
            current |= self._names(r)
        back = defaultdict(list)
        for source, names in current.items():
            for target in names.below:
                back[target].append(source)
        found = set(numbers)
        todo = list(found)
        while todo:
            for source in back[todo.pop()]:
                if source not in found:
                    found.add(source)
                    todo.append(source)
        return found

    def _names(self, revision: int) -> dict[int, Names]:
        """What each object that a revision writes refers to."""
        if revision not in self._written:
            reader: Any = self.reader
            xrefs = reader.xrefs
            found = {TRAILER: _names_in(self.reader.trailer.flatten(revision))}
            for reference in xrefs.explicit_refs_in_revision(revision):
                place = xrefs.get_historical_ref(reference, revision)
                if place is None:
                    continue  # a freed entry
                text = self._text(place, reference.idnum)
                names = _names_in_text(text or b"")
                if text is None or not _PLAIN.fullmatch(text):
                    is_last = xrefs.get_last_change(reference) <= revision
                    with contextlib.suppress(*READ_ERRORS):  # an object that cannot be read is left as it looks
                        names = _names_in(reader.get_object(reference, None if is_last else revision))
                found[reference.idnum] = names
            self._written[revision] = found
        return self._written[revision]

    def _text(self, place: int | ObjStreamRef, number: int) -> bytes | None:
        """The bytes of an object without its stream, as far as they are where they should be."""
        if isinstance(place, int):
            text = self.reader.head(place)
            return text if text.split(None, 1)[:1] == [b"%d" % number] else None
        if place.obj_stream_id not in self._texts:
            self._texts[place.obj_stream_id] = dict(self.reader.object_stream(place.obj_stream_id).texts())
        return self._texts[place.obj_stream_id].get(number)


def _names_in_text(text: bytes) -> Names:
    text = _LONG_HEX.sub(b"", text)
    named = {int(number) for number in _REFERENCE.findall(text)}
    above = _UPWARD_REFERENCE if b"/StructElem" in text else _PARENT_REFERENCE
    rest = above.sub(b"", text)
    return Names(named, named if rest == text else {int(number) for number in _REFERENCE.findall(rest)})


def _names_in(value: Any) -> Names:
    below: set[int] = set()
    above: set[int] = set()
    todo = [(value, below)]
    while todo:
        item, found = todo.pop()
        if isinstance(item, generic.IndirectObject):
            found.add(item.idnum)
        elif isinstance(item, generic.DictionaryObject):
            upward = UPWARD_IN_STRUCTURE if dict.get(item, "/Type") == "/StructElem" else UPWARD
            todo.extend((inner, above if key in upward else found) for key, inner in dict.items(item))
        elif isinstance(item, generic.ArrayObject):
            todo.extend((inner, found) for inner in list.__iter__(item))
    return Names(below | above, below)


class View(HistoricalResolver):
    """One revision as it was, with paths only to what somebody asks for.

    `look_for` goes before the first comparison with the revision that follows.
    """

    def __init__(self, graph: Graph, revision: int) -> None:
        super().__init__(graph.reader, revision)
        self._graph = graph
        self._wanted: set[int] = set()
        self._walking: set[int] | None = None

    def look_for(self, numbers: Iterable[int]) -> None:
        """The numbers of the objects whose paths will be asked for."""
        self._wanted |= set(numbers)

    def get_object(self, ref: generic.Reference, as_metadata_stream: bool = False) -> Any:
        if self._walking is not None and ref.idnum not in self._walking:
            return generic.DictionaryObject()
        return super().get_object(ref, as_metadata_stream)

    def _load_reverse_xref_cache(self) -> None:
        self._walking = self._graph.leading_to(self._wanted, self.revision)
        try:
            super()._load_reverse_xref_cache()  # type: ignore[no-untyped-call]
        finally:
            self._walking = None
