"""What an office puts there: taken when it is complete, once, and answered where people look."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import unicodedata

import pytest
from connector_parts import DECLINED, TAKEN, body, make_package, make_status, offered, packages, parcel, plain_pdf

from connectors import base
from edxml import reader

FORM = {
    "from": packages.SENDER,
    "to": packages.RECIPIENT,
    "subject": "Về việc kiểm kê tài sản công",
    "number": "15",
    "notation": "UBND-VP",
    "date": "2026-11-20",
}


def put(path, said):
    path.write_text(json.dumps(said, ensure_ascii=False), "utf-8")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


async def test_a_package_goes_out_and_its_receipt_lies_in_sent(office, connector):
    data = make_package()
    (office / "out" / "vb.edxml").write_bytes(data)

    [one] = await offered(connector)
    assert await body(one) == data
    await one.confirm(TAKEN)
    await one.confirm(TAKEN)

    assert names(office / "sent") == ["vb.edxml", "vb.receipt.jws", "vb.txt"]
    assert (office / "sent" / "vb.receipt.jws").read_text() == TAKEN.receipt
    assert names(office / "out") == []


async def test_a_refused_one_lies_beside_the_reason_in_both_languages(office, connector):
    (office / "out" / "vb.edxml").write_bytes(make_package())
    [one] = await offered(connector)

    await one.reject(DECLINED)
    await one.reject(DECLINED)

    assert names(office / "refused") == ["vb.edxml", "vb.error.json", "vb.ly-do.txt"]
    text = (office / "refused" / "vb.ly-do.txt").read_text("utf-8-sig")
    assert text.index(DECLINED.title_vi) < text.index(DECLINED.title_en)
    assert DECLINED.remedy_vi in text
    assert json.loads((office / "refused" / "vb.error.json").read_bytes())["code"] == "org_unknown"


@pytest.mark.parametrize("shape", ["folder", "beside", "named"])
async def test_a_form_with_its_files_is_the_same_package_however_it_lies_there(office, connector, shape):
    pdf = plain_pdf(3000)
    place, form = office / "out", dict(FORM)
    if shape == "folder":
        place = place / "vb"
        place.mkdir()
    if shape == "named":
        form["files"] = ["Công văn.pdf"]
        (place / "Công văn.pdf").write_bytes(pdf)
        put(place / "vb.json", form)
    else:
        (place / "vb.pdf").write_bytes(pdf)
        put(place / ("form.json" if shape == "folder" else "vb.json"), form)

    [one] = await offered(connector)
    data = await body(one)
    await one.confirm(TAKEN)

    package = reader.read(data)
    assert one.remote_id == hashlib.sha256(data).hexdigest() == package.sha256
    assert package.attachments[0].sha256 == hashlib.sha256(pdf).hexdigest()
    assert package.document_id == f"{packages.SENDER},2026/11/20,15/UBND-VP"
    assert names(office / "out") == []
    assert names(office / "sent") == ["vb", "vb.receipt.jws", "vb.txt"]
    assert len(names(office / "sent" / "vb")) == 2


async def test_a_form_says_everything_that_is_wrong_with_it(office, connector):
    put(
        office / "out" / "vb.json",
        FORM | {"to": [{"code": "H1", "role": "x"}], "urgency": 9, "số": 1, "date": "hôm qua"},
    )
    (office / "out" / "vb.pdf").write_bytes(plain_pdf(500))

    assert await offered(connector) == []

    text = (office / "refused" / "vb.ly-do.txt").read_text("utf-8-sig")
    for line in ("to[0].role: chỉ được là", "urgency: phải từ 4 trở xuống", "số: không có mục", "date: phải là ngày"):
        assert line in text
    assert names(office / "refused" / "vb") == ["vb.json", "vb.pdf"]


async def test_a_document_that_was_not_issued_never_leaves(office, connector):
    """law: R-103 HN Đ10.2b"""
    (office / "out" / "dự thảo.pdf").write_bytes(plain_pdf(500))
    put(office / "out" / "dự thảo.json", {name: FORM[name] for name in ("from", "to", "subject")})

    assert await offered(connector) == []

    text = (office / "refused" / "dự thảo.ly-do.txt").read_text("utf-8-sig")
    assert "chỉ gửi văn bản đã ban hành" in text


async def test_a_growing_file_is_left_alone_and_then_taken_whole(office, connector):
    """K-10: the same file listed while it grows."""
    data = make_package(size=300_000)
    path = office / "out" / "vb.edxml"
    with path.open("wb") as file:
        for at in range(0, len(data), 40_000):
            file.write(data[at : at + 40_000])
            file.flush()
            if at + 40_000 < len(data):
                assert await offered(connector) == []

    [one] = await offered(connector)
    assert await body(one) == data


@pytest.mark.parametrize("what", ["renamed", "deleted", "replaced", "grown"])
async def test_a_file_that_changes_while_it_is_read_is_no_offer(office, connector, what):
    """K-10, B-15: digest equals the bytes read, and nothing is lost."""
    path = office / "out" / "vb.edxml"
    path.write_bytes(make_package())
    [one] = await offered(connector)
    other = make_package(subject="khác")
    if what == "renamed":
        path.rename(office / "out" / "vb2.edxml")
    elif what == "deleted":
        path.unlink()
    elif what == "replaced":
        path.with_suffix(".tmp").write_bytes(other)
        path.with_suffix(".tmp").rename(path)
    else:
        path.write_bytes(path.read_bytes() + b" \n<!-- -->")

    with pytest.raises(base.PeerTroubleError):
        await body(one)
    await one.confirm(TAKEN)

    assert (office / "sent" / "vb.receipt.jws").exists()
    assert not (office / "sent" / "vb.edxml").exists()
    again = await offered(connector)
    assert len(again) == (0 if what == "deleted" else 1)
    assert [one.remote_id == known.remote_id for known in again] == {"deleted": [], "renamed": [True]}.get(
        what, [False]
    )


async def test_what_is_no_finished_file_is_not_seen(office, tmp_path, at_folder):
    """B-15: links, pipes and device files in a drop folder; unfinished names of any program."""
    out = office / "out"
    (tmp_path / "secret.edxml").write_bytes(make_package())
    (out / "link.edxml").symlink_to(tmp_path / "secret.edxml")
    (tmp_path / "box").mkdir()
    put(tmp_path / "box" / "form.json", FORM)
    (out / "box").symlink_to(tmp_path / "box")
    os.mkfifo(out / "pipe.edxml")
    for name in (".hidden.edxml", "~$vb.edxml", "vb.edxml.tmp", "vb.edxml.part", "Thumbs.db", "desktop.ini"):
        (out / name).write_bytes(make_package())

    assert await offered(at_folder(patience_minutes=0.0001)) == []
    assert await offered(at_folder(patience_minutes=0.0001)) == []
    assert names(office / "refused") == []


async def test_a_form_names_no_file_outside_its_folder(office, tmp_path, connector):
    (tmp_path / "secret.pdf").write_bytes(plain_pdf(500))
    (office / "out" / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    put(office / "out" / "a.json", FORM | {"files": ["../secret.pdf"]})
    put(office / "out" / "b.json", FORM | {"files": ["link.pdf"]})

    assert await offered(connector) == []

    assert "chỉ ghi tên tệp" in (office / "refused" / "a.ly-do.txt").read_text("utf-8-sig")
    assert (office / "out" / "b.json").exists()  # the file may still come; it is refused when patience ends


@pytest.mark.parametrize("lacking", ["empty", "half", "no files", "no form", "named file"])
async def test_what_lacks_something_is_waited_for_and_then_refused(office, at_folder, lacking):
    out = office / "out"
    if lacking == "empty":
        (out / "vb.edxml").write_bytes(b"")
    elif lacking == "half":
        (out / "vb.edxml").write_bytes(make_package()[:5000])
    elif lacking == "no form":
        (out / "vb.pdf").write_bytes(plain_pdf(500))
    elif lacking == "no files":
        (out / "vb").mkdir()
    else:
        put(out / "vb.json", FORM | {"files": ["chưa có.pdf"]})
    patient, impatient = at_folder(), at_folder(patience_minutes=0.0001)

    assert await offered(patient) == []
    assert await offered(patient) == []
    assert names(office / "refused") == []
    await offered(impatient)
    await asyncio.sleep(0.01)  # the patience itself, 6 ms
    await offered(impatient)

    assert (office / "refused" / "vb.ly-do.txt").exists()
    assert names(out) == []


async def test_names_in_either_unicode_form_are_the_same_file(office, connector):
    name = "Báo cáo số liệu.pdf"
    (office / "out" / unicodedata.normalize("NFD", name)).write_bytes(plain_pdf(500))
    put(office / "out" / "vb.json", FORM | {"files": [unicodedata.normalize("NFC", name)]})

    [one] = await offered(connector)

    assert reader.read(await body(one)).attachments[0].name == name


async def test_a_name_that_fills_the_disk_s_limit_gets_its_receipt_all_the_same(office, connector):
    name = "ủ" * 83 + ".edxml"
    (office / "out" / name).write_bytes(make_package())
    [one] = await offered(connector)

    await one.confirm(TAKEN)

    assert len(names(office / "sent")) == 3
    assert names(office / "out") == []


async def test_two_documents_of_one_name_keep_a_receipt_each(office, connector):
    for number in (1, 2):
        (office / "out" / "vb.edxml").write_bytes(make_package())
        [one] = await offered(connector)
        await one.confirm(base.Taken(f"p-{number}", "d", "", f"receipt {number}"))

    assert names(office / "sent") == [
        "vb (2).edxml", "vb (2).receipt.jws", "vb (2).txt", "vb.edxml", "vb.receipt.jws", "vb.txt"
    ]  # fmt: skip


async def test_with_a_marker_nothing_is_taken_before_it_is_there(office, at_folder):
    connector = at_folder(ready_marker=".xong")
    (office / "out" / "vb.edxml").write_bytes(make_package())
    assert await offered(connector) == []

    (office / "out" / "vb.edxml.xong").touch()
    [one] = await offered(connector)
    await one.confirm(TAKEN)

    assert names(office / "out") == []


async def test_an_answer_becomes_the_status_it_means(office, connector):
    """law: R-125 HN Đ9.1a"""
    data = make_package()
    await connector.deliver(parcel(data, "item-1"))
    put(office / "status" / "tl.json", {
        "from": packages.RECIPIENT, "item_id": "item-1", "code": "03", "arrival_number": 128,
        "arrival_date": "2026-11-21", "staff": "Trần Thị Hoa",
    })  # fmt: skip

    [one] = await offered(connector, "status")
    status = reader.read(await body(one)).status
    await one.confirm(TAKEN)

    assert status.response_for.document_id == reader.read(data).document_id
    assert (status.code, status.response_for.organ_id) == ("03", packages.SENDER)
    assert "Số đến: 128; Ngày đến: 2026-11-21" in status.description
    assert names(office / "sent") == ["tl.json", "tl.receipt.jws", "tl.txt"]


async def test_an_answer_may_name_the_document_in_any_spelling(office, connector):
    data = make_package()
    await connector.deliver(parcel(data, "item-1"))
    spelling = reader.read(data).document_id.lower().replace("/", "-", 2)
    put(office / "status" / "tl.json", {"from": packages.RECIPIENT, "document_id": spelling, "code": "06"})

    [one] = await offered(connector, "status")

    assert reader.read(await body(one)).status.response_for.organ_id == packages.SENDER


async def test_an_answer_to_nothing_is_refused_with_the_way_out(office, connector):
    put(office / "status" / "tl.json", {"from": packages.RECIPIENT, "item_id": "?", "code": "05"})

    assert await offered(connector, "status") == []

    assert "document_id và to" in (office / "refused" / "tl.ly-do.txt").read_text("utf-8-sig")


async def test_an_edxml_status_is_taken_as_it_is(office, connector):
    data = make_status("05")
    (office / "status" / "tt.edxml").write_bytes(data)

    [one] = await offered(connector, "status")

    assert await body(one) == data


@pytest.mark.parametrize("gone", ["out", "sent"])
async def test_a_share_in_trouble_is_trouble_and_never_nothing(office, connector, gone):
    (office / gone).rename(office / "away")

    with pytest.raises(base.PeerTroubleError):
        await offered(connector)


async def test_a_share_that_cannot_be_written_offers_nothing(office, connector, monkeypatch):
    """What could not be moved afterwards would be sent again and again."""
    (office / "out" / "vb.edxml").write_bytes(make_package())

    def read_only(path, flags, *args, **more):
        if flags & os.O_CREAT:
            raise OSError(30, "Read-only file system")
        return opened(path, flags, *args, **more)

    opened = os.open
    monkeypatch.setattr(os, "open", read_only)

    with pytest.raises(base.PeerTroubleError, match="read-only"):
        await offered(connector)


async def test_news_comes_with_a_new_file(office, connector):
    await connector.news(0.3)
    waiting = asyncio.ensure_future(connector.news(30))
    await asyncio.wait({waiting}, timeout=0.3)
    assert not waiting.done()

    (office / "status" / "tl.json").write_text("{}")

    await asyncio.wait_for(waiting, 10)


async def test_a_book_that_is_something_else_is_trouble(office, connector):
    """B-15: a pipe where a folder should be does not hang the connector."""
    await connector.check()
    os.mkfifo(office / ".truc" / "received")

    outcome = await connector.deliver(parcel(make_package()))

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched


async def test_a_form_waits_for_its_files_and_is_refused_together_with_them(office, connector):
    out = office / "out"
    put(out / "vb.json", FORM)
    put(out / "hai.json", FORM | {"files": ["một.pdf", "hai.pdf"], "number": "16"})
    (out / "một.pdf").write_bytes(plain_pdf(500))
    put(out / "sai.json", FORM | {"files": ["sai-1.pdf"], "urgency": 9})
    (out / "sai-1.pdf").write_bytes(plain_pdf(500))

    assert await offered(connector) == []
    assert names(office / "refused" / "sai") == ["sai-1.pdf", "sai.json"]
    (out / "vb.pdf").write_bytes(plain_pdf(500))
    (out / "hai.pdf").write_bytes(plain_pdf(500))

    assert len(await offered(connector)) == 2


async def test_what_was_refused_may_be_mended_and_moved_back(office, connector):
    put(office / "out" / "vb.json", FORM | {"urgency": 9})
    (office / "out" / "vb.pdf").write_bytes(plain_pdf(500))
    assert await offered(connector) == []

    put(office / "refused" / "vb" / "vb.json", FORM)
    (office / "refused" / "vb").rename(office / "out" / "vb")
    [one] = await offered(connector)
    await one.confirm(TAKEN)

    assert names(office / "sent" / "vb") == ["vb.json", "vb.pdf"]
