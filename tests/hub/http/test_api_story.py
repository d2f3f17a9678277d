"""The native API told as stories: sending, receiving, acknowledging, watching, withdrawing."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest
from actors import Office

from edxml.testing import make_package, plain_pdf

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


@pytest.fixture
async def offices(province):
    """Three systems: a sender, a recipient, a stranger."""
    await province.agencies(SENDER, RECIPIENT, STRANGER)
    made = []
    for name, code in (("sender", SENDER), ("recipient", RECIPIENT), ("stranger", STRANGER)):
        one = await province.system(name, code)
        made.append(await Office(province.url, one.system_id, one.secret, (code,)).__aenter__())
    yield made
    for one in made:
        await one.__aexit__()


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

    assert asyncio.get_running_loop().time() - begun < 5
    assert [one["package_id"] for one in items] == [accepted["package_id"]]


async def test_the_hub_writes_the_package_from_metadata_and_files(offices):
    sender, recipient, _ = offices
    pdf = plain_pdf(3000)
    metadata = {
        "from": SENDER, "to": [RECIPIENT], "subject": "Mời họp", "number": "12", "notation": "GM-SNV",
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
