"""Whatever stands in a page, its fonts and its tree: no exception, no more than 2 s, no more than 100 MB."""

from __future__ import annotations

import io
import time
import tracemalloc
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic

from edxml.page import first, fonts
from edxml.page.facts import PageText
from edxml.pdf import appearance, reading
from edxml.testing import documents
from edxml.testing.pages import content_page

SECONDS = 2.0
BYTES = 100 << 20
MANY = 1_000_000


def facts(data: bytes):
    """The facts as a verifier takes them; None for a file that no reader opens."""
    try:
        reader = reading.open_pdf(io.BytesIO(data)).reader
    except (*reading.READ_ERRORS,):
        return None
    return first.facts(reader)


def bounded(data: bytes):
    started = time.perf_counter()
    found = facts(data)
    assert time.perf_counter() - started < SECONDS
    tracemalloc.start()
    try:
        first.facts(reading.open_pdf(io.BytesIO(data)).reader)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()
    return found


PIECES = [
    b"BT", b"ET", b"q", b"Q", b"/F1 12 Tf", b"/F1 -1e9 Tf", b"/Fm0 Do", b"/Nope Do", b"(a) Tj", b"<0041> Tj", b"<4> Tj",
    b"[(a) -200 <0042> 1e400] TJ", b"1 0 0 1 9 9 Tm", b"0 0 0 0 0 0 Tm", b"1 0 0 1 1e300 1e300 cm", b"12 TL T*",
    b"3 Tr",
    b"-5 Tz", b"(a) '", b'1 2 (b) "', b"BI /W 1 ID \xff\xfe EI", b"BI", b"(", b")", b"<", b">", b"[", b"]", b"<<",
    b">>",
    b"%", b"\\", b"\n", b"--1", b"1.2.3 Tc", b"+ Td", b". . Td", b"/ Tf", b"/#zz 1 Tf", b"\x00",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), max_size=60))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_content_raises(pieces):
    content = b" ".join(pieces)

    assert facts(content_page(content, form=content)) is not None


MAP_PIECES = [
    b"beginbfchar", b"endbfchar", b"beginbfrange", b"endbfrange", b"<0041>", b"<00>", b"<FFFFFFFFFF>", b"<D800>", b"<>",
    b"[", b"]", b"<0000> <FFFF> <0000>", b"<0000> <FFFF> <DBFF>", b"<0001> <0003> [<0041> <0042>]", b"<xyz>", b"<",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(MAP_PIECES), st.binary(max_size=6)), max_size=60))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_map_of_a_font_raises(pieces):
    mapped = fonts.unicode_map(b" ".join(pieces))

    assert len(mapped) <= fonts.MAP_LIMIT + 1
    assert facts(content_page(b"BT /F1 12 Tf <00410042> Tj ET", to_unicode=b" ".join(pieces))) is not None


@given(st.binary(max_size=400), st.integers(0, 1500), st.integers(1, 40))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_in_place_of_others_raise(junk, place, length):
    data = content_page(b"BT /F1 12 Tf <00410042> Tj ET /Fm0 Do", to_unicode=b"1 beginbfchar <0041> <0041> endbfchar")

    facts(data[:place] + junk + data[place + length :])


