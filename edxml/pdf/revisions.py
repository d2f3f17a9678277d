"""What may happen to a PDF after a signature: the rules of pyHanko, and the few relaxations real State tools need.

Measured on 22 State-signed files: pyHanko's default calls 21 of 23 non-final signatures suspicious. Four
relaxations explain them all; each is kept narrow:

A  a cross-reference entry may be freed if its number was never in use in the signed revision
   (iTextSharp 5.5.9 writes one such entry for each revision with object streams);
B  a signature field that appears and is signed in one and the same revision may be visible after a certification,
   if it hides little of what was there: at most half of any earlier widget, a quarter of the page;
C  the metadata stream may be other than well-formed XML;
D  the structure tree of a tagged document may grow by one element for each new signature widget, and by nothing
   else (`pdf_structure`).

Half of an earlier widget, not nothing: the organisation's seal covers about a third of the person's signature
by law (R-050), and 44 % in Decree 50/2026/NĐ-CP. Filling other form fields is never explained here.

Stricter than pyHanko in two ways: an object that comes must not have been named before (a reference that led
nowhere when it was signed shows something now), and what is explained must also be equal by value (`pdf_comparison`).
"""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.fields import MDPPerm

from edxml.pdf import fields as pdf_fields
from edxml.pdf import objects
from edxml.pdf.comparison import Comparison
from edxml.pdf.graph import Graph, View
from edxml.pdf.reading import READ_ERRORS
from edxml.pdf.relaxations import NeverUsedFreeingRule, SignedFieldCreationRule, was_used
from edxml.pdf.structure import StructureTreeRule

STAMP_FORMAT = "/ETSI.RFC3161"


class StatePolicy(StandardDiffPolicy):
    """The standard policy with the relaxations A to D, and without the filling of form fields."""

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
                StructureTreeRule().as_qualified(ModificationLevel.FORM_FILLING),
            ],
            form_rule=FormUpdatingRule(field_rules=[SignedFieldCreationRule(), SigFieldModificationRule()]),
            reject_object_freeing=False,
        )

    def apply(self, old: Any, new: Any, field_mdp_spec: Any = None, doc_mdp: Any = None) -> DiffResult:
        freed = [r.idnum for r in new.refs_freed_in_revision() if was_used(old, r.idnum)]
        if freed:
            raise SuspiciousModification(f"objects {freed} were in use and are freed")
        # the paths pyHanko asks for: to what is written now, and to the appearances of the fields
        old.look_for(r.idnum for r in new.explicit_refs_in_revision())
        form = objects.entry(old.root, "/AcroForm")
        for field in objects.items(objects.raw(form, "/Fields")):
            appearance = objects.raw(objects.deref(field), "/AP")
            old.look_for(r.idnum for r in (field, appearance) if isinstance(r, generic.IndirectObject))
        return super().apply(old, new, field_mdp_spec, doc_mdp)


POLICY = StatePolicy()


class History:
    """The steps from revision to revision of one file, each explained once, for all its signatures.

    pyHanko compares every later revision with the signed one, which costs seconds for each pair of a long
    document. Explaining each step from its own predecessor is at least as strict: what a step adds is
    explained against the file as it then was, and nothing may be taken away.
    """

    def __init__(self, graph: Graph) -> None:
        reader: Any = graph.reader
        self.reader = reader
        self.final: int = reader.xrefs.total_revisions - 1
        self._steps: dict[int, DiffResult | str] = {}
        self._differences: dict[int, str | None] = {}
        self._graph = graph
        self._seen: dict[int, View] = {}

    def explain(self, signature: Any) -> ModificationLevel | str:
        """How far later revisions go beyond a signature that covers its own revision, or why they are not explained.

        signature: pyHanko's EmbeddedPdfSignature. Begins with the latest step, so that what spoils one signature
        is looked at once.
        """
        level = ModificationLevel.NONE
        for revision in range(self.final, signature.signed_revision, -1):
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

    def difference(self, signature: Any) -> str | None:
        """What is shown otherwise since a signature; None if nothing is. Raises what cannot be compared."""
        for revision in range(self.final, signature.signed_revision, -1):
            if revision not in self._differences:
                comparison = Comparison(*self._views(revision))
                # the rules prove the structure tree equal, or explain nothing
                spoken = comparison.spoken_difference if isinstance(self._step(revision), str) else lambda: None
                self._differences[revision] = comparison.difference() or spoken()
            if (found := self._differences[revision]) is not None:
                return found
        return None

    def is_upkeep(self, signature: Any) -> bool:
        """Whether each revision after a signature adds validation data or a time-stamp over the document."""
        return all(self._keeps_up(*self._views(r)) for r in range(self.final, signature.signed_revision, -1))

    def _keeps_up(self, old: Any, new: Any) -> bool:
        stamps = {f.name for f in pdf_fields.signature_fields(new) if f.value.get("/SubFilter") == STAMP_FORMAT}
        if stamps - {f.name for f in pdf_fields.signature_fields(old)}:
            return True
        store = objects.raw(new.root, "/DSS")
        if store is None:
            return False
        written = new.explicit_refs_in_revision()
        return not written.isdisjoint(new.collect_dependencies(store)) or store != objects.raw(old.root, "/DSS")

    def _views(self, revision: int) -> tuple[View, View]:
        for r in (revision - 1, revision):
            if r not in self._seen:
                self._seen[r] = View(self._graph, r)
        return self._seen[revision - 1], self._seen[revision]

    def _step(self, revision: int) -> DiffResult | str:
        if revision not in self._steps:
            self._steps[revision] = self._compare(revision)
        return self._steps[revision]

    def _compare(self, revision: int) -> DiffResult | str:
        old, new = self._views(revision)
        try:
            if waited := self._awaited(revision):
                return f"objects {sorted(waited)[:5]} were named before they came"
            # as after a certification: the stricter reading, for every signature
            return POLICY.apply(old, new, doc_mdp=MDPPerm.FILL_FORMS)
        except SuspiciousModification as error:
            return str(error) or "suspicious modification"
        except READ_ERRORS as error:
            return f"{type(error).__name__}: {error}"

    def _awaited(self, revision: int) -> set[int]:
        """Objects that come with a revision although older ones referred to them: null then, something now."""
        old: Any
        new: Any
        old, new = self._views(revision)
        coming = {r.idnum for r in new.explicit_refs_in_revision() - new.refs_freed_in_revision()}
        return {number for number in coming if not was_used(old, number)} & self._graph.named_before(revision)
