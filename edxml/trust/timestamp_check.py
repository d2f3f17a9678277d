"""RFC 3161 tokens: over which bytes, by whom, when, and may that authority be believed?

A token is trusted when every answer is known and good. If only the revocation of its authority cannot be told, the
token is not trusted (EN 319 102-1 5.4: no proof of existence from what is undecided): the signer's own time is shown,
with a warning, and what could be asked is said. The nonce belongs to the one who asked for the token and is not
looked at here. SHA-1 as the imprint of a signature warns: genuine tokens of 2026 still have it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import core, tsp  # type: ignore[import-untyped]
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.validation import errors, generic_cms

from edxml.trust import certificate_path, cms_signature, issued, stapled_answers
from edxml.trust.certificate_path import Anchors
from edxml.trust.revocation_check import Times
from edxml.trust.revocation_sources import Stapled
from edxml.verdict import Need
from edxml.verdict_words import SubIndication

# How far a clock may be ahead of ours: a node of the State's own time-stamping authority once ran 38 minutes ahead.
CLOCK_TOLERANCE = timedelta(hours=1)
WEAK_IMPRINTS = frozenset({"sha1"})
FORBIDDEN_DIGESTS = frozenset({"md2", "md5"})
WIDEST_ACCURACY = timedelta(hours=1)
MOST_TOKENS = 8
# What the libraries raise for a damaged or malicious token; NotImplementedError for what pyHanko does not read.
UNREADABLE = (errors.SignatureValidationError, PdfError, ValueError, TypeError, KeyError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time-stamp. trusted: whole, over the right bytes, and its authority is to be believed.

    at: its genTime. latest: the same with its accuracy: what was stamped existed then for sure.
    problem: why its authority is not to be believed; None also for a token that is not whole. needs: to decide that.
    answers: SHA-256 (hex) of the revocation answers that decided about its authority.
    """

    at: datetime
    latest: datetime
    trusted: bool
    warnings: tuple[str, ...] = ()
    problem: SubIndication | None = None
    detail: str = ""
    needs: tuple[Need, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What tokens are judged with. known: by when they existed, if a later trusted stamp proves it; else None."""

    anchors: Anchors
    at: datetime
    stapled: Stapled
    known: datetime | None = None


def of_signature(signer_info: Any, setting: Setting) -> Stamp | None:
    """The best time-stamp a signature carries; None without one, or if none can be read."""
    found: Stamp | None = None
    for token in _tokens(signer_info):
        stamp = of_token(token, generic_cms.message_imprint_checker(signer_info), setting)
        if stamp is not None and stamp.trusted:
            return stamp
        found = found or stamp
    return found


def _tokens(signer_info: Any) -> Iterator[Any]:
    try:
        for number, token in enumerate(generic_cms.extract_tst_data_iter(signer_info, signed=False)):
            if number >= MOST_TOKENS:
                return
            yield token
    except UNREADABLE:
        return


def of_token(token: Any, imprint: Callable[[str], bytes], setting: Setting) -> Stamp | None:
    """One token, checked against what it should stamp (`imprint`: digest by algorithm name); None if not readable."""
    try:
        return _of_token(token, imprint, setting)
    except UNREADABLE:
        return None


def _of_token(token: Any, imprint: Callable[[str], bytes], setting: Setting) -> Stamp:
    content = token["encap_content_info"]["content"]
    info = content.parsed if isinstance(content, core.ParsableOctetString) else None
    if not isinstance(info, tsp.TSTInfo):
        raise cms_signature.UnfitError("not a time-stamp token")
    at = info["gen_time"].native.astimezone(UTC)
    algorithm = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    warnings = ("sha1_in_timestamp",) if algorithm in WEAK_IMPRINTS else ()
    blank = Stamp(at, at + _accuracy(info), trusted=False, warnings=warnings)
    try:
        bundle = cms_signature.bundle(token)
        flaw = _flaw(token, info, imprint, bundle.signer)
    except cms_signature.UnfitError as error:
        return _with(blank, detail=str(error))
    if flaw is not None:
        return _with(blank, detail=flaw)
    if blank.latest - at > WIDEST_ACCURACY:
        return _with(blank, detail="a time-stamp that vague proves no time")
    if blank.latest > setting.at + CLOCK_TOLERANCE:
        return _with(blank, detail="the time-stamp is of a later time than now")  # law: R-080
    return _believed(blank, token, bundle, setting)


def _flaw(token: Any, info: Any, imprint: Callable[[str], bytes], signer: bytes) -> str | None:
    """Why a token is not whole, or not over these bytes; signer: its signer's certificate."""
    signer_info, content = token["signer_infos"][0], token["encap_content_info"]["content"]
    digest = signer_info["digest_algorithm"]["algorithm"].native
    algorithm = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    if {digest, algorithm} & FORBIDDEN_DIGESTS:
        return "the time-stamp uses a digest that proves nothing"
    if cms_signature.named_certificate(signer_info) is None:
        return "the time-stamp does not name its signer's certificate (RFC 3161 2.4.1)"
    own = hashlib.new(digest, bytes(content)).digest()
    fit = cms_signature.fit(signer_info, signer, "tst_info", own)
    if not (fit.intact and fit.valid):
        return "the time-stamp's own signature does not fit"
    if imprint(algorithm) != info["message_imprint"]["hashed_message"].native:
        return "the time-stamp is over other bytes"
    return None


def _believed(blank: Stamp, token: Any, bundle: cms_signature.Bundle, setting: Setting) -> Stamp:
    """The same token after its authority was looked at."""
    if not _was_valid(bundle.signer, blank.at):
        return _with(blank, SubIndication.OUT_OF_BOUNDS_NO_POE, "its authority's certificate was not valid then")
    known = setting.known
    times = Times(setting.at, known or setting.at, proven=known is not None, grace=setting.anchors.grace)
    stapled = setting.stapled + stapled_answers.of_cms(token, token["signer_infos"][0])
    path = certificate_path.check_stamp_signer(bundle.signer, bundle.others, setting.anchors, times, stapled)
    if path.problem is None:
        return replace(blank, trusted=True, answers=path.revocation.answers)
    unchecked = ("timestamp_revocation_unknown",) if path.problem is SubIndication.TRY_LATER else ()
    return replace(
        blank, warnings=(*blank.warnings, *unchecked), problem=path.problem, detail=path.detail,
        needs=path.needs, answers=path.revocation.answers,
    )  # fmt: skip


def _was_valid(certificate: bytes, moment: datetime) -> bool:
    try:
        found = issued.load(certificate)
    except ValueError:
        return True  # a certificate that cannot be read finds no path, which says more
    return found.not_before <= moment <= found.not_after


def _accuracy(info: Any) -> timedelta:
    """How far genTime may be off, by the token's own word."""
    value = info["accuracy"].native
    if not value:
        return timedelta(0)
    return timedelta(
        seconds=int(value["seconds"] or 0),
        milliseconds=int(value["millis"] or 0),
        microseconds=int(value["micros"] or 0),
    )


def _with(stamp: Stamp, problem: SubIndication | None = None, detail: str = "") -> Stamp:
    return replace(stamp, problem=problem, detail=detail)
