"""Who may say what of a document: strangers, other agencies of one system, and documents nobody can know."""

from __future__ import annotations

import pytest
from flow.conftest import Hand

from edxml import dates
from edxml.faults import Fault, Refusal
from edxml.testing.packages import make_package, make_status
from hub import clock
from hub.flow import operate, pickup, quarantine, views
from hub.flow.recalls import withdraw
from hub.flow.thread import review, statuses
from hub.flow.thread.statuses import Said
from hub.store import deliveries

A, B, C, D = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99", "000.00.04.H99"


@pytest.fixture
async def two(province):
    """One system of two agencies."""
    await province.agencies(C, D)
    return Hand(await province.system("two", (C, D)))


async def said(hand, code, accepted, sender=B, words="Số đến: 7"):
    """A raw status message at the native door: the answer, or the fault."""
    try:
        return await hand.give(make_status(code, sender, (A, accepted.document_id), words))
    except Refusal as refusal:
        return refusal.fault


async def business(sender, accepted) -> list[str | None]:
    shown = await views.package(sender.hub, sender.system, accepted.package_id)
    return [one.business_status for one in shown.deliveries]


@pytest.mark.parametrize("code", ["01", "02", "03", "06", "15", "16"])
async def test_a_stranger_says_nothing_of_a_document(sender, recipient, two, code):
    """law: R-124"""
    accepted = await sender.give(make_package(A, (B,)))

    assert await said(two, code, accepted, C) is Fault.SENDER_NOT_ALLOWED
    assert await business(sender, accepted) == [None]
    assert (await pickup.inbox(sender.hub, sender.system, limit=9)).items == ()


async def test_nobody_speaks_for_another_agency(sender, recipient, two):
    """law: R-124: not in the recipient's name either."""
    accepted = await sender.give(make_package(A, (B,)))

    assert await said(two, "03", accepted, B) is Fault.SENDER_NOT_ALLOWED
    assert await business(sender, accepted) == [None]


async def test_one_agency_of_a_system_does_not_answer_for_the_other(sender, recipient, two):
    """law: R-124: the document went to C; D of the same system has no part in it."""
    accepted = await sender.give(make_package(A, (C,)))

    assert await said(two, "03", accepted, D) is Fault.SENDER_NOT_ALLOWED
    assert (await said(two, "03", accepted, C)).status == "accepted"
    assert await business(sender, accepted) == ["03"]


async def test_of_two_agencies_of_a_system_each_answers_for_itself(sender, recipient, two):
    accepted = await sender.give(make_package(A, (C, D)))

    await said(two, "03", accepted, C)

    assert await business(sender, accepted) == ["03", None]


@pytest.mark.parametrize("code", ["01", "03"])
async def test_of_a_rejected_document_nobody_knows_anything(sender, recipient, code):
    with pytest.raises(Refusal):
        await sender.give(make_package(A, ("000.00.77.H99",), document_id="d-1"))

    answer = await recipient.give(make_status(code, B, (A, "d-1"), "Số đến: 7"))

    assert (answer.status, answer.warnings[-1].code) == ("held", "base_unknown")


async def test_of_a_cancelled_copy_its_recipient_hears_what_it_hears_of_any_guess(sender, recipient):
    accepted = await sender.give(make_package(A, (B,)))
    await withdraw.withdraw(sender.hub, sender.system, accepted.package_id, reason="Ban hành nhầm", kind="cancel")

    answer = await said(recipient, "03", accepted)

    assert (answer.status, [one.code for one in answer.warnings]) == ("held", ["base_unknown"])
    assert await business(sender, accepted) == [None]


async def test_of_a_delivery_held_by_an_operator_nothing_is_said(sender, recipient):
    accepted = await sender.give(make_package(A, (B,)))
    await operate.hold(sender.hub, accepted.deliveries[0].delivery_id, "an", "kiểm tra lại")

    by_hand = statuses.say(sender.hub, recipient.system, accepted.deliveries[0].delivery_id, Said("03"))
    with pytest.raises(Refusal) as refused:
        await by_hand
    raw = await said(recipient, "03", accepted)

    assert refused.value.fault is Fault.NOT_FOUND
    assert raw.status == "held"
    assert await business(sender, accepted) == [None]


async def test_whoever_has_a_copy_may_refuse_it_after_it_was_quarantined(sender, recipient):
    """The bytes left before it was stopped: what the recipient says of them counts."""
    accepted = await sender.give(make_package(A, (B,)))
    lease = await pickup.lease(sender.hub, recipient.system, accepted.deliveries[0].delivery_id)
    assert lease.lease
    await quarantine.add(sender.hub, accepted.package_id, "an", "gửi nhầm bí mật")

    await said(recipient, "02", accepted, words="SECRET: Có dấu hiệu mật")

    row = await sender.hub.db.read(lambda connection: deliveries.get(connection, accepted.deliveries[0].delivery_id))
    assert (row.business_status, row.refusal) == ("02", "SECRET")


async def test_a_status_that_fits_by_number_is_still_only_its_recipients(sender, recipient, two):
    """law: R-124: the third way of correlation gives nobody more than the first."""
    accepted = await sender.give(make_package(A, (B,), document_id="khác-hẳn", number="13", notation="QĐ-SNV"))
    day = dates.write_day(clock.local(sender.hub.clock.now()))

    for name in (f"{A},{day},13/QĐ-SNV", accepted.package_id):
        with pytest.raises(Refusal) as refused:
            await two.give(make_status("03", C, (A, name), "Số đến: 7"))
        assert refused.value.fault is Fault.SENDER_NOT_ALLOWED


async def test_the_hubs_own_notice_never_waits(sender, recipient, province):
    """It speaks in its own name, also of what it does not know, and as nobody's recipient."""
    early = await recipient.give(make_status("01", B, (A, "không-có")))
    await review.send_back(sender.hub, early.package_id, "an", "không có văn bản này")

    waiting = (await pickup.inbox(sender.hub, recipient.system, limit=9)).items
    assert [(one.kind, one.status_code) for one in waiting] == [("status", "02")]
    assert await review.queue(sender.hub) == []
