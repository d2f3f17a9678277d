"""Bodies and submissions for use cases called without a door."""

from __future__ import annotations

import pytest

from hub.flow import intake


class Hand:
    """A system's hand: gives packages to the hub directly."""

    def __init__(self, office, door: str = "api") -> None:
        self.office = office
        self.hub = office.hub
        self.door = door

    @property
    def system(self):
        return self.hub.system(self.office.system_id)

    async def give(self, data: bytes, *, piece: int = 65_536, **more):
        return await intake.accept(self.hub, pieces(data, piece), intake.Submission(self.system, self.door, **more))


async def pieces(data: bytes, piece: int = 65_536):
    for start in range(0, len(data), piece):
        yield data[start : start + piece]


@pytest.fixture
def sender(snv) -> Hand:
    return Hand(snv)


@pytest.fixture
def recipient(stc) -> Hand:
    return Hand(stc)
