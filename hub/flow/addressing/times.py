"""The moments a sender tells of a document, and the one its signature tells: issued, the hour of level 4, signed.

edXML has no place for an hour: DueDate is a day, and nothing else carries one. So the hour of an express document at a
fixed hour comes beside the package, by the native metadata. Without it the document travels, its sender is warned, and
it is watched as an express one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from edxml.faults import Fault, Refusal
from edxml.verdict_words import Role
from hub import clock
from hub.flow import notes

if TYPE_CHECKING:
    from edxml.model import Package
    from edxml.model import Warning as Note
    from edxml.verdict import DocumentReport
    from hub.flow.addressing.recipients import Sending

FIXED_HOUR: Final = 4
"""The level of urgency that names an hour.  law: R-086"""


def columns(package: Package, sending: Sending) -> dict[str, Any]:
    """The columns of a new package. Raises Refusal(PROFILE_INVALID) for an hour at another level of urgency."""
    said: dict[str, Any] = {}
    if sending.issued_at is not None:
        said["issued_at"] = clock.to_text(sending.issued_at)
    if sending.hour_at is not None:
        if package.priority < FIXED_HOUR:  # law: R-086
            raise Refusal(
                Fault.PROFILE_INVALID,
                "an hour goes with urgency 4 alone",
                where="hour_at",
                detail_vi="giờ hẹn chỉ dùng với độ khẩn 4 (hỏa tốc hẹn giờ)",
            )
        said["hour_at"] = clock.to_text(sending.hour_at)
    return said


def warnings(package: Package, sending: Sending) -> tuple[Note, ...]:
    """What the sender of a level 4 without its hour is told."""
    missing = package.message_type == "edoc" and package.priority >= FIXED_HOUR and sending.hour_at is None
    return (notes.warning("hour_missing", "Priority"),) if missing else ()  # law: R-086


def signed_at(report: DocumentReport | None) -> str | None:
    """When the authorised person signed: the last signature of a person, as it is stored; None = nobody did."""
    # law: R-083 HN Đ7.2
    if report is None:
        return None
    persons = [one for file in report.files for one in file.signatures if one.role is Role.PERSON]
    moments = [one.signed_at for one in persons if one.signed_at is not None]
    return clock.to_text(max(moments)) if moments else None
