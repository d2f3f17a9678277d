"""The token door: RFC 6749 answers, and what a token dies of."""

from __future__ import annotations

import base64
import json
import re
import uuid
from datetime import timedelta

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from agency_registry import edit

TOKEN = "/api/v1/token"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}], "vxp": {"lockout_failures": 3, "lockout_seconds": 300}}


@pytest.fixture
async def ask(offices):
    """POST to the token door without a token."""
    sender = offices[0]

    async def asked(data=None, **more):
        async with sender.session.post(sender.url + TOKEN, data=data, **more) as response:
            return response.status, response.headers, json.loads(await response.read())

    return asked


def form(office, **more) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": office.system_id, "client_secret": office.secret, **more}


async def test_credentials_go_in_the_form_or_by_http_basic(offices, ask, hub):
    sender, _, _ = offices

    status, headers, by_form = await ask(form(sender))
    _, _, by_basic = await ask(
        {"grant_type": "client_credentials"},
        headers={"Authorization": aiohttp.encode_basic_auth(sender.system_id, sender.secret)},
    )

    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert by_form["token_type"] == "Bearer"
    assert by_form["expires_in"] == hub.settings.api.token_seconds
    for answer in (by_form, by_basic):
        sender.token = answer["access_token"]
        assert (await sender.get("/inbox")).status == 200


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"padding": "x" * 10_000}, 400, "invalid_request"),
    ],
)
async def test_a_refusal_has_the_shape_of_rfc_6749(offices, ask, changed, status, error):
    found, headers, body = await ask(form(offices[0], **changed))

    assert (found, body["error"]) == (status, error)
    assert body["error_description"]
    assert ("WWW-Authenticate" in headers) == (status == 401)


@pytest.mark.parametrize(
    "header", ["Basic !!!", "Basic " + base64.b64encode(b"no colon").decode(), "Digest x", "Basic"]
)
async def test_an_unreadable_authorization_is_invalid_client(ask, header):
    status, _, body = await ask({"grant_type": "client_credentials"}, headers={"Authorization": header})

    assert (status, body["error"]) == (401, "invalid_client")


async def test_wrong_secrets_lock_out_the_pair_not_the_others(offices, ask):
    sender, recipient, _ = offices
    for _ in range(3):
        await ask(form(sender, client_secret="wrong"))

    status, headers, body = await ask(form(sender))
    other, _, _ = await ask(form(recipient))

    assert (status, body["error"]) == (429, "invalid_client")
    assert 0 < int(headers["Retry-After"]) <= 301
    assert other == 200


async def test_every_call_needs_a_token(offices, url):
    sender, _, _ = offices
    document = (await sender.get("/openapi.json")).json
    protected = [
        (method, path)
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if said.get("security") != []
    ]

    assert len(protected) >= 18
    for method, path in protected:
        address = url + re.sub(r"\{\w+_id\}", str(uuid.uuid4()), path)
        address = re.sub(r"\{\w+\}", "0", address)
        async with sender.session.request(method, address) as response:
            assert response.status == 401, path
            assert response.headers["WWW-Authenticate"] == 'Bearer realm="truc"'
            assert (await response.json(content_type="application/problem+json"))["code"] == "auth_required"


async def test_a_made_up_token_is_refused(offices, hub):
    sender, _, _ = offices
    good = await sender.sign_in()
    head, claims, signature = good.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    other_key = jwt.encode({"alg": "HS256"}, said, OctKey.generate_key(256))
    session = jwt.encode({"alg": "HS256"}, said, OctKey.import_key(hub.keys.session_key))
    flipped = f"{head}.{claims}.{('B' if signature[0] == 'A' else 'A') + signature[1:]}"

    for token in ("x", f"{none}.{claims}.", f"{none}.{claims}.{signature}", other_key, session, flipped, "a.b.c", "é"):
        heard = await sender.get("/inbox", headers={"Authorization": f"Bearer {token}"})
        assert (heard.status, heard.code) == (401, "auth_required"), token
        assert 'error="invalid_token"' in heard.headers["www-authenticate"]


async def test_a_token_dies_with_its_time_its_secret_and_its_system(offices, hub, province, monkeypatch):
    sender, recipient, stranger = offices
    for one in offices:
        await one.sign_in()
    now = hub.clock.now()

    await province.change(
        lambda connection: edit.rotate_system(connection, recipient.system_id, wrap=hub.keys.wrap, keep_hours=0)
    )
    await province.change(lambda connection: edit.suspend_system(connection, stranger.system_id))
    alive = await sender.get("/inbox")
    rotated, suspended = await recipient.get("/inbox"), await stranger.get("/inbox")
    monkeypatch.setattr(hub.clock, "now", lambda: now + timedelta(seconds=hub.settings.api.token_seconds + 1))
    late = await sender.get("/inbox")

    assert alive.status == 200
    assert [one.status for one in (rotated, suspended, late)] == [401, 401, 401]


async def test_a_system_held_to_its_networks_may_not_call_from_elsewhere(offices, province, ask):
    await province.agencies("000.00.09.H99")
    far = await province.system("far", "000.00.09.H99", networks=["192.0.2.0/24"])

    status, _, body = await ask(form(far))

    assert (status, body["error"]) == (401, "invalid_client")
