"""What a new package means for the ones before it. Runs inside the one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from hub import clock
from hub.flow import notes
from hub.flow.addressing import second_system
from hub.flow.recalls import replacing
from hub.flow.recalls.effects import Recalls
from hub.flow.recalls.updating import Updates
from hub.flow.thread import conflicts, match, replies
from hub.flow.thread.answers import ANSWERING, Answers
from hub.flow.thread.links import Link, Relation
from hub.flow.thread.match import Named
from hub.store import originals, packages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from edxml.model import Package
    from edxml.model import Warning as Note
    from hub.context import Hub
    from hub.flow.routing import Route
    from hub.store.packages import Earlier, NewPackage

OLD: Final = timedelta(days=730)
"""Documents issued so long before the hub took its first package did not pass through it."""

HUB: Final = "hub"
"""The door of what the hub says in its own name: it speaks as nobody's recipient."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found.

    original: id of the package this one answers, revises, recalls, corrects or brings to further recipients.
    absent: recipient -> why the message about the original stays here: it never held it, or it keeps it.
    urgency: the highest urgency of the copies it wants back.
    unmatched: it speaks of a document nobody knows here, and is kept back until that arrives (`review`).
    links: what it corrects and answers.
    """

    original: str | None
    warnings: tuple[Note, ...]
    absent: Mapping[str, str]
    urgency: int = 0
    unmatched: bool = False
    links: tuple[Link, ...] = ()


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
        self._connection, self._hub, self._now, self._actor = connection, hub, now, actor
        self._package, self._row, self._routes = package, row, routes
        self._recalls = Recalls(connection, hub, now, actor)
        self._answers = Answers(connection, hub, now, actor)
        self._warnings: list[Note] = []
        self._links: list[Link] = []

    def settle(self) -> Settled:
        """Carry out what the package means.

        Raises Refusal: CONFLICT; SENDER_NOT_ALLOWED for a stranger's status, STATE_CONFLICT for a refusal after the
        acceptance; both only where the caller hears them.
        """
        package = self._package
        original = self._status() if package.status is not None else self._document()
        refers = package.status is not None or package.business.type in (BusinessType.RECALL, BusinessType.UPDATE)
        unmatched = refers and original is None and self._row.door != HUB
        if unmatched:
            self._warnings.append(notes.warning("base_unknown", "DocumentId"))
            unmatched = not self._speaks_of_old_times()
        stays, urgency = self._recalls.stays, self._recalls.urgency
        return Settled(original, tuple(self._warnings), stays, urgency, unmatched, tuple(self._links))

    def _speaks_of_old_times(self) -> bool:
        """Whether it answers a document from long before this hub: that never comes here, so nothing waits for it."""
        status = self._package.status
        if status is None or status.code == "13":
            return False
        issued = Named.answered(status.response_for).issued_by()
        began = clock.local(originals.first_at(self._connection) or self._now).date()
        return issued is not None and issued < began - OLD

    def _status(self) -> str | None:
        """The package that a status message speaks of."""
        status = self._package.status
        if status is None or not self._routes:
            return None
        named = Named.answered(status.response_for)
        if self._row.door == HUB:
            found = match.find(self._connection, self._hub.directory, named)
            return found.package_id if found is not None else None
        if status.code == "13":
            return self._take_back(named, status.description)
        answer = self._answers.answer(status, named, self._row)
        self._warnings += answer.warnings
        if answer.stays:  # law: R-136 TT Đ7.1
            self._recalls.stays |= dict.fromkeys((one.recipient for one in self._routes), second_system.STORED_ONLY)
        if answer.stranger and self._row.door in ANSWERING:  # law: R-124 HN Đ10.2h
            raise Refusal(Fault.SENDER_NOT_ALLOWED, f"{self._row.sender} is not a recipient of this document")
        return answer.original

    def _take_back(self, named: Named, reason: str) -> str | None:
        """Status 13 names whom it asks; the document is its sender's own."""
        mine = Named(self._row.sender, named.document_id, named.code, named.promulgated)
        asked = self._routes[0].recipient
        original = self._recalls.take_back(self._row.sender, named.document_id, asked, reason)
        if original is None and (found := match.find(self._connection, self._hub.directory, mine)) is not None:
            original = self._recalls.take_back(found.sender, found.document_id, asked, reason)
        return original

    def _document(self) -> str | None:
        package = self._package
        earlier = known(packages.thread(self._connection, self._row.sender, package.document_id))
        if package.business.type == BusinessType.RECALL:
            return self._recalls.recall(self._routes, earlier or self._elsewhere(), package.business.reason)
        if package.business.type == BusinessType.UPDATE:
            updates = Updates(self._connection, self._hub, self._now, self._recalls)
            updated = updates.take(package, earlier or self._elsewhere())
            self._warnings += updated.warnings
            return updated.original
        answers, strange = replies.find(self._connection, self._hub.directory, package, self._row, self._routes)
        self._links += answers
        if strange:
            self._warnings.append(notes.warning("reply_unknown", "ResponseFor"))  # law: R-040 HN Đ10.2đ
        corrected = conflicts.refuse_conflict(package, self._routes, earlier)
        if corrected:
            self._links += [
                Link(Relation.CORRECTS, one.package_id, one.delivery_id, one.recipient) for one in corrected
            ]
            self._warnings.append(notes.warning("corrected", "DocumentId"))
            return corrected[-1].package_id
        if package.business.type == BusinessType.REPLACEMENT:
            replaced = replacing.take(
                self._connection, self._hub, self._now, self._actor, package, self._row, self._routes
            )
            self._warnings += replaced.warnings
            if replaced.package_ids:
                return replaced.package_ids[0]
        more = conflicts.supplementary(package, earlier)
        if more is not None:
            self._warnings.append(notes.warning("supplementary", "To"))
            return more
        return self._links[0].package_id if self._links else None

    def _elsewhere(self) -> list[Earlier]:
        """The document that a recall or an update revises, when its own DocumentId names none here."""
        header, business = self._package.header, self._package.business
        if header is None:
            return []
        named = Named.revised(self._row.sender, header)
        found = match.find(self._connection, self._hub.directory, named)
        if found is None and business.document_id:
            older = Named(self._row.sender, business.document_id)
            found = match.find(self._connection, self._hub.directory, older)
        return known(packages.thread(self._connection, found.sender, found.document_id)) if found is not None else []


def known(earlier: Sequence[Earlier]) -> list[Earlier]:
    """Without those that themselves wait for the document."""
    return [one for one in earlier if not one.unmatched]
