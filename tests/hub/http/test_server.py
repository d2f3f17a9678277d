"""The server around the doors: health, very long headers, who may come in."""

from __future__ import annotations

import asyncio
import ssl
import time

import pytest
from aiohttp import ClientSession, TCPConnector, web
from aiohttp.test_utils import make_mocked_request

from hub.http import health, server
from hub.sections import Listen
from hub.settings import SettingsProblem


@pytest.fixture
async def start(hub):
    """Serve a listener; gives its port."""
    running = []

    async def start(listen, **more):
        runner = server.runner(server.build(hub, listen, **more), 1)
        await runner.setup()
        running.append(runner)
        await server.site(hub.settings, listen, runner).start()
        return runner.addresses[0][1]

    yield start
    for runner in running:
        await runner.cleanup()


@pytest.fixture
async def http():
    async with ClientSession(connector=TCPConnector(ssl=False), max_field_size=4_000_000) as session:
        yield session


async def test_live_and_ready_without_login(start, http):
    port = await start(Listen(port=0, doors=()))

    async with http.get(f"http://127.0.0.1:{port}/health/live") as live:
        assert live.status == 200
    async with http.get(f"http://127.0.0.1:{port}/health/ready") as ready:
        assert ready.status == 200
        assert (await ready.json())["status"] == "ready"


async def test_a_stopping_hub_is_alive_and_not_ready(hub, start, http):
    readiness = health.Readiness(hub)
    port = await start(Listen(port=0, doors=()), readiness=readiness)
    readiness.stopping = True

    async with http.get(f"http://127.0.0.1:{port}/health/ready") as ready:
        assert ready.status == 503
        assert (await ready.json())["checks"]["hub"] == "stopping"
    async with http.get(f"http://127.0.0.1:{port}/health/live") as live:
        assert live.status == 200


async def test_a_header_of_a_megabyte_is_taken(start, http):
    """VXP senders put every recipient into one header."""
    port = await start(Listen(port=0, doors=()))

    async with http.get(f"http://127.0.0.1:{port}/health/live", headers={"to": "000.00.01.H99;" * 80_000}) as answer:
        assert answer.status == 200


async def test_only_named_doors_answer(start, http):
    port = await start(Listen(port=0, doors=("metrics",)))

    async with http.get(f"http://127.0.0.1:{port}/metrics") as metrics:
        assert "hub_build_info" in await metrics.text()
    async with http.get(f"http://127.0.0.1:{port}/getReceivedEdocList") as other:
        assert other.status == 404


async def test_tls_with_the_keys_of_init(start, http):
    port = await start(Listen(port=0, doors=(), certificate="keys/tls.crt", key="keys/tls.key"))

    async with http.get(f"https://127.0.0.1:{port}/health/live") as live:
        assert live.status == 200


async def test_a_required_client_certificate_is_required(hub, start, http):
    authority = str(hub.settings.keys_folder / "tls.crt")
    port = await start(
        Listen(port=0, doors=(), certificate="keys/tls.crt", key="keys/tls.key", client_certificate="required",
               client_authorities=authority)
    )  # fmt: skip

    with pytest.raises((OSError, Exception), match=r"(?i)certificate|disconnect|closed|reset"):
        async with http.get(f"https://127.0.0.1:{port}/health/live") as answer:
            await answer.read()


@pytest.mark.parametrize(
    "listen",
    [
        Listen(address="0.0.0.0"),
        Listen(address="192.0.2.1"),
        Listen(certificate="keys/tls.crt"),
        Listen(certificate="keys/tls.crt", key="keys/tls.key", client_revocations="crl.pem"),
    ],
)
async def test_an_unsafe_listener_is_refused(hub, listen):
    with pytest.raises(SettingsProblem):
        server.tls(hub.settings, listen)


async def test_old_tls_is_not_spoken(hub):
    """law: S-09"""
    context = server.tls(hub.settings, Listen(certificate="keys/tls.crt", key="keys/tls.key"))

    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("peer", "allowed"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("11.1.2.3", False),
        ("", False),
    ],
)
async def test_plain_http_is_for_the_listed_networks(peer, allowed):
    gate = server._neighbours(Listen(address="0.0.0.0", networks=("10.0.0.0/8",)))
    request = make_mocked_request("GET", "/").clone(remote=peer)

    async def handler(_request):
        return web.Response(text="in")

    if allowed:
        assert (await gate(request, handler)).text == "in"
    else:
        with pytest.raises(web.HTTPForbidden):
            await gate(request, handler)


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        (Listen(), "http://127.0.0.1:9"),
        (Listen(address="0.0.0.0"), "http://127.0.0.1:9"),
        (Listen(address="::1", certificate="c", key="k"), "https://[::1]:9"),
    ],
)
def test_the_url_is_one_this_machine_can_use(listen, url):
    assert server.url(listen, 9) == url


async def test_a_stopping_hub_sends_long_polls_away_and_lets_answers_finish(hub):
    """A stop does not wait for the longest poll; what has begun to answer is not cut."""
    app = server.build(hub, Listen(port=0, doors=()))
    begun = asyncio.Event()

    async def poll(_request):
        await asyncio.sleep(60)
        return web.Response()

    async def slow(request):
        answer = web.StreamResponse()
        await answer.prepare(request)
        begun.set()
        await asyncio.sleep(0.5)
        await answer.write(b"whole")
        return answer

    app.add_routes([web.get("/poll", poll), web.get("/slow", slow)])
    runner = server.runner(app, 10)
    await runner.setup()
    await server.site(hub.settings, Listen(port=0), runner).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def fetch(path):
        async with ClientSession() as session, session.get(url + path) as answer:
            return answer.status, await answer.text()

    waiting = asyncio.create_task(fetch("/poll"))
    answering = asyncio.create_task(fetch("/slow"))
    await begun.wait()
    began = time.monotonic()
    await runner.cleanup()

    assert await waiting == (503, "")
    assert await answering == (200, "whole")
    assert time.monotonic() - began < 9  # a stop waits 10 s for answers, 60 s the poll would take
