"""What a content check is: one file in this folder, one name, one question about a package."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from hub.flow.addressing.recipients import PLAIN
from hub.profile import DOORS, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from agency_registry.agency import System
    from edxml.faults import Fault
    from edxml.inside import Inside
    from edxml.model import Attachment, MessageHeader, Package
    from edxml.verdict import DocumentReport, FileReport
    from hub.context import Hub
    from hub.flow.addressing.recipients import Sending
    from hub.flow.routing import Route

__all__ = ["DOORS", "Action", "Check", "CheckedFile", "Finding", "Outcome", "Stage", "Subject", "outcomes"]


class Stage(StrEnum):
    """When a check is asked."""

    HEADER = "header"  # before any file is opened or verified: costs microseconds
    CONTENT = "content"  # after verification, with the files' contents and the verdict at hand


class Action(StrEnum):
    """What enforcing a finding means."""

    REFUSE = "refuse"
    HOLD = "hold"  # kept back for the sender's clerk, or until a scanner answers
    QUARANTINE = "quarantine"  # refused, and sealed away for the security officer
    WARN = "warn"  # this one finding is never more than a warning


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of a check that is not "all is well".

    fault: what a refusal says. detail, detail_vi: English and Vietnamese, safe to show to either party and to an
    operator: no content of a document, no subject, no file name. where: the file's name or the element.
    reason: the word under which a package is held (`held_for`).
    """

    fault: Fault
    detail: str
    where: str = ""
    action: Action = Action.REFUSE
    reason: str = ""
    detail_vi: str = ""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One attachment as the checks see it; at Stage.HEADER only `attachment` is known.

    path: its decoded bytes on disk, taken out of a transport zip, None where nobody asked to keep them.
    report: the verdict on a PDF, else None. inside: what a look into a container found, None for other kinds.
    """

    attachment: Attachment
    path: Path | None = None
    report: FileReport | None = None
    inside: Inside | None = None

    @property
    def kind(self) -> str:
        """What the file is by its bytes, and by what stands in it."""
        return self.inside.kind if self.inside is not None else self.attachment.kind


@dataclass(frozen=True, slots=True)
class Subject:
    """One document under examination, after reading and before anything is stored.

    sender: organ id in whose name the system speaks. report: the verdict on all its PDFs, None without any.
    declared: the sender said for this document that it holds no state secret.
    routes: where each recipient code leads. sending: what else its sender said beside the package.
    signed_only: the way it came proves nothing, so its package must be signed.
    """

    package: Package
    sender: str
    system: System
    door: str
    now: datetime
    files: Sequence[CheckedFile] = ()
    report: DocumentReport | None = None
    declared: bool = False
    routes: Sequence[Route] = ()
    sending: Sending = PLAIN
    signed_only: bool = False

    @property
    def header(self) -> MessageHeader:
        """The header of the document; a status message is never the subject of a check."""
        assert self.package.header is not None, "checks are asked about documents"
        return self.package.header


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


def everywhere(outcome: Outcome) -> Mapping[str, Outcome]:
    """The same outcome at every door."""
    return dict.fromkeys(DOORS, outcome)


@dataclass(frozen=True, slots=True)
class Check:
    """A named check. outcomes: by door, as long as the profile says nothing else. law names the rules it serves.

    title_vi, title_en: what a warning or a refusal by this check is called.
    fixed: no profile may change its outcomes.
    """

    slug: str
    law: str
    title_vi: str
    title_en: str
    find: Find
    outcomes: Mapping[str, Outcome] = field(default_factory=outcomes)
    stage: Stage = Stage.CONTENT
    fixed: bool = False
