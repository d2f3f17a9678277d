"""Package, delivery and what is said of them, in random order with repeats and losses, against a book of their own.

A failure prints the steps that lead to it.
"""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis.stateful import run_state_machine_as_test

from .life import Life

USUAL = 40
"""Lives in the usual run."""


@pytest.mark.slow
def test_every_life_is_as_the_book_has_it(new_folder, tmp_path):
    Life.folder, Life.place = new_folder, tmp_path
    profile = hypothesis.settings()
    lives = USUAL if profile.derandomize else profile.max_examples
    settings = hypothesis.settings(
        max_examples=lives, stateful_step_count=50, suppress_health_check=list(hypothesis.HealthCheck), print_blob=False
    )
    run_state_machine_as_test(Life, settings=settings)
