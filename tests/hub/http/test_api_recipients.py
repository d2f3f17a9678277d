"""Who gets a document, as what and how: roles, modes, lists, copies, paper, told at the native door."""

from __future__ import annotations

import json

import pytest
from actors import Office

from agency_registry import edit
from edxml.testing import make_package, plain_pdf
from hub.store import copy_rules
from hub.store.copy_rules import CopyRule

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"
UNKNOWN = "000.00.77.H99"
PDF = plain_pdf(2000)


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api", "vxp"]}]}


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


async def test_a_recall_reaches_the_office_once_no_school_keeps_its_copy(offices, school, province, hub):
    """law: R-113 TT Đ9"""
    sender, _, office = offices
    await province.agencies("002.00.08.H99", parent="000.00.08.H99", kind="truong")
    await province.system("other-school", "002.00.08.H99")
    await rule(hub, "add")
    codes = ("001.00.08.H99", "002.00.08.H99")
    package = make_package(SENDER, codes)
    accepted = await sender.send(package)
    await office.receive()

    async def recall(*to):
        more = {"business_type": 1, "document_id": accepted["document_id"], "reason": "Sai nội dung"}
        return await sender.send(make_package(SENDER, to, attachments=[], **more))

    first = await recall(codes[0])
    one_left = await sender.package(accepted["package_id"])
    await recall(*codes)
    none_left = await sender.package(accepted["package_id"])

    assert {one["recipient"]: one["status"] for one in first["deliveries"]}[STRANGER] == "cancelled"
    assert recalled(one_left) == {codes[0]: "never_delivered", codes[1]: "none", STRANGER: "none"}
    assert recalled(none_left)[STRANGER] == "asked"


def recalled(shown: dict) -> dict[str, str]:
    return {one["recipient"]: one["recall_state"] for one in shown["deliveries"]}


async def test_the_sdk_sends_to_the_office_too_and_sees_it_in_its_list(offices, school, province, hub):
    """law: R-113 TT Đ9"""
    await province.agencies("000.00.30.H99")
    by_sdk = await province.system("by-sdk", "000.00.30.H99")
    await rule(hub, "add")

    await by_sdk.do("sendEdoc", make_package("000.00.30.H99", "001.00.08.H99"), "000.00.30.H99")

    assert sorted(row["toCode"] for row in await by_sdk.sent()) == [STRANGER, "001.00.08.H99"]
    assert len(await offices[2].inbox()) == 1


async def waiting(province, office) -> list[dict]:
    async with Office(province.url, office.system_id, office.secret, office.codes) as actor:
        return await actor.inbox()


def form(metadata: dict) -> dict:
    import aiohttp

    body = aiohttp.FormData()
    body.add_field("metadata", json.dumps(metadata), content_type="application/json")
    body.add_field("files", PDF, filename="m.pdf", content_type="application/octet-stream")
    return {"data": body}
