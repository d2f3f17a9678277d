"""The directory: one frozen picture of the registry, made for look-ups.

Every request and every delivery asks who an organ id is, so the answer must not cost a query. The hub loads a
directory when it starts and again when the registry's version has moved on; a picture in use is never changed.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from sys import intern
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from agency_registry import names
from agency_registry.agency import Agency, AgencyCertificate, System
from agency_registry.system_rows import read_certificates, read_systems
from agency_registry.tables import agencies, agency_aliases, agency_changes, registry_versions
from edxml import organ
from edxml.verdict import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

_VIETNAM = timezone(timedelta(hours=7))


class Directory:
    """Agencies and systems as they were at one version of the registry.

    version: the registry's version, 0 when nothing was ever written.
    good_until: the first day on which some agency opens or closes by its dates; load again on that day. None: never.
    """

    __slots__ = (
        "_agencies",
        "_by_code",
        "_certificates",
        "_heirs",
        "_names",
        "_owners",
        "_receivers",
        "_roles",
        "_systems",
        "good_until",
        "version",
    )

    def __init__(
        self,
        version: int = 0,
        agencies: Sequence[Agency] = (),
        systems: Iterable[System] = (),
        receivers: Mapping[str, str] | None = None,
        good_until: date | None = None,
        certificates: Iterable[AgencyCertificate] = (),
    ) -> None:
        """Index agencies by every code, systems by id. receivers: organ id -> id of the system that receives for it."""
        self.version = version
        self.good_until = good_until
        self._agencies = tuple(agencies)
        self._by_code = {agency.organ_id: agency for agency in self._agencies}
        for agency in self._agencies:
            for alias in agency.aliases:
                self._by_code[alias] = agency
        self._systems = {system.id: system for system in systems}
        self._receivers = dict(receivers or {})
        self._certificates: dict[str, tuple[AgencyCertificate, ...]] = {}
        self._roles: dict[tuple[str, str] | str, Role] = {}
        self._owners: dict[tuple[str, str] | str, frozenset[str]] = {}
        for one in certificates:
            self._certificates[one.organ_id] = (*self._certificates.get(one.organ_id, ()), one)
            self._roles[one.fingerprint] = self._roles[one.serial, names.key(one.issuer)] = one.role
            self._owners[one.fingerprint] = self._owners[one.serial, names.key(one.issuer)] = frozenset({one.organ_id})
        self._names: dict[str, frozenset[str]] | None = None
        self._heirs: dict[str, tuple[str, ...]] | None = None

    def agency(self, code: str) -> Agency | None:
        """The agency that answers to this code, whichever form and case; None when nobody does."""
        return self._by_code.get(code) or self._by_code.get(organ.normalise(code))

    def predecessors(self, organ_id: str) -> tuple[Agency, ...]:
        """The closed agencies whose only successor is this one, and theirs, nearest first.

        One that was split has several successors: none of them alone speaks of what it sent and received.
        """
        if self._heirs is None:  # made when first asked: few messages speak of a closed agency's documents
            heirs: dict[str, tuple[str, ...]] = {}
            for agency in self._agencies:
                if len(agency.successors) == 1:
                    [heir] = agency.successors
                    heirs[heir] = (*heirs.get(heir, ()), agency.organ_id)
            self._heirs = heirs
        found: dict[str, Agency] = {}
        left = list(self._heirs.get(organ_id, ()))
        while left:
            code = left.pop(0)
            if code not in found and code != organ_id:
                found[code] = self._by_code[code]
                left += self._heirs.get(code, ())
        return tuple(found.values())

    def agencies(self) -> tuple[Agency, ...]:
        """All agencies, by organ id, closed ones too."""
        return self._agencies

    def system(self, system_id: str) -> System | None:
        """The system with exactly this id."""
        return self._systems.get(system_id)

    def systems(self) -> tuple[System, ...]:
        """All systems, by id."""
        return tuple(self._systems.values())

    def system_of(self, agency: Agency) -> System | None:
        """The system that receives for the agency, in whatever state it is; None: not connected."""
        system_id = self._receivers.get(agency.organ_id)
        return None if system_id is None else self._systems.get(system_id)

    def speaks_for(self, system: System, code: str) -> Agency | None:
        """The agency with this code if the system may speak for it, else None."""  # law: R-008 HN Đ20.2d
        agency = self.agency(code)
        return agency if agency is not None and agency.organ_id in system.organ_ids else None

    def certificates_of(self, organ_id: str) -> tuple[AgencyCertificate, ...]:
        """The signature certificates registered for the agency that answers to this code."""  # law: R-074 VP Đ8.1
        agency = self.agency(organ_id)
        return () if agency is None else self._certificates.get(agency.organ_id, ())

    def certificate_role(self, fingerprint: str, serial: str, issuer: str, name: str) -> Role | None:
        """For whom a certificate was issued, as far as the registry knows; None when it says nothing.

        What an operator registered goes first: this very certificate, or its serial number under its issuer's name.
        Else a certificate in an agency's own name is an organisation's.  law: R-074 VP Đ8.1
        fingerprint, serial: lower-case hex. name: the holder's; give "" when the certificate carries a personal id,
        for then no agency's name makes it an organisation's.
        """
        known = self._roles.get(fingerprint) or self._roles.get((serial, names.key(issuer)))
        if known is not None or not name:
            return known
        return Role.ORGANISATION if self._named(name) else None

    def certificate_owners(self, fingerprint: str, serial: str, issuer: str, name: str) -> frozenset[str]:
        """Organ ids of the agencies that a certificate belongs to; empty when the registry does not know it.

        The same order as in `certificate_role`: what was registered, else every agency whose name the holder bears.
        """
        known = self._owners.get(fingerprint) or self._owners.get((serial, names.key(issuer)))
        return known or (self._named(name) if name else frozenset())  # law: R-074 VP Đ8.1

    def _named(self, name: str) -> frozenset[str]:
        """Organ ids of all agencies with that name."""
        if self._names is None:  # made when first asked: most pictures are replaced before anybody asks
            found: dict[str, set[str]] = {}
            for agency in self._agencies:
                found.setdefault(names.key(agency.name), set()).add(agency.organ_id)
            self._names = {key: frozenset(ids) for key, ids in found.items()}
        return self._names.get(names.key(name), frozenset())


def load(connection: Connection, *, now: datetime | None = None, previous: Directory | None = None) -> Directory:
    """The directory at this moment. States follow the dates: an agency past its last day shows as closed.

    previous: an earlier picture of the same registry; only agencies that changed since are read then, which takes a
    tenth of the time. README.md has the figures.
    """
    moment = now or datetime.now(UTC)
    today = moment.astimezone(_VIETNAM).date()
    version = connection.execute(sa.select(sa.func.max(registry_versions.c.version))).scalar() or 0
    codes = None if previous is None else _changed(connection, previous, today)
    if previous is None or codes is None:
        entries, turn = _on(today, read_agencies(connection))
    else:
        fresh, turn = _on(today, read_agencies(connection, codes))
        known = {agency.organ_id: agency for agency in previous.agencies()}
        known.update((agency.organ_id, agency) for agency in fresh)
        entries = [known[organ_id] for organ_id in sorted(known)]
        turn = min((day for day in (turn, previous.good_until) if day is not None), default=None)
    systems_now, receivers = read_systems(connection, moment)
    certificates = read_certificates(connection)
    return Directory(version, entries, systems_now, receivers, turn, certificates)


def _changed(connection: Connection, previous: Directory, today: date) -> list[str] | None:
    """Organ ids of agencies that changed since that picture; None: too many, or days have turned: read everything."""
    if not previous.version or (previous.good_until is not None and today >= previous.good_until):
        return None
    since = sa.select(agency_changes.c.organ_id).distinct().where(agency_changes.c.version > previous.version)
    changed = list(connection.execute(since.limit(5001)).scalars())
    return changed if len(changed) <= 5000 else None


def _on(today: date, entries: list[Agency]) -> tuple[list[Agency], date | None]:
    """The agencies with their states of that day, and the next day on which one of them opens or closes."""
    turns: list[date] = []
    for place, agency in enumerate(entries):
        if agency.valid_from is None and agency.valid_to is None:
            continue
        state = agency.state_on(today)
        if state != agency.state:
            entries[place] = replace(agency, state=state)
        ends = (agency.valid_from, agency.valid_to and agency.valid_to + timedelta(days=1))
        turns += [day for day in ends if day is not None and day > today]
    return entries, min(turns, default=None)


def read_agencies(connection: Connection, codes: Iterable[str] | None = None) -> list[Agency]:
    """Agencies as stored, by organ id: all, or those that hold one of these codes (normalised) now."""
    columns = [column for column in agencies.c if column.name != "name_key"]
    wanted = sa.select(*columns).order_by(agencies.c.organ_id)
    aliases = sa.select(agency_aliases.c.agency_id, agency_aliases.c.alias).where(
        agency_aliases.c.valid_to.is_(None), agency_aliases.c.identity.is_(False)
    )
    if codes is None:
        with _collector_paused():
            return _with_aliases(connection, wanted, aliases)
    found: dict[int, Agency] = {}
    chosen = sorted(set(codes))
    for start in range(0, len(chosen), 500):
        holders = sa.select(agency_aliases.c.agency_id).where(
            agency_aliases.c.alias.in_(chosen[start : start + 500]), agency_aliases.c.valid_to.is_(None)
        )
        part = _with_aliases(
            connection,
            wanted.where(agencies.c.id.in_(holders)),
            aliases.where(agency_aliases.c.agency_id.in_(holders)),
        )
        found.update((agency.id, agency) for agency in part)
    return sorted(found.values(), key=lambda agency: agency.organ_id)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Half a million new values, none in a circle, would make the collector walk the whole heap again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _with_aliases(
    connection: Connection, wanted: sa.Select[*tuple[Any, ...]], aliases: sa.Select[int, str]
) -> list[Agency]:
    codes: dict[int, tuple[str, ...]] = {}
    for agency_id, alias in connection.execute(aliases).all():
        codes[agency_id] = (*codes[agency_id], alias) if agency_id in codes else (alias,)
    result = []
    for row in connection.execute(wanted).all():
        number, organ_id, name, kind, level, parent, legacy, email, phone, start, end, scope, state, successors = row
        others = codes.get(number, ())
        result.append(
            Agency(
                number,
                organ_id,
                name,
                intern(kind),
                intern(level),
                parent and intern(parent),
                legacy,
                email,
                phone,
                start,
                end,
                intern(scope),
                intern(state),
                others if len(others) <= 1 else tuple(sorted(others)),
                tuple(successors.split()) if successors else (),
            )
        )
    return result
