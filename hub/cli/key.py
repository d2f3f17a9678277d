"""`truc key`: the table of keys, and their rotation."""

from __future__ import annotations

import argparse
from typing import Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Second words: list, rotate."""
    actions = table.add_actions(parser)
    table.add_action(actions, "list", "Các khóa: ai giữ, sao lưu, thay thế", "the keys: holder, backup, rotation")
    found = table.add_action(actions, "rotate", "Thay một khóa; có hiệu lực khi khởi động lại", "replace a key")
    found.add_argument("name", choices=("receipt", "wrap", "session", "tls", "checkpoint"))


def run(arguments: argparse.Namespace) -> int:
    """Read or change the hub's `keys` folder."""
    from hub import settings

    loaded = settings.load(line.settings_file(arguments.config))
    if arguments.action == "list":
        rows = _rows(loaded)
        line.show(arguments, {"keys": rows}, lambda: _text(rows))
        return EXIT_DONE
    from hub import key_making

    done = key_making.rotate(loaded.keys_folder, arguments.name, loaded.hub.organ_id, loaded.hub.name)
    done.append("khởi động lại trục để dùng khóa mới / restart the hub to use the new key")
    line.show(arguments, {"rotated": arguments.name, "done": done}, "\n".join(done))
    return EXIT_DONE


def _rows(loaded: Any) -> list[dict[str, Any]]:
    from hub import keys

    present = keys.Keys.load(loaded.keys_folder)
    rows = []
    for duty in keys.TABLE:
        row: dict[str, Any] = {
            "name": duty.name, "files": list(duty.files), "purpose": duty.purpose, "holder": duty.holder,
            "backup": duty.backup, "rotation": duty.rotation,
        }  # fmt: skip
        certificate = present.certificate(duty.name)
        if certificate is not None:
            row["certificate"] = {
                "subject": certificate.subject.rfc4514_string(),
                "serial": f"{certificate.serial_number:x}",
                "not_after": certificate.not_valid_after_utc.isoformat(),
                "test": keys.is_test_certificate(certificate),
            }
        rows.append(row)
    return rows


def _text(rows: list[dict[str, Any]]) -> str:
    lines = []
    for row in rows:
        lines.append(f"{row['name']}: {row['purpose']} ({', '.join(row['files'])})")
        lines.append(f"  giữ/holder: {row['holder']}; sao lưu/backup: {row['backup']}")
        lines.append(f"  thay/rotation: {row['rotation']}")
        if "certificate" in row:
            certificate = row["certificate"]
            mark = "TEST, " if certificate["test"] else ""
            lines.append(
                f"  chứng thư/certificate: {mark}{certificate['subject']}, đến/until {certificate['not_after']}"
            )
    return "\n".join(lines)
