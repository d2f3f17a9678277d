"""What two named people do together: open, release or erase a package that is kept back.

The first is a security officer (role `security`), the second anybody else with a name and a password of their own.
Both give their passwords for each act; both names and the reason stand in the journal.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from hub import log, passwords
from hub.flow import content, erasing, hold
from hub.states import PackageStatus
from hub.store import events, packages, users

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from hub.context import Hub

SECURITY = "security"
_KEPT_BACK = (PackageStatus.HELD, PackageStatus.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Person:
    """Who says to be whom."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Officers:
    """Two people who were who they said."""

    officer: str
    second: str

    @property
    def actor(self) -> str:
        """The name under which the journal knows the first."""
        return f"user:{self.officer}"

    def detail(self, reason: str) -> dict[str, str]:
        """What the journal keeps of an act of both."""
        return {"officer": self.officer, "second": self.second, "reason": reason}


async def two(hub: Hub, officer: Person, second: Person) -> Officers:
    """Both people, if both are who they say. Raises Refusal(FORBIDDEN), which does not tell which of them is not."""
    # law: R-012 R-013
    first_is = await _right(hub, officer, role=SECURITY)
    second_is = await _right(hub, second, role=None)
    if not (first_is and second_is) or officer.name == second.name:
        log.get().warning("two officers refused", officer=officer.name[:64], second=second.name[:64])
        raise Refusal(Fault.FORBIDDEN, "a security officer and a second person must both give name and password")
    return Officers(officer.name, second.name)


async def open_content(hub: Hub, package_id: str, both: Officers, reason: str, target: Path) -> dict[str, Any]:
    """Write the bytes of a package that is kept back to a new file; who opened it is on record before the first byte.

    Raises Refusal: NOT_FOUND, STATE_CONFLICT, REASON_REQUIRED, CONFLICT when there is such a file already.
    """
    # law: R-012 R-013 NĐ30 Đ21.2b
    detail = both.detail(_reason(reason))

    def work(connection: Connection) -> Row[Any]:
        row = _kept_back(connection, package_id)
        facts = {**detail, "sha256": row.sha256}
        opened = events.Event("content.opened", both.actor, package_id, detail=facts)
        hub.journal.record(connection, hub.clock.now(), [opened])
        return row

    try:
        handle = await hub.in_thread(partial(os.open, target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise Refusal(Fault.CONFLICT, f"no new file {target.name} can be made there") from error
    with os.fdopen(handle, "wb") as file:
        try:
            row = await hub.db.write(work)
            async for piece in content.of_row(hub, row).chunks():
                await hub.in_thread(partial(file.write, piece))
        except BaseException:
            await hub.in_thread(partial(target.unlink, missing_ok=True))
            raise
    return {"package_id": package_id, "file": str(target), "size": row.size, "sha256": row.sha256}


async def release(hub: Hub, package_id: str, both: Officers, reason: str) -> PackageStatus:
    """Let a package travel that was kept back. Raises Refusal: NOT_FOUND, STATE_CONFLICT, REASON_REQUIRED.

    Never what was refused at the door: its sender has been told so.
    """
    detail = both.detail(_reason(reason))

    def work(connection: Connection) -> list[str]:
        row = _kept_back(connection, package_id)
        if row.fault is not None:
            raise Refusal(Fault.STATE_CONFLICT, "the package was refused; it can only be opened or erased")
        hold.release(hub, connection, package_id, both.actor, {"held_for": row.held_for or "", **detail})
        return hold.waiting_systems(connection, package_id)

    hold.wake(hub, await _moved(hub, work))
    return PackageStatus.ACCEPTED


async def erase(hub: Hub, package_id: str, both: Officers, reason: str) -> PackageStatus:
    """Erase the content of a package that is kept back. Raises Refusal: NOT_FOUND, STATE_CONFLICT, REASON_REQUIRED."""
    # law: R-013
    detail = both.detail(_reason(reason))

    def work(connection: Connection) -> None:
        row = _kept_back(connection, package_id)
        if not erasing.erase(connection, hub.journal, hub.clock.now(), row, both.actor, detail):
            raise Refusal(Fault.STATE_CONFLICT, "the package is under a legal hold")  # law: R-232

    await _moved(hub, work)
    await erasing.remove_files(hub)
    return PackageStatus.ERASED


async def _moved(hub: Hub, work: Any) -> Any:
    try:
        return await hub.db.write(work)
    except events.StaleStatusError as stale:
        raise Refusal(Fault.STATE_CONFLICT, "the package was moved by somebody else") from stale


def _kept_back(connection: Connection, package_id: str) -> Row[Any]:
    row = packages.get(connection, package_id)
    if row is None:
        raise Refusal(Fault.NOT_FOUND)
    if row.status not in _KEPT_BACK:
        raise Refusal(Fault.STATE_CONFLICT, f"the package is {row.status}, not held or quarantined")
    return row


async def _right(hub: Hub, person: Person, role: str | None) -> bool:
    row = await hub.db.read(lambda connection: users.get(connection, person.name))
    if row is None or row.state != "active" or (role is not None and row.role != role):
        return False
    return await hub.in_thread(partial(passwords.is_right, row.password, person.password))


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise Refusal(Fault.REASON_REQUIRED, where="reason")
    return reason[:500]
