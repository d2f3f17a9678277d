"""What the bytes of a file prove by themselves when no reader opens it: that a signature in it was broken."""

from __future__ import annotations

import re
from itertools import islice
from typing import BinaryIO

from asn1crypto import cms  # type: ignore[import-untyped]
from pyhanko.sign.general import find_unique_cms_attribute

from edxml.pdf.integrity import OBJECT_MARKS, REST_LIMIT
from edxml.pdf.reading import READ_ERRORS, places_of
from edxml.trust import cms_check
from edxml.verdict_words import SubIndication

GAP_LIMIT = 1 << 24
RANGES_LIMIT = 64
RANGE_LENGTH = 128  # bytes from /ByteRange to its last bracket
HASHED_LIMIT = 2 << 30  # bytes read for digests, all signatures together
SHORTEST_SIGNATURE = 128  # hex digits
UPKEEP_MARKS = (b"/DSS", b"/ETSI.RFC3161")  # what may follow the last signature
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_SIGNATURE = re.compile(rb"<[0-9A-Fa-f]{%d,}" % SHORTEST_SIGNATURE)

Proof = tuple[SubIndication, str]


def proof_of_change(stream: BinaryIO) -> Proof | None:
    """Why a file that no reader opens is proven to be other than what was signed; None if nothing is proven.

    A byte range that begins with the file, ends in it and leaves out a signature is alive; the dead remainder of
    another file's signature does not fit and proves nothing. Nor do objects behind the last signature if they look
    like validation data, or a time-stamp over the document.
    """
    size = stream.seek(0, 2)
    end_of_last = hashed = 0
    for place in islice(places_of(stream, b"/ByteRange"), RANGES_LIMIT):
        match = _RANGE.match(_read(stream, place, place + RANGE_LENGTH))
        first, length, second, rest = (int(n) for n in match.groups()) if match is not None else (1, 0, 0, 0)
        end = second + rest
        gap = _read(stream, length, min(second, length + GAP_LIMIT))
        hashed += length + rest
        if first != 0 or end > size or hashed > HASHED_LIMIT or not _SIGNATURE.match(gap):
            continue
        if not gap.endswith(b">") or b">" in gap[:-1]:
            return SubIndication.FORMAT_FAILURE, "the bytes left out are not one hex string"
        fits = _fits(stream, gap[1:-1], [first, length, second, rest])
        if fits is False:
            return SubIndication.HASH_FAILURE, "the signed bytes have another digest"
        if fits:
            end_of_last = max(end_of_last, end)
    behind = _read(stream, end_of_last, end_of_last + REST_LIMIT)
    if end_of_last and any(m in behind for m in OBJECT_MARKS) and not any(m in behind for m in UPKEEP_MARKS):
        return SubIndication.HASH_FAILURE, "objects stand after the end of the signed revision"
    return None


def _read(stream: BinaryIO, begin: int, end: int) -> bytes:
    stream.seek(begin)
    return stream.read(max(0, end - begin))


def _fits(stream: BinaryIO, contents: bytes, numbers: list[int]) -> bool | None:
    """Whether the digest is the signed one; None if that cannot be read, and for a time-stamp, which signs another."""
    try:
        signed_data = cms.ContentInfo.load(bytes.fromhex(contents.decode("ascii")))["content"]
        if signed_data["encap_content_info"]["content_type"].native != "data":
            return None
        info = signed_data["signer_infos"][0]
        algorithm = info["digest_algorithm"]["algorithm"].native
        signed = find_unique_cms_attribute(info["signed_attrs"], "message_digest").native
        return bool(cms_check.digest_of(stream, numbers, algorithm) == signed)
    except READ_ERRORS:
        return None
