"""Changes to one agency: added, renamed, changed, given codes, suspended, closed, merged.

`on` is the first day on which a change of life holds; None is today in Vietnam. A code that is closed is never given to
anyone else, and past documents keep the old code and the old name: the history is in `agency_changes`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta, timezone
from typing import TYPE_CHECKING

from agency_registry import checks
from agency_registry.agency import Agency
from agency_registry.edit import entries
from agency_registry.edit.entries import Why
from agency_registry.edit.reading import children_of, parents
from agency_registry.reasons import RegistryError, explain
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

_VIETNAM = timezone(timedelta(hours=7))


def add_agency(
    connection: Connection,
    organ_id: str,
    name: str,
    *,
    kind: str = "",
    level: str = "",
    parent: str | None = None,
    legacy_code: str | None = None,
    aliases: Iterable[str] = (),
    email: str = "",
    phone: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    scope: str = "province",
    why: Why | None = None,
) -> dict[str, object]:
    """Register an agency under its identity code. The code comes from a decision and is never made up (R-025)."""
    why = why or Why()
    code = checks.code(organ_id)
    legacy = checks.code(legacy_code) if legacy_code else None
    others = set(checks.codes(aliases)) | ({legacy} if legacy else set())
    checks.span(valid_from, valid_to)
    agency = Agency(
        id=0,
        organ_id=code,
        name=checks.name(name),
        kind=checks.field("kind", kind),
        level=checks.field("level", level),
        parent=parent_of(connection, code, parent),
        legacy_code=legacy,
        email=checks.field("email", email),
        phone=checks.field("phone", phone),
        valid_from=valid_from,
        valid_to=valid_to,
        scope=checks.scope(scope),
        aliases=tuple(sorted(others - {code})),
    )
    owners = entries.owners_of(connection, (code, *agency.aliases))
    if owners.get(code) == code:
        raise RegistryError("agency_exists", code=code)  # law: R-024 HN Đ8.2
    for alias, owner in owners.items():
        raise RegistryError("alias_taken", code=alias, owner=owner)  # law: R-023 CB Đ4
    version = entries.write(connection, "added", [agency], [], why)
    return answer(connection, code, version)


def rename_agency(connection: Connection, code: str, name: str, *, why: Why) -> dict[str, object]:
    """Give the agency a new name; the reason is required."""  # law: R-026 QĐ28 Đ16.1
    checks.reason(why.reason)
    before = entries.find(connection, code)
    return _save(connection, "renamed", before, replace(before, name=checks.name(name)), why)


def change_agency(
    connection: Connection,
    code: str,
    *,
    kind: str | None = None,
    level: str | None = None,
    parent: str | None = None,
    legacy_code: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    why: Why | None = None,
) -> dict[str, object]:
    """Change what is told about an agency; None leaves a field as it is, "" empties it."""
    before = entries.find(connection, code)
    after = replace(
        before,
        kind=before.kind if kind is None else checks.field("kind", kind),
        level=before.level if level is None else checks.field("level", level),
        email=before.email if email is None else checks.field("email", email),
        phone=before.phone if phone is None else checks.field("phone", phone),
    )
    if parent is not None:
        after = replace(after, parent=parent_of(connection, before.organ_id, parent))
    if legacy_code is not None:
        after = with_legacy(after, checks.code(legacy_code) if legacy_code else None)
    return _save(connection, "changed", before, after, why or Why())


def add_alias(connection: Connection, code: str, alias: str, *, why: Why | None = None) -> dict[str, object]:
    """Let the agency answer to one more code. Raises RegistryError(alias_taken)."""
    before = entries.find(connection, code)
    aliases = set(before.aliases) | {checks.code(alias)}
    after = replace(before, aliases=tuple(sorted(aliases - {before.organ_id})))
    return _save(connection, "changed", before, after, why or Why())


def remove_alias(connection: Connection, code: str, alias: str, *, why: Why | None = None) -> dict[str, object]:
    """Take a code from the agency; afterwards it may be given to another. Not the identity code."""
    before = entries.find(connection, code)
    gone = organ.normalise(alias)
    if gone not in before.aliases:
        raise RegistryError("agency_unknown", code=alias)
    legacy = None if before.legacy_code == gone else before.legacy_code
    after = replace(before, legacy_code=legacy, aliases=tuple(other for other in before.aliases if other != gone))
    return _save(connection, "changed", before, after, why or Why())


def suspend_agency(connection: Connection, code: str, *, why: Why) -> dict[str, object]:
    """Stop the agency from sending and receiving for the time being; the reason is required."""
    checks.reason(why.reason)
    before = _open(connection, code)
    return _save(connection, "suspended", before, replace(before, state="suspended"), why)


def resume_agency(connection: Connection, code: str, *, why: Why) -> dict[str, object]:
    """Let a suspended or closed agency take part again; an end date is taken away. The reason is required."""
    checks.reason(why.reason)
    before = entries.find(connection, code)
    after = replace(before, state="active", valid_to=None, successors=())
    return _save(connection, "resumed", before, after, why)


def close_agency(
    connection: Connection, code: str, *, why: Why, successors: Iterable[str] = (), on: date | None = None
) -> dict[str, object]:
    """Close an agency from a day on and name who takes over. Its code keeps answering, as closed.

    on: the first day it no longer takes part; a later day leaves it active until then.
    """
    checks.reason(why.reason)
    before = _open(connection, code)
    after = _closed(before, _successors(connection, before, successors), on, why)
    return _save(connection, "closed", before, after, why)


def merge_agencies(
    connection: Connection, codes: Sequence[str], into: str, *, why: Why, on: date | None = None
) -> dict[str, object]:
    """Close several agencies in favour of one; agencies below them move below it. One change, one version."""
    checks.reason(why.reason)
    target = _open(connection, into)
    merged = {agency.organ_id: agency for agency in (_open(connection, code) for code in codes)}
    if target.organ_id in merged:
        raise RegistryError("agency_self", code=target.organ_id)
    changed = {
        organ_id: (before, _closed(before, (target.organ_id,), on, why))  # law: R-026 QĐ28 Đ16.1
        for organ_id, before in merged.items()
    }
    if target.parent in merged:
        parent = _parent_above(connection, target.parent, set(merged))
        changed[target.organ_id] = (target, replace(target, parent=parent))
    for child in children_of(connection, list(merged)):
        if child.organ_id not in changed:
            changed[child.organ_id] = (child, replace(child, parent=target.organ_id))
    version = entries.write(connection, "merged", [], list(changed.values()), why)
    return {**answer(connection, target.organ_id, version), "closed": sorted(merged)}


def answer(connection: Connection, code: str, version: int) -> dict[str, object]:
    """What a change gives back: the agency, the registry's version, and warnings."""
    agency = entries.find(connection, code)
    equal = [] if agency.state == "closed" else entries.same_names(connection, agency)
    warnings = [explain("name_equal", owner=owner) for owner in equal[:5]]  # law: R-024 HN Đ8.2
    return {**agency.as_json(), "version": version, "warnings": warnings}


