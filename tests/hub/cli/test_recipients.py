"""Who gets a document, from the command line: recipients with role and mode, lists, paper, copy rules, two systems."""

from __future__ import annotations

import asyncio
import json

import pytest

from edxml.testing import plain_pdf

SENDER, RECIPIENT, STRANGER = "000.00.01.H99", "000.00.02.H99", "000.00.03.H99"


@pytest.fixture
def sections():
    return {"listen": [{"port": 0, "doors": ["api"]}]}


@pytest.fixture
async def clerk(province, truc, monkeypatch, tmp_path):
    """The sender's clerk at a terminal; the hub answers beside."""
    await province.agencies(SENDER, RECIPIENT, STRANGER, "000.00.07.H99")
    made = {code: await province.system(code[-6:-4], code) for code in (SENDER, RECIPIENT, STRANGER)}
    monkeypatch.setenv("TRUC_URL", province.url)
    monkeypatch.setenv("TRUC_SYSTEM_ID", made[SENDER].system_id)
    monkeypatch.setenv("TRUC_SECRET", made[SENDER].secret)
    (tmp_path / "m.pdf").write_bytes(plain_pdf(2000))

    async def run(*words):
        return await asyncio.to_thread(truc, *words)

    run.file = tmp_path / "m.pdf"
    run.letter = ("--from", SENDER, "--subject", "Mời họp giao ban quý IV", "--number", "12", "--notation", "GM-SNV",
                  "--date", "2026-11-20")  # fmt: skip
    return run


async def test_recipients_are_typed_with_role_and_mode(clerk):
    """law: R-107 CB Đ7.1, R-109 NĐ30 PL I.II.9"""
    to = ("--to", f"{RECIPIENT}:know/both", "--to", STRANGER, "--paper-reason", "Bản gốc", "--paper-by", "An")

    sent = await clerk("send", clerk.file, *clerk.letter, *to, "--json")

    assert sent.code == 0, sent.err
    assert [(one["recipient"], one["role"], one["mode"]) for one in sent.json["deliveries"]] == [
        (RECIPIENT, "know", "both"), (STRANGER, "act", "electronic"),
    ]  # fmt: skip


async def test_everybody_is_named_in_full_before_anything_is_sent(clerk):
    """law: R-104 HN Đ10.2c"""
    to = ("--to", RECIPIENT, "--to", "000.00.88.H99")

    looked = await clerk("send", clerk.file, *clerk.letter, *to, "--check")

    assert looked.code == 1
    assert f"Cơ quan {RECIPIENT} ({RECIPIENT}) act/electronic" in looked.out
    assert "? (000.00.88.H99)" in looked.out
    assert (await clerk("send", clerk.file, *clerk.letter, *to, "--json")).code == 0


async def test_a_wrong_role_is_told_by_the_hub(clerk):
    wrong = await clerk("send", clerk.file, *clerk.letter, "--to", f"{RECIPIENT}:boss")

    assert wrong.code == 1
    assert "'act', 'check', 'exchange' or 'know'" in wrong.err


async def test_lists_are_kept_and_sent_by(clerk):
    """law: R-108 BD Đ4.2"""
    kept = await clerk("group", "set", "Khối sở", f"{RECIPIENT}:know", STRANGER, "--note", "2026", "--json")
    listed = await clerk("group", "list", "--json")
    shown = await clerk("group", "show", "Khối sở")
    sent = await clerk("send", clerk.file, *clerk.letter, "--group", "Khối sở", "--json")
    gone = await clerk("group", "remove", "Khối sở")
    absent = await clerk("group", "show", "Khối sở")

    assert (kept.code, len(listed.json["items"]), gone.code, absent.code) == (0, 1, 0, 1)
    assert f"Cơ quan {RECIPIENT}" in shown.out
    assert [(one["recipient"], one["role"]) for one in sent.json["deliveries"]] == [
        (RECIPIENT, "know"), (STRANGER, "act"),
    ]  # fmt: skip


