"""The admin commands of keeping and forgetting, and of questions about persons. `hub.admin` answers them."""

from __future__ import annotations

from dataclasses import asdict

from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError, operator
from hub.context import Hub
from hub.flow import personal, retention


async def retention_show(hub: Hub, _args: Args) -> Answer:
    """The days of keeping, what is counted and due, and what a turn would count or leave now; nothing changes."""
    keeping = hub.profile.keeping
    return {
        "profile": hub.profile.name,
        "content_days": keeping.content_days,
        "personal_days": keeping.personal_days,
        "record_years": keeping.record_years,
        **await retention.figures(hub),
        "to_count": dict(await retention.foresee(hub)),
    }


async def retention_run(hub: Hub, _args: Args) -> Answer:
    """One turn of the hourly work, now."""
    return await retention.turn(hub)


async def personal_find(hub: Hub, args: Args) -> Answer:
    """Where a person stands in the books; who asks is recorded."""
    try:
        found = await personal.find(hub, args["wanted"], operator(args), args["purpose"])
    except personal.TooShortError as short:
        raise WrongArgumentError(str(short)) from short
    return {**asdict(found), "places": [asdict(one) for one in found.places]}


COMMANDS: dict[str, CommandFunction] = {
    "retention.show": retention_show,
    "retention.run": retention_run,
    "personal.find": personal_find,
}
