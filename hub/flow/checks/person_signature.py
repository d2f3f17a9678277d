"""A main PDF signed by organisations alone and not marked as a copy: it lacks what makes an original."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault
from edxml.verdict import Role, main_file
from hub.flow.checks.base import Check, Finding, Outcome, everywhere

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.flow.checks.base import Subject


async def find(hub: Hub, subject: Subject) -> list[Finding]:
    """The signature that is missing: the authorised person's, or the organisation's."""
    # law: R-061 NĐ30 Đ5.1, R-065 NĐ30 Đ25.1c
    main = main_file(subject.report.files) if subject.report is not None else None
    if main is None or not main.signatures:
        return []
    roles = {one.role for one in main.signatures}
    if roles == {Role.PERSON}:
        why = ("the organisation did not sign", "thiếu chữ ký số của cơ quan")
    elif roles == {Role.ORGANISATION} and hub.profile.copy_needs_mark:
        if any(one.copy_mark for one in main.signatures):
            return []
        why = ("no person signed, and it is not marked as a copy", "thiếu chữ ký số của người có thẩm quyền")
    else:
        return []
    return [Finding(Fault.SIG_MISSING, why[0], main.name, detail_vi=why[1])]


CHECK = Check(
    slug="person_signature",
    law="R-061, R-065",
    title_vi="Chưa đủ chữ ký của người có thẩm quyền và của cơ quan",
    title_en="It is not signed by both person and organisation",
    find=find,
    outcomes=everywhere(Outcome.WARN),
)
