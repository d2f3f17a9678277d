"""Relaxation D: what a signing tool does to the structure tree of a tagged document for its new widget.

For each visible signature in a tagged document (Decree 50/2026/NĐ-CP has five) VGCA's tool adds one StructElem /Form
to the element /Document, whose only content is the new widget (an object reference, OBJR), and writes the whole
number tree /ParentTree again: 30 arrays with the numbers of 9,000 elements, and one new entry from the widget's
/StructParent to the new element. pyHanko has no rule for it. Here the tree is read in both revisions and nothing
passes but this:

- /StructTreeRoot is the same object, equal but for /K, /ParentTree and /ParentTreeNextKey;
- every old entry of /ParentTree is there, under its key, equal by value; containers are new objects, or old
  containers of the same tree;
- every new entry leads from the /StructParent of a new signature widget to a new element;
- every new element is /Form, holds one OBJR with that widget and nothing else: no text of its own (/ActualText,
  /Alt, /E, /T), no attributes, no page content;
- new elements stand at the end of /K of the root, or of an element right below it that is otherwise equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.sign.diff_analysis import ReferenceUpdate, SuspiciousModification, WhitelistRule

from edxml.pdf import relaxations
from edxml.pdf.objects import deref, entry, items, number_of, raw

Number = tuple[int, int]
ELEMENT_KEYS = frozenset({"/Type", "/S", "/P", "/Pg", "/K"})
OBJECT_KEYS = frozenset({"/Type", "/Obj", "/Pg"})
NODE_KEYS = frozenset({"/Type", "/Nums", "/Kids", "/Limits"})
CHANGING = frozenset({"/K", "/ParentTree", "/ParentTreeNextKey"})
NODE_LIMIT = 200_000


class StructureTreeRule(WhitelistRule):
    """The rule: it clears the objects named above and no other, and none at all if anything else is different."""

    def apply(self, old: Any, new: Any) -> Iterator[ReferenceUpdate]:
        reference = raw(new.root, "/StructTreeRoot")
        before, after = entry(old.root, "/StructTreeRoot"), deref(reference)
        if not isinstance(before, generic.DictionaryObject) or not isinstance(after, generic.DictionaryObject):
            return
        written = {number_of(r) for r in new.explicit_refs_in_revision()}
        try:
            cleared = {*_Step(old, new, before, after).cleared(reference)}
        except SuspiciousModification:
            return  # what was written stays unexplained; a tree that nobody touched is nobody's concern
        for number in cleared & written:
            yield ReferenceUpdate(generic.Reference(*number, pdf=new))


class _Step:
    """The structure tree of one revision against that of the one before it."""

    def __init__(self, old: Any, new: Any, before: Any, after: Any) -> None:
        self.old = old
        self.new = new
        self.before = before
        self.after = after
        self.widgets = _new_widgets(old, new)
        self.parents: set[Number] = set()  # what new elements were added to

    def cleared(self, root: Any) -> Iterator[Number]:
        """Numbers of all objects that the step may have written; raises SuspiciousModification."""
        _same_but(self.before, self.after, CHANGING, "the root of the structure tree")
        old_entries, old_nodes = _number_tree(raw(self.before, "/ParentTree"))
        new_entries, new_nodes = _number_tree(raw(self.after, "/ParentTree"))
        elements = dict(self._elements(root))
        for key, value in old_entries.items():
            if key not in new_entries or not _same_entry(value, new_entries[key]):
                raise SuspiciousModification(f"entry {key} of the parent tree is gone or different")
        for key in new_entries.keys() - old_entries.keys():
            widget = elements.get(_reference(new_entries[key], "a new entry of the parent tree"))
            if widget is None or raw(widget, "/StructParent") != key:
                raise SuspiciousModification(f"new entry {key} of the parent tree leads to no new signature field")
        self._check_next_key(new_entries)
        yield number_of(root)
        yield from elements
        yield from self.parents
        for number in new_nodes:
            if number in old_nodes or not relaxations.was_used(self.old, number[0]):
                yield number

    def _elements(self, root: Any) -> Iterator[tuple[Number, Any]]:
        """New elements with their widgets; their parents are noted on the way."""
        old_kids, new_kids = _kids(self.before), _kids(self.after)
        yield from self._added(old_kids, new_kids, number_of(root))
        for kid in old_kids:
            if not isinstance(kid, generic.IndirectObject):
                continue
            then = deref(generic.IndirectObject(kid.idnum, kid.generation, self.old))
            now = deref(generic.IndirectObject(kid.idnum, kid.generation, self.new))
            if not isinstance(then, generic.DictionaryObject) or raw(then, "/K") == raw(now, "/K"):
                continue
            _same_but(then, now, frozenset({"/K"}), "an element of the structure tree")
            yield from self._added(_kids(then), _kids(now), number_of(kid))
            self.parents |= {number_of(kid), *_list_numbers(now, self.old)}
        self.parents |= _list_numbers(self.after, self.old)

    def _added(self, old_kids: list[Any], new_kids: list[Any], parent: Number) -> Iterator[tuple[Number, Any]]:
        if new_kids[: len(old_kids)] != old_kids:
            raise SuspiciousModification("children of the structure tree were changed, moved or removed")
        for kid in new_kids[len(old_kids) :]:
            number = _reference(kid, "a new child of the structure tree")
            yield number, self._widget(number, deref(kid), parent)

    def _widget(self, number: Number, element: Any, parent: Number) -> Any:
        """The new widget that a new element stands for, and for nothing else."""
        if relaxations.was_used(self.old, number[0]):
            raise SuspiciousModification("a new element of the structure tree takes the place of an older object")
        content = deref(_only(raw(element, "/K")))
        sound = (
            isinstance(element, generic.DictionaryObject)
            and isinstance(content, generic.DictionaryObject)
            and set(element) <= ELEMENT_KEYS
            and set(content) <= OBJECT_KEYS
            and raw(element, "/S") == "/Form"
            and raw(element, "/Type") in ("/StructElem", None)
            and raw(content, "/Type") == "/OBJR"
            and _reference(raw(element, "/P"), "the parent of a new element") == parent
        )
        widget = self.widgets.get(_reference(raw(content, "/Obj"), "the object of a new element")) if sound else None
        if widget is None:
            raise SuspiciousModification("a new element of the structure tree is more than a new signature field")
        places = {number_of(p) for p in (raw(element, "/Pg"), raw(content, "/Pg"), raw(widget, "/P")) if p is not None}
        if len(places) > 1:
            raise SuspiciousModification("a new element of the structure tree stands on another page than its widget")
        return widget

    def _check_next_key(self, entries: dict[int, Any]) -> None:
        following = raw(self.after, "/ParentTreeNextKey")
        if following is None and raw(self.before, "/ParentTreeNextKey") is None:
            return
        if not isinstance(following, int) or following <= max(entries, default=-1):
            raise SuspiciousModification("/ParentTreeNextKey does not follow the keys of the parent tree")


def _new_widgets(old: Any, new: Any) -> dict[Number, Any]:
    """Widgets of the signature fields that the newer revision adds to the form."""
    forms = (entry(view.root, "/AcroForm") for view in (old, new))
    known, now = (
        {number_of(f): deref(f) for f in items(raw(form, "/Fields")) if isinstance(f, generic.IndirectObject)}
        for form in forms
    )
    found: dict[Number, Any] = {}
    for number in now.keys() - known.keys():
        field = now[number]
        if raw(field, "/FT") != "/Sig" or relaxations.was_used(old, number[0]):
            continue
        kids = [kid for kid in items(raw(field, "/Kids")) if isinstance(kid, generic.IndirectObject)]
        found |= {number_of(kid): deref(kid) for kid in kids} or {number: field}
    return found


def _number_tree(top: Any) -> tuple[dict[int, Any], set[Number]]:
    """All entries of a number tree as they stand, and the numbers of the containers it is made of."""
    entries: dict[int, Any] = {}
    nodes: set[Number] = set()
    todo = [top]
    visited = 0
    while todo:
        item = todo.pop()
        visited += 1
        if visited > NODE_LIMIT or (isinstance(item, generic.IndirectObject) and number_of(item) in nodes):
            raise SuspiciousModification("the parent tree does not end")
        node = deref(item)
        if node is None:
            continue
        if not isinstance(node, generic.DictionaryObject) or not set(node) <= NODE_KEYS:
            raise SuspiciousModification("the parent tree holds something else")
        numbers = items(raw(node, "/Nums"))
        containers = (item, raw(node, "/Nums"), raw(node, "/Kids"), *numbers[1::2])
        nodes |= {number_of(c) for c in containers if _is_container(c)}
        todo.extend(items(raw(node, "/Kids")))
        for key, value in zip(numbers[::2], numbers[1::2], strict=True):
            if not isinstance(key, int) or key in entries:
                raise SuspiciousModification("the parent tree has a key twice, or none")
            entries[key] = value
    return entries, nodes


def _is_container(value: Any) -> bool:
    """Whether a reference leads to a node or a list of the tree, not to an element."""
    if not isinstance(value, generic.IndirectObject):
        return False
    found = deref(value)
    return isinstance(found, generic.ArrayObject) or (isinstance(found, dict) and "/S" not in found)


def _same_entry(old: Any, new: Any) -> bool:
    """Whether two entries name the same elements in the same order; each in its own revision."""
    then, now = deref(old), deref(new)
    if isinstance(then, generic.ArrayObject) and isinstance(now, generic.ArrayObject):
        return items(then) == items(now)
    both = isinstance(old, generic.IndirectObject) and isinstance(new, generic.IndirectObject)
    return both and number_of(old) == number_of(new)


def _same_but(old: Any, new: Any, changing: frozenset[str], what: str) -> None:
    kept = {*old, *(new if isinstance(new, generic.DictionaryObject) else ())} - changing
    if not isinstance(new, generic.DictionaryObject) or any(raw(old, key) != raw(new, key) for key in kept):
        raise SuspiciousModification(f"{what} is different")


def _kids(element: Any) -> list[Any]:
    """The children of an element as they stand; one alone need not be in an array."""
    kids = raw(element, "/K")
    if kids is None:
        return []
    return items(kids) if isinstance(deref(kids), generic.ArrayObject) else [kids]


def _list_numbers(element: Any, old: Any) -> set[Number]:
    """The number of an array of children that is an object of its own, and was not something else before."""
    kids = raw(element, "/K")
    if not isinstance(kids, generic.IndirectObject) or not isinstance(deref(kids), generic.ArrayObject):
        return set()
    before = deref(generic.IndirectObject(kids.idnum, kids.generation, old))
    return {number_of(kids)} if before is None or isinstance(before, generic.ArrayObject) else set()


def _only(value: Any) -> Any:
    listed = deref(value)
    if isinstance(listed, generic.ArrayObject):
        return items(listed)[0] if len(listed) == 1 else None
    return value


def _reference(value: Any, what: str) -> Number:
    if not isinstance(value, generic.IndirectObject):
        raise SuspiciousModification(f"{what} is no reference")
    return number_of(value)
