"""What a recipient answers, and what stays of a document that was given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edxml import model, reader, writer
from edxml.faults import Fault
from edxml.testing import make_package, make_status, plain_pdf
from flow.conftest import Hand
from flow.test_intake import refused
from hub.flow import content, items, operate, pickup, views
from hub.flow.thread import statuses
from hub.jobs import keeping

from .conftest import A, B, C, ask, fetch, lines, states


async def recalled(sender, recipient, kind="recall"):
    """A document that B has and that A wants back; its package and B's own delivery."""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    item = await fetch(recipient, accepted.package_id)
    await ask(sender, accepted.package_id, kind=kind)
    return accepted.package_id, item.delivery_id


async def say(hand, delivery_id, code="15", **more):
    return await statuses.say(hand.hub, hand.system, delivery_id, statuses.Said(code, **more))


async def test_received_and_destroyed_are_two_facts(sender, recipient):
    """law: R-146 HN Đ9.2, R-122 QĐ28 Đ10.2h"""
    package_id, delivery_id = await recalled(sender, recipient)

    await say(recipient, delivery_id)
    agreed = await states(sender, package_id)
    await say(recipient, delivery_id, destroyed=True)

    assert agreed == {B: ("delivered", "agreed")}
    assert await states(sender, package_id) == {B: ("delivered", "destroyed")}
    told = [one[0] for one in await lines(sender, package_id) if one[0].startswith("recall.")]
    assert told == ["recall.asked", "recall.agreed", "recall.destroyed"]


@pytest.mark.parametrize(("code", "state"), [("15", "destroyed"), ("16", "refused")])
async def test_who_got_the_bytes_and_said_fail_answers_like_everybody_else(sender, recipient, code, state):
    """law: R-146 HN Đ9.2, R-159: that the transport failed says nothing of the bytes that left."""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    [offered] = await items.received(recipient.hub, recipient.system, "edoc")
    await items.fetch(recipient.hub, recipient.system, offered.doc_id)
    await items.update(recipient.hub, recipient.system, offered.doc_id, "fail", "không mở được")
    await ask(sender, accepted.package_id, kind="take_back")

    await say(recipient, accepted.deliveries[0].delivery_id, code, description="x", destroyed=code == "15")

    assert await states(sender, accepted.package_id) == {B: ("failed", state)}


@pytest.mark.parametrize("words", ["Đã hủy bản điện tử", "ĐÃ HUỶ", "destroyed", "Da huy"])
async def test_the_words_of_the_answer_say_destroyed_at_the_vxp_door(sender, recipient, words):
    """law: R-146 HN Đ9.2, R-159"""
    package_id, _ = await recalled(sender, recipient)

    await Hand(recipient.office, "vxp").give(make_status("15", B, (A, "d-1"), description=words))

    assert await states(sender, package_id) == {B: ("delivered", "destroyed")}
    types = [one[0] for one in await lines(sender, package_id)]
    assert types.count("recall.agreed") == types.count("recall.destroyed") == 1


@pytest.mark.parametrize(("code", "state"), [("15", "agreed"), ("03", "agreed"), ("16", "refused"), ("02", "refused")])
async def test_both_forms_of_an_answer_count_once_the_recall_has_reached_the_recipient(sender, recipient, code, state):
    """law: R-159"""
    package_id, _ = await recalled(sender, recipient)
    [recall] = [
        one for one in (await pickup.inbox(sender.hub, recipient.system, limit=9)).items if one.kind == "recall"
    ]
    await pickup.lease(sender.hub, recipient.system, recall.delivery_id)

    await Hand(recipient.office, "vxp").give(make_status(code, B, (A, "d-1"), description="WRONG_RECIPIENT: đã xem"))

    assert await states(sender, package_id) == {B: ("delivered", state)}
    [(_, _, detail)] = [one for one in await lines(sender, package_id) if one[0] == f"recall.{state}"]
    assert detail["form"] == code


async def test_an_acceptance_on_its_way_before_the_recall_was_seen_is_no_answer_to_it(sender, recipient):
    """law: R-159"""
    package_id, delivery_id = await recalled(sender, recipient)

    await say(recipient, delivery_id, "03")

    assert await states(sender, package_id) == {B: ("delivered", "asked")}


async def test_an_answer_given_to_the_message_itself_counts(sender, recipient):
    package_id, _ = await recalled(sender, recipient, kind="take_back")
    [asked] = (await pickup.inbox(sender.hub, recipient.system, limit=9)).items

    await say(recipient, asked.delivery_id)

    assert asked.status_code == "13"
    assert await states(sender, package_id) == {B: ("delivered", "agreed")}


async def test_a_copy_given_back_cannot_be_fetched_again_and_a_tombstone_stands_there(sender, recipient, province):
    """law: R-151 NĐ30 PL VI"""
    await province.agencies(C)
    third = Hand(await province.system("third", C))
    accepted = await sender.give(make_package(A, (B, C), document_id="d-1"))
    item = await fetch(recipient, accepted.package_id)
    await fetch(third, accepted.package_id)
    await ask(sender, accepted.package_id, recipients=[B])

    await say(recipient, item.delivery_id, destroyed=True)

    hub, system = recipient.hub, recipient.system
    assert await refused(content.of_package(hub, system, accepted.package_id)) is Fault.NOT_FOUND
    seen = await views.package(hub, system, accepted.package_id)
    assert (seen.subject, seen.status) == ("", "accepted")
    stone = seen.tombstone
    assert (stone.document_id, stone.sha256, stone.by) == ("d-1", accepted.sha256, A)
    assert (stone.kind, stone.reason) == ("recall", "Ban hành sai thẩm quyền")
    assert (await views.package(hub, third.system, accepted.package_id)).tombstone is None
    assert await (await content.of_package(hub, third.system, accepted.package_id)).read()


