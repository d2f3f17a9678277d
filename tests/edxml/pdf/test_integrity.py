"""Integrity: what spoils a signed PDF fails, what real offices add passes, and doubt stays doubt."""

from __future__ import annotations

import io
import random

import pytest

from edxml.testing import append_revision, flip_byte, plain_pdf, signed_pdf
from edxml.testing.documents import sign_once
from edxml.verdict import Integrity, SubIndication, Verdict

ORGANISATION = [("organisation", "Sở Nội vụ")]


def integrities(report):
    return [s.integrity for s in report.signatures]


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


def test_a_file_spoiled_beyond_reading_fails_if_its_bytes_prove_it(judge, signed):
    place = signed.index(b"/Contents <3") + 500  # in the first signature, which the second one covers

    report = judge(signed[:place] + b"\xff" + signed[place + 1 :])

    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, SubIndication.HASH_FAILURE)


def test_nothing_may_hide_behind_the_signature_in_its_reserve(judge, ca):
    data = signed_pdf(ca, ORGANISATION)
    place = data.index(b"00000000>")

    assert judge(data[:place] + b"41" + data[place + 2 :]).verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("seed", range(8))
def test_no_byte_of_the_signed_ranges_can_change_and_pass(judge, signed, seed):
    generator = random.Random(seed)
    covered = range(signed.rindex(b"/Contents <") + 11)

    for place in generator.sample(covered, 12):
        spoiled = signed[:place] + bytes([signed[place] ^ (1 << generator.randrange(8))]) + signed[place + 1 :]
        assert judge(spoiled).verdict in (Verdict.FAILED, Verdict.INDETERMINATE), place


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


def test_a_seal_may_cover_a_third_of_the_persons_signature(judge, ca):  # law: R-050 HN Đ11.2
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
