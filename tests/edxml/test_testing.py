"""The made-up material is what it claims to be: a reader of the real thing takes it."""

from __future__ import annotations

import io
import time

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from edxml import reader, rules
from edxml.testing import TestCA, make_package, make_status, plain_pdf, signed_pdf
from edxml.trust.certificates import Role, Trust, facts


@pytest.mark.parametrize("size", [0, 1_000, 10_000, 1_000_000])
def test_a_plain_pdf_has_the_size_asked_for_and_a_page_with_text(size):
    data = plain_pdf(size, "Quyết định số 1 (bản thử)", pages=2)

    document = PdfFileReader(io.BytesIO(data), strict=True)
    assert document.root["/Pages"]["/Count"] == 2
    assert b"Quyet dinh so 1 \\(ban thu\\) - 1" in document.root["/Pages"]["/Kids"][0]["/Contents"].data
    assert size <= len(data) <= max(size + 30, 1_400)


def test_a_package_is_accepted_by_reader_and_rules_without_a_warning():
    package = reader.read(make_package(size=50_000))

    assert rules.check(package) == ()
    assert package.sender_id == "000.00.01.H99"
    assert package.attachments[0].kind == "pdf"


def test_two_packages_never_share_a_document_id():
    first, second = (reader.read(make_package()) for _ in range(2))

    assert first.document_key != second.document_key


@pytest.mark.parametrize("business_type", [1, 2, 3])
def test_recall_update_and_replacement_are_accepted(business_type):
    original = reader.read(make_package())

    later = reader.read(
        make_package(
            business_type=business_type,
            document_id=original.document_id if business_type < 3 else None,
            replaces=[(original.document_id, ["000.00.02.H99"])] if business_type == 3 else (),
        )
    )

    assert rules.check(later) == ()
    assert later.business.type == business_type


@pytest.mark.parametrize("code", ["01", "02", "03", "04", "05", "06", "13", "15", "16"])
def test_a_status_answers_the_package_it_was_made_for(code):
    package = reader.read(make_package())

    status = reader.read(make_status(code, response_to=package))

    assert rules.check(status) == ()
    assert status.document_id == package.document_id
    assert status.recipient_ids == ("000.00.01.H99",)


def test_certificates_tell_persons_from_organisations():
    ca = TestCA()

    for role in ("person", "organisation"):
        signer = ca.issue(role, "Lê Thị Chi" if role == "person" else "Sở Y tế")
        assert facts(_der(signer)).role is Role(role)


def test_the_same_name_has_the_same_certificate():
    ca = TestCA()

    assert ca.person("Lê Thị Chi") is ca.person("Lê Thị Chi")


def test_a_trust_folder_holds_what_the_authority_trusts(tmp_path):
    ca = TestCA()

    trust = Trust.from_folder(ca.write_trust(tmp_path))

    assert set(trust.state) == {ca.root_pem, ca.intermediate_pem}
    assert trust.tsa == (ca.root_pem,)
    assert len(trust.crls) == 2


async def test_signing_works_while_an_event_loop_runs():
    assert signed_pdf(TestCA()).count(b"/ByteRange") == 2


def test_ten_signed_documents_take_a_few_seconds_at_most():
    ca = TestCA(algorithm="rsa")
    signed_pdf(ca)

    begin = time.process_time()
    for _ in range(10):
        signed_pdf(ca, size_bytes=200_000)

    assert time.process_time() - begin < 5


def _der(signer):
    from cryptography.hazmat.primitives.serialization import Encoding

    return signer.certificate.public_bytes(Encoding.DER)
