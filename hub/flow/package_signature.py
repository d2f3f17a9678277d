"""The package's own signature at the door: whole, trusted, and of the sender that From names.

It proves who sent the bytes, never who signed the document. The national axis rewrites what passes it,
so a signature that comes from there is opaque and nobody is asked.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edxml.faults import Fault, Refusal
from edxml.model import Warning as Note
from edxml.package_signature import trust as package_signature_trust
from edxml.package_signature.trust import PackageSignature
from edxml.verdict_words import Role, SubIndication, Verdict
from hub.flow import verify
from hub.flow.checks import Judgement
from hub.flow.checks.base import Outcome

if TYPE_CHECKING:
    from edxml.model import CarriedSignature
    from hub.context import Hub
    from hub.flow.checks.base import Subject

NAME: Final = "package_signature"
OPAQUE_DOORS: Final = frozenset({"axis", "hub"})
"""Doors whose packages carry no signature that could be judged: the axis rewrites, the hub writes itself."""

ALL: Final = "*"

_UNDECIDED: Final = ("Chưa kết luận được chữ ký gói tin", "The package signature cannot be decided yet")
_STRANGER: Final = (
    "Chứng thư ký gói tin chưa đăng ký cho cơ quan gửi",
    "The certificate that signed the package is not registered for the sender",
)


async def check(hub: Hub, subject: Subject) -> Judgement:
    """What the books keep of the signature of a package, and warnings about what is not known of it.

    Raises Refusal: the fault of the signature or of its certificate, CERT_IDENTITY_MISMATCH, SIG_MISSING where one is
    demanded.
    """
    if subject.door in OPAQUE_DOORS:  # law: R-079
        return Judgement()
    carried = subject.package.carried_signature
    if carried is None:
        if demanded(hub, subject):
            words = "what comes this way is signed by profile truc-1"
            raise Refusal(Fault.SIG_MISSING, words, where="edXMLHeader")
        return Judgement()
    found = await _verify(hub, carried)
    if found.needs and hub.fetcher is not None:
        wait = hub.settings.revocation.wait_seconds
        if await hub.fetcher.fetch(found.needs, wait):
            found = await _verify(hub, carried)
    found = _in_domain(hub, subject, found)
    if found.fault is not None:
        raise Refusal(found.fault, found.detail, where=found.where or None)
    if found.verdict is not Verdict.PASSED and demanded(hub, subject):
        later = found.sub_indication is SubIndication.TRY_LATER
        fault = Fault.REVOCATION_UNAVAILABLE if later else Fault.CERT_UNTRUSTED
        raise Refusal(fault, f"package signature: {found.sub_indication}", where="truc:KeyInfo")
    known = _check_owner(hub, subject, found)
    judged = Judgement(records=(_record(found),))
    if found.verdict is not Verdict.PASSED:
        judged = judged.then(_told(_UNDECIDED, found.sub_indication or SubIndication.GENERIC))
    return judged if known else judged.then(_told(_STRANGER, found.signer or ""))


def demanded(hub: Hub, subject: Subject) -> bool:
    """Whether a package of this system, or one that came this way, must be signed."""
    named = hub.settings.intake.signed_packages_from
    return subject.signed_only or ALL in named or subject.system.id in named


def _check_owner(hub: Hub, subject: Subject, found: PackageSignature) -> bool:
    """Whether the certificate is known to be the sender's, or the sending system's own.

    Raises Refusal(CERT_IDENTITY_MISMATCH) when it is known to be another agency's.
    """
    # law: R-074 VP Đ8.1
    if found.fingerprint in {key.thumbprint for key in subject.system.keys if key.kind == "certificate"}:
        return True
    fingerprint, serial, issuer = found.fingerprint or "", found.serial or "", found.issuer or ""
    ask = hub.directory.certificate_owners
    owners = ask(fingerprint, serial, issuer, "")
    if not owners and found.role is not Role.PERSON:
        owners = ask("", "", "", found.organisation or "") | ask("", "", "", found.signer or "")
    if owners and subject.sender not in owners:
        raise Refusal(
            Fault.CERT_IDENTITY_MISMATCH, "the package was signed for another agency than From names", where="From"
        )
    return bool(owners)


def _in_domain(hub: Hub, subject: Subject, found: PackageSignature) -> PackageSignature:
    """Public authorities count for organisations of kind `invited`, when the operator says so.  law: R-067 VP Đ8.2"""
    agency = hub.directory.agency(subject.sender)
    invited = agency is not None and agency.kind == verify.INVITED and hub.settings.trust.public_for_invited
    if invited or found.anchor != verify.PUBLIC or found.verdict is not Verdict.PASSED:
        return found
    return replace(found, verdict=Verdict.INDETERMINATE, sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND)


async def _verify(hub: Hub, carried: CarriedSignature) -> PackageSignature:
    """The verdict, made where the library is loaded. Raises Refusal(OVERLOADED) when no worker answers in time."""
    loop = asyncio.get_running_loop()
    now = hub.clock.now()
    work = loop.run_in_executor(hub.verifiers, package_signature_trust.verify, carried, hub.trust, now)
    try:
        async with asyncio.timeout(verify.QUEUE_SECONDS + hub.settings.intake.verify_timeout_seconds):
            found: PackageSignature = await work
    except (TimeoutError, BrokenPipeError, RuntimeError) as error:
        raise Refusal(Fault.OVERLOADED, "the package signature could not be checked in time") from error
    return found


def _record(found: PackageSignature) -> dict[str, str]:
    sub_indication = f" {found.sub_indication}" if found.sub_indication else ""
    certificate = f"{found.serial} of {found.issuer}, SHA-256 {found.fingerprint}, {found.algorithm}"
    return {
        "check": NAME,
        "outcome": Outcome.RECORD.value,
        "where": "edXMLHeader/Signature",
        "detail": f"{found.verdict}{sub_indication}: {found.signer}, certificate {certificate}",
        "detail_vi": found.sentence,
    }


def _told(title: tuple[str, str], detail: str) -> Judgement:
    vietnamese, english = (f"{text}: {detail}" if detail else text for text in title)
    return Judgement(warnings=(Note(NAME, vietnamese, english, "edXMLHeader/Signature"),))