def with_legacy(agency: Agency, legacy: str | None) -> Agency:
    """The agency with another 13-character code; the earlier one is given up."""
    others = (set(agency.aliases) - {agency.legacy_code}) | ({legacy} if legacy else set())
    return replace(agency, legacy_code=legacy, aliases=tuple(sorted(others - {agency.organ_id})))


def _save(connection: Connection, change: str, before: Agency, after: Agency, why: Why) -> dict[str, object]:
    if after == before:
        return answer(connection, before.organ_id, entries.current_version(connection))
    fresh = set(after.aliases) - set(before.aliases)
    for alias, owner in entries.owners_of(connection, fresh).items():
        if owner != before.organ_id:
            raise RegistryError("alias_taken", code=alias, owner=owner)  # law: R-023 CB Đ4
    version = entries.write(connection, change, [], [(before, after)], why)
    return answer(connection, before.organ_id, version)


def _open(connection: Connection, code: str) -> Agency:
    agency = entries.find(connection, code)
    if agency.state == "closed":
        raise RegistryError("agency_closed", code=agency.organ_id, successors=", ".join(agency.successors) or "-")
    return agency


def _closed(before: Agency, successors: tuple[str, ...], on: date | None, why: Why) -> Agency:
    today = why.at.astimezone(_VIETNAM).date()
    first = on or today
    last = first - timedelta(days=1)
    if before.valid_from is not None and last < before.valid_from:
        last = before.valid_from
    return replace(before, valid_to=last, state="closed" if first <= today else before.state, successors=successors)


def _successors(connection: Connection, before: Agency, given: Iterable[str]) -> tuple[str, ...]:
    wanted = [checks.code(code) for code in given]
    owners = entries.owners_of(connection, wanted)
    for code in wanted:
        if code not in owners:
            raise RegistryError("successor_unknown", code=code)
        if owners[code] == before.organ_id:
            raise RegistryError("agency_self", code=code)
    return tuple(dict.fromkeys(owners[code] for code in wanted))


def parent_of(connection: Connection, organ_id: str, given: str | None) -> str | None:
    """The organ id of the agency meant as parent; "" or None is none. Refuses the unknown and a circle."""
    if not given:
        return None
    wanted = checks.code(given)
    owner = entries.owners_of(connection, [wanted]).get(wanted)
    if owner is None:
        raise RegistryError("parent_unknown", code=wanted)
    seen = [organ_id]
    above: str | None = owner
    while above is not None:
        seen.append(above)
        if above in seen[:-1]:
            raise RegistryError("parent_cycle", codes=" > ".join(seen))
        above = parents(connection, [above]).get(above)
    return owner


def _parent_above(connection: Connection, code: str | None, leaving: set[str]) -> str | None:
    while code is not None and code in leaving:
        code = parents(connection, [code]).get(code)
    return code
