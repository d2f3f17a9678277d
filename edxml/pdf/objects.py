"""Reading pyHanko's objects without surprises: what is absent is None, what leads nowhere is None, circles end.

ISO 32000-2, 7.3.10: a reference to an object that does not exist is a reference to null.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pyhanko.pdf_utils import generic, misc

Box = tuple[float, float, float, float]
PAGE_KEYS = ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate",
             "/UserUnit", "/AA", "/Group")  # fmt: skip
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
PAGE_LIMIT = 100_000
CHAIN_LIMIT = 32


class TooMuchError(ValueError):
    """A document is too large to be looked at in reasonable time."""


def raw(holder: Any, key: str) -> Any:
    """An entry as it stands, a reference as a reference; None if there is none, or no dictionary."""
    if not isinstance(holder, generic.DictionaryObject):
        return None
    try:
        return holder.raw_get(key)
    except KeyError:
        return None


def deref(value: Any) -> Any:
    """What a reference leads to. Raises what the reader raises for an object that exists and cannot be read."""
    for _ in range(CHAIN_LIMIT):
        if not isinstance(value, generic.IndirectObject):
            return value
        try:
            value = value.get_object()
        except misc.PdfReadError:
            if exists(value):
                raise
            return None
    raise ValueError("a reference leads to references without end")


def exists(reference: Any) -> bool:
    """Whether an object of that number and generation is in use in the reference's own revision."""
    view = reference.get_pdf_handler()
    reader = getattr(view, "reader", view)
    revision = getattr(view, "revision", reader.xrefs.total_revisions - 1)
    return reader.xrefs.get_historical_ref(generic.Reference(*number_of(reference)), revision) is not None


def entry(holder: Any, key: str) -> Any:
    """What an entry leads to."""
    return deref(raw(holder, key))


def items(value: Any) -> list[Any]:
    """The items of an array as they stand; empty for anything else."""
    listed = deref(value)
    return list(list.__iter__(listed)) if isinstance(listed, generic.ArrayObject) else []


def inherited(node: Any, key: str) -> Any:
    """What an entry of a field leads to, its own or its parents'."""
    for _ in range(CHAIN_LIMIT):
        if not isinstance(node, generic.DictionaryObject):
            return None
        if key in node:
            return entry(node, key)
        node = entry(node, "/Parent")
    return None


def number_of(reference: Any) -> tuple[int, int]:
    """Object number and generation."""
    return (reference.idnum, reference.generation)


def is_signature_widget(annotation: Any) -> bool:
    """Whether an annotation is the widget of a signature field."""
    if not isinstance(annotation, generic.DictionaryObject) or raw(annotation, "/Subtype") != "/Widget":
        return False
    return bool(inherited(annotation, "/FT") == "/Sig")


def is_visible(widget: Any) -> bool:
    """Whether an annotation has an area on its page."""
    return area(rectangle(widget)) > 0


def rectangle(annotation: Any) -> Box:
    """An annotation's rectangle as left, bottom, right, top; all zero if it has none."""
    return box(raw(annotation, "/Rect"))


def box(value: Any) -> Box:
    """Four numbers as left, bottom, right, top; all zero if they are not that."""
    corners = [deref(corner) for corner in items(value)]
    if len(corners) != 4 or not all(isinstance(c, (int, float, Decimal)) for c in corners):
        return (0.0, 0.0, 0.0, 0.0)
    x1, y1, x2, y2 = (float(c) for c in corners)
    return (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def area(rectangle: Box) -> float:
    """The area of a rectangle in square points."""
    return max(0.0, rectangle[2] - rectangle[0]) * max(0.0, rectangle[3] - rectangle[1])


def overlap(a: Box, b: Box) -> float:
    """The area two rectangles share."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def pages(view: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """All pages of a revision in order: the reference as it stands, and the entries with what they inherit.

    Raises ValueError for a page tree that is no tree, TooMuchError for one that does not end.
    """
    todo: list[tuple[Any, dict[str, Any]]] = [(raw(view.root, "/Pages"), {})]
    seen: set[tuple[int, int]] = set()
    count = 0
    while todo:
        reference, above = todo.pop()
        node = deref(reference)
        if not isinstance(node, generic.DictionaryObject):
            raise ValueError("the page tree is broken")  # noqa: TRY004 (a fault of the file, not of a caller)
        if isinstance(reference, generic.IndirectObject):
            if number_of(reference) in seen:
                raise ValueError("the page tree runs in a circle")
            seen.add(number_of(reference))
        own = above | {key: raw(node, key) for key in INHERITED if key in node}
        count += 1
        if count > PAGE_LIMIT:
            raise TooMuchError("more pages than can be compared")
        if "/Kids" in node:
            todo.extend((kid, own) for kid in reversed(items(raw(node, "/Kids"))))
        else:
            yield reference, own | {key: raw(node, key) for key in (*PAGE_KEYS, "/Annots") if key in node}
