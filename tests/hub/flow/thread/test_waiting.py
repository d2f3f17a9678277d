"""Messages about a document nobody knows here: taken, receipted, kept back, freed by the document (threats G-09)."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from edxml import dates
from edxml.faults import Fault, Refusal
from edxml.testing.packages import make_package, make_status
from hub import clock
from hub.flow import pickup, views
from hub.flow.thread import review
from hub.states import Alarm, Audience
from hub.store import alarms, tables

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
NAME = f"{A},2026/11/21,13/QĐ-SNV"


def document(**more):
    return make_package(A, (B,), document_id=NAME, number="13", notation="QĐ-SNV", **more)


async def kinds(hand) -> list[tuple[str, str]]:
    page = await pickup.inbox(hand.hub, hand.system, limit=50)
    return [(one.kind, one.status_code) for one in page.items]


async def state(hand, package_id):
    return await views.package(hand.hub, hand.system, package_id)


async def test_g_09_an_early_status_waits_and_takes_its_effect_with_the_document(sender, recipient):
    """law: R-123"""
    early = await recipient.give(make_status("03", B, (A, NAME), "Số đến: 7; Ngày đến: 2026-11-22"))
    before = await kinds(sender)

    taken = await sender.give(document())

    assert (early.status, [one.code for one in early.warnings]) == ("held", ["base_unknown"])
    assert early.receipt
    assert before == []
    shown = await state(sender, taken.package_id)
    assert shown.deliveries[0].business_status == "03"
    assert await kinds(sender) == [("status", "03")]
    assert (await state(recipient, early.package_id)).status == "accepted"
    assert (await state(recipient, early.package_id)).original_id == taken.package_id


async def test_g_09_an_early_recall_stops_the_document_before_anybody_sees_it(sender, recipient):
    early = await sender.give(document(business_type=1, reason="Ban hành nhầm", attachments=()))

    taken = await sender.give(document())

    assert early.status == "held"
    shown = await state(sender, taken.package_id)
    assert [(one.status, one.recall_state) for one in shown.deliveries] == [("cancelled", "never_delivered")]
    assert await kinds(recipient) == []
    assert [one.status for one in (await state(sender, early.package_id)).deliveries] == ["cancelled"]


async def test_g_09_an_early_update_travels_after_its_document(sender, recipient):
    await sender.give(document(business_type=2, reason="Sửa trích yếu", attachments=()))
    before = await kinds(recipient)

    await sender.give(document())

    assert before == []
    assert [kind for kind, _ in await kinds(recipient)] == ["new", "update"]


async def test_g_09_an_early_take_back_stops_the_document(sender, recipient):
    await sender.give(make_status("13", A, (B, NAME), "Gửi nhầm nơi nhận"))

    taken = await sender.give(document())

    assert [one.recall_state for one in (await state(sender, taken.package_id)).deliveries] == ["never_delivered"]
    assert await kinds(recipient) == []


@pytest.mark.parametrize("order", [*itertools.permutations(("doc", "update", "recall"))])
async def test_g_09_document_update_and_recall_in_any_order_end_alike(sender, recipient, order):
    made = {
        "doc": document(),
        "update": document(business_type=2, reason="Sửa trích yếu", attachments=()),
        "recall": document(business_type=1, reason="Ban hành nhầm", attachments=()),
    }

    given = {name: await sender.give(made[name]) for name in order}

    shown = await state(sender, given["doc"].package_id)
    assert [(one.status, one.recall_state) for one in shown.deliveries] == [("cancelled", "never_delivered")]
    assert (await state(sender, given["recall"].package_id)).status == "accepted"
    assert ("new", "") not in await kinds(recipient)


async def test_the_operator_is_called_once_and_no_longer_when_it_is_freed(sender, recipient):
    early = await recipient.give(make_status("01", B, (A, NAME)))
    called = await sender.hub.db.read(lambda connection: alarms.open_for(connection, Audience.OPERATOR))

    await sender.give(document())

    assert [(one.kind, one.package_id) for one in called] == [(Alarm.UNMATCHED.value, early.package_id)]
    assert await sender.hub.db.read(lambda connection: alarms.open_for(connection, Audience.OPERATOR)) == []


async def test_a_held_document_still_frees_the_recall_of_it_alone(sender, recipient):
    status = await recipient.give(make_status("01", B, (A, NAME)))
    await sender.give(document(business_type=1, reason="Ban hành nhầm", attachments=()))

    taken = await sender.give(document())

    assert (await state(sender, taken.package_id)).deliveries[0].status == "cancelled"
    assert (await state(recipient, status.package_id)).status in ("held", "accepted")


async def test_what_says_only_number_and_day_is_found(sender, recipient):
    """The third way of correlation; DocumentId is a UUID at home and the axis's form in the answer."""
    taken = await sender.give(make_package(A, (B,), document_id="0f1e2d3c-0000-4000-8000-000000000001", number="07",
                                           notation="KH-SNV"))  # fmt: skip
    day = (await state(sender, taken.package_id)).received_at
    said = f"{A},{dates.write_day(clock.local(day))},7/kh-snv"

    await recipient.give(make_status("01", B, (A, said)))

    assert (await state(sender, taken.package_id)).deliveries[0].business_status == "01"


async def test_two_documents_that_fit_are_no_match(sender, recipient):
    for number in (1, 2):
        await sender.give(make_package(A, (B,), document_id=f"0f1e2d3c-0000-4000-8000-00000000000{number}",
                                       number="7", notation="KH-SNV", subject=f"Bản {number}"))  # fmt: skip
    day = dates.write_day(clock.local(sender.hub.clock.now()))

    early = await recipient.give(make_status("01", B, (A, f"{A},{day},7/KH-SNV")))

    assert early.status == "held"
    shown = await review.show(sender.hub, early.package_id)
    assert len(shown.candidates) == 2


async def test_what_waits_is_not_shown_to_whom_it_is_for(sender, recipient):
    early = await recipient.give(make_status("01", B, (A, NAME)))

    with pytest.raises(Refusal) as refused:
        await views.package(sender.hub, sender.system, early.package_id)

    assert refused.value.fault is Fault.NOT_FOUND


async def test_a_repeat_of_what_waits_gets_its_first_receipt(sender, recipient):
    data = make_status("01", B, (A, NAME))

    first = await recipient.give(data)
    again = await recipient.give(data)

    assert (again.repeated, again.receipt, again.status) == (True, first.receipt, "held")
    rows = await sender.hub.db.read(lambda connection: connection.execute(select(tables.reviews)).all())
    assert len(rows) == 1
