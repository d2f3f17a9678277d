"""The client of the axis's protocol, against an axis that behaves and one that does not."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json

import pytest
from fake_peers.axis import OK

from connectors import base, outgoing, vxp
from connectors.calling import answers
from connectors.vxp import wire
from edxml import reader
from edxml.testing import make_package
from hub import log
from hub.clock import Clock


@pytest.fixture
async def client(axis):
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=1) as http:
        tools = base.Tools(http, Clock().now, log.get(), 1)
        wanted = {"endpoint": axis.url + "/", "system_id": "00.01.H99", "secret": axis.secret}
        yield vxp.Connector(vxp.Settings.model_validate(wanted), tools)


class Source:
    """The bytes of a parcel, and whether anybody asked for them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pulled = 0

    async def __call__(self):
        self.pulled += 1
        for start in range(0, len(self.data), 1000):
            yield self.data[start : start + 1000]


def parcel(data: bytes | None = None) -> tuple[base.Parcel, Source]:
    data = data if data is not None else make_package()
    read = reader.read(data)
    source = Source(data)
    return (
        base.Parcel(
            "item",
            "package",
            "edoc",
            read.document_id,
            read.sender_id,
            read.recipient_ids,
            0,
            len(data),
            read.sha256,
            source,
        ),
        source,
    )


async def collected(client, message_type="edoc"):
    return [incoming async for incoming in client.collect(message_type)]


async def bytes_of(incoming):
    return b"".join([piece async for piece in incoming.body()])


async def test_a_package_is_sent_as_the_sdk_sends_it(axis, client):
    one, source = parcel()

    outcome = await client.deliver(one)

    assert outcome == base.Delivered("doc-1", {"answer": "Thanh cong"})
    method, fields, body = axis.calls[0]
    assert (method, body) == ("sendEdoc", source.data + b"\r\n")
    assert (fields["from"], fields["messagetype"], fields["servicetype"]) == (one.sender, "edoc", "eDoc")
    assert fields["hash-file"] == "".join(f"{byte:x}" for byte in hashlib.sha256(source.data).digest())
    assert fields["sign-header-key"].split(";")[-2:] == ["timestamp", "Content-Type"]
    assert axis.badly_signed == 0


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": "OK", "ErrorCode": 0, "ErrorDesc": None, "DocId": "d1"}, base.Delivered),
        (OK, base.Deferred),  # no DocId: perhaps it arrived
        ({**OK, "DocId": None}, base.Deferred),
        ({"status": "FAIL", "ErrorCode": "18", "ErrorDesc": "Không có đơn vị nhận"}, base.Refused),
        ({"status": "FAIL", "ErrorCode": 21, "ErrorDesc": "x", "DocId": ""}, base.Refused),
        ({"status": "FAIL", "ErrorCode": "20", "ErrorDesc": "x"}, base.Deferred),
        ({"status": "FAIL", "ErrorCode": "15", "ErrorDesc": "sai khóa"}, base.Deferred),
        ({"status": "FAIL", "ErrorCode": "4711", "ErrorDesc": "?"}, base.Deferred),
        ({"status": "FAIL"}, base.Deferred),
        ((502, "<html>Bad Gateway</html>"), base.Deferred),
        ((200, "<html>Please log in</html>"), base.Deferred),
        ("", base.Deferred),
        ("null", base.Deferred),
        ("[]", base.Deferred),
        ('{"hello":"world"}', base.Deferred),
        (30, base.Deferred),  # silence
    ],
)
async def test_only_the_protocols_own_answer_counts(axis, client, answer, kind):
    axis.script["sendEdoc"] = [answer]

    outcome = await client.deliver(parcel()[0])

    assert isinstance(outcome, kind)


@pytest.mark.parametrize("status", [200, 500])
async def test_k_09_an_answer_is_read_to_its_limit_and_no_further(axis, client, status):
    """K-09: only a list of what waits may be long, and only when it is an answer and no error page."""
    long = json.dumps(OK | {"DocId": "d-1", "data": [], "more": "x" * answers.ANSWER_BYTES})
    axis.script = {method: [(status, long)] for method in ("sendEdoc", "updateStatus", "getReceivedEdocList")}

    handed = await client.deliver(parcel()[0])
    with pytest.raises(base.PeerTroubleError, match="longer than"):
        await client.update("d-1", "done")

    assert isinstance(handed, base.Deferred)
    assert not handed.untouched
    assert "longer than" in handed.reason
    assert (await client.check() is None) == (status == 200)


async def test_nobody_at_home_exposes_nothing(axis, client):
    await axis.stop()
    one, source = parcel()

    outcome = await client.deliver(one)

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched
    assert source.pulled == 0


async def test_an_address_that_is_not_listed_is_never_called(axis):
    async with outgoing.session(outgoing.Guard(), timeout_seconds=1) as http:
        wanted = {"endpoint": axis.url, "system_id": "00.01.H99", "secret": axis.secret}
        stranger = vxp.Connector(vxp.Settings.model_validate(wanted), base.Tools(http, Clock().now, log.get(), 1))
        one, source = parcel()

        outcome = await stranger.deliver(one)

    assert isinstance(outcome, base.Deferred)
    assert "not allowed" in outcome.reason
    assert (source.pulled, axis.calls) == (0, [])


