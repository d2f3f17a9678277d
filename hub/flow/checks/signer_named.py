"""Who signed a document: its competence is kept as it came, its position and name are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.codes import BusinessType
from edxml.faults import Fault
from hub.flow.checks.base import Check, Finding, Outcome, Stage, outcomes

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject

_ISSUED = (BusinessType.NEW, BusinessType.REPLACEMENT)


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """A document whose header says nothing of the signer's position or name."""
    # law: R-039 NĐ30 PL I.II.7b
    signer = subject.header.signer
    named = signer is not None and signer.position.strip() and signer.full_name.strip()
    if named or subject.package.business.type not in _ISSUED:
        return []
    english, vietnamese = "position or name of the signer is missing", "chưa ghi chức vụ hoặc họ tên người ký"
    return [Finding(Fault.PROFILE_INVALID, english, "SignerInfo", detail_vi=vietnamese)]


CHECK = Check(
    slug="signer_named",
    law="R-039",
    title_vi="Chưa ghi đủ người ký",
    title_en="The signer is not named with position",
    find=find,
    outcomes=outcomes(api=Outcome.RECORD, page=Outcome.WARN, vxp=Outcome.RECORD, axis=Outcome.RECORD),
    stage=Stage.HEADER,
)
"""Real packages often leave it to the document itself, so systems are not troubled; who fills in a form is told."""
