"""Names of a PDF decoded once are what pyHanko makes of them each time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import NameObject

from edxml.pdf import bounded

LETTERS = st.binary(max_size=140) | st.text("AZaz09#41.-", max_size=140).map(str.encode)


def outcome(decode, name):
    try:
        return decode(name)
    except Exception as error:  # noqa: BLE001 - the kind of error is the outcome
        return type(error)


@given(LETTERS)
def test_a_name_is_the_same_whoever_decodes_it(name):
    assert outcome(bounded.decode_name, name) == outcome(bounded._decode_name_slowly, name)


def test_each_place_gets_a_name_of_its_own():
    first, second = bounded.decode_name(b"Type"), bounded.decode_name(b"Type")

    assert first == second == "/Type"
    assert first is not second
    assert isinstance(first, NameObject)


@pytest.mark.parametrize("name", [b"#4", b"#zz", b"a b"])
def test_a_name_that_is_none_stays_none_the_second_time(name):
    assert [outcome(bounded.decode_name, name) for _ in range(2)] == [outcome(bounded._decode_name_slowly, name)] * 2
