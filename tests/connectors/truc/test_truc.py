"""The client of the native API against a real hub: tokens, leases, broken downloads, news."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

import aiohttp
import credentials
import pytest
from actors import Office
from aiohttp import web

from agency_registry import edit
from connectors import base, outgoing, truc
from edxml.testing import make_package, plain_pdf
from hub import log
from hub.clock import Clock
from hub.http import server
from hub.sections import Listen

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def sections() -> dict:
    return {"listen": [{"port": 0, "doors": ["api"]}]}


@pytest.fixture
async def tools():
    async with outgoing.session(outgoing.Guard(["127.0.0.0/8"]), timeout_seconds=20) as http:
        yield base.Tools(http, Clock().now, log.get(), 20)


@pytest.fixture
async def sender(province):
    await province.agencies(SENDER, RECIPIENT)
    made = await province.system("sender", SENDER)
    async with Office(province.url, made.system_id, made.secret, (SENDER,)) as office:
        yield office


@pytest.fixture
async def recipient(province, sender):
    made = await province.system("recipient", RECIPIENT)
    key = credentials.KEYS["ES256"]()
    await province.change(lambda c: edit.add_key(c, made.system_id, credentials.public_pem(key)))
    return {"url": province.url, "system_id": made.system_id, "private_key": key.as_pem(private=True).decode()}


def connector(values: dict, tools: base.Tools) -> truc.Connector:
    return truc.Connector(truc.Settings.model_validate(values), tools)


async def offered(one: truc.Connector) -> list[base.Incoming]:
    return [incoming async for incoming in one.collect("edoc")]


async def read(incoming: base.Incoming) -> bytes:
    return b"".join([piece async for piece in incoming.body()])


async def test_a_token_that_is_no_longer_believed_is_renewed_in_the_same_call(recipient, tools):
    one = connector(recipient, tools)
    assert await one.check() is None

    one._session._token = "no.such.token"

    assert await one.check() is None
    assert one._session._token != "no.such.token"


async def test_a_wrong_key_and_a_wrong_address_are_said_and_are_no_refusal_of_the_package(recipient, tools):
    wrong_key = {**recipient, "private_key": credentials.KEYS["ES256"]().as_pem(private=True).decode()}
    nobody = {**recipient, "url": "http://127.0.0.1:9"}
    data = make_package(RECIPIENT, SENDER)

    async def pieces():
        yield data

    parcel = base.Parcel("i", "p", "edoc", "d", RECIPIENT, (SENDER,), 0, len(data), digest(data), pieces)
    for values in (wrong_key, nobody):
        one = connector(values, tools)
        assert await one.check()
        outcome = await one.deliver(parcel)
        assert isinstance(outcome, base.Deferred)
        assert outcome.untouched


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def test_a_lost_lease_is_taken_anew_and_the_receipt_comes_all_the_same(sender, recipient, tools):
    """law: R-144 HN Đ12.1"""
    package = make_package(SENDER, RECIPIENT)
    await sender.send(package)
    one = connector(recipient, tools)
    [incoming] = await offered(one)
    assert await read(incoming) == package
    [other] = await offered(one)
    assert await read(other) == package  # its lease has replaced the first one

    await incoming.confirm(base.Taken(sha256=digest(package)))
    first = incoming.receipt
    await incoming.confirm(base.Taken(sha256=digest(package)))

    assert first == incoming.receipt
    assert first.count(".") == 2
    assert await offered(one) == []


async def test_a_wrong_digest_is_trouble_and_the_document_waits_on(sender, recipient, tools):
    await sender.send(make_package(SENDER, RECIPIENT))
    one = connector(recipient, tools)
    [incoming] = await offered(one)
    await read(incoming)

    with pytest.raises(base.PeerTroubleError, match="digest_mismatch"):
        await incoming.confirm(base.Taken(sha256="0" * 64))

    assert len(await offered(one)) == 1


async def test_news_comes_with_the_document_and_not_for_what_is_known(sender, recipient, tools):
    one = connector(recipient, tools)
    assert await offered(one) == []
    waiting = asyncio.create_task(one.news(30))
    await asyncio.sleep(0.2)

    await sender.send(make_package(SENDER, RECIPIENT))
    async with asyncio.timeout(10):
        await waiting

    assert len(await offered(one)) == 1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await one.news(30)


@pytest.fixture
async def breaking(province):
    """A line to the hub that breaks in the middle of the first download."""
    broken: list[str] = []

    async def through(request: web.Request) -> web.StreamResponse:
        address = province.url + request.path_qs
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as http,
            http.request(request.method, address, headers=headers, data=await request.read()) as answer,
        ):
            body = await answer.read()
            kept = {name: value for name, value in answer.headers.items() if name.lower() != "transfer-encoding"}
            made = web.StreamResponse(status=answer.status, headers=kept)
            await made.prepare(request)
            if request.path.endswith("/content") and len(broken) < 2:
                broken.append(request.headers.get("Range", ""))
                await made.write(body[: len(body) // 2])
                request.transport.close()
                return made
            await made.write(body)
            return made

    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", through)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", broken
    await runner.cleanup()


async def test_a_download_that_breaks_off_goes_on_where_it_stopped(sender, recipient, tools, breaking):
    address, broken = breaking
    package = make_package(SENDER, RECIPIENT, attachments=[("a.pdf", plain_pdf(1_000_000))])
    await sender.send(package)
    one = connector({**recipient, "url": address, "audience": "000.00.00.H99"}, tools)
    [incoming] = await offered(one)

    assert await read(incoming) == package
    assert [bool(one) for one in broken] == [False, True]


async def test_a_clock_that_is_behind_is_corrected_by_the_hub_s_date(recipient, tools):
    """law: R-094 HN Đ12.3"""

    class Behind(Clock):
        def now(self):
            return super().now() - timedelta(minutes=20)

    one = connector(recipient, base.Tools(tools.http, Behind().now, tools.log, 20))

    assert await one.check() is None
    assert -1205 <= one.clock_seconds <= -1195


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"secret": "s", "private_key": "x"}, "private_key"),
        ({}, "either private_key"),
        ({"secret": "s", "url": "ftp://h"}, "http or https"),
        ({"private_key": "no key"}, "not a private key"),
        ({"secret": "s", "certificate": "c"}, "certificate needs"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_a_secret(values, word):
    with pytest.raises(ValueError, match=word) as caught:
        truc.Settings.model_validate({"url": "http://h", "system_id": "a", **values})
    assert "no key" not in str(caught.value)


async def test_a_client_certificate_proves_us_over_tls_that_only_our_authority_vouches_for(
    province,
    sender,
    tools,
    tmp_path,
):
    authority = credentials.Authority()
    listen = Listen(
        port=0, doors=("api",), certificate="keys/tls.crt", key="keys/tls.key", client_certificate="optional",
        client_authorities=str(authority.write(tmp_path / "clients.pem")),
    )  # fmt: skip
    runner = server.runner(server.build(province.hub, listen), 1)
    await runner.setup()
    await server.site(province.hub.settings, listen, runner).start()
    client = authority.issue(tmp_path, "sender")
    await province.change(lambda c: edit.add_key(c, "sender", client.pem))
    hub_certificate = province.hub.settings.at("keys/tls.crt").read_text()
    values = {
        "url": f"https://localhost:{runner.addresses[0][1]}", "system_id": "sender", "ca": hub_certificate,
        "certificate": client.certificate_file.read_text(), "private_key": client.key_file.read_text(),
    }  # fmt: skip

    assert await connector(values, tools).check() is None
    assert "SSL" in (await connector({**values, "ca": ""}, tools).check() or "")
    await runner.cleanup()
