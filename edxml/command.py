"""The command line: validate, show, pack, unpack and verify edXML files without a hub.

Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 cannot now. Heavy libraries are loaded only when needed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edxml.faults import Refusal
    from edxml.package_signature.signing import Signer

_PIECE: Final = 1_048_576
DONE, NO, WRONG_USE, CANNOT = 0, 1, 2, 3


def main(argv: Sequence[str] | None = None, *, program: str = "python -m edxml") -> int:
    """Run one command and give its exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["verify"]:
        from edxml import verify_command

        return verify_command.main(argv[1:], program=f"{program} verify", passed=verify_command.package_passed)
    try:
        arguments = _parser(program).parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else WRONG_USE
    commands = {"validate": _validate, "show": _show, "pack": _pack, "unpack": _unpack}
    try:
        return commands[arguments.command](arguments)
    except OSError as trouble:
        print(f"{trouble.filename or ''}: {trouble.strerror or trouble}", file=sys.stderr)
        return CANNOT
    except ValueError as wrong:
        print(f"{wrong}", file=sys.stderr)
        return WRONG_USE


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program, description="Kiểm tra, xem, đóng gói và mở gói tin edXML (QCVN 102:2016/BTTTT)."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="validate|show|pack|unpack|verify")
    validate = commands.add_parser("validate", help="kiểm tra gói tin; mã thoát 1 nếu không đạt")
    validate.add_argument("file", type=Path)
    validate.add_argument("--profile", choices=("tolerant", "strict"), default="tolerant")
    show = commands.add_parser("show", help="xem nội dung gói tin")
    show.add_argument("file", type=Path)
    unpack = commands.add_parser("unpack", help="lấy tệp đính kèm ra một thư mục")
    unpack.add_argument("file", type=Path)
    unpack.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="thư mục đích (mặc định: hiện tại)")
    pack = commands.add_parser("pack", help="tạo gói tin từ các tệp")
    pack.add_argument("out", type=Path, metavar="OUT.edxml")
    pack.add_argument("files", type=Path, nargs="*", metavar="FILE")
    pack.add_argument("--header", type=Path, metavar="JSON", help="đầu gói tin như `show --json` in ra")
    pack.add_argument("--from", dest="sender", metavar="ORGAN_ID[=TÊN]")
    pack.add_argument("--to", action="append", default=[], metavar="ORGAN_ID[=TÊN]")
    for option in ("--subject", "--number", "--notation", "--date", "--place", "--type-name", "--document-id"):
        pack.add_argument(option, default="")
    pack.add_argument("--priority", type=int, default=None)
    pack.add_argument("--sign", type=Path, metavar="KEY.pem", help="ký gói tin (hồ sơ truc-1) bằng khóa này")
    pack.add_argument(
        "--cert", type=Path, action="append", default=[], metavar="CERT.pem", help="chứng thư của khóa và chuỗi của nó"
    )
    commands.add_parser("verify", help="kiểm tra chữ ký số của gói tin hoặc tệp PDF", add_help=False)
    for command in (validate, show, unpack, pack):
        command.add_argument("--json", action="store_true", help="in JSON")
    return parser


def _validate(arguments: argparse.Namespace) -> int:
    from edxml import reader, rules, schema
    from edxml.faults import Refusal

    whole = reader.Reader()
    try:
        package = _read(whole, arguments.file)
        found = schema.faults_of(whole.tree, "strict") if arguments.profile == "strict" else ()
        warnings = rules.check(package, profile=arguments.profile)
    except Refusal as refusal:
        _print_refusal(refusal, as_json=arguments.json)
        return NO
    if arguments.json:
        _print_json(
            {
                "valid": not found,
                "faults": [
                    {
                        "code": "schema_invalid",
                        "where": one.path,
                        "reason_vi": one.reason_vi,
                        "reason_en": one.reason_en,
                        "remedy_vi": one.remedy_vi,
                        "remedy_en": one.remedy_en,
                    }
                    for one in found
                ],
                "warnings": [{"code": one.code, "title": one.title_vi, "where": one.where} for one in warnings],
            }
        )
    else:
        for one in found:
            print(f"{one.path}\n  {one.reason_vi} ({one.reason_en})\n  → {one.remedy_vi} ({one.remedy_en})")
        for warning in warnings:
            print(f"cảnh báo {warning.code} {warning.where}: {warning.title_vi}")
        print("không đạt" if found else "đạt")
    return NO if found else DONE


