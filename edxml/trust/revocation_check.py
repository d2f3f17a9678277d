"""Whether a certificate was revoked: what every answer at hand says, and which of them decides.

An answer is fresh for a moment up to its nextUpdate. The freshest decides; of two equally fresh OCSP goes before a
list. A revocation is final: any answer that proves one decides, however old, unless it is a hold, which the next
answer may lift: an older good one, fresh or not, does not. Past its nextUpdate a good answer is stale, and a stale
answer never makes a signature PASSED. An OCSP answer is fresh no longer than its responder's certificate lives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from edxml.trust import revocation_ocsp
from edxml.trust.issued import Issued
from edxml.trust.revocation_lists import Entry, RevocationList, with_deltas
from edxml.trust.revocation_sources import CACHE, DOCUMENT, FOLDER, Sources
from edxml.verdict import Need

GOOD, REVOKED, UNKNOWN = "good", "revoked", "unknown"
CLOCK_SKEW = timedelta(minutes=5)  # between an authority's clock and ours; an answer from later is not believed
WITHOUT_END = timedelta(hours=1)  # how long an OCSP answer that names no nextUpdate is taken for fresh
_RANK = {DOCUMENT: 2, FOLDER: 1, CACHE: 0}


@dataclass(frozen=True, slots=True)
class Times:
    """at: of the verification; known: the moment for which a certificate must be good; grace: see Trust.

    proven: whether a time-stamp proves that the signature existed at `known`; else known is `at`.
    """

    at: datetime
    known: datetime
    proven: bool = False
    grace: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of one certificate. word: good | revoked | unknown.

    until: the moment up to which the answer is fresh. since, on_hold: of a revocation. stale: good, but past `until`.
    digests: of the answers that decided, SHA-256 in hex.
    """

    word: str = UNKNOWN
    kind: str = ""
    source: str = ""
    as_of: datetime | None = None
    until: datetime | None = None
    since: datetime | None = None
    on_hold: bool = False
    stale: bool = False
    sha1: bool = False
    digests: tuple[str, ...] = ()
    detail: str = ""

    @property
    def is_decided(self) -> bool:
        """Whether nothing needs to be asked."""
        return self.word == REVOKED or (self.word == GOOD and not self.stale)


def status(certificate: Issued, issuer: Issued, sources: Sources, times: Times) -> Status:
    """What all answers together say about a certificate; issuer: the one above it in the path."""
    found = [*_by_ocsp(certificate, issuer, sources, times), *_by_list(certificate, issuer, sources, times)]
    usable = [s for s in found if s.word != UNKNOWN]
    final = [s for s in usable if s.word == REVOKED and not s.on_hold]
    if final:
        return max(final, key=_order)
    newest = max(usable, key=_order, default=None)
    if newest is not None:
        fresh = [s for s in usable if not s.stale]
        return newest if newest.on_hold else max(fresh, key=_order, default=newest)
    reasons = list(dict.fromkeys(s.detail for s in found if s.detail))
    return Status(detail="; ".join(reasons[:3]) or "no answer on its revocation is at hand")


def needs(certificate: Issued, issuer: Issued) -> tuple[Need, ...]:
    """What could be asked about a certificate, and where."""
    places = (("ocsp", certificate.ocsp_urls), ("crl", certificate.crl_urls))
    return tuple(Need(kind, urls, certificate.der, issuer.der) for kind, urls in places if urls)


def _order(found: Status) -> tuple[datetime, bool, int]:
    assert found.as_of is not None, "an answer that says something says when"
    return found.as_of, found.kind == "ocsp", _RANK[found.source]


def _by_ocsp(certificate: Issued, issuer: Issued, sources: Sources, times: Times) -> Iterator[Status]:
    for answer, source in sources.answers(certificate, issuer):
        single = answer.about(certificate, issuer)
        if single is None:
            continue
        responder = answer.responder(issuer)
        if responder is None:
            yield Status(detail="the OCSP answer was not signed by the issuer or whom it named")
            continue
        if responder is not issuer and _is_withdrawn(responder, issuer, sources, times):
            yield Status(detail="the OCSP responder's own certificate is revoked")
            continue
        if single.status == UNKNOWN:
            yield Status(detail="the OCSP responder does not know the certificate")
            continue
        until = min(single.next_update or single.this_update + WITHOUT_END, responder.not_after)
        base = _Base("ocsp", source, single.this_update, until, answer.has_sha1, (answer.digest,))
        if single.status == REVOKED:
            yield _revoked(base, Entry(single.since or single.this_update, single.on_hold), times)
        else:
            yield _good(base, certificate, times, keeps_expired_since=None)


