"""Whether two revisions of a PDF show the same pages, by value: the second opinion, apart from pyHanko's rules.

pyHanko's difference analysis asks whether every changed object is explained. Here the question is another one:
is what a reader sees and what a click does equal, whatever the objects are called? A difference found here is
proof of a change; the absence of one only means that the change is not in the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic

PAGE_KEYS = ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate",
             "/UserUnit", "/AA", "/Group")  # fmt: skip
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
CATALOG_KEYS = ("/OpenAction", "/AA", "/Names", "/OCProperties", "/URI", "/Collection", "/NeedsRendering")
BACKWARD = frozenset({"/Parent", "/P", "/StructParent", "/StructParents", "/Popup", "/IRT"})
PAGE_LIMIT = 100_000
STEP_LIMIT = 3_000_000


class TooMuchError(ValueError):
    """The comparison would not end in reasonable time."""


class Comparison:
    """One comparison of an older with a newer revision (two pyHanko views on the same file)."""

    def __init__(self, old: Any, new: Any) -> None:
        self.old = old
        self.new = new
        self._seen: set[tuple[int, int, int, int]] = set()
        self._steps = 0

    def difference(self) -> str | None:
        """The first difference a reader could see or trigger, in English; None if there is none.

        Raises TooMuchError, or what the reader raises for objects it cannot read: then nothing is proven.
        """
        for key in CATALOG_KEYS:
            if not self._equal(_raw(self.old.root, key), _raw(self.new.root, key)):
                return f"{key} of the document is different"
        old_pages, new_pages = list(_pages(self.old)), list(_pages(self.new))
        if len(old_pages) != len(new_pages):
            return f"{len(old_pages)} pages became {len(new_pages)}"
        for number, (old_page, new_page) in enumerate(zip(old_pages, new_pages, strict=True), 1):
            for key in PAGE_KEYS:
                if not self._equal(old_page.get(key), new_page.get(key)):
                    return f"{key} of page {number} is different"
            if (found := self._annotations(old_page.get("/Annots"), new_page.get("/Annots"))) is not None:
                return f"{found} on page {number}"
        return self._form()

    def _annotations(self, old: Any, new: Any) -> str | None:
        old_widgets, old_others = _split(old)
        new_widgets, new_others = _split(new)
        if len(old_others) != len(new_others):
            return "an annotation was added or removed"
        if not all(self._equal(a, b) for a, b in zip(old_others, new_others, strict=True)):
            return "an annotation is different"
        for key, widget in old_widgets.items():
            if key not in new_widgets:
                return "a signature widget is gone"
            now = new_widgets[key]
            if not self._equal(_raw(widget, "/Rect"), _raw(now, "/Rect")):
                return "a signature widget has moved"
            newly_signed = _value(widget) is None and _value(now) is not None
            if not newly_signed and not self._equal(_raw(widget, "/AP"), _raw(now, "/AP")):
                return "a signature widget looks different"
        for key, widget in new_widgets.items():
            if key not in old_widgets and _value(widget) is None and is_visible(widget):
                return "a visible signature field without a signature was added"
        return None

    def _form(self) -> str | None:
        """Fields that have no widget on a page still have values that a script or an XFA form shows."""
        old_form, new_form = _deref(_raw(self.old.root, "/AcroForm")), _deref(_raw(self.new.root, "/AcroForm"))
        if not self._equal(_raw(old_form, "/XFA"), _raw(new_form, "/XFA")):
            return "the XFA form is different"
        old_values, new_values = _form_values(old_form), _form_values(new_form)
        if old_values.keys() != new_values.keys():
            return "a form field was added or removed"
        for name, value in old_values.items():
            if not self._equal(value, new_values[name]):
                return "a form field was filled or changed"
        return None

    def _equal(self, old: Any, new: Any) -> bool:
        """Deep equality by value; pairs under comparison count as equal, so that circles end."""
        todo = [(old, new)]
        while todo:
            self._steps += 1
            if self._steps > STEP_LIMIT:
                raise TooMuchError("the document is too large to compare")
            a, b = todo.pop()
            if isinstance(a, generic.IndirectObject) and isinstance(b, generic.IndirectObject):
                pair = (a.idnum, a.generation, b.idnum, b.generation)
                if pair in self._seen:
                    continue
                self._seen.add(pair)
            a, b = _deref(a), _deref(b)
            if isinstance(a, generic.StreamObject) or isinstance(b, generic.StreamObject):
                if type(a) is not type(b) or not _same_stream(a, b):
                    return False
                todo.extend(_entries(a, b, skip=BACKWARD | {"/Length", "/Filter", "/DecodeParms"}))
            elif isinstance(a, generic.DictionaryObject) and isinstance(b, generic.DictionaryObject):
                todo.extend(_entries(a, b, skip=BACKWARD))
            elif isinstance(a, generic.ArrayObject) and isinstance(b, generic.ArrayObject):
                if len(a) != len(b):
                    return False
                todo.extend(zip(list.__iter__(a), list.__iter__(b), strict=True))
            elif not _same_atom(a, b):
                return False
        return True


def is_visible(widget: Any) -> bool:
    """Whether a widget has an area on its page."""
    return area(rectangle(widget)) > 0


def rectangle(widget: Any) -> tuple[float, float, float, float]:
    """A widget's rectangle as (left, bottom, right, top); all zero if it has none."""
    box = _deref(_raw(widget, "/Rect"))
    if not isinstance(box, generic.ArrayObject) or len(box) != 4:
        return (0.0, 0.0, 0.0, 0.0)
    x1, y1, x2, y2 = (float(v) for v in box)
    return (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def area(box: tuple[float, float, float, float]) -> float:
    """The area of a rectangle in square points."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """The area two rectangles share."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def page_list(view: Any) -> list[dict[str, Any]]:
    """All pages of a revision with what they inherit."""
    return list(_pages(view))


def _pages(view: Any) -> Iterator[dict[str, Any]]:
    todo: list[tuple[Any, dict[str, Any]]] = [(_raw(view.root, "/Pages"), {})]
    seen: set[int] = set()
    count = 0
    while todo:
        reference, inherited = todo.pop()
        node = _deref(reference)
        if not isinstance(node, generic.DictionaryObject) or id(node) in seen:
            raise ValueError("the page tree is broken")
        seen.add(id(node))
        own = inherited | {key: _raw(node, key) for key in INHERITED if key in node}
        if "/Kids" in node:
            todo.extend((kid, own) for kid in reversed(list(list.__iter__(_deref(_raw(node, "/Kids"))))))
            continue
        count += 1
        if count > PAGE_LIMIT:
            raise TooMuchError("more pages than can be compared")
        yield own | {key: _raw(node, key) for key in (*PAGE_KEYS, "/Annots") if key in node}


def _split(annotations: Any) -> tuple[dict[tuple[int, int], Any], list[Any]]:
    """Signature widgets by their object number, and everything else in order."""
    widgets: dict[tuple[int, int], Any] = {}
    others: list[Any] = []
    listed = _deref(annotations)
    for item in list.__iter__(listed) if isinstance(listed, generic.ArrayObject) else ():
        annotation = _deref(item)
        if isinstance(item, generic.IndirectObject) and _is_signature_widget(annotation):
            widgets[item.idnum, item.generation] = annotation
        else:
            others.append(item)
    return widgets, others


def _is_signature_widget(annotation: Any) -> bool:
    if not isinstance(annotation, generic.DictionaryObject) or _raw(annotation, "/Subtype") != "/Widget":
        return False
    return bool(_inherited(annotation, "/FT") == "/Sig")


def _value(widget: Any) -> Any:
    return _inherited(widget, "/V")


def _inherited(node: Any, key: str) -> Any:
    for _ in range(32):
        if not isinstance(node, generic.DictionaryObject):
            return None
        if key in node:
            return _deref(_raw(node, key))
        node = _deref(_raw(node, "/Parent"))
    return None


def _form_values(form: Any) -> dict[str, Any]:
    """Values of all fields that are no signatures, by full name."""
    values: dict[str, Any] = {}
    todo = [(item, "") for item in _items(_raw(form, "/Fields"))]
    seen: set[int] = set()
    while todo:
        item, prefix = todo.pop()
        field = _deref(item)
        if not isinstance(field, generic.DictionaryObject) or id(field) in seen:
            continue
        seen.add(id(field))
        name = f"{prefix}.{_raw(field, '/T')}"
        todo.extend((kid, name) for kid in _items(_raw(field, "/Kids")))
        if "/T" in field and _inherited(field, "/FT") not in ("/Sig", None):
            values[name] = _raw(field, "/V")
    return values


def _items(value: Any) -> list[Any]:
    listed = _deref(value)
    return list(list.__iter__(listed)) if isinstance(listed, generic.ArrayObject) else []


def _entries(a: Any, b: Any, skip: frozenset[str]) -> list[tuple[Any, Any]]:
    return [(_raw(a, key), _raw(b, key)) for key in {*a.keys(), *b.keys()} - skip]


def _same_stream(a: Any, b: Any) -> bool:
    return bool(a.encoded_data == b.encoded_data and _raw(a, "/Filter") == _raw(b, "/Filter")) or bool(a.data == b.data)


def _same_atom(a: Any, b: Any) -> bool:
    strings = (generic.TextStringObject, generic.ByteStringObject)
    if isinstance(a, strings) and isinstance(b, strings):
        return bool(a.original_bytes == b.original_bytes)
    nothing = (type(None), generic.NullObject)
    if isinstance(a, nothing) or isinstance(b, nothing):
        return isinstance(a, nothing) and isinstance(b, nothing)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return float(a) == float(b)
    return type(a) is type(b) and bool(a == b)


def _raw(holder: Any, key: str) -> Any:
    if not isinstance(holder, generic.DictionaryObject):
        return None
    try:
        return holder.raw_get(key)
    except KeyError:
        return None


def _deref(value: Any) -> Any:
    for _ in range(32):
        if not isinstance(value, generic.IndirectObject):
            return value
        value = value.get_object()
    raise ValueError("a reference leads to references without end")
