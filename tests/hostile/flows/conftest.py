"""Three systems at the native door, and a hand of each for use cases without a door."""

from __future__ import annotations

import contextlib

import pytest
from actors import Office

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture
async def offices(province):
    """A sender, a recipient and a stranger, signed in on first use."""
    await province.agencies(SENDER, RECIPIENT, STRANGER)
    async with contextlib.AsyncExitStack() as stack:
        made = []
        for name, code in (("sender", SENDER), ("recipient", RECIPIENT), ("stranger", STRANGER)):
            one = await province.system(name, code)
            made.append(await stack.enter_async_context(Office(province.url, one.system_id, one.secret, (code,))))
        yield made
