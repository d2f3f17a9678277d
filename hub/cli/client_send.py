"""`truc send`: documents through a hub; one edXML package as it is, or files with what belongs on the envelope."""

from __future__ import annotations

import argparse
import json
import mimetypes
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, EXIT_NO, WrongUseError
from hub.cli.http_client import API, PIECE_BYTES, Client

_OVER = frozenset({"delivered", "failed", "cancelled", "not_connected"})
_PACKAGE_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_POLL_SECONDS = 2.0
_PACKAGES = frozenset({".edxml", ".xml"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files and the envelope."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="một gói .edxml, hoặc các tệp / a package or files"
    )
    parser.add_argument("--from", dest="sender", metavar="ORGAN_ID", help="cơ quan gửi / sender")
    parser.add_argument(
        "--to", action="append", default=[], type=recipient, metavar="ORGAN_ID[:ROLE][/MODE]",
        help="nơi nhận, lặp lại được; ROLE: act thực hiện (mặc định), check kiểm tra, exchange trao đổi, know để biết; "
        "MODE: electronic (mặc định), both kèm bản giấy, paper chỉ bản giấy. Ví dụ 000.00.02.H99:know/both / recipient",
    )  # fmt: skip
    parser.add_argument(
        "--group", action="append", default=[], metavar="TÊN", help="danh sách nơi nhận đã lưu / a saved list"
    )
    parser.add_argument("--reply-by", dest="due_date", metavar="YYYY-MM-DD", help="yêu cầu trả lời, hạn / answer by")
    parser.add_argument(
        "--confirm", dest="request", action="store_const", const="confirmation",
        help="đề nghị xác nhận, cùng --reply-by / ask for a confirmation",
    )  # fmt: skip
    parser.add_argument(
        "--circulation", choices=("internal", "return"), help="lưu hành nội bộ, xem xong trả lại / its mark"
    )
    parser.add_argument("--paper-reason", help="vì sao gửi bản giấy / why paper goes along")
    parser.add_argument("--paper-by", dest="paper_decided_by", metavar="HỌ_TÊN", help="ai quyết định / by whose order")
    parser.add_argument("--check", action="store_true", help="chỉ kiểm tra thử, không gửi / check only, send nothing")
    parser.add_argument("--subject", help="trích yếu / subject")
    parser.add_argument("--document-id", help="mã văn bản, mặc định trục tự lập / the hub makes one")
    parser.add_argument("--number", help="số")
    parser.add_argument("--notation", help="ký hiệu, ví dụ CV-SNV")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="ngày ban hành / day of issue")
    parser.add_argument("--place", help="nơi ban hành / place of issue")
    parser.add_argument("--urgency", type=int, choices=range(5), help="0 thường ... 4 hỏa tốc hẹn giờ")
    parser.add_argument(
        "--not-secret", dest="declaration", action="store_const", const="not_secret",
        help="khai văn bản không chứa bí mật nhà nước / declare that it holds no state secret",
    )  # fmt: skip
    parser.add_argument(
        "--replaces", metavar="ID", help="thay thế văn bản này: package_id hoặc mã văn bản / the document it replaces"
    )
    parser.add_argument("--reason", help="lý do thay thế / why it is replaced")
    parser.add_argument("--watch", action="store_true", help="theo dõi tới khi mọi nơi nhận có kết quả / follow it")
    parser.add_argument("--watch-seconds", type=float, default=600.0, help="theo dõi tối đa, mặc định 600 giây")


def run(arguments: argparse.Namespace) -> int:
    """Send, and with --watch follow until every recipient has an outcome."""
    client = Client.from_environment()
    for path in arguments.files:
        if not path.is_file():
            raise WrongUseError(f"Không có tệp {path}", f"No such file: {path}", "not_found")
    envelope = _envelope(arguments)
    address = f"{API}/packages/dry-run" if arguments.check else f"{API}/packages{_replacing(arguments, envelope)}"
    if envelope is None:
        path = arguments.files[0]
        answer = client.upload(address, _pieces(path), "application/xml", path.stat().st_size)
    else:
        form = Form(envelope, arguments.files)
        answer = client.upload(address, form.pieces(), form.content_type, form.size)
    if arguments.check:
        line.show(arguments, answer, lambda: _preview(answer))
        return EXIT_DONE if all(one["code"] is None for one in answer["recipients"]) else EXIT_NO
    if not arguments.watch:
        line.show(arguments, answer, lambda: _text(answer))
        return EXIT_DONE
    table.say(_text(answer))
    final = _watch(client, answer["package_id"], arguments.watch_seconds)
    line.show(arguments, {**answer, "deliveries": final}, lambda: "\n".join(map(_delivery, final)))
    return EXIT_DONE if all(delivery["status"] == "delivered" for delivery in final) else EXIT_NO


