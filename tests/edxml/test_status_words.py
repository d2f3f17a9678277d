"""What stands in a Description: reason codes and arrival entries, as written here and as others write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edxml import status_words
from edxml.codes import Refusal02
from edxml.status_words import Entry

NUMBERS = st.text("0123456789/ABCĐabc-", min_size=1, max_size=20).map(lambda text: "1" + text.strip("-./ "))
DAYS = st.dates().filter(lambda day: day.year >= 1900)


@pytest.mark.parametrize(
    ("text", "number", "date"),
    [
        ("Số đến: 123; Ngày đến: 2026-11-21", "123", "2026-11-21"),
        ("Đã vào sổ; Số đến: 123/2026; Ngày đến: 2026-11-21", "123/2026", "2026-11-21"),
        ("Số đến 123 ngày 21/11/2026", "123", "2026-11-21"),
        ("Đã tiếp nhận. Số đến: 45, ngày đến: 5/1/2026.", "45", "2026-01-05"),
        ("SỐ VĂN BẢN ĐẾN: 7\nNGÀY ĐẾN: 21-11-2026", "7", "2026-11-21"),
        ("so den: 88; ngay den: 2026/11/21", "88", "2026-11-21"),
        (unicodedata.normalize("NFD", "Số đến: 9; Ngày đến: 2026-11-21"), "9", "2026-11-21"),
        ("Số   đến :  12", "12", ""),
        ("Số đến: 12; Ngày đến: 2026-02-30", "12", ""),
        ("Số đến: 5; Số đến: 6", "6", ""),
        ("Đã tiếp nhận", "", ""),
        ("ngày 21/11/2026", "", ""),
        ("Đề nghị số đến", "", ""),
        ("", "", ""),
    ],
)
def test_an_arrival_entry_is_read_as_offices_write_it(text, number, date):
    """law: R-125 HN Đ9.1a"""
    assert status_words.entry(text) == Entry(number, date)


@given(NUMBERS, st.none() | DAYS)
def test_an_arrival_entry_is_read_back(number, day):
    """law: R-125 HN Đ9.1a"""
    said = Entry(number, day.isoformat() if day is not None else "")

    assert status_words.entry("Đã vào sổ; " + status_words.entered(said)) == said


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("WRONG_RECIPIENT: Không thuộc thẩm quyền", "WRONG_RECIPIENT", "Không thuộc thẩm quyền"),
        ("  BAD_FORMAT - thiếu phụ lục\nở trang 2", "BAD_FORMAT", "thiếu phụ lục\nở trang 2"),
        ("VIRUS", "VIRUS", ""),
        ("Không thuộc thẩm quyền", "OTHER", "Không thuộc thẩm quyền"),
        ("BECAUSE: tôi muốn", "OTHER", "BECAUSE: tôi muốn"),
        ("wrong_recipient: nhầm", "OTHER", "wrong_recipient: nhầm"),
        ("", "OTHER", ""),
    ],
)
def test_a_reason_code_is_the_first_word(text, code, words):
    """law: R-128 HN Đ6.4"""
    assert status_words.refusal(text) == (Refusal02(code), words)


@given(st.sampled_from(sorted(Refusal02)), st.text(max_size=60))
def test_a_reason_is_read_back(code, words):
    """law: R-128 HN Đ6.4"""
    assert status_words.refusal(status_words.refused(code, words)) == (Refusal02(code), words.strip())


@given(st.text(max_size=3000))
def test_any_description_is_read(text):
    status_words.entry(text)
    status_words.refusal(text)


@pytest.mark.parametrize(
    ("text", "enough"), [("Thiếu phụ lục", True), ("sai", False), ("", False), ("? !", False), ("1 2 3", False)]
)
def test_a_few_words_are_two(text, enough):
    """law: R-127 HN Đ6.4"""
    assert status_words.few_words(text) is enough
