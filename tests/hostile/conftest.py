"""The hostile cases meet a real hub: the province of `tests/province.py`, both doors open, real signatures verified."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest
from actors import Heard, Office
from province import Office as System
from province import hub, new_folder, province, snv, stc, url

from edxml.testing import TestCA, make_package
from hub.flow import trust

__all__ = ["believed", "hub", "new_folder", "province", "sections", "snv", "stc", "target", "url"]


@pytest.fixture
def sections() -> dict:
    """Both doors; a test module overrides this fixture for more."""
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}]}


@dataclass
class Target:
    """A hub with one sender and one recipient, and what must be true of it after each attack."""

    sender: Office
    recipient: Office
    vxp: System

    async def offer(self, data: bytes) -> Heard:
        """Send the bytes at the native door; whatever the hub says, it is no 500."""
        heard = await self.sender.offer(data)
        assert heard.status != 500, heard.body[:500]
        return heard

    async def refused(self, data: bytes) -> str:
        """Send what must be refused: the code. Nothing of it stays but the record of the refusal."""
        before = set(self.vxp.hub.blobs.list_ids())
        heard = await self.offer(data)
        assert heard.status in range(400, 500), (heard.status, heard.body[:500])
        assert set(self.vxp.hub.blobs.list_ids()) == before, "bytes of a refused package stay"
        assert len(heard.json.get("detail", "")) <= 500
        assert "Traceback" not in heard.body.decode(errors="replace")
        assert await self.recipient.inbox() == []
        return heard.code

    async def still_serves(self) -> None:
        """A good package goes through as if nothing had been."""
        data = make_package(self.sender.code, (self.recipient.code,))
        await self.sender.send(data)
        _, got, _ = await self.recipient.receive()
        assert got == data


@pytest.fixture
async def target(snv, stc):
    """The hub under attack; afterwards it must still serve."""
    async with contextlib.AsyncExitStack() as stack:
        actors = [
            await stack.enter_async_context(Office(one.url, one.system_id, one.secret, one.codes)) for one in (snv, stc)
        ]
        made = Target(actors[0], actors[1], snv)
        yield made
        await made.still_serves()


@pytest.fixture
async def believed(hub) -> TestCA:
    """An authority that the hub under attack trusts, with its revocation lists."""
    ca = TestCA()
    ca.write_trust(hub.settings.trust_folder)
    await trust.reload(hub)
    return ca
