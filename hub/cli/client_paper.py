"""`truc paper list|issued|returned`: the register of documents sent by post, and the clerk's entries in it."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from datetime import UTC, datetime
from typing import Any

from hub import clock
from hub.cli import line, table
from hub.cli.errors import EXIT_DONE
from hub.cli.http_client import API, Client

_HEADING = ("Ngày", "Số, ký hiệu văn bản", "Nơi nhận", "Số lượng bì", "Ký nhận và dấu bưu điện", "Ghi chú")
"""The columns of Sổ gửi văn bản đi bưu điện.  law: R-220 NĐ30 PL IV.III"""
_WHY = {
    "paper_only": "chỉ bản giấy", "both": "điện tử và bản giấy", "not_connected": "chưa kết nối",
    "given_up": "không giao được điện tử",
}  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PAGE = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, issued, returned."""
    actions = table.add_actions(parser)
    listed = actions.add_parser("list", help="nơi nhận cần bản giấy / recipients that get paper")
    listed.add_argument("package_id", nargs="?", help="chỉ của văn bản này / of this document only")
    listed.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help="gửi từ ngày / sent from")
    listed.add_argument("--to", dest="last", metavar="YYYY-MM-DD", help="đến hết ngày / to")
    listed.add_argument("--open", action="store_true", help="chỉ dòng chưa phát hành / only what is not issued yet")
    listed.add_argument("--csv", action="store_true", help="sổ gửi văn bản đi bưu điện, CSV / the postal register")
    issued = actions.add_parser("issued", help="ghi đã in, đóng dấu, gửi bản giấy / paper was issued")
    issued.add_argument("--copies", type=int, required=True, help="số bản / copies")
    issued.add_argument("--envelopes", type=int, default=1, help="số bì / envelopes")
    issued.add_argument("--note", default="", help="ghi chú / note")
    returned = actions.add_parser("returned", help="ghi đã nhận lại bản giấy của văn bản thu hồi / paper came back")
    for one in (issued, returned):
        one.add_argument("package_id")
        one.add_argument("--recipient", required=True, metavar="ORGAN_ID")
        one.add_argument("--on", default=_today(), metavar="YYYY-MM-DD", help="ngày / the day")
        one.add_argument("--by", required=True, metavar="HỌ_TÊN", help="văn thư / the clerk")


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub, then print."""
    client = Client.from_environment()
    if arguments.action != "list":
        answer = client.post(f"{API}/packages/{arguments.package_id}/paper", _entry(arguments))
        line.show(arguments, answer, lambda: line.columns([_row(one) for one in answer["items"]]))
        return EXIT_DONE
    items = _items(client, arguments)
    if arguments.open:
        items = [one for one in items if not one["copies"]]
    if arguments.csv and not arguments.json:
        sys.stdout.write(register(items))
    else:
        line.show(arguments, {"items": items}, lambda: line.columns([_row(one) for one in items]))
    return EXIT_DONE


def register(items: list[dict[str, Any]]) -> str:
    """The lines as the register of documents sent by post; the column for receipt and post mark stays empty."""
    # law: R-220 NĐ30 PL IV.III
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADING)
    for one in items:
        where = one["name"] or one["recipient"]
        told = (one["issued_on"], _number(one), where, one["envelopes"] or "", "", _note(one))
        writer.writerow([_plain(str(cell)) for cell in told])
    return out.getvalue()


def _items(client: Client, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    if arguments.package_id:
        of_one: list[dict[str, Any]] = client.get(f"{API}/packages/{arguments.package_id}/paper")["items"]
        return of_one
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = {"from": arguments.first, "to": arguments.last, "limit": _PAGE, "cursor": cursor}
        page = client.get(f"{API}/paper", query)
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def _entry(arguments: argparse.Namespace) -> dict[str, Any]:
    entry: dict[str, Any] = {"recipient": arguments.recipient, "by": arguments.by}
    if arguments.action == "returned":
        return {**entry, "returned_on": arguments.on}
    more = {"copies": arguments.copies, "envelopes": arguments.envelopes, "note": arguments.note}
    return {**entry, **more, "issued_on": arguments.on}


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    state = f"{one['copies']} bản, {one['issued_on']}" if one["copies"] else "chưa phát hành / not issued"
    return (one["package_id"], _number(one), one["recipient"], one["name"], _WHY[one["why"]], state)


def _note(one: dict[str, Any]) -> str:
    back = f"thu hồi, đã về {one['returned_on']}" if one["returned_on"] else ""
    waits = "thu hồi, bản giấy chưa về" if one["open_return"] else ""
    return "; ".join(filter(None, (_WHY[one["why"]], one["note"], back, waits)))


def _number(one: dict[str, Any]) -> str:
    return "/".join(part for part in (one["number"], one["notation"]) if part)


def _today() -> str:
    return clock.local(datetime.now(UTC)).date().isoformat()


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