async def test_the_hub_erases_what_everybody_has_destroyed_and_keeps_what_was_proven_about_it(sender, recipient):
    """law: R-151 NĐ30 PL VI"""
    package_id, delivery_id = await recalled(sender, recipient)
    hub = sender.hub

    await say(recipient, delivery_id)
    kept = (await views.package(hub, sender.system, package_id)).status
    await say(recipient, delivery_id, destroyed=True)
    await keeping.turn(hub)

    seen = await views.package(hub, sender.system, package_id)
    assert (kept, seen.status, seen.subject) == ("accepted", "erased", "")
    assert not hub.blobs.path(package_id).exists()
    assert await refused(content.of_package(hub, sender.system, package_id)) is Fault.NOT_FOUND
    proven = {one.type: bool(one.nonce) for one in await views.receipts(hub, sender.system, package_id)}
    assert proven["recall.destroyed"]
    assert proven["recall.asked"]
    assert proven["package.erased"]
    assert not proven["package.accepted"]


async def test_a_copy_that_was_leased_and_given_back_is_offered_no_more_at_any_door(sender, recipient):
    """law: R-151 NĐ30 PL VI"""
    accepted = await sender.give(make_package(A, (B, C), document_id="d-1"))
    hub, system = recipient.hub, recipient.system
    delivery_id = accepted.deliveries[0].delivery_id
    await pickup.lease(hub, system, delivery_id)
    await ask(sender, accepted.package_id, recipients=[B])
    await say(recipient, delivery_id)

    assert (await states(sender, accepted.package_id))[B] == ("failed", "agreed")
    assert delivery_id not in [one.delivery_id for one in (await pickup.inbox(hub, system, limit=9)).items]
    [row] = [one for one in await items.sent(hub, sender.system, "edoc", accepted.package_id) if one.recipient == B]
    assert row.receiver_doc_id not in [one.doc_id for one in await items.received(hub, system, "edoc")]
    assert await refused(items.fetch(hub, system, row.receiver_doc_id)) is Fault.NOT_FOUND
    assert await refused(pickup.lease(hub, system, delivery_id)) is not None
    assert await refused(operate.resend(hub, delivery_id, "an", "thử")) is Fault.STATE_CONFLICT


async def test_the_destruction_is_due_on_the_recipients_next_working_day(sender, recipient):
    """law: R-146 HN Đ9.2"""
    package_id, _ = await recalled(sender, recipient)

    wanted = (await views.package(sender.hub, sender.system, package_id)).deliveries[0].wanted

    calendar = sender.hub.calendars.of(B)
    assert wanted.destroy_by == calendar.end_after_days(wanted.at, 1)
    assert timedelta(0) < wanted.destroy_by - wanted.at < timedelta(days=20)


async def test_a_recall_after_the_reply_warns_both_sides_and_blocks_nothing(sender, recipient):
    """law: R-156"""
    accepted = await sender.give(make_package(A, (B,), document_id="d-1"))
    await fetch(recipient, accepted.package_id)
    reply = reader.read(make_package(B, (A,), document_id="reply-1"))
    header = replace(reply.header, responses=(model.ResponseFor(A, "", "d-1", ""),))
    files = [writer.OutgoingAttachment("tra-loi.pdf", plain_pdf(2000, "trả lời"))]
    answered = await recipient.give(writer.write_edoc(header, reply.business, reply.trace, files))

    [told] = await ask(sender, accepted.package_id)

    assert (told.recall_state, told.replied_by) == ("asked", answered.package_id)
    for hand in (sender, recipient):
        [copy] = (await views.package(hand.hub, hand.system, accepted.package_id)).deliveries
        assert copy.wanted.warnings == ("already_replied",)
    [asked] = [one for one in await lines(sender, accepted.package_id) if one[0] == "recall.asked"]
    assert asked[2]["replied_by"] == answered.package_id


async def test_who_sent_the_document_onward_is_reminded_and_the_sender_is_not_told(sender, recipient, province):
    """law: R-155 QĐ28 Đ9.2"""
    await province.agencies(C)
    await province.system("third", C)
    files = [("goc.pdf", plain_pdf(2000, "gốc"))]
    accepted = await sender.give(make_package(A, (B,), document_id="d-1", attachments=files))
    await fetch(recipient, accepted.package_id)
    onward = await recipient.give(make_package(B, (C,), document_id="d-của-B", attachments=files))

    await ask(sender, accepted.package_id)

    seen = await views.package(sender.hub, recipient.system, accepted.package_id)
    assert seen.sent_onward == (onward.package_id,)
    assert (await views.package(sender.hub, sender.system, accepted.package_id)).sent_onward == ()


async def test_destroyed_goes_with_code_15_alone(sender, recipient):
    _, delivery_id = await recalled(sender, recipient)

    assert await refused(say(recipient, delivery_id, "16", reason="Không", destroyed=True)) is Fault.SCHEMA_INVALID
