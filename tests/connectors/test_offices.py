"""Two offices and a real hub between them: one shares a folder with it, the other its database; nothing is retyped."""

from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest
from connector_parts import packages, plain_pdf
from patience import until
from province import hub, new_folder, province, sections, url  # noqa: F401 - fixtures

from connectors.database import schema
from edxml import reader
from hub.flow import outward

FOLDER_OFFICE, BASE_OFFICE = packages.SENDER, packages.RECIPIENT
FOLDERS = ("out", "in", "status", "sent", "refused")
FORM = {
    "from": FOLDER_OFFICE,
    "to": [{"code": BASE_OFFICE, "role": "act"}],
    "subject": "Về việc kiểm kê tài sản công năm 2026",
    "number": "15",
    "notation": "SNV-VP",
    "date": "2026-11-20",
    "signer": {"position": "Giám đốc", "full_name": "Nguyễn Văn An"},
    "due_date": "2026-12-01",
    "reply_requested": True,
}


@pytest.fixture
async def offices(hub, province, tmp_path):  # noqa: F811 - the fixture
    """The folder of the one, the database of the other, and the hub's two loops."""
    folder, base = tmp_path / "share", tmp_path / "office.db"
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    with sqlite3.connect(base) as connection:
        for statement in schema.statements("sqlite"):
            connection.execute(statement)
    await province.agencies(FOLDER_OFFICE, BASE_OFFICE)
    quick = {"poll_seconds": 1, "look_seconds": 0.05}
    await province.system(
        "thư mục", FOLDER_OFFICE, connector="folder", settings={"path": str(folder), "settle_seconds": 0.05} | quick
    )
    await province.system("csdl", BASE_OFFICE, connector="database", settings={"url": f"sqlite:///{base}"} | quick)
    loops = [asyncio.create_task(one(hub)) for one in (outward.deliver, outward.fetch)]
    connection = sqlite3.connect(base, isolation_level=None, check_same_thread=False)
    yield folder, connection
    connection.close()
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)


async def test_a_document_goes_and_its_answers_come_without_anything_typed_twice(offices, hub):  # noqa: F811
    """law: R-126 NĐ30 PL VI: number, date, agency, summary and signer are filled in at the other side.

    law: R-125 HN Đ9.1a: the arrival number comes back with 03.
    """
    folder, base = offices
    pdf = plain_pdf(3000)
    (folder / "out" / "15-SNV.pdf").write_bytes(pdf)
    (folder / "out" / "15-SNV.json").write_text(json.dumps(FORM, ensure_ascii=False), "utf-8")

    await until((folder / "sent" / "15-SNV.receipt.jws").exists, seconds=30)
    receipt = (folder / "sent" / "15-SNV.receipt.jws").read_text()
    said = json.loads(hub.keys.verify_receipt(receipt))
    await until(lambda: base.execute("SELECT count(*) FROM truc_incoming").fetchone() == (1,), seconds=30)
    [row] = base.execute(
        "SELECT item_id, sha256, from_name, number, notation, document_date, subject, signer_name, due_date, package"
        " FROM truc_incoming"
    )
    item_id, sha256 = row[:2]
    assert sha256 == said["sha256"]
    assert row[2:9] == (f"Cơ quan {FOLDER_OFFICE}", "15", "SNV-VP", "2026-11-20", FORM["subject"], "Nguyễn Văn An",
                        "2026-12-01")  # fmt: skip
    assert reader.read(row[9]).sha256 == sha256
    assert base.execute("SELECT name, content FROM truc_incoming_files").fetchall() == [("15-SNV.pdf", pdf)]

    base.execute(
        "INSERT INTO truc_status_out (item_id, from_code, code, arrival_number, arrival_date, staff)"
        " VALUES (?, ?, '03', '128', '2026-11-21', 'Trần Thị Hoa')", (item_id, BASE_OFFICE))  # fmt: skip
    await until(lambda: list((folder / "in").glob("trang-thai-03_*.json")), seconds=30)

    [told] = (json.loads(path.read_bytes()) for path in (folder / "in").glob("trang-thai-03_*.json"))
    assert (told["arrival_number"], told["arrival_date"], told["staff"]["name"]) == (
        "128", "2026-11-21", "Trần Thị Hoa"
    )  # fmt: skip
    await until(lambda: base.execute("SELECT state FROM truc_status_out").fetchone() == ("sent",), seconds=30)


async def test_what_the_hub_cannot_take_comes_back_with_the_reason_in_words(offices):
    folder, base = offices
    form = FORM | {"to": "000.99.99.H99"}
    (folder / "out" / "sai.json").write_text(json.dumps(form), "utf-8")
    (folder / "out" / "sai.pdf").write_bytes(plain_pdf(1000))
    file = "INSERT INTO truc_outgoing_files (office_key, n, name, content) VALUES ('1', 0, 'a.pdf', ?)"
    await asyncio.to_thread(base.execute, file, (plain_pdf(900),))
    other = FORM | {"from": BASE_OFFICE, "to": "000.99.98.H99"}
    await asyncio.to_thread(
        base.execute, "INSERT INTO truc_outgoing (office_key, form) VALUES ('1', ?)", (json.dumps(other),)
    )

    await until((folder / "refused" / "sai.ly-do.txt").exists, seconds=30)
    await until(lambda: base.execute("SELECT state FROM truc_outgoing").fetchone() == ("refused",), seconds=30)

    text = (folder / "refused" / "sai.ly-do.txt").read_text("utf-8-sig")
    assert "Không tìm thấy mã định danh cơ quan nhận" in text
    assert "Kiểm tra lại mã định danh" in text
    [(code, reason)] = base.execute("SELECT reason_code, reason FROM truc_outgoing")
    assert code == "org_unknown"
    assert "Kiểm tra lại mã định danh" in reason


async def test_a_recall_lies_there_as_its_own_entry_and_is_answered(offices):
    folder, base = offices
    (folder / "out" / "vb.pdf").write_bytes(plain_pdf(1000))
    (folder / "out" / "vb.json").write_text(json.dumps(FORM), "utf-8")
    await until(lambda: base.execute("SELECT count(*) FROM truc_incoming").fetchone() == (1,), seconds=30)
    [(document_id,)] = base.execute("SELECT document_id FROM truc_incoming")
    recall = {name: FORM[name] for name in ("from", "to", "subject", "number", "notation", "date")}
    recall |= {"kind": "recall", "document_id": document_id, "reason": "Sai số liệu ở phụ lục"}
    (folder / "out" / "thu-hoi.json").write_text(json.dumps(recall), "utf-8")

    await until(lambda: base.execute("SELECT count(*) FROM truc_incoming WHERE kind = 'recall'").fetchone() == (1,),
                seconds=30)  # fmt: skip

    [(item_id, note)] = base.execute("SELECT item_id, note FROM truc_incoming WHERE kind = 'recall'")
    assert document_id in note
    assert "Sai số liệu ở phụ lục" in note
    answer = "INSERT INTO truc_status_out (item_id, from_code, code, destroyed, staff) VALUES (?, ?, '15', 1, ?)"
    await asyncio.to_thread(base.execute, answer, (item_id, BASE_OFFICE, "Trần Thị Hoa"))
    await until(lambda: list((folder / "in").glob("trang-thai-15_*.json")), seconds=30)
