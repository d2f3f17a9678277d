"""Recall and take-back: a copy either never left, or its recipient is asked; there is no third outcome."""

from __future__ import annotations

import time

import pytest

from agency_registry.agency import System
from edxml import reader
from edxml.faults import Fault, Refusal
from edxml.testing import make_package, make_status
from hub.flow import intake, items, operate, pickup, views
from hub.flow.recalls import withdraw
from hub.flow.thread import statuses

from .conftest import Hand, pieces
from .test_intake import A, B, C, refused


async def state(sender, package_id):
    seen = await views.package(sender.hub, sender.system, package_id)
    return {one.recipient: (one.status, one.recall_state) for one in seen.deliveries}


async def fetch(hand):
    page = await pickup.inbox(hand.hub, hand.system, limit=10)
    lease = await pickup.lease(hand.hub, hand.system, page.items[0].delivery_id)
    return page.items[0], lease


async def test_a_recall_stops_the_copy_that_never_left_and_asks_for_the_other(sender, recipient, province):
    """law: R-145"""
    await province.agencies(C)
    await province.system("third", C)
    accepted = await sender.give(make_package(A, (B, C), document_id="d-1"))
    await fetch(recipient)

    await sender.give(make_package(A, (B, C), document_id="d-1", business_type=1, reason="Ban hành nhầm"))

    assert await state(sender, accepted.package_id) == {
        B: ("available", "asked"),
        C: ("cancelled", "never_delivered"),
    }


@pytest.mark.parametrize(("priority", "urgent"), [(0, 1), (1, 1), (3, 3)])
async def test_a_recall_and_a_take_back_are_urgent_and_as_urgent_as_the_document(sender, recipient, priority, urgent):
    """law: R-157"""
    await sender.give(make_package(A, (B,), document_id="d-1", priority=priority))
    await fetch(recipient)

    await sender.give(make_status("13", A, (B, "d-1"), description="Gửi nhầm"))
    await sender.give(make_package(A, (B,), document_id="d-1", business_type=1, reason="Ban hành nhầm"))

    page = await pickup.inbox(sender.hub, recipient.system, limit=10)
    assert {item.urgency for item in page.items if item.kind == "recall" or item.status_code == "13"} == {urgent}


async def test_a_take_back_13_is_answered_15_by_the_recipient(sender, recipient):
    """law: R-121 R-123"""
    data = make_package(A, (B,), document_id="d-1")
    accepted = await sender.give(data)
    await fetch(recipient)

    await sender.give(make_status("13", A, (B, "d-1"), description="Gửi nhầm"))
    asked = await state(sender, accepted.package_id)
    page = await pickup.inbox(sender.hub, recipient.system, limit=10)
    await recipient.give(make_status("15", B, reader.read(data), description="Đồng ý"))

    assert asked == {B: ("available", "asked")}
    assert [item.status_code for item in page.items] == ["13", ""]  # the take-back is urgent: it comes first
    assert await state(sender, accepted.package_id) == {B: ("failed", "agreed")}  # it is offered no more


async def test_withdraw_cancels_what_never_left_without_telling_the_recipient(sender, recipient):
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))

    answer = await withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="Sai số")

    assert [(one.recipient, one.recall_state) for one in answer] == [(B, "never_delivered")]
    assert (await pickup.inbox(sender.hub, recipient.system, limit=10)).items == ()
    assert await items.received(sender.hub, recipient.system, "edoc") == []


async def test_withdraw_takes_back_what_left(sender, recipient):
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    await fetch(recipient)

    answer = await withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="Sai số")

    assert [(one.recipient, one.recall_state) for one in answer] == [(B, "asked")]
    page = await pickup.inbox(sender.hub, recipient.system, limit=10)
    assert "13" in [item.status_code for item in page.items]


