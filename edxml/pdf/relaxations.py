"""Relaxations A and B of pyHanko's difference rules: freed entries, and visible signature fields.

Why they are needed and what they cover is told in `pdf_revisions`; C (metadata) is a switch of pyHanko's own, D
(structure tree) has a module of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.sign.diff_analysis import (
    FieldComparisonContext,
    ModificationLevel,
    ReferenceUpdate,
    SigFieldCreationRule,
    SuspiciousModification,
    WhitelistRule,
)
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdate

from edxml.pdf import objects
from edxml.pdf.objects import Box, items, number_of, raw

LARGEST_SHARE_OF_WIDGET = 0.5
LARGEST_SHARE_OF_PAGE = 0.25


class NeverUsedFreeingRule(WhitelistRule):
    """Relaxation A: entries freed under a number that no earlier revision ever used mean nothing."""

    def apply(self, old: Any, new: Any) -> Iterator[ReferenceUpdate]:
        for reference in new.refs_freed_in_revision():
            if not was_used(old, reference.idnum):
                yield ReferenceUpdate(reference)


def was_used(view: Any, number: int) -> bool:
    """Whether an object of that number, of any generation, existed in a revision up to this view's."""
    for revision in range(view.revision + 1):
        data = view.reader.xrefs.get_xref_data(revision)
        hybrid = data.hybrid.xref_data if data.hybrid is not None else None
        for section in (data, hybrid):
            if section is None:
                continue
            if number in section.standard_xrefs or number in section.xrefs_in_objstm:
                return True
    return False


class SignedFieldCreationRule(SigFieldCreationRule):
    """Relaxation B: visible signature fields after a certification, if signed at once and out of the way.

    A field that waited empty for its signature is held to the same place rules when it is signed.
    """

    def __init__(self) -> None:
        super().__init__(allow_new_visible_after_certify=True)  # type: ignore[no-untyped-call]

    def apply(self, context: FieldComparisonContext) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        for name, spec in context.field_specs.items():
            if spec.field_type != "/Sig" or spec.new_field_ref is None:
                continue
            if spec.old_field_ref is None:
                _check_new_field(name, spec.new_field_ref, context)
            elif raw(spec.old_field, "/V") is None and raw(spec.new_field, "/V") is not None:
                _check_place(name, spec.new_field_ref, context)
        yield from super().apply(context)


def _check_new_field(name: str, reference: Any, context: FieldComparisonContext) -> None:
    field = reference.get_object()
    if not any(map(objects.is_visible, _widgets(field))):
        return
    xrefs = context.new.reader.xrefs
    try:
        value = field.raw_get("/V")
        born, signed = (xrefs.get_introducing_revision(r) for r in (reference, value.reference))
    except (KeyError, AttributeError) as error:
        raise SuspiciousModification(f"the visible signature field {name} was added without a signature") from error
    if born != signed:
        raise SuspiciousModification(f"the visible signature field {name} was added in one revision, signed in another")
    _check_place(name, reference, context)


def _check_place(name: str, reference: Any, context: FieldComparisonContext) -> None:
    """Refuse a field that hides much of its page, or of what an earlier revision put there."""
    field = reference.get_object()
    boxes = [b for b in map(objects.rectangle, _widgets(field)) if objects.area(b)]
    numbers = {number_of(reference), *(number_of(k) for k in _references(raw(field, "/Kids")))}
    placed = not boxes
    old_pages = (page for _, page in objects.pages(context.old))
    for (_, page), old_page in zip(objects.pages(context.new), old_pages, strict=True):
        if numbers.isdisjoint(map(number_of, _references(page.get("/Annots")))):
            continue
        placed = True
        earlier = [
            objects.rectangle(other.get_object())
            for other in _references(old_page.get("/Annots"))
            if number_of(other) not in numbers
        ]
        for box in boxes:
            _check_box(name, box, objects.box(page.get("/MediaBox")), earlier)
    if not placed:
        raise SuspiciousModification(f"the visible signature field {name} stands on no page")


def _check_box(name: str, box: Box, sheet: Box, earlier: list[Box]) -> None:
    if objects.area(box) > LARGEST_SHARE_OF_PAGE * objects.area(sheet):
        raise SuspiciousModification(f"the signature field {name} covers too much of its page")
    for below in earlier:
        # law: R-050 HN Đ11.2
        if objects.overlap(box, below) > LARGEST_SHARE_OF_WIDGET * objects.area(below):
            raise SuspiciousModification(f"the signature field {name} hides an earlier annotation")


def _widgets(field: Any) -> list[Any]:
    kids = items(raw(field, "/Kids"))
    return [kid.get_object() for kid in kids] if kids else [field]


def _references(value: Any) -> list[Any]:
    return [item for item in items(value) if isinstance(item, generic.IndirectObject)]