async def test_the_register_of_paper_is_printed_and_filled_in(clerk):
    """law: R-111 BD Đ3.3, R-169 NĐ30 Đ18.5, R-220 NĐ30 PL IV.III"""
    to = ("--to", f"{RECIPIENT}/both", "--to", "000.00.07.H99", "--paper-reason", "Bản gốc")
    sent = await clerk("send", clerk.file, *clerk.letter, *to, "--json")
    package_id = sent.json["package_id"]
    entry = ("--recipient", "000.00.07.H99", "--copies", "2", "--on", "2026-11-21", "--by", "Trần Bình")

    before = await clerk("paper", "list", "--open", "--json")
    done = await clerk("paper", "issued", package_id, *entry, "--note", "=HYPERLINK(1)")
    after = await clerk("paper", "list", package_id, "--csv")
    register = (await clerk("paper", "list", "--from", "2026-01-01", "--json")).json["items"]

    assert len(before.json["items"]) == 2
    assert done.code == 0, done.err
    assert (
        after.out.splitlines()[0] == 'Ngày,"Số, ký hiệu văn bản",Nơi nhận,Số lượng bì,Ký nhận và dấu bưu điện,Ghi chú'
    )
    assert "2026-11-21,12/GM-SNV,Cơ quan 000.00.07.H99,1,,chưa kết nối; =HYPERLINK(1)" in after.out
    assert {one["recipient"]: one["copies"] for one in register} == {RECIPIENT: 0, "000.00.07.H99": 2}


async def test_an_answer_and_a_confirmation_are_asked_by_a_day(clerk):
    """law: R-041 HN Đ10.2d, R-239 TT Đ8.2"""
    late = await clerk("send", clerk.file, *clerk.letter, "--to", RECIPIENT, "--reply-by", "2026-11-19")
    none = await clerk("send", clerk.file, *clerk.letter, "--to", RECIPIENT, "--confirm")
    sent = await clerk("send", clerk.file, *clerk.letter, "--to", RECIPIENT, "--confirm", "--reply-by", "2026-12-01")

    assert (late.code, none.code, sent.code) == (1, 1, 0)
    assert "hạn trả lời" in late.err


def test_copy_rules_are_added_listed_and_ended(truc, folder):
    """law: R-113 TT Đ9"""
    config = ("--config", folder / "hub.toml")

    added = truc("copy-rule", "add", "000.00.01.H99", "--kind", "truong", "--decision", "226/QĐ", *config, "--json")
    listed = truc("copy-rule", "list", *config)
    nobody = truc("copy-rule", "add", "000.00.66.H99", "--kind", "truong", *config)
    empty = truc("copy-rule", "add", "000.00.01.H99", *config)
    ended = truc("copy-rule", "end", added.json["id"], *config)
    again = truc("copy-rule", "end", added.json["id"], *config)

    assert (added.json["copy_to"], added.json["mode"]) == ("000.00.01.H99", "add")
    assert "226/QĐ" in listed.out
    assert [one.code for one in (nobody, empty, ended, again)] == [1, 1, 0, 1]
    assert truc("copy-rule", "list", *config, "--json").json == {"rules": []}


def test_a_system_becomes_an_agencys_second_one(truc, folder):
    """law: R-135 TT Đ6.1.2"""
    config = ("--config", folder / "hub.toml")
    truc("system", "add", "mvp", "--for", "000.00.01.H99", *config)
    truc("system", "add", "v-office", "--for", "000.00.02.H99", *config)

    done = truc("system", "attach", "v-office", "--for", "000.00.01.H99", "--part", "second", *config, "--json")
    systems = {one["system_id"]: one for one in truc("system", "list", *config, "--json").json["systems"]}
    gone = truc("system", "detach", "v-office", "--for", "000.00.01.H99", *config, "--json")

    assert done.code == 0, done.err
    assert systems["v-office"]["parts"] == {"second": ["000.00.01.H99"]}
    assert systems["mvp"]["receives_for"] == ["000.00.01.H99"]
    assert json.loads(gone.out)["parts"] == {}
