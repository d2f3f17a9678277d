"""When something breaks in the middle: bytes on disk, connections, crowds."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket

import pytest
import vxp_client
from patience import until
from sqlalchemy import func, select
from vxp_client import NullResultError

from edxml.testing import make_package
from hub.flow.items import IDLE_LISTINGS
from hub.http import vxp_documents
from hub.store import tables

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


async def count(hub, table) -> int:
    return await hub.db.read(lambda connection: connection.execute(select(func.count()).select_from(table)).scalar())


def sealed(hub) -> list:
    return [path for path in hub.blobs.folder.rglob("*") if path.is_file() and path.stat().st_size > 200]


async def sent_and_listed(snv, stc, **package) -> str:
    assert (await snv.do("sendEdoc", make_package(**package), SENDER)).ok
    return (await stc.do("getReceivedEdocList")).json["data"][0]["docId"]


async def test_damage_at_the_start_is_fail(snv, stc):
    doc_id = await sent_and_listed(snv, stc)
    for path in sealed(snv.hub):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.chmod(0o600)
        path.write_bytes(data)

    reply, data = await stc.do("getEdoc", doc_id)
    download = await stc.do("downloadEdoc", doc_id)

    assert (reply.code, data) == ("20", b"")
    assert download.body == b""


@pytest.mark.parametrize("method", ["getEdoc", "downloadEdoc"])
async def test_damage_further_on_cuts_the_connection(snv, stc, method):
    """Half a document must never look whole, nor a FAIL stand inside it."""
    doc_id = await sent_and_listed(snv, stc, size=2_000_000)
    for path in sealed(snv.hub):
        data = bytearray(path.read_bytes())
        data[-1000] ^= 1
        path.chmod(0o600)
        path.write_bytes(data)

    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        await stc.do(method, doc_id)
    assert (await stc.do("getReceivedEdocList")).ok


def half(office) -> socket.socket:
    """A connection with a sendEdoc of which half the body came."""
    service = office.sdk().knobstick
    file = make_package()
    kept: list[bytes] = []
    service.exchange = lambda head, *_, **__: kept.append(head)
    service.upload("sendEdoc", {"hash-file": vxp_client.unpadded_sha256(file)}, file + b"\r\n")
    host, port = office.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), 10)
    connection.sendall(kept[0] + file[: len(file) // 2])
    return connection


async def test_a_sender_that_goes_away_leaves_nothing(snv, stc):
    connection = await asyncio.to_thread(half, snv)
    await asyncio.sleep(0.2)
    connection.close()
    await asyncio.sleep(0.3)
    await until(lambda: not list(snv.hub.scratch.iterdir()))

    assert await count(snv.hub, tables.packages) == 0
    assert sealed(snv.hub) == []
    assert (await snv.do("sendEdoc", make_package(), SENDER)).ok


async def test_a_sender_that_falls_silent_is_told_to_come_again(snv, stc, monkeypatch):
    monkeypatch.setattr(vxp_documents, "IDLE_SECONDS", 0.3)
    monkeypatch.setattr("hub.http.vxp.DRAIN_SECONDS", 0.1)
    connection = await asyncio.to_thread(half, snv)

    answer = await asyncio.to_thread(connection.recv, 65536)
    connection.close()

    reply = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert (reply["ErrorCode"], reply["DocId"]) == ("20", "")
    assert await count(snv.hub, tables.packages) == 0


async def test_the_same_document_from_many_threads_is_one(snv, stc):
    """HttpURLConnection repeats a POST by itself, also while the first is still being answered."""
    file = make_package()

    answers = await asyncio.gather(*(snv.do("sendEdoc", file, SENDER) for _ in range(12)))

    assert len({answer.body for answer in answers}) == 1
    assert answers[0].ok
    assert len((await stc.do("getReceivedEdocList")).json["data"]) == 1
    assert await count(snv.hub, tables.deliveries) == 1


async def test_listing_without_fetching_raises_an_alarm_once(snv, stc):
    doc_id = await sent_and_listed(snv, stc)
    for _ in range(IDLE_LISTINGS + 2):
        await stc.do("getReceivedEdocList")

    def alarms(connection):
        return connection.execute(select(tables.events.c.detail).where(tables.events.c.type == "alarm.raised")).all()

    assert len(await snv.hub.db.read(alarms)) == 1
    assert (await stc.do("getEdoc", doc_id))[0].ok


async def test_more_recipients_than_rows_are_all_told_for_one_document(snv, province):
    limited = snv.hub.settings.vxp.model_copy(update={"list_limit": 10})
    snv.hub.settings = snv.hub.settings.model_copy(update={"vxp": limited})
    codes = [f"000.{number:02d}.04.H99" for number in range(1, 36)]
    await province.agencies(*codes)
    await province.system("centre", codes)

    sent = await snv.do("sendEdoc", make_package(to=codes), SENDER)

    assert len((await snv.do("getSentEdocList")).json["data"]) == 10
    assert len((await snv.do("getSentEdocList", docId=sent.json["DocId"])).json["data"]) == 35


async def test_a_method_that_is_not_there_is_told_in_json(snv):
    service = snv.sdk(endpoint=snv.url + "/XrdAdapter/adapter").knobstick

    reply = vxp_client.read(await asyncio.to_thread(service.call, "getTraces", {}), "data", "DocId")

    assert reply.json["status"] == "FAIL"


async def test_the_twin_notices_what_would_kill_a_client():
    """The judge itself: null, a missing list, an HTML page."""
    for body in (b'{"status":"OK","ErrorCode":"0","ErrorDesc":""}', b"<html>", b"[]", b"",
                 b'{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":[{"docId":null}]}'):  # fmt: skip
        with pytest.raises(NullResultError):
            vxp_client.listed(vxp_client.Reply(200, {}, body), "docId")
