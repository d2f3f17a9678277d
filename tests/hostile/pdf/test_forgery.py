"""Group D: forged and moved signatures (D-08 to D-10), shadow documents (D-02 to D-05), files that are two (D-17).

D-01, the eight published files, carries no licence and is not kept here; `edxml.testing.shadow` makes its own.
"""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from edxml.pdf.signature import verify_pdf
from edxml.testing import append_revision, plain_pdf, signed_pdf
from edxml.testing.revisions import body_of, edited, size_of, stream, update
from edxml.testing.shadow import MEANT, shadows
from edxml.verdict import SubIndication, Verdict

FAILED, UNDECIDED = Verdict.FAILED, Verdict.INDETERMINATE
HASH, FORMAT = SubIndication.HASH_FAILURE, SubIndication.FORMAT_FAILURE
CASES = {"D-02": 18, "D-03": 6, "D-04": 5, "D-05": 7, "D-08": 15, "D-09": 7, "D-10": 7, "D-15": 3, "D-17": 15}


@pytest.fixture(scope="module")
def once(ca):
    return signed_pdf(ca, [("organisation", "Sở Nội vụ")])


def put(data, mark, new, *, until):
    """The document with what stands from after `mark` up to `until` written over, its length kept."""
    begin = data.index(mark) + len(mark)
    end = data.index(until, begin)
    assert len(new) <= end - begin
    return data[:begin] + new.ljust(end - begin) + data[end:]


# --- D-02 to D-05


@pytest.mark.parametrize("shadow", shadows(), ids=lambda s: s.name)
def test_d_02_a_prepared_document_is_valid_and_warned_about(judge, ca, shadow):
    report = judge(signed_pdf_of(ca, shadow.prepared))

    assert report.verdict is Verdict.PASSED
    assert shadow.warning is None or shadow.warning in report.warnings


@pytest.mark.parametrize("shadow", shadows(), ids=lambda s: s.name)
def test_d_03_d_04_d_05_a_switched_document_has_failed(judge, ca, shadow):
    report = judge(shadow.switch(signed_pdf_of(ca, shadow.prepared)))

    assert (report.verdict, report.sub_indication) == (FAILED, HASH)


def signed_pdf_of(ca, data):
    from edxml.testing.documents import sign_once

    return sign_once(data, ca, ca.organisation("Sở Nội vụ"), 0, ca.now)


# --- D-08: universal forgery


@pytest.mark.parametrize(
    "numbers",
    [
        b"[]", b"null", b"[0 -1 -1 0]", b"[0 0 0 0]", b"[0 10 5 10]", b"[0 10 20]", b"[0 9 12 99999999]", b"[-1 2 3 4]",
        b"[0 10 20 30 40 50]", b"(0 10 20 30)", b"[1 10 20 30]",
    ],
)  # fmt: skip
def test_d_08_a_byte_range_of_nothing(judge, once, numbers):
    begin = once.index(b"/ByteRange") + 10
    end = once.index(b"]", begin) + 1

    report = judge(once[:begin] + b" " + numbers.ljust(end - begin - 1) + once[end:])

    assert (report.verdict, report.sub_indication) == (FAILED, FORMAT)


def test_d_08_no_byte_range(judge, once):
    assert judge(once.replace(b"/ByteRange", b"/ByteRangf")).verdict is FAILED


@pytest.mark.parametrize("contents", [b"<>", b"<00>", b"<3000>"])
def test_d_08_contents_of_nothing(judge, once, contents):
    begin = once.index(b"/Contents <3") + 10
    end = once.index(b">", begin) + 1

    report = judge(once[:begin] + contents.ljust(end - begin) + once[end:])

    assert report.verdict is FAILED


# --- D-09: incremental saving


def _copied_signature(data):
    """The attacker's revision carries the old signature once more, with its old byte range."""
    number = size_of(data)
    field = int(re.search(rb"/Fields\s*\[\s*(\d+)", body_of(data, _form(data)))[1])
    value = int(re.search(rb"/V\s*(\d+)", body_of(data, field))[1])
    again = update(data, {number: body_of(data, value), 6: stream(MEANT)})
    return edited(again, field, b"/V %d" % value, b"/V %d" % number)


def _form(data):
    return int(re.search(rb"/AcroForm\s*(\d+)", body_of(data, 1))[1])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(append_revision, FAILED, id="D-09 a body with a table"),
        pytest.param(lambda d: d + b"6 0 obj\n" + stream(MEANT) + b"\nendobj\n", FAILED, id="D-09 a body without"),
        pytest.param(
            lambda d: d + b"6 0 obj\n" + stream(MEANT) + b"\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n", FAILED,
            id="D-09 a body with a trailer and no table",
        ),
        pytest.param(_copied_signature, FAILED, id="D-09 a body with the signature copied"),
        pytest.param(lambda d: d + b"% a comment\n", UNDECIDED, id="D-09 a comment"),
        pytest.param(lambda d: update(d, {1: b"null"}), UNDECIDED, id="D-09 no catalog any more"),
        pytest.param(lambda d: update(d, {2: b"<< /Type /Pages /Kids [] /Count 0 >>"}), FAILED, id="D-09 no pages"),
    ],
)  # fmt: skip
def test_d_09_incremental_saving(judge, signed, change, expected):
    report = judge(change(signed))

    assert report.verdict in (expected, FAILED), report
    assert report.sub_indication is not None


