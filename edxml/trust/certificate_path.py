"""From a certificate to a trusted anchor: chain, time, usage and revocation, each with "cannot tell".

Nothing is fetched. What is in no folder and not in the document is unknown, and unknown is INDETERMINATE; what could
be asked is said (`PathResult.needs`).
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from asn1crypto import pem  # type: ignore[import-untyped]
from cryptography.x509.oid import NameOID

from edxml.trust import issued, path_building, path_rules, revocation_check
from edxml.trust.certificates import Trust
from edxml.trust.issued import Issued
from edxml.trust.path_building import Known
from edxml.trust.path_results import Passed, PathResult
from edxml.trust.path_rules import DOCUMENTS, STAMPS, Purpose
from edxml.trust.revocation_check import GOOD, REVOKED, Status, Times
from edxml.trust.revocation_sources import NOTHING, Given, Sources, Stamp, Stapled
from edxml.verdict import Revocation
from edxml.verdict_words import SubIndication

SHA1_IN_PATH = "sha1_in_path"
REVOCATION_STALE = "revocation_stale"
MOST_REMEMBERED = 4096
MOST_PATHS = 16
# Of several paths that fail, the one whose failure says most about the certificate itself.
_TELLING = (
    SubIndication.REVOKED_NO_POE,
    SubIndication.TRY_LATER,
    SubIndication.OUT_OF_BOUNDS_NO_POE,
    SubIndication.REVOKED_CA_NO_POE,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
    SubIndication.CHAIN_CONSTRAINTS_FAILURE,
)


@dataclass(frozen=True, slots=True)
class Anchors:
    """A trust, parsed once for many verifications, with the paths that passed under it."""

    documents: Known
    stamps: Known
    purposes: dict[bytes, str]
    given: Given
    grace: timedelta
    passed: dict[bytes, Passed] = field(default_factory=dict)


@functools.lru_cache(maxsize=4)
def parse(trust: Trust) -> Anchors:
    """The certificates and answers of a trust, read. A certificate that cannot be read trusts nobody."""
    documents: list[Issued] = []
    stamps: list[Issued] = []
    helpers: list[Issued] = []
    purposes: dict[bytes, str] = {}
    for purpose, blobs in (("state", trust.state), ("public", trust.public), ("tsa", trust.tsa)):
        for certificate in readable(_der(blob) for blob in blobs):
            if not certificate.is_self_signed:
                helpers.append(certificate)
            elif purpose == "tsa":
                stamps.append(certificate)
            else:
                documents.append(certificate)
                purposes.setdefault(certificate.fingerprint, purpose)
    return Anchors(
        documents=Known.of(documents, helpers),
        stamps=Known.of(stamps, helpers),
        purposes=purposes,
        given=Given.of(trust.crls, trust.ocsps, trust.answers),
        grace=timedelta(hours=trust.grace_hours),
    )


def check_document_signer(
    certificate: bytes, others: Sequence[bytes], anchors: Anchors, times: Times, stapled: Stapled = NOTHING
) -> PathResult:
    """Whether a certificate (DER) could be trusted with a document's signature at a moment.

    others, stapled: what came with the document; it helps to build and to decide, and is not trusted.
    law: R-069 TT15/2025 Đ6 (path to the trusted root, validity and revocation at signing time)
    """
    return _remembered(certificate, others, anchors, _Question(anchors.documents, DOCUMENTS, times, stapled))


def check_stamp_signer(
    certificate: bytes, others: Sequence[bytes], anchors: Anchors, times: Times, stapled: Stapled = NOTHING
) -> PathResult:
    """Whether a certificate (DER) could be trusted with a time-stamp at a moment: only anchors of purpose "tsa"."""
    return _remembered(certificate, others, anchors, _Question(anchors.stamps, STAMPS, times, stapled))


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked about a certificate."""

    known: Known
    purpose: Purpose
    times: Times
    stapled: Stapled


@dataclass(frozen=True, slots=True)
class _Walk:
    """A path that was looked at, and what was known of the certificates on it.

    watched: the files of fetched answers as they were before they were read; one that comes meanwhile is news.
    """

    result: PathResult
    path: tuple[Issued, ...] = ()
    statuses: tuple[Status, ...] = ()
    watched: tuple[Stamp, ...] = ()


def _remembered(certificate: bytes, others: Sequence[bytes], anchors: Anchors, asked: _Question) -> PathResult:
    key = _key(certificate, others, asked)
    before = anchors.passed.get(key)
    if before is not None and before.holds(asked.times):
        return before.result
    walk = _walk(certificate, [*others, *asked.stapled.certificates], anchors, asked)
    if walk.result.problem is None and all(s.word == GOOD for s in walk.statuses):
        if len(anchors.passed) >= MOST_REMEMBERED:
            anchors.passed.clear()
        anchors.passed[key] = _passed(walk)
    return walk.result


def _key(certificate: bytes, others: Sequence[bytes], asked: _Question) -> bytes:
    """Under what a path that passed is remembered: all that a document brought, and what it was asked for."""
    digest = hashlib.sha256(b"tsa" if asked.purpose is STAMPS else b"document")
    for part in (certificate, asked.stapled.digest, *others):
        digest.update(hashlib.sha256(part).digest())
    return digest.digest()


def _passed(walk: _Walk) -> Passed:
    answers = [s for s in walk.statuses if s.as_of is not None and s.until is not None]
    return Passed(
        walk.result,
        since=max((s.as_of for s in answers if s.as_of), default=walk.path[0].not_before),
        begins=max(c.not_before for c in walk.path),
        ends=min([*(c.not_after for c in walk.path), *(s.until for s in answers if s.until)]),
        watched=walk.watched,
    )


