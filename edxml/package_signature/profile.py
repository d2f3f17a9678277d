"""Profile truc-1: what a package signature is, written down once for the side that signs and the side that verifies.

A package signature says who sent these bytes; it is never the signature of the document (R-079).

Everything that is signed is named from a closed list and found at its one place in the tree. Nothing is ever looked up
by an Id, fetched, or transformed by what the message asks for:

    truc:MessageHeader truc:TraceHeaderList truc:edXMLBody truc:KeyInfo   SHA-256 of the element's exclusive C14N
    cid:…                                                                 SHA-256 of the attachment's decoded bytes

One way of writing only: the wire bytes are the XML declaration, the exclusive C14N of the whole and a line end. So two
parsers cannot read them differently, and no bit can be changed without changing something that is signed.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from edxml import names

if TYPE_CHECKING:
    from lxml.etree import _Element

NAME: Final = "truc-1"
DS: Final = f"{{{names.XMLDSIG}}}"
SIGNATURE: Final = f"{DS}Signature"
EXCLUSIVE_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
MANIFEST_TYPE: Final = f"{names.XMLDSIG}Manifest"
MANIFEST_ID: Final = NAME
MANIFEST_URI: Final = f"#{MANIFEST_ID}"

HEADER: Final = "truc:MessageHeader"
TRACE: Final = "truc:TraceHeaderList"
BODY: Final = "truc:edXMLBody"
KEY_INFO: Final = "truc:KeyInfo"

DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
ENDING: Final = b"\n"
CONTENT_ID: Final = re.compile(r"cid:[A-Za-z0-9._~@!$&'()*+,=:%-]{1,255}")
"""What an attachment of a signed package is called; letters that no reader writes in two ways."""

MOST_PARTS: Final = 1_000
MOST_CERTIFICATES: Final = 8
LONGEST_CERTIFICATE: Final = 32_768
"""Characters of the base64 text of one certificate."""

EMPTY_DIGEST: Final = hashlib.sha256().digest()
"""Digest of nothing: what a canonicalisation that failed in silence would give. Never signed, never accepted."""


class Unwritable(ValueError):  # noqa: N818 - a word of this file, turned into a Refusal by its callers
    """An element has no canonical form (a relative namespace, a broken name)."""


def canonical(element: _Element) -> bytes:
    """Exclusive C14N without comments of an element where it stands. Raises Unwritable."""
    try:
        text = etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    except (etree.LxmlError, ValueError) as wrong:
        raise Unwritable(str(wrong)[:200]) from wrong
    if not text:
        raise Unwritable("the canonical form is empty")
    return text


def digest(element: _Element) -> bytes:
    """SHA-256 of the canonical form. Raises Unwritable."""
    found = hashlib.sha256(canonical(element)).digest()
    assert found != EMPTY_DIGEST, "canonical() gives at least one byte"
    return found


def wire(root: _Element) -> bytes:
    """The one way in which a signed package is written, each attachment's text as it stands in the tree."""
    return DECLARATION + canonical(root) + ENDING


def signed_info(algorithm: str, manifest_digest: str) -> _Element:
    """SignedInfo over the manifest. algorithm: URI of the signature; manifest_digest: base64."""
    info = etree.Element(f"{DS}SignedInfo", nsmap={None: names.XMLDSIG})
    etree.SubElement(info, f"{DS}CanonicalizationMethod", Algorithm=EXCLUSIVE_C14N)
    etree.SubElement(info, f"{DS}SignatureMethod", Algorithm=algorithm)
    _reference(info, MANIFEST_URI, manifest_digest, kind=MANIFEST_TYPE)
    return info


def manifest(digests: dict[str, str]) -> _Element:
    """The manifest: name of a part to its digest (base64), in the order of the document."""
    found = etree.Element(f"{DS}Manifest", nsmap={None: names.XMLDSIG}, Id=MANIFEST_ID)
    for uri, value in digests.items():
        _reference(found, uri, value)
    return found


def key_info(certificates: tuple[str, ...]) -> _Element:
    """The chain, signer first, as base64 of DER."""
    info = etree.Element(f"{DS}KeyInfo", nsmap={None: names.XMLDSIG})
    data = etree.SubElement(info, f"{DS}X509Data")
    for text in certificates:
        etree.SubElement(data, f"{DS}X509Certificate").text = text
    return info


def signed_info_digest(info: _Element) -> _Element:
    """The element of SignedInfo that holds the manifest's digest."""
    found = info.find(f"{DS}Reference/{DS}DigestValue")
    assert found is not None, "signed_info() wrote it"
    return found


def is_transformed(uri: str) -> bool:
    """Whether the digest is of a canonical form; an attachment's is of its bytes."""
    return not uri.startswith("cid:")


def _reference(parent: _Element, uri: str, value: str, *, kind: str = "") -> None:
    attributes = {"Type": kind, "URI": uri} if kind else {"URI": uri}
    reference = etree.SubElement(parent, f"{DS}Reference", attributes)
    if is_transformed(uri):
        transforms = etree.SubElement(reference, f"{DS}Transforms")
        etree.SubElement(transforms, f"{DS}Transform", Algorithm=EXCLUSIVE_C14N)
    etree.SubElement(reference, f"{DS}DigestMethod", Algorithm=SHA256)
    etree.SubElement(reference, f"{DS}DigestValue").text = value
