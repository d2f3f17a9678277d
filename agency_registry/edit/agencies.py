"""Changes to one agency as it is: added, corrected, given codes, suspended; `life` has what a decision makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agency_registry import checks
from agency_registry.agency import Agency
from agency_registry.edit import entries, levels
from agency_registry.edit.days import Step
from agency_registry.edit.entries import Why
from agency_registry.edit.reading import parents
from agency_registry.reasons import RegistryError, explain
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy import Connection


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
    host: str = "",
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
        host=checks.host(host),
        aliases=tuple(sorted(others - {code})),
    )
    owners = entries.owners_of(connection, (code, *agency.aliases))
    if owners.get(code) == code:
        raise RegistryError("agency_exists", code=code)  # law: R-024 HN Đ8.2
    refuse_taken(connection, agency.codes)
    version = entries.write(connection, "added", [agency], [], why)
    return answer(connection, code, version, why)


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
    host: str | None = None,
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
        host=before.host if host is None else checks.host(host),
    )
    if parent is not None:
        after = replace(after, parent=parent_of(connection, before.organ_id, parent))
    if legacy_code is not None:
        after = with_legacy(after, checks.code(legacy_code) if legacy_code else None)
    return save(connection, "changed", Step(before, after), why or Why())


def add_alias(connection: Connection, code: str, alias: str, *, why: Why | None = None) -> dict[str, object]:
    """Let the agency answer to one more code. Raises RegistryError(alias_taken)."""
    before = entries.find(connection, code)
    aliases = set(before.aliases) | {checks.code(alias)}
    after = replace(before, aliases=tuple(sorted(aliases - {before.organ_id})))
    return save(connection, "changed", Step(before, after), why or Why())


def remove_alias(connection: Connection, code: str, alias: str, *, why: Why | None = None) -> dict[str, object]:
    """Take a code from the agency; afterwards it may be given to another. Not the identity code."""
    before = entries.find(connection, code)
    gone = organ.normalise(alias)
    if gone not in before.aliases:
        raise RegistryError("agency_unknown", code=alias)
    legacy = None if before.legacy_code == gone else before.legacy_code
    after = replace(before, legacy_code=legacy, aliases=tuple(other for other in before.aliases if other != gone))
    return save(connection, "changed", Step(before, after), why or Why())


def suspend_agency(connection: Connection, code: str, *, why: Why) -> dict[str, object]:
    """Stop the agency from sending and receiving for the time being; the reason is required."""
    checks.reason(why.reason)
    before = open_agency(connection, code)
    return save(connection, "suspended", Step(before, replace(before, state="suspended")), why)


def resume_agency(connection: Connection, code: str, *, why: Why) -> dict[str, object]:
    """Let a suspended or closed agency take part again from today; an end date is taken away. A reason is required."""
    checks.reason(why.reason)
    before = entries.find(connection, code)
    after = replace(before, state="active", valid_to=None, successors=())
    return save(connection, "resumed", Step(before, after), why)


def answer(connection: Connection, code: str, version: int, why: Why) -> dict[str, object]:
    """What a change gives back: the agency, the registry's version, and warnings."""
    agency = entries.find(connection, code)
    equal = [] if agency.state == "closed" else entries.same_names(connection, agency)
    warnings = [explain("name_equal", owner=owner) for owner in equal[:5]]  # law: R-024 HN Đ8.2
    if agency.state != "closed":
        warnings += checks.unusual(agency.organ_id, agency.legacy_code)
        warnings += levels.unusual(levels.last_days(connection), agency.level, why.today)
    return {**agency.as_json(), "version": version, "warnings": warnings}


def with_legacy(agency: Agency, legacy: str | None) -> Agency:
    """The agency with another 13-character code; the earlier one is given up."""
    others = (set(agency.aliases) - {agency.legacy_code}) | ({legacy} if legacy else set())
    return replace(agency, legacy_code=legacy, aliases=tuple(sorted(others - {agency.organ_id})))


def save(connection: Connection, change: str, step: Step, why: Why) -> dict[str, object]:
    """Write one change that was checked; gives what `answer` gives."""
    before, after = step.before, step.after
    if after == before:
        return answer(connection, before.organ_id, entries.current_version(connection), why)
    refuse_taken(connection, set(after.codes) - set(before.codes), before.organ_id)
    version = entries.write(connection, change, [], [step], why)
    return answer(connection, before.organ_id, version, why)


def refuse_taken(connection: Connection, codes: Iterable[str], own: str = "") -> None:
    """Raise RegistryError(alias_taken) for a code that another agency holds, or that once was another's identity."""
    wanted = list(codes)
    for held in (entries.owners_of(connection, wanted), entries.retired(connection, wanted)):
        for alias, owner in held.items():
            if owner != own:
                raise RegistryError("alias_taken", code=alias, owner=owner)  # law: R-023 CB Đ4


def open_agency(connection: Connection, code: str) -> Agency:
    """The agency with that code. Raises RegistryError(agency_closed), naming who succeeded it."""
    agency = entries.find(connection, code)
    if agency.state == "closed":
        raise RegistryError("agency_closed", code=agency.organ_id, successors=", ".join(agency.successors) or "-")
    return agency


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
