"""The admin commands of the working calendar: what the operator enters over the known days and hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from edxml.faults import Fault, Refusal
from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, operator
from hub.calendar import DayKind, DayLine, DayState, HoursLine
from hub.context import Hub
from hub.profile import Hours
from hub.store import calendar, events

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_DAYS = 31
"""Days one call may enter."""


async def lines(hub: Hub, _args: Args) -> Answer:
    """The hub's profile, every line that stands over it, and the year whose days off must be entered now, if one."""
    days, hours = await hub.db.read(calendar.days), await hub.db.read(calendar.hours)
    return {
        "profile": hub.profile.name,
        "undecided": hub.calendars.undecided_from(hub.clock.now()),
        "days": [
            {
                "date": line.day.isoformat(),
                "agency": line.organ_id,
                "kind": line.kind.value,
                "name": line.name,
                "source": line.source,
                "state": line.state.value,
                "place": line.place,
            }
            for line in days
        ],
        "hours": [
            {
                "number": line.place,
                "agency": line.organ_id,
                "source": line.source,
                "hours": line.hours.model_dump(mode="json"),
            }
            for line in hours
        ],
    }


async def day(hub: Hub, args: Args) -> Answer:
    """Enter a day, or all from `day` to `until`; each counts from now on instead of what is known of it."""
    kind, state = _word(DayKind, args["kind"]), _word(DayState, args.get("state") or DayState.DECIDED)
    name, source = _text(args, "name"), _text(args, "source")
    organ_id, by, now = _organ_id(hub, args), operator(args)[:80], hub.clock.now()
    days = _days(args)

    def work(connection: Connection) -> None:
        for one in days:
            calendar.add_day(connection, DayLine(one, kind, name, state, source, organ_id), by, now)

    told = {"day": days[0].isoformat(), "until": days[-1].isoformat(), "kind": kind.value, "source": source}
    await _changed(hub, args, "calendar_day_entered", told | {"agency": organ_id, "state": state.value}, work)
    return {"entered": len(days), "agency": organ_id, **told}


async def day_remove(hub: Hub, args: Args) -> Answer:
    """End what was entered for a day, or for all from `day` to `until`; what is known beside it counts again."""
    organ_id, now, days = _organ_id(hub, args), hub.clock.now(), _days(args)

    def work(connection: Connection) -> None:
        if not sum(calendar.end_day(connection, one, organ_id, now) for one in days):
            raise Refusal(Fault.NOT_FOUND, f"nothing was entered for {days[0].isoformat()}")

    told = {"day": days[0].isoformat(), "until": days[-1].isoformat(), "agency": organ_id}
    await _changed(hub, args, "calendar_day_removed", told, work)
    return {"removed": True, **told}


async def hours(hub: Hub, args: Args) -> Answer:
    """Enter working hours of the province or of one agency; they come before the profile's."""
    try:
        entered = Hours.model_validate(args["hours"])
    except ValidationError as cause:
        told = cause.errors()[0]
        where = ".".join(str(part) for part in told["loc"])
        raise WrongArgumentError(f"hours {where}: {told['msg']}") from cause
    source, organ_id, by, now = _text(args, "source"), _organ_id(hub, args), operator(args)[:80], hub.clock.now()
    numbers: list[int] = []

    def work(connection: Connection) -> None:
        numbers.append(calendar.add_hours(connection, HoursLine(entered, source, organ_id), by, now))

    sessions = ",".join(entered.sessions)
    await _changed(hub, args, "calendar_hours_entered", {"agency": organ_id, "source": source, "hours": sessions}, work)
    return {"number": numbers[-1], "agency": organ_id, "hours": entered.model_dump(mode="json"), "source": source}


async def hours_remove(hub: Hub, args: Args) -> Answer:
    """End one line of hours."""
    now = hub.clock.now()
    try:
        number = int(args["number"])
    except (TypeError, ValueError) as cause:
        raise WrongArgumentError(f"number: {args['number']}") from cause

    def work(connection: Connection) -> None:
        if not calendar.end_hours(connection, number, now):
            raise Refusal(Fault.NOT_FOUND, f"no hours stand under {number}")

    await _changed(hub, args, "calendar_hours_removed", {"number": str(number)}, work)
    return {"removed": True, "number": number}


async def _changed(hub: Hub, args: Args, what: str, told: dict[str, str], work: Callable[[Connection], None]) -> None:
    """Do it and write who did it and why, in one transaction; the hub's calendars are new afterwards."""
    now = hub.clock.now()
    detail = {"alarm": what, "reason": args.get("reason") or "", **told}
    event = events.Event("alarm.raised", f"user:{operator(args)}"[:80], detail=detail)

    def both(connection: Connection) -> None:
        work(connection)
        hub.journal.record(connection, now, [event])

    await hub.db.write(both)
    await hub.reload()


def _days(args: Args) -> list[date]:
    try:
        first = date.fromisoformat(args["day"])
        last = date.fromisoformat(args.get("until") or args["day"])
    except (TypeError, ValueError) as cause:
        raise WrongArgumentError(f"{args['day']} {args.get('until') or ''} (yyyy-mm-dd)") from cause
    if not 0 <= (last - first).days < MOST_DAYS:
        raise WrongArgumentError(f"{first} … {last}: 1–{MOST_DAYS} ngày / days")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _organ_id(hub: Hub, args: Args) -> str:
    """The agency a line is for, as the registry names it; '' = the whole province."""
    code = args.get("organ_id")
    if not code:
        return ""
    agency = hub.directory.agency(code)
    if agency is None:
        raise Refusal(Fault.ORG_UNKNOWN, str(code)[:64])
    return agency.organ_id


def _word(kind: Any, said: Any) -> Any:
    try:
        return kind(said)
    except ValueError as cause:
        raise WrongArgumentError(f"{said} ({', '.join(kind)})") from cause


def _text(args: Args, name: str) -> str:
    text = str(args[name]).strip()
    if not text or len(text) > 500 or not text.isprintable():
        raise WrongArgumentError(f"{name}: 1–500 ký tự / characters")
    return text


COMMANDS: dict[str, CommandFunction] = {
    "calendar.lines": lines,
    "calendar.day": day,
    "calendar.day.remove": day_remove,
    "calendar.hours": hours,
    "calendar.hours.remove": hours_remove,
}
"""Their part of `hub.admin.COMMANDS`."""
