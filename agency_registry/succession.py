"""What becomes of an agency: typed links from a code that is out of use to whoever took over its work.

A link is followed only from a code that is out of use. What leads on is followed to agencies that still take part, and
never in a circle.  law: R-026 QĐ28 Đ16.1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

KINDS: Final = ("renamed", "merged_into", "split_into", "moved", "recoded", "closed")
LEADING_ON: Final = ("merged_into", "split_into", "recoded", "closed")
"""Kinds after which the code itself is out of use."""


@dataclass(frozen=True, slots=True)
class Succession:
    """One link. successor: organ id of who took over; "" where nobody did. first_day: from when it holds.

    decision, decided_on: number and day of the decision behind it; "" and None where none was named.
    """

    kind: str
    organ_id: str
    successor: str
    first_day: date
    decision: str = ""
    decided_on: date | None = None

    def as_json(self) -> dict[str, object]:
        """The link as JSON values."""
        return {
            "kind": self.kind,
            "organ_id": self.organ_id,
            "successor": self.successor or None,
            "first_day": self.first_day.isoformat(),
            "decision": self.decision,
            "decided_on": None if self.decided_on is None else self.decided_on.isoformat(),
        }


Path = tuple[Succession, ...]
"""The links from one code to one agency that takes part."""


def paths(
    code: str, links: Callable[[str], Sequence[Succession]], takes_part: Callable[[str], bool]
) -> tuple[Path, ...]:
    """One path to each agency that carries on the work of a code out of use; each agency once, in the order met.

    links: the links that lead on from a code, as they hold now. A link that leads nowhere gives no path.
    """
    found: dict[str, Path] = {}
    waiting: list[Path] = [(link,) for link in links(code) if link.successor]
    seen = {code}
    while waiting:
        path = waiting.pop(0)
        reached = path[-1].successor
        if reached in seen:
            continue
        if takes_part(reached):
            found.setdefault(reached, path)
            continue
        seen.add(reached)
        waiting[:0] = [(*path, link) for link in links(reached) if link.successor]
    return tuple(found.values())
