"""Package signatures of profile truc-1: signing, what is covered, who may sign, and the verdict on the certificate."""

from __future__ import annotations

import dataclasses
import pickle
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from edxml import names, reader
from edxml.faults import Fault, Refusal
from edxml.package_signature import trust as package_signature_trust
from edxml.package_signature.signing import Signer, sign_bytes
from edxml.testing import TestCA, make_package, make_status, package_signer
from edxml.trust.certificates import Trust
from edxml.verdict_words import Role, SubIndication, Verdict

PARTS = ("truc:MessageHeader", "truc:TraceHeaderList", "truc:edXMLBody", "truc:KeyInfo")


@pytest.fixture(scope="module")
def ca():
    return TestCA()


@pytest.fixture(scope="module")
def signer(ca):
    return package_signer(ca)


@pytest.fixture
def self_signed():
    """Makes a certificate of nobody's authority for a key."""

    def make(key):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tự ký")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(7).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        return builder.sign(key, hashes.SHA256())

    return make


def test_header_trace_body_key_and_every_attachment_are_covered(signer):
    package = reader.read(make_package(attachments=[("a.pdf", b"%PDF-1"), ("b.txt", b"b")], signer=signer))

    found = package.carried_signature
    assert (package.signature, found.fault) == ("xmldsig", "")
    assert found.covers == (*PARTS, *(f"cid:{one.content_id}" for one in package.attachments))
    assert package.extra == ()


def test_a_status_has_no_trace_and_no_body_to_cover(signer):
    package = reader.read(sign_bytes(make_status("03"), signer))

    assert package.carried_signature.covers == ("truc:MessageHeader", "truc:KeyInfo")


def test_the_signature_stands_last_in_the_header_with_one_manifest(signer):
    whole = reader.Reader()
    whole.feed(make_package(signer=signer))
    whole.close()

    header = whole.tree[0][0]
    spaces = {"ds": names.XMLDSIG}
    assert header[-1].tag == f"{{{names.XMLDSIG}}}Signature"
    assert len(header.findall("ds:Signature/ds:Object/ds:Manifest", spaces)) == 1
    (reference,) = header.findall("ds:Signature/ds:SignedInfo/ds:Reference", spaces)
    assert reference.get("URI") == "#truc-1"


@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (lambda: rsa.generate_private_key(65537, 2048), "sha256 rsa-2048"),
        (lambda: ec.generate_private_key(ec.SECP256R1()), "sha256 ecdsa-secp256r1"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "sha384 ecdsa-secp384r1"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "sha512 ecdsa-secp521r1"),
    ],
)
def test_each_kind_of_key_signs_with_its_digest(make, algorithm, self_signed):
    key = make()

    package = reader.read(sign_bytes(make_package(size=500), Signer(key, (self_signed(key),))))

    assert (package.carried_signature.fault, package.carried_signature.algorithm) == ("", algorithm)


@pytest.mark.parametrize(
    "make", [lambda: rsa.generate_private_key(65537, 1024), lambda: ec.generate_private_key(ec.SECP224R1())]
)
def test_a_weak_key_does_not_sign(make, self_signed):
    key = make()

    with pytest.raises(ValueError, match=r"1024 bits|secp224r1"):
        sign_bytes(make_package(size=500), Signer(key, (self_signed(key),)))


def test_a_package_is_signed_once(signer):
    with pytest.raises(ValueError, match="already"):
        sign_bytes(make_package(signer=signer), signer)


def test_what_the_profile_cannot_cover_is_not_signed(signer):
    data = make_package(size=500, extra=['<x:a xmlns:x="urn:x"/>'])

    with pytest.raises(Refusal) as caught:
        sign_bytes(data, signer)

    assert caught.value.fault is Fault.SIG_COVERAGE


def test_a_foreign_layout_is_signed_in_the_profiles_own_writing(signer, package_bytes):
    """Line ends, quotes and empty elements of other software are settled by signing; what it says stays."""
    data = package_bytes.replace(b"\n", b"\r\n").replace(b'version="1.0"', b"version='1.0'")

    signed = sign_bytes(data, signer)

    assert reader.read(signed).carried_signature.fault == ""
    assert reader.read(signed).header == reader.read(data).header


# --- keys and certificates from files


@pytest.fixture
def files(tmp_path, ca):
    own = ca.organisation("Sở Nội vụ")
    (tmp_path / "key.pem").write_bytes(own.key_pem)
    (tmp_path / "cert.pem").write_bytes(own.certificate_pem)
    (tmp_path / "chain.pem").write_bytes(ca.root_pem + ca.intermediate_pem)
    (tmp_path / "other.pem").write_bytes(ca.organisation("Sở Y tế").certificate_pem)
    (tmp_path / "locked.pem").write_bytes(
        own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    )
    ed = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "ed.pem").write_bytes(ed.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "noise.pem").write_bytes(b"noise")
    return tmp_path