def _show(arguments: argparse.Namespace) -> int:
    from edxml import plain, reader
    from edxml.faults import Refusal

    try:
        package = _read(reader.Reader(), arguments.file)
    except Refusal as refusal:
        _print_refusal(refusal, as_json=arguments.json)
        return NO
    if arguments.json:
        _print_json(plain.to_plain(package))
        return DONE
    lines = [
        ("Loại", package.message_type),
        ("Nơi gửi", f"{package.sender_id} {package.sender.name}".strip()),
        ("Nơi nhận", ", ".join(package.recipient_ids)),
        ("Mã văn bản", package.document_id),
        ("Số, ký hiệu", f"{package.number}/{package.notation}"),
        ("Trích yếu", package.subject),
        ("Nghiệp vụ", package.business.type.label_vi if package.status is None else ""),
        ("Trạng thái", f"{package.status.code} {package.status.description}" if package.status else ""),
        ("Chữ ký gói", package.signature),
        ("SHA-256", package.sha256),
        ("Dung lượng", str(package.size)),
    ]
    for number, one in enumerate(package.attachments, 1):
        lines.append((f"Tệp {number}", f"{one.name} [{one.kind}] {one.size} {one.sha256}"))
    for title, value in lines:
        if value.strip("/ "):
            print(f"{title:<12} {_one_line(value)}")
    return DONE


def _unpack(arguments: argparse.Namespace) -> int:
    from edxml import folder
    from edxml.faults import Refusal

    try:
        _, written = folder.unpack(arguments.file, arguments.to)
    except Refusal as refusal:
        _print_refusal(refusal, as_json=arguments.json)
        return NO
    if arguments.json:
        _print_json({"files": [{"name": one.name, "path": str(one.path), "kind": one.kind} for one in written]})
    else:
        for one in written:
            print(one.path)
    return DONE


def _pack(arguments: argparse.Namespace) -> int:
    from edxml import folder
    from edxml.faults import Refusal

    if arguments.header is None and not (arguments.sender and arguments.to and arguments.subject):
        print("pack: cần --header, hoặc đủ --from, --to và --subject", file=sys.stderr)
        return WRONG_USE
    if (arguments.sign is None) != (not arguments.cert):
        print("pack: --sign và --cert phải đi cùng nhau", file=sys.stderr)
        return WRONG_USE
    data = json.loads(arguments.header.read_text(encoding="utf-8")) if arguments.header else {}
    try:
        size = folder.pack(arguments.out, arguments.files, data, folder.Wish(**_wish(arguments)), _signer(arguments))
    except Refusal as refusal:
        _print_refusal(refusal, as_json=arguments.json)
        return NO
    if arguments.json:
        _print_json({"file": str(arguments.out), "size": size})
    else:
        print(f"{arguments.out} ({size} byte)")
    return DONE


def _signer(arguments: argparse.Namespace) -> Signer | None:
    if arguments.sign is None:
        return None
    from edxml.package_signature.signing import Signer

    return Signer.load(arguments.sign, arguments.cert)


def _wish(arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("sender", "subject", "number", "notation", "date", "place", "type_name", "document_id", "priority")
    return {name: getattr(arguments, name) for name in names} | {"to": tuple(arguments.to)}


def _read(reader: Any, path: Path) -> Any:
    with path.open("rb") as source:
        while piece := source.read(_PIECE):
            reader.feed(piece)
    return reader.close()


def _print_refusal(refusal: Refusal, *, as_json: bool) -> None:
    fault = refusal.fault
    if as_json:
        _print_json(
            {
                "valid": False,
                "faults": [
                    {
                        "code": fault.slug,
                        "where": refusal.where,
                        "reason_vi": fault.title_vi,
                        "reason_en": refusal.detail,
                        "remedy_vi": fault.remedy_vi,
                        "remedy_en": fault.remedy_en,
                    }
                ],
                "warnings": [],
            }
        )
        return
    print(f"{fault.slug}: {fault.title_vi}", file=sys.stderr)
    if refusal.where:
        print(f"  tại: {_one_line(refusal.where)}", file=sys.stderr)
    if refusal.detail:
        print(f"  chi tiết: {_one_line(refusal.detail)}", file=sys.stderr)
    print(f"  cách sửa: {fault.remedy_vi}", file=sys.stderr)


def _one_line(text: str) -> str:
    """Text from outside for a terminal: control and direction signs are shown, not obeyed."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _print_json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))
