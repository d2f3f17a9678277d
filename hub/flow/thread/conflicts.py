"""Another sending under a DocumentId that is here already: conflict, corrected, supplementary."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from edxml.codes import BusinessType
from edxml.faults import Fault, Refusal
from hub import states
from hub.states import RecallState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edxml.model import Package
    from hub.flow.routing import Route
    from hub.store.packages import Earlier

_GIVEN_BACK = frozenset({RecallState.AGREED.value, RecallState.DESTROYED.value})


def refuse_conflict(package: Package, routes: Sequence[Route], earlier: Sequence[Earlier]) -> list[Earlier]:
    """Refuse other bytes under a DocumentId a recipient may still hold; the refused deliveries this one corrects.

    Only for new and replacing documents. After a refusal 02 the same DocumentId is a corrected sending.
    Raises Refusal(CONFLICT).
    """
    # law: R-028 HN Đ8.3, R-114 R-115 NĐ30 Đ18.3
    if package.business.type not in (BusinessType.NEW, BusinessType.REPLACEMENT):
        return []
    wanted = {route.recipient for route in routes if route.deliverable}
    corrected: list[Earlier] = []
    for one in earlier:
        if one.recipient not in wanted or one.sha256 == package.sha256:
            continue
        if one.business_type not in (BusinessType.NEW, BusinessType.REPLACEMENT):
            continue
        if one.business_status == "02":
            corrected.append(one)  # law: R-131 HN Đ9.1b
        elif one.status in states.HOLDS_COPY and one.recall_state not in _GIVEN_BACK:
            raise Refusal(
                Fault.CONFLICT,
                f"{one.recipient} may still hold other content under this DocumentId; send an update (2) or a "
                "replacement (3) with a new DocumentId",
            )
    return corrected


def supplementary(package: Package, earlier: Sequence[Earlier]) -> str | None:
    """The earlier package this one only brings to further recipients (equal attachment digests), if any."""
    digests = sorted(attachment.sha256 for attachment in package.attachments)
    for one in earlier:
        if sorted(part["sha256"] for part in json.loads(one.attachments)) == digests:
            return one.package_id
    return None
