"""The log: one JSON object per line on stderr; the event's name first, facts as fields.

A log is read by people who may not read the documents, so some facts never enter it: subjects, contents, secrets.
It is bounded too: of one event so many lines a minute are written, the rest are counted in the next line (`dropped`).
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO, cast

import structlog

from hub.limits import Limiter, Rate

if TYPE_CHECKING:
    from collections.abc import MutableMapping

NEVER_LOGGED = frozenset({
    "subject", "content", "body", "secret", "password", "token", "authorization", "key", "private_key", "nonce",
    "signature_text", "cookie", "session",
})  # fmt: skip
LINES_PER_MINUTE = Rate(600, 60)
"""Most lines of one event."""

LEVELS = ("debug", "info", "warning", "error")

_TRACEBACK = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
"""Where it went wrong, and nothing of what was being worked on: local variables hold subjects and secrets."""

_STANDARD = '{"event": "library", "logger": "%(name)s", "level": "%(levelname)s", "message": "%(message)s"}'

Log = structlog.typing.FilteringBoundLogger


def configure(level: str = "info", stream: TextIO | None = None) -> Log:
    """Set the process's log up and give its root logger.

    level: one of LEVELS. stream: where the lines go, stderr when None.
    """
    number = cast("int", getattr(logging, level.upper()))
    out = cast("TextIO", Yielding(stream or sys.stderr))
    sparing = Sparing()
    structlog.configure(
        processors=[
            sparing,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _withhold,
            structlog.processors.ExceptionRenderer(_TRACEBACK),
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=out, format=_STANDARD, force=True)
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: sparing.passes(f"library {record.name}") is not None)
    return cast("Log", structlog.get_logger())


def get() -> Log:
    """The logger of the present configuration; before `configure` it prints to the terminal."""
    return cast("Log", structlog.get_logger())


class Yielding:
    """A stream whose end troubles nobody: a line that cannot be written is lost, the work it tells of goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As the stream; 0 when it is closed, full or gone."""
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            return 0

    def flush(self) -> None:
        """As the stream."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


class Sparing:
    """Lets so many lines of each event through; a flood of bad calls must not fill the disk."""

    def __init__(self, rate: Rate = LINES_PER_MINUTE, limiter: Limiter | None = None) -> None:
        self._rate = rate
        self._limiter = limiter or Limiter()
        self._dropped: Counter[str] = Counter()

    def passes(self, event: str) -> int | None:
        """How many lines of this event were dropped before this one; None when this one is to be dropped too."""
        if self._limiter.wait(event, self._rate):
            self._dropped[event] += 1
            return None
        return self._dropped.pop(event, 0)

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Drop the line, or tell what was dropped before it."""
        dropped = self.passes(str(event.get("event")))
        if dropped is None:
            raise structlog.DropEvent
        return {**event, "dropped": dropped} if dropped else event


def _withhold(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace what no log may hold; the field stays, so that a reader sees something was withheld.  law: P-11"""
    for name in NEVER_LOGGED & event.keys():
        event[name] = "[withheld]"
    return {"event": event.pop("event"), **event}
