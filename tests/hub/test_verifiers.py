"""Verifier processes: a file that hangs or kills one of them does not stop the others for long."""

from __future__ import annotations

import os
import time
from concurrent.futures import BrokenExecutor

import pytest

from hub.verifiers import VerifierPool


@pytest.fixture
def pool():
    made = VerifierPool(1, 0.5)
    yield made
    made.shutdown(wait=True)


def test_a_task_that_takes_too_long_raises_and_the_process_goes_on(pool):
    first = pool.submit(os.getpid).result(30)

    with pytest.raises(TimeoutError):
        pool.submit(time.sleep, 60).result(30)

    assert pool.submit(os.getpid).result(30) == first


def test_a_process_that_dies_is_replaced(pool):
    first = pool.submit(os.getpid).result(30)

    with pytest.raises(BrokenExecutor):
        pool.submit(os._exit, 1).result(30)

    assert pool.submit(os.getpid).result(30) != first


def test_a_task_that_eats_memory_fails_alone(pool):
    with pytest.raises(MemoryError):
        pool.submit(bytes, 64 * 1024**3).result(30)

    assert pool.submit(len, b"ok").result(30) == 2
