"""What a PDF could do by itself: scripts, programs, forms that send, files inside, content from elsewhere.

Every object in use in the last revision is looked at, whether a page leads to it or not: what is dead today is
switched on by an update tomorrow. Bytes are searched first and only what is suspect is read, so that a long
document costs milliseconds. The report names kinds; whether a kind is refused is decided by who receives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic

from edxml.pdf.objects import deref, raw
from edxml.pdf.reading import READ_ERRORS, IndexedReader

ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "submit_form",
    "/ImportData": "import_data",
    "/ResetForm": "reset_form",
    "/GoToR": "go_to_remote",
    "/GoToE": "go_to_embedded",
    "/URI": "uri",
    "/Hide": "hide",
    "/SetOCGState": "set_layers",
    "/Movie": "rich_media",
    "/Sound": "rich_media",
    "/Rendition": "rich_media",
    "/GoTo3DView": "rich_media",
    "/RichMediaExecute": "rich_media",
}
ANNOTATIONS = {
    "/RichMedia": "rich_media",
    "/Movie": "rich_media",
    "/Screen": "rich_media",
    "/Sound": "rich_media",
    "/3D": "rich_media",
    "/FileAttachment": "embedded_file",
}
TRIGGERS = ("/OpenAction", "/AA")  # what runs without a click, wherever it stands
# a name may be written with #xx for any letter: then the object is read in full
_SUSPECT = re.compile(
    rb"/(?:JS|JavaScript|Launch|SubmitForm|ImportData|ResetForm|GoToR|GoToE|URI|Hide|SetOCGState|Movie|Sound|Rendition"
    rb"|GoTo3DView|RichMedia|Screen|3D|FileAttachment|EF|EmbeddedFile|XFA|OpenAction|AA|FFilter|F)(?![a-zA-Z0-9])"
    rb"|/RichMedia|/EmbeddedFiles|/[^\s/<>\[\](){}%#]*#"
)


def found_in(reader: IndexedReader) -> tuple[str, ...]:
    """Slugs of what a document could do, sorted.

    A destination to open at (/OpenAction [page /Fit]) and an action that only goes to a page are nothing.
    """
    found: set[str] = set()
    for reference, text in _suspects(reader):
        try:
            _look(reference.get_object(), found)
        except (*READ_ERRORS, MemoryError):  # another reader may be able to
            found |= {slug for name, slug in ACTIONS.items() if name.encode() in text}
    return tuple(sorted(found))


def _suspects(reader: Any) -> Iterator[tuple[generic.Reference, bytes]]:
    """Objects in use in whose bytes something active may stand, with these bytes."""
    held: dict[int, set[int]] = {}
    for number, (generation, place) in reader.in_use().items():
        if not isinstance(place, int):
            held.setdefault(place.obj_stream_id, set()).add(number)
        elif _SUSPECT.search(text := reader.head(place)):
            yield generic.Reference(number, generation, reader), text
    for holder, numbers in held.items():
        try:
            stream = reader.object_stream(holder)
        except READ_ERRORS:
            continue  # its objects cannot be read one by one either
        if not stream.places:
            yield from ((generic.Reference(number, 0, reader), b"") for number in numbers)
        elif _SUSPECT.search(stream.data.getvalue()):
            for number, text in stream.texts():
                if number in numbers and _SUSPECT.search(text):
                    yield generic.Reference(number, 0, reader), text


def _look(value: Any, found: set[str]) -> None:
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, generic.DictionaryObject):
            found.update(_kinds(item))
            todo.extend(dict.values(item))
        elif isinstance(item, generic.ArrayObject):
            todo.extend(list.__iter__(item))


def _kinds(holder: Any) -> Iterator[str]:
    kind = str(raw(holder, "/Type"))
    if kind != "/StructElem" and (action := ACTIONS.get(str(deref(raw(holder, "/S"))))) is not None:
        yield action
    if raw(holder, "/JS") is not None:
        yield "javascript"
    if (annotation := ANNOTATIONS.get(str(deref(raw(holder, "/Subtype"))))) is not None:
        yield annotation
    if kind == "/EmbeddedFile" or raw(holder, "/EF") is not None or raw(holder, "/EmbeddedFiles") is not None:
        yield "embedded_file"
    if raw(holder, "/XFA") is not None:
        yield "xfa"
    if isinstance(holder, generic.StreamObject) and raw(holder, "/F") is not None:
        yield "external_stream"
    if any(_does_something(deref(raw(holder, trigger))) for trigger in TRIGGERS):
        yield "automatic_action"


def _does_something(action: Any) -> bool:
    """Whether what runs by itself is more than going to a page; an array is a destination."""
    if not isinstance(action, generic.DictionaryObject):
        return False
    return bool(raw(action, "/S") != "/GoTo" or raw(action, "/Next") is not None)
