"""Who sees what of a package: the one table that every door asks (design "Who sees what").

What a party may not see does not exist for it: `NOT_FOUND`, told by the same code after the same reads of the database
as for an id nobody ever had, so that neither words nor time betray it.

Lists ask the same questions as one statement in the store: `packages.offered` (what a recipient knows of),
`feed.of_system`, and `overview.SHOWN` (the columns an operator may see).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub.flow.addressing import beside
from hub.flow.thread import refusals
from hub.states import BESIDE, Audience, DeliveryStatus, PackageStatus, RecallState
from hub.store import alarms, deliveries, items, packages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

    from agency_registry.agency import System


class Party(StrEnum):
    """In what part somebody looks at a package."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    OPERATOR = "operator"
    OFFICE = "office"


class Thing(StrEnum):
    """Something of a package that may be seen."""

    STATES = "states"  # ids, codes, sizes, digests, status
    WORDS = "words"  # subject, names of files, warnings
    CONTENT = "content"  # the bytes
    VERDICT = "verdict"  # of signatures and content checks
    OWN_ROWS = "own_rows"  # the viewer's own deliveries: state, reason, receipt, events
    ALL_ROWS = "all_rows"  # everybody's deliveries: state, reason, receipt, events
    HOLD = "hold"  # why it is kept back
    PERSONS = "persons"  # which person of the operator did something
    FIGURES = "figures"  # how much, of whom, to whom


_T = Thing
TABLE: Mapping[Party, frozenset[Thing]] = {
    Party.SENDER: frozenset({_T.STATES, _T.WORDS, _T.CONTENT, _T.VERDICT, _T.OWN_ROWS, _T.ALL_ROWS, _T.HOLD}),
    Party.RECIPIENT: frozenset({_T.STATES, _T.WORDS, _T.CONTENT, _T.VERDICT, _T.OWN_ROWS}),  # law: R-142 R-199
    # law: R-191 CB Đ11 (states and sizes, never the content)
    Party.OPERATOR: frozenset({_T.STATES, _T.VERDICT, _T.ALL_ROWS, _T.HOLD, _T.PERSONS, _T.FIGURES}),
    Party.OFFICE: frozenset({_T.FIGURES}),
}
"""Party -> what it may see. Nobody else sees anything.  law: S-06"""

# law: R-013 NĐ30 Đ21.2b
KEPT_BACK: frozenset[Thing] = frozenset({_T.WORDS, _T.CONTENT, _T.VERDICT})
"""What a recipient that knew of a package loses while it is held, quarantined or erased, or when it gave it back."""

GIVEN_BACK = (RecallState.AGREED.value, RecallState.DESTROYED.value)
"""Recall states of a copy whose recipient has it no more; the tombstone stands there."""

_FETCHABLE = (DeliveryStatus.AVAILABLE, DeliveryStatus.DELIVERED)
_READABLE_BY_SENDER = (PackageStatus.ACCEPTED, PackageStatus.HELD)


@dataclass(frozen=True, slots=True)
class View:
    """One package as one party may see it. rows: the deliveries it sees; own: ids of those that are its own.

    hidden: ids of copies in agencies' second systems, which are no affair of the sender.  law: R-135 TT Đ6.1.2
    """

    party: Party
    package: Row[Any]
    rows: Sequence[Row[Any]]
    own: frozenset[str]
    hidden: frozenset[str] = frozenset()

    @property
    def is_sender(self) -> bool:
        """Whether it is looked at by the system that sent it."""
        return self.party is Party.SENDER

    def shows(self, thing: Thing) -> bool:
        """Whether the party may see this now."""
        if thing not in TABLE[self.party]:
            return False
        if self.party is Party.RECIPIENT and thing in KEPT_BACK:
            mine = [row for row in self.rows if row.id in self.own]
            given_back = bool(mine) and all(is_given_back(row) for row in mine)
            return bool(self.package.status == PackageStatus.ACCEPTED) and not given_back
        if self.party is Party.SENDER and thing is Thing.CONTENT:
            return self.package.status in _READABLE_BY_SENDER
        return True

    def shows_event(self, event: Row[Any]) -> bool:
        """Whether the party may see this line of the package's journal, or its receipt."""
        if not self._is_told(event):
            return False
        if event.delivery_id in self.own:
            return True
        if self.shows(Thing.ALL_ROWS):
            return event.delivery_id not in self.hidden
        return event.type == "verdict.recorded" and self.shows(Thing.VERDICT)

    def _is_told(self, event: Row[Any]) -> bool:
        """An alarm is for those it calls, and for operators: it says nothing to the other side."""
        told = alarms.audience_of(event.detail) if event.type == alarms.EVENT else None
        if told is None or self.party is Party.OPERATOR:
            return True
        if told == Audience.RECIPIENT:
            return event.delivery_id in self.own
        return self.party is Party.SENDER and told == Audience.SENDER

    def fetchable(self) -> list[Row[Any]]:
        """The recipient's own deliveries whose content may leave now. Raises Refusal(NOT_FOUND) when there is none."""
        found = [row for row in self.rows if row.id in self.own and is_fetchable(row)]
        if not found or not self.shows(Thing.CONTENT):
            raise Refusal(Fault.NOT_FOUND)
        return found

    def require(self, thing: Thing) -> None:
        """Raise Refusal(NOT_FOUND) unless the party may see this."""
        if not self.shows(thing):
            raise Refusal(Fault.NOT_FOUND)


