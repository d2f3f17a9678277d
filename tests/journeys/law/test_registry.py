"""Agencies that were merged, recoded, closed: refused naming the successor; what waits goes along."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from edxml.testing import make_package, make_status
from hub import clock

pytestmark = pytest.mark.asyncio(loop_scope="module")

DECISION = ("--decision", "12/QĐ-UBND", "--decided-on", "2026-10-20", "--reason", "Sắp xếp tổ chức")


def yesterday() -> str:
    return (datetime.now(clock.VIETNAM) - timedelta(days=1)).date().isoformat()


async def merged(town, old, into, *more: str) -> None:
    code, answer = await town.operator("agency", "merge", old.code, "--into", into.code, *DECISION, *more)
    assert code == 0, answer


async def test_merged_yesterday_refused_at_each_door_naming_the_successor(town, audit, tmp_path):
    """law: R-026 QĐ28 Đ16.1"""
    sender, old, heir = await town.some(3)
    await merged(town, old, heir, "--on", yesterday())
    file = tmp_path / "a.edxml"
    file.write_bytes(make_package(sender.code, old.code))

    native = await sender.native.offer(file.read_bytes())
    by_sdk = await sender.vxp.do("sendEdoc", file.read_bytes(), sender.code)
    code, answer = await sender.truc("send", file)
    sent = await sender.sends(make_package(sender.code, (old.code, heir.code)))
    shown = (await sender.native.get(f"/agencies/{old.code}")).expect()

    assert (native.status, native.code) == (422, "org_closed")
    assert (by_sdk.ok, by_sdk.code) == (False, "23")
    assert (code, answer["error"]["code"]) == (1, "org_closed")
    told = [native.json["detail"], by_sdk.why, str(answer)]
    assert all(heir.code in one and "12/QĐ-UBND" in one and "sáp nhập" in one for one in told)
    rows = {one["recipient"]: one for one in sent.answer["deliveries"]}
    assert (rows[old.code]["status"], rows[old.code]["code"]) == ("failed", "org_closed")
    assert heir.code in rows[old.code]["detail"]
    assert (await heir.takes()).data == sent.data, "the others get theirs"
    assert heir.code in str(shown["successors"])
    assert old.native.system_id
    heard = await old.native.offer(make_package(old.code, heir.code))
    assert heard.code == "org_closed", "a closed agency sends nothing more"
    await audit(sent)


async def test_what_waits_while_the_agency_merges_goes_to_its_successor(town, audit):
    """law: R-026 QĐ28 Đ16.1: what was seen stays where it is; answers of the successor count."""
    sender, old, heir = await town.some(3)
    seen = await sender.sends(make_package(sender.code, old.code))
    kept = await old.takes()
    waits = await sender.sends(make_package(sender.code, old.code))
    by_sdk = await sender.sends_by_sdk(make_package(sender.code, (old.code, heir.code)))

    await merged(town, old, heir)
    got = await heir.takes_all()
    await heir.says(got[0], "03", arrival_number="4")
    assert (await heir.says_by_sdk(make_status("03", heir.code, seen.read, "Số đến: 9"))).ok

    by_package = {one.item["package_id"]: one for one in got}
    assert {one: by_package[one].data for one in by_package} == {waits.id: waits.data, by_sdk.id: by_sdk.data}
    stamp = by_package[waits.id].item["addressed_to"]
    assert (stamp["code"], stamp["kind"], stamp["decision"]) == (old.code, "merged_into", "12/QĐ-UBND")
    assert by_package[by_sdk.id].item["addressed_to"] is None, "its own copy"
    assert kept.data == seen.data
    copies = await sender.copies(waits)
    assert {code: (one["status"], one["business_status"]) for code, one in copies.items()} == {
        heir.code: ("delivered", "03"),
    }  # fmt: skip
    assert (await sender.copies(seen))[old.code]["arrival_number"] == "9", "it speaks for whom it took over"
    assert {one["status"] for one in (await sender.copies(by_sdk)).values()} == {"delivered", "cancelled"}
    await audit(seen, waits, by_sdk)


async def test_a_status_about_what_a_closed_agency_sent_reaches_its_successor(town, audit):
    """law: R-026 QĐ28 Đ16.1"""
    old, heir, recipient = await town.some(3)
    sent = await old.sends(make_package(old.code, recipient.code))
    got = await recipient.takes()
    await merged(town, old, heir)

    await recipient.says(got, "03", arrival_number="6")
    assert (await recipient.says_by_sdk(make_status("06", recipient.code, sent.read))).ok

    assert [code for code, _ in await heir.hears()] == ["03", "06"]
    await audit(sent, repeats=False)


async def test_a_recoded_agency_is_reached_by_both_codes_until_the_old_one_ends(town, audit):
    """law: R-023 CB Đ4, R-026 QĐ28 Đ16.1"""
    sender, recipient = await town.some(2)
    new, until = f"000.77.{recipient.code[4:6]}.H99", (datetime.now(clock.VIETNAM) + timedelta(days=30)).date()
    waits = await sender.sends(make_package(sender.code, recipient.code))
    words = ("--to", new, "--until", until.isoformat())
    code, _ = await town.operator("agency", "recode", recipient.code, *words, *DECISION)

    by_old = await sender.sends_by_sdk(make_package(sender.code, recipient.code))
    by_new = await sender.sends(make_package(sender.code, new))
    got = await recipient.takes_all()
    for one in got:
        await recipient.says(one, "03")
    own = await recipient.vxp.do("sendEdoc", make_package(new, sender.code), new)

    assert code == 0
    assert [one.data for one in got] == [waits.data, by_old.data, by_new.data]
    assert {one.item["recipient"] for one in got} == {new}
    for sent in (waits, by_old, by_new):
        assert (await sender.copies(sent))[new]["business_status"] == "03"
    assert own.ok
    await audit(waits, by_old, by_new)


async def test_several_successors_nobody_guesses(town, audit):
    """law: R-026 QĐ28 Đ16.1"""
    sender, old, first, second = await town.some(4)
    code, _ = await town.operator("agency", "split", old.code, "--into", first.code, second.code, *DECISION)

    heard = await sender.native.offer(make_package(sender.code, old.code))

    assert (code, heard.code) == (0, "org_closed")
    assert first.code in heard.json["detail"]
    assert second.code in heard.json["detail"]
    assert await first.native.inbox() == await second.native.inbox() == []
    sent = await sender.sends(make_package(sender.code, (first.code, second.code)))
    await audit(sent)
