"""One CMS signature over known bytes: is it whole, whose is it, when was it made, was the key good then?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import core  # type: ignore[import-untyped]

from edxml.trust import certificate_path, cms_signature, issued, revocation_check
from edxml.trust.certificate_path import Anchors
from edxml.trust.path_results import PathResult
from edxml.trust.revocation_sources import NOTHING, Stapled
from edxml.trust.timestamp_check import CLOCK_TOLERANCE, Stamp
from edxml.verdict_words import SubIndication

WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
SIGNED_IN_FUTURE = "signed_in_future"


@dataclass(frozen=True, slots=True)
class Wholeness:
    """Whether digest and signature value fit. broken: proven wrong; doubt: cannot be judged or not accepted."""

    broken: SubIndication | None = None
    doubt: SubIndication | None = None
    detail: str = ""


def check_wholeness(signed_data: Any, signer_info: Any, certificate: bytes, digest: bytes) -> Wholeness:
    """Compare the digest of the signed bytes, and the signature value, with the CMS.

    law: R-069 TT15/2025 Đ6 (decrypt, recompute and compare the digest; record the algorithm)
    """
    container = signed_data["encap_content_info"]
    if container["content"] is not core.VOID:
        return Wholeness(doubt=SubIndication.FORMAT_FAILURE, detail="the signature carries content of its own")
    try:
        fit = cms_signature.fit(signer_info, certificate, "data", digest)
    except cms_signature.UnfitError as error:
        return Wholeness(doubt=SubIndication.FORMAT_FAILURE, detail=str(error))
    except (ValueError, TypeError, KeyError) as error:
        return Wholeness(doubt=SubIndication.GENERIC, detail=f"{type(error).__name__}: {error}")
    if not fit.valid:
        return Wholeness(broken=SubIndication.SIG_CRYPTO_FAILURE, detail="the signature value does not fit the key")
    if not fit.intact:
        return Wholeness(broken=SubIndication.HASH_FAILURE, detail="the signed bytes have another digest")
    return Wholeness(doubt=_weakness(signer_info, certificate))


def _weakness(signer_info: Any, certificate: bytes) -> SubIndication | None:
    """A document's digest is never SHA-1; the key is one of those accepted in a path."""
    digests = {signer_info["digest_algorithm"]["algorithm"].native}
    algorithm = signer_info["signature_algorithm"]
    if "_" in algorithm["algorithm"].native and not algorithm["algorithm"].native.startswith("rsassa"):
        digests.add(algorithm.hash_algo)
    if digests & WEAK_DIGESTS:
        return SubIndication.CRYPTO_CONSTRAINTS_FAILURE
    try:
        weak = issued.load(certificate).weakness
    except ValueError:
        return None  # what cannot be read has no path either
    return None if weak is None else SubIndication.CRYPTO_CONSTRAINTS_FAILURE


@dataclass(frozen=True, slots=True)
class TrustResult:
    """The trust axis of one signature; problem None means trusted. failed: the problem is proven.

    warnings: those of the path, and signed_in_future.
    """

    path: PathResult
    problem: SubIndication | None
    failed: bool = False
    detail: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Times:
    """at: of the verification; proven: by a trusted stamp, the signature existed then; claimed: by the signer."""

    at: datetime
    proven: datetime | None
    claimed: datetime | None


def check_trust(
    certificate: bytes, others: Sequence[bytes], anchors: Anchors, times: Times, stapled: Stapled = NOTHING
) -> TrustResult:
    """Whether the key was good when it signed; without proof of that time it must be good at `times.at`.

    A revocation is proven to come before the signature only by a stamp or by the signer's own, later time.
    A time that cannot be is not valid (R-080): before the certificate's start, or later than now.
    """
    known = revocation_check.Times(
        times.at, times.proven or times.at, proven=times.proven is not None, grace=anchors.grace
    )
    path = certificate_path.check_document_signer(certificate, others, anchors, known, stapled)
    signed_at = times.proven or times.claimed
    if path.problem is SubIndication.REVOKED_NO_POE and path.revoked_at is not None:
        if signed_at is not None and signed_at >= path.revoked_at:
            return _result(path, SubIndication.REVOKED, path.detail, failed=True)
        return _result(path, path.problem, path.detail)
    if signed_at is None or path.problem not in (None, SubIndication.TRY_LATER, SubIndication.OUT_OF_BOUNDS_NO_POE):
        return _result(path, path.problem, path.detail)
    validity = issued.load(certificate)
    if signed_at + _tolerance(times) < validity.not_before:  # law: R-080
        detail = "the signature was made before its certificate began"
        return _result(path, SubIndication.NOT_YET_VALID, detail, failed=True)
    if times.proven is None and signed_at > times.at + CLOCK_TOLERANCE:  # law: R-080
        detail = "the signature claims a time later than now"
        return _result(path, SubIndication.NOT_YET_VALID, detail, failed=True, warning=SIGNED_IN_FUTURE)
    if path.problem is SubIndication.OUT_OF_BOUNDS_NO_POE and signed_at > validity.not_after:
        return _result(path, SubIndication.EXPIRED, path.detail)
    return _result(path, path.problem, path.detail)


def with_stamp(trust: TrustResult, stamp: Stamp | None) -> TrustResult:
    """The same with what a time-stamp still lets hope for.

    An ended certificate is saved by a stamp from its lifetime; while only the revocation of that stamp's authority is
    unknown, the answer is "try later", and what could be asked is said.
    """
    if stamp is None or not stamp.needs or trust.problem not in _HELPED_BY_STAMP:
        return trust
    path = replace(trust.path, needs=(*trust.path.needs, *stamp.needs))
    if trust.problem is SubIndication.OUT_OF_BOUNDS_NO_POE:
        return replace(trust, path=path, problem=SubIndication.TRY_LATER, detail=stamp.detail)
    return replace(trust, path=path)


_HELPED_BY_STAMP = (
    None,
    SubIndication.TRY_LATER,
    SubIndication.OUT_OF_BOUNDS_NO_POE,
    SubIndication.REVOKED_NO_POE,
)


def _result(
    path: PathResult, problem: SubIndication | None, detail: str, *, failed: bool = False, warning: str | None = None
) -> TrustResult:
    warnings = path.warnings if warning is None else (*path.warnings, warning)
    return TrustResult(path, problem, failed=failed, detail=detail, warnings=warnings)


def _tolerance(times: Times) -> timedelta:
    """The signer's own clock may be off; a trusted time-stamp is taken as it stands."""
    return CLOCK_TOLERANCE if times.proven is None else timedelta(0)


def algorithm_of(signer_info: Any, certificate: bytes) -> str:
    """Digest and key of a signature, as "sha256 rsa-3072"; the key alone is "unknown" if it cannot be read."""
    try:
        kind = issued.key_name(issued.load(certificate).key)
    except ValueError:
        kind = "unknown"
    return f"{signer_info['digest_algorithm']['algorithm'].native} {kind}"


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
