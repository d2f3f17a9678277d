"""The admin commands about people who use the pages; each is in the journal with the operator who gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edxml.faults import Fault, Refusal
from hub import passwords
from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, operator
from hub.context import Hub
from hub.store import events, sessions, users

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection


async def add(hub: Hub, args: Args) -> Answer:
    """A person who uses the pages: the name and a first password, told this once."""
    name, role = args["name"], args["role"]
    if role not in users.ROLES:
        raise WrongArgumentError(f"{role} ({', '.join(users.ROLES)})")
    now = hub.clock.now()
    password = args.get("password") or passwords.new_password()
    hashed = await hub.in_thread(lambda: passwords.hash_password(password))

    def work(connection: Connection) -> bool:
        return users.add(connection, name, role, hashed, now, organ_id=args.get("organ_id"))

    if not await _recorded(hub, args, "user_added", work):
        raise Refusal(Fault.CONFLICT, f"a person named {name} exists")
    return {"name": name, "role": role, "password": password}


async def suspend(hub: Hub, args: Args) -> Answer:
    """Lock an account; every session of it ends at once."""  # law: R-189 HN Đ20.2b

    def work(connection: Connection) -> bool:
        sessions.end_all(connection, args["name"])
        return users.set_state(connection, args["name"], "suspended")

    return await _changed(hub, args, "user_suspended", work)


async def activate(hub: Hub, args: Args) -> Answer:
    """Open an account again; the person signs in anew."""

    def work(connection: Connection) -> bool:
        return users.set_state(connection, args["name"], "active")

    return await _changed(hub, args, "user_activated", work)


async def password(hub: Hub, args: Args) -> Answer:
    """A new password, told this once; every session of the person ends at once."""
    fresh = passwords.new_password()
    hashed = await hub.in_thread(lambda: passwords.hash_password(fresh))

    def work(connection: Connection) -> bool:
        sessions.end_all(connection, args["name"])
        return users.set_password(connection, args["name"], hashed)

    return {**await _changed(hub, args, "user_password", work), "password": fresh}


async def everybody(hub: Hub, _args: Args) -> Answer:
    """All people, without passwords."""
    return {"users": await hub.db.read(users.all_people)}


async def _changed(hub: Hub, args: Args, what: str, work: Callable[[Connection], bool]) -> Answer:
    if not await _recorded(hub, args, what, work):
        raise Refusal(Fault.NOT_FOUND, f"nobody is named {args['name']}")
    row = await hub.db.read(lambda connection: users.get(connection, args["name"]))
    return {"name": args["name"], "state": row.state if row is not None else ""}


async def _recorded(hub: Hub, args: Args, what: str, work: Callable[[Connection], bool]) -> bool:
    """Do it and write who did it, in one transaction; whether it was done."""
    now = hub.clock.now()
    detail = {"alarm": what, "user": args["name"], "reason": args.get("reason") or ""}
    event = events.Event("alarm.raised", f"user:{operator(args)}"[:80], detail=detail)

    def both(connection: Connection) -> bool:
        done = work(connection)
        if done:
            hub.journal.record(connection, now, [event])
        return done

    return await hub.db.write(both)


COMMANDS: dict[str, CommandFunction] = {
    "user.add": add,
    "user.suspend": suspend,
    "user.activate": activate,
    "user.password": password,
    "user.list": everybody,
}
"""Their part of `hub.admin.COMMANDS`."""
