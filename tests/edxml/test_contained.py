"""A call in a process of its own: what it gives comes back, and what does harm stays there."""

from __future__ import annotations

import os
import time

import pytest

from edxml.contained import ContainedError, contained


def test_the_answer_comes_from_another_process():
    assert contained(10, os.getpid) != os.getpid()
    assert contained(10, sorted, [2, 1], reverse=True) == [2, 1]


def test_what_the_work_raises_is_raised_here():
    with pytest.raises(ZeroDivisionError):
        contained(10, divmod, 1, 0)


def test_work_that_lasts_too_long_is_ended():
    began = time.monotonic()

    with pytest.raises(ContainedError, match="no answer within"):
        contained(0.2, time.sleep, 60)

    assert time.monotonic() - began < 10


def test_work_that_grows_fails_alone():
    with pytest.raises(MemoryError):
        contained(10, bytes, 1024**3)


def test_work_that_ends_its_process_is_told():
    with pytest.raises(ContainedError, match="ended with 7"):
        contained(10, os._exit, 7)
