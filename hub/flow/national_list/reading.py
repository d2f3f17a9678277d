"""The axis's lists of organisations, fetched whole and kept small."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.vxp import lists
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Protocol

    class Axis(Protocol):
        """Who gives the rows of a list."""

        def rows(self, method: str) -> AsyncIterator[lists.Row]:
            """Rows of `method`; raises PeerTroubleError."""
            ...


@dataclass(frozen=True, slots=True)
class NationalList:
    """What the axis says today.

    older: code -> codes it went by before, as the axis's own tables tell; never guessed.
    """

    units: tuple[lists.Unit, ...]
    older: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The highest version among the rows; 0 when there are none."""
        return max((one.version for one in self.units), default=0)


async def read(axis: Axis) -> NationalList:
    """All three lists. Raises PeerTroubleError: an answer that breaks off is no list."""
    units = [lists.unit(row) async for row in axis.rows("getSynchronizeUnit")]
    older: dict[str, tuple[str, ...]] = {}
    for method, name in (("getAgenciesList", "oldCode"), ("getAgenciesListQD20", "code102")):
        async for row in axis.rows(method):
            code, old = organ.normalise(lists.word(row, "code")), organ.normalise(lists.word(row, name))
            if code and old and old != code and old not in older.get(code, ()):  # law: R-023 CB Đ4
                older[code] = (*older.get(code, ()), old)
    return NationalList(tuple(units), older)
