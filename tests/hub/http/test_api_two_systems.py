"""An agency with two systems: one answers, the other stores; the sender knows of one recipient."""

from __future__ import annotations

import contextlib

import pytest
from actors import Office

from agency_registry import edit
from edxml import model, writer
from edxml.testing import make_package
from hub.flow import figures
from hub.states import Alarm, Audience
from hub.store import alarms, deliveries

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
SECTOR = "000.00.20.H99"
WHY = edit.Why(actor="an", reason="226/QĐ-PGDĐT")


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}]}


@pytest.fixture
async def pair(offices, province):
    """The recipient's own system and, beside it, the sector's; as the national SDK and as a native client."""
    await province.agencies(SECTOR)
    made = await province.system("sector", SECTOR)
    await province.change(
        lambda connection: edit.attach_agencies(connection, made.system_id, [RECIPIENT], part="second", why=WHY)
    )
    async with contextlib.AsyncExitStack() as stack:
        sector = await stack.enter_async_context(Office(province.url, made.system_id, made.secret, (SECTOR,)))
        yield offices[1], sector, made


def answer(package: dict, code: str, text: str = "") -> bytes:
    number = package["document_id"].rpartition(",")[2]
    response = model.ResponseFor(SENDER, number, package["document_id"], package["document_id"].split(",")[1])
    said = model.StatusMessage(
        sender=model.Organization(RECIPIENT, "Phòng"), response_for=response, staff=None, code=code,
        description=text, timestamp="2026/11/21 09:00:00",
    )  # fmt: skip
    return writer.write_status(said)


async def test_the_second_system_stores_a_copy_that_is_counted_nowhere(offices, pair, hub):
    """law: R-135 TT Đ6.1.2, R-207"""
    sender = offices[0]
    primary, second, _ = pair

    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    own, _, _ = await primary.receive()
    stored, _, _ = await second.receive()
    shown = await sender.package(accepted["package_id"])
    rows = await figures.monthly(hub, hub.clock.now().strftime("%Y-%m"))

    assert (own["stored_only"], stored["stored_only"]) == (False, True)
    assert (own["package_id"], own["recipient"]) == (stored["package_id"], stored["recipient"])
    assert [one["recipient"] for one in accepted["deliveries"]] == [RECIPIENT]
    assert [one["delivery_id"] for one in shown["deliveries"]] == [own["delivery_id"]]
    by_code = {row.organ_id: row for row in rows}
    assert (by_code[SENDER].deliveries, by_code[RECIPIENT].documents_received) == (1, 1)
    events = await sender.timeline(accepted["package_id"])
    assert [one["type"] for one in events].count("delivery.delivered") == 1
    feed = (await sender.get("/events")).json["items"]
    assert [one["type"] for one in feed].count("delivery.delivered") == 1
    kept = (await sender.get(f"/packages/{accepted['package_id']}/receipts")).json["receipts"]
    assert [one["type"] for one in kept].count("delivery.delivered") == 1
    assert (await sender.offer(make_package(SENDER, RECIPIENT))).status == 201


async def test_a_repeat_gets_the_first_answer_with_one_row_a_recipient(offices, pair):
    sender = offices[0]
    package = make_package(SENDER, RECIPIENT)

    first = await sender.send(package)
    again = (await sender.offer(package)).expect(200)

    assert again == first


async def test_the_second_system_may_say_that_it_has_it_and_nothing_more(offices, pair):
    """law: R-136 TT Đ7.1"""
    sender = offices[0]
    primary, second, _ = pair
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    await primary.receive()
    stored, _, _ = await second.receive()

    arrived = await second.say(stored["delivery_id"], "01")
    refused = [await second.say(stored["delivery_id"], code, reason="x") for code in ("02", "03", "04", "05", "06")]
    [row] = (await sender.package(accepted["package_id"]))["deliveries"]

    assert arrived.status == 201
    assert {(one.status, one.code) for one in refused} == {(409, "state_conflict")}
    assert "hệ thống chính trả lời" in refused[1].json["detail"]
    assert row["business_status"] is None
    assert await sender.inbox() == []
    assert (await second.package(accepted["package_id"]))["deliveries"][0]["business_status"] == "01"


async def test_an_answer_of_the_second_system_by_the_sdk_is_kept_not_applied_and_calls_somebody(offices, pair, hub):
    """law: R-136 TT Đ7.1, R-198 NĐ30 PL VI"""
    sender = offices[0]
    primary, second, _ = pair
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    own, _, _ = await primary.receive()
    await second.receive()

    said = (await second.offer(answer(accepted, "03"))).expect(201)
    (await primary.say(own["delivery_id"], "04")).expect(201)
    [row] = (await sender.package(accepted["package_id"]))["deliveries"]
    called = await hub.db.read(lambda connection: alarms.open_for(connection, Audience.OPERATOR))

    assert [one["status"] for one in said["deliveries"]] == ["cancelled"]
    assert row["business_status"] == "04"
    assert [one["status_code"] for one in await sender.inbox()] == ["04"]
    assert Alarm.SECOND_ANSWER in [one.kind for one in called]


