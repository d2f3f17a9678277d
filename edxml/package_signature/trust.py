"""Whose package signature it is, and whether that certificate is trusted: the verdict on a package's own signature.

It speaks of who sent the bytes and is never shown as the signature of the document. Truc's clients send the
whole chain and sign when they send, so the certificate must be good at the time of asking: "expired", "revoked" and "no
chain to an anchor that is set" are faults here; a missing revocation answer, or no anchor at all, is "cannot tell".
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from edxml import verdict_text
from edxml.faults import Fault
from edxml.trust import certificate_path, certificates
from edxml.trust.certificates import Trust, TrustFiles
from edxml.trust.revocation_check import Times
from edxml.verdict import Need, Revocation
from edxml.verdict_words import Role, SubIndication, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from edxml.model import CarriedSignature

PROFILE: Final = "truc-1"


@dataclass(frozen=True, slots=True)
class PackageSignature:
    """The verdict on the signature of a package, profile truc-1; picklable.

    fault: why a door refuses the package; None when it is whole, covering and trusted, or nobody can tell yet.
    where: the part concerned. serial, fingerprint (SHA-256 of the DER): lower-case hex. covers: names of the signed
    parts. anchor: "state" or "public", None without a chain.
    needs: what could be asked to decide; not part of the JSON.
    """

    verdict: Verdict
    sub_indication: SubIndication | None = None
    fault: Fault | None = None
    detail: str = ""
    where: str = ""
    signer: str | None = None
    issuer: str | None = None
    organisation: str | None = None
    role: Role = Role.UNKNOWN
    serial: str | None = None
    fingerprint: str | None = None
    algorithm: str = ""
    covers: tuple[str, ...] = ()
    anchor: str | None = None
    revocation: Revocation = field(default_factory=Revocation)
    needs: tuple[Need, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The verdict as JSON values."""
        return {
            "profile": PROFILE,
            "verdict": self.verdict.value,
            "sub_indication": None if self.sub_indication is None else self.sub_indication.value,
            "code": None if self.fault is None else self.fault.slug,
            "detail": self.detail,
            "where": self.where,
            "signer": self.signer,
            "issuer": self.issuer,
            "organisation": self.organisation,
            "role": self.role.value,
            "serial": self.serial,
            "fingerprint": self.fingerprint,
            "algorithm": self.algorithm,
            "covers": list(self.covers),
            "anchor": self.anchor,
            "revocation": self.revocation.as_json(),
            "sentence": self.sentence,
        }

    @property
    def sentence(self) -> str:
        """What a person is told; never to be read as a word on the document's signature."""
        who = f"của {self.signer}" if self.signer else "của người ký không rõ"
        if self.verdict is Verdict.PASSED:
            return f"Chữ ký gói tin {who} hợp lệ; đây không phải chữ ký của văn bản."  # law: R-079
        reason = verdict_text.REASONS[self.sub_indication or SubIndication.GENERIC]
        if self.fault is not None:
            return f"{self.fault.title_vi}: {reason}."
        return f"Chữ ký gói tin {who} nguyên vẹn nhưng chưa kết luận được: {reason}."


def verify(carried: CarriedSignature, trust: Trust | TrustFiles, at: datetime) -> PackageSignature:
    """The verdict at a moment (aware). No network is used. Never raises: "cannot tell" is INDETERMINATE."""
    if carried.fault:
        return _broken(carried)
    try:
        return _verify(carried, trust.load() if isinstance(trust, TrustFiles) else trust, at)
    except Exception as error:  # noqa: BLE001 - a verifier that throws gives no verdict; the caller's pool must not see it
        return PackageSignature(Verdict.INDETERMINATE, SubIndication.GENERIC, detail=f"{type(error).__name__}: {error}")


def _verify(carried: CarriedSignature, trust: Trust, at: datetime) -> PackageSignature:
    chain = [base64.b64decode(text) for text in carried.certificates]
    facts = certificates.facts(chain[0], trust)
    anchors = certificate_path.parse(trust)
    path = certificate_path.check_document_signer(chain[0], chain[1:], anchors, Times(at, at, grace=anchors.grace))
    problem, fault = path.problem, _fault(path.problem, facts, trust, at)
    return PackageSignature(
        verdict=Verdict.PASSED if problem is None else Verdict.INDETERMINATE,
        sub_indication=problem,
        fault=fault,
        detail=path.detail,
        where="truc:KeyInfo" if fault is not None else "",
        signer=facts.subject,
        issuer=facts.issuer,
        organisation=facts.organisation,
        role=facts.role,
        serial=facts.serial,
        fingerprint=facts.fingerprint,
        algorithm=carried.algorithm,
        covers=carried.covers,
        anchor=path.anchor,
        revocation=path.revocation,
        needs=path.needs,
    )


_SUB_INDICATIONS: Final = {
    Fault.SIG_ALG_FORBIDDEN: (Verdict.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE),
    Fault.CERT_UNTRUSTED: (Verdict.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND),
}


def _broken(carried: CarriedSignature) -> PackageSignature:
    """Outside the profile, or changed since it was signed."""
    fault = Fault.of(carried.fault)
    verdict, sub_indication = _SUB_INDICATIONS.get(fault, (Verdict.FAILED, SubIndication.FORMAT_FAILURE))
    if fault is Fault.SIG_INVALID and carried.where.startswith(("truc:", "cid:")):
        sub_indication = SubIndication.HASH_FAILURE
    elif carried.where.endswith("SignatureValue"):
        sub_indication = SubIndication.SIG_CRYPTO_FAILURE
    return PackageSignature(verdict, sub_indication, fault, carried.detail, carried.where)


_FAULTS: Final = {
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: Fault.CERT_UNTRUSTED,
    SubIndication.CHAIN_CONSTRAINTS_FAILURE: Fault.CERT_USAGE,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE: Fault.SIG_ALG_FORBIDDEN,
    SubIndication.REVOKED: Fault.CERT_REVOKED,
    SubIndication.REVOKED_NO_POE: Fault.CERT_REVOKED,
    SubIndication.REVOKED_CA_NO_POE: Fault.CERT_REVOKED,
}


def _fault(
    problem: SubIndication | None, facts: certificates.CertificateFacts, trust: Trust, at: datetime
) -> Fault | None:
    """What a door says to the problem of a path; None for what cannot be decided now."""
    if problem is SubIndication.NO_CERTIFICATE_CHAIN_FOUND:
        return None if trust.is_empty else Fault.CERT_UNTRUSTED
    if problem is SubIndication.OUT_OF_BOUNDS_NO_POE:
        return Fault.CERT_NOT_YET_VALID if at < facts.valid_from else Fault.CERT_EXPIRED
    return None if problem is None else _FAULTS.get(problem)
