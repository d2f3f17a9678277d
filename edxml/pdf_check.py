"""From an open PDF to its report: fields, integrity of each signature, trust, and the file's verdict."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from pyhanko.pdf_utils import misc
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import errors, generic_cms
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from edxml import certificate_path, certificates, cms_check, pdf_comparison, pdf_reading, pdf_revisions
from edxml.certificate_path import Anchors
from edxml.certificates import Trust
from edxml.verdict import FileReport, Integrity, Role, SignatureReport, SubIndication, Verdict

READ_ERRORS = (
    misc.PdfError, ValueError, TypeError, KeyError, AttributeError, AssertionError, IndexError, NotImplementedError,
    RecursionError, OverflowError,
)  # fmt: skip
KNOWN_FORMATS = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached"})
STAMP_FORMAT = "/ETSI.RFC3161"
CLOCK_LIMIT = timedelta(minutes=10)  # between claimed time and time-stamp; beyond it a warning, never a refusal

# pyHanko logs with stack traces what becomes a verdict here, and with names of signers, which no log may hold.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(slots=True)
class Found:
    """A signature field under examination."""

    field: pdf_reading.SignatureField
    range: pdf_reading.ByteRange
    format: str
    embedded: EmbeddedPdfSignature | None = None
    error: str = ""
    empty: bool = False

    @property
    def is_stamp(self) -> bool:
        """Whether it is a time-stamp over the document, no signature of anybody."""
        return self.format == STAMP_FORMAT


@dataclass(frozen=True, slots=True)
class Wholeness:
    """Integrity of one signature with the reason, as (sub-indication if broken or in doubt)."""

    integrity: Integrity
    problem: SubIndication | None = None
    detail: str = ""


async def check_file(stream: BinaryIO, name: str, trust: Trust, at: datetime) -> FileReport:
    """The report on an open PDF. Raises what the reader raises for a file it cannot read at all."""
    try:
        opened = pdf_reading.open_pdf(stream)
    except pdf_reading.NotAPdfError as error:
        return _undecided(name, "not_a_pdf", str(error))
    except pdf_reading.EncryptedError as error:
        return _undecided(name, "encrypted", str(error))
    fields = pdf_reading.signature_fields(opened.reader)
    marks = pdf_reading.count_signature_marks(stream)
    if marks > len(fields) and (gone := _removed_signatures(opened.reader, fields)):
        detail = f"signed fields of an earlier revision are gone: {', '.join(sorted(gone))}"
        return FileReport(name, Verdict.FAILED, SubIndication.HASH_FAILURE, note="signature_removed", detail=detail)
    if not fields:
        empty = pdf_reading.empty_signature_fields(opened.reader)
        note = "orphan_signature" if marks else "empty_fields" if empty else None
        return FileReport(name, Verdict.UNSIGNED, note=note)
    anchors = certificate_path.parse(trust)
    found = sorted((_examine(f, stream, opened.reader) for f in fields), key=lambda f: f.range.end)
    signatures = [f for f in found if not f.is_stamp]
    if not signatures:
        return FileReport(name, Verdict.UNSIGNED, note="only_timestamps")
    proofs = await _document_stamps(found, anchors, at)
    reports = []
    for item in signatures:
        stamped = min((moment for end, moment in proofs if end >= item.range.end), default=None)
        last = item is signatures[-1]
        reports.append(await _report(item, stream, trust, anchors, at, last=last, proven_at=stamped))
    result = FileReport.of(name, reports, _order_warnings(reports))
    return result if opened.strict else _forgiven(result)


def _undecided(name: str, note: str, detail: str) -> FileReport:
    return FileReport(name, Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE, note=note, detail=detail)


def _forgiven(report: FileReport) -> FileReport:
    """A file that only the forgiving reader opens may look different elsewhere: never better than INDETERMINATE."""
    if report.verdict is not Verdict.PASSED:
        return replace(report, warnings=(*report.warnings, "read_forgivingly"))
    return replace(
        report,
        verdict=Verdict.INDETERMINATE,
        sub_indication=SubIndication.FORMAT_FAILURE,
        warnings=(*report.warnings, "read_forgivingly"),
    )


def _removed_signatures(reader: Any, fields: list[pdf_reading.SignatureField]) -> set[str]:
    """Names of fields that were signed in an earlier revision and are not any more: a way to hide a broken one."""
    now = {f.name for f in fields}
    gone: set[str] = set()
    for revision in range(reader.xrefs.total_revisions - 1):
        try:
            earlier = pdf_reading.signature_fields(reader.get_historical_resolver(revision))
        except READ_ERRORS:
            continue
        gone |= {f.name for f in earlier} - now
    return gone


def _order_warnings(reports: list[SignatureReport]) -> tuple[str, ...]:
    """law: R-075 (first the person, then the organisation): shown, never judged."""
    roles = [r.role for r in reports]
    if (
        Role.PERSON in roles
        and Role.ORGANISATION in roles
        and roles.index(Role.ORGANISATION) < roles.index(Role.PERSON)
    ):
        return ("organisation_before_person",)
    return ()


# --- one field


def _examine(field: pdf_reading.SignatureField, stream: BinaryIO, reader: Any) -> Found:
    found = Found(field, pdf_reading.byte_range(stream, field.value), str(field.value.get("/SubFilter", "")))
    if found.range.problem is not None:
        return found
    try:
        found.embedded = EmbeddedPdfSignature(reader, field.field, field.name)
    except READ_ERRORS as error:
        found.error = f"{type(error).__name__}: {error}"
        contents = field.value.get("/Contents")
        raw = getattr(contents, "original_bytes", b"")
        found.empty = not raw.strip(b"\0") or raw[:1] != b"\x30"
    return found


async def _report(
    item: Found,
    stream: BinaryIO,
    trust: Trust,
    anchors: Anchors,
    at: datetime,
    *,
    last: bool,
    proven_at: datetime | None,
) -> SignatureReport:
    blank = SignatureReport(
        None, None, Role.UNKNOWN, None, "none", Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE,
        Integrity.UNKNOWN, field=item.field.name, covers=item.range.end,
    )  # fmt: skip
    if item.range.problem is not None:
        # two numbers that do not fit the file prove that these are not the bytes that were signed
        return replace(blank, verdict=Verdict.FAILED, integrity=Integrity.BROKEN, detail=item.range.problem)
    if item.embedded is None:
        if item.empty:
            return replace(
                blank, verdict=Verdict.FAILED, integrity=Integrity.BROKEN, detail="/Contents is no signature"
            )
        return replace(blank, detail=item.error)
    try:
        return await _judge(blank, item, item.embedded, stream, trust, anchors, at, last=last, proven_at=proven_at)
    except READ_ERRORS as error:
        return replace(blank, detail=f"{type(error).__name__}: {error}"[:500])


async def _judge(
    blank: SignatureReport,
    item: Found,
    embedded: EmbeddedPdfSignature,
    stream: BinaryIO,
    trust: Trust,
    anchors: Anchors,
    at: datetime,
    *,
    last: bool,
    proven_at: datetime | None,
) -> SignatureReport:
    try:
        bundle = generic_cms.extract_certs_for_validation(embedded.signed_data)
    except errors.SignatureValidationError as error:
        return replace(blank, sub_indication=SubIndication.NO_SIGNING_CERTIFICATE_FOUND, detail=str(error))
    certificate = bundle.signer_cert
    facts = certificates.facts(certificate.dump(), trust)
    stamp = await cms_check.check_stamp(embedded.signer_info, anchors, at)
    claimed = _aware(embedded.self_reported_timestamp)
    trusted_time = stamp.at if stamp is not None and stamp.trusted else None
    times = [t for t in (trusted_time, proven_at) if t is not None]
    wholeness = _wholeness(item, embedded, stream, certificate, last=last)
    path = await cms_check.check_trust(
        certificate, list(bundle.other_certs), anchors,
        stamped_at=min(times, default=None), claimed_at=claimed, at=at,
    )  # fmt: skip
    verdict, why, detail = _conclude(wholeness, path, last=last)
    return replace(
        blank,
        signer=facts.subject,
        issuer=facts.issuer,
        role=facts.role,
        signed_at=trusted_time or claimed,
        time_source="timestamp" if trusted_time else "claimed" if claimed else "none",
        verdict=verdict,
        sub_indication=why,
        integrity=wholeness.integrity,
        claimed_at=claimed,
        timestamp_at=None if stamp is None else stamp.at,
        organisation=facts.organisation,
        serial=facts.serial,
        fingerprint=facts.fingerprint,
        anchor=path.path.anchor,
        revision=embedded.signed_revision + 1,
        warnings=_warnings(stamp, claimed, path),
        detail=detail,
    )


def _conclude(
    wholeness: Wholeness, trust: cms_check.TrustResult, *, last: bool
) -> tuple[Verdict, SubIndication | None, str]:
    """Integrity and trust together. FAILED only where something is proven.  law: R-070 R-071"""
    if wholeness.integrity is Integrity.BROKEN:
        return Verdict.FAILED, wholeness.problem, wholeness.detail
    if wholeness.integrity is Integrity.CHANGED and last:
        return Verdict.FAILED, SubIndication.HASH_FAILURE, wholeness.detail
    if trust.failed:
        return Verdict.FAILED, trust.problem, trust.path.detail
    if wholeness.problem is not None:
        return Verdict.INDETERMINATE, wholeness.problem, wholeness.detail
    if wholeness.integrity not in (Integrity.FINAL, Integrity.EXTENDED):
        return Verdict.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE, wholeness.detail
    if trust.problem is not None:
        return Verdict.INDETERMINATE, trust.problem, trust.path.detail
    return Verdict.PASSED, None, ""


def _warnings(stamp: cms_check.Stamp | None, claimed: datetime | None, trust: cms_check.TrustResult) -> tuple[str, ...]:
    found = [*trust.path.warnings]
    if stamp is None:
        found.append("no_timestamp")
    else:
        found.extend(stamp.warnings)
        if not stamp.trusted:
            found.append("timestamp_not_trusted")
        if claimed is not None and abs(stamp.at - claimed) > CLOCK_LIMIT:
            found.append("clock_differs")
    return tuple(found)


def _aware(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment.tzinfo is not None else None


# --- integrity


def _wholeness(
    item: Found, embedded: EmbeddedPdfSignature, stream: BinaryIO, certificate: Any, *, last: bool
) -> Wholeness:
    if item.format not in KNOWN_FORMATS:
        detail = f"signatures of the kind {item.format or '(none)'} are not supported"
        return Wholeness(Integrity.UNKNOWN, SubIndication.FORMAT_FAILURE, detail)
    digest = cms_check.digest_of(stream, [int(n) for n in embedded.byte_range], embedded.md_algorithm)
    whole = cms_check.check_wholeness(embedded.signed_data, embedded.signer_info, certificate, digest)
    if whole.broken is not None:
        return Wholeness(Integrity.BROKEN, whole.broken, whole.detail)
    after = _after(item, embedded, stream, last=last)
    if whole.doubt is not None and after.integrity is not Integrity.BROKEN:
        return Wholeness(after.integrity, whole.doubt, whole.detail)
    return after


def _after(item: Found, embedded: EmbeddedPdfSignature, stream: BinaryIO, *, last: bool) -> Wholeness:
    """What happened to the file after the signature."""
    rest = _bytes_after(stream, item.range.end)
    if not rest:
        return Wholeness(Integrity.FINAL)
    coverage = embedded.evaluate_signature_coverage()
    if coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        detail = "the signed bytes are not the revision that holds the signature"
        return Wholeness(Integrity.BROKEN, SubIndication.FORMAT_FAILURE, detail)
    reader = embedded.reader
    if embedded.signed_revision == reader.xrefs.total_revisions - 1:
        if any(mark in rest for mark in (b" obj", b"xref", b"trailer", b"stream")):
            return Wholeness(Integrity.CHANGED, detail="objects stand after the end of the signed revision")
        return Wholeness(Integrity.UNEXPLAINED, detail="bytes stand after the end of the signed revision")
    try:
        level = pdf_revisions.explain(embedded)
    except READ_ERRORS as error:
        level = f"{type(error).__name__}: {error}"
    if isinstance(level, ModificationLevel) and (not last or level <= ModificationLevel.LTA_UPDATES):
        return Wholeness(Integrity.EXTENDED)
    reason = level if isinstance(level, str) else "something visible follows the last signature"
    return _second_opinion(reader, embedded.signed_revision, reason)


def _second_opinion(reader: Any, revision: int, reason: str) -> Wholeness:
    try:
        old, new = (reader.get_historical_resolver(r) for r in (revision, reader.xrefs.total_revisions - 1))
        difference = pdf_comparison.Comparison(old, new).difference()
    except READ_ERRORS as error:
        return Wholeness(Integrity.UNEXPLAINED, detail=f"{reason}; not comparable: {error}"[:500])
    if difference is None:
        return Wholeness(Integrity.UNEXPLAINED, detail=reason[:500])
    return Wholeness(Integrity.CHANGED, detail=difference)


def _bytes_after(stream: BinaryIO, end: int) -> bytes:
    """What follows the signed bytes, without white space; at most a megabyte of it."""
    stream.seek(end)
    return stream.read(1 << 20).strip(b"\0\t\n\f\r ")


async def _document_stamps(found: list[Found], anchors: Anchors, at: datetime) -> list[tuple[int, datetime]]:
    """Trusted time-stamps over the document, as (covered bytes, time): proof that what they cover existed then."""
    proofs = []
    for item in found:
        if not item.is_stamp or item.embedded is None:
            continue
        embedded = item.embedded
        if embedded.evaluate_signature_coverage() < SignatureCoverageLevel.ENTIRE_REVISION:
            continue
        stamp = await cms_check.stamp_of(embedded.signed_data, embedded.compute_digest, anchors, at)
        if stamp is not None and stamp.trusted:
            proofs.append((item.range.end, stamp.at))
    return proofs
