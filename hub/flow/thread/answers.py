"""What a recipient says of a document: business statuses 01-06, and 15 or 16 to what was asked; in the one commit.

The statuses of one recipient are a partial order (`states.STATUS_RANK`): the highest one said counts, in whatever order
and however often they come; 02 and 03 exclude each other, and of the two the acceptance counts. They never move a
delivery: transport and answer are two things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from edxml import status_words
from edxml.faults import Fault, Refusal
from hub import clock, states
from hub.flow import moments
from hub.flow.addressing import second_system
from hub.flow.recalls import answering
from hub.flow.thread import copies, match, refusals, wording
from hub.states import Audience, PackageStatus
from hub.store import alarms, deliveries, events, packages

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from edxml.model import StatusMessage
    from edxml.model import Warning as Note
    from hub.context import Hub
    from hub.flow.thread.match import Named
    from hub.store.packages import NewPackage

ANSWERING: Final = frozenset({"api", "page", "vxp", "collect"})
"""Doors whose caller hears a refusal. What came by another way is recorded: nobody is left to be told."""

_ACCEPTED: Final = states.STATUS_RANK["03"]
_TOLD: Final = frozenset({"01", "02", "03"})
"""Statuses whose words are for the sender. Those of 04-06 are the recipient's own affair."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a status message.

    original: the package it speaks of; None when nothing is known of it.
    stranger: the document is here, and was never for whoever speaks.
    stays: the sender is not told: a system that only stores the document spoke of it (R-136).
    """

    original: str | None
    stranger: bool = False
    warnings: tuple[Note, ...] = ()
    stays: bool = False


class Answers:
    """Writes down what recipients say."""

    def __init__(self, connection: Connection, hub: Hub, now: datetime, actor: str) -> None:
        self._connection, self._hub, self._now, self._actor = connection, hub, now, actor

    def answer(self, status: StatusMessage, named: Named, row: NewPackage) -> Answered:
        """A status of a recipient (the sender of `row`) about the document named.

        Raises Refusal(STATE_CONFLICT) for a refusal after the acceptance, where the caller hears it.
        """
        copy = copies.answered(self._connection, self._hub.directory, named, row.sender)
        if copy is None:
            return Answered(None, self._is_stranger(named, row.sender))
        stored = second_system.stores_only(self._connection, self._hub, copy, row.system_id)
        if stored is not None and status.code in states.STATUS_RANK:
            second_system.heard(self._connection, self._hub, self._now, self._actor, stored, status)
            return Answered(str(copy.package_id), stays=True)
        answer = answering.Answer(self._connection, self._hub, self._now, self._actor)
        answered = answer.take(copy.sender, copy.document_id, copy.recipient, status, row.system_id)
        if not answered and status.code in states.STATUS_RANK:
            self._business_status(copy, status, row.door)
        remarks = wording.remarks(status) if row.door in ANSWERING else ()
        return Answered(str(copy.package_id), warnings=tuple(remarks))

    def _is_stranger(self, named: Named, speaker: str) -> bool:
        """Whether the document travels, and neither the speaker nor whom it took over from is among its recipients."""
        directory = self._hub.directory
        found = match.find(self._connection, directory, named)
        if found is None:
            return False
        voices = set(match.voices(directory, speaker))
        thread = packages.thread(self._connection, found.sender, found.document_id)
        travels = any(one.package_status == PackageStatus.ACCEPTED for one in thread)
        return travels and not any(one.recipient in voices for one in thread)

    def _business_status(self, copy: Any, status: StatusMessage, door: str) -> None:
        # law: R-121 R-123 QĐ28 Đ10.2h
        code, rank = status.code, states.STATUS_RANK[status.code]
        known = states.STATUS_RANK.get(copy.business_status or "", 0)
        late_refusal = code == "02" and known >= _ACCEPTED
        if late_refusal and door in ANSWERING:  # law: R-132 HN Đ9.1
            raise Refusal(Fault.STATE_CONFLICT, "it is accepted (03) already; answer it, or agree to a take-back")
        applied = rank > known
        facts: dict[str, str | None] = {"watch_at": clock.to_text(self._now)}
        if (applied and code == "01") or copy.received_by is None:  # law: R-123 QĐ28 Đ10.2h: 03 says 01 too
            facts |= moments.receipt(self._hub, copy, self._now, moments.By.STATUS)
        detail: dict[str, Any] = {"applied": applied}
        if status.staff is not None and status.staff.department:
            detail["unit"] = status.staff.department  # law: R-142 NĐ30 PL VI
        text = status.description if code in _TOLD else ""  # law: R-142 NĐ30 PL VI
        if text:
            detail["text"] = text
        if code == "02":
            reason, text = status_words.refusal(status.description)
            detail["reason_code"] = reason.value
            if applied:
                facts["refusal"] = reason.value
        if rank >= _ACCEPTED:
            facts |= {"refusal": None} | self._entry(copy, status, detail)
        if applied:
            at = clock.to_text(self._now)
            facts |= {"business_status": code, "business_reason": text, "business_at": at}
        deliveries.set_facts(self._connection, copy.id, **facts)  # law: R-106 HN Đ7.3
        self._record(f"status.{code}", copy, detail)
        if code == "02" and applied:
            refusals.returned(self._connection, copy.id, self._now)
        if late_refusal:  # law: R-198 NĐ30 PL VI
            told = {"system": self._actor.removeprefix("system:"), "code": code}
            alarm = alarms.Alarm("refused_after_acceptance", Audience.OPERATOR, "", copy.package_id, copy.id,
                                 recipient=copy.recipient, detail=told)  # fmt: skip
            alarms.raise_(self._connection, self._hub.journal, self._now, alarm)

    def _entry(self, copy: Any, status: StatusMessage, detail: dict[str, Any]) -> dict[str, str | None]:
        """The acceptance and the arrival entry: whichever status from 03 on comes first, and the first entry told."""
        facts: dict[str, str | None] = {}
        if copy.accepted_at is None:
            facts["accepted_at"] = clock.to_text(self._now)
        if status.code != "03":
            return facts
        entry = status_words.entry(status.description)
        told = {"arrival_number": entry.number, "arrival_date": entry.date}
        detail |= {name: value for name, value in told.items() if value}
        if entry.number and copy.arrival_number is None:  # law: R-125 HN Đ9.1a, R-033 NĐ30 Đ22.2
            facts |= {name: value or None for name, value in told.items()}
        return facts

    def _record(self, event_type: str, row: Any, detail: dict[str, Any]) -> None:
        self._hub.journal.record(
            self._connection,
            self._now,
            [events.Event(event_type, self._actor, row.package_id, row.id, row.recipient, detail)],
        )
