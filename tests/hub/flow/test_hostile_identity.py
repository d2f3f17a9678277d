"""Who is who, which document is which: spellings, strangers, agencies without a system."""

from __future__ import annotations

import unicodedata

import pytest

from edxml.faults import Fault
from edxml.testing import make_package
from hub.flow import items, operate, pickup, views

from .conftest import Hand
from .test_intake import A, B, C, refused

VIETNAMESE = f"{A},2026/01/02,12/QĐ-UBND Điện Biên"


@pytest.mark.parametrize(
    "other",
    [
        unicodedata.normalize("NFD", VIETNAMESE),
        VIETNAMESE.lower(),
        VIETNAMESE.replace("2026/01/02", "2026-01-02"),
        VIETNAMESE.replace(",12/", ",012/"),
    ],
    ids=["decomposed", "case", "dashes", "zero"],
)
async def test_another_spelling_of_a_document_id_is_the_same_document(sender, recipient, other):
    """Else the conflict is not seen, and a recall under the other spelling stops nothing. law: R-114"""
    first = await sender.give(make_package(A, (B,), document_id=VIETNAMESE))

    assert await refused(sender.give(make_package(A, (B,), document_id=other, size=12_000))) is Fault.CONFLICT
    await sender.give(make_package(A, (B,), document_id=other, business_type=1, reason="Sai"))
    seen = await views.package(sender.hub, sender.system, first.package_id)
    assert [one.status for one in seen.deliveries] == ["cancelled"]


async def test_a_repeat_gives_the_first_answer_whatever_became_of_its_deliveries(sender, province):
    await province.agencies(B, C)
    await province.system("two", B)
    data = make_package(A, (B, C))
    first = await sender.give(data)
    three = Hand(await province.system("three", C))
    await operate.resend(sender.hub, first.deliveries[1].delivery_id, "an", "đã kết nối")
    item = (await items.received(sender.hub, three.system, "edoc"))[0]
    await items.update(sender.hub, three.system, item.doc_id, "done")

    again = await sender.give(data)

    assert again.deliveries == first.deliveries
    assert again.receipt == first.receipt


async def test_aliases_and_cases_of_one_recipient_are_one_delivery(sender, province):
    await province.agencies(B, aliases=["H99.2"])
    two = Hand(await province.system("two", B))

    accepted = await sender.give(make_package(A, (B, "H99.2", B.lower(), "h99.2")))

    assert [one.recipient for one in accepted.deliveries] == [B]
    assert len((await pickup.inbox(sender.hub, two.system, limit=10)).items) == 1
