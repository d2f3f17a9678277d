"""Group I at the listener: callers that are slow, endless, compressed or many do not keep the hub from the others."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import socket
import time
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from patience import until

from edxml.testing import make_package
from hub.http import patience

MEGABYTE = 1 << 20


@pytest.fixture
def sections() -> dict:
    """Both doors, and packages of at most four megabytes."""
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}], "limits": {"package_bytes": 4 * MEGABYTE}}


@pytest.fixture
async def raw(target):
    """Open a socket to the hub and send bytes; gives reader and writer. All are closed at the end."""
    place = urlsplit(target.vxp.url)
    opened = []

    async def connect(data: bytes = b""):
        reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 22)
        opened.append(writer)
        writer.write(data)
        await writer.drain()
        return reader, writer

    yield connect
    for writer in opened:
        writer.transport.abort()


async def head(target, *lines: str) -> bytes:
    """The head of a sending, signed in."""
    token = target.sender.token or await target.sender.sign_in()
    fixed = (
        "POST /api/v1/packages HTTP/1.1",
        "Host: h",
        f"Authorization: Bearer {token}",
        "Content-Type: application/xml",
    )
    return "\r\n".join((*fixed, *lines, "", "")).encode()


async def status(reader) -> int:
    """The status of the answer; 0 when the connection was closed without one."""
    line = await asyncio.wait_for(reader.readline(), 30)
    return int(line.split()[1]) if line else 0


@pytest.mark.parametrize("size", [0, 1], ids=["I-01a nothing", "I-01b one byte"])
async def test_an_attachment_may_be_tiny(target, size):
    data = make_package("000.00.01.H99", ("000.00.02.H99",), attachments=[("a.pdf", b"x" * size)])

    heard = await target.offer(data)

    assert heard.status == 201 or heard.code in {"format_not_allowed", "attachment_mismatch", "profile_invalid"}
    for item in await target.recipient.inbox():
        lease = await target.recipient.lease(item["delivery_id"])
        await target.recipient.ack(item["delivery_id"], lease["lease"], data)


async def test_i_01_ten_gigabytes_that_are_only_announced_are_refused_at_once(target, raw):
    reader, _ = await raw(await head(target, "Content-Length: 10000000000"))

    assert await status(reader) == 413


async def test_i_01_a_body_without_end_is_refused_when_the_limit_is_passed(target, raw):
    reader, writer = await raw(await head(target, "Transfer-Encoding: chunked"))
    answer = asyncio.create_task(status(reader))
    piece, sent = b"10000\r\n" + b"x" * 65_536 + b"\r\n", 0
    with contextlib.suppress(ConnectionError):  # the hub stops listening to the rest
        while not answer.done() and sent < 64 * MEGABYTE:
            writer.write(piece)
            await writer.drain()
            sent += 65_536

    assert await answer in {400, 413}  # XML that is none is refused with its first bytes
    assert not list(target.vxp.hub.scratch.iterdir())


async def test_i_02_two_hundred_slow_callers_do_not_slow_the_others_and_are_let_go(target, raw, monkeypatch):
    monkeypatch.setattr(patience, "LOOK_SECONDS", 0.3)
    start = await head(target, "Content-Length: 100000")
    slow = [await raw(start + b"<") for _ in range(200)]
    took = []
    for _ in range(20):
        begun = time.perf_counter()
        await target.still_serves()
        took.append(time.perf_counter() - begun)

    assert sorted(took)[-2] < 2
    ends = await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in slow), return_exceptions=True), 60)
    assert len(ends) == 200


async def test_i_02_who_does_not_read_the_answer_is_let_go(target, monkeypatch):
    monkeypatch.setattr(patience, "LOOK_SECONDS", 0.3)
    data = make_package("000.00.01.H99", ("000.00.02.H99",), size=2_900_000)
    sent = await target.sender.send(data)
    bearer = f"Authorization: Bearer {target.sender.token}"
    asked = f"GET /api/v1/packages/{sent['package_id']}/content HTTP/1.1\r\nHost: h\r\n{bearer}\r\n\r\n".encode() * 5
    place = urlsplit(target.vxp.url)
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        lazy.connect((place.hostname, place.port))
        lazy.sendall(asked)
        await asyncio.sleep(patience.STRIKES * 2 * 0.3 + 1)  # the time it is given, not a wait for something
        got = await asyncio.to_thread(_drain, lazy)

    assert got < 5 * len(data)
    await target.recipient.receive()


def _drain(source: socket.socket) -> int:
    """Everything that still comes, in bytes, until the connection ends one way or the other."""
    source.settimeout(10)
    count = 0
    with contextlib.suppress(ConnectionError):
        while piece := source.recv(1 << 20):
            count += len(piece)
    return count


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["X: y"] * 100_000, id="I-03a a hundred thousand headers"),
        pytest.param(["X: " + "y" * 3 * MEGABYTE], id="I-03b a header of three megabytes"),
    ],
)
async def test_a_head_beyond_measure_is_refused(raw, lines):
    reader, writer = await raw()
    with contextlib.suppress(ConnectionError):  # the hub may hang up while we still speak
        writer.write(("GET /health/live HTTP/1.1\r\nHost: h\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode())
        await asyncio.wait_for(writer.drain(), 30)
        answer = await asyncio.wait_for(reader.read(), 30)

        assert answer == b"" or b" 400 " in answer[:20] or b'"ErrorCode":"10"' in answer.replace(b" ", b""), answer[
            :300
        ]


async def test_i_03_a_million_parts_are_refused(target):
    body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n\r\n' * 20_000 + b"--b--\r\n"

    heard = await target.sender.post(
        "/packages", data=io.BytesIO(body), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert heard.status in {400, 413, 422}


async def test_i_04_a_hundred_thousand_requests_on_one_socket_are_a_bounded_queue(target, raw):
    reader, writer = await raw()
    one = b"GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n"
    sending = asyncio.create_task(_pour(writer, one * 1000, 100))

    for _ in range(10):
        assert await status(reader) == 200
        await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"}")
    sending.cancel()


def descriptors() -> int:
    """How many files and sockets this process holds."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def _pour(writer, data: bytes, times: int) -> None:
    for _ in range(times):
        writer.write(data)
        await writer.drain()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        pytest.param("gzip", gzip.compress, id="I-05a gzip"),
        pytest.param("deflate", zlib.compress, id="I-05b deflate"),
        pytest.param("br", gzip.compress, id="I-05c brotli by name"),
        pytest.param("zstd", gzip.compress, id="I-05d zstd by name"),
    ],
)
async def test_a_compressed_bomb_is_not_blown_up(target, encoding, pack):
    bomb = pack(b"\0" * 200 * MEGABYTE)

    heard = await target.sender.post(
        "/packages", data=bomb, headers={"Content-Type": "application/xml", "Content-Encoding": encoding}
    )

    assert heard.code in {"unsupported_type", "too_large"}


async def test_i_07_five_hundred_broken_off_calls_leave_no_descriptor(target, raw):
    data = make_package("000.00.01.H99", ("000.00.02.H99",), size=200_000)
    sent = await target.sender.send(data)
    start = await head(target, f"Content-Length: {len(data)}")
    asked = start.replace(b"POST /api/v1/packages ", f"GET /api/v1/packages/{sent['package_id']}/content ".encode())
    before = descriptors()

    for number in range(500):
        _, writer = await raw((start + data[:50_000]) if number % 2 else asked)
        writer.transport.abort()
    await until(lambda: descriptors() <= before + 20)

    assert not list(target.vxp.hub.scratch.iterdir())
    await target.recipient.receive()


async def test_i_08_a_body_in_single_bytes_costs_little(target, raw):
    data = make_package("000.00.01.H99", ("000.00.02.H99",), size=30_000)
    reader, writer = await raw(await head(target, "Transfer-Encoding: chunked"))
    begun = time.process_time()
    writer.write(b"".join(b"1\r\n" + data[at : at + 1] + b"\r\n" for at in range(len(data))) + b"0\r\n\r\n")
    await writer.drain()

    assert await status(reader) == 201
    assert time.process_time() - begun < 5
    await target.recipient.receive()