def _is_withdrawn(responder: Issued, issuer: Issued, sources: Sources, times: Times) -> bool:
    """Whether a list at hand revokes a responder that its issuer did not except from being checked."""
    if revocation_ocsp.needs_no_check(responder):
        return False
    return any(s.word == REVOKED for s in _by_list(responder, issuer, sources, times))


def _by_list(certificate: Issued, issuer: Issued, sources: Sources, times: Times) -> Iterator[Status]:
    found = list(sources.lists(certificate))
    places = {id(one): source for one, source in found}
    sound: list[RevocationList] = []
    for one, _ in found:
        if (problem := _list_problem(one, certificate, issuer)) is not None:
            yield Status(detail=problem)
        else:
            sound.append(one)
    for whole, delta in with_deltas(sound):
        yield _of_list(whole, delta, certificate, times, places[id(whole)])


def _list_problem(one: RevocationList, certificate: Issued, issuer: Issued) -> str | None:
    if one.problem is not None:
        return one.problem
    if not one.covers(certificate):
        return "the revocation list does not cover this certificate"
    return None if one.is_signed_by(issuer) else "the revocation list was not signed by the issuer"


def _of_list(
    whole: RevocationList, delta: RevocationList | None, certificate: Issued, times: Times, source: str
) -> Status:
    newest = delta or whole
    assert newest.next_update is not None, "a list without an end is not sound"
    digests = (whole.digest,) if delta is None else (whole.digest, delta.digest)
    base = _Base("crl", source, newest.this_update, newest.next_update, newest.has_sha1, digests)
    try:
        entry = delta.entry(certificate.serial) if delta is not None else None
        entry = entry or whole.entry(certificate.serial)
    except ValueError as error:
        return Status(detail=str(error))
    if entry is not None and not entry.released:
        return _revoked(base, entry, times)
    if whole.is_partial:
        return Status(detail="the revocation list names some reasons only")
    return _good(base, certificate, times, keeps_expired_since=whole.keeps_expired_since)


@dataclass(frozen=True, slots=True)
class _Base:
    """An answer before it is weighed."""

    kind: str
    source: str
    this_update: datetime
    next_update: datetime
    sha1: bool
    digests: tuple[str, ...]


def _revoked(base: _Base, entry: Entry, times: Times) -> Status:
    if base.this_update > times.at + CLOCK_SKEW:
        return Status(detail="the answer is of a later time")
    return Status(
        REVOKED, base.kind, base.source, base.this_update, base.next_update,
        since=entry.since, on_hold=entry.on_hold, stale=times.known > base.next_update,
        sha1=base.sha1, digests=base.digests,
    )  # fmt: skip


def _good(base: _Base, certificate: Issued, times: Times, *, keeps_expired_since: datetime | None) -> Status:
    """A good answer, if it speaks for the certificate at `times.known`.

    An entry stays on the list until the first one after the certificate's end (RFC 5280 3.3): an answer of one period
    beyond that end still speaks, a later one only if it says that it keeps expired certificates.
    """
    if base.this_update > times.at + CLOCK_SKEW:
        return Status(detail="the answer is of a later time")
    beyond = certificate.not_after + (base.next_update - base.this_update)
    keeps = keeps_expired_since is not None and keeps_expired_since <= certificate.not_after
    if base.this_update > beyond and not keeps:
        return Status(detail="the certificate has ended, and its issuer's answers no longer name such ones")
    late = times.known - base.next_update
    if late > max(times.grace, timedelta(0)):
        return Status(detail=f"the answer at hand ended at {base.next_update:%Y-%m-%dT%H:%M:%SZ}")
    return Status(
        GOOD, base.kind, base.source, base.this_update, base.next_update,
        stale=late > timedelta(0), sha1=base.sha1, digests=base.digests,
    )  # fmt: skip
