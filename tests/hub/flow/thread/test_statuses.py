"""What recipients say: the partial order of 01-06, refusals, acceptances with their arrival entry."""

from __future__ import annotations

import itertools

import pytest
from flow.conftest import Hand
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from edxml import model, reader
from edxml.codes import Refusal02
from edxml.faults import Fault, Refusal
from edxml.testing.packages import make_package, make_status
from hub.flow import content, items, pickup, views
from hub.flow.thread import statuses
from hub.flow.thread.statuses import Said
from hub.states import STATUS_RANK, Audience
from hub.store import alarms, deliveries, tables

A, B, MINISTRY = "000.00.01.H99", "000.00.02.H99", "G01"
CLERK = model.Staff(department="Văn thư", name="Trần Thị Bình")


async def sent(sender, recipient, **more):
    """A document that the recipient has fetched and acknowledged; the answer to its sender."""
    accepted = await sender.give(make_package(A, (B,), **more))
    delivery = accepted.deliveries[0].delivery_id
    lease = await pickup.lease(sender.hub, recipient.system, delivery)
    await pickup.acknowledge(sender.hub, recipient.system, delivery, lease.lease, accepted.sha256)
    return accepted


async def row(hub, accepted):
    return await hub.db.read(lambda connection: deliveries.get(connection, accepted.deliveries[0].delivery_id))


async def refused(work) -> Fault:
    with pytest.raises(Refusal) as raised:
        await work
    return raised.value.fault


def end(one) -> tuple:
    """The business state of one recipient, without its moments."""
    return (one.business_status, one.refusal, one.arrival_number, one.arrival_date, one.accepted_at is not None)


async def told(sender, recipient, codes) -> tuple:
    """Where a fresh document ends when its recipient says these statuses at the VXP door."""
    accepted = await sender.give(make_package(A, (B,)))
    vxp, faults = Hand(recipient.office, "vxp"), set()
    for number, code in enumerate(codes):
        words = {"02": "INCOMPLETE: Thiếu phụ lục", "03": "Số đến: 7; Ngày đến: 2026-11-21"}.get(code, f"lần {number}")
        try:
            await vxp.give(make_status(code, B, (A, accepted.document_id), words))
        except Refusal as refusal:
            faults.add((refusal.fault, code))
    assert faults <= {(Fault.STATE_CONFLICT, "02")}
    return end(await row(sender.hub, accepted))


