"""Paper for those whom the electronic document does not reach, or not alone, at the native door."""

from __future__ import annotations

import pytest

from edxml.testing import make_package, plain_pdf

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
UNKNOWN = "000.00.77.H99"
PDF = plain_pdf(2000)


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


def letter(to, **more) -> dict:
    return {
        "from": SENDER, "to": to, "subject": "Mời họp giao ban quý IV tại hội trường", "number": "12",
        "notation": "GM-SNV", "date": "2026-11-20", **more,
    }  # fmt: skip


async def test_paper_goes_to_those_whom_nothing_reaches(offices, province):
    """law: R-111 BD Đ3.3, R-167 TT Đ6.2, R-169 NĐ30 Đ18.5, R-220 NĐ30 PL IV.III"""
    sender, _, _ = offices
    await province.agencies("000.00.07.H99")
    to = [RECIPIENT, {"code": STRANGER, "mode": "both"}, "000.00.07.H99", UNKNOWN]
    accepted = (
        await sender.send_files(letter(to, paper_reason="Bản gốc", paper_decided_by="Nguyễn An"), ("m.pdf", PDF))
    ).expect(201)
    path = f"/packages/{accepted['package_id']}/paper"

    before = (await sender.get(path)).expect(200)["items"]
    entry = {"recipient": "000.00.07.H99", "copies": 2, "issued_on": "2026-11-21", "by": "Trần Bình", "note": "EMS"}
    after = (await sender.post(path, json=entry)).expect(200)["items"]
    register = (await sender.get("/paper")).expect(200)["items"]

    assert [(one["recipient"], one["why"]) for one in before] == [
        (STRANGER, "both"), ("000.00.07.H99", "not_connected"),
    ]  # fmt: skip
    assert {one["decided_by"] for one in before} == {"Nguyễn An"}
    assert [(one["copies"], one["issued_on"], one["issued_by"], one["note"]) for one in after] == [
        (0, "", "", ""), (2, "2026-11-21", "Trần Bình", "EMS"),
    ]  # fmt: skip
    assert sorted(one["recipient"] for one in register) == ["000.00.03.H99", "000.00.07.H99"]
    assert {(one["number"], one["notation"]) for one in register} == {("12", "GM-SNV")}


async def test_paper_of_a_recalled_document_is_open_until_it_is_back(offices):
    """law: R-150 NĐ30 Đ18.4a"""
    sender, recipient, _ = offices
    to = {"code": RECIPIENT, "mode": "both"}
    accepted = (await sender.send_files(letter(to), ("m.pdf", PDF))).expect(201)
    path = f"/packages/{accepted['package_id']}/paper"
    await recipient.receive()
    early = {"recipient": RECIPIENT, "returned_on": "2026-11-22", "by": "An"}
    assert (await sender.post(path, json=early)).code == "state_conflict"
    (
        await sender.post(path, json={"recipient": RECIPIENT, "copies": 1, "issued_on": "2026-11-21", "by": "An"})
    ).expect()
    await sender.withdraw(accepted["package_id"])

    [open_] = (await sender.get(path)).json["items"]
    [back] = (await sender.post(path, json=early)).expect(200)["items"]

    assert (open_["open_return"], back["open_return"], back["returned_on"]) == (True, False, "2026-11-22")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"recipient": UNKNOWN, "copies": 1, "issued_on": "2026-11-21", "by": "An"}, "org_unknown"),
        ({"recipient": RECIPIENT, "copies": 0, "issued_on": "2026-11-21", "by": "An"}, "schema_invalid"),
        ({"recipient": RECIPIENT, "copies": 1, "issued_on": "2026-02-31", "by": "An"}, "schema_invalid"),
        ({"recipient": RECIPIENT, "copies": 1, "by": "An"}, "schema_invalid"),
        ({"recipient": RECIPIENT, "copies": 1, "issued_on": "2026-11-21", "by": " "}, "reason_required"),
        ({"recipient": RECIPIENT, "returned_on": "2026-11-21", "copies": 1, "by": "An"}, "schema_invalid"),
    ],
)
async def test_an_entry_of_paper_nobody_can_mean_is_refused(offices, said, code):
    sender, _, _ = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))

    assert (await sender.post(f"/packages/{accepted['package_id']}/paper", json=said)).code == code


async def test_the_recipient_has_no_paper_list(offices):
    sender, recipient, _ = offices
    accepted = await sender.send(make_package(SENDER, RECIPIENT))

    assert (await recipient.get(f"/packages/{accepted['package_id']}/paper")).status == 404
    assert (await recipient.get("/paper")).json == {"items": [], "next": None}
