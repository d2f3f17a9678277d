"""`truc agency`: the registry of agencies."""

from __future__ import annotations

import argparse
import base64
from pathlib import Path
from typing import Any

from hub.cli import agency_life, agency_sync, line, table
from hub.cli.errors import EXIT_DONE, EXIT_NO

_NOT_SENT = {"command", "action", "certificate_action", "level_action", "config", "json"}
_FIELDS = ("kind", "level", "parent", "legacy_code", "email", "phone", "host")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: import, list, add, suspend, resume, sync, certificate …, and those of `agency_life`."""
    actions = table.add_actions(parser)
    found = table.add_action(actions, "import", "Nạp tệp CSV; có dòng sai thì không nạp dòng nào", "take a CSV file")
    found.add_argument("file", type=Path)
    found.add_argument("--scope", choices=("province", "national"), default="province")
    table.add_person(found)
    found = table.add_action(actions, "list", "Liệt kê", "list agencies")
    found.add_argument("--scope", choices=("province", "national"))
    found.add_argument("--state", choices=("active", "suspended", "closed"))
    found.add_argument("--parent", metavar="ORGAN_ID")
    found.add_argument("--text", help="một phần tên, hoặc đầu mã / part of a name, or the beginning of a code")
    found.add_argument("--limit", type=int)
    found.add_argument("--after", metavar="ORGAN_ID")
    found = table.add_action(actions, "add", "Thêm một cơ quan", "register an agency")
    found.add_argument("organ_id")
    found.add_argument("--name", required=True)
    for field in _FIELDS:
        found.add_argument(f"--{field.replace('_', '-')}")
    found.add_argument("--alias", dest="aliases", action="append", default=[], metavar="CODE")
    found.add_argument("--scope", choices=("province", "national"), default="province")
    table.add_person(found)
    for name, vietnamese, english in (
        ("suspend", "Tạm ngừng gửi nhận", "stop it from sending and receiving"),
        ("resume", "Cho gửi nhận lại", "let it take part again"),
    ):
        found = table.add_action(actions, name, vietnamese, english)
        found.add_argument("organ_id")
        table.add_person(found, reason=True)
    agency_life.add(actions)
    agency_sync.add(actions)
    _add_certificates(table.add_action(actions, "certificate", "Chứng thư ký số của cơ quan", "its certificates"))


def _add_certificates(parser: argparse.ArgumentParser) -> None:
    """Third words of `truc agency certificate`.  law: R-074 VP Đ8.1"""
    actions = parser.add_subparsers(
        dest="certificate_action", required=True, metavar="ACTION", parser_class=table.Parser
    )
    found = table.add_action(actions, "add", "Ghi nhận một chứng thư ký số", "register a signature certificate")
    found.add_argument("organ_id")
    found.add_argument("file", type=Path)
    found.add_argument("--role", choices=("organisation", "person"), required=True)
    table.add_person(found)
    found = table.add_action(actions, "list", "Liệt kê", "list certificates")
    found.add_argument("organ_id", nargs="?")
    found = table.add_action(actions, "remove", "Gỡ một chứng thư", "register a certificate no longer")
    found.add_argument("organ_id")
    found.add_argument("fingerprint", help="8 ký tự đầu trở lên / its first 8 digits or more")
    table.add_person(found)


def run(arguments: argparse.Namespace) -> int:
    """Ask the hub."""
    args = {name: value for name, value in vars(arguments).items() if name not in _NOT_SENT}
    if arguments.action in agency_life.ACTIONS:
        return agency_life.run(arguments, args)
    if arguments.action == "sync":
        return agency_sync.run(arguments)
    if arguments.action == "import":
        return _import(arguments, args)
    if arguments.action == "certificate":
        return _certificate(arguments, args)
    answer = line.call(arguments.config, f"agency.{arguments.action}", args)
    if arguments.action == "list":
        rows = [_row(agency) for agency in answer["agencies"]]
        line.show(arguments, answer, lambda: line.columns(rows))
    else:
        line.show(arguments, answer, lambda: _one(answer))
    return EXIT_DONE


def _import(arguments: argparse.Namespace, args: dict[str, Any]) -> int:
    args["data"] = base64.b64encode(args.pop("file").read_bytes()).decode("ascii")
    report = line.call(arguments.config, "agency.import", args)
    line.show(arguments, report, lambda: _report(report))
    return EXIT_NO if report["refused"] else EXIT_DONE


def _certificate(arguments: argparse.Namespace, args: dict[str, Any]) -> int:
    if arguments.certificate_action == "add":
        args["data"] = base64.b64encode(args.pop("file").read_bytes()).decode("ascii")
    answer = line.call(arguments.config, f"agency.certificate.{arguments.certificate_action}", args)
    shown = answer["certificates"] if arguments.certificate_action == "list" else [answer]
    rows = [(one["organ_id"], one["role"], one["fingerprint"], one["serial"], one["name"]) for one in shown]
    line.show(arguments, answer, lambda: line.columns(rows))
    return EXIT_DONE


def _report(report: dict[str, Any]) -> str:
    lines = [f"thêm/added {report['added']}, sửa/changed {report['changed']}, từ chối/refused {len(report['refused'])}"]
    lines += [f"  dòng/row {refused['row']}: {refused['reason']}" for refused in report["refused"]]
    if report["refused"]:
        lines.append("Chưa nạp gì: sửa các dòng trên rồi chạy lại. / Nothing was taken: correct these rows, run again.")
    lines += [f"  lưu ý/warning {warning['row']}: {warning['reason']}" for warning in report.get("warnings", ())]
    return "\n".join(lines)


def _row(agency: dict[str, Any]) -> tuple[str, ...]:
    return (agency["organ_id"], agency["state"], agency["scope"], agency["name"])


def _one(answer: dict[str, Any]) -> str:
    agency = answer.get("agency", answer)
    shown = {name: value for name, value in agency.items() if value not in ("", None, [], ())}
    lines = [f"{name}: {agency_life.text(value)}" for name, value in shown.items()]
    lines += [f"lưu ý/warning: {agency_life.text(warning)}" for warning in answer.get("warnings", ())]
    return "\n".join(lines)
