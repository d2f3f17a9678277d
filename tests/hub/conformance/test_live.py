"""The live check: two office systems that do right pass it, and each bad habit is caught by the scenario for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from hub.conformance import levels, live_run

OFFICES = Path(__file__).parent / "offices"
EVERYTHING = os.environ.get("TRUC_HABITS") == "all"

CASES = {
    # bad habit: the scenario that tells
    "silent": "says_01",
    "new-bytes": "repeats_sending",
    "one-agency": "second_agency",
    "obliging": "refuses",
    "blind": "damaged",
    "forgetful": "registers_once",
    "gives-up": "errors_500",
    "numberless": "arrival_number",
    "first-only": "updated",
    "unknown": "unknown_fields",
    "slow-clock": "clock",
    "deaf": "fetches_statuses",
    "hangs": "half_open",
}
USUAL = ("silent", "new-bytes")


async def told(door: str, wrong: str, *only: str, seconds: float) -> list:
    office = OFFICES / f"{door}_office.py"
    command = f"{sys.executable} {office}" + (f" --wrong {wrong}" if wrong else "")
    return [
        line
        async for line in live_run.checked(
            door,
            only,
            patience_seconds=seconds,
            people_seconds=seconds,
            large_bytes=5_000_000,
            seed="5eed",
            command=command,
            announce=lambda _: None,
        )
    ]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("door", ["native", "vxp"])
async def test_an_office_system_that_does_right_passes(door):
    only = () if EVERYTHING else ("receives", "says_01", "accepts", "refuses", "sends", "repeats_sending", "cut_lines")

    lines = await told(door, "", *only, seconds=60)

    failed = {one.id: one.cause.en for one in lines if one.verdict not in ("passed", "not_applicable")}
    assert failed == {}
    assert {one.id for one in lines} == ({one.id for one in live_run.SCENARIOS} if EVERYTHING else set(only))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("wrong", CASES if EVERYTHING else USUAL)
async def test_a_bad_habit_is_caught_by_the_scenario_for_it(wrong):
    (line,) = await told("native", wrong, CASES[wrong], seconds=15)

    assert line.verdict == "failed"
    assert all((line.cause.vi, line.cause.en, line.remedy.vi, line.remedy.en))


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_an_answer_that_cannot_be_told_from_others_is_asked_for_by_its_code():
    (line,) = await told("native", "unmarked", "sends", seconds=10)

    assert line.verdict == "not_seen"
    assert "[5eed reply]" in line.cause.vi
    assert "brackets" in line.remedy.en


def test_there_are_enough_scenarios_and_each_level_has_some():
    ids = [one.id for one in live_run.SCENARIOS]

    assert len(ids) == len(set(ids)) >= 25
    assert {one.level for one in live_run.SCENARIOS} == set(range(1, levels.HIGHEST + 1))
