"""Whose signatures are believed: the trust folder as it is now, and its changes while the hub runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edxml.faults import Fault, Refusal
from edxml.trust import revocation_questions, trust_folder
from edxml.trust.certificates import Trust, TrustFiles
from hub import clock
from hub.store import answers, events, rechecks
from hub.store.answer_files import AnswerFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from hub.context import Hub
    from hub.settings import Settings


RECHECK = "recheck"
"""The name under which the bell wakes who looks at undecided packages again."""


class TrustProblem(ValueError):  # noqa: N818 - what it says is for a person
    """A file or a word that names no certificate; the trust list is as it was."""


@dataclass(frozen=True, slots=True)
class TrustList:
    """What a hub knows of its trust folder. addresses: those its certificates name."""

    files: TrustFiles
    addresses: tuple[str, ...]


def load(settings: Settings) -> TrustList:
    """The folder as it is now.

    Raises ValueError with the name of a file that is not what its place says. Reads files: not on the event loop.
    """
    folder = settings.trust_folder
    Trust.from_folder(folder)
    named = {url: None for entry in trust_folder.entries(folder) for url in entry.addresses}
    grace = settings.revocation.grace_hours
    files = TrustFiles(str(folder), str(settings.answers_folder), 1, grace)
    return TrustList(files, tuple(named))


async def reload(hub: Hub, actor: str = "hub", change: dict[str, Any] | None = None) -> None:
    """Believe what the folder says now, and have everything undecided looked at again.

    Raises TrustProblem when a file in it cannot be used: the hub goes on with what it believed.
    """
    try:
        found = await hub.in_thread(lambda: load(hub.settings))
    except (ValueError, OSError) as cause:
        raise TrustProblem(str(cause)) from cause
    # the version last given belongs to the folder last read: verifiers read it anew
    hub.trust, hub.authorities = replace(found.files, version=hub.trust.version + 1), found.addresses
    await keep_answers(hub)
    now = hub.clock.now()

    def write(connection: Connection) -> None:
        rechecks.hasten(connection, clock.to_text(now))
        detail = {"alarm": "trust_changed", **(change or {"change": "reload"})}
        hub.journal.record(connection, now, [events.Event("alarm.raised", actor, detail=detail)])

    await hub.db.write(write)
    hub.bell.ring([RECHECK])


async def keep_answers(hub: Hub) -> None:
    """The operator's own answers, in the trust folder, may become evidence too: kept by digest like those fetched.

    law: R-071 TT15/2025 Đ5
    """
    now = clock.to_text(hub.clock.now())
    rows = await hub.in_thread(lambda: list(_given(hub, now)))

    def write(connection: Connection) -> None:
        for row in rows:
            answers.add(connection, row)

    if rows:
        await hub.db.write(write)


def _given(hub: Hub, now: str) -> Iterator[answers.NewAnswer]:
    files = AnswerFiles(hub.settings.answers_folder)
    believed = Trust.from_folder(hub.settings.trust_folder)
    for kind, found in (("crl", believed.crls), ("ocsp", believed.ocsps)):
        for data in found:
            try:
                answer = revocation_questions.describe(kind, data)
            except ValueError:
                continue  # whoever verifies will make nothing of it either
            until = clock.to_text(answer.next_at) if answer.next_at else None
            digest = files.keep(data)
            yield answers.NewAnswer(digest, kind, "", clock.to_text(answer.as_of), until, now, len(data))


async def listed(hub: Hub) -> list[trust_folder.TrustEntry]:
    """Every certificate of the folder."""
    return await _in_folder(hub, trust_folder.entries)


async def add(hub: Hub, data: bytes, purpose: str, operator: str) -> list[trust_folder.TrustEntry]:
    """Believe these certificates from now on. Raises TrustProblem for what is no certificate."""
    added = await _in_folder(hub, lambda folder: trust_folder.add(folder, data, purpose))
    await reload(hub, f"user:{operator}", _told("added", added))
    return added


async def remove(hub: Hub, fingerprint: str, operator: str) -> list[trust_folder.TrustEntry]:
    """Believe this certificate no more. Raises Refusal(NOT_FOUND), TrustProblem."""
    gone = await _in_folder(hub, lambda folder: trust_folder.remove(folder, fingerprint))
    if not gone:
        raise Refusal(Fault.NOT_FOUND, fingerprint)
    await reload(hub, f"user:{operator}", _told("removed", gone))
    return gone


def _told(change: str, entries: list[trust_folder.TrustEntry]) -> dict[str, Any]:
    return {
        "change": change,
        "certificates": [{"purpose": one.purpose, "fingerprint": one.fingerprint} for one in entries],
    }


async def _in_folder(hub: Hub, work: Callable[[Path], list[trust_folder.TrustEntry]]) -> list[trust_folder.TrustEntry]:
    try:
        return await hub.in_thread(lambda: work(hub.settings.trust_folder))
    except ValueError as cause:
        raise TrustProblem(str(cause)) from cause
