"""The admin command that makes a toy axis misbehave. `hub.admin` answers it; `hub.http.misbehaviour` does it."""

from __future__ import annotations

import random

from edxml.faults import Fault, Refusal
from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError
from hub.context import Hub
from hub.mood import Mood

LONGEST_SECONDS = 86_400


async def break_axis(hub: Hub, args: Args) -> Answer:
    """Take on a mood for some seconds; `off` ends it."""
    settings = hub.settings.hub
    if settings.role != "axis" or not settings.secrets_open:
        why, why_vi = (
            "only a toy axis misbehaves: role axis, in test mode",
            "chỉ trục quốc gia giả: role axis, chạy thử",
        )
        raise Refusal(Fault.FORBIDDEN, f"{why_vi} / {why}", detail_vi=why_vi)
    mode = str(args["mode"])
    if mode not in (*Mood.MODES, Mood.OFF):
        raise WrongArgumentError(f"mode: {mode}; {', '.join((*Mood.MODES, Mood.OFF))}")
    seconds = _number("seconds", args.get("seconds"), 60.0)
    seed = int(_number("seed", args.get("seed"), random.SystemRandom().randrange(1, 1 << 31)))
    if not 0 < seconds <= LONGEST_SECONDS:
        raise WrongArgumentError(f"seconds: 0 < {seconds} <= {LONGEST_SECONDS}")
    hub.mood.take(mode, hub.clock.running() + seconds, seed)
    return {"mode": mode, "seconds": seconds if mode != Mood.OFF else 0, "seed": seed}


COMMANDS: dict[str, CommandFunction] = {"break.axis": break_axis}


def _number(name: str, value: object, default: float) -> float:
    if value is None:
        return default
    try:
        return float(str(value))
    except ValueError as cause:
        raise WrongArgumentError(f"{name}: {value}") from cause
