"""The one way to find the document a message speaks of: every form of its name, every code of its sender."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from flow.conftest import Hand

from agency_registry import edit
from agency_registry.edit import Why
from edxml.testing.packages import make_package, make_status
from hub.flow import pickup, views
from hub.flow.thread import match
from hub.flow.thread.match import Named
from hub.store import deliveries, relayed

A, B, C = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
NAME = f"{A},2026/11/21,13/QĐ-SNV"
UUID = "0f1e2d3c-0000-4000-8000-000000000001"
DAY = date(2026, 11, 21)
WHY = Why("An", "sáp nhập", "12/QĐ-UBND 21/11/2026")


def document(document_id: str = NAME, **more):
    more.setdefault("number", "13")
    return make_package(A, (B,), document_id=document_id, notation="QĐ-SNV", issued_on=DAY, **more)


async def find(hub, named):
    return await hub.db.read(lambda connection: match.find(connection, hub.directory, named))


@pytest.mark.parametrize("stored", [NAME, UUID, f"{A}-2026-13/QĐ-SNV", "12345"])
@pytest.mark.parametrize(
    "named",
    [
        Named(A, NAME),
        Named(A, f"{A.lower()},2026-11-21,013/qđ-snv"),
        Named(A, f"{A}, 2026/11/21 ,13/QĐ - SNV"),
        Named(A, f"{A}-2026-13/QĐ-SNV"),
        Named(A, "khác hẳn", "13/QĐ-SNV", "2026/11/21"),
        Named(A, "", "13/QĐ-SNV", "21/11/2026"),
    ],
)
async def test_every_form_of_a_documents_name_finds_it(sender, recipient, stored, named):
    """law: R-029 QĐ28 Đ10.2b"""
    taken = await sender.give(document(stored))

    found = await find(sender.hub, named)

    assert found is not None
    assert (found.package_id, found.document_id) == (taken.package_id, stored)


@pytest.mark.parametrize(
    "named",
    [
        Named(A, f"{A},2026/11/22,13/QĐ-SNV"),
        Named(A, f"{A},2026/11/21,14/QĐ-SNV"),
        Named(A, f"{A},2026/11/21,13/QĐ-STC"),
        Named(A, "", "13/QĐ-SNV"),
        Named(A, f"{A}-2025-13/QĐ-SNV"),
        Named(B, NAME),
        Named("000.00.99.H99", NAME),
        Named(A, ""),
        Named("", ""),
    ],
)
async def test_another_document_is_not_taken_for_it(sender, recipient, named):
    await sender.give(document())

    assert await find(sender.hub, named) is None


async def test_our_own_ids_and_the_axiss_find_it_for_its_own_sender_alone(sender, recipient):
    taken = await sender.give(document())
    item = (await sender.hub.db.read(lambda connection: deliveries.of_package(connection, taken.package_id)))[0].item_id
    now = sender.hub.clock.now()
    await sender.hub.db.write(lambda connection: relayed.remember(connection, "axis", "axis-doc-1", item, now))

    for said in (taken.package_id, item, "axis-doc-1"):
        found = await find(sender.hub, Named(A, said))
        assert found is not None
        assert found.package_id == taken.package_id
        assert await find(sender.hub, Named(B, said)) is None


async def test_a_number_written_with_zeros_and_accents_taken_apart_is_the_same(sender, recipient):
    data = make_package(A, (B,), document_id=UUID, number="07", notation="TB-PHÒNG", issued_on=DAY)
    taken = await sender.give(data)

    found = await find(sender.hub, Named(A, "", unicodedata.normalize("NFD", "7/tb-phòng"), "2026-11-21"))

    assert found is not None
    assert found.package_id == taken.package_id


async def test_of_two_that_fit_none_is_chosen(sender, recipient):
    for end in (1, 2):
        await sender.give(document(UUID[:-1] + str(end), subject=f"Bản {end}"))

    assert await find(sender.hub, Named(A, "", "13/QĐ-SNV", "2026/11/21")) is None


async def test_an_update_is_the_same_document(sender, recipient):
    first = await sender.give(document())
    await sender.give(document(business_type=2, reason="Sửa trích yếu", attachments=()))

    found = await find(sender.hub, Named(A, "", "13/QĐ-SNV", "2026/11/21"))

    assert found is not None
    assert found.document_id == first.document_id


async def test_after_a_merger_the_successor_answers_and_recalls(sender, recipient, province):
    """A status by the recipient's only successor is its own; so is a recall by the sender's."""
    taken = await sender.give(document())
    delivery = taken.deliveries[0].delivery_id
    lease = await pickup.lease(sender.hub, recipient.system, delivery)
    await pickup.acknowledge(sender.hub, recipient.system, delivery, lease.lease, taken.sha256)
    await province.agencies(C)
    office = await province.system("third", C)
    await province.change(lambda connection: edit.merge_agencies(connection, [B], C, why=WHY))

    await Hand(office).give(make_status("03", C, (A, NAME), "Số đến: 4"))

    [copy] = (await views.package(sender.hub, sender.system, taken.package_id)).deliveries
    assert copy.business_status == "03"
