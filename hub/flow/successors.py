"""Codes that are out of use: who took over, in words for the sender of a document and for who gets it instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.flow import notes
from hub.states import Copy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from agency_registry.agency import Agency
    from agency_registry.directory import Directory
    from agency_registry.succession import Path, Succession
    from edxml.model import Warning as Note
    from hub.context import Hub
    from hub.flow.routing import Route

_BECAME: Final = {
    "merged_into": ("đã sáp nhập vào", "was merged into"),
    "split_into": ("đã chia tách thành", "was split into"),
    "recoded": ("đã đổi sang mã", "has now the code"),
    "closed": ("đã chấm dứt hoạt động, kế thừa là", "was closed; its successor is"),
}
SHOWN: Final = 10
"""How many successors a sentence names."""


def sole(directory: Directory, code: str) -> Agency | None:
    """The one agency that carries on; None where nobody does, and where several share it: nobody guesses which."""
    found = directory.successors(code)
    return found[0] if len(found) == 1 else None


def words(directory: Directory, code: str) -> tuple[str, str]:
    """What became of a code that is out of use, Vietnamese and English; each successor with code and name.

    law: R-026 QĐ28 Đ16.1
    """
    paths = directory.succession(code)
    if not paths and directory.agency(code) is None:
        return f"không có cơ quan nào mang mã {code}", f"no agency has the code {code}"
    if not paths:
        return (
            f"{code} đã chấm dứt hoạt động, chưa ghi nhận cơ quan kế thừa",
            f"{code} is closed and no successor is recorded",
        )
    first = paths[0][0]
    named = [_named(directory, path) for path in paths[:SHOWN]]
    more = len(paths) - len(named)
    vi, en = _BECAME[first.kind]
    return (
        f"{code} {vi} {', '.join(named)}{f' và {more} cơ quan nữa' if more else ''}{_behind(first)[0]}",
        f"{code} {en} {', '.join(named)}{f' and {more} more' if more else ''}{_behind(first)[1]}",
    )


def notices(hub: Hub, routes: Sequence[Route]) -> tuple[Note, ...]:
    """What the sender is told of each recipient that gets the document for a code out of use."""
    return tuple(
        notes.warning("sent_to_successor", f"{route.written_as} → {route.recipient}: {reason}")
        for route in routes
        if route.copy is Copy.SUCCESSOR
        for reason in words(hub.directory, route.written_as)[:1]
    )


def stamp(directory: Directory, written_as: str) -> dict[str, Any]:
    """For who gets a document in another's place: to which code and name it was addressed, and why it came here."""
    agency = directory.agency(written_as)
    paths = directory.succession(written_as)
    first = paths[0][0] if paths else None
    return {
        "code": written_as,
        "name": agency.name if agency is not None and agency.state == "closed" else "",
        "kind": first.kind if first is not None else "",
        "first_day": first.first_day if first is not None else None,
        "decision": first.decision if first is not None else "",
        "decided_on": first.decided_on if first is not None else None,
    }


def _named(directory: Directory, path: Path) -> str:
    reached = directory.agency(path[-1].successor)
    return path[-1].successor if reached is None else f"{reached.organ_id} ({reached.name})"


def _behind(link: Succession) -> tuple[str, str]:
    since = _day(link.first_day)
    decided = f" ngày {_day(link.decided_on)}" if link.decided_on is not None else ""
    decided_en = f" of {_day(link.decided_on)}" if link.decided_on is not None else ""
    vi = f" từ ngày {since}" + (f", theo {link.decision}{decided}" if link.decision else "")
    en = f" from {since}" + (f", by {link.decision}{decided_en}" if link.decision else "")
    return (vi, en) if link.first_day.year > 1 else ("", "")


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
