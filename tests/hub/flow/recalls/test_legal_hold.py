"""A package under a legal hold is erased by nobody: no recall, no timer, no officers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edxml.faults import Fault
from edxml.testing import make_package
from flow.test_intake import refused
from hub.clock import FakeClock
from hub.flow import content, legal_hold, officers, quarantine, views
from hub.flow.officers import Officers
from hub.flow.thread import statuses
from hub.jobs import keeping

from .conftest import A, B, ask, fetch

BOTH = Officers("an", "bình")


@pytest.fixture
async def given_back(sender, recipient):
    """A document under a legal hold that its one recipient destroyed."""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    item = await fetch(recipient, accepted.package_id)
    await legal_hold.put(sender.hub, accepted.package_id, BOTH, "Công văn 12 của cơ quan điều tra")
    await ask(sender, accepted.package_id)
    await statuses.say(sender.hub, recipient.system, item.delivery_id, statuses.Said("15", destroyed=True))
    return accepted


async def test_recall_erasing_stops_before_a_legal_hold_and_the_recipient_loses_its_copy_all_the_same(
    sender, recipient, given_back
):
    """law: R-232 NĐ30 PL VI"""
    hub = sender.hub
    await keeping.turn(hub)

    assert (await views.package(hub, sender.system, given_back.package_id)).status == "accepted"
    assert hub.blobs.path(given_back.package_id).exists()
    assert await refused(content.of_package(hub, recipient.system, given_back.package_id)) is Fault.NOT_FOUND
    assert [one["package_id"] for one in await legal_hold.listed(hub)] == [given_back.package_id]


async def test_when_the_hold_is_lifted_what_everybody_gave_back_goes(sender, given_back):
    """law: R-232 NĐ30 PL VI"""
    hub = sender.hub

    erased = await legal_hold.clear(hub, given_back.package_id, BOTH, "Vụ việc kết thúc")
    await keeping.turn(hub)

    assert erased
    assert not hub.blobs.path(given_back.package_id).exists()
    assert await legal_hold.listed(hub) == []
    told = [(one.type, one.detail) for one in await views.timeline(hub, sender.system, given_back.package_id)]
    [(_, held)] = [one for one in told if one[0] == "legal_hold.set"]
    assert (held["officer"], held["second"], held["reason"]) == ("an", "bình", "Công văn 12 của cơ quan điều tra")
    assert "legal_hold.cleared" in [one[0] for one in told]


async def test_neither_officers_nor_a_timer_erase_it(sender, recipient):
    """law: R-232 NĐ30 PL VI"""
    hub = sender.hub
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    await legal_hold.put(hub, accepted.package_id, BOTH, "Lệnh")
    await quarantine.add(hub, accepted.package_id, "an", "nghi ngờ")

    assert await refused(officers.erase(hub, accepted.package_id, BOTH, "xóa")) is Fault.STATE_CONFLICT
    hub.clock = FakeClock(hub.clock.now() + timedelta(days=300))
    await keeping.turn(hub)

    assert hub.blobs.path(accepted.package_id).exists()


async def test_a_hold_needs_a_reason_and_something_to_keep(sender, recipient):
    hub = sender.hub
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))

    assert await refused(legal_hold.put(hub, accepted.package_id, BOTH, " ")) is Fault.REASON_REQUIRED
    assert await refused(legal_hold.put(hub, "không có", BOTH, "x")) is Fault.NOT_FOUND
    assert await refused(legal_hold.clear(hub, accepted.package_id, BOTH, "x")) is Fault.STATE_CONFLICT


async def test_the_same_bytes_after_a_withdrawal_get_the_first_receipt_and_a_warning(sender, recipient):
    """law: R-114"""
    data = make_package(A, (B,), document_id="d-1")
    first = await sender.give(data)
    await ask(sender, first.package_id, kind="cancel")

    again = await sender.give(data)

    assert (again.repeated, again.receipt) == (True, first.receipt)
    assert "withdrawn_before" in [one.code for one in again.warnings]
