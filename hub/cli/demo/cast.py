"""Who plays: the made-up agencies of the demo's province, and the ministry beyond it."""

from __future__ import annotations

from dataclasses import dataclass

HUB_CODE = "000.00.00.H99"
AXIS_CODE = "000.00.00.A99"
PREFIX = "H99"
PROVINCE = "tỉnh Thử Nghiệm"


@dataclass(frozen=True, slots=True)
class Role:
    """One agency of the play.

    short: its name in the narrow column. system: the system id that speaks for it, '' when none does.
    way: how it is connected, for the list at the beginning.
    """

    short: str
    organ_id: str
    name: str
    system: str
    way: str


OFFICE = Role("UBND", HUB_CODE, f"Văn phòng UBND {PROVINCE}", "vp-ubnd", "phần mềm riêng, API gốc của trục")
FINANCE = Role("Sở TC", "000.00.02.H99", f"Sở Tài chính {PROVINCE}", "so-tai-chinh", "qua giao thức của trục quốc gia")
BUILDING = Role("Sở XD", "000.00.05.H99", f"Sở Xây dựng {PROVINCE}", "so-xay-dung", "phần mềm riêng, API gốc của trục")
COMMUNE = Role("Xã SM", "000.01.21.H99", "UBND xã Suối Mơ", "xa-suoi-mo", "không có phần mềm, văn thư tự lấy")
HOME = Role("Sở NV", "000.00.01.H99", f"Sở Nội vụ {PROVINCE}", "so-noi-vu", "thư mục chung và đại lý của trục")
HEALTH = Role("Sở YT", "000.00.03.H99", f"Sở Y tế {PROVINCE}", "so-y-te", "trục gọi tới (push)")
MERGED = Role("Sở GT cũ", "000.00.06.H99", f"Sở Giao thông {PROVINCE}", "", "hôm qua đã nhập vào Sở Xây dựng")
ARCHIVE = Role("TT LT", "000.00.09.H99", f"Trung tâm Lưu trữ {PROVINCE}", "", "chưa kết nối")
MINISTRY = Role("Bộ TN", "000.00.00.G99", "Bộ Thử Nghiệm", "bo-thu-nghiem", "ở trục quốc gia")

CONNECTED = (OFFICE, FINANCE, BUILDING, COMMUNE, HOME, HEALTH)
INNER = (*CONNECTED, MERGED, ARCHIVE)
EVERYBODY = (*INNER, MINISTRY)

_SHORT = {role.organ_id: role.short for role in EVERYBODY} | {
    role.system: role.short for role in EVERYBODY if role.system
}


def short(code: str) -> str:
    """The short name behind an organ id, a system id or the actor of an event; 'Trục' is the hub itself."""
    kind, _, name = code.rpartition(":")
    if name == "axis":
        return "Trục QG"
    if kind == "user" or name == "operator":
        return "Điều phối"
    return _SHORT.get(name, "Trục")
