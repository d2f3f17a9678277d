"""A PDF without signatures: was it never signed, or was a signature taken away?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edxml.pdf import fields as pdf_fields
from edxml.pdf import objects
from edxml.pdf.fields import SignatureField
from edxml.pdf.reading import READ_ERRORS, Opened
from edxml.verdict import FileReport, SubIndication, TimestampReport, Verdict


def report(
    name: str, opened: Opened, marks: int, gone: set[str], stamps: tuple[TimestampReport, ...] = ()
) -> FileReport:
    """Unsigned, or a signed document whose signatures an unsigned update took away: that is a proven change.

    marks: how often /ByteRange stands in the file's bytes.
    """
    if gone:
        detail = f"signed fields of an earlier revision are gone: {', '.join(sorted(gone))}"
        return FileReport(name, Verdict.FAILED, SubIndication.HASH_FAILURE, note="signature_removed", detail=detail)
    if marks and not opened.strict:
        # a reader that guesses may miss a form that another one finds
        detail = "marks of signatures, but only the forgiving reader opens the file and it finds none"
        return FileReport(name, Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE, note="unreadable", detail=detail)
    try:
        next(objects.pages(opened.reader))
    except (*READ_ERRORS, StopIteration) as error:
        detail = f"the document has no pages that can be read: {error}"[:500]
        return FileReport(name, Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE, note="unreadable", detail=detail)
    if stamps:
        return FileReport(name, Verdict.UNSIGNED, note="only_timestamps", timestamps=stamps)
    if marks:
        return FileReport(name, Verdict.UNSIGNED, note="orphan_signature")
    return FileReport(name, Verdict.UNSIGNED, note="empty_fields" if pdf_fields.empty_fields(opened.reader) else None)


def removed_signatures(reader: Any, fields: Sequence[SignatureField]) -> set[str]:
    """Names of fields that were signed in an earlier revision and do not carry that signature any more.

    A way to hide a broken one, or a person's: the field may carry another one by now.
    """
    now = {(f.name, _contents(f)) for f in fields}
    gone: set[str] = set()
    for revision in range(reader.xrefs.total_revisions - 1):
        try:
            earlier = pdf_fields.signature_fields(reader.get_historical_resolver(revision))
        except READ_ERRORS:
            continue
        gone |= {f.name for f in earlier if (f.name, _contents(f)) not in now}
    return gone


def _contents(field: SignatureField) -> bytes | None:
    """The signature itself as it stands in /Contents; None for what is no signature."""
    return getattr(objects.entry(field.value, "/Contents"), "original_bytes", None)
