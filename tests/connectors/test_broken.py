"""Connectors that look honest and are not: each is caught by the scenario named for its mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.testing import scenarios

HERE = Path(__file__).parent

CASES = {
    # file: (peer, the scenario named for its mistake, others that rightly see the same mistake)
    "delivers_twice": ("Posted", "repeats_once", {"doubt_cut_before_answer", "cancelled"}),
    "believes_any_page": ("Posted", "doubt_html_200", {"doubt_empty", "doubt_wrong_digest"}),
    "swallows_cancel": ("Posted", "cancelled", set()),
    "waits_for_ever": ("Posted", "time_limits", {"doubt_half_open", "untouched", "keeps_secrets", "lets_go"}),
    "leaks_the_secret": ("Posted", "keeps_secrets", set()),
    "half_a_file": ("Shared", "cancelled", set()),
    "refuses_trouble": ("Posted", "doubt_error_503", {"doubt_error_500", "doubt_error_429"}),
    "pulls_before_connecting": ("Posted", "untouched", set()),
    "holds_everything": ("Posted", "streams", {"waits_for_reader"}),
    "stops_the_others": ("Posted", "others_go_on", set()),
    "works_at_import": ("Posted", "imports_quietly", set()),
    "lets_nothing_go": ("Posted", "lets_go", set()),
    "new_ids": ("Offering", "same_id", {"confirms"}),
    "confirms_too_early": ("Offering", "nothing_before_confirm", {"same_id", "confirms", "rejects"}),
    "rejects_in_silence": ("Offering", "rejects", set()),
    "trouble_is_silence": ("Offering", "tells_trouble", set()),
    "turns_the_order": ("Offering", "fetches", {"confirms"}),
}  # fmt: skip
RIGHT = {"right": "Posted", "right_fetching": "Offering", "right_untold": "Untold"}
SOON = ("repeats_once", "cancelled", "doubt_html_200", "fetches", "same_id")
"""Quick ones, tried over every wrong connector in the usual run."""


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))


async def verdict(name: str, peer: str, scenario_id: str, folder: Path):
    import offices

    kind = f"broken.{name}"
    return await scenarios.run_one(
        kind, getattr(offices, peer), scenarios.named(scenario_id), folder, large_bytes=80_000_000
    )


@pytest.mark.parametrize("name", CASES)
async def test_a_wrong_connector_is_caught_by_the_scenario_named_for_it(name, tmp_path):
    peer, scenario_id, _ = CASES[name]

    result = await verdict(name, peer, scenario_id, tmp_path)

    assert result.passed is False
    assert all((result.cause.vi, result.cause.en, result.remedy.vi, result.remedy.en))


@pytest.mark.parametrize("name", CASES)
async def test_a_wrong_connector_is_not_blamed_for_what_it_does_right(name, tmp_path):
    peer, scenario_id, alike = CASES[name]

    for other in SOON:
        if other not in (scenario_id, *alike):
            result = await verdict(name, peer, other, tmp_path)
            assert result.passed is not False, f"{other}: {result.cause.en}"


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda one: one.id)
@pytest.mark.parametrize("name", RIGHT)
async def test_without_its_mistake_it_passes(name, scenario, tmp_path):
    result = await verdict(name, RIGHT[name], scenario.id, tmp_path)

    assert result.passed is not False, f"{result.cause.en}; {result.remedy.en}"


async def test_a_mistake_in_the_peer_itself_is_told_as_one(tmp_path):
    result = await verdict("right", "Mistaken", "hands_over", tmp_path)

    assert result.passed is False
    assert "Peer: AttributeError" in result.cause.vi
    assert "offices.py:" in result.cause.en
    assert "takn" in result.cause.en


async def test_a_connector_that_fetches_is_not_passed_by_a_peer_that_offers_nothing(tmp_path):
    result = await verdict("right_fetching", "Posted", "collects_alike", tmp_path)

    assert result.passed is False
    assert "collects" in result.cause.en
    assert "offer()" in result.remedy.en


def test_every_file_has_its_scenario():
    assert {path.stem for path in (HERE / "broken").glob("*.py")} == set(CASES) | set(RIGHT)
    assert len(CASES) >= 10
