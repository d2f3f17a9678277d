"""Sealed bytes that were changed on disk: nobody gets them at any door, one alarm, and they travel when restored.

C-20: delivery compares what it reads with what was sealed; quarantine, alarm, nothing handed over.
"""

from __future__ import annotations

import http.client
import json

import aiohttp
import pytest
from actors import Office
from held import journal, row

from edxml.testing import make_package
from hub.jobs import keeping
from hub.store import events
from hub.store.blobs import FRAME_BYTES, MAGIC, TAG_BYTES

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
BIG = 6 << 20  # eight MiB of base64: more than one piece, more than any buffer


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}]}


@pytest.fixture
async def both(snv, stc):
    """The sender at the native door; the recipient at that one and at the VXP door."""
    async with (
        Office(snv.url, snv.system_id, snv.secret, (SENDER,)) as sender,
        Office(stc.url, stc.system_id, stc.secret, (RECIPIENT,)) as recipient,
    ):
        yield sender, recipient, stc


def tamper(hub, package_id: str, *, frame: int):
    """Turn one bit of one frame of the sealed file; how to put it back."""
    path = hub.blobs.path(package_id)
    good = path.read_bytes()
    at = len(MAGIC) + frame * (FRAME_BYTES + TAG_BYTES) + 5
    path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    return lambda: path.write_bytes(good)


async def alarms(hub, package_id: str) -> list[str]:
    rows = await hub.db.read(lambda connection: events.of_package(connection, package_id))
    return [json.loads(one.detail)["alarm"] for one in rows if one.type == "alarm.raised"]


async def is_kept_back(hub, package_id: str) -> None:
    kept = await row(hub, package_id)
    assert (kept.status, kept.held_for) == ("quarantined", "damaged")
    assert await alarms(hub, package_id) == ["package_damaged"]
    assert "delivery.delivered" not in await journal(hub, package_id)


async def test_C20_a_damaged_first_frame_is_answered_by_name_and_nothing_leaves(both):  # noqa: N802 - the id of the case
    sender, recipient, stc = both
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    [item] = await recipient.inbox()
    lease = await recipient.lease(item["delivery_id"])
    restore = tamper(stc.hub, sent["package_id"], frame=0)

    heard = await recipient.get(f"/packages/{sent['package_id']}/content")
    again = await recipient.get(f"/packages/{sent['package_id']}/content")
    said = {"lease": lease["lease"], "sha256": item["sha256"]}
    acknowledged = await recipient.post(f"/inbox/{item['delivery_id']}/ack", json=said)

    assert (heard.status, heard.code) == (503, "dependency_down")
    assert again.status == 404
    assert (acknowledged.status, acknowledged.code) == (503, "dependency_down")
    assert await recipient.inbox() == []
    await is_kept_back(stc.hub, sent["package_id"])

    restore()
    await keeping.turn(stc.hub)
    assert (await recipient.receive())[0]["package_id"] == sent["package_id"]
    assert await alarms(stc.hub, sent["package_id"]) == ["package_damaged"]


async def test_C20_a_damaged_later_frame_cuts_the_connection_and_cannot_be_acknowledged(both):  # noqa: N802
    sender, recipient, stc = both
    sent = await sender.send(make_package(SENDER, RECIPIENT, size=BIG))
    [item] = await recipient.inbox()
    lease = await recipient.lease(item["delivery_id"])
    tamper(stc.hub, sent["package_id"], frame=item["size"] // FRAME_BYTES)

    with pytest.raises(aiohttp.ClientError):
        await recipient.get(f"/packages/{sent['package_id']}/content")

    said = {"lease": lease["lease"], "sha256": item["sha256"]}
    acknowledged = await recipient.post(f"/inbox/{item['delivery_id']}/ack", json=said)
    assert (acknowledged.status, acknowledged.code) == (503, "dependency_down")
    await is_kept_back(stc.hub, sent["package_id"])


@pytest.mark.parametrize("method", ["getEdoc", "downloadEdoc"])
@pytest.mark.parametrize("where", ["first", "last"])
async def test_C20_the_vxp_door_hands_nothing_over_either(both, method, where):  # noqa: N802
    sender, _, stc = both
    sent = await sender.send(make_package(SENDER, RECIPIENT, size=BIG))
    [item] = (await stc.do("getReceivedEdocList")).json["data"]
    last = (await row(stc.hub, sent["package_id"])).size // FRAME_BYTES
    restore = tamper(stc.hub, sent["package_id"], frame=0 if where == "first" else last)

    try:
        heard = await stc.do(method, item["docId"])
    except (OSError, http.client.HTTPException):
        assert where == "last"
    else:  # the SDK asks again when it is cut off
        reply, data = heard if method == "getEdoc" else (heard, heard.body)
        assert data == b""
        if method == "downloadEdoc":
            assert reply.http_status == (503 if where == "first" else 404)
        else:
            assert reply.json["status"] == "FAIL"
            assert where == "last" or reply.code == "20"
    for word in ("done", "fail"):  # what was broken off is no reason to give the document up
        assert (await stc.do("updateStatus", item["docId"], word)).code == "20"
    assert (await stc.do("getReceivedEdocList")).json["data"] == []
    await is_kept_back(stc.hub, sent["package_id"])

    restore()
    await keeping.turn(stc.hub)
    assert [one["docId"] for one in (await stc.do("getReceivedEdocList")).json["data"]] == [item["docId"]]
