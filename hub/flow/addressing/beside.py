"""The copies of one package for one agency, seen as one: its own, and what its second system stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.states import BESIDE, RecallState

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST: Final = (
    RecallState.ASKED,
    RecallState.REFUSED,
    RecallState.AGREED,
    RecallState.DESTROYED,
    RecallState.NEVER_DELIVERED,
    RecallState.NONE,
)
"""What tells most of a wish for two copies: one that still waits, or was denied, goes before one that is met."""


def one_each(rows: Sequence[Any]) -> list[Any]:
    """Each agency's own copy, with the recall state of both: a document is back when both copies are."""
    # law: R-135 TT Đ6.1.2, R-155 QĐ28 Đ9.2
    others = {row.recipient: row for row in rows if row.copy in BESIDE}
    if not others:
        return list(rows)
    return [_as_one(row, others.get(row.recipient)) for row in rows if row.copy not in BESIDE]


def of_speaker(rows: Sequence[Any], system_id: str) -> list[Any]:
    """Those of an agency's copies that a system answers for when they are wanted back: of two, each its own.

    rows: all of them, wanted back or not: whoever only stores one never answers for the other.
    """
    stores = any(row.copy in BESIDE and row.system_id == system_id for row in rows)
    return [row for row in rows if (row.system_id == system_id if stores else row.copy not in BESIDE)]


def _as_one(row: Any, other: Any | None) -> Any:
    if other is None:
        return row
    return row._replace(recall_state=min(row.recall_state, other.recall_state, key=_FIRST.index))
