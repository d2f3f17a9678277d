"""Group D: what the second look must not miss (D-04, D-08), and what proves nothing against a genuine file (D-06)."""

from __future__ import annotations

import io

import pytest
from pyhanko.pdf_utils import generic

from edxml.pdf import raw, reading
from edxml.testing import plain_pdf, signed_pdf
from edxml.testing.documents import sign_once
from edxml.testing.revisions import assemble, body_of, stream, update, written
from edxml.testing.upkeep import with_document_timestamp, with_validation_data
from edxml.verdict import Integrity, Verdict

from . import changes

PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
DRAWING = b"/Type /XObject /Subtype /Form /BBox [0 0 300 20]"


def drawn(name: bytes) -> bytes:
    """A page that shows a drawing under a name of the writer's choice."""
    show = b"q 1 0 0 1 72 700 cm /%s Do Q" % name
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            PAGES,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /XObject << /%s 5 0 R >> >> >>" % name,
            stream(show),
            stream(b"0 0 10 10 re f", DRAWING),
        ]
    )


@pytest.mark.parametrize("name", [b"Ve", b"P", b"Parent", b"Popup"], ids=lambda n: f"D-04 drawing named {n.decode()}")
def test_a_drawing_is_compared_whatever_it_is_called(judge, ca, name):
    data = sign_once(drawn(name), ca, ca.organisation("Sở Nội vụ"), 0, ca.now)

    report = judge(update(data, {5: stream(b"0 0 300 20 re f", DRAWING)}))

    assert report.verdict is Verdict.FAILED, report
    assert report.signatures[0].integrity is Integrity.CHANGED


def test_d_08_a_signature_put_in_the_place_of_another_is_noticed(judge, ca):
    data = signed_pdf(ca, [("person", "Lê An")])

    def emptied(writer):
        field = writer.root["/AcroForm"]["/Fields"][0]
        del field["/V"]
        writer.mark_update(field.container_ref)

    report = judge(changes.sign_field(ca, written(data, emptied), "Signature1"))

    assert report.verdict is not Verdict.PASSED
    assert "signature_removed" in report.warnings


def test_d_08_a_removed_signature_is_noticed_though_the_new_one_spells_its_keys_otherwise(judge, ca):
    data = signed_pdf(ca, [("person", "Lê An")])

    def emptied(writer):
        del writer.root["/AcroForm"]
        writer.update_root()

    again = sign_once(written(data, emptied), ca, ca.organisation("Sở Nội vụ"), 1, ca.now)
    place = again.rindex(b"/ByteRange [")

    report = judge(again[:place] + b"/Byte#52ange[" + again[place + 13 :])
    plain = judge(again)

    assert plain.verdict is not Verdict.PASSED
    assert "signature_removed" in plain.warnings
    assert "signature_removed" in report.warnings


def test_d_06_upkeep_proves_nothing_against_a_file_that_cannot_be_read(ca, signed):
    kept = with_document_timestamp(with_validation_data(signed, ca), ca, ca.now)

    assert raw.proof_of_change(io.BytesIO(kept)) is None


def test_d_14_a_document_that_takes_too_long_is_not_called_changed(judge, ca, signed, monkeypatch):
    """The clock alone is turned: no time at all for a genuine document with a note behind its last signature."""
    monkeypatch.setattr(reading, "SECONDS_LIMIT", -1.0)

    report = judge(signed + b"\n9 0 obj\n1\nendobj\n")

    assert report.verdict is Verdict.INDETERMINATE


def test_a_plain_file_is_still_unsigned(judge):
    assert judge(plain_pdf()).verdict is Verdict.UNSIGNED


@pytest.mark.parametrize("kind", [generic.NullObject, None])
def test_d_08_an_emptied_field_hides_no_signature(judge, ca, kind):
    data = signed_pdf(ca, [("person", "Lê An")])

    def emptied(writer):
        field = writer.root["/AcroForm"]["/Fields"][0]
        if kind is None:
            del field["/V"]
        else:
            field[generic.pdf_name("/V")] = kind()
        writer.mark_update(field.container_ref)

    assert judge(written(data, emptied)).verdict is Verdict.FAILED


def test_d_10_the_signature_stands_in_the_gap_and_nowhere_else(judge, ca):
    """A sound signature given by an update, while the gap that nothing covers holds other bytes."""
    data = signed_pdf(ca, [("organisation", "Sở Nội vụ")])
    field = reading.open_pdf(io.BytesIO(data)).reader.root["/AcroForm"]["/Fields"][0]
    value = field.raw_get("/V").idnum
    place = data.index(b"/Contents <") + len(b"/Contents <") + 200

    report = judge(update(data[:place] + b"00" * 40 + data[place + 80 :], {value: body_of(data, value)}))

    assert report.verdict is Verdict.FAILED, report
    assert report.signatures[0].integrity is Integrity.BROKEN
    assert report.signatures[0].detail == "the bytes left out are not the signature itself"
