"""From an open PDF to its report: fields, integrity of each signature, trust, and the file's verdict."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from pyhanko.sign.validation import errors, generic_cms
from pyhanko.sign.validation.status import SignatureCoverageLevel

from edxml import certificate_path, certificates, cms_check, pdf_appearance, pdf_integrity, pdf_page, pdf_reading
from edxml.certificate_path import Anchors
from edxml.certificates import Trust
from edxml.pdf_integrity import Found, Wholeness
from edxml.pdf_reading import READ_ERRORS
from edxml.pdf_revisions import History
from edxml.verdict import FileReport, Integrity, Role, SignatureReport, SubIndication, Verdict, order_warnings

CLOCK_LIMIT = timedelta(minutes=10)  # between claimed time and time-stamp; beyond it a warning, never a refusal

# pyHanko logs with stack traces what becomes a verdict here, and with names of signers, which no log may hold.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Case:
    """What every signature of one file is judged against."""

    stream: BinaryIO
    trust: Trust
    anchors: Anchors
    at: datetime
    history: History


async def check_file(stream: BinaryIO, name: str, trust: Trust, at: datetime) -> FileReport:
    """The report on an open PDF. Raises what the reader raises for a file of which nothing is proven."""
    try:
        return await _check(stream, name, trust, at)
    except READ_ERRORS as error:
        if not pdf_integrity.is_proven_broken(stream):
            raise
        detail = f"the signed bytes have another digest, and the file cannot be read: {error}"[:500]
        return FileReport(name, Verdict.FAILED, SubIndication.HASH_FAILURE, note="unreadable", detail=detail)


async def _check(stream: BinaryIO, name: str, trust: Trust, at: datetime) -> FileReport:
    try:
        opened = pdf_reading.open_pdf(stream)
    except pdf_reading.NotAPdfError as error:
        return _undecided(name, "not_a_pdf", str(error))
    except pdf_reading.EncryptedError as error:
        return _undecided(name, "encrypted", str(error))
    report = await _check_opened(opened, stream, name, trust, at)
    return replace(report, page=pdf_page.facts(opened.reader))


async def _check_opened(
    opened: pdf_reading.Opened, stream: BinaryIO, name: str, trust: Trust, at: datetime
) -> FileReport:
    reader = opened.reader
    fields = pdf_reading.signature_fields(reader)
    marks = pdf_reading.count_signature_marks(stream)
    gone = _removed_signatures(reader, fields) if marks > len(fields) else set()
    found = sorted((pdf_integrity.examine(f, stream, reader) for f in fields), key=lambda f: f.range.end)
    signatures = [f for f in found if not f.is_stamp]
    if not signatures:
        return _without_signatures(name, reader, marks=marks, gone=gone, stamps=len(found))
    case = Case(stream, trust, certificate_path.parse(trust), at, History(reader))
    proofs = await _document_stamps(found, case)
    reports = []
    for item in signatures:
        proven_at = min((moment for end, moment in proofs if end >= item.range.end), default=None)
        reports.append(await _report(item, case, last=item is signatures[-1], proven_at=proven_at))
    warnings = (*order_warnings(reports), *(("signature_removed",) if gone else ()))
    result = FileReport.of(name, reports, warnings)
    return result if opened.strict else _forgiven(result)


def _without_signatures(name: str, reader: Any, *, marks: int, gone: set[str], stamps: int) -> FileReport:
    """Unsigned, or a signed document whose signatures an unsigned update took away: that is a proven change."""
    if gone:
        detail = f"signed fields of an earlier revision are gone: {', '.join(sorted(gone))}"
        return FileReport(name, Verdict.FAILED, SubIndication.HASH_FAILURE, note="signature_removed", detail=detail)
    if stamps:
        return FileReport(name, Verdict.UNSIGNED, note="only_timestamps")
    if marks:
        return FileReport(name, Verdict.UNSIGNED, note="orphan_signature")
    return FileReport(name, Verdict.UNSIGNED, note="empty_fields" if pdf_reading.empty_fields(reader) else None)


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


async def _report(item: Found, case: Case, *, last: bool, proven_at: datetime | None) -> SignatureReport:
    blank = SignatureReport(
        None, None, Role.UNKNOWN, None, "none", Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE,
        Integrity.UNKNOWN, field=item.field.name, covers=item.range.end,
    )  # fmt: skip
    if item.range.problem is not None:
        # two numbers that do not fit the file prove that these are not the bytes that were signed
        return replace(blank, verdict=Verdict.FAILED, integrity=Integrity.BROKEN, detail=item.range.problem)
    if item.empty:
        return replace(blank, verdict=Verdict.FAILED, integrity=Integrity.BROKEN, detail="/Contents is no signature")
    if item.embedded is None:
        return replace(blank, detail=item.error)
    try:
        return await _judge(blank, item, case, last=last, proven_at=proven_at)
    except READ_ERRORS as error:
        return replace(blank, detail=f"{type(error).__name__}: {error}"[:500])


async def _judge(
    blank: SignatureReport, item: Found, case: Case, *, last: bool, proven_at: datetime | None
) -> SignatureReport:
    embedded = item.embedded
    assert embedded is not None, "only what could be read is judged"
    try:
        bundle = generic_cms.extract_certs_for_validation(embedded.signed_data)
    except errors.SignatureValidationError as error:
        return replace(blank, sub_indication=SubIndication.NO_SIGNING_CERTIFICATE_FOUND, detail=str(error))
    certificate = bundle.signer_cert
    facts = certificates.facts(certificate.dump(), case.trust)
    stamp = await cms_check.check_stamp(embedded.signer_info, case.anchors, case.at)
    claimed = _aware(embedded.self_reported_timestamp)
    trusted_time = stamp.at if stamp is not None and stamp.trusted else None
    proven = min((t for t in (trusted_time, proven_at) if t is not None), default=None)
    wholeness = pdf_integrity.judge(item, case.stream, certificate, case.history, last=last)
    times = cms_check.Times(at=case.at, proven=proven, claimed=claimed)
    trust = await cms_check.check_trust(certificate, list(bundle.other_certs), case.anchors, times)
    verdict, why, detail = _conclude(wholeness, trust, last=last)
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
        anchor=trust.path.anchor,
        revision=embedded.signed_revision + 1,
        copy_mark=pdf_appearance.copy_mark(item.field.field, item.field.value),
        shown=pdf_appearance.text_of(item.field.field),
        warnings=_warnings(stamp, claimed, trust),
        detail=detail,
    )


def _conclude(
    wholeness: Wholeness, trust: cms_check.TrustResult, *, last: bool
) -> tuple[Verdict, SubIndication | None, str]:
    """Integrity and trust together. FAILED only where something is proven.  law: R-072 HN Đ9.1"""
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


async def _document_stamps(found: list[Found], case: Case) -> list[tuple[int, datetime]]:
    """Trusted time-stamps over the document, as (covered bytes, time): proof that what they cover existed then."""
    proofs = []
    for item in found:
        embedded = item.embedded
        if not item.is_stamp or embedded is None:
            continue
        try:
            if embedded.evaluate_signature_coverage() < SignatureCoverageLevel.ENTIRE_REVISION:
                continue
            stamp = await cms_check.stamp_of(embedded.signed_data, embedded.compute_digest, case.anchors, case.at)
        except READ_ERRORS:
            continue  # what cannot be read proves nothing
        if stamp is not None and stamp.trusted:
            proofs.append((item.range.end, stamp.at))
    return proofs
