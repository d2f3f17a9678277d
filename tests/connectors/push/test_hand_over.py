"""A package pushed over mutual TLS, and everything an office system may do wrong (threats K)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import patience
import pytest
from fake_peers import receiver
from fake_peers.parcels import Source, parcel
from fake_peers.receiver import said

from connectors import base
from connectors.calling import answers


async def test_the_whole_package_goes_over_mutual_tls_and_its_digest_comes_back(office, connect):
    """law: R-181 QĐ28 Đ12.1"""
    data = "<edXML>Báo cáo</edXML>".encode() * 5000
    sent = parcel(data, sending={"to": [{"code": "000.00.02.H99", "role": "act"}]})

    outcome = await connect().deliver(sent)

    assert outcome == base.Delivered(f"o-{sent.item_id}")
    called = office.last
    assert (called.method, called.path, called.body) == ("POST", "/vanban", data)
    assert called.headers["webhook-id"] == sent.item_id
    assert called.headers["digest"] == "SHA-256=" + base64.b64encode(hashlib.sha256(data).digest()).decode()
    assert called.is_signed(sent.sha256.encode())
    assert dict(item for (item,) in called.shown["subject"])["commonName"] == "Trục liên thông"
    told = json.loads(called.headers["truc-parcel"])
    assert told["delivery_ids"] == ["d1"]
    assert told["sending"]["to"][0]["role"] == "act"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (said(200, "<html>Đăng nhập</html>", Content_Type="text/html"), base.Deferred),  # k_03
        (said(200), base.Deferred),
        (said(204), base.Deferred),
        (said(200, "null"), base.Deferred),
        (said(200, "[" * 100_000), base.Deferred),
        (said(200, "[]"), base.Deferred),
        (said(200, '{"sha256":'), base.Deferred),
        (said(200, {"sha256": "0" * 64}), base.Deferred),  # k_06: of another package
        (said(200, {"sha256": None}), base.Deferred),
        (said(200, {"status": "OK"}), base.Deferred),
        (said(409, {"sha256": "0" * 64}), base.Deferred),
        (said(409), base.Deferred),
        (said(400, {"code": "xml", "reason": "sai cấu trúc"}), base.Refused),
        (said(413, {"code": "large"}), base.Refused),
        (said(415, {"code": "type"}), base.Refused),
        (said(422, {"code": 17}), base.Refused),
        (said(400), base.Deferred),  # a proxy says that too
        (said(422, {"reason": "no code"}), base.Deferred),
        (said(401, {"code": "auth"}), base.Deferred),
        (said(403, {"code": "auth"}), base.Deferred),
        (said(500, {"code": "x"}), base.Deferred),
        (said(502, "<html>Bad Gateway</html>"), base.Deferred),
        (b"HTTP/1.1 999 X\r\n\r\n", base.Deferred),
        (b"SMTP ready\r\n\r\n", base.Deferred),
        (b"\x00" * 200, base.Deferred),
    ],
)
async def test_k_03_only_the_digest_is_a_yes_and_only_a_code_is_a_no(office, connect, answer, kind):
    office.script = [answer]

    outcome = await connect().deliver(parcel())

    assert isinstance(outcome, kind)
    if kind is base.Deferred:
        assert outcome.peer, "the endpoint is in trouble: it rests, and an operator is told after some"
        assert not outcome.untouched


async def test_k_01_nobody_listens(office, connect):
    made = connect()
    await office.stop()
    source = Source(b"x")

    outcome = await made.deliver(parcel(b"x", source))

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched
    assert source.pulled == 0


async def test_k_01_the_name_is_not_known(connect):
    outcome = await connect(endpoint="https://khong-co.invalid/x").deliver(parcel())

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched


async def test_k_01_an_endless_connect_ends(connect):
    with socket.socket() as full:  # its queue of connections is full, so that nobody is let in
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        began = time.monotonic()
        source = Source(b"x")

        outcome = await connect(endpoint=f"https://127.0.0.1:{full.getsockname()[1]}/").deliver(parcel(b"x", source))

        for one in waiting:
            one.close()
    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched
    assert source.pulled == 0
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("what", ["other authority", "other host", "no tls"])
async def test_k_01_k_15_a_peer_that_cannot_show_the_right_certificate_gets_no_byte(
    office, connect, authority, tmp_path, what
):
    await office.stop()
    if what == "no tls":
        office.tls = None
    elif what == "other host":
        office.tls = receiver.server_tls(tmp_path, authority, authority.issue("QLVB", "127.0.0.9"))
    else:
        office.tls = receiver.server_tls(tmp_path, authority, receiver.Authority("Kẻ khác").issue("QLVB"))
    await office.start()
    source = Source(b"x")

    outcome = await connect(endpoint=f"https://127.0.0.1:{office.port}/").deliver(parcel(b"x", source))

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched
    assert source.pulled == 0
    assert office.calls == []


async def test_k_15_a_pinned_certificate_is_the_only_one_believed(office, connect, authority, tmp_path):
    pinned = authority.issue("QLVB")
    made = connect(authorities=pinned.certificate)

    before = await made.deliver(parcel())
    await office.stop()
    office.tls = receiver.server_tls(tmp_path, authority, pinned)
    await office.start()
    after = await made.deliver(parcel())

    assert isinstance(before, base.Deferred)
    assert before.untouched
    assert isinstance(after, base.Delivered)


async def test_an_office_that_asks_for_our_certificate_does_not_take_another(office, connect):
    stranger = receiver.Authority("Kẻ khác").issue("Trục liên thông")

    outcome = await connect(client_certificate=stranger.certificate, client_key=stranger.key).deliver(parcel())

    assert isinstance(outcome, base.Deferred)
    assert office.calls == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    ("wish", "rest"), [(None, None), ("7", 7), ("1000000", 3600), ("soon", None), ("-5", None), ("9" * 400, 3600)]
)
async def test_k_02_a_wish_for_rest_is_honoured_within_a_bound(office, connect, status, wish, rest):
    office.script = [said(status, **({} if wish is None else {"Retry_After": wish}))]

    outcome = await connect().deliver(parcel())

    assert isinstance(outcome, base.Deferred)
    assert outcome.retry_after_seconds == rest


@pytest.mark.parametrize(("ahead", "rest"), [(90, 90), (-90, 0), (10**7, 3600)])
def test_k_02_a_wish_for_rest_may_be_a_date(ahead, rest):
    now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    assert answers.rest(format_datetime(now + timedelta(seconds=ahead), usegmt=True), now) == rest


async def test_k_04_an_acknowledgement_that_was_lost_is_asked_for_under_the_same_id(office, connect):
    office.script = [receiver.cut, receiver.known]
    made, one = connect(), parcel()

    lost = await made.deliver(one)
    found = await made.deliver(one)

    assert isinstance(lost, base.Deferred)
    assert not lost.untouched
    assert isinstance(found, base.Delivered)
    assert len({called.headers["webhook-id"] for called in office.calls}) == 1


async def test_k_07_a_peer_that_vanished_is_noticed_in_time(office, connect):
    office.script = [receiver.silent]
    began = time.monotonic()

    outcome = await connect().deliver(parcel())

    assert isinstance(outcome, base.Deferred)
    assert "Timeout" in outcome.reason
    assert time.monotonic() - began < 10


async def test_k_08_a_slow_reader_does_not_keep_its_slot_for_a_hundred_megabytes(office, connect):
    async def slowly(reader, _writer):
        reader._transport.pause_reading()  # the kernel's buffers fill, then one kilobyte a second goes on
        while True:
            await asyncio.sleep(1)
            await reader.read(1024)

    office.before_reading = slowly
    size, piece = 100 * 2**20, b"x" * 65_536

    async def source():
        for _ in range(size // len(piece)):
            yield piece

    began = time.monotonic()
    outcome = await connect().deliver(parcel(b"", source, size=size, sha256="0" * 64))

    assert isinstance(outcome, base.Deferred)
    assert not outcome.untouched
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("behaviour", [receiver.endless, receiver.dribbling])
async def test_k_09_an_answer_without_end_is_read_so_far_and_no_further(office, connect, behaviour):
    office.script = [behaviour]
    began = time.monotonic()

    outcome = await connect().deliver(parcel())

    assert isinstance(outcome, base.Deferred)
    assert time.monotonic() - began < 10


async def test_k_09_a_packed_answer_is_not_unpacked(office, connect):
    import gzip

    right = json.dumps({"sha256": hashlib.sha256(b"<edXML/>").hexdigest()}).encode()
    office.script = [said(200, gzip.compress(right), Content_Encoding="gzip")]

    outcome = await connect().deliver(parcel())

    assert isinstance(outcome, base.Deferred)
    assert office.last.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [404, 410])
async def test_k_11_a_system_that_has_moved_rests_and_nothing_is_lost(office, connect, status):
    office.script = [said(status, {"code": "gone"}), receiver.taken]
    made = connect()

    gone = await made.deliver(parcel())
    back = await made.deliver(parcel())

    assert isinstance(gone, base.Deferred)
    assert gone.peer
    assert "moved" in gone.reason
    assert isinstance(back, base.Delivered)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["https://127.0.0.1:{port}/", "http://127.0.0.1:{port}/", "//ke-khac.example/", "/x"])
async def test_k_12_a_redirect_is_never_followed(office, connect, authority, tmp_path, status, where):
    tls = receiver.server_tls(tmp_path, authority, authority.issue("Kẻ khác"))
    trap = await receiver.Receiver(tls if where.startswith("https") else None).start()
    office.script = [said(status, Location=where.format(port=trap.port))]

    outcome = await connect().deliver(parcel())

    await trap.stop()
    assert isinstance(outcome, base.Deferred)
    assert trap.connections == 0
    assert len(office.calls) == 1


WICKED = 'x\r\nX-Evil: 1\n\x00\x7f\x1b[31m"Hà Nội ℀﻿'


async def test_k_14_nothing_in_a_parcel_makes_a_header_of_its_own(office, connect):
    wicked = parcel(
        item_id=WICKED, document_id=WICKED, sender=WICKED, recipients=(WICKED,), delivery_ids=(WICKED,),
        package_id=WICKED, sending={WICKED: [WICKED]},
    )  # fmt: skip

    outcome = await connect().deliver(wicked)

    assert isinstance(outcome, base.Delivered)
    head = office.last.head
    assert b"\r\nx-evil" not in head.lower()
    assert all(32 <= byte < 127 or byte in b"\r\n" for byte in head)
    assert json.loads(office.last.headers["truc-parcel"])["document_id"] == WICKED


async def test_k_14_what_is_told_beside_a_package_never_outgrows_a_header(office, connect):
    many = tuple(f"000.00.{number}.H99" for number in range(5000))

    outcome = await connect().deliver(parcel(recipients=many, delivery_ids=many, document_id="x" * 50_000))

    assert isinstance(outcome, base.Delivered)
    assert len(office.last.headers["truc-parcel"]) <= 6000


async def test_words_of_the_peer_are_made_safe_to_show(office, connect):
    office.script = [said(422, {"code": "x\r\ny", "reason": "a\x00\x1b[31m" + "b" * 10_000})]

    outcome = await connect().deliver(parcel())

    assert outcome.code == "x y"
    assert outcome.reason.isprintable()
    assert len(outcome.reason) <= 300


async def test_n_19_proxies_of_the_environment_are_not_asked(office, connect, monkeypatch):
    trap = await receiver.Receiver().start()
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, trap.url)

    outcome = await connect().deliver(parcel())

    await trap.stop()
    assert isinstance(outcome, base.Delivered)
    assert trap.connections == 0


async def test_n_20_a_cookie_is_never_sent_on(office, connect):
    digest = hashlib.sha256(b"<edXML/>").hexdigest()
    office.script = [said(200, {"sha256": digest}, Set_Cookie="a=b; Path=/")]
    made = connect()

    await made.deliver(parcel())
    await made.deliver(parcel())

    assert len(office.calls) == 2
    assert all("cookie" not in called.headers for called in office.calls)


async def test_a_cancelled_hand_over_leaves_nothing_open(office, connect):
    office.script = [receiver.silent]
    task = asyncio.create_task(connect().deliver(parcel()))
    await patience.until(lambda: office.calls)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_hub_that_cannot_read_the_package_hands_nothing_over(connect):
    async def broken():
        yield b"<ed"
        raise OSError

    outcome = await connect().deliver(parcel(b"<edXML/>", broken))

    assert isinstance(outcome, base.Deferred)


async def test_a_look_at_the_way_takes_and_sends_nothing(office, connect):
    made = connect()

    assert await made.check() is None
    assert office.last.method == "HEAD"
    office.script = [said(403)]
    assert await made.check() == "HTTP 403"
    await office.stop()
    assert "Connect" in await made.check()
