"""What `truc check` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know before real documents travel. level: red (not fit), yellow (know it), green (fine)."""

    level: str
    code: str
    vietnamese: str
    english: str
