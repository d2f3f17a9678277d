"""private_key_jwt at the token door (RFC 7523): what a system's own key opens, and what it does not."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from email.utils import format_datetime

import aiohttp
import credentials
import pytest
from credentials import assertion, assertion_form
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import func, select

from agency_registry import edit
from agency_registry.edit import RegistryError
from hub import admin
from hub.http import client_clock
from hub.store import assertions, tables

TOKEN = "/api/v1/token"
HUB = "000.00.00.H99"


@pytest.fixture
def sections():
    return {
        "hub": {"organ_id": HUB, "prefixes": ["H99"], "test_mode": False},
        "listen": [{"port": 0, "doors": ["api"]}],
        "api": {"url": "https://truc.example.gov.vn/"},
        "vxp": {"lockout_failures": 100},
    }


@pytest.fixture
async def ask(offices):
    async def asked(form, **more):
        async with offices[0].session.post(offices[0].url + TOKEN, data=form, **more) as response:
            return response.status, json.loads(await response.read())

    return asked


@pytest.fixture
async def signer(offices, province):
    """The sender's registered key; signs assertions for it."""
    key = credentials.KEYS["ES256"]()
    await province.change(lambda c: edit.add_key(c, offices[0].system_id, credentials.public_pem(key)))

    def sign(audience=HUB, **more):
        now = more.pop("now", province.hub.clock.now())
        return assertion(more.pop("key", key), more.pop("who", "sender"), audience, now=now, **more)

    sign.key = key
    return sign


async def alarms(hub) -> list[str]:
    wanted = select(tables.events.c.detail).where(tables.events.c.type == "alarm.raised")
    return [json.loads(one)["alarm"] for one in await hub.db.read(lambda c: c.execute(wanted).scalars().all())]


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
@pytest.mark.parametrize("form", [credentials.public_pem, credentials.public_jwk])
async def test_a_registered_key_buys_a_token(offices, province, ask, alg, form):
    key = credentials.KEYS[alg]()
    await province.change(lambda c: edit.add_key(c, "sender", form(key)))

    text = assertion(key, "sender", HUB, alg=alg, now=province.hub.clock.now())
    status, told = await ask(assertion_form(text, client_id="sender"))

    assert (status, told.get("error_description")) == (200, None)
    offices[0].token = told["access_token"]
    assert (await offices[0].get("/inbox")).status == 200


async def test_the_audience_is_the_token_door_or_the_hub(offices, signer, ask):
    door = offices[0].url + TOKEN
    for good in (HUB, [HUB], door, door.replace("127.0.0.1", "localhost"), "https://truc.example.gov.vn" + TOKEN):
        assert (await ask(assertion_form(signer(good))))[0] == 200, good
    for bad in ("https://other.gov.vn" + TOKEN, [HUB, "https://other.gov.vn"], [], "", 7, {"a": 1}, None, "truc-api"):
        status, told = await ask(assertion_form(signer(bad)), headers={"Host": "other.gov.vn"})
        assert (status, told["error"]) == (401, "invalid_client"), bad
        assert "aud" in told["error_description"]


async def test_an_assertion_buys_one_token(signer, ask, province):
    text = signer(jti="mot-lan")

    first = await ask(assertion_form(text))
    again = await ask(assertion_form(text))
    resigned = await ask(assertion_form(signer(jti="mot-lan")))

    assert [one[0] for one in (first, again, resigned)] == [200, 401, 401]
    assert "jti" in again[1]["error_description"]
    assert await alarms(province.hub) == ["assertion_replayed"]


