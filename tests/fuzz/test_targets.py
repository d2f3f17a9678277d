"""A short run of what `tests/fuzz/run.py` does for hours: seeds, everything ever found, and small changes of them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .targets import FOUND, TARGETS

LONGEST_SECONDS = 10
EXAMPLES = {"pdf": 60}


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_everything_ever_found_do_no_harm(name):
    target = TARGETS[name]
    found = [path.read_bytes() for path in sorted((FOUND / name).glob("*"))]

    for data in [*target.seeds(), *found]:
        began = time.monotonic()
        target.run(data)
        assert time.monotonic() - began < LONGEST_SECONDS


@pytest.mark.parametrize("name", TARGETS)
def test_small_changes_do_no_harm(name):
    target = TARGETS[name]
    seeds = target.seeds()

    @settings(max_examples=EXAMPLES.get(name, 300))
    @given(st.data())
    def change(data):
        spoilt = bytearray(data.draw(st.sampled_from(seeds)))
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(spoilt)))
            length = data.draw(st.integers(0, 40))
            spoilt[at : at + length] = data.draw(st.binary(max_size=40) | st.just(bytes(spoilt[:at][-40:])))
        target.run(bytes(spoilt))

    change()
