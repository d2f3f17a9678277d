"""Group C as data, second half: values, algorithms, keys and certificates."""

from __future__ import annotations

import copy
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from lxml import etree

from edxml.testing import package_signer

from .cases import Case, text, tree
from .forgery import AUTHORITY, C14N, DS, MORE, SIGNER, Forgery, b64, c14n, pair, self_signed, sign_with

XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
EMPTY = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
OTHER = package_signer(AUTHORITY, "Sở Tài chính tỉnh Thử Nghiệm")
RSA = rsa.generate_private_key(65537, 2048)


# --- C-10, C-11: one value in two ways


def split(path: str, inside: str) -> Callable[[bytes], bytes]:
    """Something put in the middle of the text of that element, in the bytes."""

    def spoil(data: bytes) -> bytes:
        value = (Forgery.of(data).one(path).text or "").encode()
        middle = len(value) // 2
        return data.replace(value, value[:middle] + inside.encode() + value[middle:], 1)

    return spoil


def change_text(path: str, change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        value = Forgery.of(data).one(path).text or ""
        assert change(value) != value
        return data.replace(f">{value}<".encode(), f">{change(value)}<".encode(), 1)

    return spoil


def other_last_bits(value: str) -> str:
    """The same bytes in another spelling: bits set behind the last byte."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = value.index("=") - 1
    return value[:at] + alphabet[alphabet.index(value[at]) + 1] + value[at + 1 :]


# --- C-12: no canonical form


def prefix_list(f: Forgery) -> None:
    transform = f.one(".//ds:Manifest//ds:Transform")
    etree.SubElement(transform, f"{{{C14N}}}InclusiveNamespaces", PrefixList="nobody")


def empty_digest(f: Forgery) -> None:
    f.manifest[0].find(f"{DS}DigestValue").text = EMPTY
    f.reseal(digests=False)


def empty_manifest_digest(f: Forgery) -> None:
    info = f.one(".//ds:SignedInfo")
    info.find(f"{DS}Reference/{DS}DigestValue").text = EMPTY
    f.one(".//ds:SignatureValue").text = b64(sign_with(SIGNER.key)(c14n(info)))


# --- C-13, C-14: algorithms and keys


def method(uri: str) -> Callable[[bytes], bytes]:
    return tree(lambda f: f.algorithm(uri), reseal=True)


def digest_method(path: str, uri: str) -> Callable[[bytes], bytes]:
    return tree(lambda f: f.one(path).set("Algorithm", uri), reseal=True)


def output_length(f: Forgery) -> None:
    f.algorithm(f"{XMLDSIG}hmac-sha1")
    etree.SubElement(f.one(".//ds:SignatureMethod"), f"{DS}HMACOutputLength").text = "1"


def with_key(key: object, uri: str, sign: Callable[[bytes], bytes] | None = None) -> Callable[[bytes], bytes]:
    """Signed anew by another key, its certificate in KeyInfo."""

    def spoil(data: bytes) -> bytes:
        forgery = Forgery.of(data).certify(self_signed(key)).algorithm(uri)
        return forgery.reseal(sign=sign or sign_with(key)).write()

    return spoil


def value(make: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Another signature value under the good certificate."""
    return lambda data: Forgery.of(data).reseal(sign=make).write()


def der_pair(data: bytes) -> bytes:
    return SIGNER.key.sign(data, ec.ECDSA(hashes.SHA256()))


def pss(data: bytes) -> bytes:
    return RSA.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def other_digest(data: bytes) -> bytes:
    return RSA.sign(data, padding.PKCS1v15(), hashes.SHA512())


# --- C-15, C-16, C-17


def key_value(f: Forgery) -> None:
    keys = f.one(".//ds:KeyInfo")
    for child in list(keys):
        keys.remove(child)
    etree.SubElement(etree.SubElement(keys, f"{DS}KeyValue"), f"{DS}RSAKeyValue")


def beside_the_certificate(local: str) -> Callable[[Forgery], None]:
    return lambda f: etree.SubElement(f.one(".//ds:KeyInfo"), DS + local).set("URI", "http://attacker.example/k")


def certify(*certificates: object) -> Callable[[bytes], bytes]:
    """Other certificates, and signed anew by the good key."""
    return lambda data: Forgery.of(data).certify(*certificates).reseal().write()


def same_key_other_name(data: bytes) -> bytes:
    """Another certificate of the same key put in after signing."""
    return Forgery.of(data).certify(self_signed(SIGNER.key, "Sở Tài chính tỉnh Thử Nghiệm")).write()


def xades(f: Forgery) -> None:
    holder = etree.SubElement(f.signature, f"{DS}Object")
    properties = etree.SubElement(holder, "{http://uri.etsi.org/01903/v1.3.2#}QualifyingProperties", Target="#truc-1")
    etree.SubElement(properties, "{http://uri.etsi.org/01903/v1.3.2#}SigningCertificateV2").text = b64(bytes(32))


def second_signature(*, broken: str) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        forgery = Forgery.of(data)
        other = copy.deepcopy(forgery.signature)
        forgery.signature.addnext(other)
        if broken:
            {"first": forgery.signature, "second": other}[broken][1].text = b64(bytes(64))
        return forgery.write()

    return spoil


def opaque_beside(f: Forgery) -> None:
    etree.SubElement(f.header, "{http://www.mic.gov.vn/TBT/QCVN_102_2016}Signature").text = "x"


def counter_signature(f: Forgery) -> None:
    etree.SubElement(f.one(".//ds:SignatureValue"), f"{DS}Signature")


def transforms(*uris: str) -> Callable[[Forgery], None]:
    def change(f: Forgery) -> None:
        holder = f.one(".//ds:Manifest//ds:Transforms")
        for old in list(holder):
            holder.remove(old)
        for uri in uris:
            etree.SubElement(holder, f"{DS}Transform", Algorithm=uri)

    return change


XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
DIGEST = ".//ds:Manifest/ds:Reference/ds:DigestValue"
SIGNED_DIGEST = ".//ds:SignedInfo/ds:Reference/ds:DigestValue"
VALUE = ".//ds:SignatureValue"
CERTIFICATE = ".//ds:X509Certificate"

CASES = [
    *(Case(f"C-10{letter}", f"{what} in {path.rpartition(':')[2]}", split(path, what), "sig_invalid")
      for letter, (path, what) in zip("abcdefgh", (
          (DIGEST, "<!-- x -->"), (SIGNED_DIGEST, "<!-- x -->"), (VALUE, "<!-- x -->"), (CERTIFICATE, "<!-- x -->"),
          (".//e:From/e:OrganId", "<!-- x -->"), (VALUE, "<?x y?>"), (".//e:From/e:OrganId", "<?x y?>"),
          (DIGEST, "<![CDATA[]]>")), strict=True)),
    *(Case(f"C-11{letter}", f"{what} in {path.rpartition(':')[2]}", change_text(path, change), "sig_invalid")
      for letter, (path, what, change) in zip("abcdefgh", (
          (DIGEST, "a line end", lambda v: v[:20] + "\n" + v[20:]), (VALUE, "a blank", lambda v: v + " "),
          (DIGEST, "no padding", lambda v: v.rstrip("=")), (DIGEST, "garbage", lambda v: v[:10] + "!" + v[11:]),
          (SIGNED_DIGEST, "other last bits", other_last_bits), (VALUE, "other last bits", other_last_bits),
          (VALUE, "the url alphabet", lambda v: "-_" + v[2:]), (CERTIFICATE, "a line end", lambda v: v + "\n")),
          strict=True)),
    Case("C-11i", "line breaks in an attachment",
         change_text(".//e:ContentTransferEncoded", lambda v: v[:76] + "\n" + v[76:]), "sig_invalid"),
    Case("C-11j", "blanks around an attachment", change_text(".//e:ContentTransferEncoded", lambda v: f" {v}"),
         "sig_invalid"),
    Case("C-12a", "a relative namespace", text("<edXML:From>", '<edXML:From xmlns:x="../relative" x:a="">'),
         "sig_invalid"),
    Case("C-12b", "an undefined prefix in PrefixList", tree(prefix_list, reseal=True), "sig_invalid"),
    Case("C-12c", "the digest of nothing in the Manifest", tree(empty_digest), "sig_invalid"),
    Case("C-12d", "the digest of nothing for the Manifest", tree(empty_manifest_digest), "sig_invalid"),
    Case("C-13a", "HMAC-SHA256", method(f"{MORE}hmac-sha256"), "sig_alg_forbidden"),
    Case("C-13b", "HMACOutputLength 1", tree(output_length, reseal=True), "sig_alg_forbidden"),
    Case("C-13c", "no algorithm", method(""), "sig_alg_forbidden"),
    Case("C-13d", "an algorithm called none", method("none"), "sig_alg_forbidden"),
    Case("C-14a", "RSA-SHA1", method(f"{XMLDSIG}rsa-sha1"), "sig_alg_forbidden"),
    Case("C-14b", "DSA-SHA1", method(f"{XMLDSIG}dsa-sha1"), "sig_alg_forbidden"),
    Case("C-14c", "RSA-MD5", method(f"{MORE}rsa-md5"), "sig_alg_forbidden"),
    Case("C-14d", "SHA-1 of the Manifest", digest_method(".//ds:SignedInfo//ds:DigestMethod", f"{XMLDSIG}sha1"),
         "sig_alg_forbidden"),
    Case("C-14e", "SHA-1 of a part", digest_method(".//ds:Manifest//ds:DigestMethod", f"{XMLDSIG}sha1"),
         "sig_alg_forbidden"),
    Case("C-14f", "RSA of 1024 bits", with_key(rsa.generate_private_key(65537, 1024), f"{MORE}rsa-sha256"),
         "sig_alg_forbidden"),
    Case("C-14g", "RSA with e = 3", with_key(rsa.generate_private_key(3, 2048), f"{MORE}rsa-sha256"),
         "sig_alg_forbidden"),
    Case("C-14h", "a DSA key", with_key(dsa.generate_private_key(2048), f"{MORE}rsa-sha256", lambda _: bytes(256)),
         "sig_alg_forbidden"),
    Case("C-14i", "secp256k1", with_key(ec.generate_private_key(ec.SECP256K1()), f"{MORE}ecdsa-sha256"),
         "sig_alg_forbidden"),
    Case("C-14j", "P-224", with_key(ec.generate_private_key(ec.SECP224R1()), f"{MORE}ecdsa-sha256"),
         "sig_alg_forbidden"),
    Case("C-14k", "Ed25519", with_key(ed25519.Ed25519PrivateKey.generate(), f"{MORE}ecdsa-sha256", lambda _: bytes(64)),
         "sig_alg_forbidden"),
    Case("C-14l", "r = s = 0", value(lambda _: bytes(64)), "sig_invalid"),
    Case("C-14m", "r = n, s = n", value(lambda _: pair(ORDER, ORDER)), "sig_invalid"),
    Case("C-14n", "r = s = 1", value(lambda _: pair(1, 1)), "sig_invalid"),
    Case("C-14o", "r and s in DER", value(der_pair), "sig_invalid"),
    Case("C-14p", "an RSA algorithm over an ECDSA key", method(f"{MORE}rsa-sha256"), "sig_invalid"),
    Case("C-14q", "PSS under the name of PKCS#1", with_key(RSA, f"{MORE}rsa-sha256", pss), "sig_invalid"),
    Case("C-14r", "another digest than named", with_key(RSA, f"{MORE}rsa-sha256", other_digest), "sig_invalid"),
    Case("C-14s", "an RSA value of zeros", with_key(RSA, f"{MORE}rsa-sha256", lambda _: bytes(256)), "sig_invalid"),
    Case("C-15a", "RSAKeyValue only", tree(key_value, reseal=True), "sig_invalid"),
    Case("C-15b", "KeyValue beside the certificate", tree(beside_the_certificate("KeyValue"), reseal=True),
         "sig_invalid"),
    Case("C-15c", "RetrievalMethod beside it", tree(beside_the_certificate("RetrievalMethod"), reseal=True),
         "sig_invalid"),
    Case("C-15d", "no certificate", certify(), "sig_invalid"),
    Case("C-15e", "own certificate first, the victim's second", certify(SIGNER.certificates[0], OTHER.certificates[0]),
         "cert_untrusted"),
    Case("C-15f", "the chain out of order", certify(*reversed(SIGNER.certificates)), "sig_invalid"),
    Case("C-15g", "the victim's certificate first", certify(OTHER.certificates[0], SIGNER.certificates[0]),
         "sig_invalid"),
    Case("C-15h", "another certificate of the same key", same_key_other_name, "sig_invalid"),
    Case("C-15i", "nine certificates", certify(*([SIGNER.certificates[0]] * 9)), "sig_invalid"),
    Case("C-15j", "bytes that are no certificate", change_text(CERTIFICATE, lambda _: b64(b"no certificate")),
         "sig_invalid"),
    Case("C-16", "XAdES SigningCertificateV2 of another certificate", tree(xades, reseal=True), "sig_invalid"),
    Case("C-17a", "two signatures", second_signature(broken=""), "sig_multiple"),
    Case("C-17b", "broken first, valid second", second_signature(broken="first"), "sig_multiple"),
    Case("C-17c", "valid first, broken second", second_signature(broken="second"), "sig_multiple"),
    Case("C-17d", "an opaque one beside it", tree(opaque_beside), "sig_multiple"),
    Case("C-17e", "a counter-signature", tree(counter_signature), "sig_multiple"),
    *(Case(f"C-18{letter}", what, tree(transforms(*uris), reseal=True), "sig_alg_forbidden")
      for letter, what, uris in (
          ("a", "XSLT", (XSLT,)), ("b", "XPath", (XPATH,)), ("c", "base64", (f"{XMLDSIG}base64",)),
          ("d", "100 transforms", (C14N,) * 100), ("e", "XSLT after C14N", (C14N, XSLT)), ("f", "none", ()),
          ("g", "inclusive C14N", ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315",)),
          ("h", "C14N with comments", (f"{C14N}WithComments",)))),
    Case("C-18i", "another canonicalisation of SignedInfo",
         text(f'CanonicalizationMethod Algorithm="{C14N}"', f'CanonicalizationMethod Algorithm="{XSLT}"'),
         "sig_alg_forbidden"),
]  # fmt: skip
