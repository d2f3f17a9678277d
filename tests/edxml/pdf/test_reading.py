"""The fast ways of reading give what pyHanko's own slow ways give."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from edxml.pdf import bounded, fields, reading
from edxml.testing import TestCA, plain_pdf, signed_pdf


def read(function, data):
    stream = io.BytesIO(data)
    try:
        value = function(stream)
    except (PdfError, ValueError) as error:
        return type(error)
    return type(value), value.original_bytes, stream.tell()


@given(st.binary(max_size=300), st.sampled_from([b"", b" ", b"<00>", b"/Next"]))
def test_a_hex_string_is_read_as_by_pyhanko(value, tail):
    data = b"<" + value.hex().encode() + b">" + tail

    assert read(reading.read_hex_string, data) == read(reading._read_hex_slowly, data)


@given(st.text(alphabet="0123456789abcdefABCDEF <>\n\t(g", max_size=60))
def test_an_unusual_hex_string_is_left_to_pyhanko(text):
    data = b"<" + text.encode()

    assert read(reading.read_hex_string, data) == read(reading._read_hex_slowly, data)


@pytest.mark.parametrize("length", [65_534, 65_536, 65_538, 200_000])
def test_a_long_hex_string_is_read_over_the_edges_of_pieces(length):
    data = b"<" + b"a1" * (length // 2) + b"> tail"

    assert read(reading.read_hex_string, data) == read(reading._read_hex_slowly, data)


def test_objects_from_streams_are_the_same_with_and_without_an_index():
    original = PdfFileReader(io.BytesIO(plain_pdf(5_000, pages=20)), strict=True)
    writer: PdfFileWriter = copy_into_new_writer(original)
    writer.stream_xrefs = True
    holder = writer.prepare_object_stream()
    for number in range(50):
        writer.add_object(_dictionary(number), obj_stream=holder)
    out = io.BytesIO()
    writer.write(out)

    slow, fast = PdfFileReader(out, strict=True), reading.IndexedReader(out, strict=True)

    references = slow.xrefs.explicit_refs_in_revision(0)
    assert len(references) > 50
    for reference in references:
        assert repr(slow.get_object(reference)) == repr(fast.get_object(type(reference)(reference.idnum, 0, fast)))


def test_only_fields_of_the_form_count_as_signatures():
    data = signed_pdf(TestCA())
    document = reading.open_pdf(io.BytesIO(data)).reader

    assert [f.name for f in fields.signature_fields(document)] == ["Signature1", "Signature2"]


def _dictionary(number):
    from pyhanko.pdf_utils import generic

    return generic.DictionaryObject({generic.pdf_name("/N"): generic.NumberObject(number)})


@given(st.binary(max_size=200), st.sampled_from([b"", b" ", b"/Next", b">>"]))
def test_a_token_is_read_as_by_pyhanko(value, tail):
    for ours, original in (
        (bounded.read_until_delimiter, misc.read_until_delimiter),
        (read_number(bounded.read_until_regex), read_number(misc.read_until_regex)),
    ):
        streams = io.BytesIO(value + tail), io.BytesIO(value + tail)
        assert ours(streams[0]) == original(streams[1])
        assert streams[0].tell() == streams[1].tell()


def read_number(function):
    return lambda stream: function(stream, generic.NumberObject.NumberPattern, ignore_eof=True)


def test_a_token_without_end_is_refused():
    for function in (bounded.read_until_delimiter, read_number(bounded.read_until_regex)):
        with pytest.raises(PdfError):
            function(io.BytesIO(b"1" * 1_000_000))
