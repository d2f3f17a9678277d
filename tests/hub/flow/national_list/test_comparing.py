"""What differs between the axis's list and ours, and what is left alone."""

from __future__ import annotations

import pytest

from agency_registry.agency import Agency
from agency_registry.directory import Directory
from connectors.vxp.lists import Unit
from hub.flow.national_list.comparing import compare
from hub.flow.national_list.reading import NationalList


def unit(number, code, name="Bộ", parent="", **more):
    told = {"mail": "", "version": 1, "center": "", "deleted": False, "is_agency": True} | more
    return Unit(str(number), str(parent), code, name, **told)


def national(number, code, name="Bộ", **more):
    return Agency(number, code, name, scope="national", **more)


def found(units, agencies=(), *, older=None, after=0, retired=None, ours=lambda unit: unit.code.endswith("H99")):
    ordered = sorted(agencies, key=lambda one: one.organ_id)
    told = NationalList(tuple(units), older or {})
    return compare(told, Directory(1, ordered), is_ours=ours, retired=retired or {}, after=after)


def changes(differences):
    return [(" ".join(one.kinds), one.after.organ_id) for one in differences.changes]


def left(differences):
    return [(one.code, one.why) for one in differences.left]


def test_added_renamed_moved_closed_and_the_same():
    here = [national(1, "G01", "Bộ Một"), national(2, "G02", "Bộ Hai"), national(3, "G03"), national(4, "G04")]
    there = [
        unit(1, "G01", "Bộ Một mới"), unit(2, "G02", "Bộ Hai", parent=1), unit(3, "g03 "), unit(5, "G05", parent=2),
        unit(6, "G06", deleted=True),
    ]  # fmt: skip

    differences = found(there, here)

    assert changes(differences) == [("renamed", "G01"), ("moved", "G02"), ("closed", "G04"), ("added", "G05")]
    assert differences.changes[3].after.parent == "G02"
    assert differences.counts == {"added": 1, "closed": 1, "moved": 1, "renamed": 1}


def test_a_deleted_row_closes_and_a_living_one_opens_again():
    here = [national(1, "G01"), national(2, "G02", state="closed")]

    assert changes(found([unit(1, "G01", deleted=True), unit(2, "G02")], here)) == [
        ("closed", "G01"),
        ("reopened", "G02"),
    ]


def test_a_new_code_is_the_old_agencys_by_the_axis_s_table_only():
    """law: R-023 CB Đ4: never by a formula"""
    here = [national(1, "000.00.13.H25", "Sở"), national(2, "000.00.14.H25", "Sở B")]
    there = [unit(1, "H25.13", "Sở"), unit(2, "H25.14", "Sở B")]

    by_table = found(there, here, older={"H25.13": ("000.00.13.H25",)})

    assert changes(by_table) == [("closed", "000.00.14.H25"), ("recoded changed", "H25.13"), ("added", "H25.14")]
    assert by_table.changes[1].before.organ_id == "000.00.13.H25"
    assert by_table.changes[1].after.legacy_code == "000.00.13.H25"


def test_those_below_a_recoded_one_are_not_told_as_moved():
    here = [national(1, "000.00.13.H25", "Sở"), national(2, "H25.13.1", "Phòng", parent="000.00.13.H25")]
    there = [unit(1, "H25.13", "Sở"), unit(2, "H25.13.1", "Phòng", parent=1)]

    assert changes(found(there, here, older={"H25.13": ("000.00.13.H25",)})) == [("recoded changed", "H25.13")]


def test_a_code_that_was_replaced_here_still_means_its_agency():
    here = [national(1, "H25.13", "Sở", aliases=("000.00.13.H25",), legacy_code="000.00.13.H25")]

    assert changes(found([unit(1, "000.00.13.H25", "Sở")], here)) == []


