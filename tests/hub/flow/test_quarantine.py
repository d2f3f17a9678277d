"""A secret delivered by mistake: stopped at once, known who has it, opened and erased by two people only."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, Future

import pytest
from held import journal, row, stamped

from edxml.faults import Fault, Refusal
from edxml.testing import make_package
from hub import admin
from hub.flow import content, feed, hold, officers, pickup, quarantine, views
from hub.flow.recalls import withdraw
from hub.jobs import keeping
from hub.store import deliveries, events

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
WHY = "văn bản mật gửi nhầm"


async def refused(work) -> Fault:
    with pytest.raises(Refusal) as caught:
        await work
    return caught.value.fault


async def ask(hub, command, /, **args):
    answer = await admin.answer(hub, command, args)
    assert "error" not in answer, answer
    return answer["result"]


@pytest.fixture
async def people(hub):
    """An officer, an operator; their passwords by name."""
    roles = {"an": "security", "binh": "operator"}
    return {name: (await ask(hub, "user.add", name=name, role=role))["password"] for name, role in roles.items()}


def two(people, officer="an", second="binh"):
    return {
        "officer": officer,
        "officer_password": people.get(officer, "?"),
        "second": second,
        "second_password": people.get(second, "?"),
    }


@pytest.fixture
async def other(province):
    """A second recipient, which is not asked to fetch anything."""
    await province.agencies(C)
    return await province.system("other", C)


async def fetched(recipient):
    """The recipient has it."""
    [item] = (await pickup.inbox(recipient.hub, recipient.system, limit=10)).items
    lease = await pickup.lease(recipient.hub, recipient.system, item.delivery_id)
    await (await content.of_package(recipient.hub, recipient.system, item.package_id)).read()
    await pickup.acknowledge(recipient.hub, recipient.system, item.delivery_id, lease.lease, item.sha256)


async def test_a_delivered_secret_is_stopped_for_everybody(sender, recipient, other):
    """law: R-013 NĐ30 Đ21.2b"""
    hub = sender.hub
    accepted = await sender.give(make_package(A, (B, C), subject="V/v điều không nên gửi"))
    await fetched(recipient)

    status = await quarantine.add(hub, accepted.package_id, "op", WHY)

    assert status == "quarantined"
    third = hub.system(other.system_id)
    assert (await pickup.inbox(hub, third, limit=10)).items == ()
    for system in (sender.system, recipient.system, third):
        assert await refused(content.of_package(hub, system, accepted.package_id)) is Fault.NOT_FOUND
    assert await refused(views.package(hub, third, accepted.package_id)) is Fault.NOT_FOUND
    seen = await views.package(hub, recipient.system, accepted.package_id)
    assert (seen.status, seen.subject, [one["name"] for one in seen.attachments]) == ("quarantined", "", [""])
    told = [one.event.type for one in (await feed.own(hub, recipient.system, after=0, limit=100))[0]]
    assert told[-1] == "alarm.raised"
    told = [one.event.type for one in (await feed.own(hub, sender.system, after=0, limit=100))[0]]
    assert "package.quarantined" in told
    assert (await feed.own(hub, third, after=0, limit=100))[0] == ()


async def test_it_is_known_who_has_it_and_who_opened_it(hub, sender, recipient, other, people, tmp_path):
    """law: R-013"""
    accepted = await sender.give(make_package(A, (B, C)))
    await fetched(recipient)
    await quarantine.add(hub, accepted.package_id, "op", WHY)
    target = tmp_path / "opened.edxml"

    await ask(hub, "kept.open", package_id=accepted.package_id, out=str(target), reason="xác minh", **two(people))
    trace = await ask(hub, "kept.show", package_id=accepted.package_id)

    assert target.stat().st_mode & 0o777 == 0o600
    assert b"<edXML" in target.read_bytes()
    assert [one["recipient"] for one in trace["reached"]] == [B]
    assert [(one["officer"], one["second"], one["reason"]) for one in trace["opened"]] == [("an", "binh", "xác minh")]
    assert "subject" not in trace


@pytest.mark.parametrize(
    ("officer", "second", "wrong"),
    [("an", "an", ""), ("binh", "an", ""), ("an", "binh", "an"), ("an", "binh", "binh"), ("an", "nobody", "")],
    ids=["alone", "no officer", "officer's password", "second's password", "nobody"],
)
async def test_one_person_alone_opens_releases_and_erases_nothing(
    hub, sender, recipient, people, tmp_path, officer, second, wrong
):
    """law: R-012 R-013"""
    accepted = await sender.give(make_package(A, (B,)))
    await quarantine.add(hub, accepted.package_id, "op", WHY)
    said = two({**people, wrong: "wrong"}, officer, second)

    for command in ("kept.open", "kept.release", "kept.erase"):
        args = {"package_id": accepted.package_id, "reason": "x", "out": str(tmp_path / "f"), **said}
        answer = await admin.answer(hub, command, args)
        assert answer["error"]["code"] == "forbidden"
    assert not (tmp_path / "f").exists()
    assert (await row(hub, accepted.package_id)).status == "quarantined"
    assert "content.opened" not in await journal(hub, accepted.package_id)


async def test_two_erase_it_for_good(hub, sender, recipient, other, people):
    """law: R-013 R-009"""
    accepted = await sender.give(make_package(A, (B, C), subject="V/v điều không nên gửi"))
    await fetched(recipient)
    await quarantine.add(hub, accepted.package_id, "op", WHY)

    await ask(hub, "kept.erase", package_id=accepted.package_id, reason="theo công văn", **two(people))

    gone = await row(hub, accepted.package_id)
    assert (gone.status, gone.key, gone.subject, gone.verdicts) == ("erased", None, "", "{}")
    assert "van" not in gone.attachments
    assert not hub.blobs.exists(accepted.package_id)
    rows = await hub.db.read(lambda connection: deliveries.of_package(connection, accepted.package_id))
    assert [one.status for one in rows] == ["delivered", "cancelled"]
    receipts = await hub.db.read(lambda connection: events.receipts_of(connection, accepted.package_id))
    assert {one.type for one in receipts} == {
        "package.accepted", "delivery.delivered", "delivery.cancelled", "package.erased",
    }  # fmt: skip
    assert (
        await refused(officers.release(hub, accepted.package_id, officers.Officers("an", "binh"), "x"))
        is Fault.STATE_CONFLICT
    )


async def test_what_was_stopped_by_mistake_travels_on(hub, sender, recipient, people):
    accepted = await sender.give(make_package(A, (B,)))
    await quarantine.add(hub, accepted.package_id, "op", WHY)
    assert (await pickup.inbox(hub, recipient.system, limit=10)).items == ()

    await ask(hub, "kept.release", package_id=accepted.package_id, reason="không phải văn bản mật", **two(people))

    await fetched(recipient)


async def test_a_held_package_that_its_sender_withdraws_is_erased(hub, sender, recipient):
    """law: R-009 R-012"""
    held = await sender.give(stamped(A, (B,)))

    states = await withdraw.withdraw(hub, sender.system, held.package_id, reason="đúng là mật")
    await keeping.turn(hub)

    assert [one.recall_state for one in states] == ["never_delivered"]
    gone = await row(hub, held.package_id)
    assert (gone.status, gone.subject, gone.key) == ("erased", "", None)
    assert not hub.blobs.exists(held.package_id)
    assert (await journal(hub, held.package_id))[-1] == "package.erased"


async def test_a_recall_of_type_1_takes_a_held_package_back(hub, sender, recipient):
    """A VXP sender has no other verb."""
    held = await sender.give(stamped(A, (B,)))
    recall = make_package(A, (B,), held.document_id, business_type=1, reason="đúng là mật", attachments=[])

    await sender.give(recall)
    await keeping.turn(hub)

    assert (await row(hub, held.package_id)).status == "erased"
    assert (await pickup.inbox(hub, recipient.system, limit=10)).items == ()


async def test_many_declarations_at_once_are_one(hub, sender, recipient):
    held = await sender.give(stamped(A, (B,)))

    answers = await asyncio.gather(
        *(hold.declare(hub, sender.system, held.package_id, f"Văn thư {n}") for n in range(8))
    )

    assert {str(answer) for answer in answers} == {"accepted"}
    assert (await journal(hub, held.package_id)).count("package.released") == 1
    assert len((await pickup.inbox(hub, recipient.system, limit=10)).items) == 1


async def test_a_declaration_and_a_withdrawal_at_once_leave_one_outcome(hub, sender, recipient):
    for _ in range(5):
        held = await sender.give(stamped(A, (B,)))
        await asyncio.gather(
            hold.declare(hub, sender.system, held.package_id, "Văn thư"),
            withdraw.withdraw(hub, sender.system, held.package_id, reason="rút", kind="cancel"),
            return_exceptions=True,
        )
        await keeping.turn(hub)

        status = (await row(hub, held.package_id)).status
        [one] = await hub.db.read(lambda connection, held=held: deliveries.of_package(connection, held.package_id))
        assert (status, one.status) in {("accepted", "cancelled"), ("erased", "cancelled")}
        assert (await pickup.inbox(hub, recipient.system, limit=10)).items == ()


async def test_operators_see_where_a_held_package_is_and_no_word_of_it(hub, sender, recipient):
    """law: R-191 R-012"""
    held = await sender.give(stamped(A, (B,), subject="V/v nhân sự"))

    [shown] = (await ask(hub, "kept.list"))["packages"]

    assert shown["package_id"] == held.package_id
    assert shown["held_for"] == ("secret_stamp",)
    assert "nhân sự" not in str(shown)


async def test_a_document_whose_verifier_took_too_long_is_held_and_not_waved_through(hub, sender, recipient):
    """law: R-012: nobody looked at page 1, so nobody can say that it is free of a stamp"""

    class Busy(Executor):
        def submit(self, *_args, **_more):
            future: Future[object] = Future()
            future.set_exception(TimeoutError())
            return future

    hub.verifiers = Busy()

    held = await sender.give(stamped(A, (B,)))

    assert held.status == "held"
    assert (await row(hub, held.package_id)).held_for == "unread"
    hub.verifiers = None
