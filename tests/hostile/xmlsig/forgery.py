"""The attacker's tools: a signed package taken apart, changed, put together, and signed again by whatever key."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from lxml import etree

from edxml import names
from edxml.package_signature.signing import Signer
from edxml.testing import TestCA, make_package, package_signer, plain_pdf

DS = f"{{{names.XMLDSIG}}}"
NS = f"{{{names.NS}}}"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
FILES = [("a.pdf", plain_pdf(600, "a")), ("b.pdf", plain_pdf(600, "b"))]

AUTHORITY = TestCA()
SIGNER = package_signer(AUTHORITY)


def good(**more) -> bytes:
    """A signed package with two attachments of equal length."""
    return make_package(attachments=FILES, signer=SIGNER, **more)


@dataclass
class Forgery:
    """A signed package as a tree, in the attacker's hands."""

    root: etree._Element

    @classmethod
    def of(cls, data: bytes) -> Forgery:
        return cls(etree.fromstring(data))

    def one(self, path: str) -> etree._Element:
        """The first element of that path from the root: `ds:` and `e:` for the two namespaces."""
        found = self.root.find(path, {"ds": names.XMLDSIG, "e": names.NS})
        assert found is not None, path
        return found

    @property
    def signature(self):
        return self.one(".//ds:Signature")

    @property
    def manifest(self):
        return self.one(".//ds:Manifest")

    @property
    def header(self):
        return self.one(".//e:edXMLHeader")

    @property
    def message(self):
        return self.one(".//e:MessageHeader")

    def line(self, uri: str):
        """The Reference of the manifest that begins so."""
        return next(one for one in self.manifest if one.get("URI", "").startswith(uri))

    def write(self) -> bytes:
        """The bytes, in the profile's own way of writing, whatever the tree holds."""
        return DECLARATION + c14n(self.root) + b"\n"

    def reseal(self, signer: Signer = SIGNER, *, digests: bool = True, sign: Callable[..., bytes] | None = None):
        """Make digests and signature value fit again, as somebody with a valid key can. Gives itself."""
        if digests:
            self.refresh()
        info = self.signature.find(f"{DS}SignedInfo")
        if (value := info.find(f"{DS}Reference/{DS}DigestValue")) is not None:
            value.text = b64(hashlib.sha256(c14n(self.manifest)).digest())
        self.signature.find(f"{DS}SignatureValue").text = b64((sign or sign_with(signer.key))(c14n(info)))
        return self

    def refresh(self) -> None:
        """Digests of the elements that the manifest names."""
        parts = {
            "truc:MessageHeader": ".//e:MessageHeader",
            "truc:TraceHeaderList": ".//e:TraceHeaderList",
            "truc:edXMLBody": ".//e:edXMLBody",
            "truc:KeyInfo": ".//ds:KeyInfo",
        }
        for line in self.manifest:
            element = self.root.find(parts.get(line.get("URI"), "none"), {"ds": names.XMLDSIG, "e": names.NS})
            if element is not None:
                line.find(f"{DS}DigestValue").text = b64(hashlib.sha256(c14n(element)).digest())

    def certify(self, *certificates: x509.Certificate):
        """Put other certificates into KeyInfo."""
        data = self.one(".//ds:X509Data")
        for old in list(data):
            data.remove(old)
        for one in certificates:
            etree.SubElement(data, f"{DS}X509Certificate").text = b64(one.public_bytes(serialization.Encoding.DER))
        return self

    def algorithm(self, uri: str):
        self.one(".//ds:SignatureMethod").set("Algorithm", uri)
        return self


def c14n(element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sign_with(key, digest=None) -> Callable[[bytes], bytes]:
    """PKCS#1 v1.5, or r and s side by side."""
    digest = digest or hashes.SHA256()

    def sign(data: bytes) -> bytes:
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), digest)
        return pair(*decode_dss_signature(key.sign(data, ec.ECDSA(digest))), (key.key_size + 7) // 8)

    return sign


def pair(r: int, s: int, length: int = 32) -> bytes:
    return r.to_bytes(length, "big") + s.to_bytes(length, "big")


def self_signed(key, name: str = "Sở Nội vụ tỉnh Thử Nghiệm") -> x509.Certificate:
    """A certificate of nobody's authority."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    digest = None if "Ed25519" in type(key).__name__ else hashes.SHA256()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, digest)
    )
