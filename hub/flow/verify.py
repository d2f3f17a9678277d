"""Verdicts on a package's PDFs: made in a process pool that gets paths, never bytes.

Each file is verified once. When an authority's answer is missing and may be had, it is asked for and the file verified
once more; a document never waits longer for that than `[revocation] wait_seconds`, and not at all for an authority
that did not answer last time.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from edxml.pdf.signature import out_of_time, verify_pdf
from edxml.trust import certificates
from edxml.verdict import DocumentReport, FileReport, Need, Role, SignatureReport, SubIndication, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.context import Hub
    from hub.flow.arrival import Checkable

ANSWER, TRUST = "answer", "trust"
PUBLIC = "public"
QUEUE_SECONDS = 30
"""Longest wait for a free verifier, beyond what the verification itself may take."""

INVITED = "invited"  # law: R-003 QĐ28 Đ2.2: the same rules, and public certificates where the operator says so
OTHER_DOMAIN = "other_trust_domain"
"""Warning at a signature that is whole and trusted, yet by an authority that does not count for this sender."""


async def report(hub: Hub, files: Sequence[Checkable], sender: str) -> DocumentReport | None:
    """The verdict on all PDFs of one package; None when there is none to check. sender: organ id.

    A time-out or a dead worker is INDETERMINATE: never PASSED, and never FAILED either.
    """
    if not files:
        return None
    checked = await asyncio.gather(*(_one(hub, file) for file in files))
    missing = _needs(checked)
    if missing and hub.fetcher is not None and await hub.fetcher.fetch(missing, hub.settings.revocation.wait_seconds):
        again = await asyncio.gather(
            *(_one(hub, file) for file, found in zip(files, checked, strict=True) if _needs([found]))
        )
        renewed = iter(again)
        checked = [next(renewed) if _needs([found]) else found for found in checked]
    return _judged(hub, checked, sender)


def answers_in(report: DocumentReport | None) -> tuple[str, ...]:
    """Digests of the authorities' answers that decided a verdict, each once.  law: R-071 TT15/2025 Đ5"""
    if report is None:
        return ()
    signatures = (digest for file in report.files for one in file.signatures for digest in one.revocation.answers)
    stamps = (digest for file in report.files for one in file.timestamps for digest in one.answers)
    return tuple(dict.fromkeys((*signatures, *stamps)))


def waits_for(report: DocumentReport | None) -> str | None:
    """What could still decide an undecided verdict: ANSWER of an authority, another TRUST list, None: nothing.

    law: R-072 HN Đ9.1
    """
    if report is None:
        return None
    parts: list[FileReport | SignatureReport] = [
        *report.files,
        *(one for file in report.files for one in file.signatures),
    ]
    undecided = [one for one in parts if one.verdict is Verdict.INDETERMINATE]
    if any(one.sub_indication is SubIndication.TRY_LATER for one in undecided):
        return ANSWER
    return TRUST if any(one.sub_indication in _HEALS_BY_TRUST for one in undecided) else None


_HEALS_BY_TRUST = frozenset({
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND, SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
    SubIndication.OUT_OF_BOUNDS_NO_POE,  # a time-stamp by an authority that may become trusted
})  # fmt: skip


def _needs(files: Iterable[FileReport]) -> list[Need]:
    """What is missing, each once."""
    undecided = (one for file in files for one in file.signatures if one.verdict is Verdict.INDETERMINATE)
    return list(dict.fromkeys(need for one in undecided for need in one.needs))


def _judged(hub: Hub, files: Iterable[FileReport], sender: str) -> DocumentReport:
    """What workers cannot know: who the sender is, and whose certificate the registry knows."""
    own = [_in_domain(hub, file, sender) for file in files]
    people = {one.fingerprint for file in own for one in file.signatures if one.role is Role.PERSON}

    def role(fingerprint: str, serial: str, issuer: str, name: str) -> Role | None:
        known = "" if fingerprint in people else name  # an agency's name in a person's certificate changes nothing
        return hub.directory.certificate_role(fingerprint, serial, issuer, known)

    marked = hub.profile.copy_needs_mark
    found = DocumentReport.of(own, copy_needs_mark=marked)
    return certificates.with_roles(found, role, copy_needs_mark=marked)  # law: R-074 VP Đ8.1


def _in_domain(hub: Hub, file: FileReport, sender: str) -> FileReport:
    """Public authorities count for organisations of kind `invited`, when the operator says so.  law: R-067 VP Đ8.2"""
    agency = hub.directory.agency(sender)
    if hub.settings.trust.public_for_invited and agency is not None and agency.kind == INVITED:
        return file
    signatures = tuple(_foreign(one) if _is_public(one) else one for one in file.signatures)
    if signatures == file.signatures:
        return file
    undecided = replace(file, signatures=signatures)
    if file.verdict is not Verdict.PASSED:
        return undecided
    return replace(undecided, verdict=Verdict.INDETERMINATE, sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND)


def _is_public(signature: SignatureReport) -> bool:
    return signature.verdict is Verdict.PASSED and signature.anchor == PUBLIC


def _foreign(signature: SignatureReport) -> SignatureReport:
    return replace(
        signature,
        verdict=Verdict.INDETERMINATE,
        sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        warnings=(*signature.warnings, OTHER_DOMAIN),
        detail="other trust domain: a public authority, which counts only for invited organisations",
    )


async def _one(hub: Hub, file: Checkable) -> FileReport:
    """The verdict on one file. A verifier that another file killed costs this one a second try, no verdict."""
    try:
        async with asyncio.timeout(QUEUE_SECONDS + hub.settings.intake.verify_timeout_seconds):
            try:
                return await _verified(hub, file)
            except BrokenExecutor:
                return await _verified(hub, file)
    except (TimeoutError, BrokenPipeError, RuntimeError) as error:
        return out_of_time(file.name, error)


async def _verified(hub: Hub, file: Checkable) -> FileReport:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(hub.verifiers, verify_pdf, file.path, file.name, hub.trust, hub.clock.now())
