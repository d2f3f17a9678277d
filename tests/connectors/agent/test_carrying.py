"""What an agent does all day: a document each way, statuses, receipts, refusals."""

from __future__ import annotations

import json

import patience

from connectors.forms import answering
from edxml import reader
from edxml.testing import make_package
from hub import clock

SENDER, RECIPIENT = "000.00.01.H99", "000.00.02.H99"


def status(about: bytes, code: str, **more) -> bytes:
    said = {"from": RECIPIENT, "code": code, "document_id": reader.read(about).document_id, **more}
    form = answering.Form.model_validate(said)
    return answering.write(form, answering.about(reader.read(about)), str, clock.Clock().now())


async def business_status(sender, package_id: str) -> str | None:
    [delivery] = (await sender.package(package_id))["deliveries"]
    return delivery["business_status"]


async def test_a_document_is_handed_over_once_and_its_arrival_told(beside, sender):
    """law: R-121 QĐ28 Đ10.2h, R-106 HN Đ7.3"""
    package = make_package(SENDER, RECIPIENT)
    sent = await sender.send(package)

    status_now = await beside.once()
    again = await beside.once()

    [arrival] = beside.desk.arrivals
    assert beside.desk.data(arrival["item_id"]) == package
    assert arrival["recipients"] == [RECIPIENT]
    assert arrival["sending"]["to"] == [{"code": RECIPIENT, "role": "act", "mode": "electronic"}]
    shown = await sender.package(sent["package_id"])
    assert [one["status"] for one in shown["deliveries"]] == ["delivered"]
    assert shown["deliveries"][0]["business_status"] == "01"
    assert (status_now["waiting_in"], status_now["waiting_out"], status_now["untold"]) == (0, 0, 0)
    assert status_now["problems"] == again["problems"] == []


async def test_what_the_office_system_says_of_it_reaches_the_sender(beside, sender):
    package = make_package(SENDER, RECIPIENT)
    sent = await sender.send(package)
    await beside.once()

    beside.desk.offer("s1", status(package, "03", arrival_number="117", arrival_date="2026-11-20"), "status")
    await beside.once()

    [delivery] = (await sender.package(sent["package_id"]))["deliveries"]
    assert (delivery["business_status"], delivery["arrival_number"]) == ("03", "117")


async def test_a_document_of_the_office_leaves_with_all_that_goes_with_it_and_the_receipt_comes_back(beside, sender):
    """law: R-144 HN Đ12.1"""
    package = make_package(RECIPIENT, SENDER)
    said = {"to": [{"code": SENDER, "role": "know", "mode": "both"}], "paper_reason": "Hồ sơ gốc"}
    beside.desk.offer("d1", package, sending=said)

    await beside.once()
    await beside.once()

    [item] = await sender.inbox()
    [told] = beside.desk.told("d1")
    assert (item["role"], item["paper"]) == ("know", True)
    assert told["package_id"] == item["package_id"]
    assert told["receipt"].count(".") == 2
    assert (await sender.receive())[1] == package


async def test_a_refusal_of_the_hub_is_told_in_words_and_never_sent_again(beside, sender):
    beside.desk.offer("d1", make_package(SENDER, RECIPIENT))  # not ours to send
    beside.desk.offer("d2", b"<html>")

    await beside.once()

    assert [one["code"] for one in beside.desk.told("d1")] == ["sender_not_allowed"]
    assert [one["code"] for one in beside.desk.told("d2")] == ["xml_not_well_formed"]


async def test_a_refusal_of_the_office_system_reaches_the_sender_with_its_reason(beside, sender):
    sent = await sender.send(make_package(SENDER, RECIPIENT))

    with beside.desk.trouble("refuse"):
        await beside.once()

    shown = await sender.package(sent["package_id"])
    assert shown["deliveries"][0]["business_status"] == "02"
    assert shown["deliveries"][0]["refusal"] == "BAD_FORMAT"
    assert beside.desk.arrivals == []
    assert (await beside.once())["untold"] == 0


async def test_it_works_by_itself_while_it_runs(beside, sender, run_agent):
    async with run_agent():
        sent = await sender.send(make_package(SENDER, RECIPIENT))
        await patience.until(lambda: beside.desk.arrivals)

        async def arrived():
            return await business_status(sender, sent["package_id"]) == "01"

        await patience.until(arrived)
        beside.desk.offer("d1", make_package(RECIPIENT, SENDER))
        await patience.until(lambda: beside.desk.told("d1"))

    assert len(await sender.inbox()) == 2  # the document and the status


async def test_the_agencies_are_kept_by_what_changed(beside, province):
    from agency_registry import edit

    first = await beside.once()
    await province.change(lambda c: edit.add_agency(c, "000.00.09.H99", "Sở Mới"))
    second = await beside.once()

    kept = json.loads((beside.settings.folder / "agencies.json").read_text())
    assert second["registry_version"] > first["registry_version"]
    assert kept["version"] == second["registry_version"]
    assert "Sở Mới" in {one["name"] for one in kept["agencies"].values()}