def test_the_chain_is_put_in_order(files, ca):
    found = Signer.load(files / "key.pem", [files / "chain.pem", files / "cert.pem"])

    wanted = [ca.organisation("Sở Nội vụ").certificate, ca.intermediate.certificate, ca.root.certificate]
    assert list(found.certificates) == wanted


@pytest.mark.parametrize(
    ("key", "certificates", "why"),
    [
        ("noise.pem", ["cert.pem"], "not a PEM key"),
        ("locked.pem", ["cert.pem"], "without a password"),
        ("ed.pem", ["cert.pem"], "neither an RSA nor an ECDSA key"),
        ("key.pem", ["noise.pem"], "not a PEM certificate"),
        ("key.pem", ["other.pem"], "no certificate belongs to the key"),
        ("key.pem", ["cert.pem", "other.pem"], "not of the signer's chain"),
    ],
)
def test_what_is_wrong_with_the_files_is_said(files, key, certificates, why):
    with pytest.raises(ValueError, match=why):
        Signer.load(files / key, [files / one for one in certificates])


# --- the verdict


def judged(ca, data: bytes, trust: Trust | None = None, at=None):
    carried = reader.read(data).carried_signature
    return package_signature_trust.verify(carried, ca.trust() if trust is None else trust, at or ca.now)


def test_a_good_signature_says_whose_it_is(ca, signer):
    found = judged(ca, make_package(signer=signer))

    assert (found.verdict, found.fault, found.anchor) == (Verdict.PASSED, None, "state")
    assert (found.signer, found.role) == ("Sở Nội vụ tỉnh Thử Nghiệm", Role.ORGANISATION)
    assert found.as_json()["covers"][:4] == list(PARTS)
    assert "không phải chữ ký của văn bản" in found.sentence
    assert pickle.loads(pickle.dumps(found)) == found  # it travels to worker processes


@pytest.mark.parametrize(
    ("trust", "sub_indication", "fault"),
    [
        (lambda ca: Trust(), SubIndication.NO_CERTIFICATE_CHAIN_FOUND, None),  # noqa: ARG005
        (lambda ca: ca.trust(revocation=False), SubIndication.TRY_LATER, None),
        (
            lambda ca: TestCA(name="Khác").trust(),  # noqa: ARG005
            SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
            Fault.CERT_UNTRUSTED,
        ),
    ],
)
def test_what_is_not_known_is_never_passed(ca, signer, trust, sub_indication, fault):
    found = judged(ca, make_package(signer=signer), trust(ca))

    assert (found.verdict, found.sub_indication, found.fault) == (Verdict.INDETERMINATE, sub_indication, fault)


def test_the_chain_in_the_package_needs_only_the_root_to_be_trusted(ca, signer):
    assert judged(ca, make_package(signer=signer), ca.trust(intermediate=False)).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("days", "fault"), [((-9, -1), Fault.CERT_EXPIRED), ((1, 9), Fault.CERT_NOT_YET_VALID)], ids=["expired", "early"]
)
def test_the_certificate_must_be_good_when_the_package_comes(ca, days, fault):
    start, end = (ca.now + timedelta(days=one) for one in days)
    own = ca.issue("organisation", "Sở Nội vụ", not_before=start, not_after=end)
    data = make_package(signer=Signer(own.key, (own.certificate, ca.intermediate.certificate)))

    found = judged(ca, data)

    assert (found.verdict, found.fault) == (Verdict.INDETERMINATE, fault)


def test_a_changed_package_is_failed_and_the_part_is_named(ca, signer):
    data = make_package(subject="V/v kiểm thử", signer=signer).replace("kiểm thử".encode(), "kiểm thừ".encode(), 1)

    found = judged(ca, data)

    assert (found.verdict, found.sub_indication) == (Verdict.FAILED, SubIndication.HASH_FAILURE)
    assert (found.fault, found.where) == (Fault.SIG_INVALID, "truc:MessageHeader")


def test_whatever_a_library_raises_is_indeterminate(ca, signer):
    carried = reader.read(make_package(signer=signer)).carried_signature
    broken = dataclasses.replace(carried, certificates=("bm8=",))

    found = package_signature_trust.verify(broken, ca.trust(), ca.now)

    assert (found.verdict, found.sub_indication) == (Verdict.INDETERMINATE, SubIndication.GENERIC)


def test_foreign_xml_is_parsed_in_one_place_only():
    """What is read is what was verified: no second tree is ever made of a package."""
    folder = Path(reader.__file__).parent
    parsing = {
        path.name for path in folder.rglob("*.py") if re.search(r"fromstring|etree\.parse", path.read_text("utf-8"))
    }

    assert parsing == {"skeleton.py", "schema.py"}, "schema.py reads its own .xsd"
