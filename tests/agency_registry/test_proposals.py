from __future__ import annotations

import pytest

from agency_registry import directory, edit
from agency_registry.edit import RegistryError, Why

OFFICE, HOME_AFFAIRS, HEALTH, WARD = "000.00.00.H99", "000.00.02.H99", "000.00.03.H99", "001.00.02.H99"
REQUEST = {
    "id": "7",
    "pcode": OFFICE,
    "code": "000.00.08.H99",
    "name": "Sở Tám",
    "mail": "so8@h99.vn",
    "mobile": "",
    "fax": "",
}


@pytest.fixture
def centre(province):
    return edit.add_system(province, name="00.99.W00", organ_ids=[WARD], wrap=bytes)[0]


def test_a_request_waits_until_two_persons_approve(province, centre):  # law: R-193 CB Đ5.4
    number = edit.propose_agency(province, centre, REQUEST)["proposal_id"]
    assert directory.load(province).agency("000.00.08.H99") is None

    edit.approve_proposal(province, number, "Nguyễn An")
    with pytest.raises(RegistryError) as raised:
        edit.approve_proposal(province, number, " nguyễn  an ")
    assert raised.value.slug == "proposal_same_person"
    assert directory.load(province).agency("000.00.08.H99") is None

    done = edit.approve_proposal(province, number, "Trần Bình", why=Why(decision="5/QĐ-UBND"))
    found = directory.load(province)
    assert done["state"] == "applied"
    assert found.agency("000.00.08.H99").parent == OFFICE
    assert found.system_of(found.agency("000.00.08.H99")).id == centre
    assert edit.show_agency(province, "000.00.08.H99")["history"][0]["actor"] == "Nguyễn An, Trần Bình"


def test_both_persons_at_once_must_be_two(province, centre):  # law: R-193 CB Đ5.4
    number = edit.propose_agency(province, centre, REQUEST)["proposal_id"]

    with pytest.raises(RegistryError):
        edit.apply_proposal(province, number, ("An", "an"))
    assert edit.apply_proposal(province, number, ("An", "Bình"))["state"] == "applied"
    with pytest.raises(RegistryError) as raised:
        edit.apply_proposal(province, number, ("An", "Bình"))
    assert raised.value.slug == "proposal_done"


def test_the_demonstration_applies_at_once_and_the_request_may_be_repeated(province, centre):
    first = edit.propose_agency(province, centre, REQUEST, apply_at_once=True)
    second = edit.propose_agency(province, centre, {**REQUEST, "name": "Sở Tám mới"}, apply_at_once=True)
    edit.propose_delete(province, centre, "000.00.08.h99", apply_at_once=True)
    assert directory.load(province).agency("000.00.08.H99").state == "closed"
    edit.propose_agency(province, centre, REQUEST, apply_at_once=True)

    agency = directory.load(province).agency("000.00.08.H99")
    assert [first["kind"], second["kind"]] == ["add", "update"]
    assert (agency.state, agency.name, agency.email) == ("active", "Sở Tám", "so8@h99.vn")


def test_a_system_asks_nothing_about_an_agency_of_others(province, centre):  # law: R-008 HN Đ20.2d
    for ask in (
        lambda: edit.propose_agency(province, centre, {**REQUEST, "code": HEALTH}, apply_at_once=True),
        lambda: edit.propose_delete(province, centre, HEALTH, apply_at_once=True),
    ):
        with pytest.raises(RegistryError) as raised:
            ask()
        assert raised.value.slug == "not_spoken_for"


def test_an_unknown_parent_is_left_out_with_a_warning(province, centre):
    made = edit.propose_agency(province, centre, {**REQUEST, "pcode": "001.00.41.W00"}, apply_at_once=True)

    assert "001.00.41.W00" in made["warnings"][0]
    assert directory.load(province).agency("000.00.08.H99").parent is None


def test_the_same_request_waits_once(province, centre):
    first = edit.propose_agency(province, centre, REQUEST)
    again = edit.propose_agency(province, centre, REQUEST)

    assert first["proposal_id"] == again["proposal_id"]
    assert len(edit.list_proposals(province, state="proposed")) == 1


def test_a_request_is_refused_with_a_reason(province, centre):
    number = edit.propose_delete(province, centre, WARD)["proposal_id"]

    refused = edit.refuse_proposal(province, number, "An", why=Why(reason="chưa có quyết định"))

    assert (refused["state"], refused["reason"]) == ("refused", "chưa có quyết định")
    assert directory.load(province).agency(WARD).state == "active"
    with pytest.raises(RegistryError):
        edit.approve_proposal(province, number, "Bình")


@pytest.mark.parametrize(
    "broken", [{"code": ""}, {"name": ""}, {"name": "=1"}, {"mail": "x"}, {"code": None}, {"name": 5, "code": ["a"]}]
)
def test_a_request_that_cannot_be_used_is_refused_at_once(province, centre, broken):
    with pytest.raises(RegistryError):
        edit.propose_agency(province, centre, {**REQUEST, **broken})
