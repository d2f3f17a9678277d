"""What comes: whole or not at all, once for each item, with everything a register needs beside it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from dataclasses import replace

import pytest
from connector_parts import make_package, make_status, parcel, plain_pdf

from connectors import base
from connectors.folder import share
from edxml import reader


def visible(office):
    return sorted(path.name for path in (office / "in").iterdir() if not path.name.startswith("."))


async def test_the_exact_bytes_and_a_form_appear_in_in(office, connector):
    """law: R-126 NĐ30 PL VI"""
    data = make_package(subject="Về việc tổ chức hội nghị")
    sent = parcel(data, "4711")

    assert isinstance(await connector.deliver(sent), base.Delivered)

    [edxml] = (office / "in").glob("*.edxml")
    assert edxml.read_bytes() == data
    told = json.loads(edxml.with_suffix(".json").read_bytes())
    header = reader.read(data).header
    assert told["subject"] == header.subject
    assert told["item_id"] == "4711"
    assert (told["number"], told["notation"]) == (header.code.number, header.code.notation)
    assert told["signer"]["full_name"] == header.signer.full_name
    assert not edxml.with_suffix(".txt").exists()


@pytest.mark.parametrize("received", ["files", "both"])
async def test_a_document_may_be_unpacked(office, at_folder, received):
    """law: R-126 NĐ30 PL VI"""
    pdf = plain_pdf(4000)
    data = make_package(attachments=[("../../Quyết định.pdf", pdf), ("phụ lục.xlsx", b"PK\x05\x06" + bytes(18))])

    await at_folder(received=received).deliver(parcel(data))

    [folder] = (office / "in").iterdir()
    assert (folder / "Quyết định.pdf").read_bytes() == pdf
    files = json.loads((folder / "form.json").read_bytes())["files"]
    assert [one["file"] for one in files] == ["Quyết định.pdf", "phụ lục.xlsx"]
    assert (folder / "goi-tin.edxml").exists() == (received == "both")


@pytest.mark.parametrize("received", ["edxml", "files", "both"])
async def test_a_repeat_is_known_even_after_the_office_took_the_first_away(office, at_folder, received):
    connector = at_folder(received=received)
    sent = parcel(make_package())
    first = await connector.deliver(sent)
    for path in list((office / "in").iterdir()):
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    again = await at_folder(received=received).deliver(sent)

    assert again == first
    assert visible(office) == []


async def test_an_item_with_other_bytes_is_doubt(connector):
    await connector.deliver(parcel(make_package(), "1"))

    outcome = await connector.deliver(parcel(make_package(subject="khác"), "1"))

    assert isinstance(outcome, base.Deferred)
    assert not outcome.peer


async def test_bytes_that_are_not_the_announced_ones_never_appear(office, connector):
    sent = replace(parcel(make_package()), sha256="0" * 64)

    assert isinstance(await connector.deliver(sent), base.Deferred)
    assert list((office / "in").iterdir()) == []


@pytest.mark.parametrize(("kind", "word"), [(1, "THU HỒI"), (2, "CẬP NHẬT"), (3, "THAY THẾ")])
async def test_what_changes_a_document_says_which_in_words(office, connector, kind, word):
    data = make_package(business_type=kind, reason="Sai số liệu ở phụ lục")

    await connector.deliver(parcel(data))

    [note] = (office / "in").glob("*.txt")
    text = note.read_text("utf-8")
    assert word in text
    assert reader.read(data).document_id in text or "ReplacementInfo" in data.decode()
    assert "Sai số liệu ở phụ lục" in text


async def test_a_status_lies_there_as_a_form_with_a_note(office, at_folder):
    data = make_status("02", description="WRONG_RECIPIENT: Không thuộc thẩm quyền")

    await at_folder(received="files").deliver(parcel(data, "s", message_type="status"))

    assert [name.rpartition(".")[2] for name in visible(office)] == ["json", "txt"]
    told = json.loads((office / "in" / visible(office)[0]).read_bytes())
    assert (told["code"], told["reason_code"]) == ("02", "WRONG_RECIPIENT")
    assert "Không thuộc thẩm quyền" in (office / "in" / visible(office)[1]).read_text("utf-8")


async def test_a_share_that_is_not_mounted_is_trouble_and_gets_nothing(office, connector):
    for name in ("in", "out", "status", "sent", "refused"):
        (office / name).rmdir()
    pulled = []

    async def opened():
        pulled.append(1)
        yield b""

    outcome = await connector.deliver(replace(parcel(make_package()), open=opened))

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched
    assert "mounted" in outcome.reason
    assert not pulled
    assert [path.name for path in office.iterdir()] == []


async def test_a_full_disk_is_trouble_and_leaves_nothing(office, connector, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    sent = parcel(make_package())
    monkeypatch.setattr(os, "fsync", full)
    assert isinstance(await connector.deliver(sent), base.Deferred)
    monkeypatch.undo()

    assert visible(office) == []
    assert isinstance(await connector.deliver(sent), base.Delivered)


async def test_in_that_is_a_link_is_never_followed(office, tmp_path, connector):
    (office / "in").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (office / "in").symlink_to(tmp_path / "elsewhere")

    assert isinstance(await connector.deliver(parcel(make_package())), base.Deferred)
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_a_cancelled_attempt_leaves_nothing(office, connector):
    reached = asyncio.Event()

    async def opened():
        yield b"<edXML"
        reached.set()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(connector.deliver(replace(parcel(make_package()), open=opened)))
    await reached.wait()
    task.cancel()
    await asyncio.wait({task})

    assert list((office / "in").iterdir()) == []


async def test_leftovers_are_swept_by_the_clock_of_the_share(office, at_folder):
    old, young = office / "in" / f"{share.PREFIX}old.tmp", office / "in" / f"{share.PREFIX}young.tmp"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))

    await anext(aiter(at_folder().collect("edoc")), None)

    assert not old.exists()
    assert young.exists()


async def test_a_name_of_250_vietnamese_letters_is_shortened(office, connector):
    number, notation = "9", "ỦY" * 120
    data = make_package(number=number, notation=notation)

    await connector.deliver(parcel(data))

    assert len((office / "in" / visible(office)[0]).name.encode()) < 200


@pytest.mark.parametrize("received", ["edxml", "files", "both"])
async def test_who_may_read_the_folder_may_read_what_comes_whatever_umask_the_agent_has(office, at_folder, received):
    (office / "in").chmod(0o2770)
    before = os.umask(0o077)
    try:
        await at_folder(received=received).deliver(parcel(make_package(attachments=[("a.pdf", plain_pdf(400))])))
    finally:
        os.umask(before)

    came = [path for path in (office / "in").rglob("*") if not path.name.startswith(".")]
    assert {oct(path.stat().st_mode & 0o777) for path in came} == (
        {"0o660"} | ({"0o770"} if received != "edxml" else set())
    )
