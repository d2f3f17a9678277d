"""What a decision makes of agencies: renamed, recoded, moved, merged, split, closed, opened again.

`on` is the first day on which it holds: past, today (None) or still to come; what is to come begins at midnight in
Vietnam by itself (`turning`). `Why.decision` and `Why.decided_on` name the decision; a reason is always required.
A code that is out of use is never given to anyone else, and past documents keep the old code and the old name.

law: R-026 QĐ28 Đ16.1
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agency_registry import checks
from agency_registry.edit import agencies, entries, succession
from agency_registry.edit.days import Step
from agency_registry.edit.reading import children_of, parents
from agency_registry.reasons import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from agency_registry.agency import Agency
    from agency_registry.edit.entries import Why


def rename_agency(
    connection: Connection, code: str, name: str, *, why: Why, on: date | None = None
) -> dict[str, object]:
    """Give the agency a new name from that day on; what was sent under the old one keeps it."""
    checks.reason(why.reason)
    before = entries.find(connection, code)
    return agencies.save(connection, "renamed", Step(before, replace(before, name=checks.name(name)), on), why)


def recode_agency(
    connection: Connection, code: str, new: str, *, why: Why, on: date | None = None, until: date | None = None
) -> dict[str, object]:
    """Give the same agency a new identity code from that day on.

    The old code goes on answering for it, to `until` (its last day) or without end; afterwards who writes to it is
    told the new one. It is never given to another agency.
    """
    checks.reason(why.reason)
    before = agencies.open_agency(connection, code)
    wanted = checks.code(new)  # law: R-025 HN Đ8.2: from the decision, never made up
    if wanted == before.organ_id:
        raise RegistryError("code_same", code=wanted)
    ahead = {period.organ_id for period in entries.timeline_of(connection, before) if period.first_day is not None}
    coming = ahead - {before.organ_id, *entries.retired(connection, ahead)}
    if coming:
        raise RegistryError("code_pending", code=before.organ_id, after=", ".join(sorted(coming)))
    day = on or why.today
    if until is not None and until < day:
        raise RegistryError("dates_reversed")
    if wanted not in before.aliases:
        agencies.refuse_taken(connection, [wanted])  # law: R-024 HN Đ8.2
    version = entries.write(
        connection, "recoded", [], [Step(before, replace(before, organ_id=wanted), day, until)], why
    )
    return agencies.answer(connection, wanted, version, why)


def move_agency(
    connection: Connection, code: str, parent: str, *, why: Why, on: date | None = None, level: str | None = None
) -> dict[str, object]:
    """Put the agency below another one ("" is none) from that day on, and on another level where one is given."""
    checks.reason(why.reason)
    before = agencies.open_agency(connection, code)
    after = replace(before, parent=agencies.parent_of(connection, before.organ_id, parent))
    if level is not None:
        after = replace(after, level=checks.field("level", level))
    return agencies.save(connection, "moved", Step(before, after, on), why)


def close_agency(
    connection: Connection, code: str, *, why: Why, successors: Iterable[str] = (), on: date | None = None
) -> dict[str, object]:
    """Close an agency from a day on and name who takes over. Its code keeps answering, as closed.

    on: the first day it no longer takes part; a later day leaves it active until then.
    """
    checks.reason(why.reason)
    before = agencies.open_agency(connection, code)
    return agencies.save(connection, "closed", _ending(connection, before, successors, on, why), why)


def split_agency(
    connection: Connection, code: str, into: Sequence[str], *, why: Why, on: date | None = None
) -> dict[str, object]:
    """Close an agency whose work several others share from that day on; agencies below it stay where they are."""
    checks.reason(why.reason)
    before = agencies.open_agency(connection, code)
    step = replace(_ending(connection, before, into, on, why), succession="split_into")
    if len(step.after.successors) < 2:
        raise RegistryError("split_one")
    return agencies.save(connection, "split", step, why)


def merge_agencies(
    connection: Connection, codes: Sequence[str], into: str, *, why: Why, on: date | None = None
) -> dict[str, object]:
    """Close several agencies in favour of one; agencies below them move below it. One change, one version."""
    checks.reason(why.reason)
    target = agencies.open_agency(connection, into)
    merged = {agency.organ_id: agency for agency in (agencies.open_agency(connection, code) for code in codes)}
    if target.organ_id in merged:
        raise RegistryError("agency_self", code=target.organ_id)
    steps = {
        organ_id: replace(_ending(connection, before, [target.organ_id], on, why), succession="merged_into")
        for organ_id, before in merged.items()
    }
    day = on or why.today
    if target.parent in merged:
        parent = _parent_above(connection, target.parent, set(merged))
        steps[target.organ_id] = Step(target, replace(target, parent=parent), day)
    for child in children_of(connection, list(merged)):
        if child.organ_id not in steps and child.state != "closed":
            steps[child.organ_id] = Step(child, replace(child, parent=target.organ_id), day)
    version = entries.write(connection, "merged", [], list(steps.values()), why)
    return {**agencies.answer(connection, target.organ_id, version, why), "closed": sorted(merged)}


def reopen_agency(connection: Connection, code: str, *, why: Why, on: date | None = None) -> dict[str, object]:
    """Let a closed agency take part again from that day on; who had succeeded it does so no longer."""
    checks.reason(why.reason)
    found = entries.find(connection, code)
    before = replace(found, state=found.state_on(why.today))
    day = on or why.today
    if before.state != "closed" and (before.valid_to is None or before.valid_to >= day):
        raise RegistryError("agency_open", code=before.organ_id)
    ended = before.valid_to if day > why.today else None  # what is to come leaves the row as it is
    after = replace(before, state="active", valid_to=ended, successors=before.successors if ended else ())
    return agencies.save(connection, "reopened", Step(before, after, day), why)


def _ending(connection: Connection, before: Agency, successors: Iterable[str], on: date | None, why: Why) -> Step:
    """The end of an agency on the day before `on`, at the earliest on its own first day."""
    last = (on or why.today) - timedelta(days=1)
    if before.valid_from is not None and last < before.valid_from:
        last = before.valid_from
    heirs = _successors(connection, before, successors)
    succession.refuse_circle(connection, before.organ_id, heirs, last + timedelta(days=1))
    return Step(before, replace(before, valid_to=last, state="closed", successors=heirs), last + timedelta(days=1))


def _successors(connection: Connection, before: Agency, given: Iterable[str]) -> tuple[str, ...]:
    wanted = [checks.code(code) for code in given]
    owners = entries.owners_of(connection, wanted)
    for code in wanted:
        if code not in owners:
            raise RegistryError("successor_unknown", code=code)
        if owners[code] == before.organ_id:
            raise RegistryError("agency_self", code=code)
    return tuple(dict.fromkeys(owners[code] for code in wanted))


def _parent_above(connection: Connection, code: str | None, leaving: set[str]) -> str | None:
    while code is not None and code in leaving:
        code = parents(connection, [code]).get(code)
    return code
