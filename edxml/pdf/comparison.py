"""Whether two revisions of a PDF show the same, by value: the second opinion, apart from pyHanko's rules.

pyHanko's difference analysis asks whether every changed object is explained. Here the question is another one:
is what a reader sees and what a click does equal, whatever the objects are called? Every step that the rules
explain must pass here too. A difference found here is proof of a change; the absence of one only means that the
change is not in what is shown.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pyhanko.pdf_utils import generic

from edxml.pdf import objects
from edxml.pdf.objects import PAGE_KEYS, TooMuchError, deref, items, number_of, raw

# /Lang, /ViewerPreferences, /PageLayout, /PageMode, /PieceInfo and /Metadata change nothing of what a page says.
CATALOG_KEYS = ("/OpenAction", "/AA", "/Names", "/Dests", "/Outlines", "/PageLabels", "/Threads", "/OCProperties",
                "/OutputIntents", "/URI", "/Collection", "/NeedsRendering", "/AF", "/Requirements")  # fmt: skip
LOOKS = ("/Rect", "/AP", "/AS", "/F", "/MK", "/BS", "/Border", "/OC", "/A", "/AA")
SPOKEN = ("/ActualText", "/Alt", "/E")  # what is read aloud or copied instead of what is drawn
BACKWARD = frozenset({"/Parent", "/P", "/StructParent", "/StructParents", "/Popup", "/IRT"})
# Below these stand dictionaries whose keys are names of somebody's choice: "/P" may be a drawing there.
NAMING = frozenset({"/XObject", "/Font", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties",
                    "/CharProcs", "/Colorants", "/N", "/R", "/D", "/Dests"})  # fmt: skip
STEP_LIMIT = 3_000_000


class Comparison:
    """One comparison of an older with a newer revision (two pyHanko views on the same file)."""

    def __init__(self, old: Any, new: Any) -> None:
        self.old = old
        self.new = new
        self._old_pages = list(objects.pages(old))
        self._new_pages = list(objects.pages(new))
        self._places = [
            {number_of(r): n for n, (r, _) in enumerate(listed) if isinstance(r, generic.IndirectObject)}
            for listed in (self._old_pages, self._new_pages)
        ]
        self._seen: set[tuple[int, int, int, int]] = set()
        self._steps = 0

    def difference(self) -> str | None:
        """The first difference a reader could see or trigger, in English; None if there is none.

        A signature field that is new, or was empty and is signed now, is no difference.
        Raises TooMuchError, or what the reader raises for objects it cannot read: then nothing is proven.
        """
        for key in CATALOG_KEYS:
            if not self._equal(raw(self.old.root, key), raw(self.new.root, key)):
                return f"{key} of the document is different"
        if len(self._old_pages) != len(self._new_pages):
            return f"{len(self._old_pages)} pages became {len(self._new_pages)}"
        both = zip(self._old_pages, self._new_pages, strict=True)
        for number, ((old_reference, old_page), (new_reference, new_page)) in enumerate(both, 1):
            for key in objects.INHERITED:
                # some readers inherit along /Parent, which need not be the way the tree was walked
                above = (objects.inherited(deref(r), key) for r in (old_reference, new_reference))
                if not self._equal(*above):
                    return f"{key} of page {number} is different"
            for key in PAGE_KEYS:
                if not self._equal(old_page.get(key), new_page.get(key)):
                    return f"{key} of page {number} is different"
            if (found := self._annotations(old_page.get("/Annots"), new_page.get("/Annots"))) is not None:
                return f"{found} on page {number}"
        return self._form()

    def spoken_difference(self) -> str | None:
        """Whether the words that a tagged document puts in the place of what it draws are others."""
        roots = (raw(self.old.root, "/StructTreeRoot"), raw(self.new.root, "/StructTreeRoot"))
        if roots[0] is None and roots[1] is None:
            return None
        old, new = (self._spoken(root) for root in roots)
        return None if old == new else "the words that are read aloud are different"

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
            if not self._equal(raw(widget, "/Rect"), raw(now, "/Rect")):
                return "a signature widget has moved"
            newly_signed = _value(widget) is None and _value(now) is not None
            if not newly_signed and not all(self._equal(raw(widget, look), raw(now, look)) for look in LOOKS):
                return "a signature widget looks different"
        for key, widget in new_widgets.items():
            if key not in old_widgets and _value(widget) is None and objects.is_visible(widget):
                return "a visible signature field without a signature was added"
        return None

    def _form(self) -> str | None:
        """Fields that have no widget on a page still have values that a script or an XFA form shows."""
        old_form, new_form = (objects.entry(view.root, "/AcroForm") for view in (self.old, self.new))
        if not self._equal(raw(old_form, "/XFA"), raw(new_form, "/XFA")):
            return "the XFA form is different"
        old_values, new_values = _form_values(old_form), _form_values(new_form)
        if old_values.keys() != new_values.keys():
            return "a form field was added or removed"
        for name, value in old_values.items():
            if not self._equal(value, new_values[name]):
                return "a form field was filled or changed"
        if not old_values:
            return None
        # a reader that draws the fields anew takes these instead of the appearance that was signed
        for key in ("/NeedAppearances", "/DA", "/Q"):
            if not self._equal(raw(old_form, key), raw(new_form, key)):
                return f"{key} of the form is different"
        return None if self._grown(raw(old_form, "/DR"), raw(new_form, "/DR")) else "/DR of the form is different"

    def _grown(self, old: Any, new: Any) -> bool:
        """Whether every old resource is still there, equal; further ones may have come."""
        old, new = deref(old), deref(new)
        if not isinstance(old, generic.DictionaryObject):
            return old is None
        for kind in old:
            held, now = objects.entry(old, kind), objects.entry(new, kind)
            if not isinstance(held, generic.DictionaryObject):
                if not self._equal(held, now):
                    return False
            elif not all(self._equal(raw(held, name), raw(now, name)) for name in held):
                return False
        return True

    def _spoken(self, root: Any) -> list[tuple[bytes | None, ...]]:
        found = []
        todo = [root]
        seen: set[tuple[int, int]] = set()
        while todo:
            self._count()
            item = todo.pop()
            if isinstance(item, generic.IndirectObject):
                if number_of(item) in seen:
                    continue
                seen.add(number_of(item))
            element = deref(item)
            if isinstance(element, generic.ArrayObject):
                todo.extend(reversed(list(list.__iter__(element))))
            elif isinstance(element, generic.DictionaryObject):
                words = tuple(getattr(objects.entry(element, key), "original_bytes", None) for key in SPOKEN)
                if any(word is not None for word in words):
                    found.append(words)
                if (kids := raw(element, "/K")) is not None:
                    todo.append(kids)
        return found

    def _count(self) -> None:
        self._steps += 1
        if self._steps > STEP_LIMIT:
            raise TooMuchError("the document is too large to compare")

    def _equal(self, old: Any, new: Any) -> bool:
        """Deep equality by value; pairs under comparison count as equal, so that circles end.

        A reference to a page is equal to one to the page in the same place: pages are compared by themselves.
        """
        todo = [(old, new, BACKWARD)]
        while todo:
            self._count()
            a, b, skip = todo.pop()
            if isinstance(a, generic.IndirectObject) and isinstance(b, generic.IndirectObject):
                pair = (*number_of(a), *number_of(b))
                if pair in self._seen:
                    continue
                self._seen.add(pair)
            place, now = self._place(a, 0), self._place(b, 1)
            if place is not None or now is not None:
                if place != now:
                    return False
                continue
            a, b = deref(a), deref(b)
            if isinstance(a, generic.StreamObject) or isinstance(b, generic.StreamObject):
                if type(a) is not type(b) or not _same_stream(a, b):
                    return False
                todo.extend(_entries(a, b, skip=BACKWARD | {"/Length", "/Filter", "/DecodeParms"}))
            elif isinstance(a, generic.DictionaryObject) and isinstance(b, generic.DictionaryObject):
                todo.extend(_entries(a, b, skip=skip))
            elif isinstance(a, generic.ArrayObject) and isinstance(b, generic.ArrayObject):
                if len(a) != len(b):
                    return False
                todo.extend((x, y, BACKWARD) for x, y in zip(list.__iter__(a), list.__iter__(b), strict=True))
            elif not _same_atom(a, b):
                return False
        return True

    def _place(self, value: Any, side: int) -> int | None:
        return self._places[side].get(number_of(value)) if isinstance(value, generic.IndirectObject) else None


def _split(annotations: Any) -> tuple[dict[tuple[int, int], Any], list[Any]]:
    """Signature widgets by their object number, and everything else in order."""
    widgets: dict[tuple[int, int], Any] = {}
    others: list[Any] = []
    for item in items(annotations):
        annotation = deref(item)
        if isinstance(item, generic.IndirectObject) and objects.is_signature_widget(annotation):
            widgets[number_of(item)] = annotation
        else:
            others.append(item)
    return widgets, others


def _value(widget: Any) -> Any:
    return objects.inherited(widget, "/V")


def _form_values(form: Any) -> dict[str, Any]:
    """Values of all fields that are no signatures, by full name."""
    values: dict[str, Any] = {}
    todo = [(item, "") for item in items(raw(form, "/Fields"))]
    seen: set[int] = set()
    while todo:
        item, prefix = todo.pop()
        field = deref(item)
        if not isinstance(field, generic.DictionaryObject) or id(field) in seen:
            continue
        seen.add(id(field))
        name = f"{prefix}.{raw(field, '/T')}"
        todo.extend((kid, name) for kid in items(raw(field, "/Kids")))
        if "/T" in field and objects.inherited(field, "/FT") not in ("/Sig", None):
            values[name] = raw(field, "/V")
    return values


def _entries(a: Any, b: Any, skip: frozenset[str]) -> list[tuple[Any, Any, frozenset[str]]]:
    """Pairs to compare, each with the keys that are passed by in them if they are dictionaries."""
    keys = {*a.keys(), *b.keys()} - skip
    return [(raw(a, key), raw(b, key), frozenset() if key in NAMING else BACKWARD) for key in keys]


def _same_stream(a: Any, b: Any) -> bool:
    # the same place in the file: the common case, and the data is not decoded for it
    same_filters = raw(a, "/Filter") == raw(b, "/Filter") and raw(a, "/DecodeParms") == raw(b, "/DecodeParms")
    if same_filters and a.encoded_data == b.encoded_data:
        return True
    try:
        return bool(a.data == b.data)
    except NotImplementedError:  # a picture's own coding, which nobody need decode to see that it is another one
        return False


def _same_atom(a: Any, b: Any) -> bool:
    strings = (generic.TextStringObject, generic.ByteStringObject)
    if isinstance(a, strings) and isinstance(b, strings):
        return bool(a.original_bytes == b.original_bytes)
    nothing = (type(None), generic.NullObject)
    if isinstance(a, nothing) or isinstance(b, nothing):
        return isinstance(a, nothing) and isinstance(b, nothing)
    if isinstance(a, (int, float, Decimal)) and isinstance(b, (int, float, Decimal)):
        return float(a) == float(b)
    return type(a) is type(b) and bool(a == b)
