"""The pages of a hub with 100,000 packages: each answers within 200 ms."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from hub import clock
from hub.store import tables

PACKAGES = 100_000
LIMIT_SECONDS = 0.2
BEGAN = datetime(2026, 9, 1, tzinfo=UTC)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def fill(connection, packages=PACKAGES) -> None:
    """A province after two months: 300 agencies, one document in 100 refused, 2,000 deliveries still open."""
    verdicts = '{"verdict": "INDETERMINATE", "unsigned": true, "files": [' + '{"name": "x"},' * 30 + '{"name": "y"}]}'
    for start in range(0, packages, 1_000):
        made, sent = [], []
        for n in range(start, start + 1_000):
            at = clock.to_text(BEGAN + timedelta(seconds=50 * n))
            rejected = n % 100 == 7
            made.append({
                "id": str(uuid.UUID(int=n)), "identity": n.to_bytes(32, "big"), "sender": f"000.00.{n % 300:02}.H99",
                "sender_name": "Sở", "message_type": "edoc", "business_type": 0, "status_code": "",
                "document_id": f"000.00.{n % 300:02}.H99.2026.{n}", "sha256": f"{n:064x}", "size": 200_000,
                "status": "rejected" if rejected else "accepted", "door": "vxp", "system_id": f"s{n % 300}",
                "priority": 0, "subject": "Về việc " * 20, "number": str(n), "notation": "QĐ-UBND",
                "promulgated": "2026-11-21", "year": "2026", "received_at": at, "attachments": "[]" + " " * 300,
                "warnings": "[]", "verdict": "INDETERMINATE", "verdicts": verdicts,
            })  # fmt: skip
            status = "available" if n >= packages - 2_000 else "delivered"
            sent.append({
                "id": str(uuid.UUID(int=n + (1 << 64))), "package_id": str(uuid.UUID(int=n)),
                "recipient": f"000.00.{n % 299:02}.H99", "written_as": f"000.00.{n % 299:02}.H99",
                "system_id": f"s{n % 299}", "connector": "pull", "status": status, "message_type": "edoc", "urgency": 0,
                "created_at": at, "attempts": 0, "recall_state": "none",
            })  # fmt: skip
        connection.execute(insert(tables.packages), made)
        connection.execute(insert(tables.deliveries), sent)


async def test_pages_are_quick_with_a_hundred_thousand_packages(operator, hub):
    await hub.db.write(fill)
    hub.clock = clock.FakeClock(BEGAN + timedelta(seconds=50 * PACKAGES))
    await operator.sign_in("van-hanh", form_token=(await operator.get("/console/login?lang=vi")).form_token)
    paths = [
        "/console",
        "/console/packages",
        "/console/packages?before=50000",
        "/console/packages?status=rejected",
        "/console/packages?status=quarantined",
        "/console/packages?q=4321",
        "/console/packages?q=99999/QĐ-UBND",
        "/console/packages?q=000.00.21.H99.2026.54321",
        f"/console/packages?q={uuid.UUID(int=99)}",
        "/console/packages?q=khong-co-van-ban-nay",
        f"/console/packages/{uuid.UUID(int=77_777)}",
        "/console/deliveries?recipient=000.00.21.H99&status=available",
    ]

    slow = {}
    for path in paths:
        taken = []
        for _ in range(5):
            began = time.perf_counter()
            page = await operator.get(path)
            taken.append(time.perf_counter() - began)
            assert page.status in (200, 303), path
        if min(taken) > LIMIT_SECONDS:  # the best of five: the machine may have other work
            slow[path] = f"{min(taken):.3f} s"

    assert not slow


async def test_the_next_page_begins_where_this_one_ends(operator, hub):
    await hub.db.write(lambda connection: fill(connection, 1_000))

    seen: list[str] = []
    path = "/console/packages"
    for _ in range(3):
        page = await operator.get(path)
        found = [part.split('"')[0] for part in page.text.split('href="/console/packages/')[1:]]
        seen += found
        path = page.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")

    assert seen == [str(uuid.UUID(int=n)) for n in range(999, 849, -1)]
