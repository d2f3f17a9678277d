"""An annex in a file of its own is signed by the organisation when the document is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.verdict import Role, Verdict, main_file
from hub.flow.checks.base import Check, Finding, Outcome, everywhere

if TYPE_CHECKING:
    from edxml.verdict import FileReport
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every PDF beside a signed main file that no organisation signed."""
    # law: R-052 NĐ30 PL I.II.8b
    files = subject.report.files if subject.report is not None else ()
    main = main_file(files)
    if main is None or main.verdict is Verdict.UNSIGNED:
        return []
    detail, vietnamese = "no organisation signed it", "phụ lục chưa có chữ ký số của cơ quan"
    return [
        Finding(Fault.SIG_MISSING, detail, file.name, detail_vi=vietnamese)
        for file in files
        if file is not main and not _organisation_signed(file)
    ]


def _organisation_signed(file: FileReport) -> bool:
    return any(one.role is not Role.PERSON for one in file.signatures)


CHECK = Check(
    slug="annex_signature",
    law="R-052",
    title_vi="Phụ lục chưa được cơ quan ký số",
    title_en="An annex is not signed by the organisation",
    find=find,
    outcomes=everywhere(Outcome.WARN),
)