async def test_used_assertions_are_forgotten_when_their_time_alone_refuses_them(hub):
    now = hub.clock.now()
    used = [("a", now - timedelta(hours=2)), ("b", now - timedelta(minutes=1)), ("c", now + timedelta(minutes=5))]
    for jti, end in used:
        assert await hub.db.write(lambda c, jti=jti, end=end: assertions.use(c, "sender", jti, end))

    assert await hub.db.write(lambda c: assertions.prune(c, now)) == 1

    assert (
        await hub.db.read(lambda c: c.execute(select(func.count()).select_from(tables.used_assertions)).scalar()) == 2
    )
    assert not await hub.db.write(lambda c: assertions.use(c, "sender", "c", now))
    assert await hub.db.write(lambda c: assertions.use(c, "other", "c", now)), "an id belongs to its system"


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"iss": "recipient"}, "iss"),
        ({"iss": None}, "iss"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": -1}, "iat"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": "x" * 257}, "jti"),
        ({"jti": 7}, "jti"),
    ],
)
async def test_every_claim_is_needed_and_right(signer, ask, changed, word):
    status, told = await ask(assertion_form(signer(**changed)))

    assert (status, told["error"]) == (401, "invalid_client")
    assert word in told["error_description"]


async def test_an_assertion_lives_for_five_minutes_and_not_in_the_future(signer, ask, hub):
    now = hub.clock.now()
    at = int(now.timestamp())

    answers = {
        "expired": await ask(assertion_form(signer(iat=at - 200, exp=at - 1))),
        "long": await ask(assertion_form(signer(iat=at, exp=at + 301))),
        "long, dated ahead": await ask(assertion_form(signer(iat=at + 50, exp=at + 400))),
        "future": await ask(assertion_form(signer(iat=at + 120, exp=at + 200))),
        "not yet": await ask(assertion_form(signer(nbf=at + 120))),
        "five minutes": await ask(assertion_form(signer(exp=at + 300))),
        "clock a little ahead": await ask(assertion_form(signer(iat=at + 30, exp=at + 300))),
    }

    assert {name: one[0] for name, one in answers.items()} == {
        "expired": 401, "long": 401, "long, dated ahead": 401, "future": 401, "not yet": 401, "five minutes": 200,
        "clock a little ahead": 200,
    }  # fmt: skip


async def test_an_assertion_not_signed_by_a_registered_key_is_refused(signer, ask, offices, province):
    public = credentials.public_pem(signer.key)
    claims = signer().split(".")[1]
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    confused = jwt.encode({"alg": "HS256"}, {"sub": "sender"}, OctKey.import_key(base64.b64encode(public)))
    recipients = credentials.KEYS["ES256"]()
    await province.change(lambda c: edit.add_key(c, "recipient", credentials.public_pem(recipients)))
    carried = ECKey.generate_key("P-256")
    embedded = jwt.encode(
        {"alg": "ES256", "jwk": carried.as_dict(private=False), "kid": "x", "jku": "https://evil.example/k"},
        {"iss": "sender", "sub": "sender", "aud": HUB},
        carried,
    )
    for name, text in {
        "none": f"{none}.{claims}.",
        "hmac over the public key": confused,
        "another system's key": signer(key=recipients),
        "a key of its own header": embedded,
        "flipped": signer()[:-6] + "AAAAAA",
        "an unknown system": signer(who="nobody"),
        "no token": "a.b.c",
        "empty": "",
        "two parts": ".".join(signer().split(".")[:2]),
        "nested": f"{none}.{base64.urlsafe_b64encode(b'[' * 2000).decode()}.x",
    }.items():
        status, told = await ask(assertion_form(text))
        assert (status, told["error"]) == (401, "invalid_client"), name


async def test_two_keys_are_valid_while_one_replaces_the_other(signer, ask, offices, province):
    new = credentials.KEYS["ES256"]()
    old = await ask(assertion_form(signer()))
    offices[0].token = old[1]["access_token"]
    await province.change(lambda c: edit.add_key(c, "sender", credentials.public_pem(new)))
    both = [(await ask(assertion_form(signer(key=key))))[0] for key in (signer.key, new)]
    first = (await province.hub.db.read(lambda c: edit.list_keys(c, "sender")))[1]["thumbprint"]

    assert (await offices[0].get("/inbox")).status == 200
    await province.change(lambda c: edit.remove_key(c, "sender", first))

    assert both == [200, 200]
    assert [(await ask(assertion_form(signer(key=key))))[0] for key in (signer.key, new)] == [401, 200]
    assert (await offices[0].get("/inbox")).status == 401, "what the key bought ends with it"


