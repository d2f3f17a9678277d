"""A document's life: sent, 01, 03 with the arrival entry, 04 to 06, each back at its sender; out of order, repeated."""

from __future__ import annotations

import pytest

from edxml import reader
from edxml.testing import make_package, make_status

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIFE = ["01", "03", "04", "05", "06"]
ENTRY = "Số đến: 123; Ngày đến: 2026-11-21"


async def test_a_whole_life_at_the_native_door(town, audit):
    """law: R-121 R-125 HN Đ9.1a, R-123 QĐ28 Đ10.2h"""
    sender, recipient, other = await town.some(3)
    sent = await sender.sends(make_package(sender.code, (recipient.code, other.code)))
    got = await recipient.takes()

    for code in LIFE:
        entry = {"arrival_number": 123, "arrival_date": "2026-11-21"} if code == "03" else {}
        await recipient.says(got, code, **entry)

    assert got.data == sent.data
    copies = await sender.copies(sent)
    mine = copies[recipient.code]
    assert (mine["status"], mine["business_status"]) == ("delivered", "06")
    assert (mine["arrival_number"], mine["arrival_date"], mine["received_by"]) == ("123", "2026-11-21", "01")
    assert copies[other.code]["business_status"] is None
    assert list(await recipient.copies(sent)) == [recipient.code], "a recipient sees its own row only"
    heard = await sender.hears()
    assert [code for code, _ in heard] == LIFE
    assert heard[1] == ("03", ENTRY)
    told = [one["type"] for one in await sender.native.timeline(sent.id)]
    assert [one for one in told if one.startswith("status.")] == [f"status.{code}" for code in LIFE]
    await audit(sent)


async def test_a_whole_life_through_the_national_sdk(town, audit):
    """law: R-121 R-125 HN Đ9.1a: what an office system writes into Description is understood."""
    sender, recipient = await town.some(2)
    sent = await sender.sends_by_sdk(make_package(sender.code, recipient.code))
    [(_, data)] = await recipient.takes_by_sdk()

    for code in LIFE:
        words = "Đã vào sổ, số đến 45 ngày 21/11/2026" if code == "03" else ""
        assert (await recipient.says_by_sdk(make_status(code, recipient.code, sent.read, words))).ok

    assert data == sent.data
    back = await sender.takes_by_sdk("status")
    assert [reader.read(one).status.code for _, one in back] == LIFE
    copy = (await sender.copies(sent))[recipient.code]
    assert (copy["business_status"], copy["arrival_number"], copy["arrival_date"]) == ("06", "45", "2026-11-21")
    assert copy["received_by"] == "done", "VXP: the earlier of done and 01"
    [row] = await sender.vxp.sent(docId=sent.id)
    assert (row["toCode"], row["sendStatus"], row["receiveStatus"]) == (recipient.code, "done", "done")
    await audit(sent)


async def test_a_whole_life_at_the_command_line(town, audit, tmp_path):
    """law: R-121 QĐ28 Đ10.2h: `truc get` says 01 by itself, once however often it is given."""
    sender, recipient = await town.some(2)
    file = tmp_path / "van-ban.edxml"
    file.write_bytes(make_package(sender.code, recipient.code))
    sent = await sender.sends_by_command(file)
    delivery = sent.answer["deliveries"][0]["delivery_id"]

    took = await recipient.truc("get", delivery, "--out", tmp_path)
    again = await recipient.truc("get", delivery, "--out", tmp_path)
    entry = ("--arrival-number", "9", "--arrival-date", "2026-11-21")
    exits = []
    for code in LIFE[1:]:
        words = entry if code == "03" else ()
        exits.append((await recipient.truc("status", delivery, "--code", code, *words))[0])
    shown = await sender.truc("status", sent.id)

    assert (took[0], again[0], exits) == (0, 0, [0, 0, 0, 0])
    assert (took[1]["status"], again[1]["status"]) == ("01", "01")
    assert (tmp_path / f"{delivery}.edxml").read_bytes() == file.read_bytes()
    assert audit.verified(took[1]["receipt"])["sha256"] == sent.answer["sha256"]
    [copy] = shown[1]["deliveries"]
    assert (copy["business_status"], copy["arrival_number"]) == ("06", "9")
    assert [one for one, _ in await sender.hears()] == LIFE
    await audit(sent)


async def test_statuses_out_of_order_and_repeated_lose_nothing_and_go_never_back(town, audit):
    """law: R-123 QĐ28 Đ10.2h: a partial order; the highest counts, every message is handed on once."""
    sender, recipient = await town.some(2)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    got = await recipient.takes()
    seen = []

    for code in ("05", "01", "03", "04", "03", "06", "01"):
        await recipient.says(got, code)
        seen.append((await sender.copies(sent))[recipient.code]["business_status"])
    message = make_status("04", recipient.code, sent.read)
    first, again = [await recipient.says_by_sdk(message) for _ in range(2)]

    assert seen == ["05", "05", "05", "05", "05", "06", "06"]
    assert first.json == again.json, "the same bytes are one message"
    heard = [code for code, _ in await sender.hears()]
    assert heard.count("04") == 2, "two different messages, one of them twice on the wire"
    assert {"01", "03", "05", "06"} <= set(heard)
    copy = (await sender.copies(sent))[recipient.code]
    assert copy["accepted_at"] is not None, "04 and 05 say 03 too"
    await audit(sent)


async def test_who_is_no_recipient_says_nothing_about_a_document(town, audit):
    """law: R-124 QĐ28 Đ10.2h"""
    sender, recipient, third = await town.some(3)
    sent = await sender.sends(make_package(sender.code, recipient.code))
    await recipient.takes()
    forged = make_status("03", third.code, sent.read)

    native = await third.native.offer(forged)
    by_sdk = await third.says_by_sdk(forged)
    in_its_name = await third.native.offer(make_status("03", recipient.code, sent.read))

    assert (native.status, native.code) == (403, "sender_not_allowed")
    assert (by_sdk.ok, by_sdk.code) == (False, "19")
    assert in_its_name.code == "sender_not_allowed"
    assert (await sender.copies(sent))[recipient.code]["business_status"] is None
    assert await sender.native.inbox() == []
    await audit(sent)
