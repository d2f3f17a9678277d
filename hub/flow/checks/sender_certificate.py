"""The organisation's signature is the sender's own.

Certificates carry names, not codes. Once the registry holds organisation certificates of an agency, one of its
signatures must be made with one of them; before that, names that differ are told to both sides, and a person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agency_registry import names
from edxml.faults import Fault
from edxml.verdict import Role, main_file
from hub.flow.checks.base import Action, Check, Finding, Outcome, outcomes

if TYPE_CHECKING:
    from edxml.verdict import SignatureReport
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """The organisation signatures of the main file, when none of them is the sender's."""
    # law: R-074 VP Đ8.1
    main = main_file(subject.report.files) if subject.report is not None else None
    made = [one for one in main.signatures if one.role is Role.ORGANISATION] if main is not None else []
    if main is None or not made:
        return []
    registered = [one for one in hub.directory.certificates_of(subject.sender) if one.role is Role.ORGANISATION]
    signers = "; ".join(dict.fromkeys(_name(one) for one in made))[:200]
    if registered:
        fingerprints = {one.fingerprint for one in registered}
        serials = {(one.serial, names.key(one.issuer)) for one in registered}
        if any(one.fingerprint in fingerprints or _serial(one) in serials for one in made):
            return []
        detail = f"{signers} did not sign with a certificate registered for {subject.sender}"
        vietnamese = f"chứng thư của “{signers}” không phải chứng thư đã đăng ký của {subject.sender}"
        return [Finding(Fault.CERT_IDENTITY_MISMATCH, detail, main.name, detail_vi=vietnamese)]
    agency = hub.directory.agency(subject.sender)
    if agency is None or any(_same(agency.name, one) for one in made):
        return []
    detail = f"signed by {signers}, sent by {agency.name}"
    vietnamese = f"chứng thư ghi “{signers}”, nơi gửi là “{agency.name}”"
    return [Finding(Fault.CERT_IDENTITY_MISMATCH, detail, main.name, Action.WARN, detail_vi=vietnamese)]


def _name(signature: SignatureReport) -> str:
    return signature.signer or signature.organisation or "?"


def _serial(signature: SignatureReport) -> tuple[str, str]:
    return (signature.serial or "").lower(), names.key(signature.issuer or "")


def _same(agency: str, signature: SignatureReport) -> bool:
    """Whether the certificate names the agency, be it with its parent's name behind or before its own."""
    own = names.key(agency)
    for said in (signature.signer, signature.organisation):
        other = names.key(said or "")
        if other and (own in other or other in own):
            return True
    return False


CHECK = Check(
    slug="sender_certificate",
    law="R-074",
    title_vi="Chữ ký cơ quan có thể không phải của nơi gửi",
    title_en="The organisation's signature may not be the sender's",
    find=find,
    outcomes=outcomes(vxp=Outcome.ENFORCE),
)
