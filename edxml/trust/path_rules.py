"""What a path from a certificate to an anchor must satisfy: RFC 5280 6.1, and our own narrower rules for keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from edxml.trust import name_constraints
from edxml.trust.issued import Issued
from edxml.verdict_words import SubIndication

SHA1 = "sha1"
ANY_USAGE = "2.5.29.37.0"
SERVER, CLIENT, CODE, MAIL, STAMPING, OCSP_SIGNING, IPSEC = (f"1.3.6.1.5.5.7.3.{n}" for n in (1, 2, 3, 4, 8, 9, 5))
# A certificate whose extended usages are only these was not issued to sign documents. State certificates carry
# e-mail protection, client authentication and smart-card logon; a document-signing usage is not demanded.
NO_DOCUMENTS = frozenset({SERVER, CODE, STAMPING, OCSP_SIGNING, IPSEC})


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a certificate is wanted for.

    demanded: extended usages of which it must have one, if it limits itself at all; empty: any but NO_DOCUMENTS.
    alone: it must have that one usage, no other, and say so critically (RFC 3161 2.3).
    """

    demanded: frozenset[str] = frozenset()
    alone: bool = False

    def suits(self, usages: frozenset[str] | None) -> bool:
        """Whether extended usages allow the purpose; None: the certificate does not limit itself."""
        if usages is None or ANY_USAGE in usages:
            return True
        return bool(usages & self.demanded) if self.demanded else not usages <= NO_DOCUMENTS


DOCUMENTS = Purpose()
STAMPS = Purpose(frozenset({STAMPING}), alone=True)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a path is not good. own: the fault is the leaf's, not its authorities'."""

    problem: SubIndication
    detail: str
    own: bool = False


def flaw(path: Sequence[Issued], moment: datetime, purpose: Purpose) -> Flaw | None:
    """The first flaw of a path (leaf first, anchor last), None for a good one; signatures are checked when it is built.

    What speaks against the leaf's time comes last, so that it is said only of a path that is good otherwise.
    law: R-069 TT15/2025 Đ6 (path to the trusted root, valid at signing time)
    """
    leaf = path[0]
    for place, certificate in enumerate(path):
        found = _of_any(certificate, own=place == 0, anchor=place == len(path) - 1)
        if found is None and place > 0:
            found = _of_authority(certificate, _authorities_below(path, place), moment, purpose)
        if found is not None:
            return found
    if (misuse := _misuse(leaf, purpose)) is not None:
        return Flaw(SubIndication.CHAIN_CONSTRAINTS_FAILURE, misuse, own=True)
    try:
        name_constraints.check(path)
    except name_constraints.NotPermittedError as error:
        return Flaw(SubIndication.CHAIN_CONSTRAINTS_FAILURE, f"name constraints: {error}", own=True)
    if not is_valid(leaf, moment):
        return Flaw(SubIndication.OUT_OF_BOUNDS_NO_POE, _bounds(leaf), own=True)
    return None


def is_valid(certificate: Issued, moment: datetime) -> bool:
    """Whether a moment lies in the certificate's time, its first and its last second included."""
    return certificate.not_before <= moment and moment.replace(microsecond=0) <= certificate.not_after


def has_sha1(path: Sequence[Issued]) -> bool:
    """Whether a certificate below the anchor is signed over SHA-1."""
    return any(certificate.signature_digest == SHA1 for certificate in path[:-1])


def _of_any(certificate: Issued, *, own: bool, anchor: bool) -> Flaw | None:
    if certificate.has_odd_serial and not anchor:  # an anchor is a name and a key; nobody revokes it by its number
        return Flaw(SubIndication.CHAIN_CONSTRAINTS_FAILURE, "the serial number is not positive or too long", own=own)
    if certificate.problem is not None:
        return Flaw(SubIndication.CHAIN_CONSTRAINTS_FAILURE, certificate.problem, own=own)
    if certificate.weakness is not None:
        return Flaw(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, certificate.weakness, own=own)
    return None


def _of_authority(certificate: Issued, below: int, moment: datetime, purpose: Purpose) -> Flaw | None:
    if not certificate.subject:
        return _broken("an authority has no name")
    if not certificate.ca:
        return _broken("a certificate of the path belongs to no authority")
    if certificate.usage is not None and "key_cert_sign" not in certificate.usage:
        return _broken("an authority of the path may not sign certificates")
    if certificate.path_length is not None and below > certificate.path_length:
        return _broken("the path is longer than one of its authorities allows")
    if not purpose.suits(certificate.extended):
        return _broken("an authority of the path was set up for other purposes")
    if not is_valid(certificate, moment):
        detail = f"an authority of the path is out of its time: {_bounds(certificate)}"
        return Flaw(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, detail)
    return None


def _broken(detail: str) -> Flaw:
    return Flaw(SubIndication.CHAIN_CONSTRAINTS_FAILURE, detail)


def _authorities_below(path: Sequence[Issued], place: int) -> int:
    """How many authorities stand between one and the leaf; one that issued to itself does not count."""
    return sum(not certificate.is_self_issued for certificate in path[1:place])


def _misuse(leaf: Issued, purpose: Purpose) -> str | None:
    if leaf.ca:
        return "the certificate belongs to a certification authority"
    if not leaf.subject and not leaf.names_critical:
        return "the certificate does not say whose it is"
    if leaf.usage is not None:
        if "key_cert_sign" in leaf.usage:
            return "the certificate claims to sign certificates and belongs to no authority"
        if not leaf.usage & {"digital_signature", "content_commitment"}:
            return "the key usage allows no signatures"
    if purpose.alone and (leaf.extended != purpose.demanded or not leaf.extended_critical):
        return "the extended key usage is not the one it must be, alone and critical"
    return None if purpose.suits(leaf.extended) else "the extended key usage names other purposes only"


def _bounds(certificate: Issued) -> str:
    return f"valid from {certificate.not_before:%Y-%m-%dT%H:%M:%SZ} to {certificate.not_after:%Y-%m-%dT%H:%M:%SZ}"
