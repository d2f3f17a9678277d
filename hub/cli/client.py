"""`truc inbox|get|status|declare|withdraw`: a system's side of the native API."""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, EXIT_NO, CannotNowError, CommandError
from hub.cli.http_client import API, Client
from hub.web import words

_CODES = ("01", "02", "03", "04", "05", "06", "15", "16")
_REASONS = (
    "BAD_SIGNATURE", "CORRUPT", "INCOMPLETE", "WRONG_RECIPIENT", "SECRET", "EXCLUDED_KIND", "BAD_FORMAT", "VIRUS",
    "DUPLICATE", "UNSIGNED_REQUIRED", "OTHER",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """By the command's name."""
    _COMMANDS[parser.get_default("command")][0](parser)


def run(arguments: argparse.Namespace) -> int:
    """By the command's name."""
    return _COMMANDS[arguments.command][1](Client.from_environment(), arguments)


def _inbox_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--cursor", help="`next` của trang trước / of the page before")
    parser.add_argument(
        "--wait", type=int, default=0, metavar="SECONDS", help="chờ tới khi có văn bản / until there is one"
    )
    parser.add_argument("--recipient", metavar="ORGAN_ID", help="chỉ của cơ quan này / of this agency only")


def _inbox(client: Client, arguments: argparse.Namespace) -> int:
    query = {name: getattr(arguments, name) for name in ("limit", "cursor", "wait", "recipient")}
    answer = client.get(f"{API}/inbox", query)
    rows = [
        (item["delivery_id"], item["from"], f"{item['number']}/{item['notation']}".strip("/"), item["subject"])
        for item in answer["items"]
    ]
    more = f"\nTrang sau / next page: --cursor {answer['next']}" if answer["next"] else ""
    line.show(arguments, answer, lambda: line.columns(rows) + more)
    return EXIT_DONE


def _get_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("delivery_id")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="thư mục ghi, mặc định thư mục này")
    parser.add_argument(
        "--no-ack", action="store_true", help="chưa xác nhận đã nhận, chưa báo 01 / no acknowledgement and no 01 yet"
    )


def _get(client: Client, arguments: argparse.Namespace) -> int:
    """Lease, fetch to a file, put it on disk, acknowledge, and only then say 01; given again, the rest is done."""
    base = f"{API}/inbox/{arguments.delivery_id}"
    try:
        lease = client.post(f"{base}/lease", {})
    except CommandError as refusal:
        if refusal.code != "state_conflict" or arguments.no_ack:
            raise
        return _got_before(client, arguments, base)
    target = arguments.out / f"{Path(arguments.delivery_id).name}.edxml"
    digest, size = _save(client, lease["content"], target)
    answer: dict[str, Any] = {"file": str(target), "sha256": digest, "size": size, "receipt": None, "status": None}
    if not arguments.no_ack:
        answer["receipt"] = client.post(f"{base}/ack", {"lease": lease["lease"], "sha256": digest})["receipt"]
        target.with_suffix(".receipt.jws").write_text(str(answer["receipt"]), encoding="ascii")
        answer["status"] = _say_arrived(client, base)
    line.show(arguments, answer, f"{target}  {size} byte  sha256 {digest}")
    return EXIT_DONE


def _say_arrived(client: Client, base: str) -> str | None:
    """01 by itself: it is the same message however often it is said. None when it cannot be said of this delivery."""
    try:
        client.post(f"{base}/status", {"code": "01"})  # law: R-121 QĐ28 Đ10.2h
    except CannotNowError:
        raise
    except CommandError as refusal:
        if refusal.code != "not_found":  # a status message: nobody is told that it arrived
            table.say(f"Chưa báo được 01: {refusal.vietnamese}")
        return None
    return "01"


def _got_before(client: Client, arguments: argparse.Namespace, base: str) -> int:
    """It was fetched and acknowledged before; 01 is said once more, in case it was lost then."""
    answer = {"file": None, "sha256": None, "size": None, "receipt": None, "status": _say_arrived(client, base)}
    line.show(arguments, answer, f"{arguments.delivery_id}: đã nhận từ trước / fetched before")
    return EXIT_DONE


def _save(client: Client, path: str, target: Path) -> tuple[str, int]:
    """Fetch into `target`, whole or not at all; gives SHA-256 and size."""
    part = target.with_suffix(".part")
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as file:
            for piece in client.download(path):
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as cause:
        part.unlink(missing_ok=True)
        raise CannotNowError(f"Không ghi được {target}: {cause}", f"Cannot write {target}: {cause}") from cause
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def _status_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="package_id để xem; delivery_id khi có --code / to look at, or to report on")
    parser.add_argument(
        "--code",
        choices=_CODES,
        metavar="MÃ",
        help="01 đã đến, 02 từ chối, 03 tiếp nhận, 04 phân công, 05 đang xử lý, "
        "06 hoàn thành, 15 đồng ý, 16 từ chối việc lấy lại, thu hồi, cập nhật / what is reported",
    )
    parser.add_argument(
        "--report", choices=("error", "incident"), help="báo sai sót, sự cố của delivery_id (với --description)"
    )
    parser.add_argument("--description", metavar="LỜI", help="lời kèm theo / words for the sender")
    parser.add_argument("--reason", help="lý do, cần khi từ chối / needed for a refusal")
    parser.add_argument("--reason-code", choices=_REASONS, metavar="CODE", help=f"với 02: {', '.join(_REASONS)}")
    parser.add_argument("--staff", metavar="HỌ_TÊN", help="người xử lý, cần khi có --reason-code / who acts")
    parser.add_argument("--department", metavar="ĐƠN_VỊ", help="đơn vị của người xử lý / the unit")
    parser.add_argument("--arrival-number", help="số đến")
    parser.add_argument("--arrival-date", metavar="YYYY-MM-DD", help="ngày đến")
    parser.add_argument(
        "--destroyed", action="store_true", help="với 15: bản bị thu hồi đã được hủy / the copy is destroyed"
    )


