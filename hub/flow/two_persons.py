"""Which admin commands need two persons, in one table; what is not in it needs one.

Reading never needs two. Stopping somebody needs one, for an emergency does not wait: it is done at once and stands on
the list until another person confirms it, or two undo it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.context import Hub


@dataclass(frozen=True, slots=True)
class Act:
    """A command that two persons answer for. vi, en: what it does.

    of: the argument that names what it is about. undo: for what is done at once, the command that takes it back.
    in_registry: whether all it does is one change of the registry; else it is watched by nobody while it runs.
    roles: for commands about people, the roles of those for whom two are needed; () = always.
    """

    vi: str
    en: str
    of: str
    undo: str = ""
    in_registry: bool = True
    roles: tuple[str, ...] = ()


CONFIRMERS = ("operator", "security")
"""Roles of people who may confirm: their accounts too are given by two, or one person could make a second one."""

ACTS: dict[str, Act] = {  # law: R-193 CB Đ5.4
    "agency.import": Act("Nạp danh sách cơ quan", "import agencies", "scope"),
    "agency.add": Act("Thêm cơ quan", "add an agency", "organ_id"),
    "agency.rename": Act("Đổi tên cơ quan", "rename an agency", "organ_id"),
    "agency.merge": Act("Sáp nhập cơ quan", "merge agencies", "into"),
    "agency.close": Act("Đóng cơ quan", "close an agency", "organ_id"),
    "agency.recode": Act("Đổi mã định danh của cơ quan", "give an agency a new code", "organ_id"),
    "agency.move": Act("Chuyển cơ quan sang cấp trên khác", "put an agency below another", "organ_id"),
    "agency.split": Act("Chia tách cơ quan", "split an agency", "organ_id"),
    "agency.reopen": Act("Mở lại cơ quan", "open an agency again", "organ_id"),
    "agency.level.set": Act("Đặt cấp hành chính", "name a level of agencies", "level"),
    "agency.suspend": Act("Tạm ngừng cơ quan", "suspend an agency", "organ_id", undo="agency.resume"),
    "agency.resume": Act("Cho cơ quan hoạt động lại", "let an agency take part again", "organ_id"),
    "agency.sync.apply": Act("Nhận thay đổi của danh sách quốc gia", "take the national list over", "file",
                             in_registry=False),
    "agency.certificate.add": Act("Ghi chứng thư của cơ quan", "register an agency's certificate", "organ_id"),
    "agency.certificate.remove": Act("Gỡ chứng thư của cơ quan", "remove an agency's certificate", "organ_id"),
    "system.add": Act("Đăng ký hệ thống", "register a system", "name"),
    "system.set": Act("Sửa hệ thống", "change a system", "system_id"),
    "system.attach": Act("Giao thêm cơ quan cho hệ thống", "let a system speak for agencies", "system_id"),
    "system.detach": Act("Thôi giao cơ quan cho hệ thống", "let a system speak for agencies no more", "system_id"),
    "system.rotate": Act("Cấp khóa bí mật mới cho hệ thống", "give a system a new secret", "system_id"),
    "system.activate": Act("Cho hệ thống hoạt động", "let a system work", "system_id"),
    "system.suspend": Act("Tạm ngừng hệ thống", "suspend a system", "system_id", undo="system.activate"),
    "system.key.add": Act("Ghi khóa của hệ thống", "register a system's key", "system_id"),
    "system.key.remove": Act("Gỡ khóa của hệ thống", "remove a system's key", "system_id"),
    "calendar.day": Act("Ghi ngày nghỉ, ngày làm việc", "enter days off or worked", "day", in_registry=False),
    "calendar.day.remove": Act("Bỏ ngày đã ghi", "remove what was entered for days", "day", in_registry=False),
    "calendar.hours": Act("Ghi giờ làm việc", "enter working hours", "organ_id", in_registry=False),
    "calendar.hours.remove": Act("Bỏ giờ làm việc đã ghi", "remove working hours", "number", in_registry=False),
    "copy-rule.add": Act("Thêm nơi luôn được gửi thêm bản", "add who always gets a copy", "copy_to", in_registry=False),
    "copy-rule.end": Act("Bỏ nơi luôn được gửi thêm bản", "end who always gets a copy", "id", in_registry=False),
    "trust.add": Act("Tin một chứng thư", "trust a certificate", "purpose", in_registry=False),
    "trust.remove": Act("Thôi tin một chứng thư", "trust a certificate no more", "fingerprint", undo="trust.add",
                        in_registry=False),
    "trust.reload": Act("Đọc lại thư mục tin cậy", "read the trust folder again", "", in_registry=False),
    "user.add": Act("Thêm người vận hành", "add an operator", "name", in_registry=False, roles=CONFIRMERS),
    "user.password": Act("Cấp mật khẩu mới cho người vận hành", "give an operator a new password", "name",
                         in_registry=False, roles=CONFIRMERS),
    "user.activate": Act("Mở lại tài khoản người vận hành", "open an operator's account again", "name",
                         in_registry=False, roles=CONFIRMERS),
    "user.suspend": Act("Khóa tài khoản người vận hành", "lock an operator's account", "name", undo="user.activate",
                        in_registry=False, roles=CONFIRMERS),
}  # fmt: skip


def are_needed(hub: Hub) -> bool:
    """Whether this hub holds to the rule: outside tests and the demo, always."""
    return not (hub.settings.hub.test_mode or hub.settings.hub.demo)
