"""Package, delivery and what is said of them, in random order with repeats and losses, against a book of their own.

A failure prints the steps that lead to it; the usual run draws the same lives everywhere.
"""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis.stateful import run_state_machine_as_test

from .life import Life

USUAL = 40
"""Lives in the usual run; `--hypothesis-profile=search` tries as many as its profile says, new ones each time."""

STEPS = 40
SECONDS = 3600
"""A search takes longer than any other test, and so does making a failure small."""


@pytest.mark.slow
@pytest.mark.timeout(SECONDS)
def test_every_life_is_as_the_book_has_it(new_folder, tmp_path):
    """I1-I7, I9, I12; J-01, J-03, J-04, J-06, J-07, J-08."""
    Life.folder, Life.place = new_folder, tmp_path
    profile = hypothesis.settings()
    lives = USUAL if profile.derandomize else profile.max_examples
    settings = hypothesis.settings(
        max_examples=lives,
        stateful_step_count=STEPS,
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(Life, settings=settings)
