"""What an admin command would change, worked out afresh and leaving no trace."""

from __future__ import annotations

import base64
import binascii
import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edxml.trust import trust_folder
from hub.flow import rehearsal, trust
from hub.flow.national_list import filed
from hub.flow.rehearsal import Change, Line
from hub.flow.two_persons import ACTS
from hub.store import users

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from edxml.trust.trust_folder import TrustEntry
    from hub.context import Hub

Args = dict[str, Any]
Undo = list[tuple[str, Args]]


async def change(hub: Hub, command: str, args: Args) -> Change:
    """What `command` would change now. Raises what the command itself would raise for these arguments."""
    if command == filed.COMMAND:
        return await filed.expected(hub, args)
    if not ACTS[command].in_registry:
        return rehearsal.change_of(await _OTHERS[command](hub, args))
    try:
        with rehearsal.watched(rehearsal.Watcher(rehearsal.undo)):
            await hub.commands[command](hub, args)
    except rehearsal.UndoneError as undone:
        return undone.change
    return rehearsal.change_of(())


async def undo_of(hub: Hub, command: str, args: Args) -> Undo:
    """The commands that would take a command back that is done at once; () when it is not to be done at once."""
    act = ACTS[command]
    if not act.undo:
        return []
    if command != "trust.remove":
        return [(act.undo, {act.of: args[act.of]})]
    known = await trust.listed(hub)
    gone = _named(known, str(args["fingerprint"]))
    if not any(one.is_anchor and one.purpose in _PEOPLES and one not in gone for one in known):
        return []  # nobody would be believed any more: that is no emergency of one certificate
    files: dict[str, bytes] = defaultdict(bytes)
    for one in gone:
        files[one.purpose] += _armored(one.der)
    return [("trust.add", {"purpose": purpose, "data": _text(data)}) for purpose, data in files.items()]


async def _trust_add(hub: Hub, args: Args) -> list[Line]:
    known = {(one.purpose, one.fingerprint) for one in await trust.listed(hub)}
    try:
        data = base64.b64decode(args["data"], validate=True)
        found = await hub.in_thread(lambda: _certificates(data, str(args["purpose"])))
    except (binascii.Error, ValueError) as cause:
        raise trust.TrustProblem(str(cause)) from cause
    return [_trusted(one, {}, _shown(one)) for one in found if (one.purpose, one.fingerprint) not in known]


async def _trust_remove(hub: Hub, args: Args) -> list[Line]:
    return [_trusted(one, _shown(one), {}) for one in _named(await trust.listed(hub), str(args["fingerprint"]))]


async def _trust_reload(hub: Hub, _args: Args) -> list[Line]:
    """All that the folder holds: what was in it before cannot be known."""
    return [_trusted(one, {}, _shown(one)) for one in await trust.listed(hub)]


async def _person(hub: Hub, args: Args, after: Mapping[str, Any]) -> list[Line]:
    row = await hub.db.read(lambda connection: users.get(connection, args["name"]))
    before = None if row is None else {"role": row.role, "state": row.state, "password": ""}
    found = rehearsal.line("user", str(args["name"]), before, {**(before or {}), **after})
    return [] if found is None else [found]


async def _user_add(hub: Hub, args: Args) -> list[Line]:
    return await _person(hub, args, {"role": args["role"], "state": "active"})


async def _user_password(hub: Hub, args: Args) -> list[Line]:
    return await _person(hub, args, {"password": "mới / new"})


async def _user_activate(hub: Hub, args: Args) -> list[Line]:
    return await _person(hub, args, {"state": "active"})


async def _user_suspend(hub: Hub, args: Args) -> list[Line]:
    return await _person(hub, args, {"state": "suspended"})


async def _as_said(kind: str, of: str, _hub: Hub, args: Args) -> list[Line]:
    """A line that is entered beside what stands: nothing but what was said can be shown of it beforehand."""
    said = {name: value for name, value in args.items() if name not in _WHO and value not in (None, "")}
    return [Line(kind, str(args.get(of) or ""), {}, said)]


_WHO = frozenset({"operator", "reason"})
_OTHERS: dict[str, Callable[[Hub, Args], Awaitable[list[Line]]]] = {
    "calendar.day": partial(_as_said, "calendar", "day"),
    "calendar.day.remove": partial(_as_said, "calendar", "day"),
    "calendar.hours": partial(_as_said, "calendar", "organ_id"),
    "calendar.hours.remove": partial(_as_said, "calendar", "number"),
    "copy-rule.add": partial(_as_said, "copy_rule", "copy_to"),
    "copy-rule.end": partial(_as_said, "copy_rule", "id"),
    "trust.add": _trust_add,
    "trust.remove": _trust_remove,
    "trust.reload": _trust_reload,
    "user.add": _user_add,
    "user.password": _user_password,
    "user.activate": _user_activate,
    "user.suspend": _user_suspend,
}

_PEOPLES = frozenset({"state", "public"})


def _certificates(data: bytes, purpose: str) -> list[TrustEntry]:
    with tempfile.TemporaryDirectory() as folder:
        return trust_folder.add(Path(folder), data, purpose)


def _named(known: list[TrustEntry], fingerprint: str) -> list[TrustEntry]:
    wanted = "".join(sign for sign in fingerprint.lower() if sign in "0123456789abcdef")
    return [one for one in known if len(wanted) >= 8 and one.fingerprint.startswith(wanted)]


def _trusted(one: TrustEntry, before: Mapping[str, Any], after: Mapping[str, Any]) -> Line:
    return Line("trust", f"{one.purpose} {one.fingerprint}", before, after)


def _shown(one: TrustEntry) -> dict[str, Any]:
    told = ("subject", "issuer", "serial", "valid_from", "valid_to", "anchor")
    return {name: value for name, value in one.as_json().items() if name in told}


def _armored(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