# --- D-10: signature wrapping


def _ranges(data):
    return [int(n) for n in re.search(rb"/ByteRange\s*\[([\d\s]+)\]", data)[1].split()]


def _moved(data, numbers):
    begin = data.index(b"/ByteRange") + 10
    end = data.index(b"]", begin) + 1
    return data[:begin] + (b" [%d %d %d %d]" % numbers).ljust(end - begin) + data[end:]


def _wrap(data):
    """The second stretch is moved away, and what it left is filled with the attacker's objects."""
    first, length, second, rest = _ranges(data)
    filler = b"\n6 0 obj\n" + stream(MEANT) + b"\nendobj\n"
    shifted = data[:second] + filler + data[second:]
    return _moved(shifted, (first, length, second + len(filler), rest))


def _with_gap(before, after):
    def change(data):
        _, length, second, rest = _ranges(data)
        return _moved(data, (0, length + before, second + after, rest - after))

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_wrap, id="D-10 the second stretch moved, the gap filled"),
        pytest.param(_with_gap(-10, 0), id="D-10 the gap begins early"),
        pytest.param(_with_gap(0, 10), id="D-10 the gap ends late"),
        pytest.param(_with_gap(2, -2), id="D-10 the gap is smaller than the signature"),
        pytest.param(_with_gap(-200, 200), id="D-10 the gap is larger than the signature"),
        pytest.param(lambda d: _moved(d, (0, 20, 40, 60)), id="D-10 the stretches stand elsewhere"),
        pytest.param(lambda d: put(d, b"/Contents <", b"00" * 40, until=b">"), id="D-10 the signature overwritten"),
    ],
)
def test_d_10_signature_wrapping(judge, once, change):
    assert judge(change(once)).verdict is FAILED


# --- D-15: pictures and foreign signatures


def test_d_15_a_signature_of_another_document(judge, ca, once):
    """The signed part of one file before the signature of another."""
    other = signed_pdf(ca, [("organisation", "Sở Nội vụ")], text="Văn bản khác")
    begin, end = (other.index(m) for m in (b"/Contents <3", b"00000000>"))
    foreign = other[begin : end + 9]
    begin, end = (once.index(m) for m in (b"/Contents <3", b"00000000>"))

    report = judge(once[:begin] + foreign + once[begin + len(foreign) :])

    assert report.verdict is FAILED


def test_d_15_an_empty_field_is_no_signature(judge):
    from pyhanko.sign import fields

    from edxml.testing.revisions import written

    spec = fields.SigFieldSpec("Chu ky", on_page=0, box=(10, 10, 200, 80))

    report = judge(written(plain_pdf(), lambda w: fields.append_signature_field(w, spec)))

    assert (report.verdict, report.note, report.signatures) == (Verdict.UNSIGNED, "empty_fields", ())


def test_d_15_a_signature_over_an_earlier_revision_only(judge, ca, once):
    report = judge(append_revision(once))

    assert report.verdict is FAILED


# --- D-17: files that are two


def _shifted(data, by):
    """A file whose offsets count from its first byte."""
    table = re.sub(rb"(\d{10}) 00000 n", lambda m: b"%010d 00000 n" % (int(m[1]) + by), data)
    return re.sub(rb"startxref\n(\d+)", lambda m: b"startxref\n%d" % (int(m[1]) + by), table)


JUNK = {
    "a line": b"\n", "a word": b"junk\n", "zeros": b"\x00" * 500, "a program": b"MZ" + b"\x90" * 900,
    "a page": b"<html></html>\n", "an archive": b"PK\x03\x04" + b"\0" * 60,
}  # fmt: skip


@pytest.mark.parametrize("name", JUNK)
@pytest.mark.parametrize("move", [lambda d, _: d, _shifted], ids=["offsets as they were", "offsets moved"])
def test_d_17_bytes_before_the_header_are_never_passed_and_never_unsigned(judge, once, name, move):
    for document in (once, plain_pdf()):
        report = judge(JUNK[name] + move(document, len(JUNK[name])))

        assert report.verdict in (UNDECIDED, FAILED), report
        assert report.sub_indication in (FORMAT, HASH)


def test_d_17_a_zip_after_the_document(judge, once):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("a.txt", "x")

    assert judge(once + archive.getvalue()).verdict is UNDECIDED


def test_d_17_two_headers(judge, ca):
    double = b"%PDF-1.4\n" + _shifted(plain_pdf(), 9)

    report = judge(signed_pdf_of(ca, double))

    assert report.verdict is UNDECIDED
    assert "two_headers" in report.warnings


def test_d_17_no_header_in_the_first_kilobyte(ca, tmp_path, once):
    path = tmp_path / "a.pdf"
    path.write_bytes(b" " * 1100 + once)

    report = verify_pdf(str(path), "a.pdf", ca.trust(), ca.now)

    assert (report.verdict, report.sub_indication, report.note) == (UNDECIDED, FORMAT, "not_a_pdf")
