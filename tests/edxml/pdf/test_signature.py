"""The verdict on a PDF: own documents, sound, spoiled and revoked, and the trust axes one by one."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from edxml.pdf.signature import verify_pdf
from edxml.testing import TestCA, documents, plain_pdf, signed_pdf
from edxml.testing.documents import sign_once
from edxml.trust.certificates import Role
from edxml.verdict import DocumentReport, Integrity, LegalValue, SubIndication, Verdict

ORGANISATION = [("organisation", "Sở Nội vụ")]


def integrities(report):
    return [s.integrity for s in report.signatures]


# --- sound documents


@pytest.mark.parametrize("algorithm", ["ecdsa", "rsa"])
def test_person_then_organisation_is_an_original(judge, algorithm):  # law: R-061 NĐ30 Đ5.1, R-069 TT15/2025 Đ6
    own = TestCA(algorithm=algorithm)

    report = judge(signed_pdf(own), own.trust())

    assert report.verdict is Verdict.PASSED, report
    assert [s.role for s in report.signatures] == [Role.PERSON, Role.ORGANISATION]
    assert integrities(report) == [Integrity.EXTENDED, Integrity.FINAL]
    assert DocumentReport.of([report]).legal_value is LegalValue.ORIGINAL


def test_eight_signatures_of_one_office_pass(judge, ca):
    report = judge(signed_pdf(ca, ORGANISATION * 8))

    assert report.verdict is Verdict.PASSED, report
    assert len(report.signatures) == 8


def test_a_trusted_time_stamp_gives_the_time(judge, ca):
    report = judge(signed_pdf(ca, timestamp=True))

    assert {s.time_source for s in report.signatures} == {"timestamp"}
    assert report.signatures[0].signed_at == ca.now


def test_white_space_after_the_end_is_no_change(judge, signed):
    assert judge(signed + b"\r\n\n").verdict is Verdict.PASSED


def test_the_order_of_signers_is_shown_and_never_judged(judge, ca):  # law: R-075 TT Đ6.5
    report = judge(signed_pdf(ca, [("organisation", "Sở Nội vụ"), ("person", "Lê An")]))

    assert report.verdict is Verdict.PASSED
    assert report.warnings == ("organisation_before_person",)


@pytest.mark.parametrize(
    ("drawn", "mark"), [("SAO Y; 12; 02/01/2026", "SAO Y"), ("TRICH SAO", "TRÍCH SAO"), ("KY", None)]
)
def test_the_mark_of_a_copy_is_read_from_the_widget(judge, ca, drawn, mark):  # law: NĐ30 Đ25.1c
    office = ca.organisation("Sở Nội vụ")

    report = judge(sign_once(plain_pdf(), ca, office, 0, ca.now, stamp_text=drawn))

    said = report.signatures[0].as_json()
    assert (said["copy_mark"], said["signer"]) == (mark, "Sở Nội vụ")
    assert DocumentReport.of([report]).legal_value is (LegalValue.COPY if mark else LegalValue.INFORMATION)


def test_an_office_that_marks_a_copy_makes_no_original_of_what_a_person_signed(judge, ca):  # law
    first = signed_pdf(ca, [("person", "Lê An")])

    marked = sign_once(first, ca, ca.organisation("Sở Nội vụ"), 1, ca.now, stamp_text="SAO Y; 12; 02/01/2026")
    issued = sign_once(first, ca, ca.organisation("Sở Nội vụ"), 1, ca.now)
    both = sign_once(issued, ca, ca.organisation("Sở Tài chính"), 2, ca.now, stamp_text="SAO Y; 13")

    values = [DocumentReport.of([judge(data)]).legal_value for data in (marked, issued, both)]
    assert values == [LegalValue.COPY, LegalValue.ORIGINAL, LegalValue.ORIGINAL]


# --- documents without a signature


def test_a_plain_file_is_unsigned(judge):  # law: R-062 QĐ28 Đ4.2
    assert judge(plain_pdf(2_000)).verdict is Verdict.UNSIGNED


def test_a_picture_of_a_signature_and_an_empty_field_are_none(judge):
    """law: R-059 TT Đ7.2.2, R-078 Luật 20/2023 Đ22."""
    drawing = b"q 120 0 0 60 400 100 cm /Scan Do Q"
    document = documents.assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R] /SigFlags 3 >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
                b"/Resources << /XObject << /Scan 5 0 R >> >> /Annots [6 0 R 7 0 R] >>"
            ),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
            (
                b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
                b"/Length 1 >>\nstream\n\x00\nendstream"
            ),
            b"<< /Type /Annot /Subtype /Stamp /Rect [400 100 520 160] /Name /Approved /Contents (DA KY) >>",
            b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Chuky1) /Rect [400 200 520 260] /P 3 0 R >>",
        ]
    )

    report = judge(document)

    assert (report.verdict, report.signatures) == (Verdict.UNSIGNED, ())
    assert DocumentReport.of([report]).legal_value is LegalValue.INFORMATION


@pytest.mark.parametrize("data", [b"", b"hello", b"<html></html>", b"PK\x03\x04"])
def test_what_is_no_pdf_is_undecided_not_unsigned(judge, data):
    report = judge(data)

    assert (report.verdict, report.note) == (Verdict.INDETERMINATE, "not_a_pdf")


def test_an_encrypted_file_is_undecided(judge):
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    from edxml.pdf.reading import IndexedReader

    writer = copy_into_new_writer(IndexedReader(io.BytesIO(plain_pdf(2_000)), strict=True))
    writer.encrypt("chủ", "khách")
    out = io.BytesIO()
    writer.write(out)

    report = judge(out.getvalue())

    assert (report.verdict, report.note) == (Verdict.INDETERMINATE, "encrypted")


def test_a_file_that_does_not_exist_gives_a_verdict_too(ca):
    report = verify_pdf("/nonexistent.pdf", "x.pdf", ca.trust(), datetime.now(UTC))

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE)
