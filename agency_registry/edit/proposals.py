"""Proposals: what a system asks for over registerAgency and deleteAgency, decided by two persons.

A system never changes the registry by itself (R-025, R-193): its request waits here until two distinct persons approve
it. Only a demonstration applies at once, and then only for agencies that are new or the system's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry import checks, names
from agency_registry.edit import agencies, entries, life, systems
from agency_registry.edit.entries import Why
from agency_registry.reasons import RegistryError
from agency_registry.tables import agency_proposals, system_agencies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_PAYLOAD = ("id", "pcode", "code", "name", "mail", "mobile", "fax")
_REASON = {"add": "registerAgency", "update": "registerAgency", "delete": "deleteAgency"}


def propose_agency(
    connection: Connection,
    system_id: str,
    payload: Mapping[str, object],
    *,
    apply_at_once: bool = False,
    why: Why | None = None,
) -> dict[str, object]:
    """File a registerAgency request {id, pcode, code, name, mail, mobile, fax}; create and update are one request.

    Only code and name must be there. An agency that exists already must be one the system speaks for
    (RegistryError(not_spoken_for)). The same request filed again while the first waits gives the first proposal.
    """
    asked = {key: names.clean(str(payload[key])) for key in _PAYLOAD if payload.get(key) is not None}
    code = checks.code(asked.get("code", ""))
    asked["name"] = checks.name(asked.get("name", ""))
    asked["mail"] = checks.field("email", asked.get("mail", ""))
    asked["mobile"] = checks.field("phone", asked.get("mobile", ""))
    owner = entries.owners_of(connection, [code]).get(code)
    if owner is not None:
        _check_own(connection, system_id, owner)
    kind = "add" if owner is None else "update"
    return _file(connection, system_id, kind, code, asked, apply_at_once=apply_at_once, why=why or Why())


def propose_delete(
    connection: Connection, system_id: str, code: str, *, apply_at_once: bool = False, why: Why | None = None
) -> dict[str, object]:
    """File a deleteAgency request: the agency is to be closed. Refuses one unknown or not its own."""
    agency = entries.find(connection, code)
    _check_own(connection, system_id, agency.organ_id)
    asked = {"code": agency.organ_id}
    return _file(connection, system_id, "delete", agency.organ_id, asked, apply_at_once=apply_at_once, why=why or Why())


def list_proposals(connection: Connection, *, state: str | None = None) -> list[dict[str, object]]:
    """Proposals, oldest first; state: proposed, approved (one person has), applied, refused."""
    wanted = sa.select(agency_proposals).order_by(agency_proposals.c.id)
    if state is not None:
        wanted = wanted.where(agency_proposals.c.state == state)
    return [_as_json(row) for row in connection.execute(wanted)]


def approve_proposal(
    connection: Connection, proposal_id: int, person: str, *, why: Why | None = None
) -> dict[str, object]:
    """One person's approval. The first is noted; the second, by somebody else, applies the proposal."""
    why = why or Why()
    row = _waiting(connection, proposal_id)
    person = _person(person)
    if row.state == "proposed":
        values = {"state": "approved", "first_person": person, "first_at": why.at}
        _move(connection, row, values)
        return {**_as_json(_get(connection, proposal_id)), "warnings": []}
    if row.first_person.casefold() == person.casefold():
        raise RegistryError("proposal_same_person")  # law: R-193 CB Đ5.4
    _move(connection, row, {"state": "applied", "second_person": person, "second_at": why.at})
    warnings = _carry_out(connection, row, Why(f"{row.first_person}, {person}", why.reason, why.decision, why.at))
    return {**_as_json(_get(connection, proposal_id)), "warnings": warnings}


def apply_proposal(
    connection: Connection, proposal_id: int, persons: tuple[str, str], *, why: Why | None = None
) -> dict[str, object]:
    """Apply a proposal in the name of two distinct persons at once."""
    first, second = persons
    row = _waiting(connection, proposal_id)
    if row.state == "proposed":
        approve_proposal(connection, proposal_id, first, why=why)
        return approve_proposal(connection, proposal_id, second, why=why)
    known = row.first_person.casefold()
    return approve_proposal(connection, proposal_id, first if _person(first).casefold() != known else second, why=why)


def refuse_proposal(connection: Connection, proposal_id: int, person: str, *, why: Why) -> dict[str, object]:
    """Turn a proposal down; one person is enough, the reason is required."""
    row = _waiting(connection, proposal_id)
    reason = checks.reason(why.reason)
    values = {"state": "refused", "second_person": _person(person), "second_at": why.at, "reason": reason}
    _move(connection, row, values)
    return _as_json(_get(connection, proposal_id))


