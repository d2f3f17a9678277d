"""What a document asks of its recipients: an answer by a day, a confirmation, not to pass it on."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final

from edxml import codes, dates
from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow.addressing import duplicates, times
from hub.states import Circulation

if TYPE_CHECKING:
    from datetime import date

    from edxml.model import MessageHeader, Package
    from hub.context import Hub
    from hub.flow.addressing.recipients import Sending
    from hub.flow.entries import Submission

CONFIRMATION: Final = "confirmation"
"""`packages.request` of a document that comes back confirmed.  law: R-239 TT Đ8.2"""

SPHERES: Final = {Circulation(name): text for name, text in codes.CIRCULATION_MARKS.items()}
"""Marks as they are printed, and written into SphereOfPromulgation.  law: R-020 NĐ30 PL I.III.2c"""

LONGEST_DOSSIER: Final = 100
"""Characters of a dossier's code that are kept."""

_ASKED_BY = (BusinessType.NEW, BusinessType.UPDATE, BusinessType.REPLACEMENT)


def columns(hub: Hub, package: Package, sender: str, submission: Submission) -> dict[str, Any]:
    """The columns of a new package that say what it asks. Raises Refusal(PROFILE_INVALID): see `reply_due`."""
    header, sending = package.header, submission.sending
    if header is None:
        return {}
    said: dict[str, Any] = {
        "entry_key": duplicates.entry_key(hub, package, sender),
        "circulation": circulation(header, sending).value,
        "dossier": dossier(header),
        **times.columns(package, sending),
    }
    if header.due_date or sending.reply_requested:
        due = reply_due(hub, package, sending)
        said["reply_due"] = clock.to_text(due) if due is not None else None
    if submission.sending.wanted:
        said |= {"request": sending.request, "sending": sending.as_text()}
    return said


def reply_due(hub: Hub, package: Package, sending: Sending) -> datetime | None:
    """Until when an answer is asked for: the end of the working day of DueDate; None = none is asked for.

    Raises Refusal(PROFILE_INVALID) when an answer is asked expressly and its day is missing or before that of issue.
    """
    header = package.header
    if header is None or package.business.type not in _ASKED_BY:
        return None
    due = dates.parse_day(header.due_date) if header.due_date else None
    issued = header.promulgation.on if header.promulgation is not None else None
    early = due is not None and issued is not None and due < issued
    if sending.reply_requested and (due is None or early):  # law: R-041 HN Đ10.2d
        what = "is before the day of issue" if early else "is missing"
        vietnamese = "trước ngày ban hành" if early else "còn thiếu"
        detail = f"a document that asks for an answer says until when; its DueDate {what}"
        detail_vi = f"văn bản yêu cầu trả lời phải có hạn trả lời; hạn này {vietnamese}"
        raise Refusal(Fault.PROFILE_INVALID, detail, where="DueDate", detail_vi=detail_vi)
    if due is None or early:
        return None
    return _end_of(hub, due)


def dossier(header: MessageHeader) -> str:
    """The code of the one-stop dossier a document is tied to, '' for none: a dossier itself never travels here."""
    # law: R-233 HN Đ17.2
    return header.other.reference_codes.strip()[:LONGEST_DOSSIER] if header.application_type else ""


def circulation(header: MessageHeader, sending: Sending) -> Circulation:
    """The mark that limits the document's use: as its sender said, or as SphereOfPromulgation reads."""
    if sending.circulation is not Circulation.NONE:
        return sending.circulation
    if not header.other.sphere:
        return Circulation.NONE
    written = duplicates.folded(header.other.sphere)
    marks = ((mark, duplicates.folded(text)) for mark, text in SPHERES.items())
    return next((mark for mark, text in marks if text in written), Circulation.NONE)


def said(text: str) -> dict[str, Any]:
    """`packages.sending` as it was said."""
    found: dict[str, Any] = json.loads(text)
    return found


def _end_of(hub: Hub, day: date) -> datetime:
    begin = datetime.combine(day, time(), clock.VIETNAM)
    return hub.calendars.of(None).end_of_day(begin)
