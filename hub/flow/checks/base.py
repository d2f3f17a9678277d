"""What a content check is: one file in this folder, one name, one question about a package."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from agency_registry.agency import System
    from edxml.faults import Fault
    from edxml.model import Attachment, Package
    from edxml.verdict import DocumentReport, FileReport
    from hub.context import Hub

DOORS = ("api", "page", "vxp", "axis")


class Outcome(StrEnum):
    """What a finding does at a door."""

    ENFORCE = "enforce"  # the package is refused, held or put under quarantine, whichever the check asks for
    WARN = "warn"  # the package travels; sender and recipient are told
    RECORD = "record"  # the package travels; it stands in the books only
    OFF = "off"  # the check is not asked


class Action(StrEnum):
    """What enforcing a finding means."""

    REFUSE = "refuse"
    HOLD = "hold"  # kept back for the sender's clerk, or until a scanner answers
    QUARANTINE = "quarantine"  # sealed away for the security officer


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of a check that is not "all is well".

    fault: what a refusal says. detail: English, safe to show: no content of a document, no subject.
    where: the file's name or the element. reason: the word under which a package is held (`held_for`).
    """

    fault: Fault
    detail: str
    where: str = ""
    action: Action = Action.REFUSE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One attachment as the checks see it.

    path: its decoded bytes on disk, None where nobody asked to keep them; report: the verdict on a PDF, else None.
    """

    attachment: Attachment
    path: Path | None = None
    report: FileReport | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One package under examination, after reading and verification and before anything is stored.

    sender: organ id in whose name the system speaks. report: the verdict on all its PDFs, None without any.
    """

    package: Package
    sender: str
    system: System
    door: str
    now: datetime
    files: Sequence[CheckedFile] = ()
    report: DocumentReport | None = None


class Find(Protocol):
    """A check's question. Heavy work goes to `hub.in_thread`; trouble of its own is a finding, never an exception."""

    async def __call__(self, hub: Hub, subject: Subject) -> Sequence[Finding]: ...


def outcomes(
    *,
    api: Outcome = Outcome.ENFORCE,
    page: Outcome = Outcome.ENFORCE,
    vxp: Outcome = Outcome.WARN,
    axis: Outcome = Outcome.WARN,
) -> Mapping[str, Outcome]:
    """Outcomes by door: enforced where Truc's own clients send, warned where real packages come as they are."""
    return {"api": api, "page": page, "vxp": vxp, "axis": axis}


@dataclass(frozen=True, slots=True)
class Check:
    """A named check. outcomes: by door, as long as the profile says nothing else. law: the rules it serves.

    title_vi, title_en: what a warning or a refusal by this check is called.
    """

    slug: str
    law: str
    title_vi: str
    title_en: str
    find: Find
    outcomes: Mapping[str, Outcome] = field(default_factory=outcomes)
