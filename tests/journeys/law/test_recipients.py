"""Who gets a document, as what and how: roles, modes, paper alone and its list, a group, always-copy-to."""

from __future__ import annotations

import pytest

from edxml.testing import make_package, plain_pdf

from .town import DOWN

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILE = ("vb.pdf", plain_pdf(2000))
SUBJECT = "Triển khai nhiệm vụ trọng tâm quý IV năm 2026"


async def test_roles_modes_and_the_paper_list_to_its_end(town, audit):
    """law: R-107 CB Đ7.1, R-109 NĐ30 PL I.II.9, R-111 BD Đ3.3, R-168 HN Đ7.2, R-169 NĐ30 Đ18.5, R-150 NĐ30 Đ18.4a"""
    sender, acts, knows, paper_only = await town.some(4)
    absent = await town.agency("Xã chưa kết nối")
    to = [
        acts.code,
        {"code": knows.code, "role": "know", "mode": "both"},
        {"code": paper_only.code, "role": "exchange", "mode": "paper"},
        absent,
    ]
    said = {"to": to, "subject": SUBJECT, "number": "1", "paper_reason": "Kèm bản vẽ khổ lớn"}

    sent = await sender.sends_files(said, FILE)
    first, second = await acts.takes(), await knows.takes()

    assert await paper_only.native.inbox() == [], "nothing of it leaves the hub"
    assert (first.item["role"], first.item["paper"], second.item["role"], second.item["paper"]) == (
        "act", False, "know", True,
    )  # fmt: skip
    assert first.data == second.data
    copies = await sender.copies(sent)
    assert {code: (one["role"], one["mode"], one["status"]) for code, one in copies.items()} == {
        acts.code: ("act", "electronic", "delivered"),
        knows.code: ("know", "both", "delivered"),
        paper_only.code: ("exchange", "paper", "not_connected"),
        absent: ("act", "electronic", "not_connected"),
    }
    assert (copies[paper_only.code]["code"], copies[paper_only.code]["reason"]) == (None, "paper_only")
    assert copies[absent]["code"] == "not_connected"

    code, listed = await sender.truc("paper", "list", sent.id)
    entry = ("--copies", 2, "--on", "2026-11-21", "--by", "Lê Văn Thư")
    issued = [
        (await sender.truc("paper", "issued", sent.id, "--recipient", one, *entry))[0] for one in (knows.code, absent)
    ]
    await sender.native.withdraw(sent.id, "Sai nội dung", recipients=[knows.code])
    open_ = (await sender.native.get(f"/packages/{sent.id}/paper")).expect()["items"]
    back = await sender.truc(
        "paper", "returned", sent.id, "--recipient", knows.code, "--on", "2026-11-23", "--by", "Lê"
    )
    closed = (await sender.native.get(f"/packages/{sent.id}/paper")).expect()["items"]

    assert code == 0
    assert {one["recipient"]: one["why"] for one in listed["items"]} == {
        knows.code: "both", paper_only.code: "paper_only", absent: "not_connected",
    }  # fmt: skip
    assert (issued, back[0]) == ([0, 0], 0)
    assert [one["recipient"] for one in open_ if one["open_return"]] == [knows.code]
    assert [one["recipient"] for one in closed if one["open_return"]] == []
    assert (await knows.native.get(f"/packages/{sent.id}/paper")).status == 404, "the sender's own list"
    await audit(sent)


