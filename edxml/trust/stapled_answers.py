"""Revocation answers and certificates that come with a document: in its signatures (CMS), and in its DSS (PDF).

They are a stranger's material: each is read by whoever uses it, only so many and so large ones are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, islice
from typing import Any

from asn1crypto import core, ocsp  # type: ignore[import-untyped]
from asn1crypto import pdf as asn1_pdf

from edxml.pdf.reading import READ_ERRORS
from edxml.trust.issued import LONGEST_CERTIFICATE_BYTES
from edxml.trust.revocation_sources import Stapled

MOST_ANSWERS = 64
LONGEST_LIST_BYTES = 8 << 20
LONGEST_RESPONSE_BYTES = 128 << 10
MOST_BYTES = 16 << 20
"""All lists, or all responses, or all certificates of one document together."""
_ARCHIVE = "adobe_revocation_info_archival"
_VALUES = "1.2.840.113549.1.9.16.2.24"  # id-aa-ets-revocationValues
_OCSP_RESPONSE = "1.3.6.1.5.5.7.16.2"


class _BasicResponses(core.SequenceOf):  # type: ignore[misc]
    """OCSP responses without their outer status."""

    _child_spec = ocsp.BasicOCSPResponse


class _RevocationValues(core.Sequence):  # type: ignore[misc]
    """Answers as CAdES keeps them (ETSI EN 319 122-1 A.1.3)."""

    _fields = [  # noqa: RUF012 (asn1crypto reads it so)
        ("crls", asn1_pdf.SequenceOfCertificateList, {"explicit": 0, "optional": True}),
        ("ocsps", _BasicResponses, {"explicit": 1, "optional": True}),
    ]


def of_cms(signed_data: Any, signer_info: Any) -> Stapled:
    """What a CMS signature brings along: SignedData.crls, and the archive of Adobe or of CAdES in its attributes."""
    try:
        found = _of_set(signed_data["crls"])
        for place in ("signed_attrs", "unsigned_attrs"):
            for attribute in signer_info[place] or ():
                found += _of_attribute(attribute)
    except READ_ERRORS:
        return Stapled()
    return _bounded(found)


def of_dss(reader: Any) -> Stapled:
    """What the document security store of a PDF holds (ISO 32000-2 12.8.4.3)."""
    try:
        store = _found(reader.root.get("/DSS"))
        if store is None:
            return Stapled()
        return _bounded(
            Stapled(
                crls=tuple(_streams(store, "/CRLs")),
                ocsps=tuple(_streams(store, "/OCSPs")),
                certificates=tuple(_streams(store, "/Certs")),
            )
        )
    except READ_ERRORS:
        return Stapled()


def _streams(store: Any, name: str) -> Iterator[bytes]:
    left = MOST_BYTES
    for reference in islice(_found(store.get(name)) or (), MOST_ANSWERS):
        stream = _found(reference)
        if int(stream.get("/Length", 0)) <= left:
            data = bytes(stream.data)
            if (left := left - len(data)) < 0:
                return  # what is packed small may be large
            yield data


def _found(value: Any) -> Any:
    """What a reference leads to."""
    return value.get_object() if hasattr(value, "get_object") else value


def _of_set(choices: Any) -> Stapled:
    if isinstance(choices, core.Void):
        return Stapled()
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for choice in choices:
        if choice.name == "crl":
            crls.append(choice.chosen.dump())
        elif choice.name == "other" and choice.chosen["other_rev_info_format"].dotted == _OCSP_RESPONSE:
            ocsps.append(choice.chosen["other_rev_info"].dump())
    return Stapled(tuple(crls), tuple(ocsps))


def _of_attribute(attribute: Any) -> Stapled:
    kind = attribute["type"].native
    if kind == _ARCHIVE:
        return sum(map(_archive, attribute["values"]), Stapled())
    if kind == _VALUES:
        return sum(map(_values, attribute["values"]), Stapled())
    return Stapled()


def _archive(value: Any) -> Stapled:
    return Stapled(tuple(c.dump() for c in value["crl"] or ()), tuple(o.dump() for o in value["ocsp"] or ()))


def _values(value: Any) -> Stapled:
    found = _RevocationValues.load(value.dump())
    return Stapled(tuple(c.dump() for c in found["crls"] or ()), tuple(map(_whole, found["ocsps"] or ())))


def _whole(basic: Any) -> bytes:
    """A basic OCSP response with the outer part that a responder puts around it."""
    inside = {"response_type": "basic_ocsp_response", "response": basic}
    return bytes(ocsp.OCSPResponse({"response_status": "successful", "response_bytes": inside}).dump())


def _bounded(found: Stapled) -> Stapled:
    def fitting(blobs: tuple[bytes, ...], longest: int) -> tuple[bytes, ...]:
        sizes = accumulate(map(len, blobs[:MOST_ANSWERS]))
        return tuple(b for b, so_far in zip(blobs, sizes, strict=False) if len(b) <= longest and so_far <= MOST_BYTES)

    return Stapled(
        fitting(found.crls, LONGEST_LIST_BYTES),
        fitting(found.ocsps, LONGEST_RESPONSE_BYTES),
        fitting(found.certificates, LONGEST_CERTIFICATE_BYTES),
    )
