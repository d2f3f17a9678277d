"""Mutual TLS over real sockets (RFC 8705): who comes through the handshake, and what a token is bound to."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass

import aiohttp
import credentials
import pytest
from credentials import Authority, assertion, assertion_form
from cryptography import x509
from sqlalchemy import select

from agency_registry import edit
from hub import key_making
from hub.http import server
from hub.sections import Listen
from hub.store import tables

HUB = "000.00.00.H99"
CLOSED = (aiohttp.ClientError, ssl.SSLError, ConnectionError)


@pytest.fixture
def sections():
    return {
        "hub": {"organ_id": HUB, "prefixes": ["H99"], "test_mode": False},
        "listen": [{"port": 0, "doors": ["api"]}],
        "vxp": {"lockout_failures": 100},
    }


@dataclass
class Door:
    """A TLS listener of the hub and the authority of its callers."""

    url: str
    authority: Authority
    lists: object

    async def token(self, client, system_id="sender", **form):
        """Status and answer of a token request on a fresh connection with this certificate."""
        asked = {"grant_type": "client_credentials", "client_id": system_id, **form}
        async with credentials.connection(client) as session:
            return await self.ask(session, asked)

    async def ask(self, session, form):
        async with session.post(f"{self.url}/api/v1/token", data=form) as response:
            return response.status, await response.json()

    async def inbox(self, client, token, **more):
        async with credentials.connection(client, **more) as session:
            return await self.inbox_over(session, token)

    async def inbox_over(self, session, token):
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get(f"{self.url}/api/v1/inbox", headers=headers) as response:
            return response.status


@pytest.fixture
async def open_door(hub, tmp_path, offices):
    """Open a TLS listener; `client_certificate` optional unless said otherwise."""
    authority = Authority()
    running = []

    async def opened(**more):
        given = {
            "client_certificate": "optional",
            "client_authorities": str(authority.write(tmp_path / "clients.pem")),
            **more,
        }
        listen = Listen(port=0, doors=("api", "vxp"), certificate="keys/tls.crt", key="keys/tls.key", **given)
        runner = server.runner(server.build(hub, listen), 1)
        await runner.setup()
        running.append(runner)
        await server.site(hub.settings, listen, runner).start()
        return Door(f"https://127.0.0.1:{runner.addresses[0][1]}", authority, tmp_path / "clients.crl")

    yield opened
    for runner in running:
        await runner.cleanup()


@pytest.fixture
async def door(open_door):
    return await open_door()


@pytest.fixture
async def client(door, tmp_path, province):
    """The sender's client certificate, registered."""
    made = door.authority.issue(tmp_path, "sender")
    await province.change(lambda c: edit.add_key(c, "sender", made.pem))
    return made


async def alarms(hub) -> list[str]:
    wanted = select(tables.events.c.detail).where(tables.events.c.type == "alarm.raised").order_by(tables.events.c.seq)
    return list(await hub.db.read(lambda c: c.execute(wanted).scalars().all()))


async def test_a_registered_certificate_buys_a_token_that_works_only_with_it(door, client, tmp_path, offices):
    other = door.authority.issue(tmp_path, "other")

    status, told = await door.token(client)
    token = told["access_token"]

    assert status == 200
    assert await door.inbox(client, token) == 200
    assert await door.inbox(client, token, version=ssl.TLSVersion.TLSv1_2) == 200
    assert await door.inbox(other, token) == 401
    assert await door.inbox(None, token) == 401, "a stolen token is useless on another connection"
    offices[0].token = token
    assert (await offices[0].get("/inbox")).status == 401, "nor without TLS"


async def test_a_certificate_nobody_registered_is_nobody(door, client, tmp_path):
    unknown = door.authority.issue(tmp_path, "unknown")

    assert (await door.token(unknown))[0] == 401
    assert (await door.token(client, "recipient"))[0] == 401
    assert (await door.token(client, "nobody"))[0] == 401
    assert (await door.token(None))[0] == 400


async def test_a_self_signed_certificate_counts_from_its_registration_to_its_end(door, tmp_path, province):
    """RFC 8705 2.2: no authority stands behind it, only the registry; no restart is needed for either."""
    mine = credentials.self_signed(tmp_path, "self")
    with pytest.raises(CLOSED):
        await door.token(mine)

    await province.change(lambda c: edit.add_key(c, "sender", mine.pem))
    status, told = await door.token(mine)
    during = await door.inbox(mine, told["access_token"])
    async with credentials.connection(mine) as session:
        open_before = await door.inbox_over(session, told["access_token"])
        await province.change(lambda c: edit.remove_key(c, "sender", mine.thumbprint))
        open_after = await door.inbox_over(session, told["access_token"])

    assert (status, during, open_before, open_after) == (200, 200, 200, 401)
    with pytest.raises(CLOSED):
        await door.inbox(mine, told["access_token"])


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_e19_a_certificate_that_does_not_count_closes_the_connection(door, tmp_path, version):
    strange = Authority("CA khác").issue(tmp_path, "strange")
    namesake = Authority().issue(tmp_path, "namesake")  # another key under the same name
    expired = door.authority.issue(tmp_path, "expired", start=-40, days=30)
    early = door.authority.issue(tmp_path, "early", start=5)

    for one in (strange, namesake, expired, early):
        with pytest.raises(CLOSED):
            await door.inbox(one, "x", version=version)
    assert await door.inbox(None, "x", version=version) == 401


