"""A VXP sender hears in its list of statuses what the watchdog has to say, in the hub's own name."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from edxml.reader import read
from edxml.testing import make_package
from hub import clock
from hub.jobs.watch import Watchdog

A, B, HUB = "000.00.01.H99", "000.00.02.H99", "000.00.00.H99"


@pytest.fixture
def hub(hub):
    hub.clock = clock.FakeClock(datetime(2026, 11, 23, 8, 0, tzinfo=clock.VIETNAM))
    return hub


async def heard(office) -> list:
    found = []
    for item in (await office.do("getReceivedEdocList", "status")).json["data"]:
        found.append(read((await office.do("downloadEdoc", item["docId"])).body).status)
        await office.do("updateStatus", item["docId"], "done")
    return found


async def test_not_confirmed_paper_and_not_delivered_are_told_once_each_to_the_sender_alone(hub, snv, stc):
    """law: R-101 HN Đ10.2c, R-111 HN Đ6.2."""
    await snv.do("sendEdoc", make_package(A, B), A)
    dog = Watchdog(hub)
    said = []
    for hours in (4, 6, 24 * 30):
        hub.clock.advance(timedelta(hours=hours))
        for one in (dog, Watchdog(hub)):  # the second has just been started and remembers nothing
            await one.once()
            await one.once()
        said += await heard(snv)

    assert [(one.sender.organ_id, one.code) for one in said] == [(HUB, "01")] * 3
    assert ["chưa xác nhận đã nhận" in said[0].description, "xem xét" in said[1].description] == [True, True]
    assert f"không giao được văn bản này tới nơi nhận Cơ quan {B} ({B})" in said[2].description
    assert await heard(stc) == []
