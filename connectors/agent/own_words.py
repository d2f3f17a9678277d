"""What the agent says by itself: 01 once the office system has a document, 15 for one recalled before it had it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.forms import answering

NEVER_HANDED_OVER = "văn bản chưa được chuyển vào phần mềm của cơ quan"
"""What follows `Đã hủy` in the answer to a recall that came in time."""

NameOf = Callable[[str], str]


def arrived(about: Mapping[str, Any], recipient: str, name_of: NameOf, at: datetime) -> bytes:
    """Status 01 about a document, in the recipient's name. about: as `answering.About` has it."""
    said = {"from": recipient, "code": "01", "document_id": about["document_id"]}
    return _written(said, about, name_of, at)  # law: R-121 QĐ28 Đ10.2h


def destroyed(about: Mapping[str, Any], recipient: str, name_of: NameOf, at: datetime) -> bytes:
    """Status 15 to whoever asked for a document back: the office system never had it, and the agent destroyed it."""
    said = {
        "from": recipient, "code": "15", "document_id": about["document_id"], "description": NEVER_HANDED_OVER,
        "destroyed": True,
    }  # fmt: skip
    return _written(said, about, name_of, at)  # law: R-146 HN Đ9.2


def _written(said: Mapping[str, Any], about: Mapping[str, Any], name_of: NameOf, at: datetime) -> bytes:
    return answering.write(answering.Form.model_validate(said), answering.About(**about), name_of, at)
