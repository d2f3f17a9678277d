"""A document whose page 1 looks marked secret is kept back at every door; nothing of its content is in the books."""

from __future__ import annotations

import json

import pytest

from edxml.testing import make_package
from edxml.testing.pages import Line, official_page, scanned_page
from hub.flow import intake
from hub.store import packages

A, B, OUTSIDE = "000.00.01.H99", "000.00.02.H99", "000.00.00.G22"
STAMP = Line("TỐI MẬT", 110, 132)
PAGE = official_page("7/SNV-VP", more=[STAMP, Line("Trích yếu XYZZY", 100, 300)])


@pytest.mark.parametrize("door", ["api", "page", "vxp", "axis"])
async def test_a_stamp_on_page_1_keeps_the_package_back_at_every_door(sender, recipient, door):  # law: R-012 NĐ30 PL I
    data = make_package(OUTSIDE if door == "axis" else A, (B,), number="7", attachments=[("vb.pdf", PAGE)])

    async def body():
        yield data

    accepted = await intake.accept(sender.hub, body(), intake.Submission(sender.system, door, declared=True))

    row = await sender.hub.db.read(lambda connection: packages.get(connection, accepted.package_id))
    assert (row.status, row.held_for) == ("held", "secret_stamp")
    assert "XYZZY" not in json.dumps(row.checks, ensure_ascii=False)


async def test_a_stamp_in_a_second_file_counts_too(ask):
    files = [("vb.pdf", official_page("7/SNV-VP")), ("phu-luc.pdf", PAGE)]

    said = await ask("api", attachments=files)

    assert said.records["secret_stamp"]["where"] == "phu-luc.pdf"


async def test_a_scan_is_not_held_and_its_number_not_missed(ask):
    said = await ask("vxp", attachments=[("vb.pdf", scanned_page(150, "grey"))])

    assert said.outcome("secret_stamp") is None
    assert said.outcome("page_metadata") is None
    assert said.outcome("scan") == "record"


@pytest.mark.parametrize("door", ["api", "vxp"])
async def test_number_urgency_and_size_never_stop_a_package(ask, door):  # law: R-076 TT Đ7.2.2, R-057 NĐ30 PL I.III.2b
    page = official_page("8/SNV-VP", more=[Line("HỎA TỐC", 100, 132)])

    said = await ask(door, attachments=[("vb.pdf", page)], priority=1)

    assert said.outcome("page_metadata") == "warn"
    assert said.outcome("urgency_stamp") == "warn"
    assert said.records["urgency_stamp"]["detail"].endswith("shown as 3")
