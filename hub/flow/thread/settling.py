"""What a new package means for the ones before it. Runs inside the one commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from hub.flow import notes
from hub.flow.recalls.effects import Recalls
from hub.flow.thread import conflicts
from hub.flow.thread.answers import Answers
from hub.store import packages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from edxml.model import Package
    from edxml.model import Warning as Note
    from hub.context import Hub
    from hub.flow.routing import Route
    from hub.store.packages import Earlier, NewPackage


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found.

    original: id of the package this one answers, revises, recalls, corrects or brings to further recipients.
    absent: recipients that never held the original: the message about it stays here.
    """

    original: str | None
    warnings: tuple[Note, ...]
    absent: frozenset[str]


class Settling:
    """One package among the earlier ones of its document."""

    def __init__(
        self,
        connection: Connection,
        hub: Hub,
        now: datetime,
        actor: str,
        package: Package,
        row: NewPackage,
        routes: Sequence[Route],
    ) -> None:
        self._connection = connection
        self._package, self._row, self._routes = package, row, routes
        self._recalls = Recalls(connection, hub, now, actor)
        self._answers = Answers(connection, hub.journal, now, actor)
        self._warnings: list[Note] = []

    def settle(self) -> Settled:
        """Carry out what the package means. Raises Refusal: CONFLICT; SENDER_NOT_ALLOWED for a stranger's status."""
        package = self._package
        if package.status is not None:
            original = self._status()
        else:
            original = self._document(packages.thread(self._connection, self._row.sender, package.document_id))
        refers = package.status is not None or package.business.type in (BusinessType.RECALL, BusinessType.UPDATE)
        if refers and original is None:
            self._warnings.append(notes.warning("base_unknown", "DocumentId"))
        return Settled(original, tuple(self._warnings), frozenset(self._recalls.settled))

    def _status(self) -> str | None:
        status = self._package.status
        if status is None or not self._routes:
            return None
        addressee, document_id = self._routes[0].recipient, status.response_for.document_id
        if status.code == "13":
            return self._recalls.take_back(self._row.sender, document_id, addressee, status.description)
        original = self._answers.answer(self._package, addressee, self._row.sender)
        earlier = packages.thread(self._connection, addressee, document_id) if original is None else []
        foreign = any(one.package_status == packages.ACCEPTED for one in earlier)
        if foreign and self._row.door not in ("axis", "hub"):  # law: R-124
            raise Refusal(Fault.SENDER_NOT_ALLOWED, f"{self._row.sender} is not a recipient of this document")
        return original

    def _document(self, earlier: list[Earlier]) -> str | None:
        package = self._package
        if package.business.type == BusinessType.RECALL:
            return self._recalls.recall(self._routes, earlier, package.business.reason)
        if package.business.type == BusinessType.UPDATE:
            return earlier[-1].package_id if earlier else None
        corrected = conflicts.refuse_conflict(package, self._routes, earlier)
        if corrected is not None:
            self._warnings.append(notes.warning("corrected", "DocumentId"))
            return corrected
        more = conflicts.supplementary(package, earlier)
        if more is not None:
            self._warnings.append(notes.warning("supplementary", "To"))
        return more
