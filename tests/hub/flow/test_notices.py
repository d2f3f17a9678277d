"""A VXP sender hears in its list of statuses that the hub keeps its document back, and what to do."""

from __future__ import annotations

import pytest
from held import NO_SCANNER, stamped

from edxml.reader import read
from edxml.testing import make_package
from hub.flow import notices, quarantine

A, B, HUB = "000.00.01.H99", "000.00.02.H99", "000.00.00.H99"


async def statuses(office) -> list:
    """Status messages that wait for the office, as read."""
    found = []
    for item in (await office.do("getReceivedEdocList", "status")).json["data"]:
        found.append(read((await office.do("downloadEdoc", item["docId"])).body).status)
        await office.do("updateStatus", item["docId"], "done")
    return found


async def test_the_sender_of_a_stamped_document_is_told_how_to_declare_or_recall(hub, snv, stc):
    """law: R-012"""
    await snv.do("sendEdoc", stamped(A, B, document_id="000.00.01.H99,2026/11/20,7/SNV-VP"), A)

    sent = [await notices.send(hub, set()) for _ in range(2)]  # as after a restart: nothing is remembered
    [status] = await statuses(snv)

    assert sent == [1, 0]
    assert (status.sender.organ_id, status.code) == (HUB, "01")
    assert status.response_for.document_id == "000.00.01.H99,2026/11/20,7/SNV-VP"
    assert "truc declare" in status.description
    assert "thu hồi (loại 1)" in status.description
    assert await statuses(stc) == []


async def test_a_stopped_document_is_told_as_such(hub, snv, stc):
    """law: R-013"""
    sent = await snv.do("sendEdoc", make_package(A, B), A)
    await quarantine.add(hub, sent.json["DocId"], "op", "gửi nhầm")

    await notices.send(hub, set())
    [status] = await statuses(snv)

    assert (status.sender.organ_id, status.code) == (HUB, "02")
    assert "cách ly" in status.description


@pytest.mark.parametrize("sections", [{"antivirus": NO_SCANNER}])
async def test_a_notice_itself_is_never_held(hub, snv, stc, sections):
    await snv.do("sendEdoc", make_package(A, B), A)

    await notices.send(hub, set())

    assert [one.code for one in await statuses(snv)] == ["01"]