async def test_a_shared_secret_opens_the_door_only_in_test_and_demo(offices, ask, signer):
    sender = offices[0]
    form = {"grant_type": "client_credentials", "client_id": "sender", "client_secret": sender.secret}

    status, told = await ask(form)
    wrong = await ask({**form, "client_secret": "wrong"})

    assert (status, told["error"]) == (401, "invalid_client")
    assert "truc system key add" in told["error_description"]
    assert "truc system key add" not in wrong[1]["error_description"]


async def test_a_proof_is_given_in_one_way(offices, ask, signer):
    text = signer()
    for form, headers in (
        (assertion_form(text, client_secret="x"), {}),
        (assertion_form(text), {"Authorization": aiohttp.encode_basic_auth("sender", "x")}),
        (assertion_form(text, client_id="recipient"), {}),
        ({**assertion_form(text), "client_assertion_type": "other"}, {}),
        ({"grant_type": "client_credentials", "client_id": "sender"}, {}),
    ):
        status, told = await ask(form, headers=headers)
        assert (status, told["error"]) == (400, "invalid_request"), form
    assert (await ask(assertion_form(text)))[0] == 200, "a request refused for its form spends no assertion"


@pytest.mark.parametrize(
    ("make", "slug"),
    [
        (lambda: credentials._pem(credentials.ec.generate_private_key(credentials.ec.SECP256R1())), "key_private"),
        (lambda: json.dumps(ECKey.generate_key("P-256").as_dict(private=True)).encode(), "key_private"),
        (lambda: public(credentials.rsa.generate_private_key(65537, 1024)), "key_weak"),
        (lambda: public(credentials.ec.generate_private_key(credentials.ec.SECP384R1())), "key_weak"),
        (lambda: b'{"kty":"oct","k":"c2VjcmV0"}', "key_weak"),
        (lambda: b"{}", "key_invalid"),
        (lambda: b"", "key_invalid"),
        (lambda: b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "key_invalid"),
    ],
)
async def test_a_key_that_is_private_weak_or_none_is_not_registered(hub, offices, make, slug):
    with pytest.raises(RegistryError) as raised:
        await hub.db.write(lambda c: edit.add_key(c, "sender", make()))

    assert raised.value.slug == slug


async def test_a_key_belongs_to_one_system(signer, hub):
    with pytest.raises(RegistryError) as raised:
        await hub.db.write(lambda c: edit.add_key(c, "recipient", credentials.public_pem(signer.key)))

    assert raised.value.slug == "key_taken"


def public(key) -> bytes:
    serialization = credentials.serialization
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(("behind", "told"), [(0, 0), (25, 0), (45, 1), (-45, 1)])
async def test_the_difference_of_a_clock_is_kept_and_the_operator_told_beyond_the_limit(hub, ask, signer, behind, told):
    """law: R-094 HN Đ12.3"""
    now = hub.clock.now() - timedelta(seconds=behind)

    status, _ = await ask(assertion_form(signer(now=now)))

    assert status == 200
    shown = await admin.answer(hub, "system.show", {"system_id": "sender"})
    assert abs(shown["result"]["clock_seconds"] + behind) <= 2
    assert shown["result"]["clock_at"].endswith("Z")
    assert (await alarms(hub)).count("clock_differs") == told


async def test_the_date_of_a_request_tells_the_clock_of_who_shows_no_assertion(hub, offices):
    """law: R-094 HN Đ12.3"""
    said = format_datetime(hub.clock.now() - timedelta(hours=1), usegmt=True)
    times = [client_clock.told(date, None) for date in (said, "", "yesterday")]

    await client_clock.heard(hub, "sender", "10.0.0.1", times[0])

    assert times[1:] == [None, None]
    assert await alarms(hub) == ["clock_differs"]
