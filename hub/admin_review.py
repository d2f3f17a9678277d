"""The admin commands of the review queue: messages that fit no document here. `hub.admin` answers them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from hub import clock
from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, operator
from hub.context import Hub
from hub.flow.thread import review


async def review_list(hub: Hub, args: Args) -> Answer:
    """What waits, oldest first; of one sender, received before a day."""
    return {"messages": [_line(row) for row in await _chosen(hub, args)]}


async def review_show(hub: Hub, args: Args) -> Answer:
    """One message, whom it is for, and the documents here with the number it names."""
    found = await review.show(hub, args["package_id"])
    documents = [
        {"package_id": one.package_id, "sender": one.sender, "document_id": one.document_id, "date": one.promulgated}
        for one in found.candidates
    ]
    return {**_line(found.row), "recipients": list(found.recipients), "candidates": documents}


async def review_match(hub: Hub, args: Args) -> Answer:
    """It speaks of that package: it takes its effect and travels."""
    await review.match_with(hub, args["package_id"], args["to"], operator(args))
    return {"package_id": args["package_id"], "original": args["to"], "status": "matched"}


async def review_release(hub: Hub, args: Args) -> Answer:
    """Let one message travel, or all of one sender or of before a day."""
    if args.get("package_id"):
        ids = [str(args["package_id"])]
    elif args.get("sender") or args.get("before"):
        ids = [row.id for row in await _chosen(hub, args)]
    else:
        raise WrongArgumentError("package_id, sender, before")
    return {"released": await review.release(hub, ids, operator(args), args["reason"])}


async def review_return(hub: Hub, args: Args) -> Answer:
    """Send a message back: nothing of it leaves, and its sender is told why."""
    await review.send_back(hub, args["package_id"], operator(args), args["reason"])
    return {"package_id": args["package_id"], "status": "returned"}


async def _chosen(hub: Hub, args: Args) -> list[Any]:
    return await review.queue(hub, sender=args.get("sender") or None, before=_day(args.get("before")))


def _line(row: Any) -> Answer:
    return {
        "package_id": row.id,
        "from": row.sender,
        "kind": "status" if row.message_type == "status" else str(row.business_type),
        "code": row.status_code,
        "document_id": row.document_id,
        "number": row.number,
        "notation": row.notation,
        "date": row.promulgated,
        "door": row.door,
        "since": clock.local_text(clock.from_text(row.since)),
        "held_for": row.held_for.split(),
    }


def _day(text: str | None) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), clock.VIETNAM) if text else None
    except ValueError as cause:
        raise WrongArgumentError(f"{text} (yyyy-mm-dd)") from cause


COMMANDS: dict[str, CommandFunction] = {
    "review.list": review_list,
    "review.show": review_show,
    "review.match": review_match,
    "review.release": review_release,
    "review.return": review_return,
}