@pytest.mark.parametrize("codes", [("01", "03", "04", "05", "06"), ("01", "02", "03", "05")])
async def test_g_08_every_order_ends_alike(sender, recipient, codes):
    """law: R-121 R-123: all 120 orders of five statuses, and all 24 of four with a refusal among them."""
    ends = {await told(sender, recipient, order) for order in itertools.permutations(codes)}

    assert ends == {(codes[-1], None, "7", "2026-11-21", True)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(codes=st.lists(st.sampled_from(sorted(STATUS_RANK)), max_size=9))
async def test_g_08_any_sequence_with_repeats_and_losses_keeps_the_order(sender, recipient, codes):
    """law: R-123: the highest status that arrived counts, whatever was lost, repeated or late."""
    status, refusal, number, _, accepted = await told(sender, recipient, codes)

    assert status == max(codes, key=STATUS_RANK.__getitem__, default=None)
    assert refusal == ("INCOMPLETE" if status == "02" else None)
    assert (number == "7") == ("03" in codes)
    assert accepted == bool({"03", "04", "05", "06"} & set(codes))


async def test_a_late_lower_status_is_in_the_journal_as_not_applied(sender, recipient):
    """law: R-123"""
    accepted = await sent(sender, recipient)
    delivery = accepted.deliveries[0].delivery_id
    for code in ("05", "03"):
        await statuses.say(sender.hub, recipient.system, delivery, Said(code))

    told = {
        one.type: one.detail["applied"]
        for one in await views.timeline(sender.hub, sender.system, accepted.package_id)
        if one.type.startswith("status.")
    }
    assert told == {"status.05": True, "status.03": False}


async def test_an_acceptance_carries_the_arrival_entry_to_the_sender(sender, recipient):
    """law: R-125 HN Đ9.1a"""
    accepted = await sent(sender, recipient)
    said = Said("03", description="Đã vào sổ", arrival_number="123", arrival_date="2026-11-21")

    await statuses.say(sender.hub, recipient.system, accepted.deliveries[0].delivery_id, said)

    mine = await row(sender.hub, accepted)
    assert end(mine) == ("03", None, "123", "2026-11-21", True)
    assert (await message(sender)).description == "Đã vào sổ; Số đến: 123; Ngày đến: 2026-11-21"


async def message(hand) -> model.StatusMessage:
    """The status message that waits for a system."""
    [item] = (await pickup.inbox(hand.hub, hand.system, limit=5)).items
    bytes_ = await content.of_package(hand.hub, hand.system, item.package_id)
    package = reader.read(b"".join([piece async for piece in bytes_.chunks()]))
    assert package.status is not None
    return package.status


async def test_an_acceptance_says_that_it_arrived(sender, recipient):
    """law: R-123: 03 without 01 is the moment of receipt too (R-089)."""
    accepted = await sender.give(make_package(A, (B,)))

    await Hand(recipient.office, "vxp").give(make_status("03", B, (A, accepted.document_id), "Số đến: 7"))

    mine = await row(sender.hub, accepted)
    assert (mine.received_by, mine.received_at is not None) == ("01", True)


@pytest.mark.parametrize("door", ["vxp", "api"])
async def test_an_acceptance_without_its_entry_is_taken_with_a_warning(sender, recipient, door):
    """law: R-125 HN Đ9.1a"""
    accepted = await sent(sender, recipient)

    answer = await Hand(recipient.office, door).give(make_status("03", B, (A, accepted.document_id)))

    assert [one.code for one in answer.warnings] == ["arrival_missing"]


@pytest.mark.parametrize("code", sorted(Refusal02))
async def test_a_refusal_keeps_its_code_and_carries_it_to_the_sender(sender, recipient, code):
    """law: R-128 HN Đ6.4"""
    accepted = await sent(sender, recipient)
    said = Said("02", reason="Không đúng thể thức", reason_code=code, staff=CLERK)

    await statuses.say(sender.hub, recipient.system, accepted.deliveries[0].delivery_id, said)

    mine = await row(sender.hub, accepted)
    assert (mine.business_status, mine.refusal, mine.business_reason) == ("02", code, "Không đúng thể thức")
    assert (await message(sender)).description == f"{code}: Không đúng thể thức"


async def test_a_refusal_at_the_vxp_door_names_its_code_in_its_first_word(sender, recipient):
    """law: R-128 HN Đ6.4"""
    first, second = [await sent(sender, recipient) for _ in range(2)]
    vxp = Hand(recipient.office, "vxp")

    await vxp.give(make_status("02", B, (A, first.document_id), "WRONG_RECIPIENT - Không thuộc thẩm quyền"))
    await vxp.give(make_status("02", B, (A, second.document_id), "Không thuộc thẩm quyền"))

    assert [(await row(sender.hub, one)).refusal for one in (first, second)] == ["WRONG_RECIPIENT", "OTHER"]


@pytest.mark.parametrize(
    "said",
    [
        Said("02"),
        Said("02", reason=" \t"),
        Said("02", reason_code="OTHER", staff=CLERK),
        Said("02", reason="sai", reason_code="OTHER", staff=CLERK),
        Said("02", reason="Thiếu phụ lục", reason_code="INCOMPLETE"),
        Said("02", reason="Thiếu phụ lục", reason_code="INCOMPLETE", staff=model.Staff(department="Văn thư")),
    ],
)
async def test_a_refusal_says_why_in_a_few_words_and_who_refuses(sender, recipient, said):
    """law: R-127 HN Đ6.4"""
    accepted = await sent(sender, recipient)

    work = statuses.say(sender.hub, recipient.system, accepted.deliveries[0].delivery_id, said)

    assert await refused(work) is Fault.REASON_REQUIRED
    assert (await row(sender.hub, accepted)).business_status is None


async def test_an_unknown_reason_code_is_no_refusal(sender, recipient):
    """law: R-128 HN Đ6.4"""
    accepted = await sent(sender, recipient)
    said = Said("02", reason="Thiếu phụ lục", reason_code="BECAUSE", staff=CLERK)

    work = statuses.say(sender.hub, recipient.system, accepted.deliveries[0].delivery_id, said)

    assert await refused(work) is Fault.SCHEMA_INVALID


async def test_a_refusal_as_before_there_were_codes_is_other(sender, recipient):
    """law: R-128 HN Đ6.4: words alone are enough, and what is missing is warned about (R-127)."""
    accepted = await sent(sender, recipient)

    answer = await statuses.say(
        sender.hub, recipient.system, accepted.deliveries[0].delivery_id, Said("02", reason="nhầm")
    )

    assert (await row(sender.hub, accepted)).refusal == "OTHER"
    assert [one.code for one in answer.warnings] == ["refusal_short", "staff_missing"]


async def test_from_the_axis_a_refusal_after_the_acceptance_is_recorded_and_an_operator_called(
    sender, recipient, province, snv
):
    """law: R-132 HN Đ9.1, R-119 QĐ28 Đ3.3, R-198: nobody is left to be told, and nothing is lost."""
    hub = sender.hub
    await province.agencies(MINISTRY, scope="national")
    accepted = await sender.give(make_package(A, (MINISTRY, B)))
    axis = Hand(snv, "axis")
    now = hub.clock.now()
    gone = [accepted.deliveries[0].delivery_id]  # as if the axis had taken it
    await hub.db.write(lambda connection: deliveries.expose(connection, hub.journal, now, gone, "system:axis"))

    await axis.give(make_status("03", MINISTRY, (A, accepted.document_id), "Số đến: 9"))
    late = await axis.give(make_status("02", MINISTRY, (A, accepted.document_id), "Thiếu phụ lục"))

    assert (late.status, late.warnings) == ("accepted", ())
    assert (await row(hub, accepted)).business_status == "03"
    called = await hub.db.read(lambda connection: alarms.open_for(connection, Audience.OPERATOR))
    assert "refused_after_acceptance" in [one.kind for one in called]


@pytest.mark.parametrize("door", ["api", "vxp"])
@pytest.mark.parametrize("code", ["03", "04", "05", "06"])
async def test_nothing_is_refused_after_its_acceptance(sender, recipient, door, code):
    """law: R-132 HN Đ9.1"""
    accepted = await sent(sender, recipient)
    hand = Hand(recipient.office, door)
    await hand.give(make_status(code, B, (A, accepted.document_id)))

    work = hand.give(make_status("02", B, (A, accepted.document_id), "Thiếu phụ lục"))

    assert await refused(work) is Fault.STATE_CONFLICT
    assert (await row(sender.hub, accepted)).business_status == code


async def test_a_refusal_given_back_hides_the_content(sender, recipient):
    """law: R-129 NĐ30 Đ21.2b"""
    accepted = await sent(sender, recipient, subject="Chỉ gửi Sở Tài chính")
    delivery = accepted.deliveries[0].delivery_id
    said = Said("02", reason="Không thuộc thẩm quyền", reason_code="WRONG_RECIPIENT", staff=CLERK)

    await statuses.say(sender.hub, recipient.system, delivery, said)

    shown = await views.package(sender.hub, recipient.system, accepted.package_id)
    assert shown.subject == ""
    assert [one.business_status for one in shown.deliveries] == ["02"]
    for work in (
        content.of_package(sender.hub, recipient.system, accepted.package_id),
        views.verdicts(sender.hub, recipient.system, accepted.package_id),
    ):
        assert await refused(work) is Fault.NOT_FOUND
    assert (await views.package(sender.hub, sender.system, accepted.package_id)).subject == "Chỉ gửi Sở Tài chính"


async def test_what_was_given_back_before_it_was_fetched_is_not_offered_again(sender, recipient):
    """law: R-129 NĐ30 Đ21.2b"""
    accepted = await sender.give(make_package(A, (B,)))
    [item] = await items.received(sender.hub, recipient.system, "edoc")

    await Hand(recipient.office, "vxp").give(
        make_status("02", B, (A, accepted.document_id), "WRONG_RECIPIENT: Không thuộc thẩm quyền")
    )

    assert await items.received(sender.hub, recipient.system, "edoc") == []
    assert (await pickup.inbox(sender.hub, recipient.system, limit=5)).items == ()
    assert await refused(items.fetch(sender.hub, recipient.system, item.doc_id)) is Fault.NOT_FOUND
    work = pickup.lease(sender.hub, recipient.system, accepted.deliveries[0].delivery_id)
    assert await refused(work) is Fault.STATE_CONFLICT


async def test_other_refusals_hide_nothing(sender, recipient):
    accepted = await sent(sender, recipient, subject="Có thể đọc")
    said = Said("02", reason="Thiếu phụ lục", reason_code="INCOMPLETE", staff=CLERK)

    await statuses.say(sender.hub, recipient.system, accepted.deliveries[0].delivery_id, said)

    assert (await views.package(sender.hub, recipient.system, accepted.package_id)).subject == "Có thể đọc"


async def test_the_sender_sees_status_time_and_unit_and_no_inner_words(sender, recipient):
    """law: R-142 NĐ30 PL VI"""
    accepted = await sent(sender, recipient)
    said = Said("05", description="Đ/c Hùng xem, ý kiến chỉ đạo của giám đốc", staff=CLERK)

    await statuses.say(sender.hub, recipient.system, accepted.deliveries[0].delivery_id, said)

    [line] = [
        one for one in await views.timeline(sender.hub, sender.system, accepted.package_id) if one.type == "status.05"
    ]
    assert line.detail == {"applied": True, "unit": "Văn thư"}
    [one] = (await views.package(sender.hub, sender.system, accepted.package_id)).deliveries
    assert (one.business_status, one.business_reason or "") == ("05", "")


async def test_an_arrival_said_again_is_the_same_message(sender, recipient):
    """law: R-121 QĐ28 Đ10.2h"""
    accepted = await sent(sender, recipient)
    delivery = accepted.deliveries[0].delivery_id

    first = await statuses.arrived(sender.hub, recipient.system, delivery)
    again = await statuses.arrived(sender.hub, recipient.system, delivery)

    assert (again.repeated, again.receipt) == (True, first.receipt)
    assert len((await pickup.inbox(sender.hub, sender.system, limit=5)).items) == 1


async def test_every_accepted_signed_document_has_a_verdict_before_anybody_can_accept_it(sender, recipient):
    """law: R-068 HN Đ9.1: the verdict is written in the commit that takes the document in."""
    accepted = await sender.give(make_package(A, (B,)))

    verdict = await views.verdicts(sender.hub, recipient.system, accepted.package_id)

    assert verdict["verdict"] in ("PASSED", "INDETERMINATE", "FAILED", "UNSIGNED")
    assert verdict["files"]


async def test_statuses_are_written_only_by_the_thread(sender, recipient):
    accepted = await sent(sender, recipient)
    await statuses.say(sender.hub, recipient.system, accepted.deliveries[0].delivery_id, Said("03"))

    query = select(tables.events.c.type).where(tables.events.c.delivery_id == accepted.deliveries[0].delivery_id)
    types = await sender.hub.db.read(lambda connection: connection.execute(query).scalars().all())
    assert types.count("status.03") == 1
