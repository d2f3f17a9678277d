"""Packages that are held: a stamp of secrecy on page 1, a scanner that does not answer."""

from __future__ import annotations

from sqlalchemy import select

from edxml.testing import make_package
from edxml.testing.pages import Line, official_page
from hub.store import events, packages, tables

NO_SCANNER = {"address": "unix:/nonexistent/clamd.ctl"}


def stamped(sender: str, to, **more) -> bytes:
    """A package whose document looks secret: MẬT in box 10a of its page 1."""
    page = official_page(more=[Line("MẬT", 100.0, 132.0, 13.0)])
    return make_package(sender, to, attachments=[("van-ban.pdf", page)], **more)


async def row(hub, package_id: str):
    return await hub.db.read(lambda connection: packages.get(connection, package_id))


async def journal(hub, package_id: str) -> list[str]:
    return [one.type for one in await hub.db.read(lambda connection: events.of_package(connection, package_id))]


async def newest(hub):
    """The row that was written last."""
    query = select(tables.packages).order_by(tables.packages.c.seq.desc()).limit(1)
    return await hub.db.read(lambda connection: connection.execute(query).one())