async def test_a_group_of_twelve_with_one_closed_reaches_eleven_and_is_frozen(town, audit, tmp_path):
    """law: R-108 BD Đ4.2, R-026 QĐ28 Đ16.1"""
    sender = await town.party()
    codes = [await town.agency("Trường") for _ in range(12)]
    schools = await town.system(*codes)
    closed, heir = codes[3], codes[4]
    assert (await sender.truc("group", "set", "Các trường", *codes))[0] == 0
    words = ("--successor", heir, "--reason", "Giải thể", "--decision", "15/QĐ-UBND")
    assert (await town.operator("agency", "close", closed, *words))[0] == 0
    file = tmp_path / "thong-bao.pdf"
    file.write_bytes(FILE[1])
    envelope = ("--from", sender.code, "--subject", SUBJECT, "--number", "2", "--notation", "CV-SGD")

    _, preview = await sender.truc("send", file, *envelope, "--group", "Các trường", "--check")
    nothing = await schools.native.inbox()
    sent = await sender.sends_by_command(file, *envelope, "--group", "Các trường")
    assert (await sender.truc("group", "set", "Các trường", heir))[0] == 0
    got = await schools.takes_all()

    assert nothing == []
    assert len(preview["recipients"]) == 11
    reached = [one["recipient"] for one in sent.answer["deliveries"]]
    assert reached == [code for code in codes if code != closed]
    [told] = [one["title"] for one in sent.answer["warnings"] if one["code"] == "group_dropped"]
    assert closed in told
    assert heir in told
    [kept] = (await sender.sees(sent))["sending"]["groups"]
    assert kept["dropped"] == [{"code": closed, "successors": [heir]}]
    assert len(kept["members"]) == 11, "as it was when it was sent"
    assert len({one.data for one in got}) == 1
    await audit(sent)


async def test_always_copied_to_by_a_rule(town, audit):
    """law: R-113 TT Đ9: To of a package somebody else wrote is never changed; a recall reaches the office last."""
    sender, office = await town.some(2)
    over = await town.agency("Phòng Giáo dục")
    one, two = [await town.party("Trường", parent=over, kind="truong") for _ in range(2)]
    rule = ("copy-rule", "add", office.code, "--below", over, "--decision", "226/QĐ-PGDĐT")
    code, made = await town.operator(*rule)
    sent = await sender.sends_by_sdk(make_package(sender.code, (one.code, two.code)))
    got, copy = await one.takes(), await office.takes()
    written = await sender.sends_files({"to": one.code, "subject": SUBJECT, "number": "3"}, FILE)

    assert code == 0
    assert copy.data == got.data == sent.data
    assert (copy.item["role"], copy.item["recipient"]) == ("know", office.code)
    assert sorted(row["toCode"] for row in await sender.vxp.sent(docId=sent.id)) == sorted(
        (one.code, two.code, office.code)
    )
    assert [(row["recipient"], row["copy"]) for row in written.answer["deliveries"]] == [
        (one.code, ""), (office.code, "rule"),
    ]  # fmt: skip
    await sender.native.withdraw(sent.id, "Sai", recipients=[two.code])
    assert (await sender.copies(sent))[office.code]["recall_state"] == "none"
    await sender.native.withdraw(sent.id, "Sai")
    states = {code: row["recall_state"] for code, row in (await sender.copies(sent)).items()}
    assert states == {one.code: "asked", two.code: "never_delivered", office.code: "asked"}

    assert (await town.operator("copy-rule", "end", made["id"]))[0] == 0
    ended = await sender.sends(make_package(sender.code, two.code))
    assert [row["recipient"] for row in ended.answer["deliveries"]] == [two.code]
    await audit(sent, written, ended)


async def test_each_recipient_is_independent(town, audit):
    """law: R-117 HN Đ10.3a: an unknown, a closed and a silent one stop nobody."""
    sender, good = await town.some(2)
    silent = await town.system(await town.agency(), connector="vxp", settings=DOWN)
    unknown = "000.99.99.H99"
    sent = await sender.sends(make_package(sender.code, (unknown, silent.code, good.code)))

    assert (await good.takes()).data == sent.data
    copies = await sender.copies(sent)
    assert (copies[unknown]["status"], copies[unknown]["code"]) == ("failed", "org_unknown")
    assert copies[silent.code]["status"] in {"queued", "sending"}
    alone = await sender.native.offer(make_package(sender.code, unknown))
    assert (alone.status, alone.code) == (422, "org_unknown")
    await audit(sent)
