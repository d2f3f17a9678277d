"""What lies ready in a signed PDF to be shown later: warnings, never a verdict.

A shadow attack (Mainka, Mladenov, Rohlmann: "Shadow Attacks", NDSS 2021) is prepared before the signature and done
after it: a text under a picture that an update takes away, a field over a text, a second page that nobody sees yet.
Before the switch the signature is valid and says the truth about the bytes; what is unusual about them is named
here. After the switch the integrity of the signature says what happened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, Any

from pyhanko.pdf_utils import generic

from edxml.pdf import covering, objects, reading
from edxml.pdf.graph import Graph
from edxml.pdf.objects import deref, entry, items, raw
from edxml.pdf.reading import READ_ERRORS

QUIET = frozenset({"/Link", "/Widget", "/Popup"})
SHOWN = frozenset({"/Page", "/Pages", "/Catalog", "/Font", "/XObject"})
STRAY_LIMIT = 2_000_000  # object marks looked at
_OBJECT = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+$")
_BEGINS_TEXT, _SHOWS_TEXT = re.compile(rb"\bBT\b"), re.compile(rb"\bT[jJ]\b")
_HIDDEN, _NO_VIEW = 1 << 1, 1 << 5


def found_in(graph: Graph) -> tuple[str, ...]:
    """Slugs of what is unusual in a signed document.

    unused_objects: pages, fonts or drawings to which nothing leads; stray_objects: bodies of objects that no table of
    the file knows; fillable_fields: form fields over the page that are no signatures; annotations_over_content;
    layers: content that can be switched on and off; covered_text: letters under a picture or a filled area.
    """
    return tuple(slug for slug, look in LOOKS if _holds(look, graph))


def _holds(look: Callable[[Graph], bool], graph: Graph) -> bool:
    try:
        return look(graph)
    except (*READ_ERRORS, MemoryError):
        return False  # what cannot be read is the verdict's matter


def _unused(graph: Graph) -> bool:
    reader: Any = graph.reader
    unused = graph.unused()
    places = reader.in_use()
    known = reader.xrefs.xref_stream_refs
    for number in unused:
        reference = generic.Reference(number, places[number][0], reader)
        if reference not in known and _could_be_shown(reference.get_object()):
            return True
    return False


def _could_be_shown(value: Any) -> bool:
    if not isinstance(value, generic.DictionaryObject):
        return False
    kind = raw(value, "/Type")
    if isinstance(value, generic.StreamObject) and kind is None and raw(value, "/Subtype") is None:
        return _draws(value.data[:65_536])
    return kind in SHOWN or raw(value, "/Subtype") in ("/Image", "/Form")


def _draws(content: bytes) -> bool:
    """Whether text is begun and then shown; two looks, because one pattern for both would start anew at every BT."""
    begun = _BEGINS_TEXT.search(content)
    return begun is not None and _SHOWS_TEXT.search(content, begun.end()) is not None


def _stray(graph: Graph) -> bool:
    reader: Any = graph.reader
    places = set()
    for revision in range(reader.xrefs.total_revisions):
        data = reader.xrefs.get_xref_data(revision)
        for section in (data, data.hybrid.xref_data) if data.hybrid is not None else (data,):
            places |= {place for _, place in section.standard_xrefs.values()}
        places |= _own_place(reader, revision)
    return any(place not in places for place in _bodies(reader.stream))


def _own_place(reader: Any, revision: int) -> set[int]:
    """Where the cross-reference stream of a revision stands: it need not list itself."""
    info = reader.xrefs.get_xref_container_info(revision)
    return {info.start_location} if info.stream_ref is not None else set()


def _bodies(stream: IO[bytes]) -> Iterator[int]:
    """Where "N G obj" stands in the bytes of a file."""
    for place in islice(reading.places_of(stream, b" obj"), STRAY_LIMIT):
        begin = max(0, place - 24)
        stream.seek(begin)
        around = stream.read(place - begin + 5)
        head = _OBJECT.search(around[: place - begin + 1])
        if head is not None and around[-1:] in b"\r\n\t <[(/0123456789":
            yield place + 1 - len(head[0])


def _fields(graph: Graph) -> bool:
    return any(
        raw(a, "/Subtype") == "/Widget" and not objects.is_signature_widget(a) and _is_shown(a)
        for a in _annotations(graph)
    )


def _overlays(graph: Graph) -> bool:
    return any(raw(a, "/Subtype") not in QUIET and "/AP" in a and _is_shown(a) for a in _annotations(graph))


def _annotations(graph: Graph) -> Iterator[Any]:
    for _, page in objects.pages(graph.reader):
        for item in items(page.get("/Annots")):
            if isinstance(annotation := deref(item), generic.DictionaryObject):
                yield annotation


def _is_shown(annotation: Any) -> bool:
    flags = entry(annotation, "/F")
    hidden = isinstance(flags, int) and bool(flags & (_HIDDEN | _NO_VIEW))
    return objects.is_visible(annotation) and not hidden


def _layers(graph: Graph) -> bool:
    return bool(items(raw(entry(graph.reader.root, "/OCProperties"), "/OCGs")))


def _covered(graph: Graph) -> bool:
    return covering.covers_text(graph.reader)


LOOKS = (
    ("unused_objects", _unused),
    ("stray_objects", _stray),
    ("fillable_fields", _fields),
    ("annotations_over_content", _overlays),
    ("layers", _layers),
    ("covered_text", _covered),
)
