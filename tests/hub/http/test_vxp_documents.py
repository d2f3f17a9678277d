"""A document's way through the VXP door, as the unmodified SDK goes it."""

from __future__ import annotations

from edxml.testing import make_package


async def test_a_document_travels_as_the_sdk_carries_it(snv, stc):
    file = make_package()
    reader = stc.sdk()

    sent = await snv.do("sendEdoc", file, "000.00.01.H99")
    waiting = await stc.do("getReceivedEdocList", sdk=reader)
    item = waiting.json["data"][0]
    reply, content = await stc.do("getEdoc", item["docId"], sdk=reader)
    done = await stc.do("updateStatus", item["docId"], "done", sdk=reader)
    rows = await snv.do("getSentEdocList", docId=sent.json["DocId"])

    assert sent.ok
    assert sent.json["DocId"]
    assert (item["from"], item["to"], item["status"]) == ("000.00.01.H99", "000.00.02.H99", "initial")
    assert reply.ok
    assert content == file
    assert done.ok
    row = rows.json["data"][0]
    assert row["receiverDocId"] == item["docId"]
    assert (row["toCode"], row["sendStatus"], row["receiveStatus"]) == ("000.00.02.H99", "done", "done")
    assert (await stc.do("getReceivedEdocList")).json["data"] == []
