"""Replies and corrected sendings are linked at both ends, and only between the two parties."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flow.conftest import Hand

from edxml import model, reader, writer
from edxml.testing.documents import plain_pdf
from edxml.testing.packages import make_package, make_status
from hub import clock
from hub.flow import pickup, views
from hub.store import deliveries

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture
async def third(province):
    await province.agencies(C)
    return Hand(await province.system("third", C))


async def fetched(giver, taker, data):
    """A document that its recipient has; what its sender was told."""
    accepted = await giver.give(data)
    [mine] = [one for one in accepted.deliveries if one.recipient in taker.office.codes]
    lease = await pickup.lease(taker.hub, taker.system, mine.delivery_id)
    await pickup.acknowledge(taker.hub, taker.system, mine.delivery_id, lease.lease, accepted.sha256)
    return accepted


def reply(*answered: model.ResponseFor, sender: str = B, to: str = A) -> bytes:
    """A new document with these ResponseFor."""
    read = reader.read(make_package(sender, (to,)))
    assert read.header is not None
    file = writer.OutgoingAttachment("tra-loi.pdf", plain_pdf(2000, f"Trả lời {read.document_id}"))
    return writer.write_edoc(replace(read.header, responses=answered), read.business, read.trace, (file,))


def about(accepted, organ_id: str = A) -> model.ResponseFor:
    return model.ResponseFor(organ_id, "", accepted.document_id, "")


async def relations(hand, package_id) -> list[tuple[str, str]]:
    return [
        (one.detail["relation"], one.detail["package_id"])
        for one in await views.timeline(hand.hub, hand.system, package_id)
        if one.type == "package.linked"
    ]


def codes(accepted) -> list[str]:
    return [one.code for one in accepted.warnings]


async def test_a_reply_is_linked_to_what_it_answers_and_back(sender, recipient):
    """law: R-040 HN Đ10.2đ"""
    asked = await fetched(sender, recipient, make_package(A, (B,)))

    answer = await recipient.give(reply(about(asked)))

    assert "reply_unknown" not in codes(answer)
    for hand in (sender, recipient):
        assert await relations(hand, asked.package_id) == [("answered_by", answer.package_id)]
        assert await relations(hand, answer.package_id) == [("answers", asked.package_id)]
    assert (await views.package(sender.hub, recipient.system, answer.package_id)).original_id == asked.package_id
    row = await sender.hub.db.read(lambda connection: deliveries.get(connection, asked.deliveries[0].delivery_id))
    assert row.replied_by == answer.package_id
    assert row.watch_at <= clock.to_text(sender.hub.clock.now())  # an overdue answer is looked at again now


async def test_one_reply_answers_several_documents(sender, recipient):
    """law: R-040 HN Đ10.2đ"""
    asked = [await fetched(sender, recipient, make_package(A, (B,))) for _ in range(3)]

    answer = await recipient.give(reply(*(about(one) for one in asked)))

    assert await relations(recipient, answer.package_id) == [("answers", one.package_id) for one in asked]


async def test_the_first_reply_counts_and_later_ones_are_linked_too(sender, recipient):
    """law: R-040 HN Đ10.2đ"""
    asked = await fetched(sender, recipient, make_package(A, (B,)))

    first, second = [await recipient.give(reply(about(asked))) for _ in range(2)]

    shown = await views.package(sender.hub, sender.system, asked.package_id)
    assert shown.deliveries[0].replied_by == first.package_id
    assert [one for _, one in await relations(sender, asked.package_id)] == [first.package_id, second.package_id]


async def test_what_is_unknown_and_what_is_anothers_is_warned_about_alike(sender, recipient, third):
    """law: R-040 HN Đ10.2đ: the reply travels; who asks by guessing learns nothing."""
    foreign = await fetched(sender, third, make_package(A, (C,)))

    guessed = await recipient.give(reply(about(foreign)))
    unknown = await recipient.give(reply(model.ResponseFor(A, "9/QĐ-SNV", f"{A},2026/01/02,9/QĐ-SNV", "2026/01/02")))

    assert codes(guessed) == codes(unknown)
    assert "reply_unknown" in codes(guessed)
    assert await relations(sender, foreign.package_id) == []


async def test_a_reply_to_somebody_else_is_no_reply(sender, recipient, third):
    """law: R-040 HN Đ10.2đ: what answers A goes to A."""
    asked = await fetched(sender, recipient, make_package(A, (B,)))

    answer = await recipient.give(reply(about(asked), to=C))

    assert "reply_unknown" in codes(answer)
    assert await relations(sender, asked.package_id) == []


async def test_an_empty_response_for_is_no_reply(sender, recipient):
    assert "reply_unknown" not in codes(await recipient.give(reply(model.ResponseFor())))


async def test_a_corrected_sending_is_linked_to_the_refused_one(sender, recipient):
    """law: R-131 HN Đ9.1b"""
    name = f"{A},2026/11/21,13/QĐ-SNV"
    refused = await fetched(sender, recipient, make_package(A, (B,), document_id=name))
    await Hand(recipient.office, "vxp").give(make_status("02", B, (A, name), "INCOMPLETE: Thiếu phụ lục"))

    again = await sender.give(make_package(A, (B,), document_id=name, subject="Đã bổ sung phụ lục"))

    for hand in (sender, recipient):
        assert await relations(hand, refused.package_id) == [("corrected_by", again.package_id)]
        assert await relations(hand, again.package_id) == [("corrects", refused.package_id)]
    row = await sender.hub.db.read(lambda connection: deliveries.get(connection, refused.deliveries[0].delivery_id))
    assert row.corrected_by == again.package_id
