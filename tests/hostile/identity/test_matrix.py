"""F-01, F-04, F-05, F-06: every route × every stranger × every kind of object, generated from the router."""

from __future__ import annotations

import base64
import json
import statistics
import time
import uuid
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jwt
from joserfc.jwk import OctKey
from visitors import people, visitor

from agency_registry import edit
from edxml.testing import make_package
from hub.clock import FakeClock
from hub.http import auth, server
from hub.sections import Listen
from hub.store import deliveries, packages

from . import routes

__all__ = ["people", "visitor"]

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
KEYED = sorted(key for key, rule in routes.RULES.items() if rule in (routes.PACKAGE, routes.DELIVERY))
TOKENED = sorted(
    key for key, rule in routes.RULES.items() if rule in (routes.CALLER, routes.PACKAGE, routes.DELIVERY, routes.HOOK)
)
PAGES = sorted((key, rule) for key, rule in routes.RULES.items() if isinstance(rule, tuple))


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp", "pages", "metrics"]}]}


@pytest.fixture
async def foreign(offices):
    """A document between two others: every id that has to do with it, by kind."""
    sender, recipient, _ = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    listed = await recipient.vxp.do("getReceivedEdocList")
    return {
        "package": accepted["package_id"],
        "delivery": accepted["deliveries"][0]["delivery_id"],
        "item": listed.json["data"][0]["docId"],
        "document": accepted["document_id"],
        "sha256": accepted["sha256"],
    }


def told(heard) -> tuple:
    """Everything an answer tells, but for the second it was given in."""
    return heard.status, {name: value for name, value in heard.headers.items() if name != "date"}, heard.body


async def ask(actor, method, path, object_id):
    ids = {"package_id": object_id, "delivery_id": object_id}
    more = dict(routes.BODIES.get(path.rpartition("/")[2], {}))
    return await actor.call(method, routes.fill(path, **ids), **more)


def test_F04_every_route_has_a_rule(hub):  # noqa: N802 - the id of the case
    app = server.build(hub, Listen(port=0))

    assert routes.of(app) == set(routes.RULES), "a new route needs a line in routes.py, a gone one none"


@pytest.mark.parametrize(("method", "path"), KEYED)
async def test_F05_a_foreign_id_answers_like_an_absent_one(offices, foreign, method, path):  # noqa: N802
    _, _, stranger = offices
    absent = told(await ask(stranger, method, path, str(uuid.uuid4())))

    assert absent[0] == 404
    for kind in ("package", "delivery", "item"):
        assert told(await ask(stranger, method, path, foreign[kind])) == absent, kind
    for shape in (foreign["package"].upper(), foreign["package"].replace("-", ""), "0", "1", "%00", "..%2f", "'--"):
        assert (await ask(stranger, method, path, shape)).status in (400, 404), shape


@pytest.mark.parametrize(("method", "path"), [one for one in KEYED if routes.RULES[one] == routes.DELIVERY])
async def test_F05_the_sender_has_no_hand_on_a_delivery_to_another(offices, foreign, method, path):  # noqa: N802
    sender, _, _ = offices
    absent = told(await ask(sender, method, path, str(uuid.uuid4())))

    for kind in ("package", "delivery", "item"):
        assert told(await ask(sender, method, path, foreign[kind])) == absent, kind


async def test_F05_lists_counts_and_searches_tell_nothing_of_others(offices, foreign):  # noqa: N802
    _, _, stranger = offices

    for path in ("/packages", "/inbox", "/events", f"/inbox?recipient={RECIPIENT}", "/events?cursor=0&limit=200"):
        heard = (await stranger.get(path)).expect(200)
        assert (heard["items"], heard["next"]) == ([], None), path
    for method in ("getReceivedEdocList", "getSentEdocList"):
        for kind in ("edoc", "status"):
            assert (await stranger.vxp.do(method, kind)).json["data"] == []
    assert (await stranger.vxp.do("countReceiveEdoc")).json["count"] == 0
    sender = offices[0]
    assert [one["package_id"] for one in (await sender.get("/packages")).json["items"]] == [foreign["package"]]


