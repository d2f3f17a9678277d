"""Integrity of one signature: does it fit the file, and what happened to the file after it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from asn1crypto import parser as asn1_parser  # type: ignore[import-untyped]
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from edxml.pdf import fields
from edxml.pdf.reading import READ_ERRORS
from edxml.pdf.revisions import STAMP_FORMAT, History
from edxml.trust import cms_check
from edxml.verdict_words import Integrity, SubIndication

KNOWN_FORMATS = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached"})
OBJECT_MARKS = (b" obj", b"xref", b"trailer", b"stream")
REST_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """A filled signature field with what could be read of it.

    range: its byte range, already checked against the file. embedded: pyHanko's view on it, None if it could not
    be read; error: why; empty: there is nothing in /Contents that could be a signature.
    """

    field: fields.SignatureField
    range: fields.ByteRange
    format: str
    embedded: EmbeddedPdfSignature | None = None
    error: str = ""
    empty: bool = False

    @property
    def is_stamp(self) -> bool:
        """Whether it is a time-stamp over the document, no signature of anybody."""
        return self.format == STAMP_FORMAT


@dataclass(frozen=True, slots=True)
class Wholeness:
    """Integrity of one signature. problem: why it is broken, or why nothing can be said about its value."""

    integrity: Integrity
    problem: SubIndication | None = None
    detail: str = ""


def examine(field: fields.SignatureField, stream: BinaryIO, reader: Any) -> Found:
    """Read one field; never raises for a damaged one."""
    place = fields.byte_range(stream, field.value)
    kind = str(field.value.get("/SubFilter", "")) if hasattr(field.value, "get") else ""
    if place.problem is not None:
        return Found(field, place, kind)
    try:
        return Found(field, place, kind, EmbeddedPdfSignature(reader, field.field, field.name))
    except READ_ERRORS as error:
        raw = getattr(field.value.get("/Contents"), "original_bytes", b"")
        empty = not raw.strip(b"\0") or raw[:1] != b"\x30"
        return Found(field, place, kind, error=f"{type(error).__name__}: {error}", empty=empty)


def judge(item: Found, stream: BinaryIO, certificate: Any, history: History, *, last: bool) -> Wholeness:
    """The integrity of a signature that could be read. last: no other signature follows it."""
    embedded = item.embedded
    assert embedded is not None, "only what could be read is judged"
    if item.format not in KNOWN_FORMATS:
        detail = f"signatures of the kind {item.format or '(none)'} are not supported"
        return Wholeness(Integrity.UNKNOWN, SubIndication.FORMAT_FAILURE, detail)
    digest = cms_check.digest_of(stream, [int(n) for n in embedded.byte_range], embedded.md_algorithm)
    if not item.range.holds(embedded.pkcs7_content, stream):
        detail = "the bytes left out are not the signature itself"
        return Wholeness(Integrity.BROKEN, SubIndication.FORMAT_FAILURE, detail)
    if not _is_padded_with_zeros(embedded.pkcs7_content):
        return Wholeness(Integrity.UNKNOWN, SubIndication.FORMAT_FAILURE, "other bytes than zeros follow the signature")
    whole = cms_check.check_wholeness(embedded.signed_data, embedded.signer_info, certificate, digest)
    if whole.broken is not None:
        return Wholeness(Integrity.BROKEN, whole.broken, whole.detail)
    after = _after(item, embedded, stream, history, last=last)
    if whole.doubt is not None and after.integrity is not Integrity.BROKEN:
        return Wholeness(after.integrity, whole.doubt, whole.detail)
    return after


def _is_padded_with_zeros(contents: bytes) -> bool:
    """Whether nothing hides in the reserve behind the CMS; real tools fill it with zeros."""
    length = asn1_parser.peek(contents)
    return not contents[length:].strip(b"\0")


def _after(item: Found, embedded: EmbeddedPdfSignature, stream: BinaryIO, history: History, *, last: bool) -> Wholeness:
    """What happened to the file after the signature."""
    rest = _bytes_after(stream, item.range.end)
    if not rest:
        return Wholeness(Integrity.FINAL)
    if embedded.evaluate_signature_coverage() < SignatureCoverageLevel.ENTIRE_REVISION:
        detail = "the signed bytes are not the revision that holds the signature"
        return Wholeness(Integrity.BROKEN, SubIndication.FORMAT_FAILURE, detail)
    if embedded.signed_revision == history.final:
        # no cross-reference leads to these bytes, but readers that repair a file look for objects in them
        if any(mark in rest for mark in OBJECT_MARKS):
            return Wholeness(Integrity.CHANGED, detail="objects stand after the end of the signed revision")
        return Wholeness(Integrity.UNEXPLAINED, detail="bytes stand after the end of the signed revision")
    return _later_revisions(embedded, history, last=last)


def _later_revisions(embedded: EmbeddedPdfSignature, history: History, *, last: bool) -> Wholeness:
    """Explained by the rules and equal by value: extended. Different: changed. Neither: unexplained."""
    level = history.explain(embedded)
    try:
        difference = history.difference(embedded)
        upkeep = last and history.is_upkeep(embedded)
    except READ_ERRORS as error:
        return Wholeness(Integrity.UNEXPLAINED, detail=f"{str(level)[:300]}; not comparable: {error}"[:500])
    if difference is not None:
        return Wholeness(Integrity.CHANGED, detail=difference)
    if isinstance(level, str):
        return Wholeness(Integrity.UNEXPLAINED, detail=level[:500])
    if not last or (upkeep and level <= ModificationLevel.LTA_UPDATES):
        return Wholeness(Integrity.EXTENDED)
    if level > ModificationLevel.LTA_UPDATES:
        return Wholeness(Integrity.CHANGED, detail="something visible follows the last signature")
    return Wholeness(Integrity.UNEXPLAINED, detail="something else than validation data follows the last signature")


def _bytes_after(stream: BinaryIO, end: int) -> bytes:
    """What follows the signed bytes, without white space; at most a megabyte of it."""
    stream.seek(end)
    return stream.read(REST_LIMIT).strip(b"\0\t\n\f\r ")
