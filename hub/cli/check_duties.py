"""The part of `truc check` about what the owner answers for: two persons, security levels, papers of systems."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hub.cli.findings import Finding
from hub.flow.two_persons import CONFIRMERS

if TYPE_CHECKING:
    from hub.settings import Settings

WANTED = 3
"""People who may confirm: with two, one who leaves or forgets the password leaves nobody to let a third one in."""

_SHOWN = 5

Rows = Sequence[Mapping[str, Any]]


def findings(loaded: Settings, systems: Rows, people: Rows, waiting: Rows) -> Iterator[Finding]:
    """What the settings and the admin commands `system.list`, `user.list` and `confirm.list` tell."""
    yield from _two_persons(loaded, people, waiting)
    yield from _own_level(loaded)
    active = [one for one in systems if one["state"] == "active"]
    yield from _papers(active)
    yield from _unchecked(loaded, active)


def work(calendar: Mapping[str, Any], people: Rows, alarms: Rows, messages: Rows) -> Iterator[Finding]:
    """What waits for somebody: the answers of `calendar.lines`, `user.list`, `alarm.list` and `review.list`."""
    year = calendar["undecided"]
    if year is not None:  # law: R-093
        yield Finding(
            "yellow",
            "calendar_undecided",
            f"Chưa nhập ngày nghỉ đã quyết định của năm {year}: truc calendar override",
            f"the days off of {year} are not entered as decided: truc calendar override",
        )
    officers = [one for one in people if one["role"] == "security" and one["state"] == "active"]
    if not officers:
        yield Finding(
            "red",
            "no_security_officer",
            "Chưa có cán bộ an ninh: không ai mở, thả, xóa được gói tin cách ly: truc user add TÊN --role security",
            "no security officer: nobody can open, release or erase what is quarantined: truc user add --role security",
        )
    if alarms:
        yield Finding(
            "yellow",
            "alarms_open",
            f"{len(alarms)} báo động đang mở: truc alarm list",
            f"{len(alarms)} alarms stand open: truc alarm list",
        )
    if messages:
        yield Finding(
            "yellow",
            "messages_unmatched",
            f"{len(messages)} bản tin chưa khớp văn bản nào: truc review list",
            f"{len(messages)} messages fit no document: truc review list",
        )


def _two_persons(loaded: Settings, people: Rows, waiting: Rows) -> Iterator[Finding]:  # law: R-193 CB Đ5.4
    if loaded.hub.test_mode or loaded.hub.demo:
        yield Finding(
            "red",
            "one_person",
            "Chạy thử: một người là đủ để sửa danh bạ, hệ thống, danh sách tin cậy",
            "test mode: one person changes registry, systems and trust alone",
        )
    able = [one for one in people if one["role"] in CONFIRMERS and one["state"] == "active"]
    if len(able) < WANTED:
        roles = ", ".join(CONFIRMERS)
        yield Finding(
            "red" if len(able) < 2 else "yellow",
            "few_confirmers",
            f"Chỉ có {len(able)} người ({roles}) có thể đồng ý thay đổi; cần từ {WANTED}: truc user add",
            f"only {len(able)} people ({roles}) can agree to changes; have {WANTED}: truc user add",
        )
    done = sum(one["done_at_once"] for one in waiting)
    if done:
        yield Finding(
            "yellow",
            "done_at_once",
            f"{done} việc đã làm ngay, chờ người khác xác nhận: truc confirm list",
            f"{done} things were done at once and wait to be confirmed: truc confirm list",
        )


def _own_level(loaded: Settings) -> Iterator[Finding]:  # law: R-180 QĐ28 Đ13.1
    """The hub's own level, and what of that the hub has and has not."""
    if not loaded.hub.security_level or not loaded.hub.security_decision:
        yield Finding(
            "yellow",
            "no_security_level",
            "Chưa ghi cấp độ an toàn của trục và quyết định phê duyệt: [hub] security_level, security_decision",
            "the hub's own security level and its approval are not recorded: [hub] security_level, security_decision",
        )
    yield Finding(
        "yellow",
        "no_second_factor",
        "Các trang đăng nhập chỉ bằng mật khẩu, chưa có yếu tố thứ hai: giới hạn mạng của [[listen]] có cửa pages",
        "pages are entered with a password alone, without a second factor: limit the networks of their [[listen]]",
    )
    yield Finding(
        "yellow",
        "logs_kept_elsewhere",
        "Sổ sự kiện ở trong cơ sở dữ liệu, không tự xóa; nhật ký vận hành ra stderr: máy chủ giữ đủ tháng theo cấp độ",
        "the journal is in the database and not erased; the log goes to stderr: keep it for the level's months",
    )
    yield Finding(
        "yellow",
        "backup_not_ours",
        "Trục không tự sao lưu: sao lưu thư mục của trục tới nơi tách biệt, khóa (keys/) để riêng",
        "the hub makes no backups: back its folder up to a place apart, and keep keys/ apart from the data",
    )


def _papers(active: Rows) -> Iterator[Finding]:
    unlevelled = [one["system_id"] for one in active if not _has(one, ("security_level", "security_decision"))]
    if unlevelled:  # law: R-180 QĐ28 Đ13.1
        yield Finding(
            "yellow",
            "no_level_of_systems",
            f"{len(unlevelled)} hệ thống chưa ghi cấp độ an toàn và quyết định: {_some(unlevelled)}",
            f"{len(unlevelled)} systems without security level and decision: {_some(unlevelled)}; truc system set",
        )
    undeclared = [one["system_id"] for one in active if not _has(one, ("conformity",))]
    if undeclared:  # law: R-182 QĐ28 Đ14.2
        yield Finding(
            "yellow",
            "no_conformity",
            f"{len(undeclared)} hệ thống chưa ghi công bố hợp quy QCVN 102: {_some(undeclared)}",
            f"{len(undeclared)} systems without declared conformity with QCVN 102: {_some(undeclared)}",
        )
    unnamed = [one["system_id"] for one in active if not _has(one, ("contact",))]
    if unnamed:
        yield Finding(
            "yellow",
            "no_contact",
            f"{len(unnamed)} hệ thống chưa ghi đầu mối: {_some(unnamed)}",
            f"{len(unnamed)} systems without a contact: {_some(unnamed)}; truc system set --contact",
        )


def _unchecked(loaded: Settings, active: Rows) -> Iterator[Finding]:  # law: R-182 QĐ28 Đ14.2
    from agency_registry.edit import level_of

    wanted = loaded.conformance.level
    below = [one["system_id"] for one in active if level_of(one) < wanted]
    if below:
        yield Finding(
            "red",
            "below_conformance",
            f"{len(below)} hệ thống chưa đạt mức tuân thủ {wanted}: {_some(below)}; truc connector check --live",
            f"{len(below)} active systems below conformity level {wanted}: {_some(below)}; then truc system activate",
        )


def _has(system: Mapping[str, Any], names: Collection[str]) -> bool:
    return all(system["papers"].get(name) for name in names)


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
