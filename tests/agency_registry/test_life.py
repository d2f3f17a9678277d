"""What a decision makes of an agency, from a day on: past, today or still to come."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agency_registry import directory, edit
from agency_registry.edit import RegistryError, Why, periods
from agency_registry.edit.periods import Period

OFFICE, HOME_AFFAIRS, HEALTH, WARD = "000.00.00.H99", "000.00.02.H99", "000.00.03.H99", "001.00.02.H99"
NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
TODAY = date(2026, 11, 2)
WHY = Why("an", "sắp xếp", "12/QĐ-UBND", NOW, decided_on=date(2026, 10, 20))


def at(day: date) -> datetime:
    """09:00 in Vietnam."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def refused(act) -> str:
    with pytest.raises(RegistryError) as raised:
        act()
    return raised.value.slug


def test_a_late_record_of_an_earlier_name_does_not_undo_a_later_one(province):  # law: R-026 QĐ28 Đ16.1
    edit.rename_agency(province, HEALTH, "Sở Y tế mới", why=WHY, on=date(2026, 6, 1))
    edit.rename_agency(province, HEALTH, "Sở Y tế cũ", why=WHY, on=date(2026, 1, 1))

    names = {day: edit.agency_as_of(province, HEALTH, day)["name"]
             for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1))}  # fmt: skip
    assert list(names.values()) == ["Sở Y tế", "Sở Y tế cũ", "Sở Y tế cũ", "Sở Y tế mới"]
    assert edit.show_agency(province, HEALTH)["name"] == "Sở Y tế mới"


def test_a_name_of_a_day_to_come_is_taken_on_that_day_and_told_as_turned(province):  # law: R-026 QĐ28 Đ16.1
    day = date(2027, 1, 1)
    version = edit.current_version(province)
    edit.rename_agency(province, HEALTH, "Sở Y tế mới", why=WHY, on=day)
    early = directory.load(province, now=NOW)
    before = edit.turn(province, replace(WHY, at=datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)))
    turned = edit.turn(province, replace(WHY, at=datetime(2026, 12, 31, 17, tzinfo=UTC)))
    again = edit.turn(province, replace(WHY, at=datetime(2026, 12, 31, 17, tzinfo=UTC)))
    feed = edit.changes_since(province, version)

    assert (early.agency(HEALTH).name, early.good_until) == ("Sở Y tế", day)
    assert (before, turned, again) == (0, 1, 0)
    assert directory.load(province, now=at(day)).agency(HEALTH).name == "Sở Y tế mới"
    assert [(one["change"], one["on"], one["agency"]["name"]) for one in feed] == [
        ("renamed", "2027-01-01", "Sở Y tế"), ("turned", "2027-01-01", "Sở Y tế mới"),
    ]  # fmt: skip
    assert feed[0]["later"]["name"] == "Sở Y tế mới"


def test_a_new_code_is_the_same_agency_and_the_old_one_answers_to_its_last_day(province):  # law: R-023 CB Đ4
    edit.recode_agency(province, HOME_AFFAIRS, "H99.SNV", why=WHY, until=date(2026, 12, 31))
    during = directory.load(province, now=NOW)
    edit.turn(province, replace(WHY, at=at(date(2027, 1, 1))))
    after = directory.load(province, now=at(date(2027, 1, 1)))

    assert during.agency(HOME_AFFAIRS).organ_id == "H99.SNV"
    assert during.agency(WARD).parent == "H99.SNV"
    assert during.former_codes("H99.SNV") == (HOME_AFFAIRS,)
    assert during.good_until == date(2027, 1, 1)
    assert after.agency(HOME_AFFAIRS) is None
    assert [one.organ_id for one in after.successors(HOME_AFFAIRS)] == ["H99.SNV"]
    assert edit.agency_as_of(province, HOME_AFFAIRS, date(2026, 11, 1))["organ_id"] == HOME_AFFAIRS
    assert edit.agency_as_of(province, "H99.SNV", TODAY)["name"] == "Sở Nội vụ"
    assert [one["change"] for one in edit.show_agency(province, "H99.SNV")["history"]][-1] == "added"


def test_a_code_that_was_replaced_is_never_given_to_another(province):  # law: R-024 HN Đ8.2
    edit.recode_agency(province, HEALTH, "H99.SYT", why=WHY, until=date(2026, 11, 30))
    edit.turn(province, replace(WHY, at=at(date(2026, 12, 1))))

    assert refused(lambda: edit.add_agency(province, HEALTH, "Sở Khác")) == "alias_taken"
    assert refused(lambda: edit.add_alias(province, OFFICE, HEALTH)) == "alias_taken"


def test_a_code_to_come_is_reserved_and_begins_on_its_day(province):
    day = date(2027, 1, 1)
    edit.recode_agency(province, HEALTH, "H99.SYT", why=WHY, on=day)

    assert refused(lambda: edit.add_agency(province, "H99.SYT", "Sở Khác")) in {"alias_taken", "agency_exists"}
    assert refused(lambda: edit.recode_agency(province, HEALTH, "H99.SYT2", why=WHY)) == "code_pending"
    assert directory.load(province, now=NOW).agency("H99.SYT") is None
    edit.turn(province, replace(WHY, at=at(day)))
    assert directory.load(province, now=at(day)).agency(HEALTH).organ_id == "H99.SYT"


def test_moving_changes_the_tree_from_its_day_on(province):  # law: R-027
    edit.move_agency(province, WARD, OFFICE, why=WHY, on=date(2026, 7, 1), level="phuong")

    trees = {day: {one["organ_id"]: (one["parent"], one["level"]) for one in edit.structure_of(province, day)}
             for day in (date(2026, 6, 30), date(2026, 7, 1))}  # fmt: skip
    assert [tree[WARD] for tree in trees.values()] == [(HOME_AFFAIRS, "xa"), (OFFICE, "phuong")]


