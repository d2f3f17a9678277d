"""The papers of a system: its security level and who approved it, its conformity, whom to call.

law: R-180 QĐ28 Đ13.1, R-182 QĐ28 Đ14.2
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from agency_registry import checks
from agency_registry.reasons import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS: Final = ("1", "2", "3", "4", "5")
PAPERS: Final = ("security_level", "security_decision", "conformity", "contact")
"""security_level: one of LEVELS. security_decision: number and date of its approval. conformity: version of QCVN 102
and number of the declaration. contact: who answers for the system, and how they are reached."""

_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Proof:
    """What a verified report of the conformance kit shows. level: 0-3; at: RFC 3339; sha256: of the report, hex."""

    level: int
    at: str
    sha256: str


def proven(present: Mapping[str, object], proof: Proof | None) -> dict[str, object]:
    """The papers with what the report shows; nobody can write these by hand."""
    if proof is None:
        return dict(present)
    told = {"conformance_level": str(proof.level), "conformance_at": proof.at, "conformance_report": proof.sha256}
    return {**present, **told}  # law: R-182 QĐ28 Đ14.2


def level_of(system: Mapping[str, Any]) -> int:
    """The level that the papers of a system, as `show_system` gives it, show; 0 when nothing was checked."""
    return int(system["papers"].get("conformance_level") or 0)


def changed(present: Mapping[str, object], given: Mapping[str, str]) -> dict[str, object]:
    """The papers with what is given; "" takes a paper away. Raises RegistryError(paper_invalid)."""
    result = dict(present)
    for name, text in given.items():
        value = checks.plain(name, text, _LIMIT)
        if name not in PAPERS or (name == "security_level" and value not in {"", *LEVELS}):
            known = f"{', '.join(PAPERS)}; security_level {LEVELS[0]}-{LEVELS[-1]}"
            raise RegistryError("paper_invalid", value=checks.printable(f"{name}={text}"), known=known)
        result[name] = value
    return {name: value for name, value in result.items() if value != ""}
