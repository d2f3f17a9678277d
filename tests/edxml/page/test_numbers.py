"""Arrays of numbers are read as pyHanko reads them, only faster; what is unusual is read by pyHanko itself."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic

from edxml.page import numbers
from edxml.pdf.reading import READ_ERRORS

PIECES = [
    b"1", b"-7", b"+3", b"0.5", b".5", b"-.25", b"12.", b"007", b" ", b"\n", b"\t", b"\r", b"[", b"]", b"R", b"(a)",
    b"/N",
    b"--1", b"1.2.3", b"1-2", b"1e5", b"\x00", b"%x\n", b"99999999999999", b"<41>", b"true", b"null",
]  # fmt: skip


def read(reader, data):
    stream = io.BytesIO(data)
    container = generic.Reference(5, 0, None)
    try:
        value = reader(stream, container)
    except READ_ERRORS as error:
        return type(error).__name__
    return [(type(v), v, v.container_ref) for v in list(value)], stream.tell()


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.binary(max_size=4))
def test_every_array_is_read_as_pyhanko_reads_it(pieces, tail):
    data = b"[" + b" ".join(pieces) + b"]" + tail

    assert read(numbers.read_array, data) == read(numbers._read_slowly, data)


@pytest.mark.parametrize(
    "data", [b"[0 0 595.32 842.04]/X", b"[]", b"[ 1 ]", b"[1 0 R 2 0 R]", b"[" + b"500 " * 3000 + b"]", b"[1"]
)
def test_the_usual_shapes_are_read_alike(data):
    assert read(numbers.read_array, data) == read(numbers._read_slowly, data)
