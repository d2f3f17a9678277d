"""What every test shares: property tests that repeat, an axis that does as it is told, this machine's browser."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog
from fake_peers.axis import FakeAxis

# the same examples everywhere, and no time limit a busy machine could miss; `--hypothesis-profile=search` looks further
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, max_examples=100, database=None)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("steady")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes never name a test: a date or a chance inside them would give it another name in each process."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def log_ends_with_its_test() -> Iterator[None]:
    """A command run inside a test sets the process's log to that test's stderr, which is closed for the next one."""
    yield
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [one for one in root.handlers if type(one) is logging.StreamHandler]:
        root.removeHandler(handler)


@pytest.fixture(scope="session", autouse=True)
def broker_ends_with_the_session() -> Iterator[None]:
    """A broker that some test started is ended by the process that has it."""
    yield
    if (module := sys.modules.get("rabbitmq")) is not None:
        module.end()


@pytest.fixture
async def axis() -> AsyncIterator[FakeAxis]:
    """The national axis as a test wants it."""
    made = FakeAxis()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder with pyproject.toml."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium, for tests marked `browser`; `python3 dev.py test` installs it."""
    program = shutil.which("chromium")
    if program is None and "CI" in os.environ:
        pytest.fail("Chromium is missing; run: python3 dev.py test")
    if program is None:
        pytest.skip("Chromium is missing; `python3 dev.py test` installs it")
    return program
