"""Is the package signature whole, and does it cover the package? Judged on the very tree the values are read from.

The order is fixed, and the first answer that is not "yes" is the fault: one signature, at its place, of the closed
shape, with allowed algorithms, the bytes written in the one way, a key that fits, the manifest that was signed, every
part named, every digest equal. Whose certificate it is and whether it is trusted: edxml.package_signature.trust.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cryptography import x509

from edxml import model
from edxml.faults import Fault, Refusal
from edxml.package_signature import keys as package_signature_keys
from edxml.package_signature import parts, profile
from edxml.package_signature.profile import DS, KEY_INFO, MANIFEST_URI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element

    from edxml.carried import CarriedFile

_WHERE: Final = "edXMLHeader/Signature"
_TOP: Final = tuple(DS + local for local in ("SignedInfo", "SignatureValue", "KeyInfo", "Object"))
_INFO: Final = tuple(DS + local for local in ("CanonicalizationMethod", "SignatureMethod", "Reference"))
_METHODS: Final = {
    f"{DS}CanonicalizationMethod": frozenset({profile.EXCLUSIVE_C14N}),
    f"{DS}Transform": frozenset({profile.EXCLUSIVE_C14N}),
    f"{DS}DigestMethod": frozenset({profile.SHA256}),
    f"{DS}SignatureMethod": frozenset(package_signature_keys.ALGORITHMS),
}


@dataclass(frozen=True, slots=True)
class _Signature:
    """The parts of a Signature of the closed shape; digests: name of a part to its base64 text."""

    info: _Element
    value: str
    keys: _Element
    certificates: tuple[str, ...]
    manifest: _Element
    digests: dict[str, str]


def judge(root: _Element, skeleton: bytes, files: Sequence[CarriedFile]) -> model.CarriedSignature:
    """What is known of the signature of a package whose tree carries one of the xmldsig namespace.

    skeleton: the bytes the tree was parsed from. files: the attachments, in order, decoded to their end.
    """
    try:
        return _judge(root, skeleton, files)
    except Refusal as refusal:
        return model.CarriedSignature(refusal.fault.slug, refusal.detail, refusal.where or _WHERE)
    except profile.Unwritable as wrong:
        return model.CarriedSignature(Fault.SIG_INVALID.slug, f"no canonical form: {wrong}", _WHERE)


def _judge(root: _Element, skeleton: bytes, files: Sequence[CarriedFile]) -> model.CarriedSignature:
    # law: R-079
    found = _open(parts.only_signature(root))
    algorithm = package_signature_keys.ALGORITHMS[found.info[1].get("Algorithm", "")]
    _check_writing(root, skeleton, found)
    chain = [_certificate(text) for text in found.certificates]
    key = _key(chain[0])
    if not package_signature_keys.fits(key, algorithm, _decode(found.value), profile.canonical(found.info)):
        raise Refusal(
            Fault.SIG_INVALID, "the value does not fit the key and SignedInfo", where=f"{_WHERE}/SignatureValue"
        )
    if _decode(_text(found.info, "Reference/DigestValue")) != profile.digest(found.manifest):
        raise Refusal(Fault.SIG_INVALID, "the manifest is not the one that was signed", where=f"{_WHERE}/Object")
    _check_parts(root, files, found.digests)
    _check_chain(chain)
    return model.CarriedSignature(
        covers=tuple(found.digests),
        algorithm=package_signature_keys.describe(key, algorithm),
        certificates=found.certificates,
    )


def _open(signature: _Element) -> _Signature:
    """Take a Signature apart, each deviation from the closed shape refused under its own name."""
    if not len(signature):
        raise Refusal(Fault.SIG_INVALID, "the Signature element is empty", where=_WHERE)
    if tuple(child.tag for child in signature) != _TOP:
        raise Refusal(
            Fault.SIG_INVALID,
            "profile truc-1 knows SignedInfo, SignatureValue, KeyInfo and one Object, in this order",
            where=_WHERE,
        )
    info, value, keys, container = signature
    if [child.tag for child in info] != [
        DS + one for one in ("CanonicalizationMethod", "SignatureMethod", "Reference")
    ]:
        raise Refusal(Fault.SIG_COVERAGE, "SignedInfo holds one Reference, to the Manifest", where=_WHERE)
    if info[2].get("URI") != MANIFEST_URI:
        raise Refusal(Fault.SIG_COVERAGE, f"the Reference must name {MANIFEST_URI}", where=_WHERE)
    _check_methods(signature)
    if [child.tag for child in container] != [f"{DS}Manifest"] or container[0].get("Id") != MANIFEST_URI[1:]:
        raise Refusal(Fault.SIG_COVERAGE, "Object holds the one Manifest, Id='truc-1'", where=f"{_WHERE}/Object")
    manifest = container[0]
    digests = {line.get("URI", ""): _text(line, "DigestValue") for line in manifest}
    if len(digests) != len(manifest) or len(manifest) > profile.MOST_PARTS:
        raise Refusal(Fault.SIG_COVERAGE, "the Manifest names a part twice, or too many", where=f"{_WHERE}/Object")
    texts = tuple(one.text or "" for one in keys.iterfind(f"{DS}X509Data/{DS}X509Certificate"))
    if not 1 <= len(texts) <= profile.MOST_CERTIFICATES:
        raise Refusal(Fault.SIG_INVALID, "X509Data holds one to eight certificates", where=f"{_WHERE}/KeyInfo")
    return _Signature(info, value.text or "", keys, texts, manifest, digests)


def _check_methods(signature: _Element) -> None:
    """Every algorithm named anywhere in the Signature is one of the profile's; a part has one transform at most."""
    for element in signature.iter(*_METHODS):
        uri = element.get("Algorithm", "")
        if uri not in _METHODS[str(element.tag)]:
            raise Refusal(Fault.SIG_ALG_FORBIDDEN, f"{uri[:200]!r} is not allowed", where=_WHERE)
    for element in signature.iter(f"{DS}Transforms"):
        if len(element) != 1:
            raise Refusal(Fault.SIG_ALG_FORBIDDEN, "one transform, exclusive C14N, is allowed", where=_WHERE)


