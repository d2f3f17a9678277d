"""The admin commands of copy rules: who always gets a copy of what goes to units of a sector."""

from __future__ import annotations

from dataclasses import asdict

from hub.admin_registry import Answer, Args, CommandFunction, WrongArgumentError
from hub.context import Hub
from hub.flow.addressing import copying
from hub.store.copy_rules import CopyRule


async def rule_add(hub: Hub, args: Args) -> Answer:
    """A new rule: below an agency, of a kind, or both."""
    if args.get("mode") not in copying.MODES:
        raise WrongArgumentError(f"mode: {args.get('mode')}")
    rule = await copying.add(
        hub,
        below=args.get("below") or "",
        kind=args.get("kind") or "",
        copy_to=args["copy_to"],
        mode=args["mode"],
        decision=args.get("decision") or "",
    )
    return _told(rule)


async def rule_list(hub: Hub, _args: Args) -> Answer:
    """The rules that hold now."""
    return {"rules": [_told(rule) for rule in hub.copy_rules]}


async def rule_end(hub: Hub, args: Args) -> Answer:
    """Let a rule end."""
    await copying.end(hub, args["id"])
    return {"id": args["id"], "ended": True}


COMMANDS: dict[str, CommandFunction] = {
    "copy-rule.add": rule_add,
    "copy-rule.list": rule_list,
    "copy-rule.end": rule_end,
}
"""Their part of `hub.admin.COMMANDS`."""


def _told(rule: CopyRule) -> Answer:
    return asdict(rule)
