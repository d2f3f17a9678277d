"""Group G: what is sent again, by whom, how often and in what order, changes nothing it should not."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json

import pytest
from actors import Office
from sqlalchemy import func, select

from edxml.testing import make_package
from edxml.testing.documents import plain_pdf
from hub.store import tables

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


async def count(hub, table, **where):
    query = select(func.count()).select_from(table)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    return await hub.db.read(lambda c: c.execute(query).scalar())


async def alarms(hub) -> list[str]:
    wanted = select(tables.events.c.detail).where(tables.events.c.type == "alarm.raised")
    return [json.loads(one)["alarm"] for one in await hub.db.read(lambda c: c.execute(wanted).scalars().all())]


async def test_G01_a_hundred_repeats_get_the_first_receipt(target, hub):  # noqa: N802 - the id of the case
    data = make_package(SENDER, RECIPIENT)
    first = await target.offer(data)
    again = [await target.offer(data) for _ in range(99)]

    assert (first.status, {one.status for one in again}) == (201, {200})
    assert {one.body for one in again} == {first.body}
    assert await count(hub, tables.packages) == await count(hub, tables.deliveries) == 1
    assert len(await target.recipient.receive_all()) == 1


async def test_G02_a_hundred_at_the_same_moment_are_one(target, hub):  # noqa: N802
    data = make_package(SENDER, RECIPIENT)
    await target.sender.sign_in()

    answers = await asyncio.gather(*(target.offer(data) for _ in range(100)))

    assert sorted(one.status for one in answers) == [200] * 99 + [201]
    assert len({one.body for one in answers}) == 1
    assert await count(hub, tables.packages) == await count(hub, tables.deliveries) == 1
    await target.recipient.receive()


async def test_G03_the_same_id_with_other_bytes_is_a_conflict(target, hub):  # noqa: N802
    name = f"{SENDER},2026/11/21,12/QĐ-SNV"
    first = await target.sender.send(make_package(SENDER, RECIPIENT, document_id=name))
    other = make_package(SENDER, RECIPIENT, document_id=name, size=20_000)

    heard = await target.offer(other)

    assert (heard.status, heard.code) == (409, "conflict")
    [(item, _)] = await target.recipient.receive_all()
    assert item["sha256"] == first["sha256"], "the first stays untouched"
    assert await alarms(hub) == ["other_content_same_id"]
    assert await count(hub, tables.packages, status="accepted") == 1


async def test_G04_the_same_files_under_another_id_are_taken_and_flagged(target, stc):  # noqa: N802
    files = [("van-ban.pdf", plain_pdf(12_000))]
    first = await target.sender.send(make_package(SENDER, RECIPIENT, attachments=files))
    foreign = await target.recipient.send(make_package(RECIPIENT, SENDER, attachments=files))

    again = await target.sender.send(make_package(SENDER, RECIPIENT, attachments=files))

    flagged = [one for one in again["warnings"] if one["code"] == "same_content"]
    assert [one["where"] for one in flagged] == [first["document_id"]]
    assert "same_content" not in [one["code"] for one in first["warnings"] + foreign["warnings"]], "another's: unsaid"
    assert {item["package_id"] for item, _ in await target.recipient.receive_all()} == {
        first["package_id"],
        again["package_id"],
    }
    await target.sender.receive_all()


async def test_G05_what_another_sent_is_not_sent_again_in_his_name(target, stc):  # noqa: N802
    data = make_package(SENDER, RECIPIENT)
    await target.sender.send(data)

    heard = await target.recipient.offer(data)
    wire = await stc.do("sendEdoc", data, RECIPIENT)

    assert (heard.status, heard.code) == (403, "sender_not_allowed")
    assert wire.code == "19"
    assert len(await target.recipient.receive_all()) == 1


async def test_G06_a_signed_header_works_only_where_it_was_made(snv, stc):  # noqa: N802
    """The VXP signature has no nonce: its timestamp is bound to the first address, also after a restart."""
    stolen = "21112026T001842+0450"
    assert (await snv.do("getReceivedEdocList", sdk=snv.sdk(timestamp=stolen))).ok
    replayed = await snv.do("getReceivedEdocList", sdk=snv.sdk(timestamp=stolen, source=("127.0.0.2", 0)))

    assert replayed.code == "15"
    assert (await stc.do("getReceivedEdocList", sdk=stc.sdk(timestamp=stolen, source=("127.0.0.2", 0)))).ok


async def test_G07_an_acknowledgement_counts_once(target, hub):  # noqa: N802
    sent = [await target.sender.send(make_package(SENDER, RECIPIENT)) for _ in range(2)]
    item, _, receipt = await target.recipient.receive()
    delivery = item["delivery_id"]
    said = {"lease": "whatever", "sha256": item["sha256"]}

    again = [(await target.recipient.post(f"/inbox/{delivery}/ack", json=said)).expect(200) for _ in range(3)]
    [other] = [one["deliveries"][0]["delivery_id"] for one in sent if one["package_id"] != item["package_id"]]
    replayed = await target.recipient.post(f"/inbox/{other}/ack", json=said)
    foreign = await target.sender.post(f"/inbox/{delivery}/ack", json=said)

    assert {one["receipt"] for one in again} == {receipt}
    assert replayed.code in ("digest_mismatch", "lease_lost")
    assert (foreign.status, foreign.code) == (404, "not_found")
    assert await count(hub, tables.events, type="delivery.delivered") == 1
    assert json.loads(base64.urlsafe_b64decode(receipt.split(".")[1] + "=="))["delivery_id"] == delivery
    await target.recipient.receive_all()


@pytest.mark.parametrize("part", range(4))
async def test_G08_statuses_in_any_order_end_alike(target, part):  # noqa: N802  law: R-123
    orders = list(itertools.permutations(("01", "03", "04", "05", "06")))[part::4]
    ends = set()
    for order in orders:
        accepted = await target.sender.send(make_package(SENDER, RECIPIENT))
        item, _, _ = await target.recipient.receive()
        for code in order:
            heard = await target.recipient.say(item["delivery_id"], code)
            assert heard.status in (200, 201, 409), heard.body
        shown = await target.sender.package(accepted["package_id"])
        ends.add((shown["deliveries"][0]["status"], shown["deliveries"][0]["business_status"]))
        await target.sender.receive_all()

    assert ends == {("delivered", "06")}


async def test_G09_a_recall_before_its_document_waits_and_then_stops_it(target):  # noqa: N802
    name = f"{SENDER},2026/11/21,13/QĐ-SNV"

    early = (await target.offer(make_package(SENDER, RECIPIENT, document_id=name, business_type=1, reason="Sai"))).json
    seen = await target.recipient.receive_all()
    late = await target.sender.send(make_package(SENDER, RECIPIENT, document_id=name))

    assert (early["status"], early["warnings"][-1]["code"]) == ("held", "base_unknown")
    assert early["receipt"]
    assert seen == await target.recipient.receive_all() == []
    [copy] = (await target.sender.package(late["package_id"]))["deliveries"]
    assert (copy["status"], copy["recall_state"]) == ("cancelled", "never_delivered")


async def test_G11_by_both_doors_it_is_one(target, snv):  # noqa: N802
    data = make_package(SENDER, RECIPIENT)
    by_api = await target.sender.send(data)
    by_wire = await snv.do("sendEdoc", data, SENDER)

    assert by_wire.json["DocId"] == by_api["package_id"]
    assert len(await target.recipient.receive_all()) == 1


async def test_G12_two_agencies_may_use_the_same_id(target):  # noqa: N802
    name = "1"
    answers = [
        await Office.offer(one, make_package(who, to, document_id=name))
        for one, who, to in ((target.sender, SENDER, RECIPIENT), (target.recipient, RECIPIENT, SENDER))
    ]

    assert len({one.status for one in answers}) == 1, "the key is (sender, id)"
    if answers[0].status == 201:
        await target.recipient.receive_all()
        await target.sender.receive_all()
