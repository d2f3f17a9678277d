"""The native API told as stories: sending, receiving, acknowledging, watching, withdrawing."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest

from edxml.testing import make_package, plain_pdf

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


async def test_a_package_travels_unchanged_and_both_sides_get_a_receipt(offices, hub):
    sender, recipient, _ = offices
    package = make_package(SENDER, RECIPIENT, subject="Báo cáo quý")

    accepted = (await sender.offer(package)).expect(201)
    item, data, receipt = await recipient.receive()

    assert data == package
    assert accepted["sha256"] == hashlib.sha256(package).hexdigest() == item["sha256"]
    assert item["from"] == SENDER
    assert item["kind"] == "new"
    assert item["subject"] == "Báo cáo quý"
    assert item["waiting_since"].endswith("+07:00")
    assert json.loads(hub.keys.verify_receipt(accepted["receipt"]))["sha256"] == accepted["sha256"]
    assert json.loads(hub.keys.verify_receipt(receipt))["event"] == "delivery.delivered"
    assert await recipient.inbox() == []
    assert await sender.receipt(accepted["package_id"]) == accepted["receipt"]
    assert await recipient.receipt(accepted["package_id"]) == receipt


async def test_a_long_poll_wakes_up_when_a_document_arrives(offices):
    sender, recipient, _ = offices
    await recipient.sign_in()

    waiting = asyncio.create_task(recipient.inbox(wait=30))
    await asyncio.sleep(0.3)
    begun = asyncio.get_running_loop().time()
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    items = await waiting

    assert asyncio.get_running_loop().time() - begun < 20  # and not the 30 s it may wait
    assert [one["package_id"] for one in items] == [accepted["package_id"]]


async def test_the_hub_writes_the_package_from_metadata_and_files(offices):
    sender, recipient, _ = offices
    pdf = plain_pdf(3000)
    metadata = {
        "from": SENDER, "to": RECIPIENT, "subject": "Mời họp", "number": "12", "notation": "GM-SNV",
        "date": "2026-11-20", "urgency": 1,
    }  # fmt: skip

    first = await sender.send_files(metadata, ("giấy mời.pdf", pdf), ("bảng.csv", b"a,b\n1,2\n"))
    again = await sender.send_files(metadata, ("giấy mời.pdf", pdf), ("bảng.csv", b"a,b\n1,2\n"))
    item, _, _ = await recipient.receive()

    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert first.json["document_id"] == f"{SENDER},2026/11/20,12/GM-SNV"
    assert item["urgency"] == 1
    got = await recipient.get(f"/packages/{item['package_id']}/attachments/0")
    assert got.body == pdf
    assert got.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''gi%E1%BA%A5y%20m%E1%BB%9Di.pdf" in got.headers["content-disposition"]


async def test_a_repeat_is_answered_with_the_first_answer_byte_for_byte(offices):
    """The recipient has it by then, and the answer is still the first one."""
    sender, recipient, _ = offices
    package = make_package(SENDER, RECIPIENT)

    first = await sender.offer(package)
    await recipient.receive()
    again = await sender.offer(package)

    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    assert first.json["deliveries"][0]["status"] == "available"
    assert first.headers["location"] == f"/api/v1/packages/{first.json['package_id']}"


async def test_a_repeated_warning_is_the_first_warning(offices):
    sender, _, _ = offices
    recall = make_package(SENDER, RECIPIENT, business_type=1, reason="Gửi nhầm", attachments=())

    first = await sender.offer(recall)
    again = await sender.offer(recall)

    assert [one["code"] for one in first.json["warnings"]] == ["base_unknown"]
    assert again.body == first.body


async def test_a_dry_run_checks_and_stores_nothing(offices):
    sender, recipient, _ = offices
    package = make_package(SENDER, [RECIPIENT, "000.00.77.H99"])

    found = (await sender.post("/packages/dry-run", data=package, headers={"Content-Type": "text/xml"})).expect(200)

    assert found["sha256"] == hashlib.sha256(package).hexdigest()
    assert {one["recipient"]: one["status"] for one in found["recipients"]} == {
        RECIPIENT: "available", "000.00.77.H99": "failed",
    }  # fmt: skip
    assert found["recipients"][1]["code"] == "org_unknown"
    assert found["verdicts"]["files"]
    assert await recipient.inbox() == []
    assert (await sender.get("/packages")).json["items"] == []
    assert await sender.events() == []


async def test_the_recipient_answers_and_the_sender_hears_it(offices):
    sender, recipient, _ = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    item, _, _ = await recipient.receive()

    refused = await recipient.say(item["delivery_id"], "02")
    arrival = {"arrival_number": 77, "arrival_date": "2026-11-21", "staff": "Lê An"}
    said = (await recipient.say(item["delivery_id"], "03", **arrival)).expect(201)
    status, _, _ = await sender.receive()

    assert refused.code == "reason_required"
    assert said["deliveries"][0]["recipient"] == SENDER
    assert (status["kind"], status["status_code"], status["from"]) == ("status", "03", RECIPIENT)
    shown = await sender.package(accepted["package_id"])
    assert shown["deliveries"][0]["business_status"] == "03"


async def test_withdrawing_cancels_what_never_left_and_asks_for_the_rest(offices):
    sender, recipient, stranger = offices
    accepted = await sender.send(make_package(SENDER, [RECIPIENT, stranger.code]))
    await recipient.receive()

    nothing = await sender.post(f"/packages/{accepted['package_id']}/withdraw", json={"reason": " "})
    done = await sender.withdraw(accepted["package_id"])

    assert nothing.code == "reason_required"
    assert {one["recipient"]: one["recall_state"] for one in done["recipients"]} == {
        RECIPIENT: "asked", stranger.code: "never_delivered",
    }  # fmt: skip
    assert await stranger.inbox() == []
    assert [(one["kind"], one["status_code"]) for one in await recipient.inbox()] == [("status", "13")]


async def test_the_inbox_is_paged_most_urgent_first(offices):
    sender, recipient, _ = offices
    for urgency in (0, 0, 4, 1):
        await sender.send(make_package(SENDER, RECIPIENT, priority=urgency))

    first = (await recipient.get("/inbox", params={"limit": "3"})).expect(200)
    second = (await recipient.get("/inbox", params={"limit": "3", "cursor": first["next"]})).expect(200)

    assert [one["urgency"] for one in first["items"]] == [4, 1, 0]
    assert len(second["items"]) == 1
    assert second["next"] is None
    ids = [one["delivery_id"] for one in first["items"] + second["items"]]
    assert len(set(ids)) == 4


async def test_sent_packages_are_paged_newest_first(offices):
    sender, _, _ = offices
    sent = [(await sender.send(make_package(SENDER, RECIPIENT)))["package_id"] for _ in range(3)]

    first = (await sender.get("/packages", params={"limit": "2"})).expect(200)
    second = (await sender.get("/packages", params={"limit": "2", "cursor": first["next"]})).expect(200)

    assert [one["package_id"] for one in first["items"] + second["items"]] == sent[::-1]
    assert second["next"] is None


async def test_a_second_lease_replaces_the_first(offices):
    sender, recipient, _ = offices
    await sender.send(make_package(SENDER, RECIPIENT))
    (item,) = await recipient.inbox()

    first = await recipient.lease(item["delivery_id"])
    second = await recipient.lease(item["delivery_id"])
    data = await recipient.content(item["package_id"])
    late = await recipient.post(
        f"/inbox/{item['delivery_id']}/ack", json={"lease": first["lease"], "sha256": item["sha256"]}
    )
    receipt = await recipient.ack(item["delivery_id"], second["lease"], data)
    again = await recipient.ack(item["delivery_id"], second["lease"], data)

    assert late.code == "lease_lost"
    assert receipt == again
    assert second["content"] == f"/api/v1/packages/{item['package_id']}/content"
    assert second["expires_at"].endswith("+07:00")


async def test_a_wrong_digest_acknowledges_nothing(offices):
    sender, recipient, _ = offices
    await sender.send(make_package(SENDER, RECIPIENT))
    (item,) = await recipient.inbox()
    lease = await recipient.lease(item["delivery_id"])

    wrong = await recipient.post(
        f"/inbox/{item['delivery_id']}/ack", json={"lease": lease["lease"], "sha256": "0" * 64}
    )

    assert wrong.code == "digest_mismatch"
    assert len(await recipient.inbox()) == 1


async def test_the_feed_tells_each_its_own(offices):
    sender, recipient, stranger = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))
    await recipient.receive()

    mine, theirs, nobodys = await sender.events(), await recipient.events(), await stranger.events()

    assert {"package.accepted", "delivery.exposed", "delivery.delivered"} <= {one["type"] for one in mine}
    assert {one["type"] for one in theirs} >= {"delivery.exposed", "delivery.delivered"}
    assert "package.accepted" not in {one["type"] for one in theirs}
    assert nobodys == []
    assert {one["package_id"] for one in mine + theirs} == {accepted["package_id"]}
    assert [one["seq"] for one in mine] == sorted(one["seq"] for one in mine)


async def test_the_registry_is_read_by_page_search_and_change(offices, province):
    sender, _, _ = offices

    first = (await sender.get("/agencies", params={"limit": "2"})).expect(200)
    rest = (await sender.get("/agencies", params={"limit": "2", "cursor": first["next"]})).expect(200)
    found = (await sender.get("/agencies", params={"q": "000.00.02"})).expect(200)
    version = first["version"]
    await province.agencies("000.00.44.H99")
    changed = (await sender.get("/agencies/changes", params={"since": str(version)})).expect(200)

    assert [one["organ_id"] for one in first["items"] + rest["items"]] == [
        "000.00.01.H99", "000.00.02.H99", "000.00.03.H99",
    ]  # fmt: skip
    assert rest["next"] is None
    assert [(one["organ_id"], one["connected"]) for one in found["items"]] == [(RECIPIENT, True)]
    assert [one["organ_id"] for one in changed["items"]] == ["000.00.44.H99"]
    assert changed["version"] > version
