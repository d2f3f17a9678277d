"""A document's way through the VXP door, as the unmodified SDK goes it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid

import pytest
import vxp_client

from edxml import reader
from edxml.testing import make_package, make_status

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
ABSENT = "11111111-2222-4333-8444-555555555555"


async def in_thread(work, *args):
    return await asyncio.to_thread(work, *args)


@pytest.mark.parametrize("version", ["2.0.0", "2.0.1"])
async def test_a_document_travels_as_the_sdk_carries_it(snv, stc, version):
    """law: R-234: the list of agencies, sending, fetching, statuses of a provincial data platform."""
    file = make_package()
    reader_sdk = stc.sdk(version=version)

    sent = await snv.do("sendEdoc", file, SENDER, sdk=snv.sdk(version=version))
    item = (await stc.do("getReceivedEdocList", sdk=reader_sdk)).json["data"][0]
    reply, content = await stc.do("getEdoc", item["docId"], sdk=reader_sdk)
    done = await stc.do("updateStatus", item["docId"], "done", sdk=reader_sdk)
    [row] = await snv.sent(docId=sent.json["DocId"])

    assert sent.ok
    assert uuid.UUID(item["docId"]).version == 4
    assert (item["from"], item["to"], item["status"]) == (SENDER, RECIPIENT, "initial")
    assert (item["serviceType"], item["messageType"]) == ("eDoc", "edoc")
    assert reply.ok
    assert content == file
    assert done.ok
    assert (row["senderDocId"], row["receiverDocId"]) == (sent.json["DocId"], item["docId"])
    assert (row["toCode"], row["sendStatus"], row["receiveStatus"]) == (RECIPIENT, "done", "done")
    assert await stc.waiting() == []


async def test_replies_are_one_line_of_exact_json(snv, stc):
    sent = await snv.do("sendEdoc", make_package(), SENDER)
    listed = await stc.do("getReceivedEdocList")

    assert list(sent.json) == ["status", "ErrorCode", "ErrorDesc", "DocId"]
    assert list(listed.json) == ["status", "ErrorCode", "ErrorDesc", "data"]
    assert set(listed.json["data"][0]) == {
        "docId", "serviceType", "messageType", "created_time", "updated_time", "from", "to", "status", "status_desc",
    }  # fmt: skip
    for reply in (sent, listed):
        assert reply.headers["content-type"] == "application/json;charset=UTF-8"
        assert b"\n" not in reply.body


async def test_a_fail_of_sendedoc_is_ascii_and_holds_an_empty_docid(snv):
    reply = await snv.do("sendEdoc", make_package(to="000.00.77.H99"), SENDER)

    assert reply.http_status == 200
    assert reply.body.isascii()
    assert (reply.code, reply.json["DocId"]) == ("18", "")
    assert "Không tìm thấy mã định danh" in reply.why


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"12" + make_package(), "10"),
        (b"not xml at all", "10"),
        (b"", "10"),
        (b"<a/>", "22"),
        (make_package(sender="000.00.02.H99", to=SENDER), "19"),
    ],
)
async def test_refused_content_has_its_code(snv, stc, file, code):
    assert (await snv.do("sendEdoc", file, SENDER)).code == code
    assert await stc.waiting() == []


async def test_a_form_is_refused_by_name(snv, stc):
    form = b'--x\r\nContent-Disposition: form-data; name="file_doc"\r\n\r\n' + make_package() + b"\r\n--x--\r\n"

    reply = await snv.do("sendEdoc", form, SENDER)

    assert reply.code == "10"
    assert "multipart" in reply.why


async def test_a_body_other_than_its_hash_is_refused(snv, stc):
    sdk = snv.sdk()
    caller = {"from": SENDER, "messagetype": "edoc", "hash-file": vxp_client.unpadded_sha256(b"something else")}

    reply = vxp_client.read(await in_thread(sdk.knobstick.upload, "sendEdoc", caller, make_package() + b"\r\n"))

    assert reply.code == "10"
    assert "hash-file" in reply.why


@pytest.mark.parametrize(
    "form", [vxp_client.unpadded_sha256, lambda data: hashlib.sha256(data).hexdigest().upper(), None]
)
async def test_the_line_end_is_taken_off_only_if_the_hash_says_so(snv, stc, form):
    file = make_package()
    caller = {"from": SENDER, "messagetype": "edoc"} | ({"hash-file": form(file)} if form else {})
    await in_thread(snv.sdk().knobstick.upload, "sendEdoc", caller, file + b"\r\n")

    [item] = await stc.waiting()
    _, content = await stc.do("getEdoc", item["docId"])

    assert content == (file if form else file + b"\r\n")


async def test_a_repeat_is_the_first_document(snv, stc):
    file = make_package()

    first = await snv.do("sendEdoc", file, SENDER)
    second = await snv.do("sendEdoc", file, SENDER)

    assert first.body == second.body
    assert len(await stc.waiting()) == 1


async def test_what_the_headers_still_carry_changes_nothing(snv, stc, province):
    """The SDK's header map is never cleared: docId, status, to, from and messagetype of earlier calls go along."""
    await province.agencies("000.00.03.H99")
    other = await province.system("stp", "000.00.03.H99")
    sdk = snv.sdk()
    stale = {"to": '["000.00.03.H99"]', "docId": ABSENT, "status": "done", "fromDate": "01/01/2000 00:00:00"}
    sdk.knobstick.map |= {**stale, "toDate": "01/01/2090 00:00:00", "level": "1", "AgencyCode": "000.00.03.H99"}

    sent = await snv.do("sendEdoc", make_package(), "000.00.99.H01", sdk=sdk)
    [row] = (await snv.do("getSentEdocList", sdk=sdk)).json["data"]
    counted = await snv.do("countReceiveStatus", sdk=sdk)

    assert sent.ok
    assert row["toCode"] == RECIPIENT
    assert counted.json["count"] == 0
    assert await other.waiting() == []
    assert len(await stc.waiting()) == 1


