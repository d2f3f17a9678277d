"""Replies: each `ResponseFor` of a new document is linked to the document it answers, if that went between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.flow.thread import copies
from hub.flow.thread.links import Link, Relation
from hub.flow.thread.match import Named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from agency_registry.directory import Directory
    from edxml.model import Package
    from hub.flow.routing import Route
    from hub.store.packages import NewPackage

MOST = 50
"""Documents answered that are looked for; a longer list is not a reply but an index."""


def find(
    connection: Connection, directory: Directory, package: Package, row: NewPackage, routes: Sequence[Route]
) -> tuple[list[Link], bool]:
    """What a new document answers, and whether it names any that did not go between its sender and a recipient.

    Several originals are allowed. What is not found is told alike, whether it does not exist or is another's.
    """
    # law: R-040 HN Đ10.2đ
    if package.header is None or not package.header.responses:
        return [], False
    addressed = {route.recipient for route in routes}
    links: dict[str, Link] = {}
    unknown = len(package.header.responses) > MOST
    for said in package.header.responses[:MOST]:
        named = Named.answered(said)
        if not (said.document_id or said.code):
            continue  # an empty element, as some clients write it
        copy = copies.answered(connection, directory, named, row.sender)
        asker = _today(directory, copy.sender) if copy is not None else ""
        if copy is None or asker not in addressed:
            unknown = True
            continue
        links[copy.id] = Link(Relation.ANSWERS, copy.package_id, copy.id, asker)
    return list(links.values()), unknown


def _today(directory: Directory, code: str) -> str:
    """Under which code the sender of the original receives now: its own, or its only successor's."""
    agency = directory.agency(code)
    seen = set()
    while agency is not None and agency.state == "closed" and len(agency.successors) == 1 and agency.id not in seen:
        seen.add(agency.id)
        agency = directory.agency(agency.successors[0]) or agency
    return agency.organ_id if agency is not None else code
