"""Signing a package by profile truc-1: the file is read once for its digests, and written again with the signature.

The attachments are never held; what is written is read back at the same time, and kept only if it verifies.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from edxml import names, reader
from edxml.faults import Fault, Refusal
from edxml.package_signature import keys, parts, profile
from edxml.package_signature.profile import DS, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from lxml.etree import _Element

    from edxml import model

_PIECE: Final = 1_048_576
_TO_BE_FILLED: Final = base64.b64encode(bytes(32)).decode()


@dataclass(frozen=True, slots=True)
class Signer:
    """A key and its certificates, signer first, each next one the issuer of the one before."""

    key: keys.PrivateKey
    certificates: tuple[x509.Certificate, ...]

    @classmethod
    def load(cls, key: Path, certificates: Sequence[Path]) -> Signer:
        """From a PEM key without a password, and PEM files with the certificate and its chain in any order.

        Raises ValueError that names the file and says what is wrong with it.
        """
        try:
            private = serialization.load_pem_private_key(key.read_bytes(), None)
        except (TypeError, ValueError) as wrong:
            raise ValueError(f"{key}: not a PEM key without a password") from wrong
        if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise keys.ForbiddenKeyError(f"{key}: neither an RSA nor an ECDSA key")
        found: list[x509.Certificate] = []
        for path in certificates:
            try:
                found += x509.load_pem_x509_certificates(path.read_bytes())
            except ValueError as wrong:
                raise ValueError(f"{path}: not a PEM certificate") from wrong
        return cls(private, _chain(private, found))


def sign(source: BinaryIO, target: BinaryIO, signer: Signer) -> model.Package:
    """Write the package of `source` (seekable) to `target`, signed; gives what was written, read again.

    Raises Refusal for a package that cannot be read or that the profile cannot sign, ValueError for one that carries a
    signature already or a key that may not sign.
    """
    whole = reader.Reader()
    source.seek(0)
    while piece := source.read(_PIECE):
        whole.feed(piece)
    package = whole.close()
    if package.signature != "none":
        msg = "the package carries a signature already"
        raise ValueError(msg)
    _attach(whole, package, signer)
    ranges = [one.encoded_range for one in package.attachments]
    again = reader.Reader()
    for piece in _pieces(whole, ranges, source):
        again.feed(piece)
        target.write(piece)
    written = again.close()
    found = written.carried_signature
    if found is None or found.fault:
        fault = Fault.of(found.fault) if found is not None else Fault.SIG_INVALID
        raise Refusal(fault, f"profile truc-1 cannot sign this: {found.detail if found else ''}")
    return written


def sign_bytes(data: bytes, signer: Signer) -> bytes:
    """The same for a package in memory."""
    target = io.BytesIO()
    sign(io.BytesIO(data), target, signer)
    return target.getvalue()


def _attach(whole: reader.Reader, package: model.Package, signer: Signer) -> None:
    """Put the Signature into the tree, last in edXMLHeader."""
    algorithm = keys.algorithm_for(signer.key)
    header = whole.tree.find("/".join(map(names.qualified, ("edXMLEnvelope", "edXMLHeader"))))
    assert header is not None, "the reader found it"
    texts = tuple(_base64(one.public_bytes(serialization.Encoding.DER)) for one in signer.certificates)
    signature = etree.SubElement(header, SIGNATURE, nsmap={None: names.XMLDSIG})
    _indent(signature)
    info = profile.signed_info(algorithm.uri, _TO_BE_FILLED)
    value = etree.SubElement(signature, f"{DS}SignatureValue")
    signature.insert(0, info)
    signature.append(profile.key_info(texts))
    elements = parts.elements(whole.tree)
    digests = {name: _base64(profile.digest(element)) for name, element in elements.items()}
    for one in package.attachments:
        digests[f"cid:{one.content_id}"] = _base64(bytes.fromhex(one.sha256))
    manifest = profile.manifest(digests)
    etree.SubElement(signature, f"{DS}Object").append(manifest)
    profile.signed_info_digest(info).text = _base64(profile.digest(manifest))
    value.text = _base64(keys.sign(signer.key, algorithm, profile.canonical(info)))


def _pieces(whole: reader.Reader, ranges: Sequence[tuple[int, int]], source: BinaryIO) -> Iterator[bytes]:
    """The signed bytes: the canonical tree, each placeholder replaced by the text it stands for."""
    left = profile.wire(whole.tree)
    for mark, (begin, end) in zip(whole.placeholders, ranges, strict=True):
        if not mark:
            continue
        before, _, left = left.partition(mark.encode())
        yield before
        source.seek(begin)
        for at in range(begin, end, _PIECE):
            yield source.read(min(_PIECE, end - at))
    yield left


def _indent(signature: _Element) -> None:
    """On a line of its own, as the writer lays out the header."""
    before = signature.getprevious()
    assert before is not None, "a header holds a MessageHeader"
    signature.tail = before.tail
    before.tail = "\n      "


def _chain(key: keys.PrivateKey, certificates: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """The certificates in order. Raises ValueError when none belongs to the key or one belongs to nobody."""
    own = _public(key)
    signer = next((one for one in certificates if _public(one) == own), None)
    if signer is None:
        msg = "no certificate belongs to the key"
        raise ValueError(msg)
    chain = [signer]
    rest = [one for one in certificates if one != signer]
    while rest:
        following = next((one for one in rest if one.subject == chain[-1].issuer), None)
        if following is None:
            msg = f"{rest[0].subject.rfc4514_string()}: this certificate is not of the signer's chain"
            raise ValueError(msg)
        chain.append(following)
        rest.remove(following)
    return tuple(chain)


def _public(holder: keys.PrivateKey | x509.Certificate) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return holder.public_key().public_bytes(serialization.Encoding.DER, form)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
