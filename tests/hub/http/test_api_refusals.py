"""How the native door refuses: one shape, a language, no crash, and nothing left behind."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from patience import until

from edxml.faults import Fault
from edxml.testing import make_package
from hub.http import api_call

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
NOWHERE = str(uuid.UUID(int=7, version=4))


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}], "limits": {"package_bytes": 200_000}}


def left_behind(hub) -> list[str]:
    """Files below the blob and scratch folders."""
    return [str(one) for folder in (hub.blobs.folder, hub.scratch) for one in folder.rglob("*") if one.is_file()]


async def test_a_problem_speaks_vietnamese_first(offices):
    sender, _, _ = offices
    package = make_package(RECIPIENT, SENDER)

    vietnamese = await sender.offer(package)
    english = await sender.offer(package, headers={"Accept-Language": "en-GB,vi;q=0.5"})

    assert vietnamese.status == 403
    assert vietnamese.code == "sender_not_allowed"
    assert vietnamese.json["title"] == Fault.SENDER_NOT_ALLOWED.title_vi
    assert vietnamese.headers["content-language"] == "vi"
    assert english.json["title"] == Fault.SENDER_NOT_ALLOWED.title_en
    assert english.json["remedy"] == Fault.SENDER_NOT_ALLOWED.remedy_en
    assert english.json["type"] == "/help/faults/sender_not_allowed"
    assert english.json["instance"].startswith("/api/v1/packages/")


async def test_a_refused_package_is_shown_to_its_sender_and_leaves_no_bytes(offices, hub):
    sender, _, _ = offices

    refused = await sender.offer(b"<edXML>")
    shown = (await sender.get(refused.json["instance"])).expect(200)

    assert refused.code == "xml_not_well_formed"
    assert shown["status"] == "rejected"
    assert (await sender.get(f"{refused.json['instance']}/content")).code == "not_found"
    assert left_behind(hub) == []


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"", "application/xml", "xml_not_well_formed"),
        (b"\x00\xff", "application/xml", "xml_encoding"),
        (b"{}", "application/json", "unsupported_type"),
        (b"a=b", "application/x-www-form-urlencoded", "unsupported_type"),
        (b"", "multipart/form-data", "bad_request"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", "bad_request"),
        (b"no boundary at all", "multipart/form-data; boundary=x", "bad_request"),
        (b"--x--\r\n", "multipart/form-data; boundary=x", "schema_invalid"),
        (b'--x\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{]\r\n--x--',
         "multipart/form-data; boundary=x", "bad_request"),
        (b'--x\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{"to":[]}\r\n--x--',
         "multipart/form-data; boundary=x", "schema_invalid"),
        (b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--", "multipart/form-data; boundary=x",
         "bad_request"),
    ],
)  # fmt: skip
async def test_an_unreadable_body_is_a_problem(offices, hub, body, content_type, code):
    sender, _, _ = offices

    heard = await sender.post("/packages", data=body, headers={"Content-Type": content_type})

    assert heard.code == code
    assert left_behind(hub) == []


async def test_a_package_over_the_limit_is_refused_announced_or_not(offices, hub):
    sender, _, _ = offices
    package = make_package(SENDER, RECIPIENT, size=250_000)

    async def dripping():
        for start in range(0, len(package), 50_000):
            yield package[start : start + 50_000]

    announced = await sender.offer(package)
    dripped = await sender.post("/packages", data=dripping(), headers={"Content-Type": "application/xml"})
    file = await sender.send_files({"from": SENDER, "to": [RECIPIENT], "subject": "Lớn"}, ("a.pdf", bytes(250_000)))

    assert [one.code for one in (announced, dripped, file)] == ["too_large"] * 3
    assert left_behind(hub) == []


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "code"),
    [
        ("GET", "/nothing", {}, 404, "not_found"),
        ("DELETE", "/inbox", {}, 405, "method_not_allowed"),
        ("PUT", "/packages", {}, 405, "method_not_allowed"),
        ("GET", "/packages/not-a-uuid", {}, 404, "not_found"),
        ("GET", f"/packages/{NOWHERE.replace('-', '')}", {}, 404, "not_found"),
        ("GET", f"/packages/{NOWHERE}/attachments/x", {}, 404, "not_found"),
        ("GET", "/inbox", {"params": {"limit": "0"}}, 422, "schema_invalid"),
        ("GET", "/inbox", {"params": {"limit": "201"}}, 422, "schema_invalid"),
        ("GET", "/inbox", {"params": {"cursor": "9" * 40}}, 422, "schema_invalid"),
        ("GET", "/inbox", {"params": {"wait": "61"}}, 422, "schema_invalid"),
        ("GET", "/inbox?limit=1&limit=2", {}, 422, "schema_invalid"),
        ("GET", "/packages", {"params": {"cursor": "x"}}, 422, "schema_invalid"),
        ("GET", "/agencies", {"params": {"q": "a\x00b"}}, 422, "schema_invalid"),
        ("GET", "/inbox", {"headers": {"Accept": "text/html"}}, 406, "not_acceptable"),
        ("POST", f"/inbox/{NOWHERE}/lease", {}, 404, "not_found"),
        ("POST", f"/inbox/{NOWHERE}/ack", {"json": {"lease": "é", "sha256": "0" * 64}}, 404, "not_found"),
        ("POST", f"/inbox/{NOWHERE}/ack", {"json": {"lease": "x"}}, 422, "schema_invalid"),
        ("POST", f"/inbox/{NOWHERE}/ack", {"data": b"{", "headers": {"Content-Type": "application/json"}},
         400, "bad_request"),
        ("POST", f"/inbox/{NOWHERE}/ack", {"data": b"{}", "headers": {"Content-Type": "text/plain"}},
         415, "unsupported_type"),
        ("POST", f"/inbox/{NOWHERE}/ack",
         {"data": b"{}", "headers": {"Content-Type": "application/json", "Content-Encoding": "gzip"}},
         415, "unsupported_type"),
        ("POST", f"/inbox/{NOWHERE}/status", {"json": {"code": "99"}}, 422, "schema_invalid"),
        ("POST", f"/inbox/{NOWHERE}/status", {"json": {"code": "03", "description": "\x00"}}, 422, "schema_invalid"),
        ("POST", f"/packages/{NOWHERE}/withdraw", {"json": {"reason": "x", "kind": "burn"}}, 422, "schema_invalid"),
        ("POST", f"/packages/{NOWHERE}/withdraw", {"json": {"reason": "x"}}, 404, "not_found"),
    ],
)  # fmt: skip
async def test_every_wrong_call_is_a_problem(offices, method, path, more, status, code):
    sender, _, _ = offices

    heard = await sender.call(method, path, **more)

    assert (heard.status, heard.code) == (status, code)
    assert ("allow" in heard.headers) == (status == 405)


async def test_a_control_character_in_a_reason_is_refused_in_words(offices):
    sender, recipient, _ = offices
    await sender.send(make_package(SENDER, RECIPIENT))
    item, _, _ = await recipient.receive()

    heard = await recipient.say(item["delivery_id"], "02", reason="a\x01b")

    assert heard.status == 422
    assert heard.code == "profile_invalid"


async def test_a_lease_that_is_not_ascii_is_a_wrong_lease(offices):
    sender, recipient, _ = offices
    await sender.send(make_package(SENDER, RECIPIENT))
    (item,) = await recipient.inbox()
    await recipient.lease(item["delivery_id"])

    heard = await recipient.post(f"/inbox/{item['delivery_id']}/ack", json={"lease": "khóa", "sha256": item["sha256"]})

    assert heard.code == "lease_lost"


async def test_a_body_that_stops_is_given_up(offices, hub, monkeypatch):
    sender, _, _ = offices
    package = make_package(SENDER, RECIPIENT)
    monkeypatch.setattr(api_call, "IDLE_SECONDS", 0.3)

    async def stopping():
        yield package[: len(package) // 2]
        await asyncio.sleep(20)

    heard = await sender.post("/packages", data=stopping(), headers={"Content-Type": "application/xml"})

    assert (heard.status, heard.code) == (408, "request_timeout")
    assert left_behind(hub) == []


@pytest.mark.parametrize("multipart", [False, True])
async def test_a_connection_that_breaks_in_the_middle_leaves_nothing(offices, hub, multipart):
    sender, recipient, _ = offices
    token = await sender.sign_in()
    package = make_package(SENDER, RECIPIENT, size=100_000)
    media = "application/xml"
    if multipart:
        media = "multipart/form-data; boundary=x"
        package = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.pdf"\r\n\r\n' + package
    host, port = sender.url.removeprefix("http://").split(":")
    head = (
        f"POST /api/v1/packages HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: {media}\r\n"
        f"Content-Length: {len(package) + 1000}\r\n\r\n"
    )

    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode() + package[: len(package) // 2])
    await writer.drain()
    await asyncio.sleep(0.3)
    writer.transport.abort()
    await asyncio.sleep(0.3)
    await until(lambda: not left_behind(hub))

    assert await recipient.inbox() == []
    assert await sender.events() == []


async def test_intake_stopped_says_when_to_come_again(offices, hub):
    sender, _, _ = offices
    hub.intake_stopped = "bảo trì đến 18:00"

    heard = await sender.offer(make_package(SENDER, RECIPIENT))

    assert (heard.status, heard.code) == (503, "intake_stopped")
    assert int(heard.headers["retry-after"]) > 0
    assert heard.json["detail"] == "bảo trì đến 18:00"


async def test_an_unexpected_exception_is_a_problem_with_a_log_id(offices, hub, monkeypatch):
    sender, _, _ = offices
    await sender.sign_in()

    async def broken(_work):
        raise LookupError("a secret detail")

    monkeypatch.setattr(type(hub.db), "read", lambda _self, work: broken(work))
    heard = await sender.get("/packages")

    assert (heard.status, heard.code) == (500, "internal")
    assert "secret detail" not in heard.body.decode()
    assert heard.json["detail"].startswith("log id ")
