from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from agency_registry import directory, edit, tables
from agency_registry.edit import RegistryError, Why

OFFICE, HOME_AFFAIRS, HEALTH, WARD = "000.00.00.H99", "000.00.02.H99", "000.00.03.H99", "001.00.02.H99"
WHY = Why(actor="vanthu", reason="sắp xếp tổ chức", decision="12/QĐ-UBND 01/07/2026")


def test_an_agency_answers_to_every_form_of_its_code_in_any_case(province):
    edit.add_agency(province, "H99.9", "Sở Một", legacy_code="000.00.09.h99", aliases=["09.00.H99", "so.mot"])

    found = directory.load(province)

    codes = ("H99.9", "h99.9", " 000.00.09.H99 ", "09.00.h99", "SO.MOT")
    assert {found.agency(code).organ_id for code in codes} == {"H99.9"}
    assert found.agency("H99.9").aliases == ("000.00.09.H99", "09.00.H99", "SO.MOT")
    assert found.agency("nobody") is None


def test_a_code_belongs_to_one_agency_at_any_moment(province):  # law: R-023 CB Đ4
    with pytest.raises(RegistryError) as raised:
        edit.add_agency(province, "H99.5", "Sở Năm", aliases=["h99"])

    assert raised.value.slug == "alias_taken"
    assert OFFICE in str(raised.value)
    assert " / " in str(raised.value)


def test_a_code_given_up_may_go_to_another_and_the_past_still_knows_its_holder(province):
    then = datetime.now(UTC)
    edit.remove_alias(province, OFFICE, "H99", why=Why(at=then + timedelta(hours=1)))
    edit.add_alias(province, HEALTH, "H99", why=Why(at=then + timedelta(hours=2)))

    assert directory.load(province).agency("H99").organ_id == HEALTH
    assert edit.agency_as_known(province, "H99", then)["organ_id"] == OFFICE
    assert edit.agency_as_known(province, "H99", then + timedelta(hours=3))["organ_id"] == HEALTH


def test_the_database_itself_refuses_a_second_holder_of_a_code(province):  # law: R-023 CB Đ4
    now = datetime.now(UTC)
    row = {"alias": "H99", "agency_id": 3, "identity": False, "valid_from": now}

    with pytest.raises(sa.exc.IntegrityError):
        province.execute(sa.insert(tables.agency_aliases).values(row))


@pytest.mark.parametrize("code", ["", "x" * 36, "000.00..H99", "MÃ.H99", "a b", "'; drop", "null"])
def test_a_code_without_the_shape_of_one_is_refused(province, code):  # law: R-022 QĐ20 2020
    with pytest.raises(RegistryError) as raised:
        edit.add_agency(province, code, "Sở Một")

    assert raised.value.slug == "code_invalid"


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+84", "-1", "@x", "  =a", "\u200b=a"])
def test_a_name_that_a_spreadsheet_would_execute_is_refused(province, name):
    with pytest.raises(RegistryError) as raised:
        edit.add_agency(province, "H99.5", name)

    assert raised.value.slug == "formula"


def test_an_equal_name_is_a_warning_not_a_refusal(province):  # law: R-024 HN Đ8.2
    added = edit.add_agency(province, "H99.5", "SỞ  Y  TẾ")

    assert HEALTH in added["warnings"][0]


def test_a_renamed_agency_keeps_its_code_and_its_past_name(province):  # law: R-026 QĐ28 Đ16.1
    before = datetime.now(UTC)
    edit.rename_agency(province, HEALTH, "Sở Y tế và Dân số", why=Why(reason="đổi tên", decision="13/QĐ-UBND"))

    shown = edit.show_agency(province, HEALTH)
    assert shown["name"] == "Sở Y tế và Dân số"
    assert [step["change"] for step in shown["history"]] == ["renamed", "added"]
    assert shown["history"][0]["decision"] == "13/QĐ-UBND"
    assert shown["history"][1]["name"] == "Sở Y tế"
    assert edit.agency_as_known(province, HEALTH, before)["name"] == "Sở Y tế"


def test_a_change_of_life_needs_a_reason(province):  # law: R-026 QĐ28 Đ16.1
    for act in (
        lambda: edit.rename_agency(province, HEALTH, "Sở", why=Why()),
        lambda: edit.close_agency(province, HEALTH, why=Why(reason="  ")),
        lambda: edit.merge_agencies(province, [HEALTH], OFFICE, why=Why()),
    ):
        with pytest.raises(RegistryError) as raised:
            act()
        assert raised.value.slug == "reason_missing"


def test_a_closed_agency_still_answers_and_names_its_successors(province):  # law: R-026 QĐ28 Đ16.1
    edit.close_agency(province, HEALTH, successors=["h99", HOME_AFFAIRS], why=WHY)

    closed = directory.load(province).agency(HEALTH)
    assert closed.state == "closed"
    assert closed.successors == (OFFICE, HOME_AFFAIRS)
    with pytest.raises(RegistryError) as raised:
        edit.close_agency(province, HEALTH, why=WHY)
    assert OFFICE in raised.value.reason


