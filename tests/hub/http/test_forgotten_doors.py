"""What was kept long enough: at every door its content is gone, its facts and receipts stay, and a repeat is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from actors import Office

from edxml.testing import make_package
from hub.clock import FakeClock
from hub.jobs import retention
from hub.store import deliveries

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
CONTENT_CALLS = [
    ("GET", "/packages/{id}/content", {}),
    ("GET", "/packages/{id}/content", {"headers": {"Range": "bytes=0-9"}}),
    ("HEAD", "/packages/{id}/content", {}),
    ("GET", "/packages/{id}/attachments/0", {}),
]


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}]}


@pytest.fixture
async def both(snv, stc):
    """Sender and recipient, each at both doors."""
    async with (
        Office(snv.url, snv.system_id, snv.secret, (SENDER,)) as sender,
        Office(stc.url, stc.system_id, stc.secret, (RECIPIENT,)) as recipient,
    ):
        yield snv, stc, sender, recipient


async def forget(hub) -> None:
    """A month passes after the last confirmation; tokens and time values begin anew."""
    await retention.turn(hub)
    hub.clock = FakeClock(hub.clock.now() + timedelta(days=31))
    assert (await retention.turn(hub))["content_erased"] == 1


async def fetched(office) -> dict:
    [item] = (await office.get("/inbox")).expect()["items"]
    lease = (await office.call("POST", f"/inbox/{item['delivery_id']}/lease")).expect()
    ack = {"lease": lease["lease"], "sha256": item["sha256"]}
    (await office.call("POST", f"/inbox/{item['delivery_id']}/ack", json=ack)).expect()
    return item


async def test_at_the_native_door_the_content_is_not_found_and_the_record_is(hub, both):
    """law: R-226 QĐ28 Đ6.1, R-225 NĐ30 Đ19.2"""
    _, _, sender, recipient = both
    data = make_package(SENDER, RECIPIENT)
    sent = (await sender.offer(data)).expect(201)
    item = await fetched(recipient)
    await forget(hub)

    for office in (sender, recipient):
        await office.sign_in()
        for method, path, more in CONTENT_CALLS:
            heard = await office.call(method, path.format(id=sent["package_id"]), **more)
            assert heard.status == 404
            if method == "GET":
                assert heard.code == "not_found"
        shown = (await office.get(f"/packages/{sent['package_id']}")).expect()
        assert (shown["status"], shown["sha256"]) == ("accepted", sent["sha256"])
    again = (await sender.offer(data)).expect(200)
    assert (again["package_id"], again["receipt"]) == (sent["package_id"], sent["receipt"])
    assert (await recipient.call("POST", f"/inbox/{item['delivery_id']}/lease")).status in (404, 409)
    life = (await sender.get(f"/packages/{sent['package_id']}/timeline")).expect()["events"]
    assert life[-1]["type"] == "package.erased"
    assert life[-1]["detail"]["reason"] == "kept_long_enough"


async def test_at_the_vxp_door_it_fails_like_an_item_that_is_not_there(hub, both):
    """law: R-226 QĐ28 Đ6.1"""
    snv, stc, _, _ = both
    sent = await snv.do("sendEdoc", make_package(SENDER, RECIPIENT), SENDER)
    [item] = await stc.waiting()
    await stc.do("getEdoc", item["docId"])
    await stc.do("updateStatus", item["docId"], "done")
    before, _ = await stc.do("getEdoc", item["docId"])
    rows = await hub.db.read(lambda connection: deliveries.of_package(connection, sent.json["DocId"]))
    await forget(hub)

    after, content = await stc.do("getEdoc", item["docId"])
    listed = await snv.sent()

    assert before.ok
    assert rows
    assert not after.ok
    assert not content
    assert [row["receiveStatus"] for row in listed] == ["done"]
