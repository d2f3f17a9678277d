"""One profile as the hub uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel

from hub.profile.rules import Clocks, Flows, Hours, Keeping, PaperRule, Watch

DOORS: Final = ("api", "page", "vxp", "axis")


class Outcome(StrEnum):
    """What a finding of a check does at a door."""

    ENFORCE = "enforce"  # the package is refused, held or put under quarantine, whichever the check asks for
    WARN = "warn"  # the package travels; sender and recipient are told
    RECORD = "record"  # the package travels; it stands in the books only
    OFF = "off"  # the check is not asked


@dataclass(frozen=True, slots=True)
class Profile:
    """What a province's rules ask of documents.

    checks: check -> door -> outcome, where it differs from the check's own.
    formats: extensions a file may have, lower case.
    excluded_kinds: kinds of document that do not travel here, as their type is named or their subject begins.
    copy_needs_mark: whether an organisation's signature makes a copy only with SAO Y, SAO LỤC or TRÍCH SAO.
    empty_subjects: subjects that say nothing; shortest_subject: characters below which one says too little.
    hours: working hours by season. paper: the first rule that matches a document decides.
    """

    name: str
    title: str
    decision: str
    checks: Mapping[str, Mapping[str, Outcome]]
    formats: tuple[str, ...]
    excluded_kinds: tuple[str, ...]
    copy_needs_mark: bool
    empty_subjects: tuple[str, ...]
    shortest_subject: int
    clocks: Clocks
    flows: Flows
    watch: Watch
    keeping: Keeping
    hours: tuple[Hours, ...]
    paper: tuple[PaperRule, ...]

    def outcome(self, check: str, door: str, default: Outcome) -> Outcome:
        """What a finding of that check does at that door."""
        return self.checks.get(check, {}).get(door, default)

    def as_json(self) -> dict[str, Any]:
        """The profile as JSON values."""
        return {one.name: _json(getattr(self, one.name)) for one in fields(self)}


def _json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _json(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_json(one) for one in value]
    return value
