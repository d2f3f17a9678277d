"""`truc system`: connected software, its secret and keys, the agencies it speaks for."""

from __future__ import annotations

import argparse
import base64
from pathlib import Path
from typing import Any

from hub.cli import line, system_import, system_log, table
from hub.cli.errors import EXIT_DONE, WrongUseError

_PAPERS = ("security_level", "security_decision", "conformity", "contact")
_NOT_SENT = {"command", "action", "key_action", "config", "json"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: add, import, set, attach, detach, rotate, suspend, activate, key …, list, show, log."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "add", "Đăng ký hệ thống; khóa bí mật chỉ hiện một lần", "register a system")
    found.add_argument("name")
    found.add_argument("--for", dest="for", action="append", required=True, metavar="ORGAN_ID", nargs="+",
                       help="cơ quan mà hệ thống gửi nhận thay / agencies it speaks for")  # fmt: skip
    found.add_argument("--connector", default="pull", help="cách giao nhận, mặc định pull / how it is reached")
    found.add_argument("--setting", dest="settings", action="append", default=[], metavar="NAME=VALUE",
                       help="thiết lập của connector / a setting of the connector")  # fmt: skip
    found.add_argument("--address", dest="networks", action="append", default=[], metavar="NET",
                       help="mạng được phép gọi, mặc định mọi nơi / where it may call from")  # fmt: skip
    found.add_argument("--state", choices=("active", "proposed"))
    _add_report(found)
    found.add_argument("--item-per-agency", action="store_true")
    found.add_argument("--replace", action="store_true", help="thay hệ thống đang nhận cho các cơ quan này")
    _add_part(found)
    _add_paper(found)
    table.add_person(found)
    system_import.add(actions)
    found = table.add_action(actions, "set", "Sửa những gì được nêu", "change what is given")
    found.add_argument("system_id")
    found.add_argument("--name")
    found.add_argument("--connector", help="cách giao nhận / how it is reached")
    found.add_argument("--setting", dest="settings", action="append", metavar="NAME=VALUE",
                       help="thiết lập của connector; NAME= là bỏ / a setting of the connector")  # fmt: skip
    found.add_argument("--address", dest="networks", action="append", metavar="NET",
                       help="mạng được phép gọi, thay cho mọi mạng đã ghi / where it may call from")  # fmt: skip
    _add_paper(found)
    table.add_person(found)
    found = table.add_action(actions, "attach", "Giao thêm cơ quan; hoặc là hệ thống thứ hai của cơ quan",
                             "let it speak for agencies, or be their other system")  # fmt: skip
    _add_served(found)
    _add_part(found)
    found.add_argument("--speaks-only", action="store_true", help="chỉ gửi thay, không nhận / sends only")
    found.add_argument("--replace", action="store_true", help="thay hệ thống đang nhận cho các cơ quan này")
    table.add_person(found)
    found = table.add_action(actions, "detach", "Thôi giao cơ quan", "let it speak for agencies no longer")
    _add_served(found)
    table.add_person(found)
    found = table.add_action(actions, "rotate", "Cấp khóa bí mật mới", "give it a new secret")
    found.add_argument("system_id")
    found.add_argument("--keep-hours", type=float, default=24.0, help="khóa cũ còn dùng được bao lâu, mặc định 24 giờ")
    table.add_person(found)
    for name, vietnamese, english in (
        ("suspend", "Tạm ngừng", "stop it from calling"),
        ("activate", "Cho hoạt động", "let it work"),
    ):
        found = table.add_action(actions, name, vietnamese, english)
        found.add_argument("system_id")
        if name == "activate":
            _add_report(found)
        table.add_person(found)
    _add_keys(table.add_action(actions, "key", "Khóa công khai, chứng thư của hệ thống", "its public keys"))
    table.add_action(actions, "list", "Liệt kê", "list systems")
    system_log.add(actions)
    found = table.add_action(actions, "show", "Xem một hệ thống và giấy tờ của nó", "one system and its papers")
    found.add_argument("system_id")


def _add_report(parser: argparse.ArgumentParser) -> None:
    """--report."""
    parser.add_argument("--report", type=_report, metavar="FILE", help="báo cáo có chữ ký, từ truc connector check "
                        "/ signed report of the conformance kit")  # fmt: skip


def _report(file: str) -> str:
    """The text of a report. Raises OSError."""
    return Path(file).read_text(encoding="ascii", errors="replace")


def _add_served(parser: argparse.ArgumentParser) -> None:
    """The system and --for."""
    parser.add_argument("system_id")
    parser.add_argument("--for", dest="for", action="append", required=True, metavar="ORGAN_ID", nargs="+",
                        help="cơ quan / agencies")  # fmt: skip


def _add_part(parser: argparse.ArgumentParser) -> None:
    """--part, of a system beside the one that receives."""
    parser.add_argument("--part", choices=("second", "standby", "application"),
                        help="second: chỉ lưu bản sao, hệ thống chính trả lời; standby: nhận khi hệ thống chính ngừng; "
                        "application: nhận và trả lời văn bản gắn mã hồ sơ một cửa / stores copies, receives in need, "
                        "or handles what is tied to a dossier")  # fmt: skip


def _add_paper(parser: argparse.ArgumentParser) -> None:
    """--undertaking, what shows its security and conformity, and --quota."""
    parser.add_argument("--undertaking", metavar="SỐ", help="số, ngày văn bản cam kết không gửi bí mật nhà nước / "
                        "number and date of its undertaking to send no state secrets")  # fmt: skip
    parser.add_argument("--security-level", choices=("1", "2", "3", "4", "5", ""), metavar="1-5",
                        help="cấp độ an toàn hệ thống thông tin / its security level")  # fmt: skip
    parser.add_argument("--security-decision", metavar="SỐ", help="số, ngày phê duyệt cấp độ / its approval")
    parser.add_argument("--conformity", metavar="SỐ", help="phiên bản QCVN 102, số công bố hợp quy / QCVN 102 version "
                        "and declaration of conformity")  # fmt: skip
    parser.add_argument("--contact", metavar="AI", help="đầu mối: tên, điện thoại / who answers for it")
    parser.add_argument("--quota", dest="quotas", action="append", metavar="NAME=N", help="requests_per_second, "
                        "packages_per_minute, bytes_per_day; mặc định theo [limits]")  # fmt: skip


def _add_keys(parser: argparse.ArgumentParser) -> None:
    """Third words of `truc system key`."""
    actions = parser.add_subparsers(dest="key_action", required=True, metavar="ACTION", parser_class=table.Parser)
    found = table.add_action(actions, "add", "Thêm khóa công khai (PEM, JWK) hoặc chứng thư TLS", "register a key")
    found.add_argument("system_id")
    found.add_argument("file", type=Path)
    table.add_person(found)
    found = table.add_action(actions, "list", "Liệt kê", "list keys")
    found.add_argument("system_id")
    found = table.add_action(actions, "remove", "Gỡ một khóa", "end a key")
    found.add_argument("system_id")
    found.add_argument("thumbprint", help="8 ký tự đầu trở lên / its first 8 digits or more")
    found.add_argument("--keep-hours", type=float, default=0.0, help="còn dùng được bao lâu, mặc định 0")
    table.add_person(found)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    if arguments.action == "import":
        return system_import.run(arguments)
    if arguments.action == "log":
        return system_log.run(arguments)
    args: dict[str, Any] = {name: value for name, value in vars(arguments).items() if name not in _NOT_SENT}
    if arguments.action == "key":
        return _run_key(arguments, args)
    if "for" in args:
        args["for"] = [organ_id for group in args["for"] for organ_id in group]
    if arguments.action == "add":
        args["settings"] = dict(map(_setting, arguments.settings))
    if arguments.action == "set":
        args["settings"] = _changed(arguments.settings or [])
    papers = {name: args.pop(name, None) for name in _PAPERS}
    if arguments.action in {"add", "set"}:
        args["papers"] = {name: text for name, text in papers.items() if text is not None}
    if args.get("quotas") is not None:
        args["quotas"] = dict(map(_quota, args["quotas"]))
    answer = line.call(arguments.config, f"system.{arguments.action}", args)
    if arguments.action == "list":
        line.show(arguments, answer, lambda: line.columns([_row(system) for system in answer["systems"]]))
    elif arguments.action == "show":
        line.show(arguments, answer, lambda: _shown(answer))
    elif "secret" in answer:
        note = "Khóa bí mật chỉ hiện lần này. / The secret is shown this once."
        line.show(arguments, answer, f"system_id  {answer['system_id']}\nsecret     {answer['secret']}\n{note}")
    else:
        line.show(arguments, answer, f"{answer['system_id']}: {answer['state']}")
    return EXIT_DONE


def _run_key(arguments: argparse.Namespace, args: dict[str, Any]) -> int:
    if arguments.key_action == "add":
        args["data"] = base64.b64encode(args.pop("file").read_bytes()).decode("ascii")
    answer = line.call(arguments.config, f"system.key.{arguments.key_action}", args)
    if arguments.key_action == "list":
        rows = [(key["kind"], key["thumbprint"], key["valid_to"] or "") for key in answer["keys"]]
        line.show(arguments, answer, lambda: line.columns(rows))
    else:
        line.show(arguments, answer, f"{answer['system_id']}: {answer['kind']} {answer['thumbprint']}")
    return EXIT_DONE


def _row(system: dict[str, Any]) -> tuple[str, ...]:
    keys = ",".join(sorted(set(system["keys"]))) or "secret"
    paper = system["undertaking"] or "chưa có cam kết / no undertaking"
    return (system["system_id"], system["state"], system["connector"], keys, paper, " ".join(system["organ_ids"]))


def _shown(system: dict[str, Any]) -> str:
    lines = [f"{name}: {_plain(value)}" for name, value in system.items() if name not in {"papers", "heartbeat"}]
    lines += _life(system["heartbeat"])
    lines += [f"{name}: {system['papers'].get(name) or 'thiếu / missing'}" for name in _PAPERS]
    return "\n".join(lines)


def _life(beat: dict[str, Any] | None) -> list[str]:
    """What it said of itself in its last heartbeat."""
    if beat is None:
        return ["heartbeat: chưa từng có / never"]
    waits = f"heartbeat: {beat['waiting_out']} chờ gửi / out, {beat['waiting_in']} chờ giao / in"
    return [waits, *(f"problem: {one['code']} {one['text']}".rstrip() for one in beat["problems"])]


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_plain(part)}" for name, part in value.items()) or "-"
    return " ".join(map(str, value)) or "-" if isinstance(value, list) else str(value)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise WrongUseError(f"--setting cần dạng TÊN=GIÁ_TRỊ, không phải {text}", "--setting takes NAME=VALUE")
    return name, value


def _changed(given: list[str]) -> dict[str, str | None]:
    """Settings to change; an empty value takes one away."""
    return {name: value or None for name, value in map(_setting, given)}


def _quota(text: str) -> tuple[str, int]:
    name, _, value = text.partition("=")
    if not name or not value.isascii() or not value.isdigit():
        raise WrongUseError(f"--quota cần dạng TÊN=SỐ, không phải {text}", "--quota takes NAME=NUMBER")
    return name, int(value)
