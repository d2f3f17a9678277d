"""One served hub for the stories of a module, which do not disturb each other: each has agencies of its own."""

from __future__ import annotations

import contextlib
from datetime import datetime

import pytest
import pytest_asyncio

from hub import clock

from .audit import Audit, published
from .town import open_town


@pytest.fixture(scope="module")
def sections() -> dict:
    """Settings that differ; a module overrides this."""
    return {}


@pytest.fixture(scope="module")
def begins() -> datetime | None:
    """Where a replaced clock stands at the beginning; None = the machine's clock."""
    return None


@pytest.fixture(scope="module")
def own_profile() -> str:
    """A province's own profile beside hub.toml, as TOML; '' = none."""
    return ""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory, sections, begins, own_profile):
    at = clock.FakeClock(begins) if begins is not None else clock.Clock()
    folder = tmp_path_factory.mktemp("town") / "D"
    if own_profile:
        (folder / "profiles").mkdir(parents=True)
        (folder / "profiles" / "own.toml").write_text(own_profile, encoding="utf-8")
        sections = {**sections, "profile": {"name": "own"}}
    async with contextlib.AsyncExitStack() as stack:
        yield await open_town(folder, at, sections, stack)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audit(town) -> Audit:
    stranger = await town.party("Người ngoài")
    return Audit(town, stranger, await published(stranger))
