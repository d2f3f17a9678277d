"""An agency sees only its own: a foreign object answers exactly as one that does not exist."""

from __future__ import annotations

import uuid

import pytest

from edxml.testing import make_package

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"

PACKAGE_CALLS = [
    ("GET", "/packages/{id}", {}),
    ("GET", "/packages/{id}/content", {}),
    ("GET", "/packages/{id}/content", {"headers": {"Range": "bytes=0-9"}}),
    ("GET", "/packages/{id}/content", {"headers": {"If-None-Match": "*"}}),
    ("HEAD", "/packages/{id}/content", {}),
    ("GET", "/packages/{id}/attachments/0", {}),
    ("GET", "/packages/{id}/timeline", {}),
    ("GET", "/packages/{id}/verdicts", {}),
    ("GET", "/packages/{id}/receipt", {}),
    ("GET", "/packages/{id}/receipts", {}),
    ("POST", "/packages/{id}/withdraw", {"json": {"reason": "x"}}),
]
DELIVERY_CALLS = [
    ("POST", "/inbox/{id}/lease", {}),
    ("POST", "/inbox/{id}/ack", {"json": {"lease": "x", "sha256": "0" * 64}}),
    ("POST", "/inbox/{id}/status", {"json": {"code": "03"}}),
]


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


def told(heard) -> tuple:
    """Everything an answer tells, but for the second it was given in."""
    return heard.status, {name: value for name, value in heard.headers.items() if name != "date"}, heard.body


async def same_as_absent(system, calls, real_id: str) -> None:
    for method, path, more in calls:
        absent = await system.call(method, path.format(id=uuid.uuid4()), **more)
        foreign = await system.call(method, path.format(id=real_id), **more)
        assert absent.status == 404, path
        assert told(foreign) == told(absent), path


async def test_a_stranger_hears_the_same_as_of_nothing(offices):
    sender, recipient, stranger = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    await recipient.receive()

    await same_as_absent(stranger, PACKAGE_CALLS, accepted["package_id"])
    await same_as_absent(stranger, DELIVERY_CALLS, accepted["deliveries"][0]["delivery_id"])

    assert await stranger.inbox() == []
    assert (await stranger.get("/packages")).json["items"] == []
    assert await stranger.events() == []


async def test_the_sender_has_no_hand_on_the_recipients_delivery(offices):
    sender, _, _ = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))

    await same_as_absent(sender, DELIVERY_CALLS, accepted["deliveries"][0]["delivery_id"])


async def test_a_recipient_sees_its_own_row_only(offices):
    sender, recipient, stranger = offices
    accepted = await sender.send(make_package(SENDER, [RECIPIENT, stranger.code]))
    await recipient.receive()

    package_id = accepted["package_id"]
    whole, own = await sender.package(package_id), await recipient.package(package_id)

    assert {one["recipient"] for one in whole["deliveries"]} == {RECIPIENT, stranger.code}
    assert [one["recipient"] for one in own["deliveries"]] == [RECIPIENT]
    assert (whole["is_sender"], own["is_sender"]) == (True, False)
    assert {one["recipient"] for one in await recipient.timeline(package_id)} <= {RECIPIENT, None}
    mine = (await recipient.get(f"/packages/{package_id}/receipts")).expect(200)["receipts"]
    assert [(one["type"], one["recipient"]) for one in mine] == [("delivery.delivered", RECIPIENT)]


async def test_a_copy_that_was_stopped_was_never_there(offices):
    """The recipient of a cancelled delivery cannot tell that there was one."""
    sender, recipient, _ = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    await sender.withdraw(accepted["package_id"])

    await same_as_absent(recipient, PACKAGE_CALLS, accepted["package_id"])
    await same_as_absent(recipient, DELIVERY_CALLS, accepted["deliveries"][0]["delivery_id"])


async def test_a_recipient_may_not_withdraw(offices):
    sender, recipient, _ = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    await recipient.receive()

    await same_as_absent(recipient, PACKAGE_CALLS[-1:], accepted["package_id"])
