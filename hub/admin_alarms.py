"""The admin commands of alarms. `hub.admin` answers them."""

from __future__ import annotations

from hub import clock
from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, operator
from hub.context import Hub
from hub.flow.watch import told

MOST = 1000


async def alarm_list(hub: Hub, args: Args) -> Answer:
    """What stands open for the operator, oldest first, from behind a number."""
    found = await told.operators(hub, after=_number(args.get("after") or 0), limit=MOST)
    return {"alarms": [_line(one) for one in found]}


async def alarm_clear(hub: Hub, args: Args) -> Answer:
    """Somebody has seen to one of them."""
    number = _number(args["number"])
    await told.seen_to(hub, number, operator(args), args["reason"])
    return {"number": number, "state": "cleared"}


COMMANDS: dict[str, CommandFunction] = {"alarm.list": alarm_list, "alarm.clear": alarm_clear}


def _line(one: told.AlarmView) -> Answer:
    return {
        "number": one.seq,
        "kind": one.kind,
        "title_vi": one.title[0],
        "title_en": one.title[1],
        "package_id": one.package_id,
        "delivery_id": one.delivery_id,
        "recipient": one.recipient,
        "raised_at": clock.local_text(one.raised_at),
        "due_at": clock.local_text(one.due_at) if one.due_at is not None else None,
        "detail": dict(one.detail),
    }


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError as cause:
        raise WrongArgumentError(f"number: {value}") from cause
