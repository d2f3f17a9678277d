"""The admin commands: what the command line (and later a page) asks of a hub, by name, as JSON values both ways.

They run inside the hub that holds the folder, or, when none runs, inside the command itself on the same folder.
"""

from __future__ import annotations

import base64
import os
import pwd
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from agency_registry import edit, importer
from agency_registry.edit import RegistryError, Why
from edxml.faults import Fault, Refusal
from hub import log, passwords
from hub.context import Hub
from hub.flow import figures, operate
from hub.store import schema, users
from hub.store.database import StorageDownError, StorageFullError

Args = dict[str, Any]
Answer = dict[str, Any]
T = TypeVar("T")
CommandFunction = Callable[[Hub, Args], Awaitable[Answer]]


class WrongArgumentError(Exception):
    """A value that no such command can take."""


async def answer(hub: Hub, name: str, args: Args) -> Answer:
    """`{"result": ...}` or `{"error": {"code", "title", "detail"}}`; never raises for what a command may meet."""
    try:
        command = COMMANDS.get(name)
        if command is None:
            return _error("usage", f"Trục không có lệnh quản trị {name}", f"the hub has no admin command {name}")
        return {"result": await command(hub, args)}
    except Refusal as refusal:
        fault = refusal.fault
        detail = f" ({refusal.detail})" if refusal.detail else ""
        title_vi, title_en = f"{fault.title_vi}{detail}.", f"{fault.title_en}{detail}."
        return _error(fault.slug, f"{title_vi} {fault.remedy_vi}", f"{title_en} {fault.remedy_en}")
    except RegistryError as refusal:
        vietnamese, _, english = refusal.reason.partition(" / ")
        return _error(refusal.slug, f"Danh bạ: {vietnamese}", f"Registry: {english}")
    except (StorageFullError, StorageDownError) as trouble:
        fault = Fault.STORAGE_FULL if isinstance(trouble, StorageFullError) else Fault.DEPENDENCY_DOWN
        return _error(fault.slug, f"{fault.title_vi}. {fault.remedy_vi}", f"{fault.title_en}. {fault.remedy_en}")
    except KeyError as missing:
        return _error("usage", f"Lệnh {name} thiếu {missing}", f"the command {name} lacks {missing}")
    except WrongArgumentError as wrong:
        return _error("usage", f"Lệnh {name}: giá trị không dùng được: {wrong}", f"{name}: not usable: {wrong}")
    except Exception:  # noqa: BLE001 - an edge: whoever asked must get an answer
        log.get().exception("admin command failed", command=name)
        return _error("internal", f"Lệnh {name} gặp lỗi; xem nhật ký của trục", f"{name} failed; see the hub's log")


def _error(code: str, title: str, detail: str) -> Answer:
    return {"error": {"code": code, "title": title, "detail": detail}}


# ------------------------------------------------------------------------------------------------------- agencies


async def agency_import(hub: Hub, args: Args) -> Answer:
    """Apply a CSV file (its bytes in base64) as a whole, or, with a refused row, nothing of it."""
    data, scope = base64.b64decode(args["data"]), args.get("scope") or "province"
    report = await _change(
        hub, lambda connection: importer.import_agencies(connection, data, scope=scope, why=_why(args))
    )
    return report.as_json()


async def agency_list(hub: Hub, args: Args) -> Answer:
    """Agencies, narrowed by scope, state, parent, text; `after` continues a list cut at `limit`."""
    known = ("scope", "state", "parent", "text", "limit", "after")
    chosen = {name: args[name] for name in known if args.get(name) is not None}
    return {"agencies": await hub.db.read(lambda connection: edit.list_agencies(connection, **chosen))}


async def agency_show(hub: Hub, args: Args) -> Answer:
    """One agency, the systems that speak for it, its history."""
    return await hub.db.read(lambda connection: edit.show_agency(connection, args["organ_id"]))


async def agency_add(hub: Hub, args: Args) -> Answer:
    """Register one agency."""
    known = ("kind", "level", "parent", "legacy_code", "aliases", "email", "phone", "scope")
    fields = {name: args[name] for name in known if args.get(name) is not None}
    return await _change(
        hub, lambda connection: edit.add_agency(connection, args["organ_id"], args["name"], **fields, why=_why(args))
    )


async def agency_rename(hub: Hub, args: Args) -> Answer:
    """Give an agency a new name."""
    return await _change(
        hub, lambda connection: edit.rename_agency(connection, args["organ_id"], args["name"], why=_why(args))
    )


async def agency_merge(hub: Hub, args: Args) -> Answer:
    """Close agencies in favour of another one."""
    on = _date(args.get("on"))
    return await _change(
        hub, lambda connection: edit.merge_agencies(connection, args["organ_ids"], args["into"], why=_why(args), on=on)
    )


async def agency_close(hub: Hub, args: Args) -> Answer:
    """Close an agency and name its successors."""
    on, successors = _date(args.get("on")), tuple(args.get("successors") or ())
    return await _change(
        hub,
        lambda connection: edit.close_agency(
            connection, args["organ_id"], why=_why(args), successors=successors, on=on
        ),
    )


# -------------------------------------------------------------------------------------------------------- systems


async def system_add(hub: Hub, args: Args) -> Answer:
    """Register a system: its id and its secret, told this once. Active at once only in test mode."""
    state = "active" if hub.settings.hub.test_mode else "proposed"
    system_id, secret = await _change(
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
            why=_why(args),
        ),
    )
    return {"system_id": system_id, "secret": secret}


