"""The reform of 2025 with made-up codes: the tree of 30/06/2025, that of the next day, and what leads to what.

tests/data/reform-2025/README.md says what is public knowledge in it and what is made up.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from agency_registry import directory, edit, importer
from agency_registry.edit import Why

DATA = Path(__file__).parents[1] / "data" / "reform-2025"
HOME, EVE, DAY = "X25.P12", date(2025, 6, 30), date(2025, 7, 1)
LATER = datetime(2026, 11, 2, 2, tzinfo=UTC)
DECIDED = Why("an", "sắp xếp đơn vị hành chính", "202/2025/QH15 (mã thử)", LATER, decided_on=date(2025, 6, 12))


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def reformed(connection):
    """The registry after both lists."""
    for name in ("before.csv", "changes.csv"):
        report = importer.import_agencies(connection, (DATA / name).read_bytes(), why=DECIDED)
        assert report.refused == ()
    return connection


def codes_of(connection) -> dict[str, str]:
    return {row["name"].removeprefix("UBND tỉnh ").removeprefix("UBND thành phố "): row["organ_id"]
            for row in rows("before.csv") if row["level"] == "tinh" and row["kind"] == "ubnd"}  # fmt: skip


def levels(connection, day) -> Counter:
    return Counter(one["level"] for one in edit.structure_of(connection, day) if one["kind"] == "ubnd")


def test_every_code_is_under_the_one_test_prefix():  # law: R-025 HN Đ8.2
    told = [row["organ_id"] for name in ("before.csv", "changes.csv") for row in rows(name)]

    assert all(code == "X25" or code.startswith("X25.") for code in told)


def test_63_provinces_became_34_and_the_district_level_ended(reformed):  # law: R-027
    assert levels(reformed, EVE) == {"tinh": 63, "huyen": 10, "xa": 120}
    assert levels(reformed, DAY) == {"tinh": 34, "xa": 45}


def test_the_five_provinces_of_the_seeds_went_where_they_went(reformed):  # law: R-027
    code = codes_of(reformed)

    for gone, into in [("Vĩnh Phúc", "Phú Thọ"), ("Hà Nam", "Ninh Bình"), ("Thái Bình", "Hưng Yên"),
                       ("Bình Định", "Gia Lai")]:  # fmt: skip
        [path] = edit.successors_of(reformed, code[gone], DAY)
        assert path[-1].successor == code[into]
        assert edit.successors_of(reformed, code[gone], EVE) == ()
    assert edit.agency_as_of(reformed, code["Cao Bằng"], DAY)["state"] == "active"


def test_the_departments_of_that_spring_joined_four_months_earlier(reformed):
    spring = {one["organ_id"] for one in edit.structure_of(reformed, date(2025, 3, 1))}

    assert f"{HOME}.SKHDT" not in spring
    assert f"{HOME}.STC" in spring
    assert f"{HOME}.SKHDT" in {one["organ_id"] for one in edit.structure_of(reformed, date(2025, 2, 28))}


def test_communes_keep_their_code_under_another_name_and_another_parent(reformed):  # law: R-026 QĐ28 Đ16.1
    before = edit.agency_as_of(reformed, f"{HOME}.H01.X01", EVE)
    after = edit.agency_as_of(reformed, f"{HOME}.H01.X01", DAY)

    assert (before["name"], before["parent"]) == ("UBND xã Thử 01.01", f"{HOME}.H01")
    assert (after["name"], after["parent"]) == ("UBND xã Thử mới 01", HOME)


def test_a_district_and_a_shared_out_commune_name_all_who_carry_on(reformed):
    district = edit.successors_of(reformed, f"{HOME}.H01", DAY)
    shared = edit.successors_of(reformed, f"{HOME}.H10.X12", DAY)

    assert len(district) == 5
    assert {path[-1].kind for path in district} == {"split_into"}
    assert len(shared) == 2
    assert {link.organ_id for link in edit.predecessors_of(reformed, f"{HOME}.H01.X01")} == {
        f"{HOME}.H01", f"{HOME}.H01.X02", f"{HOME}.H01.X03",
    }  # fmt: skip


def test_the_directory_knows_successors_and_the_decision_behind_them(reformed):
    found = directory.load(reformed, now=LATER)
    code = codes_of(reformed)

    [path] = found.succession(code["Hà Nam"])
    assert (path[0].kind, path[0].first_day, path[0].decided_on) == ("merged_into", DAY, date(2025, 6, 12))
    assert found.successors(code["Hà Nam"])[0].organ_id == code["Ninh Bình"]
    assert found.successors(code["Ninh Bình"]) == ()


def test_the_same_lists_again_change_nothing(reformed):
    version = edit.current_version(reformed)
    report = importer.import_agencies(reformed, (DATA / "changes.csv").read_bytes(), why=DECIDED)

    assert (report.added, report.changed) == (0, 0)
    assert edit.current_version(reformed) == version


@pytest.mark.parametrize("day", [date(2025, 1, 1), EVE, DAY, date(2026, 11, 2)])
def test_every_code_has_one_place_in_the_tree_of_any_day(reformed, day):  # law: R-207
    codes = [row["organ_id"] for row in rows("before.csv")]
    tree = edit.tree_of(reformed, codes, day)

    assert tree.of.keys() == set(codes)
    assert all(place.organ_id in tree.places for place in tree.of.values() if place.inside)
    outside = {code for code, place in tree.of.items() if not place.inside}
    expected = {f"{HOME}.H{number:02}" for number in range(1, 11)} | {f"{HOME}.H10.X12"} if day >= DAY else set()
    assert outside == expected, "what several share stands for itself"
