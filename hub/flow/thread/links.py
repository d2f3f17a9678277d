"""Two documents that belong together: a corrected sending and the refused one, a reply and what it answers.

The link stands at both ends: in the earlier delivery, and as an event `package.linked` that both parties see.
"""

from __future__ import annotations

import json
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
    """Write the links of a new package at both ends; of one that is kept back at its own end only, until it travels.

    The first reply and the first correction stay the one that counts.
    """
    own = {one.recipient: one.id for one in new}
    made = []
    for link in links:
        there = {"relation": link.relation.value, "package_id": link.package_id, "delivery_id": link.delivery_id}
        made.append(events.Event(EVENT, actor, row.id, own.get(link.counterpart), link.counterpart, there))
    hub.journal.record(connection, now, made)
    if row.status == PackageStatus.ACCEPTED:
        for link in links:
            _mark(connection, hub, now, actor, link.relation, row.id, link.delivery_id)


def released(connection: Connection, hub: Hub, now: datetime, actor: str, package_id: str) -> None:
    """A package that was kept back travels: now it has answered or corrected what it is linked to."""
    for line in events.of_package(connection, package_id):
        said = json.loads(line.detail) if line.type == EVENT else {}
        if "delivery_id" in said and said["relation"] in set(Relation):
            _mark(connection, hub, now, actor, Relation(said["relation"]), package_id, said["delivery_id"])


def _mark(
    connection: Connection,
    hub: Hub,
    now: datetime,
    actor: str,
    relation: Relation,
    package_id: str,
    delivery_id: str,
) -> None:
    """Write the link at the earlier end, once."""
    before = deliveries.get(connection, delivery_id)
    if before is None or getattr(before, _COLUMN[relation]) == package_id:
        return
    if getattr(before, _COLUMN[relation]) is None:
        deliveries.set_facts(connection, before.id, **{_COLUMN[relation]: package_id, "watch_at": clock.to_text(now)})
    here = {"relation": relation.back, "package_id": package_id}
    hub.journal.record(
        connection, now, [events.Event(EVENT, actor, before.package_id, before.id, before.recipient, here)]
    )


EVENT = "package.linked"