@pytest.mark.parametrize(
    "content",
    [
        b"(" * MANY, b"[" * MANY, b"<" * MANY, b"1 " * MANY, b"-" * MANY, b"/" * MANY, b"(()" * (MANY // 3),
        b"%" * MANY,
        b"BI " * (MANY // 3), b"BI ID " * (MANY // 6), b"q " * (MANY // 2), b"<<" * (MANY // 2), b"\\" * MANY,
        b"[(a)" * (MANY // 4), b"[<41>" * (MANY // 5), b"((" + b"()" * (MANY // 2), b"(((" + b"(())" * (MANY // 4),
        b"BT /F1 1 Tf " + b"<0041> Tj " * (MANY // 10), b"BT /F1 1 Tf [" + b"(a) 9999 " * (MANY // 9) + b"] TJ",
        b"/Fm0 Do " * (MANY // 8), b"1 0 0 1 0 0 cm " * (MANY // 15), b"/F1 1 Tf " * (MANY // 9),
        b"BT (" + b" " * MANY + b") Tj", b"BT (" + b"a  " * (MANY // 3) + b") Tj", b"BI ID" + b"\nE" * (MANY // 2),
    ],
    ids=lambda content: f"{content[:8]!r}",
)  # fmt: skip
def test_long_and_unfinished_content_stays_within_its_limits(content):
    assert bounded(content_page(content)) is not None


@pytest.mark.parametrize(
    "mapping",
    [
        b"beginbfchar",
        b"beginbfrange <1> <1> [",
        b"beginbfrange <0> <FFFF> <0> endbf ",
        b"<1> ",
        b"<",
        b"beginbfchar <1 ",
    ],
)
def test_long_and_unfinished_maps_stay_within_their_limits(mapping):
    assert bounded(content_page(b"/F1 1 Tf", to_unicode=mapping * (MANY // len(mapping)))) is not None


def test_a_form_that_draws_itself_ends():
    assert bounded(content_page(b"/Fm0 Do", form=b"/Fm0 Do /Fm0 Do (x) Tj")) is not None


class Nobody:
    """Stands for a reader; fonts are kept by it."""


@pytest.mark.parametrize("drawn", [b"(" * MANY, b"/F1 1 Tf (" + b"x" * MANY, b"[(a)" * (MANY // 4)])
def test_a_widget_that_draws_without_end_shows_nothing_in_no_time(drawn):
    stream = generic.StreamObject(stream_data=drawn)
    stream[generic.pdf_name("/Subtype")] = generic.pdf_name("/Form")
    widget = generic.DictionaryObject(
        {generic.pdf_name("/AP"): generic.DictionaryObject({generic.pdf_name("/N"): stream})}
    )
    started = time.perf_counter()

    assert appearance.text_of(widget, Nobody()) == ""
    assert time.perf_counter() - started < SECONDS


def test_what_is_beyond_the_limits_is_not_called_readable():
    page = bounded(content_page(b"BT /F1 1 Tf " + b"(abc) Tj " * 300_000))

    assert page.text is PageText.UNREADABLE


def test_a_stream_that_decodes_to_a_thousand_times_its_size_is_not_read():
    bomb = zlib.compress(bytes(80 << 20), 9)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    data = documents.assemble([b"<< /Type /Catalog /Pages 2 0 R >>", _PAGES, page, content])

    assert bounded(data).text is PageText.UNREADABLE


_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


@pytest.mark.parametrize(
    "objects",
    [
        [b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"],  # a tree that is its own child
        [b"<< /Type /Pages /Kids [] /Count -5 >>"],
        [b"<< /Type /Pages /Kids [" + b"2 0 R " * 9999 + b"] >>"],
        [b"<< /Type /Pages /Kids 7 /Count (x) >>"],
        [b"null"],
        [_PAGES, b"<< /Type /Page /MediaBox [0 0 0 0] >>"],
        [_PAGES, b"<< /Type /Page /MediaBox [0 0 1.2.3 842] >>"],
        [_PAGES, b"<< /Type /Page /MediaBox [1e30 -1e30 /x (y)] >>"],
        [_PAGES,
        b"<< /Type /Page /MediaBox [0 0 99999999999999999999 842] /Rotate 37 /Contents [4 0 R 3 0 R null] >>", b"7"],
        [_PAGES,
        b"<< /Type /Page /MediaBox [0 0 9 9] /Annots [3 0 R << /AP << /N 4 0 R >> /Rect [0 0 0 0] >> 5] >>", b"[]"],
        [_PAGES, b"<< /Type /Page /MediaBox [0 0 9 9] /Resources 7 /Contents 4 0 R >>",
        b"<< /Length 9 >>\nstream\n/F1 1 Tf \nendstream"],
    ],
)  # fmt: skip
def test_a_page_tree_that_is_none_gives_no_facts_or_few(objects):
    bounded(documents.assemble([b"<< /Type /Catalog /Pages 2 0 R >>", *objects]))


@pytest.mark.parametrize(
    "font",
    [
        b"<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts 7 >>",
        b"<< /Type /Font /Subtype /Type0 /DescendantFonts [<< /W [0 99999999 500 1 [(x)] 5] /DW /x >>] >>",
        b"<< /Type /Font /Subtype /TrueType /FirstChar 1e9 /Widths [" + b"9 " * 9999 + b"] >>",
        b"<< /Type /Font /Subtype /TrueType /Encoding << /Differences [/a 9999999999 (x) /uniFFFFFF /u999999] >> >>",
        b"<< /Type /Font /Subtype /Type3 /Widths [1 2 3] /FontDescriptor 5 /ToUnicode [] >>",
        b"<< /Subtype [] /BaseFont << >> /Encoding << /BaseEncoding 5 >> >>",
        b"null",
    ],
)
def test_a_font_that_is_none_gives_letters_nobody_knows(font):
    resources = b"/Resources << /Font << /F1 5 0 R >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>" % resources
    content = b"<< /Length 40 >>\nstream\nBT /F1 12 Tf (abc\x80\xff) Tj <00410042> Tj ET \nendstream"

    assert bounded(documents.assemble([b"<< /Type /Catalog /Pages 2 0 R >>", _PAGES, page, content, font])) is not None