def _file(
    connection: Connection,
    system_id: str,
    kind: str,
    code: str,
    asked: Mapping[str, str],
    *,
    apply_at_once: bool,
    why: Why,
) -> dict[str, object]:
    waiting = sa.select(agency_proposals).where(
        agency_proposals.c.system_id == system_id,
        agency_proposals.c.organ_id == code,
        agency_proposals.c.kind == kind,
        agency_proposals.c.state.in_(("proposed", "approved")),
    )
    row = next((row for row in connection.execute(waiting) if row.payload == dict(asked)), None)
    if row is None:
        values = {
            "system_id": system_id,
            "kind": kind,
            "organ_id": code,
            "payload": dict(asked),
            "created_at": why.at,
            "state": "proposed",
            "first_person": "",
            "second_person": "",
            "reason": "",
        }
        made = connection.execute(sa.insert(agency_proposals).values(values)).inserted_primary_key
        assert made is not None, "the number is the primary key"
        row = _get(connection, int(made[0]))
    if not apply_at_once:
        return {**_as_json(row), "warnings": []}
    _move(connection, row, {"state": "applied", "second_at": why.at})
    warnings = _carry_out(connection, row, Why(why.actor or system_id, why.reason, why.decision, why.at))
    return {**_as_json(_get(connection, row.id)), "warnings": warnings}


def _carry_out(connection: Connection, row: sa.Row[tuple[object, ...]], why: Why) -> list[str]:
    asked: Mapping[str, str] = row.payload
    why = Why(why.actor, why.reason or f"{_REASON[row.kind]} {row.system_id} #{row.id}", why.decision, why.at)
    if row.kind == "delete":
        if entries.find(connection, row.organ_id).state != "closed":
            life.close_agency(connection, row.organ_id, why=why)
        return []
    above = asked.get("pcode", "")
    parent, warnings = _known_parent(connection, above, row.organ_id)
    if row.organ_id not in entries.owners_of(connection, [row.organ_id]):
        made = agencies.add_agency(
            connection,
            row.organ_id,
            asked["name"],
            parent=parent,
            email=asked["mail"],
            phone=asked["mobile"],
            why=why,
        )
        systems.attach_agencies(connection, row.system_id, [row.organ_id], receives=True, why=why)
        return [*warnings, *_texts(made["warnings"])]
    agency = entries.find(connection, row.organ_id)
    if agency.state == "closed":
        agencies.resume_agency(connection, row.organ_id, why=why)
    agencies.change_agency(
        connection,
        row.organ_id,
        parent=parent,
        email=asked["mail"] or None,
        phone=asked["mobile"] or None,
        why=why,
    )
    renamed = life.rename_agency(connection, row.organ_id, asked["name"], why=why)
    return [*warnings, *_texts(renamed["warnings"])]


def _known_parent(connection: Connection, code: str, organ_id: str) -> tuple[str | None, list[str]]:
    """The parent if it can be set. A parent nobody knows is left out with a warning: clients send their own codes."""
    if not code:
        return None, []
    try:
        return agencies.parent_of(connection, organ_id, code), []
    except RegistryError as error:
        return None, [error.reason]


def _check_own(connection: Connection, system_id: str, organ_id: str) -> None:
    agency = entries.find(connection, organ_id)
    pair = sa.select(system_agencies.c.id).where(
        system_agencies.c.system_id == system_id,
        system_agencies.c.agency_id == agency.id,
        system_agencies.c.valid_to.is_(None),
    )
    if connection.execute(pair).first() is None:  # law: R-008 HN Đ20.2d
        raise RegistryError("not_spoken_for", owner=system_id, code=organ_id)


def _get(connection: Connection, proposal_id: int) -> sa.Row[tuple[object, ...]]:
    row = connection.execute(sa.select(agency_proposals).where(agency_proposals.c.id == proposal_id)).first()
    if row is None:
        raise RegistryError("proposal_unknown", code=proposal_id)
    return row


def _waiting(connection: Connection, proposal_id: int) -> sa.Row[tuple[object, ...]]:
    row = _get(connection, proposal_id)
    if row.state not in {"proposed", "approved"}:
        raise RegistryError("proposal_done", code=proposal_id, state=row.state)
    return row


def _move(connection: Connection, row: sa.Row[tuple[object, ...]], values: Mapping[str, object]) -> None:
    """Change the proposal if nobody else did since it was read: two persons may press at the same moment."""
    moved = connection.execute(
        sa.update(agency_proposals)
        .where(agency_proposals.c.id == row.id, agency_proposals.c.state == row.state)
        .values(values)
    )
    if moved.rowcount != 1:
        raise RegistryError("proposal_done", code=row.id, state=_get(connection, row.id).state)


def _person(text: str) -> str:
    person = names.clean(text)
    if not person:
        raise RegistryError("proposal_person")
    return person


def _texts(warnings: object) -> list[str]:
    return [str(text) for text in warnings] if isinstance(warnings, list) else []


def _as_json(row: sa.Row[tuple[object, ...]]) -> dict[str, object]:
    return {
        "proposal_id": row.id,
        "system_id": row.system_id,
        "kind": row.kind,
        "organ_id": row.organ_id,
        "payload": row.payload,
        "created_at": row.created_at.isoformat(),
        "state": row.state,
        "first_person": row.first_person,
        "second_person": row.second_person,
        "reason": row.reason,
    }