async def test_a_status_goes_back_to_the_sender(snv, stc):
    file = make_package()
    await snv.do("sendEdoc", file, SENDER)
    sdk = stc.sdk()
    [item] = (await stc.do("getReceivedEdocList", sdk=sdk)).json["data"]
    await stc.do("getEdoc", item["docId"], sdk=sdk)
    await stc.do("updateStatus", item["docId"], "done", sdk=sdk)

    status = make_status("01", RECIPIENT, reader.read(file))
    sent = await stc.do("sendEdoc", status, RECIPIENT, "status", sdk=sdk)
    [back] = await snv.waiting("status")
    _, content = await snv.do("getEdoc", back["docId"])

    assert sent.ok
    assert (back["from"], back["to"], back["messageType"]) == (RECIPIENT, SENDER, "status")
    assert content == status
    assert (await snv.do("countReceiveStatus")).json["count"] == 1
    assert await snv.waiting() == []


async def test_a_status_sent_as_edoc_by_mistake_is_still_a_status(snv, stc):
    file = make_package()
    await snv.do("sendEdoc", file, SENDER)

    reply = await stc.do("sendEdoc", make_status("03", RECIPIENT, reader.read(file)), RECIPIENT, "edoc")

    assert reply.ok
    assert len(await snv.waiting("status")) == 1


async def test_download_brings_the_bytes(snv, stc):
    file = make_package()
    await snv.do("sendEdoc", file, SENDER)
    [item] = await stc.waiting()

    reply = await stc.do("downloadEdoc", item["docId"])

    assert reply.body == file


@pytest.mark.parametrize("base", ["/", "/XrdAdapter/adapter", "/XrdAdapter/adapter/"])
async def test_every_address_a_client_may_have_configured(snv, base):
    assert (await snv.do("getReceivedEdocList", sdk=snv.sdk(endpoint=snv.url + base))).ok


async def test_another_verb_is_told_in_json(snv):
    service = snv.sdk().knobstick

    posted = await in_thread(service.call, "getReceivedEdocList", {"messagetype": "edoc"}, b"", "GET")
    deleted = await in_thread(service.call, "getReceivedEdocList", {"messagetype": "edoc"}, b"", "DELETE")

    assert vxp_client.read(posted).ok
    assert vxp_client.read(deleted).code == "21"


async def test_intake_stopped_is_come_again(snv, stc):
    snv.hub.intake_stopped = "bao tri"

    reply = await snv.do("sendEdoc", make_package(), SENDER)

    assert reply.code == "20"
    assert (await stc.do("getReceivedEdocList")).ok


async def test_our_own_trouble_is_20_with_a_log_id(snv, monkeypatch):
    async def broken(*_):
        message = "secret inner words"
        raise RuntimeError(message)

    monkeypatch.setattr("hub.flow.items.count", broken)
    reply = await snv.do("countReceiveEdoc")

    assert reply.http_status == 200
    assert reply.code == "20"
    assert "log id" in reply.why
    assert "inner" not in reply.why


async def test_a_refused_send_leaves_the_connection_usable(snv, stc):
    sdk = snv.sdk()

    refused = await snv.do("sendEdoc", b"x" * 3_000_000, SENDER, sdk=sdk)
    accepted = await snv.do("sendEdoc", make_package(), SENDER, sdk=sdk)

    assert refused.code == "10"
    assert accepted.ok


async def test_thousands_of_recipients_in_a_header(snv, stc):
    codes = json.dumps([f"000.{number:04d}.H99" for number in range(5000)])

    reply = await snv.do("sendEdoc", make_package(), SENDER, to=codes)

    assert reply.ok
