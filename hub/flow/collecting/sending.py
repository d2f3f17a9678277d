"""What is said of a sending beside its package, read by the names and the meaning of the native API's metadata."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connectors.forms import wrong
from connectors.forms.metadata import Beside
from edxml.faults import Fault, Refusal
from hub.flow.addressing import said
from hub.flow.addressing.recipients import PLAIN, Sending, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(told: Mapping[str, Any]) -> tuple[Sending, bool]:
    """The sending as the flow knows it, and whether the document is declared to be no State secret (R-011).

    Raises Refusal(PROFILE_INVALID) naming what cannot be read; a group's name too: the package names organisations.
    """
    if not told:
        return PLAIN, False
    try:
        beside = wrong.checked(Beside, dict(told))
    except (wrong.FormError, TypeError, ValueError) as cause:
        vietnamese, english = (
            (cause.text_vi, cause.text_en) if isinstance(cause, wrong.FormError) else ("không phải JSON", "not JSON")
        )
        raise _unreadable(vietnamese, english) from None
    wanted = [one for one in said.written(beside) if isinstance(one, Wanted)]
    if len(wanted) < len(beside.to):
        raise _unreadable("to: chỉ nhận mã định danh", "to: organisation codes only")
    return replace(said.sending(beside), wanted=tuple(wanted)), beside.declaration is not None


def _unreadable(vietnamese: str, english: str) -> Refusal:
    return Refusal(
        Fault.PROFILE_INVALID,
        f"said beside the package: {' '.join(english.split())}"[:300],
        detail_vi=f"thông tin kèm gói tin: {' '.join(vietnamese.split())}"[:300],
    )
