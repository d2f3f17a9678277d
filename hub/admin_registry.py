"""The admin commands of the registry: agencies, their certificates, systems, their keys. `hub.admin` answers them."""

from __future__ import annotations

import base64
import os
import pwd
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any

from agency_registry import edit, importer
from agency_registry.edit import Connection, Why
from hub.context import Hub
from hub.flow import conformity, registry
from hub.flow import heartbeats as life

Args = dict[str, Any]
Answer = dict[str, Any]
CommandFunction = Callable[[Hub, Args], Awaitable[Answer]]


class WrongArgumentError(Exception):
    """A value that no such command can take."""


# ------------------------------------------------------------------------------------------------------- agencies


async def agency_import(hub: Hub, args: Args) -> Answer:
    """Apply a CSV file (its bytes in base64) as a whole, or, with a refused row, nothing of it."""
    data, scope = base64.b64decode(args["data"]), args.get("scope") or "province"
    report = await registry.change(
        hub, lambda connection: importer.import_agencies(connection, data, scope=scope, why=why(args))
    )
    return report.as_json()


async def agency_list(hub: Hub, args: Args) -> Answer:
    """Agencies, narrowed by scope, state, parent, text; `after` continues a list cut at `limit`."""
    known = ("scope", "state", "parent", "text", "limit", "after")
    chosen = {name: args[name] for name in known if args.get(name) is not None}
    return {"agencies": await hub.db.read(lambda connection: edit.list_agencies(connection, **chosen))}


async def agency_add(hub: Hub, args: Args) -> Answer:
    """Register one agency."""
    known = ("kind", "level", "parent", "legacy_code", "aliases", "email", "phone", "scope", "host")
    fields = {name: args[name] for name in known if args.get(name) is not None}
    return await registry.change(
        hub, lambda connection: edit.add_agency(connection, args["organ_id"], args["name"], **fields, why=why(args))
    )


async def agency_suspend(hub: Hub, args: Args) -> Answer:
    """Stop an agency from sending and receiving for the time being."""
    return await registry.change(
        hub, lambda connection: edit.suspend_agency(connection, args["organ_id"], why=why(args))
    )


async def agency_resume(hub: Hub, args: Args) -> Answer:
    """Let a suspended agency take part again."""
    return await registry.change(
        hub, lambda connection: edit.resume_agency(connection, args["organ_id"], why=why(args))
    )


async def certificate_add(hub: Hub, args: Args) -> Answer:
    """Register a signature certificate (the file's bytes in base64) of an agency, with its role."""
    data = base64.b64decode(args["data"])
    return await registry.change(
        hub,
        lambda connection: edit.add_certificate(connection, args["organ_id"], data, args["role"], why=why(args)),
    )


async def certificate_list(hub: Hub, args: Args) -> Answer:
    """The signature certificates of one agency or of all."""
    organ_id = args.get("organ_id")
    return {"certificates": await hub.db.read(lambda connection: edit.list_certificates(connection, organ_id))}


async def certificate_remove(hub: Hub, args: Args) -> Answer:
    """Register a signature certificate no longer."""
    return await registry.change(
        hub,
        lambda connection: edit.remove_certificate(connection, args["organ_id"], args["fingerprint"], why=why(args)),
    )


# -------------------------------------------------------------------------------------------------------- systems


async def system_add(hub: Hub, args: Args) -> Answer:
    """Register a system: its id and its secret, told this once. Active at once only in test mode."""
    proof = conformity.proven(hub, args["report"], (args["name"],)) if args.get("report") else None
    shown = proof.level if proof is not None else 0
    if args.get("state") == "active":
        conformity.check(hub, args["name"], shown)
    at_once = hub.settings.hub.test_mode and shown >= hub.settings.conformance.level
    state = "active" if at_once else "proposed"
    system_id, secret = await registry.change(
        hub,
        lambda connection: edit.add_system(
            connection,
            name=args["name"],
            organ_ids=args["for"],
            wrap=hub.keys.wrap,
            connector=args.get("connector") or "pull",
            settings=args.get("settings") or {},
            networks=args.get("networks") or (),
            state=args.get("state") or state,
            item_per_agency=bool(args.get("item_per_agency")),
            replace=bool(args.get("replace")),
            part=args.get("part") or "",
            undertaking=args.get("undertaking") or "",
            quotas=args.get("quotas") or {},
            papers=args.get("papers") or {},
            proof=proof,
            why=why(args),
        ),
    )
    return {"system_id": system_id, "secret": secret}


async def system_rotate(hub: Hub, args: Args) -> Answer:
    """A new secret for a system; the present one stays valid for `keep_hours`."""
    hours = float(args.get("keep_hours", 24))
    system_id, secret = await registry.change(
        hub,
        lambda connection: edit.rotate_system(
            connection, args["system_id"], wrap=hub.keys.wrap, keep_hours=hours, why=why(args)
        ),
    )
    return {"system_id": system_id, "secret": secret}


async def system_suspend(hub: Hub, args: Args) -> Answer:
    """Stop a system from calling."""
    return await registry.change(
        hub, lambda connection: edit.suspend_system(connection, args["system_id"], why=why(args))
    )


