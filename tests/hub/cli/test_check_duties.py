"""`truc check` tells what the owner answers for: two persons, security level, papers of systems."""

from __future__ import annotations

import pytest

from hub.cli import check_duties
from hub.settings import from_mapping


def loaded(tmp_path, **hub):
    return from_mapping({"hub": {"organ_id": "000.00.00.H99", **hub}}, tmp_path / "hub.toml")


def system(**papers):
    return {"system_id": "x", "state": "active", "papers": papers}


def person(name, role="operator", state="active"):
    return {"name": name, "role": role, "state": state}


def codes(settings, systems=(), people=(), waiting=()):
    return {one.code: one.level for one in check_duties.findings(settings, systems, people, waiting)}


def test_two_persons_must_be_there_and_the_rule_be_on(tmp_path):
    """law: R-193 CB Đ5.4"""
    two = [person("a"), person("b", "security"), person("c", "clerk"), person("d", state="suspended")]

    assert codes(loaded(tmp_path, test_mode=True))["one_person"] == "red"
    assert codes(loaded(tmp_path), people=two[:1])["few_confirmers"] == "red"
    assert codes(loaded(tmp_path), people=two)["few_confirmers"] == "yellow"
    three = codes(loaded(tmp_path), people=[*two, person("e")], waiting=[{"done_at_once": True}])
    assert not {"one_person", "few_confirmers"} & set(three)
    assert three["done_at_once"] == "yellow"


def test_security_levels_of_the_hub_and_of_each_system(tmp_path):
    """law: R-180 QĐ28 Đ13.1"""
    known = loaded(tmp_path, security_level=3, security_decision="12/QĐ-UBND ngày 05/01/2026")
    complete = system(security_level="2", security_decision="3/QĐ", conformity="QCVN 102:2016, số 1", contact="An")

    assert {"no_security_level", "no_level_of_systems"} <= set(codes(loaded(tmp_path), [system()]))
    assert not {"no_security_level", "no_level_of_systems", "no_conformity", "no_contact"} & set(
        codes(known, [complete])
    )
    assert "no_level_of_systems" in codes(known, [system(security_level="2")])


def test_conformity_is_asked_for(tmp_path):
    """law: R-182 QĐ28 Đ14.2"""
    assert "no_conformity" in codes(loaded(tmp_path), [system(contact="An")])


def test_days_off_security_officers_and_open_work(tmp_path):
    """law: R-093"""

    def told(year, people, alarms=(), messages=()):
        return {one.code: one.level for one in check_duties.work({"undecided": year}, people, alarms, messages)}

    assert told(None, [person("b", "security")]) == {}
    assert told(2027, [person("b", "security", "suspended")], [{}], [{}]) == {
        "calendar_undecided": "yellow", "no_security_officer": "red", "alarms_open": "yellow",
        "messages_unmatched": "yellow",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["no_second_factor", "logs_kept_elsewhere", "backup_not_ours"])
def test_what_the_hub_has_not_is_told(tmp_path, code):
    """law: R-180 QĐ28 Đ13.1"""
    assert codes(loaded(tmp_path))[code] == "yellow"
