"""An update changes data and recipients, never files, and never arrives before the document."""

from __future__ import annotations

import pytest

from edxml.faults import Fault
from edxml.testing import make_package, make_status
from flow.conftest import Hand
from flow.test_intake import refused
from hub.flow import content, items, operate, quarantine, views

from .conftest import A, B, C, fetch, kinds, lines, states


@pytest.fixture
async def third(province):
    await province.agencies(C)
    return Hand(await province.system("third", C))


def update(to=(B,), receivers=(), priority=0, **more):
    text = {"document_id": "d-1", "business_type": 2, "reason": "Sửa trích yếu", "attachments": ()}
    return make_package(A, to, receivers=receivers, priority=priority, **{**text, **more})


async def test_who_is_removed_must_destroy_and_who_is_added_gets_the_document_itself(sender, recipient, third):
    """law: R-161"""
    data = make_package(A, (B,), document_id="d-1")
    accepted = await sender.give(data)
    await fetch(recipient, accepted.package_id)

    changed = await sender.give(update((B, C), ((B, 0), (C, 1))))

    assert await states(sender, accepted.package_id) == {B: ("delivered", "asked"), C: ("available", "none")}
    seen = await views.package(sender.hub, sender.system, accepted.package_id)
    assert [one.copy for one in seen.deliveries] == ["", "added"]
    assert seen.deliveries[0].wanted.kind == "update"
    assert await kinds(third) == ["new", "update"]
    await fetch(third, accepted.package_id)
    assert await (await content.of_package(sender.hub, third.system, accepted.package_id)).read() == data
    assert (await views.package(sender.hub, sender.system, changed.package_id)).original_id == accepted.package_id

    await recipient.give(make_status("15", B, (A, "d-1"), description="Đã hủy"))

    assert (await states(sender, accepted.package_id))[B] == ("delivered", "destroyed")
    assert (await views.package(sender.hub, sender.system, accepted.package_id)).status == "accepted"


async def test_a_removed_recipient_that_never_saw_it_never_does(sender, recipient, third):
    """law: R-161 R-153"""
    accepted = await sender.give(make_package(A, (B, C), document_id="d-1"))

    await sender.give(update((B, C), ((B, 0),)))

    assert await states(sender, accepted.package_id) == {B: ("cancelled", "never_delivered"), C: ("available", "none")}
    assert await kinds(recipient) == []


@pytest.mark.parametrize(("code", "said"), [("15", "update.agreed"), ("16", "update.refused")])
async def test_the_answer_to_an_update_is_kept_with_it(sender, recipient, code, said):
    """law: R-159 R-161"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    await fetch(recipient, accepted.package_id)
    changed = await sender.give(update())
    await fetch(recipient, changed.package_id)

    await recipient.give(make_status(code, B, (A, "d-1"), description="Đã xem"))

    seen = await views.package(sender.hub, sender.system, changed.package_id)
    assert seen.deliveries[0].business_status == code
    assert said in [one[0] for one in await lines(sender, changed.package_id)]
    assert await states(sender, accepted.package_id) == {B: ("delivered", "none")}


async def test_an_update_of_data_that_carries_other_files_is_refused(sender, recipient):
    """law: R-161 R-115"""
    await sender.give(make_package(A, (B,), document_id="d-1"))
    other = make_package(A, (B,), document_id="d-1", business_type=2, size=12_345)

    changed = await sender.give(other)
    data_only = other.replace(b"DocumentInfo>0<", b"DocumentInfo>1<")

    assert [one.code for one in changed.warnings if "update" in one.code] == ["update_changes_files"]
    assert await refused(sender.give(data_only)) is Fault.CONFLICT


async def test_an_urgent_update_stands_behind_the_document_it_changes_in_every_list(sender, recipient):
    """law: R-161"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    await items.received(sender.hub, recipient.system, "edoc")
    await sender.give(update(priority=3))

    assert await kinds(recipient) == ["new", "update"]
    offered = [one.doc_id for one in await items.received(sender.hub, recipient.system, "edoc")]
    [first] = await items.sent(sender.hub, sender.system, "edoc", accepted.package_id)
    assert offered[0] == first.receiver_doc_id


async def test_the_update_of_a_held_document_waits_behind_it(sender, recipient):
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    delivery_id = accepted.deliveries[0].delivery_id
    await operate.hold(sender.hub, delivery_id, "an", "kiểm tra")

    changed = await sender.give(update())
    while_held = (await kinds(recipient), await states(sender, changed.package_id))
    tried = await operate.release(sender.hub, changed.deliveries[0].delivery_id, "an", "thử")
    still = await kinds(recipient)
    await operate.release(sender.hub, delivery_id, "an", "xong")

    assert while_held == ([], {B: ("held", "none")})
    assert (tried, still) == ("held", [])
    assert await kinds(recipient) == ["new", "update"]


async def test_an_update_that_is_already_offered_goes_back_behind_a_document_that_is_held_or_quarantined(
    sender, recipient
):
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    changed = await sender.give(update())

    await quarantine.add(sender.hub, accepted.package_id, "an", "nghi ngờ")

    assert await states(sender, changed.package_id) == {B: ("held", "none")}
    assert await kinds(recipient) == []


async def test_versions_are_kept_and_both_sides_see_them(sender, recipient):
    """law: R-161"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    await fetch(recipient, accepted.package_id)
    first = await sender.give(update(reason="Lần 1"))
    second = await sender.give(update(reason="Lần 2"))

    seen = await views.package(sender.hub, sender.system, accepted.package_id)

    assert [one.package_id for one in seen.revisions] == [first.package_id, second.package_id]
    own = await views.package(sender.hub, recipient.system, accepted.package_id)
    assert [one.package_id for one in own.revisions] == [first.package_id, second.package_id]


async def test_only_the_sender_may_update_or_recall_a_document(sender, recipient, third):
    """law: R-154"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    await fetch(recipient, accepted.package_id)
    before = await states(sender, accepted.package_id)
    unknown = await third.give(make_package(C, (B,), document_id="không có", business_type=1, attachments=()))

    for number, kind in enumerate((1, 2)):
        for name in ("d-1", accepted.package_id):
            data = make_package(C, (B,), document_id=name, business_type=kind, reason=f"x{number}", attachments=())
            foreign = await third.give(data)
            assert [one.code for one in foreign.warnings] == [one.code for one in unknown.warnings]
            assert foreign.status == unknown.status

    assert await states(sender, accepted.package_id) == before
