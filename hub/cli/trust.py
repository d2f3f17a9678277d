"""`truc trust`: whose signatures are believed. A running hub takes a change at once."""

from __future__ import annotations

import argparse
import base64
from pathlib import Path
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE

PURPOSES = ("state", "public", "tsa")
_WORDS = {
    "state": "chứng thư số công vụ của Nhà nước / State authorities",
    "public": "tổ chức chứng thực công cộng, chỉ cho cơ quan được mời tham gia / public, for invited organisations",
    "tsa": "cấp dấu thời gian / time-stamping",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, add, remove, reload."""
    actions = table.add_actions(parser)
    table.add_action(actions, "list", "Các chứng thư tin cậy, danh sách thu hồi đang có", "what is trusted")
    found = table.add_action(actions, "add", "Tin một chứng thư gốc hoặc trung gian", "trust a certificate")
    found.add_argument("file", type=Path, help="PEM hoặc DER, một hay nhiều chứng thư / one certificate or several")
    found.add_argument("--purpose", choices=PURPOSES, required=True, help="; ".join(
        f"{name}: {words}" for name, words in _WORDS.items()
    ))  # fmt: skip
    table.add_person(found)
    found = table.add_action(actions, "remove", "Thôi tin một chứng thư", "trust a certificate no more")
    found.add_argument("fingerprint", help="vân tay SHA-256, từ 8 chữ số trở lên / eight hex digits or more")
    table.add_person(found)
    found = table.add_action(actions, "reload", "Đọc lại thư mục trust/ sau khi sửa bằng tay", "read trust/ again")
    table.add_person(found)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    sent: dict[str, Any] = {"operator": getattr(arguments, "operator", None)}
    if arguments.action == "add":
        sent |= {"data": base64.b64encode(arguments.file.read_bytes()).decode("ascii"), "purpose": arguments.purpose}
    if arguments.action == "remove":
        sent["fingerprint"] = arguments.fingerprint
    answer = line.call(arguments.config, f"trust.{arguments.action}", sent)
    line.show(arguments, answer, lambda: _TEXTS[arguments.action](answer))
    return EXIT_DONE


def _listed(answer: dict[str, Any]) -> str:
    lines = _entries(answer)
    for one in answer["lists"]:
        mark = "QUÁ HẠN/outdated" if one["outdated"] else "còn hạn/current"
        lines.append(f"danh sách thu hồi/list {one['url']}: {one['as_of']} … {one['next_at'] or '?'} ({mark})")
    lines += [f"không trả lời/silent: {name}" for name in answer["silent"]]
    lines += [
        f"không được hỏi/not asked: {name}; cho phép bằng [revocation] hosts / allow it under [revocation] hosts"
        for name in answer["refused_hosts"]
    ]
    lines.append(f"văn bản chờ kiểm tra lại chữ ký/undecided: {answer['undecided']}")
    return "\n".join(lines)


def _added(answer: dict[str, Any]) -> str:
    return "\n".join([
        *_entries(answer),
        "Đối chiếu TỪNG vân tay trên với bản tổ chức chứng thực công bố, không qua kênh đã đưa tệp này tới.",
        "Sai thì gỡ ngay: truc trust remove VÂN_TAY.",
        "Compare EACH fingerprint with what the authority publishes, by another way than this file came.",
        "If one differs: truc trust remove FINGERPRINT.",
    ])  # fmt: skip


def _changed(answer: dict[str, Any]) -> str:
    return "\n".join(_entries(answer))


_TEXTS = {"list": _listed, "add": _added, "remove": _changed, "reload": _changed}


def _entries(answer: dict[str, Any]) -> list[str]:
    lines = []
    for one in answer["certificates"]:
        kind = "gốc/anchor" if one["anchor"] else "trung gian/intermediate"
        mark = ":".join(one["fingerprint"][at : at + 2] for at in range(0, 64, 2)).upper()
        lines += [
            f"[{one['purpose']}] {one['subject']} ({kind})",
            f"  cấp bởi/issuer: {one['issuer']}; số/serial: {one['serial']}",
            f"  hiệu lực/valid: {one['valid_from'][:10]} … {one['valid_to'][:10]}; tệp/file: {one['file']}",
            f"  SHA-256: {mark}",
        ]
    return lines or ["(trống / nothing)"]