def _check_writing(root: _Element, skeleton: bytes, found: _Signature) -> None:
    """The whole package, and each part of the Signature, is written exactly as the profile writes it."""
    written = profile.canonical
    algorithm = found.info[1].get("Algorithm", "")
    own = profile.signed_info(algorithm, _text(found.info, "Reference/DigestValue"))
    for part, expected in (
        (found.info, own),
        (found.keys, profile.key_info(found.certificates)),
        (found.manifest, profile.manifest(found.digests)),
    ):
        if written(part) != written(expected):
            local = str(part.tag).rpartition("}")[2]
            raise Refusal(Fault.SIG_INVALID, f"{local} is not written as profile truc-1 writes it", where=_WHERE)
    if profile.wire(root) != skeleton:
        raise Refusal(Fault.SIG_INVALID, "the package is not written in the one way of profile truc-1", where="edXML")


def _check_parts(root: _Element, files: Sequence[CarriedFile], digests: dict[str, str]) -> None:
    """The manifest names every part, in order, and each has the digest it says."""
    elements = parts.elements(root)
    carried = parts.attachments(root, files)
    wanted = [*elements, *carried]
    if list(digests) != wanted:
        missing = next((name for name in wanted if name not in digests), "")
        what = f"{missing} is not signed" if missing else "the Manifest names other parts than the package has"
        raise Refusal(Fault.SIG_COVERAGE, what, where=missing or _WHERE)
    for name, text in digests.items():
        actual = profile.digest(elements[name]) if name in elements else bytes.fromhex(carried[name].sha256)
        if _decode(text) != actual:
            raise Refusal(Fault.SIG_INVALID, f"{name} was changed after signing", where=name)


def _certificate(text: str) -> x509.Certificate:
    """A certificate whose names and serial number can be read. Raises Refusal(SIG_INVALID)."""
    where = f"{_WHERE}/KeyInfo"
    if len(text) > profile.LONGEST_CERTIFICATE:
        raise Refusal(Fault.SIG_INVALID, "a certificate is too long", where=where)
    der = _decode(text)
    try:
        found = x509.load_der_x509_certificate(der)
        hash((found.subject, found.issuer))  # names are parsed when asked for: a broken one is found here
        numbered = found.serial_number > 0
    except Exception as wrong:  # nobody vouches for these bytes yet, and the library has many words for "bad"
        raise Refusal(Fault.SIG_INVALID, "X509Certificate holds no certificate", where=where) from wrong
    if not numbered:
        raise Refusal(Fault.SIG_INVALID, "a certificate without a serial number", where=where)
    return found


def _key(certificate: x509.Certificate) -> package_signature_keys.PublicKey:
    try:
        return package_signature_keys.public_key(certificate)
    except package_signature_keys.ForbiddenKeyError as wrong:
        raise Refusal(Fault.SIG_ALG_FORBIDDEN, f"{wrong} may not sign", where=f"{_WHERE}/KeyInfo") from wrong
    except Exception as wrong:  # as above
        raise Refusal(Fault.SIG_INVALID, "the certificate's key is broken", where=f"{_WHERE}/KeyInfo") from wrong


def _check_chain(chain: Sequence[x509.Certificate]) -> None:
    """The signer first, then whoever issued the one before: a stray certificate is somebody else's."""
    if any(below.issuer != above.subject for below, above in pairwise(chain)):
        raise Refusal(Fault.CERT_UNTRUSTED, "the certificates are not one chain, signer first", where=KEY_INFO)


def _decode(text: str) -> bytes:
    """Base64 in its one form. Raises Refusal(SIG_INVALID)."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found or base64.b64encode(found).decode() != text:
        raise Refusal(Fault.SIG_INVALID, "a value is not base64 in its one form, without breaks", where=_WHERE)
    return found


def _text(element: _Element, path: str) -> str:
    return element.findtext("/".join(DS + step for step in path.split("/"))) or ""