class Form:
    """A multipart/form-data body (RFC 7578): `metadata`, then each file; its size is known before it is sent."""

    def __init__(self, metadata: dict[str, Any], files: list[Path]) -> None:
        self._boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={self._boundary}"
        text = json.dumps(metadata, ensure_ascii=False).encode()
        self._parts: list[tuple[bytes, bytes | Path]] = [(self._head("metadata", "", "application/json"), text)]
        for path in files:
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            self._parts.append((self._head("file", path.name, kind), path))
        self._end = f"--{self._boundary}--\r\n".encode()
        self.size = len(self._end) + sum(len(head) + _size(body) + 2 for head, body in self._parts)

    def pieces(self) -> Iterator[bytes]:
        """The body."""
        for head, body in self._parts:
            yield head
            if isinstance(body, bytes):
                yield body
            else:
                yield from _pieces(body)
            yield b"\r\n"
        yield self._end

    def _head(self, name: str, file: str, kind: str) -> bytes:
        escaped = file.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        as_file = f'; filename="{escaped}"' if file else ""
        head = f'Content-Disposition: form-data; name="{name}"{as_file}\r\nContent-Type: {kind}\r\n\r\n'
        return f"--{self._boundary}\r\n{head}".encode()


def _envelope(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """The metadata, or None when the one file is a package that carries its own."""
    to = [*arguments.to, *({"group": name} for name in arguments.group)]
    given = arguments.sender or to or arguments.subject
    if len(arguments.files) == 1 and arguments.files[0].suffix.lower() in _PACKAGES and not given:
        return None
    if not (arguments.sender and to and arguments.subject):
        raise WrongUseError(
            "Gửi tệp cần --from, --to (hoặc --group) và --subject; gói .edxml thì gửi một mình, không kèm các mục đó.",
            "Files need --from, --to (or --group) and --subject; an .edxml package is sent alone, without them.",
        )
    fields = (
        "document_id", "number", "notation", "date", "place", "urgency", "declaration", "due_date", "request",
        "circulation", "paper_reason", "paper_decided_by",
    )  # fmt: skip
    more = {name: getattr(arguments, name) for name in fields if getattr(arguments, name) is not None}
    if arguments.due_date is not None:
        more["reply_requested"] = True
    return {"from": arguments.sender, "to": to, "subject": arguments.subject, **more}


def _replacing(arguments: argparse.Namespace, envelope: dict[str, Any] | None) -> str:
    """Write what is replaced on the envelope; the end of the address when it is named by its package id."""
    if arguments.replaces is None:
        return ""
    if envelope is None or not arguments.reason:
        raise WrongUseError("--replaces cần --reason và gửi tệp.", "--replaces needs --reason and goes with files.")
    envelope |= {"kind": "replacement", "reason": arguments.reason}
    if _PACKAGE_ID.fullmatch(arguments.replaces):
        return f"/{arguments.replaces}/replace"
    envelope["replaces"] = [{"document_id": arguments.replaces}]
    return ""


def recipient(text: str) -> dict[str, str]:
    """One recipient as it is typed: `CODE[:ROLE][/MODE]`."""
    head, _, mode = text.partition("/")
    code, _, role = head.partition(":")
    said = {"code": code.strip(), "role": role.strip(), "mode": mode.strip()}
    return {name: value for name, value in said.items() if value}


def _watch(client: Client, package_id: str, seconds: float) -> list[dict[str, Any]]:
    until = time.monotonic() + seconds
    told: dict[str, str] = {}
    while True:
        deliveries: list[dict[str, Any]] = client.get(f"{API}/packages/{package_id}")["deliveries"]
        for delivery in deliveries:
            if told.get(delivery["delivery_id"]) != delivery["status"]:
                told[delivery["delivery_id"]] = delivery["status"]
                table.say(f"{time.strftime('%H:%M:%S')}  {_delivery(delivery)}")
        if all(delivery["status"] in _OVER for delivery in deliveries) or time.monotonic() > until:
            return deliveries
        time.sleep(_POLL_SECONDS)


def _text(answer: dict[str, Any]) -> str:
    lines = [f"{answer['status']}: {answer['document_id']} (package_id {answer['package_id']})"]
    lines += [f"  lưu ý/warning: {warning['title']}" for warning in answer["warnings"]]
    lines += [f"  {_delivery(delivery)}" for delivery in answer["deliveries"]]
    return "\n".join(lines)


def _preview(answer: dict[str, Any]) -> str:
    """Everybody by full name, before anything is sent.  law: R-104 HN Đ10.2c"""
    lines = [f"{answer['document_id']}: chưa gửi / not sent"]
    lines += [f"  lưu ý/warning: {warning['title']}" for warning in answer["warnings"]]
    for one in answer["recipients"]:
        how = "/".join(part for part in (one["role"], one["mode"]) if part)
        lines.append(f"  {one['name'] or '?'} ({one['recipient']}) {how}: {one['title'] or one['status']}")
    return "\n".join(lines)


def _delivery(delivery: dict[str, Any]) -> str:
    why = delivery.get("title") or delivery.get("reason") or ""
    return f"{delivery['recipient']}: {delivery['status']}" + (f" ({why})" if why else "")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _size(body: bytes | Path) -> int:
    return len(body) if isinstance(body, bytes) else body.stat().st_size
