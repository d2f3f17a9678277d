from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import serialization

from agency_registry import directory, edit
from agency_registry.edit import RegistryError
from edxml.testing import TestCA
from edxml.trust import certificates
from edxml.verdict import Role

OFFICE, HOME_AFFAIRS, HEALTH = "000.00.00.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture(scope="module")
def authority():
    return TestCA()


def der(signer) -> bytes:
    return signer.certificate.public_bytes(serialization.Encoding.DER)


def asked(found, data, **more):
    facts = certificates.facts(data)
    return found.certificate_role(
        **{
            "fingerprint": facts.fingerprint,
            "serial": facts.serial,
            "issuer": facts.issuer,
            "name": "" if facts.personal_id else facts.subject,
            **more,
        }
    )


def test_a_registered_certificate_has_the_role_it_was_registered_with(province, authority):  # law: R-074 VP Đ8.1
    seal = authority.organisation("Con dấu số 7")
    before = directory.load(province)
    answer = edit.add_certificate(province, "h99", seal.certificate_pem, "organisation")
    after = directory.load(province, previous=before)

    assert asked(before, der(seal)) is None
    assert asked(after, der(seal)) is Role.ORGANISATION
    assert asked(after, der(seal), fingerprint="0" * 64) is Role.ORGANISATION, "by serial number and issuer"
    assert asked(after, der(seal), fingerprint="0" * 64, issuer="CA khác") is None
    assert answer["fingerprint"] == hashlib.sha256(der(seal)).hexdigest()
    assert [one.name for one in after.certificates_of("H99")] == ["Con dấu số 7"]
    assert after.certificates_of(HEALTH) == after.certificates_of("H99.404") == ()
    assert after.version == before.version + 1


def test_a_certificate_in_an_agencys_own_name_is_an_organisations(province, authority):  # law: R-074 VP Đ8.1
    found = directory.load(province)

    assert asked(found, der(authority.organisation("SỞ  NỘI VỤ"))) is Role.ORGANISATION
    assert asked(found, der(authority.organisation("Sở Tư pháp"))) is None
    assert asked(found, der(authority.organisation("Sở Nội vụ")), name="") is None, "it carries a personal id"


def test_the_role_of_a_certificate_may_be_corrected_and_the_certificate_removed(province, authority):
    leader = authority.person("Nguyễn Văn An")
    edit.add_certificate(province, HEALTH, der(leader), "organisation")
    edit.add_certificate(province, HEALTH, der(leader), "person")

    found = directory.load(province)
    assert [one.role for one in found.certificates_of(HEALTH)] == [Role.PERSON]

    removed = edit.remove_certificate(province, HEALTH, found.certificates_of(HEALTH)[0].fingerprint[:12].upper())
    assert removed["name"] == "Nguyễn Văn An"
    assert edit.list_certificates(province) == []
    assert asked(directory.load(province), der(leader)) is None


@pytest.mark.parametrize(
    ("organ_id", "data", "role", "slug"),
    [
        ("H99.404", None, "person", "agency_unknown"),
        (OFFICE, None, "unknown", "role_invalid"),
        (OFFICE, b"not a certificate", "person", "certificate_invalid"),
        (OFFICE, b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----", "person", "certificate_invalid"),
        (HOME_AFFAIRS, None, "person", "certificate_taken"),
    ],
)
def test_what_cannot_be_registered_is_named(province, authority, organ_id, data, role, slug):
    seal = authority.organisation("Con dấu")
    edit.add_certificate(province, HEALTH, seal.certificate_pem, "organisation")
    version = edit.current_version(province)

    with pytest.raises(RegistryError) as raised:
        edit.add_certificate(province, organ_id, data or seal.certificate_pem, role)

    assert raised.value.slug == slug
    assert edit.current_version(province) == version


@pytest.mark.parametrize("fingerprint", ["", "abc", "0" * 64, "00000000"])
def test_a_certificate_is_removed_only_by_a_fingerprint_that_says_which(province, authority, fingerprint):
    edit.add_certificate(province, HEALTH, authority.organisation("Con dấu").certificate_pem, "organisation")

    with pytest.raises(RegistryError) as raised:
        edit.remove_certificate(province, HEALTH, fingerprint)

    assert raised.value.slug == "certificate_unknown"
    assert len(edit.list_certificates(province, HEALTH)) == 1
