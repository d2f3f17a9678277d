"""The verdict on a PDF: own documents, sound, spoiled and revoked, and the trust axes one by one."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from edxml.certificates import Role
from edxml.pdf_signature import verify_pdf
from edxml.testing import TestCA, append_revision, flip_byte, plain_pdf, signed_pdf
from edxml.testing.documents import sign_once
from edxml.verdict import DocumentReport, Integrity, LegalValue, SubIndication, Verdict

ORGANISATION = [("organisation", "Sở Nội vụ")]


@pytest.fixture(scope="module")
def ca():
    return TestCA()


@pytest.fixture(scope="module")
def signed(ca):
    return signed_pdf(ca)


@pytest.fixture
def judge(tmp_path, ca):
    def verdict(data, trust=None, at=None):
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        return verify_pdf(str(path), "a.pdf", ca.trust() if trust is None else trust, at or datetime.now(UTC))

    return verdict


def integrities(report):
    return [s.integrity for s in report.signatures]


# --- sound documents


@pytest.mark.parametrize("algorithm", ["ecdsa", "rsa"])
def test_person_then_organisation_is_an_original(judge, algorithm):  # law: R-061 R-069
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


def test_the_order_of_signers_is_shown_and_never_judged(judge, ca):  # law: R-075
    report = judge(signed_pdf(ca, [("organisation", "Sở Nội vụ"), ("person", "Lê An")]))

    assert report.verdict is Verdict.PASSED
    assert report.warnings == ("organisation_before_person",)


@pytest.mark.parametrize(
    ("drawn", "mark"), [("SAO Y; 12; 02/01/2026", "SAO Y"), ("TRICH SAO", "TRÍCH SAO"), ("KY", None)]
)
def test_the_mark_of_a_copy_is_read_from_the_widget(judge, ca, drawn, mark):  # law: R-065
    office = ca.organisation("Sở Nội vụ")

    report = judge(sign_once(plain_pdf(), ca, office, 0, ca.now, stamp_text=drawn))

    assert report.signatures[0].copy_mark == mark
    assert DocumentReport.of([report]).legal_value is (LegalValue.COPY if mark else LegalValue.INFORMATION)


# --- documents without a signature


def test_a_plain_file_is_unsigned(judge):  # law: R-062
    assert judge(plain_pdf(2_000)).verdict is Verdict.UNSIGNED


@pytest.mark.parametrize("data", [b"", b"hello", b"<html></html>", b"PK\x03\x04"])
def test_what_is_no_pdf_is_undecided_not_unsigned(judge, data):
    report = judge(data)

    assert (report.verdict, report.note) == (Verdict.INDETERMINATE, "not_a_pdf")


def test_an_encrypted_file_is_undecided(judge):
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    from edxml.pdf_reading import IndexedReader

    writer = copy_into_new_writer(IndexedReader(io.BytesIO(plain_pdf(2_000)), strict=True))
    writer.encrypt("chủ", "khách")
    out = io.BytesIO()
    writer.write(out)

    report = judge(out.getvalue())

    assert (report.verdict, report.note) == (Verdict.INDETERMINATE, "encrypted")


def test_a_file_that_does_not_exist_gives_a_verdict_too(ca):
    report = verify_pdf("/nonexistent.pdf", "x.pdf", ca.trust(), datetime.now(UTC))

    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, SubIndication.FORMAT_FAILURE)


# --- integrity


def test_one_flipped_byte_fails_every_signature_over_it(judge, signed):
    report = judge(flip_byte(signed))

    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, SubIndication.HASH_FAILURE)
    assert integrities(report) == [Integrity.BROKEN] * 2


def test_a_flipped_byte_of_the_signature_value_fails(judge, ca):
    data = signed_pdf(ca, ORGANISATION)
    start = data.index(b"/Contents <3") + 11
    cms = bytes.fromhex(data[start : data.index(b">", start)].decode())
    last = len(cms.rstrip(b"\0")) - 8

    report = judge(data[: start + 2 * last] + b"%02x" % (cms[last] ^ 1) + data[start + 2 * last + 2 :])

    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, SubIndication.SIG_CRYPTO_FAILURE)


def test_a_new_page_text_after_the_last_signature_fails(judge, signed):
    report = judge(append_revision(signed))

    assert report.verdict is Verdict.FAILED
    assert report.signatures[-1].integrity is Integrity.CHANGED


def test_a_change_under_a_later_valid_signature_is_undecided(judge, ca):
    """The office that signed last vouches for what it saw; whether the first signer agreed, a person must decide."""
    changed = append_revision(signed_pdf(ca, [("person", "Lê An")]))

    report = judge(sign_once(changed, ca, ca.organisation("Sở Nội vụ"), 1, ca.now))

    assert report.verdict is Verdict.INDETERMINATE
    assert integrities(report) == [Integrity.CHANGED, Integrity.FINAL]


def test_signing_again_after_tampering_inside_the_first_range_fails(judge, ca):
    tampered = flip_byte(signed_pdf(ca, [("person", "Lê An")]))

    assert judge(sign_once(tampered, ca, ca.organisation("Sở Nội vụ"), 1, ca.now)).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("tail", "expected"),
    [(b"xin chao", Verdict.INDETERMINATE), (b"9 0 obj <</Type /Page>> endobj", Verdict.FAILED)],
)
def test_bytes_after_the_end_are_noticed(judge, signed, tail, expected):
    assert judge(signed + tail).verdict is expected


@pytest.mark.parametrize(
    "replace",
    [
        lambda _: b"[0 0 0 0]",
        lambda _: b"[0 10 20 -5]",
        lambda old: b"[1 " + old[3:],
        lambda _: b"null",
        lambda _: b"[0 9 9 9 9 9]",
        lambda _: b"[0 9 99999999 9]",
    ],
)
def test_a_byte_range_that_does_not_fit_the_file_fails(judge, ca, replace):
    data = signed_pdf(ca, ORGANISATION)
    start = data.index(b"/ByteRange [") + 11
    end = data.index(b"]", start) + 1
    new = replace(data[start:end])

    report = judge(data[:start] + new.ljust(end - start) + data[end:])

    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, SubIndication.FORMAT_FAILURE)


@pytest.mark.parametrize("fill", [b"0", b"f"])
def test_contents_without_a_signature_fail(judge, ca, fill):
    data = signed_pdf(ca, ORGANISATION)
    start = data.index(b"/Contents <3") + 11
    end = data.index(b">", start)

    assert judge(data[:start] + fill * (end - start) + data[end:]).verdict is Verdict.FAILED


def test_stripping_the_form_by_an_update_does_not_hide_a_signature(judge, signed):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    del writer.root["/AcroForm"]
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)

    report = judge(out.getvalue())

    assert (report.verdict, report.note) == (Verdict.FAILED, "signature_removed")


def test_a_visible_field_without_a_signature_after_the_last_one_fails(judge, signed):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields

    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    fields.append_signature_field(writer, fields.SigFieldSpec("Giả", on_page=0, box=(10, 10, 200, 80)))
    out = io.BytesIO()
    writer.write(out)

    report = judge(out.getvalue())

    assert report.verdict is Verdict.FAILED
    assert report.signatures[-1].integrity is Integrity.CHANGED


def test_an_annotation_after_the_last_signature_fails(judge, signed):
    assert judge(_annotated(signed)).verdict is Verdict.FAILED


def test_an_annotation_between_two_signatures_is_undecided(judge, ca):
    noted = _annotated(signed_pdf(ca, [("person", "Lê An")]))

    report = judge(sign_once(noted, ca, ca.organisation("Sở Nội vụ"), 1, ca.now))

    assert integrities(report) == [Integrity.CHANGED, Integrity.FINAL]
    assert report.verdict is Verdict.INDETERMINATE


def test_a_signature_that_hides_an_earlier_one_is_not_explained(judge, ca):
    first = signed_pdf(ca, [("person", "Lê An")])

    over = sign_once(first, ca, ca.organisation("Sở Nội vụ"), 1, ca.now, box=(50, 480, 200, 550))

    report = judge(over)
    assert integrities(report) == [Integrity.UNEXPLAINED, Integrity.FINAL]
    assert report.verdict is Verdict.INDETERMINATE


def test_a_seal_may_cover_a_third_of_the_persons_signature(judge, ca):  # law: R-050
    first = signed_pdf(ca, [("person", "Lê An")])

    sealed = sign_once(first, ca, ca.organisation("Sở Nội vụ"), 1, ca.now, box=(20, 490, 95, 550))

    assert judge(sealed).verdict is Verdict.PASSED


def test_a_signature_over_half_a_page_is_not_explained(judge, ca):
    first = signed_pdf(ca, [("person", "Lê An")])

    huge = sign_once(first, ca, ca.organisation("Sở Nội vụ"), 1, ca.now, box=(0, 0, 595, 421))

    assert judge(huge).signatures[0].integrity is Integrity.UNEXPLAINED


def test_a_sha1_digest_is_never_accepted(judge, ca):
    report = judge(sign_once(plain_pdf(), ca, ca.organisation("Sở Nội vụ"), 0, ca.now, digest="sha1"))

    assert report.sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE
    assert report.verdict is Verdict.INDETERMINATE


def _annotated(data):
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 700, 300, 760))),
            generic.pdf_name("/Contents"): generic.pdf_string("10 tỷ đồng"),
        }
    )
    writer.register_annotation(writer.root["/Pages"]["/Kids"][0].container_ref, writer.add_object(note))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
