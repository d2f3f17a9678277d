"""Fifteen requests of the Java SDK 2.0.1, byte for byte as captured, against the real server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import vxp_client

DATA = Path(__file__).resolve().parents[4] / "shared" / "samples" / "edxml"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the captured requests are kept beside the project, in ../shared/samples/edxml"
)
SYSTEM, SECRET = "000.00.00.X01", "made-up-secret"


def requests() -> list[tuple[str, bytes, bytes]]:
    """(method, head, body) of each captured request; the cut bodies from the file that was sent."""
    text = (DATA / "vxp-sdk-2.0.1_wire-capture.txt").read_text(encoding="utf-8")
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("# ")).strip("\n")
    found = []
    for block in text.split("\n--------\n"):
        head, _, body = block.partition("\n\n")
        method = head.split(" ")[1].removeprefix("/")
        data = body.strip("\n").encode()
        if method == "sendEdoc":
            data = (DATA / "vxp-sdk_status_01_inbox.edxml").read_bytes() + b"\r\n"
        found.append((method, "\r\n".join(head.strip("\n").split("\n")).encode() + b"\r\n\r\n", data))
    return found


def say(url: str, head: bytes, body: bytes) -> vxp_client.Reply:
    service = vxp_client.Service(url, SYSTEM, SECRET)
    try:
        return service.exchange(head, body, wait=b"100-continue" in head)
    finally:
        service.close()


@pytest.fixture
async def axis_customer(province):
    """The system of the capture, and the agencies of its status message."""
    await province.agencies("000.00.00.X01", "000.00.00.H41", "000.00.00.G22")
    await province.system("G22", "000.00.00.G22")
    return await province.system(SYSTEM, ["000.00.00.X01", "000.00.00.H41"], secret=SECRET)


def test_the_capture_is_whole():
    names = [method for method, _, _ in requests()]

    assert len(names) == 15
    assert len(set(names)) == 13
    for _, head, body in requests():
        length = [line for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
        assert not length or int(length[0].split(b":")[1]) == len(body)


async def test_every_captured_request_is_understood(axis_customer):
    assert axis_customer.system_id == SYSTEM
    answers = []
    for method, head, body in requests():
        reply = await asyncio.to_thread(say, axis_customer.url, head, body)
        assert reply.http_status == 200 or method == "downloadEdoc"
        if method == "downloadEdoc":
            answers.append((method, "" if reply.body == b"" else "bytes"))
            continue
        vxp_client.read(reply, encoding="ascii" if method == "sendEdoc" else "utf-8")
        answers.append((method, reply.code))

    assert answers == [
        ("getAgenciesList", "0"),
        ("getAgenciesListQD20", "0"),
        ("getSynchronizeUnit", "0"),
        ("registerAgency", "0"),
        ("deleteAgency", "21"),  # 000.00.01.X01 was only proposed, so there is nothing to close yet
        ("getReceivedEdocList", "0"),
        ("getEdoc", "21"),
        ("updateStatus", "21"),
        ("sendEdoc", "0"),
        ("sendEdoc", "0"),
        ("getSentEdocList", "0"),
        ("countReceiveEdoc", "0"),
        ("countReceiveStatus", "0"),
        ("downloadEdoc", ""),
        ("getReceivedEdocList", "0"),
    ]


async def test_the_captured_send_arrives_whole_and_once(axis_customer, province):
    receiver = (await province.system("reader", "000.00.00.G22", replace=True)).sdk()

    doc_ids = []
    for method, head, body in requests():
        if method == "sendEdoc":
            reply = await asyncio.to_thread(say, axis_customer.url, head, body)
            doc_ids.append(json.loads(reply.body)["DocId"])
    waiting = await asyncio.to_thread(receiver.getReceivedEdocList, "status")
    _, content = await asyncio.to_thread(receiver.getEdoc, waiting.json["data"][0]["docId"])

    assert doc_ids[0] == doc_ids[1], "the second time, said to be another messagetype, is the same package"
    assert len(waiting.json["data"]) == 1
    assert content == (DATA / "vxp-sdk_status_01_inbox.edxml").read_bytes()


def test_the_twin_writes_what_was_captured():
    """The Python twin sends the same headers in the same order as the Java original."""
    made = vxp_client.Service("http://axis.example:80", SYSTEM, SECRET, timestamp="21112026T001842+0485")
    sent: list[bytes] = []
    made.exchange = lambda head, *_, **__: sent.append(head)
    document = "11111111-2222-4333-8444-555555555555"
    file = (DATA / "vxp-sdk_status_01_inbox.edxml").read_bytes()

    made.call("getReceivedEdocList", {"servicetype": "eDoc", "messagetype": "edoc"})
    made.call("getEdoc", {"docId": document, "filePath": "/data/vxp/xml"}, b"{}")
    made.call("updateStatus", {"docId": document, "status": "done"}, b"{}")
    caller = {"from": SYSTEM, "servicetype": "eDoc", "messagetype": "edoc", "to": '["000.00.00.X02","000.00.00.X03"]'}
    caller["hash-file"] = vxp_client.unpadded_sha256(file)
    made.upload("sendEdoc", caller, file + b"\r\n")
    made.call("getSentEdocList", {"docId": "5bebcfeff858e3e0cc154762", "messagetype": "edoc"})

    captured = [head for _, head, _ in requests()]
    assert sent == [captured[5], captured[6], captured[7], captured[8], captured[10]]