async def test_e19_where_a_certificate_is_required_nobody_comes_without(open_door, tmp_path):
    """law: R-181 QĐ28 Đ12.1"""
    door = await open_door(client_certificate="required")

    with pytest.raises(CLOSED):
        await door.inbox(None, "x")
    assert await door.inbox(door.authority.issue(tmp_path, "any"), "x") == 401


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_e19_old_tls_is_refused(door, client, version):
    with pytest.raises(CLOSED):
        await door.inbox(client, "x", version=version)


async def test_e19_a_revoked_certificate_is_refused_at_once_and_without_a_list_nothing_is_believed(
    open_door, tmp_path, province
):
    door = await open_door(client_revocations=str(tmp_path / "clients.crl"))
    client = door.authority.issue(tmp_path, "sender")
    await province.change(lambda c: edit.add_key(c, "sender", client.pem))

    no_list = await door.token(client)
    door.authority.write_list(door.lists)
    status, told = await door.token(client)
    async with credentials.connection(client) as session:
        before = await door.inbox_over(session, told["access_token"])
        door.authority.revoked.append(client.certificate.serial_number)
        door.authority.write_list(door.lists)
        after = await door.inbox_over(session, told["access_token"])
    revoked = await door.token(client)

    assert (no_list[0], no_list[1]["error"]) == (503, "temporarily_unavailable")
    assert (status, before, after) == (200, 200, 403)
    assert (revoked[0], "revoked" in revoked[1]["error_description"]) == (401, True)


async def test_e19_an_old_list_or_another_authoritys_decides_nothing(open_door, tmp_path, province):
    door = await open_door(client_revocations=str(tmp_path / "clients.crl"))
    client = door.authority.issue(tmp_path, "sender")
    await province.change(lambda c: edit.add_key(c, "sender", client.pem))

    Authority().write_list(door.lists)  # the same name, another key
    forged = await door.token(client)
    door.authority.write_list(door.lists, days=-1)
    stale = await door.token(client)
    door.lists.write_bytes(b"nonsense")
    broken = await door.token(client)
    door.authority.write_list(door.lists)

    assert [one[0] for one in (forged, stale, broken)] == [503, 503, 503]
    assert (await door.token(client))[0] == 200


async def test_f16_a_credential_over_another_systems_certificate_is_refused_with_an_alarm(
    door, client, tmp_path, province
):
    key = credentials.KEYS["ES256"]()
    await province.change(lambda c: edit.add_key(c, "recipient", credentials.public_pem(key)))
    text = assertion(key, "recipient", HUB, now=province.hub.clock.now())

    status, told = await door.token(client, "recipient", **assertion_form(text))

    assert (status, told["error"]) == (401, "invalid_client")
    [alarm] = await alarms(province.hub)
    assert "certificate_of_another_system" in alarm


async def test_a_token_bought_with_a_key_is_bound_to_the_certificate_shown(door, client, province):
    key = credentials.KEYS["ES256"]()
    await province.change(lambda c: edit.add_key(c, "sender", credentials.public_pem(key)))
    now = province.hub.clock.now()

    _, bound = await door.token(client, **assertion_form(assertion(key, "sender", HUB, now=now)))
    _, free = await door.token(None, **assertion_form(assertion(key, "sender", HUB, now=now)))

    assert [await door.inbox(one, bound["access_token"]) for one in (client, None)] == [200, 401]
    assert [await door.inbox(one, free["access_token"]) for one in (client, None)] == [200, 200]


async def test_a_renewed_server_certificate_is_shown_without_a_restart(door, hub):
    def seen():
        pem = ssl.get_server_certificate(("127.0.0.1", int(door.url.rpartition(":")[2])))
        return x509.load_pem_x509_certificate(pem.encode()).serial_number

    before = await asyncio.to_thread(seen)
    fresh = hub.settings.folder / "fresh"
    key_making.create(fresh, HUB, "TEST")
    for name in ("tls.key", "tls.crt"):
        (fresh / name).replace(hub.settings.keys_folder / name)

    assert await asyncio.to_thread(seen) != before
