"""A main PDF without a digital signature: it travels for information only, and both sides are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.verdict import Verdict, main_file
from hub.flow.checks.base import Check, Finding, Outcome, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """The main file when nobody signed it."""
    # law: R-062 HN Đ5.2, R-066 CB Đ7.2a
    main = main_file(subject.report.files) if subject.report is not None else None
    if main is None or main.verdict is not Verdict.UNSIGNED:
        return []
    detail, vietnamese = "for information only", "chỉ để biết, tham khảo; không thay bản giấy"
    return [Finding(Fault.SIG_MISSING, detail, main.name, detail_vi=vietnamese)]


CHECK = Check(
    slug="unsigned_main",
    law="R-062, R-066",
    title_vi="Tệp chính không có chữ ký số",
    title_en="The main file is not signed",
    find=find,
    outcomes=everywhere(Outcome.WARN),
)
