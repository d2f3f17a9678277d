"""The log of calls: what a system asked and was answered, without content, without cost, its own only."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from actors import Office

from edxml.testing import make_package
from hub import admin, clock
from hub.jobs import calls as job
from hub.store.calls import Buffer, Call

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"
SUBJECT = "Báo cáo không ai khác được đọc"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}], "calls": {"keep_lines": 5, "lines_per_second": 200}}


async def log_of(office: Office, **query) -> list[dict]:
    page = (await office.get("/calls", params={"limit": "100", **query})).expect()
    return [one for one in page["items"] if one["operation"] not in {"listCalls", "getToken"}]


async def test_what_a_system_sent_fetched_and_was_refused_is_told_newest_first(hub, offices):
    sender, recipient, _ = offices
    sent = await sender.send(make_package(SENDER, RECIPIENT, subject=SUBJECT))
    [delivery] = sent["deliveries"]
    await sender.offer(b"<no package/>")
    await recipient.receive()

    refused, taken = await log_of(sender)
    assert (taken["operation"], taken["status"], taken["code"], taken["door"], taken["direction"]) == (
        "send", 201, "", "api", "in",
    )  # fmt: skip
    assert taken["package_id"] == sent["package_id"]
    assert taken["size"] > 1000
    assert refused["code"]
    assert refused["status"] >= 400
    assert [one["operation"] for one in await log_of(recipient, delivery_id=delivery["delivery_id"])] == [
        "acknowledge", "lease",
    ]  # fmt: skip
    assert [one["operation"] for one in await log_of(sender, faults="true")] == ["send"]
    assert [one["operation"] for one in await log_of(sender, package_id=sent["package_id"])] == ["send"]


async def test_a_system_reads_its_own_calls_only_and_never_content(hub, offices):
    sender, _, stranger = offices
    sent = await sender.send(make_package(SENDER, RECIPIENT, subject=SUBJECT))
    await stranger.get(f"/packages/{sent['package_id']}")

    assert [one["code"] for one in await log_of(stranger, package_id=sent["package_id"])] == ["not_found"]
    whole = (await admin.answer(hub, "system.log", {"system_id": sender.system_id}))["result"]["calls"]
    assert SUBJECT not in str(whole)
    assert sender.secret not in str(whole)
    assert sender.token not in str(whole)


async def test_where_a_body_was_wrong_is_named_and_nothing_of_it(offices):
    sender = offices[0]
    await sender.post("/heartbeat", json={"next_seconds": 0, "software": SUBJECT})
    await sender.post("/heartbeat", json={SUBJECT: 1})

    second, first = await log_of(sender)

    assert (first["code"], first["detail"]) == ("schema_invalid", "next_seconds")
    assert (second["code"], second["detail"]) == ("schema_invalid", "")


async def test_a_token_refused_to_a_registered_system_is_in_its_log(hub, offices):
    sender = offices[0]
    await sender.sign_in()
    wrong = Office(sender.url, sender.system_id, "wrong")
    async with wrong:
        with pytest.raises(AssertionError, match="invalid_client"):
            await wrong.sign_in()

    page = (await sender.get("/calls")).expect()
    told = [(one["operation"], one["status"], one["code"]) for one in page["items"]]
    assert told[-2:] == [("getToken", 401, "invalid_client"), ("getToken", 200, "")]


async def test_the_other_door_is_logged_too(hub, province, snv):
    await snv.waiting()
    await snv.do("getEdoc", "e0000000-0000-4000-8000-000000000000")

    found = (await admin.answer(hub, "system.log", {"system_id": snv.system_id}))["result"]["calls"]

    assert [(one["door"], one["operation"], one["code"]) for one in found] == [
        ("vxp", "getEdoc", "not_found"), ("vxp", "getReceivedEdocList", ""),
    ]  # fmt: skip
    assert found[0]["detail"] == "docId e0000000-0000-4000-8000-000000000000"


async def test_no_call_pays_for_its_line(hub, offices):
    """Taking in, lease and acknowledgement write no line: what they leave is in memory until the job comes by."""
    sender, recipient, _ = offices
    await sender.send(make_package(SENDER, RECIPIENT))
    await recipient.receive()

    assert await hub.db.read(lambda connection: connection.exec_driver_sql("SELECT * FROM calls").all()) == []
    assert {"send", "lease", "acknowledge"} <= {call.operation for call in hub.calls.take()}


async def test_the_log_is_bounded_by_lines_and_by_age(hub, offices):
    sender = offices[0]
    for _ in range(9):
        await sender.post("/heartbeat", json={"next_seconds": 0})
        await admin.answer(hub, "system.log", {"system_id": sender.system_id})

    assert await job.prune(hub, {sender.system_id}) > 0
    assert len((await admin.answer(hub, "system.log", {"system_id": sender.system_id}))["result"]["calls"]) == 5
    hub.clock = clock.FakeClock(hub.clock.now() + timedelta(days=8))
    await job.prune(hub, set())
    assert (await admin.answer(hub, "system.log", {"system_id": sender.system_id}))["result"]["calls"] == []


async def test_what_is_noted_is_written_when_the_hub_stops(hub, offices):
    task = asyncio.ensure_future(job.follow(hub))
    await asyncio.sleep(0)
    hub.calls.note(Call("sender", hub.clock.now(), "api", "send"))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert hub.calls.take() == []
    rows = await hub.db.read(lambda connection: connection.exec_driver_sql("SELECT operation FROM calls").all())
    assert [row.operation for row in rows] == ["send"]


def test_polls_that_found_nothing_are_one_line_and_a_flood_is_counted_faults_last():
    now = clock.Clock().now()
    buffer = Buffer(per_second=3)
    for _ in range(40):
        buffer.note(Call("a", now, "api", "getInbox", 200))
    for number in range(5):
        buffer.note(Call("a", now, "api", "send", 201, package_id=f"{number:036}"))
    buffer.note(Call("a", now, "api", "send", 422, code="schema_invalid"))
    buffer.note(Call("b", now, "api", "getInbox", 200))

    taken = buffer.take()

    assert sum(one.system_id == "a" for one in taken) == 4
    assert [one.code for one in taken if one.code] == ["schema_invalid"]
    assert [one.detail for one in taken if one.operation == "(not written)"] == ["4 more calls"]
    assert [one.operation for one in taken if one.system_id == "b"] == ["getInbox"]
    assert buffer.take() == []
