"""The secrets of a web hook: one, or two while it is changed; the database has them wrapped, bound to the hook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.calling import signing
from hub import clock

if TYPE_CHECKING:
    from hub.keys import Keys


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret and when it stops signing; None = not before the next one is made."""

    text: str
    ends: datetime | None = None

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Secret(ends={self.ends})"


def fresh() -> tuple[Secret, ...]:
    """Of a new hook."""
    return (Secret(signing.new_secret()),)


def rotated(known: tuple[Secret, ...], now: datetime, hours: int) -> tuple[Secret, ...]:
    """A new one, and the newest of those before it for some hours more."""
    former = Secret(known[0].text, now + timedelta(hours=hours))
    return (*fresh(), former) if hours else fresh()


def valid(known: tuple[Secret, ...], now: datetime) -> list[str]:
    """Those that sign now, newest first."""
    return [secret.text for secret in known if secret.ends is None or now < secret.ends]


def wrapped(keys: Keys, hook_id: str, known: tuple[Secret, ...]) -> bytes:
    """As the database has them."""
    rows = [[secret.text, None if secret.ends is None else clock.to_text(secret.ends)] for secret in known]
    return keys.wrap(json.dumps(rows).encode("ascii"), hook_id.encode("ascii"))


def opened(keys: Keys, hook_id: str, data: bytes) -> tuple[Secret, ...]:
    """What `wrapped` was given. Raises KeyProblem."""
    rows = json.loads(keys.unwrap(data, hook_id.encode("ascii")))
    return tuple(Secret(text, None if ends is None else clock.from_text(ends)) for text, ends in rows)
