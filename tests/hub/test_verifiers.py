"""Verifier processes: a file that hangs or kills one of them does not stop the others for long."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest
from patience import until

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


HUB = """
import os, sys, time
from hub.verifiers import VerifierPool

if __name__ == "__main__":
    pool = VerifierPool(1, 60)
    print(pool.submit(os.getpid).result(60), pool.submit(os.getppid).result(60), flush=True)
    pool.submit(time.sleep, float(sys.argv[1]))
    time.sleep(60)
"""


@pytest.mark.parametrize("busy_seconds", [0, 50])
@pytest.mark.parametrize("folder", ["t", "too-long-for-the-address-of-a-socket-" + "x" * 80], ids=["short", "long"])
def test_no_verifier_outlives_a_killed_hub(tmp_path, folder, busy_seconds):
    (tmp_path / "dying.py").write_text(HUB)
    (tmp_path / folder).mkdir()
    hub = subprocess.Popen(
        [sys.executable, tmp_path / "dying.py", str(busy_seconds)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path / folder)},
    )
    with hub:
        processes = {int(word) for word in hub.stdout.readline().split()} - {hub.pid}

        hub.kill()

        assert processes
        asyncio.run(until(lambda: not any(is_running(one) for one in processes)))
        assert hub.stdout.read() == "", "whoever holds the pipe of a dead hub keeps its supervisor waiting"


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