async def system_activate(hub: Hub, args: Args) -> Answer:
    """Let a proposed or suspended system work; `report`: of the conformance kit, where a level is wanted."""
    system = await hub.db.read(lambda connection: edit.show_system(connection, args["system_id"]))
    names = (str(system["system_id"]), str(system["name"]))
    proof = conformity.proven(hub, args["report"], names) if args.get("report") else None
    if proof is not None:
        conformity.check_newer(proof, system)
    conformity.check(hub, names[0], proof.level if proof is not None else edit.level_of(system))
    return await registry.change(
        hub, lambda connection: edit.activate_system(connection, args["system_id"], proof=proof, why=why(args))
    )


async def system_set(hub: Hub, args: Args) -> Answer:
    """Change what is given of a system: name, undertaking, quotas, networks, papers, connector and its settings."""
    known = ("name", "undertaking", "quotas", "networks", "papers", "connector", "settings")
    given = {name: args[name] for name in known if args.get(name) is not None}
    return await registry.change(
        hub, lambda connection: edit.change_system(connection, args["system_id"], **given, why=why(args))
    )


async def system_show(hub: Hub, args: Args) -> Answer:
    """One system, without secrets; its last sign of life, and how far its clock was from the hub's."""

    def look(connection: Connection) -> Answer:
        shown = edit.show_system(connection, args["system_id"])
        return {**shown, **life.told(life.of(connection, str(shown["system_id"])), hub.clock.now())}

    return await hub.db.read(look)


async def system_attach(hub: Hub, args: Args) -> Answer:
    """Let a system speak for more agencies, or be their other system: `part` second or standby."""
    return await registry.change(
        hub,
        lambda connection: edit.attach_agencies(
            connection,
            args["system_id"],
            args["for"],
            receives=not args.get("speaks_only"),
            replace=bool(args.get("replace")),
            part=args.get("part") or "",
            why=why(args),
        ),
    )


async def system_detach(hub: Hub, args: Args) -> Answer:
    """Let a system speak for these agencies no longer."""
    return await registry.change(
        hub, lambda connection: edit.detach_agencies(connection, args["system_id"], args["for"], why=why(args))
    )


async def system_list(hub: Hub, _args: Args) -> Answer:
    """All systems, without secrets."""
    return {"systems": await hub.db.read(edit.list_systems)}


async def system_key_add(hub: Hub, args: Args) -> Answer:
    """Register a public key or a client certificate (the file's bytes in base64) of a system."""
    data = base64.b64decode(args["data"])
    return await registry.change(
        hub, lambda connection: edit.add_key(connection, args["system_id"], data, why=why(args))
    )


async def system_key_list(hub: Hub, args: Args) -> Answer:
    """The keys of a system that have not ended."""
    return {"keys": await hub.db.read(lambda connection: edit.list_keys(connection, args["system_id"]))}


async def system_key_remove(hub: Hub, args: Args) -> Answer:
    """Let a key of a system end, at once or after `keep_hours`."""
    hours = float(args.get("keep_hours") or 0)
    return await registry.change(
        hub,
        lambda connection: edit.remove_key(
            connection, args["system_id"], args["thumbprint"], keep_hours=hours, why=why(args)
        ),
    )


COMMANDS: dict[str, CommandFunction] = {
    "agency.import": agency_import,
    "agency.list": agency_list,
    "agency.add": agency_add,
    "agency.suspend": agency_suspend,
    "agency.resume": agency_resume,
    "agency.certificate.add": certificate_add,
    "agency.certificate.list": certificate_list,
    "agency.certificate.remove": certificate_remove,
    "system.add": system_add,
    "system.set": system_set,
    "system.rotate": system_rotate,
    "system.suspend": system_suspend,
    "system.activate": system_activate,
    "system.attach": system_attach,
    "system.detach": system_detach,
    "system.list": system_list,
    "system.show": system_show,
    "system.key.add": system_key_add,
    "system.key.list": system_key_list,
    "system.key.remove": system_key_remove,
}
"""Their part of `hub.admin.COMMANDS`."""


def why(args: Args, hub: Hub | None = None) -> Why:
    """Who asks for a change of the registry, why, when, by which decision, and what version they had seen."""
    seen = args.get("seen")
    told = Why(
        actor=operator(args),
        reason=args.get("reason") or "",
        decision=args.get("decision") or "",
        seen=None if seen is None else int(seen),
        decided_on=day(args.get("decided_on")),
    )
    return told if hub is None else replace(told, at=hub.clock.now())


def operator(args: Args) -> str:
    """Who asks: the name given, else the account that runs the command (only it may reach the socket)."""
    return str(args.get("operator") or pwd.getpwuid(os.getuid()).pw_name)


def day(text: str | None) -> date | None:
    """A day written yyyy-mm-dd; None when none is given. Raises WrongArgumentError."""
    try:
        return None if not text else date.fromisoformat(text)
    except ValueError as cause:
        raise WrongArgumentError(f"{text} (yyyy-mm-dd)") from cause
