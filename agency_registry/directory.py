"""The directory: one frozen picture of the registry, made for look-ups.

Every request and every delivery asks who an organ id is, so the answer must not cost a query. The hub loads a
directory when it starts and again when the registry's version has moved on; a picture in use is never changed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import sqlalchemy as sa

from agency_registry import names
from agency_registry.agency import Agency, AgencyCertificate, System
from agency_registry.agency_rows import read_agencies
from agency_registry.succession import LEADING_ON, Path, Succession, paths
from agency_registry.system_rows import read_certificates, read_parts, read_systems
from agency_registry.tables import (
    agency_aliases,
    agency_changes,
    agency_periods,
    registry_versions,
    successions,
)
from edxml import organ
from edxml.verdict import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

_VIETNAM = timezone(timedelta(hours=7))


class Directory:
    """Agencies and systems as they were at one version of the registry.

    version: the registry's version, 0 when nothing was ever written.
    good_until: the first day on which something decided earlier begins to hold; load again on that day. None: never.
    links: what became of codes that are out of use, by code, as they lead on today.
    """

    __slots__ = (
        "_agencies",
        "_by_code",
        "_certificates",
        "_former",
        "_heirs",
        "_names",
        "_owners",
        "_parts",
        "_receivers",
        "_roles",
        "_systems",
        "good_until",
        "links",
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
        parts: Mapping[tuple[str, str], str] | None = None,
        links: Mapping[str, tuple[Succession, ...]] | None = None,
    ) -> None:
        """Index agencies by every code, systems by id. receivers: organ id -> id of the system that receives for it.

        parts: (part, organ id) -> id of the agency's other system that plays it.
        """
        self.version = version
        self.good_until = good_until
        self.links = links or {}
        self._agencies = tuple(agencies)
        self._by_code = {agency.organ_id: agency for agency in self._agencies}
        for agency in self._agencies:
            for alias in agency.aliases:
                self._by_code[alias] = agency
        self._systems = {system.id: system for system in systems}
        self._receivers = dict(receivers or {})
        self._parts = dict(parts or {})
        self._certificates: dict[str, tuple[AgencyCertificate, ...]] = {}
        self._roles: dict[tuple[str, str] | str, Role] = {}
        self._owners: dict[tuple[str, str] | str, frozenset[str]] = {}
        for one in certificates:
            self._certificates[one.organ_id] = (*self._certificates.get(one.organ_id, ()), one)
            self._roles[one.fingerprint] = self._roles[one.serial, names.key(one.issuer)] = one.role
            self._owners[one.fingerprint] = self._owners[one.serial, names.key(one.issuer)] = frozenset({one.organ_id})
        self._names: dict[str, frozenset[str]] | None = None
        self._heirs: dict[str, tuple[str, ...]] | None = None
        self._former: dict[str, str] | None = None

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
                if agency.state == "closed" and len(agency.successors) == 1:  # whose end is announced speaks for itself
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

    def succession(self, code: str) -> tuple[Path, ...]:
        """How the work of an agency that is closed, or of a code that was replaced, goes on: a path to each successor.

        Empty for who takes part, for whom nobody knows, and where nobody took over.
        """  # law: R-026 QĐ28 Đ16.1
        agency = self.agency(code)
        if agency is not None and agency.state != "closed":
            return ()
        return paths(agency.organ_id if agency is not None else organ.normalise(code), self._leading_on, self._open)

    def successors(self, code: str) -> tuple[Agency, ...]:
        """The agencies at the ends of `succession`."""
        return tuple(self._by_code[path[-1].successor] for path in self.succession(code))

    def former_codes(self, organ_id: str) -> tuple[str, ...]:
        """The identity codes it had before this one, latest first, whether or not they still answer for it."""
        if self._former is None:  # made when first asked
            links = (link for told in self.links.values() for link in told if link.kind == "recoded")
            self._former = {link.successor: link.organ_id for link in links}
        found: list[str] = []
        while (code := self._former.get(found[-1] if found else organ_id)) is not None and code not in found:
            found.append(code)
        return tuple(found)

    def _leading_on(self, code: str) -> Sequence[Succession]:
        known = self.links.get(code)
        if known is not None:
            return known
        agency = self._by_code.get(code)  # closed before its links were kept
        ended = agency.valid_to if agency is not None and agency.valid_to is not None else date.min
        return [Succession("closed", code, one, ended) for one in (agency.successors if agency is not None else ())]

    def _open(self, code: str) -> bool:
        agency = self._by_code.get(code)
        return agency is not None and agency.organ_id == code and agency.state != "closed"

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

    @property
    def has_second_systems(self) -> bool:
        """Whether any agency has a system beside the one that receives for it."""
        return bool(self._parts)

    def other_system(self, organ_id: str, part: str) -> System | None:
        """The agency's other system, in whatever state; part: one of `edit.PARTS`."""
        system_id = self._parts.get((part, organ_id))
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
        renumbered = {agency.id for agency in fresh}
        known = {organ_id: agency for organ_id, agency in known.items() if agency.id not in renumbered}
        known.update((agency.organ_id, agency) for agency in fresh)
        entries = [known[organ_id] for organ_id in sorted(known)]
        turn = min((day for day in (turn, previous.good_until) if day is not None), default=None)
    systems_now, receivers = read_systems(connection, moment)
    certificates = read_certificates(connection)
    ahead = (turn, *_coming(connection))
    turn = min((day for day in ahead if day is not None), default=None)
    parts, links = read_parts(connection), read_links(connection, today, previous)
    return Directory(version, entries, systems_now, receivers, turn, certificates, parts, links)


def _coming(connection: Connection) -> tuple[date | None, ...]:
    """The next days on which a change that was decided earlier begins, and on which a replaced code answers no longer.

    A day that has come and is not in the rows yet is told, too: the picture is stale.
    """
    pending = sa.select(sa.func.min(agency_periods.c.first_day)).where(agency_periods.c.pending.is_(True))
    ending = sa.select(sa.func.min(agency_aliases.c.last_day)).where(agency_aliases.c.valid_to.is_(None))
    begins, ends = connection.execute(pending).scalar(), connection.execute(ending).scalar()
    return begins, None if ends is None else ends + timedelta(days=1)


def read_links(
    connection: Connection, today: date, previous: Directory | None = None
) -> Mapping[str, tuple[Succession, ...]]:
    """What became of codes out of use: of each the links of its newest change that holds that day.

    previous: an earlier picture of the same registry; what it knew is not read again.
    """
    table = successions.c
    told = (table.kind, table.organ_id, table.successor, table.first_day, table.decision, table.decided_on)
    wanted = (
        sa.select(*told, table.version)
        .where(table.kind.in_(LEADING_ON), table.first_day <= today)
        .order_by(table.version, table.id)
    )
    found: dict[str, tuple[Succession, ...]] = {}
    versions: dict[str, int] = {}
    if previous is not None and previous.version and (previous.good_until is None or today < previous.good_until):
        found.update(previous.links)
        wanted = wanted.where(table.version > previous.version)
    for *link, version in connection.execute(wanted):
        one = Succession(*link)
        earlier = found.get(one.organ_id, ()) if versions.get(one.organ_id) == version else ()
        found[one.organ_id] = (*earlier, one)
        versions[one.organ_id] = version
    return found


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
