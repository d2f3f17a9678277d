"""The sign of life of software beside an office system."""

from __future__ import annotations

from pydantic import Field

from hub.http.api_shapes.base import Answer, Asked, Line, Moment, MomentSaid, Word


class ProblemThere(Asked):
    """Something that is wrong where the software stands."""

    code: Word = Field(description="Mã ngắn, ví dụ office_down, disk_full")
    text: Line = Field("", description="Lời cho người vận hành; không ghi trích yếu, nội dung văn bản")


class Heartbeat(Asked):
    """What the software says of itself."""

    time: MomentSaid | None = Field(None, description="Giờ của máy gửi; trục ghi lại độ lệch và báo khi lệch nhiều")
    software: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f]*$", description="Tên và phiên bản phần mềm")
    next_seconds: int = Field(
        60, ge=5, le=86_400, description="Bao lâu nữa sẽ gọi lại; quá ba lần khoảng này mà im lặng thì trục báo động"
    )
    waiting_out: int = Field(0, ge=0, le=10**9, description="Số gói tin chờ gửi lên trục")
    waiting_in: int = Field(0, ge=0, le=10**9, description="Số gói tin đã lấy về, chờ giao cho hệ thống của cơ quan")
    problems: list[ProblemThere] = Field(default_factory=list, max_length=20, description="Các sự cố đang có")


class MaintenanceShown(Answer):
    """A window in which the hub does not answer."""

    begins: Moment
    ends: Moment
    text: str


class HeartbeatTaken(Answer):
    """What the hub says in return."""

    time: Moment = Field(description="Giờ của trục, là giờ quyết định")
    clock_seconds: int | None = Field(description="Giờ của máy gửi trừ giờ của trục, giây; null khi không nêu giờ")
    limit_seconds: int = Field(description="Lệch quá số giây này thì người vận hành được báo")
    registry_version: int = Field(description="Phiên bản danh bạ hiện nay; mới hơn bản đang giữ thì lấy phần thay đổi")
    maintenance: list[MaintenanceShown] = Field(description="Các đợt bảo trì sắp tới")