def _status(client: Client, arguments: argparse.Namespace) -> int:
    if arguments.report is not None:
        return _report(client, arguments)
    if arguments.code is None:
        answer = client.get(f"{API}/packages/{arguments.id}")
        line.show(arguments, answer, lambda: _looked_at(answer))
        return EXIT_DONE
    fields = ("code", "description", "reason", "reason_code", "arrival_number", "arrival_date")
    body: dict[str, object] = {name: getattr(arguments, name) for name in fields}
    body["destroyed"] = arguments.destroyed
    if arguments.staff or arguments.department:
        body["staff"] = {"name": arguments.staff or "", "department": arguments.department or ""}
    answer = client.post(f"{API}/inbox/{arguments.id}/status", body)
    line.show(arguments, answer, lambda: _said(arguments, answer))
    return EXIT_DONE


def _looked_at(answer: dict[str, Any]) -> str:
    rows = []
    for one in answer["deliveries"]:
        notes = [words.BUSINESS[one["business_status"]][0]] if one.get("business_status") in words.BUSINESS else []
        if one.get("recall_state", "none") != "none":
            notes.append(f"thu hồi, lấy lại: {words.RECALL[one['recall_state']][0]}")
        if one["status"] == "not_connected":
            notes.append("cần bản giấy / paper is to be issued")
        rows.append((one["recipient"], line.both(words.DELIVERY[one["status"]]), "; ".join(notes)))
    replaced = f"\nĐược thay thế bởi / replaced by {answer['replaced_by']}" if answer.get("replaced_by") else ""
    return f"{line.both(words.PACKAGE[answer['status']])}\n{line.columns(rows)}{replaced}"


def _report(client: Client, arguments: argparse.Namespace) -> int:
    body = {"kind": arguments.report, "text": arguments.description or "", "staff": arguments.staff}
    answer = client.post(f"{API}/inbox/{arguments.id}/report", body)
    line.show(arguments, answer, f"{arguments.id}: đã báo cho nơi gửi / reported to the sender")
    return EXIT_DONE


def _said(arguments: argparse.Namespace, answer: dict[str, Any]) -> str:
    notes = [f"lưu ý / note: {one['title']}" for one in answer["warnings"]]
    return "\n".join([f"{arguments.id}: đã báo {arguments.code} / reported", *notes])


def _withdraw_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package_id")
    parser.add_argument("--reason", required=True, help="lý do / why")
    parser.add_argument(
        "--kind", choices=("auto", "cancel", "take_back", "recall"), default="auto",
        help="auto (mặc định) trục chọn; cancel hủy bản chưa rời trục; take_back lấy lại; recall thu hồi",
    )  # fmt: skip
    parser.add_argument(
        "--recipient", dest="recipients", action="append", metavar="ORGAN_ID", help="mặc định mọi nơi nhận"
    )


def _withdraw(client: Client, arguments: argparse.Namespace) -> int:
    body = {"reason": arguments.reason, "kind": arguments.kind, "recipients": arguments.recipients}
    answer = client.post(f"{API}/packages/{arguments.package_id}/withdraw", body)
    line.show(arguments, answer, lambda: line.columns([_asked_back(row) for row in answer["recipients"]]))
    refused = all(row["recall_state"] == "refused" for row in answer["recipients"])
    return EXIT_NO if refused and answer["recipients"] else EXIT_DONE


def _asked_back(row: dict[str, Any]) -> tuple[str, ...]:
    notes = [words.BUSINESS[row["business_status"]][0]] if row["business_status"] in words.BUSINESS else []
    if row["kept"]:
        notes.append("nơi nhận được giữ, theo quy định của tỉnh / it keeps its copy by the province's rule")
    if row["replied_by"]:
        notes.append(f"đã trả lời bằng / answered by {row['replied_by']}")
    return row["recipient"], line.both(words.RECALL[row["recall_state"]]), "; ".join(notes)


def _declare_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package_id")
    parser.add_argument("--by", required=True, metavar="HỌ_TÊN", help="văn thư chịu trách nhiệm / who answers for it")


def _declare(client: Client, arguments: argparse.Namespace) -> int:
    body = {"declaration": "not_secret", "declared_by": arguments.by}
    answer = client.post(f"{API}/packages/{arguments.package_id}/declare", body)
    line.show(arguments, answer, f"{answer['package_id']}: {answer['status']}")
    return EXIT_DONE


_COMMANDS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], Callable[[Client, argparse.Namespace], int]]] = {
    "inbox": (_inbox_arguments, _inbox),
    "get": (_get_arguments, _get),
    "status": (_status_arguments, _status),
    "withdraw": (_withdraw_arguments, _withdraw),
    "declare": (_declare_arguments, _declare),
}
