"""Waiting times grow, repeat their last step, and a claim always outlives its attempt."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as some

from hub.flow import backoff

STEPS = (60, 300, 900)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_steps_in_order_then_the_last_one_again():
    waits = [backoff.wait_seconds(failures, STEPS, lambda: 0) for failures in (1, 2, 3, 4, 99)]

    assert waits == [60, 300, 900, 900, 900]


@given(some.integers(0, 10_000), some.floats(0, 1, exclude_max=True))
def test_the_jitter_only_lengthens_by_a_twentieth(failures, chance):
    wait = backoff.wait_seconds(failures, STEPS, lambda: chance)

    assert backoff.wait_seconds(failures, STEPS, lambda: 0) <= wait <= 900 * 1.05


@given(some.integers(1, 50), some.integers(0, 700_000_000), some.integers(1, 600))
def test_a_claim_outlives_the_longest_attempt_it_stands_for(attempts, size, timeout):
    until = (backoff.claim_until(attempts, size, NOW, STEPS, timeout) - NOW).total_seconds()

    assert until > backoff.hard_timeout_seconds(size, timeout) + backoff.MARGIN_SECONDS - 0.001
    assert until >= STEPS[min(attempts, len(STEPS)) - 1]
