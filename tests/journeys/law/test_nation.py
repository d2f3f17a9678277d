"""A province under its own policy, and the nation behind the axis, which a second hub plays: two policies at once."""

from __future__ import annotations

import contextlib

import pytest
import pytest_asyncio
from patience import until

from edxml.testing import make_package, make_status
from hub import clock

from .audit import Audit, published
from .town import open_town

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFFICE, MINISTRY = "000.10.10.H99", "000.00.00.G99"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def country(tmp_path_factory):
    """A province that follows Cao Bằng's decision, one of its offices, and a ministry at the axis."""
    folder = tmp_path_factory.mktemp("country")
    async with contextlib.AsyncExitStack() as stack:
        own = {"organ_id": "000.00.00.A00", "role": "axis", "prefixes": [], "test_mode": True}
        axis = await open_town(folder / "axis", clock.Clock(), {"hub": own}, stack)
        ministry = await axis.system(await axis.agency("Bộ", code=MINISTRY))
        gate = await axis.system(await axis.agency("Sở", code=OFFICE))
        (folder / "secret").write_text(gate.native.secret, encoding="ascii")
        reached = {"endpoint": axis.url, "system_id": gate.native.system_id, "secret_file": str(folder / "secret")}
        sections = {
            "axis": {**reached, "poll_seconds": 1},
            "profile": {"name": "cao-bang-2017"},
            "dispatch": {"backoff_seconds": [1], "timeout_seconds": 5},
        }
        province = await open_town(folder / "province", clock.Clock(), sections, stack)
        await province.agency("Bộ", code=MINISTRY, scope="national")
        office = await province.system(await province.agency("Sở", code=OFFICE))
        yield province, office, ministry


async def test_the_province_keeps_and_the_ministry_gives_back(country):
    """law: R-147 CB Đ7.5, R-148 QĐ28 Đ8.2: both handle it (05); traffic with the nation knows no condition."""
    province, office, ministry = country
    neighbour = await province.party()
    sent = await office.sends(make_package(OFFICE, (MINISTRY, neighbour.code)))
    got = await neighbour.takes()
    await neighbour.says(got, "05")
    there = await until(ministry.takes_by_sdk)
    assert (await ministry.says_by_sdk(make_status("05", MINISTRY, sent.read))).ok

    async def at(code: str, field: str, wanted: str) -> bool:
        return (await office.copies(sent))[code][field] == wanted

    await until(lambda: at(MINISTRY, "business_status", "05"))
    told = await office.native.withdraw(sent.id, "Ban hành sai", kind="recall")
    [(_, recall)] = await until(ministry.takes_by_sdk)
    assert (await ministry.says_by_sdk(make_status("15", MINISTRY, sent.read, "Đã hủy"))).ok
    await until(lambda: at(MINISTRY, "recall_state", "destroyed"))

    assert [data for _, data in there] == [sent.data]
    assert {one["recipient"]: one["recall_state"] for one in told["recipients"]} == {
        MINISTRY: "asked", neighbour.code: "refused",
    }  # fmt: skip
    assert [(one["recipient"], one["kept"]) for one in told["refused"]] == [(neighbour.code, "handled")]
    assert "Ban hành sai" in recall.decode()
    assert (await office.copies(sent))[neighbour.code]["recall_state"] == "refused"
    assert await neighbour.native.inbox() == []
    stranger = await province.party("Người ngoài")
    await Audit(province, stranger, await published(stranger))(sent)
