"""From an open PDF to its report: fields, integrity of each signature, trust, and the file's verdict."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from edxml.page import first
from edxml.pdf import active as pdf_active
from edxml.pdf import appearance, raw, reading, unsigned
from edxml.pdf import fields as pdf_fields
from edxml.pdf import hidden as pdf_hidden
from edxml.pdf import integrity as pdf_integrity
from edxml.pdf import stamps as pdf_stamps
from edxml.pdf.graph import Graph
from edxml.pdf.integrity import Found, Wholeness
from edxml.pdf.reading import READ_ERRORS
from edxml.pdf.revisions import History
from edxml.trust import certificate_path, certificates, cms_check, cms_signature, stapled_answers, timestamp_check
from edxml.trust.certificate_path import Anchors
from edxml.trust.certificates import Trust
from edxml.trust.revocation_sources import Stapled
from edxml.verdict import (
    FileReport,
    Integrity,
    Revocation,
    Role,
    SignatureReport,
    SubIndication,
    Verdict,
    order_warnings,
)

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
    stapled: Stapled


def check_file(stream: BinaryIO, name: str, trust: Trust, at: datetime) -> FileReport:
    """The report on an open PDF. Raises what the reader raises for a file of which nothing is proven."""
    try:
        return _check(stream, name, trust, at)
    except reading.TooSlowError:
        raise  # our own lack of time proves nothing
    except READ_ERRORS as error:
        proof = raw.proof_of_change(stream)
        if proof is None:
            raise
        detail = f"{proof[1]}, and the file cannot be read: {error}"[:500]
        return FileReport(name, Verdict.FAILED, proof[0], note="unreadable", detail=detail)


def _check(stream: BinaryIO, name: str, trust: Trust, at: datetime) -> FileReport:
    try:
        opened = reading.open_pdf(stream)
    except reading.NotAPdfError as error:
        return _undecided(name, "not_a_pdf", str(error))
    except reading.EncryptedError as error:
        return _undecided(name, "encrypted", str(error))
    report = _check_opened(opened, stream, name, trust, at)
    return replace(report, page=first.facts(opened.reader), active=pdf_active.found_in(opened.reader))


def _check_opened(opened: reading.Opened, stream: BinaryIO, name: str, trust: Trust, at: datetime) -> FileReport:
    reader = opened.reader
    fields = pdf_fields.signature_fields(reader)
    marks = reading.count_signature_marks(stream)
    gone = unsigned.removed_signatures(reader, fields) if marks else set()
    found = sorted((pdf_integrity.examine(f, stream, reader) for f in fields), key=lambda f: f.range.end)
    signatures = [f for f in found if not f.is_stamp]
    stapled = stapled_answers.of_dss(reader) if found else Stapled()
    graph = Graph(reader)
    case = Case(stream, trust, certificate_path.parse(trust), at, History(graph), stapled)
    stamps = pdf_stamps.check(found, timestamp_check.Setting(case.anchors, at, stapled))
    if not signatures:
        return unsigned.report(name, opened, marks, gone, stamps.reports)
    reports = []
    for item in signatures:
        reader.check_time()
        proven_at = stamps.proof(item.range.end)
        reports.append(_report(item, case, last=item is signatures[-1], proven_at=proven_at))
    result = FileReport.of(name, reports, (*order_warnings(reports), *stamps.warnings))
    hidden = pdf_hidden.found_in(graph) if result.verdict is not Verdict.FAILED else ()
    result = replace(result, timestamps=stamps.reports, warnings=(*result.warnings, *hidden))
    doubts = reading.doubts(stream, opened)
    if gone:
        result = _doubted(result, SubIndication.SIG_CONSTRAINTS_FAILURE, ("signature_removed",))
    return _doubted(result, SubIndication.FORMAT_FAILURE, doubts) if doubts else result


def _undecided(name: str, note: str, detail: str) -> FileReport:
    return FileReport(name, Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE, note=note, detail=detail)


def _doubted(report: FileReport, why: SubIndication, warnings: tuple[str, ...]) -> FileReport:
    """A file that may look different elsewhere, or that lost a signature, is never better than INDETERMINATE."""
    warned = replace(report, warnings=(*report.warnings, *warnings))
    if report.verdict is not Verdict.PASSED:
        return warned
    return replace(warned, verdict=Verdict.INDETERMINATE, sub_indication=why)


def _report(item: Found, case: Case, *, last: bool, proven_at: datetime | None) -> SignatureReport:
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
        return _judge(blank, item, case, last=last, proven_at=proven_at)
    except READ_ERRORS as error:
        return replace(blank, detail=f"{type(error).__name__}: {error}"[:500])


def _judge(
    blank: SignatureReport, item: Found, case: Case, *, last: bool, proven_at: datetime | None
) -> SignatureReport:
    embedded = item.embedded
    assert embedded is not None, "only what could be read is judged"
    try:
        bundle = cms_signature.bundle(embedded.signed_data)
    except cms_signature.NoSignerError as error:
        return replace(blank, sub_indication=SubIndication.NO_SIGNING_CERTIFICATE_FOUND, detail=str(error))
    facts = certificates.facts(bundle.signer, case.trust)
    setting = timestamp_check.Setting(case.anchors, case.at, case.stapled, proven_at)
    stamp = timestamp_check.of_signature(embedded.signer_info, setting)
    claimed = _claimed(embedded)
    trusted_time = stamp.at if stamp is not None and stamp.trusted else None
    latest = stamp.latest if stamp is not None and stamp.trusted else None
    proven = min((t for t in (latest, proven_at) if t is not None), default=None)
    wholeness = pdf_integrity.judge(item, case.stream, bundle.signer, case.history, last=last)
    times = cms_check.Times(at=case.at, proven=proven, claimed=claimed)
    stapled = case.stapled + stapled_answers.of_cms(embedded.signed_data, embedded.signer_info)
    trust = cms_check.check_trust(bundle.signer, bundle.others, case.anchors, times, stapled)
    trust = cms_check.with_stamp(trust, stamp)
    verdict, why, detail = _conclude(wholeness, trust, last=last)
    shown = appearance.text_of(item.field.field, embedded.reader)
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
        copy_mark=appearance.copy_mark(shown, item.field.value),
        shown=shown,
        visible=first.is_visible(item.field.field),
        checked_at=case.at,
        warnings=_warnings(stamp, claimed, trust),
        detail=detail,
        algorithm=cms_check.algorithm_of(embedded.signer_info, bundle.signer),
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
        revocation=_with_answers(trust.path.revocation, stamp),
        needs=trust.path.needs,
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
        return Verdict.FAILED, trust.problem, trust.detail
    if wholeness.problem is not None:
        return Verdict.INDETERMINATE, wholeness.problem, wholeness.detail
    if wholeness.integrity not in (Integrity.FINAL, Integrity.EXTENDED):
        return Verdict.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE, wholeness.detail
    if trust.problem is not None:
        return Verdict.INDETERMINATE, trust.problem, trust.detail
    return Verdict.PASSED, None, ""


def _warnings(
    stamp: timestamp_check.Stamp | None, claimed: datetime | None, trust: cms_check.TrustResult
) -> tuple[str, ...]:
    found = [*trust.warnings]
    if stamp is None:
        found.append("no_timestamp")
    else:
        found.extend(stamp.warnings)
        if not stamp.trusted:
            found.append("timestamp_not_trusted")
        if claimed is not None and abs(stamp.at - claimed) > CLOCK_LIMIT:
            found.append("clock_differs")
    return tuple(found)


def _with_answers(revocation: Revocation, stamp: timestamp_check.Stamp | None) -> Revocation:
    """The answers that decided the time-stamp's authority are evidence as well.  law: R-071 TT15/2025 Đ5"""
    if stamp is None:
        return revocation
    return replace(revocation, answers=tuple(dict.fromkeys((*revocation.answers, *stamp.answers))))


def _claimed(embedded: EmbeddedPdfSignature) -> datetime | None:
    """When the signer says that it signed: /M, else the attribute of the CMS; None without a zone.

    Both are signed. Tools of the State's portal write the local time into the attribute as if it were UTC.
    """
    try:
        written = generic.parse_pdf_date(embedded.sig_object["/M"], strict=False)
    except READ_ERRORS:
        written = None
    return _aware(written) or _aware(generic_cms.extract_self_reported_ts(embedded.signer_info))


def _aware(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment.tzinfo is not None else None
