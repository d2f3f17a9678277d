"""Two documents that belong together: a corrected sending and the refused one, a reply and what it answers.

The link stands at both ends: in the earlier delivery, and as an event `package.linked` that both parties see.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hub import clock
from hub.states import PackageStatus
from hub.store import deliveries, events

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.context import Hub
    from hub.store.packages import NewPackage


class Relation(StrEnum):
    """What a later document is to an earlier one."""

    CORRECTS = "corrects"  # sent again after a refusal 02  law: R-131 HN Đ9.1b
    ANSWERS = "answers"  # a reply  law: R-040 HN Đ10.2đ

    @property
    def back(self) -> str:
        """The same from the other end."""
        return {Relation.CORRECTS: "corrected_by", Relation.ANSWERS: "answered_by"}[self]


_COLUMN = {Relation.CORRECTS: "corrected_by", Relation.ANSWERS: "replied_by"}


@dataclass(frozen=True, slots=True)
class Link:
    """From a later document to an earlier delivery. counterpart: organ id of the other party of the later one."""

    relation: Relation
    package_id: str
    delivery_id: str
    counterpart: str


def write(
    connection: Connection,
    hub: Hub,
    now: datetime,
    actor: str,
    row: NewPackage,
    new: Sequence[deliveries.NewDelivery],
    links: Sequence[Link],
) -> None:
    """Write the links of a new package at both ends; of one that is kept back nothing is told to others yet.

    The first reply and the first correction stay the one that counts.
    """
    own = {one.recipient: one.id for one in new}
    made = []
    for link in links:
        before = deliveries.get(connection, link.delivery_id)
        if before is None:
            continue
        column = _COLUMN[link.relation]
        if getattr(before, column) is None:
            facts = {column: row.id, "watch_at": clock.to_text(now)}
            deliveries.set_facts(connection, before.id, **facts)
        there = {"relation": link.relation.value, "package_id": before.package_id}
        made.append(events.Event(EVENT, actor, row.id, own.get(link.counterpart), link.counterpart, there))
        if row.status == PackageStatus.ACCEPTED:
            here = {"relation": link.relation.back, "package_id": row.id}
            made.append(events.Event(EVENT, actor, before.package_id, before.id, before.recipient, here))
    hub.journal.record(connection, now, made)


EVENT = "package.linked"
