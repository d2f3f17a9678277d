"""I-06, I-10, I-13: many large packages, and a large document verified, in a `truc serve` of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from urllib.parse import urlencode

import pytest

from connectors import outgoing
from edxml.testing import TestCA, make_package, plain_pdf, signed_pdf
from hub.cli.bench import lag, province
from hub.cli.bench.doors import SENDER, receiver
from hub.cli.bench.wire import Connection

MEGABYTE = 1 << 20
MARK = "0" * 32
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Served:
    """A hub in a process of its own, and its one sender."""

    def __init__(self, server: province.Server, credential) -> None:
        self.server, self._credential = server, credential
        self.token = ""

    def line(self) -> Connection:
        bearer = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        return Connection(self.server.host, self.server.port, bearer)

    async def sign_in(self) -> None:
        known = self._credential
        form = {"grant_type": "client_credentials", "client_id": known.system_id, "client_secret": known.secret}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.closing(self.line()) as line:
            status, body = await line.request("POST", "/api/v1/token", [urlencode(form).encode()], kind)
        assert status == 200, body
        self.token = json.loads(body)["access_token"]

    async def send(self, pieces: list[bytes]) -> tuple[int, bytes]:
        with contextlib.closing(self.line()) as line:
            return await line.request("POST", "/api/v1/packages", pieces, {"Content-Type": "application/xml"})


@pytest.fixture
def ca() -> TestCA:
    return TestCA()


@pytest.fixture
async def served(tmp_path, ca):
    folder = tmp_path / "D"
    credential, _ = await province.prepare(folder)
    ca.write_trust(folder / "trust")
    made = Served(await province.start(folder), credential)
    await made.sign_in()
    yield made
    await made.server.stop()


def package(document: bytes) -> tuple[bytes, bytes]:
    """What stands before and behind the DocumentId of a package with this document."""
    data = make_package(SENDER, (receiver(0),), document_id=MARK, attachments=[("van-ban.pdf", document)])
    head, tail = data.split(MARK.encode(), 1)
    return head, tail.replace(MARK.encode(), b"1" * 32)


def pieces(ends: tuple[bytes, bytes]) -> list[bytes]:
    """One more package of that mold, in pieces of a megabyte, none of them copied whole."""
    head, tail = ends
    cut = [tail[at : at + MEGABYTE] for at in range(0, len(tail), MEGABYTE)]
    return [head + uuid.uuid4().hex.encode(), *cut]


async def test_i_10_sixteen_packages_of_sixty_megabytes_at_once_cost_no_process_much(served):
    """I-10: a thousand megabytes on their way in; each is taken or asked to come again; memory stays where it is."""
    ends = package(plain_pdf(45 * MEGABYTE))
    assert len(ends[1]) >= 60_000_000
    shared = pieces(ends)[1:]
    served.server.forget_peak()

    answers = await asyncio.gather(*(served.send([ends[0] + uuid.uuid4().hex.encode(), *shared]) for _ in range(16)))

    assert {status for status, _ in answers} <= {201, 503}, [body[:300] for _, body in answers]
    assert any(status == 201 for status, _ in answers)
    assert served.server.process.returncode is None
    peaks = served.server.peaks_mib()
    assert max(peaks.values()) < 512, peaks
    status, body = await served.send(pieces(package(plain_pdf(10_000))))
    assert status == 201, body


async def test_i_13_a_hundred_megabytes_are_verified_while_others_are_served(served, ca):
    """I-13: twenty callers poll; the loop is late by 50 ms in less than one look of a hundred."""
    ends = package(signed_pdf(ca, [("organisation", "Sở Nội vụ")], 100 * MEGABYTE))
    whole = pieces(ends)
    await served.send(pieces(package(signed_pdf(ca, [("organisation", "Sở Nội vụ")]))))  # the verifiers are awake
    done = asyncio.Event()
    polled = []

    async def poll() -> None:
        with contextlib.closing(served.line()) as line:
            while not done.is_set():
                polled.append((await line.request("GET", "/api/v1/inbox"))[0])
                await asyncio.sleep(0.1)

    meter = served.line()
    before = await lag.read(meter)
    callers = [asyncio.create_task(poll()) for _ in range(20)]
    status, body = await served.send(whole)
    after = await lag.read(meter)
    done.set()
    await asyncio.gather(*callers)

    assert status == 201, body
    assert set(polled) == {200}
    assert len(polled) > 20
    _, told = await meter.request("GET", f"/api/v1/packages/{json.loads(body)['package_id']}/verdicts")
    meter.close()
    assert json.loads(told)["verdict"] == "PASSED"
    figures = lag.between(before, after)
    assert figures["loop_p99_within_ms"] <= 50, figures
    assert max(served.server.peaks_mib().values()) < 512


async def test_i_06_many_names_of_hosts_are_forgotten_again():
    """I-06: what the hub remembers of names ends at a thousand of them, each for half a minute."""
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=2) as http:
        remembered = http.connector._cached_hosts
        for number in range(5000):
            remembered.add((f"h{number}.example", 443), [])

        assert len(remembered._addrs_rr) == len(remembered._timestamps) == 1000
        assert remembered._ttl <= 30
