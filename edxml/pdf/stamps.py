"""Time-stamps over a document (/DocTimeStamp, ETSI.RFC3161): listed in the report, and proof of time for signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pyhanko.sign.validation.status import SignatureCoverageLevel

from edxml.pdf.integrity import Found
from edxml.pdf.reading import READ_ERRORS
from edxml.trust import certificates, cms_signature, timestamp_check
from edxml.trust.timestamp_check import Setting
from edxml.verdict import TimestampReport


@dataclass(frozen=True, slots=True)
class Stamps:
    """The time-stamps of one file, in the order of their revisions."""

    reports: tuple[TimestampReport, ...]

    def proof(self, end: int) -> datetime | None:
        """The earliest trusted time at which the first `end` bytes of the file existed for sure; None without one."""
        proofs = (r.latest for r in self.reports if r.trusted and r.latest is not None and r.covers >= end)
        return min(proofs, default=None)

    @property
    def warnings(self) -> tuple[str, ...]:
        """A slug if a stamp does not fit the file: it proves no time, and no change of what was signed either."""
        return ("document_timestamp_broken",) if any(r.at is None for r in self.reports) else ()


def check(found: Sequence[Found], setting: Setting) -> Stamps:
    """All time-stamps among the filled fields of a file; a later one proves that an earlier one existed by then."""
    reports: list[TimestampReport] = []
    for item in reversed([one for one in found if one.is_stamp]):
        known = Stamps(tuple(reports)).proof(item.range.end)
        reports.insert(0, _check(item, replace(setting, known=known)))
    return Stamps(tuple(reports))


def _check(item: Found, setting: Setting) -> TimestampReport:
    embedded = item.embedded
    unknown = TimestampReport(None, None, trusted=False, covers=item.range.end, field=item.field.name)
    if embedded is None:
        return unknown
    try:
        authority = _authority(embedded.signed_data)
        stamp = timestamp_check.of_token(embedded.signed_data, embedded.compute_digest, setting)
        whole = embedded.evaluate_signature_coverage() >= SignatureCoverageLevel.ENTIRE_REVISION
    except READ_ERRORS:
        return unknown  # what cannot be read proves nothing
    if stamp is None or (not stamp.trusted and stamp.problem is None):  # not readable, or not over these bytes
        return replace(unknown, authority=authority)
    trusted = stamp.trusted and whole
    return replace(
        unknown, at=stamp.at, latest=stamp.latest, authority=authority, trusted=trusted, answers=stamp.answers
    )


def _authority(signed_data: Any) -> str:
    return certificates.facts(cms_signature.bundle(signed_data).signer).subject
