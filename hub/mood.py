"""The mood of a toy axis: how it misbehaves, and until when (`truc break axis`); every other hub has none."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(slots=True)
class Mood:
    """`take` a mode until a moment of `Clock.running`; `now` gives it while it lasts, '' afterwards.

    chance: what decides in the mood; the same seed gives the same choices.
    """

    MODES: ClassVar[tuple[str, ...]] = ("html", "slow", "duplicate", "reorder", "corrupt", "down")
    OFF: ClassVar[str] = "off"

    mode: str = ""
    until: float = 0.0
    chance: random.Random = field(default_factory=random.Random)

    def take(self, mode: str, until: float, seed: int) -> None:
        """Misbehave from now on; OFF: behave."""
        self.mode = "" if mode == self.OFF else mode
        self.until = until
        self.chance = random.Random(seed)  # noqa: S311 - a toy's choices, not a secret

    def now(self, moment: float) -> str:
        """The mode in force at this moment."""
        return self.mode if self.mode and moment < self.until else ""
