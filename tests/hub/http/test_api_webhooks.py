"""Web hooks through the native door."""

from __future__ import annotations

import uuid

import pytest
from fake_peers import receiver
from fake_peers.receiver import said
from standardwebhooks.webhooks import Webhook

from edxml.testing import make_package


@pytest.fixture
def sections():
    return {
        "listen": [{"port": 0, "doors": ["api"]}],
        "outgoing": {"allow": ["127.0.0.0/8"]},
        "webhooks": {"hooks": 2, "timeout_seconds": 1},
    }


@pytest.fixture
async def program():
    made = await receiver.Receiver(script=[said(204)]).start()
    yield made
    await made.stop()


async def test_a_hook_is_made_shown_given_a_new_secret_and_removed(offices, program):
    sender = offices[0]
    asked = {"url": program.url + "/x", "events": ["delivery.delivered", "status.03"]}

    made = (await sender.post("/webhooks", json=asked)).expect(201)
    shown = (await sender.get(f"/webhooks/{made['id']}")).expect()
    listed = (await sender.get("/webhooks")).expect()
    rotated = (await sender.post(f"/webhooks/{made['id']}/rotate")).expect()

    assert made["secret"].startswith("whsec_")
    assert "secret" not in shown
    assert listed["items"] == [shown]
    assert (shown["url"], shown["events"], shown["state"]) == (asked["url"], asked["events"], "active")
    assert rotated["secret"] != made["secret"]
    assert (await sender.call("DELETE", f"/webhooks/{made['id']}")).status == 204
    assert (await sender.get(f"/webhooks/{made['id']}")).code == "not_found"


async def test_a_trial_call_is_signed_and_tells_what_came_of_it(offices, program):
    sender = offices[0]
    made = (await sender.post("/webhooks", json={"url": program.url})).expect(201)

    good = (await sender.post(f"/webhooks/{made['id']}/ping")).expect()
    program.script = [said(500)]
    bad = (await sender.post(f"/webhooks/{made['id']}/ping")).expect()
    await program.stop()
    none = (await sender.post(f"/webhooks/{made['id']}/ping")).expect()

    assert (good["status"], good["reason"]) == (204, "")
    assert (bad["status"], bad["reason"]) == (500, "HTTP 500")
    assert none["status"] == 0
    assert none["reason"]
    event = Webhook(made["secret"]).verify(program.calls[0].body, program.calls[0].headers)
    assert event["type"] == "webhook.ping"


async def test_one_event_is_told_again_under_the_id_it_had(hub, offices, program):
    sender, recipient, stranger = offices
    made = (await sender.post("/webhooks", json={"url": program.url})).expect(201)
    sent = await sender.send(make_package())
    await recipient.receive()
    event = (await sender.get("/events")).expect()["items"][-1]

    for _ in range(2):
        again = (await sender.post(f"/webhooks/{made['id']}/replay", json={"seq": event["seq"]})).expect()
    absent = await sender.post(f"/webhooks/{made['id']}/replay", json={"seq": 10**9})
    own = (await stranger.post("/webhooks", json={"url": program.url})).expect(201)
    foreign = await stranger.post(f"/webhooks/{own['id']}/replay", json={"seq": event["seq"]})

    assert (again["status"], again["reason"]) == (204, "")
    assert len({call.headers["webhook-id"] for call in program.calls}) == 1
    told = Webhook(made["secret"]).verify(program.calls[1].body, program.calls[1].headers)
    assert (told["type"], told["data"]["seq"]) == (event["type"], event["seq"])
    assert told["data"]["package_id"] == sent["package_id"]
    assert absent.code == foreign.code == "not_found"
    assert (await sender.get(f"/webhooks/{made['id']}")).expect()["cursor"] == made["cursor"]
    log = (await sender.get("/calls")).expect()["items"]
    assert [one["status"] for one in log if one["door"] == "webhook"] == [204, 204]


async def test_trial_calls_are_limited(offices, program):
    sender = offices[0]
    made = (await sender.post("/webhooks", json={"url": program.url})).expect(201)

    statuses = [(await sender.post(f"/webhooks/{made['id']}/ping")).status for _ in range(14)]

    assert statuses[:10] == [200] * 10
    assert 429 in statuses


async def test_a_foreign_hook_is_one_that_does_not_exist(offices, program):
    sender, _, stranger = offices
    made = (await sender.post("/webhooks", json={"url": program.url})).expect(201)

    for method, tail in (("GET", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/resume"), ("POST", "/ping")):
        foreign = await stranger.call(method, f"/webhooks/{made['id']}{tail}")
        absent = await stranger.call(method, f"/webhooks/{uuid.uuid4()}{tail}")
        assert foreign.code == absent.code == "not_found"
        assert foreign.body.replace(made["id"].encode(), b"") == foreign.body
    assert (await stranger.get("/webhooks")).expect()["items"] == []
    assert len((await sender.get("/webhooks")).expect()["items"]) == 1
    assert program.calls == []


async def test_a_system_has_so_many_hooks_and_no_more(offices, program):
    sender, recipient, _ = offices
    for _ in range(2):
        (await sender.post("/webhooks", json={"url": program.url})).expect(201)

    assert (await sender.post("/webhooks", json={"url": program.url})).code == "state_conflict"
    (await recipient.post("/webhooks", json={"url": program.url})).expect(201)


@pytest.mark.parametrize(
    "address",
    [
        "http://1.1.1.1/x",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://localhost/",
        "https://a@1.1.1.1/",
        "https://1.1.1.1:25/",
        "https://khong-co.invalid/",
        "ftp://1.1.1.1/",
        "https://1.1.1.1/ x",
        "javascript:x",
    ],
)
async def test_n_14_an_address_that_may_not_be_called_is_refused_when_it_is_saved(offices, address):
    refused = await offices[0].post("/webhooks", json={"url": address})

    assert refused.code == "schema_invalid"


@pytest.mark.parametrize(
    "body",
    [{}, {"url": 1}, {"url": "https://1.1.1.1/", "events": ["no.such"]}, {"url": "https://1.1.1.1/", "events": ["X"]},
     {"url": "https://1.1.1.1/", "after": -1}, {"url": "https://1.1.1.1/", "secret": "x"}, []],
)  # fmt: skip
async def test_nonsense_is_refused(offices, body):
    assert (await offices[0].post("/webhooks", json=body)).code == "schema_invalid"
