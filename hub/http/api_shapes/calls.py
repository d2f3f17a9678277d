"""The log of a system's calls and of the hub's calls to it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hub.http.api_shapes.asked import Paging
from hub.http.api_shapes.base import Answer, Moment

Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class CallQuery(Paging):
    """Which calls."""

    package_id: Uuid | None = Field(None, description="Chỉ các lần gọi về gói tin này")
    delivery_id: Uuid | None = Field(None, description="Chỉ các lần gọi về bản gửi này")
    faults: bool = Field(False, description="true: chỉ các lần gọi có lỗi")


class CallShown(Answer):
    """One call: what was asked, what was answered; no content."""

    seq: int
    at: Moment
    door: Literal["api", "vxp", "connector", "webhook"] = Field(description="Cửa vào, hoặc cách trục gọi ra")
    direction: Literal["in", "out"] = Field(description="in: hệ thống gọi trục; out: trục gọi hệ thống")
    operation: str = Field(description="operationId của API, tên phương thức của trục quốc gia, hoặc connector.deliver")
    status: int = Field(description="Mã HTTP đã trả lời hoặc nhận được; 0 = không có")
    code: str = Field(description="Mã lỗi; trống = không lỗi")
    package_id: str | None
    delivery_id: str | None
    ms: int = Field(description="Thời gian, mili giây")
    size: int = Field(description="Số byte của nội dung đến hoặc đi")
    detail: str = Field(description="Một dòng: lần thử, lý do, chỗ sai; `(12x)` là mười hai lần như nhau")


class CallPage(Answer):
    """The caller's calls, newest first."""

    items: list[CallShown]
    next: str | None
