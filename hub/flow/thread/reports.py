"""A recipient reports an error in a document, or something abnormal about it: no refusal, and no status of its own.

Its words reach the sender as a further 01, which changes nothing; an incident calls the operator too, who gets the
technical facts and none of the words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from edxml import status_words
from edxml.codes import StatusCode
from edxml.faults import Fault, Refusal
from hub.flow import visibility
from hub.flow.thread import statuses
from hub.flow.thread.statuses import Said
from hub.states import Audience
from hub.store import alarms, packages

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from agency_registry.agency import System
    from edxml.model import Staff
    from hub.context import Hub
    from hub.flow import intake

INCIDENT = "incident_reported"
"""The operator's alarm."""


class Kind(StrEnum):
    """What is reported."""

    ERROR = "error"  # the sender may supplement, correct or recall it  law: R-149 TT Đ10.3, CB Đ13.2
    INCIDENT = "incident"  # a fault or a sign of something abnormal  law: R-130 NĐ30 Đ21.2b

    @property
    def heading(self) -> str:
        """How the report begins at the sender."""
        return "BÁO SAI SÓT" if self is Kind.ERROR else "BÁO SỰ CỐ"


async def report(
    hub: Hub, system: System, delivery_id: str, kind: Kind, words: str, staff: Staff | None
) -> intake.Accepted:
    """Tell the sender of one of the system's deliveries what is wrong with it; of an incident the operator as well.

    Raises Refusal: NOT_FOUND, REASON_REQUIRED without a few words, and those of `statuses.say`.
    """
    if not status_words.few_words(words):
        raise Refusal(Fault.REASON_REQUIRED, "a few words say what is wrong", where="text")

    def look(connection: Connection) -> tuple[Row[Any], Row[Any]]:
        row = visibility.own_delivery(connection, system, delivery_id)
        package = packages.get(connection, row.package_id)
        if package is None:
            raise Refusal(Fault.NOT_FOUND)
        return row, package

    row, package = await hub.db.read(look)
    facts = {"sha256": package.sha256, "size": package.size, "verdict": package.verdict, "package": package.id}
    technical = "; ".join(f"{name} {value}" for name, value in facts.items()) if kind is Kind.INCIDENT else ""
    text = f"{kind.heading}: {' '.join(words.split())}"
    said = Said(StatusCode.ARRIVED, f"{text} ({technical})" if technical else text, staff=staff)
    accepted = await statuses.say(hub, system, delivery_id, said)
    if kind is Kind.INCIDENT:  # law: R-130 NĐ30 Đ21.2b
        alarm = alarms.Alarm(INCIDENT, Audience.OPERATOR, "", row.package_id, row.id, recipient=row.recipient,
                             detail={"system": system.id, **facts})  # fmt: skip
        now = hub.clock.now()
        await hub.db.write(lambda connection: alarms.raise_(connection, hub.journal, now, alarm))
    return accepted
