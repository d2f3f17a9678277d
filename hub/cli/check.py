"""`truc check`: what is not fit for production, one finding a line; red ones make the answer no."""

from __future__ import annotations

import argparse
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.cli import check_duties, check_trust, line, table
from hub.cli.errors import EXIT_DONE, EXIT_NO
from hub.cli.findings import Finding

if TYPE_CHECKING:
    from hub.keys import Keys
    from hub.settings import Settings

WAL_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""SQLite versions in which several connections can no longer corrupt a WAL (sqlite.org/wal.html, 2026)."""

_WARN_BEFORE = timedelta(days=60)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Only --config."""
    table.add_config(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the findings; exit code 1 when one is red."""
    from hub import keys, settings

    loaded = settings.load(line.settings_file(arguments.config))
    found = [*_settings(loaded), *_keys(loaded, keys.Keys.load(loaded.keys_folder)), *_sqlite()]
    found += check_trust.findings(line.call(arguments.config, "trust.list", {}))
    found += _systems(arguments, secrets_open=loaded.hub.secrets_open)
    systems = line.call(arguments.config, "system.list", {})["systems"]
    people = line.call(arguments.config, "user.list", {})["users"]
    waiting = line.call(arguments.config, "confirm.list", {})["confirmations"]
    found += check_duties.findings(loaded, systems, people, waiting)
    calendar = line.call(arguments.config, "calendar.lines", {})
    alarms = line.call(arguments.config, "alarm.list", {})["alarms"]
    messages = line.call(arguments.config, "review.list", {})["messages"]
    found += check_duties.work(calendar, people, alarms, messages)
    red = any(finding.level == "red" for finding in found)
    rows = [
        {"level": finding.level, "code": finding.code, "title": finding.vietnamese, "detail": finding.english}
        for finding in found
    ]
    line.show(arguments, {"fit": not red, "findings": rows}, lambda: _text(found))
    return EXIT_NO if red else EXIT_DONE


def wal_is_sound(version: tuple[int, ...]) -> bool:
    """Whether that SQLite has the correction of the WAL's several-connections fault."""
    newest = WAL_FIXED[0]
    return version >= newest or any(version[:2] == fixed[:2] and version >= fixed for fixed in WAL_FIXED)


def _settings(loaded: Settings) -> Iterator[Finding]:
    from hub.http import server

    if loaded.hub.test_mode:
        yield Finding("red", "test_mode", "[hub] test_mode đang bật: hệ thống mới hoạt động ngay",
                      "[hub] test_mode is on: new systems are active at once with a shared secret")  # fmt: skip
    if loaded.hub.demo:
        yield Finding("red", "demo", "[hub] demo đang bật", "[hub] demo is on")
    for listen in loaded.listen:
        place = f"{listen.address}:{listen.port}"
        if listen.certificate is None:
            open_to = ", ".join(listen.networks) or "loopback"
            level = "yellow" if server.is_loopback(listen.address) else "red"
            yield Finding(level, "plain_http", f"{place} dùng HTTP không mã hóa ({open_to})",
                          f"{place} speaks plain HTTP ({open_to})")  # fmt: skip
    if loaded.axis is None and loaded.hub.role == "province":
        yield Finding("yellow", "no_axis", "Chưa có [axis]: văn bản chỉ đi trong tỉnh",
                      "no [axis]: documents stay within the province")  # fmt: skip
    if not loaded.hub.prefixes and loaded.hub.role == "province":
        yield Finding("red", "no_prefixes", "[hub] prefixes trống: mã gõ sai của tỉnh có thể ra ngoài",
                      "[hub] prefixes is empty: a mistyped code of the province could leave it")  # fmt: skip
    if not loaded.antivirus.address:  # law: R-178 TT Đ5.1
        yield Finding("red", "no_antivirus", "Chưa có [antivirus]: tệp đính kèm không được quét mã độc",
                      "no [antivirus]: attachments are not scanned; set the address of clamd")  # fmt: skip
    if loaded.sqlite_path is not None:
        yield Finding("yellow", "sqlite", "Cơ sở dữ liệu SQLite: chỉ một tiến trình",
                      "the database is SQLite: one process only")  # fmt: skip


def _keys(loaded: Settings, keys: Keys) -> Iterator[Finding]:
    from hub.keys import is_test_certificate

    now = datetime.now(UTC)
    tls = any(listen.certificate for listen in loaded.listen)
    for name in ("receipt", "tls") if tls else ("receipt",):
        certificate = keys.certificate(name)
        if certificate is None:
            continue
        if is_test_certificate(certificate):
            yield Finding("red", f"test_{name}", f"Chứng thư {name} là TEST",
                          f"the {name} certificate is marked TEST")  # fmt: skip
        if certificate.not_valid_after_utc < now + _WARN_BEFORE:
            over = certificate.not_valid_after_utc < now
            yield Finding("red" if over else "yellow", f"{name}_expires",
                          f"Chứng thư {name} hết hạn {certificate.not_valid_after_utc:%d/%m/%Y}",
                          f"the {name} certificate ends on {certificate.not_valid_after_utc:%Y-%m-%d}")  # fmt: skip
    secret = [*sorted(loaded.keys_folder.rglob("*.key")), loaded.at(loaded.sms.settings_file)]
    for path in filter(_is_open, secret):
        yield Finding("red", "key_readable", f"Người khác đọc được {path.name}: chmod 600 {path}",
                      f"others can read {path.name}: chmod 600 {path}")  # fmt: skip


def _is_open(path: Path) -> bool:
    return path.is_file() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _sqlite() -> Iterator[Finding]:
    version = sqlite3.sqlite_version_info
    if not wal_is_sound(version):
        yield Finding("yellow", "sqlite_wal", f"SQLite {sqlite3.sqlite_version} có lỗi WAL khi nhiều kết nối cùng ghi; "
                      "trục chỉ dùng một kết nối ghi, đừng mở truc.db bằng công cụ khác khi trục chạy",
                      f"SQLite {sqlite3.sqlite_version} can corrupt a WAL that several connections checkpoint; the hub "
                      "uses one, so open truc.db with no other tool while it runs")  # fmt: skip


def _systems(arguments: argparse.Namespace, *, secrets_open: bool) -> Iterator[Finding]:
    """What the registry says; asked of the hub, so it is the present state.

    secrets_open: whether the native door takes shared secrets.
    """
    systems: list[dict[str, Any]] = line.call(arguments.config, "system.list", {})["systems"]
    active = [system for system in systems if system["state"] == "active"]
    keyless = [system["system_id"] for system in active if not system["keys"]]
    if keyless and secrets_open:
        yield Finding("red", "shared_secret", f"{len(keyless)} hệ thống chỉ có khóa bí mật chung: {_some(keyless)}",
                      f"{len(keyless)} systems have nothing but a shared secret: {_some(keyless)}; register a key: "
                      "truc system key add")  # fmt: skip
    elif keyless:
        yield Finding("yellow", "no_key", f"{len(keyless)} hệ thống chưa có khóa, chỉ vào được cổng VXP: "
                      f"{_some(keyless)}", f"{len(keyless)} systems have no key, so only the VXP door is open to them: "
                      f"{_some(keyless)}; truc system key add")  # fmt: skip
    unpromised = [system["system_id"] for system in active if not system["undertaking"]]
    if unpromised:  # law: R-009 HN Đ1.2, R-011
        yield Finding("yellow", "no_undertaking", f"{len(unpromised)} hệ thống chưa ghi văn bản cam kết không gửi bí "
                      f"mật nhà nước: {_some(unpromised)}", f"{len(unpromised)} systems without a recorded undertaking "
                      f"to send no state secrets: {_some(unpromised)}")  # fmt: skip
    anywhere = [system["system_id"] for system in active if not system["networks"]]
    if anywhere:
        yield Finding("yellow", "no_networks", f"{len(anywhere)} hệ thống được gọi từ mọi địa chỉ",
                      f"{len(anywhere)} systems may call from any address")  # fmt: skip
    if not active:
        yield Finding("yellow", "no_systems", "Chưa có hệ thống nào hoạt động", "no active system yet")


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")


def _text(found: list[Finding]) -> str:
    marks = {"red": "✘", "yellow": "!", "green": "✔"}
    if not found:
        return "✔ Đủ điều kiện chạy thật / fit for production"
    return "\n".join(f"{marks[finding.level]} {finding.vietnamese}\n  {finding.english}" for finding in found)
