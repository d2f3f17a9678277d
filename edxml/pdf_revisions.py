"""What may happen to a PDF after a signature: the rules of pyHanko, and the few relaxations real State tools need.

Measured on 22 State-signed files: pyHanko's default calls 21 of 23 non-final signatures suspicious. Three
relaxations explain all but one file; each is kept narrow:

A  a cross-reference entry may be freed if its number was never in use in the signed revision
   (iTextSharp 5.5.9 writes one such entry for each revision with object streams);
B  a signature field that appears and is signed in one and the same revision may be visible after a certification,
   if it hides little of what was there: at most half of any earlier widget, a quarter of the page;
C  the metadata stream may be other than well-formed XML.

Half of an earlier widget, not nothing: the organisation's seal covers about a third of the person's signature
by law (R-050), and 44 % in Decree 50/2026/NĐ-CP. Filling other form fields is never explained here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FieldComparisonContext,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    WhitelistRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdate
from pyhanko.sign.fields import MDPPerm

from edxml import pdf_comparison
from edxml.pdf_reading import READ_ERRORS

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
    """Relaxation B: new visible signature fields after a certification, if signed at once and out of the way."""

    def __init__(self) -> None:
        super().__init__(allow_new_visible_after_certify=True)  # type: ignore[no-untyped-call]

    def apply(self, context: FieldComparisonContext) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        for name, spec in context.field_specs.items():
            if spec.field_type == "/Sig" and spec.old_field_ref is None and spec.new_field_ref is not None:
                _check_new_field(name, spec.new_field_ref, context)
        yield from super().apply(context)


def _check_new_field(name: str, reference: Any, context: FieldComparisonContext) -> None:
    field = reference.get_object()
    boxes = [pdf_comparison.rectangle(widget) for widget in _widgets(field)]
    if not any(pdf_comparison.area(box) for box in boxes):
        return
    xrefs = context.new.reader.xrefs
    try:
        value = field.raw_get("/V")
        born, signed = (xrefs.get_introducing_revision(r) for r in (reference, value.reference))
    except (KeyError, AttributeError) as error:
        raise SuspiciousModification(f"the visible signature field {name} was added without a signature") from error
    if born != signed:
        raise SuspiciousModification(f"the visible signature field {name} was added in one revision, signed in another")
    numbers = {(reference.idnum, reference.generation), *_kid_numbers(field)}
    earlier = context.new.reader.get_historical_resolver(max(born - 1, context.old.revision))
    _check_place(name, numbers, boxes, context.new, earlier)


def _check_place(name: str, numbers: set[tuple[int, int]], boxes: list[Any], new: Any, earlier: Any) -> None:
    old_pages = pdf_comparison.page_list(earlier)
    placed = False
    for page, old_page in zip(pdf_comparison.page_list(new), old_pages, strict=True):
        if not numbers & {(r.idnum, r.generation) for r in _annotation_references(page)}:
            continue
        placed = True
        sheet = pdf_comparison.area(_sheet(page))
        for box in boxes:
            if pdf_comparison.area(box) > LARGEST_SHARE_OF_PAGE * sheet:
                raise SuspiciousModification(f"the signature field {name} covers too much of its page")
            for other in _annotation_references(old_page):
                below = pdf_comparison.rectangle(other.get_object())
                if pdf_comparison.overlap(box, below) > LARGEST_SHARE_OF_WIDGET * pdf_comparison.area(below):
                    raise SuspiciousModification(f"the signature field {name} hides an earlier annotation")
    if not placed:
        raise SuspiciousModification(f"the visible signature field {name} stands on no page")


def _widgets(field: Any) -> list[Any]:
    kids = _array(field, "/Kids")
    return [kid.get_object() for kid in kids] if kids else [field]


def _kid_numbers(field: Any) -> set[tuple[int, int]]:
    return {(k.idnum, k.generation) for k in _array(field, "/Kids") if isinstance(k, generic.IndirectObject)}


def _annotation_references(page: dict[str, Any]) -> list[Any]:
    listed = page.get("/Annots")
    listed = listed.get_object() if isinstance(listed, generic.IndirectObject) else listed
    items = list.__iter__(listed) if isinstance(listed, generic.ArrayObject) else ()
    return [r for r in items if isinstance(r, generic.IndirectObject)]


def _sheet(page: dict[str, Any]) -> tuple[float, float, float, float]:
    box = page.get("/MediaBox")
    return pdf_comparison.rectangle(generic.DictionaryObject({generic.pdf_name("/Rect"): box}))


def _array(holder: Any, key: str) -> list[Any]:
    value = holder.get(key) if isinstance(holder, generic.DictionaryObject) else None
    return list(list.__iter__(value)) if isinstance(value, generic.ArrayObject) else []


class StatePolicy(StandardDiffPolicy):
    """The standard policy with the relaxations A, B and C, and without the filling of form fields."""

    def __init__(self) -> None:
        metadata: Any = MetadataUpdateRule  # its constructor has no types
        super().__init__(
            global_rules=[
                CatalogModificationRule(),
                DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
                XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
                ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
                DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
                metadata(check_xml_syntax=False).as_qualified(ModificationLevel.LTA_UPDATES),
                NeverUsedFreeingRule().as_qualified(ModificationLevel.LTA_UPDATES),
            ],
            form_rule=FormUpdatingRule(field_rules=[SignedFieldCreationRule(), SigFieldModificationRule()]),
            reject_object_freeing=False,
        )

    def apply(self, old: Any, new: Any, field_mdp_spec: Any = None, doc_mdp: Any = None) -> DiffResult:
        freed = [r.idnum for r in new.refs_freed_in_revision() if was_used(old, r.idnum)]
        if freed:
            raise SuspiciousModification(f"objects {freed} were in use and are freed")
        return super().apply(old, new, field_mdp_spec, doc_mdp)


POLICY = StatePolicy()


class History:
    """The steps from revision to revision of one file, each explained once, for all its signatures.

    pyHanko compares every later revision with the signed one, which costs seconds for each pair of a long
    document. Explaining each step from its own predecessor is at least as strict: what a step adds is
    explained against the file as it then was, and nothing may be taken away.
    """

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self._steps: dict[int, DiffResult | str] = {}

    def explain(self, signature: Any) -> ModificationLevel | str:
        """How far later revisions go beyond a signature that covers its own revision, or why they are not explained.

        signature: pyHanko's EmbeddedPdfSignature. Begins with the latest step, so that what spoils one signature
        is looked at once.
        """
        level = ModificationLevel.NONE
        for revision in range(self.reader.xrefs.total_revisions - 1, signature.signed_revision, -1):
            step = self._step(revision)
            if isinstance(step, str):
                return step
            if signature.fieldmdp is not None and any(map(signature.fieldmdp.is_locked, step.changed_form_fields)):
                return "a form field that the signature locks was changed"
            level = max(level, step.modification_level)
        limit = signature.docmdp_level
        if limit is not None and level.value > limit.value:
            return "more was changed than the signature allows"
        return level

    def _step(self, revision: int) -> DiffResult | str:
        if revision not in self._steps:
            self._steps[revision] = self._compare(revision)
        return self._steps[revision]

    def _compare(self, revision: int) -> DiffResult | str:
        old, new = (self.reader.get_historical_resolver(r) for r in (revision - 1, revision))
        try:
            # as after a certification: the stricter reading, for every signature
            return POLICY.apply(old, new, doc_mdp=MDPPerm.FILL_FORMS)
        except SuspiciousModification as error:
            return str(error) or "suspicious modification"
        except READ_ERRORS as error:
            return f"{type(error).__name__}: {error}"
