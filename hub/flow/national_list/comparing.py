"""What differs between the axis's list and the national agencies here. Values in, values out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agency_registry import checks
from agency_registry.reasons import RegistryError
from edxml import organ

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agency_registry.agency import Agency
    from agency_registry.directory import Directory
    from connectors.vxp.lists import Unit
    from hub.flow.national_list.reading import NationalList

NATIONAL = "national"
_CLIMB = 30


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared of an organisation; parent: organ id or ""."""

    organ_id: str
    name: str
    parent: str = ""
    email: str = ""
    legacy_code: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One organisation that is to change. kinds: added, or any of recoded renamed moved changed reopened, or closed.

    before: as it stands here, None when it does not.
    """

    kinds: tuple[str, ...]
    after: Facts
    before: Facts | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A row that is left alone, or a part of it.

    why: ours, ours_unknown, code_invalid, code_repeated, code_taken, name, parent_cycle, parent_unknown.
    """

    code: str
    name: str
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """All of it, by organ id. national: how many open national agencies there are here."""

    changes: tuple[Difference, ...]
    left: tuple[Left, ...]
    national: int
    version: int

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind; a recoded and renamed one counts for both."""
        found = Counter(kind for one in self.changes for kind in one.kinds)
        return dict(sorted(found.items()))

    @property
    def closings(self) -> int:
        """How many would be closed."""
        return self.counts.get("closed", 0)


def compare(
    told: NationalList, directory: Directory, *, is_ours: Callable[[Unit], bool], retired: Mapping[str, str], after: int
) -> Differences:
    """What would change here.

    is_ours: whether a row speaks of the province's own. retired: codes given up here for good, with what followed them.
    after: rows of this version and below are known already; 0 compares everything. What the list no longer names is
    closed: it is whole each time.
    """
    return _Comparison(told, directory, is_ours, retired, after).done()


class _Comparison:
    def __init__(
        self,
        told: NationalList,
        directory: Directory,
        is_ours: Callable[[Unit], bool],
        retired: Mapping[str, str],
        after: int,
    ) -> None:
        self.told = told
        self.directory = directory
        self.is_ours = is_ours
        self.retired = retired
        self.after = after
        self.changes: list[Difference] = []
        self.left: list[Left] = []
        self.national = {one.organ_id: one for one in directory.agencies() if one.scope == NATIONAL}
        self.by_id = {unit.id: unit for unit in told.units if unit.id}
        self.rows: dict[str, Unit] = {}
        self.met: set[str] = set()
        self.wanted: dict[str, str] = {}
        self.recoded: dict[str, str] = {}

    def done(self) -> Differences:
        self._sort_out()
        agencies = {code: self._agency(code) for code in self.rows}
        self.wanted = {code: self._code(code, one) for code, one in agencies.items()}
        self.recoded = {
            one.organ_id: self.wanted[code]
            for code, one in agencies.items()
            if one is not None and one.organ_id != self.wanted[code]
        }
        for code in sorted(self.rows):
            self._one(code, self.rows[code], agencies[code])
        self._missing()
        self._break_circles()
        self._check_parents()
        self.changes.sort(key=lambda one: one.after.organ_id)
        still = sum(one.state != "closed" for one in self.national.values())
        return Differences(tuple(self.changes), tuple(self.left), still, self.told.version)

    def _sort_out(self) -> None:
        """The rows that speak of one national agency each; all others are left, with the reason."""
        repeated: set[str] = set()
        for unit in self.told.units:
            code = organ.normalise(unit.code)
            if not organ.is_valid(code):
                self._leave(unit, "code_invalid")
            elif code in self.rows or code in repeated:
                if self.rows.get(code) != unit:
                    repeated.add(code)
            elif not unit.is_agency:
                self.met.add(code)
            elif self.is_ours(unit) or self._is_province(code):
                known = self.directory.agency(code)
                if not unit.deleted:
                    self._leave(unit, "ours" if known is not None else "ours_unknown")
            else:
                self.rows[code] = unit
        for code in repeated:
            self.met.add(code)
            self._leave(self.rows.pop(code), "code_repeated")

    def _agency(self, code: str) -> Agency | None:
        """The national agency here that a row's code means: by that code, or by one it went by before."""
        known = self.directory.agency(code)
        if known is not None:
            return known
        for old in self.told.older.get(code, ()):
            before = self.national.get(old)
            if before is not None and before.organ_id not in self.rows:
                return before
        return None

    def _one(self, code: str, unit: Unit, agency: Agency | None) -> None:
        if agency is not None:
            if agency.organ_id in self.met or (agency.organ_id != code and agency.organ_id in self.rows):
                self.met.add(agency.organ_id)
                self._leave(unit, "code_taken", agency.organ_id)
                return
            self.met.add(agency.organ_id)
        if unit.version and unit.version <= self.after:
            return
        if unit.deleted:
            if agency is not None and agency.state != "closed":
                before = _facts(agency)
                self.changes.append(Difference(("closed",), before, before))
            return
        if agency is None and code in self.retired:  # law: R-026 QĐ28 Đ16.1
            self._leave(unit, "code_taken", self.retired[code])
            return
        try:
            after = self._wanted(code, unit, agency)
        except RegistryError as wrong:
            self._leave(unit, "name", wrong.reason)
            return
        if agency is None:
            self.changes.append(Difference(("added",), after))
            return
        before = _facts(agency)
        kinds = self._kinds(before, after, closed=agency.state == "closed")
        if kinds:
            self.changes.append(Difference(kinds, after, before))

    def _wanted(self, code: str, unit: Unit, agency: Agency | None) -> Facts:
        old = next((one for one in self.told.older.get(code, ()) if organ.form(one) == "legacy"), "")
        legacy = old or (agency.legacy_code if agency is not None and agency.legacy_code else "")
        holder = self.directory.agency(legacy) if legacy else None
        if holder is not None and (agency is None or holder.organ_id != agency.organ_id):
            legacy = ""  # another's code: the axis's table does not take it away
        try:
            email = checks.field("email", unit.mail)
        except RegistryError:
            email = ""
        return Facts(self.wanted[code], checks.name(unit.name), self._parent(unit), email, legacy)

    def _code(self, code: str, agency: Agency | None) -> str:
        """The code it is to have here: another one only where the axis says that it followed ours."""
        if agency is None or agency.organ_id in self.told.older.get(code, ()):
            return code
        return agency.organ_id  # the axis still writes a code that was replaced here

    def _parent(self, unit: Unit) -> str:
        """Organ id of the nearest agency above that is, or will be, here; "" when there is none."""
        above, seen = self.by_id.get(unit.parent_id), {unit.id}
        while above is not None and above.id not in seen and len(seen) < _CLIMB:
            seen.add(above.id)
            code = organ.normalise(above.code)
            if code in self.wanted and not above.deleted:
                return self.wanted[code]
            known = self.directory.agency(code)
            if known is not None and known.state != "closed":
                return known.organ_id
            above = self.by_id.get(above.parent_id)
        return ""

    def _missing(self) -> None:
        """National agencies that the list does not name at all any more."""
        for organ_id, agency in self.national.items():
            if organ_id not in self.met and agency.state != "closed":
                before = _facts(agency)
                self.changes.append(Difference(("closed",), before, before))

    def _break_circles(self) -> None:
        """Parents that lead back to where they began are left out."""
        above = {one.after.organ_id: one.after.parent for one in self.changes if one.kinds != ("closed",)}

        def parent(code: str) -> str:
            if code in above:
                return above[code]
            known = self.national.get(code)
            return known.parent or "" if known is not None else ""

        safe: set[str] = set()
        circular: set[str] = set()
        for start in above:
            path: dict[str, None] = {}
            code = start
            while code and code not in safe and code not in path:
                path[code] = None
                code = parent(code)
            if code and code in path:
                walked = list(path)
                circular.update(walked[walked.index(code) :])
            safe.update(path)
        if not circular:
            return
        kept = []
        for one in self.changes:
            if one.after.organ_id not in circular or one.kinds == ("closed",):
                kept.append(one)
                continue
            self.left.append(Left(one.after.organ_id, one.after.name, "parent_cycle", one.after.parent))
            kept += self._without_parent(one)
        self.changes = kept

    def _check_parents(self) -> None:
        """A parent that is neither here nor about to be is left out."""
        coming = {one.after.organ_id for one in self.changes if one.kinds != ("closed",)}
        kept = []
        for one in self.changes:
            parent = one.after.parent
            if one.kinds == ("closed",) or not parent or parent in coming or self.directory.agency(parent) is not None:
                kept.append(one)
                continue
            self.left.append(Left(one.after.organ_id, one.after.name, "parent_unknown", parent))
            kept += self._without_parent(one)
        self.changes = kept

    def _without_parent(self, one: Difference) -> list[Difference]:
        """The difference with the parent as it is; nothing when it was only that."""
        stays = one.before.parent if one.before is not None else ""
        after = replace(one.after, parent=stays)
        if one.before is None:
            return [Difference(one.kinds, after)]
        kinds = self._kinds(one.before, after, closed="reopened" in one.kinds)
        return [Difference(kinds, after, one.before)] if kinds else []

    def _kinds(self, before: Facts, after: Facts, *, closed: bool) -> tuple[str, ...]:
        parent = self.recoded.get(before.parent, before.parent)  # those below a recoded one go with it by themselves
        found = (
            ("reopened", closed),
            ("recoded", before.organ_id != after.organ_id),
            ("renamed", before.name != after.name),
            ("moved", after.parent not in (before.parent, parent)),
            ("changed", (before.email, before.legacy_code) != (after.email, after.legacy_code)),
        )
        return tuple(kind for kind, is_so in found if is_so)

    def _is_province(self, code: str) -> bool:
        known = self.directory.agency(code)
        return known is not None and known.scope != NATIONAL

    def _leave(self, unit: Unit, why: str, detail: str = "") -> None:
        self.left.append(Left(checks.printable(unit.code), checks.printable(unit.name), why, detail[:200]))


def _facts(agency: Agency) -> Facts:
    return Facts(agency.organ_id, agency.name, agency.parent or "", agency.email, agency.legacy_code or "")
