"""The first messages of a fresh process may come in several threads at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from edxml import schema

RACE = """
import sys, threading
from edxml import reader
from edxml.testing import make_package
data = make_package(size=10)
start, wrong = threading.Barrier(8), []
def read():
    start.wait()
    try:
        reader.read(data)
    except BaseException as error:
        wrong.append(repr(error))
threads = [threading.Thread(target=read) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sys.exit("; ".join(wrong) or 0)
"""


def test_eight_first_messages_at_once_are_all_read():
    """libxml2 prepares its own types on the first schema and is not safe in that (seen as XMLSchemaParseError)."""
    for _ in range(6):
        done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_each_thread_judges_with_a_schema_of_its_own():
    """The words of a fault come from the validator's log: one thread must never read another's."""
    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(lambda: schema._fast("tolerant")).result() for _ in range(2))
        own = schema._fast("tolerant")

    assert own is schema._fast("tolerant")
    assert own is not first
    assert own is not second
