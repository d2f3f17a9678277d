"""The admin commands: what the command line (and later a page) asks of a hub, by name, as JSON values both ways.

They run inside the hub that holds the folder, or, when none runs, inside the command itself on the same folder.
"""

from __future__ import annotations

import os
from dataclasses import asdict

from agency_registry.edit import RegistryError
from edxml.faults import Fault, Refusal
from hub import (
    admin_alarms,
    admin_breaking,
    admin_calendar,
    admin_calls,
    admin_confirming,
    admin_copying,
    admin_keeping,
    admin_life,
    admin_people,
    admin_registry,
    admin_retention,
    admin_review,
    admin_sync,
    admin_trust,
    log,
)
from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError
from hub.context import Hub
from hub.flow import figures, figures_behind, figures_national, openings, operate
from hub.store import schema
from hub.store.database import StorageDownError, StorageFullError


async def answer(hub: Hub, name: str, args: Args) -> Answer:
    """`{"result": ...}` or `{"error": {"code", "title", "detail"}}`; never raises for what a command may meet."""
    try:
        if name not in COMMANDS:
            return _error("usage", f"Trục không có lệnh quản trị {name}", f"the hub has no admin command {name}")
        return {"result": await admin_confirming.run(hub, name, args)}
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


async def intake_stop(hub: Hub, args: Args) -> Answer:
    """Take nothing more in; the reason is told to every sender."""
    await operate.stop_intake(hub, admin_registry.operator(args), args["reason"])
    return {"intake": "stopped", "reason": hub.intake_stopped}


async def intake_start(hub: Hub, args: Args) -> Answer:
    """Take packages in again."""
    await operate.start_intake(hub, admin_registry.operator(args), args.get("reason") or "")
    return {"intake": "open"}


async def delivery_hold(hub: Hub, args: Args) -> Answer:
    """Hold one delivery."""
    return _moved(args, await operate.hold(hub, args["delivery_id"], admin_registry.operator(args), args["reason"]))


async def delivery_release(hub: Hub, args: Args) -> Answer:
    """Let a held delivery go on."""
    return _moved(args, await operate.release(hub, args["delivery_id"], admin_registry.operator(args), args["reason"]))


async def delivery_resend(hub: Hub, args: Args) -> Answer:
    """Try a failed delivery again."""
    return _moved(args, await operate.resend(hub, args["delivery_id"], admin_registry.operator(args), args["reason"]))


async def delivery_cancel(hub: Hub, args: Args) -> Answer:
    """Stop a delivery nobody has seen."""
    return _moved(args, await operate.cancel(hub, args["delivery_id"], admin_registry.operator(args), args["reason"]))


async def report_monthly(hub: Hub, args: Args) -> Answer:
    """The exchange of one month in figures, per agency."""
    month = args["month"]
    try:
        by = figures.cut(month, args.get("structure"), args.get("by"))
    except ValueError as wrong:
        raise WrongArgumentError(str(wrong)) from wrong
    told = {"structure": by.day.isoformat(), "by": by.by} if by is not None else {}
    return {"month": month, **told, "agencies": [asdict(row) for row in await figures.monthly(hub, month, by)]}


async def report_list(hub: Hub, args: Args) -> Answer:
    """The documents behind one figure of one agency; who looked is recorded."""
    asked = (args["month"], args["agency"], args["figure"])
    try:
        lines = await figures_behind.behind(hub, *asked, admin_registry.operator(args))
    except ValueError as wrong:
        raise WrongArgumentError(str(wrong)) from wrong
    told = dict(zip(("month", "agency", "figure"), asked, strict=True))
    return {**told, "complete": len(lines) < figures_behind.MOST, "lines": [asdict(one) for one in lines]}


async def report_national(hub: Hub, args: Args) -> Answer:
    """The totals of a quarter for the national axis."""
    try:
        return asdict(await figures_national.of(hub, args["quarter"]))
    except ValueError as wrong:
        raise WrongArgumentError(str(wrong)) from wrong


async def report_openings(hub: Hub, args: Args) -> Answer:
    """Agencies that opened their inbox fewer than two times on a working day."""
    day = admin_registry.day(args["day"])
    if day is None:
        raise WrongArgumentError("day")
    return {"day": day.isoformat(), "agencies": [asdict(one) for one in await openings.seldom(hub, day)]}


async def reload(hub: Hub, _args: Args) -> Answer:
    """Read registry and switches again, after a change from outside; the trust list has its own command."""
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
    **admin_registry.COMMANDS,
    **admin_life.COMMANDS,
    **admin_people.COMMANDS,
    **admin_trust.COMMANDS,
    **admin_keeping.COMMANDS,
    **admin_retention.COMMANDS,
    **admin_review.COMMANDS,
    **admin_calendar.COMMANDS,
    **admin_confirming.COMMANDS,
    **admin_copying.COMMANDS,
    **admin_sync.COMMANDS,
    **admin_alarms.COMMANDS,
    **admin_breaking.COMMANDS,
    **admin_calls.COMMANDS,
    "intake.stop": intake_stop,
    "intake.start": intake_start,
    "delivery.hold": delivery_hold,
    "delivery.release": delivery_release,
    "delivery.resend": delivery_resend,
    "delivery.cancel": delivery_cancel,
    "report.list": report_list,
    "report.monthly": report_monthly,
    "report.national": report_national,
    "report.openings": report_openings,
    "reload": reload,
    "status": status,
}


def _moved(args: Args, moved_to: str) -> Answer:
    return {"delivery_id": args["delivery_id"], "status": moved_to}
