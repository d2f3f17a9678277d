"""Long lists: 120,000 agencies, and one system with 100,000 deliveries waiting.

The waiting rows are written straight into the tables (without content): sending them would take minutes and measure
something else. What is measured are the doors' answers.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from hub import clock
from hub.cli.bench import province
from hub.cli.bench.doors import SENDER, Credential, NativeDoor, VxpDoor, receiver
from hub.cli.bench.wire import Connection

AGENCIES = 120_000
WAITING = 100_000
TIMES = 15


async def fill(folder: Path, who: Credential) -> None:
    """Register the agencies and write the waiting rows, while no server runs."""
    csv = folder / "many.csv"
    lines = (f"000.{n % 1000:03}.{n // 1000:03}.W99,Đơn vị số {n}" for n in range(AGENCIES))
    csv.write_text("organ_id,name\n" + "\n".join(lines) + "\n", encoding="utf-8")
    await province.truc("agency", "import", str(csv), "--config", str(folder / "hub.toml"))
    _waiting_rows(folder / "truc.db", who.system_id)


async def measure(server: province.Server, sender: Credential, who: Credential) -> dict[str, object]:
    """Median seconds and bytes of each long list's answer."""
    line = Connection(server.host, server.port)
    native = NativeDoor()
    await native.sign_in(line, who)
    vxp, asking = VxpDoor(who), VxpDoor(sender)

    async def whole(path: str, door: VxpDoor) -> int:
        _, body = await line.request("POST", path, (), door.signed_call())
        return len(body)

    async def page() -> int:
        return len(await native.offers(line))

    report: dict[str, object] = {"agencies": AGENCIES, "waiting": WAITING}
    report |= await _timed("agencies_list", lambda: whole("/getAgenciesList", asking))
    report |= await _timed("inbox_page_50", page)
    report |= await _timed("received_list_1000", lambda: whole("/getReceivedEdocList", vxp))
    report |= await _timed("count", lambda: whole("/countReceiveEdoc", vxp))
    line.close()
    return report


async def _timed(name: str, call: Callable[[], Awaitable[int]]) -> dict[str, object]:
    seconds = []
    size = 0
    for _ in range(TIMES):
        started = time.perf_counter()
        size = await call()
        seconds.append(time.perf_counter() - started)
    return {
        f"{name}_first_ms": round(1000 * seconds[0], 1),
        f"{name}_ms": round(1000 * statistics.median(seconds), 1),
        f"{name}_size": size,
    }


def _waiting_rows(path: Path, system_id: str) -> None:
    """100,000 packages with one available delivery and one open item each."""
    at = clock.to_text(datetime.now(UTC))
    packages, deliveries, items = [], [], []
    for number in range(WAITING):
        package_id, delivery_id, item_id = str(uuid.uuid4()), str(uuid.uuid4()), str(uuid.uuid4())
        document_id = f"{SENDER},2026/11/21,{number}/TM"
        packages.append(
            {
                "id": package_id,
                "identity": uuid.uuid4().bytes,
                "sender": SENDER,
                "sender_name": "Sở Thử nghiệm A",
                "message_type": "edoc",
                "business_type": 0,
                "status_code": "",
                "document_id": document_id,
                "sha256": "0" * 64,
                "size": 1,
                "status": "accepted",
                "door": "api",
                "system_id": "he-thong-0",
                "priority": 0,
                "subject": "Văn bản chờ nhận",
                "number": str(number),
                "notation": "TM",
                "promulgated": "2026/11/21",
                "year": "2026",
                "received_at": at,
                "attachments": "[]",
                "warnings": "[]",
                "verdict": "UNSIGNED",
                "verdicts": "{}",
            }
        )
        common = {"package_id": package_id, "system_id": system_id, "message_type": "edoc", "created_at": at}
        deliveries.append(
            {
                **common,
                "id": delivery_id,
                "item_id": item_id,
                "recipient": receiver(0),
                "written_as": receiver(0),
                "connector": "pull",
                "status": "available",
                "urgency": 0,
                "attempts": 0,
                "recall_state": "none",
            }
        )
        items.append(
            {
                **common,
                "id": item_id,
                "state": "initial",
                "state_text": "",
                "urgency": 0,
                "updated_at": at,
                "listed": 0,
                "listed_at": "",
            }
        )
    with sqlite3.connect(path) as connection:
        for table, rows in (("packages", packages), ("deliveries", deliveries), ("items", items)):
            names = list(rows[0])
            marks = ", ".join(f":{name}" for name in names)
            # table and column names are this file's own
            connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608
    connection.close()
