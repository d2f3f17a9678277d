"""The staging tables: made, checked, and what goes in and out of them; the same in SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest
from connector_parts import DECLINED, TAKEN, body, make_package, make_status, offered, packages, parcel, plain_pdf
from pydantic import ValidationError

from connectors import base
from connectors.database import Settings, tables
from edxml import reader

FORM = {
    "from": packages.SENDER,
    "to": [{"code": packages.RECIPIENT, "role": "know"}],
    "subject": "Về việc kiểm kê tài sản công",
    "number": "15",
    "notation": "UBND-VP",
    "date": "2026-11-20",
}


async def test_tables_are_asked_for_and_not_made_without_leave(bare_office, open_connector):
    connector = open_connector(bare_office.settings)

    assert "schema/" in await connector.check()
    outcome = await connector.deliver(parcel(make_package()))

    assert isinstance(outcome, base.Deferred)
    assert outcome.untouched


async def test_tables_are_made_where_that_is_allowed(bare_office, open_connector):
    connector = open_connector(bare_office.settings | {"create_tables": True})

    assert await connector.check() is None
    assert await open_connector(bare_office.settings).check() is None


async def test_tables_of_another_version_are_left_alone(office, open_connector):
    await office.do("INSERT INTO truc_version (version) VALUES (9)")

    assert "version 9" in await open_connector(office.settings | {"create_tables": True}).check()


async def test_the_queries_name_what_the_schema_makes(office):
    for table in tables.ALL:
        await office.do(f"SELECT {', '.join(column.name for column in table.columns)} FROM {table.name}")


async def test_what_comes_is_one_row_with_everything_a_register_needs(office, connector):
    """law: R-126 NĐ30 PL VI"""
    data = make_package(subject="Kế hoạch phòng chống lụt bão", attachments=[("Kế hoạch.pdf", plain_pdf(3000))])
    sent = parcel(data, "lượt 1")

    first = await connector.deliver(sent)
    second = await connector.deliver(sent)

    assert isinstance(first, base.Delivered)
    assert second == first
    header = reader.read(data).header
    [row] = await office.do(
        "SELECT subject, number, notation, from_code, from_name, state, package, form FROM truc_incoming"
    )
    assert row[:4] == (header.subject, header.code.number, header.code.notation, header.sender.organ_id)
    assert row[4:6] == (header.sender.name, "new")
    assert bytes(row[6]) == data
    assert json.loads(row[7])["signer"]["full_name"] == header.signer.full_name
    [file] = await office.do("SELECT name, kind, content FROM truc_incoming_files")
    assert (file[0], file[1], bytes(file[2])[:5]) == ("Kế hoạch.pdf", "pdf", b"%PDF-")


async def test_an_item_with_other_bytes_does_not_replace_the_first(office, connector):
    await connector.deliver(parcel(make_package(), "1"))

    outcome = await connector.deliver(parcel(make_package(subject="khác"), "1"))

    assert isinstance(outcome, base.Deferred)
    assert await office.do("SELECT count(*) FROM truc_incoming") == [(1,)]


async def test_two_connectors_at_once_make_one_row(office, open_connector):
    sent = parcel(make_package(), "1")
    several = [open_connector(office.settings) for _ in range(3)]

    outcomes = await asyncio.gather(*(one.deliver(sent) for one in several))

    assert {type(one) for one in outcomes} <= {base.Delivered, base.Deferred}
    assert isinstance(await several[0].deliver(sent), base.Delivered)
    assert await office.do("SELECT count(*) FROM truc_incoming") == [(1,)]


async def test_a_form_with_its_files_is_offered_as_the_package_it_means(office, connector):
    pdf = plain_pdf(2000)
    await office.do("INSERT INTO truc_outgoing_files (office_key, n, name, content) VALUES ($1, 1, $2, $3)",
                    "vb-1", "Công văn.pdf", pdf)  # fmt: skip
    await office.do("INSERT INTO truc_outgoing (office_key, form) VALUES ($1, $2)", "vb-1", json.dumps(FORM))

    [one] = await offered(connector)
    data = await body(one)

    package = reader.read(data)
    assert package.subject == FORM["subject"]
    assert package.header.recipients[0].name == f"Cơ quan {packages.RECIPIENT}"
    assert package.attachments[0].sha256 == hashlib.sha256(pdf).hexdigest()
    assert one.sending["to"] == [{"code": packages.RECIPIENT, "role": "know", "mode": "electronic"}]
    await one.confirm(TAKEN)
    await one.confirm(TAKEN)
    rows = await office.do("SELECT state, receipt, document_id FROM truc_outgoing")
    assert rows == [("sent", TAKEN.receipt, TAKEN.document_id)]
    assert await offered(connector) == []


async def test_a_form_that_means_nothing_is_refused_in_its_row(office, connector):
    await office.do("INSERT INTO truc_outgoing (office_key, form) VALUES ($1, $2)", "1", json.dumps(FORM | {"số": 1}))
    await office.do("INSERT INTO truc_outgoing (office_key, form) VALUES ($1, $2)", "2", "{")
    await office.do("INSERT INTO truc_outgoing (office_key, form) VALUES ($1, $2)", "3", json.dumps(FORM))

    assert await offered(connector) == []

    rows = await office.do("SELECT state, reason_code, reason, reason_en FROM truc_outgoing ORDER BY office_key")
    assert [row[:2] for row in rows] == [("refused", "profile_invalid")] * 3
    assert "số: không có mục nào tên như vậy" in rows[0][2]
    assert "not JSON" in rows[1][3]
    assert "không có tệp nào đi cùng" in rows[2][2]


async def test_what_the_hub_refuses_says_why_in_its_row(office, connector):
    await office.do("INSERT INTO truc_outgoing (office_key, package) VALUES ($1, $2)", "1", make_package())
    [one] = await offered(connector)

    await one.reject(DECLINED)
    await one.reject(DECLINED)

    [row] = await office.do("SELECT state, reason_code, reason, reason_en FROM truc_outgoing")
    assert row[:2] == ("refused", "org_unknown")
    assert DECLINED.title_vi in row[2]
    assert DECLINED.remedy_en in row[3]


async def test_a_row_that_changes_while_it_is_taken_is_another_document(office, connector):
    await office.do("INSERT INTO truc_outgoing_files (office_key, n, name, content) VALUES ($1, 1, $2, $3)",
                    "1", "a.pdf", plain_pdf(900))  # fmt: skip
    await office.do("INSERT INTO truc_outgoing (office_key, form) VALUES ($1, $2)", "1", json.dumps(FORM))
    [one] = await offered(connector)
    changed = json.dumps(FORM | {"subject": "Đã sửa"})
    await office.do("UPDATE truc_outgoing SET form = $1 WHERE office_key = $2", changed, "1")

    with pytest.raises(base.PeerTroubleError):
        await body(one)
    await one.confirm(TAKEN)

    [other] = await offered(connector)
    assert other.remote_id != one.remote_id


async def test_an_answer_with_its_arrival_number_becomes_a_status(office, connector):
    """law: R-125 HN Đ9.1a, R-033 NĐ30 Đ22.2"""
    data = make_package()
    await connector.deliver(parcel(data, "1"))
    await office.do(
        "INSERT INTO truc_status_out (item_id, from_code, code, arrival_number, arrival_date, staff)"
        " VALUES ($1, $2, '03', '128', '2026-11-21', $3)", "1", packages.RECIPIENT, "Trần Thị Hoa")  # fmt: skip

    [one] = await offered(connector, "status")
    status = reader.read(await body(one)).status

    assert (status.code, status.staff.name) == ("03", "Trần Thị Hoa")
    assert "Số đến: 128" in status.description
    assert status.response_for.organ_id == packages.SENDER
    assert status.response_for.document_id == reader.read(data).document_id
    await one.confirm(TAKEN)
    assert await office.do("SELECT state, receipt FROM truc_status_out") == [("sent", TAKEN.receipt)]


async def test_a_refusal_without_reason_or_name_stays_with_the_office(office, connector):
    """law: R-127 HN Đ6.4"""
    await connector.deliver(parcel(make_package(), "1"))
    await office.do("INSERT INTO truc_status_out (item_id, from_code, code) VALUES ('1', $1, '02')", packages.RECIPIENT)

    assert await offered(connector, "status") == []

    [row] = await office.do("SELECT state, reject_code, reason FROM truc_status_out")
    assert row[0] == "refused"
    assert "phải ghi tên người từ chối" in row[2]


async def test_a_status_that_comes_is_a_row_of_its_own(office, connector):
    data = make_status("03", description="Đã tiếp nhận; Số đến: 77; Ngày đến: 2026-11-21")

    await connector.deliver(parcel(data, "s", message_type="status"))

    rows = await office.do("SELECT kind, status_code, arrival_number, arrival_date FROM truc_incoming")
    assert rows == [("status", "03", "77", "2026-11-21")]
    [(note,)] = await office.do("SELECT note FROM truc_incoming")
    assert "Số đến: 77" in note


async def test_news_comes_with_a_new_row(office, connector):
    await connector.news(0.3)
    waiting = asyncio.ensure_future(connector.news(30))
    await asyncio.wait({waiting}, timeout=0.3)
    assert not waiting.done()

    await office.do("INSERT INTO truc_outgoing (office_key, package) VALUES ('1', $1)", make_package())

    await asyncio.wait_for(waiting, 10)


@pytest.mark.parametrize(
    "url",
    ["mysql://a@b/c", "postgresql://a:secret@b/c", "postgresql://host/db", "sqlite:///relative.db", "sqlite://", "x",
     "postgresql://a@b/c?sslmode=disable", "postgresql+psycopg://a@b/c"],
)  # fmt: skip
def test_an_address_that_cannot_be_meant_is_refused(url):
    with pytest.raises(ValidationError):
        Settings(url=url)


def test_the_password_is_in_no_text():
    made = Settings(url="postgresql://a@db.example/c", password="bí mật")

    assert "bí mật" not in repr(made) + str(made) + made.model_dump_json()
