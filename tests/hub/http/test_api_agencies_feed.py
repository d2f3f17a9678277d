"""A connector that follows GET /agencies/changes has the list of GET /agencies, page by page."""

from __future__ import annotations

import pytest

from agency_registry import edit

WHY = edit.Why("An", "lý do", "1/QĐ")


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


class Follower:
    """What an outside programmer writes: agencies by id, the version reached."""

    def __init__(self, office) -> None:
        self.office = office
        self.version = 0
        self.known = {}

    async def follow(self) -> int:
        """Apply what is new; how many changes there were."""
        count, more = 0, True
        while more:
            page = (
                await self.office.get("/agencies/changes", params={"since": str(self.version), "limit": "1"})
            ).expect(200)
            for change in page["items"]:
                self.known[change["agency"]["id"]] = change["agency"]
                self.version = change["version"]
                count += 1
            more = page["next"] is not None
        assert self.version == page["version"] or not page["items"]
        return count

    async def whole(self) -> list:
        """The list itself."""
        items, cursor = [], None
        while True:
            asked = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await self.office.get("/agencies", params=asked)).expect(200)
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items


async def test_a_client_that_applies_the_feed_ends_with_the_list(offices, province):
    """law: R-026 QĐ28 Đ16.1: through a new name, a new code, a merger, a closing, a suspension."""
    client = Follower(offices[0])
    await client.follow()

    def decide(connection):
        edit.add_agency(connection, "H99.10", "Sở Mười", parent="000.00.03.H99")
        edit.rename_agency(connection, "000.00.03.H99", "Tên mới", why=WHY)
        edit.recode_agency(connection, "000.00.03.H99", "H99.3", why=WHY)
        edit.add_agency(connection, "H99.11", "Sở Mười một")
        edit.merge_agencies(connection, ["H99.11"], "H99.10", why=WHY)
        edit.suspend_agency(connection, "H99.10", why=WHY)

    await province.change(decide)
    assert await client.follow() >= 6
    assert await client.follow() == 0, "nothing comes twice"

    known = sorted(client.known.values(), key=lambda one: one["organ_id"])
    whole = await client.whole()
    shared = set(known[0]) & set(whole[0])
    assert {"id", "organ_id", "name", "parent", "state", "aliases", "successors"} <= shared
    assert [{name: one[name] for name in shared} for one in known] == [
        {name: one[name] for name in shared} for one in whole
    ]