async def test_F05_the_vxp_door_says_the_same_of_foreign_and_absent_ids(offices, foreign):  # noqa: N802
    sender, _, stranger = offices
    for actor in (stranger.vxp, sender.vxp):
        absent_get, _ = await actor.do("getEdoc", str(uuid.uuid4()))
        absent_download = await actor.do("downloadEdoc", str(uuid.uuid4()))
        absent_update = await actor.do("updateStatus", str(uuid.uuid4()), "done")
        for kind in ("package", "delivery", "item"):
            got, data = await actor.do("getEdoc", foreign[kind])
            assert (got.body, data) == (absent_get.body, b""), kind
            download = await actor.do("downloadEdoc", foreign[kind])
            assert (download.http_status, download.body) == (absent_download.http_status, b"") == (404, b"")
            assert (await actor.do("updateStatus", foreign[kind], "done")).body == absent_update.body
    assert (await stranger.vxp.do("getSentEdocList", doc_id=foreign["package"])).json["data"] == []


async def test_F05_foreign_and_absent_take_the_same_reads(offices, foreign, monkeypatch):  # noqa: N802
    """Structure, not luck: nothing of a foreign package is read before it is known to be foreign."""
    _, _, stranger = offices
    await stranger.sign_in()
    done = []
    for module, name in ((packages, "standing"), (packages, "get"), (deliveries, "get"), (deliveries, "of_package")):
        right = getattr(module, name)

        def spy(*args, name=f"{module.__name__}.{name}", right=right, **more):
            done.append(name)
            return right(*args, **more)

        monkeypatch.setattr(module, name, spy)

    for method, path in KEYED:
        kind = "package" if routes.RULES[method, path] == routes.PACKAGE else "delivery"
        traces = []
        for object_id in (str(uuid.uuid4()), foreign[kind]):
            done.clear()
            await ask(stranger, method, path, object_id)
            traces.append(tuple(done))
        assert traces[0] == traces[1], path
        assert len(traces[0]) == 1, path


async def test_F05_foreign_and_absent_take_the_same_time(offices, foreign):  # noqa: N802
    _, _, stranger = offices
    await stranger.sign_in()
    taken = {"absent": [], "foreign": []}
    for turn in range(240):
        order = ("absent", "foreign") if turn % 2 else ("foreign", "absent")
        for kind in order:
            object_id = foreign["package"] if kind == "foreign" else str(uuid.uuid4())
            began = time.perf_counter()
            await stranger.get(f"/packages/{object_id}/content")
            taken[kind].append(time.perf_counter() - began)

    medians = {kind: statistics.median(times[40:]) for kind, times in taken.items()}
    assert abs(medians["foreign"] - medians["absent"]) < 0.2 * medians["absent"], medians


async def test_F06_an_own_id_opens_nothing_of_another(offices, foreign, province, people, visitor):  # noqa: N802
    """CVE-2026-111620: an id further down the path was not checked against the one above it."""
    sender, _, stranger = offices
    mine = await stranger.send(make_package(STRANGER, SENDER))
    own, delivery = mine["package_id"], mine["deliveries"][0]["delivery_id"]
    etag = {"If-None-Match": f'"{foreign["sha256"]}"'}

    for n in ("999", "-1", "01", foreign["package"]):
        assert (await stranger.get(f"/packages/{own}/attachments/{n}")).status in (400, 404, 422), n
    assert (await stranger.get(f"/packages/{foreign['package']}/content", headers=etag)).status == 404
    assert (await stranger.get(f"/packages/{own}/content", headers=etag)).status == 200
    wrong = await stranger.post(f"/packages/{own}/withdraw", json={"reason": "x", "recipients": [RECIPIENT]})
    assert (wrong.status, wrong.code) == (422, "org_unknown")
    lease = await sender.lease(delivery)
    taken = await sender.post(
        f"/inbox/{foreign['delivery']}/ack", json={"lease": lease["lease"], "sha256": mine["sha256"]}
    )
    assert taken.status == 404
    operator = visitor()
    await operator.sign_in("van-hanh")
    page = await operator.act(own, foreign["delivery"], "hold", "thử")
    assert page.status == 404
    shown = await offices[0].package(foreign["package"])
    assert [one["status"] for one in shown["deliveries"]] == ["available"]


