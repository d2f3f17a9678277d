"""An agent beside one office system that speaks for several agencies."""

from __future__ import annotations

import pytest

from agency_registry import edit
from edxml.testing import make_package
from hub import admin

SENDER, RECIPIENT, THIRD = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture
def more_settings() -> dict:
    return {"agent": {"codes": [RECIPIENT, THIRD], "spool_megabytes": 1}}


@pytest.fixture
async def both(beside, province) -> str:
    """The id of the system, which now speaks for both."""
    system_id = beside.settings.whole.hub.settings["system_id"]
    await province.change(lambda c: edit.attach_agencies(c, system_id, [THIRD]))
    return system_id


async def fetched(hub, system_id: str) -> int:
    """How often the bytes of a package were asked for."""
    calls = (await admin.answer(hub, "system.log", {"system_id": system_id}))["result"]["calls"]
    return sum(one["operation"] == "getContent" for one in calls)


async def test_a_package_for_both_is_fetched_once_and_handed_over_for_each(beside, sender, hub, both):
    """It takes its room in the spool once, too."""
    package = make_package(SENDER, (RECIPIENT, THIRD), size=450_000)
    sent = await sender.send(package)

    with beside.desk.trouble("away"):
        waiting = await beside.once()
    done = await beside.once()

    assert waiting["waiting_in"] == 2
    assert await fetched(hub, both) == 1
    assert sorted(one["recipients"] for one in beside.desk.arrivals) == [[RECIPIENT], [THIRD]]
    assert all(beside.desk.data(one["item_id"]) == package for one in beside.desk.arrivals)
    shown = await sender.package(sent["package_id"])
    assert [(one["status"], one["business_status"]) for one in shown["deliveries"]] == [("delivered", "01")] * 2
    assert (done["waiting_in"], done["problems"]) == (0, [])
    assert list((beside.settings.folder / "spool").iterdir()) == []


async def test_what_serves_for_another_agency_is_leased_too_so_that_a_recall_has_to_ask(beside, sender, both):
    """law: R-114: whose bytes lie beside an office system has been exposed, however they came there."""
    sent = await sender.send(make_package(SENDER, (RECIPIENT, THIRD)))

    with beside.desk.trouble("away"):
        await beside.once()

    shown = await sender.package(sent["package_id"])
    assert [bool(one["exposed_at"]) for one in shown["deliveries"]] == [True, True]
