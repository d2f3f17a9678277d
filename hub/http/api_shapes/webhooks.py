"""Web hooks of the caller."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hub.http.api_shapes.base import Answer, Asked, Moment

EventType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$", max_length=32)]


class WebhookWritten(Asked):
    """A web hook to be made."""

    url: str = Field(
        min_length=8,
        max_length=2000,
        description="Địa chỉ https nhận sự kiện; tên máy hoặc số IP công khai, không tài khoản, không dấu #",
        examples=["https://qlvb.example.vn/truc/su-kien"],
    )
    events: list[EventType] = Field(
        [], max_length=100, description="Loại sự kiện muốn nhận, như ở GET /events; bỏ trống = mọi loại"
    )
    after: int | None = Field(
        None, ge=0, le=10**18, description="Bắt đầu sau sự kiện có `seq` này; bỏ trống = từ lúc tạo"
    )


class WebhookReplayed(Asked):
    """One event to be told again."""

    seq: int = Field(ge=1, le=10**18, description="`seq` của sự kiện, như ở GET /events")


class WebhookShown(Answer):
    """One web hook and how it fares."""

    id: str
    url: str
    events: list[str]
    state: Literal["active", "stopped"] = Field(description="stopped: hỏng quá lâu nên trục thôi gọi; gọi lại: resume")
    created_at: Moment
    cursor: int = Field(description="`seq` của sự kiện cuối cùng đã được nhận")
    failures: int = Field(description="Số lần gọi hỏng liên tiếp")
    failing_since: Moment | None
    retry_at: Moment | None = Field(description="Lần gọi tới, khi lần trước hỏng")
    last_error: str | None


class WebhookMade(WebhookShown):
    """The same with its secret, shown this once."""

    secret: str = Field(description="whsec_…; chỉ hiện một lần. Kiểm tra chữ ký theo Standard Webhooks")


class WebhookList(Answer):
    """All of the caller's web hooks."""

    items: list[WebhookShown]


class WebhookTried(Answer):
    """What came of a call that was asked for."""

    status: int = Field(description="Mã HTTP mà nơi nhận trả lời; 0 = không có trả lời")
    ms: int
    reason: str = Field(description="Điều hỏng; trống = tốt")
