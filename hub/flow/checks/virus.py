"""Every attachment is scanned before it is delivered, if a scanner is set.

Infected: refused and sealed away. No scanner answers: held until one does, but an urgent document travels with a
warning. What is scanned are the decoded files, not their base64 on the wire; the scanner opens archives itself.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from edxml.faults import Fault
from hub.flow.checks.base import Action, Check, Finding, Outcome, everywhere
from hub.scanner import Infected, Unavailable
from hub.states import Hold

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import CheckedFile, Subject
    from hub.scanner import Result, Scanner

URGENT = 1
"""Least urgency (khẩn) that does not wait for a scanner."""


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """The first infected file, else the first one that could not be scanned."""
    # law: R-178 TT Đ5.1 BD Đ2.4
    scanner = hub.scanner
    if scanner is None or not subject.files:
        return []
    results = await asyncio.gather(*(_scanned(scanner, file) for file in subject.files))
    together = list(zip(subject.files, results, strict=True))
    for file, result in together:
        if isinstance(result, Infected):
            name, where = result.name, file.attachment.name
            return [Finding(Fault.VIRUS, name, where, Action.QUARANTINE, Hold.VIRUS, detail_vi=name)]
    urgent = subject.package.priority >= URGENT and hub.settings.antivirus.urgent_passes
    action = Action.WARN if urgent else Action.HOLD
    for file, result in together:
        if isinstance(result, Unavailable):
            vietnamese = "chưa quét được mã độc"
            where = file.attachment.name
            return [Finding(Fault.DEPENDENCY_DOWN, result.reason, where, action, Hold.SCANNER, detail_vi=vietnamese)]
    return []


async def _scanned(scanner: Scanner, file: CheckedFile) -> Result:
    if file.path is None:
        return Unavailable("the file was not kept for the scanner")
    return await scanner.scan(file.path)


CHECK = Check(
    slug="virus",
    law="R-178",
    title_vi="Quét mã độc",
    title_en="Antivirus",
    find=find,
    outcomes=everywhere(Outcome.ENFORCE),
    fixed=True,  # law: R-178: whether to scan is the setting [antivirus], not a profile
)