@pytest.mark.parametrize("download", [True, False])
async def test_what_is_listed_is_fetched_and_acknowledged(axis, client, download):
    document = make_package(size=300_000)
    axis.offers["edoc"] = [("d1", document)]
    if not download:
        axis.script["downloadEdoc"] = [(404, "<html>no such method</html>")]

    offered = await collected(client)
    content = await bytes_of(offered[0])
    await offered[0].confirm(base.Taken())

    assert content == document
    assert axis.marks == [("d1", "done", "")]
    assert await collected(client) == []
    assert axis.badly_signed == 0


@pytest.mark.parametrize("page", ["", "<html>maintenance</html>", b"\n <!DOCTYPE html><p>", '{"status":"FAIL"}'])
async def test_a_page_instead_of_a_download_is_fetched_by_the_other_method(axis, client, page):
    document = make_package()
    axis.offers["edoc"] = [("d1", document)]
    axis.script["downloadEdoc"] = [page]

    content = await bytes_of((await collected(client))[0])

    assert content == document


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "FAIL", "ErrorCode": "20", "ErrorDesc": "x", "data": ""},
        '{"status":"OK","ErrorCode":"0","data":"AAAA',
        '{"status":"OK","ErrorCode":"0","data":"AA*A"}',
        (502, "<html>"),
        30,
    ],
)
async def test_a_fetch_that_fails_is_trouble_and_never_a_short_package(axis, client, answer):
    axis.offers["edoc"] = [("d1", make_package())]
    axis.script["downloadEdoc"] = [b""]
    axis.script["getEdoc"] = [answer]
    offered = await collected(client)

    with pytest.raises(base.PeerTroubleError):
        await bytes_of(offered[0])


@pytest.mark.parametrize(
    "answer",
    [(502, "<html>"), {"status": "FAIL", "ErrorCode": "15"}, "", 30, {"hello": 1}],
)
async def test_a_list_that_cannot_be_read_is_not_an_empty_list(axis, client, answer):
    axis.script["getReceivedEdocList"] = [answer]

    with pytest.raises(base.PeerTroubleError):
        await collected(client)


@pytest.mark.parametrize("data", [None, [], [{"docId": "d1", "status": "done"}], "x"])
async def test_odd_rows_of_a_list_are_passed_over(axis, client, data):
    axis.script["getReceivedEdocList"] = [{**OK, "data": data}]

    assert await collected(client) == []


async def test_only_failed_rows_of_the_sent_list_bounce(axis, client):
    rows = [
        {"senderDocId": "d1", "toCode": "A", "sendStatus": "done", "receiveStatus": "initial"},
        {"senderDocId": "d1", "toCode": "B", "sendStatus": "fail", "sendStatusDesc": "không  có"},
        {"senderDocId": "d2", "toCode": "C", "sendStatus": "done", "receiveStatus": "FAIL"},
        {"senderDocId": None, "toCode": "D", "sendStatus": "fail"},
        None,
    ]
    axis.script["getSentEdocList"] = [{**OK, "data": rows}]

    found = await client.bounces()

    assert found == (base.Bounce("d1", "B", "không có"), base.Bounce("d2", "C", "fail"))


async def test_a_reason_goes_out_in_letters_the_axis_can_verify(axis, client):
    axis.offers["edoc"] = [("d1", b"x")]

    await (await collected(client))[0].reject(
        base.Declined("xml_not_well_formed", "Từ chối", "Refused", detail="Từ chối")
    )

    assert axis.marks == [("d1", "fail", "xml_not_well_formed: T? ch?i")]
    assert axis.badly_signed == 0


async def test_a_hand_over_can_be_cancelled_at_any_moment(axis, client):
    axis.script["sendEdoc"] = [30]
    task = asyncio.ensure_future(client.deliver(parcel()[0]))
    await asyncio.sleep(0.2)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_secret_is_in_no_text_of_the_connector(client):
    assert "s3cret" not in repr(client.settings) + str(vars(client))


@pytest.mark.parametrize("step", [1, 3, 7, 64, 100_000])
def test_base64_inside_json_is_decoded_wherever_it_is_cut(step):
    data = bytes(range(256)) * 30 + b"?"
    text = base64.b64encode(data).decode().replace("/", "\\/").replace("=", "\\u003d")
    body = ('{"status":"OK", "data" : "' + text[:900] + "\\r\\n" + text[900:] + '","ErrorCode":"0"}').encode()
    stream = wire.DataStream()

    found = b"".join(stream.feed(body[at : at + step]) for at in range(0, len(body), step))

    assert found == data
    assert stream.close(200).ok


def test_the_signature_is_that_of_the_captured_sdk():
    captured = json.loads('{"XroadVnpt-systemid":"000.00.00.X01","XroadVnpt-timestamp":"t"}')
    made = wire.headers("000.00.00.X01", "made-up-secret", Clock().now(), wire.JSON, {})

    signed = json.loads(made["XroadVnpt-sign-header"])
    assert signed["XroadVnpt-systemid"] == captured["XroadVnpt-systemid"]
    assert list(signed) == ["XroadVnpt-systemid", "XroadVnpt-timestamp", "XroadVnpt-Content-Type"]
    assert made["XroadVnpt-sign-header-key"] == "systemid;timestamp;Content-Type"


def test_letters_beyond_ascii_never_enter_a_header():
    with pytest.raises(ValueError, match="from"):
        wire.headers("a", "b", Clock().now(), wire.JSON, {"from": "Sở"})
