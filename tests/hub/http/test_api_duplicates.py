"""One document that reaches its recipient twice: by another path, under another DocumentId, in other bytes."""

from __future__ import annotations

import unicodedata

import pytest
from actors import Office

from agency_registry import edit
from edxml.testing import make_package, plain_pdf
from hub.flow import intake
from hub.store import packages

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
MINISTRY = "000.00.00.G22"
NUMBERED = {"number": "05", "notation": "QĐ-UBND"}


@pytest.fixture
def sections():
    return {
        "listen": [{"port": 0, "doors": ["api", "vxp"]}],
        "hub": {"organ_id": RECIPIENT, "prefixes": ["H99"], "test_mode": True},
    }


async def by_axis(hub, office: Office, data: bytes) -> intake.Accepted:
    async def body():
        yield data

    return await intake.accept(hub, body(), intake.Submission(hub.system(office.system_id), "axis"))


async def test_the_same_entry_by_the_hub_and_by_the_axis_is_told_to_its_recipient(offices, province, hub):
    """law: R-134 NĐ30 PL VI, R-198; one name composed, one decomposed"""
    sender, recipient, _ = offices
    await province.change(
        lambda connection: edit.add_agency(connection, MINISTRY, "Văn phòng Chính phủ", scope="national")
    )
    office = await province.system("vpcp", MINISTRY)
    async with Office(province.url, office.system_id, office.secret, (MINISTRY,)) as ministry:
        first = await ministry.send(make_package(MINISTRY, RECIPIENT, **NUMBERED))
        decomposed = {"number": "5", "notation": unicodedata.normalize("NFD", " qđ-ubnd ")}
        second = await by_axis(hub, sender, make_package(MINISTRY, RECIPIENT, document_id="khác", **decomposed))

        one, two = await recipient.inbox()
        beside = (await recipient.get(f"/inbox/{two['delivery_id']}/duplicates")).expect(200)
        seen_by_sender = await ministry.package(first["package_id"])

    assert (one["duplicate_of"], two["duplicate_of"]) == (None, one["delivery_id"])
    assert beside["delivery"]["delivery_id"] == two["delivery_id"]
    [other] = beside["others"]
    assert (other["document_id"], other["number"], other["path"]) == (first["document_id"], "05", "api")
    assert (beside["delivery"]["path"], beside["delivery"]["number"]) == ("axis", "5")
    assert other["same_content"] is False
    assert second.package_id not in str(seen_by_sender)


async def test_the_sender_hears_of_its_own_documents_only(offices, province):
    """law: R-030 NĐ30 Đ15.1, R-031, R-134 NĐ30 PL VI"""
    sender, recipient, stranger = offices
    await province.change(
        lambda connection: edit.rename_agency(
            connection, STRANGER, f"CƠ QUAN  {SENDER}", why=edit.Why(actor="an", reason="thử")
        )
    )
    await sender.send(make_package(SENDER, RECIPIENT, **NUMBERED))

    foreign = await stranger.send(make_package(STRANGER, RECIPIENT, **NUMBERED))
    own = await sender.send(make_package(SENDER, RECIPIENT, document_id="khác", **NUMBERED))
    waiting = await recipient.inbox()

    assert "same_number" not in [one["code"] for one in foreign["warnings"]]
    assert "same_number" in [one["code"] for one in own["warnings"]]
    assert [one["duplicate_of"] is None for one in waiting] == [True, False, False]
    for office, package in ((stranger, foreign), (sender, own)):
        shown = await office.package(package["package_id"])
        assert [one["duplicate_of"] for one in shown["deliveries"]] == [None]


@pytest.mark.parametrize(
    "more",
    [
        {"number": "05", "notation": "UBND-VX"},
        {"number": "6", "notation": "QĐ-UBND"},
        {"number": "", "notation": "QĐ-UBND"},
    ],
)
async def test_what_differs_in_one_of_the_three_is_no_duplicate(offices, more):
    """law: R-031, R-134 NĐ30 PL VI"""
    sender, recipient, _ = offices
    await sender.send(make_package(SENDER, RECIPIENT, **NUMBERED))

    await sender.send(make_package(SENDER, RECIPIENT, document_id="khác", **more))

    assert [one["duplicate_of"] for one in await recipient.inbox()] == [None, None]


async def test_another_recipient_knows_nothing_of_it(offices):
    """law: R-134 NĐ30 PL VI"""
    sender, recipient, stranger = offices
    await sender.send(make_package(SENDER, RECIPIENT, **NUMBERED))

    await sender.send(make_package(SENDER, STRANGER, document_id="khác", **NUMBERED))
    [item] = await stranger.inbox()
    beside = (await stranger.get(f"/inbox/{item['delivery_id']}/duplicates")).expect(200)

    assert (item["duplicate_of"], beside["others"]) == (None, [])
    assert (await recipient.get(f"/inbox/{item['delivery_id']}/duplicates")).status == 404
    assert (await sender.get(f"/inbox/{item['delivery_id']}/duplicates")).status == 404


async def test_equal_bytes_by_two_doors_are_one_document(offices, hub):
    """G-11: by the native door and by the national SDK, one effect and the first receipt."""
    sender, recipient, _ = offices
    package = make_package(SENDER, RECIPIENT, attachments=[("a.pdf", plain_pdf(3000))])

    first = await sender.send(package)
    again = await by_door(hub, sender, package, "vxp")

    assert (again.package_id, again.repeated, again.receipt) == (first["package_id"], True, first["receipt"])
    assert [one["duplicate_of"] for one in await recipient.inbox()] == [None]


async def by_door(hub, office: Office, data: bytes, door: str) -> intake.Accepted:
    async def body():
        yield data

    return await intake.accept(hub, body(), intake.Submission(hub.system(office.system_id), door))


async def test_what_is_asked_of_every_package_reads_indices_alone(hub):
    """The way in takes 200 packages a second: none of its questions may walk through a table."""

    def plans(connection):
        found = []
        for prepared in (packages._SAME_ENTRY, packages._SAME_CONTENT):
            text, names, _ = prepared._text(connection, ())
            cursor = connection.connection.cursor()
            cursor.execute(f"EXPLAIN QUERY PLAN {text}", ["x"] * len(names))
            found += [row[3] for row in cursor.fetchall()]
        return found

    lines = await hub.db.read(plans)

    assert not [one for one in lines if one.startswith("SCAN")]
    for index in ("packages_entry", "packages_number", "packages_content", "packages_marked"):
        assert any(index in one for one in lines), lines