async def system_rotate(hub: Hub, args: Args) -> Answer:
    """A new secret for a system; the present one stays valid for `keep_hours`."""
    hours = float(args.get("keep_hours", 24))
    system_id, secret = await _change(
        hub,
        lambda connection: edit.rotate_system(
            connection, args["system_id"], wrap=hub.keys.wrap, keep_hours=hours, why=_why(args)
        ),
    )
    return {"system_id": system_id, "secret": secret}


async def system_suspend(hub: Hub, args: Args) -> Answer:
    """Stop a system from calling."""
    return await _change(hub, lambda connection: edit.suspend_system(connection, args["system_id"], why=_why(args)))


async def system_activate(hub: Hub, args: Args) -> Answer:
    """Let a proposed or suspended system work."""
    return await _change(hub, lambda connection: edit.activate_system(connection, args["system_id"], why=_why(args)))


async def system_list(hub: Hub, _args: Args) -> Answer:
    """All systems, without secrets."""
    return {"systems": await hub.db.read(edit.list_systems)}


# ----------------------------------------------------------------------------------------- people, intake, deliveries


async def user_add(hub: Hub, args: Args) -> Answer:
    """A person who uses the pages: the name and a first password, told this once."""
    name, role = args["name"], args["role"]
    if role not in users.ROLES:
        raise WrongArgumentError(f"{role} ({', '.join(users.ROLES)})")
    now = hub.clock.now()
    password = args.get("password") or passwords.new_password()
    hashed = await hub.in_thread(lambda: passwords.hash_password(password))
    added = await hub.db.write(
        lambda connection: users.add(connection, name, role, hashed, now, organ_id=args.get("organ_id"))
    )
    if not added:
        raise Refusal(Fault.CONFLICT, f"a person named {name} exists")
    return {"name": name, "role": role, "password": password}


async def user_list(hub: Hub, _args: Args) -> Answer:
    """All people, without passwords."""
    return {"users": await hub.db.read(users.all_people)}


async def intake_stop(hub: Hub, args: Args) -> Answer:
    """Take nothing more in; the reason is told to every sender."""
    await operate.stop_intake(hub, _operator(args), args["reason"])
    return {"intake": "stopped", "reason": hub.intake_stopped}


async def intake_start(hub: Hub, args: Args) -> Answer:
    """Take packages in again."""
    await operate.start_intake(hub, _operator(args), args.get("reason") or "")
    return {"intake": "open"}


async def delivery_hold(hub: Hub, args: Args) -> Answer:
    """Hold one delivery."""
    return _moved(args, await operate.hold(hub, args["delivery_id"], _operator(args), args["reason"]))


async def delivery_release(hub: Hub, args: Args) -> Answer:
    """Let a held delivery go on."""
    return _moved(args, await operate.release(hub, args["delivery_id"], _operator(args), args["reason"]))


async def delivery_resend(hub: Hub, args: Args) -> Answer:
    """Try a failed delivery again."""
    return _moved(args, await operate.resend(hub, args["delivery_id"], _operator(args), args["reason"]))


async def delivery_cancel(hub: Hub, args: Args) -> Answer:
    """Stop a delivery nobody has seen."""
    return _moved(args, await operate.cancel(hub, args["delivery_id"], _operator(args), args["reason"]))


async def report_monthly(hub: Hub, args: Args) -> Answer:
    """The exchange of one month in figures, per agency."""
    rows = await figures.monthly(hub, args["month"])
    return {"month": args["month"], "agencies": [asdict(row) for row in rows]}


async def reload(hub: Hub, _args: Args) -> Answer:
    """Read registry and switches again, after a change from outside."""
    await hub.reload()
    return {"registry_version": hub.directory.version}


async def status(hub: Hub, _args: Args) -> Answer:
    """Which hub answers, with what tables and registry."""
    revision = await hub.db.read(schema.revision)
    return {
        "organ_id": hub.settings.hub.organ_id,
        "pid": os.getpid(),
        "schema": revision,
        "registry_version": hub.directory.version,
        "intake_stopped": hub.intake_stopped,
    }


COMMANDS: dict[str, CommandFunction] = {
    "agency.import": agency_import,
    "agency.list": agency_list,
    "agency.show": agency_show,
    "agency.add": agency_add,
    "agency.rename": agency_rename,
    "agency.merge": agency_merge,
    "agency.close": agency_close,
    "system.add": system_add,
    "system.rotate": system_rotate,
    "system.suspend": system_suspend,
    "system.activate": system_activate,
    "system.list": system_list,
    "user.add": user_add,
    "user.list": user_list,
    "intake.stop": intake_stop,
    "intake.start": intake_start,
    "delivery.hold": delivery_hold,
    "delivery.release": delivery_release,
    "delivery.resend": delivery_resend,
    "delivery.cancel": delivery_cancel,
    "report.monthly": report_monthly,
    "reload": reload,
    "status": status,
}


async def _change(hub: Hub, work: Callable[[edit.Connection], T]) -> T:
    """Change the registry and let the running hub see it."""
    done = await hub.db.write(work)
    await hub.reload()
    return done


def _why(args: Args) -> Why:
    return Why(actor=_operator(args), reason=args.get("reason") or "", decision=args.get("decision") or "")


def _operator(args: Args) -> str:
    """Who asks: the name given, else the account that runs the command (only it may reach the socket)."""
    return str(args.get("operator") or pwd.getpwuid(os.getuid()).pw_name)


def _moved(args: Args, moved_to: str) -> Answer:
    return {"delivery_id": args["delivery_id"], "status": moved_to}


def _date(text: str | None) -> date | None:
    try:
        return None if not text else date.fromisoformat(text)
    except ValueError as cause:
        raise WrongArgumentError(f"{text} (yyyy-mm-dd)") from cause
