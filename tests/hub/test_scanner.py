"""The scanner's client: what a real clamd says, and that no answer is ever taken for "clean"."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest
from clamav import NAME, clamd, infected  # noqa: F401 - a fixture

from hub import scanner as scanners
from hub.scanner import Clean, Infected, Scanner, Unavailable


def client(address: str, *, seconds: float = 20, stream_bytes: int = 2_000_000) -> Scanner:
    return Scanner(address, timeout_seconds=seconds, stream_bytes=stream_bytes, in_thread=asyncio.to_thread)


@pytest.fixture
def file(tmp_path):
    def make(data: bytes):
        path = tmp_path / "file"
        path.write_bytes(data)
        return path

    return make


@contextlib.asynccontextmanager
async def server(tmp_path, behave):
    """Something that listens where a scanner should, and behaves as told."""
    path = tmp_path / "s"
    running = await asyncio.start_unix_server(behave, path)
    try:
        yield f"unix:{path}"
    finally:
        running.close()


@pytest.mark.clamav
async def test_a_real_clamd_tells_clean_from_infected(clamd, file):  # noqa: F811
    """law: R-178"""
    scanner = client(clamd.address)

    assert await scanner.scan(file(b"")) == Clean()
    assert await scanner.scan(file(b"%PDF-1.7 " + b"x" * 1_000_000)) == Clean()
    assert await scanner.scan(file(infected())) == Infected(f"{NAME}.UNOFFICIAL")
    assert await scanner.ping()
    assert scanner.state == "ok"


@pytest.mark.clamav
async def test_a_file_longer_than_clamd_takes_is_not_clean(clamd, file):  # noqa: F811
    """Neither when we know the limit, nor when only clamd knows it."""
    path = file(bytes(3_000_000))

    known = await client(clamd.address).scan(path)
    unknown = await client(clamd.address, stream_bytes=10_000_000).scan(path)

    assert isinstance(known, Unavailable)
    assert isinstance(unknown, Unavailable)


async def test_a_scanner_that_is_not_there_is_unavailable_at_once(file):
    scanner = client("unix:/nonexistent/clamd.ctl")

    assert isinstance(await scanner.scan(file(b"x")), Unavailable)
    assert not await scanner.ping()
    assert scanner.state.startswith("the scanner cannot be reached")


async def test_a_scanner_that_never_answers_is_left_alone_for_a_while(tmp_path, file):
    async def behave(reader, writer):
        with contextlib.suppress(ConnectionError):
            while await reader.read(65_536):
                pass
        writer.close()

    async with server(tmp_path, behave) as address:
        scanner = client(address, seconds=0.5)
        began = time.monotonic()
        first = await scanner.scan(file(b"x" * 100_000))
        waited = time.monotonic() - began
        second = await scanner.scan(file(b"x"))

    assert isinstance(first, Unavailable)
    assert isinstance(second, Unavailable)
    assert waited < 5
    assert time.monotonic() - began < waited + 0.4  # the second one did not wait for its answer


@pytest.mark.parametrize(
    "said",
    [b"", b"stream: OK", b"OK\0", b"stream: ok\0", b"stream: OK FOUND? ERROR\0", b"x" * 10_000, b"\xff\xfe\0", b"\0"],
)
async def test_only_the_one_word_of_clamd_means_clean(tmp_path, file, said):
    async def behave(reader, writer):
        await reader.readexactly(10)
        writer.write(said)
        writer.close()

    async with server(tmp_path, behave) as address:
        found = await client(address, seconds=5).scan(file(b"x" * 3_000))

    assert isinstance(found, Unavailable)


async def test_an_answer_before_the_end_of_the_file_ends_the_sending(tmp_path, file):
    async def behave(reader, writer):
        await reader.readexactly(10)
        writer.write(b"stream: Early.Bird FOUND\0")
        await writer.drain()
        await over.wait()
        writer.close()

    over = asyncio.Event()
    async with server(tmp_path, behave) as address:
        began = time.monotonic()
        found = await client(address, seconds=30, stream_bytes=200_000_000).scan(file(bytes(50_000_000)))
        over.set()

    assert found == Infected("Early.Bird")
    assert time.monotonic() - began < 10


async def test_the_rest_after_a_failure_ends(file, monkeypatch, tmp_path):
    async def behave(reader, writer):
        await reader.readexactly(10)
        writer.write(b"stream: OK\0")
        writer.close()

    monkeypatch.setattr(scanners, "REST_SECONDS", 0.0)
    async with server(tmp_path, behave) as address:
        scanner = client("unix:/nonexistent/clamd.ctl")
        assert isinstance(await scanner.scan(file(b"x")), Unavailable)
        scanner.address = address
        assert await scanner.scan(file(b"x")) == Clean()