def tokens(hub) -> dict[str, str | None]:
    """Credentials that are none."""
    tokens = auth.Tokens(hub)
    issued = int(hub.clock.now().timestamp())
    right = {"iss": "x", "aud": auth.AUDIENCE, "sub": "sender", "iat": issued, "exp": issued + 900, "cred": "x"}

    def signed(key=tokens._key, **changed):
        return "Bearer " + jwt.encode({"alg": "HS256", "typ": "JWT"}, {**right, **changed}, key)

    part = base64.urlsafe_b64encode(json.dumps(right).encode()).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    public = hub.keys.certificate("receipt").public_bytes(Encoding.PEM)
    return {
        "none": None,
        "malformed": "Bearer a.b",
        "another scheme": "Basic c2VuZGVyOng=",
        "expired": signed(exp=issued - 1),
        "another audience": signed(aud="another"),
        "another credential": signed(),
        "no subject": signed(sub=None),
        "alg none": f"Bearer {none}.{part}.",
        "key confusion": signed(OctKey.import_key(base64.b64encode(public))),
    }


async def test_F01_no_token_no_answer_on_any_route(offices, hub, url):  # noqa: N802
    sender = offices[0]
    given = tokens(hub)

    for method, path in TOKENED:
        address = url + routes.fill(path, package_id=str(uuid.uuid4()), delivery_id=str(uuid.uuid4()))
        for name, header in given.items():
            headers = {} if header is None else {"Authorization": header}
            async with sender.session.request(method, address, headers=headers) as response:
                assert response.status == 401, (path, name)
                assert "WWW-Authenticate" in response.headers
                assert (await response.json(content_type=None))["code"] == "auth_required"


async def test_F01_a_token_outlives_neither_its_time_nor_its_secret(offices, hub, province):  # noqa: N802
    sender, recipient, _ = offices
    clock = hub.clock = FakeClock(hub.clock.now())
    await sender.sign_in()
    await recipient.sign_in()
    why = edit.Why(at=clock.now())
    await province.change(lambda c: edit.rotate_system(c, "recipient", wrap=hub.keys.wrap, keep_hours=0, why=why))
    assert [(await one.get("/inbox")).status for one in (sender, recipient)] == [200, 401]
    clock.advance(timedelta(seconds=hub.settings.api.token_seconds))
    assert (await sender.get("/inbox")).status == 401


async def test_F01_an_unsigned_call_of_any_vxp_method_is_refused(offices, url):  # noqa: N802
    for method, path in sorted(routes.RULES):
        if routes.RULES[method, path] not in (routes.VXP, routes.ITEM):
            continue
        async with offices[0].session.post(url + routes.fill(path)) as response:
            body = await response.read()
            if "downloadEdoc" in path:
                assert (response.status, body) == (401, b""), path
            else:
                assert json.loads(body)["ErrorCode"] == "15", path


async def test_F04_pages_are_for_their_roles(hub, people, visitor):  # noqa: N802
    roles = {"clerk": visitor(), "office": visitor(), "operator": visitor(), None: visitor()}
    names = {"clerk": "van-thu", "office": "vp", "operator": "van-hanh"}
    for role, name in names.items():
        assert (await roles[role].sign_in(name)).status == 303

    for (method, path), allowed in PAGES:
        address = routes.fill(path, package_id=str(uuid.uuid4()), delivery_id=str(uuid.uuid4()))
        for role, who in roles.items():
            status = (await who.ask("GET" if method == "*" else method, address)).status
            if role in allowed:
                assert status not in (401, 500), (path, role, status)
                assert status != 403 or method == "POST", (path, role)  # a form without its token
            else:
                assert status in ((303, 401) if role is None else (403,)), (path, role, status)
