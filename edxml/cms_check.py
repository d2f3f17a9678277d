"""One CMS signature over known bytes: is it whole, whose is it, when was it made, was the key good then?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import core  # type: ignore[import-untyped]
from pyhanko.sign.validation import errors, generic_cms
from pyhanko.sign.validation.status import TimestampSignatureStatus

from edxml import certificate_path
from edxml.certificate_path import Anchors, PathResult
from edxml.verdict_words import SubIndication

WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
SMALLEST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Wholeness:
    """Whether digest and signature value fit. broken: proven wrong; doubt: cannot be judged or not accepted."""

    broken: SubIndication | None = None
    doubt: SubIndication | None = None
    detail: str = ""


def check_wholeness(signed_data: Any, signer_info: Any, certificate: Any, digest: bytes) -> Wholeness:
    """Compare the digest of the signed bytes, and the signature value, with the CMS.

    law: R-069 TT15/2025 Đ6 (decrypt, recompute and compare the digest; record the algorithm)
    """
    container = signed_data["encap_content_info"]
    if container["content"] is not core.VOID:
        return Wholeness(doubt=SubIndication.FORMAT_FAILURE, detail="the signature carries content of its own")
    try:
        intact, valid = generic_cms.validate_sig_integrity(signer_info, certificate, "data", digest)
    except errors.SignatureValidationError as error:
        return Wholeness(doubt=SubIndication.FORMAT_FAILURE, detail=str(error))
    except (ValueError, TypeError, KeyError, NotImplementedError) as error:
        return Wholeness(doubt=SubIndication.GENERIC, detail=f"{type(error).__name__}: {error}")
    if not valid:
        return Wholeness(broken=SubIndication.SIG_CRYPTO_FAILURE, detail="the signature value does not fit the key")
    if not intact:
        return Wholeness(broken=SubIndication.HASH_FAILURE, detail="the signed bytes have another digest")
    return Wholeness(doubt=_weakness(signer_info, certificate))


def _weakness(signer_info: Any, certificate: Any) -> SubIndication | None:
    """A document's digest is never SHA-1, an RSA key never shorter than 2048 bits."""
    digests = {signer_info["digest_algorithm"]["algorithm"].native}
    algorithm = signer_info["signature_algorithm"]
    if "_" in algorithm["algorithm"].native and not algorithm["algorithm"].native.startswith("rsassa"):
        digests.add(algorithm.hash_algo)
    key = certificate.public_key
    if digests & WEAK_DIGESTS or (key.algorithm in ("rsa", "rsassa_pss") and key.bit_size < SMALLEST_RSA_BITS):
        return SubIndication.CRYPTO_CONSTRAINTS_FAILURE
    return None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time-stamp over a signature. trusted: whole, and its authority chains to a time-stamping anchor."""

    at: datetime
    trusted: bool
    warnings: tuple[str, ...] = ()


async def check_stamp(signer_info: Any, anchors: Anchors, at: datetime) -> Stamp | None:
    """The best time-stamp a signature carries; None without one, or if it cannot be read."""
    found: Stamp | None = None
    for token in generic_cms.extract_tst_data_iter(signer_info, signed=False):
        stamp = await stamp_of(token, generic_cms.message_imprint_checker(signer_info), anchors, at)
        if stamp is not None and stamp.trusted:
            return stamp
        found = found or stamp
    return found


async def stamp_of(token: Any, imprint: Any, anchors: Anchors, at: datetime) -> Stamp | None:
    """One time-stamp token checked against what it should stamp (`imprint`: digest by algorithm name)."""
    setting = certificate_path.context(anchors, anchors.stamps, [], at, "require")
    try:
        status = TimestampSignatureStatus(**await generic_cms.validate_tst_signed_data(token, setting, imprint))
        info = token["encap_content_info"]["content"].parsed
        algorithm = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    except (errors.SignatureValidationError, ValueError, TypeError, KeyError):
        return None
    warnings = ("sha1_in_timestamp",) if algorithm in WEAK_DIGESTS else ()
    return Stamp(status.timestamp, bool(anchors.stamps) and status.trusted, warnings)


@dataclass(frozen=True, slots=True)
class TrustResult:
    """The trust axis of one signature; problem None means trusted. failed: the problem is proven."""

    path: PathResult
    problem: SubIndication | None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """at: of the verification; proven: by a trusted stamp, the signature existed then; claimed: by the signer."""

    at: datetime
    proven: datetime | None
    claimed: datetime | None


async def check_trust(certificate: Any, others: list[Any], anchors: Anchors, times: Times) -> TrustResult:
    """Whether the key was good when it signed; without proof of that time it must be good at `times.at`.

    A revocation is proven to come before the signature only by a stamp or by the signer's own, later time.
    """
    known = times.proven or times.claimed
    path = await certificate_path.check_document_signer(certificate, others, anchors, times.proven or times.at)
    if path.problem is SubIndication.REVOKED_NO_POE and path.revoked_at is not None:
        if known is not None and known >= path.revoked_at:
            return TrustResult(path, SubIndication.REVOKED, failed=True)
        return TrustResult(path, path.problem)
    if path.problem is SubIndication.OUT_OF_BOUNDS_NO_POE:
        validity = certificate["tbs_certificate"]["validity"]
        if known is not None and known > validity["not_after"].native:
            return TrustResult(path, SubIndication.EXPIRED)
        if known is not None and known < validity["not_before"].native:
            return TrustResult(path, SubIndication.NOT_YET_VALID)
    return TrustResult(path, path.problem)


def digest_of(stream: Any, byte_range: list[int], algorithm: str) -> bytes:
    """The digest of the two stretches of a byte range, read in pieces."""
    digest = hashlib.new(algorithm)
    for start, length in (byte_range[:2], byte_range[2:]):
        stream.seek(start)
        left = length
        while left and (piece := stream.read(min(left, 1 << 20))):
            digest.update(piece)
            left -= len(piece)
    return digest.digest()
