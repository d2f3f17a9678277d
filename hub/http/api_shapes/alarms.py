"""Alarms of the caller's own clerks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from hub.http.api_shapes.asked import Paging
from hub.http.api_shapes.base import Answer, Moment


class AlarmQuery(Paging):
    """Which alarms."""

    open: bool = Field(True, description="true: chỉ báo động còn mở; false: cả những báo động đã hết")


class AlarmShown(Answer):
    """One alarm: what somebody must know, and until when something was due."""

    seq: int
    kind: str = Field(description="not_confirmed | not_accepted | closing | urgent_unopened | hour_near | …")
    audience: Literal["sender", "recipient"] = Field(description="Báo cho văn thư nơi gửi hay nơi nhận")
    organ_id: str = Field(description="Mã định danh cơ quan được báo")
    package_id: str | None
    delivery_id: str | None
    recipient: str | None
    document_id: str | None
    mark: str = Field(description="Phân biệt các lần báo cùng loại, ví dụ số phút trước giờ hẹn")
    raised_at: Moment
    due_at: Moment | None
    cleared_at: Moment | None
    title: str
    detail: dict[str, Any]


class AlarmPage(Answer):
    """The caller's alarms, oldest first. To go on later: cursor = seq of the last one seen."""

    items: list[AlarmShown]
    next: str | None
