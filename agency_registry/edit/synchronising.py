"""Taking over what the national list says of the agencies of scope `national`, in one change and one version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agency_registry import checks
from agency_registry.agency import Agency
from agency_registry.agency_rows import read_agencies
from agency_registry.edit import agencies, entries
from agency_registry.edit.days import Step
from agency_registry.reasons import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from agency_registry.edit.entries import Why

_NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class NationalChange:
    """One agency of the national list that is to change.

    was: its organ id here, "" when it is new. kinds: added, closed, or any of recoded, renamed, moved, changed and
    reopened; only what they name is taken from the other fields. was_name: as it stood when this was worked out.
    """

    kinds: tuple[str, ...]
    organ_id: str
    name: str
    parent: str = ""
    email: str = ""
    legacy_code: str = ""
    was: str = ""
    was_name: str = ""


def synchronise(connection: Connection, changes: Sequence[NationalChange], *, why: Why) -> int:
    """Take the changes over; gives the registry's version.

    Raises RegistryError, and then nothing is written: an agency of the province is among them (national_only), one is
    no more as it was (state_conflict), or a code belongs to another (alias_taken).
    """
    stored = {one.organ_id: one for one in read_agencies(connection, [one.was for one in changes if one.was])}
    added: list[Agency] = []
    steps: list[Step] = []
    for change in changes:
        if not change.was:
            added.append(_new(change))
            continue
        before = stored.get(change.was)
        if before is None or before.name != change.was_name:
            raise RegistryError("state_conflict", code=change.was, version="?", actor="?")
        if before.scope != _NATIONAL:
            raise RegistryError("national_only", code=before.organ_id)
        steps.append(_step(before, change, why))
    _check_codes(connection, added, steps)
    if not added and not steps:
        return entries.current_version(connection)
    return entries.write(connection, "synchronised", added, steps, why)


def _new(change: NationalChange) -> Agency:
    code = checks.code(change.organ_id)
    legacy = checks.code(change.legacy_code) if change.legacy_code else None
    return Agency(
        id=0,
        organ_id=code,
        name=checks.name(change.name),
        parent=change.parent or None,
        legacy_code=legacy,
        email=checks.field("email", change.email),
        scope=_NATIONAL,
        aliases=(legacy,) if legacy and legacy != code else (),
    )


def _step(before: Agency, change: NationalChange, why: Why) -> Step:
    if "closed" in change.kinds:
        last = why.today - timedelta(days=1)
        if before.valid_from is not None and last < before.valid_from:
            last = before.valid_from
        return Step(before, replace(before, state="closed", valid_to=last), last + timedelta(days=1))
    after = before
    if "reopened" in change.kinds:
        after = replace(after, state="active", valid_to=None, successors=())
    if "changed" in change.kinds:
        after = replace(after, email=checks.field("email", change.email))
        if change.legacy_code:
            after = agencies.with_legacy(after, checks.code(change.legacy_code))
    if "renamed" in change.kinds:
        after = replace(after, name=checks.name(change.name))
    if "moved" in change.kinds:
        after = replace(after, parent=change.parent or None)
    if "recoded" in change.kinds:
        after = replace(after, organ_id=checks.code(change.organ_id))
    return Step(before, after, why.today)


def _check_codes(connection: Connection, added: Sequence[Agency], steps: Iterable[Step]) -> None:
    wanted = {code: one.organ_id for one in added for code in (one.organ_id, *one.aliases)}
    for step in steps:
        fresh = {step.after.organ_id, *step.after.aliases} - {step.before.organ_id, *step.before.aliases}
        wanted |= dict.fromkeys(fresh, step.before.organ_id)
    for code, owner in entries.owners_of(connection, wanted).items():
        if owner != wanted[code]:
            raise RegistryError("alias_taken", code=code, owner=owner)  # law: R-023 CB Đ4
    for code, follower in entries.retired(connection, wanted).items():
        raise RegistryError("alias_taken", code=code, owner=follower)
