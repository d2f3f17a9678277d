"""Verdicts on a package's PDFs: computed once, in a process pool that gets paths, never bytes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from edxml.pdf_signature import verify_pdf
from edxml.verdict import DocumentReport, FileReport, SubIndication, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.context import Hub
    from hub.flow.arrival import Checkable


async def report(hub: Hub, files: Sequence[Checkable]) -> DocumentReport | None:
    """The verdict on all PDFs of one package; None when there is none to check.

    A time-out or a dead worker is INDETERMINATE: never PASSED, and never FAILED either.
    """
    if not files:
        return None
    checked = await asyncio.gather(*(_one(hub, file) for file in files))
    return DocumentReport.of(checked, copy_needs_mark=hub.profile.copy_needs_mark)


async def _one(hub: Hub, file: Checkable) -> FileReport:
    loop = asyncio.get_running_loop()
    work = loop.run_in_executor(hub.verifiers, verify_pdf, file.path, file.name, hub.trust, hub.clock.now())
    try:
        async with asyncio.timeout(hub.settings.intake.verify_timeout_seconds):
            found: FileReport = await work
    except (TimeoutError, BrokenPipeError, RuntimeError) as error:
        return FileReport(file.name, Verdict.INDETERMINATE, SubIndication.TRY_LATER, detail=type(error).__name__)
    return found