@pytest.mark.parametrize("exposed", [False, True])
async def test_a_formal_recall_reaches_only_those_who_saw_the_document(sender, recipient, exposed):
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    if exposed:
        await fetch(recipient)

    await withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="Sai thẩm quyền", kind="recall")

    kinds = [item.kind for item in (await pickup.inbox(sender.hub, recipient.system, limit=10)).items]
    assert kinds == (["recall", "new"] if exposed else [])


async def test_cancel_after_exposure_is_too_late(sender, recipient):
    accepted = await sender.give(make_package(A, (B,)))
    item, _ = await fetch(recipient)

    assert await refused(operate.cancel(sender.hub, item.delivery_id, "an", "thử")) is Fault.RECALL_TOO_LATE
    work = withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="thử", kind="cancel")
    assert await refused(work) is Fault.RECALL_TOO_LATE


async def test_every_withdrawal_needs_a_reason(sender, recipient):
    accepted = await sender.give(make_package(A, (B,)))

    work = withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="  ")
    assert await refused(work) is Fault.REASON_REQUIRED


async def test_a_refusal_02_with_its_reason_reaches_the_sender(sender, recipient):
    """law: R-127 HN Đ6.4"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    item, _ = await fetch(recipient)
    with pytest.raises(Refusal):
        await statuses.say(sender.hub, recipient.system, item.delivery_id, statuses.Said("02"))

    await statuses.say(
        sender.hub, recipient.system, item.delivery_id, statuses.Said("02", reason="Không thuộc thẩm quyền")
    )

    seen = await views.package(sender.hub, sender.system, accepted.package_id)
    assert (seen.deliveries[0].business_status, seen.deliveries[0].business_reason) == ("02", "Không thuộc thẩm quyền")
    back = await pickup.inbox(sender.hub, sender.system, limit=10)
    assert [(one.kind, one.status_code) for one in back.items] == [("status", "02")]


async def test_after_a_refusal_the_same_document_id_is_a_corrected_sending(sender, recipient):
    """law: R-131"""
    first = await sender.give(make_package(A, (B,), document_id="d-1"))
    item, _ = await fetch(recipient)
    await statuses.say(sender.hub, recipient.system, item.delivery_id, statuses.Said("02", reason="Thiếu phụ lục"))

    second = await sender.give(make_package(A, (B,), document_id="d-1", subject="Đã bổ sung"))

    assert "corrected" in [warning.code for warning in second.warnings]
    assert (await views.package(sender.hub, sender.system, second.package_id)).original_id == first.package_id


async def test_statuses_rise_and_a_late_lower_one_is_recorded_but_not_applied(sender, recipient):
    """law: R-123"""
    accepted = await sender.give(make_package(A, (B,)))
    item, _ = await fetch(recipient)
    for code in ("03", "05", "04"):
        await statuses.say(sender.hub, recipient.system, item.delivery_id, statuses.Said(code))

    seen = await views.package(sender.hub, sender.system, accepted.package_id)
    told = [one.type for one in await views.timeline(sender.hub, sender.system, accepted.package_id)]
    assert seen.deliveries[0].business_status == "05"
    assert [one for one in told if one.startswith("status.")] == ["status.03", "status.05", "status.04"]


async def test_a_held_delivery_is_not_offered_until_released(sender, recipient):
    await sender.give(make_package(A, (B,)))
    item = (await pickup.inbox(sender.hub, recipient.system, limit=1)).items[0]

    await operate.hold(sender.hub, item.delivery_id, "an", "kiểm tra")
    held = await pickup.inbox(sender.hub, recipient.system, limit=1)
    listed = await items.received(sender.hub, recipient.system, "edoc")
    await operate.release(sender.hub, item.delivery_id, "an", "xong")

    assert held.items == ()
    assert listed == []
    assert len((await pickup.inbox(sender.hub, recipient.system, limit=1)).items) == 1
    assert len(await items.received(sender.hub, recipient.system, "edoc")) == 1


async def test_a_recipient_connected_later_gets_what_waited(sender, province):
    """law: R-111"""
    await province.agencies(B, C)
    await province.system("third", C)
    accepted = await sender.give(make_package(A, (B, C)))
    waiting = next(view for view in accepted.deliveries if view.recipient == B)
    late = await province.system("late", B)

    await operate.resend(sender.hub, waiting.delivery_id, "an", "đã kết nối")

    listed = await items.received(sender.hub, sender.hub.system(late.system_id), "edoc")
    assert len(listed) == 1
    assert listed[0].recipients == (B,)


async def test_only_a_recipient_may_report_on_a_document(sender, recipient, province):
    """law: R-124"""
    await province.agencies(C)
    office = await province.system("third", C)
    await sender.give(make_package(A, (B,), document_id="d-1"))

    work = Hand(office).give(make_status("02", C, (A, "d-1"), description="Không phải của tôi"))

    assert await refused(work) is Fault.SENDER_NOT_ALLOWED
    assert (await pickup.inbox(sender.hub, sender.system, limit=10)).items == ()


async def test_one_of_two_agencies_behind_one_system_is_asked_because_the_bytes_leave_anyway(sender, province):
    """To is never shortened: their system gets the package for the other one and must be told."""
    await province.agencies(B, C)
    office = await province.system("both", (B, C))
    accepted = await sender.give(make_package(A, (B, C), document_id="d-1"))

    one = await withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="Nhầm", recipients=[B])
    told = await pickup.inbox(sender.hub, sender.hub.system(office.system_id), limit=10)

    assert [(row.recipient, row.recall_state) for row in one] == [(B, "asked")]
    assert sorted(item.status_code for item in told.items) == ["", "", "13"]


async def test_all_agencies_behind_one_system_are_stopped_together(sender, province):
    await province.agencies(B, C)
    office = await province.system("both", (B, C))
    accepted = await sender.give(make_package(A, (B, C), document_id="d-1"))

    answer = await withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="Nhầm")

    assert {row.recall_state for row in answer} == {"never_delivered"}
    assert (await pickup.inbox(sender.hub, sender.hub.system(office.system_id), limit=10)).items == ()


async def test_what_left_for_one_agency_of_a_system_cannot_be_stopped_for_the_other(sender, province):
    await province.agencies(B, C)
    office = await province.system("both", (B, C))
    accepted = await sender.give(make_package(A, (B, C), document_id="d-1"))
    system = sender.hub.system(office.system_id)
    page = await pickup.inbox(sender.hub, system, limit=10)
    await pickup.lease(sender.hub, system, page.items[0].delivery_id)

    answer = await withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="Nhầm")

    assert {row.recall_state for row in answer} == {"asked"}


async def test_withdrawing_from_two_thousand_recipients_does_not_hold_the_others_up(sender, province):
    """One system for 2,000 agencies: the act is linear in its recipients."""
    codes = tuple(f"{number:03}.{group:02}.07.H99" for group in range(4) for number in range(500))
    await province.agencies(*codes)
    await province.system("centre", codes)
    accepted = await sender.give(make_package(A, codes, document_id="d-1"))

    started = time.process_time()
    answer = await withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="Nhầm")

    assert {row.recall_state for row in answer} == {"never_delivered"}
    assert time.process_time() - started < 10


async def test_a_document_held_for_an_unready_focal_mailbox_is_released_to_its_system_of_today(province):
    """law: R-120 QĐ28 Đ7.3c"""
    hub = province.hub
    axis = System("axis", "Trục quốc gia", "active", "vxp", {}, frozenset(), (), (), False)
    accepted = await intake.accept(
        hub, pieces(make_package("000.00.00.G99", ("000.00.88.H99",))), intake.Submission(axis, "axis")
    )
    await province.agencies("000.00.00.H99")
    focal = await province.system("focal", "000.00.00.H99")

    status = await operate.release(hub, accepted.deliveries[0].delivery_id, "an", "văn phòng đã kết nối")

    assert (accepted.deliveries[0].status, status) == ("held", "available")
    assert len(await items.received(hub, hub.system(focal.system_id), "edoc")) == 1
