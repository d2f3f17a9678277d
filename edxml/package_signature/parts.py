"""What a package consists of when it is signed: a closed tree, and the name of each of its parts in the manifest.

The same walk serves both sides. Whatever stands outside the parts found here is refused, so that nothing a reader could
take for content travels unsigned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edxml import names
from edxml.faults import Fault, Refusal
from edxml.package_signature import profile
from edxml.package_signature.profile import DS, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element

    from edxml.carried import CarriedFile

_HEADER: Final = names.qualified("edXMLHeader")
_CARRIER: Final = names.qualified("AttachmentEncoded")
_ENCODED: Final = names.qualified(names.ENCODED)
_LINE: Final = frozenset(map(names.qualified, ("ContentId", "ContentType", "Description", "AttachmentName")))
_SIGNATURES: Final = (SIGNATURE, names.qualified("Signature"), names.qualified("DigitalSignature"))
_WHITE: Final = " \t\r\n"


def claims(root: _Element) -> bool:
    """Whether anything in the tree says it is a signature of XML: rightly, misspelt, or in a namespace of its own.

    The un-namespaced one of the national library is none, unless it speaks of this profile.
    """
    for element in root.iter(f"{DS}*", "{*}Signature"):
        if names.local_of(str(element.tag)) is None:
            return True
        if any("truc" in value for inner in element.iter() for value in inner.attrib.values()):
            return True
    return False


def only_signature(root: _Element) -> _Element:
    """The one Signature, last in edXMLHeader. Raises Refusal(SIG_MISSING, SIG_MULTIPLE or SIG_COVERAGE)."""
    found = list(root.iter(*_SIGNATURES))
    if SIGNATURE not in (one.tag for one in found):
        raise Refusal(Fault.SIG_MISSING, "what should be the Signature is none of xmldsig", where="edXMLHeader")
    if len(found) != 1:
        raise Refusal(Fault.SIG_MULTIPLE, f"{len(found)} signatures; profile truc-1 knows one", where="edXMLHeader")
    signature = found[0]
    header = signature.getparent()
    above = [] if header is None else [header.tag, *(one.tag for one in header.iterancestors())]
    if above != [_HEADER, names.qualified("edXMLEnvelope"), names.ROOT] or signature.getnext() is not None:
        raise Refusal(Fault.SIG_COVERAGE, "the Signature stands last in edXMLHeader and nowhere else", where="edXML")
    return signature


def elements(root: _Element) -> dict[str, _Element]:
    """The signed elements by name, KeyInfo last, of a tree of the closed shape. Raises Refusal(SIG_COVERAGE)."""
    envelope = _children(root, ("edXMLEnvelope",), ("AttachmentEncoded",))["edXMLEnvelope"]
    inner = _children(envelope, ("edXMLHeader",), ("edXMLBody",))
    header = _children(inner["edXMLHeader"], ("MessageHeader",), ("TraceHeaderList",), last=SIGNATURE)
    _check_ids(root)
    found = {profile.HEADER: header["MessageHeader"]}
    if "TraceHeaderList" in header:
        found[profile.TRACE] = header["TraceHeaderList"]
    if "edXMLBody" in inner:
        found[profile.BODY] = inner["edXMLBody"]
    keys = header["Signature"].find(f"{DS}KeyInfo")
    assert keys is not None, "the shape of the Signature is checked before, or was just made"
    return found | {profile.KEY_INFO: keys}


def attachments(root: _Element, files: Sequence[CarriedFile]) -> dict[str, CarriedFile]:
    """The attachments by name (`cid:…`), each said by edXMLBody exactly as it is carried.

    Raises Refusal(SIG_COVERAGE), and SIG_INVALID for base64 that is not written in the one way.
    """
    carrier = root.find(_CARRIER)
    carried = list(carrier) if carrier is not None else []
    lines = list(root.iter(names.qualified("Reference")))
    if carrier is not None:
        _check_bare(carrier)
    if len(carried) != len(lines) or len(carried) != len(files):
        raise Refusal(Fault.SIG_COVERAGE, "the manifest of edXMLBody and the attachments differ", where="edXMLManifest")
    found: dict[str, CarriedFile] = {}
    for element, line, file in zip(carried, lines, files, strict=True):
        _check_bare(element)
        facts = _facts(element)
        name = facts.get(names.qualified("ContentId"), "")
        encoded = element.find(_ENCODED)
        if name in found or not profile.CONTENT_ID.fullmatch(name) or facts != _facts(line):
            raise Refusal(
                Fault.SIG_COVERAGE, "an attachment is not what edXMLBody says of it, by ContentId", where=name[:200]
            )
        if encoded is None or encoded.text != (encoded.text or "").strip(_WHITE) or not file.is_canonical:
            raise Refusal(Fault.SIG_INVALID, "base64 without breaks and in its one form is required", where=name)
        found[name] = file
    return found


def _children(
    parent: _Element, required: tuple[str, ...], optional: tuple[str, ...], *, last: str = ""
) -> dict[str, _Element]:
    """Children by local name: required, then optional ones, then `last`, and nothing else in the element."""
    order = [*map(names.qualified, (*required, *optional)), *([last] if last else [])]
    needed = [*map(names.qualified, required), *([last] if last else [])]
    tags = [str(child.tag) for child in parent]
    if tags != [tag for tag in order if tag in tags] or not set(needed) <= set(tags):
        raise Refusal(
            Fault.SIG_COVERAGE, "an element stands here that profile truc-1 does not sign", where=names.short(parent)
        )
    _check_bare(parent)
    return {names.short(child): child for child in parent}


def _check_bare(element: _Element) -> None:
    """No attributes, and no text between the children."""
    texts = (element.text, *(child.tail for child in element))
    if element.attrib or any(text and text.strip(_WHITE) for text in texts):
        raise Refusal(
            Fault.SIG_COVERAGE, "text or an attribute stands where nothing is signed", where=names.short(element)
        )


def _facts(element: _Element) -> dict[str, str]:
    """What an Attachment or its line says, by tag; the encoded text left out."""
    facts: dict[str, str] = {}
    for child in element:
        tag = str(child.tag)
        if tag == _ENCODED and not child.attrib and not len(child):
            continue
        if tag not in _LINE or tag in facts or child.attrib or len(child):
            raise Refusal(
                Fault.SIG_COVERAGE, f"{names.short(child)} of an attachment is not signed", where=names.short(element)
            )
        facts[tag] = child.text or ""
    return facts


def _check_ids(root: _Element) -> None:
    """No element but the Manifest carries an attribute that anybody could take for an Id."""
    for element in root.iter():
        for name in element.attrib:
            if str(name).rpartition("}")[2].lower() == "id" and element.tag != f"{DS}Manifest":
                raise Refusal(Fault.SIG_COVERAGE, "an Id stands in a signed package", where=names.short(element))
