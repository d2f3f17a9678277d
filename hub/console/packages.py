"""One package as an operator may see it, and what may be done with its deliveries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edxml.faults import Fault, Refusal
from edxml.verdict_text import REASONS
from hub import clock
from hub.context import Hub
from hub.flow import checks, views
from hub.states import MOVES, DeliveryStatus, Move, PackageStatus
from hub.store import overview
from hub.web import words

ACTIONS: dict[str, Move] = {
    "hold": Move.HOLD,
    "release": Move.RELEASE,
    "resend": Move.RESEND,
    "cancel": Move.CANCEL,
}
"""The operator's actions, the mildest first: that one is done by the Enter key."""

_KEPT_BACK = (PackageStatus.HELD, PackageStatus.QUARANTINED)
_FACTS = ("fault", "attempt", "system", "reason", "code", "alarm", "audience", "verdict", "sub_indication")
_PARTIES_WORDS = ("status.", "recall.", "takeback.", "update.", "replace.")
_SUB_INDICATIONS = {sub.value: text for sub, text in REASONS.items()}


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file of a package. Its name is not shown: it often repeats the subject (R-191)."""

    n: int
    kind: str
    size: int
    sha256: str
    verdict: str
    sub_indication: str
    reason_vi: str
    signatures: int


@dataclass(frozen=True, slots=True)
class EventShown:
    """A line of the timeline. facts: what an operator may see of its detail, by name."""

    seq: int
    at: Any
    type: str
    actor: str
    recipient: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DeliveryShown:
    """A delivery with what may be done with it now."""

    row: Any
    name: str
    reason: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckShown:
    """What a content check found, without the file it was found in: its name often repeats the subject."""

    check: str
    outcome: str
    title_vi: str
    title_en: str
    detail_vi: str
    detail_en: str


@dataclass(frozen=True, slots=True)
class PackageShown:
    """All of one package that an operator may see."""

    row: Any
    sender_name: str
    number: str
    kind: str
    verdict: str
    legal_value: str
    deliveries: tuple[DeliveryShown, ...]
    files: tuple[FileShown, ...]
    events: tuple[EventShown, ...]
    warnings: tuple[Mapping[str, Any], ...]
    checks: tuple[CheckShown, ...]
    sentence: str
    fault: Fault | None
    held_for: tuple[str, ...]  # keys of `words.HOLD`
    later: tuple[tuple[Any, str, str], ...]  # documents about this one: row, key of `words.KIND`, `number/notation`


async def show(hub: Hub, package_id: str) -> PackageShown:
    """The package, without subject, content, file names and words of the parties. Raises Refusal(NOT_FOUND)."""
    # law: R-191 CB Đ11
    row = await hub.db.read(lambda connection: overview.package(connection, package_id))
    if row is None:
        raise Refusal(Fault.NOT_FOUND)
    later = await hub.db.read(lambda connection: overview.later(connection, package_id))
    rows, timeline = await views.whole_timeline(hub, package_id)
    verdicts = json.loads(row.verdicts)
    return PackageShown(
        row,
        name_of(hub, row.sender),
        number_of(row),
        kind_of(row),
        verdict_of(row.verdict, unsigned=bool(verdicts.get("unsigned"))),
        str(verdicts.get("legal_value") or "information"),
        tuple(_delivery(hub, one) for one in rows),
        tuple(_files(json.loads(row.attachments), verdicts.get("files") or [])),
        tuple(_event(one) for one in timeline),
        tuple(one for one in json.loads(row.warnings) if one["code"] not in checks.BY_SLUG),
        tuple(_check(one) for one in json.loads(row.checks)),
        str(verdicts.get("sentence") or ""),
        Fault[row.fault.upper()] if row.fault else None,
        tuple((row.held_for or "").split()) if row.status in _KEPT_BACK else (),
        tuple((one, kind_of(one), number_of(one)) for one in later),
    )


def _check(record: Mapping[str, str]) -> CheckShown:
    vietnamese, english = (checks.told([record], english=english, books=True)[0] for english in (False, True))
    return CheckShown(
        record["check"],
        record["outcome"],
        vietnamese["title"],
        english["title"],
        vietnamese["detail"],
        english["detail"],
    )


def name_of(hub: Hub, organ_id: str) -> str:
    """An agency's name, empty when the registry does not know the code."""
    agency = hub.directory.agency(organ_id)
    return agency.name if agency is not None else ""


def number_of(row: Any) -> str:
    """`123/QĐ-UBND`."""
    return "/".join(part for part in (row.number, row.notation) if part)


def kind_of(row: Any) -> str:
    """Key of `words.KIND`."""
    return "status" if row.message_type == "status" else str(row.business_type)


def verdict_of(verdict: str, *, unsigned: bool) -> str:
    """Key of `words.VERDICT`: a document without any signature is named so, although nothing about it is decided."""
    return "UNSIGNED" if unsigned else verdict


def allowed(row: Any) -> tuple[str, ...]:
    """The actions that a delivery's status permits."""
    status = DeliveryStatus(row.status)
    names = [name for name, move in ACTIONS.items() if status in MOVES[move]]
    return tuple(name for name in names if name != "cancel" or row.exposed_at is None)


def _delivery(hub: Hub, row: Any) -> DeliveryShown:
    # the reason of a cancelled delivery may be its sender's; an operator's stands in the timeline
    reason = row.reason or ""
    if row.status in (DeliveryStatus.CANCELLED, DeliveryStatus.DELIVERED):
        reason = ""
    return DeliveryShown(row, name_of(hub, row.recipient), reason, allowed(row))


def _files(attachments: Sequence[Mapping[str, Any]], verdicts: Sequence[Mapping[str, Any]]) -> list[FileShown]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for verdict in verdicts:
        found.setdefault(str(verdict.get("name", "")), []).append(verdict)
    shown = []
    for n, one in enumerate(attachments, 1):
        verdict = next(iter(found.get(str(one["name"]), ())), {})
        if verdict:
            found[str(one["name"])].remove(verdict)
        sub = str(verdict.get("sub_indication") or "")
        shown.append(
            FileShown(
                n,
                str(one["kind"]) + (" (zip)" if one.get("zipped") else ""),
                int(one["size"]),
                str(one["sha256"]),
                str(verdict.get("verdict") or ""),
                sub,
                _SUB_INDICATIONS.get(sub, ""),
                len(verdict.get("signatures") or ()),
            )
        )
    return shown


def _event(event: views.TimelineEvent) -> EventShown:
    """An event with those facts that are states and codes; what a party wrote is left out."""
    facts = {name: str(event.detail[name]) for name in _FACTS if event.detail.get(name) not in (None, "")}
    by_party = event.actor.startswith("system:")
    if event.type.startswith(_PARTIES_WORDS) or (by_party and event.type == "delivery.cancelled"):
        facts.pop("reason", None)
    if "alarm" in facts and facts["alarm"] not in words.ALARM:
        facts["alarm"] = facts["alarm"].replace("_", " ")
    return EventShown(event.seq, clock.local(event.at), event.type, event.actor, event.recipient or "", facts)
