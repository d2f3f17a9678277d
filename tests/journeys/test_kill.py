"""The server is killed under load; nothing answered is lost, doubled or offered again. Long runs: `truc chaos`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def truc(*words: str) -> dict:
    done = subprocess.run([sys.executable, "-m", "hub", *words, "--json"], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    said = json.loads(done.stdout)
    assert "error" not in said, said
    return said


@pytest.mark.timeout(300)
@pytest.mark.parametrize("door", ["api", "vxp"])
def test_kill_9_under_load_keeps_every_promise(door):
    report = truc("chaos", "--kills", "4", "--clients", "16", "--door", door)

    assert report["answered"] > 20
    assert report["repeated_by_clients"] > 0
    assert (report["lost"], report["doubled"], report["offered_again"], report["other_receipt"]) == (0, 0, 0, 0), report
    assert report["refused"] == []


@pytest.mark.timeout(300)
def test_the_bench_measures_both_doors_without_an_error():
    report = truc("bench", "--size", "10k", "--seconds", "1")

    assert report["errors"] == []
    assert [row["door"] for row in report["rows"]] == ["api", "vxp"]
    for row in report["rows"]:
        assert row["accepted_per_second"] > 0
        assert row["end_to_end_per_second"] > 0
