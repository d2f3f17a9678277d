"""Three systems that speak both doors."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest
from actors import Office
from province import Office as System

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@dataclass
class Caller(Office):
    """A system at the native door; `vxp` is the same one at the VXP door."""

    vxp: System = None  # type: ignore[assignment]


@pytest.fixture
async def offices(province):
    """A sender, a recipient and a stranger at both doors."""
    await province.agencies(SENDER, RECIPIENT, STRANGER)
    async with contextlib.AsyncExitStack() as stack:
        made = []
        for name, code in (("sender", SENDER), ("recipient", RECIPIENT), ("stranger", STRANGER)):
            one = await province.system(name, code)
            caller = Caller(province.url, one.system_id, one.secret, (code,), vxp=one)
            made.append(await stack.enter_async_context(caller))
        yield made
