"""One document that reaches its recipient twice; one agency with two systems; one that stands in for another."""

from __future__ import annotations

import unicodedata
import uuid

import pytest

from edxml.testing import make_package, make_status

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = ("--reason", "226/QĐ-PGDĐT")


async def test_an_equal_entry_is_told_to_its_recipient_who_compares(town, audit):
    """law: R-134 NĐ30 PL VI: number, notation, agency; one spelling composed, the other decomposed."""
    sender, recipient, other = await town.some(3)
    first = await sender.sends(make_package(sender.code, recipient.code, number="05", notation="QĐ-UBND"))
    decomposed = unicodedata.normalize("NFD", "qđ-ubnd")
    spelt = make_package(sender.code, recipient.code, str(uuid.uuid4()), number="5", notation=decomposed)
    second = await sender.sends_by_sdk(spelt)
    series = await sender.sends(make_package(sender.code, recipient.code, number="05", notation="UBND-VX"))
    elsewhere = await sender.sends(make_package(sender.code, other.code, number="05", notation="QĐ-UBND"))

    items = {one["package_id"]: one for one in await recipient.native.inbox()}
    delivery = items[second.id]["delivery_id"]
    beside = (await recipient.native.get(f"/inbox/{delivery}/duplicates")).expect()
    got = await recipient.takes_all()

    assert items[second.id]["duplicate_of"] == items[first.id]["delivery_id"]
    assert items[first.id]["duplicate_of"] is items[series.id]["duplicate_of"] is None
    assert [one["package_id"] for one in beside["others"]] == [first.id]
    assert beside["others"][0]["same_content"] is False
    assert (await other.takes()).item["duplicate_of"] is None, "another recipient has it once"
    assert {one.data for one in got} == {first.data, second.data, series.data}, "nothing is kept back"
    assert (await sender.native.get(f"/inbox/{delivery}/duplicates")).status == 404
    mine = next(one for one in got if one.item["package_id"] == second.id)
    await recipient.says(mine, "02", reason_code="DUPLICATE", reason="Đã nhận bản giống hệt", staff="Bình")
    assert (await sender.copies(second))[recipient.code]["refusal"] == "DUPLICATE"
    await audit(first, second, series, elsewhere)


async def test_two_systems_one_answers_the_other_stores(town, audit):
    """law: R-135 TT Đ6.1.2, R-136 TT Đ7.1"""
    sender, primary = await town.some(2)
    second = await town.party("Hệ thống ngành")
    attach = ("system", "attach", second.native.system_id, "--for", primary.code, "--part", "second", *WHY)
    assert (await town.operator(*attach))[0] == 0
    sent = await sender.sends(make_package(sender.code, primary.code))
    own, stored = await primary.takes(), await second.takes()

    await second.says(stored, "01")
    refused = [await second.native.say(stored.delivery, code, reason="Không đúng") for code in ("02", "03", "06")]
    by_sdk = await second.vxp.do("sendEdoc", make_status("03", primary.code, sent.read), primary.code)
    await primary.says(own, "03", arrival_number="88")

    assert (own.item["stored_only"], stored.item["stored_only"]) == (False, True)
    assert own.data == stored.data == sent.data
    assert {(one.status, one.code) for one in refused} == {(409, "state_conflict")}
    assert by_sdk.ok, "kept, not applied, and somebody is called"
    assert "second_answer" in await town.operator_alarms(sent)
    copies = await sender.copies(sent)
    assert list(copies) == [primary.code], "the sender knows of one recipient"
    assert (copies[primary.code]["delivery_id"], copies[primary.code]["business_status"]) == (own.delivery, "03")
    assert await sender.hears() == [("03", "Số đến: 88")]
    await audit(sent)


async def test_two_systems_give_a_recalled_document_back_both(town, audit):
    """law: R-135 TT Đ6.1.2, R-146 HN Đ9.2: both say it in the very same words and second."""
    sender, primary = await town.some(2)
    second = await town.party("Hệ thống ngành")
    attach = ("system", "attach", second.native.system_id, "--for", primary.code, "--part", "second", *WHY)
    assert (await town.operator(*attach))[0] == 0
    sent = await sender.sends(make_package(sender.code, primary.code))
    own, stored = await primary.takes(), await second.takes()
    told = await sender.native.withdraw(sent.id, "Ban hành sai", kind="recall")
    await primary.takes()
    await second.takes()

    states = []
    for party, got in ((primary, own), (second, stored)):
        await party.says(got, "15", destroyed=True)
        states.append((await sender.copies(sent))[primary.code]["recall_state"])

    assert [(one["recipient"], one["recall_state"]) for one in told["recipients"]] == [(primary.code, "asked")]
    assert states == ["asked", "destroyed"], "it is back when both copies are"
    assert (await sender.sees(sent))["status"] == "erased"
    await audit(sent)


async def test_a_standby_receives_while_the_first_system_is_stopped(town, audit):
    """law: R-136 TT Đ7.1"""
    sender, primary = await town.some(2)
    spare = await town.party("Hệ thống dự phòng")
    attach = ("system", "attach", spare.native.system_id, "--for", primary.code, "--part", "standby", *WHY)
    assert (await town.operator(*attach))[0] == 0
    before = await sender.sends(make_package(sender.code, primary.code))
    assert (await town.operator("system", "suspend", primary.native.system_id, *WHY))[0] == 0

    meanwhile = await sender.sends(make_package(sender.code, primary.code))
    got = await spare.takes_all()
    await spare.says(got[1], "03", arrival_number="1")
    assert (await town.operator("system", "activate", primary.native.system_id, *WHY))[0] == 0
    primary.native.token = ""
    later = await sender.sends(make_package(sender.code, primary.code))

    assert [one.data for one in got] == [before.data, meanwhile.data], "what waited goes along"
    assert (await sender.copies(meanwhile))[primary.code]["business_status"] == "03"
    assert [one.data for one in await primary.takes_all()] == [later.data]
    assert await spare.native.inbox() == []
    await audit(before, meanwhile, later)


async def test_one_system_for_two_agencies_gets_the_bytes_once_at_the_vxp_door(town, audit):
    """law: R-117 HN Đ10.3a: one item for both, a row each for the sender."""
    sender = await town.party()
    both = await town.system(await town.agency(), await town.agency())
    sent = await sender.sends_by_sdk(make_package(sender.code, both.codes))

    [(_, data)] = await both.takes_by_sdk()

    assert data == sent.data
    assert sorted(row["toCode"] for row in await sender.vxp.sent(docId=sent.id)) == sorted(both.codes)
    assert {one["status"] for one in (await sender.copies(sent)).values()} == {"delivered"}
    for code in both.codes:
        assert (await both.vxp.do("sendEdoc", make_status("03", code, sent.read), code)).ok
    assert {one["business_status"] for one in (await sender.copies(sent)).values()} == {"03"}
    await audit(sent)
