"""A document whose signature is proven wrong is refused at the door; anything less certain travels, labelled.

From the national axis it is delivered marked FAILED, so that the addressee answers 02 (R-073).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.verdict import Integrity, SubIndication, Verdict
from hub.flow.checks.base import Check, Finding, Outcome, outcomes

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


_FAULTS: dict[SubIndication | None, Fault] = {
    SubIndication.REVOKED: Fault.CERT_REVOKED,
    SubIndication.NOT_YET_VALID: Fault.CERT_NOT_YET_VALID,  # law: R-080
}


async def find(hub: Hub, subject: Subject) -> list[Finding]:  # noqa: ARG001
    """Every file with a verdict FAILED."""
    # law: R-069 TT15/2025 Đ6, R-073 HN Đ9.1b
    found = []
    for file in subject.report.files if subject.report is not None else ():
        if file.verdict is not Verdict.FAILED:
            continue
        changed = any(signature.integrity is Integrity.CHANGED for signature in file.signatures)
        fault = Fault.PDF_MODIFIED_AFTER_SIGN if changed else _FAULTS.get(file.sub_indication, Fault.PDF_SIG_INVALID)
        why = str(file.sub_indication or "FAILED")
        found.append(Finding(fault, why, file.name, detail_vi=f"kết quả kiểm tra {why}"))
    return found


CHECK = Check(
    slug="failed_signature",
    law="R-069, R-072, R-073",
    title_vi="Chữ ký số không hợp lệ hoặc nội dung bị sửa sau khi ký",
    title_en="A signature is not valid, or the content was changed after signing",
    find=find,
    outcomes=outcomes(vxp=Outcome.ENFORCE),
)
