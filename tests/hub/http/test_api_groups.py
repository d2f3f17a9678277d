"""Saved lists of recipients at the native door: kept, opened at sending, nobody else's affair."""

from __future__ import annotations

import pytest

from agency_registry import edit
from edxml.testing import plain_pdf

WHY = edit.Why(actor="an", reason="sáp nhập")
SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
UNKNOWN = "000.00.77.H99"
PDF = plain_pdf(2000)


@pytest.fixture
def limits():
    return {}


@pytest.fixture
def sections(limits):
    return {"listen": [{"port": 0, "doors": ["api"]}], "limits": limits}


def letter(to, **more) -> dict:
    return {
        "from": SENDER, "to": to, "subject": "Mời họp giao ban quý IV tại hội trường", "number": "12",
        "notation": "GM-SNV", "date": "2026-11-20", **more,
    }  # fmt: skip


async def test_a_list_of_twelve_with_one_closed_reaches_eleven(offices, province):
    """law: R-108 BD Đ4.2, R-026 QĐ28 Đ16.1"""
    sender, _, _ = offices
    codes = [f"000.01.{n:02}.H99" for n in range(12)]
    await province.agencies(*codes)
    await province.system("schools", codes)
    (await sender.call("PUT", "/groups/Các trường", json={"members": codes})).expect(201)
    await province.change(lambda connection: edit.close_agency(connection, codes[3], why=WHY, successors=[codes[4]]))

    accepted = (await sender.send_files(letter({"group": "Các trường"}), ("m.pdf", PDF))).expect(201)
    (await sender.call("PUT", "/groups/Các trường", json={"members": codes[:1]})).expect(200)
    shown = await sender.package(accepted["package_id"])

    assert [one["recipient"] for one in accepted["deliveries"]] == [code for code in codes if code != codes[3]]
    [told] = [one for one in accepted["warnings"] if one["code"] == "group_dropped"]
    assert codes[3] in told["title"]
    assert codes[4] in told["title"]
    [kept] = shown["sending"]["groups"]
    assert (kept["name"], len(kept["members"])) == ("Các trường", 11)
    assert kept["dropped"] == [{"code": codes[3], "successors": [codes[4]]}]
    assert len(shown["deliveries"]) == 11


async def test_who_stands_in_a_list_and_by_itself_gets_one_copy_as_written_by_itself(offices):
    """law: R-108 BD Đ4.2"""
    sender, recipient, _ = offices
    members = [{"code": RECIPIENT, "role": "know"}, {"code": STRANGER, "role": "exchange"}]
    (await sender.call("PUT", "/groups/A", json={"members": members})).expect(201)

    to = [{"group": "A"}, {"code": RECIPIENT, "role": "check"}, {"group": "A"}]
    accepted = (await sender.send_files(letter(to), ("m.pdf", PDF))).expect(201)

    assert {(one["recipient"], one["role"]) for one in accepted["deliveries"]} == {
        (RECIPIENT, "check"), (STRANGER, "exchange"),
    }  # fmt: skip
    assert len(await recipient.inbox()) == 1


@pytest.mark.parametrize("limits", [{"recipients": 3}])
async def test_lists_that_open_into_too_many_are_refused_before_anything_is_read(offices, province, limits):
    sender, _, _ = offices
    codes = [f"000.01.{n:02}.H99" for n in range(3)]
    await province.agencies(*codes)
    (await sender.call("PUT", "/groups/A", json={"members": codes})).expect(201)

    heard = await sender.send_files(letter([{"group": "A"}, RECIPIENT]), ("m.pdf", PDF))

    assert (heard.status, heard.code) == (400, "xml_limit")
    assert "3" in heard.json["detail"]


async def test_lists_are_kept_shown_and_let_go(offices):
    sender, _, _ = offices
    path = "/groups/Kh%E1%BB%91i%20s%E1%BB%9F"

    made = (await sender.call("PUT", path, json={"members": [RECIPIENT], "note": "2026"})).expect(201)
    listed = (await sender.get("/groups")).expect(200)["items"]
    gone = await sender.call("DELETE", path)

    assert (made["name"], made["agency"], made["note"]) == ("Khối sở", SENDER, "2026")
    assert made["members"][0]["name"] == f"Cơ quan {RECIPIENT}"
    assert listed == [made]
    assert gone.status == 204
    assert (await sender.get(path)).status == (await sender.call("DELETE", path)).status == 404


async def test_a_list_belongs_to_its_agency_alone(offices):
    """Another's list answers like one that does not exist, and nobody can send by it."""
    sender, recipient, _ = offices
    (await sender.call("PUT", "/groups/A", json={"members": [RECIPIENT]})).expect(201)

    for path in ("/groups/A", f"/groups/A?agency={SENDER}"):
        foreign, absent = await recipient.get(path), await recipient.get(path.replace("/A", "/B"))
        assert (foreign.status, foreign.json) == (absent.status, absent.json)
        assert foreign.status == 404
    theirs = {**letter({"group": "A"}), "from": RECIPIENT}
    heard = await recipient.send_files(theirs, ("m.pdf", PDF))
    assert (heard.status, heard.code) == (422, "schema_invalid")
    for method, more in (("PUT", {"json": {"members": [RECIPIENT]}}), ("DELETE", {})):
        assert (await recipient.call(method, f"/groups/A?agency={SENDER}", **more)).status == 404
    assert len((await sender.get("/groups")).json["items"]) == 1


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ([UNKNOWN], 422, "org_unknown"),
        ([{"group": "A"}], 422, "schema_invalid"),
        ([], 422, "schema_invalid"),
        ([{"code": RECIPIENT, "role": "boss"}], 422, "schema_invalid"),
        ([RECIPIENT] * 5001, 422, "schema_invalid"),
    ],
)
async def test_a_list_that_cannot_be_is_not_kept(offices, members, status, code):
    """law: R-108 BD Đ4.2"""
    sender, _, _ = offices

    heard = await sender.call("PUT", "/groups/A", json={"members": members})

    assert (heard.status, heard.code) == (status, code)
    assert (await sender.get("/groups")).json["items"] == []
