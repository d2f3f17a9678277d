"""What the tests of recalls share: a recipient that takes its copy, and how the sender sees the copies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.flow import pickup, views
from hub.flow.recalls import withdraw
from hub.profile.rules import RecallPolicy

A, B, C, D = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99", "000.00.04.H99"


async def fetch(hand, package_id):
    """Lease what waits for this system of the package, and acknowledge it."""
    page = await pickup.inbox(hand.hub, hand.system, limit=50)
    for item in page.items:
        if item.package_id == package_id:
            lease = await pickup.lease(hand.hub, hand.system, item.delivery_id)
            await pickup.acknowledge(hand.hub, hand.system, item.delivery_id, lease.lease, item.sha256)
            return item
    raise AssertionError(package_id)


async def kinds(hand):
    """What waits for a system: the kind of each message, or the code of a status."""
    page = await pickup.inbox(hand.hub, hand.system, limit=50)
    return [item.status_code or item.kind for item in page.items]


async def states(sender, package_id):
    """Recipient -> (status, recall state)."""
    seen = await views.package(sender.hub, sender.system, package_id)
    return {one.recipient: (one.status, one.recall_state) for one in seen.deliveries}


async def ask(sender, package_id, kind="recall", reason="Ban hành sai thẩm quyền", **more):
    """Have a document back."""
    return await withdraw.withdraw(sender.hub, sender.system, package_id, reason=reason, kind=kind, **more)


async def lines(sender, package_id):
    """(type, recipient, detail) of the journal as the sender reads it."""
    found = await views.timeline(sender.hub, sender.system, package_id)
    return [(one.type, one.recipient, one.detail) for one in found]


@pytest.fixture
def before_handled(hub):
    """The province lets recipients keep what they handle (Cao Bằng)."""
    flows = hub.profile.flows.model_copy(update={"recall": RecallPolicy.BEFORE_HANDLED, "handled_from": "04"})
    hub.profile = replace(hub.profile, flows=flows)
