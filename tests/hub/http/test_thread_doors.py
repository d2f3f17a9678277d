"""Statuses, refusals, the review queue and reports through the doors: VXP, native, command line."""

from __future__ import annotations

import asyncio
import json
import os
import sys

import pytest
from actors import Office

from edxml import reader
from edxml.testing.packages import make_package, make_status
from hub.states import Audience
from hub.store import alarms

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
NAME = f"{SENDER},2026/11/21,13/QĐ-SNV"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}]}


@pytest.fixture
async def both(snv, stc):
    """Sender and recipient, each at the VXP door and at the native one."""
    async with (
        Office(snv.url, snv.system_id, snv.secret, (SENDER,)) as sender,
        Office(stc.url, stc.system_id, stc.secret, (RECIPIENT,)) as recipient,
    ):
        yield snv, stc, sender, recipient


async def truc(office: Office, *words: str) -> tuple[int, str, str]:
    """A command of a system's own: its exit code and what it printed."""
    env = {**os.environ, "TRUC_URL": office.url, "TRUC_SYSTEM_ID": office.system_id, "TRUC_SECRET": office.secret}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", *words, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def described(data: bytes) -> tuple[str, str]:
    """Code and Description of a status message."""
    status = reader.read(data).status
    assert status is not None
    return status.code, status.description


async def test_a_life_at_the_native_door(both):
    """law: R-121 R-125 HN Đ9.1a"""
    _, _, sender, recipient = both
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    item, _, _ = await recipient.receive()
    more = {"arrival_number": 123, "arrival_date": "2026-11-21", "staff": {"name": "Bình", "department": "Văn thư"}}

    for code in ("01", "03", "05"):
        (await recipient.say(item["delivery_id"], code, **(more if code == "03" else {}))).expect(201)

    [copy] = (await sender.package(sent["package_id"]))["deliveries"]
    told = (copy["business_status"], copy["arrival_number"], copy["arrival_date"], copy["refusal"])
    assert told == ("05", "123", "2026-11-21", None)
    assert copy["received_at"] is not None
    assert copy["accepted_at"] is not None
    assert [described(data) for _, data in await sender.receive_all()] == [
        ("01", ""), ("03", "Số đến: 123; Ngày đến: 2026-11-21"), ("05", ""),
    ]  # fmt: skip


async def test_a_life_at_the_vxp_door(both):
    """law: R-121 R-125 HN Đ9.1a: what an office system writes in Description is understood."""
    snv, stc, sender, _ = both
    sent = await sender.send(make_package(SENDER, RECIPIENT, document_id=NAME))
    [item] = await stc.waiting()
    answer, data = await stc.do("getEdoc", item["docId"])
    assert answer.ok
    assert data
    await stc.do("updateStatus", item["docId"], "done")

    for code, words in (("01", ""), ("03", "Đã tiếp nhận, số đến 45 ngày 21/11/2026"), ("77", "lạ")):
        answer = await stc.do("sendEdoc", make_status(code, RECIPIENT, (SENDER, NAME), words), RECIPIENT)
        assert answer.ok, (code, answer.json)

    [copy] = (await sender.package(sent["package_id"]))["deliveries"]
    assert (copy["business_status"], copy["arrival_number"], copy["arrival_date"]) == ("03", "45", "2026-11-21")
    assert len(await snv.waiting("status")) == 3  # the one nobody knows is kept and handed on too (R-123)


async def test_a_life_at_the_command_line(both, tmp_path):
    """law: R-121 QĐ28 Đ10.2h: the client says 01 by itself, and once however often it is given."""
    _, _, sender, recipient = both
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    delivery = sent["deliveries"][0]["delivery_id"]

    first = await truc(recipient, "get", delivery, "--out", str(tmp_path), "--json")
    again = await truc(recipient, "get", delivery, "--out", str(tmp_path), "--json")
    accepted = await truc(recipient, "status", delivery, "--code", "03", "--arrival-number", "9", "--staff", "Bình")

    assert (first[0], json.loads(first[1])["status"]) == (0, "01"), first
    assert (again[0], json.loads(again[1])["status"]) == (0, "01"), again
    assert accepted[0] == 0, accepted
    assert [described(data)[0] for _, data in await sender.receive_all()] == ["01", "03"]
    assert (await sender.package(sent["package_id"]))["deliveries"][0]["arrival_number"] == "9"


async def test_a_refusal_at_the_native_door(both):
    """law: R-127 R-128 HN Đ6.4, R-129 NĐ30 Đ21.2b"""
    _, _, sender, recipient = both
    sent = await sender.send(make_package(SENDER, RECIPIENT, subject="Chỉ để một nơi đọc"))
    item, _, _ = await recipient.receive()
    delivery, code = item["delivery_id"], {"reason_code": "WRONG_RECIPIENT", "reason": "Không thuộc thẩm quyền"}

    assert (await recipient.say(delivery, "02")).code == "reason_required"
    assert (await recipient.say(delivery, "02", **code)).code == "reason_required"  # nobody's name
    assert (await recipient.say(delivery, "02", **(code | {"reason_code": "WHY"}))).code == "schema_invalid"
    (await recipient.say(delivery, "02", **code, staff="Trần Thị Bình")).expect(201)

    [copy] = (await sender.package(sent["package_id"]))["deliveries"]
    assert (copy["refusal"], copy["business_reason"]) == ("WRONG_RECIPIENT", "Không thuộc thẩm quyền")
    for path in ("content", "attachments/0", "verdicts"):
        assert (await recipient.get(f"/packages/{sent['package_id']}/{path}")).code == "not_found"
    assert (await recipient.package(sent["package_id"]))["subject"] == ""
    assert [described(data) for _, data in await sender.receive_all()] == [
        ("02", "WRONG_RECIPIENT: Không thuộc thẩm quyền")
    ]


