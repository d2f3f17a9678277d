"""A province whose profile hands documents for a closed code on to the one successor, with a stamped notice."""

from __future__ import annotations

import pytest

from edxml.testing import make_package, make_status

pytestmark = pytest.mark.asyncio(loop_scope="module")

DECISION = ("--decision", "12/QĐ-UBND", "--decided-on", "2026-10-20", "--reason", "Sắp xếp tổ chức")


@pytest.fixture(scope="module")
def own_profile() -> str:
    return 'title = "Tỉnh thử"\ndecision = "1/QĐ-UBND"\n[flows]\n# law: R-026 QĐ28 Đ16.1\nclosed_code = "successor"\n'


@pytest.mark.parametrize("door", ["native", "sdk"])
async def test_it_reaches_the_successor_who_is_told_in_whose_place(town, audit, door):
    """law: R-026 QĐ28 Đ16.1"""
    sender, old, heir = await town.some(3)
    code, _ = await town.operator("agency", "merge", old.code, "--into", heir.code, *DECISION)
    data = make_package(sender.code, old.code)

    sent = await (sender.sends(data) if door == "native" else sender.sends_by_sdk(data))
    got = await heir.takes()
    await heir.says(got, "03", arrival_number="3")

    assert code == 0
    assert got.data == sent.data, "To is never changed: the notice travels beside it"
    assert (got.item["recipient"], got.item["addressed_to"]["code"]) == (heir.code, old.code)
    assert got.item["addressed_to"]["decision"] == "12/QĐ-UBND"
    copy = (await sender.copies(sent))[heir.code]
    assert (copy["copy"], copy["business_status"], copy["arrival_number"]) == ("successor", "03", "3")
    if door == "native":
        [told] = [one["where"] for one in sent.answer["warnings"] if one["code"] == "sent_to_successor"]
        assert old.code in told
        assert heir.code in told
    await audit(sent)


async def test_recalled_from_the_successor_as_from_anybody(town, audit):
    """law: R-026 QĐ28 Đ16.1, R-145 HN Đ9.2"""
    sender, old, heir = await town.some(3)
    await town.operator("agency", "merge", old.code, "--into", heir.code, *DECISION)
    sent = await sender.sends(make_package(sender.code, old.code))
    await heir.takes()

    told = await sender.native.withdraw(sent.id, "Ban hành sai", kind="recall")
    recall = await heir.takes()
    assert (await heir.says_by_sdk(make_status("15", heir.code, sent.read, "Đã hủy"))).ok

    assert recall.item["kind"] == "recall"
    assert [one["recipient"] for one in told["recipients"]] == [heir.code]
    assert (await sender.copies(sent))[heir.code]["recall_state"] == "destroyed"
    await audit(sent)
