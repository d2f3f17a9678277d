"""What driving the VXP door with the national SDK's own Java stack (Apache HttpClient, HttpURLConnection) found."""

from __future__ import annotations

from edxml.testing import make_package
from hub.store import deliveries

SENDER = "000.00.01.H99"


async def test_done_for_many_agencies_looks_at_them_once(snv, province, monkeypatch):
    """`done` of a province-wide document once read all its deliveries again for each of them: minutes for 5,000."""
    codes = [f"000.{number:02d}.05.H99" for number in range(40)]
    await province.agencies(*codes)
    centre = await province.system("centre", codes)
    await snv.do("sendEdoc", make_package(to=codes), SENDER)
    [item] = (await centre.do("getReceivedEdocList")).json["data"]
    looks = []
    of_item = deliveries.of_item

    def counted(connection, item_id):
        looks.append(item_id)
        return of_item(connection, item_id)

    monkeypatch.setattr(deliveries, "of_item", counted)

    assert (await centre.do("updateStatus", item["docId"], "done")).ok

    assert len(looks) < 5
    rows = (await snv.do("getSentEdocList")).json["data"]
    assert [row["receiveStatus"] for row in rows] == ["done"] * len(codes)
