"""The small values: organisation codes, document ids, dates, code lists."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edxml import codes, dates, document_id, organ


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("000.00.00.H14", "legacy"),
        ("002.03.41.W00", "legacy"),
        (" 000.00.13.h53 ", "legacy"),
        ("28.22.H17", "short"),
        ("H25", "qd20"),
        ("H25.13.2", "qd20"),
        ("H37.DN.001", "qd20"),
        ("vxp.saas.03", "other"),
        ("999.010.01.H22", "other"),
        ("A" * 35, "other"),
    ],
)
def test_three_generations_of_organisation_codes(code, form):
    """law: R-021 QĐ28 Đ10.2a; law: R-022 QĐ20 2020."""
    assert organ.is_valid(code)
    assert organ.form(code) == form


@pytest.mark.parametrize(
    "code",
    ["", " ", ".", "a..b", ".a", "a.", "A" * 36, "ĐN.01", "null", "a b", "a/b", "000.00.00.Н14", "１.H14", "a\n.b"],
)
def test_what_cannot_name_an_organisation(code):
    assert not organ.is_valid(code)


@pytest.mark.parametrize(
    ("text", "form", "parts"),
    [
        (
            "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT",
            "axis",
            ("000.00.00.G22", date(2015, 9, 30), 2015, "7816", "VPCP-TTĐT"),
        ),
        (
            "000.00.00.G22,2015-09-30,7816/VPCP-TTĐT",
            "axis",
            ("000.00.00.G22", date(2015, 9, 30), 2015, "7816", "VPCP-TTĐT"),
        ),
        ("h25.13, 2020/1/2 , 05/40/2019/QĐ-UBND", "axis", ("H25.13", date(2020, 1, 2), 2020, "05", "40/2019/QĐ-UBND")),
        ("000.00.00.G22,2014/02/30,7806/VPCP-TTĐT", "axis", ("000.00.00.G22", None, 2014, "7806", "VPCP-TTĐT")),
        ("9fbfbad2-f1f8-4256-a2eb-50fb1061cddb", "uuid", ("", None, None, "", "")),
        ("000.00.01.H40-2020-0001234", "year", ("000.00.01.H40", None, 2020, "0001234", "")),
        ("test-doc", "other", ("", None, None, "", "")),
        ("12345", "other", ("", None, None, "", "")),
        ("", "other", ("", None, None, "", "")),
        ("../../etc/passwd", "other", ("", None, None, "", "")),
    ],
)
def test_document_ids_are_taken_apart_where_possible(text, form, parts):
    """law: R-028 HN Đ8.3; law: R-029 QĐ28 Đ10.2b; law: R-032 NĐ30 PL I.II.3c."""
    found = document_id.parse(text)

    assert (found.text, found.form) == (text, form)
    assert (found.organ_id, found.on, found.year, found.number, found.notation) == parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("000.00.00.G22,2015/09/30,7816/VPCP-TTĐT", " 000.00.00.g22,2015-9-30,7816/vpcp-ttđt"),
        ("A,2020/01/02,5/BC", "A,2020/01/02,05/BC"),
        ("9FBFBAD2-F1F8-4256-A2EB-50FB1061CDDB", "{9fbfbad2f1f84256a2eb50fb1061cddb}"),
        ("A,2020/01/02,5/QĐ-Huế", "A,2020/01/02,5/QĐ-Hue\u0302\u0301"),
    ],
)
def test_two_spellings_of_one_document_compare_equal(one, other):
    assert document_id.comparison_key(one) == document_id.comparison_key(other)


def test_two_documents_compare_unequal():
    keys = {document_id.comparison_key(f"A,2020/01/0{day},{n}/QĐ") for day in (1, 2) for n in (1, 10, 100)}

    assert len(keys) == 6
    assert document_id.comparison_key("A,2020/01/01,1/QĐ") != document_id.comparison_key("A,2020/01/01,1/QD")


@given(st.text(max_size=60))
def test_any_text_has_a_form_and_one_key(text):
    key = document_id.comparison_key(text)

    assert document_id.parse(text).text == text
    assert document_id.comparison_key(f" {text} ") == key


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026/11/20", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("20/11/2026", date(2026, 11, 20)),
        ("2026-11-20T10:00:00+07:00", date(2026, 11, 20)),
        ("2026/2/3 08:00:00", date(2026, 2, 3)),
        ("2026-02-30", None),
        ("0000/01/01", None),
        ("1899/12/31", None),
        ("2026/11-20", None),
        ("24:00:00", None),
        ("٢٠٢٦/١١/٢٠", None),
        ("2026/11/20/1", None),
        ("+2026/11/20", None),
        ("", None),
    ],
)
def test_days_are_days_of_the_calendar(text, day):
    assert dates.parse_day(text) == day


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2018/09/28 17:25:11", "2018/09/28 17:25:11"),
        ("2018-09-28T10:25:11Z", "2018/09/28 17:25:11"),
        ("2018-09-28T10:25:11.123+0000", "2018/09/28 17:25:11"),
        ("2018/09/28 17:25", "2018/09/28 17:25:00"),
        ("2018/09/28 24:00:00", None),
        ("2018/09/28", None),
        ("x", None),
    ],
)
def test_times_without_a_zone_are_vietnamese(text, shown):
    """law: R-095"""
    found = dates.parse_time(text)

    assert (dates.write_time(found) if found else None) == shown


@pytest.mark.parametrize(("value", "known"), [(-3, 0), (0, 0), (2, 2), (4, 4), (5, 4), (999, 4)])
def test_an_unknown_urgency_is_the_next_higher_known_one(value, known):
    """law: R-037 NĐ30 Đ4.2c."""
    assert codes.known_priority(value) == known


def test_every_code_has_a_label():
    assert all(code.label_vi and code.label_en for code in codes.StatusCode)
    assert all(one.label_vi for one in codes.BusinessType)
    assert all(one.label_vi for one in codes.Priority)
    assert {code.value for code in codes.StatusCode if code.needs_reason} == {"02", "13"}