def is_fetchable(row: Row[Any]) -> bool:
    """Whether a recipient may fetch its copy: it waits or was delivered, and was not given back since."""
    return row.status in _FETCHABLE and not is_given_back(row)


def is_given_back(row: Row[Any]) -> bool:
    """Whether the recipient has this copy no more: it returned it, or gave it back; then nor has it its words."""
    returned = refusals.is_returned(row)  # law: R-129 NĐ30 Đ21.2b
    withdrawn = row.recall_state in GIVEN_BACK  # law: R-151 NĐ30 PL VI
    return bool(returned or withdrawn)


def of_system(connection: Connection, system: System, package_id: str) -> View:
    """The package as its sender or one of its recipients sees it. Raises Refusal(NOT_FOUND) for everybody else.

    One statement decides, for a foreign id, an absent one and an own one; only then is anything of the package read.
    """
    sends, receives = packages.standing(connection, package_id, system.id)
    package = packages.get(connection, package_id) if sends or receives else None
    if package is None:
        raise Refusal(Fault.NOT_FOUND)
    party = Party.SENDER if sends else Party.RECIPIENT
    rows = deliveries.of_package(connection, package_id)
    own = frozenset(row.id for row in rows if row.system_id == system.id)
    if party is Party.RECIPIENT:
        return View(party, package, [row for row in rows if row.id in own], own)
    hidden = frozenset(row.id for row in rows if row.copy in BESIDE)
    return View(party, package, beside.one_each(rows), own, hidden)


def shown_to_sender(connection: Connection, package_id: str) -> list[Row[Any]]:
    """The deliveries of a package that its sender sees."""
    return beside.one_each(deliveries.of_package(connection, package_id))


def of_operator(connection: Connection, package_id: str) -> View:
    """The package as an operator sees it. Raises Refusal(NOT_FOUND)."""
    package = packages.get(connection, package_id)
    if package is None:
        raise Refusal(Fault.NOT_FOUND)
    return View(Party.OPERATOR, package, deliveries.of_package(connection, package_id), frozenset())


def sent_package(connection: Connection, system: System, package_id: str) -> Row[Any]:
    """A package the system itself sent. Raises Refusal(NOT_FOUND), also for its recipients."""
    sends, _ = packages.standing(connection, package_id, system.id)
    package = packages.get(connection, package_id) if sends else None
    if package is None:
        raise Refusal(Fault.NOT_FOUND)
    return package


def own_delivery(connection: Connection, system: System, delivery_id: str) -> Row[Any]:
    """A delivery to the system itself that it knows of: it waits for it, or it has left the hub.

    Raises Refusal(NOT_FOUND), also for its sender, and while the package is kept back.
    """
    row = deliveries.get(connection, delivery_id)
    if row is None or row.system_id != system.id:
        raise Refusal(Fault.NOT_FOUND)
    if row.exposed_at is None and row.status != DeliveryStatus.DELIVERED:
        waits = row.status == DeliveryStatus.AVAILABLE and packages.travels(connection, row.package_id)
        if not waits:
            raise Refusal(Fault.NOT_FOUND)
    return row


def own_item(connection: Connection, system: System, doc_id: str) -> Row[Any]:
    """A VXP item offered to the system itself.

    Raises Refusal(NOT_FOUND), also while its package is kept back and none of its deliveries has left.
    """
    item = items.get(connection, doc_id)
    if item is None or item.system_id != system.id or item.state == "":
        raise Refusal(Fault.NOT_FOUND)
    unseen = all(row.exposed_at is None for row in deliveries.of_item(connection, item.id))
    if unseen and not packages.travels(connection, item.package_id):
        raise Refusal(Fault.NOT_FOUND)
    return item


def actor_shown(party: Party, actor: str) -> str:
    """Who did something, as this party is told: which person of the operator is the operator's own affair."""
    if actor.startswith("user:") and Thing.PERSONS not in TABLE[party]:
        return "operator"
    return actor