def test_the_province_is_never_touched():
    here = [Agency(1, "000.00.01.H99", "Sở Nội vụ"), Agency(2, "X1", "Của tỉnh, mã khác"), national(3, "G01")]
    there = [
        unit(1, "000.00.01.H99", "TÊN KHÁC"), unit(2, "X1", "TÊN KHÁC"), unit(4, "000.00.77.H99", "Lạ"),
        unit(5, "000.00.01.H99", deleted=True), unit(3, "G01"),
    ]  # fmt: skip

    differences = found(there, here)

    assert changes(differences) == []
    assert left(differences) == [("000.00.01.H99", "ours"), ("X1", "ours"), ("000.00.77.H99", "ours_unknown")]


def test_repeated_codes_are_left_alone_and_closed_by_nobody():
    here = [national(1, "G01", "Bộ")]

    differences = found([unit(1, "G01", "Một"), unit(2, "G01", "Hai"), unit(3, "G02"), unit(3, "G02")], here)

    assert changes(differences) == [("added", "G02")]
    assert left(differences) == [("G01", "code_repeated")]


@pytest.mark.parametrize("code", ["", "NULL", "G 01", "G/01", "Đ01", "A" * 36, "..", "=G01"])
def test_no_code_no_agency(code):
    differences = found([unit(1, code), unit(2, "G02")])

    assert changes(differences) == [("added", "G02")]
    assert [one.why for one in differences.left] == ["code_invalid"]


@pytest.mark.parametrize("name", ["", "=1+1", "x" * 501, "a\x07b", "Вộ"])
def test_a_name_that_cannot_be_is_left_alone(name):
    differences = found([unit(1, "G01", name)], [national(1, "G01", "Bộ")])

    assert changes(differences) == []
    assert [one.why for one in differences.left] == ["name"]


def test_parents_in_a_circle_are_left_out():
    there = [unit(1, "G01", parent=2), unit(2, "G02", parent=3), unit(3, "G03", parent=1), unit(4, "G04", parent=1)]

    differences = found(there)

    assert {one.after.organ_id: one.after.parent for one in differences.changes} == {
        "G01": "", "G02": "", "G03": "", "G04": "G01",
    }  # fmt: skip
    assert sorted(left(differences)) == [(code, "parent_cycle") for code in ("G01", "G02", "G03")]


def test_a_row_that_is_its_own_parent_or_whose_parent_is_nobody_has_none():
    there = [unit(1, "G01", parent=1), unit(2, "G02", parent=99), unit(3, "G03", "=x"), unit(4, "G04", parent=3)]

    differences = found(there)

    assert {one.after.organ_id: one.after.parent for one in differences.changes} == {"G01": "", "G02": "", "G04": ""}
    assert ("G04", "parent_unknown") in left(differences)


def test_departments_are_climbed_over():
    there = [unit(1, "G01"), unit(2, "G01.P", parent=1, is_agency=False), unit(3, "G01.P.1", parent=2)]

    assert [(one.after.organ_id, one.after.parent) for one in found(there).changes] == [("G01", ""), ("G01.P.1", "G01")]


def test_of_a_newer_list_only_newer_rows_count():
    here = [national(1, "G01"), national(2, "G02"), national(3, "G03")]
    there = [unit(1, "G01", "Mới", version=5), unit(2, "G02", "Cũ", version=4), unit(4, "G04", version=6)]

    assert changes(found(there, here, after=4)) == [("renamed", "G01"), ("closed", "G03"), ("added", "G04")]


def test_a_retired_code_is_given_to_nobody():
    assert left(found([unit(1, "G01")], retired={"G01": "G77"})) == [("G01", "code_taken")]


def test_two_rows_for_one_agency_here_change_it_once():
    here = [national(1, "G01", "Bộ", aliases=("G01OLD",))]

    differences = found([unit(1, "G01", "Bộ"), unit(2, "G01OLD", "Khác")], here)

    assert changes(differences) == []
    assert left(differences) == [("G01OLD", "code_taken")]
