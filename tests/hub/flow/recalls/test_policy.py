"""Who must give a document back, and who keeps it: ALWAYS and BEFORE_HANDLED."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from edxml.testing import make_package
from flow.conftest import Hand
from hub.clock import FakeClock
from hub.flow import operate
from hub.flow.thread import statuses

from .conftest import A, B, C, ask, fetch, kinds, lines, states


async def two(province, sender, recipient):
    """A document that B and C have; B has assigned it (04), C only accepted it (03)."""
    await province.agencies(C)
    third = Hand(await province.system("third", C))
    accepted = await sender.give(make_package(A, (B, C), document_id="d-1"))
    for hand, codes in ((recipient, ("03", "04")), (third, ("03",))):
        item = await fetch(hand, accepted.package_id)
        for code in codes:
            await statuses.say(hand.hub, hand.system, item.delivery_id, statuses.Said(code))
    return accepted.package_id, third


async def test_who_handles_the_document_keeps_it_and_the_others_are_asked(sender, recipient, province, before_handled):
    """law: R-147 CB Đ7.5"""
    package_id, third = await two(province, sender, recipient)

    answer = await ask(sender, package_id)

    told = {one.recipient: (one.recall_state, one.kept, one.business_status) for one in answer}
    assert told == {B: ("refused", "handled", "04"), C: ("asked", None, "03")}
    assert "recall" not in await kinds(recipient)
    assert "recall" in await kinds(third)
    [(_, who, why)] = [one for one in await lines(sender, package_id) if one[0] == "recall.refused"]
    assert (who, why["reason"], why["business_status"], why["policy"]) == (B, "handled", "04", "before_handled")


async def test_a_take_back_of_what_is_handled_is_refused_too(sender, recipient, province, before_handled):
    """law: R-147 CB Đ7.5"""
    package_id, third = await two(province, sender, recipient)

    answer = await ask(sender, package_id, kind="take_back")

    assert {one.recipient: one.recall_state for one in answer} == {B: "refused", C: "asked"}
    assert "13" not in await kinds(recipient)
    assert "13" in await kinds(third)


async def test_under_always_everybody_must_comply_whatever_it_did(sender, recipient, province):
    """law: R-148 HN Đ9.2"""
    package_id, _ = await two(province, sender, recipient)

    answer = await ask(sender, package_id)

    assert {one.recipient: (one.recall_state, one.kept) for one in answer} == {B: ("asked", None), C: ("asked", None)}


async def test_national_traffic_follows_always(sender, recipient, province, before_handled):
    """law: R-148 QĐ28 Đ8.2"""
    package_id, _ = await two(province, sender, recipient)
    hub = sender.hub
    agency = hub.directory.agency(B)
    object.__setattr__(agency, "scope", "national")

    answer = await ask(sender, package_id)

    assert {one.recipient: one.recall_state for one in answer} == {B: "asked", C: "asked"}


async def test_a_copy_nobody_fetched_is_stopped_under_either_policy(sender, recipient, before_handled):
    """law: R-153"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))

    await ask(sender, accepted.package_id)

    assert await states(sender, accepted.package_id) == {B: ("cancelled", "never_delivered")}


async def test_a_copy_an_operator_had_stopped_is_told_as_never_delivered(sender, recipient):
    """law: R-153"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    await operate.cancel(sender.hub, accepted.deliveries[0].delivery_id, "an", "sai nơi nhận")

    [told] = await ask(sender, accepted.package_id, kind="auto")

    assert told.recall_state == "never_delivered"


async def test_an_update_that_waits_for_its_document_is_withdrawn_like_what_nobody_saw(sender, recipient):
    """law: R-153"""
    data = make_package(A, (B,), document_id="chưa có", business_type=2, attachments=())
    accepted = await sender.give(data)

    [told] = await ask(sender, accepted.package_id)

    assert (accepted.status, told.recall_state) == ("held", "never_delivered")


async def test_auto_recalls_formally_what_is_registered_and_takes_back_what_is_not(sender, recipient, province):
    """law: R-158"""
    await province.agencies(C)
    third = Hand(await province.system("third", C))
    accepted = await sender.give(make_package(A, (B, C), document_id="d-1"))
    item = await fetch(recipient, accepted.package_id)
    await statuses.say(sender.hub, recipient.system, item.delivery_id, statuses.Said("03"))
    await fetch(third, accepted.package_id)

    await ask(sender, accepted.package_id, kind="auto")

    assert "recall" in await kinds(recipient)
    assert "13" in await kinds(third)


async def test_a_second_wish_after_a_refusal_is_asked_anew_with_the_same_reason(sender, recipient):
    """law: R-158"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    item = await fetch(recipient, accepted.package_id)
    await ask(sender, accepted.package_id)
    await statuses.say(
        sender.hub, recipient.system, item.delivery_id, statuses.Said("16", reason="Đã ban hành trả lời")
    )
    before = await states(sender, accepted.package_id)
    sender.hub.clock = FakeClock(datetime.now(UTC) + timedelta(minutes=1))

    await ask(sender, accepted.package_id)

    assert before == {B: ("delivered", "refused")}
    assert await states(sender, accepted.package_id) == {B: ("delivered", "asked")}
