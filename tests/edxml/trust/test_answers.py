"""What a report says of certificate and revocation, answers inside a PDF, trust as files, registered roles."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edxml.pdf.signature import verify_pdf
from edxml.testing import TestCA, plain_pdf, signed_pdf
from edxml.testing.documents import sign_once
from edxml.testing.signing import with_answers
from edxml.trust.certificates import Trust, TrustFiles, with_roles
from edxml.trust.revocation_sources import Stapled
from edxml.verdict import DocumentReport, LegalValue, Revocation, Role, SubIndication, Verdict

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "pdf"
STAMPED = "nd-49-2026-one-org-signature.pdf"
ORGANISATION = [("organisation", "Sở Nội vụ")]
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def ca():
    return TestCA(algorithm="rsa", address="http://ca.example")


@pytest.fixture
def judge(tmp_path):
    def verdict(data, trust, at=None):
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        return verify_pdf(str(path), "a.pdf", trust, at or datetime.now(UTC))

    return verdict


def test_a_report_says_algorithm_validity_and_the_answers_used(judge, ca):  # law
    lists = ca.crls()

    (report,) = judge(signed_pdf(ca, ORGANISATION), replace(ca.trust(), crls=lists)).signatures

    certificate = ca.organisation("Sở Nội vụ").certificate
    assert report.algorithm == "sha256 rsa-2048"
    assert (report.valid_from, report.valid_to) == (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    digests = tuple(hashlib.sha256(one).hexdigest() for one in reversed(lists))
    assert report.revocation == Revocation("good", "crl", "folder", ca.now - timedelta(seconds=1), digests)
    assert report.needs == ()


def test_what_is_missing_is_in_the_report_and_not_in_its_json(judge, ca):  # law: R-072
    (report,) = judge(signed_pdf(ca, ORGANISATION), ca.trust(revocation=False)).signatures

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.TRY_LATER)
    assert {need.kind for need in report.needs} == {"ocsp", "crl"}
    assert "needs" not in report.as_json()
    assert pickle.loads(pickle.dumps(report)) == report


def test_answers_in_the_signature_decide(judge, ca):
    data = sign_once(plain_pdf(), ca, ca.organisation("Sở Nội vụ"), 0, ca.now, stapled=Stapled(crls=ca.crls()))

    (report,) = judge(data, ca.trust(revocation=False)).signatures

    assert report.verdict is Verdict.PASSED
    assert report.revocation.source == "document"


def test_answers_in_the_security_store_of_the_file_decide(judge, ca):
    data = with_answers(signed_pdf(ca, ORGANISATION), Stapled(crls=ca.crls()))

    (report,) = judge(data, ca.trust(revocation=False)).signatures

    assert (report.verdict, report.revocation.source) == (Verdict.PASSED, "document")


def test_an_intermediate_in_the_security_store_helps_and_is_not_trusted(judge, ca):
    stapled = Stapled(crls=ca.crls(), certificates=(ca.intermediate.certificate_der, ca.root.certificate_der))
    data = with_answers(signed_pdf(ca, ORGANISATION), stapled)

    assert judge(data, ca.trust(intermediate=False)).verdict is Verdict.PASSED
    assert judge(data, Trust()).sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_trust_given_as_files_is_read_once_for_each_version(judge, ca, tmp_path):
    folder = ca.write_trust(tmp_path / "trust")
    data = signed_pdf(ca, ORGANISATION)
    first = TrustFiles(str(folder), version=1)
    assert judge(data, first).verdict is Verdict.PASSED
    for one in (folder / "state").iterdir():
        one.unlink()

    assert judge(data, first).verdict is Verdict.PASSED
    assert judge(data, replace(first, version=2)).sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_trust_files_that_cannot_be_read_give_no_verdict(judge, ca, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "x.pem").write_text("no certificate")

    report = judge(signed_pdf(ca, ORGANISATION), TrustFiles(str(tmp_path), version=3))

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.GENERIC)


def test_registered_roles_go_before_the_subject_and_change_what_a_document_is_worth(judge, ca):  # law: R-074 VP Đ8.1
    file = judge(signed_pdf(ca, [("person", "Lê An"), ("organisation", "Sở Nội vụ")]), ca.trust())
    before = DocumentReport.of([file])
    (person, organisation) = file.signatures
    asked = []

    def lookup(fingerprint, serial, issuer, name):
        asked.append((fingerprint, serial, issuer, name))
        return {person.fingerprint: Role.ORGANISATION, organisation.fingerprint: Role.PERSON}[fingerprint]

    after = with_roles(before, lookup)

    assert before.legal_value is after.legal_value is LegalValue.ORIGINAL
    assert after.files[0].warnings == ("organisation_before_person",)  # law: R-075 TT Đ6.5
    assert asked[0] == (person.fingerprint, person.serial, person.issuer, person.signer)
    assert with_roles(after, lambda *_: Role.PERSON).legal_value is LegalValue.INFORMATION
    assert with_roles(before, lambda *_: None) == before


@pytest.mark.skipif(not (SAMPLES / STAMPED).is_file(), reason="the signed samples are not beside the project")
def test_a_genuine_time_stamp_lacks_nothing_but_the_answer_on_its_authority():
    """The State's roots as anchors: the tokens are whole and chain to them; whether they are revoked must be asked."""
    given = Trust.from_folder(SAMPLES / "certificates")
    trust = replace(given, tsa=(*given.tsa, *given.state))

    (report,) = verify_pdf(str(SAMPLES / STAMPED), STAMPED, trust, datetime(2026, 11, 21, tzinfo=UTC)).signatures

    assert report.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert "timestamp_revocation_unknown" in report.warnings
    assert report.algorithm == "sha256 rsa-3072"