async def test_a_document_may_be_assigned_in_the_other_system(offices, pair, hub):
    """law: R-135 TT Đ6.1.2: MVP receives, V-Office handles"""
    sender = offices[0]
    primary, second, made = pair
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    own, _, _ = await primary.receive()
    stored, _, _ = await second.receive()
    early = await second.post(f"/inbox/{stored['delivery_id']}/assign", json={"system": primary.system_id})
    nobody = await primary.post(f"/inbox/{own['delivery_id']}/assign", json={"system": sender.system_id})

    (await primary.post(f"/inbox/{own['delivery_id']}/assign", json={"system": made.system_id})).expect(200)
    late = await primary.say(own["delivery_id"], "03")
    (await second.say(stored["delivery_id"], "03", arrival_number="7")).expect(201)
    [row] = (await sender.package(accepted["package_id"]))["deliveries"]
    (await second.post(f"/inbox/{stored['delivery_id']}/assign", json={"system": primary.system_id})).expect(200)
    (await primary.say(own["delivery_id"], "05")).expect(201)

    assert (early.code, nobody.code, late.code) == ("state_conflict", "schema_invalid", "state_conflict")
    assert (row["delivery_id"], row["business_status"], row["status"]) == (own["delivery_id"], "03", "delivered")
    again = await sender.package(accepted["package_id"])
    assert [one["business_status"] for one in again["deliveries"]] == ["05"]
    assert "delivery.assigned" not in [one["type"] for one in await sender.timeline(accepted["package_id"])]


async def test_a_withdrawn_document_comes_back_from_both_systems(offices, pair, hub):
    """law: R-135 TT Đ6.1.2, R-155 QĐ28 Đ9.2"""
    sender = offices[0]
    primary, second, _ = pair
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    own, _, _ = await primary.receive()
    stored, _, _ = await second.receive()

    asked = await sender.withdraw(accepted["package_id"])
    states = []
    for system, delivery, words in ((primary, own, "Đồng ý"), (second, stored, "Đồng ý, bản lưu")):
        (await system.say(delivery["delivery_id"], "15", description=words)).expect(201)
        shown = await sender.package(accepted["package_id"])
        states.append([one["recall_state"] for one in shown["deliveries"]])

    assert [(one["recipient"], one["recall_state"]) for one in asked["recipients"]] == [(RECIPIENT, "asked")]
    assert states == [["asked"], ["agreed"]]


async def test_copies_nobody_fetched_are_stopped_in_both_systems(offices, pair, hub):
    """law: R-135 TT Đ6.1.2"""
    sender = offices[0]
    primary, second, _ = pair
    accepted = await sender.send(make_package(SENDER, RECIPIENT))

    await sender.withdraw(accepted["package_id"])
    rows = await hub.db.read(lambda connection: deliveries.of_package(connection, accepted["package_id"]))

    assert await primary.inbox() == await second.inbox() == []
    assert {(one.status, one.recall_state) for one in rows} == {("cancelled", "never_delivered")}
    assert len(rows) == 2


async def test_the_sender_by_the_sdk_sees_one_row_a_recipient(offices, pair, province):
    """law: R-135 TT Đ6.1.2"""
    await province.agencies("000.00.30.H99")
    by_sdk = await province.system("by-sdk", "000.00.30.H99")
    primary, _, made = pair

    await by_sdk.do("sendEdoc", make_package("000.00.30.H99", RECIPIENT), "000.00.30.H99")

    assert len(await by_sdk.sent()) == 1
    assert len(await made.waiting()) == 1
    assert len(await primary.inbox()) == 1


async def test_a_standby_receives_while_the_first_system_is_suspended(offices, province):
    """law: R-136 TT Đ7.1"""
    sender, recipient, _ = offices
    await province.agencies(SECTOR)
    spare = await province.system("spare", SECTOR)
    await province.change(
        lambda connection: edit.attach_agencies(connection, spare.system_id, [RECIPIENT], part="standby", why=WHY)
    )

    await sender.send(make_package(SENDER, RECIPIENT))
    await province.change(lambda connection: edit.suspend_system(connection, recipient.system_id, why=WHY))
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    waiting = await spare.waiting()
    await province.change(lambda connection: edit.activate_system(connection, recipient.system_id, why=WHY))

    assert [one["status"] for one in accepted["deliveries"]] == ["available"]
    assert len(waiting) == 1
    assert len(await recipient.inbox()) == 1
    shown = await province.hub.db.read(lambda connection: edit.show_system(connection, spare.system_id))
    assert shown["parts"] == {"standby": [RECIPIENT]}
    assert shown["receives_for"] == [SECTOR]


async def test_a_part_nobody_knows_is_refused(province, offices):
    with pytest.raises(edit.RegistryError, match="second"):
        await province.change(
            lambda connection: edit.attach_agencies(
                connection, offices[0].system_id, [RECIPIENT], part="third", why=WHY
            )
        )