def test_a_merger_of_a_day_to_come_moves_those_below_on_that_day(province):  # law: R-026 QĐ28 Đ16.1
    day = date(2027, 1, 1)
    edit.merge_agencies(province, [HOME_AFFAIRS], HEALTH, why=WHY, on=day)
    early = directory.load(province, now=NOW)
    edit.turn(province, replace(WHY, at=at(day)))
    late = directory.load(province, now=at(day))

    assert (early.agency(WARD).parent, early.agency(HOME_AFFAIRS).state) == (HOME_AFFAIRS, "active")
    assert (late.agency(WARD).parent, late.agency(HOME_AFFAIRS).state) == (HEALTH, "closed")
    assert edit.successors_of(province, HOME_AFFAIRS, day - timedelta(days=1)) == ()


def test_chains_are_followed_and_a_reopened_agency_answers_for_itself(province):  # law: R-026 QĐ28 Đ16.1
    edit.add_agency(province, "H99.7", "Sở Bảy")
    edit.merge_agencies(province, [WARD], HOME_AFFAIRS, why=WHY, on=date(2026, 1, 1))
    edit.merge_agencies(province, [HOME_AFFAIRS], HEALTH, why=WHY, on=date(2026, 3, 1))
    edit.recode_agency(province, HEALTH, "H99.SYT", why=WHY, on=date(2026, 5, 1), until=date(2026, 8, 1))
    edit.split_agency(province, "H99.SYT", [OFFICE, "H99.7"], why=WHY, on=date(2026, 10, 1))

    ends = {path[-1].successor: [link.kind for link in path] for path in edit.successors_of(province, WARD, TODAY)}
    assert ends == {OFFICE: ["merged_into", "merged_into", "recoded", "split_into"],
                    "H99.7": ["merged_into", "merged_into", "recoded", "split_into"]}  # fmt: skip
    assert [path[-1].successor for path in edit.successors_of(province, WARD, date(2026, 4, 1))] == [HEALTH]
    edit.reopen_agency(province, WARD, why=WHY)
    assert edit.successors_of(province, WARD, TODAY) == ()
    assert directory.load(province, now=NOW).agency(WARD).state == "active"
    assert edit.agency_as_of(province, WARD, date(2026, 2, 1))["state"] == "closed"


def test_successions_never_form_a_circle(province):
    edit.close_agency(province, HEALTH, successors=[HOME_AFFAIRS], why=WHY)

    assert refused(lambda: edit.close_agency(province, HOME_AFFAIRS, successors=[HEALTH], why=WHY)) == (
        "succession_circle"
    )


def test_one_successor_is_no_split(province):
    assert refused(lambda: edit.split_agency(province, HEALTH, [OFFICE], why=WHY)) == "split_one"


def test_a_level_has_its_days(province):  # law: R-027
    edit.set_level(province, "huyen", name_vi="cấp huyện", name_en="district", rank=2,
                   last_day=date(2025, 6, 30), why=WHY)  # fmt: skip
    added = edit.add_agency(province, "H99.HU", "Huyện Một", level="huyen", why=WHY)

    assert "2025-06-30" in added["warnings"][0]
    assert [one["level"] for one in edit.list_levels(province, date(2025, 6, 30))] == ["huyen"]
    assert edit.list_levels(province, date(2025, 7, 1)) == []


def test_a_strange_code_is_taken_with_a_warning(province):  # law: R-021 QĐ28 Đ10.2a, R-022 QĐ20 2020
    added = edit.add_agency(province, "TEST", "Sở Thử", legacy_code="09.00.H99", why=WHY)

    assert ["QĐ 28" in added["warnings"][0], "13 ký tự" in added["warnings"][1]] == [True, True]
    assert edit.add_agency(province, "000.00.09.H99", "Sở Chín", why=WHY)["warnings"] == []
    assert edit.add_agency(province, "H99.DN.001", "Sở Mười", why=WHY)["warnings"] == []


def test_a_host_is_where_an_agency_is_reached_and_never_who_it_is(province):  # law: R-236 CB Đ4
    edit.add_agency(province, "H99.6", "Sở Sáu", host="ISo6.H99.example.vn", why=WHY)

    found = directory.load(province)
    assert found.agency("H99.6").host == "iso6.h99.example.vn"
    assert found.agency("iso6.h99.example.vn") is None
    assert refused(lambda: edit.change_agency(province, "H99.6", host="no host", why=WHY)) == "host_invalid"


DAYS = st.dates(date(2025, 1, 1), date(2025, 12, 31))
BASE = Period(None, None, "A", "a", "", "", None, "active")


@given(
    st.lists(
        st.tuples(DAYS, st.sampled_from(["name", "parent", "state"]), st.sampled_from(["x", "y", "z"])), max_size=12
    )
)
def test_periods_cover_every_day_once_and_are_read_back_as_written(changes):
    timeline = (BASE,)
    lines = [BASE]
    for day, field, value in changes:
        after = periods.patched(timeline, day, {field: value})
        assert getattr(periods.on_day(after, day), field) == value
        lines += [period for period in after if period not in timeline]
        timeline = after
        ends = list(timeline)
        assert ends[0].first_day is None
        assert ends[-1].last_day is None
        assert all(a.last_day + timedelta(days=1) == b.first_day for a, b in itertools.pairwise(ends))
        assert periods.overlaid(lines) == timeline