def _walk(certificate: bytes, others: Sequence[bytes], anchors: Anchors, asked: _Question) -> _Walk:
    """The best of all paths."""
    if not asked.known.anchors:
        return _Walk(PathResult(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, detail="no trust anchor is set"))
    try:
        leaf = issued.load(certificate)
    except ValueError as error:
        return _Walk(PathResult(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, detail=str(error)[:300]))
    best: _Walk | None = None
    for number, path in enumerate(path_building.paths(leaf, asked.known, readable(others))):
        if number >= MOST_PATHS:
            break
        walk = _judge(path, anchors, asked)
        if walk.result.problem is None:
            return walk
        if best is None or _tells(walk.result) < _tells(best.result):
            best = walk
    return best or _Walk(_no_chain(leaf))


def _tells(result: PathResult) -> int:
    assert result.problem is not None, "only failures are compared"
    return _TELLING.index(result.problem)


def _judge(path: tuple[Issued, ...], anchors: Anchors, asked: _Question) -> _Walk:
    anchor = "tsa" if asked.purpose is STAMPS else anchors.purposes.get(path[-1].fingerprint)
    sources = Sources(anchors.given, asked.stapled)
    found = path_rules.flaw(path, asked.times.known, asked.purpose)
    if found is not None and found.problem is not SubIndication.OUT_OF_BOUNDS_NO_POE:
        return _Walk(PathResult(found.problem, anchor, detail=found.detail))
    pairs = list(itertools.pairwise(path))
    watched = tuple(stamp for child, issuer in pairs for stamp in sources.watched(child, issuer))
    statuses = tuple(revocation_check.status(child, issuer, sources, asked.times) for child, issuer in pairs)
    base = PathResult(None, anchor, warnings=_warnings(path, statuses), revocation=_facts(statuses))
    if statuses and _is_revoked(statuses[0], asked.times) and not statuses[0].on_hold:
        detail = f"the certificate is revoked since {statuses[0].since:%Y-%m-%dT%H:%M:%SZ}"
        result = replace(base, problem=SubIndication.REVOKED_NO_POE, revoked_at=statuses[0].since, detail=detail)
    elif found is not None:
        result = replace(base, problem=found.problem, detail=found.detail)
    else:
        result = _by_revocation(base, pairs, statuses, asked.times)
    return _Walk(result, path, statuses, watched)


def _by_revocation(
    base: PathResult, pairs: Sequence[tuple[Issued, Issued]], statuses: Sequence[Status], times: Times
) -> PathResult:
    """What the answers make of a path that has no other flaw."""
    for place, status in enumerate(statuses):
        if not _is_revoked(status, times):
            continue
        if status.on_hold:
            needs = revocation_check.needs(*pairs[place])
            return replace(
                base, problem=SubIndication.TRY_LATER, detail="a certificate of the path is on hold", needs=needs
            )
        assert place > 0, "a revoked signer was found before"
        detail = "the certificate of an authority of the path is revoked"
        return replace(base, problem=SubIndication.REVOKED_CA_NO_POE, detail=detail)
    open_ones = [(pair, s) for pair, s in zip(pairs, statuses, strict=True) if not s.is_decided]
    if not open_ones:
        return base
    needs = tuple(need for pair, _ in open_ones for need in revocation_check.needs(*pair))
    missing = next((s for _, s in open_ones if not s.stale), None)
    if missing is not None:
        return replace(base, problem=SubIndication.TRY_LATER, detail=missing.detail, needs=needs)
    detail = f"the answer at hand ended at {open_ones[0][1].until:%Y-%m-%dT%H:%M:%SZ}"
    return replace(base, problem=SubIndication.TRY_LATER, detail=detail, needs=needs)


def _is_revoked(status: Status, times: Times) -> bool:
    """Whether a certificate was revoked at the moment for which it is asked; without proof of time it just was."""
    if status.word != REVOKED:
        return False
    return not times.proven or status.since is None or times.known >= status.since


def _warnings(path: Sequence[Issued], statuses: Sequence[Status]) -> tuple[str, ...]:
    found = []
    if path_rules.has_sha1(path) or any(s.sha1 for s in statuses):
        found.append(SHA1_IN_PATH)
    if any(s.stale and s.word == GOOD for s in statuses):
        found.append(REVOCATION_STALE)
    return tuple(found)


def _facts(statuses: Sequence[Status]) -> Revocation:
    """law: R-071 TT15/2025 Đ5 (the revocation answer is kept with the document)"""
    if not statuses:
        return Revocation()
    own = statuses[0]
    digests = tuple(dict.fromkeys(digest for s in statuses for digest in s.digests))
    return Revocation(own.word, own.kind, own.source, own.as_of, digests)


def _no_chain(certificate: Issued) -> PathResult:
    """Names the issuer that is missing here; never the subject, whose name may carry an identity number."""
    names = certificate.parsed.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    issuer = str(names[-1].value) if names else "unnamed"
    detail = f"no chain to a trust anchor; the certificate was issued by {issuer!r}"
    return PathResult(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, detail=detail)


def _der(blob: bytes) -> bytes:
    """DER of a certificate that may be armoured."""
    return bytes(pem.unarmor(blob)[2]) if pem.detect(blob) else blob


def readable(blobs: Iterable[bytes]) -> list[Issued]:
    """Those certificates (DER) that can be read."""
    found = []
    for der in blobs:
        try:
            found.append(issued.load(der))
        except ValueError:
            continue
    return found
