"""Verdicts on signatures: one value for a signature, a file and a document, in ETSI EN 319 102-1 words.

A verdict has three values. "Cannot tell" is INDETERMINATE: an exception, a missing certificate or a
missing revocation answer is never PASSED and never FAILED. A file without a signature is UNSIGNED,
which is a fact about the file and no verdict on a signature.

Integrity (was the signed revision changed?) and trust (whose key, was it valid?) are separate axes;
only their combination is the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edxml import verdict_text
from edxml.page.facts import PageFacts
from edxml.signature_report import Need, Revocation, SignatureReport, TimestampReport
from edxml.verdict_words import Integrity, LegalValue, Role, SubIndication, Verdict

__all__ = [
    "DocumentReport",
    "FileReport",
    "Integrity",
    "LegalValue",
    "Need",
    "Revocation",
    "Role",
    "SignatureReport",
    "SubIndication",
    "TimestampReport",
    "Verdict",
    "main_file",
    "order_warnings",
]


@dataclass(frozen=True, slots=True)
class FileReport:
    """All signatures of one file, in the order of their revisions.

    note: a slug that says more about the file: "orphan_signature", "not_a_pdf", "encrypted", "other_format", ….
    active: what the file could do by itself, by slug: javascript, launch, embedded_file, …; empty for a quiet one.
    timestamps: those over the document, in the order of their revisions; a signature's own is in its report.
    warnings: slugs: signature_removed, document_timestamp_broken, read_forgivingly, two_headers, and what lies ready
    in a signed document to be shown later: unused_objects, stray_objects, fillable_fields, annotations_over_content,
    layers, covered_text (`pdf.hidden`).
    page: what the file looks like, None when it could not be read; its text is for checks and never in the JSON.
    """

    name: str
    verdict: Verdict
    sub_indication: SubIndication | None = None
    signatures: tuple[SignatureReport, ...] = ()
    note: str | None = None
    detail: str = ""
    warnings: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    timestamps: tuple[TimestampReport, ...] = ()
    page: PageFacts | None = None

    @classmethod
    def of(cls, name: str, signatures: Sequence[SignatureReport], warnings: tuple[str, ...] = ()) -> FileReport:
        """The verdict of a file from all of its signatures, never from one of them.

        law: R-069 TT15/2025 Đ6 (all signatures count)
        """
        assert signatures, "a file without signatures is UNSIGNED, not the sum of nothing"
        worst = min(signatures, key=_rank)
        return cls(name, worst.verdict, worst.sub_indication, tuple(signatures), warnings=warnings)

    def has_passed(self, role: Role) -> bool:
        """Whether a signature of that role is valid."""
        return any(s.role is role and s.verdict is Verdict.PASSED for s in self.signatures)

    def as_json(self) -> dict[str, object]:
        """The file in the shape outside tools rely on."""
        return {
            "name": self.name,
            "verdict": self.verdict.value,
            "sub_indication": _value(self.sub_indication),
            "signatures": [s.as_json() for s in self.signatures],
            "note": self.note,
            "detail": self.detail,
            "warnings": list(self.warnings),
            "active": list(self.active),
            "timestamps": [t.as_json() for t in self.timestamps],
            "page": None if self.page is None else self.page.as_json(),
            "sentence": verdict_text.file(self),
            "sentence_en": verdict_text.file(self, verdict_text.EN),
        }


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """The verdict on a document: its main file (the first PDF) and its annexes together."""

    verdict: Verdict
    sub_indication: SubIndication | None
    legal_value: LegalValue
    files: tuple[FileReport, ...]

    @classmethod
    def of(cls, files: Iterable[FileReport], *, copy_needs_mark: bool = True) -> DocumentReport:
        """The document's verdict: the worst of its signed files.

        A document whose main file is unsigned is never PASSED by its annexes.
        copy_needs_mark: False under a profile that takes an organisation's signature alone for a copy.
        """
        reports = tuple(files)
        main = main_file(reports)
        signed = [f for f in reports if f.verdict is not Verdict.UNSIGNED]
        worst = min(signed, key=_rank, default=None)
        if worst is None or (worst.verdict is Verdict.PASSED and main is not None and main.verdict is Verdict.UNSIGNED):
            return cls(Verdict.INDETERMINATE, SubIndication.NO_SIGNATURE, LegalValue.INFORMATION, reports)
        value = _legal_value(main, copy_needs_mark=copy_needs_mark)
        if worst.verdict is Verdict.FAILED:
            value = LegalValue.INFORMATION
        return cls(worst.verdict, worst.sub_indication, value, reports)

    @property
    def is_unsigned(self) -> bool:
        """Whether no file of the document carries a signature."""
        return all(f.verdict is Verdict.UNSIGNED for f in self.files)

    def as_json(self) -> dict[str, object]:
        """The document in the shape outside tools rely on."""
        return {
            "verdict": self.verdict.value,
            "sub_indication": _value(self.sub_indication),
            "legal_value": self.legal_value.value,
            "files": [f.as_json() for f in self.files],
            "unsigned": self.is_unsigned,
            "sentence": verdict_text.document(self),
            "sentence_en": verdict_text.document(self, verdict_text.EN),
        }


def main_file(files: Sequence[FileReport]) -> FileReport | None:
    """The file that is the document itself: the first PDF, else the first file."""
    pdfs = [f for f in files if f.note != "other_format"]
    return next(iter(pdfs or files), None)


def order_warnings(signatures: Sequence[SignatureReport]) -> tuple[str, ...]:
    """law: R-075 TT Đ6.5 (first the person, then the organisation): shown, never judged."""
    roles = [s.role for s in signatures]
    both = Role.PERSON in roles and Role.ORGANISATION in roles
    if both and roles.index(Role.ORGANISATION) < roles.index(Role.PERSON):
        return ("organisation_before_person",)
    return ()


def _legal_value(main: FileReport | None, *, copy_needs_mark: bool) -> LegalValue:
    if main is None or main.verdict is not Verdict.PASSED:
        return LegalValue.INFORMATION  # law: R-062 QĐ28 Đ4.2
    marks = {s.copy_mark for s in main.signatures if s.role is Role.ORGANISATION}
    if None in marks and main.has_passed(Role.PERSON):
        return LegalValue.ORIGINAL  # law: R-061 NĐ30 Đ5.1
    # an office that only marked a copy did not issue it, whoever else signed
    if marks - {None} or (marks and not copy_needs_mark):
        return LegalValue.COPY  # law: R-065 NĐ30 Đ25.1c
    return LegalValue.INFORMATION


_WORST_FIRST = {Verdict.FAILED: 0, Verdict.INDETERMINATE: 1, Verdict.PASSED: 2, Verdict.UNSIGNED: 3}


def _rank(report: SignatureReport | FileReport) -> int:
    return _WORST_FIRST[report.verdict]


def _value(sub_indication: SubIndication | None) -> str | None:
    return None if sub_indication is None else sub_indication.value
