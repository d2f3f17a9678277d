"""The log: one JSON object per line on stderr; the event's name first, facts as fields.

A log is read by people who may not read the documents, so some facts never enter it: subjects, contents, secrets.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

NEVER_LOGGED = frozenset({
    "subject", "content", "body", "secret", "password", "token", "authorization", "key", "private_key", "nonce",
    "signature_text", "cookie", "session",
})  # fmt: skip
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
    out = stream or sys.stderr
    structlog.configure(
        processors=[
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
    return cast("Log", structlog.get_logger())


def get() -> Log:
    """The logger of the present configuration; before `configure` it prints to the terminal."""
    return cast("Log", structlog.get_logger())


def _withhold(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace what no log may hold; the field stays, so that a reader sees something was withheld."""
    for name in NEVER_LOGGED & event.keys():
        event[name] = "[withheld]"
    return {"event": event.pop("event"), **event}
