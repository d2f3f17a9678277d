"""The papers of a system are recorded, changed one by one, and checked."""

from __future__ import annotations

import pytest

from agency_registry import edit
from agency_registry.directory import load


@pytest.fixture
def system(connection) -> str:
    edit.add_agency(connection, "000.00.01.H99", "Sở Nội vụ")
    made = edit.add_system(
        connection, name="x", organ_ids=["000.00.01.H99"], wrap=bytes, papers={"contact": "An, 0912 345 678"}
    )
    return made[0]


def test_level_decision_and_conformity_are_recorded(connection, system):
    """law: R-180 QĐ28 Đ13.1, R-182 QĐ28 Đ14.2"""
    edit.change_system(connection, system, papers={"security_level": "3", "security_decision": "12/QĐ ngày 05/01/2026"})
    edit.change_system(connection, system, papers={"conformity": "QCVN 102:2016/BTTTT, số 7", "contact": ""})

    papers = edit.show_system(connection, system)["papers"]

    assert papers == {
        "security_level": "3",
        "security_decision": "12/QĐ ngày 05/01/2026",
        "conformity": "QCVN 102:2016/BTTTT, số 7",
    }
    assert load(connection).system(system).papers == papers


@pytest.mark.parametrize(
    "papers", [{"security_level": "6"}, {"level": "3"}, {"conformity": "=1"}, {"contact": "x" * 201}]
)
def test_what_is_no_paper_is_refused(connection, system, papers):
    with pytest.raises(edit.RegistryError):
        edit.change_system(connection, system, papers=papers)
