"""Who gets a document, as what and how: roles, modes, lists, copies, paper, told at the native door."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from actors import Office

from agency_registry import edit
from edxml.testing import make_package, plain_pdf
from hub import clock
from hub.store import copy_rules
from hub.store.copy_rules import CopyRule

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
UNKNOWN = "000.00.77.H99"
PDF = plain_pdf(2000)
WHY = edit.Why(actor="an", reason="sáp nhập")


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


def letter(to, **more) -> dict:
    return {
        "from": SENDER, "to": to, "subject": "Mời họp giao ban quý IV tại hội trường", "number": "12",
        "notation": "GM-SNV", "date": "2026-11-20", **more,
    }  # fmt: skip


async def test_each_recipient_has_a_role_and_a_mode(offices, province):
    """law: R-107 CB Đ7.1, R-109 NĐ30 PL I.II.9, R-168 HN Đ7.2"""
    sender, recipient, stranger = offices
    to = [{"code": RECIPIENT, "role": "know", "mode": "both"}, STRANGER]

    accepted = (await sender.send_files(letter(to, paper_reason="Hồ sơ gốc"), ("m.pdf", PDF))).expect(201)
    [with_paper] = await recipient.inbox()
    [plain] = await stranger.inbox()
    shown = await sender.package(accepted["package_id"])

    assert (with_paper["role"], with_paper["mode"], with_paper["paper"]) == ("know", "both", True)
    assert (plain["role"], plain["mode"], plain["paper"]) == ("act", "electronic", False)
    assert [(one["role"], one["mode"]) for one in accepted["deliveries"]] == [("know", "both"), ("act", "electronic")]
    assert [(one["name"], one["role"], one["paper"]) for one in shown["deliveries"]] == [
        (f"Cơ quan {RECIPIENT}", "know", True), (f"Cơ quan {STRANGER}", "act", False),
    ]  # fmt: skip
    assert shown["sending"]["paper_reason"] == "Hồ sơ gốc"
    assert (await recipient.package(accepted["package_id"]))["sending"] == {}


async def test_who_gets_paper_alone_gets_nothing_from_the_hub_and_that_is_no_fault(offices):
    """law: R-107 CB Đ7.1"""
    sender, recipient, stranger = offices

    accepted = (
        await sender.send_files(letter([{"code": RECIPIENT, "mode": "paper"}, STRANGER]), ("m.pdf", PDF))
    ).expect(201)

    first, second = accepted["deliveries"]
    assert (first["status"], first["code"], first["mode"]) == ("not_connected", None, "paper")
    assert second["status"] == "available"
    assert await recipient.inbox() == []
    shown = await sender.package(accepted["package_id"])
    assert shown["deliveries"][0]["reason"] == "paper_only"
    assert len(await stranger.inbox()) == 1


async def test_the_paper_flag_of_a_package_holds_for_every_recipient(offices):
    """law: R-168 HN Đ7.2"""
    sender, recipient, _ = offices

    await sender.send(make_package(SENDER, RECIPIENT, paper=1))

    assert [(one["mode"], one["paper"]) for one in await recipient.inbox()] == [("both", True)]


async def test_a_preview_names_everybody_in_full_and_stores_nothing(offices):
    """law: R-104 HN Đ10.2c, R-117 HN Đ10.3a"""
    sender, recipient, _ = offices

    heard = await sender.post("/packages/dry-run", **form(letter([RECIPIENT, {"code": UNKNOWN, "role": "know"}])))

    found = heard.expect(200)["recipients"]
    assert [(one["name"], one["status"], one["code"], one["role"]) for one in found] == [
        (f"Cơ quan {RECIPIENT}", "available", None, "act"), ("", "failed", "org_unknown", "know"),
    ]  # fmt: skip
    assert await recipient.inbox() == []


async def test_a_code_and_its_alias_are_one_mailbox(offices, province):
    """law: R-007 QĐ28 Đ7.3: the office receives for the Committee and its Chairman, under whichever code"""
    sender, _, _ = offices
    await province.change(
        lambda connection: edit.add_agency(
            connection, "000.00.09.H99", "Văn phòng UBND tỉnh", aliases=["000.00.09.H99X", "H99.09"]
        )
    )
    office = await province.system("office", "000.00.09.H99")

    accepted = (await sender.send_files(letter(["H99.09", "000.00.09.H99"]), ("m.pdf", PDF))).expect(201)

    assert [one["recipient"] for one in accepted["deliveries"]] == ["000.00.09.H99"]
    assert len(await waiting(province, office)) == 1


@pytest.mark.parametrize(
    "to",
    [
        [{"code": RECIPIENT, "role": "boss"}],
        [{"code": RECIPIENT, "mode": "fax"}],
        [{"group": "x", "code": RECIPIENT}],
        [{"group": ["a"]}],
        [{"group": {"group": "x"}}],
        [["000.00.02.H99"]],
        [7],
        [None],
        [{}],
        [],
    ],
)
async def test_recipients_nobody_can_mean_are_refused(offices, to):
    sender, _, _ = offices

    heard = await sender.send_files(letter(to), ("m.pdf", PDF))

    assert (heard.status, heard.code) == (422, "schema_invalid")


async def test_more_recipients_than_are_taken_are_refused(offices):
    sender, _, _ = offices
    many = [f"000.00.{n:05}.H99" for n in range(5001)]

    heard = await sender.send_files(letter(many), ("m.pdf", PDF))

    assert (heard.status, heard.code) == (422, "schema_invalid")


# ------------------------------------------------------------------------------------------------------- lists


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


# -------------------------------------------------------------------------------------------------- copy rules


async def rule(hub, mode: str, **more) -> None:
    values = {"id": mode, "below": "000.00.08.H99", "kind": "", "copy_to": STRANGER, "decision": "226/QĐ", **more}
    await hub.db.write(lambda connection: copy_rules.add(connection, CopyRule(mode=mode, **values), hub.clock.now()))
    await hub.reload()


@pytest.fixture
async def school(province):
    await province.agencies("000.00.08.H99")
    await province.agencies("001.00.08.H99", parent="000.00.08.H99", kind="truong")
    return await province.system("school", "001.00.08.H99")


async def test_what_goes_to_a_school_goes_to_the_office_over_it(offices, school, hub):
    """law: R-113 TT Đ9"""
    sender, _, office = offices
    await rule(hub, "add")

    accepted = (await sender.send_files(letter("001.00.08.H99"), ("m.pdf", PDF))).expect(201)
    to = await office.content(accepted["package_id"])

    assert [(one["recipient"], one["copy"]) for one in accepted["deliveries"]] == [
        ("001.00.08.H99", ""), (STRANGER, "rule"),
    ]  # fmt: skip
    assert STRANGER.encode() in to
    assert [one["role"] for one in await office.inbox()] == ["know"]
    assert [one["code"] for one in accepted["warnings"] if one["code"] == "copied"] == ["copied"]


async def test_to_of_a_package_somebody_else_wrote_is_never_changed(offices, school, hub):
    """law: R-113 TT Đ9"""
    sender, _, office = offices
    await rule(hub, "add")
    package = make_package(SENDER, "001.00.08.H99")

    accepted = await sender.send(package)
    item, data, _ = await office.receive()

    assert data == package
    assert item["recipient"] == STRANGER
    assert "copied" in [one["code"] for one in accepted["warnings"]]
    assert (await sender.offer(package)).expect(200) == accepted


async def test_a_missing_copy_is_told_where_the_rule_says_warn(offices, school, hub):
    """law: R-113 TT Đ9"""
    sender, _, office = offices
    await rule(hub, "warn", below="", kind="truong")

    accepted = await sender.send(make_package(SENDER, "001.00.08.H99"))
    complete = await sender.send(make_package(SENDER, ("001.00.08.H99", STRANGER)))
    other = await sender.send(make_package(SENDER, RECIPIENT))

    assert "copy_missing" in [one["code"] for one in accepted["warnings"]]
    for one in (complete, other):
        assert "copy_missing" not in [told["code"] for told in one["warnings"]]
    assert len(await office.inbox()) == 1


# ------------------------------------------------------------------------------------------------------- paper


async def test_paper_goes_to_those_whom_nothing_reaches(offices, province):
    """law: R-111 BD Đ3.3, R-169 NĐ30 Đ18.5, R-220 NĐ30 PL IV.III"""
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


# ---------------------------------------------------------------------------------------------- what it asks


async def test_an_answer_is_asked_with_a_day_that_can_be_kept(offices, hub):
    """law: R-041 HN Đ10.2d"""
    sender, recipient, _ = offices

    none = await sender.send_files(letter(RECIPIENT, reply_requested=True), ("m.pdf", PDF))
    early = await sender.send_files(letter(RECIPIENT, reply_requested=True, due_date="2026-11-19"), ("m.pdf", PDF))
    asked = await sender.send_files(letter(RECIPIENT, reply_requested=True, due_date="2026-11-27"), ("m.pdf", PDF))
    [item] = await recipient.inbox()

    assert (none.status, none.code, early.code) == (422, "profile_invalid", "profile_invalid")
    assert "hạn trả lời" in none.json["detail"]
    asked.expect(201)
    due = hub.calendars.of(None).end_of_day(datetime(2026, 11, 27, tzinfo=clock.VIETNAM))
    assert item["reply_due"] == clock.local_text(due)
    assert item["reply_due"].startswith("2026-11-27T17:")


async def test_a_request_for_confirmation_is_open_until_the_answer_links_back(offices):
    """law: R-239 TT Đ8.2"""
    sender, recipient, _ = offices
    asked = (
        await sender.send_files(letter(RECIPIENT, request="confirmation", due_date="2026-11-27"), ("m.pdf", PDF))
    ).expect(201)
    [item] = await recipient.inbox()
    before = await sender.package(asked["package_id"])
    await recipient.receive()

    back = {
        **letter(SENDER), "from": RECIPIENT, "number": "3", "notation": "XN-STC",
        "answers": [{"organ_id": SENDER, "code": "12/GM-SNV", "document_id": asked["document_id"],
                     "date": "2026-11-20"}],
    }  # fmt: skip
    (await recipient.send_files(back, ("x.pdf", plain_pdf(2100)))).expect(201)
    after = await sender.package(asked["package_id"])

    assert (item["request"], before["request"]) == ("confirmation", "confirmation")
    assert [one["confirmed"] for one in before["deliveries"]] == [False]
    assert [one["confirmed"] for one in after["deliveries"]] == [True]


async def test_a_mark_of_circulation_is_shown_and_passing_on_is_told(offices):
    """law: R-020 NĐ30 PL I.III.2c"""
    sender, recipient, stranger = offices
    marked = letter(RECIPIENT, circulation="internal")
    await sender.send_files(marked, ("m.pdf", PDF))
    [item] = await recipient.inbox()

    onward = {**letter(STRANGER), "from": RECIPIENT, "number": "4", "notation": "CV-STC"}
    passed = (await recipient.send_files(onward, ("m.pdf", PDF))).expect(201)
    returned = (await recipient.send_files({**onward, "to": SENDER, "number": "5"}, ("m.pdf", PDF))).expect(201)

    assert item["circulation"] == "internal"
    assert "circulation" in [one["code"] for one in passed["warnings"]]
    assert "circulation" not in [one["code"] for one in returned["warnings"]]
    assert len(await stranger.inbox()) == 1
    printed = make_package(SENDER, RECIPIENT, sphere="Xem xong  trả lại")
    await sender.send(printed)
    assert [one["circulation"] for one in await recipient.inbox()] == ["internal", "return"]


async def waiting(province, office) -> list[dict]:
    async with Office(province.url, office.system_id, office.secret, office.codes) as actor:
        return await actor.inbox()


def form(metadata: dict) -> dict:
    import aiohttp

    body = aiohttp.FormData()
    body.add_field("metadata", json.dumps(metadata), content_type="application/json")
    body.add_field("files", PDF, filename="m.pdf", content_type="application/octet-stream")
    return {"data": body}
