"""Where a person stands in the books, and that it is known who asked."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from agency_registry import edit
from edxml.testing import make_package
from hub import admin
from hub.store import personal, tables

A, B = "000.00.01.H99", "000.00.02.H99"


async def ask(hub, wanted, purpose="đề nghị của chính người đó"):
    return await admin.answer(hub, "personal.find", {"wanted": wanted, "purpose": purpose, "operator": "op"})


async def asked(hub):
    query = select(tables.events).where(tables.events.c.type == "content.opened")
    return await hub.db.read(lambda connection: connection.execute(query).all())


@pytest.mark.parametrize("wanted", ["nguyễn văn an", "NGUYỄN  VĂN AN", "Nguyễn Văn An"])
async def test_a_name_is_found_however_it_is_written(sender, recipient, wanted):
    """law: P-05 Luật 91/2025 Đ4"""
    sent = await sender.give(make_package(A, B, subject="Khen thưởng ông Nguyễn Văn An"))

    found = (await ask(sender.hub, wanted))["result"]

    assert {"table": "packages", "field": "subject", "about": sent.package_id} in found["places"]
    assert found["fields"]["packages.subject"] == 1
    assert found["sealed"] >= 1
    assert "Khen thưởng" not in json.dumps(found, ensure_ascii=False)


async def test_a_phone_is_found_with_and_without_blanks(province, sender):
    """law: P-05"""
    await province.change(lambda connection: edit.add_agency(connection, "000.00.09.H99", "Sở X", phone="0912 345 678"))

    found = (await ask(sender.hub, "0912.345.678"))["result"]

    assert found["places"] == [{"table": "agencies", "field": "phone", "about": "000.00.09.H99"}]


async def test_who_asked_and_why_is_recorded_but_not_for_whom(sender, recipient):
    """law: P-08, P-01 Luật 91/2025 Đ3"""
    await ask(sender.hub, "Nguyễn Văn An", "đơn số 12 ngày 02/3")

    [line] = await asked(sender.hub)
    assert line.actor == "user:op"
    assert json.loads(line.detail) == {"what": "personal_data", "purpose": "đơn số 12 ngày 02/3", "found": 0}


@pytest.mark.parametrize(
    ("wanted", "purpose", "code"), [("Nguyễn Văn An", " ", "reason_required"), ("An", "x", "usage")]
)
async def test_without_a_purpose_or_with_too_little_nothing_is_looked_up(sender, wanted, purpose, code):
    """law: P-01"""
    assert (await ask(sender.hub, wanted, purpose))["error"]["code"] == code
    assert await asked(sender.hub) == []


def test_every_column_of_free_text_is_looked_through():
    """law: P-05, P-02: a new column of text is listed in hub/store/personal.py, or here with its reason."""
    ours = {  # ids, codes, digests and values of the hub's own, by table
        "packages": {"document_id", "document_key", "number", "notation"},
        "deliveries": {"arrival_number", "arrival_date"},
        "events": {"canonical", "receipt"},  # of a detail that is looked through, persons' words as digests
        "items": {"state_text"},
        "endpoints": {"last_error"},
        "state": {"value"},
        "users": {"password"},
        "revocation_answers": {"url"},
        "calendar_days": {"name", "source"},
        "calendar_hours": {"hours", "source"},
        "confirmations": {"args", "answer"},  # wrapped, or the summary's own
        "reviews": {"document_key"},
        "heartbeats": {"detail"},  # counts and codes a connector tells of itself
        "collected": {"value"},  # our own answer to an offer, until it was given
        "webhooks": {"url", "events", "last_error"},
        "calls": {"detail"},  # codes and figures, never content
        "text_messages": {"reason"},  # of a gateway that did not answer
    }
    known = {**personal.COLUMNS, **personal.NAMED}
    texts = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.columns
        if str(column.type) == "TEXT"
    }
    listed = {f"{name}.{one}" for name, columns in known.items() for one in columns}

    assert texts - listed - {f"{name}.{one}" for name, columns in ours.items() for one in columns} == set()


def test_the_books_have_no_column_for_staff():
    """law: P-02 Luật 91/2025 Đ3"""
    names = {column.name for table in tables.metadata.tables.values() for column in table.columns}

    assert names.isdisjoint({"phone", "email", "mobile", "staff", "staff_name", "department"})
