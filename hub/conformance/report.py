"""The report of a check: what was tried, what came of it, the level reached; signed so that it can be shown later.

It is a compact JWS (RFC 7515, x5c) under a receipt key; `hub.flow.conformity` reads it again.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Any

from connectors.testing.scenario import Words
from hub import clock
from hub.flow import conformity
from hub.keys import Keys


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one scenario.

    level: the lowest level that needs it. verdict: passed | failed | not_seen (nothing was shown, either way) |
    not_applicable.
    """

    id: str
    title: Words
    level: int
    verdict: str
    seconds: float = 0
    cause: Words | None = None
    remedy: Words | None = None

    @property
    def stands_in_the_way(self) -> bool:
        """Whether its level cannot be reached."""
        return self.verdict in ("failed", "not_seen")

    def as_json(self) -> dict[str, Any]:
        """As in the report."""
        found: dict[str, Any] = {
            "id": self.id, "title_vi": self.title.vi, "title_en": self.title.en, "level": self.level,
            "verdict": self.verdict, "seconds": round(self.seconds, 2),
        }  # fmt: skip
        for name, words in (("cause", self.cause), ("remedy", self.remedy)):
            if words is not None:
                found |= {f"{name}_vi": words.vi, f"{name}_en": words.en}
        return found


def content(subject: Mapping[str, str], lines: Sequence[Line], level: int, now: datetime, seed: str) -> dict[str, Any]:
    """The report as JSON. subject: what was checked (`kind` connector | system, `name`, `door`)."""
    return {
        "type": conformity.TYPE,
        "subject": dict(subject),
        "at": clock.local(now).isoformat(timespec="seconds"),
        "seed": seed,
        "versions": {"truc": metadata.version("truc"), "python": platform.python_version()},
        "level": level,
        "scenarios": [line.as_json() for line in lines],
    }


def sign(keys: Keys, report: Mapping[str, Any]) -> str:
    """The compact JWS of a report."""
    return keys.sign_receipt(json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
