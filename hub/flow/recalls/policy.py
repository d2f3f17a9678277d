"""Which recipients may keep their copy when a document is wanted back: the profile's policy, for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import states
from hub.profile.rules import RecallPolicy

if TYPE_CHECKING:
    from agency_registry.directory import Directory
    from hub.profile.rules import Flows

NATIONAL = "national"


def keeps(flows: Flows, directory: Directory, sender: str, recipient: str, business_status: str | None) -> bool:
    """Whether a recipient that has this business status need not give its copy back.

    Only under BEFORE_HANDLED, once it handles the document. Traffic with agencies beyond the province follows the
    national decision, which sets no such condition.
    """
    if flows.recall is not RecallPolicy.BEFORE_HANDLED:
        return False  # law: R-148 HN Đ9.2
    if _national(directory, sender) or _national(directory, recipient):
        return False  # law: R-148 QĐ28 Đ8.2
    rank = states.STATUS_RANK
    return rank.get(business_status or "", 0) >= rank[flows.handled_from]  # law: R-147 CB Đ7.5


def _national(directory: Directory, code: str) -> bool:
    agency = directory.agency(code)
    return agency is None or agency.scope == NATIONAL