def test_a_closing_in_the_future_holds_from_its_day_on(province):
    today = datetime(2026, 6, 20, 3, tzinfo=UTC)
    edit.close_agency(province, HEALTH, on=date(2026, 7, 1), why=Why(reason="sáp nhập", at=today))

    early = directory.load(province, now=today)
    late = directory.load(province, now=datetime(2026, 6, 30, 17, 0, tzinfo=UTC))  # midnight in Vietnam

    assert early.agency(HEALTH).state == "active"
    assert early.good_until == date(2026, 7, 1)
    assert late.agency(HEALTH).state == "closed"
    assert late.good_until == date(2026, 7, 1), "the rows do not say so yet"
    edit.turn(province, Why(at=datetime(2026, 6, 30, 17, 0, tzinfo=UTC)))
    assert directory.load(province, now=datetime(2026, 6, 30, 17, 0, tzinfo=UTC)).good_until is None


def test_a_merger_closes_agencies_and_moves_those_below(province):  # law: R-026 QĐ28 Đ16.1
    merged = edit.merge_agencies(province, [HOME_AFFAIRS], HEALTH, why=WHY)

    found = directory.load(province)
    assert merged["closed"] == [HOME_AFFAIRS]
    assert found.agency(HOME_AFFAIRS).successors == (HEALTH,)
    assert found.agency(WARD).parent == HEALTH


def test_the_only_successor_speaks_for_closed_agencies_and_theirs(province):
    edit.merge_agencies(province, [WARD], HOME_AFFAIRS, why=WHY)
    edit.merge_agencies(province, [HOME_AFFAIRS], HEALTH, why=WHY)
    edit.close_agency(province, OFFICE, why=WHY, successors=())

    found = directory.load(province)

    assert [one.organ_id for one in found.predecessors(HEALTH)] == [HOME_AFFAIRS, WARD]
    assert found.predecessors(OFFICE) == ()


def test_of_two_successors_neither_speaks_alone(province):
    edit.close_agency(province, WARD, why=WHY, successors=(HEALTH, HOME_AFFAIRS))

    found = directory.load(province)

    assert found.predecessors(HEALTH) == found.predecessors(HOME_AFFAIRS) == ()


def test_a_child_may_take_over_from_its_parent(province):
    edit.merge_agencies(province, [HOME_AFFAIRS], WARD, why=WHY)

    assert directory.load(province).agency(WARD).parent == OFFICE


def test_an_agency_cannot_stand_above_itself(province):
    with pytest.raises(RegistryError) as raised:
        edit.change_agency(province, OFFICE, parent=WARD)

    assert raised.value.slug == "parent_cycle"


def test_every_change_raises_the_version_and_a_refused_one_does_not(province):
    before = edit.current_version(province)
    edit.suspend_agency(province, HEALTH, why=WHY)
    with pytest.raises(RegistryError):
        edit.add_agency(province, HEALTH, "Sở Y tế")

    assert edit.current_version(province) == before + 1
    assert [(change["change"], change["organ_id"]) for change in edit.changes_since(province, before)] == [
        ("suspended", HEALTH)
    ]


def test_lists_are_narrowed_by_text_state_and_parent(province):
    edit.suspend_agency(province, HEALTH, why=WHY)

    assert [row["organ_id"] for row in edit.list_agencies(province, text="sở")] == [HOME_AFFAIRS, HEALTH]
    assert [row["organ_id"] for row in edit.list_agencies(province, text="h9")] == [OFFICE]
    assert [row["organ_id"] for row in edit.list_agencies(province, state="suspended")] == [HEALTH]
    assert [row["organ_id"] for row in edit.list_agencies(province, parent=HOME_AFFAIRS)] == [WARD]
    assert edit.list_agencies(province, text="100%") == []


def test_an_earlier_picture_is_brought_up_to_date_and_stays_as_it_was(province):
    earlier = directory.load(province)
    edit.close_agency(province, HEALTH, successors=[OFFICE], why=WHY)
    edit.remove_alias(province, OFFICE, "H99")
    edit.add_agency(province, "H99.7", "Sở Bảy")

    later = directory.load(province, previous=earlier)

    assert later.agencies() == directory.load(province).agencies()
    assert later.version == edit.current_version(province)
    assert later.agency("H99") is None
    assert later.agency(HEALTH).state == "closed"
    assert earlier.agency("H99").organ_id == OFFICE
    assert earlier.agency(HEALTH).state == "active"


def test_an_earlier_picture_is_read_anew_when_a_day_has_turned(province):
    start = datetime(2026, 6, 30, 3, tzinfo=UTC)
    edit.close_agency(province, HEALTH, on=date(2026, 7, 1), why=Why(reason="sáp nhập", at=start))
    earlier = directory.load(province, now=start)

    later = directory.load(province, now=start + timedelta(days=1), previous=earlier)

    assert later.agency(HEALTH).state == "closed"
