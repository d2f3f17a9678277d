"""Packages that are held as real ones are: a stamp on page 1, a scanner that does not answer."""

from __future__ import annotations

from sqlalchemy import select

from edxml.faults import Fault
from hub.flow import checks
from hub.flow.checks.base import Action, Check, Finding, everywhere
from hub.profile import Outcome
from hub.store import events, packages, tables

MARK = b"STAMPED"
NO_SCANNER = {"address": "unix:/nonexistent/clamd.ctl"}


async def _stamped(_hub, subject):
    if MARK.decode() in subject.header.subject:
        return [Finding(Fault.SECRET, "a stamp on page 1", "a.pdf", Action.HOLD, "secret_stamp")]
    return []


STAMP = Check("test_stamp", "R-012", "Dấu mật ở trang 1", "A secrecy stamp", _stamped, everywhere(Outcome.ENFORCE))


def with_stamps(monkeypatch) -> None:
    """Documents whose subject says STAMPED are held like those whose page 1 does."""
    monkeypatch.setattr(checks, "CHECKS", (*checks.CHECKS, STAMP))


async def row(hub, package_id: str):
    return await hub.db.read(lambda connection: packages.get(connection, package_id))


async def journal(hub, package_id: str) -> list[str]:
    return [one.type for one in await hub.db.read(lambda connection: events.of_package(connection, package_id))]


async def newest(hub):
    """The row that was written last."""
    query = select(tables.packages).order_by(tables.packages.c.seq.desc()).limit(1)
    return await hub.db.read(lambda connection: connection.execute(query).one())