async def test_a_refusal_at_the_command_line(both):
    """law: R-127 R-128 HN Đ6.4"""
    _, _, sender, recipient = both
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    item, _, _ = await recipient.receive()
    words = ("status", item["delivery_id"], "--code", "02", "--reason", "Thiếu phụ lục", "--reason-code", "INCOMPLETE")

    nameless = await truc(recipient, *words)
    refused = await truc(recipient, *words, "--staff", "Trần Thị Bình")

    assert (nameless[0], refused[0]) == (1, 0), (nameless, refused)
    assert (await sender.package(sent["package_id"]))["deliveries"][0]["refusal"] == "INCOMPLETE"


async def test_after_an_acceptance_both_doors_name_the_fault(both):
    """law: R-132 HN Đ9.1"""
    _, stc, sender, recipient = both
    await sender.send(make_package(SENDER, RECIPIENT, document_id=NAME))
    item, _, _ = await recipient.receive()
    (await recipient.say(item["delivery_id"], "03")).expect(201)

    native = await recipient.say(item["delivery_id"], "02", reason="Thiếu phụ lục")
    vxp = await stc.do("sendEdoc", make_status("02", RECIPIENT, (SENDER, NAME), "Thiếu phụ lục"), RECIPIENT)

    assert (native.status, native.code) == (409, "state_conflict")
    assert not vxp.ok


async def test_an_error_is_reported_without_a_refusal(both):
    """law: R-149 TT Đ10.3"""
    _, _, sender, recipient = both
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    item, _, _ = await recipient.receive()
    (await recipient.say(item["delivery_id"], "03", arrival_number="7")).expect(201)
    path = f"/inbox/{item['delivery_id']}/report"

    said = {"kind": "error", "text": "Sai ngày ở phần căn cứ", "staff": "Bình"}
    (await recipient.post(path, json=said)).expect(201)

    assert (await recipient.post(path, json={"kind": "error", "text": "sai"})).code == "reason_required"
    assert (await sender.package(sent["package_id"]))["deliveries"][0]["business_status"] == "03"
    assert [described(data)[1] for _, data in await sender.receive_all()][-1] == "BÁO SAI SÓT: Sai ngày ở phần căn cứ"


async def test_an_incident_calls_the_operator_with_facts_and_without_words(both, hub):
    """law: R-130 NĐ30 Đ21.2b"""
    _, _, sender, recipient = both
    sent = await sender.send(make_package(SENDER, RECIPIENT))
    item, _, _ = await recipient.receive()

    done = await truc(
        recipient, "status", item["delivery_id"], "--report", "incident", "--description", "Tệp có dấu hiệu bị sửa"
    )

    assert done[0] == 0, done
    [called] = [
        one
        for one in await hub.db.read(lambda connection: alarms.open_for(connection, Audience.OPERATOR))
        if one.kind == "incident_reported"
    ]
    assert called.package_id == sent["package_id"]
    assert sent["sha256"] in called.detail
    assert "dấu hiệu" not in called.detail
    assert sent["sha256"] in described((await sender.receive_all())[0][1])[1]


@pytest.mark.parametrize("kind", ["held", "foreign", "unknown"])
async def test_a_report_about_what_one_cannot_know_is_not_found(both, province, kind):
    _, _, sender, recipient = both
    await province.agencies(STRANGER)
    made = await province.system("third", STRANGER)
    sent = await sender.send(make_package(SENDER, STRANGER))
    ids = {"foreign": sent["deliveries"][0]["delivery_id"], "unknown": sent["package_id"], "held": made.system_id}

    heard = await recipient.post(f"/inbox/{ids[kind]}/report", json={"kind": "error", "text": "Sai số ký hiệu"})

    assert (heard.status, heard.code) == (404, "not_found")


async def test_an_early_status_at_the_vxp_door_is_shown_as_waiting(both):
    """Threat G-09 at the door without warnings: OK, a row that says `processing`, and why."""
    _, stc, sender, _ = both
    assert (await stc.do("sendEdoc", make_status("01", RECIPIENT, (SENDER, NAME)), RECIPIENT)).ok

    [row] = await stc.sent(message_type="status")
    await sender.send(make_package(SENDER, RECIPIENT, document_id=NAME))
    [later] = await stc.sent(message_type="status")

    assert row["sendStatus"] == "processing"
    assert "chưa thấy văn bản" in row["sendStatusDesc"]
    assert later["sendStatus"] == "done"
